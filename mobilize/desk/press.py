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
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass

from mobilize.desk import compose
from mobilize.desk.compose import Composer, Order, SigningKey
from mobilize.errors import LetterWrong, TemplateWrong
from mobilize.installation import Installation
from mobilize.letter.dkim import Signer
from mobilize.letter.mime import Message
from mobilize.post.run import Unmade

#: Letters from which on more processes are worth the second that they take to start.
MANY = 150

#: Most processes: the ledger and the wire take the rest of a machine.
_MOST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """Writes letters and makes their messages."""

    #: Fills orders, in their order; may be called from several threads. Where a letter cannot be made, the reason
    #: stands in its place.
    make: Callable[[Sequence[Order], dt.datetime], list[Message | Unmade]]
    #: Calls that are worked on at once.
    processes: int = 1


@contextmanager
def press(installation: Installation, letters: int) -> Iterator[Press]:
    """Set up a press for so many letters. Raises SettingsWrong for a DKIM key that cannot be used."""
    by, key = compose.composer(installation), compose.signing_key(installation)
    signer = key.signer() if key is not None else None

    def here(orders: Sequence[Order], now: dt.datetime) -> list[Message | Unmade]:
        return [_filled(by, order, now, signer) for order in orders]

    count = min(_MOST, os.cpu_count() or 1)
    if letters < MANY or count < 2:  # noqa: PLR2004 - a second process is the first that helps
        yield Press(make=here)
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=_begin, initargs=(by, key))
    try:
        started: list[Future[bool]] = [pool.submit(_ready) for _ in range(count)]

        def make(orders: Sequence[Order], now: dt.datetime) -> list[Message | Unmade]:
            try:
                if all(each.done() and each.exception() is None for each in started):
                    return pool.submit(_make, orders, now).result()
            except BrokenProcessPool:
                pass
            return here(orders, now)

        yield Press(make=make, processes=count)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _filled(by: Composer, order: Order, now: dt.datetime, signer: Signer | None) -> Message | Unmade:
    try:
        return compose.filled(by, order, now=now, signer=signer)
    except (LetterWrong, TemplateWrong) as error:
        return error


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


def _make(orders: Sequence[Order], now: dt.datetime) -> list[Message | Unmade]:
    by, signer = _WITH[0]
    return [_filled(by, order, now, signer) for order in orders]
