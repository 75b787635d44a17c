"""The clerk of a program that sends over PostgreSQL: writes page after page, over one connection that is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mobilize.installation import Installation
from mobilize.post import at_once
from mobilize.post.at_once import Taken, Wanted
from mobilize.post.notes import Page
from mobilize.store import witness
from mobilize.store.pen import Deed, Done, Pen


@dataclass(slots=True)
class Clerk:
    """Writes the pages of one holder, one after the other. Close it at the end."""

    installation: Installation
    holder: str
    now: Callable[[], dt.datetime]
    #: Name of the ledger, whose count is kept outside it too; empty: in a sandbox, where nothing leaves.
    witness: str
    _pen: Pen = field(init=False)

    def __post_init__(self) -> None:
        self._pen = Pen(self.installation.store)

    def write(self, page: Page, wanted: Wanted) -> Taken:
        """Write a page that books no turns, durable when it returns; what it is to claim stands in `wanted`.

        Raises LedgerUnusable: nothing of it was kept.
        """
        taken = self._written(page, wanted)
        if taken.count and self.witness:
            witness.keep(witness.here(), self.witness, taken.count)
        return taken

    def close(self) -> None:
        """Give the connection back."""
        self._pen.close()

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
