from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobilize.world import hours
from mobilize.world.countries import countries
from mobilize.world.hours import Hours


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("code", "off"),
    [("NO", {5, 6}), ("EG", {4, 5}), ("IR", {4}), ("BN", {4, 6}), ("AE", {5, 6}), ("NP", {5, 6}), ("IL", {4, 5})],
)
def test_the_week_is_the_country_s_own(code: str, off: set[int]) -> None:
    assert set(range(7)) - hours.working_days(code) == off


def test_every_country_works_on_four_to_six_days() -> None:
    for code in countries():
        assert len(hours.working_days(code)) in (5, 6)


# 12 November 2013 is a Tuesday.
@pytest.mark.parametrize(
    ("code", "moment", "expected"),
    [
        ("KE", "2013-11-12 06:00", "open"),
        ("KE", "2013-11-12 05:59", "closed"),
        ("KE", "2013-11-12 14:00", "closed"),
        ("NZ", "2013-11-11 20:00", "open"),
        ("NZ", "2013-11-12 12:00", "closed"),
        ("EG", "2013-11-15 10:00", "closed"),
        ("EG", "2013-11-17 10:00", "open"),
        ("NO", "2013-11-17 10:00", "closed"),
    ],
)
def test_offices_are_open_by_the_clock_of_the_capital(code: str, moment: str, expected: str) -> None:
    assert hours.is_open(code, utc(moment)) is (expected == "open")


@pytest.mark.parametrize(
    ("code", "after", "expected"),
    [
        # Already open: at once.
        ("KE", "2013-11-12 08:30", "2013-11-12 08:30"),
        # Friday evening: Monday in Oslo, Sunday in Cairo.
        ("NO", "2013-11-15 20:00", "2013-11-18 08:00"),
        ("EG", "2013-11-14 20:00", "2013-11-17 07:00"),
        # Half-hour and quarter-hour zones.
        ("IN", "2013-11-12 00:00", "2013-11-12 03:30"),
        ("NP", "2013-11-12 00:00", "2013-11-12 03:15"),
        # The day before, seen from London.
        ("TO", "2013-11-12 12:00", "2013-11-12 20:00"),
        # Clocks go back on 27 October 2013: nine in Oslo is an hour later in UTC.
        ("NO", "2013-10-25 20:00", "2013-10-28 08:00"),
        ("NO", "2013-10-24 20:00", "2013-10-25 07:00"),
    ],
)
def test_the_next_opening_is_in_the_capital_s_own_hours(code: str, after: str, expected: str) -> None:
    assert hours.next_open(code, utc(after)) == utc(expected)


def test_a_holiday_is_passed_over() -> None:
    assert hours.next_open("KE", utc("2013-12-11 20:00"), holidays={dt.date(2013, 12, 12)}) == utc("2013-12-13 06:00")


def test_a_list_of_holidays_without_end_gives_none() -> None:
    days = {dt.date(2013, 1, 1) + dt.timedelta(days=each) for each in range(600)}
    assert hours.next_open("KE", utc("2013-11-12 08:00"), holidays=days) is None


def test_hours_that_end_before_they_begin_are_refused() -> None:
    with pytest.raises(ValueError, match="closes after it opens"):
        Hours(opens=dt.time(17), closes=dt.time(9))


@given(
    st.sampled_from(sorted(countries())),
    # Any second from 2013 to 2029.
    st.integers(1_356_998_400, 1_893_456_000).map(lambda second: dt.datetime.fromtimestamp(second, dt.UTC)),
)
def test_whatever_the_moment_the_next_opening_is_open_and_nothing_before_it_is(code: str, moment: dt.datetime) -> None:
    found = hours.next_open(code, moment)
    assert found is not None
    assert found >= moment
    assert hours.is_open(code, found)
    assert found - moment <= dt.timedelta(days=4)
    if found > moment:
        assert not hours.is_open(code, moment)
        assert not hours.is_open(code, found - dt.timedelta(seconds=1))
