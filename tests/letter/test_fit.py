"""The size of type: one page, as large as it goes, and right at the first guess, since each further one costs a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from mobilize.campaign.campaign import Campaign
from mobilize.letter import fit
from mobilize.letter.body import Paragraph
from mobilize.letter.merge import Letter
from mobilize.letter.pdf import pages, pdf, sized
from mobilize.letter.proofs import letters

Write = Callable[..., Letter]


def test_most_letters_are_set_once(campaign: Campaign) -> None:
    some = [(specimen.campaign, letter) for specimen, letter in letters(campaign)][::6]
    assert len(some) == 70
    again = [letter.id for own, letter in some if sized(letter, own)[0] != fit.sizes(letter)[0]]
    assert len(again) <= 5, again


@pytest.mark.parametrize("language", ["es", "pt", "ar", "ru"])
def test_the_lines_of_the_address_count(campaign: Campaign, write: Write, language: str) -> None:
    plain = write(language=language)
    address = (*plain.address, "Office of the Minister", "Third floor, east wing", "Building of the Two Rivers")
    longer = replace(plain, address=(*address, "Avenue of the First of May", "PO Box 1"))
    size = fit.sizes(longer)[0]
    assert size < fit.sizes(plain)[0]
    assert sized(longer, campaign)[0] == size, "right at the first guess, in a letter with a longer address too"


def test_a_second_line_of_the_subject_and_of_the_letterhead_and_a_drawn_signature_count(write: Write) -> None:
    letter = write()
    sizes = fit.sizes(letter)
    for longer in (
        replace(letter, subject=letter.subject * 4),
        replace(letter, letterhead=(letter.letterhead[0], "An office of many words " * 16)),
        replace(letter, signature_image="signature.png", address=letter.address + ("Third floor",) * 2),
    ):
        assert len(fit.sizes(longer)) < len(sizes)


def test_a_letter_that_fits_at_no_size_runs_on_at_the_size_that_reads_best(campaign: Campaign, write: Write) -> None:
    letter = write()
    longer = replace(letter, paragraphs=(*letter.paragraphs, Paragraph(markdown="More to say. " * 400, why="")))
    assert fit.sizes(longer) == fit.sizes(longer)[-1:], "the smallest is tried all the same"
    size, paper = sized(longer, campaign)
    assert size == fit.readable(longer) > fit.sizes(longer)[0]
    assert pages(paper) == pages(pdf(longer, campaign)) > 1
