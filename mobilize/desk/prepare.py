"""The lead's job: look at every letter before anything leaves, as text, HTML, PDF and the very mail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from mobilize.campaign.faults import Fault
from mobilize.desk import gallery, hand_out, since
from mobilize.desk.compose import composer, message, papers
from mobilize.desk.plan import Chosen
from mobilize.desk.since import Moved
from mobilize.errors import DataFaulty, FontMissing, LetterWrong, Refused, TemplateWrong
from mobilize.installation import Installation
from mobilize.letter import html, pdf, text
from mobilize.letter.body import templates
from mobilize.letter.branches import Branch
from mobilize.letter.merge import Letter
from mobilize.letter.variants import Collector, Variant
from mobilize.world.countries import countries

#: Marks a folder as one that `preview` wrote and may write again; what the next preview compares with is in it.
_MARK = ".mobilize-preview"


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """One contact's letter on disk, or why there is none."""

    #: From 1, and how many there will be.
    number: int
    of: int
    contact: str
    country: str
    audience: str
    organisation: str
    language: str
    standing: str
    reference: str
    subject: str
    #: Of the PDF; a letter should have one.
    pages: int
    #: Format ("pdf", "html", "txt", "eml", "why"; an NGO's "own_pdf", "own_docx") -> path below the folder.
    files: Mapping[str, str]
    #: What a person should know, such as a language that has no template.
    notes: tuple[str, ...]
    #: Whether it says something else than in the last preview.
    changed: bool
    #: Why there is no letter; empty: there is one.
    trouble: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What all the letters of a preview are together."""

    variants: tuple[Variant, ...]
    #: Branches of the templates that no letter takes, each with the words of its line.
    untaken: tuple[tuple[Branch, str], ...]
    #: Facts of the draft that are others than in the last preview.
    moved: tuple[Moved, ...]
    #: Letters that say something else than in the last preview.
    changed: int


def preview(
    installation: Installation, out: Path, *, chosen: Chosen, now: dt.datetime, one_of_each: bool = False
) -> Iterator[Previewed | Summary]:
    """Write every letter into a folder, as it would be sent now, and pages to open in a browser.

    out: made if it is not there; an older preview in it is written over. Readable by its owner alone (rules D8).
    one_of_each: write the files of one letter of each text, not of all.
    Yields one Previewed a contact, as it is written, then one Summary; the pages are there when it comes.
    A letter that cannot be made is a value with its trouble. Raises Refused for a folder that holds anything else, and
    DataFaulty where campaign.toml itself has errors: no letter could be right.
    """
    if wrong := own_faults(installation):
        raise DataFaulty(wrong)
    last = _claim(out)
    compared = since.Comparison(installation.campaign, last)

    def keep(letter: Letter, first: bool) -> tuple[Mapping[str, str], int]:  # noqa: FBT001 - as Keep has it
        return _write(installation, letter, out, now) if first or not one_of_each else ({}, 0)

    done: list[Previewed] = []
    for each in survey(installation, chosen=chosen, now=now, compared=compared, keep=keep):
        if isinstance(each, Previewed):
            done.append(each)
        else:
            files_of = {one.contact: one.files for one in done}
            _save(out / "variants.html", gallery.variants(each.variants, files_of, each.untaken).encode())
            if not one_of_each:
                _save(out / "index.html", index(installation, done, each).encode())
            _save(out / _MARK, since.written(compared.remembered()))
        yield each


def own_faults(installation: Installation) -> tuple[Fault, ...]:
    """Errors in campaign.toml itself, which would be told again by every letter."""
    return tuple(each for each in installation.errors if each.path == "campaign.toml")


#: Puts one letter where it can be looked at; told whether it is the first of its text. Its files and its pages.
Keep = Callable[[Letter, bool], tuple[Mapping[str, str], int]]


def survey(
    installation: Installation, *, chosen: Chosen, now: dt.datetime, compared: since.Comparison, keep: Keep
) -> Iterator[Previewed | Summary]:
    """Write every letter and compare it with the others and with the last preview; `keep` decides where it goes."""
    campaign = installation.campaign
    contacts = [contact for contact in campaign.contacts if chosen.takes(contact)]
    collected = Collector()
    changed = 0
    for number, contact in enumerate(contacts, start=1):
        fixed = {
            "number": number,
            "of": len(contacts),
            "contact": contact.id,
            "country": contact.country,
            "audience": contact.audience.value,
            "organisation": contact.organisation,
        }
        try:
            letter = hand_out.written(installation, contact, today=now.date())
            files, pages = keep(letter, collected.add(letter))
        except (LetterWrong, TemplateWrong, FontMissing) as error:
            yield _failed(fixed, error.sentence)
        else:
            made = _made(fixed, letter, files, pages, changed=compared.changed(letter))
            changed += made.changed
            yield made
    known = templates(campaign)
    yield Summary(
        variants=collected.variants(),
        untaken=tuple((branch, known.line(branch)) for branch in collected.untaken(known.branches())),
        moved=compared.moved(),
        changed=changed,
    )


def _claim(out: Path) -> since.Remembered | None:
    """Take the folder: a new or empty one, or one that an earlier preview wrote; what that one kept."""
    mark = out / _MARK
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not mark.exists())):
        raise Refused(f"{out} holds other files", hint="name a new folder with --out; nothing was written")
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    last = since.read(mark.read_bytes()) if mark.exists() else None
    mark.touch(mode=0o600)
    return last


def _save(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)


def _write(installation: Installation, letter: Letter, out: Path, now: dt.datetime) -> tuple[dict[str, str], int]:
    """Write one letter in its formats; paths below `out`, and the pages of the PDF."""
    folder = out / letter.contact.country
    folder.mkdir(mode=0o700, exist_ok=True)
    files = {}
    made = contents(installation, letter, now=now)
    for kind, (ending, content) in made.items():
        name = f"{letter.contact.id}.{ending}"
        _save(folder / name, content)
        files[kind] = f"{letter.contact.country}/{name}"
    return files, pdf.pages(made["pdf"][1])


def contents(installation: Installation, letter: Letter, *, now: dt.datetime) -> Mapping[str, tuple[str, bytes]]:
    """One letter in every format: format -> (ending of the file, its bytes). Raises as `message` does."""
    enclosed = papers(installation.campaign, letter)
    own = {f"own_{each.name.rpartition('.')[2]}": each for each in enclosed[1:]}
    return {
        "pdf": ("pdf", enclosed[0].data),
        "html": ("html", html.html(letter).encode()),
        "txt": ("txt", text.text(letter).encode()),
        "eml": ("eml", message(composer(installation), letter, now=now, enclosed=enclosed).data),
        "why": ("why.html", gallery.why(letter).encode()),
        **{kind: (f"own.{each.name.rpartition('.')[2]}", each.data) for kind, each in own.items()},
    }


def _made(
    fixed: dict[str, object], letter: Letter, files: Mapping[str, str], pages: int, *, changed: bool
) -> Previewed:
    return Previewed(
        **fixed,  # type: ignore[arg-type]  # the six fields known before the letter
        language=letter.language,
        standing=letter.standing.name.value,
        reference=letter.reference,
        subject=letter.subject,
        pages=pages,
        files=files,
        notes=letter.notes + ((f"runs to {pages} pages",) if pages > 1 else ()),
        changed=changed,
        trouble="",
    )


def _failed(fixed: dict[str, object], trouble: str) -> Previewed:
    return Previewed(
        **fixed,  # type: ignore[arg-type]  # the six fields known before the letter
        language="",
        standing="",
        reference="",
        subject="",
        pages=0,
        files={},
        notes=(),
        changed=False,
        trouble=trouble,
    )


def index(
    installation: Installation, done: Sequence[Previewed], summary: Summary, *, troubles: Sequence[str] = ()
) -> str:
    """The page that leads to every letter. troubles: faults of the campaign's files, to be shown first."""
    campaign = installation.campaign
    title = campaign.title.get("en") or campaign.slug
    made = [each for each in done if not each.trouble]
    figures = (
        ("letters", len(made)),
        ("texts", len(summary.variants)),
        ("countries", len({each.country for each in made})),
        ("languages", len({each.language for each in made})),
        ("not made", len(done) - len(made)),
    )
    return gallery.page(
        f"Preview: {title}",
        f"<h1>{escape(title)}</h1>\n",
        "<p class=quiet>Every letter as it would be sent. Nothing has left this machine.</p>\n",
        "<ul class=figures>",
        *(f"<li><b>{count}</b>{name}</li>" for name, count in figures),
        "</ul>\n",
        *_troubles(done, troubles),
        *_changes(done, summary),
        f'<h2>Texts that differ</h2>\n<p>Read these first: <a href="variants.html">{len(summary.variants)} texts</a>, '
        "what stands out before the others, each with the difference to the commonest of its kind.</p>\n",
        "<h2>All letters</h2>\n",
        _rows(done),
    )


def _troubles(done: Sequence[Previewed], troubles: Sequence[str]) -> Iterator[str]:
    troubled = [each for each in done if each.trouble]
    if troubles:
        yield "<h2>Faults</h2>\n<ul>"
        yield "".join(f'<li class="bad">{escape(each)}</li>' for each in troubles)
        yield "</ul>\n"
    if troubled:
        yield "<h2>Not made</h2>\n<ul>"
        yield "".join(f'<li class="bad">{escape(_name(each))}: {escape(each.trouble)}</li>' for each in troubled)
        yield "</ul>\n"


def _changes(done: Sequence[Previewed], summary: Summary) -> Iterator[str]:
    """What is new since the last preview: facts of the draft with the letters that cite them, then the letters."""
    if not summary.moved and not summary.changed:
        return
    yield "<h2>Changed since the last preview</h2>\n"
    country = {each.contact: _name(each) for each in done}
    for moved in summary.moved:
        names = ", ".join(escape(country[contact]) for contact in moved.contacts)
        yield f"<p>{escape(moved.where)} was {escape(moved.was or 'not there')}, is {escape(moved.now or 'gone')}.</p>"
        yield f"<details><summary>{len(moved.contacts)} letters say so now</summary><p>{names}</p></details>\n"
    links = (
        f"<li>{escape(_name(each))}, {each.audience}: {gallery.links(each.files)}</li>" for each in done if each.changed
    )
    told = f"{summary.changed} letters say something else"
    yield f"<details><summary>{told}</summary><ul>{''.join(links)}</ul></details>\n"


def _rows(done: Sequence[Previewed]) -> str:
    rows = (
        f"<tr><td>{escape(_name(each))}</td><td>{escape(each.organisation)}</td><td>{each.audience}</td>"
        f"<td>{each.language}</td><td>{each.standing}</td><td><code>{each.reference}</code></td>"
        f"<td>{gallery.links(each.files)}{_remarks(each)}</td></tr>\n"
        for each in sorted(done, key=lambda each: (_name(each), each.audience, each.number))
    )
    return gallery.table(("Country", "Addressee", "For", "Language", "Standing", "Reference", "Letter"), rows)


def _name(each: Previewed) -> str:
    return countries()[each.country].name("en")


def _remarks(each: Previewed) -> str:
    notes = (*each.notes, *(("changed since the last preview",) if each.changed else ()))
    return "".join(f"<div class=quiet>{escape(note)}</div>" for note in notes)
