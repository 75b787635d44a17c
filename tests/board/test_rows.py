"""Who was asked, who answered, who is left."""

from __future__ import annotations

import datetime as dt

from mobilize import board
from mobilize.campaign.standing import Standing, StandingName
from mobilize.replies.review import PARSER, Statement, current
from mobilize.world.countries import countries


def statement(country: str, stance: str, by: str) -> Statement:
    return Statement(
        number=1,
        reply=country,
        country=country,
        stance=stance,
        concerns=(),
        quote="",
        rule="",
        said_on=None,
        direct=True,
        by=by,
        recorded_at=dt.datetime(2013, 11, 20, tzinfo=dt.UTC),
    )


def rows() -> tuple[board.CountryRow, ...]:
    standings = {
        code: Standing(country=code, name=StandingName.NEW, proof=(), reason="nothing on record")
        for code in countries()
    }
    stances = {code: current([statement(code, "cosponsor", by)]) for code, by in (("KE", PARSER), ("UY", "amina"))}
    return board.by_country(
        countries().values(),
        standings=standings,
        letters={"KE": {"sent": 2}, "UY": {"sent": 1, "failed": 1}, "PS": {"in_doubt": 1}},
        replies={"UY": {"reply": 1}, "KE": {"acknowledgement": 1}},
        stances={code: now for code, now in stances.items() if now},
        plans={"KE": 2},
    )


def test_every_state_is_on_the_board_once() -> None:
    assert sorted(row.country.code for row in rows()) == sorted(countries())
    assert sum(group.countries for group in board.by_group(rows())) == 195


def test_a_suggestion_is_counted_apart_from_what_a_person_confirmed() -> None:
    groups = {group.group: group for group in board.by_group(rows())}
    assert groups["African Group"].suggested == {"cosponsor": 1}
    assert groups["African Group"].confirmed == {}
    assert groups["GRULAC"].confirmed == {"cosponsor": 1}


def test_an_acknowledgement_is_no_answer() -> None:
    groups = {group.group: group for group in board.by_group(rows())}
    assert groups["African Group"].answered == 0
    assert groups["GRULAC"].answered == 1


def test_letters_in_trouble_are_seen_and_observers_come_last() -> None:
    groups = board.by_group(rows())
    assert groups[-1].group == board.OBSERVERS
    assert groups[-1].trouble == 1
