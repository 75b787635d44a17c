"""The page for a meeting as paper: one page where it can be, data and never markup, the same bytes each time."""

from __future__ import annotations

import datetime as dt
import io

import pikepdf
import pypdf
import pytest

from mobilize.letter.brief import Brief, Quote, Section, pdf


def brief(*, points: int = 3, words: str = "Kenya will support it") -> Brief:
    item = "The draft already places the work of women defenders within the Declaration, adopted by consensus in 1998."
    return Brief(
        title="Kenya #set page(fill: red)",
        about="African Group · A/C.3/68/L.64",
        organisation="Us",
        foot="Us",
        date=dt.date(2013, 11, 20),
        sections=(
            Section(heading="What it said", quotes=(Quote(words=words, about="its own mail"),)),
            Section(heading="Talking points", items=(item,) * points),
        ),
    )


def text(paper: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(paper)).pages).split())


@pytest.mark.parametrize(("points", "pages"), [(1, 1), (28, 1), (120, 3)])
def test_it_is_one_page_unless_there_is_far_too_much(points: int, pages: int) -> None:
    paper = pypdf.PdfReader(io.BytesIO(pdf(brief(points=points))))
    assert len(paper.pages) == pages


def test_what_stands_in_a_mail_is_never_markup() -> None:
    hostile = '#import "x" #read("/etc/passwd") $x$ *bold* <label> \\ [a]'
    assert hostile in text(pdf(brief(words=hostile)))
    assert "Kenya #set page(fill: red)" in text(pdf(brief()))


def test_it_is_tagged_has_no_clock_and_is_the_same_each_time() -> None:
    paper = pdf(brief())
    assert paper == pdf(brief())
    with pikepdf.open(io.BytesIO(paper)) as opened:
        assert opened.Root.MarkInfo.Marked
        assert "/Creator" not in opened.docinfo or "Typst" in str(opened.docinfo["/Creator"])
    assert b"pdfuaid" in paper


@pytest.mark.parametrize("words", ["ستدعم كينيا القرار", "Кения поддержит", "肯尼亚将支持", "Le Bénin coparrainera"])
def test_words_in_every_script_of_the_letters_can_be_quoted(words: str) -> None:
    assert pdf(brief(words=words)).startswith(b"%PDF")
