"""The lead's job with more addressees than memory holds: contacts.csv is read row by row, and queued in chunks."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mobilize.campaign import folder as campaign_folder
from mobilize.campaign.contacts import Contact
from mobilize.campaign.faults import Fault, Weight
from mobilize.desk import ahead, allot, roster
from mobilize.desk.ahead import Task
from mobilize.desk.plan import Chosen
from mobilize.desk.portion import AT_ONCE, When
from mobilize.errors import DataFaulty
from mobilize.installation import Installation
from mobilize.store import queue

#: Contacts of a chunk: ten shards, and a transaction of half a second.
CHUNK = 1000

#: Faults that are kept to be shown; how many more there are is counted.
_SHOWN = 20


@dataclass(slots=True, kw_only=True)
class Survey:
    """What stands in contacts.csv."""

    #: Audience -> contacts that the command is about.
    contacts: Counter[str] = field(default_factory=Counter)
    #: Rows that cannot be used.
    refused: int = 0
    faults: list[Fault] = field(default_factory=list)
    #: The first minister of each country, chosen or not: a letter to an NGO encloses one to its own.
    ministers: tuple[Contact, ...] = ()


@dataclass(slots=True, kw_only=True)
class Streamed:
    """What was queued."""

    letters: int = 0
    shards: int = 0
    #: Why -> contacts that get no letter.
    skipped: Counter[str] = field(default_factory=Counter)
    #: Seconds that it took to read, to plan (that is, to write each letter once), and to queue.
    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(("read", "plan", "queue"), 0.0))


def survey(folder: Path, chosen: Chosen) -> Survey:
    """Read all rows once, and keep nothing of them: how many there are, and what is wrong."""
    found, ministers = Survey(), roster.Ministers()
    for each in campaign_folder.stream_contacts(folder):
        if isinstance(each, Contact):
            ministers.see(each)
            found.contacts[each.audience.value] += chosen.takes(each)
        elif each.weight is Weight.ERROR:
            found.refused += 1
            if len(found.faults) < _SHOWN:
                found.faults.append(each)
    found.ministers = ministers.found()
    return found


def require_sound(found: Survey, *, skip_faulty: bool) -> None:
    """Refuse to send from a file with faulty rows, unless they are to be left out. Raises DataFaulty."""
    if found.refused and not skip_faulty:
        raise DataFaulty(found.faults, hint="mend them, or leave faulty rows of contacts out with --skip-faulty")


def hand_over(
    installation: Installation,
    *,
    chosen: Chosen,
    round: int,
    now: Callable[[], dt.datetime],
    timer: Callable[[], float],
    told: Callable[[str, int, int], None] = lambda *_: None,
    of: int = 0,
    when: When = AT_ONCE,
    priority: int = 0,
    by: str = "",
) -> Streamed:
    """Queue a round for the workers, chunk by chunk, each with its shards in one transaction.

    installation: opened without its contacts, but for the ministers that `survey` found. Interrupted, it is run again:
    what was queued stays, and is not queued twice. told: shows progress (what, contacts done, `of` how many).
    timer: seconds. Raises as allot.hand_over.
    """
    allot.require(installation)
    done, read = Streamed(), 0
    mark = timer()

    def took(step: str) -> None:
        nonlocal mark
        moment = timer()
        done.seconds[step] += moment - mark
        mark = moment

    task = Task(chosen=chosen, round=round, now=now(), when=when, by=by)
    with ahead.planning_ahead(installation, task, of=of) as planned:
        for number, (count, chunk) in enumerate(planned(_timed(_chunks(installation.folder), took))):
            took("plan")
            done.shards += allot.queue_lot(installation, chunk.lot, now=now(), priority=priority) if chunk.lot else 0
            done.letters += len(chunk.lot)
            done.skipped.update(chunk.skipped)
            if chunk.lot and number & (number - 1) == 0:
                # The first, and then each time that there are twice as many.
                queue.counted(installation.store)
            read += count
            took("queue")
            told("queueing", read, max(of, read))
    return done


def _timed(chunks: Iterator[tuple[Contact, ...]], took: Callable[[str], None]) -> Iterator[tuple[Contact, ...]]:
    """The same chunks; what was done before each is planning, and what it takes to read one is reading."""
    while True:
        took("plan")
        chunk = next(chunks, ())
        took("read")
        if not chunk:
            return
        yield chunk


def _chunks(folder: Path) -> Iterator[tuple[Contact, ...]]:
    rows = (each for each in campaign_folder.stream_contacts(folder) if isinstance(each, Contact))
    while chunk := tuple(itertools.islice(rows, CHUNK)):
        yield chunk
