"""`mobilize init DIR`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mobilize.cli.face import step


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    slug: Annotated[str, typer.Option(help="Short name of the campaign (default: the folder's name).")] = "",
) -> None:
    """Write a new campaign folder: letters, record, contacts and settings to change into your own."""
    from mobilize.desk import start

    for path in start.write(folder, slug or folder.resolve().name.lower().replace("_", "-").replace(" ", "-")):
        typer.echo(str(path))
    typer.echo(
        f"\nNext: change {folder}/campaign.toml, contacts.csv and letters/ into your own, then\n"
        f"  {step('check', folder)}",
        err=True,
    )
