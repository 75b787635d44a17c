"""`mobilize replies import | log | show | review | export`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mobilize.cli.face import as_json, folder, here, now, step, table

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
    as_lines: Json = False,
) -> None:
    """Take in what arrived in the campaign mailbox (IMAP). Nothing is changed there; nothing is taken twice."""
    import time
    from contextlib import suppress

    from mobilize.desk import fetch as desk

    def said(sentence: str) -> None:
        typer.echo(sentence, err=True)

    with here(ctx) as installation, suppress(KeyboardInterrupt):
        _until_told()
        found = (
            desk.wait(installation, now=now, said=said, sleep=time.sleep)
            if wait
            else desk.fetch(installation, now=now, said=said)
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
    if as_lines:
        for shown in found:
            as_json(_as_object(shown))
        return
    folded = [each for each in found if _is_folded(each, everything or bool(kind), MACHINE_KINDS)]
    lines = [each for each in found if each not in folded]
    table(
        ("reply", "said on", "kind", "country", "stance", "from", "to do"),
        [
            (
                each.entry.reply[:8],
                each.entry.said_on.isoformat() if each.entry.said_on else "",
                each.entry.kind,
                each.entry.country or "",
                _stance(each),
                "direct" if each.entry.via == "direct" else "partner" if each.entry.reporter else "",
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


def _is_folded(shown: Shown, unfolded: bool, machine_kinds: frozenset[str]) -> bool:
    return not unfolded and shown.entry.kind in machine_kinds and not shown.entry.attention


def _stance(shown: Shown) -> str:
    """A suggestion is marked with a question mark: it must never read as a promise."""
    if not shown.entry.stance and not (shown.current and shown.entry.reviewed_by):
        return ""
    if shown.entry.reviewed_by and shown.current:
        return f"{shown.current.stance} ({shown.current.status})"
    return f"{shown.entry.stance}?"


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
        "letter": entry.letter,
        "needs_person": entry.attention,
        "reviewed_by": entry.reviewed_by,
    }


def show(
    ctx: typer.Context,
    reply: Annotated[str, typer.Argument(help="The beginning of its id.")],
    raw: Annotated[bool, typer.Option("--raw", help="The message as it arrived, byte for byte.")] = False,
    as_lines: Json = False,
) -> None:
    """Show one reply: what it says, and the words and rules behind everything that was read in it."""
    from mobilize.desk import review as desk

    with here(ctx) as installation:
        shown = desk.one(installation, reply)
        if raw:
            sys.stdout.buffer.write(desk.original(installation, shown.entry.reply))
            return
    if as_lines:
        as_json(dict(shown.entry.parsed))
        return
    _print_reply(shown)


def _print_reply(shown: Shown) -> None:
    entry, parsed = shown.entry, shown.entry.parsed
    for label, value in (
        ("reply", entry.reply[:12]),
        ("kind", entry.kind),
        ("via", entry.via),
        ("country", entry.country),
        ("stance", _stance(shown)),
        ("concerns", ", ".join(_strings(parsed.get("concerns")))),
        ("targets", ", ".join(_strings(parsed.get("targets")))),
        ("letter", entry.letter),
        ("date", parsed.get("date")),
        ("subject", parsed.get("subject")),
        ("to do", entry.attention),
        ("reviewed by", entry.reviewed_by),
    ):
        if value:
            typer.echo(f"{label:12} {_one_line(str(value))}")
    for label, key in (("the author's own words", "text"), ("the partner's note", "note")):
        if parsed.get(key):
            typer.echo(f"\n--- {label}\n{_inert(str(parsed[key]))}")
    evidence = parsed.get("evidence")
    if isinstance(evidence, list) and evidence:
        typer.echo("\n--- why it was read so")
        for each in evidence:
            typer.echo(_one_line(f"{each.get('field', ''):10} {each.get('rule', '')}: {each.get('words', '')}"))


def _strings(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _inert(text: str) -> str:
    """Take control characters out: a mail must not move the cursor or colour the terminal of who reads it."""
    return "".join(each for each in text if each in "\n\t" or each.isprintable())


def _one_line(text: str) -> str:
    return " ".join(_inert(text).split())


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
) -> None:
    """Confirm what the parser suggests, or put it right. Nothing is overwritten: who said what is kept."""
    from mobilize.desk import review as desk

    with here(ctx) as installation:
        found = desk.one(installation, reply)
        after = desk.review(
            installation,
            found.entry.reply,
            by=by,
            stance=stance,
            country=country.upper() if country else None,
            now=now(),
        )
    typer.echo(f"{after.entry.reply[:12]}  {after.entry.country or '--'}  {_stance(after) or 'no stance'}")


def export(
    ctx: typer.Context,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write (.csv or .xlsx); default: CSV on stdout.")
    ] = None,
    public: Annotated[
        bool,
        typer.Option(
            "--public", help="Confirmed stances counted by regional group, no count below five: fit to publish."
        ),
    ] = False,
) -> None:
    """Write the log as a spreadsheet that runs nothing: .csv or .xlsx."""
    from mobilize.desk import review as desk

    form = "xlsx" if out and out.suffix.lower() == ".xlsx" else "csv"
    with here(ctx) as installation:
        data = desk.exported(installation, form=form, public=public)
    if out is None:
        sys.stdout.buffer.write(data)
        return
    from mobilize.desk.paper import write_private

    write_private(out, data)
    typer.echo(str(out))
