"""`mobilize countries [CODE…]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mobilize.cli import face

if TYPE_CHECKING:
    from mobilize.campaign.campaign import Campaign
    from mobilize.campaign.record import Position
    from mobilize.desk.countries import Explained, Known


def countries(
    ctx: typer.Context,
    codes: Annotated[
        list[str] | None, typer.Argument(metavar="[COUNTRY]...", help="Codes or names; none: all.")
    ] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show where each country stands; for those that are named, all that is known of them and from where."""
    from mobilize.desk import countries as desk

    campaign, found = desk.known(face.folder(ctx), codes or ())
    if json:
        for each in found:
            face.as_json(_object(each))
    elif codes:
        for each in found:
            _page(each, campaign)
    else:
        _list(found)


def _list(found: tuple[Known, ...]) -> None:
    from mobilize.desk import countries as desk

    rows = [
        (
            desk.group_of(each.country),
            each.country.code,
            each.country.names["en"],
            each.country.language,
            each.standing.name.value,
            str(len(each.positions)),
            str(len(each.contacts)),
        )
        for each in found
    ]
    face.table(("group", "code", "country", "language", "standing", "positions", "contacts"), rows, empty="no country")
    for group, counts in desk.tally(found).items():
        told = ", ".join(f"{count} {name}" for name, count in sorted(counts.items(), key=lambda item: -item[1]))
        typer.echo(f"{group}: {told}", err=True)


def _page(known: Known, campaign: Campaign) -> None:
    from mobilize.desk import countries as desk

    country, as_of = known.country, campaign.as_of.isoformat()
    typer.echo(f"{country.names['en']} ({country.code}, {country.alpha3}), {country.formal}")
    for label, value in (
        ("group", desk.group_of(country) + (", Organisation of Islamic Cooperation" if country.oic else "")),
        ("letters in", country.language),
        ("capital", f"{country.capital} ({country.time_zone}; working week {country.working_week})"),
        ("standing", f"{known.standing.name}: {known.standing.reason}"),
    ):
        typer.echo(f"  {label:<11}{value}")
    typer.echo(f"  on record by {as_of}:" if known.positions else f"  nothing is on record by {as_of}")
    for position in known.positions:
        _act(position, "*" if position in known.standing.proof else " ")
    if known.standing.proof:
        typer.echo("  * proves the standing")
    if known.later:
        typer.echo(f"  later than {as_of}, so cited in no letter:")
    for position in known.later:
        _act(position, "-")
    for contact in known.contacts:
        _letter(desk.explain(campaign, contact, today=face.now().date()))
    typer.echo("")


def _act(position: Position, mark: str) -> None:
    resolution = position.resolution
    whole = "list known whole" if resolution.complete else "list not known whole"
    typer.echo(f"  {mark} {resolution.adopted} {resolution.symbol}: {position.role.value} ({whole})")
    typer.echo(f"      {position.source}")


def _letter(explained: Explained) -> None:
    contact = explained.contact
    office = ", ".join(part for part in (contact.office, contact.organisation) if part)
    checked = f"checked {contact.checked_on}" if contact.checked_on else "never checked"
    typer.echo(f"  {contact.audience.value}: {office} [{contact.id}; {checked}]")
    typer.echo(f"      {contact.source or 'no source'}")
    typer.echo(f"      letter in {explained.language}" if explained.language else "      no letter can be made")
    for note in explained.notes:
        typer.echo(f"      {note}")
    for opening, why in explained.paragraphs:
        typer.echo(f'      "{opening}"')
        typer.echo(f"          because: {why}")


def _object(known: Known) -> dict[str, object]:
    country, standing = known.country, known.standing
    return {
        "code": country.code,
        "alpha3": country.alpha3,
        "names": dict(country.names),
        "formal": country.formal,
        "group": country.group,
        "oic": country.oic,
        "language": country.language,
        "capital": country.capital,
        "time_zone": country.time_zone,
        "working_week": country.working_week,
        "standing": standing.name.value,
        "reason": standing.reason,
        "proof": [_position(each) for each in standing.proof],
        "positions": [_position(each) for each in known.positions],
        "later_positions": [_position(each) for each in known.later],
        "contacts": [
            {"id": each.id, "audience": each.audience.value, "source": each.source} for each in known.contacts
        ],
    }


def _position(position: Position) -> dict[str, object]:
    return {
        "resolution": position.resolution.symbol,
        "adopted": position.resolution.adopted.isoformat(),
        "role": position.role.value,
        "date": position.date.isoformat() if position.date else None,
        "complete": position.resolution.complete,
        "source": position.source,
    }
