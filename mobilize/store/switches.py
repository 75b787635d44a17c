"""Switches that a person turns from another terminal; every program looks at them before each letter."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select

from mobilize.store.schema import switches


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Who turned it, and when."""

    by: str
    at: dt.datetime


#: Built once: delivery asks with every page that it writes.
_PAUSED = select(switches.c.by, switches.c.at).where(
    switches.c.campaign == bindparam("of"), switches.c.name == "paused"
)


def paused(connection: Connection, campaign: str) -> Switch | None:
    """Who paused sending; None: nobody did."""
    row = connection.execute(_PAUSED, {"of": campaign}).first()
    return Switch(by=row.by, at=row.at) if row else None


def pause(connection: Connection, campaign: str, *, by: str, now: dt.datetime) -> bool:
    """Pause sending. False: it was paused already."""
    if paused(connection, campaign) is not None:
        return False
    connection.execute(insert(switches).values(campaign=campaign, name="paused", by=by, at=now))
    return True


def resume(connection: Connection, campaign: str) -> bool:
    """Go on. False: it was not paused."""
    gone = connection.execute(delete(switches).where(switches.c.campaign == campaign, switches.c.name == "paused"))
    return gone.rowcount == 1
