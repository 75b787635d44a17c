"""What an outside source says of the record, and how that compares with what is on record already."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from mobilize.campaign.faults import Fault
from mobilize.campaign.record import Position, Resolution, Role

_VOTES = frozenset({Role.VOTED_YES, Role.VOTED_NO, Role.ABSTAINED})
_JOINED = frozenset({Role.SPONSOR, Role.COSPONSOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One act of one country, as a source has it; not yet on record."""

    #: Alpha-2.
    country: str
    #: Symbol of the resolution.
    symbol: str
    role: Role
    date: dt.date | None
    #: Where it was read; never empty.
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that was found in one file."""

    #: What kind of file it is, in words.
    kind: str
    claims: tuple[Claim, ...]
    #: Resolutions that the file describes well enough to have a row of their own.
    resolutions: tuple[Resolution, ...]
    #: Rows and names that were not taken, and why.
    faults: tuple[Fault, ...]
    #: Rows or records looked at.
    read: int


class Fate(StrEnum):
    """What becomes of a claim."""

    NEW = "new"
    #: On record already, or implied by what is.
    KNOWN = "known"
    #: On record otherwise: a person must decide.
    CONTRADICTS = "contradicts"
    #: Its resolution is neither in resolutions.csv nor described by the file.
    NO_RESOLUTION = "no resolution"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A claim, and what becomes of it."""

    claim: Claim
    fate: Fate
    #: Why, where it is not simply new.
    why: str = ""


def compare(findings: Findings, resolutions: Iterable[str], positions: Iterable[Position]) -> tuple[Judged, ...]:
    """Say of each claim what adding it would do.

    resolutions: symbols on record. positions: all on record, uncut.
    A claim that stands in the file twice is judged once.
    """
    known = {*resolutions, *(each.symbol for each in findings.resolutions)}
    on_record: dict[tuple[str, str], list[Position]] = {}
    for position in positions:
        on_record.setdefault((position.country, position.resolution.symbol), []).append(position)
    judged: dict[tuple[str, str, Role, dt.date | None], Judged] = {}
    for claim in findings.claims:
        key = (claim.country, claim.symbol, claim.role, claim.date if claim.role in _VOTES else None)
        if key not in judged:
            there = {each.role: each for each in on_record.get((claim.country, claim.symbol), ())}
            judged[key] = _judge(claim, there, known)
    return tuple(judged.values())


def _judge(claim: Claim, there: Mapping[Role, Position], known: set[str]) -> Judged:
    if claim.symbol not in known:
        return Judged(claim=claim, fate=Fate.NO_RESOLUTION, why="add its row to resolutions.csv first")
    if claim.role in there:
        return Judged(claim=claim, fate=Fate.KNOWN)
    if claim.role is Role.COSPONSOR and Role.SPONSOR in there:
        return Judged(claim=claim, fate=Fate.KNOWN, why="on record as its sponsor")
    if claim.role in _JOINED and Role.WITHDRAWN in there:
        return Judged(claim=claim, fate=Fate.CONTRADICTS, why="on record as withdrawn")
    for role in _VOTES & there.keys() if claim.role in _VOTES else ():
        # The same state may vote one way in committee and another in plenary: only undated votes contradict each other.
        if claim.date is None or there[role].date in (None, claim.date):
            return Judged(
                claim=claim, fate=Fate.CONTRADICTS, why=f"on record as {role.value} (line {there[role].line})"
            )
    return Judged(claim=claim, fate=Fate.NEW)


#: Beginning of a symbol -> body, as resolutions.csv names it.
_BODIES = (("A/HRC/", "HRC"), ("A/RES/", "GA"), ("E/CN.4/", "CHR"), ("S/RES/", "SC"), ("E/RES/", "ECOSOC"))


def body_of(symbol: str) -> str:
    """Which body adopts resolutions with such symbols; empty: not known."""
    return next((body for start, body in _BODIES if symbol.startswith(start)), "")


def is_resolution(symbol: str) -> bool:
    """Whether a symbol is one of a resolution, not of a draft or a report."""
    return "/RES/" in symbol and re.search(r"/(L|PV|SR|Add)\.", symbol) is None
