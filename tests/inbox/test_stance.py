from __future__ import annotations

import pytest

from mobilize.inbox import lexicon, stance
from mobilize.inbox.claims import Voice


def test_a_decision_carries_the_words_and_the_rule_that_made_it() -> None:
    finding = stance.judge("We shall vote in favour of the resolution.", "en")
    assert finding.stance == "support"
    assert [(e.field, e.words) for e in finding.evidence] == [
        ("stance", "vote in favour"),
        ("sentence", "We shall vote in favour of the resolution."),
    ]
    assert finding.evidence[-1].rule == "confidence.clear"
    assert "position.yes" in finding.evidence[0].rule


def test_another_states_position_is_not_this_governments() -> None:
    text = "Norway supports the draft resolution."
    assert stance.judge(text, "en", country="NO").stance == "support"
    assert stance.judge(text, "en", country="LK").stance is None


def test_a_question_claims_nothing() -> None:
    assert stance.judge("Will your Government support the draft resolution?", "en").stance is None


def test_a_report_of_no_one_government_has_no_stance() -> None:
    text = "They told us that they support the resolution."
    assert stance.judge(text, "en", voice=Voice.PARTNER, country=None).stance is None


def test_yes_below_a_quoted_question_answers_it() -> None:
    exchange = [("Will your Government co-sponsor the draft?", "Yes, the decision was taken on Friday.")]
    assert stance.judge(exchange[0][1], "en", exchange=exchange).stance == "cosponsor"
    exchange = [("Will your Government support the draft?", "No.")]
    assert stance.judge(exchange[0][1], "en", exchange=exchange).stance == "oppose"


def test_a_campaign_may_teach_its_own_words() -> None:
    text = "Lesotho walks with you on the resolution."
    taught = lexicon.load("en", '[position]\nyes = ["walks with you"]\n')
    assert stance.judge(text, "en").stance is None
    assert stance.judge(text, "en", taught).stance == "support"


@pytest.mark.parametrize("text", ["", "\n\n", "...", "A" * 100_000, "not " * 30_000, "?" * 10_000, "\u202e\u200f"])
def test_any_text_is_answered(text: str) -> None:
    assert stance.judge(text, None).stance in (None, "noncommittal")


def test_lines_that_a_program_wrapped_are_one_sentence() -> None:
    text = "I regret to inform you that the Government is not in a position at the\npresent time to support the draft."
    assert stance.judge(text, "en").stance == "oppose"


def test_a_text_that_points_both_ways_is_told_to_be_mixed() -> None:
    """A polite no: what is said for the draft and against it stand beside each other, and a person weighs them."""
    finding = stance.judge(
        "We support the protection of defenders and this draft. However, we shall vote against the resolution.", "en"
    )
    assert finding.stance == "oppose"
    assert [each.rule for each in finding.evidence if each.field == "sentence"] == ["confidence.mixed"]
    assert [each.words for each in finding.evidence if each.field == "sentence"] == [
        "However, we shall vote against the resolution."
    ]
