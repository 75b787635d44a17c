"""How many governments co-sponsor, day by day: what was recorded later does not change an earlier day."""

from __future__ import annotations

import datetime as dt

from mobilize.board.progress import progress
from mobilize.replies.review import PARSER, Statement


def said(number: int, country: str, stance: str | None, by: str, day: int, *, reply: str = "") -> Statement:
    return Statement(
        number=number,
        reply=reply or country,
        country=country,
        stance=stance,
        concerns=(),
        quote="",
        rule="",
        said_on=None,
        direct=True,
        by=by,
        recorded_at=dt.datetime(2013, 11, day, 12, tzinfo=dt.UTC),
    )


def test_suggestions_are_counted_apart_and_a_correction_counts_from_its_day() -> None:
    statements = {
        "KE": [said(1, "KE", "cosponsor", PARSER, 10), said(4, "KE", "cosponsor", "amina", 12)],
        "UY": [said(2, "UY", "cosponsor", PARSER, 10), said(5, "UY", "support", "amina", 13)],
        "FR": [said(3, "FR", "conditional", PARSER, 11), said(6, "FR", None, "amina", 14)],
    }
    points = progress(statements, until=dt.date(2013, 11, 20))
    assert [(each.day.day, each.confirmed, each.suggested, each.favourable) for each in points] == [
        (10, 0, 2, 2),
        (11, 0, 2, 3),
        (12, 1, 2, 3),
        (13, 1, 1, 3),
        (14, 1, 1, 2),
        (20, 1, 1, 2),
    ]
    assert [each.day.day for each in progress(statements, until=dt.date(2013, 11, 11))] == [10, 11]
    assert progress({}, until=dt.date(2013, 11, 20)) == ()


def test_who_says_yes_and_no_is_counted_for_neither() -> None:
    statements = {"KE": [said(1, "KE", "cosponsor", "a", 10, reply="x"), said(2, "KE", "oppose", "a", 11, reply="y")]}
    points = progress(statements, until=dt.date(2013, 11, 11))
    assert [(each.confirmed, each.suggested, each.favourable) for each in points] == [(1, 1, 1), (0, 0, 0)]
