"""Programs that ask the JSON API: give a token, take it back; and what they report, once for each number."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace

from mobilize.access.scopes import Scope
from mobilize.desk import receive
from mobilize.errors import Refused
from mobilize.inbox import form
from mobilize.inbox.form import Told
from mobilize.installation import Installation
from mobilize.store import clients, people
from mobilize.store.clients import Client

#: By what a token is known where it does not belong: in a repository, a log, a mail.
PREFIX = "mobilize_"

#: A client that tries again does so within days.
_KEEP_NUMBERS = dt.timedelta(days=30)

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """The program that asks."""

    name: str
    scopes: frozenset[Scope]


def add(installation: Installation, name: str, scopes: Collection[Scope], *, by: str, now: dt.datetime) -> str:
    """Let a program in. Returns its token, shown once: only a digest of it is kept.

    Raises Refused for a name that is there or is none, or no scope.
    """
    if not _NAME.fullmatch(name):
        raise Refused("a name has 2 to 32 of a-z, 0-9, dot, hyphen, underscore")
    if not scopes:
        raise Refused("a token that opens nothing", hint=f"--scope, one or more of {', '.join(Scope)}")
    token = f"{PREFIX}{secrets.token_urlsafe(32)}"
    names = tuple(each.value for each in Scope if each in scopes)
    client = Client(name=name, digest=_digest(token), scopes=names, by=by, made_at=now)
    with installation.store.writing() as connection:
        if clients.one(connection, name):
            raise Refused(f"{name} is there already", hint="`mobilize tokens revoke` takes its token back")
        clients.add(connection, client)
        people.note(connection, who=by, what="token_added", about=name, now=now)
    return token


def everybody(installation: Installation) -> list[Client]:
    """All programs, by name."""
    with installation.store.reading() as connection:
        return clients.everybody(connection)


def revoke(installation: Installation, name: str, *, by: str, now: dt.datetime) -> None:
    """Take a token back, at once. Raises Refused where there is none of that name."""
    with installation.store.writing() as connection:
        if not clients.revoke(connection, name):
            raise Refused(f"there is no {name}", hint="`mobilize tokens list` shows which there are")
        people.note(connection, who=by, what="token_revoked", about=name, now=now)


def who(installation: Installation, token: str) -> Asking | None:
    """Tell whose token this is; None for any that is none of ours, in the same time."""
    with installation.store.reading() as connection:
        found = clients.by_digest(connection, _digest(token))
    if found is None:
        return None
    return Asking(name=found.name, scopes=frozenset(Scope(each) for each in found.scopes if each in set(Scope)))


def report(installation: Installation, client: str, key: str, told: Told, *, now: dt.datetime) -> tuple[str, bool]:
    """Take in what a client reports. The same number again gets the same answer, and nothing is done twice.

    key: the client's own number of this write. Returns the reply's id, and whether it was taken in now.
    Raises Refused where another report bore this number.
    """
    key, asked = _digest(key), _digest(repr(replace(told, form="", day="")))
    with installation.store.writing() as connection:
        clients.drop_older(connection, now - _KEEP_NUMBERS)
        numbered = clients.numbered(connection, client, key, asked=asked, now=now)
    if not secrets.compare_digest(numbered.asked, asked):
        raise Refused("another report bore this number")
    if numbered.reply:
        return numbered.reply, False
    # Of the number and the day on which it was first seen: who tries again writes the same bytes, and they are one
    # entry, though the program died in between.
    own = replace(told, form=f"api:{_digest(client + ' ' + key)[:32]}", day=numbered.at.date().isoformat())
    taken = receive.take(installation, form.kept(own, installation.campaign.slug), now=now)
    with installation.store.writing() as connection:
        clients.done(connection, client, key, taken.reply)
    return taken.reply, taken.new


def note(installation: Installation, client: Asking, what: str, about: str, *, now: dt.datetime) -> None:
    """Add to the log of deeds what a program did: ids only."""
    with installation.store.writing() as connection:
        people.note(connection, who=f"token {client.name}", what=what, about=about, now=now)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
