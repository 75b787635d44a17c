"""Who gets a letter in this round, who does not, and why: before anything leaves."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mobilize.campaign.contacts import Audience, Contact
from mobilize.desk import hand_out, ledger
from mobilize.errors import DataFaulty, LetterWrong, Refused, TemplateWrong
from mobilize.installation import Installation
from mobilize.letter import mime
from mobilize.letter.merge import Letter, LetterId
from mobilize.post import known, outbox
from mobilize.post.outbox import Fate
from mobilize.post.smtp import is_loopback
from mobilize.post.states import State
from mobilize.store import suppression
from mobilize.store.suppression import address_digest
from mobilize.world.countries import countries, groups

#: Names that belong to nobody (RFC 2606, RFC 6761): examples stand on them, and nothing may be sent there.
RESERVED_TOP = ("example", "test", "invalid", "localhost", "local", "onion")
RESERVED_SECOND = ("example.com", "example.org", "example.net")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which contacts a command is about; empty: all."""

    countries: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    def takes(self, contact: Contact) -> bool:
        """Whether a contact is among them."""
        return (
            (not self.countries or contact.country in self.countries)
            and (not self.audiences or contact.audience.value in self.audiences)
            and (not self.groups or countries()[contact.country].group in self.groups)
        )


def groups_named(texts: Sequence[str]) -> tuple[str, ...]:
    """The UN regional groups that a person names, in any case; "africa" is enough for the African Group.

    Raises Refused where a text names none, or more than one.
    """
    found = []
    for text in texts:
        meant = [each for each in groups() if each.casefold().startswith(text.casefold())]
        if len(meant) != 1 or not text:
            raise Refused(f"{text!r} is no regional group", hint=f"one of {', '.join(groups())}")
        found += meant
    return tuple(found)


def chosen(countries: Sequence[str] | None, audiences: Sequence[str] | None, groups: Sequence[str] | None) -> Chosen:
    """What a person named: codes in any case, groups as `groups_named` has them. None: all. Raises Refused."""
    return Chosen(
        countries=tuple(each.upper() for each in countries or ()),
        audiences=tuple(audiences or ()),
        groups=groups_named(groups or ()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A contact that gets no letter in this run."""

    contact: str
    country: str
    audience: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What `send` would do now."""

    round: int
    #: Letters to go, in the order of contacts.csv.
    letters: tuple[Letter, ...]
    skipped: tuple[Skipped, ...]
    #: Rows of contacts.csv that cannot be used; they are in `skipped` too, as "line 12".
    refused: int
    #: Letters that were queued with `--at`: they may not go before this moment, whichever run takes them.
    not_before: Mapping[LetterId, dt.datetime] = field(default_factory=dict)
    #: Of `letters`, those that failed and are tried again because a person says so.
    again: tuple[LetterId, ...] = ()
    #: Whether it is about all contacts of the campaign, of which none was refused.
    is_whole: bool = False

    @property
    def by_audience(self) -> Mapping[str, int]:
        """Audience -> letters."""
        return Counter(letter.contact.audience.value for letter in self.letters)

    @property
    def by_language(self) -> Mapping[str, int]:
        """Language -> letters."""
        return Counter(letter.language for letter in self.letters)

    @property
    def reasons(self) -> Mapping[str, int]:
        """Why -> contacts skipped."""
        return Counter(each.why for each in self.skipped)


def check_campaign(installation: Installation, *, skip_faulty: bool, now: dt.datetime) -> None:
    """Refuse to send from a campaign whose files have errors, or after its end.

    skip_faulty: leave refused rows of contacts out and go on; faults elsewhere still stop everything.
    Raises DataFaulty with all of them, or Refused.
    """
    errors = [
        each for each in installation.errors if not (skip_faulty and each.line and each.path.startswith("contacts."))
    ]
    if errors:
        hint = "mend them, or leave faulty rows of contacts out with --skip-faulty"
        raise DataFaulty(errors, hint=hint)
    end = installation.campaign.not_after
    if end is not None and now > end:
        raise Refused(f"the campaign ended on {end:%Y-%m-%d %H:%M} UTC (not_after in campaign.toml)")


def plan(
    installation: Installation,
    *,
    chosen: Chosen,
    round: int,
    limit: int | None,
    now: dt.datetime,
    only_failed: bool = False,
    among: Sequence[Contact] | None = None,
) -> Plan:
    """Plan a round: every contact becomes a letter or a reason why not. Changes nothing.

    only_failed: the letters that failed in this round, and no others. among: the contacts; None: all of the campaign.

    Raises TemplateWrong: a mistake in a template concerns many letters, so none is planned.
    """
    campaign = installation.campaign
    contacts = campaign.contacts if among is None else among
    with installation.store.reading() as connection:
        fates = {
            each.contact: each
            for part in known.parts([contact.id for contact in contacts])
            for each in outbox.fates(connection, campaign.slug, round, part)
        }
        digests = [address_digest(email) for contact in contacts for email in contact.emails]
        written_to = known.written_to(connection, campaign.slug, round, digests)
        suppressed = suppression.suppressed(connection, digests)
    gone = ledger.dead(installation, [each.holder for each in fates.values() if each.holder])
    letters: list[Letter] = []
    skipped: list[Skipped] = []
    for contact in contacts:
        why = (
            _not_chosen(chosen, contact)
            or _not_useful(installation, contact)
            or _not_allowed(installation, contact)
            or (_not_failed(fates.get(contact.id)) if only_failed else _not_again(fates.get(contact.id), now, gone))
            or _under_another_row(contact, written_to)
            or _left_alone(contact, suppressed)
            or ("beyond --limit: waits for the next run" if limit is not None and len(letters) >= limit else "")
        )
        if not why:
            try:
                letters.append(hand_out.written(installation, contact, today=now.date(), round=round))
            except LetterWrong as error:
                why = f"the letter cannot be made: {error.detail}"
            except TemplateWrong as error:
                raise error from None
        if why:
            skipped.append(
                Skipped(contact=contact.id, country=contact.country, audience=contact.audience.value, why=why)
            )
    refused = sorted({each.line for each in installation.errors if each.line and each.path.startswith("contacts.")})
    skipped += [
        Skipped(contact=f"line {line}", country="", audience="", why="refused row: see `mobilize check`")
        for line in refused
    ]
    return Plan(
        round=round,
        letters=tuple(letters),
        skipped=tuple(skipped),
        refused=len(refused),
        not_before={
            letter.id: due
            for letter in letters
            if (due := _told_to_wait(fates.get(letter.contact.id))) is not None and due > now
        },
        again=tuple(letter.id for letter in letters) if only_failed else (),
        is_whole=(chosen == Chosen() and limit is None and not only_failed and among is None and not refused),
    )


def _told_to_wait(fate: Fate | None) -> dt.datetime | None:
    return fate.due_at if fate is not None and fate.state is State.QUEUED else None


def _not_chosen(chosen: Chosen, contact: Contact) -> str:
    return "" if chosen.takes(contact) else "not chosen by --country, --audience or --group"


def _not_useful(installation: Installation, contact: Contact) -> str:
    wanted = installation.campaign.rules.nhri_accreditation
    if contact.audience is Audience.NHRI and contact.accreditation not in wanted:
        return f"an institution without {' or '.join(wanted)} status (rules in campaign.toml)"
    return ""


def in_sandbox(installation: Installation) -> bool:
    """Whether what is sent stays on this machine."""
    return installation.settings.smtp_sandbox and is_loopback(installation.settings.smtp_host)


def _not_allowed(installation: Installation, contact: Contact) -> str:
    if in_sandbox(installation):
        return ""
    if any(is_reserved(email) for email in contact.emails):
        return "a reserved address (.example and the like): nothing is ever sent there but in a sandbox"
    return ""


def is_reserved(address: str) -> bool:
    """Whether an address stands on a name that belongs to nobody."""
    domain = address.rpartition("@")[2].rstrip(".").lower()
    return domain.rpartition(".")[2] in RESERVED_TOP or any(
        domain == each or domain.endswith(f".{each}") for each in RESERVED_SECOND
    )


def _not_again(fate: Fate | None, now: dt.datetime, gone: frozenset[str]) -> str:
    if fate is None or fate.state is State.QUEUED:
        return ""
    if fate.state is State.SENDING and fate.holder in gone:
        return "held by a program that ended: `mobilize send` takes it back first"
    if fate.state is State.DEFERRED:
        if fate.due_at is None or fate.due_at <= now:
            return ""
        return f"waits for its next try at {fate.due_at:%Y-%m-%d %H:%M} UTC"
    return {
        State.SENT: "sent already in this round",
        State.SENDING: "another program is sending it now",
        State.FAILED: "failed: see `mobilize status --missing`",
        State.IN_DOUBT: "in doubt: perhaps sent; decide with `mobilize outbox resolve`",
    }[fate.state]


def _not_failed(fate: Fate | None) -> str:
    return "" if fate is not None and fate.state is State.FAILED else "did not fail in this round"


def _under_another_row(contact: Contact, written_to: Mapping[str, str]) -> str:
    other = written_to.get(address_digest(contact.emails[0]))
    return f"its address was written to already, as {other}" if other not in (None, contact.id) else ""


def _left_alone(contact: Contact, suppressed: Mapping[str, str]) -> str:
    reasons = [suppressed[digest] for email in contact.emails if (digest := address_digest(email)) in suppressed]
    return f"on the suppression list ({reasons[0]})" if reasons else ""


def entries(
    installation: Installation, letters: tuple[Letter, ...], not_before: Mapping[LetterId, dt.datetime]
) -> Iterator[outbox.Entry]:
    """What the outbox writes down of letters before the first byte goes out. not_before: of those that wait."""
    for letter in letters:
        yield outbox.Entry(
            letter=LetterId(letter.id),
            contact=letter.contact.id,
            round=letter.round,
            country=letter.contact.country,
            audience=letter.contact.audience.value,
            language=letter.language,
            address_digest=address_digest(letter.contact.emails[0]),
            digest=letter.digest,
            message_id=mime.message_id(installation.secret, letter, installation.campaign.sender.address),
            due_at=not_before.get(letter.id),
        )
