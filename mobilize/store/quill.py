"""A connection to SQLite that is kept for what is written again and again: each lot in one transaction.

Its statements are text and take whole lists, as JSON: each call of the driver lets go of the interpreter and has to
wait for it again, beside connections that are busy, and that waiting took longer than the work (docs/decisions/142).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from mobilize.store.engine import Store, in_plain_words
from mobilize.store.pen import Deed, Done

T = TypeVar("T")

#: Does one statement of a lot, and says what the database answered. Lists among its values are to be JSON.
Do = Callable[[Deed], Done]


@dataclass(slots=True)
class Quill:
    """Writes lots beside others that wait for SQLite's one write lock. One thread at a time."""

    store: Store
    _link: sqlite3.Connection | None = field(default=None, repr=False)

    def surely(self, work: Callable[[Do], T]) -> T:
        """Do work in one transaction, durable when it returns. Raises LedgerUnusable: nothing of it was kept."""
        with _plainly(self.store):
            link = self._linked()
            link.execute("BEGIN IMMEDIATE")
            try:
                done = work(lambda deed: _done(link, deed))
                link.execute("COMMIT")
            except BaseException:
                # A connection whose transaction failed is not used again; what it began goes with it.
                self.close()
                raise
            return done

    def _linked(self) -> sqlite3.Connection:
        if self._link is None:
            connection = self.store.engine.raw_connection()
            link = connection.driver_connection
            assert isinstance(link, sqlite3.Connection)
            # From now on it is ours alone, with the settings that each connection is opened with (engine.py).
            connection.detach()
            self._link = link
        return self._link

    def close(self) -> None:
        """Give the connection up; the next lot opens another."""
        if self._link is not None:
            link, self._link = self._link, None
            link.close()


def _done(link: sqlite3.Connection, deed: Deed) -> Done:
    cursor = link.execute(deed.statement, deed.values)
    return Done(count=cursor.rowcount, rows=cursor.fetchall() if cursor.description is not None else ())


@contextmanager
def _plainly(store: Store) -> Iterator[None]:
    """Say in plain words what SQLite says in its own; its statements and values are never shown."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        lost = isinstance(error, sqlite3.OperationalError)
        raise in_plain_words(store.path, error, lost=lost) or error from None
