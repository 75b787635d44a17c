"""Contacts at hand for workers: all of them in memory, or, of more than memory holds, in a file that has no name.

The file is written once when a worker starts, from contacts.csv row by row, and goes when the worker does: it has no
name from the beginning, so nothing of it stays behind. In memory stay 27 bytes a contact.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from mobilize.campaign import folder as campaign_folder
from mobilize.campaign.campaign import Campaign
from mobilize.campaign.contacts import Audience, Contact, Gender
from mobilize.campaign.seen import Seen

#: Ids -> the contacts of these that there are.
Find = Callable[[Sequence[str]], Mapping[str, Contact]]


class Ministers:
    """The first minister of each country: all that a letter to somebody else asks of other contacts (letter/scope.py).

    With these in the place of all contacts, a letter costs the same among a million as among ten.
    """

    def __init__(self) -> None:
        self._found: dict[str, Contact] = {}

    def see(self, contact: Contact) -> None:
        """Look at one more contact, in the order of the file."""
        if contact.audience is Audience.MINISTER:
            self._found.setdefault(contact.country, contact)

    def found(self) -> tuple[Contact, ...]:
        """Those that were seen."""
        return tuple(self._found.values())


def ministers(contacts: Iterable[Contact]) -> tuple[Contact, ...]:
    """Those among these contacts."""
    found = Ministers()
    for each in contacts:
        found.see(each)
    return found.found()


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """Contacts in a file that has no name."""

    find: Find
    ministers: tuple[Contact, ...]


def in_memory(campaign: Campaign) -> Find:
    """Find contacts among those of a campaign that was read whole."""
    known: dict[str, Contact] = {each.id: each for each in campaign.contacts}
    return lambda ids: {each: known[each] for each in ids if each in known}


@contextmanager
def streamed(folder: Path) -> Iterator[Roll]:
    """Find contacts of a folder whose contacts.csv is longer than memory is wide. Refused rows are not there."""
    with tempfile.TemporaryFile() as file:
        places, theirs = Seen(), Ministers()
        for each in campaign_folder.stream_contacts(folder):
            if isinstance(each, Contact):
                theirs.see(each)
                # From 1, as `Seen` counts.
                places.first(each.id, file.tell() + 1)
                file.write(_written(each))
        file.flush()
        alone = threading.Lock()

        def find(ids: Sequence[str]) -> Mapping[str, Contact]:
            # One place in the file for all shards in hand.
            with alone:
                return _found(file, places, ids)

        yield Roll(find=find, ministers=theirs.found())


def _found(file: IO[bytes], places: Seen, ids: Sequence[str]) -> Mapping[str, Contact]:
    found = {}
    for each in ids:
        place = places.find(each)
        if place is not None:
            file.seek(place - 1)
            contact = _read(file.readline())
            # Of a million ids, two share their 64 bits once in 37 million runs.
            if contact.id == each:
                found[each] = contact
    return found


def _written(contact: Contact) -> bytes:
    fields = asdict(contact)
    fields["checked_on"] = contact.checked_on.isoformat() if contact.checked_on else None
    return json.dumps(fields, ensure_ascii=False).encode() + b"\n"


def _read(line: bytes) -> Contact:
    fields = json.loads(line)
    day = fields["checked_on"]
    return Contact(
        **{
            **fields,
            "audience": Audience(fields["audience"]),
            "gender": Gender(fields["gender"]),
            "emails": tuple(fields["emails"]),
            "checked_on": dt.date.fromisoformat(day) if day else None,
        }
    )
