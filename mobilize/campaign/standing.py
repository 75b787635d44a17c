"""A country's record as of a date -> its standing, with the positions that prove it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mobilize.campaign.record import Position


class StandingName(StrEnum):
    """The six standings (DESIGN.md)."""

    #: Sponsored (tabled or led) at least one.
    LEADER = "leader"
    #: Co-sponsored every complete list since its first.
    STEADY = "steady"
    #: On the latest complete list, not on all.
    PAST = "past"
    #: On an earlier list, not on the latest complete one, or withdrew.
    LAPSED = "lapsed"
    #: Voted against or abstained, and co-sponsored nothing later.
    OPPOSED = "opposed"
    #: Nothing on record: the letter invites, and claims nothing.
    NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a country stands, and why."""

    country: str
    name: StandingName
    #: What proves it, oldest first; empty for NEW.
    proof: tuple[Position, ...]
    #: The rule that decided, in words, for `countries` and for the organiser.
    reason: str
