"""How letters end (lexicon/signatures.toml), folded and ready to look up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from mobilize.inbox.labels import table, words


@dataclass(frozen=True, slots=True, kw_only=True)
class Endings:
    """Every phrase, folded, the longest first where the first hit counts."""

    #: Beginnings of closing formulas.
    closings: tuple[str, ...]
    #: Beginnings of closing formulas that are whole sentences.
    sentences: tuple[str, ...]
    #: Those that thank.
    thanks: frozenset[str]
    #: Beginnings of a program's own line, and the devices of which one is named in it.
    programs: tuple[str, ...]
    devices: tuple[str, ...]
    #: Phrases of a disclaimer.
    disclaimers: tuple[str, ...]
    #: Beginnings of a list's footer.
    footers: tuple[str, ...]
    #: Words of offices and titles, and those of scripts without spaces.
    offices: frozenset[str]
    joined_offices: tuple[str, ...]
    #: "for", "pour", "por": words that may stand before a name below a letter.
    name_begins: frozenset[str]


@cache
def endings() -> Endings:
    """The tables, read once."""
    data = table("signatures.toml")

    def phrases(section: str, key: str) -> tuple[str, ...]:
        return tuple(sorted(words(str(data[section][key])), key=len, reverse=True))

    offices = phrases("offices", "words")
    return Endings(
        closings=phrases("closing", "begins"),
        sentences=phrases("closing", "sentences"),
        thanks=frozenset(phrases("closing", "thanks")),
        programs=phrases("programs", "begins"),
        devices=phrases("programs", "devices"),
        disclaimers=phrases("disclaimer", "has"),
        footers=phrases("footers", "begins"),
        offices=frozenset(offices),
        joined_offices=tuple(word for word in offices if ord(word[0]) >= 0x2E80),  # noqa: PLR2004 — CJK
        name_begins=frozenset(phrases("offices", "begins")),
    )
