"""Write mobilize/world/map.json: one outline a state for the board's map, and a dot for those too small to be seen.

From world-atlas (npm, ISC; Natural Earth, public domain): the 1:110 million outlines, and the 1:50 million ones for the
places of the small states. Fetch it, unpack it, and run:

    npm pack world-atlas@2 && tar xzf world-atlas-2*.tgz
    python docs/write_map.py package > mobilize/world/map.json
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pycountry

from mobilize.world.countries import countries

Point = tuple[float, float]

#: Width in units; whole numbers at this width are half a pixel on a wide screen.
WIDTH = 2000

#: Degrees by which the map is turned, so that the cut runs through the Bering Strait and not through Chukotka.
TURN = 11

#: Square units below which an outline is a speck: a dot is laid over it.
SPECK = 60

#: States that the 1:50 million outlines lack too: longitude and latitude of their capitals.
MORE: Mapping[str, Point] = {"TV": (179.2, -8.5)}

_SCALE = WIDTH / 5.5
_ANTARCTICA = "010"
#: Antarctica is left out.
HEIGHT = round(2.42 * _SCALE)


def main() -> None:
    """Print the file."""
    package = Path(sys.argv[1])
    coarse, fine = (read(package / f"countries-{scale}.json") for scale in ("110m", "50m"))
    paths = {code: path(rings) for code, rings in coarse.items()}
    dots = {}
    for code in countries():
        if sum(abs(area(ring)) for ring in coarse.get(code, [])) >= SPECK:
            continue
        rings = fine.get(code) or coarse.get(code)
        x, y = middle(max(rings, key=lambda ring: abs(area(ring)))) if rings else placed(*MORE[code])
        dots[code] = [round(x), round(y)]
    states = {code: each for code, each in sorted(paths.items()) if code in countries()}
    other = "".join(each for code, each in sorted(paths.items()) if code not in countries())
    sys.stdout.write(json.dumps({"width": WIDTH, "height": HEIGHT, "states": states, "other": other, "dots": dots}))
    sys.stdout.write("\n")


def read(file: Path) -> dict[str, list[list[Point]]]:
    """Outlines on paper by alpha-2; what is no state of ISO's list stands under its own name."""
    atlas = json.loads(file.read_text("utf-8"))
    arcs = decoded(atlas)
    found: dict[str, list[list[Point]]] = {}
    for shape in atlas["objects"]["countries"]["geometries"]:
        number = shape.get("id", "")
        if number == _ANTARCTICA or not shape.get("arcs"):
            continue
        known = pycountry.countries.get(numeric=number) if number else None
        polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
        rings = [[placed(*point) for point in ring(arcs, each)] for polygon in polygons for each in polygon]
        found.setdefault(known.alpha_2 if known else shape["properties"]["name"], []).extend(rings)
    return found


def decoded(atlas: Mapping[str, Any]) -> list[list[Point]]:
    """Arcs as degrees: TopoJSON keeps differences of whole numbers."""
    (scale_x, scale_y), (move_x, move_y) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    made = []
    for arc in atlas["arcs"]:
        x = y = 0
        points = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            points.append((x * scale_x + move_x, y * scale_y + move_y))
        made.append(points)
    return made


def ring(arcs: list[list[Point]], numbers: Iterable[int]) -> list[Point]:
    """One closed line of several arcs; a negative number is an arc backwards."""
    points: list[Point] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points += arc[1:] if points else arc
    return points


def placed(longitude: float, latitude: float) -> Point:
    """Where a place lies on the paper, by the Natural Earth projection (Šavrič and others, 2011)."""
    turned = (longitude - TURN + 540) % 360 - 180
    along, up = math.radians(turned), math.radians(latitude)
    up2, up4 = up**2, up**4
    x = along * (0.8707 - 0.131979 * up2 + up4 * (-0.013791 + up4 * (0.003971 * up2 - 0.001529 * up4)))
    y = up * (1.007226 + up2 * (0.015085 + up4 * (-0.044475 + 0.028874 * up2 - 0.005916 * up4)))
    return (x + 2.75) * _SCALE, (1.45 - y) * _SCALE


def path(rings: Iterable[list[Point]]) -> str:
    """The outlines as the d of an SVG path: whole numbers, each from the one before."""
    made = []
    for points in rings:
        steps = []
        last_x = last_y = 0
        for x, y in ((round(x), round(y)) for x, y in points):
            if steps and (x, y) == (last_x, last_y):
                continue
            # A line over half the map is the cut at the edge: begin anew on the other side.
            new = not steps or abs(x - last_x) > WIDTH / 2
            steps.append(f"{'M' if new else 'l'}{x} {y}" if new else f"l{x - last_x} {y - last_y}")
            last_x, last_y = x, y
        if len(steps) > 2:  # noqa: PLR2004 - two points enclose nothing
            made.append("".join(steps) + "z")
    return "".join(made).replace(" -", "-")


def area(points: list[Point]) -> float:
    """Square units within a ring; negative where it runs the other way round."""
    pairs = zip(points, points[1:] + points[:1], strict=True)
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs) / 2


def middle(points: list[Point]) -> Point:
    """The middle of a ring's corners: good enough for a dot."""
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


if __name__ == "__main__":
    main()
