"""Weather over a city as a flight meets it: values per H3 cell and time, what an aircraft may fly in, and when it clears.

A field holds one value per quantity, cell and step of time; a value holds from the start of its step to the start of the
next. What nobody told is NaN and breaks no limit, but is named: a flight through it is not known to be safe.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Final, Literal

import h3.api.basic_int as h3
import numpy as np
from numpy.typing import NDArray

from airspace.frame import LocalFrame
from airspace.geometry4d import FloatArray, PlanGeometry, Prism, Trajectory4D
from airspace.intervals import Intervals, merged

RESOLUTION: Final = 7
"""H3 cells of about 5 km2: what gridded forecasts and radar of a city resolve."""
PIECE_M: Final = 300.0
"""Legs are asked piece by piece; a third of a cell's edge, so that no cell on the way is stepped over by much."""
TOUCH_S: Final = 1e-3

Quantity = Literal[
    "wind_mps", "wind_from_deg", "gust_mps", "rain_mm_h", "visibility_m", "temperature_c", "lightning_per_km2_h"
]
QUANTITIES: Final[tuple[Quantity, ...]] = (
    "wind_mps", "wind_from_deg", "gust_mps", "rain_mm_h", "visibility_m", "temperature_c", "lightning_per_km2_h",
)  # fmt: skip
COLUMN: Final = {name: column for column, name in enumerate(QUANTITIES)}
RANGES: Final[dict[Quantity, tuple[float, float]]] = {
    "wind_mps": (0.0, 120.0),
    "wind_from_deg": (0.0, 360.0),
    "gust_mps": (0.0, 150.0),
    "rain_mm_h": (0.0, 500.0),
    "visibility_m": (0.0, 100_000.0),
    "temperature_c": (-80.0, 65.0),
    "lightning_per_km2_h": (0.0, 1_000.0),
}
"""What a value can be; beyond it is a mistake of unit or of typing (extremes on record, rounded outwards)."""


@dataclass(frozen=True, slots=True, eq=False)
class WeatherField:
    """Weather of one source.

    `cells` uint64 (C,), sorted H3 cells of `RESOLUTION`; `edges_s` float64 (T + 1,), increasing scene seconds; `values`
    float32 (T, C, len(QUANTITIES)), NaN where unknown.
    """

    source: str
    synthetic: bool
    issued_s: float
    cells: NDArray[np.uint64]
    edges_s: FloatArray
    values: NDArray[np.float32]

    def __post_init__(self) -> None:
        steps = len(self.edges_s) - 1
        if self.values.shape != (steps, len(self.cells), len(QUANTITIES)) or steps < 1:
            raise ValueError("values must be steps x cells x quantities, with at least one step")
        if not (np.diff(self.edges_s) > 0).all() or not (np.diff(self.cells.astype(object)) > 0).all():
            raise ValueError("steps and cells must increase")

    def rows_of(self, cells: NDArray[np.uint64]) -> NDArray[np.intp]:
        """Return the column of each cell, -1 for those the field does not hold."""
        found = np.searchsorted(self.cells, cells)
        inside = np.minimum(found, len(self.cells) - 1)
        return np.where(self.cells[inside] == cells, inside, -1)

    def step_at(self, at_s: float) -> int | None:
        """Return the step an instant lies in, None outside the field's time."""
        if not self.edges_s[0] <= at_s < self.edges_s[-1]:
            return None
        return int(np.searchsorted(self.edges_s, at_s, side="right")) - 1

    def at(self, cell: int, at_s: float) -> dict[Quantity, float] | None:
        """Return what is known of a cell at an instant, None where the field has neither."""
        step, row = self.step_at(at_s), int(self.rows_of(np.array([cell], np.uint64))[0])
        if step is None or row < 0:
            return None
        values = self.values[step, row]
        return {name: float(values[column]) for name, column in COLUMN.items() if np.isfinite(values[column])}


@dataclass(frozen=True, slots=True)
class WeatherLimits:
    """What an aircraft may fly in; None sets no limit. Exactly the limit is allowed."""

    wind_mps: float | None = None
    gust_mps: float | None = None
    rain_mm_h: float | None = None
    visibility_least_m: float | None = None
    temperature_least_c: float | None = None
    temperature_most_c: float | None = None
    lightning_per_km2_h: float | None = None

    def over(self, other: "WeatherLimits") -> "WeatherLimits":
        """Return these limits, and the other's where these set none."""
        own = {item.name: getattr(self, item.name) for item in fields(self)}
        return WeatherLimits(**{name: getattr(other, name) if value is None else value for name, value in own.items()})

    def bounds(self) -> list[tuple[Quantity, float, bool]]:
        """Return quantity, limit, and whether it is the most (True) or the least (False)."""
        named: list[tuple[Quantity, float | None, bool]] = [
            ("wind_mps", self.wind_mps, True),
            ("gust_mps", self.gust_mps, True),
            ("rain_mm_h", self.rain_mm_h, True),
            ("visibility_m", self.visibility_least_m, False),
            ("temperature_c", self.temperature_least_c, False),
            ("temperature_c", self.temperature_most_c, True),
            ("lightning_per_km2_h", self.lightning_per_km2_h, True),
        ]
        return [(quantity, limit, most) for quantity, limit, most in named if limit is not None]


@dataclass(frozen=True, slots=True)
class Breach:
    """A limit that a flight would break: the worst value on its way, in which cell, and from when to when it is there."""

    quantity: Quantity
    value: float
    limit: float
    most: bool
    cell: int
    starts_s: float
    ends_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """A flight in pieces: `cells` uint64 (P,), and when it is in each, scene seconds."""

    cells: NDArray[np.uint64]
    starts_s: FloatArray
    ends_s: FloatArray


def way_of(geometry: PlanGeometry, frame: LocalFrame) -> Way:
    """Return the cells a flight passes with its times; volumes count whole for all of their time."""
    if isinstance(geometry, Trajectory4D):
        x, y, starts, ends = _pieces(geometry.segments)
    else:
        x, y, starts, ends = _places(geometry)
    lat, lon = frame.to_lat_lon(x, y)
    cells = np.fromiter(
        (h3.latlng_to_cell(a, b, RESOLUTION) for a, b in zip(lat.tolist(), lon.tolist(), strict=True)),
        np.uint64,
        len(lat),
    )
    return Way(cells, starts, ends)


def _pieces(rows: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    length = np.hypot(rows[:, 4] - rows[:, 0], rows[:, 5] - rows[:, 1])
    count = np.maximum(1, np.ceil(length / PIECE_M)).astype(np.intp)
    row = np.repeat(np.arange(len(rows)), count)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    low, high = nth / count[row], (nth + 1) / count[row]
    middle = (low + high) / 2
    moved, lasts = rows[row, 4:6] - rows[row, 0:2], rows[row, 7] - rows[row, 3]
    return (
        rows[row, 0] + middle * moved[:, 0],
        rows[row, 1] + middle * moved[:, 1],
        rows[row, 3] + low * lasts,
        rows[row, 3] + high * lasts,
    )


def _places(prisms: Iterable[Prism]) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    found: list[tuple[float, float, float, float]] = []
    for prism in prisms:
        if prism.circle is not None:
            x, y, radius = prism.circle
            low, high = np.array([x - radius, y - radius]), np.array([x + radius, y + radius])
            corners = np.array([[x, y]])
        else:
            assert prism.ring is not None
            low, high, corners = prism.ring.min(axis=0), prism.ring.max(axis=0), prism.ring
        # Every place of its bounds at a cell's spacing, and its corners: more than it covers, never less than a cell.
        xs = np.linspace(low[0], high[0], max(2, int(np.ceil((high[0] - low[0]) / (3 * PIECE_M))) + 1))
        ys = np.linspace(low[1], high[1], max(2, int(np.ceil((high[1] - low[1]) / (3 * PIECE_M))) + 1))
        points = [*((a, b) for a in xs for b in ys), *map(tuple, corners)]
        found += [(float(a), float(b), prism.t_start_s, prism.t_end_s) for a, b in points]
    table = np.array(found)
    return table[:, 0], table[:, 1], table[:, 2], table[:, 3]


def breaches(field: WeatherField, limits: WeatherLimits, way: Way, delay_s: float = 0.0) -> tuple[Breach, ...]:
    """Return each limit a flight would break if it flew `delay_s` later, with the worst value on its way."""
    rows, steps = _met(field, way, delay_s)
    found: list[Breach] = []
    for quantity, limit, most in limits.bounds():
        value = field.values[:, :, COLUMN[quantity]][steps, rows[:, None]].astype(np.float64)
        beyond = value - limit if most else limit - value
        beyond = np.where(_there(field, way, delay_s, rows, steps), beyond, np.nan)
        if not (beyond > 0).any():
            continue
        piece, step = np.unravel_index(np.nanargmax(beyond), beyond.shape)
        over = (beyond > 0).any(axis=1)
        found.append(
            Breach(
                quantity, float(value[piece, step]), limit, most, int(way.cells[piece]),
                float(way.starts_s[over].min() + delay_s), float(way.ends_s[over].max() + delay_s),
            )
        )  # fmt: skip
    return tuple(found)


def unknown(field: WeatherField, limits: WeatherLimits, way: Way, delay_s: float = 0.0) -> bool:
    """Tell whether any part of the way has a limited quantity of which nothing is known at its time."""
    rows, steps = _met(field, way, delay_s)
    there = _there(field, way, delay_s, rows, steps)
    covered = (way.starts_s + delay_s >= field.edges_s[0]) & (way.ends_s + delay_s <= field.edges_s[-1])
    if not covered.all() or (rows < 0).any():
        return True
    columns = sorted({COLUMN[quantity] for quantity, _, _ in limits.bounds()})
    # Of the cells and steps on the way alone: a field has tens of thousands of values, a way meets some dozen.
    met = field.values[steps, rows[:, None]][..., columns]
    missing: NDArray[np.bool_] = np.logical_or.reduce(np.isnan(met), axis=-1)
    return bool((missing & there).any())


def clear_delay(field: WeatherField, limits: WeatherLimits, way: Way, *, from_s: float = 0.0) -> float | None:
    """Return the least delay of at least `from_s` at which no limit is broken, None when the field's time ends before.

    No stepping: each piece of the way and each step in which its cell breaks a limit forbid one interval of delays.
    """
    rows = field.rows_of(way.cells)
    known = rows >= 0
    bad = np.zeros(field.values.shape[:2], np.bool_)
    for quantity, limit, most in limits.bounds():
        value = field.values[:, :, COLUMN[quantity]]
        bad |= (value > limit) if most else (value < limit)
    piece, step = np.nonzero(bad[:, rows[known]].T)
    starts, ends = way.starts_s[known], way.ends_s[known]
    low, high = field.edges_s[step] - ends[piece], field.edges_s[step + 1] - starts[piece]
    forbidden: Intervals = merged(zip(low.tolist(), high.tolist(), strict=True))
    delay_s = from_s
    for first, last in forbidden:
        if first < delay_s < last:
            delay_s = last + TOUCH_S
    if delay_s + float(way.ends_s.max()) > field.edges_s[-1] and delay_s > from_s:
        return None
    return delay_s


def _met(field: WeatherField, way: Way, delay_s: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the row of each piece, and the steps from the first to the last any piece can be in (1, K)."""
    newest = len(field.edges_s) - 2
    first = int(np.searchsorted(field.edges_s, float(way.starts_s.min()) + delay_s, side="right")) - 1
    first = min(newest, max(0, first))  # a flight after all that is known meets the last step, in which it is not
    last = min(newest, int(np.searchsorted(field.edges_s, float(way.ends_s.max()) + delay_s)))
    return field.rows_of(way.cells), np.arange(first, max(first, last) + 1, dtype=np.intp)[None, :]


def _there(
    field: WeatherField, way: Way, delay_s: float, rows: NDArray[np.intp], steps: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Return which piece is in its cell during which of the steps."""
    steps = np.minimum(steps, len(field.edges_s) - 2)
    begins, ends = field.edges_s[steps], field.edges_s[steps + 1]
    during = (way.starts_s[:, None] + delay_s < ends) & (way.ends_s[:, None] + delay_s > begins)
    return during & (rows >= 0)[:, None]
