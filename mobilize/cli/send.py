"""`mobilize send`."""

from __future__ import annotations

import gc
import math
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mobilize.cli.face import as_json, folder, framed_here, here, now, progress, step, table
from mobilize.errors import NotConfirmed, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mobilize.desk.plan import Chosen, Plan
    from mobilize.desk.portion import When
    from mobilize.desk.send import Sent
    from mobilize.installation import Installation


#: Objects that come before Python looks for garbage among them (700 by itself).
_YOUNG = 100_000


def send(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be sent, and send nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    country: Annotated[list[str] | None, typer.Option(help="Only this country, two letters; several times.")] = None,
    audience: Annotated[list[str] | None, typer.Option(help="Only minister, nhri or ngo; several times.")] = None,
    group: Annotated[list[str] | None, typer.Option(help="Only this UN regional group; several times.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many letters in this run.")] = None,
    round_: Annotated[int, typer.Option("--round", min=1, help="1: the first letter; a reminder is a new round.")] = 1,
    skip_faulty: Annotated[bool, typer.Option("--skip-faulty", help="Leave faulty rows of contacts out.")] = False,
    only_failed: Annotated[bool, typer.Option("--only-failed", help="Those that failed, once more.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Go on until no letter waits for its next try.")] = False,
    office_hours: Annotated[
        bool, typer.Option("--office-hours", help="Each letter in the working hours of its addressee's capital.")
    ] = False,
    at: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
            help="Not before this moment, UTC; waits for it. A past one: at once.",
        ),
    ] = None,
    test_to: Annotated[
        str, typer.Option("--test-to", help="A letter of each kind to this address of your own, to nobody else.")
    ] = "",
    by: Annotated[
        str, typer.Option(envvar="MOBILIZE_REVIEWER", help="Your name, where the campaign asks for approval.")
    ] = "",
    to_workers: Annotated[
        bool, typer.Option("--to-workers", help="Queue them for `mobilize worker`, and end. Needs PostgreSQL.")
    ] = False,
    stream: Annotated[
        bool, typer.Option("--stream", help="With --to-workers: read contacts.csv row by row, however long it is.")
    ] = False,
    priority: Annotated[int, typer.Option(help="With --to-workers: the higher, the earlier.")] = 0,
    as_lines: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Send the letters of a round, each once. Run it again: what was sent is not sent twice."""
    # What a run begins with stays to its end: to look for garbage in it was a fifth of the time to the first letter.
    gc.set_threshold(_YOUNG)
    from mobilize.desk import plan as planning
    from mobilize.desk import send as desk
    from mobilize.desk.portion import When

    chosen = planning.chosen(country, audience, group)
    when = When(at=at.replace(tzinfo=UTC) if at else None, office_hours=office_hours)
    if stream:
        from mobilize.cli import stream as streaming

        if not to_workers:
            raise Refused("only workers send what is streamed", hint="add --to-workers")
        streaming.stream(
            ctx,
            chosen=chosen,
            round_=round_,
            when=when,
            priority=priority,
            by=by,
            skip_faulty=skip_faulty,
            dry_run=dry_run,
            as_lines=as_lines,
            confirm=(lambda _count, _host: None) if yes else _confirm,
        )
        return
    if test_to:
        with here(ctx) as installation:
            _rehearse(installation, test_to, chosen, round_, limit)
        return
    patience = math.inf if wait or at else desk.PATIENCE
    is_plain = not (country or audience or group or limit or only_failed or at or as_lines)
    seal, sent = ("", None)
    if not (dry_run or to_workers):
        seal, sent = _gone_on(ctx, round_, is_plain=is_plain, yes=yes, when=when, patience=patience)
    if sent is None:
        with here(ctx) as installation:
            planning.check_campaign(installation, skip_faulty=skip_faulty, now=now())
            _take_back(installation, dry_run=dry_run)
            plan = planning.plan(
                installation, chosen=chosen, round=round_, limit=limit, now=now(), only_failed=only_failed
            )
            _show_plan(plan, as_lines=as_lines)
            if not _is_wanted(installation, plan, dry_run=dry_run, yes=yes, by=by):
                return
            if to_workers:
                from mobilize.desk import allot

                handed = allot.hand_over(installation, plan, now=now(), when=when, priority=priority, by=by)
                typer.echo(f"{handed.letters} letters queued for the workers, in {handed.shards} shards.")
                return
            with progress() as show:
                sent = desk.send(
                    installation, plan, now=now, told=show, said=_say, patience=patience, when=when, by=by, seal=seal
                )
    _show_result(sent, folder(ctx), as_lines=as_lines)
    if sent.left or sent.states.get("failed") or sent.states.get("in_doubt"):
        raise typer.Exit(1)


def _say(sentence: str) -> None:
    typer.echo(sentence, err=True)


def _is_wanted(installation: Installation, plan: Plan, *, dry_run: bool, yes: bool, by: str) -> bool:
    """Whether a plan is to be carried out: it has letters, and a person who was told how long it takes says so."""
    from mobilize.desk import approval
    from mobilize.desk import send as desk

    if dry_run:
        if installation.campaign.rules.approval and approval.lacking(installation, plan, sender=by):
            _say("A second person's approval is missing: mobilize approve")
        _say("Dry run: nothing was sent.")
        return False
    if not plan.letters:
        _say("Nothing to send.")
        return False
    approval.require(installation, plan, sender=by)
    _say(desk.foretold(installation, len(plan.letters)))
    if not yes:
        _confirm(len(plan.letters), installation.settings.smtp_host)
    return True


def _gone_on(
    ctx: typer.Context, round_: int, *, is_plain: bool, yes: bool, when: When, patience: float
) -> tuple[str, Sent | None]:
    """Go on with a long round in which nothing has changed since it was planned, where nobody asks for a part of it.

    Returns the seal of what letters are made from, looked at before the campaign is read for a plan, and what was done;
    None: the round has to be planned.
    """
    from mobilize.desk import going_on
    from mobilize.desk import plan as planning
    from mobilize.desk import send as desk

    with framed_here(ctx) as installation:
        seal = going_on.seal(installation, now=now())
        if not seal or not is_plain:
            return seal, None
        _take_back(installation, dry_run=False)
        left = going_on.left(installation, round_, seal=seal, now=now())
        if left is None:
            return seal, None
        planning.check_campaign(installation, skip_faulty=False, now=now())
        planned = f"{left.noted.planned_at:%Y-%m-%d at %H:%M} UTC"
        _say(f"Nothing has changed since this round was planned on {planned}: the letters that wait go on.")
        typer.echo(_headed(round_, left.count, left.by_audience, left.by_language))
        _say(desk.foretold(installation, left.count))
        if not yes:
            _confirm(left.count, installation.settings.smtp_host)
        with progress() as show:
            sent = desk.go_on(installation, left, now=now, told=show, said=_say, patience=patience, when=when)
    return seal, sent


def _take_back(installation: Installation, *, dry_run: bool) -> None:
    """Before a plan is made, so that it has what a program held that died; else "another program is sending it"."""
    from mobilize.desk import send as desk

    if dry_run:
        return
    again, doubtful = desk.take_back(installation, now=now())
    ended = "A run ended in the middle:"
    if again:
        typer.echo(f"{ended} {again} letter{'s are' if again > 1 else ' is'} queued again.", err=True)
    if doubtful:
        told = f"{doubtful} letter{'s are' if doubtful > 1 else ' is'} in doubt"
        typer.echo(f"{ended} {told}, perhaps sent; see mobilize outbox resolve.", err=True)


def _rehearse(installation: Installation, to: str, chosen: Chosen, round_: int, limit: int | None) -> None:
    from mobilize.desk import rehearse as desk

    done = desk.rehearse(installation, to, chosen=chosen, round=round_, limit=limit, now=now())
    table(
        ("letter to", "went to you"),
        [(contact, done.refused.get(contact, "yes")) for contact in done.contacts],
        empty="No letter was chosen.",
    )
    if done.refused:
        raise typer.Exit(1)


def _show_plan(plan: Plan, *, as_lines: bool) -> None:
    import random

    from mobilize.desk.outliers import to_read_first

    if as_lines:
        for letter in plan.letters:
            as_json({"letter": letter.id, "contact": letter.contact.id, "language": letter.language, "plan": "send"})
        for each in plan.skipped:
            as_json({"contact": each.contact, "plan": "skip", "why": each.why})
        return
    typer.echo(_headed(plan.round, len(plan.letters), plan.by_audience, plan.by_language))
    if plan.skipped:
        table(("skipped", "why"), [(str(count), why) for why, count in sorted(plan.reasons.items())], empty="")
    if plan.letters:
        first = to_read_first(plan.letters, chance=random.SystemRandom())
        table(("read these before you send", "why"), list(first.items()), empty="")


def _headed(round_: int, count: int, by_audience: Mapping[str, int], by_language: Mapping[str, int]) -> str:
    """The first line of what will be done."""
    kinds = ", ".join(f"{count} {name}" for name, count in sorted(by_audience.items()))
    languages = ", ".join(f"{count} {name}" for name, count in sorted(by_language.items()))
    return f"Round {round_}: {count} letter{'s' * (count != 1)} to send" + (f" ({kinds}; {languages})" if kinds else "")


def _confirm(count: int, host: str) -> None:
    """Have the number of letters typed: a return key pressed by habit sends nothing."""
    if not sys.stdin.isatty():
        raise NotConfirmed("there is nobody here to ask", hint="add --yes")
    typed = typer.prompt(
        f"{count} letters will go out through {host}. Type {count} to send them", default="", show_default=False
    )
    if typed.strip() != str(count):
        raise NotConfirmed("the number was not typed")


def _show_result(sent: Sent, campaign: Path, *, as_lines: bool) -> None:
    if as_lines:
        as_json({"states": dict(sent.states), "left": sent.left, "stopped": sent.stopped, "trouble": sent.trouble})
        return
    typer.echo(", ".join(f"{count} {name}" for name, count in sorted(sent.states.items())) or "Nothing was sent.")
    if sent.stopped:
        typer.echo("Stopped; run the same command to go on.", err=True)
    elif sent.trouble:
        typer.echo(f"{sent.trouble}", err=True)
    if sent.left:
        typer.echo(f"{sent.left} letters wait; run the same command to go on.", err=True)
    if set(sent.states) - {"sent"}:
        typer.echo(f"Next: {step('status --missing', campaign)}", err=True)
