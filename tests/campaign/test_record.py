from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from mobilize.campaign import folder, record, tables
from mobilize.campaign.columns import POSITIONS, RESOLUTIONS
from mobilize.campaign.faults import Fault, Weight
from mobilize.campaign.record import Record, Role

ROOT = Path(__file__).parents[2]

RES = (
    "symbol,draft,body,adopted,title,how,yes,no,abstain,complete,source,note\n"
    "A/RES/66/164,,GA,2011-12-19,Promotion,consensus,,,,no,read,\n"
    "A/RES/70/161,,GA,2015-12-17,Defenders,recorded vote,2,1,0,yes,read,\n"
)
POS_HEAD = "country,resolution,role,date,source\n"
LATE = dt.date(2100, 1, 1)


def read(positions: str, resolutions: str = RES, as_of: dt.date = LATE) -> tuple[Record, tuple[Fault, ...]]:
    return record.read(
        [tables.read(resolutions.encode(), path="record/resolutions.csv", layout=RESOLUTIONS)],
        [tables.read((POS_HEAD + positions).encode(), path="record/positions.csv", layout=POSITIONS)],
        as_of=as_of,
    )


def test_a_good_row_becomes_a_position() -> None:
    known, faults = read("KE,A/RES/66/164,cosponsor,2011-11-11,https://example.org\n")
    position = known.positions["KE"][0]
    assert (position.role, position.resolution.adopted, position.date) == (
        Role.COSPONSOR,
        dt.date(2011, 12, 19),
        dt.date(2011, 11, 11),
    )
    assert faults == ()


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            "KE,A/RES/66/164,cosponsor,,",
            "record/positions.csv:2: source: no source: say where this was read, else the row is not used",
        ),
        ("KE,A/RES/66/164,co-sponsor,,x", "record/positions.csv:2: role 'co-sponsor': write \"cosponsor\""),
        ("KE,A/RES/66/164,yes,,x", "record/positions.csv:2: role 'yes': write \"voted_yes\""),
        (
            "KE,A/RES/66/164,fond,,x",
            (
                "record/positions.csv:2: role 'fond': not a role: write one of sponsor, cosponsor, withdrawn, "
                "voted_yes, voted_no, abstained"
            ),
        ),
        (
            "Kenya,A/RES/66/164,cosponsor,,x",
            "record/positions.csv:2: country 'Kenya': write \"KE\", the two-letter code of Kenya",
        ),
        (
            "KE,A/RES/66/146,cosponsor,,x",
            "record/positions.csv:2: resolution 'A/RES/66/146': not in resolutions.csv: is A/RES/66/164 meant?",
        ),
        (
            "KE,E/CN.4/1,cosponsor,,x",
            "record/positions.csv:2: resolution 'E/CN.4/1': not in resolutions.csv: add its row there first",
        ),
        (
            "KE,A/RES/66/164,cosponsor,2011,x",
            "record/positions.csv:2: date '2011': not a date: write year-month-day (2013-11-12)",
        ),
    ],
)
def test_a_position_that_cannot_be_used_says_why(row: str, expected: str) -> None:
    known, faults = read(row + "\n")
    assert [str(fault) for fault in faults] == [expected]
    assert known.positions == {}


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        (("2011-12-19", "19.12.2011"), "adopted"),
        ((",no,read", ",perhaps,read"), "complete"),
        ((",no,read", ",no,"), "source"),
        (("consensus,,", "consensus,many,"), "yes"),
        (("A/RES/66/164,,", ",,"), "symbol"),
    ],
)
def test_a_resolution_that_cannot_be_used_says_why(changed: tuple[str, str], column: str) -> None:
    known, faults = read("", RES.replace(*changed, 1))
    assert (faults[0].line, faults[0].column) == (2, column)
    assert list(known.resolutions) == ["A/RES/70/161"]


def test_a_resolution_that_stands_twice_is_a_fault() -> None:
    _, faults = read("", RES + RES.splitlines()[1] + "\n")
    assert "stands on line 2 already" in str(faults[0])


def test_nothing_later_than_the_day_is_kept() -> None:
    rows = "KE,A/RES/66/164,cosponsor,,x\nKE,A/RES/70/161,voted_no,,x\nUG,A/RES/66/164,withdrawn,2013-12-01,x\n"
    known, _ = read(rows, as_of=dt.date(2013, 11, 12))
    assert list(known.resolutions) == ["A/RES/66/164"]
    assert [position.role for position in known.positions["KE"]] == [Role.COSPONSOR]
    assert "UG" not in known.positions


def test_the_day_itself_still_counts() -> None:
    known, _ = read("KE,A/RES/66/164,cosponsor,,x\n", as_of=dt.date(2011, 12, 19))
    assert "KE" in known.positions


def test_the_same_position_twice_is_counted_once_and_told() -> None:
    known, faults = read("KE,A/RES/66/164,cosponsor,,x\nKE,A/RES/66/164,cosponsor,,y\n")
    assert len(known.positions["KE"]) == 1
    assert [(fault.line, fault.weight) for fault in faults] == [(3, Weight.WARNING)]


def test_two_votes_of_one_country_contradict_each_other_unless_both_are_dated() -> None:
    _, faults = read("KE,A/RES/70/161,voted_no,,x\nKE,A/RES/70/161,abstained,,x\n")
    assert any("has another vote on line 2" in str(fault) for fault in faults)
    _, faults = read("KE,A/RES/70/161,voted_no,2015-11-25,x\nKE,A/RES/70/161,voted_yes,2015-12-17,x\n")
    assert not any("another vote" in str(fault) for fault in faults)


def test_a_whole_vote_that_does_not_add_up_is_warned_of() -> None:
    _, faults = read("KE,A/RES/70/161,voted_no,,x\nUG,A/RES/70/161,voted_no,,x\n")
    assert [(fault.weight, fault.sentence) for fault in faults] == [
        (Weight.WARNING, "2 rows with this role where resolutions.csv says 1, and that the vote is complete")
    ]


def test_the_shipped_record_is_without_fault_and_agrees_with_its_sources_own_counts() -> None:
    known, faults = folder.read_record(ROOT)
    assert faults == ()
    assert len(known.resolutions) == 20
    assert len(known.positions) == 186
    counts = Counter((each.resolution.symbol, each.role) for theirs in known.positions.values() for each in theirs)
    assert sum(counts.values()) == 759
    assert counts["A/HRC/RES/22/6", Role.COSPONSOR] == 76
    assert counts["A/HRC/RES/31/32", Role.COSPONSOR] == 66
    assert counts["A/HRC/RES/40/11", Role.COSPONSOR] == 71
    assert counts["A/RES/72/247", Role.COSPONSOR] == 75
    assert counts["A/RES/78/216", Role.COSPONSOR] + counts["A/RES/78/216", Role.SPONSOR] == 73
    votes = (Role.VOTED_YES, Role.VOTED_NO, Role.ABSTAINED)
    assert [counts["A/RES/70/161", role] for role in votes] == [127, 14, 41]
    assert [counts["A/HRC/RES/31/32", role] for role in votes] == [33, 6, 8]


def test_no_state_on_the_shipped_record_co_sponsored_what_it_did_not_vote_for() -> None:
    known, _ = folder.read_record(ROOT)
    for theirs in known.positions.values():
        roles = {(each.resolution.symbol, each.role) for each in theirs}
        for symbol in {symbol for symbol, _ in roles}:
            assert not {(symbol, Role.COSPONSOR), (symbol, Role.VOTED_NO)} <= roles
            assert not {(symbol, Role.COSPONSOR), (symbol, Role.ABSTAINED)} <= roles
