"""The lead's job where workers send: queue a round for them, and go home."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
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
from mobilize.post.states import State
from mobilize.post.workers import Going
from mobilize.store import queue


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What workers got to do."""

    letters: int
    shards: int


def hand_over(
    installation: Installation, plan: Plan, *, now: dt.datetime, when: When = AT_ONCE, priority: int = 0, by: str = ""
) -> Handed:
    """Queue the letters of a plan for the workers, with their shards, in one transaction: all of them, or none.

    when: the moment before which none goes, and whether each waits for its addressee's office hours. priority: the
    higher, the earlier. by: who sends. Raises Refused as `send` does, and on SQLite, which workers cannot share.
    """
    if installation.store.path is not None:
        raise Refused(
            "workers share a PostgreSQL database, and this ledger is a file", hint="set DATABASE_URL (docs/deploy.md)"
        )
    approval.require(installation, plan, sender=by)
    sender.require(installation)
    smtp.check(portion.server_of(installation))
    sending.sure_of_the_ledger(installation)
    waits = dict(plan.not_before) if when.at is None else {letter.id: when.at for letter in plan.letters}
    entries = [
        replace(entry, dated=now.date(), office_hours=when.office_hours)
        for entry in planning.entries(installation, plan.letters, waits)
    ]
    campaign = installation.campaign.slug
    with installation.store.writing() as connection:
        # Those have their shard: queued again, they are what is queued now, and go where they were to go.
        theirs = workers.shelved(connection, campaign, [entry.letter for entry in entries])
        added = set(outbox.queue(connection, campaign, entries, now=now))
        for letter in plan.again:
            outbox.move(connection, campaign, letter, State.FAILED, State.QUEUED, reason="tried again by hand", now=now)
        for entry in entries:
            if entry.letter not in added:
                outbox.redo(connection, campaign, entry)
        going = [each for each in _going(plan, waits) if each.letter not in theirs]
        lock_domains = bool(portion.pace_of(installation).per_domain)
        shards = list(workers.cut(going, priority=priority, lock_domains=lock_domains))
        queue.defer(connection, campaign, shards)
    return Handed(letters=len(entries), shards=len(shards))


def _going(plan: Plan, waits: Mapping[LetterId, dt.datetime]) -> list[Going]:
    return [
        Going(
            letter=letter.id,
            language=letter.language,
            country=letter.contact.country,
            domain=domain_key(letter.contact.emails[0]),
            at=waits.get(letter.id),
        )
        for letter in plan.letters
    ]
