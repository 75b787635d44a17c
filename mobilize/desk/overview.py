"""Where the campaign stands, for organisers: the board, who takes whom, one country with all that is known of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mobilize.board import CountryRow, GroupRow, by_group
from mobilize.board.coverage import GroupReach, Promise, crowded, reach, supports, uncovered
from mobilize.board.progress import Point, progress
from mobilize.board.targets import Target, best
from mobilize.campaign.record import Position
from mobilize.desk import review
from mobilize.desk.shelf import Choice, Lying, shelf
from mobilize.errors import Refused
from mobilize.installation import Installation
from mobilize.post import fates
from mobilize.post.outbox import Fate
from mobilize.replies import export, log, stated
from mobilize.replies.log import Entry
from mobilize.replies.review import Statement, current
from mobilize.store import cases
from mobilize.store.suppression import address_digest
from mobilize.world.countries import Country, countries

#: Replies of a country that its page lists.
_REPLIES = 50

#: Shown where a partner told its plans and gave no name.
_NAMELESS = "a partner without a name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The board at one moment."""

    rows: tuple[CountryRow, ...]
    groups: tuple[GroupRow, ...]
    progress: tuple[Point, ...]
    #: How many co-sponsors the campaign aims at (campaign.toml); None: no number was set.
    target: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Who takes whom."""

    groups: tuple[GroupReach, ...]
    targets: tuple[Target, ...]
    #: Oldest first.
    promises: tuple[Promise, ...]
    #: Promises of which nothing was heard, about states that are not won.
    stale: tuple[Promise, ...]
    uncovered: tuple[CountryRow, ...]
    crowded: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One country."""

    country: Country
    row: CountryRow
    #: All on record by the campaign's as_of, oldest first.
    positions: tuple[Position, ...]
    letters: tuple[Fate, ...]
    #: Newest last among those that wait or do not; as the inbox lists them.
    replies: tuple[Lying, ...]
    #: How many replies there are.
    many: int
    promises: tuple[Promise, ...]
    statements: tuple[Statement, ...]


def board(installation: Installation, rows: tuple[CountryRow, ...], *, today: dt.date) -> Board:
    """Lay the board: who was asked, who answered, who is left, and how it came about. rows: review.board_rows."""
    with installation.store.reading() as connection:
        statements = stated.statements(connection, installation.campaign.slug, seal=installation.seal)
    return Board(
        rows=rows,
        groups=by_group(rows),
        progress=progress(statements, until=today),
        target=installation.campaign.rules.target_cosponsors,
    )


def coverage(installation: Installation, rows: tuple[CountryRow, ...], *, today: dt.date) -> Coverage:
    """Lay countries against partners' plans, and rank where to push next. rows: review.board_rows."""
    made = promises(installation)
    won = {row.country.code for row in rows if supports(row)}
    return Coverage(
        groups=reach(rows),
        targets=best(rows, but={installation.campaign.draft.tabled_by}),
        promises=made,
        stale=tuple(each for each in made if each.stale(today) and each.country not in won),
        uncovered=uncovered(rows),
        crowded=crowded(made),
    )


def page(installation: Installation, code: str, rows: tuple[CountryRow, ...]) -> Page:
    """Gather all that is known of one country. code: alpha-2. rows: review.board_rows. Raises Refused: no such code."""
    if code not in countries():
        raise Refused(f"{code!r} is no country code")
    campaign = installation.campaign
    [row] = [each for each in rows if each.country.code == code]
    with installation.store.reading() as connection:
        letters = fates.to_country(connection, campaign.slug, code)
        statements = stated.statements(connection, campaign.slug, (code,), seal=installation.seal).get(code, [])
    lying = shelf(installation, Choice(show="all", country=code), most=_REPLIES)
    return Page(
        country=countries()[code],
        # With the statements that it rests on, and their words.
        row=replace(row, current=current(statements)),
        positions=campaign.record.positions.get(code, ()),
        letters=tuple(letters),
        replies=lying.found,
        many=lying.count,
        promises=promises(installation, country=code),
        statements=tuple(statements),
    )


def promises(installation: Installation, *, country: str = "") -> tuple[Promise, ...]:
    """Who said that it would approach whom, and whether it has told of it since. For organisers alone (rules.md D2)."""
    campaign, seal = installation.campaign.slug, installation.seal
    with installation.store.reading() as connection:
        plans = cases.standing_plans(connection, campaign, country=country)
        planned = {each.country for each in plans}
        told = {reply for reply, code in cases.heard_of(connection, campaign) if code in planned} if plans else set()
        wanted = sorted(told | {each.reply for each in plans})
        entries: dict[str, Entry] = {
            each.reply: each
            for start in range(0, len(wanted), _BATCH)
            for each in log.some(connection, campaign, seal, wanted[start : start + _BATCH])
        }
    heard: dict[tuple[str, str], list[Entry]] = {}
    for reply in told:
        if reply in entries:
            entry = entries[reply]
            heard.setdefault((entry.country or "", _digest(entry)), []).append(entry)
    return tuple(
        Promise(
            country=each.country,
            partner=_partner(entries.get(each.reply)),
            reply=each.reply,
            planned_on=each.planned_on,
            kept=any(
                entry.reply != each.reply and _day(entry) >= (each.planned_on or dt.date.min)
                for entry in heard.get((each.country, each.partner_digest), ())
            ),
        )
        for each in plans
    )


#: Ids asked for in one query.
_BATCH = 500


def _partner(entry: Entry | None) -> str:
    if entry is None:
        return _NAMELESS
    parsed: Mapping[str, object] = entry.parsed
    named = parsed.get("from_name") if entry.via is None or entry.via == "direct" else None
    return str(named or entry.reporter or parsed.get("from_address") or _NAMELESS)


def _digest(entry: Entry) -> str:
    return address_digest(str(entry.reporter or entry.parsed.get("from_address") or ""))


def _day(entry: Entry) -> dt.date:
    return entry.said_on or entry.received_at.date()


def board_file(installation: Installation, *, form: str) -> bytes:
    """Write the board as a file, a row a country: "csv", "xlsx" or "json". For organisers."""
    rows = sorted(review.board_rows(installation), key=lambda each: each.country.code)
    return review.written([_cells(row) for row in rows], export.BOARD_COLUMNS, form=form, title="Board")


def _cells(row: CountryRow) -> dict[str, object]:
    now = row.current
    return {
        "country": row.country.code,
        "country_name": row.country.name("en"),
        "group": row.country.group,
        "standing": row.standing.name.value,
        "stance": now.stance if now else "",
        "stance_status": now.status.value if now else "",
        "said_on": now.said_on.isoformat() if now and now.said_on else "",
        "concerns": ", ".join(now.concerns) if now else "",
        "letters": sum(row.letters.values()),
        "letters_sent": row.letters.get("sent", 0),
        "letters_in_trouble": row.letters.get("failed", 0) + row.letters.get("in_doubt", 0),
        "replies": sum(row.replies.values()),
        "partners_who_plan": row.plans,
    }


def named(codes: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """(name, code) of these countries, by English name."""
    return tuple(sorted((countries()[code].name("en"), code) for code in codes if code in countries()))
