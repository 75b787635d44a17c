"""`mobilize status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mobilize.cli.face import as_json, folder, here, now, step, table

if TYPE_CHECKING:
    from mobilize.desk.figures import Standing
    from mobilize.installation import Installation

Round = Annotated[int, typer.Option("--round", min=1, help="Which round.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def status(
    ctx: typer.Context,
    missing: Annotated[bool, typer.Option("--missing", help="Who did not get a letter, and why.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Look again every second, until Ctrl-C.")] = False,
    prometheus: Annotated[bool, typer.Option("--prometheus", help="The figures as Prometheus reads them.")] = False,
    round_: Round = 1,
    as_lines: Json = False,
) -> None:
    """Show the fate of the letters."""
    from mobilize.desk import figures
    from mobilize.desk import status as desk

    with here(ctx) as installation:
        if prometheus:
            typer.echo(figures.exposition(installation, round_, now=now()), nl=False)
            return
        if watch:
            _watch(installation, round_, as_lines=as_lines)
            return
        if missing:
            found = desk.missing(installation, round_, now=now())
            if as_lines:
                for each in found:
                    as_json({"contact": each.contact, "country": each.country, "state": each.state, "why": each.why})
                return
            table(
                ("country", "audience", "contact", "state", "why"),
                [(each.country, each.audience, each.contact, each.state, each.why) for each in found],
                empty="Everybody got a letter.",
            )
            return
        standing = figures.look(installation, round_, now=now())
        if as_lines:
            for fate in desk.fates(installation, round_):
                as_json(
                    {
                        "letter": fate.letter,
                        "contact": fate.contact,
                        "state": fate.state.value,
                        "attempts": fate.attempts,
                        "due_at": fate.due_at.isoformat() if fate.due_at else None,
                        "reason": fate.reason,
                    }
                )
            return
    table(("state", "letters"), figures.rows(standing), empty="")
    if standing.figures.states["in_doubt"]:
        typer.echo(f"Next: {step('outbox resolve', folder(ctx))}", err=True)


#: Seconds between two looks.
_EVERY = 1.0


def _watch(installation: Installation, round_: int, *, as_lines: bool) -> None:
    """Show the figures anew every second; where nobody watches a terminal, a line whenever they change."""
    import sys
    import time
    from contextlib import suppress

    from mobilize.desk import figures

    with suppress(KeyboardInterrupt):
        if sys.stdout.isatty() and not as_lines:
            _watch_live(installation, round_)
            return
        before: object = None
        while True:
            standing = figures.look(installation, round_, now=now())
            if standing.figures.states != before:
                before = standing.figures.states
                _line(standing, as_lines=as_lines)
            time.sleep(_EVERY)


def _line(standing: Standing, *, as_lines: bool) -> None:
    import sys

    found = standing.figures
    if as_lines:
        as_json(
            {
                "at": standing.at.isoformat(),
                **found.states,
                "failed_by_reason": dict(found.failed),
                "next_try": found.next_try.isoformat() if found.next_try else None,
                "a_minute": round(found.a_minute, 2),
                "seconds_left": found.seconds_left,
                "paused_by": standing.paused_by,
            }
        )
    else:
        told = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in found.states.items() if count)
        typer.echo(f"{standing.at:%H:%M:%S} UTC  {told or 'nothing is queued'}")
    sys.stdout.flush()


def _watch_live(installation: Installation, round_: int) -> None:
    import time

    from rich.live import Live
    from rich.table import Table
    from rich.text import Text

    from mobilize.desk import figures

    with Live(auto_refresh=False) as live:
        while True:
            standing = figures.look(installation, round_, now=now())
            shown = Table(box=None, pad_edge=False, header_style="bold", caption=f"{standing.at:%H:%M:%S} UTC")
            shown.add_column("state")
            shown.add_column("letters", justify="right")
            for name, value in figures.rows(standing):
                shown.add_row(Text(name), Text(value))
            live.update(shown, refresh=True)
            time.sleep(_EVERY)
