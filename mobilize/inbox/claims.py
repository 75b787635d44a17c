"""Claims: what each clause of a text says of the draft, once the words around its position are weighed.

The words are the lexicon's; the grammar here is the same for all languages: a denial reaches to the end of its clause,
a subject stands left of its verb (in Arabic also just right of it), words that only ask or weigh void what follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from mobilize.inbox.phrases import Hit
from mobilize.inbox.places import Mention
from mobilize.inbox.sentences import Sentence


class Voice(StrEnum):
    """Who speaks in the text."""

    GOVERNMENT = "government"
    #: A national institution: only what it says of its government counts.
    INSTITUTION = "institution"
    #: A partner who reports of one government.
    PARTNER = "partner"


class Says(StrEnum):
    """What one clause says, once everything around its words is weighed."""

    COSPONSOR = "cosponsor"
    NO_COSPONSOR = "no cosponsor"
    FOR = "for"
    LETS_PASS = "lets it pass"  # noqa: S105 — a position, no password
    AGAINST = "against"
    AGAINST_PART = "against a part"
    UNDECIDED = "undecided"
    #: Undecided on co-sponsoring alone.
    UNDECIDED_NAME = "undecided on co-sponsoring"
    WAITS = "waits"
    #: It would, if something were; it does not say that it will.
    ONLY_IF = "only if"
    #: It would have, had something been: it does not.
    WOULD_HAVE = "would have"


@dataclass(frozen=True, slots=True)
class Claim:
    """One clause's position."""

    says: Says
    hit: Hit
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Subjects:
    """Whose position is whose."""

    country: str | None
    voice: Voice
    #: Place names of the text, in folded places.
    mentions: tuple[Mention, ...]


#: How far a denial reaches, in characters of its clause; Chinese says the same in fewer.
_REACH, _REACH_HAN = 110, 22
#: Dictated text has no marks: in a sentence so long without a comma a denial reaches less far.
_SPOKEN, _REACH_SPOKEN = 200, 45
#: Commas between a denial and what it denies: none, or the two of an aside.
_ASIDE = (0, 2)
#: How far words that only weigh or ask reach.
_WEIGHED = 70
#: An answer of at most so many characters needs no object: "We support it." "Yes, we do."
_ELLIPTIC = 45
#: "Right after", in characters: Arabic's subject after its verb, "vote against paragraph 8".
_RIGHT_AFTER = 18

_POSITIONS = tuple(
    f"position.{name}" for name in ("cosponsor", "support", "yes", "accept", "oppose", "no", "undecided", "waits")
)
#: How near the part stands to the word that leaves it out.
_APART = 40
#: Languages whose verb stands last, its object before it.
_VERB_LAST = ("tr", "fa", "zh")
_OBJECT_FIRST = ("tr", "fa")
#: Of two groups that claim the same words, the lower wins.
_RANK = {
    f"position.{name}": rank
    for rank, name in enumerate(("no", "oppose", "accept", "undecided", "yes", "cosponsor", "support", "waits"))
}
_SAID = {"cosponsor": Says.COSPONSOR, "support": Says.FOR, "yes": Says.FOR, "accept": Says.LETS_PASS}
_DENIED = {"cosponsor": Says.NO_COSPONSOR}
_AGAINST = ("position.oppose", "position.no")
#: Where verbs end in their mood, the mood's word is the verb itself: "desteklerdik".
_MOODS = ("meaning.would", "meaning.would_have")
_NEEDS_OBJECT = ("position.support", "position.oppose")


def claims(text: str, found: Iterable[Sentence], subjects: Subjects, language: str) -> Iterator[Claim]:
    """Every clause's position in a folded text, sentence by sentence.

    A question claims nothing; nor does a sentence whose subject is not this government.
    """
    ours = subjects.voice is not Voice.INSTITUTION
    for sentence in found:
        reader = _Clause(text, sentence, subjects, language, default=ours)
        if not sentence.question:
            yield from reader.claims()
        ours = reader.goes_on_ours()


def is_ours(text: str, sentence: Sentence, subjects: Subjects, language: str) -> bool:
    """Whether a sentence is the government's own speech, for the concerns that it raises."""
    default = subjects.voice is not Voice.INSTITUTION
    return _Clause(text, sentence, subjects, language, default=default).begins_ours()


class _Clause:
    """One sentence and what its words do to each other."""

    def __init__(self, text: str, sentence: Sentence, subjects: Subjects, language: str, *, default: bool) -> None:
        self.text = text
        self.sentence = sentence
        self.language = language
        self.default = default
        self.voice = subjects.voice
        self.reach = _reach(text[sentence.start : sentence.end], language)
        self.masks = sentence.of("meaning.not_not")
        self.turns = sorted(hit.start for hit in sentence.of("meaning.turn"))
        self.nots = [hit for hit in sentence.of("meaning.not") if not _inside(hit, self.masks)]
        self.positions = _strongest(sentence.of(*_POSITIONS[:6]))
        self.markers = _markers(sentence, subjects)

    def claims(self) -> Iterator[Claim]:
        for hit in _strongest(self.sentence.of(*_POSITIONS)):
            says = self._says(hit)
            if says is not None:
                yield Claim(says, hit, self.sentence)

    def _says(self, hit: Hit) -> Says | None:
        kind = hit.group.removeprefix("position.")
        if kind in ("undecided", "waits"):
            return self._undecided(hit, kind)
        if (hit.group in _NEEDS_OBJECT and not self._has_object(hit)) or not self._is_ours(hit):
            return None
        if self._weighed(hit) or self._past(hit):
            return None
        if kind in ("oppose", "no"):
            return self._against(hit, kind, denied=self._denied(hit))
        return self._in_favour(hit, kind, denied=self._denied(hit))

    def _in_favour(self, hit: Hit, kind: str, *, denied: bool) -> Says | None:
        """What a verb for the draft says, in its mood, denied or not."""
        if self._before(hit, "meaning.would_have") is not None:
            return None if denied else Says.WOULD_HAVE
        # "He said that they would support it" is how a report tells of "we will".
        if self.voice is not Voice.PARTNER and self._before(hit, "meaning.would") is not None:
            return Says.AGAINST if denied else Says.ONLY_IF
        if denied:
            return _DENIED.get(kind, Says.AGAINST_PART if self._only_a_part(hit) else Says.AGAINST)
        return None if kind == "support" and self._only_amendment(hit) else _SAID[kind]

    def _undecided(self, hit: Hit, kind: str) -> Says | None:
        if self._of_the_letter():
            return None
        if not self._is_ours(hit) and (kind == "waits" or self.voice is not Voice.GOVERNMENT):
            return None
        if kind == "waits":
            return Says.WAITS
        about_name = self.sentence.has("position.cosponsor") and not self._names_position(hit)
        return Says.UNDECIDED_NAME if about_name else Says.UNDECIDED

    def _of_the_letter(self) -> bool:
        """Whether the sentence tells of the letter's fate alone: "it was received and is being studied"."""
        return self.sentence.has("kind.acknowledge") and not self.sentence.has(
            "object.draft", "object.part", "object.position", *_POSITIONS[:6]
        )

    def _names_position(self, hit: Hit) -> bool:
        """Whether an undecided sentence that names co-sponsoring speaks of the vote or the text as well."""
        return any(other.end <= hit.start or other.start >= hit.end for other in self.sentence.of("position.yes"))

    def _against(self, hit: Hit, kind: str, *, denied: bool) -> Says | None:
        """What a verb against the draft says."""
        if self._before(hit, "meaning.would_have") is not None:
            return None
        # «ne saurait s'opposer»: the double denial holds the verb itself.
        if denied or any(_overlap(hit, mask) for mask in self.masks):
            return Says.LETS_PASS
        if self._only_amendment(hit):
            return None
        if self._left_out(hit) or (self._only_a_part(hit) and (kind == "oppose" or self._right_before_a_part(hit))):
            return Says.AGAINST_PART
        return Says.AGAINST

    # What stands around.

    def _has_object(self, hit: Hit) -> bool:
        if self.sentence.end - self.sentence.start <= _ELLIPTIC:
            return True
        return any(
            not _overlap(other, hit) or other.end - other.start < hit.end - hit.start
            for other in self.sentence.of("object.draft", "object.amendment")
            # "Oppose its deletion, and reject any hierarchy": what was opposed is not what is rejected.
            if other.group == "object.draft" or self.language in _VERB_LAST or other.start >= hit.start
        )

    def _only_a_part(self, hit: Hit) -> bool:
        """Whether the object after the verb is a paragraph and nothing more."""
        if self._holds_draft(hit):
            return False
        objects = self.sentence.of("object.part", "object.draft")
        if self.language in _VERB_LAST:
            near = [o for o in objects if o.end <= hit.start and not self._turn(o.end, hit.start)]
            nearest = max((o.end for o in near), default=None)
            return any(o.end == nearest and o.group == "object.part" for o in near)
        near = [o for o in objects if o.start >= hit.end]
        nearest = min((o.start for o in near), default=None)
        return any(o.start == nearest and o.group == "object.part" for o in near)

    def _right_before_a_part(self, hit: Hit) -> bool:
        """Tell "vote against operative paragraph 8" from "abstain, because of paragraph 8"."""
        return any(0 <= o.start - hit.end <= _RIGHT_AFTER for o in self.sentence.of("object.part")) and not any(
            0 <= turn - hit.end <= _RIGHT_AFTER for turn in self.turns
        )

    def _left_out(self, hit: Hit) -> bool:
        """Whether it says no to what its yes left out: "will support it, except paragraph 8, and abstain on that"."""
        parts = self.sentence.of("object.part")
        apart = any(abs(o.start - other.start) <= _APART for other in self.sentence.of("meaning.except") for o in parts)
        return apart and any(p.group not in _AGAINST and not _overlap(p, hit) for p in self.positions)

    def _holds_draft(self, hit: Hit) -> bool:
        """Whether the phrase itself names the draft: "vote against the resolution"."""
        return any(hit.start <= o.start and o.end <= hit.end for o in self.sentence.of("object.draft"))

    def _only_amendment(self, hit: Hit) -> bool:
        """Whether the verb's object is an attempt to change the draft; verbs that stand last have it in front."""
        if self._holds_draft(hit):
            return False
        objects = self.sentence.of("object.amendment", "object.draft")
        if self.language in _OBJECT_FIRST:
            before = [o for o in objects if o.end <= hit.start]
            return bool(before) and max(before, key=lambda o: (o.end, -o.start)).group == "object.amendment"
        after = [o for o in objects if o.start >= hit.end]
        return bool(after) and min(after, key=lambda o: o.start).group == "object.amendment"

    def _denied(self, hit: Hit) -> bool:
        count = sum(self._reaches(no, hit) for no in self.nots)
        after = any(
            other.start >= hit.end
            and other.start - hit.end <= self.reach
            and not self._turn(hit.end, other.start)
            and self.text.count(",", hit.end, other.start) in _ASIDE
            for other in self.sentence.of("meaning.not_after")
            if not _inside(other, self.masks)
        )
        return (count > 0) or after

    def _reaches(self, no: Hit, hit: Hit) -> bool:
        if no.end > hit.start or hit.start - no.end > self.reach:
            return False
        return (
            self.text.count(",", no.end, hit.start) in _ASIDE
            and not self._turn(no.end, hit.start)
            and not self._spent(no, hit)
        )

    def _spent(self, no: Hit, hit: Hit) -> bool:
        """Whether the denial met another position first.

        Another kind of it: "is not able to support it and will abstain". Or before a comma: "though we cannot sponsor
        it, be assured, we shall vote for it".
        """
        against = hit.group in _AGAINST
        return any(
            no.end <= other.start
            and other.end <= hit.start
            and ((other.group in _AGAINST) is not against or "," in self.text[other.end : hit.start])
            for other in self.positions
        )

    def _weighed(self, hit: Hit) -> bool:
        if self._before(hit, "meaning.whether") is not None or self._left_open(hit):
            return True
        before = self._before(hit, "meaning.weighed")
        if before is not None and hit.start - before.end <= (_REACH_HAN if self.language == "zh" else _WEIGHED):
            gap = (before.end, hit.start)
            acted = any(gap[0] <= act.start and act.end <= hit.start for act in self.sentence.of("meaning.act"))
            if not acted and "," not in self.text[gap[0] : gap[1]]:
                return True
        return any(
            hit.start <= other.start and other.start - hit.end <= _REACH_HAN
            for other in self.sentence.of("meaning.weighed_after")
        )

    def _left_open(self, hit: Hit) -> bool:
        """Whether the sentence asks before and leaves open behind: "whether we sponsor, or join, will be decided"."""
        asked = any(other.end <= hit.start for other in self.sentence.of("meaning.whether"))
        return asked and any(other.start >= hit.end for other in self.sentence.of("position.undecided"))

    def _past(self, hit: Hit) -> bool:
        """Whether the clause speaks of another time or text: its words stand in the same stretch between turns."""
        for other in self.sentence.of("meaning.earlier"):
            low, high = min(other.end, hit.end), max(other.start, hit.start)
            # Behind the verb an aside may stand between; "last year we abstained, now, after a review, we vote for it".
            aside = _ASIDE if other.start >= hit.end else _ASIDE[:1]
            if not self._turn(low, high) and self.text.count(",", low, high) in aside:
                return True
        return False

    def _before(self, hit: Hit, group: str) -> Hit | None:
        """The nearest word of a group that stands before in the same clause, or around the hit."""
        # "Not possible" denies; the "possible" in it asks nothing.
        denials = self.sentence.of("meaning.not_after")
        near = [
            other
            for other in self.sentence.of(group)
            if (other.start < hit.start or (other.start == hit.start and group in _MOODS))
            and not self._turn(other.end, hit.start)
            and not _inside(other, denials)
        ]
        return near[-1] if near else None

    def _turn(self, low: int, high: int) -> bool:
        return any(low <= start < high for start in self.turns) or ":" in self.text[low:high]

    # Who speaks.

    def _is_ours(self, hit: Hit) -> bool:
        if self.language == "ar":
            for start, _, ours in self.markers:
                if 0 <= start - hit.end <= _RIGHT_AFTER:
                    return ours
        # "Join the group of co-sponsors": the group in the position's own words is no subject.
        left = [ours for start, end, ours in self.markers if start < hit.start and end <= hit.start]
        return left[-1] if left else self.default

    def begins_ours(self) -> bool:
        """Whether the sentence's first subject is the government; as before where it has none."""
        return self.markers[0][2] if self.markers else self.default

    def goes_on_ours(self) -> bool:
        """Whether a sentence that names nobody goes on about the government: this one named it."""
        return any(ours for _, _, ours in self.markers) if self.markers else self.default


def _reach(words: str, language: str) -> int:
    if language == "zh":
        return _REACH_HAN
    return _REACH_SPOKEN if len(words) > _SPOKEN and not any(mark in words for mark in ",;:") else _REACH


def _markers(sentence: Sentence, subjects: Subjects) -> list[tuple[int, int, bool]]:
    """The subjects of a sentence, from where to where, and whether each is this government."""
    own = {Voice.GOVERNMENT: "who.ours", Voice.INSTITUTION: "who.itself", Voice.PARTNER: "who.ours"}[subjects.voice]
    kept = _strongest(sentence.of(own, "who.government", "who.others"))
    speaks = ("who.government", "who.ours") if subjects.voice is Voice.GOVERNMENT else ("who.government",)
    prepositions = {hit.end for hit in sentence.of("who.preposition")}
    found = [
        (hit.start, hit.end, hit.group in speaks)
        for hit in kept
        # "concerns raised by some delegations": behind a preposition they are no subject.
        if hit.group != "who.others" or not _behind(hit.start, prepositions)
    ]
    for mention in subjects.mentions:
        if not sentence.start <= mention.start < sentence.end:
            continue
        # Where nobody told us whose letter it is, the State that acts in it is taken for its writer.
        if mention.code == (subjects.country or mention.code):
            found.append((mention.start, mention.end, True))
        elif mention.kind != "capital" and not _behind(mention.start, prepositions):
            found.append((mention.start, mention.end, False))
    return sorted(found)


def _behind(start: int, prepositions: set[int]) -> bool:
    """Whether a preposition, and at most an article, stands right before."""
    return any(0 <= start - end <= len(" the ") for end in prepositions)


def _strongest(hits: Iterable[Hit]) -> list[Hit]:
    """Of hits that overlap, the longest; of equals the more telling: a denied form is also a form of its verb."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (-(hit.end - hit.start), hit.start, _RANK.get(hit.group, 0))):
        if not any(_overlap(hit, other) for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.start)


def _overlap(one: Hit, other: Hit) -> bool:
    return one.start < other.end and other.start < one.end


def _inside(hit: Hit, spans: Iterable[Hit]) -> bool:
    return any(span.start <= hit.start and hit.end <= span.end for span in spans)
