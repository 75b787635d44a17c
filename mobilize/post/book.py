"""Who holds letters, which of them may go, and what becomes of those whose program died."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Connection, and_, case, or_, select, update

from mobilize.errors import LedgerUnusable
from mobilize.post.states import State
from mobilize.store.schema import letters


def may_go(now: dt.datetime) -> ColumnElement[bool]:
    """Letters whose moment has come: queued ones that wait for none, or for one that has passed, and deferred ones."""
    return or_(
        and_(letters.c.state == State.QUEUED.value, or_(letters.c.due_at.is_(None), letters.c.due_at <= now)),
        and_(letters.c.state == State.DEFERRED.value, letters.c.due_at <= now),
    )


def holders(connection: Connection, campaign: str) -> set[str]:
    """Who holds letters now: processes that run, and processes that died."""
    rows = connection.execute(
        select(letters.c.holder).where(letters.c.campaign == campaign, letters.c.state == State.SENDING).distinct()
    )
    return {row.holder for row in rows}


#: A try that was none does not start the clock.
_FIRST_IS_FORGOTTEN = case((letters.c.attempts > 1, letters.c.tried_since), else_=None)


def recover(connection: Connection, campaign: str, dead: Collection[str], *, now: dt.datetime) -> tuple[int, int]:
    """Take back what processes held that died: queued again, or in doubt where the text was being handed over.

    Returns (queued again, in doubt).
    """
    orphaned = and_(letters.c.campaign == campaign, letters.c.state == State.SENDING, letters.c.holder.in_(dead))
    doubt = connection.execute(
        update(letters)
        .where(orphaned, letters.c.handed_over.is_(True))
        .values(
            state=State.IN_DOUBT.value,
            holder=None,
            changed_at=now,
            reason="the program ended after the text was handed over and before the server's answer",
        )
    )
    again = connection.execute(
        update(letters)
        .where(orphaned, letters.c.handed_over.is_(False))
        .values(
            state=State.QUEUED.value,
            holder=None,
            attempts=letters.c.attempts - 1,
            tried_since=_FIRST_IS_FORGOTTEN,
            changed_at=now,
        )
    )
    return again.rowcount, doubt.rowcount


def all_of_them(count: int, which: Sequence[str]) -> None:
    """Refuse to go on where fewer letters were changed than were held. Raises LedgerUnusable."""
    if count != len(which):
        raise LedgerUnusable(
            f"of letters {' '.join(which)}, another program changed one while this one was sending it",
            hint="run the same command again: each is in doubt, or waits",
        )
