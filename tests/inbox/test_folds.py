"""What was cut from a mail's words is folded, never gone."""

from __future__ import annotations

from mobilize.inbox.decode import decode
from mobilize.inbox.folds import folds
from mobilize.inbox.raw import RawMail
from mobilize.inbox.read import read
from mobilize.inbox.reply import Context

MAIL = (
    "From: Minister <minister@mfa.gov.ke>\nTo: wluml@wluml.org\nSubject: Re: x\n\n"
    "Kenya will co-sponsor.\n\n"
    "On 8 Nov 2013, Us <wluml@wluml.org> wrote:\n> We urge you\n> to co-sponsor.\n\n-- \nDesk 4\n"
)


def test_every_line_is_there_and_the_author_s_own_are_told_apart() -> None:
    made = read(RawMail(data=MAIL.encode(), origin="test"), context=Context(own_addresses=("wluml@wluml.org",)))
    found = folds(decode(MAIL.encode()), (made.note, made.text))
    assert [each.kept for each in found] == [True, False]
    assert found[0].text.strip() == "Kenya will co-sponsor."
    assert found[1].text.split("\n")[:3] == [
        "On 8 Nov 2013, Us <wluml@wluml.org> wrote:",
        "> We urge you",
        "> to co-sponsor.",
    ]
    assert "Desk 4" in found[1].text


def test_the_text_of_an_attached_original_stands_below() -> None:
    head = "From: Partner <partner@ngo.example>\nSubject: Fwd: x\n"
    head += "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSee below.\n--b\n"
    mail = decode(f"{head}Content-Type: message/rfc822\n\n{MAIL}\n--b--\n".encode())
    found = folds(mail, ("See below.", "Kenya will co-sponsor."))
    assert "".join(each.text for each in found if each.kept).split() == [
        "See",
        "below.",
        "Kenya",
        "will",
        "co-sponsor.",
    ]
    assert any("Desk 4" in each.text for each in found if not each.kept)
