"""What the weather desk says of flights to be planned and booked: the air they fly in, and when they may depart."""

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from airspace.geometry4d import Trajectory4D
from airspace.timebase import to_scene_s
from airspace.weather import COLUMN, Way, WeatherField, clear_delay
from dispatch.energy import STILL_AIR, Air
from utm.airspace_book import AirspaceBook
from utm.flight_plans import Prepared
from utm.weather.desk import WeatherDesk

_WIND_STEP_MPS: Final = 0.5
"""Winds are rounded to this, so that like legs are worked out once (ours)."""
_HOVER_S: Final = 1.0
_REMEMBERED: Final = 20_000


class WeatherView(Protocol):
    """What the planner asks of the weather; what is unknown stops nothing, as at take-off."""

    def wait_s(self, prepared: Prepared) -> float | None:
        """Return how much later a flight must depart to break no limit; None where no clear time is known."""
        ...

    def air(self, prepared: Prepared) -> Air:
        """Return the air on a flight's way at its time."""
        ...

    def between(self, origin_id: str, destination_id: str, at: datetime) -> Air:
        """Return the air on the straight way between two sites at an instant."""
        ...


@dataclass(slots=True)
class DeskWeather:
    """The planner's look at the weather in force."""

    desk: WeatherDesk
    book: AirspaceBook
    _field: WeatherField | None = None
    _known: dict[tuple[str, str, int | None], Air] = field(default_factory=dict)

    def wait_s(self, prepared: Prepared) -> float | None:
        """Return how much later a flight must depart to break no limit; None where no clear time is known."""
        desk = self.desk
        way = desk.way(prepared.geometry)
        return clear_delay(desk.field, desk.limits.of(prepared.aircraft), way)

    def air(self, prepared: Prepared) -> Air:
        """Return the mean air over a flight's way at its time."""
        geometry = prepared.geometry
        if not isinstance(geometry, Trajectory4D):
            return STILL_AIR
        way, weather = self.desk.way(geometry), self.desk.field
        steps = np.searchsorted(weather.edges_s, way.starts_s, side="right") - 1
        return _mean(weather, way, steps)

    def between(self, origin_id: str, destination_id: str, at: datetime) -> Air:
        """Return the mean air over the straight way between two sites at an instant; still air where a site is unknown."""
        weather, at_s = self.desk.field, to_scene_s(at)
        if weather is not self._field or len(self._known) > _REMEMBERED:
            self._field, self._known = weather, {}
        step = weather.step_at(at_s)
        key = (origin_id, destination_id, step)
        if key not in self._known:
            self._known[key] = self._between(weather, origin_id, destination_id, step)
        return self._known[key]

    def _between(self, weather: WeatherField, origin_id: str, destination_id: str, step: int | None) -> Air:
        a, b = self.book.sites.get(origin_id), self.book.sites.get(destination_id)
        if a is None or b is None or step is None:
            return STILL_AIR
        line = np.array([[a.x_m, a.y_m, 0.0, 0.0, b.x_m, b.y_m, 0.0, _HOVER_S]])
        way = self.desk.way(Trajectory4D(line, np.zeros(1, np.int64)))
        return _mean(weather, way, np.full(len(way.cells), step))


def _mean(weather: WeatherField, way: Way, steps: NDArray[Any]) -> Air:
    """Return the mean wind and temperature over a way's cells, each at its step; unknown values change nothing."""
    rows = weather.rows_of(way.cells)
    inside = (rows >= 0) & (steps >= 0) & (steps < len(weather.values))
    values = weather.values[steps[inside], rows[inside]].astype(np.float64)
    wind, angle = values[:, COLUMN["wind_mps"]], np.radians(values[:, COLUMN["wind_from_deg"]])
    known = np.isfinite(wind) & np.isfinite(angle)
    temperature = values[:, COLUMN["temperature_c"]]
    temperature = temperature[np.isfinite(temperature)]
    warm = None if len(temperature) == 0 else float(round(float(temperature.mean())))
    if not known.any():
        return Air(temperature_c=warm)
    east, north = -(wind * np.sin(angle))[known].mean(), -(wind * np.cos(angle))[known].mean()
    return Air(_rounded(float(east)), _rounded(float(north)), warm)


def _rounded(mps: float) -> float:
    """Return a wind rounded away from calm: what is planned with is no weaker than what is forecast."""
    return math.copysign(math.ceil(abs(mps) / _WIND_STEP_MPS - 1e-9) * _WIND_STEP_MPS, mps)
