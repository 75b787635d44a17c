"""A bearer token in place of a password (XOAUTH2), on a real server that asks a token server whose it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mobilize.desk import fetch
from mobilize.errors import LoginRefused
from mobilize.installation import opened
from servers.dovecot import PASSWORD, USER, Mailbox, dovecot, needs_dovecot
from servers.oauth import token_server

pytestmark = needs_dovecot
MakeFolder = Callable[..., Path]


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    tokens = {"ya29.good": USER, "ya29.another-s": "other@us.test"}
    with (
        token_server(tokens, tmp_path_factory.mktemp("oauth")) as more,
        dovecot(more) as running,
    ):
        yield running


def mail(number: int) -> bytes:
    return (
        f"From: Partner <partner@ngo.example>\r\nTo: wluml@wluml.org\r\nSubject: Feedback {number}\r\n\r\n"
        "Kenya will co-sponsor the resolution.\r\n"
    ).encode()


def log_of(box: Mailbox) -> str:
    return (box.mail.parent.parent / "dovecot.log").read_text()


def test_a_token_logs_in_and_mail_is_taken(campaign_folder: MakeFolder, box: Mailbox) -> None:
    box.deliver(mail(1), "1.a")
    with opened(campaign_folder(env=box.env(IMAP_PASSWORD="", IMAP_TOKEN="ya29.good"))) as installation:
        (taken,) = fetch.fetch(installation, now=now, said=str)
    assert taken.country == "KE"
    assert "method=XOAUTH2" in log_of(box)


@pytest.mark.parametrize("token", ["ya29.ended", "ya29.another-s"])
def test_a_token_that_has_ended_or_is_another_s_is_refused_in_words(
    campaign_folder: MakeFolder, box: Mailbox, token: str
) -> None:
    with (
        opened(campaign_folder(env=box.env(IMAP_PASSWORD=PASSWORD, IMAP_TOKEN=token))) as installation,
        pytest.raises(LoginRefused, match="does not let this user in") as caught,
    ):
        list(fetch.fetch(installation, now=now, said=str))
    told = f"{caught.value.sentence} {caught.value.hint}"
    assert "IMAP_TOKEN" in told
    assert token not in told
    assert USER not in told


def test_what_was_taken_is_marked_when_the_command_is_told_so(campaign_folder: MakeFolder, box: Mailbox) -> None:
    with opened(campaign_folder(env=box.env())) as installation:
        box.deliver(mail(2), "2.a")
        list(fetch.fetch(installation, now=now, said=str))
        assert box.flags() == ["", ""]
        box.deliver(mail(3), "3.a")
        list(fetch.fetch(installation, now=now, said=str, flag=True))
        assert box.flags() == ["", "", "FS"], "what was taken before stays as it is"
