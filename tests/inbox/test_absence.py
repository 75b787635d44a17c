"""What an automatic reply says of its author's absence: until when, and who stands in."""

from __future__ import annotations

import pytest

from mobilize.inbox.absence import absence
from mobilize.inbox.raw import RawMail
from mobilize.inbox.read import read
from mobilize.inbox.reply import Context


@pytest.mark.parametrize(
    ("text", "said", "until"),
    [
        ("I am out of the office until 2 December 2013 with limited access.", "2013-11-08", "2013-12-02"),
        ("I am away from 8 November to 2 January. Thank you.", "2013-11-08", "2014-01-02"),
        ("On leave from 20 December to 6 January.", "2014-01-02", "2014-01-06"),
        ("Estarei ausente do escritório até 25 de novembro, sem acesso.", "2013-11-08", "2013-11-25"),
        ("Estaré fuera de la oficina del 11 al 25 de noviembre.", "2013-11-08", "2013-11-25"),
        ("Je suis actuellement absent et serai de retour le 2 décembre. En cas d'urgence…", "2013-11-08", "2013-12-02"),
        ("Ich bin vom 11.11. bis 25.11.2013 abwesend.", "2013-11-08", "2013-11-25"),
        ("Меня не будет с 11 по 25 ноября.", "2013-11-08", "2013-11-25"),
        ("أنا خارج المكتب حتى 30 نوفمبر. في الحالات العاجلة", "2013-11-10", "2013-11-30"),
        ("من تا ۲۵ نوامبر در مرخصی هستم", "2013-11-08", "2013-11-25"),
        ("我于11月11日至11月25日外出，", "2013-11-08", "2013-11-25"),
        ("Ofis dışındayım. 2 Aralık tarihinde döneceğim.", "2013-11-08", "2013-12-02"),
        ("Saya cuti sampai 25 November.", "2013-11-08", "2013-11-25"),
    ],
)
def test_the_last_day_that_is_named_is_kept(text: str, said: str, until: str) -> None:
    assert absence(text, said=said, known=()).until == until


@pytest.mark.parametrize(
    "text",
    [
        "Reference number: BB-2013-1188. Thank you.",
        "Your letter was registrado con el número 40021-2013.",
        "It was logged under number 0021947/13",
        "I was away from 1 June 2013 to 20 June 2013.",
        "Back soon.",
    ],
)
def test_a_file_number_and_a_past_day_are_no_return(text: str) -> None:
    assert absence(text, said="2013-11-14", known=()).until is None


def test_who_stands_in_is_neither_the_author_nor_we() -> None:
    text = "Urgent matters: deputy@mfa.gov.ke, Deputy@MFA.gov.ke. Not me@mfa.gov.ke, nor wluml@wluml.org."
    found = absence(text, said=None, known=("me@mfa.gov.ke", "wluml@wluml.org"))
    assert found.deputies == ("deputy@mfa.gov.ke",)


def test_an_automatic_reply_keeps_them_and_changes_nothing_else() -> None:
    mail = (
        "From: Minister <minister@mfa.gov.ke>\nTo: wluml@wluml.org\nSubject: Automatic reply: your letter\n"
        "Auto-Submitted: auto-replied\nDate: Fri, 8 Nov 2013 10:00:00 +0300\n\n"
        "I am out of the office until 25 November. Please write to ps@mfa.gov.ke.\n"
    )
    made = read(RawMail(data=mail.encode(), origin="test"), context=Context(own_addresses=("wluml@wluml.org",)))
    assert made.kind == "auto_reply"
    assert made.absence.until == "2013-11-25"
    assert made.absence.deputies == ("ps@mfa.gov.ke",)
    assert made.stance is None
