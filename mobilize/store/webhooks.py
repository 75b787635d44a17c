"""Who is told of new replies, and what they are still to be told, in SQL."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from mobilize.store.schema_web import deliveries, webhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One receiver."""

    name: str
    url: str
    #: Key of its signatures, as it is kept.
    secret: bytes
    sealed: bool
    by: str
    made_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event that a receiver is to be told."""

    number: int
    webhook: str
    event: str
    body: str
    #: Tries so far.
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How a receiver stands."""

    waiting: int
    given_up: int
    #: What the last failure said.
    said: str


def add(connection: Connection, campaign: str, webhook: Webhook) -> None:
    """Add a receiver that is not there yet."""
    connection.execute(insert(webhooks).values(campaign=campaign, **asdict(webhook)))


def all_of(connection: Connection, campaign: str) -> list[Webhook]:
    """The receivers of a campaign, by name."""
    rows = connection.execute(select(webhooks).where(webhooks.c.campaign == campaign).order_by(webhooks.c.name))
    return [_webhook(row) for row in rows]


def _webhook(row: Row[tuple[object, ...]]) -> Webhook:
    secret = bytes(row.secret)
    return Webhook(name=row.name, url=row.url, secret=secret, sealed=row.sealed, by=row.by, made_at=row.made_at)


def remove(connection: Connection, campaign: str, name: str) -> bool:
    """Tell a receiver no more, not even what waits. False: there is none of that name."""
    own = (deliveries.c.campaign == campaign) & (deliveries.c.webhook == name)
    connection.execute(delete(deliveries).where(own))
    gone = connection.execute(delete(webhooks).where(webhooks.c.campaign == campaign, webhooks.c.name == name))
    return gone.rowcount == 1


def announce(connection: Connection, campaign: str, *, event: str, body: str, now: dt.datetime) -> None:
    """Note for every receiver of a campaign what it is to be told."""
    names = list(connection.execute(select(webhooks.c.name).where(webhooks.c.campaign == campaign)).scalars())
    for name in names:
        row = {"campaign": campaign, "webhook": name, "event": event, "body": body}
        connection.execute(insert(deliveries).values(**row, due_at=now, tries=0, said="", made_at=now))


def claim(
    connection: Connection, campaign: str, webhook: str, *, now: dt.datetime, until: dt.datetime, most: int
) -> list[Delivery]:
    """Take what is due for a receiver, oldest first, so that no other program tries it before `until`."""
    due = (deliveries.c.campaign == campaign) & (deliveries.c.webhook == webhook) & (deliveries.c.due_at <= now)
    rows = connection.execute(select(deliveries).where(due).order_by(deliveries.c.number).limit(most)).all()
    mine = []
    for row in rows:
        own = (deliveries.c.number == row.number) & (deliveries.c.due_at == row.due_at)
        if connection.execute(update(deliveries).where(own).values(due_at=until)).rowcount == 1:
            each = {"number": row.number, "webhook": row.webhook, "event": row.event}
            mine.append(Delivery(**each, body=row.body, tries=row.tries))
    return mine


def told(connection: Connection, number: int) -> None:
    """Take away what was told."""
    connection.execute(delete(deliveries).where(deliveries.c.number == number))


def failed(connection: Connection, number: int, *, said: str, due_at: dt.datetime | None) -> None:
    """Note a try that failed, and when the next is; None: there is none."""
    values = {"tries": deliveries.c.tries + 1, "said": said, "due_at": due_at}
    connection.execute(update(deliveries).where(deliveries.c.number == number).values(**values))


def put_back(connection: Connection, numbers: list[int], now: dt.datetime) -> None:
    """Give back what was taken and not tried."""
    connection.execute(update(deliveries).where(deliveries.c.number.in_(numbers)).values(due_at=now))


def waiting(connection: Connection, campaign: str, webhook: str) -> Waiting:
    """How much a receiver was not told yet."""
    own = (deliveries.c.campaign == campaign) & (deliveries.c.webhook == webhook)
    counted = select(func.count(deliveries.c.number), func.count(deliveries.c.due_at)).where(own)
    total, due = connection.execute(counted).one()
    last = select(deliveries.c.said).where(own, deliveries.c.said != "").order_by(deliveries.c.number.desc()).limit(1)
    return Waiting(waiting=due, given_up=total - due, said=connection.execute(last).scalar() or "")
