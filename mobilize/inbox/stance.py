"""Stance: what a government says of the draft, by rules that an organiser can read (`lexicon/`).

A sentence counts when it speaks of the government's own position on the draft. In each clause the position's words are
read with what stands around them: denied ("not in a position to"), denied twice ("cannot but"), only weighed
("whether to"), past ("last year"), someone else's ("Norway supports"), only on a part ("paragraph 8"). What is left
decides; every decision carries the words that made it. A suggestion: a person confirms it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mobilize.inbox import places
from mobilize.inbox.claims import Claim, Says, Subjects, Voice, claims, is_ours
from mobilize.inbox.folding import Folded, fold, folded
from mobilize.inbox.lexicon import Lexicon, load
from mobilize.inbox.phrases import Hit
from mobilize.inbox.reply import Evidence
from mobilize.inbox.sentences import Sentence, sentences, unwrapped

#: A letter says what it says in its first pages; annexes are not read for a position.
_ENOUGH = 20_000
CONCERNS = ("responsibilities", "srhr", "other")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a text says of the government's position."""

    #: "cosponsor", "support", "conditional", "noncommittal", "oppose", or None: nothing is said.
    stance: str | None
    #: Of CONCERNS, in that order.
    concerns: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def judge(
    text: str,
    language: str | None,
    lexicon: Lexicon | None = None,
    *,
    country: str | None = None,
    voice: Voice = Voice.GOVERNMENT,
    exchange: Sequence[tuple[str, str]] = (),
) -> Finding:
    """Read the government's position out of a text.

    text: the author's own words, without quotes and signature.
    language: of the text; English where unknown.
    lexicon: the language's, a campaign's additions included; ours where None.
    country: the government concerned, so that another's position is not taken for its.
    exchange: questions of ours that were quoted, each with the answer below it; the answers stand in the text too.
    """
    plain = unwrapped(text[:_ENOUGH])
    if not plain or (voice is Voice.PARTNER and country is None):  # a report of several governments, or of none
        return Finding(None, (), ())
    lexicon = lexicon or load(language or "en")
    source = folded(plain)
    found = sentences(source.text, lexicon.phrases.find(source.text))
    placed = tuple(
        places.Mention(m.code, source.place(m.start), source.place(m.end), m.kind)
        for m in places.mentions(source, language)
    )
    subjects = Subjects(country, voice, placed)
    said = tuple(claims(source.text, found, subjects, lexicon.language))
    raised = _concerns(source, found, subjects, lexicon.language, said)
    said += tuple(_answered(exchange, lexicon))
    ours = tuple(each for each in found if is_ours(source.text, each, subjects, lexicon.language))
    return _weigh(source, ours, said, raised)


def _answered(exchange: Sequence[tuple[str, str]], lexicon: Lexicon) -> Iterator[Claim]:
    """What "yes" and "no" mean below a quoted question: "Will your Government co-sponsor?" "Yes, on Friday."."""
    for question, answer in exchange:
        asked = lexicon.phrases.find(fold(unwrapped(question)))
        reply = fold(unwrapped(answer)).lstrip(' "-')
        first = next(
            (hit for hit in lexicon.phrases.find(reply) if hit.group.startswith("answer.") and not hit.start), None
        )
        subject = next(
            (hit for hit in asked if hit.group in ("position.cosponsor", "position.yes", "position.support")), None
        )
        if first is None or subject is None:
            continue
        meaning = _ANSWERS[subject.group == "position.cosponsor", first.group == "answer.yes"]
        # Places in another text: the rule alone is shown.
        yield Claim(meaning, Hit(0, 0, subject.group, subject.written), Sentence(0, len(reply), question=False))


_ANSWERS = {
    (True, True): Says.COSPONSOR,
    (True, False): Says.NO_COSPONSOR,
    (False, True): Says.FOR,
    (False, False): Says.AGAINST,
}


def _weigh(
    source: Folded, ours: tuple[Sentence, ...], said: tuple[Claim, ...], raised: tuple[tuple[str, Evidence], ...]
) -> Finding:
    """All claims of a text to one stance. ours: the sentences in which the government speaks of itself."""
    stance, because = _stance(said, ours, troubled=bool(raised))
    concerns = tuple(name for name in CONCERNS if any(name == raised_name for raised_name, _ in raised))
    if stance is None:
        return Finding(None, (), ())
    evidence = [Evidence(field="stance", words=source.words(c.hit.start, c.hit.end), rule=_rule(c)) for c in because]
    evidence += [each for _, each in raised]
    evidence += _quoted(source, said, because)
    return Finding(stance, concerns, tuple(evidence))


#: What speaks for the draft, against it, and neither: a text whose claims fall into one of these is clear.
_SIDES = (
    frozenset({Says.COSPONSOR, Says.FOR, Says.LETS_PASS}),
    frozenset({Says.AGAINST, Says.NO_COSPONSOR, Says.AGAINST_PART, Says.WOULD_HAVE}),
    frozenset({Says.UNDECIDED}),
)

#: Signs of a quoted sentence that are shown; what comes behind is in the text.
_LONGEST = 400


def _quoted(source: Folded, said: tuple[Claim, ...], because: tuple[Claim, ...]) -> Iterator[Evidence]:
    """The whole sentence that decided, and how sure that is: "clear", or "mixed" where others point elsewhere."""
    first = next((each for each in because if each.hit.end > each.hit.start), None)
    if first is not None:
        words = " ".join(source.words(first.sentence.start, first.sentence.end).split())[:_LONGEST]
        sides = {number for number, side in enumerate(_SIDES) for each in said if each.says in side}
        yield Evidence(field="sentence", words=words, rule=f"confidence.{'mixed' if len(sides) > 1 else 'clear'}")


def _rule(claim: Claim) -> str:
    return f"{claim.says.value}: {claim.hit.group} {claim.hit.written!r}"


def _stance(
    said: tuple[Claim, ...], ours: tuple[Sentence, ...], *, troubled: bool
) -> tuple[str | None, tuple[Claim, ...]]:
    """The stance, and the claims that made it."""
    by = {says: tuple(c for c in said if c.says is says) for says in Says}
    positive = by[Says.COSPONSOR] + by[Says.FOR] + by[Says.LETS_PASS]
    against = by[Says.AGAINST]
    if against and not _taken_back(against, positive):
        return "oppose", against
    if by[Says.COSPONSOR]:
        named = by[Says.COSPONSOR]
        return ("conditional" if all(_hangs(c) for c in named) else "cosponsor"), named
    if not positive:
        return _without_verb_for(by)
    undecided = by[Says.UNDECIDED]
    if undecided and not by[Says.LETS_PASS] and undecided[-1].hit.start > positive[-1].hit.start:
        return "noncommittal", undecided
    keeps_back = troubled or by[Says.AGAINST_PART] or any(_hangs(c) for c in positive) or _reserves(ours)
    return ("conditional" if keeps_back else "support"), positive


def _without_verb_for(by: dict[Says, tuple[Claim, ...]]) -> tuple[str | None, tuple[Claim, ...]]:
    """The stance of a text that says neither yes nor no."""
    if by[Says.WOULD_HAVE]:
        return "oppose", by[Says.WOULD_HAVE]
    if by[Says.ONLY_IF]:
        return "conditional" if any(_hangs(c) for c in by[Says.ONLY_IF]) else "noncommittal", by[Says.ONLY_IF]
    voted = tuple(c for c in by[Says.AGAINST_PART] if c.hit.group == "position.no")
    if voted:  # against the paragraph, and for nothing
        return "oppose", voted
    for says in (Says.UNDECIDED, Says.UNDECIDED_NAME, Says.AGAINST_PART, Says.NO_COSPONSOR, Says.WAITS):
        if by[says]:
            return "noncommittal", by[says]
    return None, ()


def _taken_back(against: tuple[Claim, ...], positive: tuple[Claim, ...]) -> bool:
    """Whether a later sentence goes along after all: "could not support the first text; the new one we can"."""
    last = against[-1]
    return any(
        c.sentence.start > last.sentence.start and not _hangs(c) and c.says is not Says.LETS_PASS for c in positive
    )


def _hangs(claim: Claim) -> bool:
    """Whether a claim hangs on a condition in its sentence."""
    # «si bien» is no "if".
    masks = claim.sentence.of("meaning.if_voted", "meaning.turn", "meaning.act")
    return any(not any(mask.start <= hit.start < mask.end for mask in masks) for hit in claim.sentence.of("meaning.if"))


def _reserves(ours: tuple[Sentence, ...]) -> bool:
    for sentence in ours:
        masks = sentence.of("meaning.not_not", "concern.fine")
        for hit in sentence.of("meaning.reserve"):
            if not any(mask.start <= hit.start < mask.end for mask in masks):
                return True
    return False


def _concerns(
    source: Folded, found: tuple[Sentence, ...], subjects: Subjects, language: str, said: tuple[Claim, ...]
) -> tuple[tuple[str, Evidence], ...]:
    """What the government finds fault with, sentence by sentence."""
    raised: list[tuple[str, Evidence]] = []
    for sentence in found:
        here = [c for c in said if c.sentence is sentence]
        if sentence.question or not (here or is_ours(source.text, sentence, subjects, language)):
            continue
        against = any(c.says in (Says.AGAINST, Says.AGAINST_PART) for c in here)
        if sentence.has("object.amendment") and not against:
            continue  # against those who would change the text
        if against or sentence.has("concern.trouble", "meaning.reserve", "meaning.if"):
            raised.extend(_raised(source, sentence, against=against, near=_FINE_HAN if language == "zh" else _FINE))
    return tuple(raised)


def _raised(source: Folded, sentence: Sentence, *, against: bool, near: int) -> list[tuple[str, Evidence]]:
    """The concerns that a sentence which finds fault names, each once.

    against: it says no. "As paragraph 8 is retained, we vote against it" finds fault with what is retained.
    """
    fine = sentence.of("meaning.not_not", *(() if against else ("concern.fine",)))
    out: list[tuple[str, Evidence]] = []
    for group, name in (
        ("duties", "responsibilities"),
        ("law", "responsibilities"),
        ("srhr", "srhr"),
        ("other", "other"),
    ):
        for hit in sentence.of(f"concern.{group}"):
            if any(abs(hit.start - mask.end) < near or mask.start <= hit.start < mask.end for mask in fine):
                continue
            if group == "law" and _limits_srhr(source.text, sentence, hit.start):
                continue
            words = source.words(hit.start, hit.end)
            out.append((name, Evidence(field="concerns", words=words, rule=f"{hit.group} {hit.written!r}")))
            break
    return out


#: A concern this close behind words that find no fault is none: "no difficulty with paragraph 8".
_FINE, _FINE_HAN = 25, 6


def _limits_srhr(text: str, sentence: Sentence, place: int) -> bool:
    """Whether a national law is named only against paragraph 8: both stand between the same commas."""
    begin = max(text.rfind(",", sentence.start, place), sentence.start)
    end = text.find(",", place, sentence.end)
    end = sentence.end if end < 0 else end
    return any(begin <= hit.start < end for hit in sentence.of("concern.srhr"))
