"""A connection to PostgreSQL that is kept for what is written again and again: each lot in one go, and one commit.

All statements of a lot travel together and their answers come back together (libpq's pipeline), so that a page of notes
waits for the database twice and not a dozen times; and they are text, so that nothing has to be built anew for them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from mobilize.errors import LedgerUnusable
from mobilize.store.engine import PATIENCE, TOGETHER, Store, in_plain_words, plainly

if TYPE_CHECKING:
    import psycopg

T = TypeVar("T")

#: Statements of a millisecond: to compile one would take a hundred.
_SMALL = "SET jit = off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One statement of a lot."""

    #: With names of values as %(name)s.
    statement: str
    values: Mapping[str, object]
    #: Ids of rows of which it must change each; empty: it may change as many as it finds.
    all_of: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What the database said to a deed."""

    #: Rows that it changed or found.
    count: int
    #: Those that it gave back.
    rows: Sequence[tuple[object, ...]]


@dataclass(slots=True)
class Pen:
    """Writes lots beside others that share the ledger (`Store.sharing`). One thread at a time."""

    store: Store
    _link: psycopg.Connection[tuple[object, ...]] | None = field(default=None, repr=False)

    def surely(
        self, lot: Callable[[], Sequence[Deed]], read: Callable[[Sequence[Done]], T], *, patience: float = PATIENCE
    ) -> T:
        """Write a lot in one transaction, once, though the database goes away in the middle and comes back.

        lot: may be asked again; then nothing of what it gave before was kept. read: makes what is returned of the
        answers, before they are kept; where it raises, they are not. patience: seconds to wait.
        Raises LedgerUnusable as `Store.surely` does.
        """
        end = time.monotonic() + patience
        while True:
            number: int | None = None
            done: list[T] = []
            try:
                with plainly(None), _drivers_own():
                    link = self._linked()
                    number, answers = _sent(link, lot())
                    done.append(read(answers))
                    link.commit()
                return done[0]
            except LedgerUnusable as error:
                self.close()
                if not error.away:
                    raise
                # The answer to COMMIT may be what was lost: then it is done, and must not be done again.
                if self.store.is_kept_at_last(number if done else None, end, error):
                    return done[0]
            except BaseException:
                self.close()
                raise

    def _linked(self) -> psycopg.Connection[tuple[object, ...]]:
        if self._link is None:
            connection = self.store.engine.raw_connection()
            link: psycopg.Connection[tuple[object, ...]] | None = connection.driver_connection
            assert link is not None
            # From now on it is ours alone: it does not go back to the others with our settings.
            connection.detach()
            link.execute(_SMALL)
            link.commit()
            self._link = link
        return self._link

    def close(self) -> None:
        """Give the connection up; the next lot opens another."""
        if self._link is not None:
            link, self._link = self._link, None
            link.close()


@contextmanager
def _drivers_own() -> Iterator[None]:
    """The same for errors that come without SQLAlchemy around them."""
    import psycopg  # noqa: PLC0415 - the extra `fleet`

    try:
        yield
    except psycopg.Error as error:
        raise in_plain_words(None, error, lost=isinstance(error, psycopg.OperationalError)) or error from None


def _sent(link: psycopg.Connection[tuple[object, ...]], lot: Sequence[Deed]) -> tuple[int, list[Done]]:
    """Send a lot, in a transaction that is left open. Returns its number, and what was answered."""
    first, cursors = link.cursor(), [link.cursor() for _ in lot]
    with link.pipeline():
        first.execute(TOGETHER)
        for cursor, deed in zip(cursors, lot, strict=True):
            cursor.execute(deed.statement, deed.values)
    row = first.fetchone()
    assert row is not None
    number = row[0]
    assert isinstance(number, int)
    return number, [
        Done(count=each.rowcount, rows=each.fetchall() if each.description is not None else ()) for each in cursors
    ]
