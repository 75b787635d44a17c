"""A body is printed once for all letters that cannot differ in it, and for no other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from mobilize.campaign import folder
from mobilize.campaign.campaign import Campaign
from mobilize.campaign.contacts import Audience, Contact, ContactId, Gender
from mobilize.errors import LetterWrong
from mobilize.letter import reads
from mobilize.letter.merge import Letter, merge
from mobilize.letter.partner import write

ROOT = Path(__file__).parents[2]
DAY = dt.date(2013, 11, 12)


WHOLE, _ = folder.load(ROOT)


@pytest.fixture
def campaign() -> Campaign:
    return WHOLE


def fresh(campaign: Campaign, contact: Contact, round: int = 1) -> Letter:
    """Write a letter of which nothing is kept: of a campaign that was never seen."""
    return write(replace(campaign), contact, today=DAY, round=round)


def with_body(campaign: Campaign, body: str, subject: str = "On {{ draft.symbol }}") -> Campaign:
    text = f"---\nsubject: {subject}\n---\n{body}\n"
    return replace(campaign, templates={**campaign.templates, "minister/en.md": text})


def minister(campaign: Campaign, **other: object) -> Contact:
    found = next(each for each in campaign.contacts if each.country == "KE" and each.audience is Audience.MINISTER)
    return replace(found, **other)  # type: ignore[arg-type]  # of the fields of a contact


def test_every_letter_of_the_campaign_is_the_one_that_is_written_alone(campaign: Campaign) -> None:
    for contact in campaign.contacts[::3]:
        other = replace(contact, id=ContactId(f"{contact.id}-x"), name="Amina Example", line=9_999, gender=Gender.F)
        for each in (contact, other):
            assert write(campaign, each, today=DAY) == fresh(campaign, each), each.id


def test_letters_that_cannot_differ_share_their_paragraphs(campaign: Campaign) -> None:
    one = merge(campaign, minister(campaign), today=DAY)
    other = merge(campaign, minister(campaign, name="Amina Example", line=77), today=DAY, round=2)
    assert all(a is b for a, b in zip(one.paragraphs, other.paragraphs, strict=True))
    assert one.salutation == other.salutation
    assert one.address != other.address
    assert one.digest != other.digest


#: Every way of asking for a value of the addressee that has occurred to us, direct and not.
ASKING = (
    "Dear {{ contact.name }}, well.",
    "{% if contact.gender == 'f' %}She.{% else %}They.{% endif %}",
    "{{ contact['organisation'] }}",
    "{% set who = contact %}{{ who.name }}",
    "{% for each in [contact] %}{{ each.name }}{% endfor %}",
    "{{ [contact] | map(attribute='name') | first }}",
    "{% macro said(x) %}{{ x.name }}{% endmacro %}{{ said(contact) }}",
    "{% macro because(x) %}{{ x.name }}{% endmacro %}{{ because(contact) }}",
    "{% if contact.sensitive %}Quietly.{% else %}Openly.{% endif %}",
    "{{ form.salutation }} {{ form.close }}",
    "{% set f = form %}{{ f.salutation }}",
    "Round {{ round }}.",
    "{% if round > 1 %}Again.{% else %}First.{% endif %}",
    "{% for n in range(round) %}x{% endfor %}",
    "Text.{{ because(contact) }}",
    "{% include 'blocks/en/own.md' %}",
    "{% include ['blocks/en/own.md'] %}",
    "{% set path = 'blocks/en/own.md' %}{% include path %}",
    "{% from 'blocks/en/macros.md' import said with context %}{{ said() }}",
    "{{ 'f' if contact == contact else 'x' }}{{ contact.office | lower }}",
)


def changed(contact: Contact) -> Sequence[Contact]:
    return (
        replace(contact, name="Amina Example"),
        replace(contact, gender=Gender.F if contact.gender is not Gender.F else Gender.M),
        replace(contact, organisation="Another Ministry"),
        replace(contact, office="Minister of State"),
        replace(contact, sensitive=not contact.sensitive),
        replace(contact, salutation="Dear friend,"),
        replace(contact, line=4_321),
    )


@pytest.mark.parametrize("body", ASKING)
def test_what_a_template_asks_of_the_addressee_is_never_anothers(campaign: Campaign, body: str) -> None:
    own = "Dear {{ contact.name }} of {{ contact.office }} ({{ round }})."
    macros = "{% macro said() %}{{ contact.name }}{% endmacro %}"
    blocks = {"blocks/en/own.md": own, "blocks/en/macros.md": macros}
    asked = with_body(campaign, f"A text that stands there. {body}")
    asked = replace(asked, templates={**asked.templates, **blocks})
    first = minister(asked, name="Wanjiru Example", gender=Gender.M, language="en")
    for contact in (first, *changed(first)):
        for round in (1, 2):
            assert merge(asked, contact, today=DAY, round=round) == merge(
                replace(asked), contact, today=DAY, round=round
            )


def test_a_subject_that_asks_counts_too(campaign: Campaign) -> None:
    asked = with_body(campaign, "A text.", subject="To {{ contact.name }}")
    first, second = (minister(asked, name=name, language="en") for name in ("Amina Example", "Wanjiru Example"))
    assert merge(asked, first, today=DAY).subject == "To Amina Example"
    assert merge(asked, second, today=DAY).subject == "To Wanjiru Example"


def test_a_mistake_is_said_of_each_letter(campaign: Campaign) -> None:
    wrong = with_body(campaign, "Dear None, a text.")
    for name in ("Amina Example", "Wanjiru Example"):
        with pytest.raises(LetterWrong, match="None"):
            merge(wrong, minister(wrong, name=name, language="en"), today=DAY)


def parsed(*texts: str) -> frozenset[str]:
    return reads.asked([reads.read([Environment().parse(text)]) for text in texts])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{{ country.name }} {{ draft.symbol }}", set()),
        ("{{ contact.name }}", {"contact.name"}),
        ("{{ contact['name'] }}", {"contact"}),
        ("{{ contact.nmae }}", {"contact"}),
        ("{{ because(contact) }}", set()),
        ("{{ because(contact, contact.name) }}", {"contact.name"}),
        ("{% set because = form %}{{ because(contact) }}", {"form", "contact"}),
        ("{% from 'x' import y as because %}{{ because(contact) }}", {"contact"}),
        ("{% import 'x' as because %}{{ because(contact) }}", {"contact"}),
        ("{{ other(contact) }}", {"contact"}),
        ("{{ form.close }}{{ round }}", {"form.close", "round"}),
    ],
)
def test_what_a_template_can_ask_for_is_read_from_its_tree(text: str, found: set[str]) -> None:
    assert parsed(text) == found


@given(
    st.lists(st.sampled_from([each for each in ASKING if "blocks" not in each]), min_size=1, max_size=3),
    st.text(alphabet="abcé ", min_size=1, max_size=8),
    st.integers(1, 3),
)
def test_any_mixture_of_them_is_as_if_written_alone(pieces: list[str], name: str, round: int) -> None:
    asked = with_body(WHOLE, "A text. " + " ".join(piece.replace("macro because", "macro own") for piece in pieces))
    contact = minister(asked, name=name, language="en")
    merge(asked, minister(asked, name="Amina Example", language="en"), today=DAY)
    assert merge(asked, contact, today=DAY, round=round) == merge(replace(asked), contact, today=DAY, round=round)
