"""Bounces as servers write them: report first, then words in many languages, and what follows for the address."""

from __future__ import annotations

import time

import pytest

from mobilize.inbox import bounce
from mobilize.inbox.decode import decode

HEAD = "From: Mail Delivery System <MAILER-DAEMON@mx.campaign.example>\nTo: office@campaign.example\nReturn-Path: <>\n"
LETTER = (
    "\n--- Original message ---\nReceived: by mx\nFrom: office@campaign.example\n"
    "To: wrong@else.example\nSubject: x\n\nDear"
)


def notice(text: str, subject: str = "Undelivered Mail Returned to Sender", head: str = HEAD) -> bytes:
    return f"{head}Subject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n{text}\n{LETTER}\n".encode()


def report(*blocks: str, text: str = "Delivery failed.") -> bytes:
    status = "\n\n".join(("Reporting-MTA: dns; mx.campaign.example", *blocks))
    return (
        f"{HEAD}Subject: Delivery Status Notification\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\n\n'
        f"--B\nContent-Type: text/plain\n\n{text}\n\n--B\nContent-Type: message/delivery-status\n\n{status}\n\n--B--\n"
    ).encode()


def found(raw: bytes) -> list[tuple[str, bool, bool]]:
    bounces = bounce.find(decode(raw), raw)
    assert bounces is not None
    return [(each.address, each.permanent, each.dead) for each in bounces]


def test_a_report_names_each_recipient_with_her_own_fate() -> None:
    raw = report(
        "Final-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 no user",
        "Final-Recipient: rfc822; b@x.example\nAction: delayed\nStatus: 4.4.1\nDiagnostic-Code: smtp; 421 timed out",
        "Final-Recipient: rfc822; c@x.example\nAction: delivered\nStatus: 2.0.0",
    )
    assert found(raw) == [("a@x.example", True, True), ("b@x.example", False, False)]


def test_the_address_that_we_wrote_to_goes_before_the_one_it_was_forwarded_to() -> None:
    raw = report(
        "Final-Recipient: rfc822; new@y.example\nOriginal-Recipient: rfc822; old@x.example\n"
        "Action: failed\nStatus: 5.1.1"
    )
    assert [address for address, _, _ in found(raw)] == ["old@x.example"]


def test_recipients_without_a_blank_line_between_them_are_two() -> None:
    raw = report(
        "Final-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\n"
        "Final-Recipient: rfc822; b@x.example\nAction: failed\nStatus: 5.2.2"
    )
    assert found(raw) == [("a@x.example", True, True), ("b@x.example", True, False)]


@pytest.mark.parametrize(("status", "permanent"), [("5.2.2", True), ("4.2.2", False)])
def test_a_full_mailbox_is_as_final_as_its_code_and_never_dead(status: str, permanent: bool) -> None:  # noqa: FBT001 — a parameter of the case
    raw = report(
        f"Final-Recipient: rfc822; a@x.example\nAction: failed\nStatus: {status}\nDiagnostic-Code: smtp; mailbox full"
    )
    assert found(raw) == [("a@x.example", permanent, False)]


@pytest.mark.parametrize(
    "later",
    ["Please try resending this message later.", "Veuillez réessayer plus tard.", "Intente reenviarlo más tarde."],
)
def test_a_full_mailbox_whose_notice_asks_to_try_later_is_not_final(later: str) -> None:
    text = f"Your message could not be delivered to:\n\nmin@x.example\nThe mailbox is full (552 5.2.2). {later}"
    assert found(notice(text)) == [("min@x.example", False, False)]


def test_a_refusal_by_policy_is_final_and_the_address_lives() -> None:
    raw = report(
        "Final-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 policy"
    )
    assert found(raw) == [("a@x.example", True, False)]


def test_an_internationalised_recipient_is_read() -> None:
    raw = report("Final-Recipient: utf-8; ministre\\x{E9}@x.example\nAction: failed\nStatus: 5.1.1")
    assert [address for address, _, _ in found(raw)] == ["ministreé@x.example"]


WORDS = [
    (
        "I wasn't able to deliver your message.\n\n<min@x.example>:\nSorry, no mailbox here by that name. (#5.1.1)",
        True,
        True,
    ),
    (
        "The following address(es) failed:\n\n  min@x.example\n    all relevant MX records point to non-existent hosts",
        True,
        True,
    ),
    (
        "Your mail was not delivered to:\n\n  min@x.example\n\nbecause:\n\n  User Min not listed in Domino Directory",
        True,
        True,
    ),
    ("Could not be delivered to: <min@x.example>\n As their mailbox is full.", True, False),
    (
        "Votre message n'a pas pu être remis à :\n\nmin@x.example\n\nRéponse : 550 5.1.1 Utilisateur inconnu",
        True,
        True,
    ),
    ("No se pudo entregar su mensaje a:\n\nmin@x.example\n\nMotivo: el buzón está lleno", True, False),
    (
        "Não foi possível entregar a sua mensagem a:\n\nmin@x.example\n\nO usuário não existe neste servidor.",
        True,
        True,
    ),
    ("Ваше письмо не может быть доставлено:\n\nmin@x.example: пользователь не найден", True, True),
    ("تعذر تسليم رسالتك إلى:\n\nmin@x.example\n\n550 5.1.1 المستخدم غير موجود", True, True),
    ("您的邮件无法送达以下收件人：\n\nmin@x.example\n\n原因：收件人不存在", True, True),
    ("İletiniz teslim edilemedi:\n\nmin@x.example\n\nNeden: kullanıcı bulunamadı", True, True),
    ("Pesan Anda tidak dapat dikirim ke:\n\nmin@x.example\n\nKotak surat penuh", True, False),
    ("Ihre Nachricht konnte nicht zugestellt werden:\n\nmin@x.example\n\nEmpfänger unbekannt", True, True),
    ("پیام شما تحویل داده نشد:\n\nmin@x.example\n\n550 کاربر وجود ندارد", True, True),
]


@pytest.mark.parametrize("case", WORDS, ids=range(len(WORDS)))
def test_notices_for_people_name_the_address_and_say_why(case: tuple[str, bool, bool]) -> None:
    text, permanent, dead = case
    assert found(notice(text)) == [("min@x.example", permanent, dead)]


def test_a_delay_is_no_failure() -> None:
    text = "A message has not yet been delivered after more than 24 hours.\n\n  min@x.example\n    timed out"
    assert found(notice(text, "Warning: message delayed 24 hours")) == [("min@x.example", False, False)]


def test_the_reason_is_in_plain_words_with_the_server_s_own() -> None:
    raw = notice("<min@x.example>: host mx.x.example said: 550 5.1.1 User unknown")
    (only,) = bounce.find(decode(raw), raw) or ()
    assert only.status == "5.1.1"
    assert only.reason.startswith("no such address: ")
    assert "\n" not in only.reason


def test_our_own_address_refused_says_nothing_of_the_recipient() -> None:
    text = "<min@x.example>: 553 5.1.8 Domain of sender address office@campaign.example does not exist"
    assert found(notice(text)) == [("min@x.example", True, False)]


def test_the_returned_letter_s_addresses_are_not_taken() -> None:
    assert [a for a, _, _ in found(notice("<min@x.example>: 550 5.1.1 user unknown"))] == ["min@x.example"]


PERSON = "From: Ministry <r@mfa.gov.ke.example>\nTo: office@campaign.example\nReturn-Path: <r@mfa.gov.ke.example>\n"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (
            "Re: Women human rights defenders",
            "Your letter could not be delivered to the Minister, who is abroad (desk@mfa.gov.ke.example).",
        ),
        ("Re: Undelivered Mail", "The Government supports the draft resolution."),
        ("Out of office", "I am away. Contact desk@mfa.gov.ke.example for urgent matters."),
    ],
)
def test_a_person_s_mail_is_no_bounce(subject: str, text: str) -> None:
    assert bounce.find(decode(notice(text, subject, PERSON))) is None


def test_a_forwarded_bounce_is_read_from_its_words() -> None:
    text = "Delivery to the following recipient failed:\n\n     desk@nje.go.tz.example\n\n550 5.1.1 User unknown"
    (only,) = (
        bounce.find_forwarded(text, "Mail Delivery Subsystem <mailer-daemon@x.example>", "Delivery Status Notification")
        or ()
    )
    assert (only.address, only.permanent, only.dead) == ("desk@nje.go.tz.example", True, True)
    assert (
        bounce.find_forwarded(
            "The Government supports it.", "Registry <r@mfa.gov.ke.example>", "Delivery of our answer"
        )
        is None
    )


def test_a_feedback_report_names_all_who_complained() -> None:
    raw = (
        b"From: fbl@isp.example\nSubject: abuse\n"
        b'Content-Type: multipart/report; report-type=feedback-report; boundary="B"\n\n'
        b"--B\nContent-Type: text/plain\n\nAn abuse report.\n\n--B\nContent-Type: message/feedback-report\n\n"
        b"Feedback-Type: Abuse\nOriginal-Rcpt-To: <a@x.example>\nOriginal-Rcpt-To: b@x.example\n\n--B--\n"
    )
    made = bounce.complaint(decode(raw))
    assert made is not None
    assert (made.address, made.type) == ("a@x.example, b@x.example", "abuse")
    assert bounce.find(decode(raw)) is None


@pytest.mark.parametrize(
    "hostile",
    [
        "<" * 60_000,
        "a@" * 40_000,
        "to " * 60_000,
        "to:" * 60_000 + "a",
        " " * 80_000 + "@",
        "x" * 200_000 + "@y.example",
        "(expanded from " * 9_000,
    ],
)
def test_long_hostile_lines_take_no_long_time(hostile: str) -> None:
    raw = notice(f"could not be delivered\n{hostile}\n" * 3)
    start = time.perf_counter()
    bounce.find(decode(raw), b"")
    assert time.perf_counter() - start < 10  # measured idle: 0.05


def test_a_report_of_success_fails_nobody() -> None:
    raw = report("Final-Recipient: rfc822; a@x.example\nAction: delivered\nStatus: 2.0.0")
    assert bounce.find(decode(raw), raw) is None


def test_a_sender_without_an_address_is_a_machine() -> None:
    text = b"Your message to the following recipients cannot be delivered:\n\n<a@x.example>:\n 550 User unknown.\n"
    raw = b'From: "Courier mail server" <>\nSubject: NOTICE: mail delivery status.\n\n' + text
    assert found(raw) == [("a@x.example", True, True)]
