"""Noise on the ground: how loud a passing aircraft is, whom it reaches, and what that costs a route.

A vehicle is a point source of one sound power that radiates alike in all directions (ISO 9613-2, 7.1: geometrical divergence
only; air, ground and buildings are left out, which overstates far levels). Passing at speed v at a slant distance d it
leaves the sound exposure W / (4 v d) (the integral of W / 4 pi r2 along the line), so L_AE = L_WA - 10 lg(4 v d).
Sound power by mass is what Delegated Regulation (EU) 2019/945, Annex, Part 15 allows at most: 85 dB up to 900 g and
85 + 18.5 lg(m / 900 g) dB above; beyond its 4 kg the same line is continued (ours). A maker's measured value replaces it.
"""

import math
from dataclasses import dataclass

import numpy as np

from airspace.geometry4d import FloatArray
from dispatch.population import Densities, PopulationGrid

NEAREST_M = 10.0
"""No distance counts as less: nearer, a vehicle is no point (ours)."""


@dataclass(frozen=True, slots=True)
class NoisePrice:
    """What noise costs a route: `price` metres more for each metre over 10,000 people per square kilometre that a passage
    of `reference_db` (sound exposure level, dB(A)) reaches; twice the sound energy costs twice as much (ours)."""

    price: float = 0.25
    reference_db: float = 70.0
    reach_m: float = 300.0
    """How far beside the line people count (ours)."""
    detour_share_most: float = 0.5
    """A way longer than the shortest by more than this share is not taken for the sake of noise (ours)."""


def sound_power_db(mass_kg: float) -> float:
    """Return the A-weighted sound power level by take-off mass, dB re 1 pW; see the module's text."""
    return 85.0 + 18.5 * math.log10(max(mass_kg, 0.9) / 0.9)


def passage_db(power_db: float, distance_m: float, speed_mps: float) -> float:
    """Return the sound exposure level L_AE of one passage at a slant distance, dB(A) re 1 s."""
    return power_db - 10.0 * math.log10(4.0 * max(speed_mps, 1.0) * max(distance_m, NEAREST_M))


def level_db(power_db: float, distance_m: float) -> float:
    """Return the level at a distance from a vehicle, dB(A)."""
    return power_db - 10.0 * math.log10(4.0 * math.pi * max(distance_m, NEAREST_M) ** 2)


def equivalent_db(power_db: float, seconds: float, at_m: float, window_s: float) -> float | None:
    """Return L_Aeq over a window of so many seconds at a distance, dB(A); None for no sound at all."""
    return None if seconds <= 0 else level_db(power_db, at_m) + 10.0 * math.log10(seconds / window_s)


def surcharge(grid: PopulationGrid, price: NoisePrice, height_m: float, power_db: float, speed_mps: float) -> Densities:
    """Return what each metre over a square costs beside its length, (rows, columns); unknown squares cost nothing."""
    people = np.nan_to_num(grid.people_per_km2, nan=0.0)
    loud = 10.0 ** ((passage_db(power_db, height_m, speed_mps) - price.reference_db) / 10.0)
    near = box_mean(people, round(price.reach_m / grid.lattice.step_m))
    return np.asarray(price.price * loud / 10_000.0 * near, np.float32)


def box_mean(values: Densities, reach: int) -> FloatArray:
    """Return the mean over a square of 2 reach + 1 around each square, what lies outside counting as 0."""
    side = 2 * reach + 1
    padded = np.pad(values.astype(np.float64), reach)
    sums = np.pad(np.cumsum(np.cumsum(padded, axis=0), axis=1), ((1, 0), (1, 0)))
    total = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    return np.asarray(total / side**2)
