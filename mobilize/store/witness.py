"""Whether this is the ledger that was last sent from, or a restored copy that does not know what went out since.

The ledger counts the letters that were ever claimed; a witness outside it, on the machine that sends, keeps the highest
count seen. A copy that is put back is behind its witness; one that is carried to another machine has none there. Either
starts with sending off, until a person says otherwise (complaints A 11).

A database on PostgreSQL is sent from by many machines, and a new one has no witness: there the ledger knows the
database that it stands in, and one that was restored into another starts with sending off.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select, text, update

from mobilize.store import leases
from mobilize.store.schema import ledger, switches

#: What stands in place of a database's number in a ledger that was copied.
COPY = "copy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """What is known of a ledger inside it and outside."""

    #: Names the ledger; copies bear the same name.
    identity: str
    #: Letters that were ever claimed, as the ledger says.
    count: int
    #: As the witness on this machine says; None: there is none.
    seen: int | None
    #: It was made by `mobilize db copy`, or stands in another database than the one it was sent from.
    moved: bool = False

    @property
    def doubt(self) -> str:
        """Why it may be an old copy; empty: it is not."""
        if self.moved:
            return "it was copied or restored from another database, and that one may be in use"
        if self.count == 0 and self.seen is None:
            return ""
        if self.seen is None:
            return "it was never sent from on this machine: it may be a copy, and the other one may be in use"
        if self.seen > self.count:
            missing = self.seen - self.count
            return f"it is an older copy: {missing} letter{'s were' if missing != 1 else ' was'} taken to be sent since"
        return ""


def folder(environment: Mapping[str, str], home: Path) -> Path:
    """Where witnesses are kept: outside every campaign folder, so that restoring one does not restore them."""
    return Path(environment.get("XDG_STATE_HOME") or home / ".local" / "state") / "mobilize" / "ledgers"


def here() -> Path:
    """The folder of this account on this machine."""
    return folder(os.environ, Path.home())


def look(connection: Connection, kept: Path) -> Witness:
    """Compare a ledger with its witness. The caller writes: a ledger without a name is given one."""
    row = connection.execute(select(ledger.c.identity, ledger.c.place)).one()
    identity, place = row.identity, _place(connection)
    if not identity:
        identity = secrets.token_hex(16)
        connection.execute(update(ledger).values(identity=identity))
    if not row.place and place:
        connection.execute(update(ledger).values(place=place))
    count = leases.claims(connection)
    seen = _read(kept / identity)
    if seen is None and place:
        # A machine that joins the others.
        seen = 0
    return Witness(identity=identity, count=count, seen=seen, moved=row.place not in ("", place))


def _place(connection: Connection) -> str:
    """Which database this is, by the number that each has from its making; empty for a SQLite file."""
    if connection.dialect.name != "postgresql":
        return ""
    return str(connection.execute(_PLACE).scalar_one())


_PLACE = text(
    "SELECT system_identifier || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())"
    " FROM pg_control_system()"
)


def mark_copy(connection: Connection) -> None:
    """Say that this ledger is a copy: it is not sent from before a person says so."""
    connection.execute(update(ledger).values(place=COPY))


def keep(kept: Path, identity: str, number: int) -> None:
    """Write down outside the ledger how far it came. Where that cannot be written, the next run asks a person."""
    try:
        kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Several programs of one machine may send from one database, and the one that knows less may come last.
        if (_read(kept / identity) or 0) >= number:
            return
        fresh = kept / f".{identity}.{os.getpid()}"
        fresh.write_text(f"{number}\n", "ascii")
        fresh.replace(kept / identity)
    except OSError:
        return


def release(connection: Connection, kept: Path, *, by: str, now: dt.datetime) -> None:
    """A person says that this is the ledger to send from: its witness follows it from now on."""
    known = look(connection, kept)
    number = max(known.count, known.seen or 0) + 1
    more = number - leases.claims(connection)
    connection.execute(update(ledger).values(claims=ledger.c.claims + more, place=_place(connection)))
    connection.execute(delete(switches).where(switches.c.campaign == "", switches.c.name == "released"))
    connection.execute(insert(switches).values(campaign="", name="released", by=by, at=now))
    keep(kept, known.identity, number)


def _read(path: Path) -> int | None:
    try:
        return int(path.read_text("ascii"))
    except (OSError, ValueError):
        return None
