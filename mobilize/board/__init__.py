"""Who was asked, who answered, who is left: a row a country, a row a group. Values in, values out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mobilize.campaign.standing import Standing
from mobilize.replies.review import Current, Status
from mobilize.world.countries import Country

#: Shown for the two observer states, which are in no regional group.
OBSERVERS = "Observers"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryRow:
    """One country on the board."""

    country: Country
    standing: Standing
    #: State of the outbox (sent, queued, …) -> letters to addressees in this country.
    letters: Mapping[str, int]
    #: Kind of reply -> how many concern this country.
    replies: Mapping[str, int]
    #: Where its government stands; None: nothing stated.
    current: Current | None
    #: How many partners plan to approach it. Who they are is for organisers (domain rule D2).
    plans: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """One UN regional group: counts of countries, not of letters, but for `letters` and `sent`."""

    group: str
    countries: int
    #: Letters in the outbox, whatever became of them.
    letters: int
    #: Letters that a server took.
    sent: int
    #: Letters that failed, bounced or are in doubt.
    trouble: int
    #: Countries from which an authority answered (acknowledgements count apart).
    answered: int
    #: Stance -> countries for which a person confirmed it.
    confirmed: Mapping[str, int]
    #: Stance -> countries for which the parser suggests it and nobody has looked yet.
    suggested: Mapping[str, int]
    disputed: int


def by_country(
    countries: Iterable[Country],
    *,
    standings: Mapping[str, Standing],
    letters: Mapping[str, Mapping[str, int]],
    replies: Mapping[str, Mapping[str, int]],
    stances: Mapping[str, Current],
    plans: Mapping[str, int],
) -> tuple[CountryRow, ...]:
    """Lay together what the two wings know of each country; mappings are by alpha-2, absent means none."""
    return tuple(
        CountryRow(
            country=country,
            standing=standings[country.code],
            letters=letters.get(country.code, {}),
            replies=replies.get(country.code, {}),
            current=stances.get(country.code),
            plans=plans.get(country.code, 0),
        )
        for country in countries
    )


def by_group(rows: Iterable[CountryRow]) -> tuple[GroupRow, ...]:
    """Count countries by regional group, groups in alphabetical order, observers last."""
    groups: dict[str, list[CountryRow]] = {}
    for row in rows:
        groups.setdefault(row.country.group or OBSERVERS, []).append(row)
    return tuple(_group(name, groups[name]) for name in sorted(groups, key=lambda name: (name == OBSERVERS, name)))


def _group(name: str, rows: list[CountryRow]) -> GroupRow:
    letters: Counter[str] = Counter()
    for row in rows:
        letters.update(row.letters)
    confirmed = Counter(_stance(row, {Status.CONFIRMED, Status.CORRECTED}) for row in rows)
    suggested = Counter(_stance(row, {Status.SUGGESTED}) for row in rows)
    return GroupRow(
        group=name,
        countries=len(rows),
        letters=letters.total(),
        sent=letters["sent"],
        trouble=letters["failed"] + letters["in_doubt"],
        answered=sum(1 for row in rows if row.replies.get("reply", 0)),
        confirmed={stance: count for stance, count in confirmed.items() if stance},
        suggested={stance: count for stance, count in suggested.items() if stance},
        disputed=sum(1 for row in rows if row.current and row.current.status is Status.DISPUTED),
    )


def _stance(row: CountryRow, statuses: set[Status]) -> str | None:
    return row.current.stance if row.current and row.current.status in statuses else None
