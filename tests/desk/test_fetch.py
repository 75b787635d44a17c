"""The campaign mailbox over IMAP, on a real server: nothing twice, nothing missed, nothing changed there."""

from __future__ import annotations

import datetime as dt
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from mobilize.desk import fetch, receive
from mobilize.desk.receive import Taken
from mobilize.errors import LoginRefused, MobilizeError, ServerUnreachable, SettingsWrong, SourceUnreadable
from mobilize.inbox import imap
from mobilize.installation import Installation, opened
from servers.dovecot import PASSWORD, USER, Mailbox, dovecot, needs_dovecot

pytestmark = [needs_dovecot, pytest.mark.usefixtures("either_ledger")]
MakeFolder = Callable[..., Path]


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def mail(number: int, text: str = "Kenya will co-sponsor the resolution.") -> bytes:
    message = EmailMessage()
    message["From"] = "Partner <partner@ngo.example>"
    message["To"] = "wluml@wluml.org"
    message["Subject"] = f"Feedback {number}"
    message["Message-ID"] = f"<{number}@ngo.example>"
    message.set_content(text)
    return message.as_bytes().replace(b"\n", b"\r\n")


@pytest.fixture(scope="module")
def server() -> Iterator[Mailbox]:
    with dovecot() as running:
        yield running


@pytest.fixture
def box(server: Mailbox) -> Mailbox:
    """The mailbox, emptied and numbered anew."""
    for path in server.mail.glob("*/*"):
        if path.is_file():
            path.unlink()
    for path in server.mail.glob("dovecot*"):
        path.unlink()
    return server


def taken(installation: Installation, said: Callable[[str], None] = str) -> list[Taken]:
    return list(fetch.fetch(installation, now=now, said=said))


def test_what_is_there_is_taken_once_and_what_comes_later_too(campaign_folder: MakeFolder, box: Mailbox) -> None:
    box.deliver(mail(1), "1.a")
    box.deliver(mail(2), "2.a")
    with opened(campaign_folder(env=box.env())) as installation:
        assert [each.new for each in taken(installation)] == [True, True]
        assert taken(installation) == []
        box.deliver(mail(3), "3.a")
        (third,) = taken(installation)
        assert third.new
        assert third.country == "KE"
    assert box.flags() == ["", "", ""], "unread there, as before"


def test_after_the_server_numbers_anew_all_is_read_again_and_nothing_is_logged_twice(
    campaign_folder: MakeFolder, box: Mailbox
) -> None:
    box.deliver(mail(1), "1.a")
    box.deliver(mail(2), "2.a")
    with opened(campaign_folder(env=box.env())) as installation:
        taken(installation)
        box.number_anew()
        box.deliver(mail(3), "3.a")
        assert sorted(each.new for each in taken(installation)) == [False, False, True]
        assert taken(installation) == []


def test_every_folder_that_is_named_is_read(campaign_folder: MakeFolder, box: Mailbox) -> None:
    box.deliver(mail(1), "1.a")
    box.deliver(mail(2), "2.b", folder=".Replies")
    with opened(campaign_folder(env=box.env(IMAP_FOLDER="INBOX, Replies"))) as installation:
        assert len(taken(installation)) == 2
        assert taken(installation) == []


def test_a_folder_that_is_not_there_is_named_with_those_that_are(campaign_folder: MakeFolder, box: Mailbox) -> None:
    with opened(campaign_folder(env=box.env(IMAP_FOLDER="Réponses"))) as installation:
        with pytest.raises(SourceUnreadable, match="no folder 'Réponses'") as caught:
            taken(installation)
        assert "INBOX" in caught.value.hint
        assert "Replies" in caught.value.hint


def test_what_was_taken_is_marked_there_only_when_told(campaign_folder: MakeFolder, box: Mailbox) -> None:
    box.deliver(mail(1), "1.a")
    with opened(campaign_folder(env=box.env(IMAP_FLAG="yes"))) as installation:
        taken(installation)
    assert box.flags() == ["FS"]


@pytest.mark.parametrize(
    ("env", "error", "sentence"),
    [
        ({"IMAP_PASSWORD": "wrong-secret"}, LoginRefused, "does not let this user in"),
        ({"IMAP_PASSWORD": "", "IMAP_TOKEN": "wrong-secret"}, LoginRefused, "does not let this user in"),
        ({"IMAP_CA_FILE": ""}, ServerUnreachable, "certificate is not valid"),
        ({"IMAP_SECURITY": "none", "IMAP_HOST": "mail.example.org"}, SettingsWrong, "on this machine alone"),
        ({"IMAP_PASSWORD": ""}, SettingsWrong, "neither IMAP_PASSWORD nor IMAP_TOKEN"),
        ({"IMAP_HOST": ""}, SettingsWrong, "IMAP_HOST is not set"),
        ({"IMAP_CA_FILE": "no-such-file.pem"}, SettingsWrong, "IMAP_CA_FILE"),
        ({"IMAP_PORT": "1"}, ServerUnreachable, "nothing listens there"),
    ],
)
def test_what_keeps_us_out_is_said_without_any_secret(
    campaign_folder: MakeFolder, box: Mailbox, env: dict[str, str], error: type[MobilizeError], sentence: str
) -> None:
    with opened(campaign_folder(env=box.env(**env))) as installation:
        with pytest.raises(error, match=sentence) as caught:
            taken(installation)
        told = f"{caught.value.sentence} {caught.value.hint}"
        for secret in ("wrong-secret", PASSWORD, USER):
            assert secret not in told


def test_starttls_is_spoken_where_it_is_asked_for(campaign_folder: MakeFolder, box: Mailbox) -> None:
    box.deliver(mail(1), "1.a")
    with opened(campaign_folder(env=box.env(IMAP_SECURITY="starttls", IMAP_PORT=str(box.imap)))) as installation:
        assert len(taken(installation)) == 1


def test_a_very_long_message_is_taken_from_its_beginning(
    campaign_folder: MakeFolder, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "LARGEST", 2000)
    box.deliver(mail(1, "Kenya will co-sponsor the resolution.\n" + "x" * 70 + "\n" * 5000), "1.a")
    with opened(campaign_folder(env=box.env())) as installation:
        (found,) = taken(installation)
        assert found.country == "KE"
        assert taken(installation) == []


def test_a_message_that_the_server_does_not_give_is_asked_for_again(
    campaign_folder: MakeFolder, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        box.deliver(mail(number), f"{number}.a")
    said: list[str] = []
    with opened(campaign_folder(env=box.env())) as installation:
        whole = imap.message
        with monkeypatch.context() as patch:
            # A fault that a well server does not show.
            patch.setattr(imap, "message", lambda folder, uid: None if uid == 2 else whole(folder, uid))
            assert len(taken(installation, said.append)) == 2
        assert "does not give message 2" in said[0]
        assert sorted(each.new for each in taken(installation)) == [False, True]
        assert taken(installation) == []


def test_mail_is_taken_as_it_comes_until_ctrl_c(campaign_folder: MakeFolder, box: Mailbox) -> None:
    box.deliver(mail(1), "1.a")
    folder = campaign_folder(env=box.env())
    call = [sys.executable, "-c", "from mobilize.cli import main; main()", "-C", str(folder)]
    call += ["replies", "fetch", "--wait", "--json"]
    for ending in (signal.SIGINT, signal.SIGTERM):
        with subprocess.Popen(call, stdout=subprocess.PIPE, text=True) as run:
            assert run.stdout is not None
            if ending is signal.SIGINT:
                assert json.loads(run.stdout.readline())["new"] is True
            box.deliver(mail(10 + ending), f"{10 + ending}.a")
            assert json.loads(run.stdout.readline())["new"] is True
            run.send_signal(ending)
            assert run.wait(timeout=60) == 0


def test_a_server_that_goes_away_is_waited_for_and_nothing_is_lost(campaign_folder: MakeFolder) -> None:
    said: list[str] = []

    class Stop(Exception):
        pass

    def sleep(_: float) -> None:
        raise Stop

    with dovecot() as own, opened(campaign_folder(env=own.env())) as installation:
        own.deliver(mail(1), "1.a")
        coming = fetch.wait(installation, now=now, said=said.append, sleep=sleep, look=2)
        assert next(coming).new
        own.vanish()
        with pytest.raises(Stop):
            next(coming)
    assert "trying again in 5 seconds" in said[0]


def test_a_message_that_was_kept_and_not_read_when_the_program_died_is_read_the_next_time(
    campaign_folder: MakeFolder, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.deliver(mail(1), "1.a")
    with opened(campaign_folder(env=box.env())) as installation:
        with monkeypatch.context() as patch:
            # The moment between the two commits, which no server can show.
            patch.setattr(receive, "_read", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                taken(installation)
        assert [(each.new, each.country) for each in taken(installation)] == [(True, "KE"), (False, None)]
