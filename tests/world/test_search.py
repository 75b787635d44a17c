"""What one types finds the country, in any language, and never one that is not there."""

from __future__ import annotations

import pytest

from mobilize.world.countries import countries
from mobilize.world.search import search


@pytest.mark.parametrize("code", sorted(countries()))
def test_every_country_is_found_by_each_of_its_names(code: str) -> None:
    for name in countries()[code].names.values():
        assert search(name, countries()) == (code,), name


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ivory", ("CI",)),
        ("CÔTE D'IV", ("CI",)),
        ("korea", ("KP", "KR")),
        ("  brasil ", ("BR",)),
        ("中国", ("CN",)),
        ("NA", ("NA",)),
        ("Atlantis", ()),
        ("", ()),
        (" . ", ()),
        ("x" * 10_000, ()),
    ],
)
def test_search(typed: str, found: tuple[str, ...]) -> None:
    assert search(typed, countries()) == found


def test_only_what_can_be_chosen_is_found() -> None:
    assert search("korea", {"KR"}) == ("KR",)
    assert search("Kenya", {"KR"}) == ()
