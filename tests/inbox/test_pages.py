"""HTML bodies as mail programs write them: page.html beside page.json, its truth; a new pair is a new test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mobilize.inbox.decode import decode
from mobilize.inbox.unwrap import unwrap

PAGES = sorted(Path(__file__).with_name("pages").glob("*.html"))
OUTER = """From: Partner <partner@ngo.example>
To: us@campaign.example
Subject: {subject}
Date: Thu, 21 Nov 2013 09:00:00 +0000
Content-Type: text/html; charset=utf-8

"""


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_page_is_unwrapped_by_its_structure(page: Path) -> None:
    truth = json.loads(page.with_suffix(".json").read_text("utf-8"))
    mail = OUTER.format(subject=truth["subject_of_mail"]) + page.read_text("utf-8")
    found = unwrap(decode(mail.encode()), own=("us@campaign.example",))
    assert found.author is not None
    assert (found.via, found.author.address, found.author.name, found.subject) == (
        truth["via"],
        truth["from_address"],
        truth["from_name"],
        truth["subject"],
    )
    assert (found.date or "").startswith(truth["date"])
    assert " ".join(found.text.split()) == truth["text"]
    assert " ".join(found.note.split()) == truth["note"]
