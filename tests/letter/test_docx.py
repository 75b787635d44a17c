"""Word: whole, in order, right-to-left where it should be, and silent on who made it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from docx import Document
from docx.oxml.ns import qn

from mobilize.campaign.contacts import Audience
from mobilize.letter.docx import _ORDER, docx
from mobilize.letter.merge import Letter
from mobilize.letter.text import text

Write = Callable[..., Letter]


def lines(data: bytes) -> list[str]:
    return [paragraph.text for paragraph in Document(io.BytesIO(data)).paragraphs if paragraph.text]


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
        assert word in found or word in ("-", "--"), word


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
    for paragraph in document.paragraphs:
        assert paragraph._p.pPr.find(qn("w:bidi")) is not None
    runs = [run for paragraph in document.paragraphs for run in paragraph.runs]
    symbols = [run for run in runs if run.text.startswith("A/")]
    arabic = [run for run in runs if any("\u0600" <= sign <= "\u06ff" for sign in run.text)]
    assert symbols
    assert arabic
    assert all(run._r.rPr.find(qn("w:rtl")) is None for run in symbols)
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
