"""`mobilize letters list`, `new` and `done`."""

from __future__ import annotations

from typing import Annotated

import typer

from mobilize.cli import face


def list_(
    ctx: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show every template and block, and which translations lag behind."""
    from mobilize.desk import letters

    found = letters.listed(face.folder(ctx))
    if json:
        for each in found:
            face.as_json({"path": each.path, "language": each.language, "source": each.source, "state": each.state})
        return
    rows = [(f"letters/{each.path}", each.language, each.state.value) for each in found]
    face.table(("file", "language", "state"), rows, empty="there are no letters")


def new(
    ctx: typer.Context,
    audience: Annotated[str, typer.Argument(metavar="AUDIENCE", help="minister, nhri or ngo.")],
    language: Annotated[str, typer.Argument(metavar="LANGUAGE", help="Its code: sw, fa, id.")],
) -> None:
    """Begin a translation: the letter and its blocks, as copies of those in the campaign's first language."""
    from mobilize.desk import letters

    for path in letters.new(face.folder(ctx), audience, language):
        typer.echo(f"written: {path}")
    typer.echo(
        f'Translate them, add "{language}" to `languages` in campaign.toml, then run '
        f"`{face.step('check', face.folder(ctx))}`."
    )


def done(
    ctx: typer.Context,
    paths: Annotated[list[str], typer.Argument(metavar="FILE...", help="As `check` names it: blocks/fr/ask.md.")],
) -> None:
    """Say that a translation was compared with the text that it translates, as that is today."""
    from mobilize.desk import letters

    for path in letters.done(face.folder(ctx), paths):
        typer.echo(f"up to date: {path}")
