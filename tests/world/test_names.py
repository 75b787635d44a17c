"""A printed name gives a country only where it is sure to be that one."""

from __future__ import annotations

import pytest

from mobilize.world import names
from mobilize.world.countries import NAME_LANGUAGES, countries


@pytest.mark.parametrize("language", NAME_LANGUAGES)
def test_every_country_is_found_by_its_own_name(language: str) -> None:
    for code, country in countries().items():
        assert names.find(country.name(language)) == code


def test_every_country_is_found_by_its_codes_and_its_formal_name() -> None:
    for code, country in countries().items():
        assert names.find(code) == names.find(code.lower()) == names.find(country.alpha3) == code
        assert names.find(country.formal) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("cote d'ivoire", "CI"),
        ("CÔTE D’IVOIRE", "CI"),
        ("Ivory Coast", "CI"),
        ("Bosnia & Herzegovina", "BA"),
        ("Türkiye", "TR"),
        ("Turkey", "TR"),
        ("The Former Yugoslav Republic of Macedonia", "MK"),
        ("Congo (Brazzaville)", "CG"),
        ("Congo, Kinshasa", "CD"),
        ("Samoa", "WS"),
        ("Guinea", "GN"),
        ("Niger", "NE"),
        ("Dominica", "DM"),
        ("Namibia", "NA"),
        ("NA", "NA"),
        ("Palestine", "PS"),
        ("Holy See", "VA"),
    ],
)
def test_other_names_of_the_same_state_are_found(text: str, code: str) -> None:
    assert names.find(text) == code


@pytest.mark.parametrize(
    "text", ["", "Korea", "Yugoslavia", "Soviet Union", "USSR", "Czechoslovakia", "Norwy", "XX", "Africa"]
)
def test_a_name_that_is_not_sure_gives_no_country(text: str) -> None:
    assert names.find(text) == ""


def test_candidates_are_offered_for_a_slip_or_a_part_of_a_name() -> None:
    assert names.close("Norwy") == ("NO",)
    assert set(names.close("Korea")) == {"KR", "KP"}
    assert set(names.close("Corée")) == {"KR", "KP"}
    assert names.close("xx") == ()
