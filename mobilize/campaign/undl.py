"""Records of the UN Digital Library's catalogue -> what states did: sponsors of drafts, and votes.

Drafts: 191 $a symbol, 245 $b kind and $c sponsors as printed, 710 $a one sponsor each, 515 $a who joined or left later,
993 $a related symbols, among them the resolution. Votes: 791 $a resolution, 269 $a date, 967 one a state ($c ISO
alpha-3, $d Y, N, A or nothing), 996 $b $c $d totals.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mobilize.campaign.faults import Fault, Weight
from mobilize.campaign.findings import Claim, Findings, body_of, is_resolution
from mobilize.campaign.marc import MarcRecord
from mobilize.campaign.record import Resolution, Role
from mobilize.campaign.sponsors import later, printed
from mobilize.campaign.values import iso_date, repaired
from mobilize.world import names

_VOTE = {"Y": Role.VOTED_YES, "N": Role.VOTED_NO, "A": Role.ABSTAINED}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """One draft resolution of the catalogue."""

    record: MarcRecord
    symbol: str
    #: A/C.3/78/L.30, and 1 for its first revision.
    base: str
    revision: int


def read(
    records: Iterable[MarcRecord],
    *,
    path: str,
    resolution: str = "",
    adopted: dt.date | None = None,
    complete: bool = False,
) -> Findings:
    """Read drafts and votes; other records are passed over.

    resolution: the one that the drafts became, where their records do not say.
    adopted: its day, which no draft's record has: with it, a resolution that is not on record can get a row.
    complete: whether a person vouches that the lists of sponsors are whole. A record alone never proves that.
    """
    reader = _Reading(path=path, resolution=resolution, adopted=adopted, complete=complete)
    drafts: dict[str, _Draft] = {}
    read_so_far = 0
    for record in records:
        read_so_far += 1
        if record.all("967"):
            reader.vote(record)
            continue
        draft = _draft(record)
        if draft is None:
            continue
        earlier = drafts.get(draft.base)
        # The last revision is the one that is adopted.
        if earlier is None or draft.revision > earlier.revision:
            drafts[draft.base] = draft
    for draft in drafts.values():
        reader.sponsors(draft)
    return Findings(
        kind="records of the UN Digital Library (MARCXML)",
        claims=tuple(reader.claims),
        resolutions=tuple(reader.resolutions.values()),
        faults=tuple(reader.faults),
        read=read_so_far,
    )


def _draft(record: MarcRecord) -> _Draft | None:
    symbol, kind = record.first("191", "a"), record.first("245", "b").casefold()
    # An amendment has sponsors too: who tables one has not co-sponsored the resolution.
    if not symbol or "draft resolution" not in kind or "amendment" in kind:
        return None
    match = re.fullmatch(r"(.+?)(?:/Rev\.(\d+))?", symbol)
    assert match is not None  # the pattern fits any text
    return _Draft(record=record, symbol=symbol, base=match[1], revision=int(match[2] or 0))


class _Reading:
    """What has been found so far."""

    def __init__(self, *, path: str, resolution: str, adopted: dt.date | None, complete: bool) -> None:
        self.path, self.resolution, self.adopted, self.complete = path, resolution, adopted, complete
        self.claims: list[Claim] = []
        self.resolutions: dict[str, Resolution] = {}
        self.faults: list[Fault] = []

    def wrong(self, record: MarcRecord, field: str, value: str, sentence: str, weight: Weight = Weight.WARNING) -> None:
        column = f"record {record.number} field {field}"
        self.faults.append(Fault(path=self.path, column=column, value=value[:80], sentence=sentence, weight=weight))

    def sponsors(self, draft: _Draft) -> None:
        """Take the sponsors of one draft: those of its list, and those who joined, without those who left."""
        record = draft.record
        symbol = next((each for each in _related(record) if is_resolution(each)), self.resolution)
        if not symbol:
            self.wrong(record, "993", draft.symbol, "which resolution this became is not said: name it", Weight.ERROR)
            return
        on_list = self._list(record)
        after = [later(note.first("a")) for note in record.all("515")]
        for each in after:
            for other in each.others:
                self.wrong(record, "515", other, "not understood: read it, and add what it says by hand")
        left = dict.fromkeys(code for each in after for code in each.withdrew)
        joined = dict.fromkeys([*on_list, *(code for each in after for code in each.joined)])
        source = f"{draft.symbol}: UN Digital Library record {record.number}"
        for code in joined:
            if code not in left:
                field = "710" if code in on_list else "515"
                self._claim(code, symbol, Role.COSPONSOR, None, f"{source}, field {field}")
        for code in left:
            self._claim(code, symbol, Role.WITHDRAWN, None, f"{source}, field 515")
        self._describe(draft, symbol, source)

    def _list(self, record: MarcRecord) -> tuple[str, ...]:
        """The sponsors on the document: those of its printed list (245 $c) that the catalogue (710) has too."""
        one_each = [printed(each.first("a")) for each in record.all("710")]
        for each in one_each:
            for other in each.others:
                self.wrong(record, "710", other, "no country that is known here: not counted (a group, or an organ)")
        catalogued = tuple(dict.fromkeys(code for each in one_each for code in each.countries))
        on_paper = printed(repaired(record.first("245", "c")))
        if not on_paper.countries or not catalogued:
            for other in on_paper.others if not catalogued else ():
                self.wrong(record, "245", other, "no country that is known here: not counted")
            return catalogued or on_paper.countries
        for code in set(catalogued) ^ set(on_paper.countries):
            where = "710" if code in catalogued else "245"
            self.wrong(record, where, code, "named here alone, in one of two lists: read the document, add it by hand")
        return tuple(code for code in catalogued if code in on_paper.countries)

    def vote(self, record: MarcRecord) -> None:
        """Take the votes on one resolution."""
        symbol = record.first("791", "a")
        day = iso_date(record.first("269", "a"))
        if not symbol or isinstance(day, str):
            self.wrong(record, "791", symbol, "a vote without resolution or date: not read", Weight.ERROR)
            return
        counts = dict.fromkeys(Role, 0)
        source = f"UN Digital Library record {record.number}, vote on {symbol}"
        for each in record.all("967"):
            role = _VOTE.get(each.first("d").strip().upper())
            if role is None:
                continue  # absent, or not voting: no act
            counts[role] += 1
            code = names.find(each.first("c"))
            if code:
                self._claim(code, symbol, role, day, source)
            else:
                self.wrong(record, "967", each.first("c") or each.first("e"), "no state of today: not counted")
        totals = {role: record.first("996", place) for role, place in zip(_VOTE.values(), "bcd", strict=True)}
        whole = all(total.isdigit() and int(total) == counts[role] for role, total in totals.items())
        if not whole:
            self.wrong(record, "996", "", "the votes do not add up to the totals: the vote is not marked complete")
        self.resolutions[symbol] = Resolution(
            symbol=symbol,
            draft="",
            body=body_of(symbol),
            adopted=day,
            title=_title(record),
            how="recorded vote",
            yes=_number(totals[Role.VOTED_YES]),
            no=_number(totals[Role.VOTED_NO]),
            abstain=_number(totals[Role.ABSTAINED]),
            complete=whole,
            source=source,
            note="",
        )

    def _claim(self, code: str, symbol: str, role: Role, date: dt.date | None, source: str) -> None:
        self.claims.append(Claim(country=code, symbol=symbol, role=role, date=date, source=source))

    def _describe(self, draft: _Draft, symbol: str, source: str) -> None:
        if self.adopted is None:
            return
        self.resolutions[symbol] = Resolution(
            symbol=symbol,
            draft=draft.symbol,
            body=body_of(symbol),
            adopted=self.adopted,
            title=_title(draft.record),
            how="",
            yes=None,
            no=None,
            abstain=None,
            complete=self.complete,
            source=source,
            note="",
        )


def _related(record: MarcRecord) -> Iterator[str]:
    return (each.first("a") for each in record.all("993"))


def _title(record: MarcRecord) -> str:
    return repaired(record.first("245", "a")).rstrip(" :/")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None
