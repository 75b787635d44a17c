"""The ledger of stances as people read it: who said what of which government, who passed it on, how old it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from mobilize.installation import Installation
from mobilize.replies import export, filed, stated
from mobilize.replies.review import PARSER, Statement
from mobilize.world.countries import countries


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One statement, and what stands beside it."""

    statement: Statement
    #: Who passed it on; empty: the government's own mail.
    reporter: str
    #: Days since it was said; None: nobody knows when.
    age: int | None
    #: Who confirmed or corrected it; empty: the parser suggests it.
    confirmed_by: str


def ledger(installation: Installation, *, today: dt.date, reply: str | None = None) -> list[Row]:
    """Every statement that was ever made, in the order of recording. reply: only those on the one of this whole id."""
    with installation.store.reading() as connection:
        slug, seal = installation.campaign.slug, installation.seal
        by_country = stated.statements(connection, slug, seal=installation.seal)
        said = [each for of in by_country.values() for each in of if reply is None or each.reply == reply]
        reporters = filed.reporters(connection, slug, seal, said)
    return [
        Row(
            statement=each,
            reporter=reporters.get(each.number, ""),
            age=(today - each.said_on).days if each.said_on else None,
            confirmed_by="" if each.by == PARSER else each.by,
        )
        for each in sorted(said, key=lambda each: each.number)
    ]


#: Columns of the ledger as a spreadsheet; for organisers alone.
COLUMNS = (
    "number", "country", "country_name", "stance", "concerns", "quote", "said_on", "age_days", "proof", "reporter",
    "rule", "confirmed_by", "recorded_on", "reply",
)  # fmt: skip


def exported(installation: Installation, *, form: str, today: dt.date) -> bytes:
    """Write the ledger as a spreadsheet: "csv" or "xlsx"."""
    rows = [_cells(each) for each in ledger(installation, today=today)]
    return export.to_xlsx(rows, COLUMNS) if form == "xlsx" else export.to_csv(rows, COLUMNS)


def _cells(row: Row) -> Mapping[str, object]:
    said = row.statement
    return {
        "number": said.number,
        "country": said.country,
        "country_name": countries()[said.country].name("en") if said.country in countries() else "",
        "stance": said.stance or "states none",
        "concerns": ", ".join(said.concerns),
        "quote": said.quote,
        "said_on": said.said_on.isoformat() if said.said_on else "",
        "age_days": row.age,
        "proof": said.proof,
        "reporter": row.reporter,
        "rule": said.rule,
        "confirmed_by": row.confirmed_by,
        "recorded_on": said.recorded_at.date().isoformat(),
        "reply": said.reply[:12],
    }
