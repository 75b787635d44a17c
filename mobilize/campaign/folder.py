"""A directory -> Campaign and its faults. The one place of the campaign that reads files.

No path that stands in data leads out of the folder: images, letters and tables that are links to elsewhere are faults,
not read. `extends` alone names another folder, and only campaign folders are read from there.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mobilize.campaign import charter, columns, contacts, record, tables
from mobilize.campaign.campaign import Campaign
from mobilize.campaign.contacts import Contact, ContactId, Reading
from mobilize.campaign.faults import Fault
from mobilize.campaign.headers import Layout
from mobilize.campaign.home import Home, opened, utf8
from mobilize.campaign.seen import Seen
from mobilize.errors import SourceUnreadable

#: Where the contacts may be; the first that is there is read.
CONTACTS = ("contacts.csv", "contacts.xlsx", "contacts.ods")

#: A table read whole takes about twenty times its size in memory; longer ones go through `stream_contacts`.
LARGEST_TABLE = 64 * 1024 * 1024

#: No letter template, lexicon or logo is larger.
LARGEST_TEXT = 1024 * 1024
LARGEST_IMAGE = 5 * 1024 * 1024

#: How many folders may stand behind one another by `extends`.
DEEPEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A campaign folder, read, and how each part of it was."""

    campaign: Campaign
    faults: tuple[Fault, ...]
    #: The fate of every row of the contacts.
    reading: Reading


def load(path: Path) -> tuple[Campaign, tuple[Fault, ...]]:
    """Read a campaign folder: all that is good in it, and every fault of the rest at once.

    Raises SourceUnreadable where there is no such folder or no campaign.toml in it. Everything else is a fault, and
    the Campaign has what could be read; whoever sends must first see that no fault is an error.
    """
    examined = examine(path)
    return examined.campaign, examined.faults


def examine(path: Path) -> Examined:
    """Read a campaign folder as `load` does, and keep the fate of every row of its contacts."""
    return _examined(path, read_contacts(path))


def _examined(path: Path, reading: Reading) -> Examined:
    homes, charters, faults = _chain(path)
    own = charters[0]
    known, more = _record(homes, own)
    faults += more
    faults += reading.faults
    templates, more = _texts(homes, "letters", "*.md", "*.typ")
    faults += more
    lexicon, more = _texts(homes[:1], "lexicon", "*.toml")
    faults += more
    images, more = _images(homes[0], own)
    faults += more
    campaign = Campaign(
        slug=own.slug,
        title=own.title,
        as_of=own.as_of,
        letter_date=own.letter_date,
        not_after=own.not_after,
        languages=own.languages,
        draft=own.draft,
        sender=own.sender,
        rules=own.rules,
        arguments=own.arguments,
        record=known,
        contacts=reading.contacts,
        templates=templates,
        images=images,
        lexicon={Path(name).stem: text for name, text in lexicon.items()},
    )
    return Examined(campaign=campaign, faults=tuple(faults), reading=reading)


def frame(path: Path) -> tuple[Campaign, tuple[Fault, ...]]:
    """Read a campaign folder but for its contacts, for campaigns with more of them than can be held."""
    examined = _examined(path, Reading(path=CONTACTS[0]))
    return examined.campaign, examined.faults


def stream_contacts(path: Path) -> Iterator[Contact | Fault]:
    """Read contacts.csv row by row, whatever its length: each row is a contact, or the faults that refuse it.

    Holds one row, and some fifty bytes of each earlier one to find what stands there twice. No workbook is streamed.
    Warnings come too, before the contact that they are about.
    """
    earlier = contacts.Earlier()
    for row in _stream_rows(path):
        if isinstance(row, Fault):
            yield row
            continue
        contact, faults = contacts.take(row, CONTACTS[0], earlier)
        yield from faults
        if contact is not None:
            yield contact


def named_rows(path: Path) -> Iterator[tuple[ContactId, tables.Row]]:
    """Each row of contacts.csv with the name of its contact, and nothing else of it looked at.

    For a file that was read whole before, with no row refused, and is the same (`inputs_digest`).
    """
    earlier = Seen()
    for row in _stream_rows(path):
        if not isinstance(row, Fault):
            yield contacts.name_of(row, earlier), row


def contact_again(name: ContactId, row: tables.Row) -> Contact | None:
    """The contact of such a row; None where it is none after all."""
    contact, _ = contacts.contact_of(row, CONTACTS[0])
    return replace(contact, id=name) if contact is not None else None


def contacts_on(path: Path, lines: Container[int]) -> Iterator[Contact]:
    """Read the contacts that stand on these lines of contacts.csv, of a file as for `named_rows`.

    Each under its short name, which may be that of an earlier one.
    """
    for row in _stream_rows(path, lines):
        if not isinstance(row, Fault) and (contact := contacts.contact_of(row, CONTACTS[0])[0]) is not None:
            yield contact


def _stream_rows(path: Path, lines: Container[int] | None = None) -> Iterator[tables.Row | Fault]:
    """The rows of contacts.csv; what is wrong with the file, or with a row, in their place."""
    home = opened(path)
    if not (home.path / CONTACTS[0]).exists():
        yield from read_contacts(path).faults
        return
    plain = home.plain(CONTACTS[0])
    if isinstance(plain, Fault):
        yield plain
        return
    with plain.open("rb") as beginning:
        guess = tables.guess_sample(beginning.read(tables.SAMPLE), columns.CONTACTS)
    with plain.open(encoding=guess.encoding, errors="replace", newline="") as text:
        stream = tables.stream(text, guess, path=CONTACTS[0], layout=columns.CONTACTS, lines=lines)
        yield from stream.faults
        yield from stream.rows


def inputs_digest(path: Path) -> str:
    """Digest (SHA-256, hex) every file that a campaign's letters are made from, its own and those that it extends.

    Where it is the same, `load` reads the same. Empty where a file cannot be read, or the contacts stand in no CSV.
    Raises SourceUnreadable as `load` does.
    """
    homes, charters, _ = _chain(path)
    sender = charters[0].sender
    there = [name for name in CONTACTS if (path / name).exists()]
    digest = hashlib.sha256(" ".join(there).encode())
    for number, home in enumerate(homes):
        own = () if number else (CONTACTS[0], *filter(None, (sender.logo, sender.signature)))
        below = (*home.below("record", "*.csv"), *home.below("letters", "*.md", "*.typ"))
        for name in ("campaign.toml", *own, *below):
            data = home.read(name, most=LARGEST_TABLE)
            if not isinstance(data, bytes):
                return ""
            digest.update(f"{home.name}{name} {len(data)}\n".encode())
            digest.update(data)
    return digest.hexdigest()


def read_contacts(path: Path) -> Reading:
    """Read the contacts of a campaign folder: the fate of every row. Never raises for bad data."""
    home = opened(path)
    there = [name for name in CONTACTS if (home.path / name).exists()]
    if not there:
        sentence = "there are no contacts: put contacts.csv (or .xlsx, .ods) into the campaign folder"
        return Reading(path=CONTACTS[0], faults=(Fault(path=CONTACTS[0], sentence=sentence),))
    table = _table(home, there[0], columns.CONTACTS)
    if isinstance(table, Fault):
        return Reading(path=there[0], faults=(table,))
    reading = contacts.read(table)
    both = [Fault(path=name, sentence=f"{there[0]} is there too, and is the one read: keep one") for name in there[1:]]
    return replace(reading, faults=(*both, *reading.faults))


def read_record(path: Path) -> tuple[record.Record, tuple[Fault, ...]]:
    """Read the whole record of a campaign folder and of those that it extends, not cut at any date."""
    homes, charters, _ = _chain(path)
    known, faults = _record(homes, replace(charters[0], as_of=dt.date.max))
    return known, tuple(faults)


def _chain(path: Path) -> tuple[list[Home], list[charter.Charter], list[Fault]]:
    """The folder and those that it extends, the own one first."""
    homes = [opened(path)]
    own, wrong = _charter(homes[0])
    charters, faults = [own], list(wrong)
    while extends := charters[-1].extends:
        further = homes[-1].path / extends
        sentence = ""
        if not (further / "campaign.toml").is_file():
            sentence = "no campaign folder is there: write its path, seen from this folder"
        elif further.resolve() in [home.real for home in homes] or len(homes) == DEEPEST:
            sentence = "this leads round in a circle, or through too many folders"
        if sentence:
            faults.append(
                Fault(path=f"{homes[-1].name}campaign.toml", column="extends", value=extends, sentence=sentence)
            )
            break
        homes.append(opened(further, name=f"{homes[-1].name}{extends.rstrip('/')}/"))
        # What is wrong in that folder's charter is its own affair: here only its letters and its record count.
        charters.append(_charter(homes[-1])[0])
    return homes, charters, faults


def _charter(home: Home) -> tuple[charter.Charter, tuple[Fault, ...]]:
    data = home.read("campaign.toml", most=LARGEST_TEXT)
    if isinstance(data, bytes):
        return charter.read(data, path=f"{home.name}campaign.toml")
    raise SourceUnreadable(
        f"{home.path} holds no campaign.toml" if data is None else str(data),
        hint="name a campaign folder with --campaign DIR, or make one with `mobilize init DIR`",
    )


def _record(homes: list[Home], own: charter.Charter) -> tuple[record.Record, list[Fault]]:
    """The union of the records of all folders, the own one first, cut at the own `as_of`.

    A folder that extends another need not have a record of its own.
    """
    faults: list[Fault] = []
    found: list[list[tables.Table]] = []
    for name, layout in (("record/resolutions.csv", columns.RESOLUTIONS), ("record/positions.csv", columns.POSITIONS)):
        readings = [_table(home, name, layout) for home in homes if (home.path / name).exists()]
        faults += [each for each in readings if isinstance(each, Fault)]
        faults += [] if readings else [Fault(path=name, sentence="this file is missing: no letter can cite anything")]
        found.append([each for each in readings if isinstance(each, tables.Table)])
    known, wrong = record.read(found[0], found[1], as_of=own.as_of)
    return known, faults + list(wrong)


def _table(home: Home, name: str, layout: Layout) -> tables.Table | Fault:
    data = home.read(name, most=LARGEST_TABLE)
    if isinstance(data, bytes):
        return tables.read(data, path=f"{home.name}{name}", layout=layout)
    return data or Fault(path=f"{home.name}{name}", sentence="this file is missing")


def _texts(homes: list[Home], folder: str, *patterns: str) -> tuple[Mapping[str, str], list[Fault]]:
    """Path below `folder` -> text; what stands in an earlier folder hides the same path in a later one."""
    found: dict[str, str] = {}
    faults: list[Fault] = []
    for home in homes:
        for name in home.below(folder, *patterns):
            key = name.removeprefix(f"{folder}/")
            if key in found:
                continue
            data = home.read(name, most=LARGEST_TEXT)
            text = utf8(data, f"{home.name}{name}") if isinstance(data, bytes) else data
            if isinstance(text, str):
                found[key] = text
            elif text is not None:
                faults.append(text)
    return found, faults


def _images(home: Home, own: charter.Charter) -> tuple[Mapping[str, bytes], list[Fault]]:
    """The images that [sender] names, checked to be what they say."""
    found: dict[str, bytes] = {}
    faults: list[Fault] = []
    for key, name in (("sender.logo", own.sender.logo), ("sender.signature", own.sender.signature)):
        data = home.read(name, most=LARGEST_IMAGE) if name else b""
        if isinstance(data, bytes) and _is_image(data):
            found[name] = data
        elif name:
            wrong = "not a PNG or SVG image" if data else "there is no such file in the campaign folder"
            sentence = data.sentence if isinstance(data, Fault) else wrong
            faults.append(Fault(path="campaign.toml", column=key, value=name, sentence=sentence))
    return found, faults


def _is_image(data: bytes) -> bool:
    return data.startswith(b"\x89PNG\r\n\x1a\n") or b"<svg" in data[:1000]
