"""Which letters a person should read before a round goes out: the unusual ones, and a few by chance.

A merge that goes wrong goes wrong where nobody looks: in the longest name, the rarest standing, the language that fell
back. So those are named, each with its reason, and five more that chance picks.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence

from mobilize.letter.merge import Letter

#: Letters picked by chance, beside the unusual ones.
BY_CHANCE = 5

#: A text that at most so many letters share is rare.
_RARE = 2

#: Reasons are shown of at most so many letters: nobody reads a hundred before sending.
MOST = 20


def to_read_first(letters: Sequence[Letter], *, chance: random.Random) -> Mapping[str, str]:
    """Choose letters to read before sending: contact -> why, the unusual first, at most MOST.

    letters: those of a plan. chance: picks BY_CHANCE of the others.
    """
    if not letters:
        return {}
    found: dict[str, str] = {}
    kinds = Counter(_kind(letter) for letter in letters)
    for letter in letters:
        if letter.notes:
            found.setdefault(letter.contact.id, letter.notes[0])
    for letter in (max(letters, key=lambda letter: letter.length), min(letters, key=lambda letter: letter.length)):
        name = "the longest" if letter is max(letters, key=lambda letter: letter.length) else "the shortest"
        found.setdefault(letter.contact.id, name)
    for letter in sorted(letters, key=lambda each: kinds[_kind(each)]):
        if kinds[_kind(letter)] <= _RARE:
            found.setdefault(letter.contact.id, f"a rare one: {', '.join(_kind(letter))}")
    for letter in letters:
        if letter.contact.salutation or letter.contact.honour or letter.contact.sensitive:
            found.setdefault(letter.contact.id, "its row asks for something special")
    shown = dict(list(found.items())[: MOST - BY_CHANCE])
    others = [letter for letter in letters if letter.contact.id not in shown]
    for letter in chance.sample(others, min(BY_CHANCE, len(others))):
        shown[letter.contact.id] = "by chance"
    return shown


def _kind(letter: Letter) -> tuple[str, str, str]:
    return letter.contact.audience.value, letter.language, letter.standing.name.value
