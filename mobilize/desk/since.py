"""What changed since the last preview: letters whose text is another, and facts of the draft that moved.

A renumbered draft changes one line of campaign.toml and many letters; the lead should see which.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from mobilize.campaign.campaign import Campaign, Draft
from mobilize.letter.merge import Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What a preview keeps in its folder for the next one."""

    #: Fact of the draft ("symbol", "paragraphs srhr") -> value, in words.
    draft: Mapping[str, str]
    #: Contact -> digest of its letter.
    digests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One fact of the draft that is another now."""

    #: As it stands in campaign.toml: "[draft.paragraphs] srhr".
    where: str
    #: Before and now; empty: it was not there, or is not any more.
    was: str
    now: str
    #: Contacts whose letter says so now.
    contacts: tuple[str, ...]


def facts(draft: Draft) -> Mapping[str, str]:
    """The facts of a draft that letters cite: place in campaign.toml -> value."""
    found = {
        "[draft] symbol": draft.symbol,
        "[draft] tabled_by": draft.tabled_by,
        "[draft] tabled_on": draft.tabled_on.isoformat(),
    }
    return {**found, **{f"[draft.paragraphs] {name}": str(number) for name, number in draft.paragraphs.items()}}


def read(data: bytes) -> Remembered | None:
    """Read what an earlier preview kept; None where it kept nothing that can be read."""
    try:
        kept = json.loads(data)
        return Remembered(draft=dict(kept["draft"]), digests=dict(kept["digests"]))
    except (ValueError, KeyError, TypeError):
        return None


def written(remembered: Remembered) -> bytes:
    """Write down what the next preview compares with: no address, no text."""
    return json.dumps(asdict(remembered), sort_keys=True).encode()


class Comparison:
    """Compares the letters of this preview with the last, one by one."""

    def __init__(self, campaign: Campaign, last: Remembered | None) -> None:
        self._campaign = campaign
        self._last = last
        self._now = facts(campaign.draft)
        self._cites: dict[str, list[str]] = {}
        self._digests: dict[str, str] = dict(last.digests) if last else {}

    def changed(self, letter: Letter) -> bool:
        """Take one letter; whether it says something else than in the last preview."""
        contact = letter.contact.id
        before = self._digests.get(contact)
        self._digests[contact] = letter.digest
        for fact in _cited(letter, self._now):
            self._cites.setdefault(fact, []).append(contact)
        return before is not None and before != letter.digest

    def moved(self) -> tuple[Moved, ...]:
        """Facts of the draft that are others than in the last preview, each with the letters that cite it."""
        if self._last is None:
            return ()
        names = {**self._last.draft, **self._now}
        return tuple(
            Moved(
                where=f"campaign.toml {name}",
                was=self._last.draft.get(name, ""),
                now=self._now.get(name, ""),
                contacts=tuple(self._cites.get(name, ())),
            )
            for name in names
            if self._last.draft.get(name, "") != self._now.get(name, "")
        )

    def remembered(self) -> Remembered:
        """What to keep for the next preview; letters that this one did not write stay as they were."""
        return Remembered(draft=self._now, digests=self._digests)


def _cited(letter: Letter, facts: Mapping[str, str]) -> Iterator[str]:
    """Facts of the draft that a letter shows: a paragraph by its reason, all others by their words."""
    reasons = "; ".join(paragraph.why for paragraph in letter.paragraphs)
    words = _words(letter)
    for name, value in facts.items():
        by_reason = name.startswith("[draft.paragraphs]") and f"{name} = " in reasons
        by_word = name == "[draft] symbol" and any(value in each for each in words)
        by_country = name == "[draft] tabled_by" and f"tabled_by = {value}" in reasons
        if by_reason or by_word or by_country:
            yield name


def _words(letter: Letter) -> Sequence[str]:
    bodies = (paragraph.markdown.replace("\\", "") for paragraph in letter.paragraphs)
    return (letter.subject, *bodies)
