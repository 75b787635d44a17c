"""Addresses that no send passes, kept as digests: forgetting a person must not forget that she asked to be left alone.

The list belongs to the installation: who asked one campaign to be left alone is left alone by all.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, insert, select

from mobilize.store.schema import suppression

#: Digests looked up in one statement: SQLite takes 32,766 values, PostgreSQL 65,535.
_AT_ONCE = 10_000


def address_digest(address: str) -> str:
    """Digest an address so that it can be compared and not read: SHA-256 of its lower-case form.

    Letter case counts in no mailbox that anyone has met (RFC 5321 2.4 lets it), and twice is worse than not at all.
    """
    return hashlib.sha256(address.strip().casefold().encode()).hexdigest()


def suppress(connection: Connection, address: str, *, reason: str, source: str, now: dt.datetime) -> None:
    """Put an address on the list. The first reason stays."""
    suppress_digest(connection, address_digest(address), reason=reason, source=source, now=now)


def suppress_digest(connection: Connection, digest: str, *, reason: str, source: str, now: dt.datetime) -> None:
    """The same of an address of which only the digest is known."""
    if not connection.execute(select(suppression).where(suppression.c.address_digest == digest)).first():
        connection.execute(insert(suppression).values(address_digest=digest, reason=reason, source=source, at=now))


#: Built once: delivery asks with every page that it writes.
_AMONG = select(suppression.c.address_digest, suppression.c.reason).where(
    suppression.c.address_digest.in_(bindparam("these", expanding=True))
)


def suppressed(connection: Connection, digests: Sequence[str]) -> dict[str, str]:
    """Which of these address digests are on the list: digest -> reason."""
    found = {}
    for start in range(0, len(digests), _AT_ONCE):
        group = digests[start : start + _AT_ONCE]
        rows = connection.execute(_AMONG, {"these": group})
        found.update({row.address_digest: row.reason for row in rows})
    return found
