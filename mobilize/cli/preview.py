"""`mobilize preview`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mobilize.cli import face

if TYPE_CHECKING:
    from mobilize.desk.plan import Chosen
    from mobilize.desk.prepare import Summary
    from mobilize.letter.variants import Variant


def preview(
    ctx: typer.Context,
    *,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to (default: preview/ in the campaign).")
    ] = None,
    country: Annotated[
        list[str] | None, typer.Option(help="Only this country, by its code: KE. May be repeated.")
    ] = None,
    audience: Annotated[list[str] | None, typer.Option(help="Only minister, nhri or ngo. May be repeated.")] = None,
    variants: Annotated[
        bool, typer.Option("--variants", help="The few texts that the letters are: one of each, what stands out first.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Show the letters in the browser of this machine, new at every save.")
    ] = False,
    port: Annotated[int, typer.Option(metavar="PORT", help="With --watch: where (default: any that is free).")] = 0,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line: a letter each.")] = False,
) -> None:
    """Write every letter as PDF, HTML, text and mail, with a page to look at them; exit 1 if one cannot be made."""
    from mobilize.desk import plan as planning
    from mobilize.desk import prepare

    target = out or face.folder(ctx) / "preview"
    chosen = planning.chosen(country, audience, None)
    if watch:
        _watch(ctx, chosen, port)
        return
    made = failed = 0
    summary = None
    with face.here(ctx) as installation, face.progress() as show:
        for each in prepare.preview(installation, target, chosen=chosen, now=face.now(), one_of_each=variants):
            if isinstance(each, prepare.Summary):
                summary = each
                continue
            show("writing letters", each.number, each.of)
            made, failed = made + (not each.trouble), failed + bool(each.trouble)
            if json and not variants:
                face.as_json(asdict(each))
            elif each.trouble:
                typer.echo(f"{each.contact}: {each.trouble}", err=True)
    assert summary is not None
    if variants:
        _variants(summary, json=json)
    if not json:
        _told(summary, made, failed, target, variants=variants)
    raise typer.Exit(1 if failed else 0)


def _watch(ctx: typer.Context, chosen: Chosen, port: int) -> None:
    from contextlib import suppress

    from mobilize.desk import watch as desk

    typer.echo("Open this address; Ctrl-C ends it. Nothing is written and nothing leaves this machine.", err=True)
    with face.here(ctx) as installation, suppress(KeyboardInterrupt):
        desk.watch(installation, chosen=chosen, port=port, now=face.now, told=typer.echo)


def _variants(summary: Summary, *, json: bool) -> None:
    if json:
        for number, each in enumerate(summary.variants, start=1):
            face.as_json(_object(number, each))
        return
    rows = [
        (
            str(number),
            each.audience,
            each.language,
            ", ".join(each.standings),
            str(len(each.recipients)),
            "; ".join((*each.flags, *(("the commonest of its kind",) if each.commonest else ()))),
            " ".join(code for code, _ in each.recipients[:_SHOWN]) + (" …" if len(each.recipients) > _SHOWN else ""),
        )
        for number, each in enumerate(summary.variants, start=1)
    ]
    face.table(("", "for", "language", "standing", "letters", "look first", "countries"), rows, empty="no letter")


#: Countries of a text that a line names; the page names all.
_SHOWN = 6


def _object(number: int, each: Variant) -> dict[str, object]:
    letter = each.example
    return {
        "number": number,
        "audience": each.audience,
        "language": each.language,
        "standings": each.standings,
        "letters": len(each.recipients),
        "contacts": [contact for _, contact in each.recipients],
        "flags": each.flags,
        "commonest": each.commonest,
        "branches": [str(branch) for branch in each.branches],
        "example": letter.contact.id,
        "paragraphs": [paragraph.markdown for paragraph in letter.paragraphs],
        "changes": [{"there": change.there, "here": change.here} for change in each.changes],
    }


def _told(summary: Summary, made: int, failed: int, target: Path, *, variants: bool) -> None:
    typer.echo(
        f"{made} letters, {len(summary.variants)} texts, in {target}"
        + (f", {failed} could not be made" if failed else "")
    )
    for moved in summary.moved:
        told = f"{moved.where} was {moved.was or 'not there'}, is {moved.now or 'gone'}"
        typer.echo(f"{told}: {len(moved.contacts)} letters say so")
    if summary.changed:
        typer.echo(f"{summary.changed} letters say something else than in the last preview")
    if variants:
        for branch, text in summary.untaken[:_SHOWN]:
            typer.echo(f"nobody gets {branch}  {text}")
        if len(summary.untaken) > _SHOWN:
            typer.echo(f"  … and {len(summary.untaken) - _SHOWN} more parts that nobody gets, on the page")
    page = "variants.html" if variants else "index.html"
    typer.echo(f"Open {target / page} in a browser; then `mobilize send --dry-run`.")
