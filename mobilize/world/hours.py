"""Working week and office hours of a capital: when a ministry can be expected to open a letter.

Weeks are those of the table of countries (CLDR and the holidays library, docs/data.md): mostly Monday to Friday; Sunday
to Thursday in much of North Africa and Western Asia. A country with several time zones counts in its capital's.
Public holidays are handed in: they change by decree and by the moon, so none are kept here.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from mobilize.world.countries import countries

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

#: How many days ahead a working day is looked for: the longest closure on record (Nowruz, Golden Week, Spring Festival
#: with the weekends around them) is 16 days.
_FAR_ENOUGH = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """From when to when an office is taken to be open, in local time."""

    opens: dt.time
    closes: dt.time

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError("an office closes after it opens")


#: No table says when ministries open. Nine to five holds nearly everywhere at its core, and a letter that arrives an
#: hour early waits on top of the pile.
OFFICE = Hours(opens=dt.time(9), closes=dt.time(17))


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One stretch of office hours."""

    #: Aware, in UTC; `end` is no longer inside.
    start: dt.datetime
    end: dt.datetime


@functools.cache
def working_days(code: str) -> frozenset[int]:
    """Days of the week on which offices in a country work: 0 is Monday, as in datetime.

    code: alpha-2. Raises KeyError for one that is no country here.
    """
    return _days(countries()[code].working_week)


def _days(week: str) -> frozenset[int]:
    """Read "Mon-Fri", "Sat-Thu" (over the end of the week) or "off:fri+sun"."""
    kind, colon, off = week.casefold().partition(":")
    if colon:
        return frozenset(range(7)) - {_DAYS.index(day) for day in off.split("+")}
    first, last = (_DAYS.index(day) for day in kind.split("-"))
    return frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))


def local(code: str, moment: dt.datetime) -> dt.datetime:
    """Give a moment in the capital's own time. moment: aware."""
    return moment.astimezone(_zone(code))


def is_open(
    code: str, moment: dt.datetime, *, hours: Hours = OFFICE, holidays: Collection[dt.date] = frozenset()
) -> bool:
    """Whether offices in the capital work at that moment.

    moment: aware. holidays: days of that country on which nobody works.
    """
    there = local(code, moment)
    if there.date() in holidays or there.weekday() not in working_days(code):
        return False
    return hours.opens <= there.time() < hours.closes


def windows(
    code: str, after: dt.datetime, *, hours: Hours = OFFICE, holidays: Collection[dt.date] = frozenset()
) -> Iterator[Window]:
    """Give the stretches of office hours from a moment on, the one that it falls into cut to begin there.

    after: aware. Ends after thirty days, so that a list of holidays without end cannot hang the caller.
    """
    moment = after.astimezone(dt.UTC)
    today = local(code, moment).date()
    for ahead in range(_FAR_ENOUGH):
        day = today + dt.timedelta(days=ahead)
        if day in holidays or day.weekday() not in working_days(code):
            continue
        start, end = (_utc(day, time, code) for time in (hours.opens, hours.closes))
        if max(start, moment) < end:
            yield Window(start=max(start, moment), end=end)


def next_open(
    code: str, after: dt.datetime, *, hours: Hours = OFFICE, holidays: Collection[dt.date] = frozenset()
) -> dt.datetime | None:
    """Give the first moment, in UTC, from `after` on at which offices in the capital work; None: not in thirty days."""
    return next((window.start for window in windows(code, after, hours=hours, holidays=holidays)), None)


def _utc(day: dt.date, time: dt.time, code: str) -> dt.datetime:
    """A time of day in the capital, in UTC. One that the clocks skip (spring) is taken as the moment they jump to."""
    return dt.datetime.combine(day, time, _zone(code)).astimezone(dt.UTC)


@functools.cache
def _zone(code: str) -> ZoneInfo:
    return ZoneInfo(countries()[code].time_zone)
