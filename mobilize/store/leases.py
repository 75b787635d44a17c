"""Leases on PostgreSQL: how programs on many machines know of each other that one has died.

A program holds letters under a name, and its lease says until when it is alive, by the clock of the database. It
renews the lease from a thread of its own; one that stops doing so is taken for dead once the lease has run out, and
its letters are taken back. One that was only asleep finds that out at its next write, which names the holder and fails.
"""

from __future__ import annotations

import datetime as dt
import secrets
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, func, insert, select, text, update

from mobilize.errors import LedgerUnusable
from mobilize.store.engine import Store
from mobilize.store.schema import leases, ledger

#: Seconds that a lease lasts. Long enough for a database that starts anew or a machine that stutters, short enough that
#: nobody asks where the letters of a dead program are.
LASTS = 120.0

#: A lease is renewed after this part of it.
_PART = 1 / 6

#: After so long nobody wonders any more what became of a program.
_REMEMBERED = dt.timedelta(hours=1)

_NOW = text("SELECT clock_timestamp() AT TIME ZONE 'UTC'")


@dataclass(slots=True, kw_only=True)
class Lease:
    """One program's lease, renewed as long as it runs."""

    store: Store
    holder: str
    #: Seconds.
    lasts: float = LASTS
    #: What the clock of the database shows beyond this machine's.
    ahead: dt.timedelta = dt.timedelta()
    _over: threading.Event = field(default_factory=threading.Event)

    def renew(self) -> None:
        """Say that the program lives. Raises LedgerUnusable."""
        with self.store.aside() as connection:
            before = dt.datetime.now(dt.UTC)
            moment = now(connection)
            self.ahead = moment - before
            values = {"until": moment + dt.timedelta(seconds=self.lasts)}
            if not connection.execute(update(leases).where(leases.c.holder == self.holder).values(**values)).rowcount:
                fresh = insert(leases).values(holder=self.holder, began_at=moment, claims=0, **values)
                connection.execute(fresh)

    def keep(self) -> None:
        """Renew it again and again, until the end."""
        while not self._over.wait(self.lasts * _PART):
            # While the database is away nobody else can take the lease for run out either.
            with suppress(LedgerUnusable):
                self.renew()

    def end(self) -> None:
        """Give the lease back: the program has ended as it should."""
        self._over.set()
        with suppress(LedgerUnusable), self.store.sharing() as (connection, _number):
            forget(connection, [self.holder, *_long_gone(connection)])


@contextmanager
def leased(store: Store, *, lasts: float = LASTS) -> Iterator[Lease]:
    """Hold a lease under a new name. Raises LedgerUnusable where even the first cannot be written."""
    lease = Lease(store=store, holder=secrets.token_hex(8), lasts=lasts)
    lease.renew()
    thread = threading.Thread(target=lease.keep, daemon=True, name="lease")
    thread.start()
    try:
        yield lease
    finally:
        lease.end()
        thread.join()


def _long_gone(connection: Connection) -> list[str]:
    """Programs that died: a lease that is not there says the same as one that has run out."""
    old = select(leases.c.holder).where(leases.c.until < now(connection) - _REMEMBERED)
    return [row.holder for row in connection.execute(old)]


def now(connection: Connection) -> dt.datetime:
    """This moment by the clock of the database, which all machines share."""
    found: dt.datetime = connection.execute(_NOW).scalar_one()
    return found.replace(tzinfo=dt.UTC)


def dead(connection: Connection, holders: Collection[str]) -> frozenset[str]:
    """Those of these names whose lease has run out, or that have none."""
    living = select(leases.c.holder).where(leases.c.holder.in_(holders), leases.c.until > now(connection))
    return frozenset(holders) - {row.holder for row in connection.execute(living)}


def forget(connection: Connection, holders: Collection[str]) -> None:
    """Remove leases; what their programs claimed is counted in the ledger from now on."""
    gone = connection.execute(delete(leases).where(leases.c.holder.in_(holders)).returning(leases.c.claims)).all()
    if gone:
        claimed = sum(row.claims for row in gone)
        connection.execute(update(ledger).values(claims=ledger.c.claims + claimed))


def claims(connection: Connection) -> int:
    """How many letters all programs ever claimed."""
    running = select(func.coalesce(func.sum(leases.c.claims), 0)).scalar_subquery()
    return int(connection.execute(select(ledger.c.claims + running)).scalar_one())
