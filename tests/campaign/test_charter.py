"""What campaign.toml may hold, and what the user reads where it does not."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from mobilize.campaign import charter
from mobilize.campaign.arguments import Argument, citable, for_group
from mobilize.campaign.faults import Weight

#: The shipped charter, in the three languages that it began with.
LANGUAGES = 'languages = ["en", "fr", "es"]'
TEXT = re.sub(r"(?m)^languages = .*$", LANGUAGES, (Path(__file__).parents[2] / "campaign.toml").read_text("utf-8"))


def told(text: str | bytes) -> list[str]:
    data = text.encode() if isinstance(text, str) else text
    return [str(fault) for fault in charter.read(data, path="campaign.toml")[1]]


def test_the_shipped_charter_is_without_fault() -> None:
    read, faults = charter.read(TEXT.encode(), path="campaign.toml")
    assert faults == ()
    assert read.slug == "whrd-2013"
    assert read.as_of == dt.date(2013, 11, 12)
    assert read.draft.paragraphs == {"srhr": 8}
    assert read.sender.address == "wluml@wluml.org"
    assert read.arguments["csw57"].agreed_on == dt.date(2013, 3, 15)


def line_of(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(start))


@pytest.mark.parametrize(
    ("old", "new", "key", "sentence"),
    [
        (
            'slug = "whrd-2013"',
            'slug = "WHRD 2013"',
            "campaign.slug",
            "write lower-case letters, digits and single hyphens",
        ),
        ('slug = "whrd-2013"', "", "campaign.slug", "this is missing: write it"),
        (
            "as_of = 2013-11-12",
            'as_of = "2013-11-12"',
            "campaign.as_of",
            "not a day: write year-month-day without quotation",
        ),
        ("as_of = 2013-11-12", "", "campaign.as_of", "this is missing: write year-month-day"),
        (
            "as_of = 2013-11-12",
            "as_of = 2013-11-12\nnot_afer = 2013-11-26T22:00:00Z",
            "campaign.not_afer",
            "not known here",
        ),
        (
            "as_of = 2013-11-12",
            "as_of = 2013-11-12\nnot_after = 2013-11-26",
            "campaign.not_after",
            "a moment with its zone",
        ),
        (LANGUAGES, 'languages = "en"', "campaign.languages", "write a list of texts"),
        (LANGUAGES, 'languages = ["en", "xx"]', "campaign.languages", "names of countries"),
        ('tabled_by = "NO"', 'tabled_by = "Norway"', "draft.tabled_by", 'write "NO", the two-letter code of Norway'),
        ("srhr = 8", 'srhr = "eight"', "draft.paragraphs", "write paragraph numbers by name"),
        ('address = "wluml@wluml.org"', 'address = "wluml"', "sender.address", "not an address that can be"),
        (
            'address = "wluml@wluml.org"',
            'address = "a@b.org\\r\\nBcc: x@y.org"',
            "sender.address",
            "write it on one line",
        ),
        ("stale_after_days = 90", "stale_after_days = -1", "rules.stale_after_days", "write a whole number from 1"),
        ("agreed_on = 2013-03-15", "", "arguments.agreed_on", "write the day on which it was agreed"),
        ('name = "csw57"', 'name = "beijing"', "arguments.name", "this name stands there twice"),
        ("agreed_on = 2013-03-15", 'agreed_on = 2013-03-15\ngroups = ["Africa"]', "arguments.groups", "African Group"),
        ("[rules]", "[ruels]", "ruels", "not known here: the tables are"),
    ],
)
def test_a_wrong_key_names_its_line_and_what_to_do(old: str, new: str, key: str, sentence: str) -> None:
    changed = TEXT.replace(old, new, 1)
    assert changed != TEXT
    faults = charter.read(changed.encode(), path="campaign.toml")[1]
    found = [fault for fault in faults if fault.column == key]
    assert found, faults
    assert sentence in found[0].sentence
    assert found[0].line is not None


def test_the_line_is_that_of_the_key_in_the_right_table() -> None:
    changed = TEXT.replace("agreed_on = 2012-04-27", 'agreed_on = "soon"')
    (fault,) = charter.read(changed.encode(), path="campaign.toml")[1]
    assert fault.line == line_of(changed, 'agreed_on = "soon"')


def test_text_that_is_no_toml_names_the_line() -> None:
    assert told("[campaign]\nslug = \n")[0].startswith("campaign.toml:2: not TOML: invalid value")


def test_text_in_another_encoding_says_to_save_it_as_utf8() -> None:
    assert told('[campaign]\nslug = "é"\n'.encode("cp1252")) == [
        "campaign.toml:2: not UTF-8 text: save the file as UTF-8"
    ]


def test_an_end_that_cannot_be_read_is_never_no_end() -> None:
    read, _ = charter.read(TEXT.replace("[campaign]", "[campaign]\nnot_after = 2013-11-26").encode(), path="c")
    assert read.not_after is not None
    assert read.not_after.year == 1


def test_without_a_day_nothing_can_be_cited() -> None:
    read, _ = charter.read(TEXT.replace("as_of = 2013-11-12", "").encode(), path="c")
    assert read.as_of == dt.date.min


def test_agreed_language_later_than_the_campaign_s_day_is_warned_of() -> None:
    faults = charter.read(TEXT.replace("2013-03-15", "2013-12-18").encode(), path="c")[1]
    assert [(fault.weight, fault.sentence) for fault in faults] == [
        (Weight.WARNING, "agreed after as_of (2013-11-12): no letter can cite csw57")
    ]


def test_a_language_without_its_texts_is_warned_of() -> None:
    without = re.sub(r'(?m)^fr = "(?:Londres|Réseau).*"$', "", TEXT)
    faults = charter.read(without.encode(), path="c")[1]
    assert [(fault.column, fault.weight) for fault in faults] == [
        ("sender.place", Weight.WARNING),
        ("sender.description", Weight.WARNING),
    ]
    assert "none in fr" in faults[0].sentence


def argument(name: str, groups: tuple[str, ...] = ()) -> Argument:
    return Argument(name=name, symbol="A", agreed_on=dt.date(2013, 3, 15), source="read", groups=groups)


def test_a_letter_dated_earlier_cannot_cite_what_was_agreed_later() -> None:
    day = dt.timedelta(days=1)
    agreed = dt.date(2013, 3, 15)
    assert citable(argument("csw57"), letter_date=agreed, as_of=agreed)
    assert not citable(argument("csw57"), letter_date=agreed - day, as_of=agreed)
    assert not citable(argument("csw57"), letter_date=agreed, as_of=agreed - day)


def test_an_argument_of_a_region_is_used_there_alone() -> None:
    known = {"all": argument("all"), "banjul": argument("banjul", ("African Group",))}
    assert [each.name for each in for_group(known, "African Group")] == ["all", "banjul"]
    assert [each.name for each in for_group(known, "GRULAC")] == ["all"]
    assert [each.name for each in for_group(known, "")] == ["all"]
