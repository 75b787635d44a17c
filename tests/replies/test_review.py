"""The ledger of stances: what a person says outweighs what the parser suggests, and nothing is overwritten."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from mobilize.replies.review import PARSER, Statement, Status, current


def said(number: int, stance: str | None, *, reply: str = "a", by: str = PARSER, day: int = 14) -> Statement:
    return Statement(
        number=number,
        reply=reply,
        country="KE",
        stance=stance,
        concerns=(),
        quote="we will co-sponsor",
        rule="en.cosponsor",
        said_on=dt.date(2013, 11, day),
        direct=True,
        by=by,
        recorded_at=dt.datetime(2013, 11, 20, tzinfo=dt.UTC),
    )


def test_nothing_stated_is_nothing() -> None:
    assert current([]) is None


def test_the_parser_only_suggests() -> None:
    now = current([said(1, "cosponsor")])
    assert now is not None
    assert (now.stance, now.status) == ("cosponsor", Status.SUGGESTED)


def test_a_person_who_agrees_confirms() -> None:
    now = current([said(1, "cosponsor"), said(2, "cosponsor", by="amina")])
    assert now is not None
    assert now.status is Status.CONFIRMED


def test_a_person_who_disagrees_corrects() -> None:
    now = current([said(1, "cosponsor"), said(2, "noncommittal", by="amina")])
    assert now is not None
    assert (now.stance, now.status) == ("noncommittal", Status.CORRECTED)


def test_a_reply_parsed_anew_does_not_undo_what_a_person_decided() -> None:
    now = current([said(1, "cosponsor"), said(2, "noncommittal", by="amina"), said(3, "cosponsor")])
    assert now is not None
    assert (now.stance, now.status) == ("noncommittal", Status.CORRECTED)


def test_a_person_can_take_a_stance_back() -> None:
    assert current([said(1, "cosponsor"), said(2, None, by="amina")]) is None


def test_a_suggestion_never_outweighs_a_confirmed_stance() -> None:
    now = current([said(1, "cosponsor", by="amina"), said(2, "support", reply="b", day=20)])
    assert now is not None
    assert (now.stance, now.status) == ("cosponsor", Status.CORRECTED)


def test_a_later_decision_replaces_no_decision_yet() -> None:
    now = current([said(1, "noncommittal"), said(2, "cosponsor", reply="b", day=20)])
    assert now is not None
    assert (now.stance, now.status) == ("cosponsor", Status.SUGGESTED)


def test_yes_and_no_are_a_dispute_whatever_came_last() -> None:
    now = current([said(1, "oppose", day=20), said(2, "support", reply="b", day=15)])
    assert now is not None
    assert now.status is Status.DISPUTED


def test_the_order_in_which_rows_are_handed_over_does_not_matter() -> None:
    rows = [said(1, "noncommittal"), said(2, "cosponsor", by="amina"), said(3, "support", reply="b", day=20)]
    assert current(rows) == current(reversed(rows))


def test_what_may_be_forged_does_not_stand_until_a_person_says_so() -> None:
    forged = replace(said(1, "cosponsor"), genuine="failed")
    assert current([forged]) is None
    sure = current([forged, replace(said(2, "cosponsor", by="amina"), genuine="failed")])
    assert sure is not None
    assert (sure.status, sure.proof) == (Status.CONFIRMED, "failed")


def test_a_stance_has_its_age_and_its_proof() -> None:
    now = current([replace(said(1, "support"), said_on=dt.date(2013, 11, 8), genuine="genuine")])
    assert now is not None
    assert now.age(dt.date(2013, 11, 20)) == 12
    assert now.proof == "genuine"
    undated = current([replace(said(1, "support"), said_on=None, direct=False)])
    assert undated is not None
    assert undated.age(dt.date(2013, 11, 20)) is None
    assert undated.proof == "reported"
