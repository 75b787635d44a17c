"""`mobilize approve`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from mobilize.cli.face import folder, here, now, step, table
from mobilize.errors import NotConfirmed


def approve(
    ctx: typer.Context,
    by: Annotated[
        str, typer.Option(envvar="MOBILIZE_REVIEWER", help="Your name: it must be another than the sender's.")
    ] = "",
    country: Annotated[list[str] | None, typer.Option(help="Only this country, two letters; several times.")] = None,
    audience: Annotated[list[str] | None, typer.Option(help="Only minister, nhri or ngo; several times.")] = None,
    group: Annotated[list[str] | None, typer.Option(help="Only this UN regional group; several times.")] = None,
    round_: Annotated[int, typer.Option("--round", min=1, help="Which round.")] = 1,
    hash_: Annotated[
        str, typer.Option("--hash", metavar="HASH", help="Of the letters that you were shown; in place of typing.")
    ] = "",
) -> None:
    """Approve exactly what would be sent now: any later change of a letter voids it for that letter."""
    from mobilize.desk import approval as desk
    from mobilize.desk import plan as planning

    chosen = planning.chosen(country, audience, group)
    with here(ctx) as installation:
        planning.check_campaign(installation, skip_faulty=True, now=now())
        plan = planning.plan(installation, chosen=chosen, round=round_, limit=None, now=now())
        current = desk.hash_of(desk.seals(plan.letters, installation.campaign))
        kinds = [(name, str(count)) for name, count in sorted((*plan.by_audience.items(), *plan.by_language.items()))]
        table(("what", "letters"), kinds, empty="There is nothing to approve.")
        if plan.letters and not hash_:
            typer.echo(f"Round {plan.round}: {len(plan.letters)} letters, hash {current[:12]}")
            hash_ = _typed(current)
        count = desk.approve(installation, plan, by=by, hash=hash_, now=now())
    typer.echo(f"{count} letters are approved, as they are now. Next: {step('send --by NAME', folder(ctx))}")


def _typed(current: str) -> str:
    """Have the beginning of the hash typed: a return key pressed by habit approves nothing."""
    if not sys.stdin.isatty():
        hint = f"add --hash {current[:12]} once you have read the letters"
        raise NotConfirmed("there is nobody here to ask", hint=hint)
    ask = "Read the letters (mobilize preview --variants), then type the hash"
    typed: str = typer.prompt(ask, default="", show_default=False)
    return typed.strip()
