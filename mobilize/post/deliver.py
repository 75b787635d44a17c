"""Claim -> send -> record, over several connections at once.

The connection comes first, then the claim, then the transaction: of a crash, at most one letter a connection is left
in doubt. What goes wrong with one letter stays with that letter; what goes wrong with the server slows all, or ends
the run with what was not sent still waiting.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager

from mobilize.errors import MobilizeError
from mobilize.letter.merge import LetterId
from mobilize.post import smtp
from mobilize.post.carrier import Carrier
from mobilize.post.load import Load
from mobilize.post.notes import Answers, Later, Ledger, Page, Settled, Tried
from mobilize.post.run import Made, Run


async def deliver(run: Run, scribe: Scribe | None = None) -> None:
    """Send the letters of the run's agenda, and those that come to it meanwhile.

    scribe: of several runs at once, so that their notes stand on the same pages; None: the run has one of its own.

    Returns when all are settled, `run.stopping` is set, or the run was given up (`run.trouble`).
    Raises ServerUnreachable or LoginRefused where not even the first connection can be made: nothing was claimed.
    Raises LedgerUnusable, in a group, where the ledger fails: nothing more is sent. Cancelled, it ends at once; the
    letters on the wire stay `sending` until `book.recover` judges them.
    """
    if not run.agenda and run.more is None:
        return
    first = await smtp.connect(run.server)
    most = min(run.pace.connections, len(run.agenda)) if run.more is None else run.pace.connections
    async with _given(scribe) if scribe is not None else scribing(run.ledger) as one, asyncio.TaskGroup() as tasks:
        crew = _Crew(run, Load(most=most), one, tasks)
        if run.more is not None:
            tasks.create_task(crew.feed(run.more))
        for number in range(most):
            tasks.create_task(Carrier(crew=crew, number=number, line=None if number else first).work())


@asynccontextmanager
async def scribing(ledger: Ledger) -> AsyncIterator[Scribe]:
    """Have a scribe as long as there is something to write into this ledger."""
    scribe = Scribe(ledger)
    writing = asyncio.create_task(scribe.work())
    try:
        yield scribe
    finally:
        scribe.end()
        await writing


@asynccontextmanager
async def _given(scribe: Scribe) -> AsyncIterator[Scribe]:
    yield scribe


class _Crew:
    """What the carriers of a run share: the stock, the scribe, the bell, and what is known of the server."""

    def __init__(self, run: Run, load: Load, scribe: Scribe, tasks: asyncio.TaskGroup) -> None:
        self.run = run
        self.load = load
        self.busy = 0
        self.put_back: dict[LetterId, int] = {}
        self.stock: deque[Made] = deque()
        self._scribe = scribe
        self._tasks = tasks
        self._making = 0
        self._is_fed = run.more is not None
        self._size = 1
        self._bell = asyncio.Event()

    def wake(self) -> None:
        self._bell.set()
        self._bell = asyncio.Event()

    async def pause(self, seconds: float | None) -> None:
        # Looks up now and then in any case: `run.stopping` may be set from outside the event loop.
        try:
            async with asyncio.timeout(min(seconds, _LOOK_UP) if seconds is not None else _LOOK_UP):
                await self._bell.wait()
        except TimeoutError:
            pass

    @property
    def expects(self) -> bool:
        return self._making > 0 or self._is_fed

    @property
    def may_make(self) -> bool:
        return self._making < self.run.presses

    def take(self) -> Made | None:
        self._fill()
        return self.stock.popleft() if self.stock else None

    def _fill(self) -> None:
        """Have letters made ahead, so that no connection waits for one; where they go slowly, none before its time."""
        run = self.run
        ahead = 0 if run.pace.is_limited else run.presses * run.batch
        while not run.ending and self.may_make and len(self.stock) <= ahead:
            batch = list(run.agenda.take_some(run.clock(), 1 if run.pace.is_limited else self._size))
            if not batch:
                return
            # The first goes out as soon as it is made; the batches grow as the run does.
            self._size = min(2 * self._size, run.batch)
            self._making += 1
            self._tasks.create_task(self._make(batch))

    async def feed(self, more: Iterator[Sequence[tuple[LetterId, float]]]) -> None:
        """Put on the agenda what comes, until nothing more does or the run ends."""
        run = self.run
        try:
            while not run.ending and (some := await asyncio.to_thread(next, more, None)) is not None:
                for letter, moment in some:
                    run.agenda.add((letter,), not_before=moment)
                self.wake()
        except MobilizeError as error:
            # Those that are on the wire finish; what did not come waits in the outbox.
            run.trouble = run.trouble or error
        self._is_fed = False
        self.wake()

    async def _make(self, batch: list[LetterId]) -> None:
        try:
            made = await asyncio.to_thread(self.run.make, batch)
        finally:
            self._making -= 1
        self.stock.extend(Made(letter=letter, message=each) for letter, each in zip(batch, made, strict=True))
        self.wake()

    async def book(self, letter: LetterId) -> float | Later:
        return (await self._scribe.write(lambda page: page.booked.append(letter))).turns[letter]

    async def claim(self, letter: LetterId) -> Tried | Later | None:
        return (await self._scribe.write(lambda page: page.claimed.append(letter))).claims.get(letter)

    async def hand_over(self, letter: LetterId, then: LetterId | None) -> Tried | Later | None:
        def note(page: Page) -> None:
            page.handed_over.append(letter)
            if then is not None:
                page.claimed.append(then)

        answers = await self._scribe.write(note)
        return answers.claims.get(then) if then is not None else None

    async def give_back(self, tried: Tried) -> None:
        await self._scribe.write(lambda page: page.put_back.append(tried))

    def settle(self, settled: Settled) -> Awaitable[object]:
        return self._scribe.write(lambda page: page.settled.append(settled))


#: Seconds after which a pause looks up.
_LOOK_UP = 1.0


class Scribe:
    """Writes the notes of all carriers into the ledger: those that come while a page is written go on the next.

    So ten connections cost one commit to disk in place of ten (measured: docs/decisions/040).
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._page = Page()
        #: One for each who waits for that page: of those, one that is cancelled must not take it from the others.
        self._waiting: list[asyncio.Future[Answers]] = []
        self._loop = asyncio.get_running_loop()
        self._has_work = asyncio.Event()
        self._ended = False

    def write(self, note: Callable[[Page], None]) -> Awaitable[Answers]:
        """Put a note on the next page. What comes back is to be awaited: then it is durable, or LedgerUnusable."""
        note(self._page)
        self._has_work.set()
        waiter = self._loop.create_future()
        self._waiting.append(waiter)
        return waiter

    def end(self) -> None:
        """Stop when nothing is left to write."""
        self._ended = True
        self._has_work.set()

    async def work(self) -> None:
        """Write page after page, until the end."""
        while not self._ended or self._has_work.is_set():
            await self._has_work.wait()
            self._has_work.clear()
            if self._ended and self._page == Page():
                return
            page, waiting = self._page, self._waiting
            self._page, self._waiting = Page(), []
            try:
                answers = await asyncio.to_thread(self._ledger.write, page)
            except Exception as error:  # noqa: BLE001 - whoever waits for the page gets it
                for each in waiting:
                    if not each.done():
                        each.set_exception(error)
                        # Marked as seen: of a settled letter it may be that nobody waits any more.
                        each.exception()
            else:
                for each in waiting:
                    if not each.done():
                        each.set_result(answers)
