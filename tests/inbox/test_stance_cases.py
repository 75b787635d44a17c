"""Sentences of our own invention in every language, each with the position that it states.

`stance_cases/LANGUAGE.toml`: `text`, `stance` ("" where nothing is said), `concerns`, and where it matters `country`,
`voice`. What each file holds: `en`, `fr` … by language.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from mobilize.inbox import stance
from mobilize.inbox.claims import Voice
from mobilize.inbox.lexicon import LANGUAGES

CASES = Path(__file__).parent / "stance_cases"


def _cases() -> list[tuple[str, dict[str, object]]]:
    return [
        (file.stem, case)
        for file in sorted(CASES.glob("*.toml"))
        for case in tomllib.loads(file.read_text("utf-8"))["case"]
    ]


def _ask(language: str, case: dict[str, object]) -> tuple[str, list[str]]:
    finding = stance.judge(
        str(case["text"]),
        language,
        country=str(case.get("country", "")) or None,
        voice=Voice(str(case.get("voice", "government"))),
    )
    return finding.stance or "", list(finding.concerns)


@pytest.mark.parametrize("language", sorted({language for language, _ in _cases()}))
def test_the_share_of_cases_read_right_does_not_fall(language: str) -> None:
    cases = [case for name, case in _cases() if name == language]
    right = sum(_ask(language, case)[0] == case["stance"] for case in cases)
    assert right / len(cases) >= 0.95


def test_there_are_seven_hundred_cases_and_every_lexicon_has_some() -> None:
    cases = _cases()
    assert len(cases) >= 700
    assert {language for language, _ in cases} == set(LANGUAGES)
