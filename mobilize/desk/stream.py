"""The lead's job with more addressees than memory holds: contacts.csv is read row by row, and queued in chunks."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from mobilize.campaign import folder as campaign_folder
from mobilize.campaign.contacts import Contact
from mobilize.campaign.faults import Fault, Weight
from mobilize.desk import allot
from mobilize.desk import plan as planning
from mobilize.desk.plan import Chosen
from mobilize.desk.portion import AT_ONCE, When
from mobilize.errors import DataFaulty
from mobilize.installation import Installation

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
    found = Survey()
    for each in campaign_folder.stream_contacts(folder):
        if isinstance(each, Contact):
            found.contacts[each.audience.value] += chosen.takes(each)
        elif each.weight is Weight.ERROR:
            found.refused += 1
            if len(found.faults) < _SHOWN:
                found.faults.append(each)
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

    installation: opened without its contacts. Interrupted, it is run again: what was queued stays, and is not queued
    twice. told: shows progress (what, contacts done, `of` how many). timer: seconds. Raises as allot.hand_over.
    """
    done, read = Streamed(), 0
    mark = timer()

    def took(step: str) -> None:
        nonlocal mark
        moment = timer()
        done.seconds[step] += moment - mark
        mark = moment

    for chunk in _chunks(installation.folder):
        took("read")
        part = replace(installation, campaign=replace(installation.campaign, contacts=chunk))
        plan = planning.plan(part, chosen=chosen, round=round, limit=None, now=now())
        took("plan")
        if plan.letters:
            handed = allot.hand_over(part, plan, now=now(), when=when, priority=priority, by=by)
            done.letters += handed.letters
            done.shards += handed.shards
        done.skipped.update(plan.reasons)
        took("queue")
        read += len(chunk)
        told("queueing", read, max(of, read))
    return done


def _chunks(folder: Path) -> Iterator[tuple[Contact, ...]]:
    rows = (each for each in campaign_folder.stream_contacts(folder) if isinstance(each, Contact))
    while chunk := tuple(itertools.islice(rows, CHUNK)):
        yield chunk
