"""`mobilize people`: who may sign in to the organisers' pages."""

from __future__ import annotations

import getpass
from types import ModuleType
from typing import Annotated

import typer

from mobilize.cli.face import as_json, here, now, table

Name = Annotated[str, typer.Argument(help="As typed at sign-in: a-z, 0-9, dot, hyphen.")]


def add(
    ctx: typer.Context,
    name: Name,
    role: Annotated[str, typer.Option(help="lead, organiser or reader.")] = "organiser",
) -> None:
    """Let a person sign in; asks for a password and shows the code for an authenticator app, once."""
    from mobilize.access.roles import Role
    from mobilize.errors import Refused

    desk = _desk()

    if role not in set(Role):
        raise Refused(f"{role!r} is no role", hint=f"one of {', '.join(Role)}")
    with here(ctx) as installation:
        address = desk.add(installation, name, Role(role), _password(), by=getpass.getuser(), now=now())
    _show(name, address)


def list_(
    ctx: typer.Context, *, json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False
) -> None:
    """List who may sign in."""
    desk = _desk()

    with here(ctx) as installation:
        found = desk.everybody(installation)
    if json:
        for each in found:
            as_json({"name": each.name, "role": each.role, "disabled": each.disabled})
        return
    rows = [(each.name, each.role, "disabled" if each.disabled else "") for each in found]
    table(("name", "role", ""), rows, empty="Nobody can sign in yet: `mobilize people add NAME`.")


def disable(ctx: typer.Context, name: Name) -> None:
    """Let a person in no more, and end what she has open."""
    desk = _desk()

    with here(ctx) as installation:
        desk.disable(installation, name, by=getpass.getuser(), now=now())
    typer.echo(f"{name} can no longer sign in.")


def reset(ctx: typer.Context, name: Name) -> None:
    """Give a person a new password and authenticator, and end what she has open."""
    desk = _desk()

    with here(ctx) as installation:
        address = desk.reset(installation, name, _password(), by=getpass.getuser(), now=now())
    _show(name, address)


def _desk() -> ModuleType:
    from mobilize.errors import Refused

    try:
        from mobilize.desk import people
    except ImportError:
        raise Refused("the web pages are not installed", hint="pip install 'mobilize[web]'") from None
    return people


def _password() -> str:
    # Asked for, never an option: a command line is seen by everybody on the machine (domain/rules.md D7).
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


def _show(name: str, address: str) -> None:
    import sys

    if sys.stdout.isatty():
        import segno

        segno.make(address, micro=False).terminal(compact=True)
    typer.echo(f"{name} can sign in. Scan this with an authenticator app; it is not shown again:")
    typer.echo(address)
