from __future__ import annotations

import time

import pytest

from mobilize.inbox import places
from mobilize.world.countries import NAME_LANGUAGES, countries


def _codes(text: str, language: str | None = None) -> list[str]:
    return [mention.code for mention in places.find(text, language)]


@pytest.mark.parametrize("language", NAME_LANGUAGES)
def test_every_country_is_found_by_its_name_in_every_letter_language(language: str) -> None:
    missed = {
        code: country.name(language)
        for code, country in countries().items()
        if set(_codes(country.name(language), language)) != {code}
    }
    assert missed == {}


def test_every_country_is_found_by_its_formal_name() -> None:
    missed = {code: c.formal for code, c in countries().items() if set(_codes(c.formal, "en")) != {code}}
    assert missed == {}


@pytest.mark.parametrize(
    ("text", "language", "codes"),
    [
        ("Papua New Guinea, Equatorial Guinea, Guinea-Bissau and Guinea", "en", ["PG", "GQ", "GW", "GN"]),
        ("Niger and Nigeria, Nigerien and Nigerian", "en", ["NE", "NG", "NE", "NG"]),
        ("le gouvernement nigérien et la délégation nigériane", "fr", ["NE", "NG"]),
        ("the DRC, Congo-Brazzaville, the Democratic Republic of the Congo", "en", ["CD", "CG", "CD"]),
        ("Dominica, not the Dominican Republic", "en", ["DM", "DO"]),
        ("South Sudan and Sudan; North Korea and the Republic of Korea", "en", ["SS", "SD", "KP", "KR"]),
        ("في المغرب وبالسودان ولمصر", "ar", ["MA", "SD", "EG"]),
        ("к Кении, Узбекистану и Грузии", "ru", ["KE", "UZ", "GE"]),
        ("埃及、越方和几内亚比绍", "zh", ["EG", "VN", "GW"]),
        ("به پاکستان و هند", "fa", ["PK", "IN"]),
        ("Mısır'a ve Ürdün'e", "tr", ["EG", "JO"]),
        ("ke Filipina dan Kamboja", "id", ["PH", "KH"]),
        ("COTE D’IVOIRE", "en", ["CI"]),
        ("Nairobi, Kampala and Antananarivo", "en", ["KE", "UG", "MG"]),
        ("Itamaraty respondió", "es", ["BR"]),
    ],
)
def test_a_name_means_its_country(text: str, language: str, codes: list[str]) -> None:
    assert _codes(text, language) == codes


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Please polish the draft", "en"),
        ("We shall have turkey for dinner", "en"),
        ("tell us and me", "en"),
        ("the Vienna Declaration and the Maputo Protocol", "en"),
        ("les Principes de Paris", "fr"),
        ("irán a la reunión", "es"),
        ("New Mexico and the Gulf of Guinea", "en"),
        ("Latin American and African-American women", "en"),
        ("human rights, malign, domanial", "en"),
        ("", "en"),
    ],
)
def test_words_that_only_look_like_a_country_are_none(text: str, language: str) -> None:
    assert _codes(text, language) == []


def test_the_span_leads_back_to_the_words_as_they_were_written() -> None:
    # Accents as letters of their own are dropped in folding, and must not shift what follows.
    text = "La Co\u0302te d’Ivoire, le Se\u0301ne\u0301gal"
    assert [text[m.start : m.end] for m in places.find(text, "fr")] == ["Co\u0302te d’Ivoire", "Se\u0301ne\u0301gal"]


def test_a_line_without_end_is_read_in_linear_time() -> None:
    began = time.perf_counter()
    places.find("Guinea-" * 200_000, "en")
    places.find("و" * 1_000_000, "ar")
    assert time.perf_counter() - began < 60
