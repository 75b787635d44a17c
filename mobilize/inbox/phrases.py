"""Phrases: the small writing in which a lexicon names words, and a fast way to find thousands of them in a text.

    support*            any ending: support, supports, supported
    (draft|resolution)  one of these; may hold several words and stars
    [fully] support*    a word that may be there
    vote .. favour      up to three words between
    regret* ... support up to seven words between, in the same sentence

Case, accents, apostrophes and the variants of Arabic letters do not matter. In Arabic, و ف ب ك ل س and ال may stand in
front of any word. Chinese is written without spaces; there a gap is counted in characters.

An Aho-Corasick automaton finds which phrases have their longest word in the text; only those are then matched in full,
and those that are one word are found by it alone. Every pattern is linear: gaps are bounded and words are matched
possessively.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import ahocorasick_rs

from mobilize.inbox.folding import fold

#: Longest gaps, in words, and in Chinese in characters.
_SHORT_GAP, _LONG_GAP = 3, 7
_SHORT_GAP_HAN, _LONG_GAP_HAN = 6, 16

_UNIT = re.compile(r"\.{2,3}|\[[^\[\]]*\]|\([^()]*\)|(?:[^\s()\[\].]|\.(?!\.))+")
#: A zero-width non-joiner may be typed as such, as a space, or not at all.
_JOINER, _JOINER_MARK = "\u200c", "\ue000"
#: One word of a gap: anything but a space and the end of a sentence; a dot inside (L.64) is no end.
_GAP_WORD = r"(?:[^ \n.;!?。；！？]|\.(?=[^\s]))++"
_PIECE = re.compile(r"[*\s\ue000]+")
_ARTICLE = re.compile(r"(?<!\w)ال(?=\w{3})")
_ARABIC_PREFIX = "[وف]?(?:[بكسل]?(?:ال)?|لل)?"


class PhraseUnreadable(ValueError):
    """A phrase of a lexicon cannot be read; the lexicon's loader says in which file it stands."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of a lexicon, ready to match."""

    #: As the lexicon writes it: shown as the rule that decided.
    written: str
    #: The lexicon's key: "support", "not", "concern.srhr".
    group: str
    #: How it is written: which letters may stand in front of a word, whether words have spaces between.
    language: str
    #: One of these stands in every text that it matches.
    anchors: tuple[str, ...]
    #: So does, of each of its other words, one form.
    others: tuple[tuple[str, ...], ...]
    #: The forms of a phrase of one word, each with whether any ending may follow; () where a pattern is needed.
    words: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found in a folded text."""

    start: int
    end: int
    group: str
    written: str


class Phrases:
    """Many phrases, found together."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        """Build the automaton once; keep the object."""
        self._phrases = tuple(phrases)
        owners: dict[str, list[int]] = {}
        words: dict[str, list[tuple[int, bool]]] = {}
        for number, phrase in enumerate(self._phrases):
            for word, is_open in phrase.words:
                words.setdefault(word, []).append((number, is_open))
                owners.setdefault(word, [])
            for anchor in () if phrase.words else phrase.anchors:
                owners.setdefault(anchor, []).append(number)
        self._owners = tuple(tuple(numbers) for numbers in owners.values())
        self._words = tuple(tuple(words.get(anchor, ())) for anchor in owners)
        self._machine = ahocorasick_rs.AhoCorasick(list(owners), store_patterns=False) if owners else None
        # Kind, stance and plans are asked of one text, one after the other: the last answer is kept.
        self._last: tuple[str, tuple[Hit, ...]] = ("", ())

    def find(self, text: str) -> tuple[Hit, ...]:
        """Find all phrases in a folded text, by place; of one group the longest where they overlap."""
        asked, hits = self._last
        if asked != text:
            hits = tuple(sorted(_without_overlaps(self._all(text)), key=lambda hit: (hit.start, hit.end)))
            self._last = (text, hits)
        return hits

    def _all(self, text: str) -> Iterator[Hit]:
        if self._machine is None:
            return
        seen: set[int] = set()
        for index, start, end in self._machine.find_matches_as_indexes(text, overlapping=True):
            seen.update(self._owners[index])
            for number, is_open in self._words[index]:
                phrase = self._phrases[number]
                stop = end if phrase.language == "zh" else _word_end(text, start, end, is_open=is_open)
                if stop:
                    yield Hit(start, stop, phrase.group, phrase.written)
        for number in seen:
            phrase = self._phrases[number]
            if not all(any(form in text for form in forms) for forms in phrase.others):
                continue
            for found in _pattern(phrase.written, phrase.language).finditer(text):
                yield Hit(found.start(), found.end(), phrase.group, phrase.written)


def _word_end(text: str, start: int, end: int, *, is_open: bool) -> int:
    """Where the word at a place ends; 0 where the place holds a part of another word."""
    before = text[max(0, start - 2) : start]
    if before and (_is_letter(before[-1]) or (before[-1] == "-" and _is_letter(before[0]))):
        return 0
    stop = end
    while stop < len(text) and _is_letter(text[stop]):
        if not is_open:
            return 0
        stop += 1
    return stop


def _is_letter(char: str) -> bool:
    return char.isalnum() or char == "_"


def _without_overlaps(hits: Iterable[Hit]) -> Iterator[Hit]:
    """Of two hits of one group that overlap, the longer."""
    last: dict[str, Hit] = {}
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        before = last.get(hit.group)
        if before is not None and hit.start < before.end:
            if hit.end - hit.start > before.end - before.start:
                last[hit.group] = hit
            continue
        if before is not None:
            yield before
        last[hit.group] = hit
    yield from last.values()


def compile_phrase(written: str, group: str, language: str) -> Phrase:
    """Read one phrase of a lexicon.

    Raises PhraseUnreadable, with what is wrong with it.
    """
    units = _units(written, language)
    if not units or written.count("(") != written.count(")") or written.count("[") != written.count("]"):
        raise PhraseUnreadable("its brackets do not close" if units else "it is empty")
    if any(set(_inside(unit)) & set("()[]") for unit in units):
        raise PhraseUnreadable("brackets cannot stand inside brackets")
    if all(_is_gap(unit) or unit.startswith("[") for unit in units):
        raise PhraseUnreadable("nothing in it must be there")
    if _is_gap(units[0]) or _is_gap(units[-1]):
        raise PhraseUnreadable("a gap needs words on both sides")
    anchors, *others = _literals(units)
    return Phrase(written, group, language, anchors, tuple(others), _single(units, language))


def _units(written: str, language: str) -> list[str]:
    # "لل" swallows the article, so a word is looked for without it: "للتشريعات" is "التشريعات".
    return _UNIT.findall(_ARTICLE.sub("", written) if language == "ar" else written)


@cache
def _pattern(written: str, language: str) -> re.Pattern[str]:
    """A phrase's regular expression, made when its anchor is first met: of a lexicon's thousand a mail needs ten."""
    build = _han if language == "zh" else _spaced
    return re.compile(build(_units(written, language), language))


def _is_gap(unit: str) -> bool:
    return unit in ("..", "...")


def _spaced(units: list[str], language: str) -> str:
    """The pattern of a phrase in a script with spaces between words."""
    pattern, joint = "", ""
    for unit in units:
        if _is_gap(unit):
            words = _SHORT_GAP if unit == ".." else _LONG_GAP
            joint = rf",? (?:{_GAP_WORD} ){{0,{words}}}?"
            continue
        inner = _alternatives(_inside(unit), language)
        if not unit.startswith("["):
            pattern, joint = pattern + joint + inner, ",? "
        elif pattern:
            pattern += f"(?:,? {inner})?"
        else:
            pattern += f"(?:{inner},? )?"
    return rf"(?<!\w)(?<!\w-){pattern}(?!\w)"


def _inside(unit: str) -> str:
    return unit[1:-1] if unit[0] in "([" else unit


def _alternatives(text: str, language: str) -> str:
    forms = [_words(form, language) for form in text.split("|")]
    return forms[0] if len(forms) == 1 else f"(?:{'|'.join(forms)})"


def _words(text: str, language: str) -> str:
    return " ".join(_word(word, language) for word in text.split())


def _word(word: str, language: str) -> str:
    literal = re.escape(_folded(word)).replace(_JOINER_MARK, " ?").replace(r"\*", r"\w*+")
    return (_ARABIC_PREFIX if language == "ar" else "") + literal


def _han(units: list[str], language: str) -> str:
    """The pattern of a phrase in Chinese: nothing between words, gaps in characters."""
    pattern = ""
    for unit in units:
        if _is_gap(unit):
            pattern += rf"[^\n。；！？;!?]{{0,{_SHORT_GAP_HAN if unit == '..' else _LONG_GAP_HAN}}}?"
        elif unit.startswith("["):
            pattern += f"(?:{_alternatives(_inside(unit), language)})?"
        else:
            pattern += _alternatives(_inside(unit), language)
    return pattern


def _folded(text: str) -> str:
    return fold(text.replace(_JOINER, _JOINER_MARK))


def _single(units: list[str], language: str) -> tuple[tuple[str, bool], ...]:
    """The forms of a phrase of one word; () where it is more, or where letters may be written in front (Arabic)."""
    if len(units) > 1 or language == "ar":
        return ()
    forms = [_folded(form) for form in _inside(units[0]).split("|")]
    plain = [form.removesuffix("*") for form in forms]
    if any(not each or set(each) & set("* \ue000") for each in plain) or (language == "zh" and plain != forms):
        return ()
    return tuple((word, word != form) for word, form in zip(plain, forms, strict=True))


def _literals(units: list[str]) -> list[tuple[str, ...]]:
    """For each word that must be there, the longest piece of each of its forms; the word that says most comes first."""
    found = [
        tuple(max(_PIECE.split(_folded(form)), key=len) for form in _inside(unit).split("|"))
        for unit in units
        if not _is_gap(unit) and not unit.startswith("[")
    ]
    best = max(found, key=lambda forms: min(map(len, forms)))
    return [best, *(each for each in found if each is not best)]
