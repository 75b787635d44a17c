"""Raw mail to a parsed reply: what each step finds, put together. The one entrance of this room."""

from __future__ import annotations

from mobilize.inbox import language
from mobilize.inbox.attachments import attachments
from mobilize.inbox.decode import decode
from mobilize.inbox.mail import Address, Mail
from mobilize.inbox.raw import RawMail
from mobilize.inbox.reply import Context, Reply


def read(raw: RawMail, *, context: Context) -> Reply:
    """Read one message.

    Never raises: whatever goes wrong, the reply is `other` with the class of the error, and waits for a person. Nothing
    of the mail goes into an error: names and addresses must not reach a log.
    """
    try:
        return _read(raw, context)
    except Exception as error:  # noqa: BLE001 — no mail that arrives is lost, whatever is in it (DESIGN.md, promise 2)
        return Reply(id=raw.id, kind="other", error=type(error).__name__)


def _read(raw: RawMail, context: Context) -> Reply:
    del context
    mail = decode(raw.data)
    text = _text(mail)
    author = mail.from_ or Address(name="", address="")
    return Reply(
        id=raw.id,
        kind="reply" if text else "other",
        via="direct",
        from_address=author.address or None,
        from_name=author.name or None,
        to=tuple(each.address for each in mail.to if each.address),
        cc=tuple(each.address for each in mail.cc if each.address),
        date=mail.date,
        subject=mail.subject,
        language=language.detect(text) if text else None,
        text=text,
        attachments=attachments(mail),
    )


def _text(mail: Mail) -> str:
    return next((part.text.strip() for part in mail.parts() if part.content_type == "text/plain" and part.text), "")
