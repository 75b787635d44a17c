"""Which letter a mail answers, and which government it concerns; with the reason, and the candidates where it is a tie.

In order of proof: the signed token in the address, our Message-ID, the author's address, her domain, the country that
her name, her signature or her words name. What a forwarder's own headers say of her letter says nothing of the
author's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mobilize.inbox import places
from mobilize.inbox.folding import fold
from mobilize.inbox.lexicon import Lexicon
from mobilize.inbox.mail import Mail
from mobilize.inbox.offices import Sender, country_of
from mobilize.inbox.phrases import Hit
from mobilize.inbox.reply import Context, Evidence, LetterRef, Matches
from mobilize.inbox.sentences import Sentence, sentences, unwrapped
from mobilize.inbox.unwrap import Unwrapped

#: The sign between our local part and the token (letter/token.py, RFC 5233).
_TOKEN = re.compile(r"([A-Za-z0-9._-]{1,64})\+r\.([A-Za-z0-9_-]{4,64})@([A-Za-z0-9.-]{1,255})", re.IGNORECASE)
#: Headers in which the address stands to which a mail came.
_ADDRESSED = (
    "to",
    "cc",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "x-forwarded-to",
    "resent-to",
)
#: A text that names its country does so early; more is annexes.
ENOUGH = 12_000
#: A quote of our letter stands in a mail's first pages.
_QUOTES = 200_000
#: What a name weighs against a capital, when a text names several places.
WEIGHT = {"name": 2, "adjective": 1, "ministry": 3, "capital": 1}


@dataclass(frozen=True, slots=True)
class Found:
    """What a mail belongs to."""

    matches: Matches
    #: Alpha-2 of the government concerned, None where nothing or too much is named.
    country: str | None
    evidence: tuple[Evidence, ...]


def letters(mail: Mail, found: Unwrapped, context: Context, author: Sender) -> tuple[Matches, tuple[LetterRef, ...]]:
    """Our token, our Message-ID, and the letters that they and the author's address lead to, the surest first."""
    token = _token(mail, found, context)
    message_id = _own_message_id(mail, found, context)
    known = [
        context.lookup.by_token(token) if token else None,
        context.lookup.by_message_id(message_id) if message_id else None,
        author.letter,
    ]
    refs = tuple(dict.fromkeys(ref for ref in known if ref is not None))
    sure = refs[0].letter if len({ref.country for ref in refs}) == 1 else None
    candidates = tuple(dict.fromkeys(ref.letter for ref in refs)) if sure is None else ()
    shown = f"<{message_id}>" if message_id else None
    return Matches(token=token, in_reply_to=shown, letter=sure, candidates=candidates), refs


def returned(mail: Mail, context: Context) -> Matches:
    """The letter that a bounce or a feedback report brings back."""
    for part in mail.parts():
        for message_id in _ids(part.message, part.text):
            ref = context.lookup.by_message_id(message_id)
            if ref is not None:
                return Matches(letter=ref.letter)
    return Matches()


def country_of_bounce(address: str, context: Context) -> str | None:
    """The government whose address failed; None where it was a partner's."""
    ref = context.lookup.by_address(address)
    if ref is not None:
        return None if ref.audience == "ngo" else ref.country
    return country_of(address)


def _ids(message: Mail | None, text: str | None) -> Iterator[str]:
    if message is not None and message.message_id:
        yield message.message_id
    for found in re.finditer(r"(?im)^message-id:\s*<([^<>\s]{3,250})>", (text or "")[:20_000]):
        yield found[1]


def _token(mail: Mail, found: Unwrapped, context: Context) -> str | None:
    """The token of the address that the mail came to, or that the forwarded one went to; case as written."""
    own = {address.lower() for address in context.own_addresses}
    places_of_it = [value for name in _ADDRESSED for value in mail.get_all(name)]
    places_of_it += [*found.to, *found.cc, *(address for layer in found.layers for address in (*layer.to, *layer.cc))]
    for value in places_of_it:
        for match in _TOKEN.finditer(value):
            if not own or f"{match[1]}@{match[3]}".lower() in own:
                return match[2]
    return None


def tokens_in(mail: Mail, found: Unwrapped, context: Context) -> tuple[str, ...]:
    """Tokens of our address in the subject and the words of a mail, quotes and all; case as written."""
    own = {address.lower() for address in context.own_addresses}
    texts = [found.subject or "", *(part.text or "" for part in mail.parts()), *(each.text for each in found.layers)]
    tokens = (
        match[2]
        for text in texts
        if "+r." in text or "+R." in text
        for match in _TOKEN.finditer(text[:_QUOTES])
        if f"{match[1]}@{match[3]}".lower().rstrip(".") in own
    )
    return tuple(dict.fromkeys(tokens))


def _own_message_id(mail: Mail, found: Unwrapped, context: Context) -> str | None:
    """The first of our Message-IDs that the mail, or the attached one inside it, answers."""
    domains = {address.rpartition("@")[2].lower() for address in context.own_addresses}
    mails = [found.attached, mail] if found.attached else [mail]
    for each in mails:
        for message_id in (*each.in_reply_to, *reversed(each.references)):
            known = context.lookup.by_message_id(message_id) is not None
            if known or message_id.rpartition("@")[2].lower() in domains:
                return message_id
    return None


def country(
    found: Unwrapped, author: Sender, refs: Iterable[LetterRef], lexicon: Lexicon
) -> tuple[str | None, Evidence | None]:
    """The government that a mail's author speaks for.

    refs: the letters matched. Those to a government or an institution count for a direct mail; a forwarder answers the
    letter to herself.
    """
    if author.country:
        return author.country, Evidence(field="country", words=author.because, rule="match.domain")
    answered = [ref for ref in refs if ref.audience != "ngo"] if found.via == "direct" else []
    if answered:
        return answered[0].country, Evidence(field="country", words=answered[0].letter, rule="match.letter")
    name = f"{found.author.name if found.author else ''}\n{found.closing}"
    for text, rule in (
        (name, "match.signature"),
        (found.text[:ENOUGH], "match.text"),
        (found.subject or "", "match.subject"),
    ):
        named = _named(text, lexicon.language)
        if named:
            return named[0], Evidence(field="country", words=named[1], rule=rule)
    return None, None


def _named(text: str, language: str) -> tuple[str, str] | None:
    """The country that a text names most, with the first words that do; None where two are named alike."""
    mentions = places.find(text, language)
    weights: Counter[str] = Counter()
    for mention in mentions:
        weights[mention.code] += WEIGHT.get(mention.kind, 1)
    ranked = weights.most_common(2)
    if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return None
    first = next(mention for mention in mentions if mention.code == ranked[0][0])
    return first.code, text[first.start : first.end]


def reported(text: str, planned: tuple[str, ...], lexicon: Lexicon) -> tuple[str | None, Evidence | None]:
    """The one government of whose answer or silence a partner tells; None where there are none or several.

    planned: the countries that she will approach. Those of whom she only says that others take them, that she drops
    them, or that they come later are no subject either.
    """
    plain = unwrapped(text[:ENOUGH])
    folded = fold(plain)
    found = sentences(folded, lexicon.phrases.find(folded))
    weights: Counter[str] = Counter()
    words: dict[str, str] = {}
    for sentence in found:
        if sentence.has("plan.will", "plan.maybe", "plan.drop", "plan.left") and not sentence.has("plan.done"):
            continue
        for mention in places.find(folded_slice(plain, folded, sentence.start, sentence.end), lexicon.language):
            named_only = any(
                hit.end <= sentence.start + mention.start <= hit.end + _NEAR for hit in _only_named(sentence)
            )
            if mention.code not in planned and not named_only:
                weights[mention.code] += WEIGHT.get(mention.kind, 1)
                words.setdefault(mention.code, plain[sentence.start + mention.start : sentence.start + mention.end])
    ranked = weights.most_common(2)
    if (
        not ranked
        or (len(ranked) > 1 and ranked[1][1] >= ranked[0][1])
        or len([w for w in weights.values() if w > 1]) > 1
    ):
        return None, None
    code = ranked[0][0]
    return code, Evidence(field="country", words=words[code], rule="match.report")


def _only_named(sentence: Sentence) -> list[Hit]:
    """Words after which a place is no subject ("back from Addis"); "the Ministry in Freetown" is one here."""
    offices = sentence.of("who.government")
    return [
        hit
        for hit in sentence.of("plan.only_named")
        if not any(office.start < hit.end and hit.start < office.end for office in offices)
    ]


#: How near behind its words a place stands that is "only named".
_NEAR = 12


def folded_slice(plain: str, folded: str, start: int, end: int) -> str:
    """A sentence as it was written, where folding kept every character's place; else as it was folded."""
    return plain[start:end] if len(plain) == len(folded) else folded[start:end]
