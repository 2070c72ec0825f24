"""Who and what is under a flight: the limits of the CAAC logistics trial rules, and how a route keeps them.

IB-TM-2022-05 asks of trial routes a ground buffer at least as wide as the greatest height flown (1:1), at most 300 exposed
people per square kilometre in it, and an impact energy of at most 34 kJ. The rules do not say how density is averaged
or how energy is computed; here every square of the grid that the route, its tolerance and its buffer touch must keep the
limit, and energy is that of the fall from the greatest height without drag, at cruise speed: never too low. 25 kg from 120 m
at 15 m/s, the largest the rules admit, gives 32 kJ.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from airspace.geometry4d import FloatArray
from dispatch.population import QUAD_SEGS, PopulationGrid

GRAVITY_MPS2: Final = 9.80665
Fault: TypeAlias = Literal["ground_exposed", "ground_unknown", "impact_energy"]


@dataclass(frozen=True, slots=True)
class GroundLimits:
    """The limits in force; `enforced` refuses what breaks them, else it is only told."""

    buffer_ratio: float = 1.0
    """Width of the ground buffer per metre of the greatest height."""
    exposed_per_km2_most: float = 300.0
    exposed_share: float = 0.076
    """Share of the people of the grid that are in the open."""
    impact_energy_j_most: float = 34_000.0
    enforced: bool = True
    enforced_on_synthetic: bool = False
    """Whether a made-up grid refuses, too: it describes nobody, so it need not."""

    def refuse_over(self, grid: PopulationGrid) -> bool:
        """Tell whether a breach of density over this grid refuses."""
        return self.enforced and (self.enforced_on_synthetic or not grid.synthetic)

    def reach_m(self, height_m: float, tolerance_m: float) -> float:
        """Return how far from the line the ground counts: what a flight may deviate, and the buffer."""
        return tolerance_m + self.buffer_ratio * max(0.0, height_m)


@dataclass(frozen=True, slots=True)
class Breach:
    """One limit a flight breaks: by how much, and for density where (local metres)."""

    fault: Fault
    value: float | None
    limit: float
    place_m: tuple[float, float] | None
    refuses: bool


@dataclass(frozen=True, slots=True)
class GroundRisk:
    """What a flight means to the ground; `exposed_per_km2` is the greatest density in the buffer, None where unknown."""

    height_m: float
    buffer_m: float
    exposed_per_km2: float | None
    exposed_mean_per_km2: float | None
    impact_energy_j: float | None
    breaches: tuple[Breach, ...]

    @property
    def allowed(self) -> bool:
        """Tell whether no breach refuses."""
        return not any(breach.refuses for breach in self.breaches)


def impact_energy_j(mass_kg: float, height_m: float, speed_mps: float) -> float:
    """Return the energy of a fall from a height at a speed, without drag."""
    return mass_kg * (GRAVITY_MPS2 * max(0.0, height_m) + 0.5 * speed_mps**2)


def assess(
    line_m: Any,
    height_m: float,
    tolerance_m: float,
    grid: PopulationGrid,
    limits: GroundLimits,
    *,
    mass_kg: float | None = None,
    speed_mps: float = 0.0,
) -> GroundRisk:
    """Judge a flight whose places in local metres are a shapely line, point or area, at its greatest true height."""
    reach_m = limits.reach_m(height_m, tolerance_m)
    if line_m.geom_type in ("LineString", "Point"):
        centres, densities = grid.beside(line_m, reach_m)
    else:
        centres, densities = grid.touched(shapely.buffer(line_m, reach_m, quad_segs=QUAD_SEGS))
    exposed = densities * limits.exposed_share
    found: list[Breach] = []
    refuses = limits.refuse_over(grid)
    known = np.isfinite(exposed)
    worst = None
    if known.any():
        k = int(np.nanargmax(exposed))
        worst = float(exposed[k])
        if worst > limits.exposed_per_km2_most:
            place = float(centres[k, 0]), float(centres[k, 1])
            found.append(Breach("ground_exposed", worst, limits.exposed_per_km2_most, place, refuses))
    if not known.all() or not len(exposed):
        place = None if not len(exposed) else tuple(map(float, centres[np.flatnonzero(~known)[0]]))  # type: ignore[assignment]
        found.append(Breach("ground_unknown", None, limits.exposed_per_km2_most, place, refuses))
    energy = None if mass_kg is None else impact_energy_j(mass_kg, height_m, speed_mps)
    if energy is not None and energy > limits.impact_energy_j_most:
        found.append(Breach("impact_energy", energy, limits.impact_energy_j_most, None, limits.enforced))
    mean = float(np.mean(exposed[known])) if known.any() else None
    return GroundRisk(height_m, limits.buffer_ratio * height_m, worst, mean, energy, tuple(found))


def with_energy(risk: GroundRisk, limits: GroundLimits, mass_kg: float, speed_mps: float) -> GroundRisk:
    """Return what a flight means to the ground with the energy of its fall judged for a mass."""
    energy = impact_energy_j(mass_kg, risk.height_m, speed_mps)
    kept = tuple(breach for breach in risk.breaches if breach.fault != "impact_energy")
    if energy > limits.impact_energy_j_most:
        kept = (*kept, Breach("impact_energy", energy, limits.impact_energy_j_most, None, limits.enforced))
    return replace(risk, impact_energy_j=energy, breaches=kept)


def highest_within(mass_kg: float, speed_mps: float, limits: GroundLimits) -> float:
    """Return the greatest height from which the fall keeps the impact energy; below 0 where none does."""
    return (limits.impact_energy_j_most / mass_kg - 0.5 * speed_mps**2) / GRAVITY_MPS2


def exposed_squares(
    grid: PopulationGrid, limits: GroundLimits, height_m: float, tolerance_m: float
) -> NDArray[np.bool_]:
    """Return the squares over whose centre a flight would break the density limit, (rows, columns).

    Unknown squares count as broken. A way whose every place lies on another square may still touch one from near its
    edge: `assess` has the last word.
    """
    over = ~(grid.people_per_km2 * limits.exposed_share <= limits.exposed_per_km2_most)
    step = grid.lattice.step_m
    return widened(over, (limits.reach_m(height_m, tolerance_m) + step * math.sqrt(0.5)) / step)


def widened(mask: NDArray[np.bool_], radius: float) -> NDArray[np.bool_]:
    """Return a mask grown by a radius in squares."""
    reach = math.ceil(radius)
    found = mask.copy()
    rows, columns = mask.shape
    for i in range(-reach, reach + 1):
        for j in range(-reach, reach + 1):
            if (i, j) != (0, 0) and math.hypot(i, j) <= radius:
                to_row, to_column = slice(max(i, 0), rows + min(i, 0)), slice(max(j, 0), columns + min(j, 0))
                of_row, of_column = slice(max(-i, 0), rows + min(-i, 0)), slice(max(-j, 0), columns + min(-j, 0))
                found[to_row, to_column] |= mask[of_row, of_column]
    return found


def line_of(places: Sequence[tuple[float, float]]) -> Any:
    """Return the line through places, a point where they are one."""
    distinct: FloatArray = np.array(places, float)
    if len(distinct) == 1 or (distinct == distinct[0]).all():
        return shapely.Point(distinct[0])
    return shapely.LineString(distinct)
