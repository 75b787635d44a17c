"""The stance on more than one view of a mail, compared: where a cut may have swallowed the answer, a person decides.

The rule (docs/decisions/110): the author's own words, cut from quotes and signature, decide alone. Another view never
sets a stance. It lowers the confidence where it says something else, or where the own words say nothing, and is shown
with its sentence. Words that are written to a government, ours or another's, decide nothing in any view.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mobilize.inbox import language, requests, stance
from mobilize.inbox.asides import Aside, Where, asides
from mobilize.inbox.claims import Voice
from mobilize.inbox.folding import fold
from mobilize.inbox.genuine import domain_of
from mobilize.inbox.lexicon import load_what_can_be_read
from mobilize.inbox.offices import Office, Sender, sender
from mobilize.inbox.reply import Context, Evidence
from mobilize.inbox.stance import Finding
from mobilize.inbox.unwrap import Unwrapped

#: The field of the evidence; its rule is "view.WHERE: STANCE", its words are the sentence.
FIELD = "view"
#: Of one aside: an answer that a cut swallowed is as short as other answers.
_ENOUGH = 6_000
#: Lines of fewer words may stand in any letter: "No." is an answer.
_SHORT = 3
_ENDS = (".", "!", "。", "！", "۔", "।", "…")
_SPLIT = "confidence.split"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """How the author's own words were read, and what is known of them."""

    found: Unwrapped
    finding: Finding
    author: Sender
    voice: Voice
    country: str | None
    language: str | None
    #: Our letter that the mail answers, where one is known.
    letter: str | None
    #: Whether it answers a letter of ours, whose words may be unknown.
    answers: bool


def compared(read: Read, context: Context) -> Finding:
    """The stance after all views are compared: what the author's own words say, and every reason to doubt it."""
    finding = _without_letter(read, context)
    evidence = (*finding.evidence, *_told(read, finding, context))
    if not any(each.field == FIELD for each in evidence):
        return finding
    lowered = (replace(each, rule=_SPLIT) if each.field == "sentence" else each for each in evidence)
    return replace(finding, evidence=tuple(lowered))


def _without_letter(read: Read, context: Context) -> Finding:
    """The stance without what reads like a letter to a government: a quote of ours that nothing announced."""
    finding, text = read.finding, read.found.text
    if finding.stance is None or read.voice is Voice.PARTNER:
        return finding
    if requests.begins(text) is None:
        return finding
    strict = _without(text, _letter(read, context))
    strict = strict[: requests.begins(strict)]
    again = _judged(strict, read.language, read, context, voice=read.voice, exchange=read.found.exchange)
    if again.stance == finding.stance:
        return again
    return replace(again, evidence=(*again.evidence, _evidence(Where.LETTER, finding)))


def _told(read: Read, finding: Finding, context: Context) -> Iterator[Evidence]:
    """What the other views say, where that is something else."""
    said = {finding.stance}
    for aside in asides(read.found.cut):
        if finding.stance is not None and aside.where is Where.QUOTE and aside.announced:
            continue  # an older message of the same exchange: what she says now stands
        text = _hers(aside, read, context)
        if not text:
            continue
        other = _judged(text, language.detect(text), read, context, voice=_voice(aside, read, context))
        if other.stance is None or other.stance in said:
            continue
        told = _evidence(aside.where, other)
        if aside.where is Where.END and not _is_sentence(told.words):
            continue
        said.add(other.stance)
        yield told


def _is_sentence(words: str) -> bool:
    """Whether words end like a sentence; a motto below a name does not: "Serbia supports human rights"."""
    return words.rstrip("\"'»”) ").endswith(_ENDS)


def _hers(aside: Aside, read: Read, context: Context) -> str:
    """The words of an aside that may be a government's; "" where none may."""
    text = aside.text[:_ENOUGH]
    nameless = aside.where is Where.QUOTE and aside.author is None and read.answers
    if aside.answered or nameless or (aside.marked and not _is_of_her_house(aside, read, context)):
        # A letter of ours, or like it: only what was written into it can be hers.
        letter = _letter(read, context)
        text = _without(text, letter) if letter else ""
    return "" if requests.is_request(text) else text


def _is_of_her_house(aside: Aside, read: Read, context: Context) -> bool:
    """Whether an office wrote what is quoted, or somebody of the author's own."""
    quoted, author = aside.author, read.found.author
    if quoted is None or author is None:
        return False
    if sender(quoted.address, quoted.name, context.lookup).office in (Office.GOVERNMENT, Office.INSTITUTION):
        return True
    return domain_of(quoted.address) == domain_of(author.address) != "" or fold(quoted.name) == fold(author.name)


def _letter(read: Read, context: Context) -> str:
    """The words of our letter that the mail answers; "" where they are not known."""
    return context.words(read.letter) if read.letter else ""


def _without(text: str, letter: str) -> str:
    """A text without the lines that stand in our letter."""
    if not letter:
        return text
    ours = f" {' '.join(fold(letter).split())} "
    kept = (line for line in text.split("\n") if len(line.split()) < _SHORT or not _stands_in(line, ours))
    return "\n".join(kept)


def _stands_in(line: str, ours: str) -> bool:
    return f" {' '.join(fold(line).split())} " in ours


def _voice(aside: Aside, read: Read, context: Context) -> Voice:
    """In whose voice an aside speaks: in that of its own author, where she is named, else in that of the mail."""
    if aside.author is None or aside.where is Where.END:
        return read.voice
    office = sender(aside.author.address, aside.author.name, context.lookup).office
    if office is Office.GOVERNMENT:
        return Voice.GOVERNMENT
    if office is Office.INSTITUTION:
        return Voice.INSTITUTION
    return Voice.PARTNER if office is Office.PARTNER or aside.where is Where.NOTE else read.voice


def _judged(
    text: str,
    speech: str | None,
    read: Read,
    context: Context,
    *,
    voice: Voice,
    exchange: Sequence[tuple[str, str]] = (),
) -> Finding:
    code = speech or "en"
    lexicon = load_what_can_be_read(code, context.lexicon.get(code, ""))[0]
    return stance.judge(text, speech, lexicon, country=read.country, voice=voice, exchange=exchange)


def _evidence(where: Where, finding: Finding) -> Evidence:
    """What a view says, and the sentence that says it."""
    sentence = next((each.words for each in finding.evidence if each.field == "sentence"), "")
    words = sentence or next((each.words for each in finding.evidence if each.field == "stance"), "")
    return Evidence(field=FIELD, words=words, rule=f"view.{where.value}: {finding.stance}")
