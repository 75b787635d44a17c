"""The clerk of a program that sends over PostgreSQL: writes the pages of all its shards, over one connection.

Pages that come while one is written go with the next: two shards in hand share a commit as two connections of one do.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields

from mobilize.installation import Installation
from mobilize.post import at_once
from mobilize.post.at_once import Taken, Wanted
from mobilize.post.notes import Page
from mobilize.store import witness
from mobilize.store.pen import Deed, Done, Pen


@dataclass(slots=True)
class _Slip:
    """A page, and what came of it."""

    page: Page
    wanted: Wanted
    taken: Taken | None = None
    error: Exception | None = None


@dataclass(slots=True)
class Clerk:
    """Writes pages of one holder, from as many threads as like. Close it at the end."""

    installation: Installation
    holder: str
    now: Callable[[], dt.datetime]
    #: Name of the ledger, whose count is kept outside it too; empty: in a sandbox, where nothing leaves.
    witness: str
    _pen: Pen = field(init=False)
    _waiting: list[_Slip] = field(default_factory=list)
    #: Held as long as it takes to look at `_waiting`; and as long as a page is written.
    _looking: threading.Lock = field(default_factory=threading.Lock)
    _writing: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._pen = Pen(self.installation.store)

    def write(self, page: Page, wanted: Wanted) -> Taken:
        """Write a page that books no turns, durable when it returns; what it claims stands in `wanted`.

        Returns what was claimed, for this page and perhaps for others too. Raises LedgerUnusable: nothing was kept.
        """
        slip = _Slip(page, wanted)
        with self._looking:
            self._waiting.append(slip)
        with self._writing:
            with self._looking:
                # Empty where another thread has just written this page with its own.
                slips, self._waiting = self._waiting, []
            if slips:
                self._write(slips)
        if slip.error is not None:
            raise slip.error
        assert slip.taken is not None
        return slip.taken

    def close(self) -> None:
        """Give the connection back."""
        with self._writing:
            self._pen.close()

    def _write(self, slips: Sequence[_Slip]) -> None:
        try:
            taken = self._written(_together([each.page for each in slips]), _all_wanted(slips))
            if taken.count and self.witness:
                witness.keep(witness.here(), self.witness, taken.count)
        except Exception as error:  # noqa: BLE001 - whoever waits for a page gets it
            for each in slips:
                each.error = error
        else:
            for each in slips:
                each.taken = taken

    def _written(self, page: Page, wanted: Wanted) -> Taken:
        done: list[Deed] = []
        moment = self.now()

        def lot() -> list[Deed]:
            nonlocal moment
            moment = self.now()
            done[:] = at_once.deeds(
                self.installation.campaign.slug,
                self.holder,
                page,
                wanted,
                host=self.installation.settings.smtp_host,
                now=moment,
                counts=bool(self.witness),
            )
            return done

        def read(answers: Sequence[Done]) -> Taken:
            return at_once.read(done, answers, wanted, now=moment)

        return self._pen.surely(lot, read)


def _together(pages: Sequence[Page]) -> Page:
    if len(pages) == 1:
        return pages[0]
    whole = Page()
    for page in pages:
        for each in fields(Page):
            getattr(whole, each.name).extend(getattr(page, each.name))
    return whole


def _all_wanted(slips: Sequence[_Slip]) -> Wanted:
    return {letter: digests for slip in slips for letter, digests in slip.wanted.items()}
