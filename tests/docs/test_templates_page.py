"""docs/templates.md names everything that a template can use, and nothing else."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from mobilize.letter.filters import filters
from mobilize.letter.sandbox import _FILTERS
from mobilize.letter.scope import NAMES
from mobilize.letter.templates import FIELDS, TRANSLATES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "templates.md").read_text("utf-8")


def section(head: str) -> str:
    return PAGE.partition(f"## {head}")[2].partition("\n## ")[0]


def named(text: str) -> set[str]:
    return {word for code in re.findall(r"`([^`]+)`", text) for word in re.findall(r"[a-z_]+", code)}


def test_every_name_and_each_of_its_parts_is_documented() -> None:
    page = named(section("Names"))
    for name, parts in NAMES.items():
        assert name in page, name
        assert parts <= page, (name, parts - page)


def test_every_filter_is_documented_and_none_is_invented() -> None:
    rows = re.findall(r"(?m)^\| (`.+?) \|", section("Filters"))
    documented = {re.match(r"[a-z]+", code)[0] for row in rows for code in re.findall(r"`([^`]+)`", row)}  # type: ignore[index]
    assert documented == {*filters(), *_FILTERS}


def test_every_key_of_the_front_matter_is_documented() -> None:
    assert {*FIELDS, TRANSLATES} <= named(PAGE.partition("Front matter:")[2].partition("\n\n")[0])


def test_every_argument_of_the_shipped_campaign_has_its_row() -> None:
    table = (ROOT / "docs" / "arguments.md").read_text("utf-8")
    for argument in tomllib.loads((ROOT / "campaign.toml").read_text("utf-8"))["arguments"]:
        assert f"`{argument['name']}`" in table
        assert argument["symbol"].removeprefix("CPD ") in table
