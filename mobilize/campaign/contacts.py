"""Rows of contacts.csv -> Contact. The office is written to, not the person (domain/protocol.md)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

#: Stable across edits of name, address and notes: made of country, audience, organisation and office.
ContactId = NewType("ContactId", str)


class Audience(StrEnum):
    """Whom a letter is for."""

    #: The minister of foreign affairs.
    MINISTER = "minister"
    #: A national human rights institution.
    NHRI = "nhri"
    #: An allied NGO, asked for joint action.
    NGO = "ngo"


class Gender(StrEnum):
    """Grammatical gender of the office-holder; unknown gives a double form, never a guess."""

    F = "f"
    M = "m"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One addressee: one row of contacts.csv."""

    #: For example `ke-minister-1f0c9a2b`; letters, digits and hyphens only, so fit for a file name.
    id: ContactId
    #: ISO 3166-1 alpha-2, upper case.
    country: str
    audience: Audience
    organisation: str
    #: As addressed: "Minister for Foreign Affairs"; may be empty for an NGO.
    office: str
    #: The office-holder's name; empty where the row names none.
    name: str
    gender: Gender
    #: At least one; the first is To, the others Cc of the same message (one office, one message).
    emails: tuple[str, ...]
    #: BCP 47 as typed; empty means the country's letter language.
    language: str
    #: NHRIs: "A", "B" or empty.
    accreditation: str
    #: Domain rule D10: no local signatories, no telling subject line.
    sensitive: bool
    source: str
    checked_on: dt.date | None
    notes: str
    #: Line in contacts.csv, from 2.
    line: int
    #: Overrides (optional columns): the salutation line, and the honour before the name.
    salutation: str = ""
    honour: str = ""
