"""Translations say what they translate; what lags behind is told, and nothing is written over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mobilize.campaign import folder as campaigns
from mobilize.campaign.campaign import Campaign
from mobilize.desk import letters as desk
from mobilize.errors import Refused
from mobilize.letter.proofs import check_templates
from mobilize.letter.translations import State, fingerprint, lagging, marked, translations

MINISTER = '---\nsubject: Hello\n---\nText.\n\n{% include "blocks/en/ask.md" %}\n'


def texts(**changes: str) -> dict[str, str]:
    source = {"minister/en.md": MINISTER, "blocks/en/ask.md": "We ask.\n"}
    return {**source, **changes}


def states(found: dict[str, str]) -> dict[str, State]:
    return {each.path: each.state for each in translations(found, "en")}


def test_a_translation_is_ready_until_its_source_changes() -> None:
    found = texts(**{"blocks/fr/ask.md": marked("Nous demandons.\n", fingerprint("We ask.\n"))})
    assert states(found)["blocks/fr/ask.md"] is State.READY
    assert not list(lagging(found, "en"))
    found["blocks/en/ask.md"] = "We ask again.\n"
    (fault,) = lagging(found, "en")
    assert fault.path == "letters/blocks/fr/ask.md"
    assert "lags behind letters/blocks/en/ask.md" in fault.sentence
    assert "mobilize letters done blocks/fr/ask.md" in fault.sentence


def test_line_ends_and_spaces_at_their_end_are_no_change() -> None:
    assert fingerprint("We ask.\nNow.\n") == fingerprint("\ufeffWe ask.  \r\nNow.\r\n\r\n")
    assert fingerprint("We ask.") != fingerprint("We  ask.")


def test_a_copy_that_nobody_translated_and_one_without_its_source_are_told() -> None:
    found = texts(
        **{
            "minister/fr.md": marked(MINISTER.replace("/en/", "/fr/"), "000000000000"),
            "blocks/fr/gone.md": marked("Parti.\n", "000000000000"),
            "blocks/fr/ask.md": "Nous demandons.\n",
        }
    )
    assert states(found) == {
        "blocks/en/ask.md": State.OWN,
        "blocks/fr/ask.md": State.OWN,
        "blocks/fr/gone.md": State.ORPHAN,
        "minister/en.md": State.OWN,
        "minister/fr.md": State.UNTRANSLATED,
    }
    assert len(list(lagging(found, "en"))) == 2


def test_what_is_marked_keeps_its_own_front_matter() -> None:
    assert marked(MINISTER, "aaaaaaaaaaaa") == MINISTER.replace("---\n", "---\ntranslates: aaaaaaaaaaaa\n", 1)
    assert marked(marked(MINISTER, "aaaaaaaaaaaa"), "bbbbbbbbbbbb").count("translates:") == 1


def test_the_shipped_translations_are_up_to_date(campaign: Campaign) -> None:
    found = list(translations(campaign.templates, "en"))
    assert {each.state for each in found if each.language != "en"} == {State.READY}
    assert len(found) == 21 + 7 * 6


def test_a_new_language_is_begun_whole_and_can_be_printed(campaign_folder: Callable[..., Path]) -> None:
    folder = campaign_folder()
    written = desk.new(folder, "minister", "SW")
    assert "letters/minister/sw.md" in written
    assert "letters/blocks/sw/ask.md" in written
    assert "letters/blocks/sw/table.md" not in written, "the letter to a minister does not need it"
    own = (folder / "letters" / "minister" / "sw.md").read_text("utf-8")
    assert 'include "blocks/sw/ask.md"' in own
    assert "salutation:" in own
    toml = folder / "campaign.toml"
    toml.write_text(toml.read_text("utf-8").replace('languages = ["en"', 'languages = ["en", "sw"'), "utf-8")
    loaded, _ = campaigns.load(folder)
    faults = [each for each in check_templates(loaded) if "/sw" in each.path]
    assert {each.weight.value for each in faults} == {"warning"}
    assert all("is still the text of letters/" in each.sentence for each in faults)
    with pytest.raises(Refused, match="is there already"):
        desk.new(folder, "minister", "sw")


def test_done_wants_a_translation_and_a_source(campaign_folder: Callable[..., Path]) -> None:
    folder = campaign_folder()
    source = folder / "letters" / "blocks" / "en" / "ask.md"
    source.write_text(source.read_text("utf-8") + "\nOne more line.\n", "utf-8")
    lags = {each.path for each in desk.listed(folder) if each.state is State.LAGS}
    assert lags == {f"blocks/{language}/ask.md" for language in ("ar", "es", "fr", "pt", "ru", "zh")}
    assert desk.done(folder, ["letters/blocks/fr/ask.md", "blocks/es/ask.md"]) == (
        "letters/blocks/fr/ask.md",
        "letters/blocks/es/ask.md",
    )
    assert {each.path for each in desk.listed(folder) if each.state is State.LAGS} == lags - {
        "blocks/fr/ask.md",
        "blocks/es/ask.md",
    }
    desk.new(folder, "ngo", "id")
    for name, sentence in (
        ("minister/en.md", "what the others translate"),
        ("../campaign.toml", "there is no"),
        ("ngo/id.md", "is still the text"),
    ):
        with pytest.raises(Refused, match=sentence):
            desk.done(folder, [name])


@pytest.mark.parametrize(
    ("audience", "language", "sentence"),
    [("president", "sw", "no audience"), ("minister", "../x", "no language"), ("minister", "xx", "no language")],
)
def test_only_an_audience_and_a_language_are_begun(
    campaign_folder: Callable[..., Path], audience: str, language: str, sentence: str
) -> None:
    folder = campaign_folder()
    before = sorted(folder.rglob("*"))
    with pytest.raises(Refused, match=sentence):
        desk.new(folder, audience, language)
    assert sorted(folder.rglob("*")) == before
