"""The index of words in SQL: the same statements on SQLite and PostgreSQL, and no word in it (docs/decisions/095)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, Exists, Select, delete, exists, insert, select

from mobilize.store.schema import replies
from mobilize.store.schema_web import indexed, words

#: Rows of one INSERT: SQLite takes 32,766 values.
_AT_ONCE = 5_000


def name_of(key: bytes) -> str:
    """What a key is known by in the ledger; it cannot be had from this."""
    return hashlib.sha256(b"name of " + key).hexdigest()[:16]


def put(connection: Connection, campaign: str, reply: str, tokens: Collection[int], key: bytes) -> None:
    """Make a reply found by these words and by no others. key: under which they are hashed."""
    # Under a new number: what stood under the old one leads nowhere from now on, and `sweep` takes it away.
    connection.execute(delete(indexed).where(indexed.c.campaign == campaign, indexed.c.reply == reply))
    row = {"campaign": campaign, "reply": reply, "key": name_of(key)}
    number = connection.execute(insert(indexed).values(**row)).inserted_primary_key
    assert number is not None, "the number is the primary key"
    rows = [{"token": token, "number": number[0]} for token in sorted(tokens)]
    for start in range(0, len(rows), _AT_ONCE):
        connection.execute(insert(words), rows[start : start + _AT_ONCE])


def missing(connection: Connection, campaign: str, *, most: int, key: bytes | None = None) -> list[str]:
    """Ids of replies that are not in the index: of a ledger from before there was one. key: or not under this one."""
    there = exists().where(indexed.c.campaign == replies.c.campaign, indexed.c.reply == replies.c.reply)
    if key is not None:
        there = there.where(indexed.c.key == name_of(key))
    chosen = select(replies.c.reply).where(replies.c.campaign == campaign, ~there).limit(most)
    return [row.reply for row in connection.execute(chosen)]


def fitting(asked: Sequence[Collection[int]]) -> list[Exists]:
    """Conditions on a row of `replies`: that it holds a word of each of these.

    asked: for each word that is looked for, its hash under each key that may have been used.
    """
    number = indexed.c.number
    return [
        exists().where(
            indexed.c.campaign == replies.c.campaign,
            indexed.c.reply == replies.c.reply,
            words.c.number == number,
            words.c.token.in_(list(each)),
        )
        for each in asked
    ]


def found(connection: Connection, asked: Sequence[Collection[int]], *, most: int) -> list[int] | None:
    """Numbers of the replies that hold a word of each of these; None: more than `most` hold even the rarest of them."""
    rarest: list[int] | None = None
    for each in asked:
        chosen = select(words.c.number).where(words.c.token.in_(list(each))).distinct().limit(most + 1)
        numbers = list(connection.execute(chosen).scalars())
        if len(numbers) <= most and (rarest is None or len(numbers) < len(rarest)):
            rarest = numbers
    return rarest


def replies_of(campaign: str, numbers: Sequence[int]) -> Select[tuple[str]]:
    """The ids of replies under these numbers."""
    return select(indexed.c.reply).where(indexed.c.campaign == campaign, indexed.c.number.in_(numbers))


def sweep(connection: Connection) -> int:
    """Take away what leads nowhere: of replies that were purged or read anew. Reads the whole index."""
    return connection.execute(delete(words).where(words.c.number.not_in(select(indexed.c.number)))).rowcount


def drop(connection: Connection, ids: Sequence[str]) -> None:
    """Make replies found no more, in whatever campaign; `sweep` then takes their words away."""
    connection.execute(delete(indexed).where(indexed.c.reply.in_(ids)))
