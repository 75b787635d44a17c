"""Every value in a letter comes from its own row: the fault of mail merges that wrote one name to 500 people."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from mobilize.campaign import folder
from mobilize.campaign.campaign import Campaign
from mobilize.letter import merge, text
from mobilize.letter.merge import Letter
from mobilize.world.countries import countries

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return folder.load(ROOT)[0]


@pytest.fixture(scope="module")
def letters(campaign: Campaign) -> list[Letter]:
    return [merge.merge(campaign, contact, today=dt.date(2013, 11, 12)) for contact in campaign.contacts]


def squeezed(words: str) -> str:
    """Without blanks, line ends and the marks that isolate directions."""
    return "".join(each for each in words if not each.isspace() and each.isprintable()).replace("’", "'")


def test_each_letter_is_addressed_to_its_own_row(letters: list[Letter]) -> None:
    for letter in letters:
        block = squeezed("".join(letter.address))
        assert squeezed(letter.contact.organisation) in block, letter.contact.id


def test_each_letter_names_its_own_country_and_its_own_record_alone(campaign: Campaign, letters: list[Letter]) -> None:
    for letter in letters:
        said = squeezed(text.text(letter))
        own = squeezed(countries()[letter.contact.country].name(letter.language)).partition("(")[0]
        assert own in said, letter.contact.id
        proven = {position.resolution.symbol for position in letter.standing.proof}
        for symbol in campaign.record.resolutions:
            if symbol in said and symbol not in {each.symbol for each in campaign.arguments.values()}:
                held = {p.resolution.symbol for p in campaign.record.positions.get(letter.contact.country, ())}
                assert symbol in held | proven, (letter.contact.id, symbol)


def test_no_letter_holds_the_organisation_of_another_row(campaign: Campaign, letters: list[Letter]) -> None:
    invented = {contact.organisation: contact.id for contact in campaign.contacts if contact.audience == "ngo"}
    for letter in letters:
        said = text.text(letter)
        for organisation, owner in invented.items():
            assert organisation not in said or owner == letter.contact.id


def test_no_two_letters_share_an_id_a_reference_or_a_text(letters: list[Letter]) -> None:
    assert len({letter.id for letter in letters}) == len(letters)
    assert len({letter.reference for letter in letters}) == len(letters)
    assert len({letter.digest for letter in letters}) == len(letters)
