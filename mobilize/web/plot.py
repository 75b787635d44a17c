"""How many governments co-sponsor over time, as an inline SVG made here: two lines, the target, the days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup

from mobilize.board.progress import Point

#: Units of the drawing and of the room around it: left for numbers, below for days.
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BELOW = 640, 240, 44, 16, 14, 30

#: Steps of the scale: the first that gives at most five lines.
_STEPS = (1, 2, 5, 10, 20, 50, 100)

#: Days written below the line at most.
_MOST_DAYS = 5


def drawn(points: Sequence[Point], target: int | None) -> Markup:
    """Draw them; empty where there is nothing yet. points: in the order of days."""
    if not points:
        return Markup()
    first, last = points[0].day, points[-1].day
    top = max([each.suggested for each in points] + [target or 1])
    step = next((each for each in _STEPS if top / each <= 5), _STEPS[-1])  # noqa: PLR2004 - lines of the scale
    top = -(-top // step) * step
    days = max((last - first).days, 1)

    def x(day: dt.date) -> float:
        return round(_LEFT + (day - first).days / days * (_WIDTH - _LEFT - _RIGHT), 1)

    def y(count: int) -> float:
        return round(_HEIGHT - _BELOW - count / top * (_HEIGHT - _TOP - _BELOW), 1)

    scale = Markup().join(
        Markup(
            '<path class="g-grid" d="M{0} {1}H{2}"/><text class="g-text" x="{3}" y="{4}" text-anchor="end">{5}</text>'
        ).format(_LEFT, y(count), _WIDTH - _RIGHT, _LEFT - 8, y(count) + 4, count)
        for count in range(0, top + 1, step)
    )
    marks = Markup().join(
        Markup('<text class="g-text" x="{}" y="{}" text-anchor="{}">{}</text>').format(
            x(day), _HEIGHT - 8, "start" if day == first else "end" if day == last else "middle", f"{day:%d %b}"
        )
        for day in _days(first, last)
    )
    lines = Markup('<path class="g-suggested" d="{}"/><path class="g-confirmed" d="{}"/>').format(
        _steps([(x(each.day), y(each.suggested)) for each in points]),
        _steps([(x(each.day), y(each.confirmed)) for each in points]),
    )
    aim = Markup('<path class="g-target" d="M{} {}H{}"/>').format(_LEFT, y(target), _WIDTH - _RIGHT) if target else ""
    return Markup('<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}{}</svg>').format(
        _WIDTH, _HEIGHT, _said(points[-1], target), scale, marks, aim, lines
    )


def _steps(places: Sequence[tuple[float, float]]) -> str:
    """A line that stays where it is until the day on which it changes."""
    return f"M{places[0][0]} {places[0][1]}" + "".join(f"H{x}V{y}" for _, (x, y) in pairwise(places))


def _days(first: dt.date, last: dt.date) -> list[dt.date]:
    span = (last - first).days
    many = min(_MOST_DAYS, span + 1)
    return [first + dt.timedelta(days=round(span * place / max(many - 1, 1))) for place in range(many)]


def _said(point: Point, target: int | None) -> str:
    aim = f", of the {target} aimed at" if target else ""
    counts = f"{point.confirmed} governments co-sponsor as confirmed, {point.suggested} with suggestions"
    return f"On {point.day:%d %B %Y} {counts}{aim}"
