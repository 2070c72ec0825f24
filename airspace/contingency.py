"""Contingencies: from what a firm filed for the case that something fails to the airspace the flight then needs.

A flight that cannot be steered any more does what its autopilot was told: it returns, lands, holds, or goes to another
site. When it begins, and how fast it is, is known only within bounds (`Motion`), so each part of the way is a volume
whose window runs from the earliest to the latest instant at which the flight can be in it:

          _________ return height, or higher where it flew
         /   transit: hulls of at most 300 m, from every place it may have begun at
     ___|                                                  |
    | where it is: the last fix, and wherever its plan     | descent: the column over the landing place
    | takes it before the autopilot reacts; climb          |

All numbers without a source are ours. Metres are the city's local frame, heights HAE, times scene seconds.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np
import shapely

from airspace.geometry4d import FloatArray, PlanGeometry, Prism, Tolerance, Trajectory4D

Kind: TypeAlias = Literal[
    "lost_link", "nonconformance", "low_energy", "gnss_loss", "pad_blocked", "engine_failure", "emergency"
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
Manoeuvre: TypeAlias = Literal["rtl", "land", "hold", "alternate"]
MANOEUVRES: Final[tuple[Manoeuvre, ...]] = get_args(Manoeuvre)

PIECE_M: Final = 300.0
HOLD_S: Final = 300.0
"""How long a flight that holds is taken to hover before it lands where it is."""
STAY_S: Final = 60.0
"""How long the landing place stays taken after the latest touchdown; a flight not seen to land extends it."""
HOLD_RADIUS_M: Final = 15.0
LANDING_RADIUS_M: Final = 15.0
DRIFT_MPS: Final = 3.0
"""How fast an aircraft without satellites drifts while it comes down: the wind it cannot see, less what it can hold."""
GROUND_ONE_TO_ONE: Final = 1.0
"""How far a falling aircraft may come down from below it, per metre of height: the 1:1 ground buffer of IB-TM-2022-05."""
_OUTSIDE: Final = 1.0 / math.cos(math.pi / 16)  # a buffer of 4 segments a quarter lies inside its circle by this


@dataclass(frozen=True, slots=True)
class Landing:
    """A place to come down at: local metres, ground HAE, and the site there if it is one."""

    x_m: float
    y_m: float
    ground_hae_m: float
    site_id: str | None = None


@dataclass(frozen=True, slots=True)
class FiledContingency:
    """What a plan says about failures; a field left out says nothing.

    `return_agl_m` is the true height over the landing place at which the aircraft returns, `reverse` that it returns
    along its route instead of straight.
    """

    lost_link: Manoeuvre | None = None
    return_agl_m: float | None = None
    alternate: Landing | None = None
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class Motion:
    """How fast an aircraft does what it does by itself, and how long until it begins."""

    cruise_mps: float = 12.0
    climb_mps: float = 3.0
    descent_mps: float = 1.5
    fastest: float = 1.3
    slowest: float = 0.6
    reacts_s: float = 10.0
    """PX4 waits 10 s for a lost data link (COM_DL_LOSS_T), ArduPilot 5 s (FS_GCS_TIMEOUT)."""


@dataclass(frozen=True, slots=True)
class Fix:
    """Where a flight was last known to be, and how far off that may be."""

    x_m: float
    y_m: float
    alt_hae_m: float
    at_s: float
    spread_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Procedure:
    """What the flight does: the manoeuvre, where it lands (None: below it) and how high it returns (None: as it flew)."""

    kind: Kind
    manoeuvre: Manoeuvre
    landing: Landing | None = None
    return_hae_m: float | None = None
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class Reserved:
    """The airspace of a contingency: its volumes, when it is over at the latest, and the place it lands at if known."""

    prisms: tuple[Prism, ...]
    ends_s: float
    landing: Landing | None


def procedure_of(
    kind: Kind,
    filed: FiledContingency,
    *,
    home: Landing,
    default: Manoeuvre = "rtl",
    asked: Manoeuvre | None = None,
) -> Procedure:
    """Return what the flight is taken to do about a failure.

    What was `asked` for comes first. A link or a plan that is lost follows the procedure filed for a lost link, else the
    `default`; without satellites or an engine there is nothing but down; low energy returns where nothing else is filed;
    a blocked pad sends it to its alternate, else to hold. An alternate that was not filed becomes the return.
    """
    wanted = asked
    if wanted is None:
        if kind in ("gnss_loss", "engine_failure"):
            wanted = "land"
        elif kind == "pad_blocked":
            wanted = "alternate" if filed.alternate is not None else "hold"
        else:
            wanted = filed.lost_link or default
            if kind == "low_energy" and wanted == "hold":
                wanted = "rtl"
    if wanted == "alternate" and filed.alternate is None:
        wanted = "rtl"
    if wanted in ("land", "hold"):
        return Procedure(kind, wanted)
    landing = home if wanted == "rtl" or filed.alternate is None else filed.alternate
    height = None if filed.return_agl_m is None else landing.ground_hae_m + filed.return_agl_m
    return Procedure(kind, wanted, landing, height, filed.reverse and wanted == "rtl")


def position_at(geometry: PlanGeometry, at_s: float) -> tuple[float, float, float] | None:
    """Return where a plan has the flight at an instant, at its ends before and after; None for volumes."""
    if not isinstance(geometry, Trajectory4D):
        return None
    rows = geometry.segments
    row = rows[min(int(np.searchsorted(rows[:, 7], at_s)), len(rows) - 1)]
    share = min(max((at_s - row[3]) / (row[7] - row[3]), 0.0), 1.0)
    x, y, z = (row[0:3] + share * (row[4:7] - row[0:3])).tolist()
    return float(x), float(y), float(z)


def begins(geometry: PlanGeometry, fix: Fix | None, now_s: float, motion: Motion) -> FloatArray:
    """Return (k, 3) x, y, HAE of the places the procedure may begin at: its hull holds every one of them.

    They are the last fix and the plan's way since then and until the autopilot has reacted, corners included; a flight
    beside its plan goes on beside it, so the way is laid on from the fix.
    """
    if not isinstance(geometry, Trajectory4D):
        if fix is not None:
            return np.array([[fix.x_m, fix.y_m, fix.alt_hae_m]])
        present = [p for p in geometry if p.t_start_s <= now_s + motion.reacts_s and p.t_end_s >= now_s]
        corners = [
            (x, y, z)
            for prism in (present or geometry[-1:])
            for x, y in _outline(prism)
            for z in (prism.z_low_m, prism.z_high_m)
        ]
        return np.array(corners, dtype=float)
    from_s = now_s if fix is None else min(fix.at_s, now_s)
    until_s = now_s + motion.reacts_s
    rows = geometry.segments
    between = rows[(rows[:, 3] > from_s) & (rows[:, 3] < until_s), 3].tolist()
    planned = np.array([position_at(geometry, at_s) for at_s in (from_s, *between, until_s)], dtype=float)
    if fix is None:
        return planned
    moved: FloatArray = planned - planned[0] + np.array([fix.x_m, fix.y_m, fix.alt_hae_m])
    return moved


def reserve(
    procedure: Procedure,
    starts: FloatArray,
    *,
    geometry: PlanGeometry,
    now_s: float,
    ground_low_m: float,
    motion: Motion,
    tolerance: Tolerance,
    spread_m: float = 0.0,
) -> Reserved:
    """Return the volumes a flight needs from now on, whatever it does within the bounds of `motion`.

    `starts` (k, 3) are the places it may begin at (`begins`), `ground_low_m` the lowest ground (HAE) below them,
    `spread_m` how far off the places may be.
    """
    draw = _Draw(now_s, motion, tolerance, spread_m, ground_low_m)
    if procedure.landing is not None:
        way = _reversed(geometry, starts, now_s) if procedure.reverse else None
        prisms = draw.to_landing(starts, procedure.landing, procedure.return_hae_m, way)
    elif procedure.manoeuvre == "hold":
        prisms = draw.holding(starts)
    else:
        prisms = draw.landing_below(starts, procedure.kind)
    return Reserved(tuple(prisms), max(prism.t_end_s for prism in prisms), procedure.landing)


def deviation(fix: Fix, velocity: tuple[float, float, float], now_s: float, ahead_s: float, margin_m: float) -> Prism:
    """Return where a flight off its plan may be within `ahead_s`: straight on, an eighth of the way to either side."""
    vx, vy, vz = velocity
    way = np.hypot(vx, vy) * ahead_s
    ends = [(fix.x_m, fix.y_m), (fix.x_m + vx * ahead_s, fix.y_m + vy * ahead_s)]
    near, far = shapely.Point(ends[0]).buffer(fix.spread_m + margin_m), shapely.Point(ends[1])
    hull = shapely.union(near, far.buffer(fix.spread_m + margin_m + way / 8)).convex_hull
    z = (fix.alt_hae_m, fix.alt_hae_m + vz * ahead_s)
    return Prism(_ring(hull), None, min(z) - margin_m / 4, max(z) + margin_m / 4, now_s, now_s + ahead_s)


@dataclass(frozen=True, slots=True)
class _Draw:
    now_s: float
    motion: Motion
    tolerance: Tolerance
    spread_m: float
    ground_m: float

    def to_landing(
        self, starts: FloatArray, landing: Landing, height_m: float | None, way: FloatArray | None
    ) -> list[Prism]:
        motion = self.motion
        low, high = float(starts[:, 2].min()), float(starts[:, 2].max())
        level_low, level_high = (low, high) if height_m is None else (max(low, height_m), max(high, height_m))
        climb_s = max(0.0, level_high - low) / (motion.climb_mps * motion.slowest)
        leaves_s = motion.reacts_s + climb_s
        prisms = [self._prism(starts[:, :2], low, level_high, 0.0, leaves_s)]
        goal = np.array([landing.x_m, landing.y_m])
        corners = [starts[:, :2], *([] if way is None else [point[None, :] for point in way]), goal[None, :]]
        near_m = far_m = 0.0
        for before, after in pairwise(corners):
            gaps = np.hypot(*(before[:, None, :] - after[None, :, :]).reshape(-1, 2).T)
            pieces = max(1, math.ceil(float(gaps.max()) / PIECE_M))
            for k in range(pieces):
                points = _between(before, after, k / pieces, (k + 1) / pieces)
                prisms.append(
                    self._prism(
                        points,
                        level_low,
                        level_high,
                        (near_m + float(gaps.min()) * k / pieces) / (motion.cruise_mps * motion.fastest),
                        leaves_s
                        + (far_m + float(gaps.max()) * (k + 1) / pieces) / (motion.cruise_mps * motion.slowest),
                    )
                )
            near_m, far_m = near_m + float(gaps.min()), far_m + float(gaps.max())
        arrives_s = near_m / (motion.cruise_mps * motion.fastest)
        down_s = max(level_high - landing.ground_hae_m, 0.0) / (motion.descent_mps * motion.slowest)
        latest_s = leaves_s + far_m / (motion.cruise_mps * motion.slowest) + down_s + STAY_S
        prisms.append(
            self._prism(goal[None, :], landing.ground_hae_m, level_high, arrives_s, latest_s, LANDING_RADIUS_M)
        )
        return prisms

    def holding(self, starts: FloatArray) -> list[Prism]:
        low, high = float(starts[:, 2].min()), float(starts[:, 2].max())
        motion = self.motion
        hover_s = motion.reacts_s + HOLD_S
        down_s = max(high - self.ground_m, 0.0) / (motion.descent_mps * motion.slowest) + STAY_S
        hover = self._prism(starts[:, :2], low, high, 0.0, hover_s, HOLD_RADIUS_M)
        return [hover, self._prism(starts[:, :2], self.ground_m, high, HOLD_S, hover_s + down_s, HOLD_RADIUS_M)]

    def landing_below(self, starts: FloatArray, kind: Kind) -> list[Prism]:
        high = float(starts[:, 2].max())
        fall_m = max(high - self.ground_m, 0.0)
        down_s = fall_m / (self.motion.descent_mps * self.motion.slowest)
        aside_m = LANDING_RADIUS_M
        if kind == "engine_failure":
            aside_m += GROUND_ONE_TO_ONE * fall_m
        elif kind == "gnss_loss":
            aside_m += DRIFT_MPS * down_s
        ends_s = self.motion.reacts_s + down_s + STAY_S
        return [self._prism(starts[:, :2], self.ground_m, high, 0.0, ends_s, aside_m)]

    def _prism(
        self, points: FloatArray, low_m: float, high_m: float, from_s: float, until_s: float, aside_m: float = 0.0
    ) -> Prism:
        radius = (self.tolerance.horizontal_m + self.spread_m + aside_m) * _OUTSIDE
        hull = shapely.MultiPoint(points).convex_hull.buffer(radius, quad_segs=4)
        rise = self.tolerance.vertical_m
        return Prism(
            _ring(hull), None, min(low_m, high_m) - rise, max(low_m, high_m) + rise,
            self.now_s + from_s, self.now_s + until_s,
        )  # fmt: skip


def _between(before: FloatArray, after: FloatArray, first: float, last: float) -> FloatArray:
    """Return the corners of the part of every line from one of `before` to one of `after`, from one share to another."""
    pairs = before[:, None, :], after[None, :, :]
    return np.vstack([(pairs[0] + share * (pairs[1] - pairs[0])).reshape(-1, 2) for share in (first, last)])


def _reversed(geometry: PlanGeometry, starts: FloatArray, now_s: float) -> FloatArray | None:
    """Return the corners (n, 2) of the route flown so far, latest first; None for volumes."""
    if not isinstance(geometry, Trajectory4D):
        return None
    rows = geometry.segments
    flown = rows[(rows[:, 3] < now_s), 0:2][::-1]
    return flown if len(flown) else rows[:1, 0:2]


def _outline(prism: Prism) -> Sequence[tuple[float, float]]:
    if prism.circle is None:
        assert prism.ring is not None
        return [(float(x), float(y)) for x, y in prism.ring]
    x, y, radius = prism.circle
    return [(x + a * radius, y + b * radius) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]


def _ring(shape: Any) -> FloatArray:
    """Return the outer ring of a polygon, counter-clockwise, its first corner not repeated."""
    turned: Any = shapely.orient_polygons(shape)
    return np.asarray(shapely.get_coordinates(turned.exterior), dtype=np.float64)[:-1]
