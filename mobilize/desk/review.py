"""The organiser's morning: read the log, look at one reply, confirm or correct it, export, see who is left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from sqlalchemy import Connection

from mobilize import board
from mobilize.campaign import standing
from mobilize.campaign.campaign import Campaign
from mobilize.errors import Refused
from mobilize.installation import Installation
from mobilize.post import figures
from mobilize.replies import export, filed, log, pages, stated
from mobilize.replies.filing import Deed, Place, placed
from mobilize.replies.log import Entry
from mobilize.replies.proof import Proof, proof
from mobilize.replies.public import counts as public_counts
from mobilize.replies.review import PARSER, STANCES, Current, Statement, Status, current
from mobilize.replies.triage import READING_ORDER
from mobilize.world.countries import countries, groups

#: What a person types to say that a reply states no stance.
NO_STANCE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One entry, and where its country stands by all that was ever said."""

    entry: Entry
    current: Current | None


def entries(installation: Installation, *, kinds: Sequence[str] = (), needs_person: bool = False) -> list[Shown]:
    """List the log as it is read in the morning: what needs a person first, machines last, newest first within.

    kinds: only these kinds; empty: all. needs_person: only what somebody must still look at.
    """
    with installation.store.reading() as connection:
        found = log.entries(connection, installation.campaign.slug, installation.seal)
        stances = _current(stated.statements(connection, installation.campaign.slug, seal=installation.seal))
    chosen = [each for each in found if (not kinds or each.kind in kinds) and (each.attention or not needs_person)]
    chosen.sort(key=lambda each: (not each.attention, READING_ORDER.index(each.kind)))
    return [Shown(entry=each, current=stances.get(each.country or "")) for each in chosen]


def one(installation: Installation, start: str) -> Shown:
    """Find one entry by the beginning of its id. Raises Refused where none, or more than one, begins so."""
    if len(start) < 4:  # noqa: PLR2004 - four hex digits: short enough to type, long enough to mean one
        raise Refused("name at least four characters of the reply's id", hint="mobilize replies log shows them")
    campaign = installation.campaign.slug
    with installation.store.reading() as connection:
        found = pages.beginning_with(connection, campaign, start, installation.seal)
        if len(found) != 1:
            many = "more than one reply begins" if found else "no reply begins"
            raise Refused(f"{many} with {start}", hint="mobilize replies log shows every reply's id")
        country = found[0].country or ""
        said = stated.statements(connection, campaign, (country,), seal=installation.seal).get(country, ())
    return Shown(entry=found[0], current=current(said))


def said(installation: Installation, reply: str) -> list[Statement]:
    """All that was ever said of what one reply means, in the order of recording: the parser first, then people."""
    with installation.store.reading() as connection:
        return stated.said_in(connection, installation.campaign.slug, reply, installation.seal)


def original(installation: Installation, reply: str) -> bytes:
    """Fetch the bytes of a message as they arrived. Raises Refused where they were purged."""
    with installation.store.reading() as connection:
        found = log.original(connection, reply, installation.seal)
    if found is None:
        raise Refused(f"the original of {reply[:12]} is no longer kept")
    return found


def origin(installation: Installation, reply: str) -> str:
    """Where a message was found; empty where it is not kept."""
    with installation.store.reading() as connection:
        return log.origin(connection, reply)


def review(
    installation: Installation,
    reply: str,
    *,
    by: str,
    stance: str | None = None,
    country: str | None = None,
    now: dt.datetime,
) -> Shown:
    """Confirm or correct one reply: a person's statement, added to the ledger.

    reply: the whole id. by: who reviews; never the parser's own name. stance: one of STANCES, NO_STANCE, or None: as
    suggested. country: alpha-2, or None: as read. Returns the entry as it stands now.
    """
    before = one(installation, reply).entry
    _check(by, stance, country)
    campaign = installation.campaign.slug
    said = (before.stance if stance is None else stance) or NO_STANCE
    of = country or before.country
    if said != NO_STANCE and not of:
        raise Refused("whose stance? the reply names no country", hint="add --country, for example --country KE")
    changes = {
        field: (old or "", new or "")
        for field, old, new in (("stance", before.stance or NO_STANCE, said), ("country", before.country, of))
        if (old or "") != (new or "")
    }
    with installation.store.writing() as connection:
        mine = stated.said_in(connection, installation.campaign.slug, before.reply, installation.seal)
        parsed = next((each for each in reversed(mine) if each.by == PARSER and each.stance), None)
        words = words_of(connection, installation, before, parsed)
        also = _also(connection, installation, before)
        if of in also:
            changes.pop("country", None)  # one mail that answers several
        said_of: dict[str, str | None] = {}
        for other in {each.country for each in mine} - {of} - also:
            # The reply was of another government: what it was taken to say of this one no longer stands.
            said_of[other] = None
        if of:
            said_of[of] = None if said == NO_STANCE else said
        for code, meant in said_of.items():
            stated.state(
                connection,
                campaign,
                **words,
                country=code,
                stance=meant,
                rule="",
                by=by,
                now=now,
                seal=installation.seal,
            )
        if "country" in changes and of:
            where = Place(of, before.letter)
            filed.add(connection, campaign, before.reply, Deed.MOVED, place=where, by=by, now=now)
        log.correct(connection, campaign, before.reply, changes, by=by, now=now)
    return one(installation, before.reply)


def _also(connection: Connection, installation: Installation, entry: Entry) -> set[str]:
    """The countries under which people filed a reply, where there are several."""
    filings = filed.of_reply(connection, installation.campaign.slug, entry.reply)
    found = placed(Place(entry.country, entry.letter), filings).countries if filings else ()
    return set(found) if len(found) > 1 else set()


class Words(TypedDict):
    """What a statement takes from the reply that it is read in."""

    reply: str
    concerns: Sequence[str]
    quote: str
    said_on: dt.date | None
    direct: bool
    genuine: str
    reporter: str


def words_of(connection: Connection, installation: Installation, entry: Entry, said: Statement | None) -> Words:
    """What a statement on a reply takes from it: its words, when and by whom they were said, and how sure that is.

    said: the statement whose words it repeats; None: none was made, so the parser's own evidence.
    """
    slug, seal = installation.campaign.slug, installation.seal
    _, checked = filed.checks(connection, slug, seal, entry.reply).get(entry.reply, (None, ()))
    evidence = entry.parsed.get("evidence")
    found = [each for each in (evidence if isinstance(evidence, list) else []) if isinstance(each, dict)]
    # The whole sentence where the parser gives one, else the words that decided.
    quotes = [
        str(each.get("words") or "") for of in ("sentence", "stance") for each in found if each.get("field") == of
    ]
    concerns = entry.parsed.get("concerns")
    return Words(
        reply=entry.reply,
        concerns=said.concerns if said else [str(each) for each in concerns] if isinstance(concerns, list) else (),
        quote=said.quote if said else next(iter(quotes), ""),
        said_on=entry.said_on,
        direct=entry.via == "direct" and entry.kind == "reply",
        genuine=proof(entry.parsed, checked).standing.value,
        reporter=entry.reporter or "",
    )


def _check(by: str, stance: str | None, country: str | None) -> None:
    if not by.strip() or by.strip() == PARSER:
        raise Refused("say who reviews", hint="--by NAME, or set MOBILIZE_REVIEWER")
    if stance is not None and stance not in (*STANCES, NO_STANCE):
        raise Refused(f"{stance!r} is no stance", hint=f"one of {', '.join((*STANCES, NO_STANCE))}")
    if country is not None and country not in countries():
        raise Refused(f"{country!r} is no country code", hint="two letters, ISO 3166-1: KE for Kenya")


def exported(installation: Installation, *, form: str, public: bool) -> bytes:
    """Write the log as a file: "csv", "xlsx" or "json"; public: only what shows nobody's work (rules.md D2)."""
    if public:
        return written(_public(installation), export.PUBLIC_COLUMNS, form=form, title="Public")
    found = entries(installation)
    proven = proofs(installation, found)
    rows = [_row(shown, proven[shown.entry.reply]) for shown in found]
    return written(rows, export.ORGANISER_COLUMNS, form=form)


def written(
    rows: Iterable[Mapping[str, object]], columns: Sequence[str], *, form: str, title: str = "Replies"
) -> bytes:
    """Write rows as a file: "csv", "xlsx" or "json"."""
    if form == "xlsx":
        return export.to_xlsx(rows, columns, title=title)
    return export.to_json(rows, columns) if form == "json" else export.to_csv(rows, columns)


def proofs(installation: Installation, found: Iterable[Shown]) -> Mapping[str, Proof]:
    """How far each reply may be taken for its author's own word. Asks nobody: what was found before counts."""
    with installation.store.reading() as connection:
        checks = filed.checks(connection, installation.campaign.slug, installation.seal)
    return {
        each.entry.reply: proof(each.entry.parsed, checks[each.entry.reply][1] if each.entry.reply in checks else ())
        for each in found
    }


def _row(shown: Shown, proven: Proof) -> dict[str, object]:
    entry, now = shown.entry, shown.current
    country = countries().get(entry.country or "")
    parsed = entry.parsed
    absence = parsed.get("absence")
    quotes = [each.quote for each in now.standing if each.reply == entry.reply] if now else []
    return {
        "reply": entry.reply[:12],
        # To the day: the minute at which a partner wrote is nobody's business (rules.md E).
        "received_on": entry.received_at.date().isoformat(),
        "said_on": entry.said_on.isoformat() if entry.said_on else "",
        "kind": entry.kind,
        "via": entry.via,
        "proof": proven.standing.value,
        "country": entry.country,
        "country_name": country.name("en") if country else "",
        "group": (country.group or board.OBSERVERS) if country else "",
        "stance": now.stance if now else "",
        "stance_status": now.status.value if now else "",
        "stance_said_on": now.said_on.isoformat() if now and now.said_on else "",
        "stance_proof": now.proof if now else "",
        "suggested_stance": entry.stance,
        "reviewed_by": entry.reviewed_by,
        "concerns": _joined(parsed.get("concerns")),
        "quote": " … ".join(quotes),
        "targets": _joined(parsed.get("targets")),
        "reporter": entry.reporter,
        "subject": parsed.get("subject"),
        "language": entry.language,
        "letter": entry.letter,
        "bounce_permanent": parsed.get("bounce_permanent"),
        "away_until": absence.get("until") or "" if isinstance(absence, dict) else "",
        "attachments": ", ".join(
            filter(None, (_joined(parsed.get("attachments")), _joined(parsed.get("attachments_inside"))))
        ),
        "needs_person": entry.attention,
    }


def _joined(value: object) -> str:
    return ", ".join(str(each) for each in value) if isinstance(value, (list, tuple)) else ""


def _public(installation: Installation) -> tuple[Mapping[str, object], ...]:
    """Counts of what a person confirmed: a suggestion is not for the press."""
    with installation.store.reading() as connection:
        stances = _current(stated.statements(connection, installation.campaign.slug))
    sure = {Status.CONFIRMED, Status.CORRECTED}
    standing = [
        (countries()[each.country].group or board.OBSERVERS, each.stance)
        for each in stances.values()
        if each.status in sure and each.stance and each.country in countries()
    ]
    return public_counts(standing, groups=(*groups(), board.OBSERVERS), stances=STANCES)


def board_rows(installation: Installation) -> tuple[board.CountryRow, ...]:
    """Who was asked, who answered, who is left: every state, by what both wings know."""
    campaign = installation.campaign
    with installation.store.reading() as connection:
        stances = _current(stated.statements(connection, campaign.slug, seal=installation.seal))
        return rows_by(connection, campaign, stances)


def rows_by(connection: Connection, campaign: Campaign, stances: Mapping[str, Current]) -> tuple[board.CountryRow, ...]:
    """Lay a row for every state. stances: where each stands that said anything, by alpha-2 code."""
    return board.by_country(
        countries().values(),
        standings={code: standing.of(campaign.record, code) for code in countries()},
        letters=figures.by_country(connection, campaign.slug),
        replies=pages.kinds_by_country(connection, campaign.slug),
        stances=stances,
        plans=log.plan_counts(connection, campaign.slug),
    )


def _current(statements: dict[str, list[Statement]]) -> dict[str, Current]:
    derived = {code: current(of_country) for code, of_country in statements.items()}
    return {code: now for code, now in derived.items() if now}
