"""`mobilize doctor` and `mobilize receipt`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mobilize.cli.face import as_json, here, now, table

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def doctor(ctx: typer.Context, as_lines: Json = False) -> None:
    """Say in words what keeps letters from going out, and what to do about each."""
    from mobilize.desk import doctor as desk

    with here(ctx) as installation:
        found = desk.examine(installation, now=now())
    if as_lines:
        for each in found:
            as_json({"about": each.about, "contact": each.contact, "what": each.what, "do": each.do})
    else:
        table(
            ("about", "contact", "what is the matter", "what to do"),
            [(each.about, each.contact, each.what, each.do) for each in found],
            empty="Nothing is the matter.",
        )
    if found:
        raise typer.Exit(1)


def make(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option("--out", help="File to write.")] = Path("receipt.jsonl"),
    round_: Annotated[int, typer.Option("--round", min=1, help="Which round.")] = 1,
) -> None:
    """Write a signed list of the letters that were sent: id, digest, the server's reply, time."""
    from mobilize.desk import receipt as desk

    with here(ctx) as installation:
        count = desk.make(installation, round_, out, now=now())
    typer.echo(f"{out}: {count} letters. Next: mobilize receipt verify {out}")


def verify(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="The receipt.")],
    own: Annotated[bool, typer.Option("--own", help="It must be signed by this campaign folder's key.")] = False,
) -> None:
    """Check a receipt off line: one changed byte, and it proves nothing."""
    from mobilize.desk import receipt as desk

    if own:
        with here(ctx) as installation:
            known = desk.verify(file, installation.secret)
    else:
        known = desk.verify(file)
    typer.echo(
        f"Good: {known.letters} letters of round {known.round} of {known.campaign}, "
        f"signed on {known.made_at} by key {known.fingerprint}."
    )
