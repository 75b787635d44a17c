"""Tables of all votes of the General Assembly -> votes on the few resolutions that a campaign cites.

Two kinds, both of up to a million rows, so read in chunks (pandas) and sifted before a row becomes a value:
the UN Digital Library's own CSV (`undl_id,ms_code,ms_name,ms_vote,date,session,resolution,…`; its edition of 2024 has
some names in the plural), and Erik Voeten's as `unvotes` publishes it, the votes (`rcid,country,country_code,vote`)
apart from the roll calls (`rcid,session,date,unres,amend,para,…`) or joined to them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

import pandas as pd

from mobilize.campaign.faults import Fault, Weight
from mobilize.campaign.findings import Claim, Findings, body_of
from mobilize.campaign.record import Resolution, Role
from mobilize.campaign.values import iso_date
from mobilize.world import names

#: Rows a chunk: 50,000 of twenty columns take about 60 MB, and larger ones are no faster.
CHUNK = 50_000

_UNDL: Mapping[str, Role | None] = {
    "Y": Role.VOTED_YES,
    "N": Role.VOTED_NO,
    "A": Role.ABSTAINED,
    "X": None,
    "NV": None,
    "": None,
}

#: Raw codes and the words of unvotes; 8 is absent, 9 no member then.
_VOETEN: Mapping[str, Role | None] = {
    "1": Role.VOTED_YES, "yes": Role.VOTED_YES,
    "2": Role.ABSTAINED, "abstain": Role.ABSTAINED,
    "3": Role.VOTED_NO, "no": Role.VOTED_NO,
    "8": None, "absent": None, "9": None, "": None,
}  # fmt: skip

#: The day after which Voeten's "Yugoslavia" (code YU or 345) is Serbia: Montenegro became a state of its own.
_SERBIA_ALONE = dt.date(2006, 6, 3)


@dataclass(slots=True, kw_only=True)
class _Tally:
    """What the rows of one roll call say."""

    symbol: str
    date: dt.date
    title: str
    source: str
    #: Totals that the file states.
    stated: Mapping[Role, int | None]
    draft: str = ""
    votes: dict[str, Role] = field(default_factory=dict)
    #: Votes cast by a state that is no more, or by none that is known.
    unknown: int = 0


@dataclass(slots=True, kw_only=True)
class _Sifter:
    """What has been found so far in one file."""

    path: str
    #: Roll call -> what its rows say.
    tallies: dict[str, _Tally] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def wrong(self, column: str, value: str, sentence: str, weight: Weight = Weight.WARNING) -> None:
        self.faults.append(Fault(path=self.path, column=column, value=value, sentence=sentence, weight=weight))

    def count(self, tally: _Tally, role: Role | None, code: str, printed: str) -> None:
        """Take one vote; none is taken of who was absent, or is no state of today."""
        if role is not None and not code:
            tally.unknown += 1
            self.wrong("", printed, f"{tally.symbol}: no state of today, its vote is not counted")
        elif role is not None:
            tally.votes[code] = role

    def findings(self, kind: str, read: int) -> Findings:
        """Take the roll calls that are the only one on their resolution; which of several counts, a person must say."""
        times = Counter(tally.symbol for tally in self.tallies.values())
        single = [tally for tally in self.tallies.values() if times[tally.symbol] == 1]
        for symbol, number in times.items():
            if number > 1:
                sentence = f"{number} roll calls bear this symbol, and none is said to be the whole: not taken"
                self.wrong("resolution", symbol, sentence, Weight.ERROR)
        claims = (
            Claim(country=code, symbol=tally.symbol, role=role, date=tally.date, source=tally.source)
            for tally in single
            for code, role in tally.votes.items()
        )
        return Findings(
            kind=kind,
            claims=tuple(claims),
            resolutions=tuple(_resolution(tally) for tally in single),
            faults=tuple(self.faults),
            read=read,
        )


def is_undl(header: Iterable[str]) -> bool:
    """Whether these are the columns of the UN Digital Library's table of votes."""
    return {"ms_code", "ms_vote", "resolution"} <= {_singular(name) for name in header}


def is_voeten(header: Iterable[str]) -> bool:
    """Whether these are columns of Voeten's votes, with or without the roll calls."""
    names_ = {name.strip().casefold() for name in header}
    return {"rcid", "vote"} <= names_ and bool({"country_code", "country", "countryname"} & names_)


def read_undl(
    file: BinaryIO, *, path: str, wanted: frozenset[str], progress: Callable[[int], None] = lambda _: None
) -> Findings:
    """Sift the UN Digital Library's table for votes on some resolutions.

    file: at its beginning, UTF-8. wanted: symbols. progress: told how many rows are read, chunk by chunk.
    Never holds more than a chunk and what was found. Votes of states that are no more are counted, not taken.
    """
    sifter = _Sifter(path=path)
    read = 0
    for frame in _chunks(file):
        read += len(frame)
        named = frame.rename(columns=_singular)
        for row in _rows(named[named["resolution"].isin(wanted)]):
            _undl_row(row, sifter)
        progress(read)
    return sifter.findings("the UN Digital Library's table of votes (CSV)", read)


def read_voeten(
    votes: BinaryIO,
    calls: BinaryIO | None,
    *,
    path: str,
    wanted: frozenset[str],
    progress: Callable[[int], None] = lambda _: None,
) -> Findings:
    """Sift Voeten's votes. calls: the file of roll calls, where the votes have no column `unres` of their own."""
    sifter = _Sifter(path=path)
    for frame in _chunks(calls) if calls is not None else ():
        _calls(frame, wanted, sifter)
    read = 0
    for frame in _chunks(votes):
        read += len(frame)
        if "unres" in frame.columns:
            _calls(frame, wanted, sifter)
        for row in _rows(frame[frame["rcid"].map(_whole).isin(set(sifter.tallies))]):
            _voeten_row(row, sifter)
        progress(read)
    if read and calls is None and "unres" not in frame.columns:
        sentence = "these votes do not say on what: give the file of roll calls (rcid, date, unres) too"
        sifter.wrong("unres", "", sentence, Weight.ERROR)
    return sifter.findings("Voeten's votes (unvotes)", read)


def _chunks(file: BinaryIO) -> Iterator[pd.DataFrame]:
    # Everything is text, and nothing is missing: Namibia's code is NA.
    yield from pd.read_csv(
        file, dtype=str, keep_default_na=False, na_filter=False, chunksize=CHUNK, encoding="utf-8-sig"
    )


def _rows(frame: pd.DataFrame) -> Iterator[dict[str, str]]:
    for row in frame.to_dict("records"):
        yield {str(name): str(value).strip() for name, value in row.items()}


#: Names of the edition of 2024 that end in "s" where those before do not.
_PLURALS = frozenset(
    {"ms_codes", "ms_names", "ms_votes", "dates", "sessions", "resolutions", "drafts", "meetings", "titles"}
)


def _singular(name: str) -> str:
    plain = name.strip().casefold()
    return plain.removesuffix("s") if plain in _PLURALS else plain


def _undl_row(row: Mapping[str, str], sifter: _Sifter) -> None:
    symbol, day = row["resolution"], iso_date(row.get("date", "")[:10])
    if isinstance(day, str):
        sifter.wrong("date", row.get("date", ""), f"{symbol}: {day}", Weight.ERROR)
        return
    number = row.get("undl_id", "")
    key = f"{symbol} {number}"
    if key not in sifter.tallies:
        sifter.tallies[key] = _Tally(
            symbol=symbol,
            date=day,
            title=row.get("title", "").rstrip(" :/"),
            source=f"UN Digital Library, voting data, {row.get('undl_link') or f'record {number}'}",
            stated={
                Role.VOTED_YES: _number(row.get("total_yes", "")),
                Role.VOTED_NO: _number(row.get("total_no", "")),
                Role.ABSTAINED: _number(row.get("total_abstentions", "")),
            },
            draft=row.get("draft", ""),
        )
    vote, printed = row["ms_vote"].upper(), row["ms_code"] or row.get("ms_name", "")
    if vote not in _UNDL:
        sifter.wrong("ms_vote", vote, f"{printed}: no vote that is known here", Weight.ERROR)
        return
    sifter.count(sifter.tallies[key], _UNDL[vote], names.find(printed), printed)


def _calls(frame: pd.DataFrame, wanted: frozenset[str], sifter: _Sifter) -> None:
    """Note the roll calls on the resolutions that are wanted; not those on a paragraph or an amendment."""
    for row in _rows(frame.drop_duplicates("rcid")):
        symbol, number = voeten_symbol(row["unres"]), _whole(row["rcid"])
        day = iso_date(row.get("date", "")[:10])
        part = "1" in (_whole(row.get("para", "")), _whole(row.get("amend", "")))
        if symbol not in wanted or number in sifter.tallies or part or isinstance(day, str):
            continue
        sifter.tallies[number] = _Tally(
            symbol=symbol,
            date=day,
            title=row.get("descr", "") or row.get("short", ""),
            source=f"Voeten, United Nations General Assembly Voting Data, roll call {number}",
            stated=dict.fromkeys((Role.VOTED_YES, Role.VOTED_NO, Role.ABSTAINED)),
        )


def voeten_symbol(unres: str) -> str:
    """R/70/161 -> A/RES/70/161; anything else as it stands."""
    match = re.fullmatch(r"(?:A/)?R(?:ES)?/(\d+/\d+\w*)", unres.strip())
    return f"A/RES/{match[1]}" if match else unres.strip()


def _voeten_row(row: Mapping[str, str], sifter: _Sifter) -> None:
    tally = sifter.tallies[_whole(row["rcid"])]
    name = row.get("country") or row.get("countryname", "")
    printed = row.get("country_code") or name
    code = names.find(printed) or names.find(name)
    if name == "Yugoslavia" or printed in ("YU", "YUG"):
        code = "RS" if tally.date >= _SERBIA_ALONE else ""
    vote = _whole(row["vote"]).casefold()
    if vote not in _VOETEN:
        sifter.wrong("vote", vote, f"{printed}: no vote that is known here", Weight.ERROR)
        return
    sifter.count(tally, _VOETEN[vote], code, printed)


def _resolution(tally: _Tally) -> Resolution:
    counted = {role: sum(1 for each in tally.votes.values() if each is role) for role in tally.stated}
    # Whole only where the file itself says how many there were, and that many are here.
    whole = not tally.unknown and counted == tally.stated
    totals = {role: tally.stated[role] if tally.stated[role] is not None else counted[role] for role in counted}
    return Resolution(
        symbol=tally.symbol,
        draft=tally.draft,
        body=body_of(tally.symbol),
        adopted=tally.date,
        title=tally.title,
        how="recorded vote",
        yes=totals[Role.VOTED_YES],
        no=totals[Role.VOTED_NO],
        abstain=totals[Role.ABSTAINED],
        complete=whole,
        source=tally.source,
        note="",
    )


def _whole(number: str) -> str:
    """A roll call's number: some editions write 5764 as 5764.0."""
    return number.strip().removesuffix(".0")


def _number(text: str) -> int | None:
    plain = _whole(text)
    return int(plain) if plain.isascii() and plain.isdigit() else None
