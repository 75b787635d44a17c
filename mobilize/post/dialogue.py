"""The words of an SMTP conversation: what we say in one breath, and what a server's bytes mean. No socket, no clock.

RFC 5321 4.2 (replies) and 4.5.2 (transparency); RFC 2920 (several commands in one breath).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mobilize.letter.mime import Message

#: What one reply may hold in all: EHLO answers take a few kilobytes, and a server that never ends one must be left.
LONGEST_REPLY = 32 * 1024

#: After the text: a line with a dot alone.
END = b".\r\n"


class NotSmtp(Exception):
    """What came from the server is no SMTP reply."""


class CutOff(Exception):
    """No reply comes any more, or not in time; its text says which, and holds nothing of the server's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One reply of the server."""

    #: From 200 to 599.
    code: int
    #: Its lines without their codes, blanks between; may hold addresses.
    text: str


@dataclass(slots=True)
class Replies:
    """Bytes as they come in -> replies, however the network cut them."""

    buffer: bytearray = field(default_factory=bytearray)
    _lines: list[bytes] = field(default_factory=list)

    def feed(self, data: bytes) -> list[Reply]:
        """Take bytes; returns the replies that are now whole. Raises NotSmtp: the connection is then of no use."""
        self.buffer += data
        found = []
        while (end := self.buffer.find(b"\n")) >= 0:
            line = bytes(self.buffer[:end]).rstrip(b"\r")
            del self.buffer[: end + 1]
            self._lines.append(line)
            if not _goes_on(line):
                found.append(_reply(self._lines))
                self._lines = []
        if len(self.buffer) + sum(map(len, self._lines)) > LONGEST_REPLY:
            raise NotSmtp("a reply that does not end")
        return found


def _goes_on(line: bytes) -> bool:
    """Whether more lines of the same reply follow ("250-SIZE"). Raises NotSmtp where it is no reply line."""
    if not (line[:3].isdigit() and line[:1] in b"2345" and line[3:4] in (b"", b" ", b"-")):
        raise NotSmtp("not an SMTP reply")
    return line[3:4] == b"-"


def _reply(lines: list[bytes]) -> Reply:
    codes = {line[:3] for line in lines}
    if len(codes) != 1:
        raise NotSmtp("a reply with two codes")
    text = " ".join(line[4:].decode("utf-8", "replace").strip() for line in lines)
    return Reply(code=int(codes.pop()), text=text.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What the server said in EHLO that it can do."""

    #: Octets that a message may have (RFC 1870); None: not offered; 0: no fixed limit.
    size: int | None = None
    eightbitmime: bool = False
    smtputf8: bool = False
    pipelining: bool = False

    @classmethod
    def read(cls, extensions: Mapping[str, str]) -> Offers:
        """Read the keywords of an EHLO answer, lower case, with their parameters."""
        size = extensions.get("size")
        return cls(
            size=None if size is None else int(size) if size.isdecimal() else 0,
            eightbitmime="8bitmime" in extensions,
            smtputf8="smtputf8" in extensions,
            pipelining="pipelining" in extensions,
        )


def envelope(message: Message, offers: Offers) -> tuple[bytes, ...]:
    """MAIL FROM, one RCPT TO an address, and DATA, each a line (RFC 5321 3.3), with what EHLO offered."""
    options = []
    if offers.size is not None:
        options.append(f" SIZE={len(message.data)}")
    if message.needs_smtputf8:
        options.append(" SMTPUTF8")
    if message.needs_smtputf8 and offers.eightbitmime:
        # Headers hold UTF-8 then (RFC 6532); all else of ours is 7 bit by its transfer encoding.
        options.append(" BODY=8BITMIME")
    lines = (
        f"MAIL FROM:<{message.envelope_sender}>{''.join(options)}",
        *(f"RCPT TO:<{recipient}>" for recipient in message.recipients),
        "DATA",
    )
    return tuple(f"{line}\r\n".encode() for line in lines)


def breaths(lines: tuple[bytes, ...], offers: Offers) -> tuple[bytes, ...]:
    """Join commands that may go in one write: all of them under PIPELINING, where DATA comes last (RFC 2920 3.1)."""
    return (b"".join(lines),) if offers.pipelining else lines


def stuffed(data: bytes) -> bytes:
    """The text as it goes over the wire, without its final dot: a line that begins with a dot gets a second one."""
    whole = data if data.endswith(b"\r\n") else data + b"\r\n"
    stuffed = whole.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed
