"""A directory -> Campaign and its faults. The one place of the campaign that reads files.

No path that stands in data leads out of the folder: images, letters and tables that are links to elsewhere are faults,
not read. `extends` alone names another folder, and only campaign folders are read from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mobilize.campaign import charter, contacts, record, tables
from mobilize.campaign.campaign import Campaign
from mobilize.campaign.contacts import Contact, Reading
from mobilize.campaign.faults import Fault
from mobilize.campaign.headers import Layout
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
class _Home:
    """One campaign folder on disk."""

    #: As given; faults name files relative to it.
    path: Path
    #: Without links: nothing outside it is read.
    real: Path

    def read(self, relative: str, *, most: int) -> bytes | Fault | None:
        """The bytes of a file below the folder; None where there is none; a fault where it may not or cannot be read."""
        target = self.path / relative
        if not target.exists():
            return None
        if not target.resolve().is_relative_to(self.real):
            return Fault(path=relative, sentence="this leads out of the campaign folder: copy the file into it")
        try:
            size = target.stat().st_size
            if size > most:
                return Fault(path=relative, sentence=f"{size // 2**20} MB, where {most // 2**20} MB are the most")
            return target.read_bytes()
        except OSError as error:
            return Fault(path=relative, sentence=f"cannot be read: {error.strerror}")

    def below(self, folder: str, *patterns: str) -> Iterator[str]:
        """Paths of the files below a folder that match, relative to this one, in order of name."""
        found = (each for pattern in patterns for each in (self.path / folder).rglob(pattern))
        return iter(
            sorted(each.relative_to(self.path).as_posix() for each in found if each.is_file() or each.is_symlink())
        )


def load(path: Path) -> tuple[Campaign, tuple[Fault, ...]]:
    """Read a campaign folder: all that is good in it, and every fault of the rest at once.

    Raises SourceUnreadable where there is no such folder or no campaign.toml in it. Everything else is a fault, and
    the Campaign has what could be read; whoever sends must first see that no fault is an error.
    """
    homes, charters, faults = _chain(path)
    own = charters[0]
    known, more = _record(homes, own)
    faults += more
    reading = read_contacts(path)
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
    return campaign, tuple(faults)


def read_contacts(path: Path) -> Reading:
    """Read the contacts of a campaign folder: the fate of every row. Never raises for bad data."""
    home = _home(path)
    there = [name for name in CONTACTS if (home.path / name).exists()]
    if not there:
        sentence = "there are no contacts: put contacts.csv (or .xlsx, .ods) into the campaign folder"
        return Reading(contacts=(), refused=(), faults=(Fault(path=CONTACTS[0], sentence=sentence),))
    table = _table(home, there[0], contacts.LAYOUT)
    reading = (
        contacts.read(table) if isinstance(table, tables.Table) else Reading(contacts=(), refused=(), faults=(table,))
    )
    if len(there) > 1:
        sentence = f"{there[0]} stands beside it and is read: keep one of the two"
        reading = Reading(
            contacts=reading.contacts,
            refused=reading.refused,
            faults=(Fault(path=there[1], sentence=sentence), *reading.faults),
        )
    return reading


def _chain(path: Path) -> tuple[list[_Home], list[charter.Charter], list[Fault]]:
    """The folder and those that it extends, the own one first."""
    homes: list[_Home] = []
    charters: list[charter.Charter] = []
    faults: list[Fault] = []
    following: Path | None = path
    while following is not None:
        home = _home(following)
        data = home.read("campaign.toml", most=LARGEST_TEXT)
        if data is None or isinstance(data, Fault):
            if not homes:
                raise SourceUnreadable(
                    f"{path} holds no campaign.toml" if data is None else str(data),
                    hint="name a campaign folder with --campaign DIR, or make one with `mobilize init DIR`",
                )
            faults.append(
                Fault(
                    path="campaign.toml",
                    column="extends",
                    value=charters[-1].extends,
                    sentence="no campaign folder is there",
                )
            )
            break
        read, wrong = charter.read(data, path="campaign.toml")
        # What is wrong in an extended folder is that folder's own affair, unless it is extended.
        faults += wrong if not homes else []
        homes.append(home)
        charters.append(read)
        following = home.path / read.extends if read.extends else None
        if following is not None and (following.resolve() in [each.real for each in homes] or len(homes) == DEEPEST):
            faults.append(
                Fault(
                    path="campaign.toml", column="extends", value=read.extends, sentence="this leads round in a circle"
                )
            )
            break
    return homes, charters, faults


def _home(path: Path) -> _Home:
    if not path.is_dir():
        raise SourceUnreadable(
            f"{path} is not a folder",
            hint="name a campaign folder with --campaign DIR, or make one with `mobilize init DIR`",
        )
    return _Home(path=path, real=path.resolve())


def _record(homes: list[_Home], own: charter.Charter) -> tuple[record.Record, list[Fault]]:
    """The union of the records of all folders, the own one first, cut at the own `as_of`."""
    faults: list[Fault] = []
    resolutions: list[tables.Table] = []
    positions: list[tables.Table] = []
    for home in homes:
        for name, layout, into in (
            ("record/resolutions.csv", record.RESOLUTIONS, resolutions),
            ("record/positions.csv", record.POSITIONS, positions),
        ):
            table = _table(home, name, layout)
            if isinstance(table, tables.Table):
                into.append(table)
            elif (home.path / name).exists() or (home is homes[-1] and not into):
                faults.append(table)
    known, wrong = record.read(resolutions, positions, as_of=own.as_of)
    return known, faults + list(wrong)


def _table(home: _Home, name: str, layout: Layout) -> tables.Table | Fault:
    data = home.read(name, most=LARGEST_TABLE)
    if data is None:
        return Fault(path=name, sentence="this file is missing")
    return data if isinstance(data, Fault) else tables.read(data, path=name, layout=layout)


def _texts(homes: list[_Home], folder: str, *patterns: str) -> tuple[Mapping[str, str], list[Fault]]:
    """Path below `folder` -> text; what stands in an earlier folder hides the same path in a later one."""
    found: dict[str, str] = {}
    faults: list[Fault] = []
    for home in homes:
        for name in home.below(folder, *patterns):
            key = name.removeprefix(f"{folder}/")
            if key in found:
                continue
            data = home.read(name, most=LARGEST_TEXT)
            if isinstance(data, bytes):
                text = _utf8(data, name)
                if isinstance(text, str):
                    found[key] = text
                else:
                    faults.append(text)
            elif isinstance(data, Fault):
                faults.append(data)
    return found, faults


def _utf8(data: bytes, name: str) -> str | Fault:
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Fault(path=name, line=line, sentence="not UTF-8 text: save the file as UTF-8")


def _images(home: _Home, own: charter.Charter) -> tuple[Mapping[str, bytes], list[Fault]]:
    """The images that [sender] names, checked to be what they say."""
    found: dict[str, bytes] = {}
    faults: list[Fault] = []
    for key, name in (("sender.logo", own.sender.logo), ("sender.signature", own.sender.signature)):
        if not name:
            continue
        data = home.read(name, most=LARGEST_IMAGE)
        if isinstance(data, bytes) and _is_image(data):
            found[name] = data
        else:
            sentence = (
                "not a PNG or SVG image" if isinstance(data, bytes) else "there is no such file in the campaign folder"
            )
            sentence = data.sentence if isinstance(data, Fault) else sentence
            faults.append(Fault(path="campaign.toml", column=key, value=name, sentence=sentence))
    return found, faults


def _is_image(data: bytes) -> bool:
    return data.startswith(b"\x89PNG\r\n\x1a\n") or b"<svg" in data[:1000]
