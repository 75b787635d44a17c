"""The reply log in SQL: raw mail is kept before it is read; statements and corrections are only ever added."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, Table, case, func, insert, select, update

from mobilize.inbox.raw import MailId, RawMail
from mobilize.inbox.reply import Reply
from mobilize.replies import stated, words
from mobilize.replies.review import PARSER
from mobilize.replies.triage import NOBODY, READING_ORDER
from mobilize.store import cases
from mobilize.store import words as index
from mobilize.store.schema import corrections, plans, raw_mail, replies, stances
from mobilize.store.schema_filings import filings
from mobilize.store.sealed import Seal
from mobilize.store.suppression import address_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the log, as a list shows it; the whole reply stands in `parsed`."""

    reply: MailId
    received_at: dt.datetime
    #: Day it was said, as the mail is dated; None: no readable date.
    said_on: dt.date | None
    kind: str
    via: str | None
    country: str | None
    #: What the parser suggests.
    stance: str | None
    reporter: str | None
    language: str | None
    #: Id of the letter it answers; None: not matched.
    letter: str | None
    #: Why a person must look; empty: nobody must, or somebody has.
    attention: str
    #: Who marked it reviewed; empty: nobody yet.
    reviewed_by: str
    #: The parsed reply in the contract's names (DESIGN.md).
    parsed: Mapping[str, object]


def keep(connection: Connection, mail: RawMail, seal: Seal, *, now: dt.datetime) -> bool:
    """Store a message's bytes under the hash of what arrived, encrypted where there is a key; commit, then parse.

    Returns False where they are kept already: the same message twice is one entry.
    """
    if connection.execute(select(raw_mail.c.id).where(raw_mail.c.id == mail.id)).first():
        return False
    values = {"id": mail.id, "data": seal.closed(mail.data), "sealed": seal.closes}
    connection.execute(insert(raw_mail).values(**values, origin=mail.origin, received_at=now))
    return True


def original(connection: Connection, reply: str, seal: Seal) -> bytes | None:
    """Fetch a message as it arrived; None where it is not kept. Raises KeyMissing where no key opens it."""
    row = connection.execute(select(raw_mail.c.data, raw_mail.c.sealed).where(raw_mail.c.id == reply)).first()
    if row is None:
        return None
    return seal.read(row.data, sealed=row.sealed)


def origin(connection: Connection, reply: str) -> str:
    """Where a message was found; empty where it is not kept."""
    return connection.execute(select(raw_mail.c.origin).where(raw_mail.c.id == reply)).scalar() or ""


def unread(connection: Connection, campaign: str) -> list[MailId]:
    """Ids of messages that are kept but were never read for this campaign: a crash between the two loses nothing."""
    known = select(replies.c.reply).where(replies.c.campaign == campaign)
    rows = connection.execute(select(raw_mail.c.id).where(raw_mail.c.id.not_in(known)).order_by(raw_mail.c.received_at))
    return [MailId(row.id) for row in rows]


def record(
    connection: Connection, campaign: str, reply: Reply, seal: Seal, *, attention: str, now: dt.datetime
) -> None:
    """Write what was read in a message: its row, the stance it suggests, the plans it tells.

    A message read before gets its row written anew; what a person said of it, and all statements, stay.
    """
    parsed = reply.as_kept()
    arrived = select(raw_mail.c.received_at).where(raw_mail.c.id == reply.id)
    values: dict[str, object] = {
        "read_at": now,
        "received_at": connection.execute(arrived).scalar() or now,
        "said_on": day_of(reply.date),
        "kind": reply.kind,
        "via": reply.via,
        "country": reply.country,
        "stance": reply.stance,
        "language": reply.language,
        "letter": reply.matches.letter,
        "attention": attention,
        "parsed": seal.closed(json.dumps(parsed, ensure_ascii=False).encode()),
        "sealed": seal.closes,
        "genuine": reply.authenticity.standing.value,
    }
    key = (replies.c.campaign == campaign) & (replies.c.reply == reply.id)
    before = connection.execute(select(replies.c.reviewed_by).where(key)).first()
    if before:
        # What people decided is no guess of the parser's any more.
        theirs = cases.decided(connection, campaign, reply.id) | ({"attention"} if before.reviewed_by else set())
        if connection.execute(select(filings.c.number).where(*_of(filings, campaign, reply.id))).first():
            theirs |= _FILED
        kept = {name: value for name, value in values.items() if name == "stance" or name not in theirs}
        connection.execute(update(replies).where(key).values(**kept))
    else:
        connection.execute(insert(replies).values(campaign=campaign, reply=reply.id, reviewed_by="", **values))
    settle_place(connection, campaign, reply.id)
    find_by_words(connection, campaign, reply.id, parsed, seal)
    _suggest(connection, campaign, reply, seal, now)


#: Where a reply stands in the order of reading, from its kind and from whether somebody must look.
_ORDER = case(
    {kind: number for number, kind in enumerate(READING_ORDER)}, value=replies.c.kind, else_=len(READING_ORDER)
)
PLACE = case((replies.c.attention != "", _ORDER), else_=_ORDER + NOBODY)


def settle_place(connection: Connection, campaign: str, reply: str) -> None:
    """Put a reply where it belongs in the order of reading, after its kind or its attention changed."""
    connection.execute(update(replies).where(*_of(replies, campaign, reply)).values(place=PLACE))


#: What a person decides by filing a reply.
_FILED = frozenset({"country", "letter", "attention"})


def _of(table: Table, campaign: str, reply: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.campaign == campaign, table.c.reply == reply


def find_by_words(connection: Connection, campaign: str, reply: str, parsed: Mapping[str, object], seal: Seal) -> None:
    """Put a reply's words into the index, hashed under the newest key."""
    key = seal.word_keys[0]
    index.put(connection, campaign, reply, words.tokens(key, words.of_reply(parsed)), key)


def _suggest(connection: Connection, campaign: str, reply: Reply, seal: Seal, now: dt.datetime) -> None:
    already = select(stances.c.number).where(
        (stances.c.campaign == campaign)
        & (stances.c.reply == reply.id)
        & (stances.c.by == PARSER)
        & (stances.c.country == (reply.country or ""))
        & (stances.c.stance == (reply.stance or ""))
    )
    if reply.country and reply.stance and not connection.execute(already).first():
        evidence = next((each for each in reply.evidence if each.field == "stance"), None)
        stated.state(
            connection,
            campaign,
            reply=reply.id,
            country=reply.country,
            stance=reply.stance,
            concerns=reply.concerns,
            quote=next((each.words for each in reply.evidence if each.field == "sentence"), evidence.words)
            if evidence
            else "",
            rule=evidence.rule if evidence else "",
            said_on=day_of(reply.date),
            direct=reply.via == "direct" and reply.kind == "reply",
            by=PARSER,
            now=now,
            seal=seal,
            genuine=stated.proof_of(reply.kind, reply.authenticity.standing.value),
            reporter=reply.reporter or "",
        )
    planned = select(plans.c.country).where((plans.c.campaign == campaign) & (plans.c.reply == reply.id))
    known = {row.country for row in connection.execute(planned)}
    for country in reply.targets:
        if country not in known:
            plan = {
                "partner_digest": address_digest(reply.reporter or reply.from_address or ""),
                "planned_on": day_of(reply.date),
                "by": PARSER,
            }
            connection.execute(insert(plans).values(campaign=campaign, reply=reply.id, country=country, **plan))


def correct(
    connection: Connection,
    campaign: str,
    reply: str,
    changes: Mapping[str, tuple[str, str]],
    *,
    by: str,
    now: dt.datetime,
) -> None:
    """Note who changed which field of a reply from what to what, and mark it reviewed.

    changes: field -> (before, after); may be empty: the person agreed with all of it.
    """
    for field, (before, after) in changes.items():
        row = {"campaign": campaign, "reply": reply, "field": field, "before": before, "after": after}
        connection.execute(insert(corrections).values(**row, by=by, at=now))
    values: dict[str, object] = {"reviewed_by": by, "attention": ""}
    if "country" in changes:
        values["country"] = changes["country"][1]
    connection.execute(update(replies).where(*_of(replies, campaign, reply)).values(**values))
    settle_place(connection, campaign, reply)


def entries(connection: Connection, campaign: str, seal: Seal) -> list[Entry]:
    """All entries of a campaign, newest first. Raises KeyMissing where no key opens one."""
    chosen = select(replies, raw_mail.c.received_at).join(raw_mail, raw_mail.c.id == replies.c.reply)
    rows = connection.execute(
        chosen.where(replies.c.campaign == campaign).order_by(raw_mail.c.received_at.desc(), replies.c.reply)
    )
    return [entry_of(row, seal) for row in rows]


def entry_of(row: Row[tuple[object, ...]], seal: Seal) -> Entry:
    """Read one row, its parsed reply opened. Raises KeyMissing where no key opens it."""
    parsed = json.loads(seal.read(row.parsed, sealed=row.sealed))
    return Entry(
        reply=MailId(row.reply),
        received_at=row.received_at,
        said_on=row.said_on,
        kind=row.kind,
        via=row.via,
        country=row.country,
        stance=row.stance,
        reporter=parsed["reporter"],
        language=row.language,
        letter=row.letter,
        attention=row.attention,
        reviewed_by=row.reviewed_by,
        parsed=parsed,
    )


def known(connection: Connection, campaign: str) -> list[MailId]:
    """Ids of all messages that were read for this campaign, oldest first."""
    chosen = select(replies.c.reply).where(replies.c.campaign == campaign).order_by(replies.c.read_at)
    return [MailId(row.reply) for row in connection.execute(chosen)]


def some(connection: Connection, campaign: str, seal: Seal, which: Sequence[str]) -> list[Entry]:
    """These entries, in the order in which they are named; what is not there is left out. Raises KeyMissing."""
    chosen = select(replies, raw_mail.c.received_at).join(raw_mail, raw_mail.c.id == replies.c.reply)
    rows = connection.execute(chosen.where(replies.c.campaign == campaign, replies.c.reply.in_(which)))
    found = {row.reply: entry_of(row, seal) for row in rows}
    return [found[each] for each in which if each in found]


def count(connection: Connection, campaign: str) -> tuple[int, int]:
    """How many replies there are, and how many of them wait for a person."""
    of_campaign = select(func.count()).select_from(replies).where(replies.c.campaign == campaign)
    waiting = of_campaign.where(replies.c.attention != "")
    return connection.execute(of_campaign).scalar_one(), connection.execute(waiting).scalar_one()


def plan_counts(connection: Connection, campaign: str) -> dict[str, int]:
    """How many partners plan to approach each country. Who they are does not leave this function (rules.md D2)."""
    counted = select(plans.c.country, func.count(plans.c.partner_digest.distinct()).label("partners"))
    standing = (plans.c.campaign == campaign) & plans.c.withdrawn_at.is_(None)
    rows = connection.execute(counted.where(standing).group_by(plans.c.country))
    return {row.country: row.partners for row in rows}


def day_of(date: str | None) -> dt.date | None:
    """The day of an ISO 8601 date as the parser writes it; None where it wrote none, or none that exists."""
    try:
        return dt.date.fromisoformat(date[:10]) if date else None
    except ValueError:
        return None
