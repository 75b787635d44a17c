"""What the carriers of a run share, as each of them sees it; post/deliver.py makes it, with its tasks and threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable
from typing import Protocol

from mobilize.letter.merge import LetterId
from mobilize.post.load import Load
from mobilize.post.notes import Later, Settled, Tried
from mobilize.post.run import Made, Run


class Crew(Protocol):
    """What the carriers of a run share."""

    run: Run
    load: Load
    #: Letters that carriers have in their hands.
    busy: int
    #: Letters that were put back in this run -> how often.
    put_back: dict[LetterId, int]

    #: Letters that are made and wait for a connection.
    stock: deque[Made]

    @property
    def expects(self) -> bool:
        """Whether letters are being made now, or still come to the agenda."""

    @property
    def may_make(self) -> bool:
        """Whether more could be made at the same time."""

    def take(self) -> Made | None:
        """The next letter of the stock; None: it is empty, and what may go is being made."""

    # Each is durable when it returns, and raises LedgerUnusable; post/notes.py says what they mean.
    async def book(self, letter: LetterId) -> float | Later:
        """Ask for a turn under the pace."""

    async def claim(self, letter: LetterId) -> Tried | Later | None:
        """Take a letter."""

    async def hand_over(self, letter: LetterId, then: LetterId | None) -> Tried | Later | None:
        """Note that its text is going out; on the same page, take the letter that is to follow it."""

    async def give_back(self, tried: Tried) -> None:
        """Give back a letter of which the server took nothing."""

    def settle(self, settled: Settled) -> Awaitable[object]:
        """Write down a letter's fate; durable when awaited, and meanwhile the next letter is readied."""

    def wake(self) -> None:
        """Have everyone who pauses look again."""

    async def pause(self, seconds: float | None) -> None:
        """Wait so long, or until something changes."""
