"""What is kept encrypted, encrypted anew with the newest key: in batches, each of them whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Column, Connection, Row, Table, and_, or_, select, update

from mobilize.store.engine import Store
from mobilize.store.schema import raw_mail, replies, stances
from mobilize.store.schema_cases import amendments, remarks
from mobilize.store.schema_filings import signature_checks
from mobilize.store.schema_people import people
from mobilize.store.schema_web import webhooks
from mobilize.store.sealed import Seal

#: Rows of one transaction: some 50 ms, for which other programs wait.
_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """Where something encrypted is kept."""

    table: Table
    key: tuple[Column[str] | Column[int], ...]
    data: tuple[Column[bytes] | Column[str], ...]
    #: Whether a row is encrypted; None: each is.
    sealed: Column[bool] | None


_ALL = (
    _Kept(table=raw_mail, key=(raw_mail.c.id,), data=(raw_mail.c.data,), sealed=raw_mail.c.sealed),
    _Kept(table=replies, key=(replies.c.campaign, replies.c.reply), data=(replies.c.parsed,), sealed=replies.c.sealed),
    _Kept(table=stances, key=(stances.c.number,), data=(stances.c.quote, stances.c.reporter), sealed=stances.c.sealed),
    _Kept(table=amendments, key=(amendments.c.number,), data=(amendments.c.words,), sealed=amendments.c.sealed),
    _Kept(table=remarks, key=(remarks.c.number,), data=(remarks.c.text,), sealed=remarks.c.sealed),
    _Kept(
        table=signature_checks,
        key=(signature_checks.c.number,),
        data=(signature_checks.c.found,),
        sealed=signature_checks.c.sealed,
    ),
    _Kept(table=people, key=(people.c.name,), data=(people.c.totp,), sealed=None),
    _Kept(
        table=webhooks, key=(webhooks.c.campaign, webhooks.c.name), data=(webhooks.c.secret,), sealed=webhooks.c.sealed
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One batch."""

    #: Name of the table.
    what: str
    #: Rows looked at.
    rows: int
    #: Rows encrypted anew, those among them that were in clear before counted too.
    sealed: int


def rotate(store: Store, seal: Seal) -> Iterator[Step]:
    """Encrypt with the newest key all that another key holds, or none. What is done already is passed over.

    Raises KeyMissing where no key opens a row; what came before it is done.
    """
    for kept in _ALL:
        after: tuple[object, ...] | None = None
        while True:
            with store.writing() as connection:
                rows = _batch(connection, kept, after)
                done = sum(_sealed_anew(connection, kept, row, seal) for row in rows)
            if not rows:
                break
            after = tuple(getattr(rows[-1], column.name) for column in kept.key)
            yield Step(what=kept.table.name, rows=len(rows), sealed=done)


def _batch(connection: Connection, kept: _Kept, after: tuple[object, ...] | None) -> list[Row[tuple[object, ...]]]:
    chosen = select(kept.table).order_by(*kept.key).limit(_AT_ONCE)
    if after is not None:
        first, *rest = kept.key
        behind = first > after[0]
        chosen = chosen.where(or_(behind, and_(first == after[0], rest[0] > after[1])) if rest else behind)
    return list(connection.execute(chosen))


def _sealed_anew(connection: Connection, kept: _Kept, row: Row[tuple[object, ...]], seal: Seal) -> bool:
    closed = kept.sealed is None or bool(row.sealed)
    values: dict[str, object] = {}
    for column in kept.data:
        found = getattr(row, column.name)
        data = found.encode() if isinstance(found, str) else bytes(found or b"")
        if data and not (closed and seal.is_newest(data)):
            anew = seal.closed(seal.read(data, sealed=closed))
            values[column.name] = anew.decode("ascii") if isinstance(found, str) else anew
    if not values:
        return False
    if kept.sealed is not None:
        values["sealed"] = True
    own = and_(*(column == getattr(row, column.name) for column in kept.key))
    connection.execute(update(kept.table).where(own).values(**values))
    return True
