"""`mobilize replies move | split | merge | undo`, and the list of candidates from which one key accepts."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from mobilize.cli.face import here, now
from mobilize.cli.inert import one_line

if TYPE_CHECKING:
    from mobilize.desk.filing import Choice
    from mobilize.desk.review import Shown
    from mobilize.installation import Installation

Which = Annotated[str, typer.Argument(help="The beginning of its id.", metavar="REPLY")]
By = Annotated[str, typer.Option(envvar="MOBILIZE_REVIEWER", help="Who does it.")]
Country = Annotated[str | None, typer.Option(help="The government, two letters.")]
Letter = Annotated[str | None, typer.Option(help="The id of the letter that it answers.")]


def move(ctx: typer.Context, reply: Which, by: By, country: Country = None, letter: Letter = None) -> None:
    """File a reply under another letter or country, and no other. What was done is kept; `undo` takes it back."""
    from mobilize.desk import filing

    with here(ctx) as installation:
        code = country.upper() if country else None
        shown = filing.move(installation, reply, country=code, letter=letter, by=by, now=now())
        _tell(installation, shown)


def split(ctx: typer.Context, reply: Which, by: By, country: Country = None, letter: Letter = None) -> None:
    """File a reply under one more letter or country: one mail that answers several."""
    from mobilize.desk import filing

    with here(ctx) as installation:
        code = country.upper() if country else None
        shown = filing.split(installation, reply, country=code, letter=letter, by=by, now=now())
        _tell(installation, shown)


def merge(
    ctx: typer.Context,
    reply: Which,
    into: Annotated[str, typer.Argument(help="The reply that counts in its place.", metavar="INTO")],
    by: By,
) -> None:
    """Say that a reply is a copy of another one. Nothing is deleted; the copy counts no more."""
    from mobilize.desk import filing

    with here(ctx) as installation:
        _tell(installation, filing.merge(installation, reply, into, by=by, now=now()))


def undo(ctx: typer.Context, reply: Which, by: By) -> None:
    """Take back what was last done with a reply: a move, a split, a merge, an accepted candidate."""
    from mobilize.desk import filing

    with here(ctx) as installation:
        _tell(installation, filing.undo(installation, reply, by=by, now=now()))


def _tell(installation: Installation, shown: Shown) -> None:
    typer.echo(f"{shown.entry.reply[:12]}  {where(installation, shown)}")
    if shown.entry.attention:
        typer.echo(f"to do: {shown.entry.attention}", err=True)


def where(installation: Installation, shown: Shown) -> str:
    """Where a reply stands, on one line."""
    from mobilize.desk import filing

    placed = filing.of(installation, shown).placed
    if placed.same_as:
        return f"a copy of {placed.same_as[:12]}"
    named = (
        " ".join(filter(None, (each.country, f"letter {each.letter}" if each.letter else ""))) for each in placed.places
    )
    return ", ".join(each for each in named if each) or "nowhere yet"


def print_choices(found: tuple[Choice, ...]) -> None:
    """The candidates, numbered, each with its reasons."""
    for each in found:
        letter = f"  [{each.letter}]" if each.letter else ""
        typer.echo(f"{each.number:3}  {each.score:3}%  {each.what}{letter}")
        for reason in each.reasons:
            typer.echo(f"            {one_line(reason)}")


def asked(found: tuple[Choice, ...]) -> int | None:
    """Show what a reply may belong to and let a person choose with one key; None: she chose none.

    Raises Refused where there is no terminal to ask at.
    """
    from mobilize.errors import Refused

    print_choices(found)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refused("whose reply is it?", hint="--accept 1 takes the first candidate; --country KE names another")
    typer.echo("Which? One key, Enter for none: ", nl=False)
    key = typer.getchar()
    typer.echo(key if key.isprintable() else "")
    return int(key) if key.isdecimal() and any(each.number == int(key) for each in found) else None
