"""One delivery under way: what is to go, where, how fast, and whether to stop."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from mobilize.errors import LetterWrong, MobilizeError, TemplateWrong
from mobilize.letter.merge import LetterId
from mobilize.letter.mime import Message
from mobilize.post.agenda import Agenda
from mobilize.post.notes import Ledger
from mobilize.post.schedule import Pace
from mobilize.post.smtp import Server
from mobilize.post.states import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One letter settled, for whoever shows progress. Ids only."""

    letter: LetterId
    state: State
    reason: str


#: Why a message cannot be made.
Unmade = LetterWrong | TemplateWrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A letter that is ready to go, or the reason why it cannot be made."""

    letter: LetterId
    message: Message | Unmade


@dataclass(slots=True, kw_only=True)
class Run:
    """One delivery under way: what is to go, where, how fast, and whether to stop."""

    server: Server
    ledger: Ledger
    #: Makes the messages of letters, in their order; runs in a thread. Where one cannot be made, the reason stands in
    #: its place, and that letter alone fails.
    make: Callable[[Sequence[LetterId]], Sequence[Message | Unmade]]
    #: One letter settled.
    told: Callable[[Told], None]
    #: A sentence about the run: the server wants fewer connections, sending was paused.
    said: Callable[[str], None]
    #: From 0 to 1, spreads retries.
    chance: Callable[[], float]
    #: Seconds since 1970: the ledger's clock.
    clock: Callable[[], float]
    pace: Pace
    #: Seconds that the run waits while no letter may go; then it ends, and what waits is sent by the next.
    patience: float
    #: After this moment no text is begun (seconds): the end of the campaign.
    ends_at: float = math.inf
    agenda: Agenda = field(default_factory=Agenda)
    #: Letters that come to the agenda while the run is under way, some at a time, each with the moment before which it
    #: may not go; asked for in a thread. None: all are there. What it raises ends the run as a server does that fails.
    more: Iterator[Sequence[tuple[LetterId, float]]] | None = None
    #: Calls of `make` at once, and letters that each is given.
    presses: int = 1
    batch: int = 4
    stopping: bool = False
    #: Why the server was given up; None: it was not.
    trouble: MobilizeError | None = None

    @property
    def ending(self) -> bool:
        """Whether no more letters are taken."""
        return self.stopping or self.trouble is not None
