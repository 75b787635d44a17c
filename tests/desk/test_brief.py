"""What a person takes to a meeting: the record with proofs, the government's own words, the ask, the arguments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import row
from mobilize.desk import brief, receive, review
from mobilize.inbox.raw import RawMail
from mobilize.installation import Installation, opened
from mobilize.letter.brief import Section

TODAY = dt.date(2013, 11, 20)
NOW = dt.datetime(2013, 11, 20, 12, tzinfo=dt.UTC)

MAIL = """\
From: Ministry <minister@mfa.ke.example>
To: wluml@wluml.org
Subject: Re: A/C.3/68/L.64
Date: Tue, 19 Nov 2013 10:00:00 +0000
Message-ID: <1@mfa.ke.example>
Content-Type: text/plain; charset=utf-8

Thank you for your letter. The Republic of Kenya will co-sponsor the draft
resolution when it is tabled again. We remain at your disposal.
"""


@pytest.fixture
def installation(campaign_folder: Callable[..., Path]) -> Iterator[Installation]:
    rows = (row("KE", "minister", "Ministry of Foreign Affairs", "Minister", "minister@mfa.ke.example"),)
    with opened(campaign_folder(*rows)) as made:
        receive.take(made, RawMail(data=MAIL.replace("\n", "\r\n").encode(), origin="x"), now=NOW)
        yield made


def sections(installation: Installation, code: str) -> dict[str, Section]:
    written = brief.written(installation, code, today=TODAY)
    return {each.heading.split(":")[0]: each for each in written.sections}


def test_words_are_quoted_whole_and_what_nobody_confirmed_is_called_so(installation: Installation) -> None:
    found = sections(installation, "KE")["What it said"]
    assert found.heading == "What it said: cosponsor (read by the program, not confirmed by a person)"
    [quote] = found.quotes
    assert quote.words == "“The Republic of Kenya will co-sponsor the draft resolution when it is tabled again.”"
    assert quote.about == "19 November 2013, its own mail; read by the program, not confirmed"
    [entry] = [each.entry for each in review.entries(installation)]
    review.review(installation, entry.reply, by="amina", now=NOW)
    found = sections(installation, "KE")["What it said"]
    assert found.heading == "What it said: cosponsor (confirmed)"
    assert [each.about for each in found.quotes] == ["19 November 2013, its own mail; confirmed by a person"]


def test_the_record_comes_with_its_proofs_and_claims_nothing_without(installation: Installation) -> None:
    korea = sections(installation, "KR")["On record"]
    assert korea.heading == "On record: lapsed"
    assert any("co-sponsored A/RES/66/164 (source: " in each for each in korea.items)
    nothing = sections(installation, "KE")["On record"]
    assert nothing.items == ()
    assert "proves nothing" in nothing.prose[0]


def test_the_ask_and_the_arguments_are_those_of_the_letter(installation: Installation) -> None:
    found = sections(installation, "KE")
    [ask] = found["The ask"].prose
    assert ask.startswith("We therefore invite Your Excellency’s Government to co-sponsor A/C.3/68/L.64, and to speak")
    points = found["Talking points"].items
    assert [each.split(".")[0] for each in points[:2]] == ["Responsibilities and national law", "Operative paragraph 8"]
    assert any("Grand Bay" in each for each in points), "what its region agreed"
    korea = sections(installation, "KR")
    assert "come back to the list of sponsors" in korea["The ask"].prose[0], "without a contact of its own as well"
