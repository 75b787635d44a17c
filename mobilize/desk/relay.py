"""Whether the mail server would take our letters: it is asked, and nothing is sent."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

from mobilize.campaign.faults import Fault, Weight
from mobilize.desk import compose, hand_out, portion
from mobilize.errors import LetterWrong, MobilizeError, TemplateWrong
from mobilize.installation import Installation
from mobilize.letter.merge import Letter
from mobilize.post import smtp
from mobilize.post.smtp import Inspected

#: Days before its end from which on a certificate is told of.
_SOON = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a server offers, and what will go wrong with it."""

    #: In words: name -> value.
    facts: tuple[tuple[str, str], ...]
    faults: tuple[Fault, ...]


def ask(installation: Installation, *, now: dt.datetime) -> Asked:
    """Connect, secure, log in, name the return address, and leave. Never raises for what the server says."""
    server = portion.server_of(installation)
    sender = installation.campaign.sender.address
    try:
        found = asyncio.run(smtp.inspect(server, sender))
    except MobilizeError as error:
        hint = f" ({error.hint})" if error.hint else ""
        return Asked(facts=(), faults=(_fault("SMTP_HOST", error.sentence + hint),))
    until = f", certificate until {found.certificate_ends}" if found.certificate_ends else ""
    facts = (
        ("server", f"{server.host}:{server.port}"),
        ("protection", (found.tls or "none") + until),
        ("login", "accepted" if server.user else "none is set"),
        ("return address", f"{found.sender[0]} {found.sender[1]}".strip()),
        ("offers", ", ".join(found.offers) or "nothing"),
    )
    return Asked(facts=facts, faults=tuple(_faults(installation, found, now)))


def _fault(column: str, sentence: str, weight: Weight = Weight.ERROR) -> Fault:
    return Fault(path=".env", column=column, sentence=sentence, weight=weight)


def _faults(installation: Installation, found: Inspected, now: dt.datetime) -> Iterator[Fault]:
    code, text = found.sender
    if code >= 400:  # noqa: PLR2004 - RFC 5321 4.2.1
        yield _fault("SMTP_USER", f"it refuses our return address: {code} {text}")
    if found.certificate_ends:
        ends = dt.datetime.fromtimestamp(ssl.cert_time_to_seconds(found.certificate_ends), dt.UTC)
        if ends - now < dt.timedelta(days=_SOON):
            yield _fault("SMTP_HOST", f"its certificate ends on {ends:%Y-%m-%d}: tell who runs it", Weight.WARNING)
    offers = {offer.partition(" ")[0] for offer in found.offers}
    largest = _largest(installation, now) if found.size else 0
    if largest > found.size:
        told = f"it takes {found.size:,} octets a message, and a letter has {largest:,}"
        yield _fault("SMTP_HOST", f"{told}: use smaller images in the letterhead")
    if "SMTPUTF8" not in offers:
        for contact in installation.campaign.contacts:
            if not all(email.isascii() for email in contact.emails):
                yield Fault(
                    path="contacts.csv",
                    line=contact.line,
                    column="email",
                    sentence="this address needs SMTPUTF8, which the server does not offer: this letter will fail",
                    weight=Weight.WARNING,
                )


def _largest(installation: Installation, now: dt.datetime) -> int:
    """Octets of the longest letter of each audience, the greatest of them; 0 where none can be made."""
    longest: dict[str, Letter] = {}
    for contact in installation.campaign.contacts:
        try:
            letter = hand_out.written(installation, contact, today=now.date())
        except (LetterWrong, TemplateWrong):
            continue
        before = longest.get(contact.audience.value)
        if before is None or letter.length > before.length:
            longest[contact.audience.value] = letter
    by = compose.composer(installation)
    return max((len(compose.message(by, each, now=now).data) for each in longest.values()), default=0)
