"""The board as a map: an inline SVG whose states are filled by stance, with a pattern each beside the colour."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from mobilize.board import CountryRow
from mobilize.replies.review import STANCES, Status
from mobilize.world.outlines import outlines

#: Stances that have a pattern over their colour: who sees no colours tells them apart by these (WCAG 1.4.1).
PATTERNED = ("support", "conditional", "noncommittal", "oppose")

#: Radius of a state that is drawn as a dot.
_DOT = 7

_PATTERNS = Markup(
    '<pattern id="p-support" width="10" height="10" patternUnits="userSpaceOnUse">'
    '<rect class="m-support" width="10" height="10"/><path class="m-line" d="M0 5h10"/></pattern>'
    '<pattern id="p-conditional" width="10" height="10" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="m-conditional" width="10" height="10"/><path class="m-line" d="M0 5h10"/></pattern>'
    '<pattern id="p-noncommittal" width="10" height="10" patternUnits="userSpaceOnUse">'
    '<rect class="m-noncommittal" width="10" height="10"/><circle class="m-spot" cx="5" cy="5" r="2"/></pattern>'
    '<pattern id="p-oppose" width="10" height="10" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="m-oppose" width="10" height="10"/><path class="m-line" d="M0 5h10M5 0v10"/></pattern>'
)


def drawn(rows: Iterable[CountryRow]) -> Markup:
    """Draw the states. Each has its name and stance as title, and leads to its page; the table says the same."""
    world = outlines()
    shapes, dots = [], []
    for row in rows:
        code = row.country.code
        look = Markup('<a href="/organise/country/{}" tabindex="-1"><title>{}</title>').format(code, title(row))
        if path := world.states.get(code):
            shapes.append(look + Markup('<path{} d="{}"/></a>').format(_fill(row), path))
        if place := world.dots.get(code):
            dots.append(look + Markup('<circle{} cx="{}" cy="{}" r="{}"/></a>').format(_fill(row), *place, _DOT))
    return Markup(
        '<svg class="map" viewBox="0 24 {} {}" role="group" aria-label="Map of the world by stance; the table below'
        ' says the same"><defs>{}</defs><path class="m-land" d="{}"/>{}{}</svg>'
    ).format(world.width, world.height - 24, _PATTERNS, world.other, Markup().join(shapes), Markup().join(dots))


def swatch(stance: str) -> Markup:
    """A small square for the legend. stance: one of STANCES, or empty."""
    return Markup(
        '<svg class="swatch" viewBox="0 0 40 24" aria-hidden="true"><rect{} width="40" height="24"/></svg>'
    ).format(_look(stance, suggested=False))


def title(row: CountryRow) -> str:
    """What a state's title says: "Uruguay: cosponsor (suggested)"."""
    now = row.current
    said = f"{now.stance} ({now.status.value})" if now and now.stance else "nothing stated"
    return f"{row.country.name('en')}: {said}"


def _fill(row: CountryRow) -> Markup:
    now = row.current
    stance = (now.stance or "") if now else ""
    return _look(stance, suggested=now is not None and now.status in {Status.SUGGESTED, Status.DISPUTED})


def _look(stance: str, *, suggested: bool) -> Markup:
    known = stance if stance in STANCES else "none"
    sure = " m-unsure" if suggested else ""
    if known in PATTERNED:
        # An attribute, not a rule of the style sheet: there a pattern of this page is found in every browser.
        return Markup(' class="m-state{}" fill="url(#p-{})"').format(sure, known)
    return Markup(' class="m-state m-{}{}"').format(known, sure)
