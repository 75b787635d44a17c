"""Connections to the mail server: opened, secured and logged in with aiosmtplib, or refused in plain words."""

from __future__ import annotations

import ipaddress
import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path

import aiosmtplib
from aiosmtplib import SMTP

from mobilize.errors import LoginRefused, ServerUnreachable, SettingsWrong
from mobilize.letter.mime import Message
from mobilize.post.verdict import Answer, Stage, without_addresses


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


async def connect(server: Server) -> SMTP:
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
        tls_context=None if server.security == "none" else _context(server),
    )
    where = f"{server.host}:{server.port}"
    try:
        await client.connect()
        if server.user:
            await client.login(server.user, server.password)
    except aiosmtplib.SMTPAuthenticationError as error:
        client.close()
        raise LoginRefused(f"{where} answered {error.code}", hint="look at SMTP_USER and SMTP_PASSWORD") from None
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        client.close()
        raise ServerUnreachable(f"{where}: {_in_words(error)}", hint=_hint(error)) from None
    return client


def _context(server: Server) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context()
        if server.ca_file is not None:
            context.load_verify_locations(cafile=server.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise SettingsWrong(f"SMTP_CA_FILE cannot be read: {error.strerror or 'not a PEM file'}") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not server.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


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


async def envelope(client: SMTP, message: Message) -> Answer | None:
    """Say MAIL FROM and RCPT TO. None: all is accepted; else the answer that decides, and nothing was handed over.

    A server that takes some addresses of an office and refuses others has taken the letter: it goes to those.
    """
    options = _options(client, message)
    if isinstance(options, Answer):
        return options
    encoding = "utf-8" if message.needs_smtputf8 else "ascii"
    try:
        await client.mail(message.envelope_sender, options=options, encoding=encoding)
    except aiosmtplib.SMTPException as error:
        return answer_of(error, Stage.MAIL)
    refused: Answer | None = None
    taken = 0
    for recipient in message.recipients:
        try:
            await client.rcpt(recipient, encoding=encoding)
            taken += 1
        except aiosmtplib.SMTPException as error:
            answer = answer_of(error, Stage.RCPT)
            if answer.code is None:
                return answer
            # "Later" for one address outweighs "never" for another: the office may yet be reached.
            if refused is None or answer.code < 500:  # noqa: PLR2004
                refused = answer
    return None if taken else refused


def _options(client: SMTP, message: Message) -> list[str] | Answer:
    """Parameters of MAIL FROM, as far as EHLO offers them (RFC 1870, RFC 6152, RFC 6531)."""
    options = []
    if client.supports_extension("size"):
        limit = client.esmtp_extensions.get("size", "")
        if limit.isdigit() and 0 < int(limit) < len(message.data):
            return Answer(stage=Stage.MAIL, code=552, text="5.3.4 larger than the server's SIZE")
        options.append(f"SIZE={len(message.data)}")
    if message.needs_smtputf8:
        if not client.supports_extension("smtputf8"):
            return Answer(stage=Stage.MAIL, code=553, text="5.6.7 the server does not offer SMTPUTF8")
        options.append("SMTPUTF8")
    return options


async def text(client: SMTP, message: Message) -> Answer:
    """Hand the message over and wait for the answer after the final dot. Never raises for what the server does."""
    try:
        answer = await client.data(message.data)
    except aiosmtplib.SMTPDataError as error:
        # A refusal of DATA itself, or of the text: both say that nothing was taken (RFC 5321 4.2.5).
        return Answer(stage=Stage.TEXT, code=error.code, text=error.message)
    except aiosmtplib.SMTPException as error:
        return answer_of(error, Stage.TEXT)
    return Answer(stage=Stage.TEXT, code=answer.code, text=answer.message)


async def reset(client: SMTP) -> bool:
    """Ready a connection for the next letter after a refusal. False: it is of no more use."""
    try:
        await client.rset()
    except aiosmtplib.SMTPException:
        return False
    return client.is_connected


async def close(client: SMTP) -> None:
    """Say goodbye, and do not mind how it is taken."""
    try:
        await client.quit()
    except (aiosmtplib.SMTPException, OSError):
        client.close()


def answer_of(error: aiosmtplib.SMTPException, stage: Stage) -> Answer:
    """What an error of aiosmtplib says of the server's answer; 421 while disconnecting is an answer too."""
    code = getattr(error, "code", None)
    message = getattr(error, "message", "")
    known = isinstance(code, int) and code > 0
    return Answer(stage=stage, code=code if known else None, text=str(message))
