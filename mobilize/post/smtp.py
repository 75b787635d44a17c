"""Connections to the mail server: opened, secured and logged in with aiosmtplib, or refused in plain words."""

from __future__ import annotations

import ipaddress
import re
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, cast

import aiosmtplib
from aiosmtplib import SMTP
from aiosmtplib.protocol import SMTPProtocol

from mobilize import tls
from mobilize.errors import LoginRefused, ServerUnreachable, SettingsWrong
from mobilize.post.dialogue import CutOff, NotSmtp, Offers, Replies, Reply
from mobilize.post.verdict import Answer, Stage, asks_for_less, without_addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The relay that our mail goes through."""

    host: str
    port: int
    #: "starttls", "tls" or "none".
    security: str
    user: str = ""
    password: str = field(default="", repr=False)
    #: Whether its certificate must be valid.
    verify: bool = True
    #: PEM file of an authority to trust besides the machine's own.
    ca_file: Path | None = None
    #: Seconds to wait for an answer.
    timeout: float = 60
    #: What we call ourselves in EHLO: the sender's domain, never this machine's name (domain/rules.md D5).
    hello: str = "localhost"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or address alone; nothing is looked up."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check(server: Server) -> None:
    """Refuse a server that may not be used: none named, or unprotected and not on this machine (rules D11).

    Raises SettingsWrong.
    """
    if not server.host:
        raise SettingsWrong("SMTP_HOST is not set", hint="name your mail server in .env; see config.example.env")
    if server.security == "none" and not is_loopback(server.host):
        raise SettingsWrong(
            "SMTP_SECURITY=none is for a server on this machine alone",
            hint="set SMTP_SECURITY=starttls (port 587) or tls (port 465)",
        )
    if server.user and not server.password:
        raise SettingsWrong("SMTP_USER is set and SMTP_PASSWORD is not", hint="set both, or neither")


class _Waiter(Protocol):
    """A future of the event loop, as far as it is needed here: only deliver.py knows asyncio."""

    def done(self) -> bool: ...
    def set_result(self, result: None, /) -> None: ...


class _Writing(Protocol):
    """A transport that can be told how much to hold back."""

    def set_write_buffer_limits(self, high: int, low: int) -> None: ...
    def abort(self) -> None: ...


class Wire(SMTPProtocol):
    """aiosmtplib's protocol, which knows one reply at a time, taught to keep the replies to several commands in order.

    It takes over a connection that aiosmtplib has opened, secured and logged in; one task uses it at a time.
    """

    def __init__(self, client: SMTP) -> None:
        super().__init__(loop=client.loop, connection_lost_callback=lambda _: client.close())
        self._parser = Replies()
        self._arrived: deque[Reply] = deque()
        #: Why no more replies will come; empty: they may.
        self._broken = ""
        self._wanted: _Waiter | None = None

    @property
    def is_quiet(self) -> bool:
        """Whether the server is there, and has said nothing that was not asked for."""
        return self.is_alive and not self._arrived

    @property
    def is_alive(self) -> bool:
        """Whether the server is there; it may have answered already."""
        return self.is_connected and not self._broken

    async def reply(self, seconds: float) -> Reply:
        """Give the next reply, in the order of the commands. Raises CutOff where none comes in so many seconds."""
        if self._arrived:
            return self._arrived.popleft()
        await self._until(lambda: bool(self._arrived or self._broken), seconds)
        if self._arrived:
            return self._arrived.popleft()
        raise CutOff(self._broken or "no answer in time")

    def send(self, data: bytes) -> None:
        """Write bytes. Raises CutOff where the connection is gone."""
        try:
            self.write(data)
        except aiosmtplib.SMTPServerDisconnected:
            raise CutOff("the connection was lost") from None

    async def drained(self, seconds: float) -> None:
        """Wait until all that was written has left this program. Raises CutOff where it does not in so many seconds."""
        await self._until(lambda: bool(self._broken) or not self._paused, seconds)
        if self._broken or self._paused:
            raise CutOff(self._broken or "the server does not take the text")

    async def lost(self, seconds: float) -> bool:
        """Wait until the connection is let go of whole. False: it is not, after so many seconds."""
        await self._until(lambda: self.transport is None, seconds)
        return self.transport is None

    async def _until(self, true: Callable[[], bool], seconds: float) -> None:
        end = self._loop.time() + seconds
        while not true() and self._loop.time() < end:
            waiter = self._loop.create_future()
            self._wanted = waiter
            timer = self._loop.call_at(end, self._wake)
            try:
                await waiter
            finally:
                self._wanted = None
                timer.cancel()

    def _wake(self) -> None:
        if self._wanted is not None and not self._wanted.done():
            self._wanted.set_result(None)

    def _break(self, why: str) -> None:
        self._broken = self._broken or why
        self._wake()

    # What the event loop calls, and what aiosmtplib's own commands (RSET, QUIT) read their answer by.

    def data_received(self, data: bytes) -> None:
        """Bytes from the server."""
        try:
            self._arrived.extend(self._parser.feed(data))
        except NotSmtp as error:
            self._break(str(error))
        self._wake()

    def eof_received(self) -> bool:
        """The server closed its side."""
        self._break("the server closed the connection")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        super().connection_lost(exc)
        self._break("the connection was lost")

    def resume_writing(self) -> None:
        """The system takes more."""
        super().resume_writing()
        self._wake()

    async def read_response(self, timeout: float | None = None) -> aiosmtplib.SMTPResponse:  # noqa: ASYNC109 - its name there
        """Give the next reply to one of aiosmtplib's commands."""
        try:
            reply = await self.reply(timeout or _LONGEST_WAIT)
        except CutOff as error:
            raise aiosmtplib.SMTPServerDisconnected(str(error)) from None
        return aiosmtplib.SMTPResponse(reply.code, reply.text)


#: Seconds for an answer where aiosmtplib names none.
_LONGEST_WAIT = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """An open, secured, logged-in connection. One task uses it at a time."""

    client: SMTP
    wire: Wire
    offers: Offers
    #: Seconds to wait for an answer.
    timeout: float

    @property
    def is_open(self) -> bool:
        """Whether it can carry another letter: nobody closed it, and nothing unasked came."""
        return self.wire.is_quiet


async def connect(server: Server) -> Connection:
    """Open a connection, secure it, log in.

    Raises ServerUnreachable or LoginRefused; neither says the password or the user name.
    """
    check(server)
    client = SMTP(
        hostname=server.host,
        port=server.port,
        local_hostname=server.hello,
        timeout=server.timeout,
        use_tls=server.security == "tls",
        start_tls=server.security == "starttls",
        tls_context=None if server.security == "none" else _secured(server),
    )
    where = f"{server.host}:{server.port}"
    try:
        await client.connect()
        if server.user:
            await client.login(server.user, server.password)
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()
        return _taken_over(client, server)
    except aiosmtplib.SMTPAuthenticationError as error:
        _cut(client, client.transport)
        if 400 <= error.code < 500:  # noqa: PLR2004 - RFC 4954 6: a temporary failure, not a wrong password
            raise ServerUnreachable(f"{where} cannot check the login now ({error.code})", hint="try later") from None
        raise LoginRefused(f"{where} answered {error.code}", hint="look at SMTP_USER and SMTP_PASSWORD") from None
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        _cut(client, client.transport)
        raise ServerUnreachable(f"{where}: {_in_words(error)}", hint=_hint(error), busy=_is_busy(error)) from None


def _is_busy(error: Exception) -> bool:
    """Whether the server is there, and only has too much to do, or too many connections of ours."""
    if not isinstance(error, aiosmtplib.SMTPResponseException):
        return False
    return asks_for_less(Answer(stage=Stage.CONNECT, code=error.code, text=error.message))


def _taken_over(client: SMTP, server: Server) -> Connection:
    transport = client.transport
    if transport is None:
        raise aiosmtplib.SMTPServerDisconnected("the connection was lost")
    wire = Wire(client)
    wire.connection_made(transport)
    transport.set_protocol(wire)
    # `drained` means: it is out of this program. Not 0: a TLS transport of Python 3.11 would then pause for nothing.
    cast(_Writing, transport).set_write_buffer_limits(high=1, low=0)
    client.protocol = wire
    return Connection(client=client, wire=wire, offers=Offers.read(client.esmtp_extensions), timeout=server.timeout)


def _secured(server: Server) -> ssl.SSLContext:
    return tls.context(verify=server.verify, ca_file=server.ca_file, setting="SMTP_CA_FILE")


def _in_words(error: Exception) -> str:
    cause = error.__cause__ or error.__context__ or error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not valid ({cause.verify_message})"
    if isinstance(cause, ssl.SSLError):
        return "no TLS connection could be made"
    if isinstance(error, aiosmtplib.SMTPTimeoutError | TimeoutError):
        return "no answer in time"
    if isinstance(cause, ConnectionRefusedError):
        return "nothing listens there"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror.lower()
    # What aiosmtplib says of its own holds no secret, but a server may say anything.
    said = without_addresses(re.sub(r"[^\x20-\x7e]", " ", str(error)))
    return said or type(error).__name__


def _hint(error: Exception) -> str:
    cause = error.__cause__ or error.__context__ or error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return "see that SMTP_HOST is the name in its certificate; SMTP_CA_FILE trusts an authority of your own"
    return "look at SMTP_HOST, SMTP_PORT and SMTP_SECURITY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """What a server offers to us, once logged in."""

    #: Names of EHLO's lines, "SIZE 35882577" with its value, sorted.
    offers: tuple[str, ...]
    #: Octets that it takes in one message; 0: it does not say.
    size: int
    #: Version of TLS and the moment at which its certificate ends, as it writes it; empty without TLS.
    tls: str
    certificate_ends: str
    #: Its answer to our return address: (code, text).
    sender: tuple[int, str]


async def inspect(server: Server, sender: str) -> Inspected:
    """Open a connection, log in, name our return address, take it back, go. Nothing is sent.

    Raises as `connect`.
    """
    line = await connect(server)
    try:
        extensions = line.client.esmtp_extensions
        secured = line.wire.transport.get_extra_info("ssl_object") if line.wire.transport else None
        certificate = secured.getpeercert() if secured else None
        try:
            answer = await line.client.mail(sender)
            said = (answer.code, answer.message)
            await line.client.rset()
        except aiosmtplib.SMTPResponseException as error:
            said = (error.code, error.message)
        except aiosmtplib.SMTPException as error:
            raise ServerUnreachable(f"{server.host}:{server.port}: {_in_words(error)}") from None
        return Inspected(
            offers=tuple(sorted(f"{name.upper()} {value}".strip() for name, value in extensions.items())),
            size=int(size) if (size := extensions.get("size", "")).isdigit() else 0,
            tls=secured.version() or "" if secured else "",
            certificate_ends=str((certificate or {}).get("notAfter", "")),
            sender=(said[0], without_addresses(said[1])),
        )
    finally:
        await close(line)


async def reset(line: Connection) -> bool:
    """Ready a connection for the next letter after a refusal. False: it is of no more use."""
    try:
        await line.client.rset()
    except aiosmtplib.SMTPException:
        return False
    return line.is_open


#: Seconds that a server has for its part of closing TLS.
_GOODBYE = 2.0


async def close(line: Connection) -> None:
    """Say goodbye, and do not mind how it is taken."""
    try:
        if line.is_open:
            await line.client.quit()
    except (aiosmtplib.SMTPException, OSError):
        pass
    finally:
        line.client.close()
        # A TLS transport has its own goodbye to exchange, and its socket stays open until then.
        if not await line.wire.lost(_GOODBYE):
            drop(line)


def drop(line: Connection) -> None:
    """Let go of a connection at once, whatever has not left yet."""
    _cut(line.client, line.wire.transport)


def _cut(client: SMTP, transport: object) -> None:
    if transport is not None:
        cast(_Writing, transport).abort()
    client.close()
