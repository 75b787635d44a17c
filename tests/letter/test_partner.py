"""The partner's own letter: in its name, without ours, and never where it could harm it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import replace

import pypdf
import pytest

from mobilize.campaign.campaign import Campaign
from mobilize.campaign.contacts import Audience, Contact, ContactId, Gender
from mobilize.errors import Refused
from mobilize.letter.docx import docx
from mobilize.letter.html import html
from mobilize.letter.merge import merge
from mobilize.letter.partner import Partner, own_letter, write
from mobilize.letter.pdf import pages, pdf
from mobilize.letter.text import text

DAY = dt.date(2013, 11, 12)
PARTNER = Partner(organisation="Lantern Network", place="Nairobi", address="desk@lantern.example")


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar", "pt", "ru", "zh"])
def test_the_letter_is_the_partners_in_every_language_and_shows_nothing_of_ours(
    campaign: Campaign, a_contact: Callable[..., Contact], language: str
) -> None:
    letter = own_letter(campaign, a_contact(country="KE"), PARTNER, language=language, today=DAY)
    for shown in (text(letter), html(letter)):
        assert "Lantern Network" in shown
        assert "desk@lantern.example" in shown
        for ours in ("Women Living", "wluml", "London", "Londres", "Лондон", "伦敦", "لندن"):
            assert ours not in shown, ours
    assert letter.language == language
    assert letter.reference == ""
    assert pages(pdf(letter, campaign)) == 1
    assert docx(letter)


def test_it_leads_to_no_entry_of_our_outbox(campaign: Campaign, a_contact: Callable[..., Contact]) -> None:
    ours = merge(campaign, a_contact(country="KE"), today=DAY)
    theirs = own_letter(campaign, a_contact(country="KE"), PARTNER, language="en", today=DAY)
    assert theirs.id != ours.id
    assert ours.reference not in text(theirs)


def test_what_the_partner_left_out_is_a_blank_and_no_empty_line(
    campaign: Campaign, a_contact: Callable[..., Contact]
) -> None:
    letter = own_letter(campaign, a_contact(), Partner(organisation="Red Faro"), language="es", today=DAY)
    words = " ".join(text(letter).split())
    assert "(lugar), 12 de noviembre de 2013" in words
    assert "(su dirección)" in words
    assert "None" not in words
    assert letter.foot == ()
    assert letter.signature == ("Red Faro",)


def test_a_sensitive_recipient_gets_no_letter_in_a_local_name(
    campaign: Campaign, a_contact: Callable[..., Contact]
) -> None:
    with pytest.raises(Refused, match="sensitive"):
        own_letter(campaign, a_contact(sensitive=True), PARTNER, language="en", today=DAY)


def test_partners_do_not_write_to_partners_nor_without_a_name(
    campaign: Campaign, a_contact: Callable[..., Contact]
) -> None:
    with pytest.raises(Refused, match="ministers and institutions"):
        own_letter(campaign, a_contact(audience=Audience.NGO), PARTNER, language="en", today=DAY)
    with pytest.raises(Refused, match="needs the organisation's name"):
        own_letter(campaign, a_contact(), Partner(organisation=" \u202e "), language="en", today=DAY)


def test_what_a_partner_types_is_text(campaign: Campaign, a_contact: Callable[..., Contact]) -> None:
    nasty = Partner(
        organisation="**A** <b>B</b> {{ 7*7 }}", signatory="#set page\r\nBcc: x", office="[x](javascript:y)"
    )
    letter = own_letter(campaign, a_contact(), nasty, language="en", today=DAY)
    words = text(letter)
    assert "**A** <b>B</b> {{ 7*7 }}" in words
    assert "#set page Bcc: x" in words
    assert "<b>B" not in html(letter)


def with_minister(campaign: Campaign, minister: Contact) -> Campaign:
    return replace(campaign, contacts=(minister,))


def test_an_ngo_gets_the_letter_to_its_own_minister_beside_ours(
    campaign: Campaign, a_contact: Callable[..., Contact]
) -> None:
    ngo = a_contact(
        id=ContactId("mx-ngo-1"), country="MX", audience=Audience.NGO, organisation="Círculo Faro", office=""
    )
    one = with_minister(campaign, a_contact(country="MX"))
    beside = write(one, ngo, today=DAY).enclosure
    assert beside is not None
    assert beside.letterhead == ("Círculo Faro",)
    assert beside.language == "es"
    assert "México" in text(beside)


def test_the_digest_is_over_the_enclosure_too(campaign: Campaign, a_contact: Callable[..., Contact]) -> None:
    ngo = a_contact(country="MX", audience=Audience.NGO, organisation="Círculo Faro", office="")
    minister = a_contact(country="MX", gender=Gender.F)
    before = write(with_minister(campaign, minister), ngo, today=DAY)
    assert before.digest == write(with_minister(campaign, minister), ngo, today=DAY).digest
    after = write(with_minister(campaign, replace(minister, name="Ana Ejemplo")), ngo, today=DAY)
    assert text(before) == text(after), "our own letter names no minister"
    assert before.digest != after.digest


def test_the_enclosed_paper_bears_neither_our_logo_nor_our_name(
    campaign: Campaign, a_contact: Callable[..., Contact]
) -> None:
    ngo = a_contact(country="MX", audience=Audience.NGO, organisation="Círculo Faro", office="")
    drawn = replace(
        with_minister(campaign, a_contact(country="MX")),
        sender=replace(campaign.sender, logo="logo.svg", signature="hand.svg"),
        images=dict.fromkeys(
            ("logo.svg", "hand.svg"), b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
        ),
    )
    letter = write(drawn, ngo, today=DAY)
    assert (letter.logo, letter.signature_image) == ("logo.svg", "hand.svg")
    assert letter.enclosure is not None
    assert (letter.enclosure.logo, letter.enclosure.signature_image) == ("", "")
    paper = pypdf.PdfReader(io.BytesIO(pdf(letter.enclosure, drawn)))
    assert paper.metadata is not None
    assert paper.metadata.author == "Círculo Faro"
    assert b"Women Living" not in pdf(letter.enclosure, drawn)


def test_no_enclosure_names_a_local_ngo_where_one_side_is_sensitive_or_nobody_is_there(
    campaign: Campaign, a_contact: Callable[..., Contact]
) -> None:
    ngo = a_contact(country="MX", audience=Audience.NGO, organisation="Círculo Faro", office="")
    plain = with_minister(campaign, a_contact(country="MX"))
    for one, reader in (
        (with_minister(campaign, a_contact(country="MX", sensitive=True)), ngo),
        (plain, replace(ngo, sensitive=True)),
        (with_minister(campaign, a_contact(country="KE")), ngo),
        (plain, a_contact(country="MX")),
    ):
        assert write(one, reader, today=DAY).enclosure is None
