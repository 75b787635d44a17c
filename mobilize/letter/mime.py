"""Letter -> Message: the envelope, and the bytes as they go over the wire.

Bytes are written straight, not through `email.message.EmailMessage`: the same letter takes 0.1 ms in place of 1.7 ms
(docs/decisions/012). Tests parse each back with the standard library and compare header by header, part by part.
Headers say nothing of who sat where: no X-Mailer, no host name, Date in UTC (domain/rules.md D5).
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import functools
import hashlib
import hmac
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.utils import format_datetime
from urllib.parse import quote

from mobilize.campaign.campaign import Sender
from mobilize.campaign.contacts import Audience
from mobilize.errors import LetterWrong
from mobilize.letter import token
from mobilize.letter.merge import Letter, LetterId

CRLF = "\r\n"

#: A display name that needs no quotes: atoms with one blank between (RFC 5322 3.2.3), "=?" kept out of it.
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/^_`{|}~-]+)*")

#: RFC 5322 2.1.1: lines of a header should not be longer.
_FOLD = 76

#: UTF-8 bytes of one encoded word: base64 makes 60 characters of 45, and RFC 2047 allows 75 with its frame.
_WORD_BYTES = 39

#: What no header may hold: C0 and C1 controls, DEL, line and paragraph separators, bidirectional overrides (spoofing).
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One file that goes with a letter."""

    #: As the addressee sees it; any script.
    name: str
    #: "application/pdf".
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A letter ready for the wire."""

    letter: LetterId
    #: MAIL FROM: where bounces go.
    envelope_sender: str
    #: RCPT TO: the addresses of one contact, To first.
    recipients: tuple[str, ...]
    #: With its angle brackets.
    message_id: str
    #: Lines end in CRLF, none is longer than 998 octets; not dot-stuffed, which is the SMTP client's.
    data: bytes
    #: Whether a local part needs SMTPUTF8 (RFC 6531).
    needs_smtputf8: bool
    #: Whether every line ends in CRLF: a bare CR or LF lets a server see two messages in one (SMTP smuggling).
    is_clean: bool = field(init=False)
    #: Of the data (hex).
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        """Look through the data here, where it is made: many processes make letters, and one carries them all."""
        data = self.data
        object.__setattr__(self, "is_clean", data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r"))
        object.__setattr__(self, "sha256", hashlib.sha256(data).hexdigest())


def message_id(key: bytes, letter: Letter, address: str) -> str:
    """Name a message: function of campaign, contact, round and text, unguessable without the key.

    A letter that is sent again by force bears the same name, so a receiver can tell (RFC 5322 3.6.4).
    """
    what = "\0".join((letter.campaign, letter.contact.id, str(letter.round), letter.digest))
    digest = hmac.new(key, b"message-id:" + what.encode(), hashlib.sha256).digest()
    return f"<{base64.b32encode(digest[:20]).decode().lower()}@{address.rpartition('@')[2]}>"


def build(
    letter: Letter,
    *,
    text: str,
    html: str,
    attachments: Sequence[Attachment],
    sender: Sender,
    key: bytes,
    now: dt.datetime,
    answers_until: dt.date,
    pages: str = "",
) -> Message:
    """Build the message of one letter: text and HTML, each with all of it, and the attachments.

    key: the installation's secret. now: aware, becomes the Date. answers_until: the reply token ends with this day.
    pages: where `mobilize serve` is reached over https; empty: nowhere.
    Raises LetterWrong where a header would hold a control character or a line end (B5).
    """
    name = message_id(key, letter, sender.address)
    own = token.make(key, letter.id, answers_until)
    reply_to = token.reply_address(sender.address, own)
    to, *copies = letter.contact.emails
    fields = [
        ("From", _mailbox(sender.organisation, sender.address)),
        ("To", to),
        *([("Cc", f",{CRLF} ".join(copies))] if copies else []),
        ("Reply-To", reply_to),
        ("Subject", _unstructured("Subject", f"{letter.subject} [{_marked(letter)}]")),
        ("Date", _date(now.astimezone(dt.UTC).replace(microsecond=0))),
        ("Message-ID", name),
        ("Content-Language", letter.language),
        *_list_fields(letter, reply_to, f"{pages}/leave/{own}" if pages else ""),
        ("MIME-Version", "1.0"),
    ]
    _refuse_unsafe(letter, (sender.organisation, letter.subject, *letter.contact.emails, sender.address))
    boundary = name[1:25]
    head = "".join(f"{field}: {value}{CRLF}" for field, value in fields)
    body = _mixed(boundary, letter.language, text, html, attachments)
    return Message(
        letter=letter.id,
        envelope_sender=sender.address,
        recipients=letter.contact.emails,
        message_id=name,
        data=head.encode("utf-8") + body,
        needs_smtputf8=not all(each.isascii() for each in (sender.address, *letter.contact.emails)),
    )


@functools.lru_cache(maxsize=64)
def _date(moment: dt.datetime) -> str:
    return format_datetime(moment)


def _marked(letter: Letter) -> str:
    """The reference as a subject shows it.

    Filters look at a subject's Latin letters alone: one in Arabic, Russian or Chinese whose only Latin ones are a
    symbol and our reference is "all capitals" to them (SpamAssassin gave five of our templates half a point for it).
    """
    return letter.reference if re.search("[a-z]", letter.subject) else f"Ref. {letter.reference}"


def _list_fields(letter: Letter, reply_to: str, page: str) -> Iterator[tuple[str, str]]:
    """A way to unsubscribe on mail to NGOs alone: in a letter to a minister it would be wrong in tone (rules A)."""
    if letter.contact.audience is Audience.NGO:
        mail = f"<mailto:{quote(reply_to, safe='@+.')}?subject=unsubscribe>"
        # RFC 2369; by one click where there is a page that takes it (RFC 8058 3.1).
        yield "List-Unsubscribe", f"<{page}>,{CRLF} {mail}" if page else mail
        if page:
            yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"


def _refuse_unsafe(letter: Letter, values: Sequence[str]) -> None:
    for value in values:
        if _FORBIDDEN.search(value):
            raise LetterWrong(
                "a header would hold a line end or a control character",
                letter=letter.contact.id,
                hint=f"look at contacts.csv:{letter.contact.line} and at the template's subject",
            )


# --- the body --------------------------------------------------------------------------------------------------------


def _mixed(boundary: str, language: str, text: str, html: str, attachments: Sequence[Attachment]) -> bytes:
    """multipart/mixed of multipart/alternative and the attachments (RFC 2046 5.1)."""
    inner = f"a.{boundary}"
    alternative = b"".join(
        (
            f'Content-Type: multipart/alternative; boundary="{inner}"{CRLF}{CRLF}'.encode(),
            _open(inner),
            _text_part("plain", language, text),
            _open(inner),
            _text_part("html", language, html),
            _shut(inner),
        )
    )
    if not attachments:
        return alternative
    outer = f"m.{boundary}"
    parts = [f'Content-Type: multipart/mixed; boundary="{outer}"{CRLF}{CRLF}'.encode(), _open(outer), alternative]
    for attachment in attachments:
        parts += [_open(outer), _attachment(attachment)]
    return b"".join((*parts, _shut(outer)))


def _open(boundary: str) -> bytes:
    return f"--{boundary}{CRLF}".encode()


def _shut(boundary: str) -> bytes:
    return f"--{boundary}--{CRLF}".encode()


def _text_part(subtype: str, language: str, text: str) -> bytes:
    encoding, data = _transfer(text)
    head = (
        f"Content-Type: text/{subtype}; charset=utf-8{CRLF}"
        f"Content-Language: {language}{CRLF}"
        f"Content-Transfer-Encoding: {encoding}{CRLF}{CRLF}"
    )
    return head.encode() + data


_SEVEN_BIT = bytes(range(0x80))


def _transfer(text: str) -> tuple[str, bytes]:
    """Encode a text so that it passes any relay: quoted-printable where it stays readable, else base64."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n") + "\n"
    raw = whole.encode()
    # One octet in six: base64 is then shorter. A sign has at most twice the octets by which it lengthens the text.
    may_be = 12 * (len(raw) - len(whole)) > len(raw)
    if may_be and len(raw.translate(None, delete=_SEVEN_BIT)) * 6 > len(raw):
        return "base64", _base64_lines(raw.replace(b"\n", b"\r\n"))
    return "quoted-printable", b"".join(map(_quoted, raw.removesuffix(b"\n").split(b"\n")))


@functools.lru_cache(maxsize=4096)
def _quoted(line: bytes) -> bytes:
    """One line in quoted-printable (RFC 2045 6.7), ended by CRLF; the letters of a campaign share most of theirs."""
    return binascii.b2a_qp(line + b"\n", istext=True).replace(b"\n", b"\r\n")


def _attachment(attachment: Attachment) -> bytes:
    # A name is never a path, on any system.
    name = re.sub(r'[\\/:*?"<>|]', "_", _FORBIDDEN.sub("", attachment.name))
    head = (
        f"Content-Type: {attachment.content_type}{CRLF}"
        f"Content-Disposition: attachment{_file_name(name)}{CRLF}"
        f"Content-Transfer-Encoding: base64{CRLF}{CRLF}"
    )
    return head.encode("ascii") + _base64_lines(attachment.data)


def _file_name(name: str) -> str:
    """The name in ASCII for old programs, and whole by RFC 2231 where it has more (complaints D 30)."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    if name.isascii():
        return f';{CRLF} filename="{plain}"'
    return f";{CRLF} filename*=utf-8''{quote(name, safe='')};{CRLF} filename=\"{plain}\""


def _base64_lines(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


# --- headers ---------------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=64)
def _mailbox(name: str, address: str) -> str:
    """A display name and an address (RFC 5322 3.4); a name that is not plain ASCII in encoded words (RFC 2047 5)."""
    # Runs of blanks do not survive a phrase; readers fold them anyhow.
    name = " ".join(name.split())
    if not name:
        return address
    if not name.isascii():
        return f"{_encoded(name, len('From: '))}{CRLF} <{address}>"
    if _ATOMS.fullmatch(name):
        return f"{name} <{address}>"
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" <{address}>'


def _unstructured(field: str, value: str) -> str:
    """A free text: as it is where it is ASCII, folded at blanks; else in encoded words (RFC 2047)."""
    words = value.split(" ")
    plain = value.isascii() and "=?" not in value and max(map(len, words)) < _FOLD
    return _folded(words, len(field) + 2) if plain else _encoded(value, len(field) + 2)


def _folded(words: Sequence[str], used: int) -> str:
    lines = [""]
    for number, word in enumerate(words):
        room = _FOLD - len(lines[-1]) - (used if len(lines) == 1 else 0)
        # A folded line must hold more than blanks, or it is lost on the way (RFC 5322 2.2.3): so only before a word.
        if number and word and len(word) + 1 > room and lines[-1].strip():
            lines.append("")
        lines[-1] += f" {word}" if number else word
    return CRLF.join(lines)


def _encoded(value: str, used: int) -> str:
    """Cut a text into encoded words, never inside a character (RFC 2047 2 and 5)."""
    words = []
    chunk = b""
    room = max(12, _WORD_BYTES - used)
    for character in value:
        octets = character.encode()
        if len(chunk) + len(octets) > room:
            words.append(chunk)
            chunk, room = b"", _WORD_BYTES
        chunk += octets
    words.append(chunk)
    return f"{CRLF} ".join(f"=?utf-8?b?{base64.b64encode(word).decode()}?=" for word in words)
