"""Flight lines that cover what an inspection is of: an area in strips, a line in passes beside it, points in a short tour.

All places are local metres. Strips: the area is cut by parallel lines; pieces of neighbouring lines that lie beside one
another form a cell, flown to and fro without leaving it, so that an area with notches and holes is not crossed outside more
often than its shape asks for (boustrophedon decomposition: Choset, *Coverage of Known Spaces*, Autonomous Robots 9, 2000).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely import affinity

from airspace.geometry4d import FloatArray

MAX_LINES: Final = 2_000
_SHORTEST_M: Final = 0.5

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Run:
    """One straight stretch that is flown with the camera on."""

    start: Point
    end: Point

    @property
    def length_m(self) -> float:
        return math.dist(self.start, self.end)

    def reversed(self) -> "Run":
        """Return the same stretch flown the other way."""
        return Run(self.end, self.start)


class TooManyLinesError(ValueError):
    """The area would need more lines than are flown from one template."""

    def __init__(self, lines: int) -> None:
        super().__init__(f"{lines} lines, at most {MAX_LINES}")
        self.lines = lines


def best_heading_deg(area: shapely.Polygon) -> float:
    """Return the direction of lines, degrees from east towards north, that needs the fewest of them: the long side of the
    least rectangle around the area."""
    box = shapely.get_coordinates(area.minimum_rotated_rectangle)
    sides = np.diff(box, axis=0)[:2]
    longest = sides[int(np.argmax(np.hypot(sides[:, 0], sides[:, 1])))]
    return math.degrees(math.atan2(longest[1], longest[0])) % 180.0


def strips(area: shapely.Polygon, spacing_m: float, heading_deg: float, start: Point) -> list[Run]:
    """Return runs no farther apart than the spacing that cover an area (holes left out), in the order they are flown.

    The outermost runs lie at most half a spacing from the edge. Raises TooManyLinesError.
    """
    turned = affinity.rotate(area, -heading_deg, origin=(0.0, 0.0))
    cells = _cells(_cut(turned, spacing_m))
    runs = _toured(cells, affinity.rotate(shapely.Point(start), -heading_deg, origin=(0.0, 0.0)))
    angle = math.radians(heading_deg)
    cos, sin = math.cos(angle), math.sin(angle)

    def back(point: Point) -> Point:
        return point[0] * cos - point[1] * sin, point[0] * sin + point[1] * cos

    return [Run(back(run.start), back(run.end)) for run in runs]


def _cut(area: shapely.Polygon, spacing_m: float) -> list[list[Run]]:
    """Return the pieces of each level line inside the area, from the lowest line up, each from west to east."""
    low_x, low_y, high_x, high_y = area.bounds
    count = max(1, math.ceil((high_y - low_y) / spacing_m - 1e-9))
    if count > MAX_LINES:
        raise TooManyLinesError(count)
    step = (high_y - low_y) / count
    rows: list[list[Run]] = []
    for k in range(count):
        y = low_y + (k + 0.5) * step
        found = area.intersection(shapely.LineString([(low_x - 1, y), (high_x + 1, y)]))
        lines = [
            part for part in getattr(found, "geoms", [found]) if part.geom_type == "LineString" and not part.is_empty
        ]
        spans = sorted((min(x for x, _ in part.coords), max(x for x, _ in part.coords)) for part in lines)
        rows.append([Run((a, y), (b, y)) for a, b in spans if b - a >= _SHORTEST_M])
    return rows


def _cells(rows: Sequence[Sequence[Run]]) -> list[list[Run]]:
    """Join pieces of neighbouring lines: a cell goes on where exactly one piece lies beside exactly one."""
    cells: list[list[Run]] = []
    open_cells: dict[int, list[Run]] = {}
    for number, row in enumerate(rows):
        before = rows[number - 1] if number else []
        beside = [[j for j, lower in enumerate(before) if _overlap(lower, run)] for run in row]
        above = [[i for i, run in enumerate(row) if _overlap(lower, run)] for lower in before]
        following: dict[int, list[Run]] = {}
        for i, run in enumerate(row):
            if len(beside[i]) == 1 and len(above[beside[i][0]]) == 1:
                cell = open_cells[beside[i][0]]
            else:
                cell = []
                cells.append(cell)
            cell.append(run)
            following[i] = cell
        open_cells = following
    return cells


def _overlap(a: Run, b: Run) -> bool:
    return min(a.end[0], b.end[0]) > max(a.start[0], b.start[0])


def _toured(cells: list[list[Run]], start: shapely.Point) -> list[Run]:
    """Return all runs: the nearest corner of a cell not flown yet comes next, and its lines to and fro from there."""
    at, left, found = (start.x, start.y), list(cells), []
    while left:
        ways = [(way, cell) for cell in left for way in _ways(cell)]
        way, cell = min(ways, key=lambda item: math.dist(at, item[0][0].start))
        found += way
        at = way[-1].end
        left = [other for other in left if other is not cell]
    return found


def _ways(cell: list[Run]) -> list[list[Run]]:
    """Return a cell's lines flown to and fro from each of its four corners."""
    return [
        [run if (k + first) % 2 == 0 else run.reversed() for k, run in enumerate(ordered)]
        for ordered in (cell, cell[::-1])
        for first in (0, 1)
    ]


def passes(line: FloatArray, offsets_m: Sequence[float]) -> list[list[Point]]:
    """Return the ways along a line (n, 2), one for each offset to its left, every second one flown back."""
    found: list[list[Point]] = []
    for number, offset_m in enumerate(offsets_m):
        beside = (
            shapely.LineString(line)
            if offset_m == 0
            else shapely.LineString(line).offset_curve(offset_m, join_style="mitre", mitre_limit=2.0)
        )
        parts = [part for part in getattr(beside, "geoms", [beside]) if not part.is_empty]
        points = [(float(x), float(y)) for part in parts for x, y in part.coords]
        found.append(points[::-1] if number % 2 else points)
    return found


def offsets(width_m: float, spacing_m: float) -> list[float]:
    """Return the offsets of passes that cover so much on both sides of a line; one on the line where that is enough."""
    count = max(1, math.ceil(width_m / spacing_m - 1e-9))
    return [(k + 0.5) * width_m / count - width_m / 2 for k in range(count)]


def tour(points: Sequence[Point], start: Point) -> list[int]:
    """Return the order in which points are visited from a start and back to it: the nearest next, then 2-opt until no
    exchange of two legs shortens the way."""
    left, at, order = set(range(len(points))), start, []
    while left:
        nearest = min(left, key=lambda index: (math.dist(at, points[index]), index))
        left.remove(nearest)
        order.append(nearest)
        at = points[nearest]
    better = True
    while better:
        better = False
        stops = [start, *(points[index] for index in order), start]
        for i in range(len(order) - 1):
            for j in range(i + 1, len(order)):
                old = math.dist(stops[i], stops[i + 1]) + math.dist(stops[j + 1], stops[j + 2])
                new = math.dist(stops[i], stops[j + 1]) + math.dist(stops[i + 1], stops[j + 2])
                if new < old - 1e-9:
                    order[i : j + 1] = order[i : j + 1][::-1]
                    stops = [start, *(points[index] for index in order), start]
                    better = True
    return order
