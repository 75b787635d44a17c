"""DKIM signatures (RFC 6376) and ARC chains (RFC 8617) of mail whose bytes are there, checked with dkimpy.

The keys stand in the DNS of those who sign. This room asks nobody: the question is handed in, and asked only where a
person wants it (domain/rules.md D4). A signature vouches for its own domain and for nothing else.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import dkim

from mobilize.inbox import ed25519
from mobilize.inbox.fields import cut
from mobilize.inbox.genuine import two_readings
from mobilize.inbox.mail import Mail
from mobilize.inbox.msg import is_msg

#: The text of a name in the DNS (TXT); None: there is none. Raises LookupError where no answer came.
Lookup = Callable[[str], str | None]


class Outcome(StrEnum):
    """What became of one signature."""

    HOLDS = "holds"
    #: The text or the headers are not those that were signed.
    BROKEN = "broken"
    #: It vouches only for the beginning of the text (`l=`): anybody may have added the rest.
    PARTIAL = "partial"
    #: Its own date has passed (`x=`).
    EXPIRED = "expired"
    #: The key is no longer in the DNS, or was taken back: nobody can tell any more.
    NO_KEY = "no key"
    #: The DNS gave no answer: ask again.
    NO_ANSWER = "no answer"
    #: Made by a method that is not known here (`a=`), or not believed any more: SHA-1 (RFC 8301).
    UNKNOWN = "unknown method"
    #: Written wrongly, or its key is.
    UNREADABLE = "unreadable"
    #: The bytes are not those that were sent: cut short, or put together anew from an Outlook file.
    NO_BYTES = "no bytes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One signature, checked."""

    #: Which message: "" the mail itself, "1" its first attached message, "1.2" …
    place: str
    #: "dkim" or "arc".
    method: str
    #: Who signed; for a chain, who sealed last.
    domain: str
    outcome: Outcome
    #: Of a DKIM signature, as its `a=` tag says it: one mail may bear two by different methods.
    algorithm: str = ""


#: More signatures on one mail are nobody's habit; more seals are somebody's joke.
_MOST_SIGNATURES, _MOST_SEALS = 10, 50
#: A signature's header is under 2 KB.
_LONGEST = 16_384
#: "ed25519-sha256" has 14 signs.
_LONGEST_NAME = 30
#: RSA keys below this are not believed (RFC 8301 3.2).
_LEAST_BITS = 1024
#: dkimpy logs what it finds, domains and hashes among it; a log holds ids.
_SILENT = logging.getLogger("mobilize.signatures")
_SILENT.disabled = True


def check(data: bytes, mail: Mail, *, place: str, lookup: Lookup, now: dt.datetime) -> tuple[Checked, ...]:
    """Check every signature on one message, and its ARC chain.

    data: its bytes as they were sent; line ends may be LF. mail: the same, decoded. place: for what comes back.
    now: by which a signature has expired. Asks `lookup` for each key. Never raises.
    """
    return tuple(_checked(data, mail, place, lookup, now))


def _checked(data: bytes, mail: Mail, place: str, lookup: Lookup, now: dt.datetime) -> Iterator[Checked]:
    data = data.lstrip(b"\r\n")  # as decode reads an attached message
    fields, _ = cut(mail.raw_headers)
    if two_readings(mail.raw_headers):
        signatures = [_tags(raw) for name, raw in fields if name.lower() == "dkim-signature"]
        for tags in signatures[:_MOST_SIGNATURES]:
            yield _of_dkim(place, tags, Outcome.UNREADABLE)
        return
    signatures = [_tags(raw) for name, raw in fields if name.lower() == "dkim-signature"]
    seals = [_tags(raw) for name, raw in fields if name.lower() == "arc-seal"]
    whole = "size" not in mail.limits and not is_msg(data)
    for number, tags in enumerate(signatures[:_MOST_SIGNATURES]):
        outcome = _dkim(data, number, tags, lookup, now) if whole else Outcome.NO_BYTES
        yield _of_dkim(place, tags, outcome)
    if seals:
        last = max(seals, key=lambda tags: int(tags.get("i", "0")) if tags.get("i", "").isdecimal() else 0)
        outcome = _arc(data, len(seals), lookup) if whole else Outcome.NO_BYTES
        yield Checked(place=place, method="arc", domain=_domain(last), outcome=outcome)


def _of_dkim(place: str, tags: dict[str, str], outcome: Outcome) -> Checked:
    # A stranger wrote the tag: what is shown and kept of it is a short word.
    algorithm = re.sub(r"[^A-Za-z0-9-]", "", tags.get("a", ""))[:_LONGEST_NAME]
    return Checked(place=place, method="dkim", domain=_domain(tags), outcome=outcome, algorithm=algorithm)


def _tags(raw: bytes) -> dict[str, str]:
    """A signature's tags (RFC 6376 3.2), blanks taken out; {} where it is too long to be one."""
    text = raw.decode("ascii", "replace") if len(raw) <= _LONGEST else ""
    pairs = (each.partition("=") for each in text.split(";"))
    return {name.strip(): "".join(value.split()) for name, _, value in pairs if name.strip()}


def _domain(tags: dict[str, str]) -> str:
    return tags.get("d", "").lower()[:255]


class _Keys:
    """The lookup as dkimpy calls it; remembers what it could not give."""

    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup
        self.missing = self.silent = False

    def __call__(self, name: bytes, timeout: float = 5) -> bytes | None:  # noqa: ARG002 - dkimpy passes it
        try:
            found = self.lookup(name.decode("ascii", "replace").rstrip("."))
        except LookupError:
            self.silent = True
            return None
        if found is None or re.search(r"(?:^|;)\s*p\s*=\s*(?:;|$)", found):  # an empty key was taken back
            self.missing = True
            return None
        return found.encode("utf-8", "replace")


#: What checks a signature, by its `a=` tag (RFC 6376 3.3, RFC 8463).
_METHODS: dict[str, type[dkim.DKIM]] = {"rsa-sha256": dkim.DKIM, ed25519.ALGORITHM: ed25519.Ed25519}


def _dkim(data: bytes, number: int, tags: dict[str, str], lookup: Lookup, now: dt.datetime) -> Outcome:
    unfit = _unfit(tags, now)
    if unfit is not None:
        return unfit
    keys = _Keys(lookup)
    try:
        signature = _METHODS[tags["a"]](data, logger=_SILENT, minkey=_LEAST_BITS)
        holds = signature.verify(number, dnsfunc=keys)
    except dkim.ValidationError as error:
        # dkimpy says it thus when the text itself was changed; all else is about how the signature is written.
        holds, changed = False, "body hash mismatch" in str(error)
    except Exception:  # noqa: BLE001 - whatever is written in a stranger's signature, it holds or it does not
        holds, changed = False, False
    else:
        changed = not holds and hasattr(signature, "pk")  # else the key itself could not be read
    if holds:
        return Outcome.PARTIAL if "l" in tags else Outcome.HOLDS
    if keys.silent or keys.missing:
        return Outcome.NO_ANSWER if keys.silent else Outcome.NO_KEY
    return Outcome.BROKEN if changed else Outcome.UNREADABLE


def _unfit(tags: dict[str, str], now: dt.datetime) -> Outcome | None:
    """Why no key needs to be asked for."""
    if not tags.get("d") or not tags.get("s") or not tags.get("a"):
        return Outcome.UNREADABLE
    if "from" not in tags.get("h", "").lower().split(":"):
        return Outcome.UNREADABLE  # it vouches for no author (RFC 6376 5.4)
    if tags["a"] not in _METHODS:
        return Outcome.UNKNOWN
    expired = tags.get("x", "").isdecimal() and int(tags["x"]) < now.timestamp()
    return Outcome.EXPIRED if expired else None


def _arc(data: bytes, seals: int, lookup: Lookup) -> Outcome:
    if seals > _MOST_SEALS:
        return Outcome.UNREADABLE
    keys = _Keys(lookup)
    try:
        result, _, _ = dkim.ARC(data, logger=_SILENT, minkey=_LEAST_BITS).verify(dnsfunc=keys)
    except Exception:  # noqa: BLE001 - as above
        return Outcome.UNREADABLE
    if result == dkim.CV_Pass:
        return Outcome.HOLDS
    if keys.silent or keys.missing:
        return Outcome.NO_ANSWER if keys.silent else Outcome.NO_KEY
    return Outcome.BROKEN
