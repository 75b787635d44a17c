"""A letter to a government is told from a government's answer; of our own letters: tests/desk/test_views.py."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from mobilize.inbox.requests import begins, is_request

ROOT = Path(__file__).parents[2]
CASES = sorted((Path(__file__).parent / "stance_cases").glob("*.toml"))


def test_no_answer_of_the_corpora_asks_one() -> None:
    for folder in ("replies", "own"):
        for path in (ROOT / "tests" / "corpus" / folder).glob("*.json"):
            if not path.stem.startswith("v1-letter"):
                text = json.loads(path.read_text("utf-8")).get("text") or ""
                assert not is_request(text), path.stem


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_no_sentence_that_states_a_position_asks_one(path: Path) -> None:
    for case in tomllib.loads(path.read_text("utf-8"))["case"]:
        text = str(case["text"])
        assert not is_request(text) or text.endswith("?"), text


@pytest.mark.parametrize(
    "text",
    [
        "Wir bitten Ihre Exzellenz, den Entwurf mit einzubringen.",
        "Chiediamo alla Sua delegazione di sostenere il testo; il vostro Governo può farlo.",
        "Hükümetinizin bu karara ortak sunucu olmasını rica ederiz.",
        "از دولت شما خواهشمندیم از این پیش‌نویس حمایت کند.",
        "Kami mohon kiranya pemerintah Anda mendukung rancangan ini.",
        "Tunaomba serikali yako iunge mkono azimio hili.",
        "We urge the delegation of your country to vote for it: your country to support it is what we ask.",
    ],
)
def test_requests_in_languages_that_we_ship_no_letter_in(text: str) -> None:
    assert is_request(text)


@pytest.mark.parametrize(
    "text",
    [
        "Our Government asks all delegations to support the text.",
        "We thank you for your letter, your support and your country report.",
        "El Gobierno dará su apoyo y su voto al proyecto; así lo hará saber su delegación.",
        "O Governo dará o seu voto favorável.",
        "We ask you to send the text again.",
    ],
)
def test_an_office_s_own_words_ask_no_government(text: str) -> None:
    assert not is_request(text)


def test_where_a_letter_begins_in_a_text() -> None:
    text = "Received.\n\nWe ask Your Excellency to co-sponsor it.\n\nThank you."
    assert begins(text) == text.index("We ask")
    assert begins("Received.") is None
