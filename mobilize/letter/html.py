"""Letter -> HTML for the mail: one column, styles inlined, nothing remote, no script, no image (rules B6, D4)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

import css_inline

from mobilize.letter.bidi import cut
from mobilize.letter.body import Paragraph
from mobilize.letter.markdown import Block, Grid, Heading, Items, Prose, Run, blocks
from mobilize.letter.merge import Letter

#: Colours stay readable where a program turns the page dark: none is set on the page itself, lines are mid-grey.
#: Sizes in px and a table-free column, which Outlook, Gmail and Apple Mail render alike.
_STYLE = """
body { margin: 0; padding: 0; }
.page { max-width: 640px; margin: 0 auto; padding: 24px 20px; font-family: Georgia, "Times New Roman", serif;
  font-size: 16px; line-height: 1.5; }
.page[dir=rtl] { font-family: "Noto Naskh Arabic", "Traditional Arabic", "Times New Roman", serif; font-size: 18px;
  line-height: 1.7; }
.page[dir=rtl] bdi { font-family: Georgia, "Times New Roman", serif; }
.page[lang=zh] { font-family: "Noto Serif CJK SC", "Songti SC", SimSun, serif; line-height: 1.7; }
.head { border-bottom: 1px solid #8a8a8a; padding-bottom: 10px; margin: 0 0 20px 0; }
.organisation { font-size: 20px; font-weight: bold; }
.small { font-size: 14px; }
.date { text-align: end; margin: 0 0 16px 0; }
.address { margin: 0 0 20px 0; }
.subject { font-weight: bold; margin: 0 0 20px 0; }
p { margin: 0 0 14px 0; }
ul, ol { margin: 0 0 14px 0; padding: 0; padding-inline-start: 24px; }
li { margin: 0 0 8px 0; }
table { border-collapse: collapse; margin: 0 0 14px 0; width: 100%; font-size: 14px; }
th { text-align: start; font-weight: bold; border-bottom: 2px solid #8a8a8a; padding: 4px 4px 4px 0; }
td { text-align: start; border-bottom: 1px solid #8a8a8a; padding: 4px 4px 4px 0; vertical-align: top; }
.foot { border-top: 1px solid #8a8a8a; margin: 24px 0 0 0; padding-top: 10px; }
"""


def html(letter: Letter) -> str:
    """Write the letter as a whole HTML document. Data in it is text; the only links are those of the template."""
    return "".join(_document(letter))


#: Every opening tag that has a style, inside what it needs to stand in.
_SKELETON = (
    "<!DOCTYPE html><html><head><style>{style}</style></head><body>{page}"
    '<div class="head"><div class="organisation">x</div><div class="small">x</div></div>'
    '<div class="date">x<span class="small">x</span></div><div class="address">x</div><div class="subject">x</div>'
    '<p>x</p><ul><li>x</li></ul><ol><li>x</li></ol><bdi dir="ltr">x</bdi>'
    '<table><thead><tr><th scope="col">x</th></tr></thead><tbody><tr><td>x</td></tr></tbody></table>'
    '<div class="foot small">x</div></div></body></html>'
)
_OPENING = re.compile(r"<[a-z][^<>]*>")
#: A styled tag -> the tag, and its style.
_STYLE_OF = re.compile(r' style="([^"]*)"')


def _page(language: str, direction: str) -> str:
    return f'<div class="page" lang="{escape(language)}" dir="{escape(direction)}">'


@functools.lru_cache(maxsize=32)
def _styles(language: str, direction: str) -> Mapping[str, str]:
    """Opening tag -> the same with its style, worked out once for a language.

    To have css-inline do so for every letter took longer than to write it.
    """
    page = _page(language, direction)
    plain = _SKELETON.format(style=_STYLE, page=page)
    inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)
    wanted = [tag for tag in _OPENING.findall(plain) if tag.partition(" ")[0].strip("<>") not in _BARE]
    styled = [tag for tag in _OPENING.findall(inliner.inline(plain)) if tag.partition(" ")[0].strip("<>") not in _BARE]
    found = {}
    for tag, with_style in zip(wanted, styled, strict=True):
        style = _STYLE_OF.search(with_style)
        found[tag] = f"{tag[:-1]}{style[0]}>" if style else tag
    return found


#: Tags without a style of their own.
_BARE = frozenset({"html", "head", "style", "thead", "tbody", "tr"})


def _styled(fragment: str, language: str, direction: str) -> str:
    """Put the styles into a piece of HTML; data in it is escaped, and so holds no tag."""
    styles = _styles(language, direction)
    return _OPENING.sub(lambda found: styles.get(found[0], found[0]), fragment)


def _document(letter: Letter) -> Iterator[str]:
    lang, way = escape(letter.language), escape(letter.direction)
    yield f'<!DOCTYPE html>\n<html lang="{lang}" dir="{way}">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield '<meta name="color-scheme" content="light dark">\n'
    yield '<meta name="supported-color-schemes" content="light dark">\n'
    yield f"<title>{escape(letter.subject)}</title>\n</head>\n"
    yield _styled("".join(_top(letter)), letter.language, letter.direction)
    for paragraph in letter.paragraphs:
        yield _paragraph(paragraph.markdown, letter.language, letter.direction)
    yield _end(letter.close, letter.signature, letter.foot, letter.language, letter.direction)


def _top(letter: Letter) -> Iterator[str]:
    way, words = letter.direction, letter.labels
    yield f"<body>\n{_page(letter.language, way)}\n"
    yield f'<div class="head"><div class="organisation">{_text(letter.letterhead[0], way)}</div>'
    yield "".join(f'<div class="small">{_text(line, way)}</div>' for line in letter.letterhead[1:]) + "</div>\n"
    yield f'<div class="date">{_text(letter.place_and_date, way)}'
    if letter.reference:
        label, number = _text(words["reference"] + words["colon"], way), _text(letter.reference, way)
        yield f'<br><span class="small">{label}{number}</span>'
    yield "</div>\n"
    yield f'<div class="address">{_lines(letter.address, way)}</div>\n'
    yield f'<div class="subject">{_text(words["subject"] + words["colon"] + letter.subject, way)}</div>\n'
    yield f"<p>{_text(letter.salutation, way)}</p>\n"


@functools.lru_cache(maxsize=1024)
def _end(close: str, signature: tuple[str, ...], foot: tuple[str, ...], language: str, direction: str) -> str:
    """What is below the body, with its styles; the letters of a campaign share it, but for a link of their own."""
    under = f'<div class="foot small">{_lines(foot, direction)}</div>\n' if foot else ""
    above = f"<p>{_text(close, direction)}</p>\n<p>{_lines(signature, direction)}</p>\n"
    return _styled(f"{above}{under}</div>\n</body>\n</html>\n", language, direction)


@functools.lru_cache(maxsize=1024)
def _paragraph(markdown: str, language: str, direction: str) -> str:
    """One paragraph with its styles; the letters of a campaign share most of theirs."""
    return _styled("".join(_block(block, direction) + "\n" for block in blocks(markdown)), language, direction)


def shown(paragraph: Paragraph, letter: Letter) -> str:
    """One paragraph of a letter as HTML without styles, to be quoted on a page of ours."""
    return "".join(_block(block, letter.direction) for block in blocks(paragraph.markdown))


def _lines(lines: Iterable[str], direction: str) -> str:
    return "<br>".join(_text(line, direction) for line in lines)


@functools.lru_cache(maxsize=4096)
def _text(text: str, direction: str) -> str:
    """Escape text; in a right-to-left letter its left-to-right runs stand in <bdi>."""
    if direction != "rtl":
        return escape(text)
    return "".join(f'<bdi dir="ltr">{escape(piece)}</bdi>' if ltr else escape(piece) for piece, ltr in cut(text))


def _block(block: Block, direction: str) -> str:
    if isinstance(block, Prose):
        return f"<p>{_runs(block.runs, direction)}</p>"
    if isinstance(block, Heading):
        return f"<p><strong>{_runs(block.runs, direction)}</strong></p>"
    if isinstance(block, Items):
        return _items(block, direction)
    return _table(block, direction)


def _items(block: Items, direction: str) -> str:
    tag = "ul" if block.start is None else "ol"
    start = f' start="{block.start}"' if block.start not in (None, 1) else ""
    inner = "".join(f"<li>{_item(item, direction)}</li>" for item in block.items)
    return f"<{tag}{start}>{inner}</{tag}>"


def _item(item: Sequence[Block], direction: str) -> str:
    if len(item) == 1 and isinstance(item[0], Prose):
        return _runs(item[0].runs, direction)
    return "".join(_block(block, direction) for block in item)


def _table(grid: Grid, direction: str) -> str:
    heads = "".join(f'<th scope="col">{_runs(cell, direction)}</th>' for cell in grid.heads)
    rows = "".join(f"<tr>{''.join(f'<td>{_runs(cell, direction)}</td>' for cell in row)}</tr>" for row in grid.rows)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _runs(runs: Sequence[Run], direction: str) -> str:
    return "".join(_run(run, direction) for run in runs)


def _run(run: Run, direction: str) -> str:
    inner = _text(run.text, direction)
    if run.emphasis:
        inner = f"<em>{inner}</em>"
    if run.strong:
        inner = f"<strong>{inner}</strong>"
    if run.link:
        inner = f'<a href="{escape(run.link)}">{inner}</a>'
    return f"{inner}<br>" if run.breaks else inner
