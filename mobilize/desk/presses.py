"""Other processes that write letters, one a core; this process alone carries them and keeps the ledger.

Writing is most of the work, and processes share no interpreter lock. One ledger writer puts the notes of all
connections on one page, where two would wait for each other's lock (measured: docs/decisions/141). A press that dies
takes no letter with it: what it had in hand is written here.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe

from mobilize.desk import compose
from mobilize.desk.compose import Composer, Order, SigningKey
from mobilize.errors import LetterWrong, TemplateWrong
from mobilize.letter.dkim import Signer
from mobilize.letter.mime import Message
from mobilize.post.run import Unmade

#: Writes letters, in their order; where one cannot be made, the reason stands in its place.
Write = Callable[[Sequence[Order]], Sequence[Message | Unmade]]

#: Batches that a press is given at once: it goes on with the second while the first is fetched.
AT_ONCE = 2

#: Seconds that a press is given to end by itself.
_PATIENCE = 5.0


def writer(by: Composer, key: SigningKey | None) -> Write:
    """Write letters in this process. Raises SettingsWrong for a key that cannot be used."""
    signer = key.signer() if key is not None else None
    return lambda orders: [_written(by, order, signer) for order in orders]


def _written(by: Composer, order: Order, signer: Signer | None) -> Message | Unmade:
    try:
        return compose.filled(by, order, now=dt.datetime.now(dt.UTC), signer=signer)
    except (LetterWrong, TemplateWrong) as error:
        return error


@contextmanager
def presses(by: Composer, key: SigningKey | None, *, count: int, said: Callable[[str], None]) -> Iterator[Write]:
    """Write letters in so many other processes; in this one until the first of them is ready, and where all died.

    What is yielded may be called by several threads at once: AT_ONCE times the count keep all presses busy.
    said: a sentence for whoever watches. Raises SettingsWrong as `writer` does.
    """
    here = writer(by, key)
    running: list[_Press] = []
    begun = threading.Event()

    def start() -> None:
        # They take a second of all cores to start: the first letter must not wait for that.
        begun.wait()
        running.extend(_started(by, key, said) for _ in range(count) if not ended.is_set())

    def write(orders: Sequence[Order]) -> Sequence[Message | Unmade]:
        ready = [press for press in running if press.is_ready]
        try:
            if ready:
                return min(ready, key=lambda press: len(press.asked)).ask(orders).result()
        except _Died:
            pass
        written = here(orders)
        begun.set()
        return written

    ended = threading.Event()
    starting = threading.Thread(target=start, daemon=True)
    starting.start()
    try:
        yield write
    finally:
        ended.set()
        begun.set()
        starting.join()
        for press in running:
            press.end()


class _Died(Exception):
    """A press is gone, with what it was given."""


@dataclass(slots=True, kw_only=True)
class _Press:
    """Another process that writes, and the thread that fetches what it wrote."""

    process: subprocess.Popen[bytes]
    line: Connection
    is_ready: bool = False
    #: Who waits for a batch, in the order in which they were asked for.
    asked: deque[Future[Sequence[Message | Unmade]]] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _is_ending: bool = False

    def ask(self, orders: Sequence[Order]) -> Future[Sequence[Message | Unmade]]:
        """Have a batch written. Its result raises _Died where the press is gone."""
        waiting: Future[Sequence[Message | Unmade]] = Future()
        with self._lock:
            self.asked.append(waiting)
            try:
                self.line.send(orders)
            except OSError:
                self.asked.pop()
                waiting.set_exception(_Died())
        return waiting

    def fetch(self, means: tuple[Composer, SigningKey | None], said: Callable[[str], None]) -> None:
        """Give it what it writes with, and hand out what comes, until the press ends."""
        with suppress(EOFError, OSError):
            # Here, since this waits until it has started; meanwhile the next one can.
            with self._lock:
                self.line.send(means)
            while True:
                written = self.line.recv()
                if written is None:
                    self.is_ready = True
                else:
                    self.asked.popleft().set_result(written)
        self.is_ready = False
        if not self._is_ending:
            said("One of the processes that write letters died; what it had in hand is written by this one.")
        with self._lock:
            while self.asked:
                self.asked.popleft().set_exception(_Died())

    def end(self) -> None:
        """Have it end, soon or now."""
        self._is_ending = True
        # One that is still starting is first given what it writes with; one that never takes that is killed.
        if self._lock.acquire(timeout=_PATIENCE):
            with suppress(OSError):
                self.line.send(None)
            self._lock.release()
        try:
            self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.line.close()


def _started(by: Composer, key: SigningKey | None, said: Callable[[str], None]) -> _Press:
    ours, theirs = Pipe()
    number = theirs.fileno()
    # An interpreter of its own, and not multiprocessing's: that would first import what this program's main module
    # does, which is the command line with all that it needs. -P: no module is looked for in the folder we stand in.
    words = [sys.executable, "-P", "-c", f"from {__name__} import work; work({number})"]
    # Ctrl-C reaches every process of a terminal's group; what it means is decided by the one that a person started.
    process = subprocess.Popen(words, pass_fds=(number,), stdin=subprocess.DEVNULL, process_group=0)  # noqa: S603 - ours
    theirs.close()
    press = _Press(process=process, line=ours)
    threading.Thread(target=press.fetch, args=((by, key), said), daemon=True).start()
    return press


def work(number: int) -> None:
    """Be a press: write what is asked for over an open pipe, until it says to end or nobody is there any more."""
    line = Connection(number)
    with suppress(EOFError, OSError):
        write = writer(*line.recv())
        line.send(None)
        while (orders := line.recv()) is not None:
            line.send(write(orders))
