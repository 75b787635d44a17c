"""A decoded mail: headers, addresses and the tree of its parts. Values only; `decode` makes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One mailbox of a header or of a printed header line."""

    #: The display name without quotes; "" where none was shown.
    name: str
    #: The address as printed; "" where only a name was shown.
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One MIME part, its transfer encoding undone."""

    #: "text/plain" style, lower case, without parameters.
    content_type: str
    #: The declared charset, lower case; "" where none was declared.
    charset: str = ""
    #: "inline", "attachment", or "".
    disposition: str = ""
    #: The decoded file name without folders; "" where none was given.
    filename: str = ""
    #: Content-ID without its angle brackets.
    content_id: str = ""
    #: Content-Location, by which MHTML-like mails name their pictures.
    location: str = ""
    #: The decoded bytes; empty for multipart and for an attached message.
    data: bytes = b""
    #: The decoded characters of a text part; None for every other.
    text: str | None = None
    #: The parts of a multipart.
    children: tuple[Part, ...] = ()
    #: The attached message of message/rfc822, or of an .eml sent as octet-stream.
    message: Mail | None = None

    def walk(self) -> Iterator[Part]:
        """This part and all below it in order, not entering attached messages."""
        pending = [self]
        while pending:
            part = pending.pop()
            yield part
            pending.extend(reversed(part.children))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One message, decoded. Made by `decode.decode`, which never raises."""

    #: (name as written, decoded value on one line), in order.
    headers: tuple[tuple[str, str], ...]
    from_: Address | None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    #: ISO 8601 as printed, with its offset; None where it is missing or unreadable.
    date: str | None = None
    #: The Date header as it was written.
    date_raw: str | None = None
    subject: str | None = None
    #: Without angle brackets, as are the two below.
    message_id: str | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    root: Part
    #: The header block's bytes, for those who judge it (signatures, delivery reports).
    raw_headers: bytes = b""
    #: What was cut because it went over a limit of `decode`: "headers", "depth", "parts", "size".
    limits: tuple[str, ...] = ()

    def get(self, name: str) -> str | None:
        """The first header of this name, whatever its case; None where there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def get_all(self, name: str) -> tuple[str, ...]:
        """All headers of this name in order."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)

    def parts(self) -> Iterator[Part]:
        """All parts in order, not entering attached messages."""
        return self.root.walk()
