"""Programs that ask the JSON API, and the writes that they numbered, in SQL."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, Row, delete, insert, select, update

from mobilize.store.dialect import add_new
from mobilize.store.schema_web import clients, requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One program, as the ledger has it."""

    name: str
    #: SHA-256 of its token, hex.
    digest: str
    scopes: tuple[str, ...]
    by: str
    made_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A write that a client numbered."""

    #: SHA-256 of what was asked, hex.
    asked: str
    #: What it became; empty: it is not known to be done.
    reply: str
    at: dt.datetime


def add(connection: Connection, client: Client) -> None:
    """Add a program that is not there yet."""
    values = {"name": client.name, "digest": client.digest, "scopes": " ".join(client.scopes)}
    connection.execute(insert(clients).values(**values, by=client.by, made_at=client.made_at))


def one(connection: Connection, name: str) -> Client | None:
    """Find a program by name."""
    row = connection.execute(select(clients).where(clients.c.name == name)).first()
    return _client(row) if row else None


def by_digest(connection: Connection, digest: str) -> Client | None:
    """Find a program by the digest of its token: what is compared is nothing that somebody could choose."""
    row = connection.execute(select(clients).where(clients.c.digest == digest)).first()
    return _client(row) if row else None


def everybody(connection: Connection) -> list[Client]:
    """All programs, by name."""
    return [_client(row) for row in connection.execute(select(clients).order_by(clients.c.name))]


def revoke(connection: Connection, name: str) -> bool:
    """Take a program's token back. False: there is none of that name."""
    connection.execute(delete(requests).where(requests.c.client == name))
    return connection.execute(delete(clients).where(clients.c.name == name)).rowcount == 1


def _client(row: Row[tuple[object, ...]]) -> Client:
    scopes = tuple(row.scopes.split())
    return Client(name=row.name, digest=row.digest, scopes=scopes, by=row.by, made_at=row.made_at)


def numbered(connection: Connection, client: str, key: str, *, asked: str, now: dt.datetime) -> Numbered:
    """The write that a client numbered so; noted as begun now where there is none."""
    add_new(connection, requests, {"client": client, "key": key, "asked": asked, "reply": "", "at": now})
    own = (requests.c.client == client) & (requests.c.key == key)
    row = connection.execute(select(requests).where(own)).one()
    return Numbered(asked=row.asked, reply=row.reply, at=row.at)


def done(connection: Connection, client: str, key: str, reply: str) -> None:
    """Note what a numbered write became."""
    own = (requests.c.client == client) & (requests.c.key == key)
    connection.execute(update(requests).where(own).values(reply=reply))


def drop_older(connection: Connection, before: dt.datetime) -> None:
    """Let numbers go that nobody will come back to."""
    connection.execute(delete(requests).where(requests.c.at < before))
