"""Bytes of text without a name for their encoding -> the encoding that spreadsheets most probably wrote them in.

UTF-8 and UTF-16 prove themselves: by a byte order mark, by zero bytes, by being valid. Windows and Mac code pages do
not: every byte is a letter in each of them, so the question is in which one the letters make words. Each code page is
judged by the languages that are written in it: their names of territories and languages in CLDR (through Babel) tell
how often a letter stands between two others. docs/decisions/020 has the measurement.
"""

from __future__ import annotations

import codecs
import functools
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from babel import Locale

#: Code page -> languages that programs write in it. Those of Windows first: of two equal readings the first is taken,
#: and much that two pages share (é is E9 in cp1250, cp1252, cp1254 and cp1256) reads the same in both.
CODE_PAGES: Mapping[str, tuple[str, ...]] = {
    "cp1252": ("fr", "es", "pt", "de", "it", "nl", "sv", "da", "nb", "fi", "is", "ca", "ga"),
    "cp1250": ("pl", "cs", "sk", "hu", "ro", "hr", "sl", "sq"),
    "cp1251": ("ru", "uk", "bg", "be", "mk", "sr"),
    "cp1256": ("ar", "fa", "ur"),
    "cp1254": ("tr",),
    "cp1253": ("el",),
    "cp1257": ("lt", "lv", "et"),
    "mac_roman": ("fr", "es", "pt", "de", "it", "nl", "sv", "da", "nb", "fi", "is", "ca", "ga"),
    "gb18030": ("zh",),
}

#: What the encodings are called where a person reads it.
SPOKEN: Mapping[str, str] = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a byte order mark",
    "utf-16-le": "UTF-16, little-endian",
    "utf-16-be": "UTF-16, big-endian",
    "utf-16": "UTF-16 with a byte order mark",
    "cp1250": "Windows-1250 (Central European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1252": "Windows-1252 (Western European)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp1257": "Windows-1257 (Baltic)",
    "mac_roman": "Mac Roman",
    "gb18030": "GB 18030 (Chinese)",
}

#: Marks that stand beside words in any language.
_MARKS = frozenset("’‘“”„«»–—…°ºª№·•€£¿¡،؛؟、。，；：（）《》" + "\u00a0\u202f")

#: Probability given to a letter that no name in CLDR has between these neighbours: small against any seen one (the
#: rarest are about 1e-5), not so small that one odd letter outweighs ten good ones.
_UNSEEN = 1e-7

#: Shares of zero bytes that tell UTF-16: the names of columns are ASCII, a few cells beside them may not be.
_MOSTLY, _HARDLY = 0.4, 0.1

#: How many times likelier a page is to be met than the others below it in the table, as a logarithm: few letters must
#: not outweigh that there are hardly any files in Mac Roman or Windows-1257. Chosen on names that are not in the model.
_HEAD_START: Mapping[str, float] = {"cp1252": 6.0, "cp1250": 4.0, "cp1251": 4.0, "cp1256": 4.0, "mac_roman": 3.0}

#: Below this difference in log-likelihood (a factor of seven) the next best reading is named too.
_CLOSE = 2.0

#: How many times as many good letters as lost ones make a file UTF-8 with faults, and not another encoding.
_WELL_OVER = 4

#: How many bytes are judged at most: 64 KB hold hundreds of names, and a judgement of a megabyte takes seconds.
_ENOUGH = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The encoding taken, and how sure that is."""

    #: As Python names it.
    encoding: str
    #: Whether the bytes prove it (mark, zero bytes, valid UTF-8, plain ASCII) or the letters only suggest it.
    proven: bool
    #: The next best reading where it is nearly as good; empty: none is.
    rival: str = ""

    @property
    def spoken(self) -> str:
        """Name the encoding as a person would."""
        return SPOKEN.get(self.encoding, self.encoding)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    """How letters stand in the names of one language."""

    #: (before, letter, after), lower case, a blank for a word's end -> share of all letters beyond ASCII.
    triples: Mapping[tuple[str, str, str], float]
    #: (before, letter) and (letter, after), the latter with an empty first -> share.
    pairs: Mapping[tuple[str, str, str], float]
    letters: Mapping[str, float]


def judge(data: bytes, *, whole: bool = True) -> Judgement:
    """Say in which encoding the bytes are.

    data: the file, or its beginning (then `whole` is False, and a character cut at the end is no fault).
    Never raises: bytes that are no text in any encoding are "cp1252", which the reader then finds faults in.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return Judgement(encoding=encoding, proven=True)
    without_mark = _utf16(data)
    if without_mark:
        return Judgement(encoding=without_mark, proven=True)
    if _valid_utf8(data, whole=whole):
        return Judgement(encoding="utf-8", proven=True)
    if _mostly_utf8(data):
        return Judgement(encoding="utf-8", proven=False)
    return _by_letters(data)


def _utf16(data: bytes) -> str:
    """UTF-16 without a mark: the head of a table is mostly ASCII, so every other byte of it is zero."""
    head = data[:512]
    even, odd = head[0::2].count(0) / max(1, len(head[0::2])), head[1::2].count(0) / max(1, len(head[1::2]))
    if odd > _MOSTLY and even < _HARDLY:
        return "utf-16-le"
    return "utf-16-be" if even > _MOSTLY and odd < _HARDLY else ""


def _valid_utf8(data: bytes, *, whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(data, final=whole)
    except UnicodeDecodeError:
        return False
    return True


def _mostly_utf8(data: bytes) -> bool:
    """UTF-8 into which some bytes of another encoding have been pasted: those cells are lost, the others are not.

    In a code page, letters that happen to be valid UTF-8 are rare: a lead byte needs one from 80 to BF after it.
    """
    letters = [letter for letter in data.decode("utf-8", "replace") if not letter.isascii()]
    lost = letters.count("\ufffd")
    return len(letters) - lost > _WELL_OVER * lost


def _by_letters(data: bytes) -> Judgement:
    """Take the code page in whose languages the letters beyond ASCII stand most as they should."""
    sample = _telling(data)
    scores: dict[str, float] = {}
    for encoding in CODE_PAGES:
        try:
            scores[encoding] = _score(sample.decode(encoding), _models(encoding)) + _HEAD_START.get(encoding, 0.0)
        except UnicodeDecodeError:
            continue
    if not scores:
        return Judgement(encoding="cp1252", proven=False)
    # max() keeps the first of equals, which is the order of the table above.
    best = max(scores, key=lambda encoding: scores[encoding])
    text = sample.decode(best)
    for rival in sorted(scores, key=lambda encoding: -scores[encoding]):
        # A rival that reads the same is none.
        if rival != best and scores[best] - scores[rival] < _CLOSE and sample.decode(rival) != text:
            return Judgement(encoding=best, proven=False, rival=SPOKEN[rival])
    return Judgement(encoding=best, proven=False)


def _telling(data: bytes) -> bytes:
    """The lines that hold a byte beyond ASCII, up to enough of them: the others say nothing of the code page."""
    kept, size = [], 0
    for line in data.replace(b"\r", b"\n").split(b"\n"):
        if size < _ENOUGH and not line.isascii():
            kept.append(line)
            size += len(line)
    return b"\n".join(kept)


def _score(text: str, models: tuple[_Model, ...]) -> float:
    """Log-likelihood of the letters beyond ASCII, each given its neighbours; a line in its own language."""
    return sum(_line_score(f" {line} ", models) for line in text.split("\n"))


def _line_score(line: str, models: tuple[_Model, ...]) -> float:
    places = [place for place, letter in enumerate(line) if not letter.isascii()]
    if not places:
        return 0.0
    sums = [
        sum(math.log(_chance(line[place - 1], line[place], line[place + 1], model)) for place in places)
        for model in models
    ]
    # The mean over the languages, computed from the best one so that tiny numbers do not vanish.
    best = max(sums)
    return best + math.log(sum(math.exp(each - best) for each in sums) / len(sums))


def _chance(before: str, letter: str, after: str, model: _Model) -> float:
    if letter in _MARKS:
        # A mark stands at a word's edge; inside a word only the apostrophe does.
        inside = before.isalpha() and after.isalpha() and letter != "’"
        return _UNSEEN if inside else 0.01
    if not letter.isalpha() or (letter.isupper() and before.islower()):
        return _UNSEEN
    if letter.isupper() and before.isalpha() and after.islower():
        return _UNSEEN
    triple = _triple(before, letter, after)
    first, middle, last = triple
    return (
        0.6 * model.triples.get(triple, 0.0)
        + 0.2 * model.pairs.get((first, middle, ""), 0.0)
        + 0.2 * model.pairs.get(("", middle, last), 0.0)
        + 0.02 * model.letters.get(middle, 0.0)
        + _UNSEEN
    )


def _triple(before: str, letter: str, after: str) -> tuple[str, str, str]:
    """Lower case; whatever is not a letter ends the word."""
    return tuple(each.lower() if each.isalpha() else " " for each in (before, letter, after))  # type: ignore[return-value]


@functools.cache
def _models(encoding: str) -> tuple[_Model, ...]:
    """One model a language of this code page."""
    return tuple(_model(encoding, language) for language in CODE_PAGES[encoding])


def _model(encoding: str, language: str) -> _Model:
    """Count how letters beyond ASCII stand in the names that CLDR has in a language."""
    triples: Counter[tuple[str, str, str]] = Counter()
    for name in _names(encoding, language):
        padded = f" {name} "
        for place, letter in enumerate(padded):
            if not letter.isascii() and letter.isalpha():
                triples[_triple(padded[place - 1], letter, padded[place + 1])] += 1
    pairs: Counter[tuple[str, str, str]] = Counter()
    letters: Counter[str] = Counter()
    for (before, letter, after), count in triples.items():
        pairs[before, letter, ""] += count
        pairs["", letter, after] += count
        letters[letter] += count
    total = max(1, triples.total())
    return _Model(
        triples={key: count / total for key, count in triples.items()},
        pairs={key: count / total for key, count in pairs.items()},
        letters={key: count / total for key, count in letters.items()},
    )


def _names(encoding: str, language: str) -> Iterator[str]:
    """Names of territories and languages, as they come back from the code page (a letter it lacks is left out)."""
    locale = Locale(language)
    for name in (*locale.territories.values(), *locale.languages.values()):
        yield name.encode(encoding, "ignore").decode(encoding)
