"""`mobilize record import FILE…`."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mobilize.cli import face

if TYPE_CHECKING:
    from mobilize.desk.import_record import Plan


def import_(
    ctx: typer.Context,
    sources: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="MARCXML, a table of votes, or any CSV; Voeten: votes and roll calls."),
    ],
    *,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="NAME=COLUMN", help='Which column of a CSV is which: --map "State=country".'),
    ] = None,
    resolution: Annotated[str, typer.Option(metavar="SYMBOL", help="The resolution, if the file is silent.")] = "",
    adopted: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="Its day, if it is not on record yet."),
    ] = None,
    role: Annotated[str, typer.Option(help="Role of rows that have none: cosponsor, voted_yes, …")] = "",
    source: Annotated[str, typer.Option(help="Source of rows that have none.")] = "",
    complete: Annotated[bool, typer.Option("--complete", help="You have seen that the list is whole.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Write into record/.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing, whatever else is said.")] = False,
) -> None:
    """Bring in past positions of states: shows what would change; writes with --yes alone."""
    from mobilize.desk import import_record

    told = import_record.Told(
        mapping=face.pairs(map_),
        resolution=resolution,
        adopted=adopted.date() if adopted else None,
        role=role,
        source=source,
        complete=complete,
    )
    campaign = face.folder(ctx)
    plan = import_record.plan(campaign, sources, told, progress=_progress)
    _show(plan)
    if dry_run or not yes:
        typer.echo("Nothing was written: add --yes to write into record/.", err=True)
    elif plan.new:
        for path in import_record.write(campaign, plan):
            typer.echo(f"{path} written", err=True)
    else:
        typer.echo("Nothing to write: the record says all this already.", err=True)
    raise typer.Exit(1 if import_record.errors(plan) else 0)


def _progress(rows: int) -> None:
    typer.echo(f"{rows} rows read", err=True)


def _show(plan: Plan) -> None:
    findings = plan.findings
    typer.echo(f"{findings.kind}: {findings.read} rows or records read")
    face.some([str(fault) for fault in findings.faults])
    counts = Counter((each.claim.symbol, each.claim.role.value, each.fate.value) for each in plan.judged)
    for (symbol, role, fate), count in sorted(counts.items()):
        typer.echo(f"{symbol}: {count} {role}: {fate}")
    face.some(
        [f"{each.claim.country} {each.claim.role} {each.claim.symbol}: {each.why}" for each in plan.judged if each.why]
    )
    for resolution in plan.resolutions:
        whole = "whole" if resolution.complete else "not known to be whole"
        typer.echo(f"new resolution {resolution.symbol} of {resolution.adopted}, {whole}: {resolution.title}")
    face.some(list(plan.differing))
    if plan.too_late:
        typer.echo(f"{plan.too_late} of these are later than the campaign's as_of: kept on record, cited in no letter")
    typer.echo(f"{len(plan.new)} positions to add")
