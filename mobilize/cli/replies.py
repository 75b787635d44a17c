"""`mobilize replies import | fetch | log | review | export`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mobilize.cli.face import as_json, folder, here, now, step, table
from mobilize.cli.inert import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mobilize.desk.receive import Taken
    from mobilize.desk.review import Shown
    from mobilize.installation import Installation

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def import_(
    ctx: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH...", help=".eml, mbox, Maildir or folders of them; - for standard input."),
    ] = None,
    as_lines: Json = False,
) -> None:
    """Take in mail that arrived: keep it raw, read it, log it. The same message twice is one entry."""
    from mobilize.desk import receive

    with here(ctx) as installation:
        found = receive.take_in(installation, paths or [Path("-")], now=now())
        _tell_all(ctx, installation, found, as_lines=as_lines)


def fetch(
    ctx: typer.Context,
    wait: Annotated[bool, typer.Option("--wait", help="Go on, and take in mail as it comes; Ctrl-C ends it.")] = False,
    flag: Annotated[
        bool, typer.Option("--flag", help="Mark what was taken as seen and flagged there, as IMAP_FLAG=yes does.")
    ] = False,
    as_lines: Json = False,
) -> None:
    """Take in what arrived in the campaign mailbox (IMAP). Nothing is changed there unless told; nothing twice."""
    import time
    from contextlib import suppress

    from mobilize.desk import fetch as desk

    def said(sentence: str) -> None:
        typer.echo(sentence, err=True)

    with here(ctx) as installation, suppress(KeyboardInterrupt):
        _until_told()
        found = (
            desk.wait(installation, now=now, said=said, sleep=time.sleep, flag=flag)
            if wait
            else desk.fetch(installation, now=now, said=said, flag=flag)
        )
        _tell_all(ctx, installation, found, as_lines=as_lines)


def _until_told() -> None:
    """SIGTERM, which a service manager sends, ends a command as Ctrl-C does: what was taken is kept."""
    import signal

    signal.signal(signal.SIGTERM, signal.default_int_handler)


def _tell_all(ctx: typer.Context, installation: Installation, found: Iterable[Taken], *, as_lines: bool) -> None:
    """Tell of each message as it is taken in, then how the log stands."""
    from mobilize.desk import receive

    total = new = 0
    for taken in found:
        total, new = total + 1, new + taken.new
        if as_lines:
            as_json({"reply": taken.reply, "kind": taken.kind, "country": taken.country, "new": taken.new})
            sys.stdout.flush()
        elif taken.new:
            typer.echo(f"{taken.reply[:12]}  {taken.kind:15}  {taken.country or '--'}  {taken.attention}", err=True)
    if not as_lines:
        summary = receive.summary(installation)
        waiting = f"{summary.attention} of {summary.replies} in the log need a person"
        typer.echo(f"{total} messages read, {new} new; {waiting}.")
        typer.echo(f"Next: {step('replies log', folder(ctx))}", err=True)


def log(
    ctx: typer.Context,
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind; may be given several times.")] = None,
    new: Annotated[bool, typer.Option("--new", help="Only what a person must still look at.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Machines' mail too, line by line.")] = False,
    as_lines: Json = False,
) -> None:
    """Show what came back: first what needs a person; bounces and automatic replies as counts."""
    from mobilize.desk import review as desk
    from mobilize.replies.triage import MACHINE_KINDS

    with here(ctx) as installation:
        found = desk.entries(installation, kinds=kind or (), needs_person=new)
        proven = desk.proofs(installation, found)
        reporters = {each.entry.reply: each.entry.reporter or "" for each in found}
    if as_lines:
        for shown in found:
            as_json({**_as_object(shown), "proof": proven[shown.entry.reply].standing.value})
        return
    folded = [each for each in found if _is_folded(each, everything or bool(kind), MACHINE_KINDS)]
    lines = [each for each in found if each not in folded]
    table(
        ("reply", "said on", "kind", "country", "stance", "proof", "reporter", "to do"),
        [
            (
                each.entry.reply[:8],
                each.entry.said_on.isoformat() if each.entry.said_on else "",
                each.entry.kind,
                each.entry.country or "",
                stance_of(each),
                proven[each.entry.reply].standing.value,
                one_line(reporters[each.entry.reply])[:_REPORTER],
                each.entry.attention or (f"reviewed by {each.entry.reviewed_by}" if each.entry.reviewed_by else ""),
            )
            for each in lines
        ],
        empty="Nothing came back yet." if not found else "Nothing needs a person.",
    )
    for name in sorted(MACHINE_KINDS):
        count = sum(1 for each in folded if each.entry.kind == name)
        if count:
            typer.echo(f"and {count} x {name}: mobilize replies log --kind {name}")


#: Of a reporter's address, enough to know her by.
_REPORTER = 28


def _is_folded(shown: Shown, unfolded: bool, machine_kinds: frozenset[str]) -> bool:
    return not unfolded and shown.entry.kind in machine_kinds and not shown.entry.attention


def stance_of(shown: Shown) -> str:
    """A suggestion is marked with a question mark: it must never read as a promise."""
    if not shown.entry.stance and not (shown.current and shown.entry.reviewed_by):
        return ""
    if shown.entry.reviewed_by and shown.current:
        return f"{shown.current.stance} ({shown.current.status}{_age(shown)})"
    return f"{shown.entry.stance}?"


def _age(shown: Shown) -> str:
    """How old a stance is: what was said two weeks ago may have changed."""
    days = shown.current.age(now().date()) if shown.current else None
    return "" if days is None or days < 1 else f", {days} day{'s' * (days != 1)} old"


def _as_object(shown: Shown) -> dict[str, object]:
    entry, current = shown.entry, shown.current
    return {
        "reply": entry.reply,
        "received_on": entry.received_at.date().isoformat(),
        "kind": entry.kind,
        "via": entry.via,
        "country": entry.country,
        "suggested_stance": entry.stance,
        "stance": current.stance if current else None,
        "stance_status": current.status.value if current else None,
        "stance_said_on": current.said_on.isoformat() if current and current.said_on else None,
        "stance_age_days": current.age(now().date()) if current else None,
        "reporter": entry.reporter,
        "letter": entry.letter,
        "needs_person": entry.attention,
        "reviewed_by": entry.reviewed_by,
    }


def review(
    ctx: typer.Context,
    reply: Annotated[str, typer.Argument(help="The beginning of its id.")],
    by: Annotated[str, typer.Option(envvar="MOBILIZE_REVIEWER", help="Who reviews.")],
    stance: Annotated[
        str | None,
        typer.Option(help="cosponsor, support, conditional, noncommittal, oppose or none (default: as suggested)."),
    ] = None,
    country: Annotated[
        str | None, typer.Option(help="The government concerned, two letters (default: as read).")
    ] = None,
    accept: Annotated[
        int | None, typer.Option(min=1, max=9, help="Take this candidate, where it is open whose reply it is.")
    ] = None,
) -> None:
    """Confirm what the parser suggests, or put it right. Nothing is overwritten: who said what is kept.

    Where it is open whose reply it is, the candidates are shown with their reasons, and one key accepts one.
    """
    from mobilize.cli.filing import asked
    from mobilize.desk import filing
    from mobilize.desk import review as desk

    with here(ctx) as installation:
        found = desk.one(installation, reply)
        is_open = accept is None and country is None and stance != desk.NO_STANCE
        if is_open and filing.undecided(installation, found) and (choices := filing.choices(installation, found)):
            accept = asked(choices)
            if accept is None:
                typer.echo("Nothing was changed.")
                return
        if accept is not None:
            found = filing.accept(installation, found.entry.reply, accept, by=by, now=now())
            if stance is None:
                typer.echo(
                    f"{found.entry.reply[:12]}  {found.entry.country or '--'}  {stance_of(found) or 'no stance'}"
                )
                if found.entry.attention:
                    typer.echo(f"to do: {found.entry.attention}", err=True)
                return
        after = desk.review(
            installation,
            found.entry.reply,
            by=by,
            stance=stance,
            country=country.upper() if country else None,
            now=now(),
        )
    typer.echo(f"{after.entry.reply[:12]}  {after.entry.country or '--'}  {stance_of(after) or 'no stance'}")


def export(
    ctx: typer.Context,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write (.csv or .xlsx); default: CSV on stdout.")
    ] = None,
    statements: Annotated[
        bool, typer.Option("--statements", help="Every statement of a stance, who passed it on, and how old it is.")
    ] = False,
    public: Annotated[
        bool,
        typer.Option(
            "--public", help="Confirmed stances counted by regional group, no count below five: fit to publish."
        ),
    ] = False,
) -> None:
    """Write the log as a spreadsheet that runs nothing: .csv or .xlsx."""
    from mobilize.desk import review as desk
    from mobilize.desk import stances

    form = "xlsx" if out and out.suffix.lower() == ".xlsx" else "csv"
    with here(ctx) as installation:
        if statements:
            data = stances.exported(installation, form=form, today=now().date())
        else:
            data = desk.exported(installation, form=form, public=public)
    if out is None:
        sys.stdout.buffer.write(data)
        return
    from mobilize.desk.paper import write_private

    write_private(out, data)
    typer.echo(str(out))
