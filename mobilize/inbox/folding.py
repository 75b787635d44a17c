"""Folding: one spelling for the many ways in which the same word is typed, with a way back to the original.

Accents, case, apostrophes, Arabic letter variants, full-width forms and zero-width marks are what mail programs and
keyboards vary; words are compared without them. Every rule works on one character at a time, so the place of a word
in the folded text leads back to its place in the text that came.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from dataclasses import dataclass

#: Characters whose Unicode decomposition does not lead where a reader would go.
_BY_HAND = {
    "’": "'", "‘": "'", "ʼ": "'", "ʻ": "'", "`": "'", "´": "'", "′": "'",
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
    "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-",
    "đ": "d", "Đ": "d", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "ı": "i", "ħ": "h",
    # Arabic script: Persian, Urdu and Arabic keyboards send different letters for the same word.
    "ی": "ي", "ى": "ي", "ے": "ي", "ې": "ي",
    "ک": "ك", "ڪ": "ك", "ة": "ه", "ۀ": "ه", "ە": "ه", "ہ": "ه", "ۂ": "ه", "ھ": "ه", "ۃ": "ه",
    "ؤ": "و", "ئ": "ي", "ٱ": "ا", "ـ": "",
    # Traditional and full-width punctuation keeps its meaning; the rest follows NFKD.
    "、": ",", "،": ",", "؛": ";", "؟": "?", "۔": ".", "٪": "%",
}  # fmt: skip

#: Format characters to drop: bidi marks, zero-width joiners, soft hyphen, byte order mark.
_FORMAT = "Cf"


class _Table(dict[int, "str | None"]):
    """Code point -> folded character or None, worked out when first met and then kept."""

    def __missing__(self, point: int) -> str | None:
        self[point] = folded = _fold_one(chr(point))
        return folded


def _fold_one(char: str) -> str | None:
    if char in _BY_HAND:
        return _BY_HAND[char] or None
    category = unicodedata.category(char)
    if category in ("Mn", "Me", _FORMAT):
        return None
    if char.isspace():
        return "\n" if char in "\n\r\u2028\u2029" else " "
    if "\uac00" <= char <= "\ud7a3":  # a Hangul syllable would fall into its first letter
        return char
    base = unicodedata.normalize("NFKD", char)[0]
    lower = _BY_HAND.get(base, base).lower()
    return lower[0] if lower else None


_TABLE = _Table()


@dataclass(frozen=True, slots=True)
class Folded:
    """A text and its folded spelling."""

    original: str
    text: str
    #: Where in the original each folded character stands; empty when nothing was dropped.
    places: tuple[int, ...]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that a span of the folded text came from."""
        if not self.places:
            return start, end
        last = self.places[end - 1] + 1 if end > start else self.places[start] if start < len(self.places) else 0
        return (self.places[start] if start < len(self.places) else len(self.original)), last

    def place(self, start: int) -> int:
        """Where the character at `start` of the original, or the next that was kept, stands in the folded text."""
        return bisect_left(self.places, start) if self.places else start

    def words(self, start: int, end: int) -> str:
        """The original words of a span of the folded text, as evidence to show."""
        begin, stop = self.origin(start, end)
        return self.original[begin:stop]


def fold(text: str) -> str:
    """The folded spelling alone: lower case, no accents, one apostrophe, one hyphen, Arabic letters unified."""
    return text.translate(_TABLE)


def folded(text: str) -> Folded:
    """Fold, and remember the way back."""
    result = text.translate(_TABLE)
    if len(result) == len(text):
        return Folded(text, result, ())
    places = tuple(i for i, char in enumerate(text) if _TABLE[ord(char)])
    return Folded(text, result, places)
