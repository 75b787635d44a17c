"""Many letters -> the few texts that they are: one a combination of branches, values apart.

A lead reads each text once in place of every letter: what differs inside one is names, dates and symbols alone.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mobilize.letter.branches import Branch
from mobilize.letter.merge import Letter
from mobilize.letter.views import country_view
from mobilize.world.countries import countries

#: From so many texts of a kind on, one of them is told as the longest.
_SEVERAL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference to the commonest text: what stands there, and what stands here in its place."""

    #: Paragraphs of the commonest text (Markdown); none: these are added.
    there: tuple[str, ...]
    #: Places of this text's own paragraphs, from 0; none: those are left out.
    here: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One text: the letters that took the same branches of the same templates."""

    audience: str
    language: str
    branches: tuple[Branch, ...]
    #: The first of them, to be read.
    example: Letter
    #: Who gets it: (country code, contact id), in the order of the contacts.
    recipients: tuple[tuple[str, str], ...]
    #: Standings of the countries that get it, sorted.
    standings: tuple[str, ...]
    #: Of this audience and language; its own `changes` are empty.
    commonest: bool
    #: Against the commonest text of its audience and language.
    changes: tuple[Change, ...]
    #: Why a person should look at it first: "written in the fallback language", "goes to one reader", "the longest".
    flags: tuple[str, ...]


_Key = tuple[str, str, tuple[Branch, ...], bool]


@dataclass(slots=True)
class Collector:
    """Takes letters one by one and keeps one of each text: a campaign may be larger than memory."""

    _examples: dict[_Key, Letter] = field(default_factory=dict)
    _recipients: dict[_Key, list[tuple[str, str]]] = field(default_factory=dict)
    _standings: dict[_Key, set[str]] = field(default_factory=dict)
    _taken: set[Branch] = field(default_factory=set)

    def add(self, letter: Letter) -> bool:
        """Count one letter; whether it is the first of its text."""
        key = (letter.contact.audience.value, letter.language, letter.branches, bool(letter.notes))
        new = key not in self._examples
        self._examples.setdefault(key, letter)
        self._recipients.setdefault(key, []).append((letter.contact.country, letter.contact.id))
        self._standings.setdefault(key, set()).add(letter.standing.name.value)
        self._taken.update(letter.branches, letter.enclosure.branches if letter.enclosure else ())
        return new

    def untaken(self, branches: Sequence[Branch]) -> tuple[Branch, ...]:
        """Of these branches those that no letter took, nor an enclosed one."""
        return tuple(branch for branch in branches if branch not in self._taken)

    def variants(self) -> tuple[Variant, ...]:
        """The texts: those that a person should look at first stand first, then by audience, language and number."""
        commonest: dict[tuple[str, str], _Key] = {}
        for key in sorted(self._recipients, key=lambda each: -len(self._recipients[each])):
            commonest.setdefault((key[0], key[1]), key)
        found = [self._variant(key, commonest[key[0], key[1]]) for key in self._examples]
        order = {"minister": 0, "nhri": 1, "ngo": 2}
        return tuple(
            sorted(
                found,
                key=lambda each: (
                    -len(each.flags),
                    order.get(each.audience, 3),
                    each.language,
                    -len(each.recipients),
                    each.recipients[0],
                ),
            )
        )

    def _variant(self, key: _Key, usual: _Key) -> Variant:
        letter, common = self._examples[key], self._examples[usual]
        return Variant(
            audience=key[0],
            language=key[1],
            branches=key[2],
            example=letter,
            recipients=tuple(self._recipients[key]),
            standings=tuple(sorted(self._standings[key])),
            commonest=key == usual,
            changes=tuple(_changes(common, letter)) if key != usual else (),
            flags=tuple(self._flags(key)),
        )

    def _flags(self, key: _Key) -> Iterator[str]:
        if self._examples[key].notes:
            yield "written in the fallback language"
        if len(self._recipients[key]) == 1:
            yield "goes to one reader"
        kind = [each for each in self._examples if each[:2] == key[:2]]
        if len(kind) >= _SEVERAL and key == max(kind, key=lambda each: self._examples[each].length):
            yield "the longest"


def _changes(common: Letter, letter: Letter) -> Iterator[Change]:
    """Paragraphs that differ, where the values of both are taken out."""
    theirs = [blank(paragraph.markdown, common) for paragraph in common.paragraphs]
    ours = [blank(paragraph.markdown, letter) for paragraph in letter.paragraphs]
    for kind, a, b, c, d in difflib.SequenceMatcher(a=theirs, b=ours, autojunk=False).get_opcodes():
        if kind != "equal":
            yield Change(there=tuple(p.markdown for p in common.paragraphs[a:b]), here=tuple(range(c, d)))


#: A value that was taken out, and a list of such values: lists are as long as a country's record.
_BLANK = "‹…›"
_BLANKS = re.compile(rf"{_BLANK}(?:[^‹›\n]{{0,8}}{_BLANK})+")
#: A symbol of the United Nations, escaped for Markdown as data is, with its year behind it.
_SYMBOL = re.compile(r"[A-Z]+(?:\\?/[A-Z0-9.\\-]+)+(?:\s*[(（][^()（）]{1,12}[)）])?")


def blank(text: str, letter: Letter) -> str:
    """Take out of a paragraph what differs from country to country: its names, and the symbols of its record."""
    view = country_view(countries()[letter.contact.country], letter.language)
    names = {view.the, view.of, view.within, view.to, view.formal, view.name, letter.contact.organisation}
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = re.sub(re.escape(name), _BLANK, text, flags=re.IGNORECASE)
    return _BLANKS.sub(_BLANK, _SYMBOL.sub(_BLANK, text))
