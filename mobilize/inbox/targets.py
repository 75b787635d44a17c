"""Targets: which countries a partner says she will approach, and not those that she only speaks of.

Each place takes the plan that governs it in its clause: "we will write to Kenya", "Uganda was visited", "Egypt others
do", "maybe later Sudan". Lists below a heading ("Which countries do we plan to target?") take the heading's plan. A
capital stands for its country. Which words mean which plan stands in `lexicon/`, section [plan].
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mobilize.inbox import places
from mobilize.inbox.folding import Folded, folded
from mobilize.inbox.lexicon import Lexicon, load
from mobilize.inbox.phrases import Hit
from mobilize.inbox.places import Mention
from mobilize.inbox.reply import Evidence
from mobilize.inbox.sentences import Sentence, sentences, unwrapped

_ENOUGH = 20_000
_PLANS = tuple(f"plan.{name}" for name in ("will", "maybe", "drop", "left", "done", "only_named"))
#: "do not plan to": a plan this close behind a denial is denied, in characters.
_DENIED = 24
#: "the Kenyan ministry": an adjective is a target only where its government follows within so many characters.
_OF_GOVERNMENT = 30
#: A heading this long is a paragraph, and governs nothing below it.
_HEADING = 160
_ITEM = re.compile(r"\s*(?:[-*•·–>→]|\d{1,2}[.)]|[a-z][.)])\s*")
#: Where a plan's reach to the right ends; brackets and dashes do not stop what takes a place back again.
_CLAUSE_END = re.compile(r"[;。\n]")


@dataclass(frozen=True, slots=True)
class Targets:
    """The countries that a text says will be approached."""

    #: Alpha-2 codes, sorted.
    codes: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def find(text: str, language: str | None, lexicon: Lexicon | None = None) -> Targets:
    """Find the countries that the writer says she, or her group, will approach.

    text: a partner's report, or a forwarder's own note. lexicon: the language's; ours where None.
    """
    plain = unwrapped(text[:_ENOUGH])
    if not plain:
        return Targets((), ())
    lexicon = lexicon or load(language or "en")
    source = folded(plain)
    found = sentences(source.text, lexicon.phrases.find(source.text))
    mentions = tuple(
        Mention(m.code, source.place(m.start), source.place(m.end), m.kind)
        for m in places.mentions(source, language)
        if not _is_adjective_of_people(source, m, found)
    )
    chosen: dict[str, Evidence] = {}
    for mention, plan in _planned(source.text, found, mentions):
        if plan.group == "plan.will":
            words = f"{source.words(plan.start, plan.end)} … {source.words(mention.start, mention.end)}"
            chosen.setdefault(mention.code, Evidence(field="targets", words=words, rule=f"plan.will {plan.written!r}"))
    codes = tuple(sorted(chosen))
    return Targets(codes, tuple(chosen[code] for code in codes))


def _is_adjective_of_people(source: Folded, mention: Mention, found: Iterable[Sentence]) -> bool:
    """An adjective that no ministry follows: "our Kenyan colleagues"."""
    if mention.kind != "adjective":
        return False
    start, end = source.place(mention.start), source.place(mention.end)
    return not any(
        -_OF_GOVERNMENT < hit.start - end < _OF_GOVERNMENT and hit.end != start
        for sentence in found
        if sentence.start <= start < sentence.end
        for hit in sentence.of("who.government")
    )


def _planned(text: str, found: tuple[Sentence, ...], mentions: tuple[Mention, ...]) -> Iterator[tuple[Mention, Hit]]:
    """Each place with the plan that governs it, where any does."""
    heading: Hit | None = None
    for sentence in found:
        plans = _effective(sentence)
        here = [m for m in mentions if sentence.start <= m.start < sentence.end]
        item = _ITEM.match(text, sentence.start, sentence.end) is not None
        if here:
            yield from _in_sentence(text, sentence, plans, here, heading if item or _bare(sentence, here) else None)
        heading = _heading(text, sentence, plans, heading, item=item)


def _heading(text: str, sentence: Sentence, plans: list[Hit], before: Hit | None, *, item: bool) -> Hit | None:
    """The plan that the lines below a sentence take from it: a heading's own, a list's heading's."""
    words = text[sentence.start : sentence.end].rstrip()
    opens = words.endswith((":", "?", "؟")) or text[sentence.end : sentence.end + 1] == "\n"
    own = [hit for hit in plans if hit.group in ("plan.will", "plan.done", "plan.drop", "plan.left", "plan.maybe")]
    if own and not item:
        return own[-1] if opens and len(words) <= _HEADING else None
    return before if item or not words else None


def _bare(sentence: Sentence, here: list[Mention]) -> bool:
    """Whether a line holds little else than places: a list without bullets."""
    named = sum(m.end - m.start for m in here)
    return 2 * named >= sentence.end - sentence.start - 2


def _effective(sentence: Sentence) -> list[Hit]:
    """The plans of a sentence, without those that stand inside a longer one or right behind a denial."""
    hits = _longest(sentence.of(*_PLANS))
    drops = [hit for hit in hits if hit.group == "plan.drop"]
    return [
        hit
        for hit in hits
        if hit.group != "plan.will" or not any(0 <= hit.start - drop.end < _DENIED for drop in drops)
    ]


def _in_sentence(
    text: str, sentence: Sentence, plans: list[Hit], here: list[Mention], heading: Hit | None
) -> Iterator[tuple[Mention, Hit]]:
    ends = sorted(
        {match.start() for match in _CLAUSE_END.finditer(text, sentence.start, sentence.end)}
        | {hit.start for hit in sentence.of("meaning.turn")}
    )
    for mention in here:
        plan = _governing(mention, plans, ends, here) or heading
        if plan is not None:
            yield mention, plan


def _governing(mention: Mention, plans: list[Hit], ends: list[int], here: list[Mention]) -> Hit | None:
    """The plan nearest to a place: one behind it in its clause that takes it away, else the last one before it.

    Verbs may stand last (Persian, Turkish), so a plan behind counts where none stands before in the clause.
    """
    low = max((end for end in ends if end <= mention.start), default=-1)
    high = min((end for end in ends if end >= mention.end), default=1 << 60)
    behind = [hit for hit in plans if mention.end <= hit.start < high]
    before = [hit for hit in plans if low <= hit.start and hit.end <= mention.start]
    named = [hit for hit in before if hit.group == "plan.only_named"]
    if named and named[-1] is before[-1] and mention.start - named[-1].end <= len(" the former "):
        return named[-1]
    before = [hit for hit in before if hit.group != "plan.only_named"]
    if before and before[-1].group == "plan.will":
        return _taken_away(mention, behind, here) or before[-1]
    if before:
        later = [hit for hit in behind if hit.group == "plan.will"]
        return before[-1] if before[-1].group != "plan.done" or not later else later[0]
    if behind:
        return behind[0]
    # "…, then Eritrea": the clause has no plan of its own, and takes the sentence's last one before it.
    earlier = [hit for hit in plans if hit.end <= mention.start and hit.group != "plan.only_named"]
    return earlier[-1] if earlier else None


def _taken_away(mention: Mention, behind: list[Hit], here: list[Mention]) -> Hit | None:
    """A plan behind a place that takes it away, where no other place stands between."""
    following = min((m.start for m in here if m.start >= mention.end), default=1 << 60)
    for hit in behind:
        if hit.start < following and hit.group in ("plan.maybe", "plan.drop", "plan.left", "plan.done"):
            return hit
    return None


def _longest(hits: Iterable[Hit]) -> list[Hit]:
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (-(hit.end - hit.start), hit.start)):
        if not any(hit.start < other.end and other.start < hit.end for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.start)
