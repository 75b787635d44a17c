"""The worker: takes shard after shard from the queue, on as many machines as one likes.

It works through one lease after another. Where the database goes away, or a shard of it fails, it ends what it has in
hand, takes back what was on the wire, and begins anew under another name: the ledger then has the last word as always.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mobilize.desk import compose, portion, roster, sender, tend
from mobilize.desk import send as sending
from mobilize.desk.clerk import Clerk
from mobilize.desk.ledger import Books
from mobilize.desk.roster import Roll
from mobilize.desk.shard import REST, Again, Hands, Known, Log, Tally, work_off
from mobilize.errors import LedgerUnusable, Refused
from mobilize.installation import Installation
from mobilize.post import deliver, smtp
from mobilize.store import leases, queue
from mobilize.store.leases import Lease

if TYPE_CHECKING:
    from procrastinate import App
    from procrastinate.jobs import Job

#: Shards that a worker has in hand at once: while one waits for its last letters, the next begins (measured: 100).
AT_ONCE = 2

#: Parts of a lease after which workers look after each other, and after which they look for letters without a shard.
_LOOK, _REMEMBER = 1 / 4, 1.0

#: To look for them takes as long as many letters wait: it is done this much more seldom than it takes.
_SELDOM = 100

#: Seconds between two tries to reach a database that is away.
_PAUSE = 1.0


@dataclass(slots=True, kw_only=True)
class Shift:
    """A worker from its start to its end."""

    installation: Installation
    log: Log
    #: Where contacts are found; None: they are in the installation.
    roll: Roll | None = None
    #: Shards at once.
    shards: int = AT_ONCE
    #: End when nothing is left that could be sent before long.
    until_empty: bool = False
    tally: Tally = field(default_factory=Tally)
    #: What is in hand now; None: the database is away.
    hands: Hands | None = None
    stopping: bool = False

    def stop(self) -> None:
        """Take no more work, and end when the letters on the wire have ended."""
        self.stopping = True
        if self.hands is not None:
            self.hands.stop()


def work(shift: Shift) -> None:
    """Work until SIGTERM or Ctrl-C; `until_empty`, until nothing is left.

    Raises Refused on SQLite, or where this ledger may not be sent from; LedgerUnusable where it cannot be used.
    """
    installation = shift.installation
    if installation.store.path is not None:
        raise Refused(
            "workers share a PostgreSQL database, and this ledger is a file", hint="set DATABASE_URL (docs/deploy.md)"
        )
    if not queue.is_there(installation.store):
        raise LedgerUnusable("the database has no queue yet", hint="mobilize db upgrade")
    sender.require(installation)
    smtp.check(portion.server_of(installation))
    sending.sure_of_the_ledger(installation)
    asyncio.run(_work(shift))


async def _work(shift: Shift) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, shift.stop)
    shift.log("started", shards=shift.shards)
    while not shift.stopping:
        try:
            await _one_lease(shift)
        except LedgerUnusable as error:
            if not error.away:
                raise
            shift.tally.away += 1
            shift.log("database_away", why=error.sentence)
            await asyncio.sleep(_PAUSE)
    shift.log("ended", letters=dict(shift.tally.letters))


async def _one_lease(shift: Shift) -> None:
    """Work under one name until the end, or until something of the ledger or the queue failed."""
    installation = shift.installation
    with leases.leased(installation.store, lasts=installation.settings.lease_seconds) as lease:
        witness = sending.sure_of_the_ledger(installation)
        clerk = Clerk(installation=installation, holder=lease.holder, now=_clock(lease), witness=witness)
        try:
            await _with_a_scribe(shift, lease, clerk)
        finally:
            await asyncio.to_thread(clerk.close)


async def _with_a_scribe(shift: Shift, lease: Lease, clerk: Clerk) -> None:
    installation, known, pace = shift.installation, Known(), portion.pace_of(shift.installation)
    books = Books(
        clerk=clerk,
        pace=pace,
        addresses=known.addresses,
        opens=known.opening,
    )
    roll = shift.roll or _of_memory(installation)
    # Of all contacts but its reader a letter needs its country's minister alone.
    small = replace(installation, campaign=replace(installation.campaign, contacts=roll.ministers))
    async with deliver.scribing(books) as scribe:
        hands = Hands(
            installation=small,
            holder=lease.holder,
            now=clerk.now,
            by=compose.composer(installation),
            signer=compose.signer(installation),
            find=roll.find,
            pace=pace,
            shards=shift.shards,
            books=books,
            scribe=scribe,
            known=known,
            tally=shift.tally,
            log=shift.log,
        )
        shift.hands = hands
        try:
            await _fetch(shift, hands)
        finally:
            shift.hands = None
            if hands.broken:
                await asyncio.to_thread(tend.give_back, hands)


def _of_memory(installation: Installation) -> Roll:
    campaign = installation.campaign
    return Roll(find=roster.in_memory(campaign), ministers=roster.ministers(campaign.contacts))


def _clock(lease: Lease) -> Callable[[], dt.datetime]:
    """The database's clock, as last compared: a rate that all machines keep must be measured by one clock."""
    return lambda: dt.datetime.now(dt.UTC) + lease.ahead


async def _fetch(shift: Shift, hands: Hands) -> None:
    """Let Procrastinate fetch shards, and look after other workers meanwhile."""
    from procrastinate.exceptions import ConnectorException  # noqa: PLC0415 - the extra `fleet`

    app = queue.app(hands.installation.settings.database_url.get_secret_value())
    _teach(app, hands)
    try:
        async with app.open_async():
            running = asyncio.create_task(_run(app, shift))
            tending = asyncio.create_task(_tend(shift, hands, app))
            try:
                while not (running.done() or tending.done() or hands.stopping or shift.stopping):
                    await asyncio.wait((running, tending), timeout=0.2, return_when=asyncio.FIRST_COMPLETED)
            finally:
                hands.stop()
                tending.cancel()
                # Procrastinate waits for the shards in hand when it is cancelled, and puts what is left of them back.
                running.cancel()
                ended = await asyncio.gather(running, tending, return_exceptions=True)
            for each in ended:
                if isinstance(each, Exception):
                    raise each
    except ConnectorException as error:
        raise LedgerUnusable(f"the queue does not answer ({type(error.__cause__).__name__})", away=True) from None


def _teach(app: App, hands: Hands) -> None:
    """Tell Procrastinate what its one task does, and that no shard is ever given up."""
    from procrastinate.retry import BaseRetryStrategy, RetryDecision  # noqa: PLC0415 - the extra `fleet`

    class Persist(BaseRetryStrategy):
        """Whatever went wrong was not the shard's fault: what is the letters' own stands in the ledger."""

        def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
            if isinstance(exception, Again):
                return RetryDecision(retry_at=exception.at)
            if not isinstance(exception, LedgerUnusable):
                # Its kind alone: its words may hold what a letter says.
                hands.log("shard_failed", shard=job.id, error=type(exception).__name__)
                hands.tally.shards["failed"] += 1
            return RetryDecision(retry_at=hands.now() + dt.timedelta(seconds=0 if hands.broken else REST))

    async def shard(*, letters: Sequence[str]) -> None:
        await work_off(hands, letters)

    app.task(name=queue.TASK, retry=Persist())(shard)


async def _run(app: App, shift: Shift) -> None:
    lasts = shift.installation.settings.lease_seconds
    await app.run_worker_async(
        queues=[queue.name(shift.installation.campaign.slug)],
        concurrency=shift.shards,
        install_signal_handlers=False,
        # What was done stands in the ledger.
        delete_jobs="successful",
        update_heartbeat_interval=lasts / 6,
        stalled_worker_timeout=lasts,
        fetch_job_polling_interval=min(5.0, lasts / 3),
    )


async def _tend(shift: Shift, hands: Hands, app: App) -> None:
    lasts = hands.installation.settings.lease_seconds
    remember_at = float("-inf")
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.to_thread(tend.take_back, hands)
        await tend.take_shards(hands, app)
        if loop.time() >= remember_at:
            begin = loop.time()
            found = await asyncio.to_thread(tend.remember, hands.installation, now=hands.now())
            if found:
                hands.log("letters_remembered", letters=found)
            remember_at = loop.time() + max(lasts * _REMEMBER, _SELDOM * (loop.time() - begin))
        if shift.until_empty and await asyncio.to_thread(tend.idle, hands.installation):
            shift.stop()
            return
        await asyncio.sleep(min(lasts * _LOOK, 1.0 if shift.until_empty else lasts))
