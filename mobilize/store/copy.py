"""One ledger into another, of whichever database: every table, in batches, and compared at the end row by row."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Row, Table, func, insert, inspect, select, text, update

from mobilize.errors import LedgerUnusable, Refused
from mobilize.store import leases, migrate, schema, witness
from mobilize.store.engine import Store

#: Rows that are held in memory at once; of raw mail, each may have megabytes.
BATCH = 500
_BATCHES: Mapping[str, int] = {schema.raw_mail.name: 10}

#: Tables that belong to a database and not to what is in it: its version, and who runs at it.
_OWN = (schema.alembic_version, schema.leases, schema.ledger)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """One table, the same in both."""

    table: str
    rows: int
    #: SHA-256 (hex) over all its rows in the order of their keys.
    digest: str


def tables() -> list[Table]:
    """The tables that are copied, `ledger` aside."""
    return [table for table in schema.metadata.sorted_tables if table not in _OWN]


def copy(source: Store, target: Store, *, told: Callable[[str, int, int], None]) -> list[Copied]:
    """Copy a ledger into an empty one.

    Nothing is written to the source while that goes on; the target is a copy then, and is not sent from before a person
    says so (`outbox release`). told: shows progress (table, rows done, rows of it). Raises Refused where the target is
    not empty: nothing was changed. Raises LedgerUnusable where both are not the same at the end: nothing is kept in the
    target.
    """
    with source.writing() as old, target.writing() as new:
        for connection in (old, new):
            if migrate.version(connection) != schema.VERSION:
                raise Refused("both ledgers must be of this program's version", hint="mobilize db upgrade")
        full = [table.name for table in tables() if _count(new, table)]
        if full:
            raise Refused(
                f"the ledger to copy to is not empty: there are rows in {', '.join(full)}", hint="name a new one"
            )
        found = [_copied(old, new, table, told) for table in tables()]
        own = old.execute(select(schema.ledger)).one()
        values = {"made_at": own.made_at, "identity": own.identity, "claims": leases.claims(old)}
        new.execute(update(schema.ledger).values(**values))
        witness.mark_copy(new)
        return found


def _copied(old: Connection, new: Connection, table: Table, told: Callable[[str, int, int], None]) -> Copied:
    many, done = _count(old, table), 0
    size = _BATCHES.get(table.name, BATCH)
    for batch in _rows(old, table, size):
        new.execute(insert(table), [dict(row._mapping) for row in batch])  # noqa: SLF001 - its documented name
        done += len(batch)
        told(table.name, done, many)
    _number_on(new, table)
    there, here = digest(old, table), digest(new, table)
    if _count(new, table) != many or there != here:
        raise LedgerUnusable(f"the table {table.name} is not the same in both; nothing was copied")
    return Copied(table=table.name, rows=many, digest=here)


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _rows(connection: Connection, table: Table, size: int) -> Iterator[list[Row[tuple[object, ...]]]]:
    """All rows, so many at a time."""
    result = connection.execute(select(table), execution_options={"yield_per": size})
    for part in result.partitions():
        yield list(part)


def digest(connection: Connection, table: Table) -> str:
    """SHA-256 (hex) over all rows of a table; the same on SQLite and PostgreSQL, whatever the order of its rows.

    The rows' own digests are added up, since the two sort texts in different ways.
    """
    total = 0
    for batch in _rows(connection, table, _BATCHES.get(table.name, BATCH)):
        for row in batch:
            words = "\x1f".join(_plain(value) for value in row)
            total += int.from_bytes(hashlib.sha256(words.encode()).digest())
    return hashlib.sha256(str(total).encode()).hexdigest()


def _plain(value: object) -> str:
    """A value as both databases give it."""
    if isinstance(value, bytes | memoryview):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    # 1 and True are one to SQLite; a float has the same 64 bits in both.
    return repr(int(value)) if isinstance(value, bool) else repr(value)


def _number_on(connection: Connection, table: Table) -> None:
    """Have PostgreSQL number new rows from where the copied ones end."""
    if connection.dialect.name != "postgresql":
        return
    for column in table.primary_key.columns:
        known = next(each for each in inspect(connection).get_columns(table.name) if each["name"] == column.name)
        if "nextval" in str(known.get("default")):
            last = connection.execute(select(func.max(column))).scalar()
            if last is not None:
                words = text("SELECT setval(pg_get_serial_sequence(:table, :column), :last)")
                connection.execute(words, {"table": table.name, "column": column.name, "last": last})
