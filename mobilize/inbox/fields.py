"""Header fields: the block of a message or part cut into fields, and parameters out of one (RFC 5322 2.2, RFC 2231)."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from mobilize.inbox.charsets import characters
from mobilize.inbox.words2047 import decode_header

#: A field name is printable ASCII without colon (RFC 5322 2.2); a space before the colon is the obsolete form.
_FIELD = re.compile(rb"([!-9;-~]{1,128})[ \t]*:[ \t]*(.*)", re.DOTALL)
_PARAM = re.compile(r";\s*([^\s=;*]+)(\*\d+)?(\*)?\s*=\s*(\"(?:\\.|[^\"\\])*\"?|[^;]*)")
#: Real mails have under 100 fields; lists of trace fields under 300.
MOST_FIELDS = 2_000

Fields = tuple[tuple[str, bytes], ...]


def cut(data: bytes, start: int = 0, end: int | None = None) -> tuple[Fields, int]:
    """The fields of the header block that begins at `start`, and where the body begins.

    A mail that begins with the body (no field in the first line) has no fields. A line in the block that is no field
    (a fold whose indentation was lost) belongs to the field above it where more fields follow, else the body begins.
    """
    end = len(data) if end is None else end
    fields: list[tuple[str, bytes]] = []
    value: list[bytes] = []
    name = ""
    at = start
    while at < end:
        line, following = _line(data, at, end)
        if not line.strip():
            at = following if fields or name or at > start else _past_blank(data, at, end)
            if fields or name or at >= end:
                break
            continue
        found = _FIELD.fullmatch(line)
        if line[:1] in b" \t" and name:
            value.append(line)
        elif found and not line.startswith(b">From "):
            _keep(fields, name, value)
            name, value = found[1].decode("ascii"), [found[2]]
        elif not name and line.startswith((b"From ", b">From ")):
            pass  # the mbox line
        elif not _field_follows(data, following, end) or not name:
            break
        else:
            value.append(line)
        at = following
    _keep(fields, name, value)
    return tuple(fields), at


def _keep(fields: list[tuple[str, bytes]], name: str, value: list[bytes]) -> None:
    if name and len(fields) < MOST_FIELDS:
        fields.append((name, b" ".join(value)))


def _line(data: bytes, at: int, end: int) -> tuple[bytes, int]:
    """The line at `at` without its end, and where the next begins. A lone CR ends a line only where there is no LF."""
    stop = data.find(b"\n", at, end)
    if stop < 0:
        stop = data.find(b"\r", at, end) if data.find(b"\n") < 0 else -1
        return (data[at:end], end) if stop < 0 else (data[at:stop], stop + 1)
    return data[at:stop].rstrip(b"\r"), stop + 1


def _past_blank(data: bytes, at: int, end: int) -> int:
    """Empty lines before the first field are skipped where a field follows them."""
    while at < end:
        line, following = _line(data, at, end)
        if line.strip():
            return at
        at = following
    return end


def _field_follows(data: bytes, at: int, end: int) -> bool:
    line, _ = _line(data, at, min(end, at + 2_000))
    return bool(re.match(rb"[A-Za-z][A-Za-z0-9-]*:[ \t]", line))


def parameters(raw: bytes) -> tuple[str, dict[str, str]]:
    """A field's first word in lower case, and its parameters decoded (RFC 2231 continuations, RFC 2047 misuse)."""
    text = characters(raw)
    text = re.sub(r"[\r\n\t ]+", " ", text)
    value = text.split(";", 1)[0].strip().lower()
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for found in _PARAM.finditer(text, len(text.split(";", 1)[0])):
        number = int(found[2][1:5]) if found[2] else -1
        pieces.setdefault(found[1].lower(), []).append((number, bool(found[3]), _unquoted(found[4])))
    return value, {name: _parameter(found) for name, found in pieces.items()}


def _unquoted(text: str) -> str:
    text = text.strip()
    if text.startswith('"'):
        return re.sub(r"\\(.)", r"\1", text[1:].removesuffix('"'))
    return text


def _parameter(pieces: list[tuple[int, bool, str]]) -> str:
    """One parameter out of its pieces, in the order of their numbers."""
    if pieces[0][0] < 0 and not pieces[0][1]:
        return decode_header(pieces[0][2].encode("utf-8", "replace"))
    charset, data = "", b""
    for at, (_, encoded, text) in enumerate(sorted(pieces)):
        part = text
        if encoded and at == 0 and part.count("'") > 1:
            charset, _, part = part.split("'", 2)
        data += unquote_to_bytes(part) if encoded else part.encode("utf-8", "replace")
    return " ".join(characters(data, charset).split())
