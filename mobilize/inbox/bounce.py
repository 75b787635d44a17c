"""Bounces and complaints: who could not be reached, for how long, and why. Never raises.

First the machine-readable report (RFC 3464), then the server's own words, then flufl.bounce; a mail counts as a bounce
only if its sender, its subject or its form says so, since a ministry may write "could not be delivered" too.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from email import message_from_bytes, policy

from flufl.bounce import all_failures

from mobilize.inbox import bounce_reports as reports
from mobilize.inbox.body import body
from mobilize.inbox.bounce_reasons import table, verdict
from mobilize.inbox.bounce_texts import Named, clean, named, notice
from mobilize.inbox.folding import fold
from mobilize.inbox.lines import as_text
from mobilize.inbox.mail import Mail
from mobilize.inbox.reply import Bounce, Complaint
from mobilize.inbox.unwrap import prefix

# It logs a traceback for every detector that an odd mail breaks; what it says may hold an address (STYLE.md, Errors).
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)

#: A notice says what it is at its beginning.
_BEGINNING = 1_500
#: A paragraph of fewer characters beside the address gives no reason.
_TELLING = 12
#: Recipients read out of one notice.
_MOST = 200


def find(mail: Mail, raw: bytes = b"") -> tuple[Bounce, ...] | None:
    """Read the recipients that a bounce or a delay reports.

    raw: the mail's bytes, for flufl.bounce, which is asked last; without them it is not asked.
    Returns one Bounce a recipient; () where it is a bounce that names nobody; None where it is none.
    """
    if reports.feedback(mail) is not None or reports.says_delivered(mail):
        return None
    signs = _signs(mail)
    if not signs.certain and not signs.sender and prefix(mail.subject)[0] == "forward":
        return None  # a person sends on what a server sent to her
    reported = reports.recipients(mail)
    if not (
        signs.certain
        or reported
        or (signs.sender and (signs.subject or signs.notice))
        or (signs.subject and signs.notice)
    ):
        return None
    delayed = _delayed(mail.subject or "", signs.text) and not any(each.action == "failed" for each in reported)
    found = _from_report(mail, reported, signs.text) or _from_text(mail, signs.text, delayed=delayed)
    found = found or _from_flufl(raw, signs.text, delayed=delayed)
    if not found and not signs.certain and not (signs.sender and signs.subject):
        return None
    return found or _from_returned(mail, signs.text, delayed=delayed)


def find_forwarded(text: str, sender: str, subject: str) -> tuple[Bounce, ...] | None:
    """The same for a bounce that somebody forwarded in the body of a mail: its words are all there is.

    text: below the printed header; sender: as printed there, name and address; subject: likewise.
    """
    words = fold(text[:_BEGINNING])
    from_machine = _is_machine(sender)
    if not (from_machine or _says(subject, "subject")) or not any(each in words for each in table("notice")):
        return None
    inside = reports.recipients_in_text(text)
    delayed = _delayed(subject, text)
    found = tuple(_reported(each, text) for each in inside) or _judged(
        named(notice(text), frozenset({clean(sender)})), notice(text), delayed=delayed
    )
    return found[:_MOST] if found or from_machine else None


def complaint(mail: Mail) -> Complaint | None:
    """Read a feedback report (RFC 5965), or the plain-text form that some providers still send."""
    found = reports.feedback(mail)
    return Complaint(address=", ".join(found.addresses) or None, type=found.type) if found else None


@dataclass(frozen=True, slots=True)
class _Signs:
    """What says that a mail is a bounce."""

    #: A report's form, or a header that only servers write.
    certain: bool
    sender: bool
    subject: bool
    notice: bool
    #: The notice's text.
    text: str


def _signs(mail: Mail) -> _Signs:
    text = notice(_text(mail))
    words = fold(text[:_BEGINNING])
    from_ = mail.from_
    return _Signs(
        certain=reports.has_report(mail) or _report_type(mail) or mail.get("x-failed-recipients") is not None,
        sender=from_ is None or _is_nobody(mail) or _is_machine(f"{from_.name} <{from_.address}>"),
        subject=_says(mail.subject or "", "subject"),
        notice=any(each in words for each in table("notice")),
        text=text,
    )


def _is_nobody(mail: Mail) -> bool:
    """Whether no answer is wanted: an empty return path, or From: "A mail server" <>."""
    return mail.get("return-path") == "<>" or (mail.get("from") or "").rstrip().endswith("<>")


def _text(mail: Mail) -> str:
    """The mail's own plain text as it was laid out; of one with HTML only, its lines."""
    plain = [
        part.text for part in mail.parts() if part.content_type == "text/plain" and part.text and not part.filename
    ]
    if any(text.strip() for text in plain):
        return plain[0] if _says_enough(plain[0]) else "\n".join(plain)
    return as_text(body(mail))


def _says_enough(text: str) -> bool:
    return "@" in text


def _report_type(mail: Mail) -> bool:
    value = (mail.get("content-type") or "").lower()
    return "multipart/report" in value and ("delivery-status" in value or "report-type" not in value)


def _is_machine(sender: str) -> bool:
    """Whether a sender, "Name <local@domain>", is one who writes bounces."""
    folded = fold(sender)
    local = folded.rpartition("<")[2].partition("@")[0]
    if not local.strip(" >"):
        return not folded.strip(" <>") or any(
            each in folded for each in (*table("sender", "name"), *table("sender", "local"))
        )
    return local.startswith(table("sender", "local")) or any(each in folded for each in table("sender", "name"))


def _says(text: str, section: str) -> bool:
    folded = fold(text)
    return any(words in folded for words in table(section))


def _delayed(subject: str, text: str) -> bool:
    words = fold(f"{subject}\n{text[:_BEGINNING]}")
    return any(each in words for each in table("delay"))


def _from_report(mail: Mail, reported: tuple[reports.Recipient, ...], text: str) -> tuple[Bounce, ...]:
    """The report's recipients; one without an address is looked for in the notice."""
    with_address = [each for each in reported if each.address]
    if not with_address:
        with_address = [each for each in reports.recipients_in_text(_text(mail)) if each.address]
    made: dict[str, Bounce] = {}
    for each in with_address:
        made.setdefault(each.address, _reported(each, text))
    return tuple(made.values())[:_MOST]


def _reported(each: reports.Recipient, text: str) -> Bounce:
    about = _lines_about(text, each.address)
    delayed, final = each.action == "delayed", each.action in ("failed", "expired")
    words = each.diagnostic if len(each.diagnostic) > len("smtp; 550 5.0.0") else f"{each.diagnostic} {about}"
    found = verdict(words, status=each.status, delayed=delayed, final=final, around=about)
    return Bounce(
        address=each.address, permanent=found.permanent, dead=found.dead, status=found.status, reason=found.reason
    )


def _lines_about(text: str, address: str) -> str:
    """The notice's paragraph that names an address; the whole notice where none does."""
    for paragraph in re.split(r"\n\s*\n", text):
        about = " ".join(paragraph.split())
        if address in about.lower() and len(about) > len(address) + _TELLING:
            return about
    return " ".join(text.split())


def _from_text(mail: Mail, text: str, *, delayed: bool) -> tuple[Bounce, ...]:
    listed = mail.get_all("x-failed-recipients")
    if listed:
        addresses = dict.fromkeys(clean(each) for line in listed for each in line.split(","))
        return tuple(_bounce(each, _lines_about(text, each), text, delayed=delayed) for each in addresses if each)[
            :_MOST
        ]
    return _judged(named(text, _others(mail)), text, delayed=delayed)


def _others(mail: Mail) -> frozenset[str]:
    """Addresses in a notice that are not those it is about: to whom it goes, and who wrote it."""
    people = [*mail.to, *([mail.from_] if mail.from_ else [])]
    return frozenset(each.address.lower() for each in people if each.address)


def _judged(found: tuple[Named, ...], text: str, *, delayed: bool) -> tuple[Bounce, ...]:
    return tuple(_bounce(each.address, each.diagnosis or text, text, delayed=delayed) for each in found[:_MOST])


def _bounce(address: str, diagnosis: str, text: str, *, delayed: bool) -> Bounce:
    """One recipient, judged by the words beside it, and by the whole notice where those say nothing final."""
    around = _lines_about(text, address)
    final = not delayed and _says(text[:_BEGINNING], "final")
    found = verdict(diagnosis, delayed=delayed, final=final, around=around)
    return Bounce(address=address, permanent=found.permanent, dead=found.dead, status=found.status, reason=found.reason)


def _from_flufl(raw: bytes, text: str, *, delayed: bool) -> tuple[Bounce, ...]:
    """What flufl.bounce finds. It throws on odd mail: nothing of that comes out of here."""
    if not raw:
        return ()
    try:
        temporary, permanent = all_failures(message_from_bytes(raw, policy=policy.compat32))
    except Exception:  # noqa: BLE001 — measured: it raises UnicodeDecodeError, AttributeError, KeyError and more
        return ()
    soft = {each.decode("ascii", "replace").lower() for each in temporary}
    hard = {each.decode("ascii", "replace").lower() for each in permanent}
    return tuple(
        _bounce(each, text, text, delayed=delayed or each not in hard) for each in sorted(soft | hard) if "@" in each
    )


def _from_returned(mail: Mail, text: str, *, delayed: bool) -> tuple[Bounce, ...]:
    """To whom the returned mail was addressed, where the notice names nobody and there was one recipient."""
    part = reports.returned(mail)
    to = part.message.to if part is not None and part.message is not None else ()
    if len(to) == 1 and "@" in to[0].address:
        return (_bounce(to[0].address.lower(), text, text, delayed=delayed),)
    return ()
