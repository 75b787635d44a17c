"""Data stays data: what comes from a CSV file is printed sign by sign, and never read as markup of any kind."""

from __future__ import annotations

import functools
import re
import unicodedata

#: Signs that change the direction of what follows (spoofing: domain protocol 6), or that nobody sees and no name needs.
#: Kept: zero-width joiner and non-joiner, without which Persian and Indic words are misspelt.
_UNSEEN = re.compile(
    "[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u200b\u2060-\u2064\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff]"
)
#: Runs of breaks, tabs and plain spaces: a value is one line. The non-breaking space stays, French needs it.
_BREAKS = re.compile("[ \t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")

_ASCII_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


@functools.lru_cache(maxsize=4096)
def plain(value: str) -> str:
    """Make one line of a value: composed (NFC), no breaks, no controls, nothing invisible, no half characters."""
    whole = _LONE_SURROGATES.sub("\N{REPLACEMENT CHARACTER}", value)
    return _BREAKS.sub(" ", _UNSEEN.sub("", unicodedata.normalize("NFC", whole))).strip()


@functools.lru_cache(maxsize=4096)
def markdown(value: str) -> str:
    """Make a value inert in Markdown: every ASCII punctuation sign escaped, as CommonMark 2.4 allows."""
    return _ASCII_PUNCTUATION.sub(r"\\\1", plain(value))
