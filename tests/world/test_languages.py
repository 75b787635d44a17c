"""Dates, lists, numbers and spaces as each language writes them."""

from __future__ import annotations

import datetime as dt

import pytest

from mobilize.world.countries import countries
from mobilize.world.languages import (
    LANGUAGES,
    direction,
    listed,
    locale,
    long_date,
    month_and_year,
    number,
    primary,
    spaced,
    year,
)

DAY = dt.date(2013, 11, 12)


@pytest.mark.parametrize(
    ("language", "country", "expected"),
    [
        ("en", "US", "12 November 2013"),
        ("en", "KE", "12 November 2013"),
        ("fr", "SN", "12 novembre 2013"),
        ("es", "MX", "12 de noviembre de 2013"),
        ("pt", "BR", "12 de novembro de 2013"),
        ("pt", "AO", "12 de novembro de 2013"),
        ("ru", "KZ", "12 ноября 2013\u00a0года"),
        ("zh", "CN", "2013年11月12日"),
        ("ar", "EG", "١٢ نوفمبر ٢٠١٣"),
        ("ar", "SA", "١٢ نوفمبر ٢٠١٣"),
        ("ar", "SY", "١٢ تشرين الثاني ٢٠١٣"),
        ("ar", "MA", "12 نونبر 2013"),
        ("ar", "TN", "12 نوفمبر 2013"),
    ],
)
def test_a_day_is_written_as_the_country_writes_it(language: str, country: str, expected: str) -> None:
    assert long_date(DAY, locale(language, country)) == expected


def test_no_date_is_all_figures_in_any_countrys_letter() -> None:
    for country in countries().values():
        text = long_date(DAY, locale(country.language, country.code))
        assert any(sign.isalpha() for sign in text)


def test_months_and_years_stand_alone_too() -> None:
    assert month_and_year(DAY, "es") == "noviembre de 2013"
    assert month_and_year(DAY, "ru") == "ноябрь 2013\u00a0года"
    assert year(DAY, "ar_EG") == "٢٠١٣"
    assert year(DAY, "fr") == "2013"


@pytest.mark.parametrize(
    ("items", "name", "expected"),
    [
        ([], "en_GB", ""),
        (["A"], "fr", "A"),
        (["A", "B", "C"], "en_GB", "A, B and C"),
        (["A", "B"], "fr", "A et B"),
        (["España", "Italia"], "es", "España e Italia"),
        (["España", "Islas Marshall", "Irán"], "es", "España, Islas Marshall e Irán"),
        (["Francia", "Hungría"], "es", "Francia y Hungría"),
        (["cobre", "hierro"], "es", "cobre y hierro"),
        (["padre", "hijo"], "es", "padre e hijo"),
        (["la ONU", "«Iniciativa»"], "es", "la ONU e «Iniciativa»"),
        (["A", "B"], "ru", "A и B"),
        (["A", "B", "C"], "zh_Hans", "A、B和C"),
        (["A", "B"], "ar", "A وB"),
        (["A", "B"], "pt_BR", "A e B"),
    ],
)
def test_lists_are_joined_as_the_language_joins_them(items: list[str], name: str, expected: str) -> None:
    assert listed(items, name) == expected


def test_alternatives_are_joined_with_or() -> None:
    assert listed(["A", "B", "C"], "en_GB", alternative=True) == "A, B or C"
    assert listed(["siete", "ocho"], "es", alternative=True) == "siete u ocho"
    assert listed(["mujer", "hombre"], "es", alternative=True) == "mujer u hombre"


def test_numbers_have_the_locales_separators_and_digits() -> None:
    assert number(1234567, "en_GB") == "1,234,567"
    assert number(1234567, "fr").replace("\u202f", " ") == "1 234 567"
    assert number(8, "ar_EG") == "٨"
    assert number(1234567, "ar_SA") == "١٬٢٣٤٬٥٦٧"
    assert number(1234567, "ar_MA") == "1.234.567"


def test_every_countrys_language_is_one_that_we_write() -> None:
    for country in countries().values():
        assert country.language in LANGUAGES


def test_arabic_runs_from_right_to_left_and_so_does_a_language_that_we_do_not_write() -> None:
    assert [direction(language) for language in ("ar", "fa", "he", "fr", "zh", "xx")] == [
        "rtl",
        "rtl",
        "rtl",
        "ltr",
        "ltr",
        "ltr",
    ]


def test_tags_are_cut_to_their_language() -> None:
    assert [primary(tag) for tag in ("fr-CA", "zh_Hans_CN", " PT ", "")] == ["fr", "zh", "pt", ""]


def test_french_spaces_are_set_and_other_languages_left_alone() -> None:
    assert spaced("« Oui » : non ; où ?", "fr") == "«\u00a0Oui\u00a0»\u00a0: non\u202f; où\u202f?"
    assert spaced("« Oui » : non ; où ?", "en") == "« Oui » : non ; où ?"
    assert spaced("https://x.example : 12:30", "fr") == "https://x.example\u00a0: 12:30"


def test_spacing_twice_changes_nothing() -> None:
    once = spaced("« Oui » : non ; où ?", "fr")
    assert spaced(once, "fr") == once
