"""Servers and clocks that misbehave: nothing is doubled, nothing is lost, and the run comes to an end."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from mobilize.desk import plan as planning
from mobilize.desk import send
from mobilize.desk.plan import Chosen
from mobilize.errors import ServerUnreachable
from mobilize.installation import Installation, opened
from servers.ledger import counts
from servers.smtp import Server, faulty_server

MakeFolder = Callable[..., Path]
Env = Callable[[int], str]


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def rows(count: int) -> list[str]:
    return [f"KE,ngo,Lantern {n},,,,desk{n}@lantern.example,,,,invented,2026-11-01," for n in range(count)]


def run(installation: Installation, clock: Callable[[], dt.datetime] = now, patience: float = 0) -> send.Sent:
    send.take_back(installation, now=clock())
    plan = planning.plan(installation, chosen=Chosen(), round=1, limit=None, now=clock())
    return send.send(installation, plan, now=clock, told=lambda *_: None, patience=patience)


@pytest.mark.parametrize("step", ["connect", "ehlo", "mail", "rcpt", "data"])
def test_a_server_that_answers_a_byte_a_second_is_given_up_and_nothing_is_lost(
    campaign_folder: MakeFolder, sandbox_env: Env, step: str
) -> None:
    env = sandbox_env(0).replace("SMTP_TIMEOUT=2", "SMTP_TIMEOUT=1").replace("SMTP_CONNECTIONS=3", "SMTP_CONNECTIONS=1")
    with faulty_server(Server(faults={step: "drip"}, drip=0.5)) as server:
        folder = campaign_folder(*rows(2), env=env.replace("SMTP_PORT=0", f"SMTP_PORT={server.port}"))
        with opened(folder) as installation:
            begin = time.monotonic()
            try:
                sent = run(installation)
            except ServerUnreachable:
                assert step in {"connect", "ehlo"}, "only where no connection could be made"
            else:
                assert "sent" not in sent.states
            assert time.monotonic() - begin < 30
            server.faults.clear()
            assert server.taken == []
            run(installation, lambda: now() + dt.timedelta(hours=2))
            assert counts(installation)["sent"] == 2
    assert set(server.message_ids().values()) == {1}


@pytest.mark.parametrize("jump", [dt.timedelta(days=-1), dt.timedelta(days=1), dt.timedelta(days=400)])
def test_a_clock_that_jumps_in_the_middle_doubles_and_loses_nothing(
    campaign_folder: MakeFolder, sandbox_env: Env, jump: dt.timedelta
) -> None:
    greylisting = Server(faults={"rcpt": "450 4.2.0 greylisted"}, times=Counter({"rcpt": 2}))
    with (
        faulty_server(greylisting) as server,
        opened(campaign_folder(*rows(12), env=sandbox_env(server.port))) as installation,
    ):

        def jumping() -> dt.datetime:
            return now() + (jump if len(server.taken) >= 4 else dt.timedelta())

        run(installation, jumping)
        found = counts(installation)
        assert found["sending"] == found["in_doubt"] == found["failed"] == 0
        run(installation, lambda: now() + dt.timedelta(days=500))
        assert counts(installation)["sent"] == 12
    ids = server.message_ids()
    assert len(ids) == 12
    assert set(ids.values()) == {1}


def test_letters_follow_each_other_in_one_breath_where_the_server_takes_it(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    """The dot of one and the envelope of the next in one write (RFC 2920 3.1); each is claimed before its envelope."""
    env = sandbox_env(0).replace("SMTP_CONNECTIONS=3", "SMTP_CONNECTIONS=1")
    with faulty_server() as server:
        folder = campaign_folder(*rows(9), env=env.replace("SMTP_PORT=0", f"SMTP_PORT={server.port}"))
        with opened(folder) as installation:
            assert run(installation).states == {"sent": 9}
    assert server.connections == 1
    assert [line.split(" ")[0] for line in server.lines if line.startswith(("MAIL", "RSET"))] == ["MAIL"] * 9


def test_the_letter_that_follows_a_refused_one_goes_all_the_same(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    """The server refuses every text but the first, in the middle of the chain: each refusal is its own letter's."""
    env = sandbox_env(0).replace("SMTP_CONNECTIONS=3", "SMTP_CONNECTIONS=1")
    faults = Server(faults={"text": "554 5.7.1 not this one"}, times=Counter({"text": 3}))
    with faulty_server(faults) as server:
        folder = campaign_folder(*rows(8), env=env.replace("SMTP_PORT=0", f"SMTP_PORT={server.port}"))
        with opened(folder) as installation:
            assert run(installation).states == {"failed": 3, "sent": 5}
    assert set(server.message_ids().values()) == {1}


def test_every_letter_is_told_of_though_the_next_is_refused_at_once(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    env = sandbox_env(0).replace("SMTP_CONNECTIONS=3", "SMTP_CONNECTIONS=1")
    refused = {f"desk{n}@lantern.example": "550 5.1.1 no such user" for n in (1, 2, 5)}
    with faulty_server(Server(refused=refused)) as server:
        folder = campaign_folder(*rows(8), env=env.replace("SMTP_PORT=0", f"SMTP_PORT={server.port}"))
        with opened(folder) as installation:
            sent = run(installation)
    assert (sent.states, sent.left) == ({"failed": 3, "sent": 5}, 0)


def test_a_claimed_letter_is_given_back_where_the_answer_before_it_comes_late(
    campaign_folder: MakeFolder, sandbox_env: Env, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it may go was asked before that answer: sending may have been paused since, or a person left alone."""
    monkeypatch.setattr("mobilize.post.carrier.STALE", 0.05)
    env = sandbox_env(0).replace("SMTP_CONNECTIONS=3", "SMTP_CONNECTIONS=1")
    with faulty_server(Server(slow=0.2)) as server:
        folder = campaign_folder(*rows(4), env=env.replace("SMTP_PORT=0", f"SMTP_PORT={server.port}"))
        with opened(folder) as installation:
            assert run(installation, patience=10).states == {"sent": 4}
    assert server.connections >= 3, "its envelope had gone out, so each time the connection ended"
    assert set(server.message_ids().values()) == {1}
