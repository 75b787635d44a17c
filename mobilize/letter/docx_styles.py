"""The styles of a letter in Word: a partner changes one of them, and every paragraph of its kind follows.

Fonts, sizes, spaces and direction stand here and on no paragraph. Names are Word's own where it has one ("Salutation",
"Closing", "Signature"), so that they take the look of the partner's own letterhead when the text is pasted there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from docx.document import Document as DocumentObject
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml
from docx.shared import Length, Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

#: Fonts that Word and LibreOffice have or replace by one of the same width; for Latin, for right-to-left, for Chinese.
_LATIN, _COMPLEX, _EAST_ASIAN = "Times New Roman", "Times New Roman", "SimSun"
#: In points; Arabic letters are drawn smaller for their size.
_SIZE, _ARABIC_SIZE = 11, 12.5
ACCENT = RGBColor(0x3D, 0x2B, 0x56)
GREY = RGBColor(0x59, 0x59, 0x59)

#: Word's own names of our languages, for spelling and hyphenation.
LANGUAGE_TAGS = {
    "en": "en-GB",
    "fr": "fr-FR",
    "es": "es-ES",
    "ar": "ar-SA",
    "pt": "pt-PT",
    "ru": "ru-RU",
    "zh": "zh-CN",
}

_LEFT, _RIGHT, _JUSTIFY = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.JUSTIFY


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """One style."""

    name: str
    #: Of the letter's size.
    size: float = 1
    bold: bool = False
    colour: RGBColor | None = None
    #: Points above and below.
    before: float = 0
    after: float = 0
    align: WD_ALIGN_PARAGRAPH = _LEFT
    keep_with_next: bool = False
    left: Length | None = None
    hanging: Length | None = None
    #: Of a heading, for readers who go from one to the next; 0 is the highest.
    level: int | None = None


_LOOKS: Sequence[_Look] = (
    _Look(name="Letterhead", size=1.45, bold=True, colour=ACCENT),
    _Look(name="Letterhead Details", size=0.9, colour=GREY, after=18),
    # In a right-to-left paragraph Word counts sides from the right: its RIGHT is the far side either way.
    _Look(name="Date", align=_RIGHT),
    _Look(name="Inside Address"),
    _Look(name="Heading 1", bold=True, before=18, after=14, level=0),
    _Look(name="Heading 2", bold=True, after=7, keep_with_next=True, level=1),
    _Look(name="Salutation", after=7),
    _Look(name="Body Text", after=7, align=_JUSTIFY),
    _Look(name="List Bullet", after=6, left=Mm(8), hanging=Mm(5)),
    _Look(name="List Number", after=6, left=Mm(8), hanging=Mm(5)),
    _Look(name="Table Text", after=2),
    _Look(name="Closing", before=6, after=26, keep_with_next=True),
    _Look(name="Signature"),
    _Look(name="Footer", size=0.78, colour=GREY, align=WD_ALIGN_PARAGRAPH.CENTER),
)


def define(document: DocumentObject, language: str, *, rtl: bool) -> None:
    """Give a document the styles of a letter in this language."""
    normal = document.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    points = _ARABIC_SIZE if language == "ar" else _SIZE
    _sized(normal, points)
    _written_in(normal, language)
    form = normal.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing = 1.1 if rtl else 1.05
    form.widow_control = True
    if rtl:
        normal.element.get_or_add_pPr().append(OxmlElement("w:bidi"))
    for look in _LOOKS:
        _defined(document, look, points)


def _defined(document: DocumentObject, look: _Look, points: float) -> None:
    known = {style.name for style in document.styles}
    style = document.styles[look.name] if look.name in known else None
    if style is None:
        style = document.styles.add_style(look.name, WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(style, ParagraphStyle)
    _bare(style)
    style.base_style = document.styles["Normal"]
    style.quick_style = True
    _sized(style, points * look.size)
    if look.bold:
        style.font.bold = True
        _append(style.element.get_or_add_rPr(), "w:bCs")
    if look.colour is not None:
        style.font.color.rgb = look.colour
    form = style.paragraph_format
    form.space_before, form.space_after, form.alignment = Pt(look.before), Pt(look.after), look.align
    form.keep_with_next = look.keep_with_next or None
    if look.level is not None:
        _append(style.element.get_or_add_pPr(), "w:outlineLvl", str(look.level))
    if look.left is not None and look.hanging is not None:
        form.left_indent, form.first_line_indent = look.left, Length(-look.hanging)


def _bare(style: ParagraphStyle) -> None:
    """Take away what python-docx's template gives a style of this name: its fonts, colours and numbering."""
    for name in ("w:rPr", "w:pPr"):
        for found in style.element.findall(qn(name)):
            style.element.remove(found)


def _sized(style: ParagraphStyle, points: float) -> None:
    size = round(points * 2) / 2
    style.font.size = Pt(size)
    _append(style.element.get_or_add_rPr(), "w:szCs", str(int(size * 2)))


def _written_in(style: ParagraphStyle, language: str) -> None:
    """Fonts for each of Word's scripts, and the language for spelling: said once, for the whole letter."""
    style.font.name = _LATIN
    properties = style.element.get_or_add_rPr()
    fonts = properties.find(qn("w:rFonts"))
    for theme in ("asciiTheme", "hAnsiTheme", "cstheme", "eastAsiaTheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:cs"), _COMPLEX)
    fonts.set(qn("w:eastAsia"), _EAST_ASIAN)
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    tag = LANGUAGE_TAGS.get(language, language)
    spoken = OxmlElement("w:lang")
    spoken.set(qn("w:val"), tag)
    spoken.set(qn("w:bidi" if language == "ar" else "w:eastAsia"), tag)
    properties.append(spoken)


def _append(parent: object, name: str, value: str = "") -> None:
    element = OxmlElement(name)
    if value:
        element.set(qn("w:val"), value)
    parent.append(element)  # type: ignore[attr-defined]  # an element of lxml


#: Numbers of our two kinds of list in the numbering part; python-docx's template uses 0 to 8.
_BULLETS, _NUMBERS = 20, 21

_LEVEL = (
    '<w:abstractNum {space} w:abstractNumId="{id}"><w:multiLevelType w:val="singleLevel"/>'
    '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{format}"/><w:suff w:val="tab"/><w:lvlText w:val="{text}"/>'
    '<w:lvlJc w:val="start"/><w:pPr><w:ind w:left="454" w:hanging="283"/></w:pPr></w:lvl></w:abstractNum>'
)


class Lists:
    """The lists of one document: each counts for itself."""

    def __init__(self, document: DocumentObject) -> None:
        self._numbering = document.part.numbering_part.element
        first = next(iter(self._numbering.findall(qn("w:num"))))
        for identity, form, text in ((_BULLETS, "bullet", "–"), (_NUMBERS, "decimal", "%1.")):
            first.addprevious(parse_xml(_LEVEL.format(space=nsdecls("w"), id=identity, format=form, text=text)))

    def begin(self, start: int | None) -> int:
        """Begin a list, with bullets (None) or from a number; its own number, for `join`."""
        kind = _BULLETS if start is None else _NUMBERS
        made = self._numbering.add_num(kind)
        if start is not None:
            made.add_lvlOverride(ilvl=0).add_startOverride(start)
        return int(made.numId)

    @staticmethod
    def join(paragraph: object, number: int) -> None:
        """Make a paragraph an item of a list."""
        properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()  # type: ignore[attr-defined]  # noqa: SLF001
        properties.get_or_add_ilvl().val = 0
        properties.get_or_add_numId().val = number
