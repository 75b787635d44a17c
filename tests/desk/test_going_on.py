"""Going on with an interrupted round at once: only where nothing has changed, each letter once, and none forgotten."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from mobilize.campaign import contacts as contacts_module
from mobilize.campaign.contacts import Contact
from mobilize.desk import going_on, send
from mobilize.desk import plan as planning
from mobilize.desk.plan import Chosen
from mobilize.desk.portion import When
from mobilize.errors import LedgerUnusable
from mobilize.installation import framed, opened
from mobilize.post.outbox import Waiting
from mobilize.store import suppression
from mobilize.store.schema import letters
from servers.ledger import counts
from servers.smtp import Server, faulty_server

pytestmark = pytest.mark.usefixtures("either_ledger")

MakeFolder = Callable[..., Path]
Env = Callable[[int], str]

#: An NGO, whose letter encloses one to its minister, who stands below it; and others.
ROWS = (
    "KE,ngo,Lantern 0,,,,desk0@lantern.example,,,,invented,2026-11-01,",
    "SN,ngo,Lanterne,,,,bureau@lanterne.example,,,,invented,2026-11-01,",
    "KE,minister,Ministry of Foreign Affairs,Minister,,,minister@mfa.ke.example,,,,invented,2026-11-01,",
    "GH,nhri,Commission on Human Rights,Commissioner,,,office@chraj.gh.example,,A,,invented,2026-11-01,",
    *(f"KE,ngo,Lantern {n},,,,desk{n}@lantern{n}.example,,,,invented,2026-11-01," for n in range(1, 13)),
    "KE,minister,Ministry of Defence,Minister,,,minister@mod.ke.example,,,,invented,2026-11-01,",
)


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(going_on, "MANY", 2)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def begin(folder: Path, *, when: When = When(), **chosen: tuple[str, ...]) -> None:  # noqa: B008 - a value
    """Plan a round, or a part of it, and stop its sending at the first letter."""
    with framed(folder) as installation:
        seal = going_on.seal(installation, now=now())
    told: list[int] = []

    def stop(_what: str, done: int, _of: int) -> None:
        told.append(done)
        if len(told) == 1:
            # A second one would cut off what is on the wire.
            signal.raise_signal(signal.SIGINT)

    with opened(folder) as installation:
        plan = planning.plan(installation, chosen=Chosen(**chosen), round=1, limit=None, now=now())
        send.send(
            installation,
            plan,
            now=now,
            told=stop,
            patience=0,
            when=when,
            seal=seal,
        )


def goes_on(folder: Path, said: Callable[[str], None] = lambda _: None) -> send.Sent | None:
    """Go on with it; None: it would be planned anew."""
    with framed(folder) as installation:
        seal = going_on.seal(installation, now=now())
        left = going_on.left(installation, 1, seal=seal, now=now())
        if left is None:
            return None
        return send.go_on(installation, left, now=now, told=lambda *_: None, said=said, patience=0)


def each_once(server: Server, count: int) -> None:
    ids = server.message_ids()
    assert len(ids) == count
    assert set(ids.values()) == {1}


def test_what_is_left_goes_on_as_it_was_planned_each_once(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server() as server:
        folder = campaign_folder(*ROWS, env=sandbox_env(server.port))
        begin(folder)
        before = len(server.taken)
        assert 0 < before < len(ROWS)
        sent = goes_on(folder)
        assert sent is not None
        # A letter that is not the one that was planned would fail: so each is, and encloses what it did.
        assert sent.states == {"sent": len(ROWS) - before}
        assert (sent.left, sent.stopped, sent.trouble) == (0, False, "")
        assert goes_on(folder) is None, "none is left"
    each_once(server, len(ROWS))


CHANGES: dict[str, Callable[[Path], object]] = {
    "a contact": lambda folder: edit(folder / "contacts.csv", "Lantern 12", "Lantern Twelve"),
    "a contact more": lambda folder: edit(folder / "contacts.csv", "Lantern 1,", "Lantern 1 b,"),
    "a letter": lambda folder: edit(folder / "letters/ngo/en.md", "ever devoted", "devoted"),
    "the paper": lambda folder: edit(folder / "letters/letter.typ", "25mm", "26mm"),
    "the record": lambda folder: edit(folder / "record/positions.csv", "\nNO,", "\nSE,"),
    "the campaign": lambda folder: edit(folder / "campaign.toml", "[rules]", "# One more line.\n[rules]"),
    "the address of the pages": lambda folder: edit(
        folder / ".env", "SMTP_HOST", "PUBLIC_URL=https://a.org\nSMTP_HOST"
    ),
    "where it is sent": lambda folder: edit(folder / ".env", "SMTP_SANDBOX=yes", "SMTP_SANDBOX=no"),
}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize("what", CHANGES)
def test_after_a_change_it_is_planned_anew(campaign_folder: MakeFolder, sandbox_env: Env, what: str) -> None:
    with faulty_server() as server:
        folder = campaign_folder(*ROWS, env=sandbox_env(server.port))
        begin(folder)
        CHANGES[what](folder)
        assert goes_on(folder) is None


def test_another_day_another_program_and_another_key_are_changes(
    campaign_folder: MakeFolder, sandbox_env: Env, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = campaign_folder(*ROWS, env=sandbox_env(25))
    edit(folder / "campaign.toml", "letter_date", "# letter_date")
    with framed(folder) as installation:
        seal = going_on.seal(installation, now=now())
        assert seal == going_on.seal(installation, now=now())
        assert seal != going_on.seal(installation, now=now() + dt.timedelta(days=1))
        monkeypatch.setattr(going_on, "_program", lambda: ["another"])
        assert seal != going_on.seal(installation, now=now())
        monkeypatch.undo()
    monkeypatch.setenv("MOBILIZE_SECRET", "another secret, long enough to be one")
    with framed(folder) as installation:
        assert seal != going_on.seal(installation, now=now())


def test_where_each_letter_must_have_been_approved_it_is_planned_anew(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    folder = campaign_folder(*ROWS, env=sandbox_env(25))
    edit(folder / "campaign.toml", "approval = false", "approval = true")
    with framed(folder) as installation:
        assert going_on.seal(installation, now=now()) == ""


def test_a_part_that_is_planned_later_voids_the_plan_of_the_whole(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    with faulty_server() as server:
        folder = campaign_folder(*ROWS, env=sandbox_env(server.port))
        begin(folder)
        begin(folder, countries=("KE",))
        assert goes_on(folder) is None
        begin(folder)
        sent = goes_on(folder)
        assert sent is not None
        assert sent.left == 0
    each_once(server, len(ROWS))


def test_a_letter_that_waits_and_is_not_planned_any_more_does_not_go(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    with faulty_server() as server:
        folder = campaign_folder(*ROWS, env=sandbox_env(server.port))
        begin(folder, when=When(at=now() + dt.timedelta(hours=2)))
        edit(folder / "campaign.toml", 'nhri_accreditation = ["A", "B"]', 'nhri_accreditation = ["B"]')
        begin(folder, when=When(at=now() - dt.timedelta(hours=2)))
        # The institution's letter is queued still: the plan of this round is no plan of all that wait.
        assert goes_on(folder) is None
        assert "office@chraj.gh.example" not in {each.recipients[0] for each in server.taken}


def test_a_faulty_row_that_was_left_out_is_planned_anew(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server() as server:
        folder = campaign_folder(
            *ROWS, "KE,ngo,Broken,,,,nowhere,,,,invented,2026-11-01,", env=sandbox_env(server.port)
        )
        begin(folder)
        assert goes_on(folder) is None


@pytest.mark.parametrize("changes", [{"attempts": 1, "digest": "0" * 64}, {"dated": dt.date(2013, 1, 1), "digest": ""}])
def test_letters_that_the_last_plan_need_not_have_written_are_written_anew(
    campaign_folder: MakeFolder, sandbox_env: Env, changes: dict[str, object]
) -> None:
    with faulty_server() as server:
        folder = campaign_folder(*ROWS, env=sandbox_env(server.port))
        begin(folder)
        with opened(folder) as installation, installation.store.writing() as connection:
            # Tried before the last plan and queued again since, or queued for workers: as it was written then.
            changed = connection.execute(
                update(letters).where(letters.c.state == "queued", letters.c.audience == "ngo").values(**changes)
            )
            assert changed.rowcount > 1
        sent = goes_on(folder)
        assert sent is not None
        assert set(sent.states) == {"sent"}
        assert sent.left == 0
    each_once(server, len(ROWS))


def test_two_contacts_of_one_short_name_go_on_each_under_its_own(
    campaign_folder: MakeFolder, sandbox_env: Env, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if all names of eight digits agreed.
    monkeypatch.setattr(contacts_module, "_SHORT", 0)
    with faulty_server() as server:
        folder = campaign_folder(*ROWS, env=sandbox_env(server.port))
        begin(folder)
        sent = goes_on(folder)
        assert sent is not None
        assert sent.left == 0
    each_once(server, len(ROWS))


def test_a_letter_that_waits_for_a_moment_still_waits(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server() as server:
        folder = campaign_folder(*ROWS, env=sandbox_env(server.port))
        begin(folder, when=When(at=now() + dt.timedelta(hours=2)))
        said: list[str] = []
        sent = goes_on(folder, said.append)
        assert sent is not None
        assert (sent.states, sent.left) == ({}, len(ROWS))
        assert any("No letter may go yet" in each for each in said)
        assert server.taken == []


def test_nobody_on_the_suppression_list_gets_one(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server() as server:
        folder = campaign_folder(*ROWS, env=sandbox_env(server.port))
        begin(folder)
        with opened(folder) as installation, installation.store.writing() as connection:
            suppression.suppress(connection, "desk12@lantern12.example", reason="unsubscribed", source="r", now=now())
        sent = goes_on(folder)
        assert sent is not None
        assert "desk12@lantern12.example" not in {each.recipients[0] for each in server.taken}
    each_once(server, len(ROWS) - 1)


def test_contacts_that_vanish_meanwhile_leave_their_letters_waiting(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    with faulty_server() as server:
        folder = campaign_folder(*ROWS, env=sandbox_env(server.port))
        begin(folder)
        with framed(folder) as installation:
            left = going_on.left(installation, 1, seal=going_on.seal(installation, now=now()), now=now())
            assert left is not None
            (folder / "contacts.csv").unlink()
            sent = send.go_on(installation, left, now=now, told=lambda *_: None, patience=0)
            assert sent.left == left.count
            assert counts(installation)["queued"] == left.count


def test_a_run_waits_for_letters_that_are_still_read(
    campaign_folder: MakeFolder, sandbox_env: Env, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = going_on.found

    def slowly(*words: Any) -> Iterator[Sequence[tuple[Waiting, Contact]]]:
        for some in found(*words):
            for each in some:
                yield [each]
                yield []
                time.sleep(0.2)

    monkeypatch.setattr(going_on, "found", slowly)
    with faulty_server() as server:
        folder = campaign_folder(*ROWS[:6], env=sandbox_env(server.port))
        begin(folder)
        sent = goes_on(folder)
        assert sent is not None
        assert sent.left == 0
    each_once(server, 6)


def test_where_reading_fails_what_is_on_the_wire_finishes_and_the_rest_waits(
    campaign_folder: MakeFolder, sandbox_env: Env, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = going_on.found

    def broken(*words: Any) -> Iterator[Sequence[tuple[Waiting, Contact]]]:
        yield next(iter(found(*words)))[:1]
        msg = "the disk is gone"
        raise LedgerUnusable(msg)

    with faulty_server(Server(slow=0.1)) as server:
        folder = campaign_folder(*ROWS, env=sandbox_env(server.port))
        begin(folder)
        with monkeypatch.context() as patched:
            patched.setattr(going_on, "found", broken)
            sent = goes_on(folder)
        assert sent is not None
        assert "the disk is gone" in sent.trouble
        with opened(folder) as installation:
            left = counts(installation)
        assert left["sending"] == left["in_doubt"] == left["failed"] == 0
        assert left["queued"] == sent.left > 0
        server.slow = 0
        assert goes_on(folder) is not None
    each_once(server, len(ROWS))


@pytest.mark.parametrize("either_ledger", ["sqlite"], indirect=True)
def test_the_command_goes_on_with_a_long_round(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    rows = [f"KE,ngo,Lantern {n},,,,desk{n}@lantern.example,,,,invented,2026-11-01," for n in range(4700)]
    with faulty_server() as server:
        folder = campaign_folder(*rows, env=sandbox_env(server.port))
        edit(folder / "campaign.toml", "paper = true", "paper = false")

        def run(taken: int) -> str:
            words = [sys.executable, "-c", "from mobilize.cli import main; main()", "--campaign", str(folder)]
            process = subprocess.Popen([*words, "send", "--yes"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            end = time.monotonic() + 60
            while len(server.taken) < taken:
                assert time.monotonic() < end
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            return process.communicate(timeout=60)[0].decode()

        assert "Nothing has changed" not in run(100)
        again = run(len(server.taken) + 100)
        assert "Nothing has changed since this round was planned" in again
        assert "read these before you send" not in again
    assert set(server.message_ids().values()) == {1}
