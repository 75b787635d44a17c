"""Why a reading is in doubt, in words: another view of the mail says something else (`inbox/views.py`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mobilize.inbox.asides import Where
from mobilize.inbox.reply import Evidence
from mobilize.inbox.views import FIELD

#: What each part is called, as the subject of "says".
_PARTS = {
    Where.END: "the part folded below the closing",
    Where.QUOTE: "the part folded as a quote",
    Where.NOTE: "the note of who passed it on",
}


_KNOWN = frozenset(each.value for each in Where)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What another view says."""

    where: Where
    stance: str
    #: The sentence that says it, as it stands in the mail.
    words: str

    @property
    def reason(self) -> str:
        """In words, without those of the mail: this may be kept in the clear."""
        if self.where is Where.LETTER:
            return f"what says {self.stance} reads like a letter to a government"
        return f"{_PARTS[self.where]} says {self.stance}"


def doubts(evidence: object) -> tuple[Doubt, ...]:
    """The doubts among the evidence of a reply, as it was read or as the log keeps it."""
    return tuple(_doubts(evidence if isinstance(evidence, (list, tuple)) else ()))


def _doubts(evidence: Iterable[object]) -> Iterator[Doubt]:
    for each in evidence:
        field, rule, words = _fields(each)
        where, _, stance = rule.removeprefix(f"{FIELD}.").partition(": ")
        if field == FIELD and where in _KNOWN:
            yield Doubt(where=Where(where), stance=stance, words=words)


def _fields(each: object) -> tuple[str, str, str]:
    if isinstance(each, Evidence):
        return each.field, each.rule, each.words
    if isinstance(each, Mapping):
        return str(each.get("field")), str(each.get("rule")), str(each.get("words"))
    return "", "", ""
