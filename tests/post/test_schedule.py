"""When letters may go: retries, turns under a pace, the agenda of a run, and how hard a server is pressed."""

from __future__ import annotations

import datetime as dt
import itertools
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobilize.letter.merge import LetterId
from mobilize.post.agenda import Agenda
from mobilize.post.load import FIRST_REST, LONGEST_REST, OPENS_AFTER, PATIENCE, Load
from mobilize.post.schedule import PRESETS, TRY_FOR, Pace, Turn, plainly, retry, seconds_needed, turn
from mobilize.store import pace as slots
from mobilize.store.engine import open_store

DAY = 86_400.0


def letters(count: int) -> list[LetterId]:
    return [LetterId(f"letter{number}") for number in range(count)]


def test_a_letter_is_given_up_after_three_days_and_not_before() -> None:
    assert retry(9, TRY_FOR - 1, 0.5) is not None
    assert retry(1, TRY_FOR, 0.5) is None


@given(st.integers(1, 100), st.floats(0, 1))
def test_retries_are_spread_and_never_hammer(attempt: int, chance: float) -> None:
    wait = retry(attempt, 0, chance)
    assert wait is not None
    assert 240 <= wait <= 5 * 3600


@given(st.integers(2, 60), st.floats(0.5, 100), st.floats(0, 1e6))
def test_turns_never_come_faster_than_the_pace(count: int, per_second: float, now: float) -> None:
    pace = Pace(per_second=per_second)
    overall = 0.0
    moments = []
    for _ in range(count):
        booked = turn(overall, 0.0, pace, now)
        assert isinstance(booked, Turn)
        overall = booked.overall
        moments.append(booked.at)
    gaps = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert min(gaps) >= 1 / per_second * (1 - 1e-6)
    assert moments[0] == now


def test_a_domain_that_is_not_free_books_nothing() -> None:
    pace = Pace(per_minute=30, per_domain=6)
    first = turn(0, 0, pace, 1000.0)
    assert first == Turn(at=1000.0, overall=1002.0, domain=1010.0)
    assert turn(1002.0, 1010.0, pace, 1001.0) is None
    assert turn(1002.0, 0.0, pace, 1001.0) == Turn(at=1002.0, overall=1004.0, domain=1012.0)


@pytest.fixture(params=["sqlite", "postgres"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where a ledger is: a file, or a database."""
    return tmp_path / "ledger.sqlite" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


def test_the_rate_holds_across_programs(ledger: Path | str) -> None:
    """Four programs, each with a connection of its own to the ledger: never more in any second than the pace says."""
    pace = Pace(per_second=100)
    taken: list[float] = []

    def program() -> None:
        store = open_store(ledger, now=dt.datetime.now(dt.UTC))
        for _ in range(30):
            # As delivery does: beside others, under the locks of the rows alone.
            with store.sharing() as (connection, _number):
                now = time.time()
                found = turn(slots.read(connection, ("all",)).get("all", now), now, pace, now)
                assert found is not None
                slots.move(connection, {"all": found.overall})
            taken.append(found.at)
        store.close()

    open_store(ledger, now=dt.datetime.now(dt.UTC)).close()
    programs = [threading.Thread(target=program) for _ in range(4)]
    for each in programs:
        each.start()
    for each in programs:
        each.join()
    taken.sort()
    assert len(taken) == 120
    most = max(sum(start <= other < start + 1 for other in taken) for start in taken)
    assert most <= 101
    # No faster; slower only where the disk held all programs up, as it may.
    assert 119 / 100 - 0.02 <= taken[-1] - taken[0] < 10


def test_the_end_is_foretold_by_the_slowest_limit() -> None:
    assert seconds_needed(193, PRESETS["microsoft365"], a_letter=0.02) == pytest.approx(386)
    assert seconds_needed(193, PRESETS["own"], a_letter=0.02) == pytest.approx(0.386)
    assert seconds_needed(1200, PRESETS["gmail"], a_letter=0.02) == pytest.approx(2 * DAY + 600)
    assert seconds_needed(0, PRESETS["gmail"], a_letter=0.02) == 0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 second"),
        (40, "40 seconds"),
        (386, "6 minutes"),
        (3600, "1 hour"),
        (12_000, "3 hours 20 minutes"),
        (2 * DAY + 600, "2 days"),
        (DAY + 3600, "1 day 1 hour"),
    ],
)
def test_lengths_of_time_are_said_as_a_person_would(seconds: float, words: str) -> None:
    assert plainly(seconds) == words


def test_the_agenda_keeps_the_order_of_the_plan_and_the_moments() -> None:
    agenda = Agenda()
    agenda.add(letters(3))
    first = agenda.take(0.0)
    assert first == "letter0"
    agenda.give_back(first, not_before=10.0)
    assert [agenda.take(5.0), agenda.take(5.0), agenda.take(5.0)] == ["letter1", "letter2", None]
    assert agenda.wait(5.0) == 5.0
    assert agenda.take(10.0) == "letter0"
    assert agenda.wait(10.0) is None
    assert not agenda


def test_a_letter_given_back_goes_before_those_behind_it() -> None:
    agenda = Agenda()
    agenda.add(letters(3))
    first = agenda.take(0.0)
    assert first is not None
    agenda.give_back(first, not_before=0.0)
    assert agenda.take(0.0) == "letter0"


def test_a_server_that_wants_less_gets_half_and_later_more_again() -> None:
    load = Load(most=8)
    assert load.throttled(100.0, 0.5) > 0
    assert load.allowed == 4
    assert load.not_before > 100.0
    load.throttled(200.0, 0.5)
    load.throttled(300.0, 0.5)
    load.throttled(400.0, 0.5)
    assert load.allowed == 1
    for _ in range(PATIENCE):
        load.worked()
    assert load.allowed == 2


def test_pauses_grow_while_the_server_goes_on_complaining() -> None:
    load = Load(most=8)
    pauses = [load.throttled(0.0, 0.5) for _ in range(12)]
    assert pauses == sorted(pauses)
    assert pauses[-1] <= 120 * 1.25


def test_the_circuit_opens_after_failures_in_a_row_and_its_rests_grow() -> None:
    load = Load(most=4)
    rests = [load.broke(0.0, 0.5) for _ in range(OPENS_AFTER + 8)]
    assert rests[: OPENS_AFTER - 1] == [None] * (OPENS_AFTER - 1)
    assert rests[OPENS_AFTER - 1] == FIRST_REST
    assert rests[-1] == LONGEST_REST
    assert load.allowed == 1
    load.worked()
    assert load.broke(0.0, 0.5) is None


def test_a_server_that_counts_letters_a_connection_is_learned() -> None:
    load = Load(most=4)
    load.closed_after(5)
    load.closed_after(9)
    assert load.letters_a_connection == 5
