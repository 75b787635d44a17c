"""How a round stands, now and while it goes: for a terminal, and for a monitor that reads a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mobilize.desk.paper import write_private
from mobilize.errors import Refused
from mobilize.installation import Installation
from mobilize.post import figures as counted
from mobilize.post import metrics
from mobilize.post.figures import Figures
from mobilize.post.schedule import plainly
from mobilize.store import switches

#: Seconds between two writings of the metrics file during a send: monitors look every fifteen.
EVERY = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A round at one moment."""

    figures: Figures
    #: Who paused sending; empty: nobody.
    paused_by: str
    at: dt.datetime


def look(installation: Installation, round: int, *, now: dt.datetime) -> Standing:
    """Count a round."""
    with installation.store.reading() as connection:
        found = counted.figures(connection, installation.campaign.slug, round, now=now)
        paused = switches.paused(connection, installation.campaign.slug)
    return Standing(figures=found, paused_by=paused.by if paused else "", at=now)


def rows(standing: Standing) -> list[tuple[str, str]]:
    """A round in words, line by line: what stands there, and how much."""
    found = standing.figures
    lines = [(state.replace("_", " "), str(count)) for state, count in found.states.items()]
    lines += [(f"  {why or 'no reason was given'}", str(count)) for why, count in found.failed.items()]
    if found.next_try is not None:
        lines.append(("next try of a deferred letter", f"{found.next_try:%Y-%m-%d %H:%M} UTC"))
    if found.left:
        lines.append(("letters a minute", f"{found.a_minute:.1f}" if found.a_minute else "none now"))
    if found.seconds_left is not None:
        lines.append(("time left at this rate", plainly(found.seconds_left)))
    if standing.paused_by:
        lines.append(("paused by", standing.paused_by))
    return lines


def exposition(installation: Installation, round: int, *, now: dt.datetime) -> str:
    """A round as Prometheus reads it."""
    standing = look(installation, round, now=now)
    slug = installation.campaign.slug
    return metrics.exposition(standing.figures, campaign=slug, round=round, now=now, paused=bool(standing.paused_by))


def write_metrics(installation: Installation, round: int, *, now: dt.datetime) -> Path | None:
    """Write the file that METRICS_FILE names, in one step; None: no file is named.

    Mode 0644: the monitor is another user, and the file holds numbers alone. Raises Refused where it cannot be written.
    """
    target = installation.settings.metrics_file
    if target is None:
        return None
    path = installation.folder / target
    try:
        write_private(path, exposition(installation, round, now=now).encode(), mode=0o644)
    except Refused as error:
        raise Refused(f"METRICS_FILE {error.detail}", hint=error.hint) from error
    return path


def reporter(
    installation: Installation, round: int, *, now: Callable[[], dt.datetime], said: Callable[[str], None]
) -> Callable[[], None]:
    """Make a function that writes the metrics file, at most every few seconds, and never stops a send.

    Where the file cannot be written that is said once.
    """
    last = float("-inf")
    broken = installation.settings.metrics_file is None

    def report() -> None:
        nonlocal last, broken
        moment = now()
        if broken or moment.timestamp() - last < EVERY:
            return
        last = moment.timestamp()
        try:
            write_metrics(installation, round, now=moment)
        except Refused as error:
            broken = True
            said(error.sentence)

    return report
