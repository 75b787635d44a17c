"""Bring past positions in: what a catalogue, a table of votes or any CSV says, beside what is on record already.

Nothing on record is ever changed or taken away: what is new is added at the end, what contradicts is shown to a person.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from mobilize.campaign import folder, marc, record, tables
from mobilize.campaign.columns import POSITIONS, RESOLUTIONS, ROLE_WORDS
from mobilize.campaign.faults import Fault, Weight
from mobilize.campaign.findings import Claim, Fate, Findings, Judged, compare
from mobilize.campaign.headers import Layout, fold
from mobilize.campaign.home import opened
from mobilize.campaign.record import Resolution
from mobilize.campaign.tables import Row
from mobilize.errors import Refused, SourceUnreadable
from mobilize.world import names

#: Bytes looked at to see what a file is.
_HEAD = 65_536

_POSITIONS, _RESOLUTIONS = "record/positions.csv", "record/resolutions.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the person who imports adds to what the file says."""

    #: Name of a column in the file -> ours.
    mapping: Mapping[str, str] = field(default_factory=dict)
    #: The resolution, where the file does not name it.
    resolution: str = ""
    #: Its day, for a resolution that is not on record.
    adopted: dt.date | None = None
    #: Role and source of rows that have none of their own.
    role: str = ""
    source: str = ""
    #: That the list is whole: then absence from it counts.
    complete: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an import would do."""

    findings: Findings
    judged: tuple[Judged, ...]
    #: Resolutions that would get a row.
    resolutions: tuple[Resolution, ...]
    #: What the file says otherwise of resolutions on record, in words, for a person to mend by hand.
    differing: tuple[str, ...]
    #: Claims that no letter of this campaign can cite, as they are later than its `as_of`.
    too_late: int

    @property
    def new(self) -> tuple[Claim, ...]:
        """Claims that would be added."""
        return tuple(each.claim for each in self.judged if each.fate is Fate.NEW)


def plan(
    campaign: Path, sources: Sequence[Path], told: Told, *, progress: Callable[[int], None] = lambda _: None
) -> Plan:
    """Work out what importing would do to the campaign's record. Writes nothing.

    sources: one file; or Voeten's votes and roll calls, in either order. progress: told how many rows are read.
    Raises SourceUnreadable for a file that cannot be read, Refused for one that is none of the kinds known.
    """
    known, _ = folder.read_record(campaign)
    chosen, _ = folder.load(campaign)
    wanted = frozenset({*known.resolutions, told.resolution} - {""})
    try:
        findings = _read(sources, told, wanted, progress)
    except OSError as error:
        raise SourceUnreadable(f"{error.filename}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SourceUnreadable(
            f"{sources[0]} is not UTF-8", hint="a table of all votes is; download it again"
        ) from None
    positions = [each for of_country in known.positions.values() for each in of_country]
    judged = compare(findings, known.resolutions, positions)
    adopted = {each.symbol: each.adopted for each in (*findings.resolutions, *known.resolutions.values())}
    used = {each.claim.symbol for each in judged if each.fate is Fate.NEW}
    return Plan(
        findings=findings,
        judged=judged,
        resolutions=tuple(
            each for each in findings.resolutions if each.symbol not in known.resolutions and each.symbol in used
        ),
        differing=tuple(_differing(findings.resolutions, known.resolutions)),
        too_late=sum(1 for each in judged if each.fate is Fate.NEW and adopted[each.claim.symbol] > chosen.as_of),
    )


def write(campaign: Path, planned: Plan) -> tuple[Path, ...]:
    """Add what is new at the end of the record's files; what stands there stays, byte for byte.

    Returns the paths written. Raises Refused where a file of the record is not UTF-8 with commas.
    """
    written = []
    rows = [_resolution_row(each) for each in planned.resolutions]
    if rows:
        written.append(_append(campaign, _RESOLUTIONS, RESOLUTIONS, rows))
    rows = [_claim_row(each) for each in planned.new]
    if rows:
        written.append(_append(campaign, _POSITIONS, POSITIONS, rows))
    return tuple(written)


def _read(sources: Sequence[Path], told: Told, wanted: frozenset[str], progress: Callable[[int], None]) -> Findings:
    """See what the file is, and read it as that."""
    heads = [_head(source) for source in sources]
    if _is_xml(heads[0]):
        return _marc(sources[0], told)
    headers = [_columns(head) for head in heads]
    # Only those who import a table of votes pay for pandas.
    from mobilize.campaign import rollcalls  # noqa: PLC0415

    with ExitStack() as files:
        opened_ = [files.enter_context(source.open("rb")) for source in sources]
        if rollcalls.is_undl(headers[0]):
            return rollcalls.read_undl(opened_[0], path=sources[0].name, wanted=wanted, progress=progress)
        votes = next((place for place, header in enumerate(headers) if rollcalls.is_voeten(header)), None)
        if votes is not None:
            calls = next((each for place, each in enumerate(opened_) if place != votes), None)
            return rollcalls.read_voeten(
                opened_[votes], calls, path=sources[votes].name, wanted=wanted, progress=progress
            )
    if len(sources) > 1:
        raise Refused("two files are read together only where they are Voeten's votes and roll calls")
    return _any_table(sources[0], told)


def _head(source: Path) -> bytes:
    with source.open("rb") as file:
        return file.read(_HEAD)


def _is_xml(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _columns(head: bytes) -> tuple[str, ...]:
    table = tables.read(head.rpartition(b"\n")[0] or head, path="", layout=POSITIONS)
    return table.header


def _marc(source: Path, told: Told) -> Findings:
    from mobilize.campaign import undl  # noqa: PLC0415 - only for MARCXML

    with source.open("rb") as file:
        return undl.read(
            marc.records(_blocks(file.read, _HEAD)),
            path=source.name,
            resolution=told.resolution,
            adopted=told.adopted,
            complete=told.complete,
        )


def _blocks(read: Callable[[int], bytes], size: int) -> Iterator[bytes]:
    return iter(lambda: read(size), b"")


def _any_table(source: Path, told: Told) -> Findings:
    """Read any table with columns for country, resolution, role and source, or with these told."""
    data = source.read_bytes()
    said = {fold(theirs): ours for theirs, ours in told.mapping.items()}
    for ours in said.values():
        if ours not in POSITIONS.columns:
            raise Refused(f"there is no column {ours!r}", hint=f"the columns are {', '.join(POSITIONS.columns)}")
    first = tables.read(data, path=source.name, layout=POSITIONS)
    mapping = {theirs: said[fold(theirs)] for theirs in first.header if fold(theirs) in said}
    table = tables.read(data, path=source.name, layout=POSITIONS, mapping=mapping)
    constants = {"resolution": told.resolution, "role": told.role, "source": told.source}
    missing = [column for column in table.head.missing if not constants.get(column)]
    faults = [each for each in table.faults if each.column not in table.head.missing or each.column in missing]
    claims: list[Claim] = []
    for row in () if missing else table.rows:
        filled = {column: value or constants.get(column, "") for column, value in row.cells.items()}
        claim, wrong = _claim(replace(row, cells=filled), source.name)
        faults += wrong
        claims += [claim] if claim else []
    resolutions = () if told.adopted is None else (_told_resolution(told),)
    return Findings(
        kind=f"a table ({table.guess.sentence})",
        claims=tuple(claims),
        resolutions=resolutions,
        faults=tuple(faults),
        read=len(table.rows) + len(table.refused),
    )


def _claim(row: Row, path: str) -> tuple[Claim | None, list[Fault]]:
    """One row as a claim. Countries by name and other words for roles are taken here where they are sure."""
    cells = dict(row.cells)
    cells["country"] = names.find(cells["country"]) or cells["country"]
    cells["role"] = ROLE_WORDS.get(cells["role"].casefold(), cells["role"])
    if not cells["resolution"]:
        sentence = "which resolution? name it in the row, or with --resolution"
        return None, [Fault(path=path, line=row.line, column="resolution", sentence=sentence)]
    # Whether the resolution is on record is judged with all claims together.
    stand_in = {cells["resolution"]: _unknown(cells["resolution"])}
    position, faults = record.position_of(replace(row, cells=cells), path, stand_in)
    if position is None:
        return None, faults
    claim = Claim(
        country=position.country,
        symbol=position.resolution.symbol,
        role=position.role,
        date=position.date,
        source=position.source,
    )
    return claim, faults


def _unknown(symbol: str) -> Resolution:
    return Resolution(
        symbol=symbol,
        draft="",
        body="",
        adopted=dt.date.min,
        title="",
        how="",
        yes=None,
        no=None,
        abstain=None,
        complete=False,
        source="",
        note="",
    )


def _told_resolution(told: Told) -> Resolution:
    from mobilize.campaign.findings import body_of  # noqa: PLC0415 - beside its only use here

    if not told.resolution or told.adopted is None or not told.source:
        raise Refused(
            "a new resolution needs its symbol, its day and a source", hint="--resolution, --adopted, --source"
        )
    return replace(
        _unknown(told.resolution),
        adopted=told.adopted,
        body=body_of(told.resolution),
        complete=told.complete,
        source=told.source,
    )


def _differing(found: Iterable[Resolution], known: Mapping[str, Resolution]) -> Iterator[str]:
    """Where the file knows more of a resolution than its row, or otherwise: told, never written."""
    for each in found:
        own = known.get(each.symbol)
        if own is None:
            continue
        for name in ("adopted", "yes", "no", "abstain"):
            theirs, ours = getattr(each, name), getattr(own, name)
            if theirs is not None and theirs != ours:
                yield f"{each.symbol}: {name} is {theirs} here, {'empty' if ours is None else ours} on record"
        if each.complete and not own.complete:
            yield f"{each.symbol}: whole here, not complete on record: set complete to yes once this is imported"


def _append(campaign: Path, name: str, layout: Layout, rows: Sequence[Mapping[str, str]]) -> Path:
    home = opened(campaign)
    data = home.read(name, most=folder.LARGEST_TABLE)
    if isinstance(data, Fault):
        raise Refused(str(data))
    target = campaign / name
    heads = layout.columns
    if data:
        table = tables.read(data, path=name, layout=layout)
        if table.guess.encoding not in ("utf-8", "utf-8-sig") or table.guess.delimiter != "," or table.head.missing:
            raise Refused(
                f"{name} is {table.guess.sentence}", hint="save it as UTF-8 with commas first; nothing was written"
            )
        by_place = {place: column for column, place in table.head.places.items()}
        heads = tuple(by_place.get(place, "") for place in range(len(table.header)))
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    if not data:
        writer.writerow(heads)
    writer.writerows([row.get(head, "") for head in heads] for row in rows)
    before = data or b""
    gap = b"" if not before or before.endswith(b"\n") else b"\n"
    target.parent.mkdir(exist_ok=True)
    waiting = target.with_name(f".{target.name}.new")
    try:
        waiting.write_bytes(before + gap + buffer.getvalue().encode())
        waiting.replace(target)
    finally:
        waiting.unlink(missing_ok=True)
    return target


def _claim_row(claim: Claim) -> dict[str, str]:
    return {
        "country": claim.country,
        "resolution": claim.symbol,
        "role": claim.role.value,
        "date": claim.date.isoformat() if claim.date else "",
        "source": claim.source,
    }


def _resolution_row(each: Resolution) -> dict[str, str]:
    return {
        "symbol": each.symbol,
        "draft": each.draft,
        "body": each.body,
        "adopted": each.adopted.isoformat(),
        "title": each.title,
        "how": each.how,
        "yes": "" if each.yes is None else str(each.yes),
        "no": "" if each.no is None else str(each.no),
        "abstain": "" if each.abstain is None else str(each.abstain),
        "complete": "yes" if each.complete else "no",
        "source": each.source,
        "note": each.note,
    }


def errors(planned: Plan) -> int:
    """How many rows or names were refused outright."""
    return sum(1 for each in planned.findings.faults if each.weight is Weight.ERROR)
