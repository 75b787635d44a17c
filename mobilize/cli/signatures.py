"""`mobilize replies check-signatures`: ask the DNS for the keys of those who signed, because a person says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mobilize.cli.face import as_json, here, now

if TYPE_CHECKING:
    from mobilize.desk.signatures import Vouched
    from mobilize.inbox.signatures import Checked


def check_signatures(
    ctx: typer.Context,
    replies: Annotated[
        list[str] | None, typer.Argument(metavar="[REPLY]...", help="Beginnings of their ids; default: all.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask the DNS; without it, only show what would be asked.")] = False,
    as_lines: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Check who signed replies, and the originals that they bring (DKIM, ARC).

    The keys stand in the DNS of those who signed. Asking there shows a name server whose mail you have, so nothing is
    asked without --yes.
    """
    from mobilize.desk import signatures as desk

    with here(ctx) as installation:
        chosen = desk.signed(installation, replies or ())
        if not chosen:
            typer.echo("No reply bears a signature.")
            return
        if not yes:
            for shown in chosen:
                typer.echo(f"{shown.entry.reply[:12]}  signed by {', '.join(desk.domains(shown))}")
            typer.echo(f"{len(chosen)} to check; --yes asks the DNS for these keys. Nothing was asked.", err=True)
            return
        for each in desk.check_all(installation, chosen, now=now):
            _tell(each, as_lines=as_lines)


def _tell(each: Vouched, *, as_lines: bool) -> None:
    entry = each.shown.entry
    if as_lines:
        found = [
            {
                "place": one.place,
                "method": one.method,
                "domain": one.domain,
                "outcome": one.outcome.value,
                "algorithm": one.algorithm,
            }
            for one in each.checked
        ]
        as_json({"reply": entry.reply, "proof": each.proof.standing.value, "why": each.proof.why, "checked": found})
        return
    typer.echo(f"{entry.reply[:12]}  {each.proof.standing.value}  {each.proof.why}")
    for line in lines(each):
        typer.echo(f"              {line}")


def lines(each: Vouched) -> list[str]:
    """What a check found, a line a signature."""
    return [
        f"{_what(one)} of {one.domain or '(no name)'} on {_where(one.place)}: {one.outcome.value}"
        for one in each.checked
    ]


def _what(one: Checked) -> str:
    return f"{one.method.upper()} ({one.algorithm})" if one.algorithm else one.method.upper()


def _where(place: str) -> str:
    return f"attached message {place}" if place else "the mail itself"
