"""Bring addressees in from anybody's spreadsheet: show what would happen to every row, then write.

What a person would have to type anew is offered as a conversion and shown before anything is written: a column that is
called otherwise, a country by its name, a date that can mean one day only. What is not sure stays a fault.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mobilize.campaign import addresses, contacts, folder, tables
from mobilize.campaign.columns import AUDIENCE_WORDS, CONTACTS, CONTACTS_WRITTEN, GENDER_WORDS
from mobilize.campaign.contacts import Contact, ContactId, Reading, Refusal
from mobilize.campaign.faults import Fault
from mobilize.campaign.headers import fold
from mobilize.campaign.home import opened
from mobilize.campaign.tables import Row, Table
from mobilize.campaign.values import proposed_date, repaired
from mobilize.errors import Refused, SourceUnreadable
from mobilize.world import names

#: Where a confirmed mapping of columns is remembered, below the campaign folder.
MEMORY = ".mobilize/mapping.json"

#: Largest file taken in one go.
LARGEST = folder.LARGEST_TABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """One change made to the values of a column as they were read."""

    column: str
    read: str
    written: str
    #: How many rows.
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an import would do."""

    source: str
    reading: Reading
    #: Name at the head, as read -> our column, for those that are not called as ours.
    mapped: Mapping[str, str]
    #: Names at the head that nothing is taken from.
    unused: tuple[str, ...]
    conversions: tuple[Conversion, ...]
    new: tuple[Contact, ...]
    #: Contact that is there already -> our columns in which the import says otherwise.
    changed: Mapping[ContactId, tuple[str, ...]]
    unchanged: int
    #: The whole of contacts.csv as it would be written.
    content: bytes


def plan(
    campaign: Path,
    source: Path,
    *,
    mapping: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
) -> Plan:
    """Work out what importing a file would do to the campaign's contacts. Writes nothing.

    mapping: name of a column in the file -> ours, as a person said; over what is remembered and what is proposed.
    constants: our column -> value for rows in which it is empty (a sheet of ministers has no column that says so).
    Raises Refused for a column that we do not have, or where contacts.csv itself must be mended first;
    SourceUnreadable where the file cannot be read.
    """
    _known(mapping or {}, constants or {})
    table, mapped = _mapped(_read(source), source.name, {**remembered(campaign), **(mapping or {})})
    rows, conversions = _converted(table, constants or {})
    missing = tuple(each for each in table.head.missing if each not in (constants or {}))
    table = replace(table, rows=rows, head=replace(table.head, missing=missing), faults=_without(table, missing))
    there = _there(campaign)
    reading = _unclashing(contacts.read(table), contacts.read(there).contacts, {row.line: row for row in rows})
    content, changed, new = _merged(there, reading.contacts, {row.line: row for row in rows})
    return Plan(
        source=source.name,
        reading=reading,
        mapped=mapped,
        unused=tuple(name for name, _ in table.head.unknown.values() if name),
        conversions=conversions,
        new=new,
        changed=changed,
        unchanged=len(reading.contacts) - len(new) - len(changed),
        content=content,
    )


def write(campaign: Path, planned: Plan) -> Path:
    """Write contacts.csv as planned, in one step: a full disk or a crash leaves the old one whole.

    Remembers which column was which. Returns the path written.
    """
    target = campaign / folder.CONTACTS[0]
    waiting = target.with_name(f".{target.name}.new")
    # Names and addresses of people: for the owner's eyes alone, unless the file had other rights already.
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o600
    try:
        waiting.touch(mode=0o600)
        waiting.write_bytes(planned.content)
        waiting.chmod(mode)
        waiting.replace(target)
    finally:
        waiting.unlink(missing_ok=True)
    _remember(campaign, planned.mapped)
    return target


def remembered(campaign: Path) -> Mapping[str, str]:
    """Which columns were which in earlier imports: folded name -> ours."""
    try:
        found = json.loads((campaign / MEMORY).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(theirs): str(ours) for theirs, ours in found.items() if ours in CONTACTS.columns}


def _remember(campaign: Path, mapped: Mapping[str, str]) -> None:
    known = {**remembered(campaign), **{fold(theirs): ours for theirs, ours in mapped.items()}}
    if mapped:
        memory = campaign / MEMORY
        memory.parent.mkdir(mode=0o700, exist_ok=True)
        memory.write_text(json.dumps(known, ensure_ascii=False, indent=1), "utf-8")


def _known(mapping: Mapping[str, str], constants: Mapping[str, str]) -> None:
    for ours in (*mapping.values(), *constants):
        if ours not in CONTACTS.columns:
            raise Refused(f"there is no column {ours!r}", hint=f"the columns are {', '.join(CONTACTS.columns)}")


def _read(source: Path) -> bytes:
    try:
        if source.stat().st_size > LARGEST:
            raise SourceUnreadable(f"{source} has more than {LARGEST // 2**20} MB", hint="import it in parts")
        return source.read_bytes()
    except OSError as error:
        raise SourceUnreadable(f"{source}: {error.strerror}") from None


def _mapped(data: bytes, name: str, mapping: Mapping[str, str]) -> tuple[Table, Mapping[str, str]]:
    """Read the file with the mapping that is known, then once more with what that leaves to be proposed."""
    said = {fold(theirs): ours for theirs, ours in mapping.items()}
    first = tables.read(data, path=name, layout=CONTACTS)
    given = {theirs: said[fold(theirs)] for theirs in first.header if fold(theirs) in said}
    second = tables.read(data, path=name, layout=CONTACTS, mapping=given)
    proposed = {theirs: ours for theirs, ours in second.head.unknown.values() if ours}
    mapped = {**given, **proposed}
    return (tables.read(data, path=name, layout=CONTACTS, mapping=mapped) if proposed else second), mapped


def _without(table: Table, missing: Sequence[str]) -> tuple[Fault, ...]:
    """Faults of the table but those of missing columns that a constant fills, and of columns that are left out."""
    heads = set(table.head.missing) - set(missing)
    left_out = {name for name, _ in table.head.unknown.values()}
    return tuple(each for each in table.faults if each.column not in heads | left_out or each.value)


def _converted(table: Table, constants: Mapping[str, str]) -> tuple[tuple[Row, ...], tuple[Conversion, ...]]:
    """Bring the values of all rows to our form where that is sure, and count what was changed."""
    counts: Counter[tuple[str, str, str]] = Counter()
    rows = []
    for row in table.rows:
        cells = {column: value or constants.get(column, "") for column, value in row.cells.items()}
        for column, read in cells.items():
            written = convert(column, read)
            if written != read:
                counts[column, read, written] += 1
                cells = {**cells, column: written}
        rows.append(replace(row, cells=cells))
    found = (
        Conversion(column=column, read=read, written=written, rows=count)
        for (column, read, written), count in counts.items()
    )
    return tuple(rows), tuple(found)


def convert(column: str, text: str) -> str:
    """Bring one value to our form where there is no doubt what is meant; else leave it as it is."""
    folded = text.casefold().rstrip(".")
    match column:
        case "country":
            return text if text.upper() in names.codes() else names.find(text) or text
        case "gender":
            return GENDER_WORDS.get(folded, text)
        case "audience":
            return AUDIENCE_WORDS.get(folded, text)
        case "checked_on":
            return proposed_date(text) or text
        case "email":
            return addresses.bare(text)
        case _:
            return repaired(text)


def _there(campaign: Path) -> Table:
    """The campaign's own contacts.csv, every row of it: what is faulty in it must not be lost by writing it anew."""
    home = opened(campaign)
    other = next((name for name in folder.CONTACTS[1:] if (campaign / name).exists()), "")
    if other:
        raise Refused(
            f"the contacts are kept in {other}", hint="save it as contacts.csv first: a workbook is not written to"
        )
    data = home.read(folder.CONTACTS[0], most=LARGEST)
    if isinstance(data, Fault):
        raise Refused(str(data))
    table = tables.read(data or ",".join(CONTACTS_WRITTEN).encode(), path=folder.CONTACTS[0], layout=CONTACTS)
    if table.refused or table.head.missing or table.head.doubled:
        raise Refused(
            f"contacts.csv must be mended first: {table.faults[0]}", hint="`mobilize check` shows every fault"
        )
    return table


def _unclashing(reading: Reading, there: Sequence[Contact], rows: Mapping[int, Row]) -> Reading:
    """Refuse what would write to an address that another contact of the campaign has already."""
    taken = {email.casefold(): contact for contact in there for email in contact.emails}
    kept: list[Contact] = []
    refused = list(reading.refused)
    faults = list(reading.faults)
    for contact in reading.contacts:
        clash = next((email for email in contact.emails if _others(taken.get(email.casefold()), contact)), "")
        if not clash:
            kept.append(contact)
            continue
        own = taken[clash.casefold()]
        sentence = f"{own.id} has this address already (contacts.csv:{own.line}): it would be written to twice"
        fault = Fault(path=reading.path, line=contact.line, column="email", value=clash, sentence=sentence)
        faults.append(fault)
        refused.append(Refusal(row=rows[contact.line], faults=(fault,)))
    return replace(reading, contacts=tuple(kept), refused=tuple(refused), faults=tuple(faults))


def _others(own: Contact | None, coming: Contact) -> bool:
    return own is not None and own.id != coming.id


def _merged(
    there: Table, coming: Sequence[Contact], rows: Mapping[int, Row]
) -> tuple[bytes, Mapping[ContactId, tuple[str, ...]], tuple[Contact, ...]]:
    """Put the contacts that come beside those that are there: (the file, what changes, what is new).

    An empty cell of what comes says nothing, and erases nothing.
    """
    own = {contact.line: contact.id for contact in contacts.read(there).contacts}
    extra = {place: name for place, (name, _) in there.head.unknown.items() if name}
    lines = [{**row.cells, **{name: row.raw[place] for place, name in extra.items()}} for row in there.rows]
    places = {own[row.line]: place for place, row in enumerate(there.rows) if row.line in own}
    changed: dict[ContactId, tuple[str, ...]] = {}
    new = []
    for contact in coming:
        cells = {column: value for column, value in rows[contact.line].cells.items() if value}
        place = places.get(contact.id)
        if place is None:
            new.append(contact)
            lines.append({**dict.fromkeys(CONTACTS.columns, ""), **cells})
            continue
        differing = tuple(column for column, value in cells.items() if not _same(column, lines[place][column], value))
        if differing:
            changed[contact.id] = differing
            lines[place] |= {column: cells[column] for column in differing}
    heads = [each for each in CONTACTS.columns if each in CONTACTS_WRITTEN or any(line[each] for line in lines)]
    return _csv([*heads, *extra.values()], lines), changed, tuple(new)


def _same(column: str, one: str, other: str) -> bool:
    # The identity of a contact does not see case and blanks in these: writing them otherwise is no change.
    return one == other or (
        column in ("country", "audience", "organisation", "office") and one.casefold() == other.casefold()
    )


def _csv(heads: Sequence[str], lines: Sequence[Mapping[str, str]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, heads, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return buffer.getvalue().encode()
