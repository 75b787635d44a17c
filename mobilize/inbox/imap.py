"""Edge: mail out of a mailbox, over IMAP (RFC 9051, RFC 3501) with imap-tools. Nothing is changed there unless told.

A folder is opened to be read alone, and bodies are fetched with BODY.PEEK: what an organiser has not read stays unread.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted, MailMessageFlags
from imap_tools.errors import ImapToolsError, MailboxLoginError

from mobilize import tls
from mobilize.errors import LoginRefused, ServerUnreachable, SettingsWrong, SourceUnreadable

#: Octets of one message that are fetched; of a longer one this much, which holds its text whatever is attached.
LARGEST = 50 * 1024 * 1024

#: Seconds after which a server may end an IDLE, less one minute (RFC 2177: 29 minutes).
LONGEST_IDLE = 28 * 60.0


#: An open mailbox.
Box = BaseMailBox


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A mailbox, and how to get in."""

    host: str
    port: int
    #: "tls", "starttls" or "none".
    security: str
    user: str
    password: str = field(default="", repr=False)
    #: OAuth2 bearer token, in place of a password (XOAUTH2).
    token: str = field(default="", repr=False)
    verify: bool = True
    ca_file: Path | None = None
    #: Seconds to wait for an answer.
    timeout: float = 60
    #: Whether the host is this machine: the only one that may do without TLS.
    loopback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """One folder, opened: its messages are named by UID as long as its UIDVALIDITY is the same (RFC 9051 2.3.1.1)."""

    box: Box
    name: str
    uidvalidity: int
    #: Whether it was opened to be changed: what is taken is marked there.
    writable: bool = False


def check(account: Account) -> None:
    """Refuse a mailbox that may not be used: not named, or unprotected and elsewhere. Raises SettingsWrong."""
    if not account.host or not account.user:
        missing = "IMAP_HOST" if not account.host else "IMAP_USER"
        raise SettingsWrong(f"{missing} is not set", hint="name your mailbox in .env; see config.example.env")
    if not account.password and not account.token:
        raise SettingsWrong("neither IMAP_PASSWORD nor IMAP_TOKEN is set", hint="set one of them in .env")
    if account.security == "none" and not account.loopback:
        raise SettingsWrong(
            "IMAP_SECURITY=none is for a server on this machine alone",
            hint="set IMAP_SECURITY=tls (port 993) or starttls (port 143)",
        )


@contextmanager
def opened(account: Account) -> Iterator[Box]:
    """Connect and log in; goodbye at the end, where all went well.

    Raises SettingsWrong, ServerUnreachable or LoginRefused; none of them says the password or the user's name.
    """
    check(account)
    box = _connected(account)
    whole = False
    try:
        _logged_in(box, account)
        yield box
        whole = True
    except (imaplib.IMAP4.abort, OSError) as error:
        raise ServerUnreachable(f"{account.host}:{account.port}: {_in_words(error)}") from None
    finally:
        _let_go(box, politely=whole)


def _let_go(box: Box, *, politely: bool) -> None:
    """End a connection; one that was broken off may be in the middle of a command, whose end a goodbye waits for."""
    try:
        if politely:
            box.logout()
        else:
            box.client.shutdown()
    except (ImapToolsError, imaplib.IMAP4.error, OSError):
        with suppress(OSError):
            box.client.shutdown()


def _connected(account: Account) -> Box:
    where = f"{account.host}:{account.port}"
    try:
        if account.security == "none":
            return MailBoxUnencrypted(account.host, account.port, timeout=account.timeout)
        kind = MailBox if account.security == "tls" else MailBoxStartTls
        secured = tls.context(verify=account.verify, ca_file=account.ca_file, setting="IMAP_CA_FILE")
        return kind(
            account.host,
            account.port,
            timeout=account.timeout,
            ssl_context=secured,
        )
    except (imaplib.IMAP4.error, ImapToolsError, OSError, EOFError) as error:
        hint = "look at IMAP_HOST, IMAP_PORT and IMAP_SECURITY"
        if isinstance(error, ssl.SSLCertVerificationError):
            hint = "see that IMAP_HOST is the name in its certificate; IMAP_CA_FILE trusts an authority of your own"
        raise ServerUnreachable(f"{where}: {_in_words(error)}", hint=hint) from None


def _logged_in(box: Box, account: Account) -> None:
    try:
        if account.token:
            box.xoauth2(account.user, account.token, initial_folder=None)
        elif account.user.isascii() and account.password.isascii():
            box.login(account.user, account.password, initial_folder=None)
        else:
            box.login_utf8(account.user, account.password, initial_folder=None)
    except (MailboxLoginError, imaplib.IMAP4.error) as error:
        if isinstance(error, imaplib.IMAP4.abort):
            raise
        what = "IMAP_TOKEN" if account.token else "IMAP_PASSWORD"
        raise LoginRefused(
            f"{account.host}:{account.port} does not let this user in", hint=f"look at IMAP_USER and {what}"
        ) from None


def folder(box: Box, name: str, *, writable: bool = False) -> Folder:
    """Open a folder. Raises SourceUnreadable, which names the folders that there are."""
    try:
        status = box.folder.status(name, ("UIDVALIDITY",))
        box.folder.set(name, readonly=not writable)
    except ImapToolsError:
        there = ", ".join(each.name for each in box.folder.list()[:20])
        raise SourceUnreadable(f"there is no folder {name!r} in the mailbox", hint=f"IMAP_FOLDER: {there}") from None
    return Folder(box=box, name=name, uidvalidity=int(status["UIDVALIDITY"]), writable=writable)


def uids(opened_folder: Folder, after: int) -> Sequence[int]:
    """UIDs of the messages that came after a UID, in order; 0: all."""
    # "7:*" names the last message too where that has a smaller number (RFC 9051 6.4.8).
    _, data = opened_folder.box.client.uid("SEARCH", f"UID {after + 1}:*")
    found = (int(uid) for part in data if part for uid in part.split())
    return sorted(uid for uid in found if uid > after)


_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


def message(opened_folder: Folder, uid: int) -> bytes | None:
    """The bytes of a message as they arrived; the beginning of one that is too long. None: it is gone, or not given."""
    client = opened_folder.box.client
    _, said = client.uid("FETCH", str(uid), "(RFC822.SIZE)")
    size = next((int(found[1]) for part in said if isinstance(part, bytes) and (found := _SIZE.search(part))), 0)
    what = f"BODY.PEEK[]<0.{LARGEST}>" if size > LARGEST else "BODY.PEEK[]"
    status, data = client.uid("FETCH", str(uid), f"({what})")
    if status != "OK":
        return None
    return next((bytes(part[1]) for part in data if isinstance(part, tuple) and len(part) > 1), None)


def flag(opened_folder: Folder, uid: int) -> None:
    """Mark a message as seen and flagged, so that who looks into the mailbox knows that it was taken."""
    opened_folder.box.flag([str(uid)], [MailMessageFlags.SEEN, MailMessageFlags.FLAGGED], value=True)


def wait(opened_folder: Folder, seconds: float) -> bool:
    """Wait until the server tells of something new, or so many seconds. Needs IDLE (RFC 2177): see `can_wait`."""
    return bool(opened_folder.box.idle.wait(timeout=min(seconds, LONGEST_IDLE)))


def can_wait(box: Box) -> bool:
    """Whether the server tells of new mail by itself."""
    return "IDLE" in {str(each).upper() for each in box.client.capabilities}


def _in_words(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid ({error.verify_message})"
    if isinstance(error, ssl.SSLError):
        return "no TLS connection could be made"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return "the connection was lost"
