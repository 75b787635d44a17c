"""Every pair below corpus/own is right in all that it says; the shares of the large corpora never fall."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

from mobilize.inbox.raw import RawMail
from mobilize.inbox.read import read
from mobilize.inbox.reply import Context

ROOT = Path(__file__).parents[2]
OWN = sorted((ROOT / "tests" / "corpus" / "own").glob("*.json"))
SCORE = runpy.run_path(str(ROOT / "bench" / "score.py"), run_name="score")
below: Callable[..., list[str]] = SCORE["below"]


def test_there_are_own_cases() -> None:
    assert len(OWN) > 20


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_an_own_case_is_read_as_its_truth_says(path: Path) -> None:
    want = json.loads(path.read_text("utf-8"))
    raw = RawMail(data=path.with_suffix(".eml").read_bytes(), origin="test")
    got = read(raw, context=Context(own_addresses=("wluml@wluml.org",))).as_json()
    plain, same = SCORE["plain"], SCORE["_same"]
    if "trail" in want:
        assert SCORE["same_trail"](got["trail"], want["trail"]), want["why"]
    if "views" in want:
        told = [each["rule"] for each in got["evidence"] if each["field"] == "view"]
        assert told == [f"view.{each}" for each in want["views"]], want["why"]
    for name in want.keys() - {"why", "closing", "text", "trail", "views"}:
        assert same(name, got[name], want[name]), f"{name}: {got[name]!r} ({want['why']})"
    if "text" in want:
        kept = plain(f"{want['text']} {want.get('closing', '')}")
        assert plain(got["text"]) in (plain(want["text"]), kept), want["why"]


def test_each_language_of_the_labelled_replies_has_its_scores() -> None:
    tally = SCORE["measured"]("replies")["replies"]
    head, *rows = SCORE["by_language"](tally.languages)
    assert head.split() == ["language", "messages", "kind", "country", "stance", "text", "note", "date"]
    assert {row.split()[0] for row in rows} == {"ar", "en", "es", "fa", "fr", "id", "pt", "ru", "tr", "zh"}


def test_no_share_falls_below_its_target() -> None:
    assert below(SCORE["measured"]()) == []
