"""Other processes write a long run's letters: each goes once, and a press that dies takes none of them with it."""

from __future__ import annotations

import datetime as dt
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from mobilize.desk import compose, portion, presses, send
from mobilize.desk import plan as planning
from mobilize.desk.compose import Order
from mobilize.desk.plan import Chosen
from mobilize.errors import LetterWrong, LoginRefused, TemplateWrong
from mobilize.installation import Installation, opened
from mobilize.letter.merge import LetterId
from mobilize.letter.mime import Message
from mobilize.letter.partner import write
from mobilize.post.run import Unmade
from servers.ledger import counts
from servers.smtp import Server, faulty_server

NOW = dt.datetime(2013, 11, 12, 9, tzinfo=dt.UTC)
MakeFolder = Callable[..., Path]
Env = Callable[[int], str]

two_cores = pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core has one process")


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def rows(count: int) -> list[str]:
    return [f"KE,ngo,Lantern {n},,,,desk{n}@lantern.example,,,,invented,2026-11-01," for n in range(count)]


def wait_for(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def send_all(
    installation: Installation,
    told: Callable[..., None] = lambda *_: None,
    said: Callable[[str], None] = lambda _: None,
) -> send.Sent:
    send.take_back(installation, now=now())
    plan = planning.plan(installation, chosen=Chosen(), round=1, limit=None, now=now())
    return send.send(installation, plan, now=now, told=told, said=said, patience=5)


def running() -> list[int]:
    """The presses of this process that are alive."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and presses.__name__.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return found


@pytest.fixture
def pressed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have other processes write, however few letters there are."""
    monkeypatch.setattr(portion, "MANY_WITH_PAPER", 10)
    monkeypatch.setattr(portion, "MANY", 10)
    monkeypatch.setattr(portion, "_PRESSED_WITH_PAPER", 2)


@two_cores
@pytest.mark.usefixtures("pressed")
def test_every_core_writes_a_long_run_and_each_letter_goes_once(
    campaign_folder: MakeFolder, sandbox_env: Env, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    seen: set[int] = set()
    steps: list[int] = []
    here: list[int] = []
    write = presses.writer

    def counted(by: compose.Composer, key: compose.SigningKey | None) -> presses.Write:
        mine = write(by, key)

        def counting(orders: Sequence[Order]) -> Sequence[Message | Unmade]:
            here.append(len(orders))
            return mine(orders)

        return counting

    monkeypatch.setattr(presses, "writer", counted)

    def told(_what: str, done: int, _of: int) -> None:
        seen.update(running())
        steps.append(done)

    with (
        faulty_server(Server(slow=0.02)) as server,
        opened(campaign_folder(*rows(200), env=sandbox_env(server.port))) as installation,
    ):
        assert send_all(installation, told).states == {"sent": 200}
        assert counts(installation)["sent"] == 200
    assert len(seen) == 2, "one process a core besides this one, since there is paper to write"
    assert sum(here) < 200, "they wrote, and not this one alone"
    assert steps == list(range(1, 201))
    ids = server.message_ids()
    assert len(ids) == 200
    assert set(ids.values()) == {1}
    assert server.most_at_once <= 3
    assert not running(), "they end with the run"


@two_cores
@pytest.mark.usefixtures("pressed")
def test_presses_that_are_killed_leave_nothing_in_doubt_and_the_run_goes_on(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    sentences: list[str] = []

    def told(_what: str, done: int, _of: int) -> None:
        for process in running() if done >= 40 else ():
            os.kill(process, signal.SIGKILL)

    with (
        faulty_server(Server(slow=0.02)) as server,
        opened(campaign_folder(*rows(200), env=sandbox_env(server.port))) as installation,
    ):
        assert send_all(installation, told, sentences.append).states == {"sent": 200}
        assert counts(installation)["sent"] == 200
    assert any("processes that write letters died" in each for each in sentences)
    assert set(server.message_ids().values()) == {1}
    assert len(server.message_ids()) == 200


@two_cores
@pytest.mark.usefixtures("pressed")
def test_a_letter_that_cannot_be_made_by_a_press_fails_alone(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with (
        faulty_server() as server,
        opened(campaign_folder(*rows(60), env=sandbox_env(server.port))) as installation,
    ):
        plan = planning.plan(installation, chosen=Chosen(), round=1, limit=None, now=now())
        spoilt = replace(plan.letters[50], digest="0" * 64)
        spoilt_plan = replace(plan, letters=(*plan.letters[:50], spoilt, *plan.letters[51:]))
        found = send.send(installation, spoilt_plan, now=now, told=lambda *_: None, patience=5)
    assert found.states == {"sent": 59, "failed": 1}
    assert len(server.message_ids()) == 59


@two_cores
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_processes_end_with_the_one_that_a_person_started(
    campaign_folder: MakeFolder, sandbox_env: Env, number: signal.Signals
) -> None:
    """Ctrl-C lets the letters on every wire finish; kill -9 leaves nothing behind that goes on sending."""
    program = [sys.executable, "-c", "from mobilize.cli import main; main()", "--campaign"]
    with faulty_server(Server(slow=0.2)) as server:
        folder = campaign_folder(*rows(portion.MANY_WITH_PAPER + 20), env=sandbox_env(server.port))
        with subprocess.Popen(
            [*program, str(folder), "send", "--yes"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as program_running:
            wait_for(lambda: len(server.taken) >= 12)
            program_running.send_signal(number)
            out, err = program_running.communicate(timeout=60)
        time.sleep(0.5)
        taken = len(server.taken)
        time.sleep(0.5)
        assert len(server.taken) == taken < portion.MANY_WITH_PAPER, "nothing goes out any more"
        assert b"Traceback" not in out + err
        with opened(folder) as installation:
            send.take_back(installation, now=now())
            found = counts(installation)
    assert found["sending"] == 0
    assert found["in_doubt"] <= (3 if number is signal.SIGKILL else 0)
    assert found["sent"] + found["in_doubt"] >= taken


@two_cores
@pytest.mark.usefixtures("pressed")
def test_a_refused_login_is_said_and_nothing_is_claimed(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server(Server(offers=("AUTH PLAIN",))) as server:
        env = sandbox_env(server.port) + "SMTP_USER=lead\nSMTP_PASSWORD=wrong-word\n"
        with opened(campaign_folder(*rows(20), env=env)) as installation:
            with pytest.raises(LoginRefused):
                send_all(installation)
            assert counts(installation)["queued"] == 20
    assert not running()


def test_few_letters_start_no_process(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    seen: list[int] = []
    with faulty_server() as server, opened(campaign_folder(*rows(4), env=sandbox_env(server.port))) as installation:
        send_all(installation, lambda *_: seen.append(len(running())))
    assert seen == [0, 0, 0, 0]


def test_a_letter_that_changed_since_it_was_planned_is_not_made(campaign_folder: MakeFolder) -> None:
    with opened(campaign_folder(*rows(1))) as installation:
        by, contact = compose.composer(installation), installation.campaign.contacts[0]
        letter = write(installation.campaign, contact, today=NOW.date())
        order = Order(letter=letter.id, contact=contact, round=1, today=letter.date, digest=letter.digest)
        assert compose.filled(by, order, now=NOW) == compose.message(by, letter, now=NOW)
        with pytest.raises(LetterWrong, match="not the letter that was planned"):
            compose.filled(by, replace(order, digest="0" * 64), now=NOW)


def test_an_error_travels_with_all_that_it_says() -> None:
    error = TemplateWrong("no such name", path="letters/minister/en.md", line=3, text="{{ x }}", hint="mend it")
    back = pickle.loads(pickle.dumps(error))
    assert (back.sentence, back.path, back.line, back.text, back.hint) == (
        error.sentence,
        error.path,
        error.line,
        error.text,
        error.hint,
    )


@pytest.mark.parametrize("after", [0.0, 0.1, 0.3])
def test_presses_that_are_not_wanted_any_more_while_they_start_end_at_once(
    campaign_folder: MakeFolder, after: float, capfd: pytest.CaptureFixture[str]
) -> None:
    with opened(campaign_folder(*rows(1))) as installation:
        order = Order(letter=LetterId("x"), contact=installation.campaign.contacts[0], round=1, today=NOW.date())
        sentences: list[str] = []
        with presses.presses(compose.composer(installation), None, count=2, said=sentences.append) as write:
            write([order])
            time.sleep(after)
    assert not running()
    assert sentences == []
    assert capfd.readouterr().err == ""
