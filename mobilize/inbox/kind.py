"""What kind of mail it is: an answer, a receipt, a partner's report, a wish to be left alone, or none of our business.

What a machine says was decided before (`machine`, `bounce`). The words are the lexicon's (`kind.…`).
"""

from __future__ import annotations

from dataclasses import dataclass

from mobilize.inbox.claims import Voice
from mobilize.inbox.folding import fold
from mobilize.inbox.lexicon import Lexicon
from mobilize.inbox.machine import Verdict
from mobilize.inbox.offices import Office, Sender, names_office
from mobilize.inbox.phrases import Hit
from mobilize.inbox.reply import Evidence
from mobilize.inbox.sentences import unwrapped
from mobilize.inbox.stance import Finding
from mobilize.inbox.unwrap import Unwrapped

#: Words that decide stand in a letter's first pages.
_ENOUGH = 8_000
#: A wish to be left alone is short; in a long text the same words are about something else.
_SHORT = 700
#: Phrases of spam that must come together: one alone stands in honest mail too.
_SPAM = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a mail when its kind is decided."""

    found: Unwrapped
    author: Sender
    machine: Verdict
    finding: Finding
    #: Countries that the author plans to approach, where she writes as a partner.
    planned: tuple[str, ...]
    #: It went to many: a newsletter or a list.
    bulk: bool
    #: It answers a letter of ours, by its token or its Message-ID.
    answers: bool
    attachments: bool
    #: Words that were cut take a position, where hers say none (`views`).
    elsewhere: bool
    lexicon: Lexicon


@dataclass(frozen=True, slots=True)
class Decision:
    """A kind and what decided it."""

    kind: str
    evidence: tuple[Evidence, ...]


def office(found: Unwrapped, author: Sender) -> Office:
    """Who the innermost author is: by address and name, else by the signature that the mail ends with.

    A text that somebody forwards without any name was written by an office: partners forward answers.
    """
    if author.office is not Office.UNKNOWN:
        return author.office
    return names_office(found.closing) if found.closing else Office.UNKNOWN


def voice(who: Office, found: Unwrapped) -> Voice:
    """In whose voice the text speaks of the government's position."""
    if who is Office.INSTITUTION:
        return Voice.INSTITUTION
    if who is Office.GOVERNMENT or (who is Office.UNKNOWN and found.via != "direct"):
        return Voice.GOVERNMENT
    return Voice.PARTNER


def decide(facts: Facts, who: Office) -> Decision:
    """The kind of a mail that is neither bounce nor feedback report."""
    text = fold(unwrapped(facts.found.text[:_ENOUGH]))
    hits = facts.lexicon.phrases.find(text)
    if facts.machine.automatic == "sure":
        return Decision("auto_reply", facts.machine.evidence)
    if not text.strip():
        answered = (facts.attachments or facts.elsewhere) and who in _OFFICES
        return Decision("reply" if answered else "other", (_why("empty", "", "kind.empty"),))
    if facts.machine.automatic and facts.finding.stance is None:
        return Decision("auto_reply", facts.machine.evidence)
    unasked = _left_alone(facts, hits, text, who) or _automatic(facts, hits, text)
    if unasked is not None:
        return unasked
    return _of_office(facts, hits, text, who) if who in _OFFICES else _of_others(facts, hits, text, who)


_OFFICES = (Office.GOVERNMENT, Office.INSTITUTION)


def _automatic(facts: Facts, hits: tuple[Hit, ...], text: str) -> Decision | None:
    """The lexicon's words that show a machine's answer: its own, or two of an absence that stand for nothing else."""
    if len(text) > _SHORT or facts.finding.stance is not None or facts.planned or facts.bulk:
        return None
    if _of(hits, "kind.report", "kind.spam"):
        return None
    own, absent = _of(hits, "kind.automatic"), _of(hits, "kind.absent")
    away = len({hit.written for hit in absent}) >= _ABSENT and not _of(hits, "kind.acknowledge")
    return _decided("auto_reply", own or absent, text) if own or away else None


#: One such phrase stands in people's letters too: "the Minister is on mission".
_ABSENT = 2


def _left_alone(facts: Facts, hits: tuple[Hit, ...], text: str, who: Office) -> Decision | None:
    """A wish to get no more mail, or a complaint about it; offices that write more than that answer."""
    wishes, complaints = _of(hits, "kind.unsubscribe"), _of(hits, "kind.complaint")
    if not wishes and not complaints:
        return None
    if len(text) > _SHORT or facts.finding.stance is not None or facts.planned or facts.bulk or _spam(hits, facts, who):
        return None
    if who in _OFFICES and not wishes:
        return None
    if len(complaints) > len(wishes) or (complaints and not wishes and len(complaints) > 1):
        return _decided("complaint", complaints, text)
    if wishes:
        return _decided("unsubscribe", wishes, text)
    return _decided("complaint", complaints, text) if facts.answers or len(text) < _SHORT / 2 else None


def _of_office(facts: Facts, hits: tuple[Hit, ...], text: str, who: Office) -> Decision:
    receipts = _of(hits, "kind.acknowledge")
    silent = facts.finding.stance is None and not facts.finding.concerns and not _of(hits, "kind.meeting")
    # A ministry's receipt may repeat what it was asked; of what an institution says for itself no stance is made.
    if receipts and silent and not (who is Office.INSTITUTION and _speaks(hits)):
        return _decided("acknowledgement", receipts, text)
    return Decision("reply", (_why("reply", facts.author.because, "kind.office"),))


def _speaks(hits: tuple[Hit, ...]) -> bool:
    """Whether a text takes a side of its own beyond the letter's fate, as an institution's may."""
    return bool(
        _of(hits, "position.cosponsor", "position.support", "position.yes", "position.oppose", "position.no")
    ) and bool(_of(hits, "object.draft", "object.part"))


def _of_others(facts: Facts, hits: tuple[Hit, ...], text: str, who: Office) -> Decision:
    """A partner, or somebody whom neither address nor name shows."""
    if who is not Office.PARTNER and (_spam(hits, facts, who) or (facts.bulk and facts.found.via == "direct")):
        return Decision(
            "other", tuple(_shown(hit, text) for hit in _of(hits, "kind.spam")) or (_why("bulk", "", "kind.bulk"),)
        )
    reports = _of(hits, "kind.report", "plan.will", "plan.done")
    if facts.found.via != "direct" and who is Office.UNKNOWN:
        return _of_office(facts, hits, text, who)
    known = who is Office.PARTNER or facts.answers
    if facts.planned or reports or (facts.finding.stance is not None and known):
        return _decided("partner_report", reports, text)
    if who is Office.PARTNER and len(text) > _GREETING:
        return Decision("partner_report", (_why("partner_report", facts.author.because, "kind.partner"),))
    return Decision("other", (_why("other", "", "kind.nothing"),))


#: A partner's mail shorter than this is a test or a greeting.
_GREETING = 40


def _spam(hits: tuple[Hit, ...], facts: Facts, who: Office) -> bool:
    if who in (*_OFFICES, Office.PARTNER) and facts.author.country:
        return False
    return len({hit.written for hit in _of(hits, "kind.spam")}) >= _SPAM


def _of(hits: tuple[Hit, ...], *groups: str) -> list[Hit]:
    return [hit for hit in hits if hit.group in groups]


def _decided(kind: str, hits: list[Hit], text: str) -> Decision:
    return Decision(kind, tuple(_shown(hit, text) for hit in hits[:3]))


def _shown(hit: Hit, text: str) -> Evidence:
    return Evidence(field="kind", words=text[hit.start : hit.end], rule=f"{hit.group}: {hit.written}"[:200])


def _why(kind: str, words: str, rule: str) -> Evidence:
    return Evidence(field="kind", words=words or kind, rule=rule)
