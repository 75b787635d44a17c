"""Bounces without a machine-readable report: who could not be reached, read out of a notice for people.

About sixty mail servers write their own. What they share: the notice stands above the returned mail, names the
address at the beginning of a line or after a word such as "to", and says why beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mobilize.inbox.bounce_reasons import says_why, table
from mobilize.inbox.folding import fold

#: A notice is read to here; a returned mail below it may be long.
_MOST_LINES, _MOST_LINE = 400, 2_000
#: Header fields in a row: here begins the returned mail, announced or not.
_HEADER = re.compile(
    r"^(?:received|return-path|message-id|mime-version|x-[a-z0-9-]+|dkim-signature|delivered-to|from|to|cc|subject|date|"
    r"sender|content-[a-z-]+|reply-to):\s",
    re.IGNORECASE,
)
#: Lines that name others than the one who could not be reached.
_OTHER_PERSON = re.compile(
    r"contact|abuse@|support@|helpdesk|message-?id|originator|mail from|received from|reply-to|(?:^|\s)from:?\s|sender|"
    r"envelope-from|http|assistance|further information|administrator|please send mail to|"
    r"expediteur|remitente|remetente|отправител|المرسل",
)
#: An address as notices print it; possessive, so that no part of a domain is taken for the whole.
_AN_ADDRESS = r"[^\s<>,;:\"'()\[\]|*=@]{1,64}@[^\s<>,;:\"'()\[\]|*]++"
#: The server's dialogue: whom it names after "RCPT TO" could not be reached.
_RCPT = re.compile(rf"rcpt to:\s*<?({_AN_ADDRESS})", re.IGNORECASE)
#: An address that opens its line, as nearly every server writes it, with what may stand before and after.
_OPENS = re.compile(
    r"^(?:>>> )?\s*+(?:[-*•·#]+\s*+)?"
    r"(?:smtp:|rfc822;|recipient(?: address)?\s*:|user\s*:|failed:|address:|[45]\d\d[ -](?:[45]\.\d\.\d )?)?\s*"
    rf"[<(\"'\[]?(?:mailto:)?({_AN_ADDRESS})[>)\"'\]]?"
    r"(?:\s*$|\s*[:(\[,;<]|\s+-|(?<=\.)\s|\.{3}|\s+on\s|\s{2,}|\s*[45]\d\d|\s+failed|\s+could|(?P<words>\s+\w))",
    re.IGNORECASE,
)
#: Postfix and sendmail name the address that we wrote to behind the one that it was expanded to.
_EXPANDED = re.compile(rf"\(expanded from:?\s*<?({_AN_ADDRESS})", re.IGNORECASE)
#: An address after a word that points at it, anywhere in a line.
_POINTS = re.compile(
    r"\b(?:to|for|recipient|address|mailbox|userid|user|account|attempts|size|known|found|unknown|"
    r"destinataire|adresse|destinatario|direccion|dirección|endereço|адрес\w*|получател\w*|العنوان|إلى|收件人|地址|alıcı|alamat|"
    r"empfänger|an|a|à|para|на)"
    rf"(?:\s*[:：]\s*|\s+|(?=[<(\"'\[]))[<(\"'\[]?(?:mailto:)?({_AN_ADDRESS})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Named:
    """One address that a notice names as not reached, and the lines that say why."""

    address: str
    diagnosis: str


def notice(text: str) -> str:
    """The notice alone: what stands above the returned mail."""
    kept: list[str] = []
    headers = 0
    for line in (each[:_MOST_LINE] for each in text.split("\n", _MOST_LINES)[:_MOST_LINES]):
        # 163.com tells of the original mail first, and whom it could not reach below.
        if any("@" in each for each in kept) and _announces_original(line):
            break
        headers = headers + 1 if _HEADER.match(line.lstrip("> ")) else (headers if line[:1] in " \t" and headers else 0)
        kept.append(line)
        if headers == _HEADERS_IN_A_ROW:
            kept = kept[: _first_header(kept)]
            break
    return "\n".join(kept)


#: Exchange shows "To:", "Subject:", "Sent:" of the mail in its notice; four fields in a row are a mail's header.
_HEADERS_IN_A_ROW = 4


def _first_header(lines: list[str]) -> int:
    at = len(lines)
    while at and (_HEADER.match(lines[at - 1].lstrip("> ")) or lines[at - 1][:1] in " \t"):
        at -= 1
    return at


def _announces_original(line: str) -> bool:
    """A line of rules and a few words that says that the returned mail follows."""
    plain = fold(line).strip(" -_=*#>+|~.:<\t")
    if not plain or len(plain) > _MOST_ANNOUNCEMENT:
        return False
    drawn = line.lstrip()[:1] in "-_=*#>"
    return any(plain.startswith(words) or (drawn and plain.endswith(words)) for words in table("original"))


_MOST_ANNOUNCEMENT = 90


def named(text: str, others: frozenset[str]) -> tuple[Named, ...]:
    """The addresses that a notice names as not reached.

    text: the notice. others: addresses that are not meant (the sender of the mail that came back, the server's own).
    The way of writing that says most is believed: an address that opens a line, else the dialogue, else one that a
    word points at, else any.
    """
    lines = text.split("\n")
    for way in (_opening, _dialogue, _pointed_at, _anywhere):
        found = _unique(way(lines, others))
        if found:
            return tuple(Named(address, _diagnosis(lines, number, address)) for address, number in found.items())
    return ()


def _unique(found: Iterator[tuple[str, int]]) -> dict[str, int]:
    """Each address once, with the first line that names it."""
    made: dict[str, int] = {}
    for address, number in found:
        made.setdefault(address, number)
    return made


def _opening(lines: list[str], others: frozenset[str]) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(lines):
        opens = _OPENS.match(line)
        # An address that begins a sentence is named as failed only if the sentence says so.
        if not opens or (opens["words"] and not says_why(line)):
            continue
        if (address := clean(opens[1])) and address not in others:
            yield address, number
        following = " ".join(lines[number : number + 2])
        for expanded in _EXPANDED.finditer(following):
            if (original := clean(expanded[1])) and original not in others:
                yield original, number


def _dialogue(lines: list[str], others: frozenset[str]) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(lines):
        for found in _RCPT.finditer(line):
            if (address := clean(found[1])) and address not in others:
                yield address, number


def _pointed_at(lines: list[str], others: frozenset[str]) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(lines):
        if _OTHER_PERSON.search(fold(line)):
            continue
        for found in _POINTS.finditer(line):
            if (address := clean(found[1])) and address not in others:
                yield address, number


def _anywhere(lines: list[str], others: frozenset[str]) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(lines):
        if _OTHER_PERSON.search(fold(line)):
            continue
        for found in re.finditer(_AN_ADDRESS, line):
            if (address := clean(found[0])) and address not in others:
                yield address, number


def clean(address: str) -> str:
    """An address without what a sentence hangs on it, lower case; "" if it is none."""
    made = _INVISIBLE.sub("", address).strip("<>()[]{}.,;:!?'\"*").lower().removeprefix("mailto:")
    local, _, domain = made.rpartition("@")
    return made if local and domain and not domain.startswith(".") else ""


#: Zero-width and format characters that programs leave in printed addresses.
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\s]")


def _diagnosis(lines: list[str], number: int, address: str) -> str:
    """The line that names the address and those below it up to the next one; else the whole notice."""
    taken = [lines[number]]
    for line in lines[number + 1 : number + 12]:
        opens = _OPENS.match(line)
        if opens and clean(opens[1]) != address:
            break
        if not line.strip() and len(" ".join(taken)) > len(address) + 20:
            break
        taken.append(line)
    own = " ".join(" ".join(taken).split())
    without = own.replace(address, "").strip(" <>:()")
    return own if len(without) > _TELLING else " ".join(" ".join(lines).split())


#: Fewer characters than this beside the address say nothing.
_TELLING = 12
