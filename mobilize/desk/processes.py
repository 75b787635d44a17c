"""A run with as many processes as there are cores: each writes, carries and records its portion of the letters.

Few letters, or letters that go slowly anyhow, are carried by this process alone. A process that dies leaves what was on
its wire to `book.recover`, and takes no letter of the others with it.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic

from mobilize.campaign.campaign import Campaign
from mobilize.desk import portion as one
from mobilize.desk.portion import Done, Portion, pace_of
from mobilize.errors import MobilizeError
from mobilize.installation import LEDGER_FOLDER, Installation
from mobilize.post.run import Run, Told
from mobilize.settings import Settings
from mobilize.store.engine import open_store
from mobilize.store.sealed import seal

#: Letters from which on more processes are worth the second that they take to start.
MANY = 150

#: Most processes: the database and the wire take the rest of a machine.
_MOST = 8

#: Seconds after which another process tells what it did.
_EVERY = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run ended."""

    #: Letters left in doubt of which nobody was told.
    in_doubt: int
    #: Why the server was given up; empty: it was not.
    trouble: str
    #: Somebody asked for an end.
    stopped: bool


def carry(
    installation: Installation,
    whole: Portion,
    *,
    now: Callable[[], dt.datetime],
    told: Callable[[Told], None],
    said: Callable[[str], None],
) -> Ended:
    """Carry all letters of a run. Ctrl-C and SIGTERM end it after the letters on the wire; a second one, now.

    told: one letter settled; said: a sentence about the run; neither is called twice at the same moment.
    Raises as `portion.carry` does.
    """
    own, *rest = _shared_out(installation, whole)
    lock = threading.Lock()

    def tell(each: Told) -> None:
        with lock:
            told(each)

    def say(sentence: str) -> None:
        with lock:
            said(sentence)

    with _others(installation, rest, tell, say) as others, _signals() as asked:

        def steered(run: Run, now_at_once: Callable[[], None]) -> None:
            asked.listen(run, now_at_once, others)

        try:
            ended = [one.carry(installation, own, now=now, told=tell, said=say, steered=steered)]
        except BaseException:
            for each in others:
                each.ask("stop")
            raise
        finally:
            ended_elsewhere = [each.end() for each in others]
    ended += ended_elsewhere
    return Ended(
        in_doubt=sum(each.in_doubt for each in ended),
        trouble=next((each.trouble for each in ended if each.trouble), ""),
        stopped=asked.times > 0,
    )


def _shared_out(installation: Installation, whole: Portion) -> list[Portion]:
    """One portion a process; each holds every n-th letter, so that each keeps to the order of languages."""
    cores = os.cpu_count() or 1
    count = min(_MOST, cores, whole.connections)
    if len(whole.orders) < MANY or pace_of(installation).is_limited or count < 2:  # noqa: PLR2004 - two are the first that help
        return [replace(whole, presses=cores)]
    return [
        replace(
            whole,
            orders=list(whole.orders[place::count]),
            connections=whole.connections // count + (place < whole.connections % count),
        )
        for place in range(count)
    ]


# --- what a person asks for ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Asked:
    """How often somebody asked for an end, and whom that concerns."""

    times: int = 0
    _run: Run | None = None
    _cut: Callable[[], None] = lambda: None
    _others: list[_Other] = field(default_factory=list)

    def listen(self, run: Run, cut: Callable[[], None], others: list[_Other]) -> None:
        self._run, self._cut, self._others = run, cut, others
        run.stopping = self.times > 0

    def end(self, *_: object) -> None:
        self.times += 1
        if self._run is not None:
            self._run.stopping = True
        for each in self._others:
            each.ask("stop")
        if self.times > 1:
            self._cut()
            for each in self._others:
                # What is on its wire is in doubt; `book.recover` finds it.
                each.process.kill()


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


# --- the other processes, as this one sees them ----------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class _Other:
    """Another process at work, and the thread that listens to it."""

    process: BaseProcess
    line: Connection
    listener: threading.Thread
    done: Done | None = None
    error: MobilizeError | None = None

    def ask(self, what: str) -> None:
        with suppress(OSError):
            self.line.send(what)

    def end(self) -> Done:
        """Wait for its end. Raises what it raised."""
        self.listener.join()
        self.process.join()
        self.line.close()
        if self.error is not None:
            raise self.error
        return self.done or Done()


@contextmanager
def _others(
    installation: Installation, shares: list[Portion], told: Callable[[Told], None], said: Callable[[str], None]
) -> Iterator[list[_Other]]:
    context = multiprocessing.get_context("spawn")
    others: list[_Other] = []
    for each in shares:
        ours, theirs = context.Pipe()
        start = _Start(
            folder=installation.folder,
            settings=installation.settings,
            campaign=installation.campaign,
            secret=installation.secret,
            portion=each,
        )
        process = context.Process(target=_work, args=(start, theirs))
        other = _Other(process=process, line=ours, listener=threading.Thread())
        other.listener = threading.Thread(target=_listen, args=(other, told, said), daemon=True)
        others.append(other)
        process.start()
        theirs.close()
        other.listener.start()
    try:
        yield others
    finally:
        for other in others:
            if other.process.is_alive():
                other.process.kill()


def _listen(other: _Other, told: Callable[[Told], None], said: Callable[[str], None]) -> None:
    with suppress(EOFError, OSError):
        while True:
            news = other.line.recv()
            if isinstance(news, Done):
                other.done = news
                return
            if isinstance(news, MobilizeError):
                other.error = news
                return
            if isinstance(news, str):
                said(news)
            else:
                for each in news:
                    told(each)
    said("One of the processes that send died; what it had on the wire is in doubt, the rest waits for the next run.")


# --- and as it sees itself -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """What another process is given to begin with."""

    folder: Path
    settings: Settings
    campaign: Campaign
    secret: bytes
    portion: Portion


def _work(start: _Start, line: Connection) -> None:
    # Ctrl-C reaches every process of a terminal; what it means is decided by the one that was started by a person.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    teller = _Teller(line)
    url = start.settings.database_url.get_secret_value()
    try:
        store = open_store(url or start.folder / LEDGER_FOLDER / "ledger.sqlite", now=_now())
        try:
            installation = Installation(
                folder=start.folder,
                settings=start.settings,
                store=store,
                campaign=start.campaign,
                faults=(),
                seal=seal(start.settings.mobilize_key.get_secret_value()),
                secret=start.secret,
            )
            done = one.carry(
                installation, start.portion, now=_now, told=teller.told, said=teller.said, steered=teller.steered
            )
        finally:
            store.close()
        teller.flush()
        line.send(done)
    except MobilizeError as error:
        teller.flush()
        line.send(error)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class _Teller:
    """Tells the first process what is done here, and does what it asks for."""

    def __init__(self, line: Connection) -> None:
        self._line = line
        self._news: list[Told] = []
        self._told_at = 0.0

    def told(self, each: Told) -> None:
        self._news.append(each)
        if monotonic() - self._told_at > _EVERY:
            self.flush()

    def flush(self) -> None:
        if self._news:
            self._line.send(self._news)
        self._news, self._told_at = [], monotonic()

    def said(self, sentence: str) -> None:
        self.flush()
        self._line.send(sentence)

    def steered(self, run: Run, _cut: Callable[[], None]) -> None:
        def listen() -> None:
            with suppress(EOFError, OSError):
                self._line.recv()
                run.stopping = True

        threading.Thread(target=listen, daemon=True).start()


def _end_with_parent() -> None:
    """A program that is killed leaves no process behind that goes on sending."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
