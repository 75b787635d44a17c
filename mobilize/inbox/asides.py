"""What stands in a mail beside the words that were taken for its author's: nothing cut is out of sight.

A cut can swallow the answer: a colon in a letter reads like "On … wrote:", a memorandum's head like a printed one, a
line of dashes like a signature's; an answer may stand inside the quote (domain/complaints.md E37). Lines in, texts out;
what they mean is judged in `views`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mobilize.inbox.boundaries import Kind, Split, split
from mobilize.inbox.correspondents import is_own, is_written_to
from mobilize.inbox.lines import Line
from mobilize.inbox.mail import Address
from mobilize.inbox.words import own_words


class Where(StrEnum):
    """Which part of a mail."""

    #: Below the closing line, a rule of dashes or a notice: signature, postscript, disclaimer.
    END = "end"
    #: In what was taken for a quote.
    QUOTE = "quote"
    #: What somebody wrote who passed it on.
    NOTE = "note"
    #: In what reads like a letter to a government.
    LETTER = "letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """Words beside the author's own."""

    where: Where
    text: str
    #: Who wrote them, as printed; None where nobody is named.
    author: Address | None = None
    #: Whether a header or "On … wrote:" is printed above them: then they are at least as old as that says.
    announced: bool = False
    #: Whether they are a letter of ours, or of somebody whom this mail answers.
    answered: bool = False
    #: Whether a program quoted them: "On … wrote:" above lines with its marks.
    marked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """One message as it was cut, and the notes of those who passed it on."""

    notes: tuple[Aside, ...]
    #: All of the message, and the same parted.
    lines: tuple[Line, ...]
    parted: Split
    #: What was taken for its author's own words.
    kept: str
    #: Whom it is written to: a quote of theirs is what it answers.
    written_to: tuple[Address, ...]
    #: The campaign's own addresses.
    own: tuple[str, ...]


#: Quotes inside quotes that are looked at.
_MOST = 6


def asides(cut: Cut) -> tuple[Aside, ...]:
    """All that stands beside the author's own words, those who passed it on first. Never raises."""
    quotes = tuple(_quotes(cut))
    end = Aside(where=Where.END, text=_left_out(cut.parted.own, cut.kept))
    # Quotes further down, between answers, are of the same letter as the first.
    loose = Aside(where=Where.QUOTE, text=_loose(cut), answered=any(each.answered for each in quotes))
    return tuple(each for each in (*cut.notes, end, *quotes, loose) if each.text)


def _left_out(own: Sequence[Line], kept: str) -> str:
    lines = set(kept.split("\n"))
    return "\n".join(line.text for line in own if line.text and line.text not in lines)


def _loose(cut: Cut) -> str:
    """Quoted lines outside the first quoted message."""
    own = {id(line) for line in cut.parted.own}
    first = {line.text for line in cut.parted.quoted.lines} if cut.parted.quoted else set()
    found = (line.text for line in cut.lines if line.depth and id(line) not in own and line.text not in first)
    return "\n".join(found).strip()


def _quotes(cut: Cut) -> Iterator[Aside]:
    """The quoted message and those quoted in it. Below one that is answered, all is older than that."""
    quoted, answered = cut.parted.quoted, False
    for _ in range(_MOST):
        if quoted is None:
            return
        author = quoted.header.from_ if quoted.header else None
        answered = answered or is_own(author, cut.own) or is_written_to(author, cut.written_to)
        inner = split(quoted.lines)
        words = own_words(inner.own, author=author)
        yield Aside(
            where=Where.QUOTE,
            text="\n".join(filter(None, (words.text, words.closing))),
            author=author,
            announced=quoted.header is not None,
            answered=answered,
            marked=quoted.kind is Kind.ATTRIBUTION and any(line.depth or line.boxes for line in cut.lines),
        )
        quoted = inner.quoted
