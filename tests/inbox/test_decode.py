"""Decoding never raises, loses no words, and lets nothing of the mail become a header."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mobilize.inbox.decode import MOST_DEPTH, MOST_PARTS, decode
from mobilize.inbox.mail import Mail

CORPUS = Path(__file__).parent.parent / "corpus"
EVERY_MAIL = sorted(path for path in CORPUS.glob("**/*") if path.suffix == ".eml" or "messages" in path.parts)


def text_of(mail: Mail) -> str:
    return "".join(part.text or "" for part in mail.parts())


def mail(headers: str, body: bytes = b"") -> Mail:
    return decode(headers.encode("utf-8") + b"\n\n" + body)


@pytest.mark.parametrize("chunk", range(8))
def test_every_mail_of_the_corpora_is_decoded_at_once(chunk: int) -> None:
    for path in (each for each in EVERY_MAIL[chunk::8] if each.is_file()):
        data = path.read_bytes()
        start = time.process_time()
        decode(data)
        assert time.process_time() - start < 2, path.name


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2_000))
def test_no_bytes_raise(data: bytes) -> None:
    decode(data)


#: What mail is made of, in any order.
PIECES = b"""From: |a@b.example|--x|--x--|=?utf-8?B?|?=|=?x?q?=FF?=|"|<|>|;| |\t|\x00|\xff|\xd8\xa7|\r\n|\n|\r|
Content-Type: message/rfc822|filename*0*=utf-8''%41|Content-Type: multipart/mixed; boundary=x|
Content-Transfer-Encoding: base64|Date: 99 Foo 2013 25:61""".split(b"|")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_no_arrangement_of_the_pieces_of_mail_raises(pieces: list[bytes]) -> None:
    decode(b"".join(pieces))


def test_an_encoded_line_end_cannot_bring_in_a_header() -> None:
    made = mail("Subject: =?utf-8?B?" + base64.b64encode(b"hi\r\nBcc: x@y.example").decode() + "?=\nFrom: a@b.example")
    assert made.subject == "hi Bcc: x@y.example"
    assert made.get("Bcc") is None


def test_a_lone_carriage_return_cannot_bring_in_a_header() -> None:
    made = decode(b"Subject: hi\rBcc: x@y.example\nFrom: a@b.example\n\nbody")
    assert made.get("Bcc") is None


def test_a_from_with_line_ends_inside_encoded_words_is_read() -> None:
    # policy.default of the standard library raises ValueError on reading this header.
    made = mail("From: =?utf-8?Q?A=0D=0AB?= <a@b.example>")
    assert made.from_ is not None
    assert (made.from_.name, made.from_.address) == ("A B", "a@b.example")


def test_a_character_split_between_two_encoded_words_is_whole() -> None:
    arabic = "مشروع القرار".encode()
    first, second = (base64.b64encode(half).decode() for half in (arabic[:7], arabic[7:]))
    assert mail(f"Subject: =?utf-8?B?{first}?=\n =?utf-8?B?{second}?=").subject == "مشروع القرار"


def test_an_encoded_word_with_blanks_and_without_padding_is_read() -> None:
    assert mail("Subject: =?iso-8859-1?Q?R=E9ponse du minist=E8re?= =?utf-8?B?w6k?=").subject == "Réponse du ministèreé"


@pytest.mark.parametrize(
    ("declared", "actual", "text"),
    [
        ("us-ascii", "utf-8", "Réponse du ministère"),
        ("iso-8859-1", "utf-8", "Ответ министерства иностранных дел"),
        ("utf-8", "windows-1252", "Réponse à votre lettre du 12 novembre, nos meilleures pensées à toute l’équipe"),
        ("x-unknown", "utf-8", "答复"),
        ("gb2312", "gb18030", "国际司人权处镕"),
        ("ks_c_5601-1987", "cp949", "답장"),
        ("iso-8859-8-i", "iso-8859-8", "תשובה"),
        ("unicode-1-1-utf-7", "utf-7", "Ответ"),
        ("koi8-r", "koi8-r", "Ответ на обращение"),
        ("windows-1256", "windows-1256", "رد الوزارة"),
    ],
)
def test_a_charset_is_believed_only_where_the_bytes_agree(declared: str, actual: str, text: str) -> None:
    made = mail(f"Content-Type: text/plain; charset={declared}", text.encode(actual))
    assert text_of(made) == text


def test_one_stray_byte_does_not_spoil_a_text_in_utf_8() -> None:
    body = "Le ministère a décidé. L'été, l'œuvre, le cœur, ça va, voilà, déjà, très.".encode() + b"\x92"
    assert text_of(mail("Content-Type: text/plain; charset=utf-8", body)).startswith("Le ministère a décidé.")


def test_a_raw_header_in_the_body_s_charset_is_read() -> None:
    made = decode("Subject: Ответ министерства\nContent-Type: text/plain; charset=koi8-r\n\nда".encode("koi8-r"))
    assert made.subject == "Ответ министерства"


def test_a_missing_closing_boundary_loses_nothing() -> None:
    made = mail('Content-Type: multipart/mixed; boundary="b"', b"--b\nContent-Type: text/plain\n\none\n--b\n\ntwo\n")
    assert text_of(made) == "onetwo\n"


def test_a_multipart_without_its_boundary_is_text() -> None:
    assert text_of(mail('Content-Type: multipart/mixed; boundary="b"', b"words\n")) == "words\n"


def test_a_multipart_that_names_no_boundary_is_cut_at_the_one_it_uses() -> None:
    body = b"--zzz\nContent-Type: text/plain\n\none\n--zzz\nContent-Type: text/html\n\n<p>two\n--zzz--\n"
    assert [part.content_type for part in mail("Content-Type: multipart/alternative", body).parts()][1:] == [
        "text/plain",
        "text/html",
    ]


def test_a_boundary_that_begins_like_another_is_not_taken_for_it() -> None:
    inner = b"--bb\nContent-Type: text/plain\n\nin\n--bb--\n"
    body = b'--b\nContent-Type: multipart/mixed; boundary="bb"\n\n' + inner + b"--b\n\nout\n--b--\n"
    assert [part.text for part in mail('Content-Type: multipart/mixed; boundary="b"', body).parts() if part.text] == [
        "in",
        "out",
    ]


def test_a_message_in_forbidden_base64_is_opened() -> None:
    inner = base64.b64encode(b"From: c@d.example\nSubject: inner\n\nwords")
    made = mail("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64", inner)
    assert made.root.message is not None
    assert made.root.message.subject == "inner"


def test_an_eml_sent_as_octet_stream_is_opened() -> None:
    made = mail(
        "Content-Type: application/octet-stream; name*=utf-8''R%C3%A9ponse.eml\nContent-Disposition: attachment",
        b"From: c@d.example\nSubject: inner\n\nwords",
    )
    assert made.root.filename == "Réponse.eml"
    assert made.root.message is not None


def test_a_file_name_in_pieces_is_joined_in_the_order_of_their_numbers() -> None:
    made = mail("Content-Type: application/pdf;\n name*1*=%20re%C3%A7ue.pdf; name*0*=utf-8''r%C3%A9ponse")
    assert made.root.filename == "réponse reçue.pdf"


def test_a_file_name_cannot_name_a_folder() -> None:
    made = mail('Content-Type: text/plain\nContent-Disposition: attachment; filename="..\\\\..\\\\x/../passwd"')
    assert made.root.filename == "passwd"


def test_nul_bytes_do_not_hide_words() -> None:
    assert text_of(mail("Content-Type: text/plain", b"we \x00sup\x00port")) == "we support"


def test_a_header_whose_fold_lost_its_indentation_is_joined() -> None:
    made = decode(b"From: a@b.example\nSubject: one\ntwo three\nDate: Tue, 12 Nov 2013 10:00:00 +0100\n\nbody")
    assert (made.subject, made.date, text_of(made)) == ("one two three", "2013-11-12T10:00:00+01:00", "body")


def test_a_body_without_an_empty_line_above_it_is_kept() -> None:
    made = decode(b"From: a@b.example\nThe government will co-sponsor\nthe resolution")
    assert "co-sponsor" in text_of(made)


def test_an_absurd_date_is_kept_and_an_unreadable_one_is_none() -> None:
    assert mail("Date: Tue, 12 Nov 2031 10:00:00 +0100").date == "2031-11-12T10:00:00+01:00"
    assert mail("Date: yesterday at noon").date is None


def nested(levels: int) -> bytes:
    data = b"Content-Type: text/plain\n\ndeepest"
    for level in range(levels):
        data = b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n%s\n--b%d--\n' % (level, level, data, level)
    return data


def test_two_hundred_levels_stop_at_the_limit_and_say_so() -> None:
    made = decode(nested(200))
    assert made.limits == ("depth",)
    assert sum(1 for _ in made.parts()) <= MOST_DEPTH + 1


def test_fourteen_levels_are_all_read() -> None:
    assert text_of(decode(nested(14))) == "deepest"


def test_messages_inside_messages_stop_at_the_limit() -> None:
    data = b"Subject: deepest\n\nwords"
    for _ in range(300):
        data = b"Content-Type: message/rfc822\n\n" + data
    assert decode(data).limits == ("depth",)


def test_more_parts_than_any_mail_has_are_cut_and_said() -> None:
    body = b"--b\n\nx\n" * (MOST_PARTS + 500)
    made = mail('Content-Type: multipart/mixed; boundary="b"', body)
    assert made.limits == ("parts",)


def test_a_megabyte_of_headers_is_cut_and_the_body_found() -> None:
    data = (
        b"From: a@b.example\n" + b"X-Pad: " + b"x" * 70 + b"\n" + (b"X-Pad: " + b"y" * 70 + b"\n") * 15_000 + b"\nbody"
    )
    made = decode(data)
    assert made.from_ is not None
    assert made.limits == ("headers",)
    assert text_of(made) == "body"


@pytest.mark.parametrize(
    "data",
    [
        b"Subject: " + b"=?utf-8?q?" * 100_000 + b"\n\n",
        b"To: " + b"<" * 200_000 + b"\n\n",
        b"To: " + b"a@b.example, " * 50_000 + b"\n\n",
        b"To: " + b'"a, ' * 100_000 + b"\n\n",
        b"Content-Type: text/plain" + b"; a=b" * 50_000 + b"\n\n",
        b"Content-Type: text/plain; a=" + b'"\\' * 100_000 + b"\n\n",
        b"Subject: " + b" \n" * 120_000 + b"\n\n",
        b"References: " + b"<" * 250_000 + b"\n\n",
        b"Date: " + b"(" * 200_000 + b"\n\n",
        b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"\n--b " * 300_000,
        b"Content-Type: text/html\n\n" + b"<meta " * 400_000,
        b"Content-Transfer-Encoding: base64\nContent-Type: text/plain\n\n" + b"=" * 3_000_000,
        b"Content-Type: text/plain; charset=utf-7\n\n" + b"+" * 1_000_000,
        b"Content-Type: text/plain\n\n" + b"\xff" * 2_000_000,
    ],
    ids=[str(number) for number in range(14)],
)
def test_no_hostile_header_or_body_takes_long(data: bytes) -> None:
    start = time.process_time()
    decode(data)
    assert time.process_time() - start < 2


def test_sixty_megabytes_are_cut_and_said() -> None:
    attachment = (
        b"Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\n" + b"QUJD\n" * 12_000_000
    )
    start = time.process_time()
    made = mail('Content-Type: multipart/mixed; boundary="b"', b"--b\n\nwords\n--b\n" + attachment)
    assert time.process_time() - start < 5
    assert made.limits == ("size",)
    assert text_of(made) == "words"


@pytest.mark.parametrize("name", ["rot13", "idna", "zlib", "hex", "base64", "unicode_escape", "punycode", "undefined"])
def test_a_codec_of_python_s_own_is_no_charset(name: str) -> None:
    made = mail(f"Content-Type: text/plain; charset={name}", "Le ministère a d\\qécidé.".encode())
    assert text_of(made) == "Le ministère a d\\qécidé."
