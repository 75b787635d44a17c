"""Who takes whom: countries against partners' plans, and how far each regional group has come. For organisers alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mobilize.board import OBSERVERS, CountryRow
from mobilize.campaign.standing import StandingName
from mobilize.replies.review import Status

#: Days after which a plan of which nothing was heard is asked about: a week of a campaign that lasts a few.
STALE_DAYS = 7

#: Partners from which on a country is crowded: its ministry hears the same from all.
CROWD = 3

#: Standings of states that were on a list of sponsors before.
CAME_BEFORE = frozenset({StandingName.LEADER, StandingName.STEADY, StandingName.PAST, StandingName.LAPSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A partner that said it would approach a country."""

    country: str
    #: As it signed its report; for organisers alone (domain rule D2).
    partner: str
    #: The reply in which it said so.
    reply: str
    planned_on: dt.date | None
    #: Whether that partner has told of that country since.
    kept: bool

    def stale(self, today: dt.date) -> bool:
        """Whether it is old, and nothing was heard."""
        return not self.kept and self.planned_on is not None and (today - self.planned_on).days >= STALE_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReach:
    """How far one regional group has come: counts of states."""

    group: str
    states: int
    #: A person confirmed that they co-sponsor or support it.
    supporters: int
    #: Of those, states with nothing on record before.
    fresh: int
    #: On a list of sponsors before, and not among the supporters yet.
    not_back: int
    #: Nothing on record, and not among the supporters.
    open: int
    #: Nobody wrote, answered or plans to go there.
    untouched: int


def reach(rows: Iterable[CountryRow]) -> tuple[GroupReach, ...]:
    """Count states by regional group, observers last."""
    groups: dict[str, list[CountryRow]] = {}
    for row in rows:
        groups.setdefault(row.country.group or OBSERVERS, []).append(row)
    return tuple(_reach(name, groups[name]) for name in sorted(groups, key=lambda name: (name == OBSERVERS, name)))


def _reach(name: str, rows: list[CountryRow]) -> GroupReach:
    won = [row for row in rows if supports(row)]
    rest = [row for row in rows if not supports(row)]
    return GroupReach(
        group=name,
        states=len(rows),
        supporters=len(won),
        fresh=sum(row.standing.name is StandingName.NEW for row in won),
        not_back=sum(row.standing.name in CAME_BEFORE for row in rest),
        open=sum(row.standing.name is StandingName.NEW for row in rest),
        untouched=sum(untouched(row) for row in rows),
    )


def supports(row: CountryRow) -> bool:
    """Whether a person confirmed that a government co-sponsors or supports the text."""
    now = row.current
    return (
        now is not None
        and now.stance in {"cosponsor", "support"}
        and now.status in {Status.CONFIRMED, Status.CORRECTED}
    )


def untouched(row: CountryRow) -> bool:
    """Whether nobody has approached a country: no letter, no word, no plan."""
    return not row.letters and not row.replies and not row.plans


def uncovered(rows: Iterable[CountryRow]) -> tuple[CountryRow, ...]:
    """Countries that are not won, and that no partner plans to approach, by English name."""
    left = (row for row in rows if not row.plans and not supports(row))
    return tuple(sorted(left, key=lambda row: row.country.name("en")))


def crowded(promises: Sequence[Promise]) -> frozenset[str]:
    """Countries that several partners plan to approach."""
    partners: dict[str, set[str]] = {}
    for each in promises:
        partners.setdefault(each.country, set()).add(each.partner)
    return frozenset(code for code, found in partners.items() if len(found) >= CROWD)
