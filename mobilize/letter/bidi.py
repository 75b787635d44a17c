"""Right-to-left letters: left-to-right runs (A/RES/66/164, an address, a name in Latin script) kept whole.

Without a mark the signs around such a run jump to its other side. In plain text the run stands between U+2066 and
U+2069, in HTML in <bdi dir="ltr"> (Unicode UAX 9; domain protocol 6).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LRI, PDI = "\N{LEFT-TO-RIGHT ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"

#: A run: begins and ends with a Latin, Greek or Cyrillic letter or a digit; inside it may have spaces and punctuation.
#: Digits alone are no run: a year in an Arabic sentence needs no mark.
_LETTER = "A-Za-z\u00c0-\u024f\u0370-\u03ff\u0400-\u04ff"
_INSIDE = rf"[{_LETTER}0-9 \t.,:;/@&'’\-_+%#=?~–]"
#: Brackets belong to a run when they hold a word, "Network (UK)"; a year in brackets belongs to the Arabic sentence.
_BRACKET = rf"\([^()]*[{_LETTER}][^()]*\)"
_RUN = re.compile(rf"[{_LETTER}0-9](?:(?:{_INSIDE}|{_BRACKET})*(?:[{_LETTER}0-9]|{_BRACKET}))?")
_HAS_LETTER = re.compile(rf"[{_LETTER}]")


def cut(text: str) -> Iterator[tuple[str, bool]]:
    """Cut text into pieces, each with whether it is a left-to-right run. The pieces joined are the text."""
    place = 0
    for found in _RUN.finditer(text):
        run = found[0]
        if not _HAS_LETTER.search(run):
            continue
        if found.start() > place:
            yield text[place : found.start()], False
        yield run, True
        place = found.end()
    if place < len(text):
        yield text[place:], False


def isolated(text: str, direction: str) -> str:
    """Put marks around the left-to-right runs of a line of a right-to-left letter; other letters stay as they are."""
    if direction != "rtl":
        return text
    return "".join(f"{LRI}{piece}{PDI}" if ltr else piece for piece, ltr in cut(text))
