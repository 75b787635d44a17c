"""The record: resolutions, and what each country did on them (record/*.csv)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a state did; co-sponsoring, voting yes and joining a consensus keep their own words."""

    SPONSOR = "sponsor"
    COSPONSOR = "cosponsor"
    WITHDRAWN = "withdrawn"
    VOTED_YES = "voted_yes"
    VOTED_NO = "voted_no"
    ABSTAINED = "abstained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """One row of record/resolutions.csv."""

    #: Official symbol: A/RES/66/164.
    symbol: str
    #: Symbol of the draft, or empty.
    draft: str
    #: GA, HRC or CHR.
    body: str
    adopted: dt.date
    title: str
    #: How it was adopted, in the source's words: "consensus", "recorded vote".
    how: str
    #: Totals of a recorded vote; None where there was none.
    yes: int | None
    no: int | None
    abstain: int | None
    #: Whether the list of sponsors (or the vote) as read is the whole one: only then absence proves anything.
    complete: bool
    source: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One row of record/positions.csv: one country, one act, one source."""

    #: ISO 3166-1 alpha-2.
    country: str
    resolution: Resolution
    role: Role
    #: Day of the act where the source gives one.
    date: dt.date | None
    #: Never empty: a row without a source is refused.
    source: str
    #: Line in positions.csv, from 2.
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All that is known, of every country, already cut at the campaign's `as_of` date."""

    #: Symbol -> resolution, oldest first.
    resolutions: Mapping[str, Resolution]
    #: Alpha-2 -> that country's positions, oldest first. A country without any is absent.
    positions: Mapping[str, tuple[Position, ...]]
