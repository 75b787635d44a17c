"""The record: resolutions, and what each country did on them (record/*.csv)."""

from __future__ import annotations

import datetime as dt
import difflib
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from mobilize.campaign.columns import ROLE_WORDS
from mobilize.campaign.faults import Fault, Weight
from mobilize.campaign.tables import Row, Table
from mobilize.campaign.values import country_sentence, iso_date, unfit
from mobilize.world.countries import countries


class Role(StrEnum):
    """What a state did; co-sponsoring, voting yes and joining a consensus keep their own words."""

    SPONSOR = "sponsor"
    COSPONSOR = "cosponsor"
    WITHDRAWN = "withdrawn"
    VOTED_YES = "voted_yes"
    VOTED_NO = "voted_no"
    ABSTAINED = "abstained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """One row of record/resolutions.csv."""

    #: Official symbol: A/RES/66/164.
    symbol: str
    #: Symbol of the draft, or empty.
    draft: str
    #: GA, HRC or CHR.
    body: str
    adopted: dt.date
    title: str
    #: How it was adopted, in the source's words: "consensus", "recorded vote".
    how: str
    #: Totals of a recorded vote; None where there was none.
    yes: int | None
    no: int | None
    abstain: int | None
    #: Whether the list of sponsors (or the vote) as read is the whole one: only then absence proves anything.
    complete: bool
    source: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One row of record/positions.csv: one country, one act, one source."""

    #: ISO 3166-1 alpha-2.
    country: str
    resolution: Resolution
    role: Role
    #: Day of the act where the source gives one.
    date: dt.date | None
    #: Never empty: a row without a source is refused.
    source: str
    #: Line in positions.csv, from 2.
    line: int


@dataclass(frozen=True, kw_only=True)  # without slots: a property of it is kept
class Record:
    """All that is known, of every country, already cut at the campaign's `as_of` date."""

    #: Symbol -> resolution, oldest first.
    resolutions: Mapping[str, Resolution]
    #: Alpha-2 -> that country's positions, oldest first. A country without any is absent.
    positions: Mapping[str, tuple[Position, ...]]

    @functools.cached_property
    def complete_lists(self) -> tuple[Resolution, ...]:
        """The resolutions whose list of sponsors is known whole, oldest first: only their absentees are known."""
        listed = {
            position.resolution.symbol
            for positions in self.positions.values()
            for position in positions
            if position.role in (Role.SPONSOR, Role.COSPONSOR)
        }
        return tuple(each for each in self.resolutions.values() if each.complete and each.symbol in listed)


def read(
    resolutions: Iterable[Table], positions: Iterable[Table], *, as_of: dt.date
) -> tuple[Record, tuple[Fault, ...]]:
    """Read the record of one campaign, and of those that it extends, its own tables first.

    Of two rows for the same resolution, or for the same country, resolution and role, the first counts.
    as_of: nothing adopted or done later is in what comes back.
    Returns what could be read and a fault for every row that could not, or that contradicts another.
    """
    faults: list[Fault] = []
    known: dict[str, Resolution] = {}
    for table in resolutions:
        faults += table.faults
        _add_resolutions(table, known, faults)
    found: dict[tuple[str, str, Role], Position] = {}
    for table in positions:
        faults += table.faults
        _add_positions(table, known, found, faults)
    faults += _contradictions(found.values())
    faults += _tally(known.values(), found.values())
    return cut(known.values(), found.values(), as_of=as_of), tuple(faults)


def cut(resolutions: Iterable[Resolution], positions: Iterable[Position], *, as_of: dt.date) -> Record:
    """Keep what was adopted and done by that day, oldest first."""
    kept = sorted((each for each in resolutions if each.adopted <= as_of), key=lambda each: (each.adopted, each.symbol))
    by_country: dict[str, list[Position]] = {}
    for position in positions:
        if position.resolution.adopted <= as_of and (position.date is None or position.date <= as_of):
            by_country.setdefault(position.country, []).append(position)
    ordered = {
        country: tuple(sorted(theirs, key=lambda each: (each.resolution.adopted, each.resolution.symbol, each.role)))
        for country, theirs in sorted(by_country.items())
    }
    return Record(resolutions={each.symbol: each for each in kept}, positions=ordered)


def _add_resolutions(table: Table, known: dict[str, Resolution], faults: list[Fault]) -> None:
    lines: dict[str, int] = {}
    for row in table.rows:
        resolution, wrong = resolution_of(row, table.path)
        faults += wrong
        if resolution is None:
            continue
        if resolution.symbol in lines:
            sentence = f"this resolution stands on line {lines[resolution.symbol]} already: keep one row"
            faults.append(_fault(table.path, row, "symbol", sentence))
        elif resolution.symbol not in known:
            known[resolution.symbol] = resolution
        lines.setdefault(resolution.symbol, row.line)


def resolution_of(row: Row, path: str) -> tuple[Resolution | None, list[Fault]]:
    """Read one row of resolutions.csv; None where it cannot be used."""
    faults = _unfit_cells(row, path)
    for column in ("symbol", "source"):
        if not row.cells[column]:
            faults.append(_fault(path, row, column, _EMPTY[column]))
    adopted = iso_date(row.cells["adopted"])
    if isinstance(adopted, str):
        faults.append(_fault(path, row, "adopted", adopted))
    if row.cells["complete"].lower() not in ("yes", "no"):
        sentence = 'write "yes" where the list of sponsors, or the vote, was read whole, else "no"'
        faults.append(_fault(path, row, "complete", sentence))
    totals: dict[str, int | None] = {}
    for column in ("yes", "no", "abstain"):
        text = row.cells[column]
        totals[column] = int(text) if text.isascii() and text.isdigit() else None
        if text and totals[column] is None:
            faults.append(_fault(path, row, column, "write a number of votes, or nothing"))
    if faults or isinstance(adopted, str):
        return None, faults
    cells = row.cells
    resolution = Resolution(
        symbol=cells["symbol"],
        draft=cells["draft"],
        body=cells["body"],
        adopted=adopted,
        title=cells["title"],
        how=cells["how"],
        yes=totals["yes"],
        no=totals["no"],
        abstain=totals["abstain"],
        complete=cells["complete"].lower() == "yes",
        source=cells["source"],
        note=cells["note"],
    )
    return resolution, []


def _add_positions(
    table: Table, known: Mapping[str, Resolution], found: dict[tuple[str, str, Role], Position], faults: list[Fault]
) -> None:
    lines: dict[tuple[str, str, Role], int] = {}
    for row in table.rows:
        position, wrong = position_of(row, table.path, known)
        faults += wrong
        if position is None:
            continue
        key = (position.country, position.resolution.symbol, position.role)
        if key in lines:
            sentence = f"the same position stands on line {lines[key]} already: this row is not counted"
            faults.append(_fault(table.path, row, "resolution", sentence, Weight.WARNING))
        found.setdefault(key, position)
        lines.setdefault(key, row.line)


def position_of(row: Row, path: str, known: Mapping[str, Resolution]) -> tuple[Position | None, list[Fault]]:
    """Read one row of positions.csv; None where it cannot be used.

    known: symbol -> resolution, as read from resolutions.csv before it was cut.
    """
    faults = _unfit_cells(row, path)
    cells = row.cells
    code = cells["country"].upper()
    if code not in countries():
        faults.append(_fault(path, row, "country", country_sentence(cells["country"])))
    resolution = known.get(cells["resolution"])
    if resolution is None:
        faults.append(_fault(path, row, "resolution", _unknown_symbol(cells["resolution"], known)))
    role = _role(cells["role"])
    if role is None:
        faults.append(_fault(path, row, "role", _unknown_role(cells["role"])))
    if not cells["source"]:
        faults.append(_fault(path, row, "source", _EMPTY["source"]))
    date = iso_date(cells["date"]) if cells["date"] else None
    if isinstance(date, str):
        faults.append(_fault(path, row, "date", date))
    if faults or resolution is None or role is None or isinstance(date, str):
        return None, faults
    return Position(
        country=code, resolution=resolution, role=role, date=date, source=cells["source"], line=row.line
    ), []


_EMPTY = {
    "symbol": "the symbol is empty: write the official one (A/RES/66/164)",
    "source": "no source: say where this was read, else the row is not used",
}


def _role(text: str) -> Role | None:
    try:
        return Role(text.lower())
    except ValueError:
        return None


def _unknown_role(text: str) -> str:
    meant = ROLE_WORDS.get(text.lower().replace("-", "_").replace(" ", "_"))
    if meant is None:
        close = difflib.get_close_matches(text.lower(), [each.value for each in Role], n=1)
        meant = close[0] if close else None
    return f'write "{meant}"' if meant else f"not a role: write one of {', '.join(each.value for each in Role)}"


def _unknown_symbol(text: str, known: Mapping[str, Resolution]) -> str:
    if not text:
        return "the resolution is empty: write the symbol of one in resolutions.csv"
    close = difflib.get_close_matches(text, list(known), n=1, cutoff=0.75)
    hint = f"is {close[0]} meant?" if close else "add its row there first"
    return f"not in resolutions.csv: {hint}"


def _contradictions(positions: Iterable[Position]) -> list[Fault]:
    """Warn of two votes of one country on one resolution in one stage: committee and plenary are told apart by date."""
    votes: dict[tuple[str, str, dt.date | None], Position] = {}
    faults = []
    for position in positions:
        if position.role not in (Role.VOTED_YES, Role.VOTED_NO, Role.ABSTAINED):
            continue
        key = (position.country, position.resolution.symbol, position.date)
        other = votes.setdefault(key, position)
        if other is not position:
            sentence = f"this country has another vote on line {other.line}: keep the right one, or date both"
            faults.append(
                Fault(
                    path="record/positions.csv",
                    line=position.line,
                    column="role",
                    value=position.role,
                    sentence=sentence,
                )
            )
    return faults


def _tally(resolutions: Iterable[Resolution], positions: Iterable[Position]) -> list[Fault]:
    """Warn where a vote that is said to be whole has not as many rows as the totals say."""
    counts: dict[tuple[str, Role], int] = {}
    for position in positions:
        key = (position.resolution.symbol, position.role)
        counts[key] = counts.get(key, 0) + 1
    faults = []
    for each in resolutions:
        for role, total in ((Role.VOTED_YES, each.yes), (Role.VOTED_NO, each.no), (Role.ABSTAINED, each.abstain)):
            given = counts.get((each.symbol, role), 0)
            if each.complete and total is not None and given and given != total:
                sentence = (
                    f"{given} rows with this role where resolutions.csv says {total}, and that the vote is complete"
                )
                faults.append(
                    Fault(
                        path="record/positions.csv",
                        column="role",
                        value=f"{each.symbol} {role}",
                        sentence=sentence,
                        weight=Weight.WARNING,
                    )
                )
    return faults


def _unfit_cells(row: Row, path: str) -> list[Fault]:
    found = ((column, unfit(text)) for column, text in row.cells.items())
    return [_fault(path, row, column, sentence) for column, sentence in found if sentence]


def _fault(path: str, row: Row, column: str, sentence: str, weight: Weight = Weight.ERROR) -> Fault:
    return Fault(
        path=path, line=row.line, column=column, value=row.cells[column][:80], sentence=sentence, weight=weight
    )
