"""`mobilize check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mobilize.cli import face

if TYPE_CHECKING:
    from mobilize.campaign.faults import Fault
    from mobilize.desk.check import Checked

#: Warnings that say the same of more rows than this are told in one line; --json has them all.
_MANY = 5


def check(
    ctx: typer.Context,
    *,
    refused: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the refused rows here, each with the reason.")
    ] = None,
    smtp: Annotated[
        bool, typer.Option("--smtp", help="Ask the mail server too: connect and log in, and send nothing.")
    ] = False,
    dns: Annotated[
        bool, typer.Option("--dns", help="Ask the DNS too: SPF, DKIM, DMARC, and every domain that is written to.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line: every fault, then the sum.")] = False,
) -> None:
    """Find every fault of contacts, record, letters and settings; exit 1 if one is an error."""
    from mobilize.desk import check as desk

    checked = desk.check(face.folder(ctx), today=face.now().date())
    if smtp or dns:
        checked = _asked(ctx, checked, smtp=smtp, dns=dns, json=json)
    written = desk.write_refused(face.folder(ctx), refused) if refused else 0
    if json:
        _as_json(checked)
    else:
        _as_text(checked)
    if refused:
        typer.echo(f"{written} refused rows written to {refused}: mend and import them", err=True)
    raise typer.Exit(1 if checked.errors else 0)


def _asked(ctx: typer.Context, checked: Checked, *, smtp: bool, dns: bool, json: bool) -> Checked:
    """Add what the server and the DNS say; the server's offers are told first."""
    from dataclasses import replace

    from mobilize.desk import dns as questions
    from mobilize.desk import relay, sender

    faults = list(checked.faults)
    with face.here(ctx) as installation:
        if smtp:
            asked = relay.ask(installation, now=face.now())
            faults += asked.faults
            for name, value in asked.facts:
                if json:
                    face.as_json({"smtp": name, "value": value})
                else:
                    typer.echo(f"{name}: {value}")
        if dns:
            faults += sender.by_dns(installation, questions.resolver(installation.settings.dns_server))
    return replace(checked, faults=tuple(faults))


def _as_json(checked: Checked) -> None:
    for fault in checked.faults:
        face.as_json(
            {
                "path": fault.path,
                "line": fault.line,
                "column": fault.column,
                "value": fault.value,
                "sentence": fault.sentence,
                "weight": fault.weight.value,
            }
        )
    face.as_json(
        {
            "errors": checked.errors,
            "warnings": checked.warnings,
            "rows_read": checked.read,
            "rows_refused": [refusal.row.line for refusal in checked.refused],
            "contacts": {audience.value: count for audience, count in checked.by_audience.items()},
            "resolutions": checked.resolutions,
            "positions": checked.positions,
            "countries_on_record": checked.countries,
        }
    )


def _as_text(checked: Checked) -> None:
    for line in _lines(checked.faults):
        typer.echo(line)
    if checked.written:
        typer.echo(f"contacts: {checked.written}")
    usable = checked.read - len(checked.refused)
    each = ", ".join(f"{count} {audience}" for audience, count in checked.by_audience.items())
    which = f" (line {', '.join(str(refusal.row.line) for refusal in checked.refused)})" if checked.refused else ""
    told = f"{usable} usable ({each})" if each else "none usable"
    typer.echo(f"contacts: {checked.read} read, {told}, {len(checked.refused)} refused{which}")
    typer.echo(
        f"record: {checked.resolutions} resolutions and {checked.positions} positions of {checked.countries} countries "
        "by the campaign's as_of"
    )
    typer.echo(f"{_count(checked.errors, 'error')}, {_count(checked.warnings, 'warning')}")


def _lines(faults: tuple[Fault, ...]) -> list[str]:
    """One line a fault; but many warnings of one column of one file become one."""
    groups: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        if fault.weight == "warning":
            groups.setdefault((fault.path, fault.column), []).append(fault)
    told: set[tuple[str, str]] = set()
    lines = []
    for fault in faults:
        key = (fault.path, fault.column)
        group = groups.get(key, [])
        if fault.weight == "error":
            lines.append(str(fault))
        elif len(group) <= _MANY:
            lines.append(f"{fault} [warning]")
        elif key not in told:
            told.add(key)
            lines.append(f"{fault} [warning; {len(group) - 1} more rows like it, the last on line {group[-1].line}]")
    return lines


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
