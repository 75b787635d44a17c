"""People who may sign in: add, list, disable, reset; and the sign-in itself."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from dataclasses import dataclass

from mobilize.access import proof
from mobilize.access.roles import Role
from mobilize.errors import KeyMissing, Refused
from mobilize.installation import Installation
from mobilize.store import people
from mobilize.store.people import Account, Deed

#: Wrong tries before a pause, and how long it is.
TRIES, LOCK = 5, dt.timedelta(minutes=15)

#: A session ends after a day's work, or when nobody used it for so long.
LONGEST, IDLE = dt.timedelta(hours=12), dt.timedelta(hours=2)

#: Seldom enough that reading a page seldom writes.
_SEEN_EVERY = dt.timedelta(minutes=5)

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is signed in."""

    name: str
    role: Role


def add(installation: Installation, name: str, role: Role, password: str, *, by: str, now: dt.datetime) -> str:
    """Let a person sign in. Returns the otpauth: address for her authenticator, shown once and nowhere kept in clear.

    Raises KeyMissing without MOBILIZE_KEY, and Refused for a name that is there or is none, or a short password.
    """
    _check(installation, password)
    if not _NAME.fullmatch(name):
        raise Refused("a name has 2 to 32 of a-z, 0-9, dot, hyphen, underscore")
    secret = proof.new_secret()
    with installation.store.writing() as connection:
        if people.one(connection, name):
            raise Refused(f"{name} is there already", hint="`mobilize people reset` gives a new password")
        closed = installation.seal.closed(secret.encode())
        people.add(connection, name, role=role.value, password=proof.hashed(password), totp=closed, now=now)
        people.note(connection, who=by, what="person_added", about=name, now=now)
    return proof.enrolment(secret, name=name, issuer=f"mobilize {installation.campaign.slug}")


def reset(installation: Installation, name: str, password: str, *, by: str, now: dt.datetime) -> str:
    """Give a person a new password and authenticator; what she had open ends. Returns and raises as `add`."""
    _check(installation, password)
    secret = proof.new_secret()
    with installation.store.writing() as connection:
        _there(people.one(connection, name), name)
        closed = installation.seal.closed(secret.encode())
        people.reset(connection, name, password=proof.hashed(password), totp=closed)
        people.note(connection, who=by, what="person_reset", about=name, now=now)
    return proof.enrolment(secret, name=name, issuer=f"mobilize {installation.campaign.slug}")


def disable(installation: Installation, name: str, *, by: str, now: dt.datetime) -> None:
    """Let a person in no more, at once. Raises Refused where she is not there."""
    with installation.store.writing() as connection:
        _there(people.one(connection, name), name)
        people.disable(connection, name)
        people.note(connection, who=by, what="person_disabled", about=name, now=now)


def everybody(installation: Installation) -> list[Account]:
    """All people, by name."""
    with installation.store.reading() as connection:
        return people.everybody(connection)


def sign_in(installation: Installation, name: str, password: str, code: str, *, now: dt.datetime) -> str | None:
    """Begin a session. Returns its token, for the cookie; None where anything does not fit, whatever it is.

    Five wrong tries close the door to that name for a quarter of an hour, for a right try as well. A name that is not
    there, or is locked, costs the same work as a wrong password: from the time it takes nobody learns which it was.
    """
    name = name.strip().lower()
    with installation.store.reading() as connection:
        account = people.one(connection, name)
    right = proof.fits(password, account.password if account else None)
    secret = installation.seal.opened(account.totp).decode() if account else proof.NOBODYS_SECRET
    step = proof.step_of(secret, code, now)
    token = secrets.token_urlsafe(32)
    with installation.store.writing() as connection:
        if account is None or account.disabled or (account.locked_until is not None and now < account.locked_until):
            # Who types a password into the field of the name must not find it in the log.
            people.note(connection, who=account.name if account else "nobody", what="sign_in_failed", now=now)
            return None
        if right and step is not None and people.use_step(connection, name, step):
            people.begin(connection, _digest(token), name, now=now, ends_at=now + LONGEST)
            people.note(connection, who=name, what="signed_in", now=now)
            return token
        # Read again: of two tries at once, both count.
        before = people.one(connection, name)
        failures = (before.failures if before else 0) + 1
        locked = failures >= TRIES
        until = now + LOCK if locked else None
        people.failed(connection, name, failures=0 if locked else failures, locked_until=until)
        people.note(connection, who=name, what="locked_out" if locked else "sign_in_failed", now=now)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A session as it was found, for as long as the ledger does not change."""

    person: Person
    seen_at: dt.datetime
    ends_at: dt.datetime

    def holds(self, now: dt.datetime) -> bool:
        """Whether it has not ended at this moment."""
        return now < self.ends_at and now - self.seen_at < IDLE

    def is_fresh(self, now: dt.datetime) -> bool:
        """Whether it holds, and need not be noted as seen."""
        return self.holds(now) and now - self.seen_at < _SEEN_EVERY


def visit(installation: Installation, token: str) -> Visit | None:
    """Find the session of a cookie's token; None: there is none, or its person is let in no more."""
    with installation.store.reading() as connection:
        found = people.session(connection, _digest(token))
        account = people.one(connection, found.person) if found else None
    if found is None or account is None or account.disabled:
        return None
    person = Person(name=account.name, role=Role(account.role))
    return Visit(person=person, seen_at=found.seen_at, ends_at=found.ends_at)


def who(installation: Installation, token: str, *, now: dt.datetime) -> Person | None:
    """Tell who a cookie's token stands for; None: nobody, or it has ended."""
    found = visit(installation, token)
    if found is None or not found.holds(now):
        return None
    if not found.is_fresh(now):
        with installation.store.writing() as connection:
            people.seen(connection, _digest(token), now)
    return found.person


def sign_out(installation: Installation, token: str, person: Person, *, now: dt.datetime) -> None:
    """End a session."""
    with installation.store.writing() as connection:
        people.end(connection, _digest(token))
        people.note(connection, who=person.name, what="signed_out", now=now)


def note(installation: Installation, person: Person, what: str, about: str, *, now: dt.datetime) -> None:
    """Add to the log of deeds: ids only."""
    with installation.store.writing() as connection:
        people.note(connection, who=person.name, what=what, about=about[:80], now=now)


def deeds(installation: Installation, *, before: int | None, most: int) -> list[Deed]:
    """The log of deeds, newest first. before: only those numbered lower; None: from the newest on."""
    with installation.store.reading() as connection:
        return people.deeds(connection, before=before, most=most)


def _check(installation: Installation, password: str) -> None:
    if not installation.seal.closes:
        raise KeyMissing(
            "people's authenticators are kept encrypted, and MOBILIZE_KEY is not set",
            hint="config.example.env says how to make one",
        )
    if len(password) < proof.SHORTEST:
        raise Refused(f"a password has at least {proof.SHORTEST} signs", hint="four words that do not belong together")


def _there(account: Account | None, name: str) -> None:
    if account is None:
        raise Refused(f"there is no {name}", hint="`mobilize people list` shows who is there")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
