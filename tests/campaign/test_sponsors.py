"""Sponsors as printed on documents: "and" and commas part names and stand inside names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobilize.campaign import sponsors
from mobilize.world.countries import countries


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Norway", ["NO"]),
        ("Albania, Benin and Chile", ["AL", "BJ", "CL"]),
        ("Bosnia and Herzegovina", ["BA"]),
        ("Bosnia and Herzegovina and Uruguay", ["BA", "UY"]),
        ("Trinidad and Tobago and United Kingdom of Great Britain and Northern Ireland", ["TT", "GB"]),
        ("Saint Vincent and the Grenadines, Antigua and Barbuda and Sao Tome and Principe", ["VC", "AG", "ST"]),
        ("Bolivia (Plurinational State of), Micronesia (Federated States of) and Peru", ["BO", "FM", "PE"]),
        ("Netherlands (Kingdom of the), and the United States of America.", ["NL", "US"]),
        ("Turkey, Czech Republic, Swaziland and the former Yugoslav Republic of Macedonia", ["TR", "CZ", "SZ", "MK"]),
        ("CÃ´te d'Ivoire and Mali", ["CI", "ML"]),
        ("Côte d’Ivoire, Republic of Korea and Congo", ["CI", "KR", "CG"]),
    ],
)
def test_a_printed_list_gives_its_countries(text: str, expected: list[str]) -> None:
    found = sponsors.printed(text)
    assert list(found.countries) == expected
    assert found.others == ()


@pytest.mark.parametrize("text", ["Group of 77 and China", "European Union", "Yugoslavia", "Korea", "Norwy"])
def test_what_is_no_one_country_for_sure_is_given_back_as_printed(text: str) -> None:
    found = sponsors.printed(f"Albania, {text}")
    assert found.countries == ("AL",)
    assert found.others == (text,)


def test_who_joined_later_and_who_was_taken_off_are_told_apart() -> None:
    found = sponsors.later(
        "Additional sponsors: Benin, Bosnia and Herzegovina and Togo (A/78/481/Add.2). - Sudan was removed from the "
        "list of sponsors of the draft resolution (A/78/475)."
    )
    assert found == sponsors.Later(joined=("BJ", "BA", "TG"), withdrew=("SD",), others=())


@pytest.mark.parametrize(
    "note", ["Mali and Chad withdrew their sponsorship.", "Mali and Chad were removed from the list of co-sponsors."]
)
def test_withdrawals_in_other_words(note: str) -> None:
    assert sponsors.later(note).withdrew == ("ML", "TD")


def test_a_sentence_that_is_not_understood_is_given_to_a_person() -> None:
    found = sponsors.later("Additional sponsors: Benin. Subsequently, the text was orally revised.")
    assert found.joined == ("BJ",)
    assert found.others == ("Subsequently, the text was orally revised",)


@given(st.lists(st.sampled_from(sorted(countries())), min_size=1, max_size=12, unique=True))
def test_any_list_of_members_as_the_un_prints_it_comes_back(codes: list[str]) -> None:
    printed = [countries()[code].names["en"] for code in codes]
    text = ", ".join(printed[:-1]) + (" and " if len(printed) > 1 else "") + printed[-1]
    assert list(sponsors.printed(text).countries) == codes
