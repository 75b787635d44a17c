"""What people do with a reply on their pages, in SQL: open, assign, note, amend; and which replies a list shows."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, insert, or_, select, true, update

from mobilize.store.schema import corrections, plans, replies, stances
from mobilize.store.schema_cases import amendments, assignments, opened, remarks
from mobilize.store.sealed import Seal


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field of a reply that a person changed."""

    field: str
    before: str
    after: str
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What a person noted beside a reply."""

    text: str
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A reply given to a person to see to."""

    #: Empty: taken from whoever had it.
    person: str
    by: str
    at: dt.datetime


# --- one reply -------------------------------------------------------------------------------------------------------


def open_(connection: Connection, campaign: str, reply: str, *, by: str, now: dt.datetime) -> None:
    """Note that somebody has opened a reply; who did so first stays."""
    key = (opened.c.campaign == campaign) & (opened.c.reply == reply)
    if connection.execute(select(opened.c.reply).where(key)).first() is None:
        connection.execute(insert(opened).values(campaign=campaign, reply=reply, by=by, at=now))


def is_open(connection: Connection, campaign: str, reply: str) -> bool:
    """Whether somebody has opened it."""
    key = (opened.c.campaign == campaign) & (opened.c.reply == reply)
    return connection.execute(select(opened.c.reply).where(key)).first() is not None


def assign(connection: Connection, campaign: str, reply: str, person: str, *, by: str, now: dt.datetime) -> None:
    """Give a reply to a person; empty: to nobody."""
    connection.execute(insert(assignments).values(campaign=campaign, reply=reply, person=person, by=by, at=now))


def handed(connection: Connection, campaign: str, reply: str) -> list[Handed]:
    """To whom a reply was given, in order; the last counts."""
    rows = connection.execute(
        select(assignments)
        .where(assignments.c.campaign == campaign, assignments.c.reply == reply)
        .order_by(assignments.c.number)
    )
    return [Handed(person=row.person, by=row.by, at=row.at) for row in rows]


def remark(
    connection: Connection, campaign: str, reply: str, text: str, seal: Seal, *, by: str, now: dt.datetime
) -> None:
    """Note something beside a reply."""
    values = {"text": seal.closed(text.encode()), "sealed": seal.closes}
    connection.execute(insert(remarks).values(campaign=campaign, reply=reply, **values, by=by, at=now))


def remarks_on(connection: Connection, campaign: str, reply: str, seal: Seal) -> list[Remark]:
    """What people noted beside a reply, in order. Raises KeyMissing."""
    rows = connection.execute(
        select(remarks).where(remarks.c.campaign == campaign, remarks.c.reply == reply).order_by(remarks.c.number)
    )
    return [Remark(text=seal.read(row.text, sealed=row.sealed).decode(), by=row.by, at=row.at) for row in rows]


def amend(connection: Connection, campaign: str, reply: str, change: Change, seal: Seal) -> None:
    """Keep that a person changed a field."""
    connection.execute(
        insert(amendments).values(
            campaign=campaign,
            reply=reply,
            field=change.field,
            words=seal.closed(json.dumps([change.before, change.after], ensure_ascii=False).encode()),
            sealed=seal.closes,
            by=change.by,
            at=change.at,
        )
    )


def changes(connection: Connection, campaign: str, reply: str, seal: Seal) -> list[Change]:
    """All that people changed of a reply, oldest first. Raises KeyMissing."""
    of_stance = connection.execute(
        select(corrections)
        .where(corrections.c.campaign == campaign, corrections.c.reply == reply)
        .order_by(corrections.c.number)
    )
    found = [Change(field=row.field, before=row.before, after=row.after, by=row.by, at=row.at) for row in of_stance]
    rows = connection.execute(
        select(amendments)
        .where(amendments.c.campaign == campaign, amendments.c.reply == reply)
        .order_by(amendments.c.number)
    )
    for row in rows:
        before, after = _both(row, seal)
        found.append(Change(field=row.field, before=before, after=after, by=row.by, at=row.at))
    return sorted(found, key=lambda each: each.at)


def latest(connection: Connection, campaign: str, which: Collection[str], seal: Seal) -> dict[str, dict[str, str]]:
    """Reply -> field -> what a person changed it to last. Raises KeyMissing."""
    rows = connection.execute(
        select(amendments)
        .where(amendments.c.campaign == campaign, amendments.c.reply.in_(which))
        .order_by(amendments.c.number)
    )
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row.reply, {})[row.field] = _both(row, seal)[1]
    return found


def decided(connection: Connection, campaign: str, reply: str) -> frozenset[str]:
    """Names of the fields of a reply that a person has changed."""
    names = [
        select(table.c.field).where(table.c.campaign == campaign, table.c.reply == reply)
        for table in (corrections, amendments)
    ]
    return frozenset(row.field for each in names for row in connection.execute(each))


def set_columns(connection: Connection, campaign: str, reply: str, values: dict[str, object]) -> None:
    """Write what a person said of a reply into the columns by which the log is searched."""
    connection.execute(update(replies).where(replies.c.campaign == campaign, replies.c.reply == reply).values(**values))


def set_targets(
    connection: Connection, campaign: str, reply: str, targets: Collection[str], *, by: str, now: dt.datetime
) -> None:
    """Let exactly these countries stand as the plans of a reply; the others are withdrawn, not removed."""
    own = and_(plans.c.campaign == campaign, plans.c.reply == reply)
    known = connection.execute(select(plans).where(own)).all()
    connection.execute(update(plans).where(own, plans.c.country.not_in(targets)).values(withdrawn_at=now))
    connection.execute(update(plans).where(own, plans.c.country.in_(targets)).values(withdrawn_at=None))
    for country in sorted(set(targets) - {row.country for row in known}):
        same = {"campaign": campaign, "reply": reply, "country": country, "by": by}
        digest = known[0].partner_digest if known else ""
        connection.execute(insert(plans).values(**same, partner_digest=digest, planned_on=now.date()))


def _both(row: Row[tuple[object, ...]], seal: Seal) -> tuple[str, str]:
    before, after = json.loads(seal.read(row.words, sealed=row.sealed))
    return str(before), str(after)


# --- lists -----------------------------------------------------------------------------------------------------------


def sieved(campaign: str, *, said: str, unopened: bool, person: str, parser: str) -> list[ColumnElement[bool]]:
    """What a row of replies must fulfil by what people did with it; empty values ask for nothing."""
    found: list[ColumnElement[bool]] = []
    if unopened:
        found += [replies.c.reviewed_by == "", replies.c.reply.not_in(_opened(campaign))]
    if said:
        last = (
            select(stances.c.stance)
            .where(stances.c.campaign == campaign, stances.c.reply == replies.c.reply)
            .order_by(stances.c.by == parser, stances.c.number.desc())
            .limit(1)
            .scalar_subquery()
        )
        found.append(func.coalesce(last, replies.c.stance, "") == said)
    if person:
        newest = select(func.max(assignments.c.number)).where(assignments.c.campaign == campaign)
        mine = select(assignments.c.reply).where(
            assignments.c.number.in_(newest.group_by(assignments.c.reply)), assignments.c.person == person
        )
        found.append(replies.c.reply.in_(mine))
    return found


def _opened(campaign: str) -> Select[tuple[str]]:
    return select(opened.c.reply).where(opened.c.campaign == campaign)


def tallies(connection: Connection, campaign: str, *, most: int, nobody: int) -> tuple[int, int, int]:
    """How many replies nobody has opened, how many wait for a person, how many there are; each at most so many.

    nobody: the first place at which nobody must look (replies.triage).
    """
    unseen = and_(replies.c.reviewed_by == "", replies.c.reply.not_in(_opened(campaign)))
    some = [
        select(replies.c.reply).where(replies.c.campaign == campaign, condition).limit(most).subquery()
        for condition in (unseen, replies.c.place < nobody, true())
    ]
    new, waiting, total = (connection.execute(select(func.count()).select_from(each)).scalar_one() for each in some)
    return new, waiting, total


def owners(connection: Connection, campaign: str, which: Collection[str]) -> dict[str, str]:
    """Reply -> the person who sees to it; those of nobody are left out."""
    rows = connection.execute(
        select(assignments.c.reply, assignments.c.person)
        .where(assignments.c.campaign == campaign, assignments.c.reply.in_(which))
        .order_by(assignments.c.number)
    )
    found = {row.reply: row.person for row in rows}
    return {reply: person for reply, person in found.items() if person}


def spoken(connection: Connection, campaign: str) -> tuple[str, ...]:
    """Languages that occur in the log."""
    rows = connection.execute(select(replies.c.language).where(replies.c.campaign == campaign).distinct())
    return tuple(sorted(row.language for row in rows if row.language))


# --- plans -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """That a partner means to approach a country. Who it is stands in the reply alone (domain/rules.md D2)."""

    country: str
    reply: str
    partner_digest: str
    planned_on: dt.date | None


def standing_plans(connection: Connection, campaign: str, *, country: str = "") -> list[Plan]:
    """Plans that stand, oldest first: of one country, or of all."""
    chosen = select(plans).where(plans.c.campaign == campaign, plans.c.withdrawn_at.is_(None))
    if country:
        chosen = chosen.where(plans.c.country == country)
    return [_plan(row) for row in connection.execute(chosen.order_by(plans.c.number))]


def _plan(row: Row[tuple[object, ...]]) -> Plan:
    fields = ("country", "reply", "partner_digest", "planned_on")
    return Plan(**{name: row._mapping[name] for name in fields})  # noqa: SLF001 - SQLAlchemy's documented name


def heard_of(connection: Connection, campaign: str) -> list[tuple[str, str]]:
    """(reply, country) of all that partners or authorities said of a country, machines left out."""
    spoke = or_(replies.c.kind == "reply", replies.c.kind == "partner_report")
    rows = connection.execute(
        select(replies.c.reply, replies.c.country).where(
            replies.c.campaign == campaign, replies.c.country.is_not(None), spoke
        )
    )
    return [(row.reply, row.country) for row in rows]
