"""How many watt-hours a flight takes, by class of aircraft: a model to compare two ways of flying, not to plan a battery.

Level flight takes `cruise_w` at and above `cruise_mps` and `hover_w` standing still, linear in between; climbing adds
the work against gravity over the efficiency of the drive; descending gives nothing back. Multirotors take a little less
power in forward flight than in the hover, thanks to translational lift (Leishman, Principles of Helicopter Aerodynamics,
2nd ed., 5.4: the induced power falls with speed before profile drag takes over). The numbers of the classes are ours:
masses near the middle of the classes of Order 761, Article 62, and 150 to 190 W per kilogram in the hover, as data
sheets of present multirotors give. Any number an operator knows replaces ours.

In wind a leg is flown at its planned speed over ground, so against the wind the air speed is greater: a fifth of the power
in cruise is drag, which grows with the cube of it (Leishman, 5.4; the share is ours). A tail wind saves nothing: it may not
come. Lift power in the hover goes with 1 / sqrt(air density) (momentum theory, Leishman 2.2), hence with the square root of
the absolute temperature; cold air saves nothing, because it takes from the battery (`battery_share`).
"""

import math
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import numpy as np

from airspace.geometry4d import FloatArray, Trajectory4D

AircraftClass: TypeAlias = Literal["micro", "light", "small", "medium", "large"]

_GRAVITY_MPS2: Final = 9.80665
_J_PER_WH: Final = 3_600.0
_DRAG_SHARE: Final = 0.2
AIR_SPEED_MOST: Final = 1.25
"""How fast an aircraft flies through the air at most, in cruise speeds (ours, as makers state for city multirotors)."""
_SPEED_STEP_MPS: Final = 0.5
_SPEED_LEAST_SHARE: Final = 0.2
_STANDS_MPS: Final = 0.5
_COLD_C: Final = (-20.0, -10.0, 0.0, 20.0)
_COLD_SHARE: Final = (0.6, 0.75, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class Air:
    """The air of a flight: where the wind blows to in metres per second, and the temperature, None where unknown."""

    wind_east_mps: float = 0.0
    wind_north_mps: float = 0.0
    temperature_c: float | None = None

    @classmethod
    def of(cls, wind_mps: float | None, wind_from_deg: float | None, temperature_c: float | None) -> "Air":
        """Return the air of a wind as it is reported; without a direction there is no wind to reckon with."""
        if wind_mps is None or wind_from_deg is None:
            return cls(temperature_c=temperature_c)
        angle = math.radians(wind_from_deg)
        return cls(-wind_mps * math.sin(angle), -wind_mps * math.cos(angle), temperature_c)


STILL_AIR: Final = Air()


def density_factor(temperature_c: float | None) -> float:
    """Return by how much warm air raises the power of flight, at least 1; 15 degrees Celsius are the standard."""
    return 1.0 if temperature_c is None else max(1.0, math.sqrt((temperature_c + 273.15) / 288.15))


def battery_share(temperature_c: float | None) -> float:
    """Return the share of its capacity a lithium battery gives in the cold (ours, after makers' data sheets)."""
    return 1.0 if temperature_c is None else float(np.interp(temperature_c, _COLD_C, _COLD_SHARE))


def over_ground_mps(cruise_mps: float, east_m: float, north_m: float, air: Air) -> float:
    """Return the speed over ground to plan a course (east_m, north_m) with: the cruise speed, less where the wind asks for
    more air speed than there is. In steps of half a metre per second, never below a fifth of the cruise speed."""
    length_m = math.hypot(east_m, north_m)
    if length_m == 0.0 or (air.wind_east_mps == 0.0 and air.wind_north_mps == 0.0):
        return cruise_mps
    along = (air.wind_east_mps * east_m + air.wind_north_mps * north_m) / length_m
    across = (air.wind_east_mps * north_m - air.wind_north_mps * east_m) / length_m
    most = AIR_SPEED_MOST * cruise_mps
    possible = along + math.sqrt(max(0.0, most**2 - across**2))
    if possible >= cruise_mps:
        return cruise_mps
    return max(_SPEED_LEAST_SHARE * cruise_mps, math.floor(possible / _SPEED_STEP_MPS) * _SPEED_STEP_MPS)


@dataclass(frozen=True, slots=True)
class EnergyModel:
    """The numbers of one aircraft; `drive_efficiency` is the share of electrical work that lifts, in (0, 1]."""

    mass_kg: float
    hover_w: float
    cruise_w: float
    cruise_mps: float
    drive_efficiency: float = 0.6

    def __post_init__(self) -> None:
        values = (self.mass_kg, self.hover_w, self.cruise_w, self.cruise_mps, self.drive_efficiency)
        if not (all(value > 0 for value in values) and self.drive_efficiency <= 1):
            raise ValueError("mass, powers, speed and efficiency must be positive, the efficiency at most 1")

    def flight_wh(self, trajectory: Trajectory4D, air: Air = STILL_AIR) -> float:
        """Return the energy of a whole flight in some air, holds included."""
        rows = trajectory.segments
        lasts_s = rows[:, 7] - rows[:, 3]
        level_mps = np.hypot(rows[:, 4] - rows[:, 0], rows[:, 5] - rows[:, 1]) / lasts_s
        climbed_m = np.maximum(rows[:, 6] - rows[:, 2], 0.0).sum()
        lift_j = climbed_m * self.mass_kg * _GRAVITY_MPS2 / self.drive_efficiency
        power_w = self.power_w(level_mps) * self._against(rows, lasts_s, level_mps, air)
        return float(((power_w * lasts_s).sum() * density_factor(air.temperature_c) + lift_j) / _J_PER_WH)

    def _against(self, rows: FloatArray, lasts_s: FloatArray, level_mps: FloatArray, air: Air) -> FloatArray:
        """Return by how much the wind raises the power of each leg."""
        if air.wind_east_mps == 0.0 and air.wind_north_mps == 0.0:
            return np.ones(len(rows))
        east = (rows[:, 4] - rows[:, 0]) / lasts_s - air.wind_east_mps
        north = (rows[:, 5] - rows[:, 1]) / lasts_s - air.wind_north_mps
        flown = np.maximum(np.hypot(east, north), level_mps)
        # Measured against the speed the cruise power holds for: a slow leg against the wind is no sprint. A hover is left
        # at its power: the wind gives it translational lift, which pays for the drag.
        faster = np.maximum(flown / np.maximum(level_mps, self.cruise_mps), 1.0)
        share = np.where(level_mps > _STANDS_MPS, faster, 1.0)
        return np.asarray(1.0 - _DRAG_SHARE + _DRAG_SHARE * share**3)

    def power_w(self, level_mps: FloatArray) -> FloatArray:
        """Return the power of level flight at speeds."""
        share = np.clip(level_mps / self.cruise_mps, 0.0, 1.0)
        return np.asarray(self.hover_w + share * (self.cruise_w - self.hover_w))


CLASS_MODELS: Final[dict[AircraftClass, EnergyModel]] = {
    "micro": EnergyModel(mass_kg=0.25, hover_w=45.0, cruise_w=40.0, cruise_mps=8.0),
    "light": EnergyModel(mass_kg=4.0, hover_w=650.0, cruise_w=580.0, cruise_mps=12.0),
    "small": EnergyModel(mass_kg=15.0, hover_w=2_400.0, cruise_w=2_150.0, cruise_mps=15.0),
    "medium": EnergyModel(mass_kg=60.0, hover_w=10_000.0, cruise_w=9_000.0, cruise_mps=18.0),
    "large": EnergyModel(mass_kg=200.0, hover_w=36_000.0, cruise_w=32_000.0, cruise_mps=22.0),
}
"""Ours, see the module's text."""


def model_of(
    aircraft_class: AircraftClass,
    *,
    mass_kg: float | None = None,
    hover_w: float | None = None,
    cruise_w: float | None = None,
    cruise_mps: float | None = None,
) -> EnergyModel:
    """Return the model of a class with the numbers known of the aircraft itself in place of ours.

    Raises ValueError for a number that is not positive.
    """
    known = {"mass_kg": mass_kg, "hover_w": hover_w, "cruise_w": cruise_w, "cruise_mps": cruise_mps}
    return replace(CLASS_MODELS[aircraft_class], **{name: value for name, value in known.items() if value is not None})
