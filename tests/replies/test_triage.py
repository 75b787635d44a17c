"""Which replies a person must look at: so that one "yes" is not lost among 400 bounces."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mobilize.inbox.genuine import Authenticity, Standing
from mobilize.inbox.reply import Bounce, Evidence, Matches, Reply
from mobilize.replies.triage import MACHINE_KINDS, READING_ORDER, attention

YES = Reply(id="a" * 64, kind="reply", country="KE", stance="cosponsor")


def test_a_yes_always_waits_for_a_person() -> None:
    assert attention(YES) == "seems to say cosponsor: confirm or correct"


def test_a_stance_of_nobody_asks_whose_it_is() -> None:
    assert "whose government" in attention(replace(YES, country=None))


def test_where_another_part_of_a_mail_says_something_else_a_person_is_told_which() -> None:
    below = Evidence(field="view", words="We shall vote against it.", rule="view.end: oppose")
    assert attention(replace(YES, evidence=(below,))) == (
        "seems to say cosponsor, but the part folded below the closing says oppose: read both"
    )
    receipt = Reply(id="a", kind="acknowledgement", evidence=(replace(below, rule="view.letter: support"),))
    assert "what says support reads like a letter to a government" in attention(receipt), "a receipt too"
    assert below.words not in attention(receipt), "words of a mail are not kept in the clear"


def test_machines_need_nobody_where_the_program_could_act() -> None:
    for kind in MACHINE_KINDS - {"bounce"}:
        assert attention(Reply(id="a", kind=kind)) == ""
    assert attention(Reply(id="a", kind="bounce", bounce_address="minister@mfa.ki.example")) == ""


def test_a_bounce_that_a_partner_forwards_needs_a_person() -> None:
    assert attention(Reply(id="a", kind="bounce", via="forward_inline", bounce_address="minister@mfa.ki.example"))


def test_a_bounce_without_an_address_needs_a_person() -> None:
    assert attention(Reply(id="a", kind="bounce"))


@pytest.mark.parametrize("kind", ["reply", "partner_report", "complaint", "unsubscribe", "other"])
def test_what_people_write_needs_a_person(kind: str) -> None:
    assert attention(Reply(id="a", kind=kind))


def test_what_could_not_be_read_needs_a_person_whatever_it_was_taken_for() -> None:
    assert attention(Reply(id="a", kind="bounce", bounce_address="x@y.example", error="RecursionError"))


def test_every_kind_has_its_place_in_the_morning() -> None:
    assert set(READING_ORDER[-3:]) == MACHINE_KINDS
    assert READING_ORDER[0] == "reply"


def test_what_may_be_forged_needs_a_person_whatever_it_is() -> None:
    forged = Authenticity(standing=Standing.FAILED, why="DMARC failed for mfa.gov.ke")
    for kind in ("reply", "acknowledgement", "auto_reply", "unsubscribe", "complaint", "partner_report"):
        told = attention(Reply(id="1", kind=kind, stance="oppose", country="KE", authenticity=forged))
        assert told.startswith("may be forged")
        assert "mfa.gov.ke" not in told, "it is kept and logged in the clear"


def test_a_tie_asks_for_a_choice() -> None:
    tied = Reply(id="1", kind="reply", stance="support", country="KE", matches=Matches(candidates=("a", "b")))
    assert "choose" in attention(tied)


def test_a_full_mailbox_says_when_it_is_worth_trying_again() -> None:
    full = Bounce(address="a@b.example", permanent=False, status="4.2.2", reason="mailbox full: over quota")
    told = attention(Reply(id="1", kind="bounce", bounce_address="a@b.example", bounces=(full,), date="2013-11-08"))
    assert "2013-11-10" in told
    assert "another address" in told
    assert "a@b.example" not in told
