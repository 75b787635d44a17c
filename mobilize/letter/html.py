"""Letter -> HTML for the mail: one column, styles inlined, nothing remote, no script, no image (rules B6, D4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

import css_inline

from mobilize.letter.bidi import cut
from mobilize.letter.markdown import Block, Grid, Heading, Items, Prose, Run, blocks
from mobilize.letter.merge import Letter, Paragraph

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
table { border-collapse: collapse; margin: 0 0 14px 0; width: 100%; }
th { text-align: start; font-weight: bold; border-bottom: 2px solid #8a8a8a; padding: 4px 8px 4px 0; }
td { text-align: start; border-bottom: 1px solid #8a8a8a; padding: 4px 8px 4px 0; vertical-align: top; }
.foot { border-top: 1px solid #8a8a8a; margin: 24px 0 0 0; padding-top: 10px; }
"""


def html(letter: Letter) -> str:
    """Write the letter as a whole HTML document. Data in it is text; the only links are those of the template."""
    document = "".join(_document(letter))
    return str(css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False).inline(document))


def _document(letter: Letter) -> Iterator[str]:
    lang, way = escape(letter.language), escape(letter.direction)
    words = letter.labels
    yield f'<!DOCTYPE html>\n<html lang="{lang}" dir="{way}">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield '<meta name="color-scheme" content="light dark">\n'
    yield '<meta name="supported-color-schemes" content="light dark">\n'
    yield f"<title>{escape(letter.subject)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
    yield f'<div class="page" lang="{lang}" dir="{way}">\n'
    yield f'<div class="head"><div class="organisation">{_text(letter.letterhead[0], letter)}</div>'
    yield "".join(f'<div class="small">{_text(line, letter)}</div>' for line in letter.letterhead[1:]) + "</div>\n"
    yield f'<div class="date">{_text(letter.place_and_date, letter)}'
    if letter.reference:
        label, number = _text(words["reference"] + words["colon"], letter), _text(letter.reference, letter)
        yield f'<br><span class="small">{label}{number}</span>'
    yield "</div>\n"
    yield f'<div class="address">{_lines(letter.address, letter)}</div>\n'
    yield f'<div class="subject">{_text(words["subject"] + words["colon"] + letter.subject, letter)}</div>\n'
    yield f"<p>{_text(letter.salutation, letter)}</p>\n"
    for paragraph in letter.paragraphs:
        for block in blocks(paragraph.markdown):
            yield _block(block, letter) + "\n"
    yield f"<p>{_text(letter.close, letter)}</p>\n"
    yield f"<p>{_lines(letter.signature, letter)}</p>\n"
    if letter.foot:
        yield f'<div class="foot small">{_lines(letter.foot, letter)}</div>\n'
    yield "</div>\n</body>\n</html>\n"


def shown(paragraph: Paragraph, letter: Letter) -> str:
    """One paragraph of a letter as HTML without styles, to be quoted on a page of ours."""
    return "".join(_block(block, letter) for block in blocks(paragraph.markdown))


def _lines(lines: Iterable[str], letter: Letter) -> str:
    return "<br>".join(_text(line, letter) for line in lines)


def _text(text: str, letter: Letter) -> str:
    """Escape text; in a right-to-left letter its left-to-right runs stand in <bdi>."""
    if letter.direction != "rtl":
        return escape(text)
    return "".join(f'<bdi dir="ltr">{escape(piece)}</bdi>' if ltr else escape(piece) for piece, ltr in cut(text))


def _block(block: Block, letter: Letter) -> str:
    if isinstance(block, Prose):
        return f"<p>{_runs(block.runs, letter)}</p>"
    if isinstance(block, Heading):
        return f"<p><strong>{_runs(block.runs, letter)}</strong></p>"
    if isinstance(block, Items):
        return _items(block, letter)
    return _table(block, letter)


def _items(block: Items, letter: Letter) -> str:
    tag = "ul" if block.start is None else "ol"
    start = f' start="{block.start}"' if block.start not in (None, 1) else ""
    inner = "".join(f"<li>{_item(item, letter)}</li>" for item in block.items)
    return f"<{tag}{start}>{inner}</{tag}>"


def _item(item: Sequence[Block], letter: Letter) -> str:
    if len(item) == 1 and isinstance(item[0], Prose):
        return _runs(item[0].runs, letter)
    return "".join(_block(block, letter) for block in item)


def _table(grid: Grid, letter: Letter) -> str:
    heads = "".join(f'<th scope="col">{_runs(cell, letter)}</th>' for cell in grid.heads)
    rows = "".join(f"<tr>{''.join(f'<td>{_runs(cell, letter)}</td>' for cell in row)}</tr>" for row in grid.rows)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _runs(runs: Sequence[Run], letter: Letter) -> str:
    return "".join(_run(run, letter) for run in runs)


def _run(run: Run, letter: Letter) -> str:
    inner = _text(run.text, letter)
    if run.emphasis:
        inner = f"<em>{inner}</em>"
    if run.strong:
        inner = f"<strong>{inner}</strong>"
    if run.link:
        inner = f'<a href="{escape(run.link)}">{inner}</a>'
    return f"{inner}<br>" if run.breaks else inner
