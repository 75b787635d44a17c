"""What an automatic reply says besides being one: until when its author is away, and who stands in for her.

It changes no letter's fate; organisers see whom to write to meanwhile, and when to ask again.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib import resources

from mobilize.inbox.dates import printed_date
from mobilize.inbox.folding import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """How long somebody is away, and who answers meanwhile."""

    #: The last day that the text names within a year of its own date, ISO 8601; None where it names none.
    until: str | None = None
    #: The words that named it.
    words: str = ""
    #: Addresses that the text names beside its author's and ours.
    deputies: tuple[str, ...] = ()


NONE = Absence()

#: A note of absence is short; what stands further down is a disclaimer.
_ENOUGH = 4_000
_LONGEST_CLAUSE = 200
#: Nobody is away for longer and says the day.
_MOST_DAYS = 366
_MOST_DEPUTIES = 5
#: Days for which an absence may have lasted when it answers: "from 7 November" on the 8th is no day of next year.
_JUST_BEGUN = 60
_CHINESE = re.compile(r"\d{1,2}月\d{1,2}日")
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}")
#: A sentence ends at a sign and a blank: the dots of 25.11. are none.
_ENDS = re.compile(r"[.!?;]\s|[\n。！？；،؛]")


def absence(text: str, *, said: str | None, known: Collection[str]) -> Absence:
    """Read a note of absence.

    said: the mail's own date, ISO 8601: a day without a year is the next one after it. known: the author's address
    and ours, which are no deputy's.
    """
    text = text[:_ENOUGH]
    mine = {each.lower() for each in known}
    found: dict[str, str] = {}
    for each in _ADDRESS.findall(text):
        if each.lower() not in mine:
            found.setdefault(each.lower(), each)
    until, words = max(_days(text, said), default=(None, ""))
    return Absence(until=until, words=words, deputies=tuple(found.values())[:_MOST_DEPUTIES])


def _days(text: str, said: str | None) -> Iterator[tuple[str, str]]:
    """The days that a text names in the year after it was written, each with its words."""
    try:
        today = dt.date.fromisoformat((said or "")[:10])
    except ValueError:
        return
    for clause in _ENDS.split(text):
        if len(clause) > _LONGEST_CLAUSE or not any(char.isdigit() for char in clause):
            continue
        for piece in _pieces(clause):
            day = _day(piece, today)
            if day and 0 < (day - today).days <= _MOST_DAYS:
                yield day.isoformat(), " ".join(clause.split())


def _pieces(clause: str) -> list[str]:
    """A range's two days, each by itself: "from 8 to 25 November" has two, of which one names its month."""
    return [each for each in _between().split(fold(clause)) if any(char.isdigit() for char in each)]


@functools.cache
def _between() -> re.Pattern[str]:
    table = tomllib.loads(resources.files("mobilize.inbox.lexicon").joinpath("absence.toml").read_text("utf-8"))
    words = sorted((re.escape(fold(word)) for word in table["words"]), key=len, reverse=True)
    signs = [re.escape(sign) for sign in table["signs"]]
    return re.compile(f"(?<!\\S)(?:{'|'.join(words)})(?!\\S)|{'|'.join(signs)}")


def _day(piece: str, today: dt.date) -> dt.date | None:
    """The day that a piece names; one without a year is the nearest of that name, rather to come than past."""
    plain = piece.strip(" .,")
    if chinese := _CHINESE.search(plain):
        plain = chinese[0]
    in_full = _parsed(piece)
    if in_full:
        return in_full
    years = (today.year, today.year + 1, today.year - 1)
    named = (_parsed(f"{year}年{plain}" if chinese else f"{plain} {year}") for year in years)
    return next((day for day in named if day and -_JUST_BEGUN <= (day - today).days <= _MOST_DAYS - _JUST_BEGUN), None)


def _parsed(text: str) -> dt.date | None:
    made = printed_date(text)
    return dt.date.fromisoformat(made[:10]) if made else None
