"""Flights and volumes for tests, in metres and seconds around a place and time that are large as real ones are."""

from collections.abc import Sequence

import numpy as np

from airspace.deconfliction import ConflictIndex
from airspace.frame import LocalFrame
from airspace.geometry4d import PlanGeometry, Prism, Separation, Trajectory4D

CRS = "EPSG:4547"
BOUNDS = (113.75, 22.40, 114.65, 22.87)
X0, Y0, T0 = 505_000.0, 2_496_000.0, 86_400_000.0
"""A place in Futian in EPSG:4547 and some midnight in scene seconds."""
MINIMA = Separation()


def flight(*points: Sequence[float]) -> Trajectory4D:
    """Return the flight through points (x, y, z, t), relative to X0, Y0, T0."""
    p = np.array(points, float) + np.array([X0, Y0, 0.0, T0])
    return Trajectory4D(np.hstack([p[:-1], p[1:]]), np.arange(len(p) - 1, dtype=np.int32))


def box(x0: float, y0: float, x1: float, y1: float, band: tuple[float, float], window: tuple[float, float]) -> Prism:
    """Return a rectangular volume relative to X0, Y0, T0."""
    return polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], band, window)


def polygon(ring: Sequence[Sequence[float]], band: tuple[float, float], window: tuple[float, float]) -> Prism:
    """Return a polygonal volume relative to X0, Y0, T0."""
    return Prism(np.array(ring, float) + np.array([X0, Y0]), None, *band, T0 + window[0], T0 + window[1])


def disc(x: float, y: float, radius: float, band: tuple[float, float], window: tuple[float, float]) -> Prism:
    """Return a round volume relative to X0, Y0, T0."""
    return Prism(None, (X0 + x, Y0 + y, radius), *band, T0 + window[0], T0 + window[1])


def city(*, compiled: bool | None = None, resolution: int = 8) -> ConflictIndex:
    """Return an empty index of Shenzhen."""
    return ConflictIndex(LocalFrame(CRS), BOUNDS, compiled=compiled, resolution=resolution)


def random_flight(
    rng: np.random.Generator, *, legs: int = 10, spread_m: float = 400.0, begin: float = 300.0
) -> Trajectory4D:
    """Draw a flight with hovers, climbs, standing still and plain legs among others."""
    n = int(rng.integers(1, legs + 1))
    x, y = rng.uniform(-spread_m, spread_m, 2)
    z, t = float(rng.choice([30.0, 45.0, 60.0, 75.0])), float(rng.uniform(0.0, begin))
    points = [(x, y, z, t)]
    for _ in range(n):
        kind = rng.integers(5)
        t += float(rng.uniform(0.5, 90.0))
        if kind == 1:
            z = float(rng.uniform(0.0, 120.0))
        elif kind == 2:
            x = x + float(rng.normal(0, spread_m))
        elif kind >= 3:
            x, y = x + float(rng.normal(0, spread_m)), y + float(rng.normal(0, spread_m))
            z = z if kind == 3 else float(rng.uniform(20.0, 100.0))
        points.append((x, y, z, t))
    return flight(*points)


def random_volumes(rng: np.random.Generator, *, spread_m: float = 400.0, begin: float = 300.0) -> tuple[Prism, ...]:
    """Draw one to three volumes: discs and star-shaped, mostly concave polygons."""
    found = []
    for _ in range(int(rng.integers(1, 4))):
        x, y = rng.uniform(-spread_m, spread_m, 2)
        low, start = float(rng.uniform(0.0, 90.0)), float(rng.uniform(0.0, begin))
        band, window = (low, low + float(rng.uniform(0, 40))), (start, start + float(rng.uniform(0, 200)))
        if rng.random() < 0.4:
            found.append(disc(x, y, float(rng.uniform(1.0, 300.0)), band, window))
        else:
            k = int(rng.integers(3, 9))
            angles = 2 * np.pi * (np.arange(k) + rng.uniform(0, 0.8, k)) / k
            radii = rng.uniform(10.0, 400.0, k)
            ring = np.column_stack([x + radii * np.cos(angles), y + radii * np.sin(angles)])
            found.append(polygon(ring, band, window))
    return tuple(found)


def random_plan(rng: np.random.Generator) -> PlanGeometry:
    """Draw a flight or, one time in four, volumes."""
    return random_volumes(rng) if rng.random() < 0.25 else random_flight(rng)


def random_minima(rng: np.random.Generator) -> Separation:
    """Draw minima from a handful, the defaults most often."""
    horizontal = float(rng.choice([50.0, 50.0, 50.0, 20.0, 120.0]))
    return Separation(
        horizontal, float(rng.choice([15.0, 15.0, 8.0, 30.0])), float(rng.choice([15.0, 15.0, 0.0, 40.0]))
    )
