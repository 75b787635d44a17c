"""winmail.dat: its text and files are read as if they had been sent as parts; what is broken stays a file."""

from __future__ import annotations

import struct
from email.message import EmailMessage

from hypothesis import given, settings
from hypothesis import strategies as st

from mobilize.inbox.attachments import attachments, inside
from mobilize.inbox.decode import decode
from mobilize.inbox.raw import RawMail
from mobilize.inbox.read import read
from mobilize.inbox.reply import Context
from mobilize.inbox.tnef import unwrapped

BODY, RENDERING, TITLE, DATA, VERSION = 0x0002800C, 0x00069002, 0x00018010, 0x0006800F, 0x00089006
MESSAGE, ATTACHMENT = 1, 2


def attribute(level: int, identity: int, data: bytes) -> bytes:
    """One attribute (MS-OXTNEF 2.1.3): level, id, length, data, sum of the data."""
    return struct.pack("<BII", level, identity, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def wrapper(text: str, files: dict[str, bytes]) -> bytes:
    made = struct.pack("<IH", 0x223E9F78, 1) + attribute(MESSAGE, VERSION, struct.pack("<I", 0x00010000))
    if text:
        made += attribute(MESSAGE, BODY, text.encode() + b"\0")
    for name, data in files.items():
        made += attribute(ATTACHMENT, RENDERING, bytes(14))
        made += attribute(ATTACHMENT, TITLE, name.encode() + b"\0") + attribute(ATTACHMENT, DATA, data)
    return made


def mail(data: bytes, text: str = "") -> bytes:
    message = EmailMessage()
    message["From"] = "Ministry <office@mfa.go.ke>"
    message["Subject"] = "Your letter"
    message.set_content(text)
    message.add_attachment(data, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    return message.as_bytes()


def test_text_and_files_come_out_of_the_wrapper() -> None:
    found = decode(mail(wrapper("Kenya will co-sponsor the resolution.", {"note.pdf": b"%PDF-1", "a.txt": b"hello"})))
    assert "Kenya will co-sponsor the resolution." in "".join(part.text or "" for part in found.parts())
    assert attachments(found) == ("winmail.dat",)
    assert inside(found) == ("note.pdf", "a.txt")
    reply = read(
        RawMail(data=mail(wrapper("Kenya will co-sponsor the resolution.", {})), origin="test"), context=Context()
    )
    assert (reply.country, reply.stance) == ("KE", "cosponsor")


def test_a_mail_with_a_text_of_its_own_keeps_it_and_takes_the_files_alone() -> None:
    found = decode(mail(wrapper("The same again.", {"note.pdf": b"%PDF-1"}), text="We shall abstain."))
    texts = [part.text.strip() for part in found.parts() if part.text and part.content_type == "text/plain"]
    assert texts == ["We shall abstain."]
    assert inside(found) == ("note.pdf",)


def test_what_lay_inside_is_told_beside_the_file_that_was_sent() -> None:
    raw = RawMail(data=mail(wrapper("", {"note.pdf": b"%PDF-1"}), text="We support it."), origin="test")
    told = read(raw, context=Context()).as_json()
    assert (told["attachments"], told["attachments_inside"]) == (["winmail.dat"], ["note.pdf"])


def test_a_message_inside_is_a_forward_like_any_other() -> None:
    inner = b"From: a@mfa.go.ke\r\nTo: b@ngo.example\r\nSubject: Re: L.64\r\n\r\nWe support it.\r\n"
    found = decode(mail(wrapper("", {"Re L.64.eml": inner}), text="See below."))
    assert [part.message.subject for part in found.parts() if part.message] == ["Re: L.64"]


def test_what_is_broken_stays_the_file_that_it_was() -> None:
    found = decode(mail(b"\x78\x9f\x3e\x22 and no more", text="Hello."))
    assert attachments(found) == ("winmail.dat",)
    assert decode(mail(b"no wrapper at all", text="Hello.")).root.children


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 400), st.integers(0, 255))
def test_no_bytes_make_it_raise(tail: bytes, place: int, byte: int) -> None:
    data = bytearray(wrapper("Text", {"a.txt": b"hello" * 10}) + tail)
    data[place % len(data)] = byte
    unwrapped(bytes(data))
    decode(mail(bytes(data)))
