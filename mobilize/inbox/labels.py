"""The lexicon of mail programs' labels and markers (lexicon/headers.toml), folded and ready to look up."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from mobilize.inbox.folding import fold

#: Roles of a header line, as the tables name them.
ROLES = ("from", "to", "cc", "bcc", "date", "subject", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Every label and marker, folded."""

    #: Label -> role -> the languages in which it has that role.
    roles: Mapping[str, Mapping[str, frozenset[str]]]
    #: Lines that say that a forwarded message follows.
    forward: frozenset[str]
    #: The same, where a name or address goes on after these words.
    forward_begins: tuple[str, ...]
    #: Lines above what is quoted, in answers and forwards alike.
    original: frozenset[str]
    #: Lines that end a forwarded message.
    end: frozenset[str]
    #: Words of a hand-made end line.
    pasted_end: frozenset[str]
    #: Words of a hand-made separator that say that another's text follows.
    pasted_cues: frozenset[str]
    #: First words of a letter.
    salutations: tuple[str, ...]
    #: First words of a greeting that is no salutation, and single words behind one that are no name.
    greetings: tuple[str, ...]
    no_names: frozenset[str]
    #: Words of who passes something on.
    pointing: tuple[str, ...]
    #: First words of a subject.
    forward_prefixes: frozenset[str]
    reply_prefixes: frozenset[str]
    unsure_prefixes: frozenset[str]
    #: "wrote" in all languages, the longest first.
    wrote: tuple[str, ...]
    #: First words of "On … wrote:".
    openers: frozenset[str]


def words(text: str) -> tuple[str, ...]:
    """The phrases of a table's string, between bars, folded, each once."""
    return tuple(dict.fromkeys(cleaned for each in text.split("|") if (cleaned := " ".join(fold(each).split()))))


def table(name: str) -> dict[str, dict[str, object]]:
    """One TOML file of the lexicon."""
    loaded: dict[str, dict[str, object]] = tomllib.loads(
        files("mobilize.inbox.lexicon").joinpath(name).read_text("utf-8")
    )
    return loaded


@cache
def labels() -> Labels:
    """The labels, read once."""
    data = table("headers.toml")
    markers = {name: words(str(value)) for name, value in data["markers"].items()}
    subjects = {name: frozenset(words(str(value))) for name, value in data["subjects"].items()}
    return Labels(
        roles=_roles(data["labels"]),
        forward=frozenset(markers["forward"]),
        forward_begins=markers["forward_begins"],
        original=frozenset(markers["original"]),
        end=frozenset(markers["end"]),
        pasted_end=frozenset(markers["pasted_end"]),
        pasted_cues=frozenset(markers["pasted_cues"]),
        salutations=tuple(sorted(markers["salutations"], key=len, reverse=True)),
        greetings=tuple(sorted(markers["greetings"], key=len, reverse=True)),
        no_names=frozenset(markers["no_names"]),
        pointing=markers["pointing"],
        forward_prefixes=subjects["forward"],
        reply_prefixes=subjects["reply"],
        unsure_prefixes=subjects["unsure"],
        wrote=tuple(sorted(words(str(data["wrote"]["verbs"])), key=len, reverse=True)),
        openers=frozenset(words(str(data["wrote"]["openers"]))),
    )


def _roles(tables: Mapping[str, object]) -> dict[str, dict[str, frozenset[str]]]:
    found: dict[str, dict[str, set[str]]] = {}
    for language, listed in tables.items():
        assert isinstance(listed, dict)
        for role, text in listed.items():
            for label in words(text):
                found.setdefault(label, {}).setdefault(role, set()).add(language)
    return {label: {role: frozenset(codes) for role, codes in each.items()} for label, each in found.items()}
