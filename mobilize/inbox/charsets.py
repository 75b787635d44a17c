"""Bytes to characters, whatever the mail claims about them.

A declared charset is a hint: mail programs mislabel. Order: UTF-8 where the bytes prove it, the declared charset where
it decodes, a guess by charset-normalizer, and at last the declared charset with replacement characters.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from charset_normalizer import from_bytes

#: Labels found in mail that Python's codecs do not know, or that mean a wider charset (WHATWG Encoding, 4.2).
_ALIASES = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "646": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "big5": "big5hkscs",
    "big-5": "big5hkscs",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601-1989": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "iso-2022-jp": "iso2022_jp_2",
    "unicode-1-1-utf-7": "utf-7",
    "utf8mb4": "utf-8",
    "unicode": "utf-16",
    "unknown-8bit": "",
    "x-unknown": "",
    "default": "",
    "iso-8859-6": "iso-8859-6",
}

#: Single-byte Latin charsets decode nearly any bytes, so that they decode proves nothing.
_PERMISSIVE = frozenset({"cp1252", "cp1254", "cp1250", "cp1257", "iso8859-15", "iso8859-2", "mac-roman"})

#: As much as the guess looks at; more does not make it better.
_SAMPLE = 16_384

#: Share of bytes above 0x7F in the words of a text beyond which it is not in a Latin alphabet.
_NOT_LATIN = 0.4

#: Characters of letters in French, Spanish, Portuguese, German and Italian; a text that has no others needs no guess.
_WESTERN = frozenset("éèàçêôîùûëïüöäßñáíóúãõâœÉÈÀÇÊÔÎÛËÏÜÖÄÑÁÍÓÚÃÕÂŒìò’‘“”„–—…«»°ºª¿¡€\xa0")

_HIGH = re.compile(rb"[\x80-\xff]")
_LETTER = re.compile(rb"[A-Za-z\x80-\xff]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


#: Codecs of Python's own that no mail is written in.
_NO_CHARSETS = frozenset({"unicode_escape", "raw_unicode_escape", "punycode", "undefined", "mbcs", "oem"})


@lru_cache(maxsize=256)
def codec(label: str) -> str:
    """The Python codec for a charset label of a mail; "" for an unknown one."""
    cleaned = label.strip().strip("\"'").lower().removeprefix("charset=")
    cleaned = _ALIASES.get(cleaned, cleaned)
    if not cleaned:
        return ""
    try:
        name = codecs.lookup(cleaned).name
        # Something to decode: of nothing Python says nothing, even where it makes bytes of bytes (rot13, zlib).
        b"a".decode(name, "replace")
    except (LookupError, ValueError):  # ValueError: a label with NUL, or a codec that mends nothing (idna)
        return ""
    return "" if name.replace("-", "_") in _NO_CHARSETS else name


def characters(data: bytes, declared: str = "") -> str:
    """Decode bytes that claim to be in `declared` ("" where nothing is claimed).

    Never raises. NUL and other control characters but tab and line ends are dropped: they hide words from readers.
    """
    return _CONTROLS.sub("", _decoded(data, codec(declared)))


def _decoded(data: bytes, name: str) -> str:
    if data.isascii() and not _shifts(name):
        return data.decode("ascii")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if name in ("", "cp1252", "utf-8") or name in _PERMISSIVE:
        proven = _as_utf8(data)
        if proven is not None:
            return proven
    if name and name != "utf-8" and not (name in _PERMISSIVE and _is_foreign(data)):
        try:
            return data.decode(name)
        except (UnicodeDecodeError, ValueError):
            if name not in _PERMISSIVE:
                return _mended(data, name)
    return _guessed(data, name)


def _shifts(name: str) -> bool:
    """Whether ASCII bytes may mean other characters in this charset."""
    return name.startswith(("utf-7", "iso2022", "hz", "utf-16", "utf-32"))


def _as_utf8(data: bytes) -> str | None:
    """The text if the bytes are UTF-8, but for at most one byte in a hundred (a signature pasted from elsewhere)."""
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        pass
    high = len(_HIGH.findall(data))
    loose = data.decode("utf-8", "surrogateescape")
    stray = sum("\udc80" <= char <= "\udcff" for char in loose)
    if stray * 10 > high:
        return None
    return "".join(_stray(char) if "\udc80" <= char <= "\udcff" else char for char in loose).removeprefix("\ufeff")


def _stray(char: str) -> str:
    return bytes([ord(char) - 0xDC00]).decode("cp1252", "replace")


def _is_foreign(data: bytes) -> bool:
    """Whether a text that claims a Latin charset has too few plain letters for one."""
    sample = data[:_SAMPLE]
    return len(_HIGH.findall(sample)) > _NOT_LATIN * (len(_LETTER.findall(sample)) or 1)


def _mended(data: bytes, name: str) -> str:
    """Decode with replacement where few characters are lost, else by a guess."""
    loose = data.decode(name, "replace")
    return loose if loose.count("\ufffd") * 20 <= len(loose) else _guessed(data, name)


def _guessed(data: bytes, name: str) -> str:
    western = data.decode("cp1252", "replace")
    if all(char.isascii() or char in _WESTERN for char in western):
        return western
    best = from_bytes(data[:_SAMPLE]).best() if len(data) > 1 else None
    for candidate in (best.encoding if best else "", name, "cp1252"):
        if candidate and candidate != "ascii":
            try:
                return data.decode(candidate)
            except (UnicodeDecodeError, ValueError, LookupError):
                continue
    return data.decode("cp1252", "replace")
