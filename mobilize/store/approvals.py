"""Approvals: who said that which letters may go, and how each letter was then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from mobilize.store.schema import approvals, approved


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """One letter's latest approval."""

    seal: str
    by: str
    at: dt.datetime


def add(
    connection: Connection,
    campaign: str,
    round: int,
    *,
    by: str,
    hash: str,  # noqa: A002 - the field's own word
    seals: Mapping[str, str],
    now: dt.datetime,
) -> None:
    """Write an approval down. seals: letter -> its seal."""
    made = connection.execute(insert(approvals).values(campaign=campaign, round=round, by=by, at=now, hash=hash))
    key = made.inserted_primary_key
    assert key is not None
    if seals:
        rows = [{"number": key[0], "letter": letter, "seal": seal} for letter, seal in seals.items()]
        connection.execute(insert(approved), rows)


def of_round(connection: Connection, campaign: str, round: int) -> Mapping[str, Approved]:
    """Letter -> its latest approval in a round."""
    rows = connection.execute(
        select(approved.c.letter, approved.c.seal, approvals.c.by, approvals.c.at)
        .join(approvals, approvals.c.number == approved.c.number)
        .where(approvals.c.campaign == campaign, approvals.c.round == round)
        .order_by(approvals.c.number)
    )
    return {row.letter: Approved(seal=row.seal, by=row.by, at=row.at) for row in rows}
