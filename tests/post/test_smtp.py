"""Connections: secured as configured, or refused in words that hold no secret."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from mobilize.errors import LoginRefused, MobilizeError, ServerUnreachable, SettingsWrong
from mobilize.letter.merge import LetterId
from mobilize.letter.mime import Message
from mobilize.post import smtp, transaction
from mobilize.post.smtp import Server
from servers.tls import PASSWORD, USER, lingering_server, secured_server


def connect(server: Server) -> None:
    async def main() -> None:
        await smtp.close(await smtp.connect(server))

    asyncio.run(main())


def server(port: int, ca_file: Path | None, **changes: object) -> Server:
    given: dict[str, object] = {
        "host": "localhost",
        "port": port,
        "security": "starttls",
        "user": USER,
        "password": PASSWORD,
        "ca_file": ca_file,
        "timeout": 5,
    }
    return Server(**{**given, **changes})  # type: ignore[arg-type]


# aiosmtpd warns of AUTH without STARTTLS; here TLS is there from the first byte.
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("implicit", [False, True])
def test_a_valid_certificate_and_a_right_password_are_let_in(tmp_path: Path, implicit: bool) -> None:  # noqa: FBT001
    with secured_server(tmp_path, implicit=implicit) as real:
        connect(server(real.port, real.ca_file, security="tls" if implicit else "starttls"))


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with secured_server(tmp_path) as real, pytest.raises(ServerUnreachable, match="certificate is not valid"):
        connect(server(real.port, None))


def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    with secured_server(tmp_path, name="mail.other.test") as real:
        with pytest.raises(ServerUnreachable, match="certificate is not valid") as refusal:
            connect(server(real.port, real.ca_file))
        assert "SMTP_HOST" in refusal.value.hint


def test_any_certificate_does_where_told_so(tmp_path: Path) -> None:
    with secured_server(tmp_path, name="mail.other.test") as real:
        connect(server(real.port, None, verify=False))


def test_a_wrong_password_is_said_and_shown_nowhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    wrong = "Tr0ub4dor&3"
    caplog.set_level(logging.DEBUG)
    with secured_server(tmp_path) as real:
        there = server(real.port, real.ca_file, password=wrong)
        with pytest.raises(LoginRefused, match="535") as refusal:
            connect(there)
    for text in (str(refusal.value), refusal.value.hint, repr(there), caplog.text):
        assert wrong not in text
    assert refusal.value.__cause__ is None


def test_a_server_without_starttls_is_refused() -> None:
    from servers.smtp import faulty_server  # noqa: PLC0415

    with faulty_server() as plain, pytest.raises(ServerUnreachable):
        connect(server(plain.port, None, user="", password=""))


@pytest.mark.parametrize("host", ["mail.relay.org", "192.0.2.1", "localhost.relay.org"])
def test_plain_smtp_is_for_this_machine_alone(host: str) -> None:
    with pytest.raises(SettingsWrong, match="this machine alone"):
        smtp.check(server(25, None, host=host, security="none"))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]", "LOCALHOST."])
def test_this_machine_is_known_by_its_name_and_addresses(host: str) -> None:
    smtp.check(server(25, None, host=host, security="none"))


def test_settings_that_cannot_work_are_said_before_anything_is_tried() -> None:
    for changes in ({"host": ""}, {"password": ""}):
        with pytest.raises(MobilizeError, match="SMTP_"):
            smtp.check(server(25, None, **changes))


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("lines", [1, 40_000])
def test_texts_of_any_size_pass_through_tls(tmp_path: Path, implicit: bool, lines: int) -> None:  # noqa: FBT001
    body = b"Subject: long\r\n\r\n" + b".A line that begins with a dot, sixty-four octets long, no more.\r\n" * lines
    message = Message(
        letter=LetterId("abcdefgh2345"),
        envelope_sender="wluml@wluml.org",
        recipients=("desk@lantern.example",),
        message_id="<x@wluml.org>",
        data=body,
        needs_smtputf8=False,
    )

    async def twice(there: Server) -> list[int | None]:
        line = await smtp.connect(there)
        answers = [await transaction.whole(line, message) for _ in range(2)]
        await smtp.close(line)
        assert await line.wire.lost(0), "closed is closed: no socket outlives the run"
        return [each.code for each in answers]

    with secured_server(tmp_path, implicit=implicit) as real:
        there = server(real.port, real.ca_file, security="tls" if implicit else "starttls")
        assert asyncio.run(twice(there)) == [250, 250]
        assert real.taken == [body, body]


def test_a_server_that_never_ends_its_tls_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "_GOODBYE", 0.1)

    async def main(port: int, ca_file: Path) -> bool:
        line = await smtp.connect(server(port, ca_file, security="tls", user="", password=""))
        await smtp.close(line)
        return await line.wire.lost(10)

    with lingering_server(tmp_path) as real:
        assert asyncio.run(main(real.port, real.ca_file))
