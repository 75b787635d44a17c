"""Letter -> Word (DOCX), for partners who change a letter before they sign it.

Named styles (docx_styles.py), lists that count by themselves and one table, as Word and LibreOffice both show them;
right-to-left where the language is. No author
but the organisation, no history, no path, no clock (domain rules D6): the same letter gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.table import Table
from docx.text.paragraph import Paragraph
from docx.text.run import Run as WordRun

from mobilize.letter.archive import archive
from mobilize.letter.bidi import cut
from mobilize.letter.docx_styles import LANGUAGE_TAGS, Lists, define
from mobilize.letter.markdown import Block, Grid, Heading, Items, Prose, Run, blocks
from mobilize.letter.merge import Letter

#: What a Word document is (IANA media types).
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def docx(letter: Letter) -> bytes:
    """Write the letter as a Word document, A4. The same letter gives the same bytes. Never raises for its text."""
    document = Document()
    define(document, letter.language, rtl=letter.direction == "rtl")
    _set_page(document, letter)
    _set_properties(document, letter)
    writer = _Writer(document, letter)
    writer.head()
    writer.top()
    writer.body()
    writer.end()
    return _saved(document)


class _Writer:
    """Puts one letter's parts into one document, in their order."""

    def __init__(self, document: DocumentObject, letter: Letter) -> None:
        self.document = document
        self.letter = letter
        self.rtl = letter.direction == "rtl"
        self.lists = Lists(document)

    def head(self) -> None:
        first, *others = self.letter.letterhead
        self._line(first, "Letterhead")
        _rule_below(self._line("  ·  ".join(others), "Letterhead Details"))

    def top(self) -> None:
        words = self.letter.labels
        reference = f"{words['reference']}{words['colon']}{self.letter.reference}" if self.letter.reference else ""
        for text in filter(None, (self.letter.place_and_date, reference)):
            self._line(text, "Date")
        self._line("", "Inside Address")
        for text in self.letter.address:
            self._line(text, "Inside Address")
        self._line(f"{words['subject']}{words['colon']}{self.letter.subject}", "Heading 1")
        self._line(self.letter.salutation, "Salutation")

    def body(self) -> None:
        for paragraph in self.letter.paragraphs:
            for block in blocks(paragraph.markdown):
                self._block(block)

    def end(self) -> None:
        self._line(self.letter.close, "Closing")
        for text in self.letter.signature:
            self._line(text, "Signature")

    def _block(self, block: Block) -> None:
        if isinstance(block, Prose | Heading):
            line = self.document.add_paragraph(style="Body Text" if isinstance(block, Prose) else "Heading 2")
            self._runs(line, block.runs)
        elif isinstance(block, Items):
            self._items(block)
        else:
            self._grid(block)

    def _items(self, block: Items) -> None:
        number = self.lists.begin(block.start)
        style = "List Bullet" if block.start is None else "List Number"
        for item in block.items:
            for place, inner in enumerate(item):
                if not isinstance(inner, Prose | Heading):
                    self._block(inner)
                    continue
                line = self.document.add_paragraph(style=style)
                if place == 0:
                    self.lists.join(line, number)
                else:  # goes on under its item's text
                    line.paragraph_format.first_line_indent = Mm(0)
                self._runs(line, inner.runs)

    def _grid(self, grid: Grid) -> None:
        table = self.document.add_table(rows=0, cols=len(grid.heads))
        for place, cells in enumerate((grid.heads, *grid.rows)):
            row = table.add_row()
            _flag(row._tr.get_or_add_trPr(), "w:cantSplit")  # noqa: SLF001 - python-docx has no name for it
            if place == 0:
                _flag(row._tr.get_or_add_trPr(), "w:tblHeader")  # noqa: SLF001 - the same
            for cell, runs in zip(row.cells, cells, strict=True):
                line = cell.paragraphs[0]
                line.style = "Table Text"
                line.paragraph_format.keep_with_next = place < len(grid.rows)
                self._runs(line, runs, bold=place == 0)
        _borders(table)
        if self.rtl:
            _flag(table._tbl.tblPr, "w:bidiVisual")  # noqa: SLF001 - the same
        self._line("", "Table Text")

    def _runs(self, line: Paragraph, runs: Sequence[Run], *, bold: bool = False) -> None:
        for run in runs:
            for text, ltr in cut(run.text) if self.rtl else ((run.text, True),):
                made = self._run(line, text, ltr=ltr)
                made.font.bold, made.font.italic = run.strong or bold or None, run.emphasis or None
                if run.strong or bold:
                    _complex(made, "w:bCs")
            if run.breaks:
                line.add_run().add_break(WD_BREAK.LINE)

    def _line(self, text: str, style: str) -> Paragraph:
        line = self.document.add_paragraph(style=style)
        for piece, ltr in cut(text) if self.rtl else ((text, True),):
            self._run(line, piece, ltr=ltr)
        return line

    def _run(self, line: Paragraph, text: str, *, ltr: bool = False) -> WordRun:
        # A bracket before a left-to-right run stays with it: Word and LibreOffice would break the line between.
        made: WordRun = line.add_run(f"{text}\N{WORD JOINER}" if self.rtl and text.endswith("(") else text)
        if self.rtl and not ltr:
            _complex(made, "w:rtl")
        return made


def _set_page(document: DocumentObject, letter: Letter) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin, section.bottom_margin = Mm(18), Mm(20)
    section.different_first_page_header_footer = True
    first = section.first_page_footer.paragraphs[0]
    first.style = "Footer"
    first.add_run("  ·  ".join(letter.foot))
    others = section.footer.paragraphs[0]
    others.style = "Footer"
    before, _, rest = letter.labels["page_of"].partition("{page}")
    between, _, after = rest.partition("{pages}")
    others.add_run(before)
    _field(others, "PAGE")
    others.add_run(between)
    _field(others, "NUMPAGES")
    others.add_run(after)


def _set_properties(document: DocumentObject, letter: Letter) -> None:
    properties = document.core_properties
    day = dt.datetime.combine(letter.date, dt.time(), dt.UTC)
    properties.author = properties.last_modified_by = letter.letterhead[0]
    properties.title, properties.keywords = letter.subject, letter.reference
    properties.language = LANGUAGE_TAGS.get(letter.language, letter.language)
    properties.created = properties.modified = day
    properties.comments, properties.revision = "", 1


def _field(line: Paragraph, name: str) -> None:
    """A number that Word counts: PAGE or NUMPAGES."""
    run = line.add_run()
    for kind, text in (("begin", ""), ("", name), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)  # noqa: SLF001 - python-docx has no fields


def _flag(parent: object, name: str) -> None:
    parent.append(OxmlElement(name))  # type: ignore[attr-defined]  # an element of lxml


def _complex(run: WordRun, name: str) -> None:
    """Say of a run what Word wants to hear twice: for Latin and for complex scripts."""
    _flag(run._r.get_or_add_rPr(), name)  # noqa: SLF001 - python-docx has no name for it


def _rule_below(line: Paragraph) -> None:
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for key, value in (("val", "single"), ("sz", "6"), ("space", "4"), ("color", "3D2B56")):
        bottom.set(qn(f"w:{key}"), value)
    borders.append(bottom)
    line._p.get_or_add_pPr().append(borders)  # noqa: SLF001 - python-docx has no borders


def _borders(table: Table) -> None:
    borders = OxmlElement("w:tblBorders")
    for side in ("bottom", "insideH"):
        element = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "595959")):
            element.set(qn(f"w:{key}"), value)
        borders.append(element)
    table._tbl.tblPr.append(borders)  # noqa: SLF001 - python-docx has no borders


#: Order of properties in ECMA-376 17.3.1.26, 17.3.2.28, 17.4.60: Word may call a file broken that has another.
_ORDER = {
    "w:rPr": "rStyle rFonts b bCs i iCs color sz szCs rtl cs lang",
    "w:pPr": "pStyle keepNext keepLines widowControl numPr pBdr tabs bidi spacing ind jc outlineLvl rPr sectPr",
    "w:tblPr": "tblStyle bidiVisual tblW jc tblBorders tblLayout tblLook",
}


def _put_in_order(document: DocumentObject) -> None:
    for name, order in _ORDER.items():
        places = {qn(f"w:{child}"): place for place, child in enumerate(order.split())}
        for properties in (*document.element.body.iter(qn(name)), *document.styles.element.iter(qn(name))):
            properties[:] = sorted(properties, key=lambda child: places.get(child.tag, len(places)))


#: Says what made the file; python-docx's own would name a program on somebody's Macintosh.
_APPLICATION = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Application>Microsoft Office Word</Application></Properties>"
)

#: The picture of an empty page that python-docx's template carries, and the line that leads to it.
_THUMBNAIL = "docProps/thumbnail.jpeg"
_TO_THUMBNAIL = re.compile(rb'<Relationship [^>]*thumbnail\.jpeg"[^>]*/>')
#: Numbers of editing sessions, by which Word tells which files come from one machine.
_SESSIONS = re.compile(rb"<w:rsids>.*?</w:rsids>|<w:rsid [^>]*/>", re.DOTALL)


def _saved(document: DocumentObject) -> bytes:
    """Save with one fixed time on every part (the first that ZIP knows), and nothing of who or what made the file."""
    _put_in_order(document)
    made = io.BytesIO()
    document.save(made)
    parts: dict[str, bytes] = {}
    with zipfile.ZipFile(made) as saved:
        for name in saved.namelist():
            if name != _THUMBNAIL:
                content = _APPLICATION.encode() if name == "docProps/app.xml" else saved.read(name)
                parts[name] = _SESSIONS.sub(b"", _TO_THUMBNAIL.sub(b"", content))
    return archive(parts)
