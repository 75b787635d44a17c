"""How a round stands: counted from its rows, for people and for a monitor."""

from __future__ import annotations

import datetime as dt
import json
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from mobilize.desk import figures, send
from mobilize.desk import plan as planning
from mobilize.desk.plan import Chosen
from mobilize.errors import Refused
from mobilize.installation import Installation, opened
from servers.smtp import Server, faulty_server

#: Over SQLite, and over PostgreSQL.
pytestmark = pytest.mark.usefixtures("either_ledger")

MakeFolder = Callable[..., Path]
Env = Callable[[int], str]


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def send_all(installation: Installation, said: Callable[[str], None] = str) -> send.Sent:
    plan = planning.plan(installation, chosen=Chosen(), round=1, limit=None, now=now())
    return send.send(installation, plan, now=now, told=lambda *_: None, said=said, patience=0)


def sent(make: MakeFolder, env: Env, stack: ExitStack, state: Server | None = None, more: str = "") -> Installation:
    server = stack.enter_context(faulty_server(state))
    return stack.enter_context(opened(make(env=env(server.port) + more)))


def test_figures_of_a_round_are_counted_and_told_in_words(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with ExitStack() as stack:
        installation = sent(campaign_folder, sandbox_env, stack)
        before = figures.look(installation, 1, now=now())
        assert before.figures.left == 0
        send_all(installation)
        found = figures.look(installation, 1, now=now())
        assert found.figures.states["sent"] == 6
        assert found.figures.tries == 6
        assert found.figures.unanswered == 0
        assert found.figures.a_minute > 0
        assert found.figures.seconds_left is None
        assert ("sent", "6") in figures.rows(found)
        later = figures.look(installation, 1, now=now() + dt.timedelta(hours=1))
        assert later.figures.a_minute == 0, "the rate is of late"


SAMPLE = re.compile(r'([a-z_]+)\{((?:[a-z]+="[^"\\]*",?)+)\} (-?[0-9.e+-]+)')


def test_a_monitor_reads_the_figures_and_no_address(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with ExitStack() as stack:
        installation = sent(campaign_folder, sandbox_env, stack, more="METRICS_FILE=metrics.prom\n")
        send_all(installation)
        path = installation.folder / "metrics.prom"
        text = path.read_text("utf-8")
        assert path.stat().st_mode & 0o777 == 0o644
        assert "@" not in text
        helps = re.findall(r"(?m)^# HELP (\w+) .+\n# TYPE (\w+) (gauge|counter)$", text)
        samples = [SAMPLE.fullmatch(line) for line in text.splitlines() if not line.startswith("#")]
        assert all(samples)
        assert {each[1] for each in samples if each} == {name for name, again, _ in helps if name == again}
        assert all(kind == "counter" for name, _, kind in helps if name.endswith("_total"))
        assert 'mobilize_letters{campaign="whrd-2013",round="1",state="sent"} 6\n' in text
        assert 'mobilize_letters{campaign="whrd-2013",round="1",state="in_doubt"} 0\n' in text
        assert figures.exposition(installation, 1, now=now()).count("\n") == text.count("\n")


def test_a_metrics_file_that_cannot_be_written_is_said_once_and_stops_nothing(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    said: list[str] = []
    with ExitStack() as stack:
        installation = sent(campaign_folder, sandbox_env, stack, more="METRICS_FILE=no/such/folder/metrics.prom\n")
        assert send_all(installation, said.append).states == {"sent": 6}
        assert any("METRICS_FILE" in sentence for sentence in said)
        with pytest.raises(Refused, match="cannot be written"):
            figures.write_metrics(installation, 1, now=now())


def test_failures_are_told_by_reason_and_the_next_try_by_its_time(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    with ExitStack() as stack:
        state = Server(faults={"rcpt": "550 5.1.1 no such user"}, times=Counter(rcpt=2))
        state.refused["ministre@mae.sn.example"] = "451 4.7.1 greylisted"
        installation = sent(campaign_folder, sandbox_env, stack, state)
        send_all(installation)
        found = figures.look(installation, 1, now=now())
        assert sum(found.figures.failed.values()) == found.figures.states["failed"] > 0
        if found.figures.states["deferred"]:
            assert found.figures.next_try is not None
            assert found.figures.next_try > now()


def test_watching_prints_a_line_when_something_changes_and_ends_on_ctrl_c(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    with ExitStack() as stack:
        installation = sent(campaign_folder, sandbox_env, stack)
        send_all(installation)
        call = [sys.executable, "-c", "from mobilize.cli import main; main()", "-C", str(installation.folder)]
        with subprocess.Popen([*call, "status", "--watch", "--json"], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            line = json.loads(process.stdout.readline())
            process.send_signal(signal.SIGINT)
            rest = process.stdout.read()
            assert process.wait(timeout=60) == 0
    assert line["sent"] == 6
    assert line["failed_by_reason"] == {}
    assert rest == "", "nothing changed"


def test_each_letter_leaves_a_line_without_address_or_text(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with ExitStack() as stack:
        state = Server(refused={"ministre@mae.sn.example": "550 5.1.1 <ministre@mae.sn.example> no such user"})
        installation = sent(campaign_folder, sandbox_env, stack, state, more="LOG_FILE=send.log\n")
        send_all(installation)
        path = installation.folder / "send.log"
        lines = path.read_text("utf-8").splitlines()
        assert path.stat().st_mode & 0o777 == 0o600
        assert len(lines) == 6
        assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ letter=[a-z2-7]{12} state=\w+", line) for line in lines)
        assert sum("state=failed reason=" in line for line in lines) == 1
        text = "\n".join(lines)
        assert "@" not in text
        assert "Excellency" not in text


def test_a_log_that_cannot_be_written_is_said_before_anything_leaves(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    with ExitStack() as stack:
        state = Server()
        installation = sent(campaign_folder, sandbox_env, stack, state, more="LOG_FILE=no/such/folder/send.log\n")
        with pytest.raises(Refused, match="LOG_FILE"):
            send_all(installation)
        assert state.taken == []
