"""Where a reply belongs, after the parser's guess and all that people did with it: moved, split, merged, undone.

Deeds are only added. Undoing is a deed too, so who put a reply where, and who took it back, stays to be seen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Deed(StrEnum):
    """What a person did with a reply."""

    #: It belongs here, and nowhere else.
    MOVED = "moved"
    #: It belongs here too: one mail that answers several letters.
    ALSO = "also"
    #: It is a copy of another reply, which counts in its place.
    MERGED = "merged"
    #: The deed of that number no longer counts.
    UNDONE = "undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """One deed."""

    #: Order of recording, from 1.
    number: int
    reply: str
    deed: Deed
    #: Alpha-2; None: the letter's, or none.
    country: str | None
    letter: str | None
    #: The reply that counts in this one's place.
    same_as: str | None
    undoes: int | None
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Place:
    """One thing that a reply belongs to."""

    country: str | None
    letter: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a reply stands now."""

    #: All that it belongs to; the first is shown where there is room for one.
    places: tuple[Place, ...]
    #: The reply that counts in its place; None: it counts itself.
    same_as: str | None = None
    #: Whether a person put it there.
    by_person: bool = False

    @property
    def countries(self) -> tuple[str, ...]:
        """The governments it belongs to, each once."""
        return tuple(dict.fromkeys(each.country for each in self.places if each.country))


def placed(guess: Place, filings: Iterable[Filing]) -> Placed:
    """Derive where a reply stands. guess: the parser's. filings: of this reply, in any order."""
    standing = live(filings)
    places: tuple[Place, ...] = (guess,)
    same_as, by_person = None, False
    for each in standing:
        here = Place(each.country, each.letter)
        if each.deed is Deed.MERGED:
            same_as = each.same_as
        elif each.deed is Deed.MOVED:
            places, by_person = (here,), True
        elif here not in places:
            # A place that the parser did not know is no place to keep beside one that a person names.
            kept = tuple(place for place in places if place.country or place.letter)
            places, by_person = (*kept, here), True
    return Placed(places=places, same_as=same_as, by_person=by_person)


def live(filings: Iterable[Filing]) -> tuple[Filing, ...]:
    """The deeds that still count, oldest first; an undoing is none of them."""
    ordered = sorted(filings, key=lambda each: each.number)
    undone = {each.undoes for each in ordered if each.deed is Deed.UNDONE}
    return tuple(each for each in ordered if each.deed is not Deed.UNDONE and each.number not in undone)
