"""The command line as people meet it: exit codes, sentences, and nothing sent without a yes."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from servers.smtp import faulty_server

MakeFolder = Callable[..., Path]
Env = Callable[[int], str]

MOBILIZE = [sys.executable, "-c", "from mobilize.cli import main; main()"]


def run(*words: str | Path, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [*MOBILIZE, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, input=given, check=False, timeout=60)


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - start


def test_help_answers_at_once() -> None:
    # In turns, and the best of each: other tests run beside this one.
    pairs = [(seconds([sys.executable, "-c", "import typer, rich"]), seconds([*MOBILIZE, "--help"])) for _ in range(12)]
    bare, ours = (min(times) for times in zip(*pairs, strict=True))
    assert ours < 2 * bare


def test_help_loads_none_of_the_heavy_packages() -> None:
    code = "import sys, mobilize.cli; print(sorted({'pandas', 'typst', 'sqlalchemy', 'pydantic'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_wrong_usage_exits_2_and_failed_work_1(tmp_path: Path) -> None:
    assert run("no-such-command").returncode == 2
    assert run("send", "--limit", "0").returncode == 2
    empty = run("--campaign", tmp_path, "send")
    assert empty.returncode == 1
    assert "campaign.toml" in empty.stderr
    assert "Traceback" not in empty.stderr


def test_nothing_is_sent_without_a_yes(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server() as server:
        folder = campaign_folder(env=sandbox_env(server.port))
        asked = run("--campaign", folder, "send")
        assert asked.returncode == 1
        assert "nobody here to ask" in asked.stderr
        assert run("--campaign", folder, "send", "--dry-run").returncode == 0
        assert server.connections == 0


def typed(folder: Path, answer: str) -> tuple[int, str]:
    """Run `send` on a terminal of its own, and type an answer to its question."""
    leader, follower = pty.openpty()
    command = [*MOBILIZE, "--campaign", str(folder), "send"]
    process = subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, close_fds=True)
    os.close(follower)
    shown = b""
    while b"to send them" not in shown:
        shown += os.read(leader, 4096)
    os.write(leader, f"{answer}\n".encode())
    try:
        while chunk := os.read(leader, 4096):
            shown += chunk
    except OSError:
        # The terminal's other end is closed: the program ended.
        pass
    os.close(leader)
    return process.wait(timeout=60), shown.decode()


def test_the_number_of_letters_has_to_be_typed(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server() as server:
        folder = campaign_folder(env=sandbox_env(server.port))
        code, shown = typed(folder, "y")
        assert code == 1
        assert "the number was not typed" in shown
        assert server.connections == 0
        code, shown = typed(folder, "6")
        assert code == 0
        assert "6 sent" in shown
        assert len(server.taken) == 6


def test_results_are_json_lines_and_hold_no_address(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server() as server:
        folder = campaign_folder(env=sandbox_env(server.port))
        sent = run("--campaign", folder, "send", "--yes", "--json")
    assert sent.returncode == 0
    lines = [json.loads(line) for line in sent.stdout.splitlines()]
    assert lines[-1]["states"] == {"sent": 6}
    status = run("--campaign", folder, "status", "--json")
    assert {json.loads(line)["state"] for line in status.stdout.splitlines()} == {"sent"}
    for text in (sent.stdout, sent.stderr, status.stdout):
        assert "@" not in text


def test_what_fails_is_said_with_what_to_do(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    folder = campaign_folder(env=sandbox_env(1))
    sent = run("--campaign", folder, "send", "--yes")
    assert sent.returncode == 1
    assert "nothing was sent" in sent.stderr
    assert "SMTP_HOST" in sent.stderr
    assert "Traceback" not in sent.stderr


def test_missing_letters_are_listed_with_their_reasons(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server() as server:
        server.refused["desk@lantern.example"] = "550 5.1.1 no such user"
        folder = campaign_folder(env=sandbox_env(server.port))
        assert run("--campaign", folder, "send", "--yes").returncode == 1
    missing = run("--campaign", folder, "status", "--missing").stdout
    assert "there is no such mailbox (550 5.1.1)" in missing
    assert len(missing.splitlines()) == 2


def test_a_password_is_shown_nowhere(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    env = f"{sandbox_env(1)}SMTP_USER=lead\nSMTP_PASSWORD=hunter2hunter2\nSMTP_TIMEOUT=nonsense\n"
    folder = campaign_folder(env=env)
    for words in (["send", "--yes"], ["check"], ["status"]):
        shown = run("--campaign", folder, *words)
        assert "hunter2" not in shown.stdout + shown.stderr
        assert "SMTP_TIMEOUT" in shown.stderr + shown.stdout


def test_a_new_campaign_is_written_and_checks_well(tmp_path: Path) -> None:
    folder = tmp_path / "water-2027"
    assert run("init", folder).returncode == 0
    assert run("--campaign", folder, "check").returncode == 0


def test_a_terminal_is_not_moved_by_what_a_mail_says(campaign_folder: MakeFolder, tmp_path: Path) -> None:
    folder = campaign_folder()
    hostile = b"From: A <a@b.example>\r\nSubject: =?utf-8?q?=1b]0;owned=07?=\r\n\r\n\x1b[2J\x1b[31mboo\r\n"
    (tmp_path / "m.eml").write_bytes(hostile)
    taken = run("--campaign", folder, "replies", "import", tmp_path / "m.eml")
    assert taken.returncode == 0, taken.stderr
    [line] = run("--campaign", folder, "replies", "log", "--json").stdout.splitlines()
    shown = run("--campaign", folder, "replies", "show", json.loads(line)["reply"][:8])
    assert shown.returncode == 0, shown.stderr
    assert "\x1b" not in shown.stdout + taken.stdout + taken.stderr
