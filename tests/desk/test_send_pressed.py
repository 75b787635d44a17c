"""Sending to servers that want less, count, refuse us or a part of us; at a pace, paused, and once more by hand."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import select

from mobilize.desk import outbox as desk
from mobilize.desk import plan as planning
from mobilize.desk import send, status
from mobilize.desk.clerk import hired
from mobilize.desk.plan import Chosen, Plan
from mobilize.desk.portion import AT_ONCE, When
from mobilize.errors import Refused, SettingsWrong
from mobilize.installation import Installation, opened
from mobilize.letter import token
from mobilize.post import outbox
from mobilize.post.notes import Page
from mobilize.post.states import State
from mobilize.store.schema import attempts, letters, refusals
from servers.ledger import counts
from servers.smtp import Server, faulty_server

#: Over SQLite, and over PostgreSQL.
pytestmark = pytest.mark.usefixtures("either_ledger")

MakeFolder = Callable[..., Path]
Env = Callable[[int], str]


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def planned(installation: Installation, *, only_failed: bool = False) -> Plan:
    return planning.plan(installation, chosen=Chosen(), round=1, limit=None, now=now(), only_failed=only_failed)


def send_all(
    installation: Installation, *, patience: float = 0, said: Callable[[str], None] = lambda _: None
) -> send.Sent:
    return send.send(installation, planned(installation), now=now, told=lambda *_: None, said=said, patience=patience)


def rows(count: int, *, email: str = "desk{n}@lantern.example") -> list[str]:
    return [f"KE,ngo,Lantern {n},,,,{email.format(n=n)},,,,invented,2026-11-01," for n in range(count)]


def each_once(server: Server, count: int) -> None:
    ids = server.message_ids()
    assert len(ids) == count
    assert set(ids.values()) == {1}


def test_a_server_that_counts_letters_a_connection_gets_them_all(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with (
        faulty_server(Server(letters_a_connection=3)) as server,
        opened(campaign_folder(*rows(20), env=sandbox_env(server.port))) as installation,
    ):
        assert send_all(installation).states == {"sent": 20}
        each_once(server, 20)
        assert counts(installation)["deferred"] == 0


def test_a_server_that_bears_one_connection_gets_one(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    said: list[str] = []
    with (
        faulty_server(Server(bears=1, slow=0.02)) as server,
        opened(campaign_folder(*rows(25), env=sandbox_env(server.port))) as installation,
    ):
        assert send_all(installation, patience=100, said=said.append).states == {"sent": 25}
        each_once(server, 25)
    assert any("The server wants less: 1 connection from now on" in sentence for sentence in said)


def test_a_letter_put_off_for_seconds_goes_out_in_the_same_run(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    faulty = Server(faults={"text": "421 4.3.2 too many messages"}, times=Counter({"text": 1}))
    with faulty_server(faulty) as server, opened(campaign_folder(env=sandbox_env(server.port))) as installation:
        assert send_all(installation, patience=100).states == {"sent": 6}
        with installation.store.reading() as connection:
            tries = connection.execute(select(attempts.c.state, attempts.c.answer, attempts.c.sha256)).all()
    assert Counter(each.state for each in tries) == {"sent": 6, "deferred": 1}
    assert {each.answer for each in tries} == {"2.0.0 queued as 1F2E3D", "4.3.2 too many messages"}
    assert all(len(each.sha256) == 64 for each in tries)


def test_a_server_that_refuses_the_sender_fails_no_letter(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    faulty = Server(faults={"mail": "550 5.7.60 client does not have permissions to send as this sender"})
    with faulty_server(faulty) as server, opened(campaign_folder(env=sandbox_env(server.port))) as installation:
        sent = send_all(installation)
        assert "it refuses our mail" in sent.trouble
        assert "5.7.60" in sent.trouble
        assert counts(installation) == {**dict.fromkeys(State, 0), "queued": 6}
        server.faults.clear()
        assert send_all(installation).states == {"sent": 6}


def test_a_quota_that_is_used_up_fails_no_letter(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    faulty = Server(faults={"text": "550 5.4.5 Daily user sending limit exceeded"})
    with faulty_server(faulty) as server, opened(campaign_folder(env=sandbox_env(server.port))) as installation:
        assert "daily limit is reached" in send_all(installation).trouble
        assert counts(installation)["queued"] == 6


def test_a_recipient_that_is_refused_alone_is_recorded(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    server_state = Server(refused={"two@lantern.example": "550 5.1.1 no such user <two@lantern.example>"})
    office = rows(1, email="one@lantern.example;two@lantern.example;three@lantern.example")
    with (
        faulty_server(server_state) as server,
        opened(campaign_folder(*office, env=sandbox_env(server.port))) as installation,
    ):
        assert send_all(installation).states == {"sent": 1}
        with installation.store.reading() as connection:
            row = connection.execute(select(refusals)).one()
    assert server.taken[0].recipients == ["one@lantern.example", "three@lantern.example"]
    assert (row.place, row.code, row.enhanced) == (1, 550, "5.1.1")
    assert "@" not in row.answer


def test_all_recipients_refused_is_a_failure_and_later_outweighs_never(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    refused = {"one@lantern.example": "550 5.1.1 no", "two@lantern.example": "450 4.2.0 later"}
    office = rows(1, email="one@lantern.example;two@lantern.example")
    with (
        faulty_server(Server(refused=refused)) as server,
        opened(campaign_folder(*office, env=sandbox_env(server.port))) as installation,
    ):
        assert send_all(installation).states == {"deferred": 1}
    assert server.taken == []


def test_an_address_beyond_ascii_fails_alone_where_the_server_cannot(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    offices = [*rows(1), *rows(1, email="ministère@lantern.example")]
    offices[1] = offices[1].replace("Lantern 0", "Lanterne")
    with (
        faulty_server(Server(offers=("SIZE 99999999",))) as server,
        opened(campaign_folder(*offices, env=sandbox_env(server.port))) as installation,
    ):
        assert send_all(installation).states == {"sent": 1, "failed": 1}
        failed = [each for each in status.fates(installation, 1) if each.state is State.FAILED]
    assert "does not take addresses beyond ASCII" in failed[0].reason


def test_a_message_beyond_the_servers_size_is_not_offered(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with (
        faulty_server(Server(offers=("SIZE 2000",))) as server,
        opened(campaign_folder(*rows(1), env=sandbox_env(server.port))) as installation,
    ):
        assert send_all(installation).states == {"failed": 1}
        assert not any(line.startswith("MAIL") for line in server.lines)


def test_a_server_without_pipelining_is_asked_line_by_line(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with (
        faulty_server(Server(offers=())) as server,
        opened(campaign_folder(*rows(8), env=sandbox_env(server.port))) as installation,
    ):
        assert send_all(installation).states == {"sent": 8}
        each_once(server, 8)


def test_what_failed_goes_once_more_only_when_a_person_says_so(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with (
        faulty_server(Server(refused={"desk1@lantern.example": "550 5.7.1 blocked"})) as server,
        opened(campaign_folder(*rows(3), env=sandbox_env(server.port))) as installation,
    ):
        assert send_all(installation).states == {"sent": 2, "failed": 1}
        server.refused.clear()
        assert send_all(installation).states == {}
        again = planned(installation, only_failed=True)
        assert [letter.contact.organisation for letter in again.letters] == ["Lantern 1"]
        assert send.send(installation, again, now=now, told=lambda *_: None).states == {"sent": 1}
        each_once(server, 3)


def test_the_pace_is_kept_and_the_end_foretold(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server() as server:
        folder = campaign_folder(*rows(12), env=f"{sandbox_env(server.port)}SMTP_PER_SECOND=10\n")
        with opened(folder) as installation:
            assert send.foretold(installation, len(planned(installation).letters)) == "This will take about 1 second."
            assert send_all(installation).states == {"sent": 12}
    gaps = [later - earlier for earlier, later in zip(server.moments, server.moments[1:], strict=False)]
    assert server.moments[-1] - server.moments[0] >= 1.0
    # A turn is booked to the millisecond; the system may wake a program late, and then the next comes closer.
    assert sum(gap < 0.07 for gap in gaps) <= 2


def test_one_domain_is_not_pressed_while_others_go_on(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    office = [*rows(3), *rows(2, email="desk{n}@harbour.example")]
    office[3:] = [each.replace("Lantern", "Harbour") for each in office[3:]]
    with faulty_server() as server:
        folder = campaign_folder(*office, env=f"{sandbox_env(server.port)}SMTP_PER_DOMAIN=1\n")
        with opened(folder) as installation:
            sent = send_all(installation)
            assert sent.states == {"sent": 2}
            assert sent.left == 3
            assert counts(installation)["queued"] == 3
    assert {each.recipients[0].partition("@")[2] for each in server.taken} == {"lantern.example", "harbour.example"}


def test_the_daily_limit_ends_the_run_and_is_said(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    said: list[str] = []
    with faulty_server() as server:
        env = f"{sandbox_env(server.port)}SMTP_PER_DAY=4\n".replace("CONNECTIONS=3", "CONNECTIONS=1")
        with opened(campaign_folder(*rows(7), env=env)) as installation:
            assert send_all(installation, said=said.append).states == {"sent": 4}
            assert send_all(installation, said=said.append).states == {}
            with installation.store.writing() as connection:
                connection.execute(attempts.update().values(at=now() - dt.timedelta(days=1, minutes=1)))
            assert send_all(installation, said=said.append).states == {"sent": 3}
    each_once(server, 7)
    assert any("The limit of 4 a day is reached" in sentence for sentence in said)


def test_sending_is_paused_and_resumed_from_another_terminal(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server(Server(slow=0.02)) as server:
        folder = campaign_folder(*rows(60), env=sandbox_env(server.port))
        words = [sys.executable, "-c", "from mobilize.cli import main; main()", "-C", str(folder), "send", "--yes"]
        running = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while len(server.taken) < 3:
            time.sleep(0.01)
        with opened(folder) as installation:
            assert desk.pause(installation, by="Amina", now=now())
            assert not desk.pause(installation, by="Amina", now=now())
            time.sleep(0.3)
            so_far = len(server.taken)
            time.sleep(1.5)
            assert len(server.taken) == so_far < 60
            assert desk.resume(installation)
        _, err = running.communicate(timeout=30)
    assert running.returncode == 0
    assert b"Sending is paused (Amina)" in err
    each_once(server, 60)


def test_a_pause_has_a_name(campaign_folder: MakeFolder) -> None:
    with opened(campaign_folder()) as installation, pytest.raises(Refused, match="who pauses"):
        desk.pause(installation, by=" ", now=now())


def test_the_end_of_the_campaign_comes_in_the_middle_of_a_run(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    """The clock passes not_after while letters wait: those that are not on the wire stay."""
    with faulty_server() as server:
        folder = campaign_folder(*rows(10), env=sandbox_env(server.port))
        toml = folder / "campaign.toml"
        text = toml.read_text("utf-8")
        end = "2026-12-01T12:00:00Z"
        assert "# not_after = " in text
        toml.write_text("\n".join(f"not_after = {end}" if "# not_after" in line else line for line in text.split("\n")))
        begin = dt.datetime(2026, 12, 1, 11, 59, 59, tzinfo=dt.UTC)

        def clock() -> dt.datetime:
            return begin + dt.timedelta(seconds=len(server.taken))

        with opened(folder) as installation:
            plan = planning.plan(installation, chosen=Chosen(), round=1, limit=None, now=begin)
            sent = send.send(installation, plan, now=clock, told=lambda *_: None, patience=0)
            assert 1 <= sent.states["sent"] <= 5
            assert sent.left == 10 - sent.states["sent"]
            assert counts(installation)["queued"] == sent.left


def test_a_letter_is_tried_for_three_days_and_then_failed(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    faulty = Server(faults={"rcpt": "450 4.2.0 greylisted"})
    with (
        faulty_server(faulty) as server,
        opened(campaign_folder(*rows(1), env=sandbox_env(server.port))) as installation,
    ):
        moment = now()
        for _ in range(40):
            plan = planning.plan(installation, chosen=Chosen(), round=1, limit=None, now=moment)
            send.send(installation, plan, now=lambda: moment, told=lambda *_: None, patience=0)  # noqa: B023
            (fate,) = status.fates(installation, 1)
            if fate.state is State.FAILED:
                break
            assert fate.due_at is not None
            moment = fate.due_at
    assert "tried for 3 days" in fate.reason
    assert 15 <= fate.attempts <= 30


def test_a_server_that_is_down_does_not_start_the_clock_of_a_letter(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    with (
        faulty_server(Server(faults={"mail": "drop"})) as server,
        opened(campaign_folder(*rows(1), env=sandbox_env(server.port))) as installation,
    ):
        with installation.store.writing() as connection:
            outbox.queue(
                connection, "whrd-2013", planning.entries(installation, planned(installation).letters, {}), now=now()
            )
        done = threading.Event()
        threading.Timer(0.5, lambda: (server.faults.clear(), done.set())).start()
        send_all(installation)
        done.wait()
        with installation.store.reading() as connection:
            row = connection.execute(select(letters.c.state, letters.c.attempts, letters.c.tried_since)).one()
    assert row.state in {"sent", "deferred"}
    assert row.attempts == 1


def test_each_letter_can_have_a_return_address_of_its_own(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server() as server:
        folder = campaign_folder(*rows(2), env=f"{sandbox_env(server.port)}SMTP_VERP=yes\n")
        with opened(folder) as installation:
            assert send_all(installation).states == {"sent": 2}
            known = {each.letter for each in status.fates(installation, 1)}
            secret = installation.secret
    paths = [each.sender.partition("+r.")[2].partition("@")[0] for each in server.taken]
    assert {token.read(secret, path, now().date()) for path in paths} == known


def test_messages_are_signed_where_a_key_is_set(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with faulty_server() as server:
        folder = campaign_folder(*rows(2), env=f"{sandbox_env(server.port)}DKIM_SELECTOR=nov\nDKIM_KEY_FILE=dkim.pem\n")
        (folder / "dkim.pem").write_bytes(key)
        with opened(folder) as installation:
            assert send_all(installation).states == {"sent": 2}
        (folder / "dkim.pem").unlink()
        with opened(folder) as installation, pytest.raises(SettingsWrong, match="cannot be read"):
            send_all(installation)
    for each in server.taken:
        assert each.data.startswith(b"DKIM-Signature: v=1; a=ed25519-sha256;")
        assert b"d=wluml.org; s=nov;" in each.data


def test_letters_go_when_the_addressees_office_is_open(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    """Friday, 08:00 UTC: open in Kenya, closed in Egypt until Sunday and in Uruguay for some hours."""
    friday = dt.datetime(2026, 11, 27, 8, tzinfo=dt.UTC)
    ministers = [
        f"{code},minister,Ministry,Minister,,f,minister@mfa.{code.lower()}.example,en,,,invented,2026-11-01,"
        for code in ("KE", "EG", "UY")
    ]
    with (
        faulty_server() as server,
        opened(campaign_folder(*ministers, env=sandbox_env(server.port))) as installation,
    ):
        gone = []
        for moment in (friday, friday + dt.timedelta(hours=4), friday + dt.timedelta(days=2)):
            plan = planning.plan(installation, chosen=Chosen(), round=1, limit=None, now=moment)
            send.send(
                installation,
                plan,
                now=lambda: moment,  # noqa: B023
                told=lambda *_: None,
                patience=0,
                when=When(office_hours=True),
            )
            gone.append([each.recipients[0].split(".")[1] for each in server.taken])
    assert gone == [["ke"], ["ke", "uy"], ["ke", "uy", "eg"]]


def test_a_run_waits_for_its_moment_and_says_so(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    said: list[str] = []
    with faulty_server() as server, opened(campaign_folder(*rows(2), env=sandbox_env(server.port))) as installation:
        begin = now()
        at = begin + dt.timedelta(seconds=1.2)
        sent = send.send(
            installation,
            planned(installation),
            now=now,
            told=lambda *_: None,
            said=said.append,
            patience=60,
            when=When(at=at),
        )
    assert sent.states == {"sent": 2}
    assert now() >= at
    assert "No letter may go yet" in said[0]
    assert "this run waits for it" in said[0]


def test_a_moment_that_was_set_holds_for_every_later_run_until_another_is_set(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    moment = now()
    at = moment + dt.timedelta(days=1)

    def run(clock: dt.datetime, when: When = AT_ONCE) -> send.Sent:
        with opened(folder) as installation:
            plan = planning.plan(installation, chosen=Chosen(), round=1, limit=None, now=clock)
            return send.send(
                installation, plan, now=lambda: clock, told=lambda *_: None, said=said.append, patience=0, when=when
            )

    said: list[str] = []
    with faulty_server() as server:
        folder = campaign_folder(*rows(2), env=sandbox_env(server.port))
        assert run(moment, When(at=at)).left == 2, "as if the machine had gone down before the moment"
        assert run(moment).left == 2, "a run without --at does not go early"
        assert server.taken == []
        assert f"{at:%Y-%m-%d at %H:%M} UTC" in said[-1]
        with opened(folder) as installation:
            (first, _) = status.missing(installation, 1, now=moment)
            assert first.why == f"waits until {at:%Y-%m-%d %H:%M} UTC"
        assert run(at + dt.timedelta(seconds=1)).states == {"sent": 2}
        assert len(server.taken) == 2


def test_a_moment_that_has_passed_takes_the_waiting_back(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    moment = now()
    with faulty_server() as server, opened(campaign_folder(*rows(1), env=sandbox_env(server.port))) as installation:
        for at in (moment + dt.timedelta(days=1), moment - dt.timedelta(days=1)):
            plan = planning.plan(installation, chosen=Chosen(), round=1, limit=None, now=moment)
            sent = send.send(installation, plan, now=lambda: moment, told=lambda *_: None, patience=0, when=When(at=at))
        assert sent.states == {"sent": 1}


def test_the_ledger_itself_gives_no_letter_out_before_its_moment(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with opened(campaign_folder(*rows(1), env=sandbox_env(9))) as installation:
        plan = planning.plan(installation, chosen=Chosen(), round=1, limit=None, now=now())
        at = now() + dt.timedelta(hours=1)
        letter = plan.letters[0].id
        slug = installation.campaign.slug
        with installation.store.writing() as connection:
            outbox.queue(connection, slug, planning.entries(installation, plan.letters, {letter: at}), now=now())
        wanted = {letter: ["digest"]}
        with hired(installation, "holder", now=now) as clerk:
            assert clerk.write(Page(), wanted).tries == {}
        with hired(installation, "holder", now=lambda: at) as clerk:
            assert set(clerk.write(Page(), wanted).tries) == {letter}
