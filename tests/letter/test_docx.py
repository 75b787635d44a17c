"""Word: whole, in order, right-to-left where it should be, and silent on who made it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest
from docx import Document
from docx.document import Document as DocumentObject
from docx.oxml.ns import qn
from docx.styles.style import ParagraphStyle

from mobilize.campaign.contacts import Audience
from mobilize.letter.body import Paragraph
from mobilize.letter.docx import _ORDER, docx
from mobilize.letter.merge import Letter
from mobilize.letter.text import text

Write = Callable[..., Letter]


def lines(data: bytes) -> list[str]:
    return [paragraph.text for paragraph in Document(io.BytesIO(data)).paragraphs if paragraph.text]


def used(document: DocumentObject) -> dict[str, ParagraphStyle]:
    return {paragraph.style.name: paragraph.style for paragraph in document.paragraphs}  # type: ignore[union-attr,misc]


def test_every_part_has_a_style_of_its_own_and_no_look_of_its_own(write: Write) -> None:
    document = Document(io.BytesIO(docx(write(country="MX", audience=Audience.NGO, office=""))))
    assert set(used(document)) == {
        *("Letterhead", "Letterhead Details", "Date", "Inside Address", "Heading 1", "Salutation", "Body Text"),
        *("List Bullet", "Table Text", "Closing", "Signature"),
    }
    for paragraph in document.paragraphs:
        assert paragraph.paragraph_format.space_after is None
        assert all(run.font.name is None and run.font.size is None for run in paragraph.runs)
    assert document.styles["Heading 1"].element.pPr.find(qn("w:outlineLvl")) is not None, "found by a reader's ear"


def test_each_numbered_list_counts_for_itself(write: Write) -> None:
    lists = (Paragraph(markdown="1. one\n2. two", why=""), Paragraph(markdown="5. five\n6. six\n\n- a", why=""))
    document = Document(io.BytesIO(docx(replace(write(), paragraphs=lists))))
    items = [paragraph for paragraph in document.paragraphs if paragraph._p.pPr.numPr is not None]
    numbers = [paragraph._p.pPr.numPr.numId.val for paragraph in items]
    assert len(set(numbers)) == 3
    assert numbers[0] == numbers[1] != numbers[2] == numbers[3]
    known = {each.numId: each for each in document.part.numbering_part.element.num_lst}
    starts = [known[number].lvlOverride_lst[0].startOverride.val for number in (numbers[0], numbers[2])]
    assert starts == [1, 5]


def test_the_same_letter_gives_the_same_bytes_and_no_time_of_day(write: Write) -> None:
    first = docx(write(country="SN"))
    assert docx(write(country="SN")) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("country", ["KE", "SN", "PE", "EG", "AO", "RU", "CN"])
def test_every_word_of_the_letter_is_there_in_order(write: Write, country: str) -> None:
    letter = write(country=country)
    found = " ".join("".join(lines(docx(letter))).replace("\u2060", "").split())
    place = -1
    for part in (letter.letterhead[0], letter.address[0], letter.salutation, letter.close, letter.signature[0]):
        place = found.find(part.replace("\u00a0", " "), place + 1)
        assert place >= 0, part
    for word in text(letter).replace("\u2066", "").replace("\u2069", "").split():
        assert word in found or word in ("-", "--") or re.fullmatch(r"\d+\.", word), word


def test_it_says_nothing_of_who_made_it_where_and_when(write: Write) -> None:
    with zipfile.ZipFile(io.BytesIO(docx(write(name="Ana Example")))) as archive:
        names = archive.namelist()
        everything = b"".join(archive.read(name) for name in names).decode("utf-8", "replace")
    assert "docProps/thumbnail.jpeg" not in names
    for trace in ("python-docx", "Macintosh", "/work/", "Steve Canny", "<w:rsid"):
        assert trace not in everything, trace
    properties = Document(io.BytesIO(docx(write()))).core_properties
    assert properties.author == properties.last_modified_by == "Women Living Under Muslim Laws"
    assert (properties.revision, properties.comments) == (1, "")
    assert properties.created is not None
    assert properties.created.strftime("%Y-%m-%d %H:%M") == "2013-11-12 00:00"


def test_arabic_paragraphs_and_runs_go_from_right_to_left_and_symbols_do_not(write: Write) -> None:
    document = Document(io.BytesIO(docx(write(country="EG"))))
    assert document.styles["Normal"].element.pPr.find(qn("w:bidi")) is not None, "every style stands on this one"
    assert all(style.base_style.name == "Normal" for style in used(document).values())
    runs = [run for paragraph in document.paragraphs for run in paragraph.runs]
    symbols = [run for run in runs if run.text.startswith("A/")]
    arabic = [run for run in runs if any("\u0600" <= sign <= "\u06ff" for sign in run.text)]
    assert symbols
    assert arabic
    assert all(run._r.rPr is None or run._r.rPr.find(qn("w:rtl")) is None for run in symbols)
    assert all(run._r.rPr.find(qn("w:rtl")) is not None for run in arabic)


def test_the_record_is_a_table_whose_heads_repeat_and_whose_rows_do_not_split(write: Write) -> None:
    letter = write(country="DE", audience=Audience.NGO, language="en", office="")
    (table,) = Document(io.BytesIO(docx(letter))).tables
    assert [cell.text for cell in table.rows[0].cells] == ["Year", "Resolution", "Body", "Germany"]
    assert table.rows[1].cells[1].text == "A/RES/66/164"
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)


def test_properties_stand_in_the_order_that_the_standard_wants(write: Write) -> None:
    body = Document(io.BytesIO(docx(write(country="EG", audience=Audience.NGO, office="")))).element.body
    for name, order in _ORDER.items():
        places = {qn(f"w:{child}"): place for place, child in enumerate(order.split())}
        for properties in body.iter(qn(name)):
            found = [places[child.tag] for child in properties]
            assert found == sorted(found)


def test_pages_are_numbered_from_the_second(write: Write) -> None:
    section = Document(io.BytesIO(docx(write()))).sections[0]
    assert section.different_first_page_header_footer
    assert "wluml@wluml.org" in section.first_page_footer.paragraphs[0].text
    assert "PAGE" in section.footer.paragraphs[0]._p.xml
    assert "NUMPAGES" in section.footer.paragraphs[0]._p.xml


def test_a_value_is_text_in_word_too(write: Write) -> None:
    value = "<w:b/> & {{ x }} **y** \u202e"
    assert "<w:b/> & {{ x }} **y** \u202e" not in lines(docx(write(name=value)))
    assert any("<w:b/> & {{ x }} **y**" in line for line in lines(docx(write(name="<w:b/> & {{ x }} **y**"))))
