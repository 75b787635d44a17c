"""What PDF/UA-1 (ISO 14289-1) asks, looked up in the file by another library: veraPDF is in no registry that we reach.

Checked in every language and for every audience: tags for all that is read, artifacts for all that is not, a language,
a title that is shown, fonts inside the file with a way back to Unicode, text that comes out whole and in its order.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest

from mobilize.campaign.campaign import Campaign
from mobilize.campaign.contacts import Audience, Contact
from mobilize.letter.body import Paragraph
from mobilize.letter.markdown import Grid, Items, blocks
from mobilize.letter.merge import Letter, merge
from mobilize.letter.pdf import pdf

DAY = dt.date(2013, 11, 12)
LANGUAGES = ("en", "fr", "es", "ar", "pt", "ru", "zh")
CASES = [(audience, language) for audience in Audience for language in LANGUAGES]


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0].value}-{case[1]}")
def case(request: pytest.FixtureRequest, campaign: Campaign, a_contact: Callable[..., Contact]) -> tuple[Letter, bytes]:
    audience, language = request.param
    contact = a_contact(country="UY", audience=audience, language=language, accreditation="A")
    letter = merge(campaign, contact, today=DAY)
    return letter, pdf(letter, campaign)


def elements(node: pikepdf.Object) -> Iterator[pikepdf.Dictionary]:
    """The structure elements below a node, in reading order."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


def test_the_tags_say_what_each_part_is(case: tuple[Letter, bytes]) -> None:
    letter, data = case
    with pikepdf.open(io.BytesIO(data)) as document:
        kinds = [str(each.S) for each in elements(document.Root.StructTreeRoot)]
        assert kinds[0] == "/Document"
        assert kinds.count("/H1") == 1, "the subject is the one heading"
        forms = [block for paragraph in letter.paragraphs for block in blocks(paragraph.markdown)]
        lists = [block for block in forms if isinstance(block, Items)]
        assert kinds.count("/L") == len(lists)
        assert kinds.count("/LI") == sum(len(each.items) for each in lists)
        tables = [block for block in forms if isinstance(block, Grid)]
        assert kinds.count("/Table") == len(tables), "the frame of address and date is no table"
        assert kinds.count("/TH") == sum(len(each.heads) for each in tables)
        assert "/Figure" not in kinds
        roles = document.Root.StructTreeRoot.get("/RoleMap", pikepdf.Dictionary())
        standard = {"/Document", "/Part", "/Div", "/P", "/H1", "/L", "/LI", "/Lbl", "/LBody", "/Table", "/TR", "/TH"}
        standard |= {"/TD", "/THead", "/TBody", "/Span", "/Link", "/Strong", "/Em", "/Sect", "/NonStruct"}
        assert {kind for kind in kinds if kind not in standard and kind not in roles} == set()


def test_all_that_is_drawn_is_tagged_or_an_artifact(case: tuple[Letter, bytes]) -> None:
    _, data = case
    with pikepdf.open(io.BytesIO(data)) as document:
        for page in document.pages:
            depth, shown = 0, 0
            for instruction in pikepdf.parse_content_stream(page):
                operator = str(instruction.operator)
                depth += operator in {"BDC", "BMC"}
                depth -= operator == "EMC"
                if operator in {"Tj", "TJ", "S", "f", "Do"}:
                    shown += 1
                    assert depth > 0, "drawn outside every tag"
            assert depth == 0
            assert shown > 0
            assert "/StructParents" in page
            if "/Annots" in page:
                assert str(page.Tabs) == "/S", "links are visited in reading order"


def test_every_font_is_inside_and_leads_back_to_unicode(case: tuple[Letter, bytes]) -> None:
    _, data = case
    with pikepdf.open(io.BytesIO(data)) as document:
        found = 0
        for page in document.pages:
            for font in page.Resources.get("/Font", {}).values():  # type: ignore[union-attr]
                found += 1
                assert "/ToUnicode" in font
                descriptor = font.DescendantFonts[0].FontDescriptor
                assert {"/FontFile2", "/FontFile3"} & set(descriptor.keys())
        assert found > 0


def test_language_title_and_kind_are_told(case: tuple[Letter, bytes]) -> None:
    letter, data = case
    with pikepdf.open(io.BytesIO(data)) as document:
        assert str(document.Root.Lang).partition("-")[0] == letter.language
        assert bool(document.Root.MarkInfo.Marked)
        assert bool(document.Root.ViewerPreferences.DisplayDocTitle)
        assert str(document.docinfo["/Title"]) == letter.subject
        assert not document.is_encrypted, "a reader for the blind may take the text out"
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"


def squeezed(text: str) -> str:
    """Letters and digits alone: how a line is broken, and which mark stands where, is the reader's affair."""
    whole = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in whole if unicodedata.category(sign)[0] in "LN")


def test_the_text_comes_out_whole_and_in_its_order(case: tuple[Letter, bytes]) -> None:
    letter, data = case
    document = pypdfium2.PdfDocument(data)
    found = squeezed(" ".join(page.get_textpage().get_text_range() for page in document))
    place = 0
    for paragraph in letter.paragraphs:
        if "|" in paragraph.markdown:
            continue
        # Arabic with Latin words in it is given in the order of the eye by some readers: its first words are looked up.
        start = re.split(r"[A-Za-z0-9(«“\"]", re.sub(r"[*\\_]|^\W+", "", paragraph.markdown))[0]
        piece = squeezed(start)[:24]
        assert piece in found[place:], paragraph.markdown[:60]
        place = found.index(piece, place)


def test_a_long_table_runs_over_the_page_with_its_heads_on_each(
    campaign: Campaign, a_contact: Callable[..., Contact]
) -> None:
    rows = "\n".join(f"| {1950 + number} | A/RES/{number}/1 | General Assembly |" for number in range(70))
    table = Paragraph(markdown=f"| Jahr | Symbol | Organ |\n|---|---|---|\n{rows}", why="")
    letter = replace(merge(campaign, a_contact(), today=DAY), paragraphs=(table,))
    document = pypdfium2.PdfDocument(pdf(letter, campaign))
    texts = [page.get_textpage().get_text_range() for page in document]
    with_rows = [text for text in texts if "A/RES/" in text]
    assert len(with_rows) >= 2
    assert all("Symbol" in text for text in with_rows)
    assert sum(len(re.findall(r"A/RES/\d+/1", text)) for text in texts) == 70, "no row is lost or cut"
