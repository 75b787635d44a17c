"""What a person does with the ledger's database: bring it up, copy it."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from mobilize import settings as environment
from mobilize.desk.ledger import dead_beside
from mobilize.errors import LedgerUnusable, Refused, SettingsWrong
from mobilize.installation import LEDGER_FOLDER
from mobilize.post import workers
from mobilize.store import copy as copying
from mobilize.store import leases, queue
from mobilize.store.copy import Copied
from mobilize.store.engine import Store, bring_up, open_store

#: What a person writes for the campaign folder's own file, and for the database that DATABASE_URL names.
FOLDER, DATABASE = "folder", "database"

#: Seconds between two looks whether the database answers by now.
_AGAIN = 0.5


def upgrade(folder: Path, *, now: dt.datetime, patience: float = 0) -> tuple[int | None, int]:
    """Bring the ledger of a campaign folder up: its own file, or the database that DATABASE_URL names.

    On PostgreSQL the tables of the workers' queue are made as well. patience: seconds to wait for a database that does
    not answer yet. Returns the version before (None: there was no ledger) and now. Raises LedgerUnusable.
    """
    where = _where(folder, DATABASE if _url(folder) else FOLDER)
    end = time.monotonic() + patience
    while True:
        try:
            found = bring_up(where, now=now)
            break
        except LedgerUnusable as error:
            if not error.away or time.monotonic() >= end:
                raise
            time.sleep(_AGAIN)
    if isinstance(where, str):
        queue.bring_up(where)
    return found


def copy(
    folder: Path, source: str, target: str, *, told: Callable[[str, int, int], None], now: dt.datetime
) -> list[Copied]:
    """Copy a ledger into another that is empty.

    source, target: "folder", "database", the path of a SQLite file, or a URL without a password.
    Raises Refused: the target is not empty, a program sends from the source, or both are one; LedgerUnusable.
    """
    ends = [_where(folder, each) for each in (source, target)]
    if ends[0] == ends[1]:
        raise Refused("both are the same ledger")
    if isinstance(ends[0], Path) and not ends[0].is_file():
        raise Refused(f"{ends[0]}: there is no ledger")
    old = open_store(ends[0], now=now)
    try:
        _nobody_sends(old, folder)
        if isinstance(ends[1], str):
            bring_up(ends[1], now=now)
        new = open_store(ends[1], now=now)
        try:
            return copying.copy(old, new, told=told)
        finally:
            new.close()
    finally:
        old.close()


def _nobody_sends(store: Store, folder: Path) -> None:
    """A program that sends from the original would go on after the copy is made, and neither know of the other."""
    with store.reading() as connection:
        holders = workers.all_holders(connection)
        living = holders - leases.dead(connection, holders) if store.path is None else frozenset()
    if store.path is not None and store.path.parent == folder / LEDGER_FOLDER:
        # Programs on a file are known by what they keep beside it.
        living = holders - dead_beside(store.path.parent, holders)
    if living:
        raise Refused("a program is sending from the ledger that is to be copied", hint="stop it first (Ctrl-C)")


def _url(folder: Path) -> str:
    return environment.load(folder / ".env").database_url.get_secret_value()


def _where(folder: Path, name: str) -> Path | str:
    if name == FOLDER:
        return folder / LEDGER_FOLDER / "ledger.sqlite"
    if name == DATABASE:
        url = _url(folder)
        if not url:
            raise SettingsWrong("DATABASE_URL is not set", hint="write it into .env")
        return url
    if "://" not in name:
        return Path(name)
    try:
        password = urlsplit(name).password
    except ValueError:
        raise LedgerUnusable("that is no URL", hint="postgresql+psycopg://user@host/name") from None
    if password:
        raise Refused(
            "a password on the command line can be read by everybody on this machine",
            hint=f'put the URL into .env as DATABASE_URL, and write "{DATABASE}" here',
        )
    return name
