"""All that a mail may belong to, each with its reasons, whether or not one of them won: a person breaks a tie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from mobilize.inbox import places
from mobilize.inbox.mail import Mail
from mobilize.inbox.match import ENOUGH, WEIGHT, tokens_in
from mobilize.inbox.offices import Sender
from mobilize.inbox.reply import Bounce, Candidate, Context, Evidence, LetterRef, Matches
from mobilize.inbox.unwrap import Unwrapped

#: How far each reason goes, out of 100, in the order of proof (match). Nobody guesses a token or a Message-ID of ours;
#: an address may write about another country; a name may only be mentioned.
_TOKEN, _MESSAGE_ID, _QUOTED_TOKEN, _ADDRESS, _DOMAIN = 100, 95, 85, 80, 70
_SIGNATURE, _TEXT, _SUBJECT = 50, 45, 40
#: A country that a text names once beside others.
_LEAST = 20
#: What each reason beside the best one adds.
_MORE = 3
#: A list that a person can look through.
_MOST = 9


@dataclass(frozen=True, slots=True)
class _Reason:
    ref: LetterRef | None
    country: str | None
    score: int
    evidence: Evidence


def candidates(
    mail: Mail, found: Unwrapped, context: Context, *, author: Sender, matches: Matches, language: str
) -> tuple[Candidate, ...]:
    """What a mail may answer, the likeliest first; at most nine.

    author, matches: as `match` found them. language: of the text, which decides between readings of a name.
    """
    reasons = [*_by_letter(mail, found, context, author, matches), *_by_country(found, author, language)]
    return _ranked(reasons)


def of_bounces(bounces: tuple[Bounce, ...], matches: Matches, context: Context) -> tuple[Candidate, ...]:
    """The letters that a delivery report may be about: whose address failed, and which it brings back."""
    known = ((each.address, context.lookup.by_address(each.address)) for each in bounces)
    reasons = [_letter(ref, _ADDRESS, words, "match.address") for words, ref in known if ref is not None]
    returned = next((each for each in reasons if each.ref and each.ref.letter == matches.letter), None)
    if returned is not None:
        reasons.append(_letter(returned.ref, _MESSAGE_ID, matches.letter or "", "match.returned"))
    return _ranked(reasons)


def _by_letter(mail: Mail, found: Unwrapped, context: Context, author: Sender, matches: Matches) -> Iterator[_Reason]:
    lookup = context.lookup
    if matches.token and (ref := lookup.by_token(matches.token)):
        yield _letter(ref, _TOKEN, matches.token, "match.token")
    if matches.in_reply_to and (ref := lookup.by_message_id(matches.in_reply_to.strip("<>"))):
        yield _letter(ref, _MESSAGE_ID, matches.in_reply_to, "match.in_reply_to")
    # People retype an address, or answer to another one; what they quote still shows it.
    for token in tokens_in(mail, found, context):
        if token != matches.token and (ref := lookup.by_token(token)):
            yield _letter(ref, _QUOTED_TOKEN, token, "match.quoted_token")
    if author.letter is not None:
        yield _letter(author.letter, _ADDRESS, author.because, "match.address")


def _letter(ref: LetterRef | None, score: int, words: str, rule: str) -> _Reason:
    # A letter to a partner says nothing of the government that she writes about.
    country = ref.country if ref and ref.audience != "ngo" else None
    return _Reason(ref, country, score, Evidence(field="letter", words=words, rule=rule))


def _by_country(found: Unwrapped, author: Sender, language: str) -> Iterator[_Reason]:
    if author.country and author.letter is None:
        yield _named(author.country, _DOMAIN, author.because, "match.domain")
    name = f"{found.author.name if found.author else ''}\n{found.closing}"
    yield from _in_words(name, _SIGNATURE, "match.signature", language)
    yield from _in_words(found.text[:ENOUGH], _TEXT, "match.text", language)
    yield from _in_words(found.subject or "", _SUBJECT, "match.subject", language)


def _in_words(text: str, score: int, rule: str, language: str) -> Iterator[_Reason]:
    """Each country that some words name, by its share of what they name."""
    mentions = places.find(text, language)
    weights: Counter[str] = Counter()
    for mention in mentions:
        weights[mention.code] += WEIGHT.get(mention.kind, 1)
    total = weights.total()
    for code, weight in weights.most_common(_MOST):
        first = next(mention for mention in mentions if mention.code == code)
        share = _LEAST + (score - _LEAST) * weight // total
        yield _named(code, share, text[first.start : first.end], rule)


def _named(code: str, score: int, words: str, rule: str) -> _Reason:
    return _Reason(None, code, score, Evidence(field="country", words=words, rule=rule))


def _ranked(reasons: list[_Reason]) -> tuple[Candidate, ...]:
    """One candidate a letter, and one a country to which no letter of these went."""
    with_letter = {each.country for each in reasons if each.ref is not None}
    groups: dict[tuple[str | None, str | None], list[_Reason]] = {}
    for each in reasons:
        if each.ref is not None:
            groups.setdefault((each.ref.letter, each.country), []).append(each)
        elif each.country not in with_letter:
            groups.setdefault((None, each.country), []).append(each)
    for each in reasons:
        if each.ref is None:
            for (letter, country), group in groups.items():
                if letter is not None and country == each.country:
                    group.append(each)
    made = [_candidate(letter, country, group) for (letter, country), group in groups.items()]
    made.sort(key=lambda each: (-each.score, each.country or "", each.letter or ""))
    return tuple(made[:_MOST])


def _candidate(letter: str | None, country: str | None, group: list[_Reason]) -> Candidate:
    ordered = sorted(group, key=lambda each: -each.score)
    score = min(100, ordered[0].score + _MORE * (len(ordered) - 1))
    return Candidate(letter=letter, country=country, score=score, reasons=tuple(each.evidence for each in ordered))
