"""Attachments: what was sent as a file, and nothing that a program added."""

from __future__ import annotations

from mobilize.inbox.attachments import attachments
from mobilize.inbox.decode import decode


def names(body: str, kind: str = "mixed") -> tuple[str, ...]:
    return attachments(decode(f'Content-Type: multipart/{kind}; boundary="b"\n\n{body}--b--\n'.encode()))


def part(headers: str, body: str = "x") -> str:
    return f"--b\n{headers}\n\n{body}\n"


TEXT = part("Content-Type: text/plain", "words")


def test_a_file_is_named_as_it_was_sent() -> None:
    assert names(TEXT + part("Content-Type: application/pdf; name=Nota.pdf")) == ("Nota.pdf",)


def test_apple_s_inline_file_is_a_file() -> None:
    assert names(TEXT + part("Content-Type: application/pdf\nContent-Disposition: inline; filename=a.pdf")) == (
        "a.pdf",
    )


def test_a_picture_that_the_html_shows_is_none() -> None:
    html = part("Content-Type: text/html", '<img src="cid:logo@x">')
    assert names(html + part("Content-Type: image/png; name=logo.png\nContent-ID: <logo@x>"), "related") == ()


def test_a_picture_sent_as_a_file_is_one_also_with_an_id() -> None:
    html = part("Content-Type: text/html", "see the picture")
    picture = part("Content-Type: image/jpeg; name=letter.jpg\nContent-ID: <1@x>\nContent-Disposition: attachment")
    assert names(html + picture) == ("letter.jpg",)


def test_signatures_are_none() -> None:
    assert names(TEXT + part("Content-Type: application/pkcs7-signature; name=smime.p7s"), "signed") == ()
    assert names(TEXT + part("Content-Type: application/octet-stream; name=signature.asc")) == ()


def test_a_file_inside_an_attached_message_is_one_and_the_message_is_none() -> None:
    inner = 'Content-Type: multipart/mixed; boundary="i"\nSubject: x\n\n--i\n'
    inner += "Content-Type: application/pdf; name=a.pdf\n\nx\n--i--"
    assert names(TEXT + part("Content-Type: message/rfc822; name=forwarded.eml", inner)) == ("a.pdf",)


def test_a_delivery_report_encloses_no_file() -> None:
    returned = part("Content-Type: message/rfc822", "Content-Type: application/pdf; name=letter.pdf\n\nx")
    assert names(TEXT + returned, "report") == ()


def test_a_file_without_a_name_is_named_by_its_type() -> None:
    assert names(TEXT + part("Content-Type: application/pdf\nContent-Disposition: attachment")) == ("application/pdf",)


def test_the_same_name_twice_is_named_once() -> None:
    same = part("Content-Type: application/pdf; name=a.pdf")
    assert names(TEXT + same + same) == ("a.pdf",)
