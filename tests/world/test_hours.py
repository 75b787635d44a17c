"""Office hours in every capital: Friday is a holy day here and a working day there."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobilize.world.countries import countries
from mobilize.world.hours import CLOSES, OPENS, next_open, public_holidays, working_days

CODES = sorted(countries())


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("code", "moment", "opens"),
    [
        # Kenya, UTC+3, Monday to Friday.
        ("KE", "2026-11-24 05:59", "2026-11-24 06:00"),
        ("KE", "2026-11-24 10:00", "2026-11-24 10:00"),
        ("KE", "2026-11-24 13:00", "2026-11-25 06:00"),
        ("KE", "2026-11-27 14:00", "2026-11-30 06:00"),
        # Egypt, Sunday to Thursday.
        ("EG", "2026-11-26 20:00", "2026-11-29 07:00"),
        # Nepal, a quarter of an hour off.
        ("NP", "2026-11-23 20:00", "2026-11-24 03:15"),
        # Brunei closes on Friday and Sunday.
        ("BN", "2026-11-26 20:00", "2026-11-28 01:00"),
        # Kenya at Christmas: Friday and Saturday rest.
        ("KE", "2026-12-24 14:00", "2026-12-28 06:00"),
        # Mexico on its revolution's Monday.
        ("MX", "2026-11-13 23:30", "2026-11-17 15:00"),
        # France between the Saturday before Easter and the Tuesday behind it.
        ("FR", "2026-04-04 10:00", "2026-04-07 07:00"),
        # The United States on the day on which its clocks go back.
        ("US", "2026-11-01 12:00", "2026-11-02 14:00"),
    ],
)
def test_offices_open_by_their_own_week_and_clock(code: str, moment: str, opens: str) -> None:
    assert next_open(countries()[code], at(moment)) == at(opens)


MOMENTS = st.integers(int(at("2020-01-01").timestamp()), int(at("2035-01-01").timestamp()))


@given(st.sampled_from(CODES), MOMENTS.map(lambda seconds: dt.datetime.fromtimestamp(seconds, dt.UTC)))
def test_every_office_opens_before_long_and_on_a_working_day_that_is_no_holiday(code: str, moment: dt.datetime) -> None:
    country = countries()[code]
    opens = next_open(country, moment)
    local = opens.astimezone(ZoneInfo(country.time_zone))
    assert moment <= opens <= moment + dt.timedelta(days=20)
    assert local.date() not in public_holidays(code, local.year)
    assert local.weekday() in working_days(country.working_week)
    assert OPENS <= local.time() < CLOSES
    assert next_open(country, opens) == opens


def test_every_working_week_in_the_table_can_be_read() -> None:
    assert {len(working_days(country.working_week)) for country in countries().values()} <= {5, 6}
    assert working_days("Sun-Thu") == {6, 0, 1, 2, 3}
    assert working_days("off:fri+sun") == {0, 1, 2, 3, 5}


def test_a_country_without_known_holidays_has_none() -> None:
    assert public_holidays("XK-unknown", 2026) == frozenset()
    assert dt.date(2026, 12, 12) in public_holidays("KE", 2026)
