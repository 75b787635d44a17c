"""What workers do for each other: take back what the dead held, and give their shards to the living."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from mobilize.desk.ledger import dead
from mobilize.desk.shard import Hands
from mobilize.installation import Installation
from mobilize.post import book, workers
from mobilize.post.workers import SIZE
from mobilize.store import queue
from mobilize.store.queue import Shard

if TYPE_CHECKING:
    from procrastinate import App

#: Letters for which shards are made anew at once.
_AT_ONCE = 10_000

#: Seconds that a worker which ends when nothing is left waits for a shard.
_SOON = 60.0


def take_back(hands: Hands) -> None:
    """Take back letters that workers held whose lease has run out: queued again, or in doubt. Raises LedgerUnusable."""
    installation = hands.installation
    campaign = installation.campaign.slug
    with installation.store.reading() as connection:
        holders = book.holders(connection, campaign)
    gone = dead(installation, holders)
    if gone:
        _recover(hands, gone)


def give_back(hands: Hands) -> None:
    """Take back what this worker itself held when it broke off: no shard of it runs any more."""

    def work(connection: Connection) -> tuple[int, int]:
        return book.recover(connection, hands.installation.campaign.slug, [hands.holder], now=hands.now())

    _note(hands, *hands.installation.store.surely(work))


def _recover(hands: Hands, gone: frozenset[str]) -> None:
    with hands.installation.store.writing() as connection:
        again, doubtful = book.recover(connection, hands.installation.campaign.slug, gone, now=hands.now())
    _note(hands, again, doubtful)


def _note(hands: Hands, again: int, doubtful: int) -> None:
    if again or doubtful:
        hands.tally.recovered.update({"queued": again, "in_doubt": doubtful})
        hands.log("letters_taken_back", queued=again, in_doubt=doubtful)


async def take_shards(hands: Hands, app: App) -> None:
    """Give shards of workers that are heard of no more back to the queue."""
    seconds = hands.installation.settings.lease_seconds
    name = queue.name(hands.installation.campaign.slug)
    for job in await app.job_manager.get_stalled_jobs(queue=name, seconds_since_heartbeat=seconds):
        await app.job_manager.retry_job(job)
        hands.log("shard_taken_back", shard=job.id)


def remember(installation: Installation, *, now: dt.datetime) -> int:
    """Put letters that are the workers' and in no shard into new ones. Returns how many. Raises LedgerUnusable."""
    end = installation.campaign.not_after
    if end is not None and now > end:
        return 0
    campaign = installation.campaign.slug
    with installation.store.reading() as connection:
        seen = queue.forgotten(connection, campaign, _AT_ONCE)
    if not seen:
        return 0
    with installation.store.writing() as connection:
        # Looked at again, alone: another worker may have seen them too.
        theirs = queue.in_a_shard(connection, campaign, seen)
        found = [letter for letter in seen if letter not in theirs]
        rows = workers.still_to_go(connection, campaign, found)
        shards = []
        for start in range(0, len(rows), SIZE):
            part = rows[start : start + SIZE]
            first = min((row.due_at for row in part if row.due_at is not None), default=None)
            waits = first if all(row.due_at is not None for row in part) else None
            shards.append(Shard(letters=tuple(row.letter for row in part), at=waits))
        queue.defer(connection, campaign, shards)
    return len(rows)


def idle(installation: Installation) -> bool:
    """Whether nothing is left that workers could send before long."""
    campaign = installation.campaign.slug
    with installation.store.reading() as connection:
        return not queue.busy(connection, campaign, _SOON) and not book.holders(connection, campaign)
