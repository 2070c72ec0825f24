"""What the weather desk says of flights that are to be booked: when they may depart, and what the wind costs them."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from airspace.geometry4d import Trajectory4D
from airspace.weather import COLUMN, Quantity, Way, clear_delay
from dispatch.energy import battery_share, density_factor
from utm.flight_plans import Prepared
from utm.weather.desk import WeatherDesk

_CRUISE_LEAST_MPS: Final = 5.0


@dataclass(frozen=True, slots=True)
class DeskWeather:
    """The planner's look at the weather in force; what is unknown stops nothing, as at take-off."""

    desk: WeatherDesk

    def wait_s(self, prepared: Prepared) -> float | None:
        """Return how much later a flight must depart to break no limit; None where no clear time is known."""
        desk = self.desk
        way = desk.way(prepared.geometry)
        return clear_delay(desk.field, desk.limits.of(prepared.aircraft), way)

    def energy_factor(self, prepared: Prepared) -> float:
        """Return by how much the wind changes the energy of flying the way at the planned speed over ground.

        A fifth of a multirotor's power in cruise is drag, which grows with the cube of the air speed; the rest lifts
        (Leishman, Principles of Helicopter Aerodynamics, 2nd ed., 5.4). A tail wind saves nothing: it may not come.
        """
        geometry = prepared.geometry
        if not isinstance(geometry, Trajectory4D):
            return 1.0
        rows = geometry.segments
        east, north = float(rows[-1, 4] - rows[0, 0]), float(rows[-1, 5] - rows[0, 1])
        legs = np.hypot(rows[:, 4] - rows[:, 0], rows[:, 5] - rows[:, 1])
        level_s = float((rows[:, 7] - rows[:, 3])[legs > 1.0].sum())
        if level_s <= 0.0:
            return 1.0
        cruise_mps = max(_CRUISE_LEAST_MPS, float(legs.sum()) / level_s)
        head_mps = self._headwind_mps(self.desk.way(geometry), math.atan2(east, north))
        temperature_c = self._mean(self.desk.way(geometry), "temperature_c")
        # What cold takes from the battery counts as if the flight took it.
        air = density_factor(temperature_c) / battery_share(temperature_c)
        return (0.8 + 0.2 * ((cruise_mps + max(0.0, head_mps)) / cruise_mps) ** 3) * air

    def _mean(self, way: Way, quantity: Quantity) -> float | None:
        """Return the mean of a quantity over the way's cells, None where none is known."""
        field = self.desk.field
        rows = field.rows_of(way.cells)
        steps = np.searchsorted(field.edges_s, way.starts_s, side="right") - 1
        inside = (rows >= 0) & (steps >= 0) & (steps < len(field.values))
        values = field.values[steps[inside], rows[inside], COLUMN[quantity]]
        known = values[np.isfinite(values)]
        return float(known.mean()) if len(known) else None

    def _headwind_mps(self, way: Way, course_rad: float) -> float:
        """Return the mean wind against a course over the way's cells, 0 where none is known."""
        field = self.desk.field
        rows = field.rows_of(way.cells)
        steps = np.searchsorted(field.edges_s, way.starts_s, side="right") - 1
        inside = (rows >= 0) & (steps >= 0) & (steps < len(field.values))
        values = field.values[steps[inside], rows[inside]]
        wind, blows_from = values[:, COLUMN["wind_mps"]], np.radians(values[:, COLUMN["wind_from_deg"]])
        against = wind * np.cos(course_rad - blows_from)
        known = against[np.isfinite(against)]
        return float(known.mean()) if len(known) else 0.0
