"""What the record proves of a country. Years stand for resolutions: 2011! is a list known whole, 2012 is not."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobilize.campaign import folder, record, standing
from mobilize.campaign.record import Position, Record, Resolution, Role
from mobilize.campaign.standing import StandingName
from mobilize.world.countries import countries

ROOT = Path(__file__).parents[2]

ROLES = {
    "led": Role.SPONSOR,
    "co": Role.COSPONSOR,
    "left": Role.WITHDRAWN,
    "yes": Role.VOTED_YES,
    "no": Role.VOTED_NO,
    "abs": Role.ABSTAINED,
}


def resolution(name: str) -> Resolution:
    year = int(name.rstrip("!"))
    return Resolution(
        symbol=f"A/RES/{year}",
        draft="",
        body="GA",
        adopted=dt.date(year, 1, 1),
        title="",
        how="",
        yes=None,
        no=None,
        abstain=None,
        complete=name.endswith("!"),
        source="test",
        note="",
    )


def made(lists: str, acts: str) -> Record:
    """A record of these resolutions, on each of which Norway stands, and of what Kenya did: "2011 co, 2013! no"."""
    resolutions = {each.symbol: each for each in map(resolution, lists.split())}
    by_year = {str(each.adopted.year): each for each in resolutions.values()}
    positions = [
        Position(country="NO", resolution=each, role=Role.COSPONSOR, date=None, source="test", line=2)
        for each in resolutions.values()
    ]
    for act in filter(None, acts.split(", ")):
        year, role = act.split()
        positions.append(
            Position(country="KE", resolution=by_year[year], role=ROLES[role], date=None, source="test", line=3)
        )
    return record.cut(resolutions.values(), positions, as_of=dt.date(2100, 1, 1))


@pytest.mark.parametrize(
    ("lists", "acts", "expected"),
    [
        ("2011 2013!", "", StandingName.NEW),
        # On the only list known whole, whatever stands on the others.
        ("2011 2013!", "2013 co", StandingName.STEADY),
        ("2011 2013!", "2011 co, 2013 co", StandingName.STEADY),
        ("2009! 2011! 2013!", "2009 co, 2011 co, 2013 co", StandingName.STEADY),
        # Before its first it may not have been asked.
        ("2009! 2011! 2013!", "2011 co, 2013 co", StandingName.STEADY),
        # Absent from a list that is not whole.
        ("2009! 2011 2013!", "2009 co, 2013 co", StandingName.STEADY),
        # Absent from one that is, and back.
        ("2009! 2011! 2013!", "2009 co, 2013 co", StandingName.PAST),
        # Not on the latest whole list.
        ("2011 2013!", "2011 co", StandingName.LAPSED),
        ("2009! 2011! 2013!", "2009 co, 2011 co", StandingName.LAPSED),
        # The latest list is not whole: who is not on it may be there all the same.
        ("2011! 2013", "2011 co", StandingName.STEADY),
        ("2011 2013", "2011 co", StandingName.STEADY),
        # Came back on a list later than the latest whole one.
        ("2009! 2011! 2013", "2009 co, 2013 co", StandingName.PAST),
        ("2009! 2011! 2013", "2013 co", StandingName.STEADY),
        # A withdrawal proves absence, from any list.
        ("2011 2013", "2011 co, 2013 co, 2013 left", StandingName.LAPSED),
        ("2011! 2013", "2013 left", StandingName.LAPSED),
        ("2009 2011 2013!", "2009 co, 2011 left, 2013 co", StandingName.PAST),
        ("2011 2013!", "2011 co, 2011 left, 2013 co", StandingName.PAST),
        # Led.
        ("2011 2013!", "2011 led", StandingName.LEADER),
        ("2009! 2011! 2013!", "2009 led", StandingName.LEADER),
        ("2011 2013!", "2013 led, 2013 left", StandingName.LAPSED),
        # Opposed, until it co-sponsors later.
        ("2011 2013!", "2011 no", StandingName.OPPOSED),
        ("2011 2013!", "2011 abs", StandingName.OPPOSED),
        ("2011 2013!", "2011 co, 2013 abs", StandingName.OPPOSED),
        ("2011 2013!", "2011 led, 2013 no", StandingName.OPPOSED),
        ("2011 2013!", "2011 no, 2013 co", StandingName.STEADY),
        ("2011 2013!", "2011 no, 2013 yes", StandingName.OPPOSED),
        # A vote in favour is no co-sponsorship.
        ("2011 2013!", "2013 yes", StandingName.NEW),
    ],
)
def test_what_a_country_did_gives_its_standing(lists: str, acts: str, expected: StandingName) -> None:
    assert standing.of(made(lists, acts), "KE").name is expected


def test_absence_from_an_incomplete_list_proves_nothing() -> None:
    with_it, without_it = made("2009! 2011 2013!", "2009 co, 2013 co"), made("2009! 2013!", "2009 co, 2013 co")
    assert standing.of(with_it, "KE").name is standing.of(without_it, "KE").name is StandingName.STEADY


def test_a_vote_known_whole_is_no_list_to_be_absent_from() -> None:
    known = made("2011! 2013!", "2011 co")
    # On the resolution of 2013 only votes are on record: `complete` is said of them.
    votes = tuple(
        Position(country="NO", resolution=each.resolution, role=Role.VOTED_YES, date=None, source="t", line=2)
        if each.resolution.adopted.year == 2013
        else each
        for each in known.positions["NO"]
    )
    only_votes = Record(resolutions=known.resolutions, positions={**known.positions, "NO": votes})
    assert standing.of(only_votes, "KE").name is StandingName.STEADY


def test_the_proof_of_an_opponent_shows_its_later_vote_in_favour_too() -> None:
    found = standing.of(made("2011 2013! 2015", "2011 yes, 2013 abs, 2015 yes"), "KE")
    assert [position.role for position in found.proof] == [Role.ABSTAINED, Role.VOTED_YES]


def test_no_reason_says_that_a_country_never_did_something() -> None:
    for lists, acts in (
        ("2011 2013!", ""),
        ("2011 2013!", "2011 co"),
        ("2011 2013!", "2013 yes"),
        ("2013!", "2013 no"),
    ):
        assert "never" not in standing.of(made(lists, acts), "KE").reason


@given(
    st.lists(st.booleans(), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(0, 4), st.sampled_from(sorted(ROLES))), max_size=6),
)
def test_the_proof_is_always_the_country_s_own_and_only_new_may_be_without(
    whole: list[bool], acts: list[tuple[int, str]]
) -> None:
    lists = " ".join(f"{2001 + place}{'!' if each else ''}" for place, each in enumerate(whole))
    known = made(lists, ", ".join(f"{2001 + place} {role}" for place, role in acts if place < len(whole)))
    found = standing.of(known, "KE")
    assert set(found.proof) <= set(known.positions.get("KE", ()))
    assert found.proof or found.name is StandingName.NEW
    assert [each.resolution.adopted for each in found.proof] == sorted(each.resolution.adopted for each in found.proof)


class TestTheShippedCampaign:
    known, faults = folder.load(ROOT)

    def standings(self, as_of: dt.date | None = None) -> dict[str, StandingName]:
        whole, _ = folder.read_record(ROOT)
        positions = [each for theirs in whole.positions.values() for each in theirs]
        cut = record.cut(whole.resolutions.values(), positions, as_of=as_of or self.known.as_of)
        return {code: standing.of(cut, code).name for code in countries()}

    def test_norway_leads(self) -> None:
        found = standing.of(self.known.record, "NO")
        assert found.name is StandingName.LEADER
        assert [each.resolution.symbol for each in found.proof] == ["A/HRC/RES/7/8", "A/HRC/RES/16/5", "A/HRC/RES/22/6"]

    def test_39_states_are_on_both_readable_lists_and_all_are_steady(self) -> None:
        both = [
            code
            for code, theirs in self.known.record.positions.items()
            if {"A/RES/66/164", "A/HRC/RES/22/6"}
            <= {each.resolution.symbol for each in theirs if each.role is Role.COSPONSOR}
        ]
        assert len(both) == 39
        assert {standing.of(self.known.record, code).name for code in both} == {StandingName.STEADY}

    def test_three_have_lapsed(self) -> None:
        lapsed = {code for code, name in self.standings().items() if name is StandingName.LAPSED}
        assert lapsed == {"DO", "FM", "KR"}

    def test_80_states_have_a_record(self) -> None:
        assert len(self.known.record.positions) == 80
        assert all(self.known.record.positions.values())

    def test_every_country_has_one_standing(self) -> None:
        assert Counter(self.standings().values()) == {
            StandingName.LEADER: 1,
            StandingName.STEADY: 76,
            StandingName.LAPSED: 3,
            StandingName.NEW: 115,
        }

    def test_nothing_later_than_the_campaign_s_day_counts(self) -> None:
        assert max(each.adopted for each in self.known.record.resolutions.values()) <= dt.date(2013, 11, 12)
        # The vote of December 2015, in which Kenya abstained, is on record and not seen from 2013.
        assert self.standings()["KE"] is StandingName.NEW
        assert self.standings(dt.date(2016, 1, 1))["KE"] is StandingName.OPPOSED

    def test_all_six_standings_occur_once_the_whole_record_may_be_seen(self) -> None:
        counts = Counter(self.standings(dt.date(2026, 1, 1)).values())
        assert set(counts) == set(StandingName)
        assert counts[StandingName.LEADER] == 1
