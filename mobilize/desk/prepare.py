"""The lead's job: look at every letter before anything leaves, as text, HTML, PDF and the very mail."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from mobilize.desk import hand_out
from mobilize.desk.compose import message
from mobilize.desk.plan import Chosen
from mobilize.errors import FontMissing, LetterWrong, Refused, TemplateWrong
from mobilize.installation import Installation
from mobilize.letter import html, pdf, text
from mobilize.letter.merge import Letter
from mobilize.letter.partner import write
from mobilize.world.countries import countries

#: Marks a folder as one that `preview` wrote and may write again.
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
    #: Format ("pdf", "html", "txt", "eml", "why") -> path below the folder.
    files: Mapping[str, str]
    #: What a person should know, such as a language that has no template.
    notes: tuple[str, ...]
    #: Why there is no letter; empty: there is one.
    trouble: str


def preview(installation: Installation, out: Path, *, chosen: Chosen, now: dt.datetime) -> Iterator[Previewed]:
    """Write every letter into a folder, as it would be sent now, and an index page to open in a browser.

    out: made if it is not there; an older preview in it is written over. Readable by its owner alone (rules D8).
    Yields one value a contact, as it is written; the index is there when all are.
    A letter that cannot be made is a value with its trouble. Raises Refused for a folder that holds anything else.
    """
    _claim(out)
    contacts = [contact for contact in installation.campaign.contacts if chosen.takes(contact)]
    done: list[Previewed] = []
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
            link = hand_out.link_of(installation, contact)
            letter = write(installation.campaign, contact, today=now.date(), link=link)
            files, pages = _write(installation, letter, out, now)
        except (LetterWrong, TemplateWrong, FontMissing) as error:
            done.append(_failed(fixed, error.sentence))
        else:
            done.append(_made(fixed, letter, files, pages))
        yield done[-1]
    _save(out / "index.html", "".join(_index(installation, done)).encode())


def _claim(out: Path) -> None:
    """Take the folder: a new or empty one, or one that an earlier preview wrote."""
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / _MARK).exists())):
        raise Refused(f"{out} holds other files", hint="name a new folder with --out; nothing was written")
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    _save(out / _MARK, b"")


def _save(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)


def _write(installation: Installation, letter: Letter, out: Path, now: dt.datetime) -> tuple[dict[str, str], int]:
    """Write one letter in its formats; paths below `out`, and the pages of the PDF."""
    folder = out / letter.contact.country
    folder.mkdir(mode=0o700, exist_ok=True)
    paper = pdf.pdf(letter, installation.campaign)
    contents = {
        "pdf": paper,
        "html": html.html(letter).encode(),
        "txt": text.text(letter).encode(),
        "eml": message(installation, letter, now=now).data,
        "why": "".join(_why(letter)).encode(),
    }
    files = {}
    for kind, content in contents.items():
        name = f"{letter.contact.id}.{'why.html' if kind == 'why' else kind}"
        _save(folder / name, content)
        files[kind] = f"{letter.contact.country}/{name}"
    return files, pdf.pages(paper)


def _made(fixed: dict[str, object], letter: Letter, files: Mapping[str, str], pages: int) -> Previewed:
    return Previewed(
        **fixed,  # type: ignore[arg-type]  # the six fields known before the letter
        language=letter.language,
        standing=letter.standing.name.value,
        reference=letter.reference,
        subject=letter.subject,
        pages=pages,
        files=files,
        notes=letter.notes + ((f"runs to {pages} pages",) if pages > 1 else ()),
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
        trouble=trouble,
    )


_STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8881; --accent: #5b3f8c; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --accent: #b9a3e3; --bad: #f2b8b5; } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 76rem; padding: 2rem 1.25rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem; }
p { max-width: 46rem; } .quiet { opacity: .75; } .bad { color: var(--bad); }
.figures { display: flex; flex-wrap: wrap; gap: .75rem 2.5rem; margin: 1.25rem 0; padding: 0; list-style: none; }
.figures b { display: block; font-size: 1.5rem; line-height: 1.2; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .94rem; }
th { text-align: start; white-space: nowrap; border-bottom: 2px solid var(--line); padding: .4rem .9rem .4rem 0; }
td { border-bottom: 1px solid var(--line); padding: .4rem .9rem .4rem 0; vertical-align: top; }
tbody tr:hover { background: var(--soft); } a { color: var(--accent); } td a { margin-inline-end: .6rem; }
code { font-size: .92em; white-space: nowrap; }
dt { margin-top: 1.6rem; padding-inline-start: 1rem; border-inline-start: 3px solid var(--line); max-width: 46rem; }
dt p, dt ul, dt ol, dt table { margin: 0 0 .4rem; } dt ul, dt ol { padding-inline-start: 1.4rem; }
dd { margin: .4rem 0 0 1.2rem; font-size: .92rem; overflow-wrap: anywhere; }
"""


def _page(title: str, *body: str) -> Iterator[str]:
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    yield f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
    yield from body
    yield "</body>\n</html>\n"


def _index(installation: Installation, done: Sequence[Previewed]) -> Iterator[str]:
    campaign = installation.campaign
    title = campaign.title.get("en") or campaign.slug
    made = [each for each in done if not each.trouble]
    figures = (
        ("letters", len(made)),
        ("countries", len({each.country for each in made})),
        ("languages", len({each.language for each in made})),
        ("not made", len(done) - len(made)),
    )
    yield from _page(
        f"Preview: {title}",
        f"<h1>{escape(title)}</h1>\n",
        "<p class=quiet>Every letter as it would be sent. Nothing has left this machine.</p>\n",
        "<ul class=figures>",
        *(f"<li><b>{count}</b>{name}</li>" for name, count in figures),
        "</ul>\n",
        *_troubles(done),
        "<h2>Texts that differ</h2>\n<p class=quiet>One example of each; look at these first.</p>\n",
        *_variants(made),
        "<h2>All letters</h2>\n",
        *_rows(done),
    )


def _table(heads: Sequence[str], rows: Iterator[str]) -> Iterator[str]:
    yield "<div class=scroll><table><thead><tr>"
    yield "".join(f'<th scope="col">{head}</th>' for head in heads)
    yield "</tr></thead>\n<tbody>\n"
    yield from rows
    yield "</tbody></table></div>\n"


def _troubles(done: Sequence[Previewed]) -> Iterator[str]:
    troubled = [each for each in done if each.trouble]
    if troubled:
        yield "<h2>Not made</h2>\n<ul>"
        yield "".join(f'<li class="bad">{escape(_name(each))}: {escape(each.trouble)}</li>' for each in troubled)
        yield "</ul>\n"


def _variants(made: Sequence[Previewed]) -> Iterator[str]:
    """One row for each text that a template can give: audience, language, standing."""
    counts = Counter((each.audience, each.language, each.standing) for each in made)
    examples = {(each.audience, each.language, each.standing): each for each in reversed(made)}
    rows = (
        f"<tr><td>{audience}</td><td>{language}</td><td>{standing}</td><td>{counts[audience, language, standing]}</td>"
        f"<td>{_links(examples[audience, language, standing])}</td></tr>\n"
        for audience, language, standing in sorted(counts)
    )
    yield from _table(("For", "Language", "Standing", "Letters", "Example"), rows)


def _rows(done: Sequence[Previewed]) -> Iterator[str]:
    rows = (
        f"<tr><td>{escape(_name(each))}</td><td>{escape(each.organisation)}</td><td>{each.audience}</td>"
        f"<td>{each.language}</td><td>{each.standing}</td><td><code>{each.reference}</code></td>"
        f"<td>{_links(each)}{_remarks(each)}</td></tr>\n"
        for each in sorted(done, key=lambda each: (_name(each), each.audience, each.number))
    )
    yield from _table(("Country", "Addressee", "For", "Language", "Standing", "Reference", "Letter"), rows)


def _name(each: Previewed) -> str:
    return countries()[each.country].name("en")


def _links(each: Previewed) -> str:
    names = {"pdf": "PDF", "html": "HTML", "txt": "text", "eml": "mail", "why": "why"}
    return "".join(f'<a href="{escape(path)}">{names[kind]}</a>' for kind, path in each.files.items())


def _remarks(each: Previewed) -> str:
    return "".join(f"<div class=quiet>{escape(note)}</div>" for note in each.notes)


def _why(letter: Letter) -> Iterator[str]:
    """A page that says why the letter says what it says: each paragraph with its rule, rows and sources."""
    title = f"{countries()[letter.contact.country].name('en')}, {letter.contact.audience.value}, {letter.reference}"
    standing = f"<p>Standing <b>{letter.standing.name.value}</b>: {escape(letter.standing.reason)}</p>"
    notes = "".join(f"<p>{escape(note)}</p>" for note in letter.notes)
    paragraphs = (
        f'<dt lang="{letter.language}" dir="{letter.direction}">{html.shown(paragraph, letter)}</dt>'
        f"<dd class=quiet>{_reasons(paragraph.why)}</dd>\n"
        for paragraph in letter.paragraphs
    )
    yield from _page(title, f"<h1>{escape(title)}</h1>\n", standing, notes, "<dl>", *paragraphs, "</dl>\n")


def _reasons(why: str) -> str:
    return "<br>".join(escape(reason) for reason in why.split("; ")) if why else "fixed text of the template"
