"""The reply log page by page: chosen, ordered and counted by the database, so that a page costs what it shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, literal, select, tuple_, update

from mobilize.replies import log, stated, words
from mobilize.replies.log import Entry
from mobilize.replies.review import PARSER
from mobilize.replies.triage import NOBODY, READING_ORDER
from mobilize.store import cases
from mobilize.store import words as index
from mobilize.store.schema import raw_mail, replies, stances
from mobilize.store.sealed import Seal

#: Replies are counted up to here; a list of more is "more than", and costs no more to count.
MOST_COUNTED = 10_000

#: As many hits of the rarest word are looked up one by one; of a word in more, the list is walked instead.
_FEW = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which replies a list shall show; an empty value chooses all."""

    needs_person: bool = False
    kinds: Collection[str] = ()
    #: Alpha-2 codes.
    countries: Collection[str] = ()
    #: What the parser suggests.
    stance: str = ""
    language: str = ""
    #: Who reported: a partner's address, or its name where it gave none.
    reporter: str = ""
    #: Words that all stand in it.
    text: str = ""
    #: What it is taken to say now: a person's word before the parser's.
    said: str = ""
    #: Nobody has opened it on the pages, nor reviewed it.
    unopened: bool = False
    #: Whose it is to see to.
    person: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a page ended: the next goes on behind it."""

    place: int
    received_at: dt.datetime
    reply: str


def listed(
    connection: Connection, campaign: str, wanted: Wanted, seal: Seal, *, most: int, after: Place | None = None
) -> tuple[list[Entry], Place | None]:
    """One page of the log, as it is read in the morning: what needs a person first, newest first within a kind.

    Returns the entries, and where the next page begins; None: this was the last. Raises KeyMissing.
    """
    conditions = _conditions(connection, campaign, wanted, seal)
    if conditions is None:
        return [], None
    rows = _in_order(connection, select(replies).where(*conditions), most + 1, after)
    place = None
    if len(rows) > most:
        last = rows[most - 1]
        place = Place(place=last.place, received_at=last.received_at, reply=last.reply)
    return [log.entry_of(row, seal) for row in rows[:most]], place


def _in_order(
    connection: Connection, chosen: Select[tuple[object, ...]], most: int, after: Place | None
) -> list[Row[tuple[object, ...]]]:
    ordered = chosen.order_by(replies.c.place, replies.c.received_at.desc(), replies.c.reply.desc())
    if after is None:
        return list(connection.execute(ordered.limit(most)))
    # Two steps, each a range of the index: the rest of this place, then the places behind it.
    moment = literal(after.received_at, replies.c.received_at.type)
    behind = tuple_(replies.c.received_at, replies.c.reply) < tuple_(moment, literal(after.reply))
    rows = list(connection.execute(ordered.where(replies.c.place == after.place, behind).limit(most)))
    if len(rows) < most:
        rows += connection.execute(ordered.where(replies.c.place > after.place).limit(most - len(rows)))
    return rows


def counted(connection: Connection, campaign: str, wanted: Wanted, seal: Seal) -> int:
    """How many replies a list would show; at most MOST_COUNTED + 1, which means more."""
    conditions = _conditions(connection, campaign, wanted, seal)
    if conditions is None:
        return 0
    within = select(replies.c.reply).where(*conditions).limit(MOST_COUNTED + 1).subquery()
    return int(connection.execute(select(func.count()).select_from(within)).scalar_one())


def _conditions(connection: Connection, campaign: str, wanted: Wanted, seal: Seal) -> list[ColumnElement[bool]] | None:
    """What a row must fulfil; None: nothing can."""
    found: list[ColumnElement[bool]] = [replies.c.campaign == campaign]
    if wanted.kinds:
        orders = [READING_ORDER.index(kind) for kind in wanted.kinds if kind in READING_ORDER]
        behind = [] if wanted.needs_person else [order + NOBODY for order in orders]
        found.append(replies.c.place.in_([*orders, *behind]))
    elif wanted.needs_person:
        found.append(replies.c.place < NOBODY)
    if wanted.countries:
        found.append(replies.c.country.in_(wanted.countries))
    if wanted.stance:
        found.append(replies.c.stance == wanted.stance)
    if wanted.language:
        found.append(replies.c.language == wanted.language)
    found += cases.sieved(campaign, said=wanted.said, unopened=wanted.unopened, person=wanted.person, parser=PARSER)
    asked = [*words.asked(wanted.text), *([words.whose(wanted.reporter)] if wanted.reporter else [])]
    if wanted.text.strip() and not words.asked(wanted.text):
        # Signs alone: nothing holds them as a word.
        return None
    if not asked:
        return found
    hashed = [[words.token(key, word) for key in seal.word_keys] for word in asked]
    found += index.fitting(hashed)
    few = index.found(connection, hashed, most=_FEW)
    if few is not None:
        found.append(replies.c.reply.in_(index.replies_of(campaign, few)))
    return found


def where(connection: Connection, campaign: str, reply: str) -> Place | None:
    """Where a reply stands in the order of reading; None: it is not there."""
    own = select(replies.c.place, replies.c.received_at, replies.c.reply)
    row = connection.execute(own.where(replies.c.campaign == campaign, replies.c.reply == reply)).first()
    return Place(place=row.place, received_at=row.received_at, reply=row.reply) if row else None


def before(connection: Connection, campaign: str, wanted: Wanted, seal: Seal, at: Place) -> str:
    """The reply that stands before a place in a list; empty: none does."""
    conditions = _conditions(connection, campaign, wanted, seal)
    if conditions is None:
        return ""
    moment = literal(at.received_at, replies.c.received_at.type)
    ahead = tuple_(replies.c.received_at, replies.c.reply) > tuple_(moment, literal(at.reply))
    backwards = select(replies.c.reply).where(*conditions)
    backwards = backwards.order_by(replies.c.place.desc(), replies.c.received_at, replies.c.reply).limit(1)
    same = connection.execute(backwards.where(replies.c.place == at.place, ahead)).scalar()
    return same or connection.execute(backwards.where(replies.c.place < at.place)).scalar() or ""


def beginning_with(connection: Connection, campaign: str, start: str, seal: Seal) -> list[Entry]:
    """The entries whose id begins so: one, none, or two of several."""
    # "g" is behind every hex digit: a range of the key, where LIKE would read all of it.
    within = and_(replies.c.reply >= start, replies.c.reply < f"{start}g")
    rows = connection.execute(select(replies).where(replies.c.campaign == campaign, within).limit(2))
    return [log.entry_of(row, seal) for row in rows]


def kinds_by_country(connection: Connection, campaign: str) -> dict[str, dict[str, int]]:
    """Country -> kind -> how many replies concern it."""
    rows = connection.execute(
        select(replies.c.country, replies.c.kind, func.count().label("many"))
        .where(replies.c.campaign == campaign, replies.c.country.is_not(None))
        .group_by(replies.c.country, replies.c.kind)
    )
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row.country, {})[row.kind] = row.many
    return found


def countries(connection: Connection, campaign: str) -> list[str]:
    """Codes of the countries that replies concern, each found by one step in the index."""
    mine = replies.alias()
    first = select(func.min(replies.c.country).label("country")).where(replies.c.campaign == campaign)
    steps = first.cte("steps", recursive=True)
    behind = select(func.min(mine.c.country)).where(mine.c.campaign == campaign, mine.c.country > steps.c.country)
    steps = steps.union_all(select(behind.scalar_subquery()).where(steps.c.country.is_not(None)))
    return list(connection.execute(select(steps.c.country).where(steps.c.country.is_not(None))).scalars())


def kinds(connection: Connection, campaign: str) -> dict[tuple[str, bool], int]:
    """(kind, whether a person must look) -> how many: for a monitor."""
    waits = replies.c.place < NOBODY
    chosen = select(replies.c.kind, waits.label("waits"), func.count().label("many"))
    rows = connection.execute(chosen.where(replies.c.campaign == campaign).group_by(replies.c.kind, waits))
    return {(row.kind, bool(row.waits)): row.many for row in rows}


def settle(connection: Connection, campaign: str) -> None:
    """Fill in what rows of an older ledger lack: their place in the lists, and where countries stand by them."""
    arrived = select(raw_mail.c.received_at).where(raw_mail.c.id == replies.c.reply).scalar_subquery()
    connection.execute(
        update(replies)
        .where(replies.c.campaign == campaign, replies.c.place.is_(None))
        .values(place=log.PLACE, received_at=arrived)
    )
    for country in connection.execute(
        select(stances.c.country).where(stances.c.campaign == campaign).distinct()
    ).scalars():
        stated.settle_stance(connection, campaign, country)


def unsettled(connection: Connection, campaign: str) -> bool:
    """Whether there are rows of an older ledger."""
    chosen = select(replies.c.reply).where(replies.c.campaign == campaign, replies.c.place.is_(None)).limit(1)
    return connection.execute(chosen).first() is not None


def find_by_words(connection: Connection, campaign: str, ids: Collection[str], seal: Seal) -> None:
    """Put replies into the index of words, as `log.record` does with those that come."""
    rows = connection.execute(select(replies).where(replies.c.campaign == campaign, replies.c.reply.in_(ids)))
    for entry in [log.entry_of(row, seal) for row in rows]:
        log.find_by_words(connection, campaign, entry.reply, entry.parsed, seal)
