"""`mobilize contacts import FILE`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mobilize.cli import face

if TYPE_CHECKING:
    from mobilize.desk.import_contacts import Plan


def import_(
    ctx: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, XLSX or ODS, however it was saved.")],
    *,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="NAME=COLUMN", help='Which column is which: --map "Courriel=email".'),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="COLUMN=VALUE", help="Value of a column that is missing or empty."),
    ] = None,
    refused: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the refused rows here, each with the reason.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write contacts.csv.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing, whatever else is said.")] = False,
) -> None:
    """Bring in addressees from a spreadsheet: shows what becomes of every row; writes with --yes alone."""
    from mobilize.desk import check, import_contacts

    campaign = face.folder(ctx)
    plan = import_contacts.plan(campaign, source, mapping=face.pairs(map_), constants=face.pairs(set_))
    _show(plan)
    if refused:
        check.write_refused_rows(plan.reading, refused)
        typer.echo(f"{len(plan.reading.refused)} refused rows written to {refused}", err=True)
    if dry_run or not yes:
        typer.echo("Nothing was written: add --yes to write contacts.csv.", err=True)
    elif plan.new or plan.changed:
        typer.echo(f"{import_contacts.write(campaign, plan)} written", err=True)
    else:
        typer.echo("Nothing to write: contacts.csv says all this already.", err=True)
    raise typer.Exit(1 if plan.reading.refused or not plan.reading.contacts else 0)


def _show(plan: Plan) -> None:
    reading = plan.reading
    if reading.guess:
        typer.echo(f"{plan.source}: {reading.guess.sentence}")
        for row in reading.guess.sample:
            typer.echo("  | " + " | ".join(" ".join(cell.split())[:30] for cell in row))
    face.some([f"column {theirs!r} is taken for {ours}" for theirs, ours in plan.mapped.items()])
    face.some([f"column {name!r} is left out" for name in plan.unused])
    face.some([f"{each.column} {each.read!r} becomes {each.written!r} ({each.rows} rows)" for each in plan.conversions])
    face.some([str(fault) for fault in reading.faults])
    face.some([f"new: {contact.id}" for contact in plan.new])
    face.some([f"changed: {contact} ({', '.join(columns)})" for contact, columns in plan.changed.items()])
    read = len(reading.contacts) + len(reading.refused)
    typer.echo(
        f"{read} rows read: {len(plan.new)} new, {len(plan.changed)} changed, {plan.unchanged} as they are, "
        f"{len(reading.refused)} refused"
    )
