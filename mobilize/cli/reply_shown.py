"""`mobilize replies show`: one reply, how sure it is, where it stands, and why it was read so."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from mobilize.cli.face import as_json, here, now
from mobilize.cli.filing import print_choices, where
from mobilize.cli.inert import inert, one_line
from mobilize.cli.replies import stance_of
from mobilize.cli.signatures import lines

if TYPE_CHECKING:
    from mobilize.desk.filing import Filed
    from mobilize.desk.returned import Returned
    from mobilize.desk.review import Shown
    from mobilize.desk.stances import Row
    from mobilize.installation import Installation


def show(
    ctx: typer.Context,
    reply: Annotated[str, typer.Argument(help="The beginning of its id.")],
    raw: Annotated[bool, typer.Option("--raw", help="The message as it arrived, byte for byte.")] = False,
    whole: Annotated[
        bool, typer.Option("--whole", help="All of its text: quotes, signatures and what else was cut, marked with |.")
    ] = False,
    as_lines: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show one reply: what it says, whether it is genuine, whose it may be, and the rules behind what was read."""
    from mobilize.desk import review as desk

    with here(ctx) as installation:
        shown = desk.one(installation, reply)
        if raw:
            sys.stdout.buffer.write(desk.original(installation, shown.entry.reply))
        elif as_lines:
            as_json(dict(shown.entry.parsed))
        elif whole:
            _print_whole(installation, shown)
        else:
            _print(installation, shown)


def _print_whole(installation: Installation, shown: Shown) -> None:
    from mobilize.desk import folds

    for each in folds.whole(installation, shown.entry):
        for line in each.text.split("\n"):
            typer.echo(inert(line if each.kept else f"| {line}"))


def _print(installation: Installation, shown: Shown) -> None:
    from mobilize.desk import filing, returned, signatures, stances

    entry, parsed = shown.entry, shown.entry.parsed
    vouched = signatures.of(installation, shown)
    for label, value in (
        ("reply", entry.reply[:12]),
        ("kind", entry.kind),
        ("via", entry.via),
        ("proof", f"{vouched.proof.standing.value}: {vouched.proof.why}".rstrip(": ")),
        ("reporter", entry.reporter),
        ("stands at", where(installation, shown)),
        ("stance", stance_of(shown)),
        ("concerns", ", ".join(_strings(parsed.get("concerns")))),
        ("targets", ", ".join(_strings(parsed.get("targets")))),
        ("date", parsed.get("date")),
        ("subject", parsed.get("subject")),
        ("away until", _absence(parsed.get("absence"), "until")),
        ("deputy", _absence(parsed.get("absence"), "deputies")),
        ("to do", entry.attention),
        ("reviewed by", entry.reviewed_by),
    ):
        if value:
            typer.echo(f"{label:12} {one_line(str(value))}")
    for label, key in (("the author's own words", "text"), ("the partner's note", "note")):
        if parsed.get(key):
            typer.echo(f"\n--- {label}\n{inert(str(parsed[key]))}")
    _print_doubts(parsed.get("evidence"))
    _print_proof(parsed.get("authenticity"), lines(vouched))
    if filing.undecided(installation, shown):
        typer.echo("\n--- whose it may be: mobilize replies review accepts one")
        print_choices(filing.choices(installation, shown))
    if filing.of(installation, shown).placed.same_as is None:
        for other in filing.copies(installation, shown):
            typer.echo(f"\nthe same words as {other[:12]}: mobilize replies merge {entry.reply[:8]} {other[:8]}")
    _print_history(filing.of(installation, shown), stances.ledger(installation, today=now().date(), reply=entry.reply))
    _print_returned(returned.advice(installation, shown))
    evidence = parsed.get("evidence")
    if isinstance(evidence, list) and evidence:
        typer.echo("\n--- why it was read so")
        for each in evidence:
            typer.echo(one_line(f"{each.get('field', ''):10} {each.get('rule', '')}: {each.get('words', '')}"))


def _strings(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _absence(value: object, name: str) -> str:
    found = value.get(name) if isinstance(value, dict) else None
    return ", ".join(_strings(found)) if isinstance(found, list) else str(found or "")


def _print_doubts(evidence: object) -> None:
    """What other parts of the mail say, where that is something else: a person decides."""
    from mobilize.replies.doubts import doubts

    found = doubts(evidence)
    if found:
        typer.echo("\n--- read the whole (--whole): another part says something else")
    for each in found:
        typer.echo(one_line(f'{each.reason}: "{each.words}"'))


def _print_proof(known: object, checked: list[str]) -> None:
    """What our server found, who signed, and what a check of the signatures found."""
    if not isinstance(known, dict):
        return
    told = [
        f"{each['method'].upper()} {each['result']}{' for ' * bool(each['domain'])}{each['domain']}"
        for each in known.get("results") or []
    ]
    told += checked
    if not checked:
        inside = [name for each in known.get("enclosed") or [] for name in each["signers"]]
        told += [f"signed by {name}: not checked" for name in (*_strings(known.get("signers")), *inside)]
    if told:
        server = f": {known['server']} found" if known.get("server") else ""
        typer.echo(f"\n--- is it genuine{one_line(server)}")
        for each in told:
            typer.echo(one_line(each))


def _print_history(filed: Filed, rows: list[Row]) -> None:
    """Every statement on the reply, and every deed that filed it."""
    if rows:
        typer.echo("\n--- who said what it means")
    for row in rows:
        said = row.statement
        words = [f"{said.country} {said.stance or 'states none'}", said.proof]
        words += [f"{row.age} days old"] if row.age is not None else []
        words += [f"passed on by {row.reporter}"] if row.reporter else []
        words += [f"by {said.by}, {said.recorded_at:%Y-%m-%d}", said.rule, f'"{said.quote}"' if said.quote else ""]
        typer.echo(one_line(", ".join(filter(None, words))))
    if filed.history:
        typer.echo("\n--- where it was filed")
    for each in filed.history:
        what = each.country or each.letter or (each.same_as or "")[:12] or f"number {each.undoes}"
        typer.echo(one_line(f"{each.number:4} {each.at:%Y-%m-%d %H:%M}  {each.deed.value} {what}, by {each.by}"))


def _print_returned(found: Returned | None) -> None:
    """What to do about a full mailbox."""
    if found is None:
        return
    typer.echo("\n--- the mailbox was full")
    typer.echo(f"letter {found.letter}: worth trying again from {found.again_on}: mobilize outbox again {found.letter}")
    if found.got_it_too:
        typer.echo(
            f"{found.got_it_too} more of the office's addresses got the same message: it may have arrived there."
        )
    elif found.others:
        typer.echo(f"another row of the same office was not written to: {', '.join(found.others)}")
    else:
        typer.echo("contacts.csv has no other address of this office: a second one in its row is written to as well.")
