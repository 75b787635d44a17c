"""A message as bytes: what the standard library reads back is what went in, header by header and part by part."""

from __future__ import annotations

import binascii
import datetime as dt
import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mobilize.campaign.campaign import Sender
from mobilize.campaign.contacts import Audience, Contact, ContactId, Gender
from mobilize.campaign.standing import Standing, StandingName
from mobilize.errors import LetterWrong
from mobilize.letter import mime
from mobilize.letter.merge import Letter, LetterId
from mobilize.letter.mime import Attachment

KEY = b"a secret"
NOW = dt.datetime(2013, 11, 12, 10, 30, tzinfo=dt.timezone(dt.timedelta(hours=5)))

#: Text as people write it, in all scripts; a header cannot hold controls, and a lone surrogate is no text.
TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\u202a\u202b\u202c\u202d\u202e"),
    min_size=1,
    max_size=200,
).filter(lambda text: text.strip() == text)


#: What would end a header, or turn a line round.
BREAKS = ("\r", "\n", "\r\nBcc: all@x.example", "\x00", "\x1b[2J", "\u202e", "\u2028", "\x85")


def contact(**changes: Any) -> Contact:
    given: dict[str, Any] = {
        "id": ContactId("ke-minister-00000000"),
        "country": "KE",
        "audience": Audience.MINISTER,
        "organisation": "Ministry of Foreign Affairs",
        "office": "Minister for Foreign Affairs",
        "name": "",
        "gender": Gender.UNKNOWN,
        "emails": ("minister@mfa.ke.example",),
        "language": "",
        "accreditation": "",
        "sensitive": False,
        "source": "invented",
        "checked_on": None,
        "notes": "",
        "line": 2,
    }
    return Contact(**{**given, **changes})


def letter(**changes: Any) -> Letter:
    given: dict[str, Any] = {
        "id": LetterId("abcdefgh2345"),
        "campaign": "whrd-2013",
        "round": 1,
        "contact": contact(),
        "standing": Standing(country="KE", name=StandingName.NEW, proof=(), reason=""),
        "language": "en",
        "locale": "en_GB",
        "direction": "ltr",
        "date": dt.date(2013, 11, 12),
        "place_and_date": "London, 12 November 2013",
        "reference": "ABCD-EFGH",
        "letterhead": (),
        "address": (),
        "subject": "Draft resolution A/C.3/68/L.64",
        "salutation": "Excellency,",
        "paragraphs": (),
        "close": "",
        "signature": (),
        "labels": {},
        "digest": "0" * 64,
    }
    return Letter(**{**given, **changes})


SENDER = Sender(
    organisation="Women Living Under Muslim Laws",
    address="wluml@wluml.org",
    signatory="",
    office={},
    place={},
    description={},
)


def built(
    of: Letter | None = None,
    *,
    text: str = "text\n",
    html: str = "<p>text</p>\n",
    attachments: tuple[Attachment, ...] = (),
    sender: Sender = SENDER,
) -> mime.Message:
    return mime.build(
        of or letter(),
        text=text,
        html=html,
        attachments=attachments,
        sender=sender,
        key=KEY,
        now=NOW,
        answers_until=dt.date(2014, 6, 1),
    )


def read(message: mime.Message) -> EmailMessage:
    parsed = message_from_bytes(message.data, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not [defect for part in parsed.walk() for defect in part.defects]
    return parsed


def lines_are_fit(data: bytes) -> None:
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert max(map(len, data.split(b"\r\n"))) <= 998


@settings(max_examples=150, deadline=None)
@given(subject=TEXT, organisation=TEXT, text=st.text(max_size=2000), name=TEXT)
def test_what_goes_in_is_read_back(subject: str, organisation: str, text: str, name: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    message = built(
        letter(subject=subject),
        text=text,
        html=f"<p>{text}</p>",
        attachments=(Attachment(name=name, content_type="application/pdf", data=text.encode()),),
        sender=replace(SENDER, organisation=organisation),
    )
    lines_are_fit(message.data)
    parsed = read(message)
    assert parsed["Subject"] in {f"{subject} [ABCD-EFGH]", f"{subject} [Ref. ABCD-EFGH]"}
    # Not through policy.default: it puts a blank between encoded words of a display name (RFC 2047 6.2 says none).
    raw_name = message_from_bytes(message.data)["From"].rpartition("<")[0]
    decoded = (
        str(make_header(decode_header(raw_name))).strip() if "=?" in raw_name and not organisation.isascii() else ""
    )
    assert (decoded or parsed["From"].addresses[0].display_name) == " ".join(organisation.split())
    assert parsed["From"].addresses[0].addr_spec == "wluml@wluml.org"
    plain = parsed.get_body(("plain",))
    assert plain is not None
    # The last line end belongs to the boundary (RFC 2046 5.1.1).
    wanted = text.replace("\r\n", "\n").replace("\r", "\n")
    assert plain.get_content().replace("\r\n", "\n").removesuffix("\n") == wanted.removesuffix("\n")
    paper = next(parsed.iter_attachments())
    assert paper.get_content() == text.encode()
    assert paper.get_filename() == re.sub(r'[\\/:*?"<>|]', "_", name)


@settings(max_examples=100, deadline=None)
@given(
    st.text(max_size=60),
    st.sampled_from(["\r", "\n", "\r\nBcc: all@x.example", "\x00", "\x1b[2J", "\u202e", "\u2028", "\x85"]),
)
def test_no_value_becomes_a_header(text: str, break_out: str) -> None:
    for bad in (
        letter(subject=f"{text}{break_out}x"),
        letter(contact=contact(emails=(f"minister{break_out}@mfa.ke.example",))),
    ):
        with pytest.raises(LetterWrong, match="control character"):
            built(bad)


def test_one_addressee_and_further_addresses_of_the_same_office_as_copies() -> None:
    message = built(letter(contact=contact(emails=("a@mfa.ke.example", "b@mfa.ke.example", "c@mfa.ke.example"))))
    parsed = read(message)
    assert parsed["To"] == "a@mfa.ke.example"
    assert [each.addr_spec for each in parsed["Cc"].addresses] == ["b@mfa.ke.example", "c@mfa.ke.example"]
    assert message.recipients == ("a@mfa.ke.example", "b@mfa.ke.example", "c@mfa.ke.example")
    assert parsed["Bcc"] is None


def test_the_date_is_in_utc() -> None:
    assert read(built())["Date"] == "Tue, 12 Nov 2013 05:30:00 +0000"


def test_the_message_id_is_the_same_for_the_same_letter_and_another_for_another_text() -> None:
    first = built()
    assert built().message_id == first.message_id
    assert built(letter(digest="1" * 64)).message_id != first.message_id
    assert built(letter(round=2)).message_id != first.message_id
    assert re.fullmatch(r"<[a-z2-7]{32}@wluml\.org>", first.message_id)


def test_a_file_name_beyond_ascii_has_a_plain_one_beside_it() -> None:
    message = built(attachments=(Attachment(name="رسالة.pdf", content_type="application/pdf", data=b"%PDF"),))
    assert b'filename="_____.pdf"' in message.data
    assert next(read(message).iter_attachments()).get_filename() == "رسالة.pdf"


def test_a_local_part_beyond_ascii_is_known_to_need_smtputf8() -> None:
    message = built(letter(contact=contact(emails=("министр@mfa.ke.example",))))
    assert message.needs_smtputf8
    assert not built().needs_smtputf8


def test_a_file_name_is_data_and_no_header() -> None:
    name = 'x"\r\nX-Evil: 1\r\n.pdf'
    message = built(attachments=(Attachment(name=name, content_type="application/pdf", data=b"%PDF"),))
    assert b"\r\nX-Evil" not in message.data
    lines_are_fit(message.data)


def test_an_overlong_word_in_the_subject_stays_within_the_limits() -> None:
    message = built(letter(subject="x" * 3000))
    lines_are_fit(message.data)
    assert read(message)["Subject"].startswith("x" * 3000)


def test_a_subject_without_small_latin_letters_is_not_all_capitals_to_a_filter() -> None:
    assert read(built(letter(subject="关于决议草案 A/C.3/68/L.64")))["Subject"].endswith(f"[Ref. {letter().reference}]")
    assert read(built(letter(subject="Draft resolution")))["Subject"].endswith(f"n [{letter().reference}]")


@given(st.text(alphabet=st.one_of(st.sampled_from("a. =\t\r\n–é字"), st.characters(codec="utf-8")), max_size=400))
def test_lines_are_encoded_alone_as_they_are_together(text: str) -> None:
    """Each line is encoded by itself, and kept: that must be the same as the standard library does with them all."""
    encoding, data = mime._transfer(text)
    whole = (text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n") + "\n").encode()
    beyond = sum(octet > 0x7F for octet in whole)
    assert (encoding == "base64") == (beyond * 6 > len(whole))
    if encoding == "quoted-printable":
        assert data == binascii.b2a_qp(whole, istext=True).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
