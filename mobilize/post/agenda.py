"""Which letter goes next: those that wait, each with the moment before which it may not go. No clock of its own."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mobilize.letter.merge import LetterId


@dataclass(slots=True)
class Agenda:
    """Letters of one run that are still to go; moments are seconds."""

    #: (not before, order, letter): the order of the plan among those that may go.
    _later: list[tuple[float, int, LetterId]] = field(default_factory=list)
    _ready: list[tuple[int, LetterId]] = field(default_factory=list)
    _order: dict[LetterId, int] = field(default_factory=dict)

    def add(self, letters: Iterable[LetterId], *, not_before: float = 0.0) -> None:
        """Add letters, in this order behind those that are there."""
        for letter in letters:
            self._order.setdefault(letter, len(self._order))
            heapq.heappush(self._later, (not_before, self._order[letter], letter))

    def give_back(self, letter: LetterId, *, not_before: float) -> None:
        """Put a letter back, to be taken from a moment on."""
        self.add((letter,), not_before=not_before)

    def take(self, now: float) -> LetterId | None:
        """Take the next letter that may go; None: none may go yet, or none is left."""
        while self._later and self._later[0][0] <= now:
            _, order, letter = heapq.heappop(self._later)
            heapq.heappush(self._ready, (order, letter))
        return heapq.heappop(self._ready)[1] if self._ready else None

    def take_some(self, now: float, most: int) -> Iterator[LetterId]:
        """Take the next letters that may go, up to so many."""
        for _ in range(most):
            letter = self.take(now)
            if letter is None:
                return
            yield letter

    def wait(self, now: float) -> float | None:
        """Seconds until a letter may go: 0 now, None where none is left."""
        if self._ready:
            return 0.0
        return max(0.0, self._later[0][0] - now) if self._later else None

    def __len__(self) -> int:
        return len(self._later) + len(self._ready)
