"""The words of SMTP: replies however the network cuts them, commands in one breath, dots, line ends."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobilize.letter.merge import LetterId
from mobilize.letter.mime import Message
from mobilize.post.dialogue import NotSmtp, Offers, Replies, Reply, breaths, envelope, stuffed


def message(*recipients: str, data: bytes = b"Subject: x\r\n\r\ntext\r\n", utf8: bool = False) -> Message:
    return Message(
        letter=LetterId("abcdefgh2345"),
        envelope_sender="wluml@wluml.org",
        recipients=recipients or ("minister@mfa.ke.example",),
        message_id="<x@wluml.org>",
        data=data,
        needs_smtputf8=utf8,
    )


SAID = b"250-first <a@b>\r\n250-second\r\n250 third\r\n354 go on\r\n550 5.1.1 no\r\n421\r\n"
MEANT = [
    Reply(code=250, text="first <a@b> second third"),
    Reply(code=354, text="go on"),
    Reply(code=550, text="5.1.1 no"),
    Reply(code=421, text=""),
]


@given(st.lists(st.integers(0, len(SAID)), max_size=12))
def test_replies_are_read_however_the_network_cuts_them(cuts: list[int]) -> None:
    places = sorted({0, len(SAID), *cuts})
    replies = Replies()
    found = [each for start, end in itertools.pairwise(places) for each in replies.feed(SAID[start:end])]
    assert found == MEANT


@pytest.mark.parametrize(
    "line", [b"hello\r\n", b"\xff\x00\r\n", b"\r\n", b"99 x\r\n", b"199 x\r\n", b"2500\r\n", b"600 x\r\n"]
)
def test_what_is_no_reply_is_not_taken_for_one(line: bytes) -> None:
    with pytest.raises(NotSmtp):
        Replies().feed(line)


def test_a_reply_with_two_codes_is_none() -> None:
    with pytest.raises(NotSmtp, match="two codes"):
        Replies().feed(b"250-yes\r\n550 no\r\n")


def test_a_server_that_never_ends_a_reply_is_left() -> None:
    with pytest.raises(NotSmtp, match="does not end"):
        Replies().feed((b"250-" + b"x" * 100 + b"\r\n") * 1000)
    with pytest.raises(NotSmtp, match="does not end"):
        Replies().feed(b"2" * 40_000)


@given(st.binary(max_size=300))
def test_whatever_a_server_says_is_replies_or_none(data: bytes) -> None:
    try:
        found = Replies().feed(data)
    except NotSmtp:
        return
    assert all(200 <= each.code <= 599 for each in found)


def test_the_envelope_says_what_ehlo_offered_and_no_more() -> None:
    plain = envelope(message("a@x.example", "b@x.example"), Offers())
    assert plain == (
        b"MAIL FROM:<wluml@wluml.org>\r\n",
        b"RCPT TO:<a@x.example>\r\n",
        b"RCPT TO:<b@x.example>\r\n",
        b"DATA\r\n",
    )
    rich = Offers.read({"size": "1000", "8bitmime": "", "smtputf8": "", "pipelining": ""})
    assert envelope(message(), rich)[0] == b"MAIL FROM:<wluml@wluml.org> SIZE=20\r\n"
    assert envelope(message("ministère@x.example", utf8=True), rich)[:2] == (
        b"MAIL FROM:<wluml@wluml.org> SIZE=20 SMTPUTF8 BODY=8BITMIME\r\n",
        "RCPT TO:<ministère@x.example>\r\n".encode(),
    )


def test_one_breath_only_where_the_server_takes_it() -> None:
    lines = envelope(message(), Offers())
    assert breaths(lines, Offers()) == lines
    assert breaths(lines, Offers(pipelining=True)) == (b"".join(lines),)


def unstuffed(wire: bytes) -> bytes:
    """What a server keeps of the text (RFC 5321 4.5.2)."""
    lines = wire.split(b"\r\n")
    return b"\r\n".join(line.removeprefix(b".") for line in lines)


@given(st.lists(st.sampled_from([b".", b"..", b".x", b"x", b"", b"x.", b". "]), max_size=20))
def test_no_line_of_a_text_ends_it(lines: list[bytes]) -> None:
    data = b"\r\n".join(lines) + b"\r\n"
    wire = stuffed(data)
    assert b"\r\n.\r\n" not in b"\r\n" + wire
    assert unstuffed(wire) == data


@pytest.mark.parametrize(
    "data", [b"a\nb\r\n", b"a\rb\nc\r\n", b"a\rb\r\n", b"a\r\n.\nMAIL FROM:<x>\r\n", b"a\r\n\r.\r\n"]
)
def test_a_bare_line_end_is_seen(data: bytes) -> None:
    assert not message(data=data).is_clean
    assert message(data=b"a\r\n.b\r\n").is_clean
