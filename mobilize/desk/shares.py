"""A reader's share of the pages where several machines serve them, and whether this one can serve them now."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets

from mobilize.errors import LedgerUnusable
from mobilize.installation import Installation
from mobilize.store import shares

#: Of so many questions, one tidies up.
_TIDY = 200


def take(installation: Installation, what: str, client: str, *, many: int, a_minute: float, now: dt.datetime) -> bool:
    """Take one from a reader's share; False where it is used up.

    what is kept is a digest under the installation's secret and the day, and only until the share is whole again.
    """
    whom = hmac.new(installation.secret, f"share:{now:%Y-%m-%d}:{client}".encode(), hashlib.sha256).hexdigest()[:24]
    moment = now.timestamp()
    try:
        with installation.store.aside() as connection:
            if secrets.randbelow(_TIDY) == 0:
                shares.forget(connection, moment)
            return shares.take(connection, f"{what}:{whom}", many=many, a_minute=a_minute, now=moment)
    except LedgerUnusable:
        # What needs the ledger says so itself; the rest can be served.
        return True


def are_shared(installation: Installation) -> bool:
    """Whether other machines may serve the same pages."""
    return installation.store.path is None


def trouble(installation: Installation) -> str:
    """Why the pages cannot be served now; empty: they can."""
    try:
        with installation.store.reading() as connection:
            connection.exec_driver_sql("SELECT 1 FROM ledger")
    except LedgerUnusable:
        return "the ledger does not answer"
    return ""
