"""Where a reply belongs: choose among its candidates, move it, split it, merge copies; and take any of that back.

What is done is added and never overwritten. The ledger of stances follows: what the parser took a reply to say of one
country is taken back there, and suggested where the reply went; a person confirms it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from mobilize.desk import review
from mobilize.desk.review import Shown
from mobilize.errors import Refused
from mobilize.inbox.genuine import Authenticity, Standing
from mobilize.inbox.reply import Matches, Reply
from mobilize.installation import Installation
from mobilize.post import outbox
from mobilize.post.outbox import Fate
from mobilize.post.states import State
from mobilize.replies import filed, stated
from mobilize.replies.filing import Deed, Filing, Place, Placed, live, placed
from mobilize.replies.log import Entry
from mobilize.replies.review import PARSER, Statement
from mobilize.replies.triage import attention
from mobilize.world.countries import countries

#: What is always of one government.
_OF_ONE_COUNTRY = frozenset({"reply", "acknowledgement"})
#: Letters that can be answered: they left, or may have.
_LEFT = frozenset({State.SENT, State.IN_DOUBT, State.FAILED, State.SENDING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing that a reply may belong to."""

    #: What a person types to accept it, from 1.
    number: int
    country: str | None
    letter: str | None
    #: In words: "Kenya, letter to the minister, round 1".
    what: str
    #: Out of 100.
    score: int
    #: In words, the strongest first: "domain: mfa.go.ke".
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """Where one reply stands, and how it came there."""

    placed: Placed
    history: tuple[Filing, ...]


# --- look ------------------------------------------------------------------------------------------------------------


def undecided(installation: Installation, shown: Shown) -> bool:
    """Whether it is open which letter or government a reply belongs to: none was found, or several fit alike.

    Of what an authority writes, and of whatever states a stance: a partner's plans are of many countries, and what
    nobody understood may be of none.
    """
    if shown.entry.kind not in _OF_ONE_COUNTRY and not shown.entry.stance:
        return False
    if shown.entry.reviewed_by or of(installation, shown).placed.by_person:
        return False
    return shown.entry.country is None or bool(_tied(shown.entry))


def _tied(entry: Entry) -> tuple[str, ...]:
    """The letters among which the parser could not choose."""
    matches = entry.parsed.get("matches")
    tied = matches.get("candidates") if isinstance(matches, dict) else None
    return tuple(str(each) for each in tied) if isinstance(tied, list) else ()


def choices(installation: Installation, shown: Shown) -> tuple[Choice, ...]:
    """What a reply may belong to, the likeliest first, as a person chooses by number.

    A country that the parser found without a letter is shown with the letters that went there before the reply came.
    """
    known = shown.entry.parsed.get("candidates")
    found = [each for each in (known if isinstance(known, list) else []) if isinstance(each, dict)]
    with installation.store.reading() as connection:
        fates: dict[str, Fate] = {each.letter: each for each in outbox.fates(connection, installation.campaign.slug)}
    named = {str(each["letter"]) for each in found if each.get("letter")}
    rows: list[tuple[str | None, Fate | None, dict[str, object]]] = []
    for each in found:
        country = str(each["country"]) if each.get("country") else None
        if each.get("letter"):
            rows.append((country, fates.get(str(each["letter"])), each))
            continue
        there = _letters_to(country, fates.values(), shown.entry, named)
        rows += [(country, fate, each) for fate in there] or [(country, None, each)]
    return tuple(
        Choice(
            number=number,
            country=country,
            letter=fate.letter if fate else None,
            what=_what(country, fate),
            score=int(str(each.get("score") or 0)),
            reasons=_reasons(each.get("reasons")),
        )
        for number, (country, fate, each) in enumerate(rows, 1)
    )


def _letters_to(country: str | None, fates: Iterable[Fate], entry: Entry, named: set[str]) -> list[Fate]:
    """Letters to a government or institution that left before the reply came, the latest first."""
    there = [
        each
        for each in fates
        if each.country == country
        and each.audience != "ngo"
        and each.letter not in named
        and each.state in _LEFT
        and each.changed_at <= entry.received_at
    ]
    return sorted(there, key=lambda each: each.changed_at, reverse=True)


def _what(country: str | None, fate: Fate | None) -> str:
    name = countries()[country].name("en") if country and country in countries() else "no country"
    return f"{name}, letter to the {fate.audience}, round {fate.round}" if fate else name


def _reasons(found: object) -> tuple[str, ...]:
    return tuple(
        f"{str(each.get('rule', '')).removeprefix('match.').replace('_', ' ')}: {each.get('words', '')}"
        for each in (found if isinstance(found, list) else [])
        if isinstance(each, dict)
    )


def of(installation: Installation, shown: Shown) -> Filed:
    """Where a reply stands, and all that was done with it."""
    with installation.store.reading() as connection:
        history = filed.of_reply(connection, installation.campaign.slug, shown.entry.reply)
    return Filed(placed=placed(_guess(shown.entry), history), history=history)


def copies(installation: Installation, shown: Shown) -> tuple[str, ...]:
    """Other replies in which the same author says the same words: passed on twice, or sent to two addresses of ours.

    Whole ids, those that are filed as copies already left out.
    """
    mine = _words(shown.entry)
    if not mine[1]:
        return ()
    same = [
        each
        for each in review.entries(installation, kinds=(shown.entry.kind,))
        if each.entry.reply != shown.entry.reply and _words(each.entry) == mine
    ]
    return tuple(each.entry.reply for each in same if of(installation, each).placed.same_as is None)


def _words(entry: Entry) -> tuple[str, str]:
    author = str(entry.parsed.get("from_address") or "").lower()
    return author, " ".join(str(entry.parsed.get("text") or "").split())


def _guess(entry: Entry) -> Place:
    """Where the parser put it."""
    matches = entry.parsed.get("matches")
    letter = matches.get("letter") if isinstance(matches, dict) else None
    country = entry.parsed.get("country")
    return Place(str(country) if country else None, str(letter) if letter else None)


# --- do --------------------------------------------------------------------------------------------------------------


def accept(installation: Installation, reply: str, number: int, *, by: str, now: dt.datetime) -> Shown:
    """Take one of the candidates, by its number. Raises Refused where there is none of that number."""
    shown = review.one(installation, reply)
    chosen = next((each for each in choices(installation, shown) if each.number == number), None)
    if chosen is None:
        raise Refused(f"there is no candidate {number}", hint="mobilize replies show lists them")
    return move(installation, reply, country=chosen.country, letter=chosen.letter, by=by, now=now)


def move(
    installation: Installation, reply: str, *, country: str | None, letter: str | None, by: str, now: dt.datetime
) -> Shown:
    """File a reply under another letter or country, and no other. Raises Refused."""
    return _put(installation, reply, Deed.MOVED, country, letter, by=by, now=now)


def split(
    installation: Installation, reply: str, *, country: str | None, letter: str | None, by: str, now: dt.datetime
) -> Shown:
    """File a reply under one more letter or country: one mail that answers several. Raises Refused."""
    return _put(installation, reply, Deed.ALSO, country, letter, by=by, now=now)


def _put(
    installation: Installation,
    reply: str,
    deed: Deed,
    country: str | None,
    letter: str | None,
    *,
    by: str,
    now: dt.datetime,
) -> Shown:
    shown = review.one(installation, reply)
    with installation.store.writing() as connection:
        place = _place(connection, installation, country, letter)
        _done(connection, installation, shown.entry, deed, place=place, by=by, now=now)
    return review.one(installation, shown.entry.reply)


def merge(installation: Installation, reply: str, into: str, *, by: str, now: dt.datetime) -> Shown:
    """Say that a reply is a copy of another one, which counts in its place. Raises Refused."""
    shown, other = review.one(installation, reply), review.one(installation, into)
    if shown.entry.reply == other.entry.reply:
        raise Refused("a reply is no copy of itself")
    if of(installation, other).placed.same_as is not None:
        raise Refused(f"{other.entry.reply[:12]} is a copy itself", hint="name the reply that it is a copy of")
    with installation.store.writing() as connection:
        _done(connection, installation, shown.entry, Deed.MERGED, same_as=other.entry.reply, by=by, now=now)
    return review.one(installation, shown.entry.reply)


def undo(installation: Installation, reply: str, *, by: str, now: dt.datetime) -> Shown:
    """Take back what was last done with a reply. Raises Refused where nothing is left to take back."""
    shown = review.one(installation, reply)
    last = next(iter(reversed(live(of(installation, shown).history))), None)
    if last is None:
        raise Refused("nothing is left to take back", hint="a stance is corrected by another review")
    with installation.store.writing() as connection:
        _done(connection, installation, shown.entry, Deed.UNDONE, undoes=last.number, by=by, now=now)
    return review.one(installation, shown.entry.reply)


def _place(connection: Connection, installation: Installation, country: str | None, letter: str | None) -> Place:
    fate = outbox.fate(connection, installation.campaign.slug, letter) if letter else None
    if letter and fate is None:
        raise Refused("no letter has this id", hint="mobilize status --json lists them")
    if country is None and fate is not None and fate.audience != "ngo":
        country = fate.country
    if country is None and letter is None:
        raise Refused("say where it belongs", hint="--country KE, or --letter ID")
    if country is not None and country not in countries():
        raise Refused(f"{country!r} is no country code", hint="two letters, ISO 3166-1: KE for Kenya")
    return Place(country, letter)


def _done(
    connection: Connection,
    installation: Installation,
    entry: Entry,
    deed: Deed,
    *,
    place: Place | None = None,
    same_as: str | None = None,
    undoes: int | None = None,
    by: str,
    now: dt.datetime,
) -> None:
    """Note a deed, and bring the reply's row and the ledger of stances to where it now stands."""
    if not by.strip() or by.strip() == PARSER:
        raise Refused("say who does it", hint="--by NAME, or set MOBILIZE_REVIEWER")
    campaign, who = installation.campaign.slug, by.strip()
    before = placed(_guess(entry), filed.of_reply(connection, campaign, entry.reply))
    filed.add(connection, campaign, entry.reply, deed, place=place, same_as=same_as, undoes=undoes, by=who, now=now)
    after = placed(_guess(entry), filed.of_reply(connection, campaign, entry.reply))
    here = Place(None, None) if after.same_as else after.places[0]
    decided = bool(entry.reviewed_by) and _counts(after) == _counts(before)
    open_ = "" if after.same_as or decided else attention(_as_read(entry, here, by_person=after.by_person))
    filed.put(connection, campaign, entry.reply, here, attention=open_, reviewed=decided)
    _follow(connection, installation, entry, _counts(before), _counts(after), by=who, now=now)


def _counts(where: Placed) -> tuple[str, ...]:
    """The governments for which a reply counts: a copy counts for none."""
    return () if where.same_as else where.countries


def _as_read(entry: Entry, here: Place, *, by_person: bool) -> Reply:
    """The reply as triage looks at it, at its new place; where a person put it, it is no tie any more."""
    parsed = entry.parsed
    targets, known = parsed.get("targets"), parsed.get("authenticity")
    standing = Standing(str(known["standing"])) if isinstance(known, dict) else Standing.UNVERIFIED
    return Reply(
        id=entry.reply,
        kind=entry.kind,
        via=entry.via,
        country=here.country,
        stance=entry.stance,
        targets=tuple(str(each) for each in targets) if isinstance(targets, list) else (),
        bounce_address=str(parsed["bounce_address"]) if parsed.get("bounce_address") else None,
        matches=Matches(letter=here.letter, candidates=() if by_person else _tied(entry)),
        authenticity=Authenticity(standing=standing),
        error=str(parsed.get("error") or ""),
    )


# --- the ledger of stances follows -----------------------------------------------------------------------------------


def _follow(
    connection: Connection,
    installation: Installation,
    entry: Entry,
    before: tuple[str, ...],
    after: tuple[str, ...],
    *,
    by: str,
    now: dt.datetime,
) -> None:
    """Take back what was stated of countries that a reply has left, and suggest it of those that it came to."""
    mine = stated.said_in(connection, installation.campaign.slug, entry.reply, installation.seal)
    said = next((each for each in reversed(mine) if each.stance), None)
    stance = said.stance if said else entry.stance
    if not stance:
        return
    words = review.words_of(connection, installation, entry, said)
    for code in before:
        last = _last(mine, code)
        if code not in after and last is not None and last.stance:
            whose = PARSER if last.by == PARSER else by
            stated.state(
                connection, installation.campaign.slug, **words,
                country=code, stance=None, rule=f"filed elsewhere by {by}", by=whose, now=now,
                seal=installation.seal,
            )  # fmt: skip
    for code in after:
        last = _last(mine, code)
        if last is None or not last.stance:
            # Nobody has confirmed it of this country, unless a person took it back there and now puts it back.
            whose = by if last is not None and last.by != PARSER else PARSER
            stated.state(
                connection, installation.campaign.slug, **words,
                country=code, stance=stance, rule=f"filed here by {by}", by=whose, now=now,
                seal=installation.seal,
            )  # fmt: skip


def _last(mine: Iterable[Statement], country: str) -> Statement | None:
    """The word that counts of one country: a person's before the parser's."""
    of_country = [each for each in mine if each.country == country]
    by_people = [each for each in of_country if each.by != PARSER]
    return next(iter(reversed(by_people or of_country)), None)
