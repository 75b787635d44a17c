"""Automatic answers, by header, by subject, by words; and what only looks like one."""

from __future__ import annotations

import pytest

from mobilize.inbox import machine
from mobilize.inbox.decode import decode
from mobilize.inbox.unwrap import unwrap


def verdict(subject: str, text: str, headers: str = "", sender: str = "Desk <desk@mfa.gov.ke.example>") -> str:
    raw = (
        f"From: {sender}\nTo: office@campaign.example\nSubject: {subject}\n{headers}"
        f"Content-Type: text/plain; charset=utf-8\n\n{text}\n"
    )
    mail = decode(raw.encode())
    return machine.verdict(mail, unwrap(mail, own=("office@campaign.example",))).automatic


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated (vacation)",
        "X-Autoreply: yes",
        "X-Autorespond: office",
        "Precedence: auto_reply",
        "X-POST-MessageClass: 9; Autoresponder",
        "X-FC-MachineGenerated: true",
        "X-Challenge: guard",
    ],
)
def test_a_machine_s_header_is_sure(header: str) -> None:
    assert verdict("Re: your letter", "Thank you.", f"{header}\n") == "sure"


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: no",
        "X-Auto-Response-Suppress: All",
        "Precedence: bulk",
        "X-MS-Exchange-Inbox-Rules-Loop: a@b.example",
    ],
)
def test_what_people_s_mail_carries_too_is_no_sign(header: str) -> None:
    assert not verdict("Re: your letter", "The Government will consider it.", f"{header}\n")


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: x",
        "Réponse automatique : x",
        "Respuesta automática: x",
        "Resposta automática: x",
        "Автоматический ответ: x",
        "رد تلقائي: x",
        "自动回复：x",
        "پاسخ خودکار: x",
        "Otomatik yanıt: x",
        "Balasan otomatis: x",
        "Automatische Antwort: x",
        "Risposta automatica: x",
        "Automatisch antwoord: x",
        "Out of Office: x",
        "Abwesenheitsnotiz: x",
    ],
)
def test_a_machine_s_subject_is_sure(subject: str) -> None:
    assert verdict(subject, "x") == "sure"


def test_an_answer_to_an_automatic_reply_is_a_person_s() -> None:
    assert not verdict("Re: Automatic reply: x", "We have now read your letter.")


TEXTS = [
    "This is an automatically generated message. Please do not reply.",
    "Ceci est un message automatique, merci de ne pas répondre à ce courriel.",
    "Este mensaje ha sido generado automáticamente. No responda a este correo.",
    "Esta é uma mensagem automática. Por favor não responda a esta mensagem.",
    "Это письмо сформировано автоматически, не отвечайте на это письмо.",
    "هذه رسالة تلقائية، يرجى عدم الرد على هذا البريد.",
    "此邮件由系统自动发送，请勿回复。",
    "این پیام به صورت خودکار ارسال شده است.",
    "Bu ileti otomatik olarak gönderilmiştir, lütfen bu iletiyi yanıtlamayın.",
    "Pesan ini dikirim secara otomatis, mohon tidak membalas.",
    "Diese Nachricht wurde automatisch generiert.",
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_words_that_no_person_writes_are_sure(text: str) -> None:
    assert verdict("Your letter", text) == "sure"


ABSENT = [
    "I am on annual leave until 3 December.",
    "Je suis en congé jusqu'au 3 décembre.",
    "Estaré fuera de la oficina hasta el 3 de diciembre.",
    "Estarei ausente até 3 de dezembro.",
    "Я нахожусь в отпуске до 3 декабря.",
    "أنا في إجازة حتى 3 ديسمبر.",
    "我正在休假，12月3日回来。",
    "تا ۱۲ آذر در مرخصی هستم.",
    "3 Aralık'a kadar izindeyim.",
    "Saya sedang cuti sampai 3 Desember.",
]


@pytest.mark.parametrize("text", ABSENT, ids=range(len(ABSENT)))
def test_an_absence_alone_is_likely_a_machine_s(text: str) -> None:
    assert verdict("Your letter", text) == "likely"


def test_an_absence_with_an_empty_return_path_is_sure() -> None:
    assert verdict("Your letter", ABSENT[0], "Return-Path: <>\n") == "sure"


SUBSTANCE = [
    "The resolution does not automatically create new obligations, and the Government supports it.",
    "Резолюция не влечёт автоматически новых обязательств.",
    "لا ينشئ القرار التزامات تلقائيا على الدول.",
    "Karar otomatik olarak yeni bir yükümlülük doğurmamaktadır.",
    "Resolusi ini tidak secara otomatis menimbulkan kewajiban baru.",
    "Un vote ne crée pas automatiquement d'obligation pour la France.",
]


@pytest.mark.parametrize("text", SUBSTANCE, ids=range(len(SUBSTANCE)))
def test_a_minister_may_say_automatically(text: str) -> None:
    assert not verdict("Your letter", text)


def test_a_receipt_from_an_address_that_nobody_reads_is_sure() -> None:
    assert (
        verdict("Your letter", "Thank you for contacting the Ministry.", sender="no-reply@mfa.gov.ke.example") == "sure"
    )
    assert not verdict("Your letter", "Thank you for contacting the Ministry.")


def test_a_list_s_mail_is_no_answer() -> None:
    assert not verdict(
        "Weekly digest", "Do not reply to this e-mail.", "List-Id: <x.example>\nList-Unsubscribe: <http://x.example>\n"
    )


def test_a_read_receipt_is_a_machine_s() -> None:
    raw = (
        b"From: a@mfa.gov.ke.example\nSubject: Read: x\n"
        b'Content-Type: multipart/report; report-type=disposition-notification; boundary="B"\n\n'
        b"--B\nContent-Type: text/plain\n\nRead.\n\n--B\n"
        b"Content-Type: message/disposition-notification\n\nDisposition: manual-action/"
        b"MDN-sent-manually; displayed\n\n--B--\n"
    )
    mail = decode(raw)
    assert machine.verdict(mail, unwrap(mail, own=())).automatic == "sure"
