"""`mobilize preview`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from mobilize.cli import face


def preview(
    ctx: typer.Context,
    *,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to (default: preview/ in the campaign).")
    ] = None,
    country: Annotated[
        list[str] | None, typer.Option(help="Only this country, by its code: KE. May be repeated.")
    ] = None,
    audience: Annotated[list[str] | None, typer.Option(help="Only minister, nhri or ngo. May be repeated.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line: a letter each.")] = False,
) -> None:
    """Write every letter as PDF, HTML, text and mail, with a page to look at them; exit 1 if one cannot be made."""
    from mobilize.desk import prepare
    from mobilize.desk.plan import Chosen

    target = out or face.folder(ctx) / "preview"
    chosen = Chosen(countries=tuple(each.upper() for each in country or ()), audiences=tuple(audience or ()))
    made = failed = 0
    with face.here(ctx) as installation, face.progress() as show:
        for each in prepare.preview(installation, target, chosen=chosen, now=face.now()):
            show("writing letters", each.number, each.of)
            made, failed = made + (not each.trouble), failed + bool(each.trouble)
            if json:
                face.as_json(asdict(each))
            elif each.trouble:
                typer.echo(f"{each.contact}: {each.trouble}", err=True)
    if not json:
        typer.echo(f"{made} letters in {target}" + (f", {failed} could not be made" if failed else ""))
        typer.echo(f"Open {target / 'index.html'} in a browser; then `mobilize send --dry-run`.")
    raise typer.Exit(1 if failed else 0)
