"""A letter -> a mail that is not sent yet: a partner opens it in its own mail program, looks at it and sends it."""

from __future__ import annotations

import hashlib
from email import policy
from email.message import EmailMessage

from mobilize.letter.merge import Letter


def draft(letter: Letter, *, text: str, html: str, paper: bytes, name: str) -> bytes:
    """Write the mail (RFC 5322) without From, Date and Message-ID, which the partner's own program adds.

    paper: the PDF that goes with it, under `name`. The same letter gives the same bytes. X-Unsent makes Outlook and
    Thunderbird open it for writing; nothing in it tells where it was made (domain rules D5).
    """
    message = EmailMessage(policy=policy.SMTP)
    message["To"] = letter.contact.emails[0]
    message["Subject"] = letter.subject
    message["Content-Language"] = letter.language
    message["X-Unsent"] = "1"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    message.add_attachment(paper, maintype="application", subtype="pdf", filename=name)
    seed = hashlib.sha256(letter.digest.encode()).hexdigest()[:24]
    for number, part in enumerate(each for each in message.walk() if each.is_multipart()):
        part.set_boundary(f"{number}.{seed}")
    return message.as_bytes()
