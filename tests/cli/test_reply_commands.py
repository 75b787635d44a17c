"""Replies at the command line: whose they are, whether they are genuine, and one key to accept a candidate."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from servers.dns import name_server
from servers.signing import MINISTRY, dns, signed_by_ministry

MakeFolder = Callable[..., Path]
MOBILIZE = [sys.executable, "-c", "from mobilize.cli import main; main()"]

UNDECIDED = (
    "From: Ministry of Foreign Affairs <info@mail.example>\nTo: wluml@wluml.org\nSubject: Your letter\n"
    "Date: Fri, 8 Nov 2013 10:00:00 +0000\n\n"
    "Kenya and Uganda have studied the draft. Our Government will co-sponsor the resolution.\n"
)


class Desk:
    """A campaign folder, and its command line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.command = [*MOBILIZE, "--campaign", str(folder)]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [*self.command, *words]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=60, stdin=subprocess.DEVNULL
        )

    def take(self, data: bytes | str) -> str:
        path = self.folder.parent / "mail.eml"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        taken = self.run("replies", "import", "--json", str(path))
        assert taken.returncode == 0, taken.stderr
        return str(json.loads(taken.stdout)["reply"])[:10]


@pytest.fixture
def desk(campaign_folder: MakeFolder) -> Desk:
    return Desk(campaign_folder(env="TRUSTED_AUTHSERV=mx.wluml.org\nMOBILIZE_REVIEWER=amina\n"))


def test_where_it_is_open_whose_reply_it_is_candidates_are_shown_and_nothing_is_guessed(desk: Desk) -> None:
    reply = desk.take(UNDECIDED)
    asked = desk.run("replies", "review", reply, "--by", "amina")
    assert asked.returncode == 1
    assert "Kenya" in asked.stdout
    assert "text: Uganda" in asked.stdout
    assert "--accept 1" in asked.stderr
    accepted = desk.run("replies", "review", reply, "--by", "amina", "--accept", "2")
    assert accepted.stdout.split()[1:] == ["UG", "cosponsor?"]
    confirmed = desk.run("replies", "review", reply, "--by", "amina")
    assert "confirmed" in confirmed.stdout


@pytest.mark.parametrize(
    ("key", "told"), [(b"1", "KE  cosponsor?"), (b"\r", "Nothing was changed."), (b"7", "Nothing")]
)
def test_one_key_accepts(desk: Desk, key: bytes, told: str) -> None:
    reply = desk.take(UNDECIDED)
    assert told in typed([*desk.command, "replies", "review", reply, "--by", "amina"], key)


def typed(command: list[str], key: bytes) -> str:
    """Run a command on a terminal of its own, and press a key when it asks. What was pressed too early is not heard."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown, end = b"", time.monotonic() + 40
    try:
        while time.monotonic() < end:
            if select.select([ours], [], [], 0.3)[0]:
                shown += os.read(ours, 4096)
            elif b"Which?" in shown:
                os.write(ours, key)
    except OSError:
        pass  # the terminal's other end is closed: the program ended
    finally:
        process.kill()
        process.wait(10)
        os.close(ours)
    return shown.decode()


def test_a_reply_is_moved_split_merged_and_all_of_it_taken_back(desk: Desk) -> None:
    first, second = desk.take(UNDECIDED), desk.take(UNDECIDED.replace("studied", "read"))
    by = ("--by", "amina")
    assert desk.run("replies", "move", first, "--country", "ke", *by).stdout.split()[1:] == ["KE"]
    assert desk.run("replies", "split", first, "--country", "UG", *by).stdout.split()[1:] == ["KE,", "UG"]
    assert "a copy of" in desk.run("replies", "merge", second, first, *by).stdout
    for reply, places in ((second, "nowhere yet"), (first, "KE"), (first, "nowhere yet")):
        assert desk.run("replies", "undo", reply, *by).stdout.split("  ", 1)[1].strip() == places
    assert desk.run("replies", "undo", first, *by).returncode == 1
    history = desk.run("replies", "show", first).stdout
    assert "moved KE, by amina" in history
    assert "undone number" in history


def test_what_another_part_of_a_mail_says_is_shown_and_not_taken(desk: Desk) -> None:
    reply = desk.take(
        "From: Mission <mission@foreign.gov.gh>\nTo: wluml@wluml.org\nSubject: Re: Your letter\n\n"
        "Ghana supports the draft resolution.\n\n--\nP.S. Today we were told to vote against the draft resolution.\n"
    )
    shown = desk.run("replies", "show", reply).stdout
    assert "seems to say support, but the part folded below the closing says oppose: read both" in shown
    assert 'says oppose: "Today we were told to vote against the draft resolution."' in shown
    whole = desk.run("replies", "show", reply, "--whole").stdout
    assert "| P.S. Today we were told to vote against" in whole


def attached() -> bytes:
    return (
        b"From: Partner <partner@ngo.example>\r\nTo: wluml@wluml.org\r\nSubject: Fwd: Your letter\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee.\r\n"
        b"--b\r\nContent-Type: message/rfc822\r\n\r\n" + signed_by_ministry() + b"\r\n--b--\r\n"
    )


def test_signatures_are_checked_only_with_a_yes(desk: Desk) -> None:
    with name_server({f"s1._domainkey.{MINISTRY}": {"TXT": [_text()]}}) as server:
        with (desk.folder / ".env").open("a") as env:
            env.write(f"DNS_SERVER={server}\n")
        reply = desk.take(attached())
        before = desk.run("replies", "show", reply).stdout
        assert "reported: passed on by somebody else" in before
        assert f"signed by {MINISTRY}: not checked" in before
        asked = desk.run("replies", "check-signatures")
        assert "Nothing was asked" in asked.stderr
        assert "not checked" in desk.run("replies", "show", reply).stdout
        checked = desk.run("replies", "check-signatures", reply, "--yes")
        assert f"DKIM (rsa-sha256) of {MINISTRY} on attached message 1: holds" in checked.stdout
    assert "genuine: the attached original is signed by" in desk.run("replies", "show", reply).stdout
    (line,) = desk.run("replies", "log", "--json").stdout.splitlines()
    assert json.loads(line)["proof"] == "genuine"
    assert json.loads(line)["reporter"] == "partner@ngo.example"


def _text() -> str:
    key = dns()(f"s1._domainkey.{MINISTRY}") or ""
    return f'"{key[:200]}" "{key[200:]}"'


def test_a_forged_mail_says_so_in_the_log(desk: Desk) -> None:
    desk.take(
        "Received: from x by mx.wluml.org; Fri, 8 Nov 2013 10:00:00 +0000\n"
        "Authentication-Results: mx.wluml.org; dmarc=fail header.from=mfa.gov.ke\n"
        "From: Minister <minister@mfa.gov.ke>\nTo: wluml@wluml.org\nSubject: x\n\nKenya will co-sponsor it.\n"
    )
    log = desk.run("replies", "log").stdout
    assert "failed" in log
    assert "may be forged" in log


def test_the_ledger_of_stances_is_written_with_reporters_ages_and_who_confirmed(desk: Desk) -> None:
    reply = desk.take(attached())
    desk.run("replies", "review", reply, "--by", "amina")
    table = desk.run("replies", "export", "--statements").stdout
    rows = list(csv.DictReader(io.StringIO(table.lstrip("\ufeff"))))
    assert [row["confirmed_by"] for row in rows] == ["", "amina"]
    assert {row["reporter"] for row in rows} == {"partner@ngo.example"}
    assert all(int(row["age_days"]) > 4000 for row in rows)
    shown = desk.run("replies", "show", reply).stdout
    assert "passed on by partner@ngo.example" in shown
    assert "days old" in shown


def test_all_of_a_mail_is_shown_with_what_was_cut_marked(desk: Desk) -> None:
    reply = desk.take(
        "From: Minister <minister@mfa.gov.ke>\nTo: wluml@wluml.org\nSubject: Re: x\n\nKenya will co-sponsor it.\n\n"
        "On 8 Nov 2013, Us <wluml@wluml.org> wrote:\n> We urge you.\n\x1b[31mred\n"
    )
    shown = desk.run("replies", "show", reply, "--whole").stdout
    assert shown.startswith("Kenya will co-sponsor it.")
    assert "| > We urge you." in shown
    assert "\x1b" not in shown
