"""Sending a round: each letter once, whatever the server, the disk or the lead does in between."""

from __future__ import annotations

import datetime as dt
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import event

from mobilize.desk import plan as planning
from mobilize.desk import send, status
from mobilize.desk.plan import Chosen, Plan
from mobilize.errors import DataFaulty, LedgerUnusable, Refused, ServerUnreachable, SettingsWrong
from mobilize.installation import Installation, opened
from mobilize.store import suppression
from servers.ledger import counts
from servers.postgres import LEASE
from servers.smtp import Server, faulty_server

#: Over SQLite, and over PostgreSQL.
pytestmark = pytest.mark.usefixtures("either_ledger")

MakeFolder = Callable[..., Path]
Env = Callable[[int], str]


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def planned(installation: Installation, **chosen: tuple[str, ...]) -> Plan:
    return planning.plan(installation, chosen=Chosen(**chosen), round=1, limit=None, now=now())


def send_all(installation: Installation, *, patience: float = 0) -> send.Sent:
    send.take_back(installation, now=now())
    return send.send(installation, planned(installation), now=now, told=lambda *_: None, patience=patience)


@contextmanager
def sending(make: MakeFolder, env: Env, state: Server | None = None) -> Iterator[tuple[Installation, Server]]:
    with ExitStack() as stack:
        server = stack.enter_context(faulty_server(state))
        yield stack.enter_context(opened(make(env=env(server.port)))), server


def command(folder: Path, *words: str) -> list[str]:
    return [sys.executable, "-c", "from mobilize.cli import main; main()", "--campaign", str(folder), *words]


def rows(count: int) -> list[str]:
    """So many NGOs in one country: enough letters to be caught in the middle of."""
    return [f"KE,ngo,Lantern {n},,,,desk{n}@lantern.example,,,,invented,2026-11-01," for n in range(count)]


def test_one_message_for_each_contact_and_none_the_second_time(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with sending(campaign_folder, sandbox_env) as (installation, server):
        assert send_all(installation).states == {"sent": 6}
        assert send_all(installation).states == {}
    assert sorted(each.recipients[0] for each in server.taken) == sorted(
        contact.emails[0] for contact in installation.campaign.contacts
    )


def test_the_message_holds_text_html_and_a_pdf_in_the_language_of_the_country(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    with sending(campaign_folder, sandbox_env) as (installation, server):
        send_all(installation)
    by_address = {each.recipients[0]: message_from_bytes(each.data, policy=policy.default) for each in server.taken}
    message = by_address["ministre@mae.sn.example"]
    types = [part.get_content_type() for part in message.walk() if not part.is_multipart()]
    assert types == ["text/plain", "text/html", "application/pdf"]
    assert message["Content-Language"] == "fr"
    assert "Sénégal" in message.get_body(("plain",)).get_content()


def test_headers_say_nothing_of_who_sat_where(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with sending(campaign_folder, sandbox_env) as (installation, server):
        send_all(installation)
    message = message_from_bytes(server.taken[0].data, policy=policy.default)
    assert {name.lower() for name in message.keys()} <= {  # noqa: SIM118 - a Message is no dict
        "from", "to", "reply-to", "subject", "date", "message-id", "content-language", "mime-version", "content-type",
        "list-unsubscribe",
    }  # fmt: skip
    assert message["Date"].endswith("+0000")
    assert "EHLO wluml.org" in server.lines


def test_only_mail_to_an_ngo_can_be_unsubscribed_from(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with sending(campaign_folder, sandbox_env) as (installation, server):
        send_all(installation)
    unsubscribable = [each.recipients[0] for each in server.taken if b"\r\nList-Unsubscribe:" in each.data]
    assert unsubscribable == ["desk@lantern.example"]


@pytest.mark.parametrize("step", ["ehlo", "mail", "rcpt", "data", "text"])
@pytest.mark.parametrize("fault", ["drop", "garbage"])
def test_a_server_that_breaks_off_at_any_step_gets_nothing_twice(
    campaign_folder: MakeFolder, sandbox_env: Env, step: str, fault: str
) -> None:
    state = Server(faults={step: fault}, times=Counter({step: 1}))
    with sending(campaign_folder, sandbox_env, state) as (installation, server):
        try:
            send_all(installation)
        except ServerUnreachable:
            assert step == "ehlo"
        server.faults.clear()
        send_all(installation)
        found = counts(installation)
    assert max(server.message_ids().values()) == 1
    # What was broken off before the text waits for its next try; after it, for a person. All else arrived.
    assert found["sent"] + found["deferred"] + found["in_doubt"] == 6
    assert found["in_doubt"] == (1 if step == "text" else found["in_doubt"])
    assert found["in_doubt"] <= 1
    assert len(server.taken) >= found["sent"]


@pytest.mark.parametrize(
    ("step", "answer", "state", "words"),
    [
        ("rcpt", "450 4.2.0 greylisted, come back", "deferred", "takes no mail now"),
        ("mail", "451 4.3.0 try again", "deferred", "451 4.3.0"),
        ("rcpt", "550 5.1.1 no such user <minister@mfa.ke.example>", "failed", "no such mailbox"),
        ("text", "554 5.7.1 refused", "failed", "does not let us send"),
        ("text", "452 4.3.1 full", "deferred", "452 4.3.1"),
        ("data", "421 4.3.2 shutting down", "deferred", "421 4.3.2"),
        ("text", "552 5.3.4 too big", "failed", "too big"),
    ],
)
def test_what_the_server_says_decides_and_is_kept_in_plain_words(
    campaign_folder: MakeFolder, sandbox_env: Env, step: str, answer: str, state: str, words: str
) -> None:
    faulty = Server(faults={step: answer}, times=Counter({step: 1}))
    with sending(campaign_folder, sandbox_env, faulty) as (installation, _server):
        send_all(installation)
        hit = [each for each in status.fates(installation, 1) if each.state.value == state]
    assert len(hit) == 1
    assert words in hit[0].reason
    assert "@" not in hit[0].reason


def test_an_unreachable_server_is_said_and_nothing_is_lost(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with opened(campaign_folder(env=sandbox_env(1))) as installation:
        with pytest.raises(ServerUnreachable, match="nothing listens there"):
            send_all(installation)
        assert len(planned(installation).letters) == 6
        assert counts(installation)["sending"] == 0


def test_a_server_that_never_answers_is_given_up(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with sending(campaign_folder, sandbox_env, Server(faults={"connect": "silence"})) as (installation, _server):
        with pytest.raises(ServerUnreachable, match="no answer in time"):
            send_all(installation)
        assert len(planned(installation).letters) == 6


def test_reserved_names_are_never_written_to_outside_a_sandbox(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    folder = campaign_folder(env=sandbox_env(2525).replace("SMTP_SANDBOX=yes", "SMTP_SANDBOX=no"))
    with opened(folder) as installation:
        plan = planned(installation)
    assert plan.letters == ()
    assert all("reserved" in why for why in plan.reasons)


def test_the_sandbox_is_this_machine_and_no_other(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    folder = campaign_folder(env=sandbox_env(2525).replace("127.0.0.1", "mail.relay.org").replace("=none", "=tls"))
    with opened(folder) as installation:
        assert planned(installation).letters == ()


def test_plain_smtp_to_another_machine_is_refused(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with opened(campaign_folder(env=sandbox_env(25).replace("127.0.0.1", "mail.relay.org"))) as installation:
        plan = planned(installation)
        with pytest.raises(SettingsWrong, match="on this machine alone"):
            send.send(installation, plan, now=now, told=lambda *_: None)


def test_a_faulty_row_stops_the_send_and_is_named(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    bad = "XX,minister,Ministry,Minister,,,minister@mfa.xx.example,,,,invented,2026-11-01,"
    with opened(campaign_folder(*rows(2), bad, env=sandbox_env(25))) as installation:
        with pytest.raises(DataFaulty) as refusal:
            planning.check_campaign(installation, skip_faulty=False, now=now())
        assert "contacts.csv:4" in str(refusal.value.faults[0])
        planning.check_campaign(installation, skip_faulty=True, now=now())
        assert "line 4" in {each.contact for each in planned(installation).skipped}


def test_nothing_goes_out_after_the_end_of_the_campaign(campaign_folder: MakeFolder) -> None:
    folder = campaign_folder()
    toml = folder / "campaign.toml"
    toml.write_text(toml.read_text().replace("# not_after = ", "not_after = "))
    with opened(folder) as installation, pytest.raises(Refused, match="ended on 2013-11-26"):
        planning.check_campaign(installation, skip_faulty=False, now=now())


def test_a_second_row_with_an_address_already_written_to_is_skipped(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    with faulty_server() as server:
        folder = campaign_folder(env=sandbox_env(server.port))
        with opened(folder) as installation:
            send_all(installation)
        contacts = folder / "contacts.csv"
        contacts.write_text(contacts.read_text("utf-8").replace("Lantern Network", "Lantern Netwrk"), "utf-8")
        with opened(folder) as installation:
            plan = planned(installation)
    assert plan.letters == ()
    assert any("written to already" in why for why in plan.reasons)


def test_a_suppressed_address_is_passed_by(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with sending(campaign_folder, sandbox_env) as (installation, server):
        plan = planned(installation)
        with installation.store.writing() as connection:
            suppression.suppress(connection, "DESK@lantern.example", reason="unsubscribed", source="reply 1", now=now())
        # Even where it was suppressed after the plan was made.
        send.send(installation, plan, now=now, told=lambda *_: None)
        assert "desk@lantern.example" not in {each.recipients[0] for each in server.taken}
        assert any("suppression list" in why for why in planned(installation).reasons)


def test_an_institution_without_status_is_not_written_to(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    row = "GH,nhri,Commission,Commissioner,,,office@chraj.gh.example,,,,invented,2026-11-01,"
    with opened(campaign_folder(row, env=sandbox_env(25))) as installation:
        assert "without A or B status" in next(iter(planned(installation).reasons))


@pytest.mark.parametrize("either_ledger", ["sqlite"], indirect=True)
def test_a_full_disk_under_the_ledger_loses_nothing(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server() as server, opened(campaign_folder(*rows(60), env=sandbox_env(server.port))) as installation:
        plan = planned(installation)

        def fill(connection: sqlite3.Connection, *_: object) -> None:
            # As many pages as the file has now: the next one that is needed does not fit on the disk.
            connection.execute("PRAGMA max_page_count=1")

        event.listen(installation.store.engine, "checkout", fill)
        with pytest.raises(LedgerUnusable, match="the disk is full"):
            send.send(installation, plan, now=now, told=lambda *_: None)
        assert server.taken == []
        event.remove(installation.store.engine, "checkout", fill)
        installation.store.engine.dispose()
        assert send_all(installation).states == {"sent": 60}


def test_two_programs_at_once_send_each_letter_once(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server() as server:
        folder = campaign_folder(*rows(40), env=sandbox_env(server.port))
        running = [
            subprocess.Popen(command(folder, "send", "--yes"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for _ in range(2)
        ]
        for each in running:
            each.communicate(timeout=60)
    ids = server.message_ids()
    assert len(ids) == 40
    assert set(ids.values()) == {1}


def test_ctrl_c_lets_the_letters_on_the_wire_finish_and_a_second_run_goes_on(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    with faulty_server(Server(slow=0.05)) as server:
        folder = campaign_folder(*rows(60), env=sandbox_env(server.port))
        running = subprocess.Popen(command(folder, "send", "--yes"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wait_for(lambda: len(server.taken) >= 5)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
        assert b"run the same command to go on" in err
        assert b"Traceback" not in out + err
        assert running.returncode == 1
        with opened(folder) as installation:
            found = counts(installation)
            assert found["in_doubt"] == found["sending"] == 0
            assert found["sent"] == len(server.taken) < 60
            send_all(installation)
    ids = server.message_ids()
    assert len(ids) == 60
    assert set(ids.values()) == {1}


def test_a_killed_program_leaves_few_in_doubt_and_nothing_twice(
    campaign_folder: MakeFolder, sandbox_env: Env, either_ledger: str
) -> None:
    with faulty_server(Server(slow=0.01)) as server:
        folder = campaign_folder(*rows(60), env=sandbox_env(server.port))
        for already in (3, 25, 45):
            running = subprocess.Popen(command(folder, "send", "--yes"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            wait_for(lambda already=already: len(server.taken) >= already)  # type: ignore[misc]
            running.kill()
            running.communicate()
        if either_ledger == "postgres":
            time.sleep(LEASE)  # on other machines nobody knows before that it has died
        with opened(folder) as installation:
            send_all(installation)
            found = counts(installation)
    ids = server.message_ids()
    assert set(ids.values()) == {1}
    assert found["sent"] + found["in_doubt"] == 60
    assert found["in_doubt"] <= 3 * 3
    assert len(ids) >= found["sent"]


def test_the_command_takes_back_what_a_killed_one_held_even_where_nothing_else_is_to_go(
    campaign_folder: MakeFolder, sandbox_env: Env, either_ledger: str
) -> None:
    # It never says whether it takes the addressee: nothing of the text goes out.
    with faulty_server(Server(faults={"rcpt": "silence"})) as server:
        folder = campaign_folder(*rows(1), env=sandbox_env(server.port))
        running = subprocess.Popen(command(folder, "send", "--yes"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wait_for(lambda: letters_in(folder, "sending") == 1)
        running.kill()
        running.communicate()
        server.faults.clear()
        if either_ledger == "postgres":
            time.sleep(LEASE)
        look = subprocess.run(command(folder, "send", "--dry-run"), capture_output=True, check=True)
        assert letters_in(folder, "sending") == 1, "a dry run changes nothing"
        assert b"held by a program that ended" in look.stdout
        missing = subprocess.run(command(folder, "status", "--missing"), capture_output=True, check=True)
        assert b"the program that was sending it ended" in missing.stdout
        again = subprocess.run(command(folder, "send", "--yes"), capture_output=True, check=False)
        assert b"1 letter is queued again" in again.stderr
        assert letters_in(folder, "sent") == 1
    assert set(server.message_ids().values()) == {1}


def test_resolve_knows_of_what_a_killed_program_left_on_the_wire(
    campaign_folder: MakeFolder, sandbox_env: Env, either_ledger: str
) -> None:
    with faulty_server(Server(slow=1.9)) as server:
        folder = campaign_folder(*rows(1), env=sandbox_env(server.port))
        running = subprocess.Popen(command(folder, "send", "--yes"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wait_for(lambda: "DATA" in server.lines)
        time.sleep(0.5)
        running.kill()
        running.communicate()
        if either_ledger == "postgres":
            time.sleep(LEASE)
        found = subprocess.run(command(folder, "outbox", "resolve"), capture_output=True, check=True).stdout.decode()
        assert "@wluml.org>" in found, "by which it is found in the relay's log"
        assert "the program ended after the text was handed over" in found
        assert letters_in(folder, "in_doubt") == 1


def letters_in(folder: Path, state: str) -> int:
    with opened(folder) as installation:
        return counts(installation)[state]


def wait_for(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)
