"""The paper: tagged, one page, the same bytes every time, its text whole and in order."""

from __future__ import annotations

import datetime as dt
import io
import re
import threading
from collections.abc import Callable
from dataclasses import replace

import pikepdf
import pypdf
import pypdfium2
import pytest

from mobilize.campaign.campaign import Campaign
from mobilize.campaign.contacts import Audience, Contact
from mobilize.errors import FontMissing, LetterWrong, TemplateWrong
from mobilize.letter import pdf as paper
from mobilize.letter.body import Paragraph
from mobilize.letter.merge import Letter, merge
from mobilize.letter.pdf import pages, pdf, png
from mobilize.letter.proofs import letters

Write = Callable[..., Letter]
DAY = dt.date(2013, 11, 12)


def words(document: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(document)).pages).split())


def test_the_same_letter_gives_the_same_bytes(campaign: Campaign, write: Write) -> None:
    first = pdf(write(), campaign)
    pdf(write(country="SN"), campaign)
    assert pdf(write(), campaign) == first


def test_two_threads_print_at_once(campaign: Campaign, write: Write) -> None:
    letter, found = write(), []
    threads = [threading.Thread(target=lambda: found.append(pdf(letter, campaign))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert len(set(found)) == 1


def test_the_paper_is_tagged_and_says_what_it_is_and_not_who_made_it(campaign: Campaign, write: Write) -> None:
    letter = write(country="SN", name="Awa Exemple")
    with pikepdf.open(io.BytesIO(pdf(letter, campaign))) as document:
        root = document.Root
        assert str(root.Lang) == "fr"
        assert bool(root.MarkInfo.Marked)
        assert "/StructTreeRoot" in root
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert str(document.docinfo["/Title"]) == letter.subject
        assert str(document.docinfo["/Author"]) == "Women Living Under Muslim Laws"
        assert str(document.docinfo["/CreationDate"]).startswith("D:20131112"), "the letter's day, no clock"
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:language"] == ["fr"] or "fr" in metadata["dc:language"]


def test_every_font_is_embedded(campaign: Campaign, write: Write) -> None:
    with pikepdf.open(io.BytesIO(pdf(write(), campaign))) as document:
        fonts = [
            font
            for page in document.pages
            for font in page.Resources.get("/Font", {}).values()  # type: ignore[union-attr]
        ]
        assert fonts
        for font in fonts:
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))


def test_the_text_comes_out_whole_and_in_order(campaign: Campaign, write: Write) -> None:
    letter = write(country="MX")
    text = words(pdf(letter, campaign)).replace("- ", "")
    parts = [
        letter.letterhead[0],
        letter.address[0],
        letter.reference,
        "Asunto: Proyecto de resolución A/C.3/68/L.64",
        letter.salutation,
        "copatrocinó",
        "A/RES/S-26/2",
        "wluml@wluml.org",
        "Aprovechamos la ocasión",
    ]
    places = [text.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


def test_markup_in_a_value_is_printed_as_it_stands(campaign: Campaign, write: Write) -> None:
    text = words(pdf(write(name="#set page(width: 1pt) *x* $y$ @z <a>"), campaign))
    assert "#set page(width: 1pt) *x* $y$ @z <a>" in text


def test_a_long_letter_runs_on_with_its_pages_numbered_from_the_second(campaign: Campaign, write: Write) -> None:
    long = replace(
        write(), paragraphs=tuple(Paragraph(markdown="Words of the letter. " * 40, why="") for _ in range(14))
    )
    document = pypdf.PdfReader(io.BytesIO(pdf(long, campaign)))
    texts = [page.extract_text() for page in document.pages]
    assert len(texts) > 1
    assert "Page 1 of" not in texts[0]
    assert f"Page 2 of {len(texts)}" in texts[1]
    assert "Words of the letter" in texts[-1], "the close does not stand alone on a page"


def test_a_short_table_stays_whole_on_one_page(campaign: Campaign, write: Write) -> None:
    rows = "\n".join(f"| {2000 + number} | R/{number} |" for number in range(10))
    table = Paragraph(markdown=f"| Year | Resolution |\n|---|---|\n{rows}", why="")
    for filler in range(20, 30):
        words_before = tuple(Paragraph(markdown="One line of text.", why="") for _ in range(filler))
        document = pypdf.PdfReader(io.BytesIO(pdf(replace(write(), paragraphs=(*words_before, table)), campaign)))
        with_rows = [page for page in document.pages if "R/0" in page.extract_text() or "R/9" in page.extract_text()]
        assert len(with_rows) == 1


def test_a_letter_in_a_script_without_font_names_the_sign(campaign: Campaign, write: Write) -> None:
    with pytest.raises(FontMissing, match=r"'ქ' \(U\+10E5 GEORGIAN LETTER KHAR\)"):
        pdf(write(organisation="ქალთა ქსელი"), campaign)


def test_without_the_chinese_fonts_the_error_names_the_extra(
    campaign: Campaign, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper, "_WHEELS", {"fontpkg_amiri": "files", "noto_cjk_not_installed": ""})
    monkeypatch.setattr(paper, "_HAN_WHEEL", "noto_cjk_not_installed")
    monkeypatch.setattr(paper, "_THREAD", threading.local())
    with pytest.raises(FontMissing) as caught:
        pdf(write(name="王芳"), campaign)
    assert "mobilize[zh]" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("logo.png", b"\x89PNG\r\n\x1a\n but no more"),
        ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><rect width='1"),
        ("logo.svg", b"<html>not a drawing at all <svg </html>"),
    ],
)
def test_a_logo_that_is_no_image_is_named(
    campaign: Campaign, a_contact: Callable[..., Contact], name: str, content: bytes
) -> None:
    drawn = replace(campaign, sender=replace(campaign.sender, logo=name), images={name: content})
    with pytest.raises(LetterWrong, match="image cannot be drawn") as caught:
        pdf(merge(drawn, a_contact(), today=DAY), drawn)
    assert name in caught.value.hint


def test_the_kind_of_a_logo_is_read_from_it_and_not_from_its_name(
    campaign: Campaign, a_contact: Callable[..., Contact]
) -> None:
    drawn = replace(campaign, sender=replace(campaign.sender, logo="logo.svg"), images={"logo.svg": DOT})
    assert pages(pdf(merge(drawn, a_contact(), today=DAY), drawn)) == 1


def test_every_arabic_word_is_found_on_the_paper(campaign: Campaign) -> None:
    """A reader for the blind and a search take a PDF's text as PDFium does: vowel signs would stand elsewhere in it."""
    for specimen, letter in letters(campaign):
        if letter.language != "ar":
            continue
        document = pypdfium2.PdfDocument(pdf(letter, specimen.campaign))
        found = " ".join(page.get_textpage().get_text_range() for page in document)
        bare = re.sub(
            "[\u064b-\u0652]", "", " ".join((letter.salutation, letter.close, *(p.markdown for p in letter.paragraphs)))
        )
        missing = {word for word in re.findall("[\u0621-\u064a]+", bare) if word not in found}
        assert not missing, specimen.contact.id


def test_an_archive_copy_is_pdf_a_and_pdf_ua_at_once(campaign: Campaign, write: Write) -> None:
    with pikepdf.open(io.BytesIO(pdf(write(), campaign, standards=("ua-1", "a-2a")))) as document:
        with document.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")
            assert metadata["pdfuaid:part"] == "1"
        assert "/OutputIntents" in document.Root


@pytest.mark.parametrize("line", ['#import "@preview/x:1.0.0": y', '#include "x.typ"', '#let a = read("/etc/passwd")'])
def test_a_template_of_the_paper_that_brings_files_in_is_refused(campaign: Campaign, write: Write, line: str) -> None:
    changed = replace(campaign, templates={**campaign.templates, "letter.typ": f"// paper\n{line}\n"})
    with pytest.raises(TemplateWrong, match="is not allowed") as caught:
        pdf(write(), changed)
    assert caught.value.line == 2


def test_a_mistake_in_the_paper_names_its_line(campaign: Campaign, write: Write) -> None:
    changed = replace(campaign, templates={**campaign.templates, "letter.typ": "= One\n\n#nowhere\n"})
    with pytest.raises(TemplateWrong, match="unknown variable: nowhere") as caught:
        pdf(write(), changed)
    assert caught.value.line == 3


def test_pages_can_be_drawn_to_be_looked_at(campaign: Campaign, write: Write) -> None:
    drawn = png(write(audience=Audience.NGO, country="DE"), campaign, ppi=30)
    assert len(drawn) == 1
    assert drawn[0].startswith(b"\x89PNG")
    assert pages(pdf(write(), campaign)) == 1


#: The smallest picture that PNG can hold: one pixel.
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc000000301010"
    "0c9fe92ef0000000049454e44ae426082"
)


def test_logo_and_signature_are_drawn_and_described_and_no_signature_goes_to_a_sensitive_recipient(
    campaign: Campaign, a_contact: Callable[..., Contact]
) -> None:
    sender = replace(campaign.sender, logo="logo.png", signature="hand.png", signatory="A. Signatory")
    drawn = replace(campaign, sender=sender, images={"logo.png": DOT, "hand.png": DOT})

    def figures(**changes: object) -> list[str]:
        with pikepdf.open(io.BytesIO(pdf(merge(drawn, a_contact(**changes), today=DAY), drawn))) as document:
            return sorted(
                str(each.Alt) for each in document.objects if isinstance(each, pikepdf.Dictionary) and "/Alt" in each
            )

    assert figures() == ["A. Signatory", "Women Living Under Muslim Laws"]
    assert figures(sensitive=True) == ["Women Living Under Muslim Laws"]


def test_an_overlong_name_stays_between_the_margins(campaign: Campaign, write: Write) -> None:
    name = "Very Long Name " * 13
    document = pypdfium2.PdfDocument(pdf(write(name=name, organisation="Ministry" * 25), campaign))
    page = document[0]
    text = page.get_textpage()
    boxes = [text.get_charbox(place) for place in range(text.count_chars())]
    assert max(right for _, _, right, _ in boxes) <= page.get_width() - 25 * 72 / 25.4 + 6, "a hyphen may hang over"
    assert " ".join(text.get_text_range().split()).count("Name") == 13
