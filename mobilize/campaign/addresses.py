"""One cell -> the e-mail addresses in it, in order: the first is To, the others Cc."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from mobilize.campaign.values import one_line

#: Addresses in one row beyond this are a mailing list, and one message to all of them shows each to the others.
MOST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """What a cell holds."""

    #: Local part as typed, domain in lower case and in ASCII (IDNA), as it goes over the wire.
    addresses: tuple[str, ...]
    #: (text, what is wrong with it and what to do).
    faults: tuple[tuple[str, str], ...]
    #: Addresses that stand in the cell a second time.
    repeated: tuple[str, ...]


def read(cell: str) -> Addresses:
    """Split a cell into addresses and examine each, without asking the network. Never raises.

    Internationalised local parts and domains are valid (RFC 6531, RFC 5890), apostrophes and reserved names
    (`.example`) too: what may be sent where is not decided here.
    """
    texts = split(cell)
    if not texts:
        return Addresses(addresses=(), faults=(("", "no address: a letter needs at least one"),), repeated=())
    found: dict[str, str] = {}
    faults: list[tuple[str, str]] = []
    repeated: list[str] = []
    for text in texts:
        address, sentence = examine(text)
        if sentence:
            faults.append((text, sentence))
        elif address.casefold() in found:
            repeated.append(address)
        else:
            found[address.casefold()] = address
    if len(found) > MOST:
        faults.append((cell, f"{len(found)} addresses, where {MOST} are the most: each sees all the others"))
    return Addresses(addresses=tuple(found.values()), faults=tuple(faults), repeated=tuple(repeated))


def split(cell: str) -> tuple[str, ...]:
    """Split at `;`, `,`, line breaks and their wide forms; at `/` and blanks only between whole addresses.

    A quoted local part may hold any of them ("a;b"@x.org), an unquoted one a slash (a/b@x.org): RFC 5322, 3.2.3.
    """
    quoted = re.compile(r'"(?:[^"\\\n]|\\.)*"@')
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match[0])
        return f"\x00{len(kept) - 1}\x00"

    safe = quoted.sub(keep, cell)
    # A domain holds neither slash nor blank: one behind a domain, before another address, parts the two.
    safe = re.sub(r"(@[^@/\s;,]+)(?:\s*/\s*|\s+)(?=[^\s@]+@)", r"\1\n", safe)
    parts = re.split(r"[;,\n\r；，、،؛]+", safe)
    back = (re.sub("\x00(\\d+)\x00", lambda match: kept[int(match[1])], part) for part in parts)
    return tuple(text for each in back if (text := one_line(each)))


def bare(cell: str) -> str:
    """Take away what mail programs write around an address: a name before it, "mailto:".

    The addresses of a cell that has nothing of this come back as they stand.
    """
    parts = split(cell)
    plain = [_bare(part) for part in parts]
    return "; ".join(plain) if plain != list(parts) else cell


def _bare(text: str) -> str:
    named = re.fullmatch(r"[^<>]*<\s*(?:mailto:)?([^<>\s]+@[^<>\s]+)\s*>", text)
    return named[1] if named else text.removeprefix("mailto:")


def examine(text: str) -> tuple[str, str]:
    """Examine one address: (address as it goes over the wire, "") or ("", what is wrong)."""
    if _bare(text) != text:
        return "", f"write the address alone: {_bare(text)}"
    if not text.isprintable():
        return "", "an unseen character stands in this address: type it anew"
    plain = _PLAIN.fullmatch(text)
    if plain and len(plain[1]) <= _LONGEST_LOCAL and len(text) <= _LONGEST_PLAIN:
        # Nothing is left to examine but the domain, and a million addresses have few of them.
        domain, sentence = _domain(plain[2].lower())
        return (f"{plain[1]}@{domain}", "") if domain else ("", sentence)
    return _examined(text)


def _examined(text: str) -> tuple[str, str]:
    """Examine any address, as the library does."""
    try:
        valid = validate_email(text, check_deliverability=False, allow_quoted_local=True, strict=True)
    except EmailNotValidError as error:
        return "", f"not an address that can be: {_plain(str(error))}"
    return f"{valid.local_part}@{valid.ascii_domain}", ""


#: The usual address: a dot-atom of RFC 5322 3.2.3 and a name in ASCII. The library need not look at such a local part.
_PLAIN = re.compile(r"([\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*)@([a-z0-9.-]+)", re.ASCII | re.IGNORECASE)

#: RFC 5321 4.5.3.1.1; and well below the 254 of a whole address, which the library counts.
_LONGEST_LOCAL, _LONGEST_PLAIN = 64, 200


@functools.lru_cache(maxsize=10_000)
def _domain(domain: str) -> tuple[str, str]:
    """Examine a domain by itself: (as it goes over the wire, "") or ("", what is wrong)."""
    address, sentence = _examined(f"a@{domain}")
    return address.removeprefix("a@"), sentence


def _plain(sentence: str) -> str:
    """The library's own words, as the end of our sentence."""
    return sentence[:1].lower() + sentence[1:].rstrip(".")
