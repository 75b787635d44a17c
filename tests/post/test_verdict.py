"""What becomes of a letter after the server's answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobilize.post.schedule import FIRST_RETRY, LAST_RETRY
from mobilize.post.states import MOVES, State, may
from mobilize.post.verdict import (
    Answer,
    Stage,
    enhanced_code,
    is_dead,
    verdict,
    without_addresses,
)


def answer(code: int | None, text: str = "", stage: Stage = Stage.TEXT) -> Answer:
    return Answer(stage=stage, code=code, text=text)


def test_only_a_2xx_after_the_final_dot_is_sent() -> None:
    assert verdict(answer(250, "2.0.0 queued"), 1).state is State.SENT
    for stage in Stage:
        if stage is not Stage.TEXT:
            assert verdict(answer(250, stage=stage), 1).state is not State.SENT


def test_no_answer_after_the_text_is_doubt_and_before_it_a_later_try() -> None:
    assert verdict(answer(None), 1).state is State.IN_DOUBT
    assert verdict(answer(None, stage=Stage.DATA), 1).state is State.DEFERRED


def test_4xx_comes_back_and_5xx_does_not() -> None:
    assert verdict(answer(451), 1).retry_after is not None
    assert verdict(answer(550), 1).retry_after is None


@given(st.integers(min_value=200, max_value=599), st.text(max_size=200), st.integers(1, 50), st.floats(0, 1))
def test_every_answer_has_a_verdict(code: int, text: str, attempt: int, jitter: float) -> None:
    decided = verdict(answer(code, text), attempt, jitter=jitter)
    # 3xx after the text says nothing of the letter's fate: a person decides.
    assert decided.state in ({State.IN_DOUBT} if code // 100 == 3 else {State.SENT, State.FAILED, State.DEFERRED})
    assert (decided.retry_after is not None) == (decided.state is State.DEFERRED)


def test_tries_grow_apart_up_to_a_limit() -> None:
    waits = [verdict(answer(450), attempt).retry_after or 0 for attempt in range(1, 12)]
    assert waits[0] == FIRST_RETRY
    assert waits == sorted(waits)
    assert waits[-1] == LAST_RETRY


@pytest.mark.parametrize(
    ("code", "text", "words"),
    [
        (550, "5.1.1 unknown", "there is no such mailbox (550 5.1.1)"),
        (550, "#5.7.26 unauthenticated", "refused: neither SPF nor DKIM proves that the mail is ours (550 5.7.26)"),
        (452, "4.2.2 over quota", "the mailbox is full (452 4.2.2)"),
        (550, "no", "the server refuses this address (550)"),
        (571, "5.7.99 other", "refused by policy (571 5.7.99)"),
        (499, "?", "not now (499)"),
    ],
)
def test_reasons_are_in_plain_words(code: int, text: str, words: str) -> None:
    assert verdict(answer(code, text, Stage.RCPT), 1).reason == words


def test_an_enhanced_code_is_found_where_servers_put_it() -> None:
    assert enhanced_code("5.1.1 <x@y>: unknown") == "5.1.1"
    assert enhanced_code("Requested action (#5.7.1)") == "5.7.1"
    assert enhanced_code("version 10.0.0.1") == ""


def test_a_policy_refusal_is_no_dead_address() -> None:
    assert is_dead("5.1.1", 550)
    assert not is_dead("5.7.1", 550)
    assert not is_dead("5.2.2", 552)


def test_addresses_do_not_get_into_the_ledger() -> None:
    assert "@" not in without_addresses(
        "550 5.1.1 <minister@mfa.ke.example>: no such user minister@mfa.ke.example\r\nx"
    )


def test_every_state_can_be_reached_and_left_as_the_table_says() -> None:
    reached = {new for moves in MOVES.values() for new in moves}
    assert reached | {State.QUEUED} == set(State)
    assert not may(State.SENT, State.QUEUED)
    assert not may(State.IN_DOUBT, State.SENDING)
