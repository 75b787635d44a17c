"""Bytes to a Mail. Never raises: what cannot be read is left out and marked, the rest is kept.

Own splitting instead of `email.parser`: that raises on some headers, lets a lone CR bring in a header, and does not
open what was sent against the rules (docs/decisions/050). RFC 5322, 2045-2047, 2231.
"""

from __future__ import annotations

import binascii
import quopri
import re

from mobilize.inbox import dates, msg, tnef
from mobilize.inbox.addresses import mailboxes
from mobilize.inbox.charsets import characters
from mobilize.inbox.fields import Fields, cut, parameters
from mobilize.inbox.mail import Address, Mail, Part
from mobilize.inbox.words2047 import decode_header

#: Most servers refuse mails over 25-50 MB; the rest of a larger one is not looked at.
MOST_BYTES = 50_000_000
#: No program writes headers over 64 KB.
MOST_HEADER_BYTES = 262_144
#: Real mail nests up to about eight levels (a forward of a forward with alternatives).
MOST_DEPTH = 40
MOST_PARTS = 2_000
#: Bytes of attached messages that are opened, all levels together: 200 forwards of one long mail are one long mail.
MOST_ATTACHED = 60_000_000
#: A text longer than this is no letter: it is kept as an attachment's bytes, and its beginning as text.
MOST_TEXT = 2_000_000

_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_ID = re.compile(r"<\s*([^<>\s]{1,512})\s*>")


def decode(data: bytes) -> Mail:
    """The mail in these bytes, decoded to the last part within the limits above; an Outlook .msg file is one too."""
    if msg.is_msg(data):
        data = msg.message(data[:MOST_BYTES]) or data
    return _Decoding().mail(data, 0)


class _Decoding:
    """One mail's decoding: counts parts over all levels and notes limits that were met."""

    def __init__(self) -> None:
        self.parts = 0
        self.attached = 0
        self.met: list[str] = []

    def mail(self, data: bytes, depth: int) -> Mail:
        end = self._within(data, MOST_BYTES, "size")
        fields, body = cut(data, 0, min(end, MOST_HEADER_BYTES))
        if body >= MOST_HEADER_BYTES:
            self._mark("headers")
            body = _after_blank_line(data, body)
        root = self._unwrapped(self.part(fields, data[body:end], depth), depth)
        hint = next((part.charset for part in root.walk() if part.charset), "")
        headers = tuple((name, decode_header(value, charset=hint)) for name, value in fields)
        return _mail(headers, root, data[:body], tuple(dict.fromkeys(self.met)) if depth == 0 else ())

    def part(self, fields: Fields, body: bytes, depth: int, *, default: str = "text/plain") -> Part:
        self.parts += 1
        kind, params = _field(fields, "content-type")
        if not re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind):
            kind = "text/html" if kind in ("html", "text/htm") else default
        disposition, more = _field(fields, "content-disposition")
        encoding = _field(fields, "content-transfer-encoding")[0]
        made = Part(
            content_type=kind,
            charset=params.get("charset", "").lower(),
            disposition=disposition if disposition in ("inline", "attachment") else "attachment" * bool(disposition),
            filename=_basename(more.get("filename") or params.get("name") or ""),
            content_id=decode_header(_raw(fields, "content-id")).strip("<>"),
            location=decode_header(_raw(fields, "content-location")),
        )
        if kind.startswith("multipart/"):
            return self._multipart(made, params.get("boundary", ""), body, encoding, depth)
        content = _transfer_decoded(body, encoding)
        if msg.is_msg(content) and (whole := msg.message(content)) is not None:
            return self._message(_as(made, content_type="message/rfc822"), whole, depth)
        if _is_message(made, content):
            return self._message(made, content, depth)
        return _leaf(made, content)

    def _multipart(self, made: Part, boundary: str, body: bytes, encoding: str, depth: int) -> Part:
        pieces = _split(body, boundary.encode("utf-8", "replace"))
        if pieces is None and encoding in ("quoted-printable", "base64"):
            pieces = _split(_transfer_decoded(body, encoding), boundary.encode("utf-8", "replace"))
        if pieces is None:  # no boundary anywhere: all that is left is text
            return _leaf(_as(made, content_type="text/plain"), body)
        if depth >= MOST_DEPTH:
            self._mark("depth")
            return _as(made, data=body)
        default = "message/rfc822" if made.content_type == "multipart/digest" else "text/plain"
        children: list[Part] = []
        whole, places = pieces
        for begin, end in places:
            if self.parts >= MOST_PARTS:
                self._mark("parts")
                break
            fields, start = cut(whole, begin, min(end, begin + MOST_HEADER_BYTES))
            if whole[begin : begin + 1] in (b"\n", b"\r"):  # a part without fields begins with an empty line
                fields, start = (), begin + 1 + whole.startswith(b"\r\n", begin)
            children.append(self.part(fields, whole[min(start, end) : end], depth + 1, default=default))
        return _as(made, children=tuple(children))

    def _message(self, made: Part, content: bytes, depth: int) -> Part:
        if depth >= MOST_DEPTH or self.parts >= MOST_PARTS:
            self._mark("depth")
            return _as(made, data=content)
        self.attached += len(content)
        if self.attached > MOST_ATTACHED:
            self._mark("size")
            return made
        return _as(made, data=content, message=self.mail(content.lstrip(b"\r\n"), depth + 1))

    def _unwrapped(self, root: Part, depth: int) -> Part:
        """The same mail with what a winmail.dat wraps in its place; its text counts where the mail has no other."""
        if not any(tnef.is_wrapper(part.content_type, part.filename, part.data) for part in root.walk()):
            return root
        has_text = any(part.text and part.text.strip() for part in root.walk())
        return self._opened(root, depth, take_text=not has_text)

    def _opened(self, part: Part, depth: int, *, take_text: bool) -> Part:
        if part.children:
            return _as(part, children=tuple(self._opened(each, depth, take_text=take_text) for each in part.children))
        if depth >= MOST_DEPTH or not tnef.is_wrapper(part.content_type, part.filename, part.data):
            return part
        found = tnef.unwrapped(part.data)
        if found is None:
            return part
        texts = found.texts if take_text else ()
        inner = [_leaf(Part(content_type=kind, charset="utf-8" * _is_utf8(data)), data) for kind, data in texts]
        for name, kind, data in found.files[: max(0, MOST_PARTS - self.parts)]:
            self.parts += 1
            made = Part(content_type=kind, disposition="attachment", filename=_basename(name))
            inner.append(self._message(made, data, depth) if _is_message(made, data) else _leaf(made, data))
        body = Part(content_type="multipart/alternative", children=tuple(inner[: len(texts)]))
        rest = tuple(inner[len(texts) :])
        # It stays the file that was sent, by its name; what lay in it stands below it.
        return _as(part, children=(body, *rest) if texts else rest)

    def _within(self, data: bytes, most: int, mark: str) -> int:
        """Where to stop in some bytes. They are not copied: a long mail would be there twice."""
        if len(data) > most:
            self._mark(mark)
        return min(len(data), most)

    def _mark(self, mark: str) -> None:
        self.met.append(mark)


def _mail(headers: tuple[tuple[str, str], ...], root: Part, raw: bytes, limits: tuple[str, ...]) -> Mail:
    def first(name: str) -> str | None:
        return next((value for key, value in headers if key.lower() == name and value), None)

    def people(name: str) -> tuple[Address, ...]:
        return mailboxes(", ".join(value for key, value in headers if key.lower() == name))

    def ids(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_ID.findall(first(name) or "")))

    senders = people("from") or people("sender")
    message_id = first("message-id") or ""
    return Mail(
        headers=headers,
        from_=next((each for each in senders if each.address), senders[0] if senders else None),
        to=people("to"),
        cc=people("cc"),
        reply_to=people("reply-to"),
        date=dates.header_date(first("date") or ""),
        date_raw=first("date"),
        subject=first("subject"),
        message_id=next(iter(_ID.findall(message_id)), message_id.strip("<> ") or None),
        in_reply_to=ids("in-reply-to"),
        references=ids("references"),
        root=root,
        raw_headers=raw,
        limits=limits,
    )


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _as(part: Part, **changes: object) -> Part:
    """A copy with some fields changed (dataclasses.replace, typed for what is used here)."""
    values = {name: getattr(part, name) for name in Part.__dataclass_fields__} | changes
    return Part(**values)


def _leaf(made: Part, content: bytes) -> Part:
    # message/delivery-status and its kin are text too; an attached message that is too deep is not.
    is_text = made.content_type.startswith(("text/", "message/")) and made.content_type != "message/rfc822"
    if not is_text:
        return _as(made, data=content)
    charset = made.charset
    if not charset and made.content_type == "text/html" and (found := _META_CHARSET.search(content[:4_096])):
        charset = found[1].decode("ascii")
    text = characters(content[:MOST_TEXT], charset)
    return _as(made, data=content, text=text.replace("\r\n", "\n").replace("\r", "\n"))


def _field(fields: Fields, name: str) -> tuple[str, dict[str, str]]:
    raw = _raw(fields, name)
    return parameters(raw) if raw else ("", {})


def _raw(fields: Fields, name: str) -> bytes:
    return next((value for key, value in fields if key.lower() == name), b"")


def _basename(name: str) -> str:
    """A file name without folders, as one line."""
    return " ".join(re.split(r"[/\\]", name)[-1].split())[:255]


def _is_message(part: Part, content: bytes) -> bool:
    """An attached message: declared as one, or an .eml file that begins with header fields."""
    if part.content_type in ("message/rfc822", "message/global"):
        return True
    if not part.filename.lower().endswith(".eml"):
        return False
    fields, _ = cut(content.lstrip(b"\r\n"), 0, 65_536)
    return len({name.lower() for name, _ in fields} & {"from", "date", "to", "subject", "message-id", "received"}) > 1


def _transfer_decoded(body: bytes, encoding: str) -> bytes:
    """RFC 2045 6: the transfer encoding undone; what is damaged is decoded as far as it goes."""
    if encoding == "quoted-printable":
        return quopri.decodestring(body)
    if encoding == "base64":
        return _base64(body)
    if encoding in ("x-uuencode", "uuencode", "x-uue"):
        return _uudecoded(body)
    return body


def _base64(body: bytes) -> bytes:
    try:
        return binascii.a2b_base64(body)  # passes over what is not of its alphabet, and stops at the padding
    except (binascii.Error, ValueError):
        pass
    cleaned = body.split(b"=", 1)[0].translate(None, delete=_NOT_BASE64)
    cleaned = cleaned[: len(cleaned) - (len(cleaned) % 4 == 1)]
    return binascii.a2b_base64(cleaned + b"=" * (-len(cleaned) % 4))


def _uudecoded(body: bytes) -> bytes:
    out: list[bytes] = []
    for line in body.splitlines():
        if line.startswith((b"begin ", b"end")):
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except (binascii.Error, ValueError):
            continue
    return b"".join(out)


#: Bytes, and where in them each part begins and ends.
_Pieces = tuple[bytes, list[tuple[int, int]]]


def _split(body: bytes, boundary: bytes) -> _Pieces | None:
    """The parts between the delimiter lines (RFC 2046 5.1.1); None where the boundary never comes.

    Places, not copies: the parts of a long mail are as long as it is. A missing closing delimiter ends the last part at
    the end. Without a boundary parameter, the first line that begins with "--" is taken for one.
    """
    if not boundary:
        found = re.search(rb"(?:\A|\n)--([^\s-][^\r\n]{2,68}?)[ \t]*\r?\n[A-Za-z-]+:", body[:65_536])
        if not found:
            return None
        boundary = found[1]
    delimiter = b"--" + boundary.rstrip()
    pieces: list[tuple[int, int]] = []
    start = -1
    at = body.find(delimiter)
    while at >= 0:
        after = at + len(delimiter)
        closing = body[after : after + 2] == b"--"
        tail = body[after + 2 * closing : after + 2 * closing + 1]
        if (at == 0 or body[at - 1 : at] in (b"\n", b"\r")) and tail in (b"\n", b"\r", b" ", b"\t", b""):
            if start >= 0:
                pieces.append((start, _before_line_end(body, at, start)))
            if closing:
                return body, pieces
            line_end = body.find(b"\n", after)
            if line_end < 0:
                line_end = body.find(b"\r", after)
            start = len(body) if line_end < 0 else line_end + 1
            after = start
        at = body.find(delimiter, after)
    if start >= 0:
        pieces.append((start, len(body)))
        return body, pieces
    return None


def _before_line_end(body: bytes, at: int, start: int) -> int:
    """The line end before a delimiter belongs to the delimiter."""
    if at > start and body[at - 1 : at] == b"\n":
        at -= 1
    if at > start and body[at - 1 : at] == b"\r":
        at -= 1
    return at


def _after_blank_line(data: bytes, at: int) -> int:
    found = re.compile(rb"\r?\n\r?\n").search(data, at)
    return found.end() if found else len(data)
