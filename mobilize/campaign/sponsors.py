"""Sponsors as printed on a document -> countries.

    Albania, Bolivia (Plurinational State of), Bosnia and Herzegovina and Uruguay

" and " parts names and stands inside names; so do commas in brackets. A name is taken only where it is known to be one
country's; a list is parted at an " and " only where both sides are. What is left over is given back as printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mobilize.campaign.values import repaired
from mobilize.world import names


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A list of sponsors, read."""

    #: Alpha-2, in the order printed, each once.
    countries: tuple[str, ...]
    #: Pieces that are no country that is known for sure: groups, organs, misspellings.
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """What a note on sponsorship (MARC 515) says happened after the document was printed."""

    joined: tuple[str, ...]
    withdrew: tuple[str, ...]
    #: Names in it that are not known, and sentences that are not understood.
    others: tuple[str, ...]


def printed(text: str) -> Printed:
    """Read a list as printed. Never raises; nothing is guessed."""
    found: dict[str, None] = {}
    others = []
    for part in _parts(repaired(text)):
        codes = _codes(part)
        if codes:
            found.update(dict.fromkeys(codes))
        elif part:
            others.append(part)
    return Printed(countries=tuple(found), others=tuple(others))


_ADDED = re.compile(r"additional (?:co-?)?sponsors?\s*:\s*(.+)", re.IGNORECASE)
_JOINED = re.compile(
    r"(.+?) (?:joined (?:as|in) (?:co-?)?sponsor\w*|(?:was|were) added to the list of sponsors)", re.IGNORECASE
)
_LEFT = re.compile(
    r"(.+?) (?:(?:was|were) (?:removed|deleted) from the list of (?:co-?)?sponsors"
    r"|withdrew (?:its|their) (?:co-?)?sponsorship|withdrew as (?:co-?)?sponsors?)",
    re.IGNORECASE,
)


def later(note: str) -> Later:
    """Read a note on sponsorship: who joined later, who was taken off.

    "Additional sponsors: A, B and C (A/78/481/Add.2). - Sudan was removed from the list of sponsors of the draft
    resolution (A/78/475)." Sentences that say something else are given back whole, for a person to read.
    """
    joined: list[str] = []
    withdrew: list[str] = []
    others: list[str] = []
    for sentence in _sentences(repaired(note)):
        for pattern, those in ((_ADDED, joined), (_LEFT, withdrew), (_JOINED, joined)):
            match = pattern.match(sentence)
            if match:
                found = printed(_SYMBOL.sub("", match[1]))
                those.extend(found.countries)
                others += found.others
                break
        else:
            others.append(sentence)
    return Later(joined=tuple(dict.fromkeys(joined)), withdrew=tuple(dict.fromkeys(withdrew)), others=tuple(others))


#: A document's symbol in brackets: the report that says so.
_SYMBOL = re.compile(r"\s*\((?:[A-Z]+/)+[^()]*\)")


def _sentences(note: str) -> Iterator[str]:
    """Part a note at its dashes and full stops; not at those of symbols (A/C.3/78/L.30) or brackets."""
    for piece in re.split(r"\.\s+-\s+|\s+-\s+(?=[A-Z])|(?<=\))\.\s+(?=[A-Z])|(?<=[a-z])\.\s+(?=[A-Z])", note):
        sentence = piece.strip().rstrip(".").strip()
        if sentence:
            yield sentence


def _parts(text: str) -> Iterator[str]:
    """Part at commas and semicolons that stand in no brackets."""
    depth, piece = 0, ""
    for character in text:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        if character in ",;" and depth <= 0:
            yield _trimmed(piece)
            piece = ""
        else:
            piece += character
    yield _trimmed(piece)


def _trimmed(piece: str) -> str:
    return re.sub(r"^(?:and|et|y)\s+", "", piece.strip().rstrip(".").strip())


def _codes(part: str) -> tuple[str, ...]:
    """The countries in a piece that may hold several, joined by "and"; nothing unless all of it is countries.

    Of several ways to part it that with the fewest countries is taken: "Trinidad and Tobago" is one.
    """
    whole = names.find(part)
    if whole:
        return (whole,)
    ways = []
    for joint in re.finditer(r"\s+(?:and|et|y)\s+", part):
        first, rest = names.find(part[: joint.start()]), _codes(part[joint.end() :])
        if first and rest:
            ways.append((first, *rest))
    return min(ways, key=len, default=())
