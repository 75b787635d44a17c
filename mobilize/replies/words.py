"""The words that a reply is found by, and those that somebody looks for: folded, and hashed under a key.

A reply may be encrypted at rest; an index of its words in clear would tell what it says. So the index holds keyed
hashes: equal words are seen to be equal, and which words they are is not seen (docs/decisions/095).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping

from mobilize.inbox.folding import fold

#: A word is found by its first letters too, so many at least and at most: "minist" finds minister and ministry.
_SHORTEST, _LONGEST = 4, 12

#: Letters of a word that are looked at: what is longer is no word.
_MOST_LETTERS = 40

#: Words of one reply, beginnings among them: a mail of a megabyte must not fill the index.
_MOST_WORDS = 8_000

#: Words that are looked for at once.
_MOST_ASKED = 8

#: Scripts that write no blanks between words: Chinese and Japanese signs and kana, Thai, Lao, Khmer, Burmese.
_UNPARTED = (
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f\u0e00-\u0eff\u1780-\u17ff\u1000-\u109f"
)

_RUNS = re.compile(rf"([{_UNPARTED}]+)|((?:(?![{_UNPARTED}_])\w)+)")

#: What Arabic writes in one with the next word: "and", "with", "for", "like", and the article.
_ARABIC_START = re.compile("^(?:[وف]?[بكل]?ال|[وف]?لل)(?=..)")

#: Fields of a parsed reply whose words are found.
_FIELDS = ("subject", "text", "note", "from_name", "reporter", "from_address")


def of_reply(parsed: Mapping[str, object]) -> frozenset[str]:
    """All words that a reply is found by, with their beginnings. parsed: in the contract's names (DESIGN.md)."""
    found: set[str] = set()
    for name in _FIELDS:
        for word in _words(str(parsed.get(name) or "")):
            found.update(_ways(word))
            if len(found) >= _MOST_WORDS:
                break
    reporter = str(parsed.get("reporter") or "")
    return frozenset(found | ({whose(reporter)} if reporter else set()))


def whose(reporter: str) -> str:
    """The mark by which the reports of one partner are found; no word is written like it."""
    return f"by {fold(reporter.strip())}"


def asked(typed: str) -> tuple[str, ...]:
    """What to look for where somebody typed this: each must be there; empty: nothing that could be looked for."""
    found = []
    for word in _words(typed):
        if _is_unparted(word):
            found += [word] if len(word) == 1 else _pairs(word)
        else:
            found.append(_ARABIC_START.sub("", word))
    return tuple(dict.fromkeys(found))[:_MOST_ASKED]


def token(key: bytes, word: str) -> int:
    """A word as the index holds it: 64 bits, signed, as both databases keep them."""
    return int.from_bytes(hmac.digest(key, word.encode(), hashlib.sha256)[:8], "big", signed=True)


def tokens(key: bytes, found: Iterable[str]) -> frozenset[int]:
    """Several words as the index holds them."""
    return frozenset(token(key, word) for word in found)


def _words(text: str) -> Iterator[str]:
    for run in _RUNS.finditer(fold(text)):
        yield run[1] or run[2][:_MOST_LETTERS]


def _ways(word: str) -> Iterator[str]:
    """A word as it may be looked for: whole, by its beginning, without what Arabic writes before it, by pairs."""
    if _is_unparted(word):
        yield from word
        yield from _pairs(word)
        return
    for each in {word, _ARABIC_START.sub("", word)}:
        yield each
        # A Hangul syllable is as much as two or three letters.
        shortest = 2 if "\uac00" <= each[0] <= "\ud7a3" else _SHORTEST
        yield from (each[:length] for length in range(shortest, min(len(each), _LONGEST + 1)))


def _is_unparted(word: str) -> bool:
    return bool(re.match(f"[{_UNPARTED}]", word))


def _pairs(word: str) -> list[str]:
    return [word[at : at + 2] for at in range(len(word) - 1)]
