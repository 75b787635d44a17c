"""Outlines of the states for a map, from map.json, which docs/write_map.py writes (its licence: map.LICENSE.txt)."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlines:
    """A flat map of the world, in units of its own."""

    width: int
    height: int
    #: Alpha-2 -> the d of an SVG path. States too small for this scale are not here.
    states: Mapping[str, str]
    #: Land of which no state of the United Nations is drawn, in one path.
    other: str
    #: Alpha-2 -> where a dot stands for a state too small to be seen; every state has an outline or a dot, or both.
    dots: Mapping[str, tuple[int, int]]


@functools.cache
def outlines() -> Outlines:
    """The map, read once."""
    read = json.loads(resources.files("mobilize.world").joinpath("map.json").read_text("utf-8"))
    return Outlines(
        width=read["width"],
        height=read["height"],
        states=MappingProxyType(read["states"]),
        other=read["other"],
        dots=MappingProxyType({code: (x, y) for code, (x, y) in read["dots"].items()}),
    )
