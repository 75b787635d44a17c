"""`mobilize db`: the ledger's database."""

from __future__ import annotations

from typing import Annotated

import typer

from mobilize.cli.face import folder, now, progress, step, table

_ENDS = '"folder" (its own file), "database" (DATABASE_URL), the path of a SQLite file, or a URL without a password.'


def upgrade(
    ctx: typer.Context,
    wait: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, help="Wait so long for a database that does not answer yet.")
    ] = 0,
) -> None:
    """Make the ledger in the database that DATABASE_URL names, or bring it up to this version.

    A ledger in a file is brought up by itself. Stop all programs that use the database first.
    """
    from mobilize.desk import database as desk

    before, after = desk.upgrade(folder(ctx), now=now(), patience=wait)
    told = "made" if before is None else "is of this version already" if before == after else f"was version {before}"
    typer.echo(f"Ledger version {after} ({told}).")


def copy(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(metavar="FROM", help=_ENDS)],
    target: Annotated[str, typer.Argument(metavar="TO", help="The same; an empty one.")],
) -> None:
    """Copy a ledger, every table and row, from a file to PostgreSQL or back, and compare both at the end.

    The copy starts with sending off. Stop whatever sends from the original, then say so with `outbox release`.
    """
    from mobilize.desk import database as desk

    with progress() as show:
        copied = desk.copy(folder(ctx), source, target, told=show, now=now())
    table(
        ("table", "rows", "digest, the same in both"),
        [(each.table, str(each.rows), each.digest[:16]) for each in copied],
        empty="",
    )
    typer.echo("Copied. Sending is off in the copy, lest two ledgers send the same letters.", err=True)
    typer.echo(
        f"Next, when nothing sends from the original any more: {step('outbox release --by NAME', folder(ctx))}",
        err=True,
    )
