"""Change the key that mail is encrypted with at rest, and let the old one go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from cryptography.fernet import Fernet

from mobilize.desk import inbox
from mobilize.errors import KeyMissing
from mobilize.installation import Installation
from mobilize.store import people, scour
from mobilize.store import rotate as rows
from mobilize.store import words as index


def new() -> str:
    """Make a key for MOBILIZE_KEY."""
    return Fernet.generate_key().decode()


def rotate(
    installation: Installation, *, by: str, now: dt.datetime, told: Callable[[str, int], None]
) -> dict[str, tuple[int, int]]:
    """Encrypt everything with the newest key, hash the index of words under it, and leave nothing of before.

    told: called after each batch with a table's name and how many of its rows were looked at. A run that was broken
    off goes on where it was. Returns table -> (rows, encrypted anew). Raises KeyMissing: no key is set, or none opens
    a row.
    """
    if not installation.seal.closes:
        raise KeyMissing("MOBILIZE_KEY is not set", hint="`mobilize keys new` makes one; put it into .env")
    found: dict[str, tuple[int, int]] = {}
    for step in rows.rotate(installation.store, installation.seal):
        looked, done = found.get(step.what, (0, 0))
        found[step.what] = (looked + step.rows, done + step.sealed)
        told(step.what, found[step.what][0])
    again = inbox.find_by_words(installation, all_keys=False)
    found["words"] = (again, again)
    with installation.store.writing() as connection:
        index.sweep(connection)
        people.note(connection, who=by, what="keys_rotated", now=now)
    # Pages of the ledger and its log still hold what the old key opens.
    scour.scour(installation.store)
    return found
