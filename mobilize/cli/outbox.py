"""`mobilize outbox`: decide what is in doubt, pause and go on."""

from __future__ import annotations

from typing import Annotated

import typer

from mobilize.cli.face import here, now, table

Round = Annotated[int, typer.Option("--round", min=1, help="Which round.")]
By = Annotated[str, typer.Option(envvar="MOBILIZE_REVIEWER", help="Your name: who does this is kept.")]


def resolve(
    ctx: typer.Context,
    letter: Annotated[str | None, typer.Argument(help="Its id; without one, all in doubt are listed.")] = None,
    arrived: Annotated[bool | None, typer.Option("--arrived/--not-arrived", help="What you found out.")] = None,
    by: By = "",
    round_: Round = 1,
) -> None:
    """Decide letters in doubt: handed over, and no answer came. The program never resends them by itself."""
    from mobilize.desk import send
    from mobilize.desk import status as desk
    from mobilize.errors import Refused

    with here(ctx) as installation:
        # What a program held that died is in doubt, or waits; before this is known, nothing can be decided of it.
        send.take_back(installation, now=now())
        if letter is None:
            doubtful = [each for each in desk.fates(installation, round_) if each.state.value == "in_doubt"]
            table(
                ("letter", "contact", "since", "Message-ID", "what is known"),
                [
                    (each.letter, each.contact, f"{each.changed_at:%Y-%m-%d %H:%M} UTC", each.message_id, each.reason)
                    for each in doubtful
                ],
                empty="No letter is in doubt.",
            )
            return
        if arrived is None or not by:
            raise Refused("say what you found, and who you are", hint="--arrived or --not-arrived, and --by NAME")
        fate = desk.resolve(installation, letter, arrived=arrived, by=by, now=now())
    typer.echo(f"{fate.letter}  {fate.state.value}")


def again(
    ctx: typer.Context,
    letter: Annotated[str, typer.Argument(help="Its id.")],
    by: By = "",
    at_once: Annotated[bool, typer.Option("--now", help="Do not wait until the mailbox may be empty.")] = False,
) -> None:
    """Queue a letter again that a full mailbox gave back; the next `mobilize send` takes it along."""
    from mobilize.desk import returned as desk

    with here(ctx) as installation:
        fate = desk.again(installation, letter, by=by, at_once=at_once, now=now())
    typer.echo(f"{fate.letter}  {fate.state.value}")


def pause(ctx: typer.Context, by: By = "") -> None:
    """Pause sending: a running `mobilize send` waits after the letters on the wire, and goes on with `resume`."""
    from mobilize.desk import outbox as desk

    with here(ctx) as installation:
        changed = desk.pause(installation, by=by, now=now())
    typer.echo("Sending is paused." if changed else "Sending was paused already.")


def resume(ctx: typer.Context) -> None:
    """Go on with sending."""
    from mobilize.desk import outbox as desk

    with here(ctx) as installation:
        changed = desk.resume(installation)
    typer.echo("Sending goes on." if changed else "Sending was not paused.")


def release(ctx: typer.Context, by: By = "") -> None:
    """Send from a ledger that was restored or moved here: only when you are sure that no other copy sends."""
    from mobilize.desk import outbox as desk

    with here(ctx) as installation:
        desk.release(installation, by=by, now=now())
    typer.echo("Sending is on for this ledger. Next: mobilize status --missing")
