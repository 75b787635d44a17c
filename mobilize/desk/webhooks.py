"""Tell other programs of new replies: ids and codes, signed, until they took it; never a word of a mail.

What is to be told is written down in the transaction in which the reply is logged; a crash loses none of it, and may
tell one twice, under the same id.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlalchemy import Connection

from mobilize import webhook as receiver
from mobilize.errors import Refused
from mobilize.inbox.reply import Reply
from mobilize.installation import Installation
from mobilize.store import people
from mobilize.store import webhooks as rows
from mobilize.store.webhooks import Delivery, Waiting, Webhook
from mobilize.webhook import Event, Undelivered

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")

#: Seconds from a failed try to the next, as Standard Webhooks advises; then it is given up, after three days.
BACK_OFF = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)

#: A program that took a delivery and died is followed by another after so long.
_LEASE = dt.timedelta(minutes=5)

#: Taken at once for a receiver: with the deadline of each, less than the lease.
_AT_ONCE = 20

#: Receivers that are told at a time: a slow one holds up no other.
_THREADS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A receiver, and what waits for it."""

    name: str
    url: str
    waiting: Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a round of telling did."""

    told: int
    failed: int


def add(installation: Installation, name: str, url: str, *, by: str, now: dt.datetime) -> str:
    """Register a receiver. Returns the secret of its signatures, shown once.

    Raises Refused for a name that is there or is none, or an address that is not called.
    """
    if not _NAME.fullmatch(name):
        raise Refused("a name has 2 to 32 of a-z, 0-9, dot, hyphen, underscore")
    wrong = receiver.fault(url, sandbox=installation.settings.webhooks_sandbox)
    if wrong:
        raise Refused(wrong)
    secret, slug = receiver.new_secret(), installation.campaign.slug
    with installation.store.writing() as connection:
        if any(each.name == name for each in rows.all_of(connection, slug)):
            raise Refused(f"{name} is there already", hint="`mobilize webhooks remove` takes it away")
        rows.add(connection, slug, _kept(installation, name, url, secret, by=by, now=now))
        people.note(connection, who=by, what="webhook_added", about=name, now=now)
    return secret


def _kept(installation: Installation, name: str, url: str, secret: str, *, by: str, now: dt.datetime) -> Webhook:
    seal = installation.seal
    return Webhook(name=name, url=url, secret=seal.closed(secret.encode()), sealed=seal.closes, by=by, made_at=now)


def remove(installation: Installation, name: str, *, by: str, now: dt.datetime) -> None:
    """Tell a receiver no more. Raises Refused where there is none of that name."""
    with installation.store.writing() as connection:
        if not rows.remove(connection, installation.campaign.slug, name):
            raise Refused(f"there is no {name}", hint="`mobilize webhooks list` shows which there are")
        people.note(connection, who=by, what="webhook_removed", about=name, now=now)


def everybody(installation: Installation) -> list[Standing]:
    """All receivers of the campaign."""
    slug = installation.campaign.slug
    with installation.store.reading() as connection:
        return [
            Standing(name=each.name, url=each.url, waiting=rows.waiting(connection, slug, each.name))
            for each in rows.all_of(connection, slug)
        ]


def announce(connection: Connection, campaign: str, reply: Reply, *, attention: str, now: dt.datetime) -> None:
    """Note a new reply for every receiver; called in the transaction that logs it. What it holds is all that leaves."""
    data = {
        "campaign": campaign,
        "reply": reply.id,
        # To the day (domain/rules.md E).
        "received_on": now.date().isoformat(),
        "kind": reply.kind,
        "country": reply.country,
        "suggested_stance": reply.stance,
        "language": reply.language,
        "letter": reply.matches.letter,
        "needs_person": bool(attention),
    }
    body = json.dumps({"type": "reply.received", "timestamp": data["received_on"], "data": data})
    rows.announce(connection, campaign, event=f"reply_{reply.id[:32]}", body=body, now=now)


def test(installation: Installation, name: str, *, now: dt.datetime) -> int:
    """Tell a receiver something of no meaning, once. Returns its status. Raises Refused with what went wrong."""
    with installation.store.reading() as connection:
        found = [each for each in rows.all_of(connection, installation.campaign.slug) if each.name == name]
    if not found:
        raise Refused(f"there is no {name}", hint="`mobilize webhooks list` shows which there are")
    body = json.dumps({"type": "test", "timestamp": now.date().isoformat(), "data": {}}).encode()
    try:
        return _post(installation, found[0], Event(id=f"test_{int(now.timestamp())}", body=body), now)
    except Undelivered as error:
        raise Refused(f"{name} did not take it: {error}") from None


def _always() -> bool:
    return True


def deliver(installation: Installation, *, now: Callable[[], dt.datetime], going: Callable[[], bool] = _always) -> Told:
    """Tell every receiver what is due. A receiver that fails is left alone until its next try is due.

    going: asked before each; False: what is left goes back.
    """
    with installation.store.reading() as connection:
        found = rows.all_of(connection, installation.campaign.slug)
    if not found:
        return Told(told=0, failed=0)
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="webhook") as threads:
        done = list(threads.map(lambda each: _deliver(installation, each, now, going), found))
    return Told(told=sum(each.told for each in done), failed=sum(each.failed for each in done))


def _deliver(
    installation: Installation, hook: Webhook, now: Callable[[], dt.datetime], going: Callable[[], bool]
) -> Told:
    moment, slug = now(), installation.campaign.slug
    with installation.store.writing() as connection:
        due = rows.claim(connection, slug, hook.name, now=moment, until=moment + _LEASE, most=_AT_ONCE)
    for place, each in enumerate(due):
        if not going():
            with installation.store.writing() as connection:
                rows.put_back(connection, [later.number for later in due[place:]], now())
            return Told(told=place, failed=0)
        try:
            _post(installation, hook, Event(id=each.event, body=each.body.encode()), now())
        except Undelivered as error:
            with installation.store.writing() as connection:
                rows.failed(connection, each.number, said=str(error), due_at=_next(each, str(error), now()))
                rows.put_back(connection, [later.number for later in due[place + 1 :]], now() + dt.timedelta(seconds=5))
            return Told(told=place, failed=1)
        with installation.store.writing() as connection:
            rows.told(connection, each.number)
    return Told(told=len(due), failed=0)


def _next(delivery: Delivery, said: str, now: dt.datetime) -> dt.datetime | None:
    """When it is tried again: later each time, and not all at one moment; None: no more, or the receiver is gone."""
    if delivery.tries >= len(BACK_OFF) or said.endswith(" 410"):
        return None
    share = hashlib.sha256(f"{delivery.number} {delivery.tries}".encode()).digest()[0] / 255
    return now + dt.timedelta(seconds=BACK_OFF[delivery.tries] * (1 + share / 5))


def _post(installation: Installation, hook: Webhook, event: Event, now: dt.datetime) -> int:
    secret = installation.seal.read(hook.secret, sealed=hook.sealed).decode()
    sandbox = installation.settings.webhooks_sandbox
    return receiver.post(hook.url, secret, event, now=now, sandbox=sandbox, deadline=receiver.DEADLINE)
