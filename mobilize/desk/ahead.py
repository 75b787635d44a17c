"""Planning chunk after chunk of a long list ahead, in as many processes as there are cores: merging is what it takes.

What comes back of a letter is what the outbox keeps of it. Few contacts, or letters whose approval has to be looked at,
are planned here.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from mobilize.campaign.contacts import Contact
from mobilize.desk import allot, approval
from mobilize.desk import plan as planning
from mobilize.desk.allot import Piece
from mobilize.desk.plan import Chosen
from mobilize.desk.portion import When
from mobilize.errors import MobilizeError
from mobilize.installation import Installation, framed

#: Contacts from which on more processes are worth the second that they take to start.
MANY = 5_000

#: Most processes: one queues, and the database takes the rest.
_MOST = 8

#: Chunks for each process that wait for it, or for being queued.
_WAITING = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is planned of each chunk."""

    chosen: Chosen
    round: int
    now: dt.datetime
    when: When
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A chunk that may be queued."""

    lot: Sequence[Piece]
    #: Why -> contacts that get no letter.
    skipped: Counter[str]


Chunk = Sequence[Contact]

#: Chunks -> of each, in their order, how many contacts it has and what is planned of them.
Planning = Callable[[Iterable[Chunk]], Iterator[tuple[int, Planned]]]


def planning_here(installation: Installation, task: Task) -> Planning:
    """Plan each chunk when it is asked for."""
    return lambda chunks: ((len(chunk), plan(installation, task, chunk)) for chunk in chunks)


def planning_ahead(installation: Installation, task: Task, *, of: int) -> AbstractContextManager[Planning]:
    """Plan in processes of its own where there are many: `of` contacts. Each chunk raises as `plan`, when it comes."""
    cores = min(_MOST, os.cpu_count() or 1)
    if of < MANY or cores < 2 or installation.campaign.rules.approval:  # noqa: PLR2004 - two are the first that help
        return nullcontext(planning_here(installation, task))
    return _elsewhere(installation, task, cores)


def plan(installation: Installation, task: Task, chunk: Chunk) -> Planned:
    """Plan a chunk. Raises as plan.plan and approval.require."""
    made = planning.plan(installation, chosen=task.chosen, round=task.round, limit=None, now=task.now, among=chunk)
    approval.require(installation, made, sender=task.by)
    lot = allot.lot(installation, made, now=task.now, when=task.when)
    return Planned(lot=lot, skipped=Counter(made.reasons))


# --- in other processes ----------------------------------------------------------------------------------------------


@contextmanager
def _elsewhere(installation: Installation, task: Task, cores: int) -> Iterator[Planning]:
    # Not forked: the connections to the database are this process's own.
    context = multiprocessing.get_context("spawn")
    begin = (installation.folder, installation.campaign.contacts, task)
    pool = ProcessPoolExecutor(cores, mp_context=context, initializer=_begin, initargs=begin)

    def planned(chunks: Iterable[Chunk]) -> Iterator[tuple[int, Planned]]:
        waiting: deque[tuple[Chunk, Future[Planned | None]]] = deque()
        for chunk in chunks:
            waiting.append((chunk, pool.submit(_plan, chunk)))
            if len(waiting) > _WAITING * cores:
                yield _first(waiting)
        while waiting:
            yield _first(waiting)

    def _first(waiting: deque[tuple[Chunk, Future[Planned | None]]]) -> tuple[int, Planned]:
        chunk, future = waiting.popleft()
        # What cannot be planned is planned here once more, so that it is said here why.
        return len(chunk), future.result() or plan(installation, task, chunk)

    try:
        yield planned
    finally:
        pool.shutdown(cancel_futures=True)


@dataclass(slots=True)
class _Here:
    """What a process of the pool works with, from its start to its end."""

    work: Callable[[Chunk], Planned]
    #: Keeps the ledger open.
    opened: AbstractContextManager[Installation]


_here: list[_Here] = []


def _begin(folder: Path, ministers: tuple[Contact, ...], task: Task) -> None:
    # Ctrl-C is the first process's to answer.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    opened = framed(folder)
    installation = opened.__enter__()
    whole = replace(installation, campaign=replace(installation.campaign, contacts=ministers))
    _here.append(_Here(lambda chunk: plan(whole, task, chunk), opened))


def _plan(chunk: Chunk) -> Planned | None:
    try:
        return _here[0].work(chunk)
    except MobilizeError:
        return None
