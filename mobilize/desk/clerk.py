"""The clerk of a program that sends: writes page after page, over one connection to the ledger that is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from mobilize.installation import Installation
from mobilize.post import page_postgresql, page_sqlite
from mobilize.post.notes import Page, Taken, Wanted
from mobilize.store import witness
from mobilize.store.pen import Deed, Done, Pen
from mobilize.store.quill import Do, Quill


@dataclass(slots=True)
class Clerk:
    """Writes the pages of one holder, one after the other. Close it at the end."""

    installation: Installation
    holder: str
    now: Callable[[], dt.datetime]
    #: Name of the ledger, whose count is kept outside it too; empty: in a sandbox, where nothing leaves.
    witness: str
    _pen: Pen | Quill = field(init=False)

    def __post_init__(self) -> None:
        store = self.installation.store
        self._pen = Quill(store) if store.path is not None else Pen(store)

    def write(self, page: Page, wanted: Wanted) -> Taken:
        """Write a page but for the turns that it books, durable when it returns; `wanted` stands for what it claims.

        Raises LedgerUnusable: nothing of it was kept.
        """
        if not (wanted or page.settled or page.put_back or page.handed_over):
            return Taken()
        pen = self._pen
        taken = self._on_sqlite(pen, page, wanted) if isinstance(pen, Quill) else self._on_postgresql(pen, page, wanted)
        if taken.count and self.witness:
            witness.keep(witness.here(), self.witness, taken.count)
        return taken

    def close(self) -> None:
        """Give the connection back."""
        self._pen.close()

    def _on_sqlite(self, quill: Quill, page: Page, wanted: Wanted) -> Taken:
        def work(do: Do) -> Taken:
            return page_sqlite.write(
                do,
                self.installation.campaign.slug,
                self.holder,
                page,
                wanted,
                host=self.installation.settings.smtp_host,
                now=self.now(),
                counts=bool(self.witness),
            )

        return quill.surely(work)

    def _on_postgresql(self, pen: Pen, page: Page, wanted: Wanted) -> Taken:
        done: list[Deed] = []
        moment = self.now()

        def lot() -> list[Deed]:
            nonlocal moment
            moment = self.now()
            done[:] = page_postgresql.deeds(
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
            return page_postgresql.read(done, answers, wanted, now=moment)

        return pen.surely(lot, read)


@contextmanager
def hired(
    installation: Installation, holder: str, *, now: Callable[[], dt.datetime], witness: str = ""
) -> Iterator[Clerk]:
    """Have a clerk, and close it at the end."""
    clerk = Clerk(installation=installation, holder=holder, now=now, witness=witness)
    try:
        yield clerk
    finally:
        clerk.close()
