"""The ledger of stances in SQL: statements are only ever added; where a country stands now is derived from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, Row, delete, insert, select

from mobilize.replies.review import Current, Statement, Status, current
from mobilize.store.schema import replies, stances
from mobilize.store.schema_web import stances_now
from mobilize.store.sealed import Seal


def state(
    connection: Connection,
    campaign: str,
    *,
    reply: str,
    country: str,
    stance: str | None,
    concerns: Sequence[str],
    quote: str,
    rule: str,
    said_on: dt.date | None,
    direct: bool,
    by: str,
    now: dt.datetime,
    seal: Seal,
    genuine: str = "",
    reporter: str = "",
) -> None:
    """Add one statement to the ledger of stances; none is ever changed. Its words are encrypted as the mail is.

    genuine, reporter: who vouches for it and who passed it on; empty: as the last statement on the same reply has them.
    """
    if not genuine:
        columns = (stances.c.genuine, stances.c.reporter, stances.c.sealed)
        before = connection.execute(
            select(*columns)
            .where(stances.c.campaign == campaign, stances.c.reply == reply)
            .order_by(stances.c.number.desc())
        ).first()
        if before is not None:
            passed_on = seal.read(before.reporter, sealed=before.sealed) if before.reporter else b""
            genuine, reporter = before.genuine, passed_on.decode("utf-8", "replace")
        else:
            row = connection.execute(
                select(replies.c.genuine, replies.c.kind).where(
                    replies.c.campaign == campaign, replies.c.reply == reply
                )
            )
            genuine = next((proof_of(each.kind, each.genuine) for each in row), "")
    connection.execute(
        insert(stances).values(
            campaign=campaign,
            reply=reply,
            country=country,
            stance=stance or "",
            concerns=" ".join(concerns),
            quote=seal.closed(quote.encode()).decode() if quote else "",
            genuine=genuine,
            reporter=seal.closed(reporter.encode()) if reporter else None,
            sealed=seal.closes,
            rule=rule,
            said_on=said_on,
            direct=direct,
            by=by,
            recorded_at=now,
        )
    )
    settle_stance(connection, campaign, country)


def settle_stance(connection: Connection, campaign: str, country: str) -> None:
    """Derive anew where a country stands, from all that was stated of it: the board reads what is written here."""
    connection.execute(delete(stances_now).where(stances_now.c.campaign == campaign, stances_now.c.country == country))
    now = current(statements(connection, campaign, (country,)).get(country, ()))
    if now is not None:
        values = {"stance": now.stance or "", "status": now.status.value, "concerns": " ".join(now.concerns)}
        row = {"campaign": campaign, "country": country, "said_on": now.said_on, "direct": now.direct}
        connection.execute(insert(stances_now).values(**row, **values))


def where_they_stand(
    connection: Connection, campaign: str, countries: Collection[str] | None = None
) -> dict[str, Current]:
    """Where countries stand, without the statements that it rests on. countries: only these."""
    chosen = select(stances_now).where(stances_now.c.campaign == campaign)
    if countries is not None:
        chosen = chosen.where(stances_now.c.country.in_(countries))
    return {
        row.country: Current(
            country=row.country,
            stance=row.stance or None,
            status=Status(row.status),
            concerns=tuple(row.concerns.split()),
            said_on=row.said_on,
            direct=row.direct,
            standing=(),
        )
        for row in connection.execute(chosen)
    }


def proof_of(kind: str, standing: str) -> str:
    """How far a reply is the government's own word: what a partner writes of it is reported, however genuine she is."""
    return "reported" if standing and kind == "partner_report" else standing


def statements(
    connection: Connection, campaign: str, countries: Collection[str] | None = None, *, seal: Seal | None = None
) -> dict[str, list[Statement]]:
    """The ledger of stances, by country, in the order of recording. countries: of these alone.

    seal: opens the quotes; without it one that is encrypted is empty. Raises KeyMissing where no key opens one.
    """
    chosen = select(stances).where(stances.c.campaign == campaign)
    if countries is not None:
        chosen = chosen.where(stances.c.country.in_(countries))
    found: dict[str, list[Statement]] = {}
    for row in connection.execute(chosen.order_by(stances.c.number)):
        found.setdefault(row.country, []).append(_statement(row, seal))
    return found


def said_in(connection: Connection, campaign: str, reply: str, seal: Seal | None = None) -> list[Statement]:
    """All that was ever said of what one reply means, in the order of recording. seal: as for `statements`."""
    chosen = select(stances).where(stances.c.campaign == campaign, stances.c.reply == reply)
    return [_statement(row, seal) for row in connection.execute(chosen.order_by(stances.c.number))]


def _statement(row: Row[tuple[object, ...]], seal: Seal | None) -> Statement:
    quote = row.quote
    if row.sealed and quote:
        quote = seal.opened(quote.encode()).decode() if seal else ""
    return Statement(
        number=row.number,
        reply=row.reply,
        country=row.country,
        stance=row.stance or None,
        concerns=tuple(row.concerns.split()),
        quote=quote,
        rule=row.rule,
        said_on=row.said_on,
        direct=row.direct,
        by=row.by,
        recorded_at=row.recorded_at,
        genuine=row.genuine,
    )
