"""Raw mail to a parsed reply: what each step finds, put together. The one entrance of this room."""

from __future__ import annotations

from mobilize.inbox import language
from mobilize.inbox.attachments import attachments
from mobilize.inbox.decode import decode
from mobilize.inbox.raw import RawMail
from mobilize.inbox.reply import Context, Reply
from mobilize.inbox.unwrap import unwrap


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
    mail = decode(raw.data)
    found = unwrap(mail, own=context.own_addresses)
    author = found.author
    return Reply(
        id=raw.id,
        kind="reply" if found.text else "other",
        via=found.via,
        reporter=(found.reporter.address or None) if found.reporter else None,
        from_address=(author.address or None) if author else None,
        from_name=(author.name or None) if author else None,
        to=found.to,
        cc=found.cc,
        date=found.date,
        subject=found.subject,
        language=language.detect(found.text) if found.text else None,
        text=found.text,
        note=found.note,
        trail=found.layers,
        attachments=attachments(mail),
        evidence=found.evidence,
    )
