"""The way back: keep what arrived, read it, log it, and tell the outbox what bounced."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from mobilize.desk import answered, webhooks
from mobilize.inbox import files, form, read
from mobilize.inbox.genuine import Standing
from mobilize.inbox.raw import MailId, RawMail
from mobilize.inbox.reply import Context, LetterRef, Reply
from mobilize.installation import Installation
from mobilize.letter import token as reply_token
from mobilize.post import outbox
from mobilize.post.outbox import Fate
from mobilize.post.states import State
from mobilize.replies import log
from mobilize.replies.triage import attention
from mobilize.store import suppression
from mobilize.world.countries import countries

#: Origin of a message that was kept by an earlier run and never read: that run died in between.
_KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One message that was taken in."""

    reply: MailId
    #: False: it was in the log already; nothing was done.
    new: bool
    kind: str
    country: str | None
    #: Why a person must look; empty: nobody must.
    attention: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What the log holds."""

    replies: int
    #: How many wait for a person.
    attention: int


def take_in(installation: Installation, paths: Iterable[Path], *, now: dt.datetime) -> Iterator[Taken]:
    """Take in mail from files, mboxes, Maildirs, folders, or standard input ("-").

    Each message is kept, and that is committed, before it is read; then what was read is recorded in one transaction
    with what follows from it. Yields one Taken a message. Raises SourceUnreadable for a path that cannot be read;
    what came before it is in the log.
    """
    yield from catch_up(installation, now=now)
    context = context_of(installation, now.date())
    for raw in files.read(paths):
        yield _taken(installation, raw, context, now)


def catch_up(installation: Installation, *, now: dt.datetime) -> Iterator[Taken]:
    """Read what an earlier run had kept when it died, before it could read it."""
    context = context_of(installation, now.date())
    yield from (_read(installation, raw, context, now) for raw in _left_behind(installation))


def take(installation: Installation, raw: RawMail, *, now: dt.datetime) -> Taken:
    """Take in one message: kept, and that is committed, before it is read."""
    return _taken(installation, raw, context_of(installation, now.date()), now)


def _taken(installation: Installation, raw: RawMail, context: Context, now: dt.datetime) -> Taken:
    with installation.store.writing() as connection:
        new = log.keep(connection, raw, installation.seal, now=now)
    if new:
        return _read(installation, raw, context, now)
    return Taken(reply=raw.id, new=False, kind="", country=None, attention="")


def read_anew(installation: Installation, *, now: dt.datetime) -> Iterator[Taken]:
    """Read every kept message again, with today's rules; what people said of it stays."""
    context = context_of(installation, now.date())
    with installation.store.reading() as connection:
        known = log.known(connection, installation.campaign.slug)
    for identity in known:
        yield _read(installation, _kept(installation, identity), context, now, new=False)


def summary(installation: Installation) -> Summary:
    """Count the log."""
    with installation.store.reading() as connection:
        replies, waiting = log.count(connection, installation.campaign.slug)
    return Summary(replies=replies, attention=waiting)


def _left_behind(installation: Installation) -> Iterator[RawMail]:
    with installation.store.reading() as connection:
        left = log.unread(connection, installation.campaign.slug)
    kept = (_kept(installation, identity) for identity in left)
    # A mailbox may serve several campaigns; a form was filled in on the page of one.
    own = f"{form.ORIGIN}{installation.campaign.slug}"
    return (raw for raw in kept if not raw.origin.startswith(form.ORIGIN) or raw.origin == own)


def _kept(installation: Installation, identity: MailId) -> RawMail:
    with installation.store.reading() as connection:
        data = log.original(connection, identity, installation.seal)
        origin = log.origin(connection, identity)
    assert data is not None, "a row of replies has its row of raw_mail"
    return RawMail(data=data, origin=origin if origin.startswith(form.ORIGIN) else _KEPT)


def _read(installation: Installation, raw: RawMail, context: Context, now: dt.datetime, *, new: bool = True) -> Taken:
    reply = _understood(raw, context)
    why = attention(reply)
    with installation.store.writing() as connection:
        log.record(connection, installation.campaign.slug, reply, installation.seal, attention=why, now=now)
        _follow_up(connection, installation.campaign.slug, reply, now)
        if new:
            webhooks.announce(connection, installation.campaign.slug, reply, attention=why, now=now)
    return Taken(reply=raw.id, new=True, kind=reply.kind, country=reply.country, attention=why)


def _understood(raw: RawMail, context: Context) -> Reply:
    """A form of the page, or a mail: by where it came from."""
    if raw.origin.startswith(form.ORIGIN):
        return form.read(raw, countries=countries())
    return read.read(raw, context=context)


def _follow_up(connection: Connection, campaign: str, reply: Reply, now: dt.datetime) -> None:
    """What a bounce, a complaint or a wish to be left alone means for the outbox.

    Anybody can write a mail that looks like a bounce. So only an address that we wrote to can fail, and it is
    suppressed only where the report brings our own Message-ID or token back, which nobody else knows. What a partner
    forwards changes nothing, nor what may be forged: a person decides (triage).
    """
    if reply.authenticity.standing is Standing.FAILED and reply.kind != "bounce":
        return  # whoever wrote it may want nothing but to silence somebody else
    source = f"reply {reply.id[:12]}"
    forwarded = (reply.via or "").startswith("forward")
    for bounce in () if forwarded else reply.bounces:
        fate = outbox.by_address(connection, campaign, bounce.address)
        if fate is None or not bounce.permanent:
            continue
        if fate.state is State.SENT:
            reason = f"bounced: {bounce.status or 'no status given'}"
            outbox.move(connection, campaign, fate.letter, State.SENT, State.FAILED, reason=reason, now=now)
        if bounce.dead and reply.matches.letter == fate.letter:
            suppression.suppress(connection, bounce.address, reason="dead", source=source, now=now)
    if reply.kind == "complaint" and reply.complaint_address and not forwarded:
        for address in reply.complaint_address.split(", "):  # one report may name several who complained
            if outbox.by_address(connection, campaign, address) is not None:
                suppression.suppress(connection, address, reason="complained", source=source, now=now)
    if reply.kind == "unsubscribe" and reply.via == "direct" and reply.from_address:
        suppression.suppress(connection, reply.from_address, reason="unsubscribed", source=source, now=now)


def context_of(installation: Installation, today: dt.date) -> Context:
    """What reading a mail needs to know of this campaign, the outbox among it."""
    campaign = installation.campaign
    return Context(
        own_addresses=(campaign.sender.address,),
        lookup=_Lookup(installation=installation, today=today),
        words=functools.lru_cache(maxsize=256)(functools.partial(_words, installation)),
        languages=campaign.languages,
        lexicon=campaign.lexicon,
        trusted=trusted_of(installation),
    )


def trusted_of(installation: Installation) -> tuple[str, ...]:
    """The receiving servers whose word on a mail's sender is believed (RFC 8601)."""
    return tuple(name.strip() for name in installation.settings.trusted_authserv.split(",") if name.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lookup:
    """The outbox as the parser sees it: ids in, a letter's id and country out."""

    installation: Installation
    today: dt.date

    def by_message_id(self, message_id: str) -> LetterRef | None:
        with self.installation.store.reading() as connection:
            name = f"<{message_id.strip('<> ')}>"
            return _ref(outbox.by_message_id(connection, self.installation.campaign.slug, name))

    def by_token(self, token: str) -> LetterRef | None:
        letter = reply_token.read(self.installation.secret, token, self.today)
        if letter is None:
            return None
        with self.installation.store.reading() as connection:
            return _ref(outbox.fate(connection, self.installation.campaign.slug, letter))

    def by_address(self, address: str) -> LetterRef | None:
        with self.installation.store.reading() as connection:
            return _ref(outbox.by_address(connection, self.installation.campaign.slug, address))


def _words(installation: Installation, letter: str) -> str:
    """The words of a letter of ours, as near to what was sent as today's files come."""
    found = answered.letter(installation, letter)
    return found.text if found else ""


def _ref(fate: Fate | None) -> LetterRef | None:
    return LetterRef(letter=fate.letter, country=fate.country, audience=fate.audience) if fate else None
