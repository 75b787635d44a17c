"""Outlook's .msg files (MS-OXMSG), made into the message that they were (RFC 5322), with python-oxmsg.

The headers are those of the transport where the file keeps them: then the innermost author, dates and references are as
they arrived. A file without them gives what Outlook shows: sender, recipients, subject, date.
"""

from __future__ import annotations

import io
from email.message import EmailMessage
from email.policy import SMTP

from oxmsg import Message

#: How every compound file begins (MS-CFB 2.2).
SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

#: Said again by the message that is made: the file's own describe a body that is not there any more.
_OF_THE_BODY = frozenset({"content-type", "content-transfer-encoding", "mime-version", "content-length"})

_MOST_FILES = 200


def is_msg(data: bytes) -> bool:
    """Whether these bytes may be such a file."""
    return data.startswith(SIGNATURE)


def message(data: bytes) -> bytes | None:
    """The message in a .msg file. None where it cannot be read; never raises."""
    try:
        found = Message.load(io.BytesIO(data))
        made = EmailMessage(policy=SMTP.clone(utf8=True))
        for name, value in _headers(found):
            _add(made, name, value)
        text, html = found.body or "", found.html_body or ""
        made.set_content(text)
        if html:
            made.add_alternative(html, subtype="html")
        for each in found.attachments[:_MOST_FILES]:
            content = each.file_bytes if each.attached_by_value else None
            if content:
                main, _, sub = (each.mime_type or "application/octet-stream").partition("/")
                made.add_attachment(
                    content, maintype=main, subtype=sub or "octet-stream", filename=each.file_name or ""
                )
        return made.as_bytes()
    except Exception:  # noqa: BLE001 - a library over a stranger's bytes: whatever it throws, the file is not readable
        return None


def _headers(found: Message) -> list[tuple[str, str]]:
    kept = [(name, value) for name, value in found.message_headers.items() if name.lower() not in _OF_THE_BODY]
    if kept:
        return kept
    people = [f"{each.name} <{each.email_address}>" if each.name else each.email_address for each in found.recipients]
    shown = (
        ("From", found.sender or ""),
        ("To", ", ".join(people)),
        ("Subject", found.subject or ""),
        ("Date", found.sent_date.strftime("%a, %d %b %Y %H:%M:%S +0000") if found.sent_date else ""),
    )
    return [(name, value) for name, value in shown if value]


def _add(made: EmailMessage, name: str, value: str) -> None:
    """Add a header; one that no header can be is left out, and what breaks its line becomes a blank."""
    try:
        made[name] = " ".join(value.split())
    except (ValueError, IndexError, AttributeError, TypeError):
        return
