"""Raw mail to a parsed reply: what each step finds, put together. The one entrance of this room."""

from __future__ import annotations

from dataclasses import replace

from mobilize.inbox import bounce, language, match
from mobilize.inbox.absence import absence
from mobilize.inbox.attachments import attachments, inside
from mobilize.inbox.candidates import of_bounces
from mobilize.inbox.decode import decode
from mobilize.inbox.genuine import authenticity
from mobilize.inbox.mail import Mail
from mobilize.inbox.raw import RawMail
from mobilize.inbox.reply import Bounce, Complaint, Context, Evidence, Reply
from mobilize.inbox.understand import Meaning, understand
from mobilize.inbox.unwrap import Unwrapped, unwrap

#: Of a report that only flufl.bounce may know: it reads the whole with the standard library, attachments and all.
_MOST_OF_A_BOUNCE = 1_000_000


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
    made = _of_mail(raw, mail, context)
    made = replace(made, authenticity=authenticity(mail, made.via, context.trusted))
    if made.kind != "auto_reply":
        return made
    known = (*context.own_addresses, made.from_address or "")
    return replace(made, absence=absence(made.text, said=made.date, known=known))


def _of_mail(raw: RawMail, mail: Mail, context: Context) -> Reply:
    report = bounce.complaint(mail)
    bounces = None if report else bounce.find(mail, raw.data[:_MOST_OF_A_BOUNCE])
    if report or bounces is not None:
        return _machine_report(raw, mail, report, bounces or (), context)
    found = unwrap(mail, own=context.own_addresses)
    made = _said(raw, mail, found)
    bounces = _forwarded_bounce(found)
    if bounces is not None:
        return _bounced(replace(made, text="", language=language.detect(found.text)), bounces, context)
    meaning = understand(mail, found, context, attachments=bool(made.attachments))
    return _meant(made, meaning)


def _meant(made: Reply, meaning: Meaning) -> Reply:
    """The reply with what it means. `via` has no meaning for what nobody forwarded and nobody wrote to us."""
    return replace(
        made,
        kind=meaning.kind,
        via=None if meaning.kind == "other" and made.via == "direct" else made.via,
        reporter=made.reporter or meaning.reporter,
        language=meaning.language,
        country=meaning.country,
        stance=meaning.stance,
        concerns=meaning.concerns,
        targets=meaning.targets,
        matches=meaning.matches,
        candidates=meaning.candidates,
        evidence=(*made.evidence, *meaning.evidence),
    )


def _said(raw: RawMail, mail: Mail, found: Unwrapped) -> Reply:
    """Who wrote what: the fields that need no judgement."""
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
        text=found.text,
        note=found.note,
        trail=found.layers,
        attachments=attachments(mail),
        attachments_inside=inside(mail),
        evidence=found.evidence,
    )


def _machine_report(
    raw: RawMail, mail: Mail, report: Complaint | None, bounces: tuple[Bounce, ...], context: Context
) -> Reply:
    """A bounce or a feedback report that a server sent to us: what it encloses is our own letter."""
    sender = mail.from_
    made = Reply(
        id=raw.id,
        kind="bounce",
        from_address=(sender.address or None) if sender else None,
        from_name=(sender.name or None) if sender else None,
        to=tuple(each.address for each in mail.to if each.address),
        cc=tuple(each.address for each in mail.cc if each.address),
        date=mail.date,
        subject=mail.subject,
        language=language.detect(unwrap(mail, own=()).text),
        matches=match.returned(mail, context),
    )
    if report:
        why = Evidence(field="kind", words=report.type, rule="feedback report (RFC 5965)")
        return replace(
            made,
            kind="complaint",
            complaint_address=report.address,
            complaint_type=report.type,
            evidence=(*made.evidence, why),
        )
    return _bounced(made, bounces, context)


def _bounced(made: Reply, bounces: tuple[Bounce, ...], context: Context) -> Reply:
    first = next((each for each in bounces if each.permanent), next(iter(bounces), None))
    return replace(
        made,
        kind="bounce",
        country=match.country_of_bounce(first.address, context) if first else None,
        bounces=bounces,
        bounce_address=first.address if first else None,
        bounce_permanent=first.permanent if first else None,
        candidates=of_bounces(bounces, made.matches, context),
        evidence=(*made.evidence, *map(_why, bounces)),
    )


def _why(report: Bounce) -> Evidence:
    """What says that a recipient bounced: the server's words, and the status that they were read as."""
    rule = f"{'permanent' if report.permanent else 'temporary'} {report.status}".strip()
    return Evidence(field="bounces", words=report.reason, rule=rule)


def _forwarded_bounce(found: Unwrapped) -> tuple[Bounce, ...] | None:
    """A bounce that a partner forwarded."""
    if found.attached:
        return bounce.find(found.attached)
    if not found.layers:
        return None
    layer = found.layers[-1]
    sender = f"{layer.from_name or ''} <{layer.from_address or ''}>"
    return bounce.find_forwarded(layer.text, sender, layer.subject or "")
