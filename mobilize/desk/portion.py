"""A run's letters, written, carried and recorded over several connections: by this process, and presses beside it."""

from __future__ import annotations

import asyncio
import datetime as dt
import math
import os
import random
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from mobilize.desk import compose, presses
from mobilize.desk.clerk import Clerk, hired
from mobilize.desk.compose import Order
from mobilize.desk.ledger import Books, holding
from mobilize.desk.presses import Write
from mobilize.errors import LedgerUnusable, MobilizeError
from mobilize.installation import Installation
from mobilize.letter.merge import LetterId
from mobilize.post import book, deliver
from mobilize.post.run import Run, Told
from mobilize.post.schedule import PRESETS, Pace
from mobilize.post.smtp import Server
from mobilize.world import hours
from mobilize.world.countries import countries

#: Letters that are written at a time: with their paper a dozen milliseconds each, without it a fraction of one.
_BATCH_WITH_PAPER, _BATCH = 2, 16
#: The same by other processes, which are asked less often.
_PRESSED_WITH_PAPER, _PRESSED = 8, 32

#: Letters from which on other processes are worth what they take to start: a second and more of each core.
MANY_WITH_PAPER, MANY = 1_000, 4_000

#: Most other processes: the database and the wire take the rest of a machine.
_MOST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """From when on the letters of a run may go."""

    #: None: at once.
    at: dt.datetime | None = None
    #: In the working hours of the addressee's capital only.
    office_hours: bool = False

    def opens(self, country: str, now: dt.datetime) -> dt.datetime:
        """From when on a letter to a country may go; `now`: it may."""
        earliest = max(now, self.at) if self.at is not None else now
        return hours.next_open(countries()[country], earliest) if self.office_hours else earliest


#: Nothing to wait for.
AT_ONCE = When()


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """What a run is to do."""

    #: In the order in which they go.
    orders: Sequence[Order]
    when: When
    #: Letters that may not go before a moment.
    waits: Mapping[LetterId, dt.datetime]
    #: How many it may open at once.
    connections: int
    #: Seconds to wait while no letter may go, before the run ends.
    patience: float
    #: Name of the ledger, whose count is kept outside it too; empty: in a sandbox.
    witness: str = ""
    #: Further ones, some at a time, asked for while the first are carried; None: `orders` are all.
    more: Iterator[Sequence[Order]] | None = None
    #: About how many `more` are.
    expected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run ended."""

    #: Letters that it left in doubt although nobody told of them: the run was cut off.
    in_doubt: int
    #: Why the server was given up; empty: it was not.
    trouble: str
    #: Somebody asked for an end.
    stopped: bool


def server_of(installation: Installation) -> Server:
    """The relay that the settings name."""
    settings = installation.settings
    return Server(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security.value,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
        verify=settings.smtp_verify,
        ca_file=settings.smtp_ca_file,
        timeout=settings.smtp_timeout,
        hello=installation.campaign.sender.address.rpartition("@")[2] or "localhost",
    )


def pace_of(installation: Installation) -> Pace:
    """How fast the settings let letters go: the preset, and what is said besides it."""
    settings = installation.settings
    preset = PRESETS[settings.smtp_preset]
    return replace(
        preset,
        per_second=settings.smtp_per_second or preset.per_second,
        per_minute=settings.smtp_per_minute or preset.per_minute,
        per_day=settings.smtp_per_day or preset.per_day,
        per_domain=settings.smtp_per_domain or preset.per_domain,
        connections=min(settings.smtp_connections, preset.connections)
        if settings.smtp_preset
        else settings.smtp_connections,
    )


def carry(
    installation: Installation,
    portion: Portion,
    *,
    now: Callable[[], dt.datetime],
    told: Callable[[Told], None],
    said: Callable[[str], None],
) -> Ended:
    """Write, carry and record letters. Ctrl-C and SIGTERM end it after the letters on the wire; a second one, now.

    now: gives the present moment. told: one letter settled. said: a sentence about the run.
    Raises SettingsWrong for a DKIM key that cannot be used; else as `deliver.deliver` does, but never a group.
    """
    with (
        holding(installation) as (holder, _),
        hired(installation, holder, now=now, witness=portion.witness) as clerk,
        _writing(installation, portion, said) as writing,
        _signals() as asked,
    ):
        run = _run(installation, portion, writing, clerk, told=told, said=said)
        try:
            _to_its_end(run, asked)
        finally:
            # What was cut off, or a ledger that failed, left on the wire: queued again, or in doubt.
            doubtful = 0
            with suppress(LedgerUnusable), installation.store.writing() as connection:
                _again, doubtful = book.recover(connection, installation.campaign.slug, [holder], now=now())
    trouble = run.trouble.sentence if run.trouble else ""
    return Ended(in_doubt=doubtful, trouble=trouble, stopped=asked.times > 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writing:
    """How the letters of a run are written."""

    write: Write
    #: Calls of it at once, and letters that each is given.
    at_once: int
    batch: int


@contextmanager
def _writing(installation: Installation, portion: Portion, said: Callable[[str], None]) -> Iterator[_Writing]:
    """Write with every core where that is worth its start; few letters, or letters that go slowly, in this process."""
    by, key = compose.composer(installation), compose.signing_key(installation)
    paper = installation.campaign.rules.paper
    cores = os.cpu_count() or 1
    many = MANY_WITH_PAPER if paper else MANY
    if len(portion.orders) + portion.expected < many or pace_of(installation).is_limited or cores < 2:  # noqa: PLR2004 - two are the first that help
        batch = _BATCH_WITH_PAPER if paper else _BATCH
        # The typesetter lets go of the interpreter: twice as many threads as cores, so that none waits for a turn (159
        # letters/s where as many had 131).
        yield _Writing(write=presses.writer(by, key), at_once=2 * cores if paper else 1, batch=batch)
        return
    count = min(_MOST, cores if paper else max(1, cores - 1))
    batch = _PRESSED_WITH_PAPER if paper else _PRESSED
    with presses.presses(by, key, count=count, said=said) as write:
        yield _Writing(write=write, at_once=presses.AT_ONCE * count, batch=batch)


def _run(
    installation: Installation,
    portion: Portion,
    writing: _Writing,
    clerk: Clerk,
    *,
    told: Callable[[Told], None],
    said: Callable[[str], None],
) -> Run:
    campaign, when, waits = installation.campaign, portion.when, portion.waits
    orders: dict[LetterId, Order] = {}
    addresses: dict[LetterId, tuple[str, ...]] = {}
    pace = replace(pace_of(installation), connections=portion.connections)

    def opens(letter: LetterId, moment: dt.datetime) -> dt.datetime:
        return when.opens(orders[letter].contact.country, max(moment, waits.get(letter) or moment))

    def learned(some: Sequence[Order]) -> Sequence[tuple[LetterId, float]]:
        """Take orders in; of each, the moment before which its letter may not go."""
        begin = clerk.now()
        orders.update({each.letter: each for each in some})
        addresses.update({each.letter: each.contact.emails for each in some})
        return [(each.letter, opens(each.letter, begin).timestamp()) for each in some]

    run = Run(
        server=server_of(installation),
        ledger=Books(
            clerk=clerk,
            pace=pace,
            opens=opens,
            addresses=addresses,
        ),
        make=lambda letters: writing.write([orders[each] for each in letters]),
        presses=writing.at_once,
        batch=writing.batch,
        ends_at=campaign.not_after.timestamp() if campaign.not_after else math.inf,
        told=told,
        said=said,
        chance=random.random,
        clock=lambda: clerk.now().timestamp(),
        pace=pace,
        patience=portion.patience,
        more=map(learned, portion.more) if portion.more is not None else None,
    )
    for letter, moment in learned(portion.orders):
        run.agenda.add((letter,), not_before=moment)
    return run


def _to_its_end(run: Run, asked: _Asked) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        work = asyncio.ensure_future(deliver.deliver(run))
        asked.listen(run, lambda: loop.call_soon_threadsafe(work.cancel))
        with suppress(asyncio.CancelledError):
            await work

    try:
        asyncio.run(main())
    except* MobilizeError as group:
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None


# --- what a person asks for ------------------------------------------------------------------------------------------


@dataclass(slots=True, repr=False)
class _Asked:
    """How often somebody asked for an end, and of which run.

    Without a representation: Python makes one of each handler that it gives back, with all letters of the run in it.
    """

    times: int = 0
    _run: Run | None = None
    _cut: Callable[[], object] = lambda: None

    def listen(self, run: Run, cut: Callable[[], object]) -> None:
        self._run, self._cut = run, cut
        run.stopping = self.times > 0

    def end(self, *_: object) -> None:
        self.times += 1
        if self._run is not None:
            self._run.stopping = True
        if self.times > 1:
            self._cut()


@contextmanager
def _signals() -> Iterator[_Asked]:
    asked = _Asked()
    numbers = (signal.SIGINT, signal.SIGTERM)
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = [signal.signal(number, asked.end) for number in numbers]
    try:
        yield asked
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
