"""`mobilize webhooks`: which programs are told of new replies."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from mobilize.cli.face import as_json, here, now, table

Name = Annotated[str, typer.Argument(help="What the receiver is called: a-z, 0-9, dot, hyphen.")]


def add(ctx: typer.Context, name: Name, url: Annotated[str, typer.Argument(help="https://host/path")]) -> None:
    """Tell a program of each new reply: ids and codes, never words or addresses. Its secret is shown once."""
    from mobilize.desk import webhooks

    with here(ctx) as installation:
        secret = webhooks.add(installation, name, url, by=getpass.getuser(), now=now())
    typer.echo(f"{name} is told of new replies while `mobilize serve` runs. The secret of the signatures:", err=True)
    typer.echo(secret)


def list_(
    ctx: typer.Context, *, json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False
) -> None:
    """List who is told, and what waits."""
    from mobilize.desk import webhooks

    with here(ctx) as installation:
        found = webhooks.everybody(installation)
    if json:
        for each in found:
            waits = {"waiting": each.waiting.waiting, "given_up": each.waiting.given_up, "said": each.waiting.said}
            as_json({"name": each.name, "url": each.url, **waits})
        return
    rows = [
        (each.name, each.url, str(each.waiting.waiting), str(each.waiting.given_up), each.waiting.said)
        for each in found
    ]
    table(("name", "url", "waiting", "given up", "last failure"), rows, empty="Nobody is told.")


def remove(ctx: typer.Context, name: Name) -> None:
    """Tell a program no more, not even what waits."""
    from mobilize.desk import webhooks

    with here(ctx) as installation:
        webhooks.remove(installation, name, by=getpass.getuser(), now=now())
    typer.echo(f"{name} is told no more.")


def test(ctx: typer.Context, name: Name) -> None:
    """Tell a program something of no meaning, now, to see whether it takes it."""
    from mobilize.desk import webhooks

    with here(ctx) as installation:
        typer.echo(f"{name} answered {webhooks.test(installation, name, now=now())}.")


def deliver(ctx: typer.Context) -> None:
    """Tell now what is due, once: for machines on which `mobilize serve` does not run."""
    from mobilize.desk import webhooks

    with here(ctx) as installation:
        done = webhooks.deliver(installation, now=now)
    typer.echo(f"{done.told} told, {done.failed} failed.")
