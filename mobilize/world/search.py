"""What a person types -> the countries that it may mean, best first: for a field on a page, never to take unasked."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping

from mobilize.world.countries import countries
from mobilize.world.names import fold, known

#: Longer than any country's name: more is cut off before it is looked at.
_LONGEST = 120


def search(typed: str, among: Collection[str]) -> tuple[str, ...]:
    """Find countries by any of their names, in any of the languages that names are known in.

    typed: a code, a whole name, the beginning of one, or words that begin words of one: "ivory" is Côte d'Ivoire.
    among: alpha-2 codes that can be chosen. Case, accents and punctuation do not matter.
    Returns codes, those of the best kind of match alone, in code order; empty where nothing fits.
    """
    wanted = fold(typed[:_LONGEST])
    if not wanted:
        return ()
    best: dict[str, int] = {}
    for name, code in _names().items():
        if code in among and (rank := _rank(wanted, name)) is not None:
            best[code] = min(rank, best.get(code, rank))
    first = min(best.values(), default=0)
    return tuple(sorted(code for code, rank in best.items() if rank == first))


def _rank(wanted: str, name: str) -> int | None:
    """How well a name fits: 0 it is the name, 1 begins it, 2 each word begins one of its words, 3 is a part of it."""
    if name == wanted:
        return 0
    if name.startswith(wanted):
        return 1
    words = name.split()
    if all(any(word.startswith(part) for word in words) for part in wanted.split()):
        return 2
    # Chinese writes no blanks between words; two signs are a word there.
    return 3 if len(wanted) > 1 and not wanted.isascii() and wanted in name else None


@functools.cache
def _names() -> Mapping[str, str]:
    own = {fold(name): code for code, country in countries().items() for name in country.names.values()}
    return {**known(), **own}
