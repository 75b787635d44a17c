"""Every state of the United Nations is on the map, as an outline or as a dot."""

from __future__ import annotations

import re

from mobilize.world.countries import countries
from mobilize.world.outlines import outlines


def test_every_state_has_an_outline_or_a_dot_and_nothing_else_has_a_code() -> None:
    world = outlines()
    assert set(world.states) | set(world.dots) == set(countries())
    assert {"MT", "TV", "MV", "LI", "SG"} <= set(world.dots), "who is too small to be seen is a dot"


def test_outlines_are_paths_and_stay_on_the_paper() -> None:
    world = outlines()
    for path in (*world.states.values(), world.other):
        assert re.fullmatch(r"[MlZz0-9 -]+", path)
    assert all(0 <= x <= world.width and 0 <= y <= world.height for x, y in world.dots.values())


def test_places_are_where_they_are() -> None:
    dots = outlines().dots
    assert dots["MT"][0] < dots["SG"][0], "Malta lies west of Singapore"
    assert dots["LU"][1] < dots["SZ"][1], "Luxembourg lies north of Eswatini"
