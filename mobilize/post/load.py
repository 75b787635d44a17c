"""How hard the server may be pressed now: connections at once, a pause where it asked for one, and the circuit.

A value that changes with what the server does; no clock and no chance of its own: moments are seconds, passed in.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Failures in a row after which the server is left alone for a while. A relay that restarts fails two or three times.
OPENS_AFTER = 5

#: Seconds that it is then left alone: the first time, and the most.
FIRST_REST, LONGEST_REST = 30.0, 900.0

#: Seconds of pause after "too many connections", "slow down": the first, and the most.
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 120.0

#: Letters a connection that must go well before one more connection is tried again.
PATIENCE = 20


@dataclass(slots=True, kw_only=True)
class Load:
    """What a server bears, as learned in this run."""

    #: Connections that were asked for.
    most: int
    #: Connections that it bears now.
    allowed: int = 0
    #: Nothing goes before this moment (seconds).
    not_before: float = 0.0
    #: Failures in a row.
    failures: int = 0
    #: How often in a row the circuit opened.
    opened: int = 0
    #: Letters that it took on one connection before it closed it; None: not known to have a limit.
    letters_a_connection: int | None = None
    _well: int = 0
    _throttled: int = 0

    def __post_init__(self) -> None:
        self.allowed = self.allowed or self.most

    def worked(self) -> None:
        """A letter was answered as it should be, whatever the answer said of the letter."""
        self.failures = self.opened = 0
        self._well += 1
        if self._well >= PATIENCE * self.allowed:
            self._well = 0
            self._throttled = 0
            self.allowed = min(self.most, self.allowed + 1)

    def throttled(self, now: float, chance: float) -> float:
        """The server said "too many": half the connections, and a pause. Returns the pause in seconds."""
        self.allowed = max(1, self.allowed // 2)
        self._well = 0
        pause = _grown(FIRST_PAUSE, self._throttled, LONGEST_PAUSE, chance)
        self._throttled += 1
        self.not_before = max(self.not_before, now + pause)
        return pause

    def broke(self, now: float, chance: float) -> float | None:
        """The server did not answer, or not as a mail server does.

        Returns None, or the seconds for which it is now left alone because it failed so often in a row.
        """
        self.failures += 1
        self._well = 0
        if self.failures < OPENS_AFTER:
            # A short breath in any case: a server that restarts is back in a second or two.
            self.not_before = max(self.not_before, now + 0.2 * 2**self.failures)
            return None
        rest = _grown(FIRST_REST, self.opened, LONGEST_REST, chance)
        self.opened += 1
        # One more failure opens it again: after a rest, one connection tries for all.
        self.failures = OPENS_AFTER - 1
        self.allowed = 1
        self.not_before = max(self.not_before, now + rest)
        return rest

    def closed_after(self, carried: int) -> None:
        """The server closed a connection that had carried so many letters: carry fewer from now on (complaints A 9)."""
        if carried and (self.letters_a_connection is None or carried < self.letters_a_connection):
            self.letters_a_connection = carried


def _grown(first: float, times: int, most: float, chance: float) -> float:
    """Double with each time, up to the most; spread by a quarter so that programs do not come back all at once."""
    return float(min(first * 2 ** min(times, 16), most) * (0.75 + 0.5 * chance))
