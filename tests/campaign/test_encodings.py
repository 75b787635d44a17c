"""A code page is told by how its letters stand in words: measured on names that the model has not seen."""

from __future__ import annotations

import random

import pytest
from babel import Locale

from mobilize.campaign import encodings
from mobilize.world.countries import countries

#: (language, code page) of the letters' languages, and of those whose ministries write in another code page.
PAIRS = (
    ("fr", "cp1252"),
    ("es", "cp1252"),
    ("pt", "cp1252"),
    ("de", "cp1252"),
    ("fr", "mac_roman"),
    ("es", "mac_roman"),
    ("pt", "mac_roman"),
    ("pl", "cp1250"),
    ("cs", "cp1250"),
    ("hu", "cp1250"),
    ("ro", "cp1250"),
    ("ru", "cp1251"),
    ("uk", "cp1251"),
    ("ar", "cp1256"),
    ("fa", "cp1256"),
    ("tr", "cp1254"),
    ("zh", "gb18030"),
)


def names(language: str) -> list[str]:
    """Names that are not those of territories and languages, which the model is made of."""
    return sorted(set(Locale(language).currencies.values()))


def measured(language: str, encoding: str, rows: int, times: int) -> tuple[int, int]:
    chosen = random.Random(f"{language} {encoding} {rows}")
    right = tried = 0
    for _ in range(times):
        lines = [f"XX;{name}" for name in chosen.sample(names(language), rows)]
        data = "\r\n".join(["country;organisation", *lines]).encode(encoding, "ignore")
        if not data.isascii():
            tried += 1
            right += data.decode(encodings.judge(data).encoding, "replace") == data.decode(encoding)
    return right, tried


def test_of_twenty_rows_the_code_page_is_right_in_at_least_99_of_a_hundred() -> None:
    counts = [measured(language, encoding, rows=20, times=12) for language, encoding in PAIRS]
    right, tried = sum(each for each, _ in counts), sum(each for _, each in counts)
    assert right / tried >= 0.99, f"{right} of {tried}"


def test_of_five_rows_the_code_page_is_right_in_at_least_96_of_a_hundred() -> None:
    counts = [measured(language, encoding, rows=5, times=20) for language, encoding in PAIRS]
    right, tried = sum(each for each, _ in counts), sum(each for _, each in counts)
    assert right / tried >= 0.96, f"{right} of {tried}"


@pytest.mark.parametrize("language", ["fr", "es", "pt", "ru", "ar", "zh"])
def test_the_names_of_all_countries_come_back(language: str) -> None:
    encoding = {"ru": "cp1251", "ar": "cp1256", "zh": "gb18030"}.get(language, "cp1252")
    text = "\n".join(country.name(language) for country in countries().values())
    data = text.encode(encoding, "ignore")
    assert data.decode(encodings.judge(data).encoding) == data.decode(encoding)


def test_utf8_and_utf16_are_proven_and_a_code_page_is_not() -> None:
    assert encodings.judge("Côte".encode()).proven
    assert encodings.judge("country,email\nKE,é".encode("utf-16-le")).encoding == "utf-16-le"
    assert encodings.judge("country,email\nKE,é".encode("utf-16-be")).encoding == "utf-16-be"
    assert not encodings.judge("Côte d’Ivoire".encode("cp1252")).proven


def test_a_few_foreign_bytes_in_a_utf8_file_cost_their_own_cells_alone() -> None:
    data = "Côte d’Ivoire\nTürkiye\nSão Tomé".encode() + b"\nMinist\xe8re"
    assert encodings.judge(data) == encodings.Judgement(encoding="utf-8", proven=False)
    assert encodings.judge("Côte d’Ivoire\nTürkiye\nSão Tomé".encode("cp1252")).encoding == "cp1252"


def test_a_character_cut_at_the_end_of_a_sample_is_no_fault() -> None:
    data = "Côte".encode()[:2]
    assert encodings.judge(data, whole=False).encoding == "utf-8"
    assert encodings.judge(data, whole=True).encoding != "utf-8"
