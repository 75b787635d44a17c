"""One slot a key: from when the next letter may go. A rate that holds across programs and machines.

The slot is read and moved in one transaction that holds the write lock; who reads it next sees it moved. Pace belongs
to the installation: two campaigns that send through one relay share its limits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import postgresql

from mobilize.store.schema import attempts, pace


def read(connection: Connection, keys: Sequence[str]) -> Mapping[str, float]:
    """Key -> moment (seconds since 1970) from which the next may go; a key without one is absent.

    On PostgreSQL the rows stay locked until the transaction ends, in the order of their keys so that no two programs
    wait for each other; a row that is not there is made, as it could not be locked. On SQLite the whole ledger is.
    """
    if connection.dialect.name == "postgresql":
        for key in sorted(keys):
            connection.execute(postgresql.insert(pace).values(key=key, next_at=0.0).on_conflict_do_nothing())
    chosen = select(pace.c.key, pace.c.next_at).where(pace.c.key.in_(keys)).order_by(pace.c.key)
    rows = connection.execute(chosen.with_for_update())
    return {row.key: row.next_at for row in rows}


def move(connection: Connection, booked: Mapping[str, float]) -> None:
    """Move slots: key -> moment from which the next may go."""
    for key, moment in booked.items():
        moved = connection.execute(update(pace).where(pace.c.key == key).values(next_at=moment))
        if moved.rowcount == 0:
            connection.execute(insert(pace).values(key=key, next_at=moment))


def latest_tries(connection: Connection, count: int, since: dt.datetime) -> list[dt.datetime]:
    """When the latest tries were, of all campaigns, newest first: at most so many, none before `since`."""
    rows = connection.execute(
        select(attempts.c.at).where(attempts.c.at > since).order_by(attempts.c.at.desc()).limit(count)
    )
    return [row.at for row in rows]
