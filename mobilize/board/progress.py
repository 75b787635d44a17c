"""How many governments co-sponsor, day by day, as the ledger of stances grew. Values in, values out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mobilize.replies.review import Current, Statement, Status, current

#: What counts as a word for the text: it may become a signature.
FOR = frozenset({"cosponsor", "support", "conditional"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """How things stood at the end of one day."""

    day: dt.date
    #: Governments that co-sponsor, as a person confirmed.
    confirmed: int
    #: Governments that co-sponsor, those with them that the parser alone suggests.
    suggested: int
    #: Governments in favour in any degree, suggested ones among them.
    favourable: int


def progress(statements: Mapping[str, Sequence[Statement]], *, until: dt.date) -> tuple[Point, ...]:
    """Tell for each day on which something was recorded, and for the last, how many governments were where.

    statements: by country, in the order of recording. until: the last day; later ones are left out.
    """
    per_day: dict[dt.date, list[tuple[str, Current | None]]] = {}
    for code, of_country in statements.items():
        for day in sorted({each.recorded_at.date() for each in of_country}):
            then = current(each for each in of_country if each.recorded_at.date() <= day)
            per_day.setdefault(day, []).append((code, then))
    now: dict[str, Current | None] = {}
    points = []
    for day in sorted(each for each in per_day if each <= until):
        now.update(per_day[day])
        points.append(_point(day, now.values()))
    if points and points[-1].day < until:
        points.append(_point(until, now.values()))
    return tuple(points)


def _point(day: dt.date, standing: Iterable[Current | None]) -> Point:
    known = [each for each in standing if each]
    signs = [each for each in known if each.stance == "cosponsor" and each.status is not Status.DISPUTED]
    return Point(
        day=day,
        confirmed=sum(each.status is not Status.SUGGESTED for each in signs),
        suggested=len(signs),
        favourable=sum(each.stance in FOR and each.status is not Status.DISPUTED for each in known),
    )
