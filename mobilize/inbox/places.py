"""Places: which countries a text names, by name, adjective, capital or ministry, in the languages of our mail.

Names come from the UN's table, CLDR (Babel) and pycountry; what none of them holds stands in `gazetteer/`. One
Aho-Corasick automaton finds them all in one pass; what decides is the edge of a word, the case, and the longest
reading: "Papua New Guinea" is not Guinea, "Nigeria" is not Niger, and a turkey is not Turkey.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import ahocorasick_rs

from mobilize.inbox.folding import Folded, folded
from mobilize.inbox.gazetteer import Name, instruments, names, ordinary_words

#: Longest ending that a starred form may take, in letters.
_ENDING = 6
#: Particles that Arabic writes in front of a name, in one word with it.
_ARABIC_PREFIXES = frozenset(
    conjunction + preposition + article
    for conjunction in ("", "و", "ف")
    for preposition in ("", "ب", "ك", "ل")
    for article in ("", "ال")
) | {"لل", "ولل", "فلل"}
#: "وبال" is the longest, and one letter more shows that the word begins earlier.
_LONGEST_PREFIX = 5
_STOP = re.compile(r"[,;.:()\n]")
#: How far, in characters, one name may stand from another for an ordinary word to be read as a place as well.
_NEAR = 25


@dataclass(frozen=True, slots=True)
class Mention:
    """One place in a text."""

    #: Alpha-2 of the country meant.
    code: str
    #: Where the words stand in the text that was searched.
    start: int
    end: int
    #: "name", "adjective", "capital", "ministry".
    kind: str


@dataclass(frozen=True, slots=True)
class _Hit:
    """A candidate in the folded text."""

    start: int
    end: int
    name: Name
    #: Written without the capital that this word needs to be a place.
    doubtful: bool


def find(text: str, language: str | None = None) -> tuple[Mention, ...]:
    """Find every country that a text names, in reading order; of overlapping readings the longest.

    text: as written; accents, apostrophes and letter variants do not matter.
    language: of the text (BCP 47, first part), where it is known: adjectives of that language count, and it decides
    between two readings of one word.
    """
    return mentions(folded(text), language)


def mentions(text: Folded, language: str | None = None) -> tuple[Mention, ...]:
    """Find every country in a text that is folded already; see `find`."""
    kept = [hit for hit in _longest(_candidates(text, language)) if hit.name.code]
    kept = [hit for hit in kept if not (hit.doubtful and not _beside_another(text, hit, kept))]
    kept = [hit for hit in kept if not (hit.name.kind == "capital" and _names_an_instrument(text.text, hit))]
    return tuple(Mention(hit.name.code, *text.origin(hit.start, hit.end), hit.name.kind) for hit in kept)


def codes(found: Iterable[Mention]) -> tuple[str, ...]:
    """The countries of some mentions, each once, in order of first mention."""
    return tuple(dict.fromkeys(mention.code for mention in found))


@functools.cache
def _automaton() -> tuple[ahocorasick_rs.AhoCorasick, tuple[tuple[Name, ...], ...]]:
    """All names in one machine, and for each pattern the names it may stand for."""
    table: dict[str, list[Name]] = {}
    for name in names():
        entries = table.setdefault(name.folded, [])
        if name not in entries:
            entries.append(name)
    machine = ahocorasick_rs.AhoCorasick(list(table), store_patterns=False)
    return machine, tuple(tuple(entries) for entries in table.values())


def _candidates(text: Folded, language: str | None) -> Iterator[_Hit]:
    machine, table = _automaton()
    for index, start, end in machine.find_matches_as_indexes(text.text, overlapping=True):
        found = _whole_word(text, start, end, table[index], language)
        if found is not None:
            yield found


def _whole_word(text: Folded, start: int, end: int, entries: tuple[Name, ...], language: str | None) -> _Hit | None:
    """One reading of a match, if it stands as a word of its own there."""
    fit = []
    for name in entries:
        if name.languages and language not in name.languages and not (language is None and name.open):
            continue
        stop = _edges(text.text, start, end, name)
        if stop is not None and not _wrong_case(text, start, end, name):
            fit.append((name, stop))
    if not fit:
        return None
    if len({name.code for name, _ in fit}) > 1:
        fit = [(name, stop) for name, stop in fit if language in name.languages] or [
            (name, stop) for name, stop in fit if name.kind != "capital"
        ]
        if len({name.code for name, _ in fit}) != 1:
            return None
    name, stop = max(fit, key=lambda pair: pair[1])
    return _Hit(start, stop, name, _doubtful(text, start, end, name))


def _edges(text: str, start: int, end: int, name: Name) -> int | None:
    """Where the word ends that a match begins, or None if the match is only a part of a word."""
    if name.script == "han":
        return end
    if start and text[start - 1].isalnum() and not (name.script == "arabic" and _arabic_prefix(text, start)):
        return None
    if end == len(text) or not text[end].isalnum():
        return end
    if not name.open_end:
        return None
    stop = end
    while stop < len(text) and text[stop].isalpha():
        stop += 1
        if stop - end > _ENDING + (2 if name.script == "cyrillic" else 0):
            return None
    return stop if stop == len(text) or not text[stop].isalnum() else None


def _arabic_prefix(text: str, start: int) -> bool:
    """Whether only particles stand between the beginning of the word and the name."""
    begin = start
    while begin and start - begin < _LONGEST_PREFIX and text[begin - 1].isalpha():
        begin -= 1
    return text[begin:start] in _ARABIC_PREFIXES and not (begin and text[begin - 1].isalnum())


def _wrong_case(text: Folded, start: int, end: int, name: Name) -> bool:
    """Abbreviations need all their capitals; the adjectives of English a first one."""
    if not name.capitals and not name.capital:
        return False
    word = text.words(start, end)
    if name.capitals:
        return word != word.upper()
    return not word[0].isupper()


def _doubtful(text: Folded, start: int, end: int, name: Name) -> bool:
    """Whether the word is one of those that need a capital, or a neighbour, to be a place."""
    if name.folded not in ordinary_words():
        return False
    word = text.words(start, end)
    return not word[0].isupper()


def _longest(hits: Iterable[_Hit]) -> list[_Hit]:
    """Leftmost longest, without overlaps."""
    kept: list[_Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end, -len(hit.name.folded))):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
        elif hit.end - hit.start > kept[-1].end - kept[-1].start:
            kept[-1] = hit
    return kept


def _beside_another(text: Folded, hit: _Hit, kept: list[_Hit]) -> bool:
    """Whether a sure place, written without a capital as this one is, stands near it, or nothing else at all."""
    if not text.text[: hit.start].strip() and not text.text[hit.end :].strip():
        return True
    return any(
        other is not hit
        and not other.doubtful
        and (other.start - hit.end < _NEAR and hit.start - other.end < _NEAR)
        and not text.words(other.start, other.end)[0].isupper()
        for other in kept
    )


def _names_an_instrument(text: str, hit: _Hit) -> bool:
    """Whether a capital is part of a document's name: the Vienna Declaration, le Protocole de Maputo."""
    before = _STOP.split(text[max(0, hit.start - _NEAR) : hit.start])[-1].split()[-2:]
    after = _STOP.split(text[hit.end : hit.end + _NEAR])[0].split()[:2]
    return any(word.startswith(instruments()) for word in (*before, *after))
