"""Whether a mail is from whom it says: what our own server found, and what that makes of it.

A forwarded text is as its forwarder reports it, never proof by itself. Own mail is genuine where DMARC, or a DKIM
signature of the author's own domain, passed; it is a warning where that failed; else nobody knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mobilize.inbox.fields import cut
from mobilize.inbox.mail import Mail, Part
from mobilize.inbox.results import Judged, Result, judged, topmost


class Standing(StrEnum):
    """How far a mail may be taken for its author's."""

    #: Its author's domain vouches for it.
    GENUINE = "genuine"
    #: Nobody vouches for it, and nothing speaks against it.
    UNVERIFIED = "unverified"
    #: What should vouch for it failed: perhaps forged, perhaps changed on the way.
    FAILED = "failed"
    #: Somebody passed it on: as she reports it.
    REPORTED = "reported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """An attached original whose bytes are there, and who signed it; whether that holds is checked on request."""

    #: Where it stands: "1" the first attached message, "1.2" the second one inside that.
    place: str
    #: Its author's address.
    author: str | None
    #: Domains of its DKIM signatures, in order.
    signers: tuple[str, ...] = ()
    #: How many servers sealed it on its way (ARC, RFC 8617).
    seals: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticity:
    """What is known of a mail's origin."""

    standing: Standing = Standing.UNVERIFIED
    #: In words, why.
    why: str = ""
    #: Our own server that judged it; empty: none did.
    server: str = ""
    results: tuple[Result, ...] = ()
    #: Who signed the mail itself.
    signers: tuple[str, ...] = ()
    enclosed: tuple[Enclosed, ...] = ()


#: Attached messages deeper or later than these are not looked at.
_MOST_ENCLOSED, _DEEPEST = 20, 8
_NO_SERVER = "no server of ours judged it"


def authenticity(mail: Mail, via: str | None, trusted: Sequence[str]) -> Authenticity:
    """Judge a mail.

    via: as it was unwrapped: "direct", "forward_…", None. trusted: names of our receiving servers.
    """
    found = judged(mail.raw_headers, trusted)
    standing, why = _standing(mail, via, found)
    if why == _NO_SERVER and not trusted and (server := topmost(mail.raw_headers)):
        why = f"{_NO_SERVER}; name {server} in TRUSTED_AUTHSERV if that is your own"
    return Authenticity(
        standing=standing,
        why=why,
        server=found.server,
        results=found.results,
        signers=signers(mail.raw_headers)[0],
        enclosed=tuple(_enclosed(mail)),
    )


def _standing(mail: Mail, via: str | None, found: Judged) -> tuple[Standing, str]:
    if (via or "").startswith("forward"):
        return Standing.REPORTED, "passed on by somebody else"
    if not found.server:
        return Standing.UNVERIFIED, _NO_SERVER
    authors = _authors(mail)
    if len(authors) != 1:
        return Standing.UNVERIFIED, "it names no author, or several"
    standing, why = _of_author(next(iter(authors)), found.results)
    if standing is Standing.GENUINE and two_readings(mail.raw_headers):
        return Standing.UNVERIFIED, "its head can be read in two ways: what was checked may not be what is shown"
    return standing, why


def _authors(mail: Mail) -> set[str]:
    """The domains of all From fields as they stand: two of them are nobody's."""
    fields = [value for name, value in mail.headers if name.lower() == "from"]
    if len(fields) != 1 or mail.from_ is None or "@" not in mail.from_.address:
        return set()
    # A list of two authors is legal and rare; our server judged one of them at most.
    if fields[0].count("@") > 1 and fields[0].count("<") != 1:
        return set()
    return {domain_of(mail.from_.address)}


def domain_of(address: str) -> str:
    """The domain of an address, lower case, without a final dot."""
    return address.rpartition("@")[2].lower().rstrip(".")


def two_readings(raw_headers: bytes) -> bool:
    """Whether whoever checked a mail may have taken another part of it for its text, or another field, than we do.

    Added to a signed mail, a line of blanks in its head goes on with a field for one program and begins the text for
    another; a second Content-Type above the first is the one that is read, and not the one that was signed.
    """
    if not re.search(rb"(?:\A|\n)\r?\n\Z", raw_headers) or re.search(rb"\r(?!\n)|\n[ \t]+\r?\n", raw_headers):
        return True
    fields, _ = cut(raw_headers)
    names = [name.lower() for name, _ in fields]
    return any(names.count(name) > 1 for name in _ONCE)


#: Fields that a mail has once (RFC 5322 3.6, RFC 2045 3).
_ONCE = (
    "from", "sender", "to", "cc", "subject", "date", "reply-to", "message-id", "in-reply-to", "references",
    "mime-version", "content-type", "content-transfer-encoding", "content-disposition",
)  # fmt: skip


def _of_author(domain: str, results: Sequence[Result]) -> tuple[Standing, str]:
    dmarc = next((each for each in results if each.method == "dmarc" and each.domain in ("", domain)), None)
    signed = [each for each in results if each.method == "dkim" and vouches(each.domain, domain)]
    sent = [each for each in results if each.method == "spf" and vouches(each.domain, domain)]
    sealed = any(each.method == "arc" and each.result == "pass" for each in results)
    if dmarc and dmarc.result == "pass":
        return Standing.GENUINE, f"DMARC passed for {domain}"
    if dmarc and dmarc.result == "fail":
        on_the_way = "; servers that passed it on sealed it (ARC)" if sealed else ""
        return Standing.FAILED, f"DMARC failed for {domain}{on_the_way}"
    if any(each.result == "pass" for each in signed):
        return Standing.GENUINE, f"signed by {domain} (DKIM)"
    if any(each.result == "fail" for each in signed):
        return Standing.FAILED, f"its signature by {domain} does not hold (DKIM)"
    if any(each.result == "fail" for each in sent):
        return Standing.FAILED, f"sent from a server that {domain} does not name (SPF)"
    return Standing.UNVERIFIED, f"{domain} neither signs nor has a DMARC record that was met"


def vouches(signer: str, author: str) -> bool:
    """Whether a domain may vouch for an author's: it is the same, or stands above it; never a bare country's."""
    return bool(signer) and "." in signer and (author == signer or author.endswith(f".{signer}"))


def signers(raw_headers: bytes) -> tuple[tuple[str, ...], int]:
    """The domains of the DKIM signatures of a header block, and how many ARC sets it has."""
    fields, _ = cut(raw_headers)
    domains: list[str] = []
    seals = 0
    for name, raw in fields:
        if name.lower() == "dkim-signature" and len(domains) < _MOST_ENCLOSED:
            tags = dict(each.strip().partition("=")[::2] for each in raw[:8192].decode("ascii", "replace").split(";"))
            domains.append("".join(tags.get("d", "").split()).lower()[:255])
        seals += name.lower() == "arc-seal"
    return tuple(each for each in domains if each), seals


def _enclosed(mail: Mail) -> Iterator[Enclosed]:
    for number, (place, part) in enumerate(originals(mail)):
        if number >= _MOST_ENCLOSED:
            return
        assert part.message is not None, "originals are messages"
        domains, seals = signers(part.message.raw_headers)
        author = part.message.from_
        yield Enclosed(place=place, author=author.address or None if author else None, signers=domains, seals=seals)


def originals(mail: Mail) -> Iterator[tuple[str, Part]]:
    """The attached messages of a mail whose bytes are as they were sent, all levels: (place, part)."""
    pending = [("", mail)]
    while pending:
        above, each = pending.pop()
        inner = [part for part in each.parts() if part.message is not None]
        for number, part in enumerate(inner, 1):
            place = f"{above}.{number}".lstrip(".")
            # Outlook's .msg keeps no bytes of the mail that it was: it was put together anew.
            if not part.filename.lower().endswith(".msg"):
                yield place, part
            if part.message is not None and place.count(".") < _DEEPEST:
                pending.append((place, part.message))
