from __future__ import annotations

import time
from importlib import resources

import pytest

from mobilize.errors import DataFaulty
from mobilize.inbox import lexicon
from mobilize.inbox.folding import fold
from mobilize.inbox.phrases import Phrases, PhraseUnreadable, compile_phrase
from mobilize.inbox.raw import RawMail
from mobilize.inbox.read import read
from mobilize.inbox.reply import Context, Reply


def _found(written: str, text: str, language: str = "en") -> list[str]:
    folded = fold(text)
    return [folded[hit.start : hit.end] for hit in Phrases([compile_phrase(written, "x", language)]).find(folded)]


@pytest.mark.parametrize(
    ("written", "text", "found"),
    [
        ("support*", "We SUPPORTED it, unsupported", ["supported"]),
        ("(draft|resolution*) text", "the resolutions text", ["resolutions text"]),
        ("[fully] support", "fully support; support", ["fully support", "support"]),
        ("vote .. favour", "vote, as before, in favour", ["vote, as before, in favour"]),
        ("vote .. favour", "vote one two three four favour", []),
        ("vote ... favour", "vote. In favour", []),
        ("resolution", "co-resolution", []),
    ],
)
def test_a_phrase_finds_what_its_writing_says(written: str, text: str, found: list[str]) -> None:
    assert _found(written, text) == found


def test_arabic_particles_may_stand_before_a_word() -> None:
    assert _found("تؤيد", "وستؤيد المملكة", "ar") == ["وستويد"]
    assert _found("قرار", "والقرار", "ar") == ["والقرار"]


def test_a_persian_joiner_may_be_a_space_or_nothing() -> None:
    assert len(_found("نمی‌کند", "نمی‌کند نمی کند نمیکند", "fa")) == 3


def test_chinese_is_read_without_spaces() -> None:
    assert _found("支持...决议", "中方支持这一重要的决议草案", "zh") == ["支持这一重要的决议"]


@pytest.mark.parametrize("written", ["", "(open", "[only may be]", ".. gap first", "gap last ...", "(a [b]|c)"])
def test_a_phrase_that_cannot_be_read_is_refused(written: str) -> None:
    with pytest.raises(PhraseUnreadable):
        compile_phrase(written, "x", "en")


def test_every_lexicon_that_we_ship_can_be_read() -> None:
    for language in lexicon.LANGUAGES:
        assert lexicon.load(language).language == language


def test_a_campaign_adds_phrases_and_takes_ours_away() -> None:
    own = '[position]\nyes = ["is with you all the way", "-support it"]\n'
    loaded = lexicon.load("en", own)
    assert "is with you all the way" in {hit.written for hit in loaded.phrases.find("lesotho is with you all the way")}
    assert "position.yes" not in {hit.group for hit in loaded.phrases.find("support it")}


def test_a_faulty_lexicon_names_every_fault() -> None:
    with pytest.raises(DataFaulty) as raised:
        lexicon.load("en", '[position]\nyes = ["(open", "[only]"]\n')
    assert [fault.value for fault in raised.value.faults] == ["(open", "[only]"]  # type: ignore[attr-defined]
    with pytest.raises(DataFaulty, match="positon"):
        lexicon.load("en", '[positon]\nyes = ["x"]\n')
    with pytest.raises(DataFaulty, match="TOML"):
        lexicon.load("en", "[position\n")


@pytest.mark.parametrize("filler", ["not ", "support ", "not, ", "a" * 50 + " ", "will ", "(", "不", "و", "with the "])
def test_long_lines_are_searched_in_linear_time(filler: str) -> None:
    loaded = lexicon.load("en").phrases
    loaded.find(filler * 100)
    short, long = (_fastest(loaded, filler * (size // len(filler))) for size in (25_000, 200_000))
    # Linear is 8 times; a quadratic pattern takes 64 times as long.
    assert long < 32 * max(short, 0.01)


def _fastest(phrases: Phrases, text: str) -> float:
    """The best of three runs, in time of the processor: a busy machine does not count."""
    taken = []
    for _ in range(3):
        began = time.process_time()
        phrases.find(text)
        taken.append(time.process_time() - began)
    return min(taken)


@pytest.mark.parametrize("language", lexicon.LANGUAGES)
def test_a_lexicon_can_be_read_on_a_screen(language: str) -> None:
    text = resources.files("mobilize.inbox.lexicon").joinpath(f"{language}.toml").read_text("utf-8")
    long = [each for each in text.splitlines() if len(each) > 120 and '", "' in each and each[0] != "#"]
    assert long == [], "several phrases stand on a line that is too long"


MAIL = (
    b"From: Ministry <io@mfa.gov.to.example>\nSubject: Re: your letter\nContent-Type: text/plain; charset=utf-8\n\n"
    b"Dear friends,\n\nTonga walks with you on this resolution.\n"
)


def _stance(own: dict[str, str]) -> Reply:
    return read(RawMail(data=MAIL, origin="test"), context=Context(lexicon=own))


def test_a_campaign_s_own_words_decide_and_say_so() -> None:
    assert _stance({}).stance is None
    made = _stance({"en": '[position]\nyes = ["walks with you"]\n'})
    assert made.stance == "support"
    assert any("walks with you" in each.rule for each in made.evidence if each.field == "stance")


def test_a_slip_in_a_campaign_s_own_words_stops_no_mail_and_is_said() -> None:
    made = _stance({"en": '[position]\nyess = ["walks with you"]\n'})
    assert (made.kind, made.error) == ("reply", "")
    assert [each.rule for each in made.evidence if each.field == "lexicon"] == [
        "not used: lexicon/en.toml: position.yess: unknown; a lexicon has "
        + ", ".join(f"position.{key}" for key in lexicon.KEYS["position"])
        + "."
    ]


def test_a_campaign_may_bring_a_language_that_we_have_not() -> None:
    own = '[position]\nyes = ["zal voor stemmen"]\n[object]\ndraft = ["resolutie"]\n'
    assert lexicon.load("nl", own).language == "nl"
