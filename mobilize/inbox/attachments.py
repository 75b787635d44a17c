"""The files that a mail brings: their names for the log; the bytes stay in the raw mail."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from mobilize.inbox.mail import Mail, Part

#: Parts that programs add by themselves: signatures, reports of delivery, the envelope of an encryption.
_MACHINE = frozenset(
    {
        "application/pgp-signature",
        "application/pgp-encrypted",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/applefile",
        "message/delivery-status",
        "message/disposition-notification",
        "message/feedback-report",
        "message/external-body",
        "message/partial",
        "text/rfc822-headers",
    }
)
_NAMED_MACHINE = frozenset({"smime.p7s", "signature.asc", "pgp.sig"})


def attachments(mail: Mail) -> tuple[str, ...]:
    """Names of the files sent as such, also those inside attached messages, each once and in order.

    Left out: pictures that the HTML shows, signatures, what a delivery report encloses, and an attached message
    itself. A file without a name is named by its type.
    """
    return tuple(dict.fromkeys(part.filename or part.content_type for part in _files(mail)))


def enclosed(mail: Mail) -> tuple[Part, ...]:
    """The files themselves, in the order of `attachments`; behind a winmail.dat what lies in it."""
    return tuple(
        each
        for part in _files(mail)
        for each in (part, *(inner for inner in part.walk() if inner is not part and inner.data))
    )


def inside(mail: Mail) -> tuple[str, ...]:
    """Names of the files that lie in a winmail.dat, each once and in order."""
    wrappers = (part for part in mail.parts() if part.data and part.children)
    found = (each for wrapper in wrappers for each in wrapper.walk() if each is not wrapper)
    return tuple(dict.fromkeys(each.filename for each in found if each.filename))


def _files(mail: Mail) -> Iterator[Part]:
    shown = _shown(mail)
    pending: list[tuple[Part, Part | None]] = [(mail.root, None)]
    while pending:
        part, parent = pending.pop()
        if part.content_type == "multipart/report":
            continue
        if part.data and part.children:  # a winmail.dat: what lies in it is named by `inside`
            yield part
            continue
        pending.extend((child, part) for child in reversed(part.children))
        if part.message is not None:
            yield from _files(part.message)
        elif not part.children and _is_file(part, parent, shown):
            yield part


def _is_file(part: Part, parent: Part | None, shown: str) -> bool:
    if part.content_type in _MACHINE or part.filename.lower() in _NAMED_MACHINE:
        return False
    if part.content_type.startswith("multipart/"):  # too deep to be opened
        return False
    if part.content_type in ("text/plain", "text/html") and part.disposition != "attachment" and not part.filename:
        return False
    if part.content_type.startswith("text/") and not part.filename and parent is not None and part.disposition == "":
        return False  # another form of the words: text/enriched, text/calendar, text/x-amp-html
    if part.disposition == "attachment" and not part.content_type.startswith("image/"):
        return True
    return not _is_shown(part, parent, shown)


def _is_shown(part: Part, parent: Part | None, shown: str) -> bool:
    """Whether a part is a picture (or style) of the HTML: referred to, or enclosed with it and not sent as a file."""
    if part.content_id and f"cid:{part.content_id.lower()}" in shown:
        return True
    if part.location and part.location.lower() in shown:
        return True
    return parent is not None and parent.content_type == "multipart/related" and part.disposition != "attachment"


def _shown(mail: Mail) -> str:
    """All HTML of this mail in one, lower case, for looking up what it refers to."""
    pages = (part.text for part in mail.parts() if part.content_type == "text/html" and part.text)
    return unquote("\n".join(pages)).lower()
