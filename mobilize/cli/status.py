"""`mobilize status`."""

from __future__ import annotations

from typing import Annotated

import typer

from mobilize.cli.face import as_json, folder, here, now, step, table

Round = Annotated[int, typer.Option("--round", min=1, help="Which round.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def status(
    ctx: typer.Context,
    missing: Annotated[bool, typer.Option("--missing", help="Who did not get a letter, and why.")] = False,
    round_: Round = 1,
    as_lines: Json = False,
) -> None:
    """Show the fate of the letters."""
    from mobilize.desk import status as desk

    with here(ctx) as installation:
        if missing:
            found = desk.missing(installation, round_, now=now())
            if as_lines:
                for each in found:
                    as_json({"contact": each.contact, "country": each.country, "state": each.state, "why": each.why})
                return
            table(
                ("country", "audience", "contact", "state", "why"),
                [(each.country, each.audience, each.contact, each.state, each.why) for each in found],
                empty="Everybody got a letter.",
            )
            return
        counts = desk.counts(installation, round_)
        if as_lines:
            for fate in desk.fates(installation, round_):
                as_json(
                    {
                        "letter": fate.letter,
                        "contact": fate.contact,
                        "state": fate.state.value,
                        "attempts": fate.attempts,
                        "due_at": fate.due_at.isoformat() if fate.due_at else None,
                        "reason": fate.reason,
                    }
                )
            return
    table(("state", "letters"), [(name, str(count)) for name, count in counts.items()], empty="")
    if counts["in_doubt"]:
        typer.echo(f"Next: {step('outbox resolve', folder(ctx))}", err=True)
