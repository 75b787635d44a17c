"""Office hours of a ministry: the working week and the time zone of its capital (countries.csv), its public holidays.

Holidays are the whole country's, from the package `holidays`; those that hang on the sighting of the moon may be a day
off. Of a country that the package does not know none are known: its letter may wait in a mailbox for a day.
"""

from __future__ import annotations

import datetime as dt
import functools
from zoneinfo import ZoneInfo

import holidays

from mobilize.world.countries import Country

#: Hours of the day, local time, in which a letter is opened by a person: most ministries work from 8 or 9 to 16 or 17.
OPENS, CLOSES = dt.time(9), dt.time(16)

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@functools.cache
def working_days(week: str) -> frozenset[int]:
    """Read a working week: "Mon-Fri", "Sun-Thu", "off:fri+sun". Returns days, Monday is 0."""
    text = week.casefold()
    if text.startswith("off:"):
        return frozenset(range(7)) - {_DAYS.index(day) for day in text.removeprefix("off:").split("+")}
    first, last = (_DAYS.index(day) for day in text.split("-"))
    return frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))


@functools.lru_cache(maxsize=1024)
def public_holidays(code: str, year: int) -> frozenset[dt.date]:
    """Days of a year on which a whole country rests. code: alpha-2; none for a country that is not known."""
    try:
        return frozenset(holidays.country_holidays(code, years=year))
    except NotImplementedError:
        return frozenset()


#: Days to look ahead: no country closes its offices for longer. Behind them a holiday counts as a working day.
_AHEAD = 30


def next_open(country: Country, moment: dt.datetime) -> dt.datetime:
    """From when on an office in the capital is open: `moment` itself where it is open then. Aware, in UTC."""
    zone = ZoneInfo(country.time_zone)
    local = moment.astimezone(zone)
    days = working_days(country.working_week)
    for ahead in range(_AHEAD + 8):
        day = local.date() + dt.timedelta(days=ahead)
        opens = dt.datetime.combine(day, OPENS, zone)
        rests = day.weekday() not in days or (ahead <= _AHEAD and day in public_holidays(country.code, day.year))
        if not rests and local < dt.datetime.combine(day, CLOSES, zone):
            return max(opens, local).astimezone(dt.UTC)
    raise AssertionError(country.working_week)
