"""`mobilize send --to-workers --stream`: a round with more addressees than memory holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from mobilize.cli.face import as_json, folder, framed_here, now, progress, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from mobilize.desk.plan import Chosen
    from mobilize.desk.portion import When


def stream(
    ctx: typer.Context,
    *,
    chosen: Chosen,
    round_: int,
    when: When,
    priority: int,
    by: str,
    skip_faulty: bool,
    dry_run: bool,
    as_lines: bool,
    confirm: Callable[[int, str], None],
) -> None:
    """Read contacts.csv twice: once to say what would be queued, once to queue it."""
    import time
    from dataclasses import replace

    from mobilize.desk import plan as planning
    from mobilize.desk import stream as desk

    with framed_here(ctx) as installation, progress() as show:
        planning.check_campaign(installation, skip_faulty=skip_faulty, now=now())
        begin = time.perf_counter()
        found = desk.survey(folder(ctx), chosen)
        typer.echo(f"Read in {time.perf_counter() - begin:.1f} s.", err=True)
        desk.require_sound(found, skip_faulty=skip_faulty)
        count = found.contacts.total()
        kinds = ", ".join(f"{many} {name}" for name, many in sorted(found.contacts.items()))
        typer.echo(f"Round {round_}: {count} contacts ({kinds}); {found.refused} rows refused")
        if dry_run or not count:
            typer.echo("Dry run: nothing was queued." if dry_run else "Nothing to send.", err=True)
            return
        confirm(count, installation.settings.smtp_host)
        campaign = replace(installation.campaign, contacts=found.ministers)
        done = desk.hand_over(
            replace(installation, campaign=campaign),
            chosen=chosen,
            round=round_,
            now=now,
            timer=time.perf_counter,
            told=show,
            of=count,
            when=when,
            priority=priority,
            by=by,
        )
    for step, seconds in done.seconds.items():
        typer.echo(f"{step}: {seconds:.1f} s", err=True)
    if as_lines:
        as_json({"letters": done.letters, "shards": done.shards, "skipped": dict(done.skipped)})
        return
    if done.skipped:
        table(("skipped", "why"), [(str(count), why) for why, count in sorted(done.skipped.items())], empty="")
    typer.echo(f"{done.letters} letters queued for the workers, in {done.shards} shards.")
