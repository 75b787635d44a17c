"""The lead's job where workers send: queue a round for them, and go home."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mobilize.desk import approval, portion, sender
from mobilize.desk import plan as planning
from mobilize.desk import send as sending
from mobilize.desk.ledger import domain_key
from mobilize.desk.plan import Plan
from mobilize.desk.portion import AT_ONCE, When
from mobilize.errors import Refused
from mobilize.installation import Installation
from mobilize.letter.merge import LetterId
from mobilize.post import outbox, smtp, workers
from mobilize.post.outbox import Entry
from mobilize.post.states import State
from mobilize.post.workers import Going
from mobilize.store import queue

#: Letters that are queued in one transaction: two seconds, for which workers that send have to wait.
PART = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What workers got to do."""

    letters: int
    shards: int


def hand_over(
    installation: Installation, plan: Plan, *, now: dt.datetime, when: When = AT_ONCE, priority: int = 0, by: str = ""
) -> Handed:
    """Queue the letters of a plan for the workers, some thousands at a time: each lot with its shards, or not at all.

    Interrupted, it is called again: what was queued stays, and is not queued twice. when: the moment before which none
    goes, and whether each waits for its addressee's office hours. priority: the higher, the earlier. by: who sends.
    Raises Refused as `send` does, and on SQLite, which workers cannot share.
    """
    require(installation)
    approval.require(installation, plan, sender=by)
    whole = lot(installation, plan, now=now, when=when)
    parts = [whole[start : start + PART] for start in range(0, len(whole), PART)]
    again = frozenset(plan.again)
    shards = sum(queue_lot(installation, part, now=now, priority=priority, again=again) for part in parts)
    if shards:
        queue.counted(installation.store)
    return Handed(letters=len(whole), shards=shards)


def require(installation: Installation) -> None:
    """Refuse to queue where it would be of no use, before anything is written. Raises Refused."""
    if installation.store.path is not None:
        raise Refused(
            "workers share a PostgreSQL database, and this ledger is a file", hint="set DATABASE_URL (docs/deploy.md)"
        )
    sender.require(installation)
    smtp.check(portion.server_of(installation))
    sending.sure_of_the_ledger(installation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What is kept of a letter that is to be queued; unlike the letter it is small, and can travel."""

    entry: Entry
    going: Going


def lot(installation: Installation, plan: Plan, *, now: dt.datetime, when: When) -> list[Piece]:
    """Make of a plan what is written down."""
    waits = dict(plan.not_before) if when.at is None else {letter.id: when.at for letter in plan.letters}
    entries = planning.entries(installation, plan.letters, waits)
    return [
        Piece(
            entry=replace(entry, dated=now.date(), office_hours=when.office_hours),
            going=Going(
                letter=letter.id,
                language=letter.language,
                country=letter.contact.country,
                domain=domain_key(letter.contact.emails[0]),
                at=waits.get(letter.id),
            ),
        )
        for letter, entry in zip(plan.letters, entries, strict=True)
    ]


def queue_lot(
    installation: Installation,
    part: Sequence[Piece],
    *,
    now: dt.datetime,
    priority: int,
    again: frozenset[LetterId] = frozenset(),
) -> int:
    """Queue some letters with their shards, all of them or none. Returns how many shards.

    again: those that failed, and are tried again because a person says so.
    """
    campaign = installation.campaign.slug
    which = [each.entry.letter for each in part]
    with installation.store.writing() as connection:
        # Those have their shard: queued again, they are what is queued now, and go where they were to go.
        theirs = workers.shelved(connection, campaign, which)
        added = set(outbox.queue(connection, campaign, (each.entry for each in part), now=now))
        for each in part:
            letter = each.entry.letter
            if letter in again:
                reason = "tried again by hand"
                outbox.move(connection, campaign, letter, State.FAILED, State.QUEUED, reason=reason, now=now)
        outbox.redo(connection, campaign, [each.entry for each in part if each.entry.letter not in added])
        going = [each.going for each in part if each.entry.letter not in theirs]
        lock_domains = bool(portion.pace_of(installation).per_domain)
        shards = list(workers.cut(going, priority=priority, lock_domains=lock_domains))
        queue.defer(connection, campaign, shards)
    return len(shards)
