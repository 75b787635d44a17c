"""Makes messages in as many processes as there are cores: setting the paper is what a letter costs.

Few letters, or letters that go slowly anyhow, are made in this process; so are the first of many, while the others
start. A process that dies takes no letter with it: what it was making is made here.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from mobilize.desk import compose
from mobilize.desk.compose import Composer, SigningKey
from mobilize.installation import Installation
from mobilize.letter.dkim import Signer
from mobilize.letter.merge import Letter
from mobilize.letter.mime import Message

#: Letters from which on more processes are worth the second that they take to start.
MANY = 150

#: Most processes: the ledger and the wire take the rest of a machine.
_MOST = 8

Make = Callable[[Letter, dt.datetime], Message]


@contextmanager
def press(installation: Installation, letters: int) -> Iterator[Make]:
    """Make messages of so many letters. Raises SettingsWrong for a DKIM key that cannot be used.

    Yields a function of a letter and the moment, to be called from any thread; it raises as compose.message does.
    """
    by, key = compose.composer(installation), compose.signing_key(installation)
    signer = key.signer() if key is not None else None

    def here(letter: Letter, now: dt.datetime) -> Message:
        return compose.message(by, letter, now=now, signer=signer)

    count = min(_MOST, os.cpu_count() or 1)
    if letters < MANY or count < 2:  # noqa: PLR2004 - a second process is the first that helps
        yield here
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=_begin, initargs=(by, key))
    try:
        started: list[Future[bool]] = [pool.submit(_ready) for _ in range(count)]

        def make(letter: Letter, now: dt.datetime) -> Message:
            try:
                if all(each.done() and each.exception() is None for each in started):
                    return pool.submit(_make, letter, now).result()
            except BrokenProcessPool:
                pass
            return here(letter, now)

        yield make
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


#: What a process of the press works with; set once, when it starts.
_WITH: list[tuple[Composer, Signer | None]] = []


def _begin(by: Composer, key: SigningKey | None) -> None:
    # Ctrl-C reaches every process of a terminal; what it means is decided by the one that sends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _WITH.append((by, key.signer() if key is not None else None))


def _end_with_parent() -> None:
    """A program that is killed leaves no processes behind that wait for its letters."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _ready() -> bool:
    return bool(_WITH)


def _make(letter: Letter, now: dt.datetime) -> Message:
    by, signer = _WITH[0]
    return compose.message(by, letter, now=now, signer=signer)
