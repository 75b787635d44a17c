"""Addresses that no send passes, as salted digests: forgetting a person must not forget that she wants no mail.

The list belongs to the installation: who asked one campaign to be left alone is left alone by all.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, insert, select, update

from mobilize.store.schema import ledger, letters, plans, suppression

#: Digests looked up in one statement: SQLite takes 32,766 values, PostgreSQL 65,535.
_AT_ONCE = 5_000


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
    kept = salted(_salt(connection), digest)
    if not connection.execute(select(suppression).where(suppression.c.address_digest == kept)).first():
        connection.execute(insert(suppression).values(address_digest=kept, reason=reason, source=source, at=now))


#: Built once: delivery asks with every page that it writes.
_SALT = select(ledger.c.salt)
_AMONG = select(suppression.c.address_digest, suppression.c.reason).where(
    suppression.c.address_digest.in_(bindparam("these", expanding=True))
)


def suppressed(connection: Connection, digests: Sequence[str]) -> dict[str, str]:
    """Which of these address digests are on the list: digest -> reason."""
    salt = str(connection.execute(_SALT).scalar_one())
    found = {}
    for start in range(0, len(digests), _AT_ONCE):
        # A ledger from before digests were salted keeps them as they are until somebody is added.
        group = {way: each for each in digests[start : start + _AT_ONCE] for way in (each, salted(salt, each))}
        rows = connection.execute(_AMONG, {"these": list(group)})
        found.update({group[row.address_digest]: row.reason for row in rows})
    return found


def salted(salt: str, digest: str) -> str:
    """A digest as the list keeps it: a table of known addresses, digested beforehand, does not open it."""
    return "s" + hashlib.sha256(f"{salt}:{digest}".encode()).hexdigest()[:63]


def _salt(connection: Connection) -> str:
    """The ledger's own salt, made when it is first needed; all that stands in the list is then salted with it."""
    salt = str(connection.execute(select(ledger.c.salt)).scalar_one())
    if salt:
        return salt
    salt = secrets.token_hex(16)
    connection.execute(update(ledger).values(salt=salt))
    for digest in list(connection.execute(select(suppression.c.address_digest)).scalars()):
        own = suppression.c.address_digest == digest
        connection.execute(update(suppression).where(own).values(address_digest=salted(salt, digest)))
    return salt


def forget(connection: Connection, address: str, *, source: str, now: dt.datetime) -> int:
    """Leave of an address what keeps it from being written to again, and no digest that could be looked up.

    Returns how many letters to it there were.
    """
    digest = address_digest(address)
    suppress_digest(connection, digest, reason="by_hand", source=source, now=now)
    kept = salted(_salt(connection), digest)
    gone = connection.execute(update(letters).where(letters.c.address_digest == digest).values(address_digest=kept))
    connection.execute(update(plans).where(plans.c.partner_digest == digest).values(partner_digest=kept))
    return gone.rowcount


def letters_to(connection: Connection, address: str) -> list[tuple[str, str, dt.datetime]]:
    """Letters whose first reader this address was, of every campaign: id, state, when that last changed."""
    chosen = select(letters.c.letter, letters.c.state, letters.c.changed_at)
    rows = connection.execute(chosen.where(letters.c.address_digest == address_digest(address)))
    return [(row.letter, row.state, row.changed_at) for row in rows]
