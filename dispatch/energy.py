"""How many watt-hours a flight takes, by class of aircraft: a model to compare two ways of flying, not to plan a battery.

Level flight takes `cruise_w` at and above `cruise_mps` and `hover_w` standing still, linear in between; climbing adds
the work against gravity over the efficiency of the drive; descending gives nothing back. Multirotors take a little less
power in forward flight than in the hover, thanks to translational lift (Leishman, Principles of Helicopter Aerodynamics,
2nd ed., 5.4: the induced power falls with speed before profile drag takes over). The numbers of the classes are ours:
masses near the middle of the classes of Order 761, Article 62, and 150 to 190 W per kilogram in the hover, as data
sheets of present multirotors give. Any number an operator knows replaces ours.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import numpy as np

from airspace.geometry4d import FloatArray, Trajectory4D

AircraftClass: TypeAlias = Literal["micro", "light", "small", "medium", "large"]

_GRAVITY_MPS2: Final = 9.80665
_J_PER_WH: Final = 3_600.0


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

    def flight_wh(self, trajectory: Trajectory4D) -> float:
        """Return the energy of a whole flight, holds included."""
        rows = trajectory.segments
        lasts_s = rows[:, 7] - rows[:, 3]
        level_mps = np.hypot(rows[:, 4] - rows[:, 0], rows[:, 5] - rows[:, 1]) / lasts_s
        climbed_m = np.maximum(rows[:, 6] - rows[:, 2], 0.0).sum()
        lift_j = climbed_m * self.mass_kg * _GRAVITY_MPS2 / self.drive_efficiency
        return float(((self.power_w(level_mps) * lasts_s).sum() + lift_j) / _J_PER_WH)

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
