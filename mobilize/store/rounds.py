"""How a round was last planned, so that an interrupted one can be gone on with at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from mobilize.store.schema import rounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A round, as it was last planned whole."""

    #: Digest over all that its letters are made from.
    seal: str
    #: Lines of contacts.csv with the ministers that letters to others may enclose a letter to.
    ministers: frozenset[int]
    planned_at: dt.datetime


def note(
    connection: Connection, campaign: str, round: int, *, seal: str, ministers: Sequence[int], now: dt.datetime
) -> None:
    """Note how a round was planned, in the transaction that queues its letters."""
    forget(connection, campaign, round)
    lines = " ".join(str(line) for line in ministers)
    made = insert(rounds).values(campaign=campaign, round=round, seal=seal, ministers=lines, planned_at=now)
    connection.execute(made)


def forget(connection: Connection, campaign: str, round: int) -> None:
    """Forget how a round was planned."""
    connection.execute(delete(rounds).where(rounds.c.campaign == campaign, rounds.c.round == round))


def noted(connection: Connection, campaign: str, round: int) -> Noted | None:
    """How a round was last planned; None: it was not, or only a part of it was planned since."""
    row = connection.execute(select(rounds).where(rounds.c.campaign == campaign, rounds.c.round == round)).first()
    if row is None:
        return None
    lines = frozenset(int(line) for line in row.ministers.split())
    return Noted(seal=row.seal, ministers=lines, planned_at=row.planned_at)
