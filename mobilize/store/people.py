"""People who sign in, their sessions, and the log of who did what, in SQL."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, Row, delete, insert, select, update

from mobilize.store.schema_people import audit, people, sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One person, as the ledger has her."""

    name: str
    role: str
    #: argon2id.
    password: str
    #: Encrypted.
    totp: bytes
    disabled: bool
    failures: int
    locked_until: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One sign-in that holds."""

    person: str
    seen_at: dt.datetime
    ends_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One line of the log of deeds."""

    number: int
    at: dt.datetime
    who: str
    what: str
    #: An id.
    about: str


def add(connection: Connection, name: str, *, role: str, password: str, totp: bytes, now: dt.datetime) -> None:
    """Add a person who is not there yet."""
    values = {"name": name, "role": role, "password": password, "totp": totp, "made_at": now}
    connection.execute(insert(people).values(**values, used_step=0, disabled=False, failures=0))


def one(connection: Connection, name: str) -> Account | None:
    """Find a person by name."""
    row = connection.execute(select(people).where(people.c.name == name)).first()
    return _account(row) if row else None


def everybody(connection: Connection) -> list[Account]:
    """All people, by name."""
    return [_account(row) for row in connection.execute(select(people).order_by(people.c.name))]


def _account(row: Row[tuple[object, ...]]) -> Account:
    return Account(
        name=row.name,
        role=row.role,
        password=row.password,
        totp=bytes(row.totp),
        disabled=row.disabled,
        failures=row.failures,
        locked_until=row.locked_until,
    )


def disable(connection: Connection, name: str) -> None:
    """Let a person in no more, and end what she has open."""
    connection.execute(update(people).where(people.c.name == name).values(disabled=True))
    end_all(connection, name)


def reset(connection: Connection, name: str, *, password: str, totp: bytes) -> None:
    """Give a person a new password and authenticator, and end what she has open."""
    fresh = {"password": password, "totp": totp, "disabled": False, "failures": 0, "locked_until": None}
    connection.execute(update(people).where(people.c.name == name).values(**fresh))
    end_all(connection, name)


def failed(connection: Connection, name: str, *, failures: int, locked_until: dt.datetime | None) -> None:
    """Note wrong tries."""
    values = {"failures": failures, "locked_until": locked_until}
    connection.execute(update(people).where(people.c.name == name).values(**values))


def use_step(connection: Connection, name: str, step: int) -> bool:
    """Use a one-time code up; False where it, or a later one, was used."""
    fresh = (people.c.name == name) & (people.c.used_step < step)
    values = {"used_step": step, "failures": 0, "locked_until": None}
    return connection.execute(update(people).where(fresh).values(**values)).rowcount == 1


def begin(connection: Connection, digest: str, person: str, *, now: dt.datetime, ends_at: dt.datetime) -> None:
    """Begin a session; those that ended are removed."""
    connection.execute(delete(sessions).where(sessions.c.ends_at < now))
    connection.execute(insert(sessions).values(digest=digest, person=person, seen_at=now, ends_at=ends_at))


def session(connection: Connection, digest: str) -> Session | None:
    """Find a session by the digest of its token."""
    row = connection.execute(select(sessions).where(sessions.c.digest == digest)).first()
    return Session(person=row.person, seen_at=row.seen_at, ends_at=row.ends_at) if row else None


def seen(connection: Connection, digest: str, now: dt.datetime) -> None:
    """Note that a session is in use."""
    connection.execute(update(sessions).where(sessions.c.digest == digest).values(seen_at=now))


def end(connection: Connection, digest: str) -> None:
    """End one session."""
    connection.execute(delete(sessions).where(sessions.c.digest == digest))


def end_all(connection: Connection, person: str) -> None:
    """End all sessions of a person."""
    connection.execute(delete(sessions).where(sessions.c.person == person))


def note(connection: Connection, *, who: str, what: str, about: str = "", now: dt.datetime) -> None:
    """Add a line to the log of deeds."""
    connection.execute(insert(audit).values(at=now, who=who, what=what, about=about))


def deeds(connection: Connection, *, before: int | None, most: int) -> list[Deed]:
    """Lines of the log of deeds, newest first. before: only those numbered lower; None: from the newest on."""
    chosen = select(audit) if before is None else select(audit).where(audit.c.number < before)
    rows = connection.execute(chosen.order_by(audit.c.number.desc()).limit(most))
    return [Deed(number=row.number, at=row.at, who=row.who, what=row.what, about=row.about) for row in rows]
