"""Outlook's .msg files: alone or attached, they are the message that they were; what is broken stays a file."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mobilize.inbox import files
from mobilize.inbox.attachments import attachments
from mobilize.inbox.decode import decode
from mobilize.inbox.msg import message
from mobilize.inbox.read import read
from mobilize.inbox.reply import Context
from servers.compound import outlook

SUBJECT, HEADERS, SENDER, BODY = 0x0037, 0x007D, 0x0C1A, 0x1000
TRANSPORT = (
    "Received: from mx\r\nFrom: Ministry <office@mfa.go.ke>\r\nTo: wluml@wluml.org\r\nSubject: Re: L.64\r\n"
    "Date: Tue, 12 Nov 2013 10:00:00 +0300\r\nMessage-ID: <1@mfa.go.ke>\r\nContent-Type: text/plain\r\n\r\n"
)
WORDS = "Kenya will co-sponsor the resolution."


def made(texts: dict[int, str] | None = None, attached: dict[str, bytes] | None = None, html: str = "") -> bytes:
    shown = {SUBJECT: "Re: L.64", HEADERS: TRANSPORT, SENDER: "Ministry", BODY: WORDS, **(texts or {})}
    return outlook(shown, attached or {}, html)


def test_a_file_is_the_message_that_it_was(tmp_path: Path) -> None:
    path = tmp_path / "reply.msg"
    path.write_bytes(made(attached={"note.pdf": b"%PDF-1" * 1000, "a.txt": b"hello"}))
    (raw,) = files.read([tmp_path])
    assert raw.data == path.read_bytes(), "what is kept is the file"
    reply = read(raw, context=Context())
    assert (reply.country, reply.stance, reply.from_address) == ("KE", "cosponsor", "office@mfa.go.ke")
    assert reply.date is not None
    assert reply.date.startswith("2013-11-12")
    assert reply.attachments == ("note.pdf", "a.txt")


def test_a_file_without_the_headers_of_its_transport_says_what_outlook_shows() -> None:
    found = decode(made(texts={HEADERS: ""}))
    assert found.subject == "Re: L.64"
    assert WORDS in "".join(part.text or "" for part in found.parts())


def test_one_that_is_attached_is_a_forward_like_any_other() -> None:
    outer = EmailMessage()
    outer["From"] = "Partner <partner@ngo.example>"
    outer["Subject"] = "Fwd"
    outer.set_content("See what they wrote.")
    outer.add_attachment(made(), maintype="application", subtype="vnd.ms-outlook", filename="Re L64.msg")
    (inner,) = [part.message for part in decode(outer.as_bytes()).parts() if part.message]
    assert inner.from_ is not None
    assert inner.from_.address == "office@mfa.go.ke"


def test_html_is_taken_too() -> None:
    found = decode(made(texts={BODY: ""}, html=f"<p>{WORDS}</p>"))
    assert any(part.content_type == "text/html" and WORDS in (part.text or "") for part in found.parts())


def test_what_is_broken_stays_the_file_that_it_was() -> None:
    outer = EmailMessage()
    outer.set_content("x")
    outer.add_attachment(made()[:600], maintype="application", subtype="octet-stream", filename="Re L64.msg")
    assert attachments(decode(outer.as_bytes())) == ("Re L64.msg",)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 255)), max_size=6), st.integers(0, 20_000))
def test_no_bytes_make_it_raise(changes: list[tuple[int, int]], end: int) -> None:
    data = bytearray(made(attached={"a.txt": b"hello"}))
    for place, byte in changes:
        data[place % len(data)] = byte
    message(bytes(data))
    message(bytes(data[: end % len(data)]))
