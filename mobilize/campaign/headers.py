"""Names at the head of a table -> the columns that we know, and a proposal for those that nearly are."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The columns that a file may have."""

    #: In the order in which we write them.
    columns: tuple[str, ...]
    #: Without one of these the file cannot be used.
    required: frozenset[str]
    #: Other names by which people call a column -> our name; folded as `fold` does.
    aliases: Mapping[str, str] = field(default_factory=dict)
    #: Columns that we write for people, and that are neither read nor warned of: why a row was refused.
    ignored: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the names at the head of a table mean."""

    #: Our name -> its place, from 0.
    places: Mapping[str, int]
    #: Place -> (name as read, our name that it probably means; empty: none does).
    unknown: Mapping[int, tuple[str, str]]
    #: Our names that stand there twice.
    doubled: tuple[str, ...]
    #: Required columns that are not there.
    missing: tuple[str, ...]


#: Characters that nobody sees and that programs put at the head of a file or a cell: BOM, zero-width space, soft
#: hyphen, word joiner. Not the zero-width (non-)joiners: Persian and Hindi need them.
INVISIBLE = "\ufeff\u200b\u00ad\u2060"

_GAPS = re.compile(r"[\s_\-./]+")


def fold(name: str) -> str:
    """Bring a column's name to one form: no case, no accents, no invisible characters, one "_" for any gap."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(each for each in plain if not unicodedata.combining(each) and each not in INVISIBLE)
    return _GAPS.sub("_", plain.strip()).strip("_:*")


def understand(names: Iterable[str], layout: Layout) -> Head:
    """Find our columns among the names of a table's head.

    A name that differs from ours only in case, spaces, accents or invisible characters is ours. Another that is known
    to mean one of ours, or is nearly written like it, becomes a proposal for a person to accept: never a column.
    """
    ours = {fold(column): column for column in layout.columns}
    places: dict[str, int] = {}
    doubled: list[str] = []
    others: dict[int, str] = {}
    for place, name in enumerate(names):
        column = ours.get(fold(name))
        if fold(name) in layout.ignored:
            continue
        if column is None:
            others[place] = name
        elif column in places:
            doubled.append(column)
        else:
            places[column] = place
    unknown: dict[int, tuple[str, str]] = {}
    proposed: set[str] = set(places)
    for place, name in others.items():
        proposal = _propose(name, layout, proposed)
        proposed.add(proposal)
        unknown[place] = (name.strip(), proposal)
    missing = tuple(column for column in layout.columns if column in layout.required and column not in places)
    return Head(places=places, unknown=unknown, doubled=tuple(doubled), missing=missing)


def _propose(name: str, layout: Layout, taken: set[str]) -> str:
    """Name the column that was probably meant and is not there yet; empty: none."""
    folded = fold(name)
    if layout.aliases.get(folded, "") not in taken | {""}:
        return layout.aliases[folded]
    free = {fold(column): column for column in layout.columns if column not in taken}
    # 0.8 takes a letter too many, one missing or two exchanged ("contry", "emial"), and not "date" for "gender".
    close = difflib.get_close_matches(folded, free, n=1, cutoff=0.8)
    return free[close[0]] if close else ""
