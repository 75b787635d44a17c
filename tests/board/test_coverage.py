"""Countries against partners' plans: who is uncovered, crowded, forgotten; and where to push next, with the reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest

from mobilize.board import CountryRow
from mobilize.board.coverage import Promise, crowded, reach, supports, uncovered, untouched
from mobilize.board.targets import best
from mobilize.campaign.standing import Standing, StandingName
from mobilize.replies.review import Current, Status
from mobilize.world.countries import countries

TODAY = dt.date(2013, 11, 20)


def row(
    code: str,
    standing: StandingName = StandingName.NEW,
    stance: str | None = None,
    status: Status = Status.CONFIRMED,
    *,
    plans: int = 0,
    letters: Mapping[str, int] | None = None,
    replies: Mapping[str, int] | None = None,
) -> CountryRow:
    current = Current(country=code, stance=stance, status=status, concerns=(), said_on=None, direct=True, standing=())
    return CountryRow(
        country=countries()[code],
        standing=Standing(country=code, name=standing, proof=(), reason=""),
        letters=letters or {},
        replies=replies or {},
        current=current if stance else None,
        plans=plans,
    )


def promise(country: str, partner: str, day: int, *, kept: bool = False) -> Promise:
    return Promise(country=country, partner=partner, reply="r", planned_on=dt.date(2013, 11, day), kept=kept)


def test_a_group_counts_supporters_the_new_among_them_and_who_is_not_back() -> None:
    rows = [
        row("KE", StandingName.NEW, "cosponsor"),
        row("GH", StandingName.STEADY, "support"),
        row("SN", StandingName.LAPSED),
        row("TN", StandingName.PAST, "cosponsor", Status.SUGGESTED),
        row("TG", StandingName.NEW),
        row("SD", StandingName.OPPOSED, "oppose"),
    ]
    [group] = reach(rows)
    assert (group.group, group.states, group.supporters, group.fresh) == ("African Group", 6, 2, 1)
    assert (group.not_back, group.open) == (2, 1), "a suggestion has not come back yet"
    assert not supports(rows[3])


def test_uncovered_is_who_is_not_won_and_in_nobodys_plan() -> None:
    rows = [row("UY", stance="cosponsor"), row("KE", plans=1), row("SN"), row("AD", letters={"sent": 1})]
    assert [each.country.code for each in uncovered(rows)] == ["AD", "SN"]
    assert [each.country.code for each in rows if untouched(each)] == ["UY", "SN"]


def test_three_partners_are_a_crowd_and_one_who_says_it_thrice_is_not() -> None:
    made = [promise("KE", name, 10) for name in ("A", "B", "C")] + [promise("UG", "A", day) for day in (1, 2, 3)]
    assert crowded(made) == {"KE"}


@pytest.mark.parametrize(("day", "kept", "stale"), [(13, False, True), (14, False, False), (1, True, False)])
def test_a_promise_goes_stale_after_a_week_without_word(day: int, *, kept: bool, stale: bool) -> None:
    assert promise("KE", "A", day, kept=kept).stale(TODAY) is stale


def test_a_promise_without_a_day_is_never_called_stale() -> None:
    assert not Promise(country="KE", partner="A", reply="r", planned_on=None, kept=False).stale(TODAY)


def test_the_next_targets_are_near_and_not_yet_asked_and_each_says_why() -> None:
    rows = [
        row("NO", StandingName.LEADER),
        row("UY", StandingName.STEADY, "cosponsor", Status.SUGGESTED),
        row("IR", StandingName.OPPOSED, "oppose"),
        row("GH", StandingName.STEADY, "support", plans=1, letters={"sent": 1}, replies={"reply": 1}),
        row("KR", StandingName.LAPSED, letters={"sent": 1}),
        row("TG", StandingName.NEW),
        row("BY", StandingName.OPPOSED),
    ]
    found = best(rows, but={"NO"})
    assert [each.row.country.code for each in found] == ["GH", "KR", "TG", "BY"]
    korea = found[1]
    assert korea.reasons[0] == "co-sponsored before and is not back yet"
    assert "no partner plans to go there" in korea.reasons
    assert "a letter was sent, and nobody answered" in korea.reasons
    assert all(each.reasons for each in found)
    assert [each.row.country.code for each in best(rows, many=1)] == ["GH"]


def test_a_crowd_pushes_a_state_down_the_list() -> None:
    few, many = row("KE", StandingName.STEADY, plans=1), row("GH", StandingName.STEADY, plans=4)
    assert [each.row.country.code for each in best([many, few])] == ["KE", "GH"]
