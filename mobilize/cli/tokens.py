"""`mobilize tokens`: which programs may ask the JSON API, and what."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from mobilize.cli.face import as_json, here, now, table

Name = Annotated[str, typer.Argument(help="What the program is called: a-z, 0-9, dot, hyphen.")]


def add(
    ctx: typer.Context,
    name: Name,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="replies:read, words:read, board:read, letters:read, exports:read, reports:write or metrics:read;"
            " may be given several times."
        ),
    ] = None,
) -> None:
    """Let a program ask the JSON API; its token is shown once."""
    from mobilize.access.scopes import Scope
    from mobilize.desk import clients
    from mobilize.errors import Refused

    wrong = [each for each in scope or () if each not in set(Scope)]
    if wrong:
        raise Refused(f"{wrong[0]!r} is no scope", hint=f"one of {', '.join(Scope)}")
    with here(ctx) as installation:
        token = clients.add(installation, name, [Scope(each) for each in scope or ()], by=getpass.getuser(), now=now())
    typer.echo(f"{name} may now ask. Its token is not shown again:", err=True)
    typer.echo(token)


def list_(
    ctx: typer.Context, *, json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False
) -> None:
    """List the programs that may ask."""
    from mobilize.desk import clients

    with here(ctx) as installation:
        found = clients.everybody(installation)
    if json:
        for each in found:
            as_json({"name": each.name, "scopes": list(each.scopes), "made_on": each.made_at.date().isoformat()})
        return
    rows = [(each.name, " ".join(each.scopes), each.made_at.date().isoformat(), each.by) for each in found]
    table(("name", "scopes", "since", "by"), rows, empty="No program may ask yet: `mobilize tokens add NAME`.")


def revoke(ctx: typer.Context, name: Name) -> None:
    """Take a program's token back, at once."""
    from mobilize.desk import clients

    with here(ctx) as installation:
        clients.revoke(installation, name, by=getpass.getuser(), now=now())
    typer.echo(f"{name} may ask no more.")
