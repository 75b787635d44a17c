"""The pages of a preview, to be opened in a browser: no script, nothing fetched, every value escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from mobilize.letter import html
from mobilize.letter.body import Paragraph
from mobilize.letter.branches import Branch
from mobilize.letter.markdown import blocks
from mobilize.letter.merge import Letter
from mobilize.letter.variants import Change, Variant
from mobilize.world.countries import countries

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8881; --accent: #5b3f8c; --bad: #b3261e; --mark: #c58a00; }
@media (prefers-color-scheme: dark) { :root { --accent: #b9a3e3; --bad: #f2b8b5; --mark: #e0b050; } }
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
article { border-top: 2px solid var(--line); margin-top: 2.4rem; }
.flag { background: var(--mark); color: #000; border-radius: .6rem; padding: 0 .6rem; font-size: .85rem;
  margin-inline-end: .4rem; }
.letter { max-width: 46rem; } .letter > div { border-inline-start: 3px solid var(--line); padding-inline-start: 1rem;
  margin: .9rem 0; position: relative; }
.letter > div:focus { outline: 2px solid var(--accent); }
.letter p, .letter ul, .letter ol, .letter table { margin: 0 0 .4rem; }
.letter ul, .letter ol { padding-inline-start: 1.4rem; }
.letter > .new { border-inline-start-color: var(--mark); background: var(--soft); }
.why { display: none; margin: .3rem 0 0; font-size: .88rem; overflow-wrap: anywhere; opacity: .85; }
.letter > div:hover > .why, .letter > div:focus > .why, .letter > div:focus-within > .why,
  body:has(#all:checked) .why { display: block; }
.paper img { max-width: 100%; border: 1px solid var(--line); background: #fff; margin: 1rem 0; }
details { max-width: 46rem; margin: .4rem 0; } summary { cursor: pointer; }
label { display: inline-block; margin: .8rem 0; }
"""


#: What a page on disk may do: nothing.
_POLICY = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"


def without_policy(page: str) -> str:
    """Take a page's own policy away, for a server that sends one of its own."""
    return page.replace(_POLICY, "", 1)


def page(title: str, *body: str) -> str:
    """One whole page. body: HTML, already escaped."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{_POLICY}<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{''.join(body)}</body>\n</html>\n"
    )


def table(heads: Sequence[str], rows: Iterable[str]) -> str:
    """A table that scrolls on a narrow screen. rows: HTML, already escaped."""
    first = "".join(f'<th scope="col">{head}</th>' for head in heads)
    return f"<div class=scroll><table><thead><tr>{first}</tr></thead>\n<tbody>\n{''.join(rows)}</tbody></table></div>\n"


#: Shows every reason at once: on paper and on a phone nothing hovers.
_ALL = "<label><input type=checkbox id=all> show every reason</label>\n"


def why(letter: Letter) -> str:
    """A page that says why the letter says what it says: each paragraph with its rule, rows and sources."""
    title = f"{_country(letter.contact.country)}, {letter.contact.audience.value}, {letter.reference}"
    notes = "".join(f"<p>{escape(note)}</p>" for note in letter.notes)
    return page(
        title,
        f"<h1>{escape(title)}</h1>\n",
        f"<p>Standing <b>{letter.standing.name.value}</b>: {escape(letter.standing.reason)}</p>",
        notes,
        "<p class=quiet>Point at a paragraph, or touch it, to see why it is there.</p>",
        _ALL,
        _text(letter, frozenset()),
    )


def look(letter: Letter, pages: int) -> str:
    """A page with the drawn pages of a letter's paper, for a server that draws them."""
    title = f"{_country(letter.contact.country)}, {letter.contact.audience.value}, {letter.reference}"
    drawn = (
        f'<img src="{escape(letter.contact.id)}.{number}.png" alt="page {number} of {pages}">'
        for number in range(1, pages + 1)
    )
    return page(title, f"<h1>{escape(title)}</h1>\n<div class=paper>{''.join(drawn)}</div>\n")


def _text(letter: Letter, new: frozenset[int]) -> str:
    """A letter's own paragraphs, each with its reasons behind it; those in `new` are marked."""
    shown = (
        f'<div tabindex=0 title="{escape(_plainly(paragraph.why))}"{" class=new" if place in new else ""}>'
        f'<div lang="{letter.language}" dir="{letter.direction}">{html.shown(paragraph, letter)}</div>'
        f"<p class=why>{_reasons(paragraph.why)}</p></div>\n"
        for place, paragraph in enumerate(letter.paragraphs)
    )
    return f"<div class=letter>{''.join(shown)}</div>\n"


def _plainly(why: str) -> str:
    return why.replace("; ", "\n") or _FIXED


_FIXED = "fixed text of the template"


def _reasons(why: str) -> str:
    return "<br>".join(escape(reason) for reason in why.split("; ")) if why else _FIXED


def variants(
    found: Sequence[Variant], files: Mapping[str, Mapping[str, str]], untaken: Sequence[tuple[Branch, str]]
) -> str:
    """A page of the campaign's texts, what stands out first, each with the difference to the commonest of its kind.

    files: contact -> its files, by format. untaken: branches that no letter takes, with the words of their line.
    """
    letters = sum(len(each.recipients) for each in found)
    numbered = [(number, each) for number, each in enumerate(found, start=1)]
    return page(
        "Texts that differ",
        "<h1>Texts that differ</h1>\n",
        f"<p>{letters} letters are {len(found)} texts: inside one of them only names, dates and symbols change. "
        "What stands out comes first. A paragraph that is not in the commonest text of its audience and language "
        "is marked; point at one, or touch it, to see why it is there.</p>\n",
        _ALL,
        table(("", "For", "Language", "Standing", "Letters", "Look first"), map(_row, numbered)),
        *(_article(number, each, files) for number, each in numbered),
        _untaken(untaken),
    )


def _row(numbered: tuple[int, Variant]) -> str:
    number, each = numbered
    return (
        f'<tr><td><a href="#text{number}">{number}</a></td><td>{each.audience}</td><td>{each.language}</td>'
        f"<td>{', '.join(each.standings)}</td><td>{len(each.recipients)}</td><td>{_flags(each)}</td></tr>\n"
    )


def _flags(each: Variant) -> str:
    return "".join(f"<span class=flag>{escape(flag)}</span>" for flag in each.flags)


def _article(number: int, each: Variant, files: Mapping[str, Mapping[str, str]]) -> str:
    letter = each.example
    title = f"{number}. {each.audience}, {each.language}, {', '.join(each.standings)}: {len(each.recipients)}"
    names = ", ".join(escape(_country(code)) for code, _ in each.recipients)
    return "".join(
        (
            f'<article id="text{number}"><h2>{escape(title)} letter{"s" * (len(each.recipients) != 1)}</h2>\n',
            f"<p>{_flags(each)}{'the commonest of its kind' if each.commonest else ''}</p>",
            f"<details><summary>Who gets it</summary><p>{names}</p></details>\n",
            f"<p class=quiet>As {escape(_country(letter.contact.country))} gets it: ",
            f"{links(files.get(letter.contact.id, {}))}</p>\n",
            f'<p lang="{letter.language}" dir="{letter.direction}"><b>{escape(letter.subject)}</b></p>',
            _text(letter, frozenset(place for change in each.changes for place in change.here)),
            *(_left_out(change, letter) for change in each.changes if change.there),
            "</article>\n",
        )
    )


def _left_out(change: Change, letter: Letter) -> str:
    """Paragraphs of the commonest text in whose place others stand, or none."""
    where = f"in place of {len(change.here)} marked" if change.here else "which is left out here"
    shown = "".join(html.shown(Paragraph(markdown=text, why=""), letter) for text in change.there if blocks(text))
    return (
        f"<details><summary>The commonest text has this, {where}</summary>"
        f'<div lang="{letter.language}" dir="{letter.direction}">{shown}</div></details>\n'
    )


def _untaken(untaken: Sequence[tuple[Branch, str]]) -> str:
    if not untaken:
        return "<h2>Every branch of the templates is in some letter</h2>\n"
    rows = (
        f"<tr><td><code>{escape(str(branch))}</code></td><td><code>{escape(text)}</code></td></tr>\n"
        for branch, text in untaken
    )
    return f"<h2>Parts of the templates that nobody gets</h2>\n{table(('Where', 'When'), rows)}"


def links(files: Mapping[str, str], up: str = "") -> str:
    """Links to a letter's files, by the names that people know."""
    names = {
        "look": "page",
        "pdf": "PDF",
        "html": "HTML",
        "txt": "text",
        "eml": "mail",
        "why": "why",
        "own_pdf": "its own letter (PDF)",
        "own_docx": "its own letter (Word)",
    }
    return " ".join(f'<a href="{escape(up + path)}">{names[kind]}</a>' for kind, path in files.items())


def _country(code: str) -> str:
    return countries()[code].name("en")
