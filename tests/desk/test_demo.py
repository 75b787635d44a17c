"""The demo is the product: every eligible contact gets one message, and the way back is seen."""

from __future__ import annotations

import csv
import datetime as dt
import io
import mailbox
import os
from email import message_from_bytes, policy
from pathlib import Path

import pypdfium2
import pytest
from pypdf import PdfReader

from mobilize.campaign import folder, standing
from mobilize.desk import demo
from mobilize.desk.demo import Demo
from mobilize.errors import Refused
from mobilize.world.countries import countries

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    # A real server in the environment must not be reached: it would be refused a connection, and the demo fail.
    os.environ["SMTP_HOST"] = "mail.relay.invalid"
    try:
        return demo.run(
            tmp_path_factory.mktemp("demo") / "run", now=lambda: dt.datetime.now(dt.UTC), told=lambda *_: None
        )
    finally:
        del os.environ["SMTP_HOST"]


def test_every_contact_gets_one_message_and_none_a_second(ran: Demo) -> None:
    rows = list(csv.DictReader((ROOT / "contacts.csv").read_text("utf-8-sig").splitlines()))
    addressed = [str(message["To"]) for message in mailbox.Maildir(ran.letters)]
    assert sorted(addressed) == sorted(row["email"] for row in rows)
    assert ran.again == 0


def words_of(paper: bytes) -> str:
    with pypdfium2.PdfDocument(paper) as document:
        return "".join(page.get_textpage().get_text_bounded() for page in document)


def plain(text: str) -> str:
    return "".join(text.split()).replace("’", "'")


def test_each_paper_names_its_country_and_its_record(ran: Demo) -> None:
    campaign, _ = folder.load(ran.campaign)
    by_address = {contact.emails[0]: contact for contact in campaign.contacts}
    # A Maildir has no order of its own. Every seventh: setting them all is tested letter by letter.
    for raw in sorted(mailbox.Maildir(ran.letters), key=lambda raw: str(raw["To"]))[::7]:
        message = message_from_bytes(raw.as_bytes(), policy=policy.default)
        contact = by_address[message["To"]]
        paper = next(message.iter_attachments()).get_content()
        # pypdf gives the letters of an Arabic ligature (الكويت) out of order, and PDFium the digits of a symbol in an
        # Arabic line: each is asked for what it reads well.
        reader = PdfReader(io.BytesIO(paper))
        assert len(reader.pages) == 1
        text = plain(reader.pages[0].extract_text())
        name = countries()[contact.country].name(message["Content-Language"]).partition("(")[0]
        assert plain(name) in plain(words_of(paper)), contact.id
        for position in standing.of(campaign.record, contact.country).proof:
            assert position.resolution.symbol in text, contact.id


def test_replies_of_every_kind_are_read(ran: Demo) -> None:
    assert ran.replies == {
        "reply": 2,
        "bounce": 1,
        "auto_reply": 1,
        "partner_report": 1,
        "acknowledgement": 1,
    }


def test_the_table_has_a_row_a_group_and_counts_every_country(ran: Demo) -> None:
    assert sum(group.countries for group in ran.groups) == 195
    assert sum(group.sent + group.trouble for group in ran.groups) == ran.delivered
    assert sum(group.answered for group in ran.groups) == 2


def test_a_folder_that_no_demo_made_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("x")
    with pytest.raises(Refused, match="no demo made it"):
        demo.run(tmp_path, now=lambda: dt.datetime.now(dt.UTC), told=lambda *_: None)
    assert (tmp_path / "precious").read_text() == "x"
