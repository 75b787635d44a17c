"""What was worked out from the ledger, kept until something is written to it: fifty people look at one board."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar

from mobilize.installation import Installation
from mobilize.store.watch import Watch

T = TypeVar("T")

#: Values kept at most, those made last: a list has up to a megabyte.
_MOST = 24


@dataclass(slots=True)
class Memory:
    """Values by name, each with the mark of the ledger at which it was made."""

    installation: Installation
    _watch: Watch = field(init=False)
    _kept: dict[Hashable, tuple[str, object]] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self._watch = self.installation.store.watch()

    def mark(self) -> str:
        """The mark of the ledger at this moment."""
        return self._watch.mark()

    def known(self, name: Hashable) -> object | None:
        """The value kept under a name, if it is of this moment: some 10 us, so no thread. None: it is to be made."""
        found = self._kept.get(name)
        return found[1] if found is not None and found[0] == self.mark() else None

    def of(self, name: Hashable, make: Callable[[], T]) -> T:
        """Give the value kept under a name, or make it where the ledger was written to since.

        name: says all that the value depends on beside the ledger (the day, a filter, a role). One thread makes, the
        others wait for it.
        """
        mark = self.mark()
        found = self._kept.get(name)
        if found is None or found[0] != mark:
            with self._lock:
                mark = self.mark()
                found = self._kept.get(name)
                if found is None or found[0] != mark:
                    found = (mark, make())
                    self._kept.pop(name, None)
                    self._kept[name] = found
                    while len(self._kept) > _MOST:
                        del self._kept[next(iter(self._kept))]
        return found[1]  # type: ignore[return-value]  # a name is used for one kind of value alone

    def close(self) -> None:
        """Forget all, and give back what it holds."""
        self._kept.clear()
        self._watch.close()
