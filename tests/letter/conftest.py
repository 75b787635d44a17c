"""The shipped campaign, and contacts and templates made by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mobilize.campaign import folder
from mobilize.campaign.campaign import Campaign
from mobilize.campaign.contacts import Audience, Contact, ContactId, Gender
from mobilize.letter.merge import Letter, merge

DAY = dt.date(2013, 11, 12)


@pytest.fixture(scope="session")
def campaign() -> Campaign:
    """The campaign of November 2013, as it is shipped."""
    read, _ = folder.load(Path(__file__).parents[2])
    return read


@pytest.fixture(scope="session")
def a_contact() -> Callable[..., Contact]:
    """A contact with any field as the test wants it."""

    def make(**changes: object) -> Contact:
        contact = Contact(
            id=ContactId("ph-minister-00000000"),
            country="PH",
            audience=Audience.MINISTER,
            organisation="Ministry of Foreign Affairs",
            office="Minister for Foreign Affairs",
            name="",
            gender=Gender.UNKNOWN,
            emails=("minister@mfa.ph.example",),
            language="",
            accreditation="",
            sensitive=False,
            source="test",
            checked_on=None,
            notes="",
            line=2,
        )
        return replace(contact, **changes)  # type: ignore[arg-type]

    return make


@pytest.fixture
def write(campaign: Campaign, a_contact: Callable[..., Contact]) -> Callable[..., Letter]:
    """Write a letter of the shipped campaign to a contact with these fields."""

    def make(**changes: object) -> Letter:
        return merge(campaign, a_contact(**changes), today=DAY)

    return make


@pytest.fixture
def write_with(campaign: Campaign, a_contact: Callable[..., Contact]) -> Callable[..., Letter]:
    """Write a letter from a template typed in the test, with further files of letters/ by path."""

    def make(template: str, files: dict[str, str] | None = None, **changes: object) -> Letter:
        texts = {**campaign.templates, "minister/en.md": template, **(files or {})}
        return merge(replace(campaign, templates=texts), a_contact(language="en", **changes), today=DAY)

    return make
