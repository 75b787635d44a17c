"""What delivery writes into the ledger, and what the ledger answers. Notes of many letters go in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mobilize.letter.merge import LetterId
from mobilize.post.verdict import Answer, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One try of one letter, and what the server said to it."""

    letter: LetterId
    #: From 1.
    attempt: int
    #: Seconds since its first try; 0 at the first.
    age: float = 0.0
    #: None: nothing was asked of a server.
    answer: Answer | None = None
    #: Place of a recipient in the message -> the answer that refused it alone, while the letter was taken for others.
    refused: Mapping[int, Answer] = field(default_factory=dict)
    #: SHA-256 (hex) of the bytes that were handed over; empty: none were.
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A try is over, and this became of the letter."""

    tried: Tried
    verdict: Verdict


@dataclass(slots=True, kw_only=True)
class Page:
    """Notes that are written together: all are kept, or none."""

    settled: list[Settled] = field(default_factory=list)
    #: Letters of which the server took nothing, for a reason that is not theirs: they wait again, as before.
    put_back: list[Tried] = field(default_factory=list)
    #: Their text is going out, the final dot is not: from now on a crash leaves them in doubt.
    handed_over: list[LetterId] = field(default_factory=list)
    #: They want a turn, under the pace.
    booked: list[LetterId] = field(default_factory=list)
    #: They are to be sent next, over a connection in hand.
    claimed: list[LetterId] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Not now."""

    #: Seconds until one may ask again.
    seconds: float
    #: Why all letters wait; empty: this one alone does.
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the ledger says to a page."""

    #: Seconds from now at which a letter's turn is; or when to ask again.
    turns: Mapping[LetterId, float | Later]
    #: The try that now begins; or when to ask again; absent: another has it, or it may not go any more.
    claims: Mapping[LetterId, Tried | Later]


#: Letters that are to be claimed -> digests of the addresses that each goes to.
Wanted = Mapping[LetterId, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of the letters that a page was to claim."""

    tries: Mapping[LetterId, Tried] = field(default_factory=dict)
    #: Who paused sending, so that none was claimed; None: nobody did.
    paused: str | None = None
    #: Letters that anyone ever claimed, where that was asked and one was claimed now; else 0.
    count: int = 0


class Ledger(Protocol):
    """Where delivery keeps its notes; made by desk/send over the outbox."""

    def write(self, page: Page) -> Answers:
        """Write a page, durable when it returns. Raises LedgerUnusable: nothing of it was kept."""
