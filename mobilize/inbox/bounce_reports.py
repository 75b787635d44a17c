"""Machine-readable reports: delivery status (RFC 3464, RFC 6533) and feedback (RFC 5965).

Their parts are read as field blocks, forgivingly: servers write blank lines where none belong, leave out the blank
line between two recipients, encode the part in base64, and put the fields into a text part.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from mobilize.inbox.mail import Mail, Part

_FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9-]{2,40})[ \t]*:[ \t]*(.*)$")
_ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]]{1,250}@[^\s<>,;:\"()\[\]]{1,250}")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
#: A report's part, under all the names that it goes by.
_REPORT_TYPES = ("message/delivery-status", "message/global-delivery-status", "message/deliverystatus")
_RECIPIENT_FIELDS = ("final-recipient", "original-recipient")
#: What happened to the mail is not a failure of it.
_NO_FAILURE = ("delivered", "relayed", "expanded", "deliverable")
#: Recipients of one report that are read; a mailing list's report may name thousands.
_MOST_RECIPIENTS = 500


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient's block in a delivery report."""

    #: "" where the block names none that can be read.
    address: str
    #: "failed", "delayed", or "" where none is stated.
    action: str
    #: Enhanced status code, "" where none was found.
    status: str
    #: The diagnostic code's words.
    diagnostic: str


def recipients(mail: Mail) -> tuple[Recipient, ...]:
    """The recipients whom this mail's delivery-status parts report as failed or delayed."""
    found: list[Recipient] = []
    for part in mail.parts():
        if part.content_type in _REPORT_TYPES and part.text is not None:
            found += _recipients(part.text)
    return tuple(found[:_MOST_RECIPIENTS])


def says_delivered(mail: Mail) -> bool:
    """Whether the mail's reports tell of deliveries and of no failure (RFC 3461: success was asked for, or relayed)."""
    blocks = [
        block for part in mail.parts() if part.content_type in _REPORT_TYPES for block in _blocks(part.text or "")
    ]
    return bool(blocks) and all(_action(block) in _NO_FAILURE for block in blocks)


def has_report(mail: Mail) -> bool:
    """Whether the mail carries a delivery report, readable or not."""
    return any(part.content_type in _REPORT_TYPES for part in mail.parts())


def recipients_in_text(text: str) -> tuple[Recipient, ...]:
    """The same from field lines that stand in a text (a report whose MIME types were lost)."""
    if "inal-" not in text and "iginal-" not in text:
        return ()
    return tuple(each for each in _recipients(text) if each.address and (each.action or each.status))


def _recipients(text: str) -> list[Recipient]:
    made = []
    for block in _blocks(text):
        if _action(block) in _NO_FAILURE:
            continue
        made.append(_recipient(block))
    return made


def _blocks(text: str) -> Iterator[dict[str, str]]:
    """Field blocks that belong to a recipient: a repeated recipient field begins the next one."""
    block: dict[str, str] = {}
    name = ""
    for line in text.split("\n"):
        if line[:1] in (" ", "\t") and name and line.strip():
            block[name] += " " + line.strip()
            continue
        field = _FIELD.match(line)
        if not field:
            name = ""
            if not line.strip() and _complete(block):
                yield block
                block = {}
            continue
        name = field[1].lower()
        if name in block and name in (*_RECIPIENT_FIELDS, "action") and _complete(block):
            yield block
            block = {}
        block.setdefault(name, "")
        if not block[name]:
            block[name] = field[2].strip()
    if _complete(block):
        yield block


def _action(block: dict[str, str]) -> str:
    return block.get("action", "").split("(")[0].strip().lower()


def _complete(block: dict[str, str]) -> bool:
    return any(name in block for name in _RECIPIENT_FIELDS) and any(
        name in block for name in ("action", "status", "diagnostic-code")
    )


def _recipient(block: dict[str, str]) -> Recipient:
    """One block's values. RFC 3464 2.3: the original recipient is the address that we wrote to."""
    address = ""
    for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
        address = address or mailbox(block.get(name, ""))
    status = _STATUS.search(block.get("status", ""))
    diagnostic = block.get("diagnostic-code", "")
    kind, _, words = diagnostic.partition(";")
    return Recipient(
        address=address,
        action=_action(block),
        status=status[0] if status else "",
        diagnostic=" ".join((words if words and " " not in kind.strip() else diagnostic).split()),
    )


def mailbox(value: str) -> str:
    """The address in "rfc822; <a@b>", with RFC 6533's utf-8 escapes undone; "" where there is none."""
    if "\\x{" in value:
        value = re.sub(r"\\x\{([0-9A-Fa-f]{1,6})\}", lambda found: _character(found[1]), value)
    # xtext (RFC 3461 4): servers hand ORCPT back as they got it
    value = (
        re.sub(r"\+([2-7][0-9A-F])(?=[^@]*@)", lambda found: chr(int(found[1], 16)), value) if "+" in value else value
    )
    found = _ADDRESS.search(value.partition(";")[2] or value)
    return found[0].strip("'.").lower() if found else ""


def _character(digits: str) -> str:
    point = int(digits, 16)
    return chr(point) if point <= sys.maxunicode else "\ufffd"


@dataclass(frozen=True, slots=True)
class Feedback:
    """A feedback report's fields."""

    #: "abuse", "fraud", "opt-out", …
    type: str
    #: Who complained; none where the report hides it.
    addresses: tuple[str, ...]


def feedback(mail: Mail) -> Feedback | None:
    """The feedback report in this mail (RFC 5965), or None."""
    part = next((each for each in mail.parts() if each.content_type == "message/feedback-report"), None)
    if part is None or part.text is None:
        return _without_report(mail)
    fields = _fields(part.text)
    kind = fields.get("feedback-type", [""])[0].split()
    addresses = [mailbox(value) for value in fields.get("original-rcpt-to", []) + fields.get("removal-recipient", [])]
    known = tuple(dict.fromkeys(address for address in addresses if address))
    return Feedback(type=kind[0].lower() if kind else "abuse", addresses=known or _returned_to(mail))


def _without_report(mail: Mail) -> Feedback | None:
    """Microsoft's junk mail reports: the mail alone, with its recipient in a header of their own."""
    for part in mail.parts():
        recipient = part.message.get("x-hmxmroriginalrecipient") if part.message is not None else None
        if recipient is not None:
            return Feedback(type="abuse", addresses=tuple(filter(None, (mailbox(recipient),))))
    return None


def _fields(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in text.split("\n"):
        field = _FIELD.match(line)
        if field:
            found.setdefault(field[1].lower(), []).append(field[2].strip())
    return found


def returned(mail: Mail) -> Part | None:
    """The part that carries the returned message or its headers."""
    for part in mail.parts():
        if part.message is not None or part.content_type in ("text/rfc822-headers", "message/rfc822-headers"):
            return part
    return None


def _returned_to(mail: Mail) -> tuple[str, ...]:
    """To whom the mail went that the report is about, where it names one person and not the reporter's hash."""
    part = returned(mail)
    if part is None:
        return ()
    if part.message is not None:
        to = part.message.to
        return (to[0].address.lower(),) if len(to) == 1 and "@" in to[0].address else ()
    found = mailbox(next(iter(_fields(part.text or "").get("to", [])), ""))
    return (found,) if found else ()
