"""The table of countries against what the libraries say; where they differ, the difference is known by name."""

from __future__ import annotations

import zoneinfo
from collections import Counter

import pycountry
from babel import Locale

from mobilize.world.countries import NAME_LANGUAGES, countries, groups


def test_every_member_state_and_both_observers_are_there_once() -> None:
    assert Counter(country.status for country in countries().values()) == {"member": 193, "observer": 2}
    assert {code for code, country in countries().items() if country.status == "observer"} == {"PS", "VA"}
    assert list(countries()) == sorted(countries())


def test_codes_are_those_of_iso_3166() -> None:
    for code, country in countries().items():
        iso = pycountry.countries.get(alpha_2=code)
        assert iso is not None, code
        assert country.alpha3 == iso.alpha_3


def test_every_country_has_a_name_in_every_language() -> None:
    for country in countries().values():
        for language in NAME_LANGUAGES:
            assert country.name(language).strip(), (country.code, language)
    for language in NAME_LANGUAGES:
        assert len({country.name(language) for country in countries().values()}) == 195


def test_names_are_the_un_s_own_and_not_cldr_s() -> None:
    assert countries()["CD"].name("en") == "Democratic Republic of the Congo"
    assert countries()["CG"].name("fr") == "Congo"
    assert countries()["TR"].name("en") == "Türkiye"
    assert countries()["KP"].name("en") == "Democratic People's Republic of Korea"
    english = Locale("en").territories
    same = sum(1 for code, country in countries().items() if country.name("en") == english[code])
    assert 147 <= same <= 176


def test_a_language_with_a_country_is_that_language() -> None:
    assert countries()["SY"].name("ar_SY") == countries()["SY"].name("ar")
    assert countries()["KE"].name("sw") == countries()["KE"].name("en")


def test_the_regional_groups_have_the_un_s_numbers() -> None:
    counts = Counter(country.group for country in countries().values())
    assert set(groups()) == {"African Group", "Asia-Pacific", "Eastern European", "GRULAC", "WEOG"}
    assert counts["African Group"] == 54
    assert counts["GRULAC"] == 33
    assert counts["Eastern European"] == 23
    assert sum(counts.values()) == 195
    assert counts[""] == 2


def test_letters_go_out_in_a_language_that_we_write() -> None:
    assert {country.language for country in countries().values()} <= set(NAME_LANGUAGES)


def test_every_capital_has_a_time_zone_that_exists() -> None:
    for country in countries().values():
        assert country.capital, country.code
        zoneinfo.ZoneInfo(country.time_zone)


def test_57_states_are_in_the_organisation_of_islamic_cooperation() -> None:
    # 57 with the State of Palestine; Syria counts, whose suspension was lifted in 2025.
    assert sum(1 for country in countries().values() if country.oic) == 57
