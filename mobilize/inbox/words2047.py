"""Encoded words of headers (RFC 2047, RFC 2231), as they are and not only as they should be."""

from __future__ import annotations

import base64
import binascii
import quopri
import re

from mobilize.inbox.charsets import characters

#: Spaces inside a Q word and missing padding are mistakes often seen; a word never spans 1,000 characters.
_WORD = re.compile(r"=\?([^?*\s]{1,40})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?]{0,2000}?)\?=", re.ASCII)
_BETWEEN = re.compile(r"\A[ \t\r\n]*\Z")
_SPACE = re.compile(r"[\r\n\t ]+")


def decode_header(raw: bytes, *, charset: str = "") -> str:
    """One header's value as text on one line.

    raw: the value with its folding. charset: what the body declares, for raw 8-bit values.
    Line ends, also those inside encoded words, become a space: a header cannot bring another one in. Never raises.
    """
    text = characters(raw, charset)
    if "=?" in text:
        text = _words(text)
    return _SPACE.sub(" ", text).strip()


def _words(text: str) -> str:
    """Encoded words decoded; neighbours in one charset are joined before, as a character may be split between them."""
    out: list[str] = []
    held: list[bytes] = []
    held_charset = ""
    end = 0
    for found in _WORD.finditer(text):
        gap = text[end : found.start()]
        charset, data = found[1].lower(), _bytes(found[2], found[3])
        if held and not (_BETWEEN.match(gap) and charset == held_charset):
            out.append(characters(b"".join(held), held_charset))
            held = []
            if _BETWEEN.match(gap):
                gap = ""
        if not held:
            out.append(gap)
        held.append(data)
        held_charset, end = charset, found.end()
    if held:
        out.append(characters(b"".join(held), held_charset))
    out.append(text[end:])
    return "".join(out)


def _bytes(encoding: str, payload: str) -> bytes:
    raw = payload.encode("utf-8", "replace")
    if encoding in "qQ":
        return quopri.decodestring(raw.replace(b"_", b" "), header=False)
    cleaned = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    try:
        return base64.b64decode(cleaned[: len(cleaned) - (len(cleaned) % 4 == 1)] + b"=" * (-len(cleaned) % 4))
    except (binascii.Error, ValueError):
        return raw
