"""What machines send moves the outbox and the suppression list where it must, and never where a person forwards it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mobilize.desk import plan as planning
from mobilize.desk import receive, returned, review, send, status
from mobilize.desk.plan import Chosen
from mobilize.errors import Refused
from mobilize.inbox.raw import RawMail
from mobilize.installation import Installation, opened
from servers.smtp import faulty_server

MakeFolder = Callable[..., Path]
Env = Callable[[int], str]
ROWS = (
    "KE,minister,Ministry,Cabinet Secretary,,,cs@mfa.ke.example; registry@mfa.ke.example,en,,,invented,2026-11-01,",
    "UG,minister,Ministry,Minister,,,minister@mfa.ug.example,en,,,invented,2026-11-01,",
    "PH,ngo,Lantern Network,,,,desk@lantern.example,en,,,invented,2026-11-01,",
)
SECOND = "UG,minister,Ministry,Permanent Secretary,,,ps@mfa.ug.example,en,,,invented,2026-11-01,"


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture
def sent(campaign_folder: MakeFolder, sandbox_env: Env) -> Iterator[Installation]:
    with (
        faulty_server() as server,
        opened(campaign_folder(*ROWS, env=sandbox_env(server.port))) as installation,
    ):
        plan = planning.plan(installation, chosen=Chosen(), round=1, limit=None, now=now())
        send.send(installation, plan, now=now, told=lambda *_: None)
        yield installation


def take(installation: Installation, data: str) -> review.Shown:
    raw = RawMail(data=data.replace("\n", "\r\n").encode(), origin="test")
    return review.one(installation, receive.take(installation, raw, now=now()).reply)


def states(installation: Installation) -> dict[str, str]:
    return {each.country: each.state.value for each in status.fates(installation, 1)}


def suppressed(installation: Installation) -> set[str]:
    plan = planning.plan(installation, chosen=Chosen(), round=2, limit=None, now=now())
    return {each.country for each in plan.skipped if "suppression list" in each.why}


def message_id(installation: Installation, country: str) -> str:
    return next(each.message_id for each in status.fates(installation, 1) if each.country == country)


def forwarded(data: str) -> str:
    return (
        "From: Partner <partner@ngo.example>\nTo: wluml@wluml.org\nSubject: Fwd: look\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=outer\n\n--outer\nContent-Type: text/plain\n\nLook at this.\n"
        f"--outer\nContent-Type: message/rfc822\n\n{data}\n--outer--\n"
    )


def dsn(address: str, status_code: str, words: str, ours: str, *, action: str = "failed") -> str:
    return (
        "From: MAILER-DAEMON@mx.example\nTo: wluml@wluml.org\nSubject: Undelivered Mail Returned to Sender\n"
        "Date: Fri, 13 Nov 2026 10:00:00 +0000\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        f"--b\nContent-Type: text/plain\n\nThe mail system: {words}\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status_code}\n"
        f"Diagnostic-Code: smtp; {words}\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {ours}\nSubject: our letter\n\n--b--\n"
    )


def arf(address: str, *, kind: str = "abuse") -> str:
    return (
        "From: fbl@mx.example\nTo: wluml@wluml.org\nSubject: FW: our letter\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nThis is an email abuse report.\n\n"
        f"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: {kind}\nUser-Agent: x/1\nVersion: 1\n"
        f"Original-Rcpt-To: <{address}>\n\n"
        f"--b\nContent-Type: message/rfc822\n\nFrom: wluml@wluml.org\nTo: {address}\n"
        "Subject: our letter\n\nx\n\n--b--\n"
    )


GONE = "550 5.1.1 user unknown"


def test_a_dead_address_fails_its_letter_and_is_not_written_to_again(sent: Installation) -> None:
    take(sent, dsn("minister@mfa.ug.example", "5.1.1", GONE, message_id(sent, "UG")))
    assert sorted(states(sent).values()).count("failed") == 1
    assert "UG" in suppressed(sent)


def test_a_delay_and_a_forwarded_bounce_change_nothing(sent: Installation) -> None:
    ours = message_id(sent, "UG")
    late = take(sent, dsn("minister@mfa.ug.example", "4.4.1", "connection timed out", ours, action="delayed"))
    told = take(sent, forwarded(dsn("minister@mfa.ug.example", "5.1.1", GONE, ours)))
    assert (late.entry.kind, told.entry.kind) == ("bounce", "bounce")
    assert "that a partner forwards" in told.entry.attention
    assert set(states(sent).values()) == {"sent"}
    assert suppressed(sent) == set()


def test_a_complaint_ends_all_mail_to_that_address_at_once(sent: Installation) -> None:
    shown = take(sent, arf("desk@lantern.example"))
    assert shown.entry.kind == "complaint"
    assert suppressed(sent) == {"PH"}


@pytest.mark.parametrize("wrap", [forwarded, lambda data: data.replace("desk@lantern", "nobody@lantern")])
def test_a_complaint_that_is_forwarded_or_of_a_stranger_s_address_ends_nothing(
    sent: Installation, wrap: Callable[[str], str]
) -> None:
    shown = take(sent, wrap(arf("desk@lantern.example")))
    assert shown.entry.attention
    assert suppressed(sent) == set()


WISH = (
    "From: Desk <desk@lantern.example>\nTo: wluml@wluml.org\nSubject: unsubscribe\n\n"
    "Please remove me from your list. Do not write to us again.\n"
)


def test_a_wish_to_be_left_alone_is_kept_and_a_forwarded_one_is_a_person_s_to_judge(sent: Installation) -> None:
    told = take(sent, forwarded(WISH))
    assert suppressed(sent) == set()
    assert told.entry.attention
    assert take(sent, WISH).entry.kind == "unsubscribe"
    assert suppressed(sent) == {"PH"}


def test_a_read_receipt_is_shown_and_is_no_answer(sent: Installation) -> None:
    shown = take(
        sent,
        "From: CS <cs@mfa.ke.example>\nTo: wluml@wluml.org\nSubject: Read: our letter\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nYour message was read.\n\n"
        "--b\nContent-Type: message/disposition-notification\n\nReporting-UA: x\n"
        f"Original-Message-ID: {message_id(sent, 'KE')}\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\n\n--b--\n",
    )
    assert (shown.entry.kind, shown.entry.stance, shown.entry.attention) == ("auto_reply", None, "")
    evidence = shown.entry.parsed["evidence"]
    assert isinstance(evidence, list)
    assert "machine.receipt" in {each["rule"] for each in evidence}
    assert states(sent)["KE"] == "sent"


@pytest.mark.parametrize(
    "mail",
    [
        "From: CS <cs@mfa.ke.example>\nTo: wluml@wluml.org\nSubject: Re: our letter\nX-Challenge: yes\n\nClick here.\n",
        "From: CS <cs@mfa.ke.example>\nTo: wluml@wluml.org\nSubject: Please verify your message\n\nClick the link.\n",
    ],
)
def test_a_filter_that_wants_proof_of_a_person_waits_for_one(sent: Installation, mail: str) -> None:
    shown = take(sent, mail)
    assert shown.entry.kind == "auto_reply"
    assert "wants proof that a person wrote" in shown.entry.attention


def test_an_absence_is_no_bounce_and_blocks_nobody(sent: Installation) -> None:
    shown = take(
        sent,
        "From: postmaster@mfa.ug.example\nTo: wluml@wluml.org\nSubject: Automatic reply: our letter\n"
        "Auto-Submitted: auto-replied\nReturn-Path: <>\nDate: Fri, 13 Nov 2026 10:00:00 +0000\n\n"
        "I am out of the office until 25 November. Please write to ps@mfa.ug.example.\n",
    )
    assert shown.entry.kind == "auto_reply"
    assert shown.entry.parsed["absence"] == {
        "until": "2026-11-25",
        "words": "I am out of the office until 25 November",
        "deputies": ["ps@mfa.ug.example"],
    }
    assert set(states(sent).values()) == {"sent"}
    assert suppressed(sent) == set()


FULL = "452 4.2.2 mailbox full, please try again later"


def test_a_full_mailbox_says_when_to_try_again_and_who_else_got_the_letter(sent: Installation) -> None:
    shown = take(sent, dsn("cs@mfa.ke.example", "4.2.2", FULL, message_id(sent, "KE")))
    found = returned.advice(sent, shown)
    assert found is not None
    assert (found.again_on, found.got_it_too) == (dt.date(2026, 11, 15), 1)
    assert "again from 2026-11-15" in shown.entry.attention
    assert states(sent)["KE"] == "sent"
    assert suppressed(sent) == set()


def test_another_row_of_the_same_office_is_named_where_no_letter_went_there(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    with faulty_server() as server:
        folder = campaign_folder(*ROWS[:2], env=sandbox_env(server.port))
        with opened(folder) as installation:
            plan = planning.plan(installation, chosen=Chosen(), round=1, limit=None, now=now())
            send.send(installation, plan, now=now, told=lambda *_: None)
        with (folder / "contacts.csv").open("a") as table:
            table.write(SECOND + "\n")
        with opened(folder) as installation:
            shown = take(installation, dsn("minister@mfa.ug.example", "4.2.2", FULL, message_id(installation, "UG")))
            found = returned.advice(installation, shown)
    assert found is not None
    assert found.got_it_too == 0
    assert len(found.others) == 1
    assert found.others[0].startswith("ug-minister-")


def test_a_letter_goes_again_only_by_a_person_s_word_after_its_day_and_only_if_a_full_mailbox_gave_it_back(
    sent: Installation,
) -> None:
    letter = next(each.letter for each in status.fates(sent, 1) if each.country == "KE")
    later = now() + dt.timedelta(days=3)
    with pytest.raises(Refused, match="no full mailbox gave this letter back"):
        returned.again(sent, letter, by="amina", now=later)
    take(sent, forwarded(dsn("cs@mfa.ke.example", "4.2.2", FULL, message_id(sent, "KE"))))
    take(sent, dsn("cs@mfa.ke.example", "4.2.2", FULL, "<guessed@wluml.org>"))
    with pytest.raises(Refused, match="no full mailbox gave this letter back"):
        returned.again(sent, letter, by="amina", now=later)
    take(sent, dsn("cs@mfa.ke.example", "4.2.2", FULL, message_id(sent, "KE")))
    with pytest.raises(Refused, match="worth trying again from"):
        returned.again(sent, letter, by="amina", now=now())
    with pytest.raises(Refused, match="say who"):
        returned.again(sent, letter, by=" ", now=later)
    assert returned.again(sent, letter, by="amina", now=later).state.value == "queued"
    with pytest.raises(Refused, match="waits already"):
        returned.again(sent, letter, by="amina", now=later)
    plan = planning.plan(sent, chosen=Chosen(), round=1, limit=None, now=now())
    assert [each.contact.country for each in plan.letters] == ["KE"]
