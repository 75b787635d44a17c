"""The organiser's morning: read the log, look at one reply, confirm or correct it, export, see who is left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mobilize import board
from mobilize.campaign import standing
from mobilize.errors import Refused
from mobilize.installation import Installation
from mobilize.post import figures
from mobilize.replies import export, log, pages
from mobilize.replies.log import Entry
from mobilize.replies.review import PARSER, STANCES, Current, Statement, current
from mobilize.replies.triage import READING_ORDER
from mobilize.world.countries import countries

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
        stances = _current(log.statements(connection, installation.campaign.slug, seal=installation.seal))
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
            many = "several" if found else "no"
            raise Refused(f"{many} replies begin with {start}", hint="mobilize replies log shows every reply's id")
        country = found[0].country or ""
        stated = log.statements(connection, campaign, (country,), seal=installation.seal).get(country, ())
    return Shown(entry=found[0], current=current(stated))


def said(installation: Installation, reply: str) -> list[Statement]:
    """All that was ever said of what one reply means, in the order of recording: the parser first, then people."""
    with installation.store.reading() as connection:
        return log.said_in(connection, installation.campaign.slug, reply, installation.seal)


def original(installation: Installation, reply: str) -> bytes:
    """Fetch the bytes of a message as they arrived. Raises Refused where they were purged."""
    with installation.store.reading() as connection:
        found = log.original(connection, reply, installation.seal)
    if found is None:
        raise Refused(f"the original of {reply[:12]} is no longer kept")
    return found


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
        mine = log.said_in(connection, campaign, before.reply, installation.seal)
        parsed = next((each for each in mine if each.by == PARSER), None)
        said_of: dict[str, str | None] = {}
        for other in {each.country for each in mine} - {of}:
            # The reply was of another government: what it was taken to say of this one no longer stands.
            said_of[other] = None
        if of:
            said_of[of] = None if said == NO_STANCE else said
        for code, meant in said_of.items():
            log.state(
                connection,
                campaign,
                reply=before.reply,
                country=code,
                stance=meant,
                concerns=parsed.concerns if parsed else (),
                quote=parsed.quote if parsed else "",
                rule="",
                said_on=before.said_on,
                direct=before.via == "direct" and before.kind == "reply",
                by=by,
                now=now,
                seal=installation.seal,
            )
        log.correct(connection, campaign, before.reply, changes, by=by, now=now)
    return one(installation, before.reply)


def _check(by: str, stance: str | None, country: str | None) -> None:
    if not by.strip() or by.strip() == PARSER:
        raise Refused("say who reviews", hint="--by NAME, or set MOBILIZE_REVIEWER")
    if stance is not None and stance not in (*STANCES, NO_STANCE):
        raise Refused(f"{stance!r} is no stance", hint=f"one of {', '.join((*STANCES, NO_STANCE))}")
    if country is not None and country not in countries():
        raise Refused(f"{country!r} is no country code", hint="two letters, ISO 3166-1: KE for Kenya")


def exported(installation: Installation, *, form: str, public: bool) -> bytes:
    """Write the log as a spreadsheet: "csv" or "xlsx"; public: only what shows nobody's work (rules.md D2)."""
    rows = [_row(shown) for shown in entries(installation)]
    columns = export.PUBLIC_COLUMNS if public else export.ORGANISER_COLUMNS
    if public:
        rows = _public(rows)
    return export.to_xlsx(rows, columns) if form == "xlsx" else export.to_csv(rows, columns)


def _row(shown: Shown) -> dict[str, object]:
    entry, now = shown.entry, shown.current
    country = countries().get(entry.country or "")
    parsed = entry.parsed
    quotes = [each.quote for each in now.standing if each.reply == entry.reply] if now else []
    return {
        "reply": entry.reply[:12],
        # To the day: the minute at which a partner wrote is nobody's business (rules.md E).
        "received_on": entry.received_at.date().isoformat(),
        "said_on": entry.said_on.isoformat() if entry.said_on else "",
        "kind": entry.kind,
        "via": entry.via,
        "country": entry.country,
        "country_name": country.name("en") if country else "",
        "group": (country.group or board.OBSERVERS) if country else "",
        "stance": now.stance if now else "",
        "stance_status": now.status.value if now else "",
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
        "attachments": ", ".join(
            filter(None, (_joined(parsed.get("attachments")), _joined(parsed.get("attachments_inside"))))
        ),
        "needs_person": entry.attention,
    }


def _joined(value: object) -> str:
    return ", ".join(str(each) for each in value) if isinstance(value, (list, tuple)) else ""


def _public(rows: Iterable[dict[str, object]]) -> list[dict[str, object]]:
    """One row a country, and only what a person confirmed: a suggestion is not for the press."""
    sure = {"confirmed", "corrected"}
    found = {str(row["country"]): row for row in rows if row["country"] and row["stance_status"] in sure}
    return [found[code] for code in sorted(found)]


def board_rows(installation: Installation) -> tuple[board.CountryRow, ...]:
    """Who was asked, who answered, who is left: every state, by what both wings know."""
    campaign = installation.campaign
    with installation.store.reading() as connection:
        found = log.entries(connection, campaign.slug, installation.seal)
        stances = _current(log.statements(connection, campaign.slug, seal=installation.seal))
        plans = log.plan_counts(connection, campaign.slug)
        letters = figures.by_country(connection, campaign.slug)
    return board.by_country(
        countries().values(),
        standings={code: standing.of(campaign.record, code) for code in countries()},
        letters=letters,
        replies=log.kinds_by_country(found),
        stances=stances,
        plans=plans,
    )


def _current(statements: dict[str, list[Statement]]) -> dict[str, Current]:
    derived = {code: current(of_country) for code, of_country in statements.items()}
    return {code: now for code, now in derived.items() if now}
