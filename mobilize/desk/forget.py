"""Forget for good: one reply, one person, or what is old; and show a person what is held of her.

What is left behind is said by the command (cli/forget.py), since no program can clean a backup.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mobilize.desk import receive, review
from mobilize.errors import Refused
from mobilize.inbox.raw import MailId
from mobilize.installation import Installation
from mobilize.replies import log, remove
from mobilize.replies.log import Entry
from mobilize.store import people, scour, suppression
from mobilize.store.suppression import address_digest

#: Fields of a parsed reply that say whose mail it is.
_WHOSE = ("from_address", "reporter", "bounce_address", "complaint_address")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """What was removed."""

    #: Messages, with all that was read in them.
    messages: int
    #: Letters that were written to the address, which stay without it.
    letters: int = 0
    #: Ids of messages of others that name the address and were left.
    named_in: tuple[MailId, ...] = ()
    #: Rows of contacts.csv that name it: "contacts.csv:12"; the file is its owner's to change.
    rows: tuple[str, ...] = ()


def purge(installation: Installation, starts: Sequence[str], *, by: str, now: dt.datetime) -> Gone:
    """Remove replies for good: mail, words, statements. starts: the beginnings of their ids.

    Raises Refused where one begins none, or several; nothing was removed then.
    """
    ids = [review.one(installation, start).entry.reply for start in starts]
    return Gone(messages=_remove(installation, ids, "purged", by=by, now=now))


def purge_all(installation: Installation, *, by: str, now: dt.datetime) -> Gone:
    """Remove every message that ever came, of every campaign of the ledger."""
    with installation.store.reading() as connection:
        ids = remove.every(connection)
    return Gone(messages=_remove(installation, ids, "purged_all", by=by, now=now))


def forget(installation: Installation, address: str, *, by: str, now: dt.datetime) -> Gone:
    """Remove a person's own mail and reports, and leave of her address a salted digest that keeps it from all sends.

    What others wrote and only names her is left, and told. Raises Refused for what is no address.
    """
    if "@" not in address:
        raise Refused("this is no address", hint="as it stands in the mail: name@example.org")
    # What an earlier run had kept and not read is read first: it may be hers.
    list(receive.catch_up(installation, now=now))
    own, named_in = _of(installation, address)
    with installation.store.writing() as connection:
        written_to = suppression.forget(connection, address, source="forgotten", now=now)
    removed = _remove(installation, list(own), "forgotten", by=by, now=now)
    return Gone(messages=removed, letters=written_to, named_in=tuple(named_in), rows=_rows(installation, address))


def expire(installation: Installation, *, days: int, all_kinds: bool, by: str, now: dt.datetime) -> Gone:
    """Remove what partners and private people sent more than so many days ago; all_kinds: what governments sent too.

    What countries said stays as it was coded, without the words (domain/rules.md E).
    """
    with installation.store.reading() as connection:
        ids = remove.older(connection, now - dt.timedelta(days=days), all_kinds=all_kinds)
    return Gone(messages=_remove(installation, ids, "expired", by=by, now=now, keep_stances=True))


def expiring(installation: Installation, *, days: int, all_kinds: bool, now: dt.datetime) -> int:
    """How many messages `expire` would remove."""
    with installation.store.reading() as connection:
        return len(remove.older(connection, now - dt.timedelta(days=days), all_kinds=all_kinds))


def held(installation: Installation, address: str, *, now: dt.datetime) -> Mapping[str, object]:
    """All that is held of a person, for her to see (GDPR Art. 15): a JSON object."""
    list(receive.catch_up(installation, now=now))
    own, named_in = _of(installation, address)
    digest = address_digest(address)
    with installation.store.reading() as connection:
        letters = suppression.letters_to(connection, address)
        suppressed = suppression.suppressed(connection, [digest])
    return {
        "address": address,
        "asked_at": now.isoformat(),
        "contacts": _contact_rows(installation, address),
        "letters": [
            {"letter": letter, "state": state, "changed_at": changed_at.isoformat()}
            for letter, state, changed_at in letters
        ],
        "suppressed": suppressed.get(digest),
        "mail": [_message(installation, each) for each in own.values()],
        "named_in": list(named_in),
    }


def _remove(
    installation: Installation,
    ids: Sequence[str],
    what: str,
    *,
    by: str,
    now: dt.datetime,
    keep_stances: bool = False,
) -> int:
    with installation.store.writing() as connection:
        removed = remove.remove(connection, ids, keep_stances=keep_stances)
        people.note(connection, who=by, what=what, about=f"{removed} messages", now=now)
    # Even where nothing was left to remove: an earlier run may have died, or been kept from it by another program.
    scour.scour(installation.store)
    return removed


def _of(installation: Installation, address: str) -> tuple[dict[MailId, Entry], list[MailId]]:
    """A person's own messages, and ids of others' that name her address; each once, though two campaigns hold it."""
    wanted = address.strip().casefold()
    own: dict[MailId, Entry] = {}
    named: dict[MailId, None] = {}
    for entry in _entries(installation):
        theirs = (str(entry.parsed.get(field) or "").casefold() for field in _WHOSE)
        if any(wanted in each.replace(",", " ").split() for each in theirs):
            own[entry.reply] = entry
        elif wanted in json.dumps(entry.parsed, ensure_ascii=False).casefold():
            named[entry.reply] = None
    return own, [each for each in named if each not in own]


def _entries(installation: Installation) -> Iterator[Entry]:
    """The log of every campaign of the ledger: a person is forgotten by all of them."""
    with installation.store.reading() as connection:
        for campaign in remove.campaigns(connection):
            yield from log.entries(connection, campaign, installation.seal)


def _message(installation: Installation, entry: Entry) -> dict[str, object]:
    raw = review.original(installation, entry.reply)
    return {
        "reply": entry.reply,
        "received_on": entry.received_at.date().isoformat(),
        "read_as": dict(entry.parsed),
        "as_it_arrived": raw.decode("utf-8", "backslashreplace"),
    }


def _rows(installation: Installation, address: str) -> tuple[str, ...]:
    return tuple(f"contacts.csv:{each['line']}" for each in _contact_rows(installation, address))


def _contact_rows(installation: Installation, address: str) -> list[dict[str, object]]:
    wanted = address.strip().casefold()
    return [
        {"line": each.line, "country": each.country, "organisation": each.organisation, "office": each.office}
        for each in installation.campaign.contacts
        if any(wanted == email.casefold() for email in each.emails)
    ]
