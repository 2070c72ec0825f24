"""Where the vehicle thinks it takes off, held against the site and the plan; heights in one datum (HAE); pure.

Missions with heights above home are as wrong as home is. An autopilot takes home anew when it arms: while the motors are
off, a home that lies elsewhere than the vehicle is the last flight's, and where the vehicle stands counts instead.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from airspace.geometry4d import Tolerance

STALE_M: Final = 30.0
"""A home further from a vehicle with its motors off is that of the flight before (ours)."""
GRAVE: Final = 2.0
"""How many tolerances off is no longer a matter of a receiver's noise (ours)."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A place in local metres and its height (HAE)."""

    x_m: float
    y_m: float
    z_m: float

    def away_m(self, other: "Fix") -> float:
        """Return the horizontal distance."""
        return float(np.hypot(self.x_m - other.x_m, self.y_m - other.y_m))


@dataclass(frozen=True, slots=True)
class HomeFault:
    """What is wrong with it, in both languages, and whether it must not fly so."""

    grave: bool
    detail: str
    detail_zh: str


def take_off_from(home: Fix | None, position: Fix | None, *, armed: bool | None) -> Fix | None:
    """Return where the vehicle will measure its heights from; None when it tells nothing."""
    if home is None:
        return position
    if position is not None and not armed and home.away_m(position) > STALE_M:
        return position
    return home


def compare_home(reference: Fix, start: Fix, ground_m: float, radius_m: float, tolerance: Tolerance) -> list[HomeFault]:
    """Return what differs between where the vehicle takes off and where the plan does.

    `ground_m` is the elevation of the site, or of the ground, at the start (HAE); `radius_m` how far from the start a
    take-off may be.
    """
    found = []
    away_m = reference.away_m(start)
    limit_m = max(radius_m, tolerance.horizontal_m)
    if away_m > limit_m:
        found.append(
            HomeFault(
                away_m > GRAVE * limit_m,
                f"The vehicle stands {away_m:.0f} m from where the plan begins. Bring it there, or file from where it is.",
                f"航空器距计划起点 {away_m:.0f} 米。请移至起点，或按实际位置提交计划。",
            )
        )
    off_m = reference.z_m - ground_m
    if abs(off_m) > tolerance.vertical_m:
        found.append(
            HomeFault(
                abs(off_m) > GRAVE * tolerance.vertical_m,
                f"The vehicle's own height at take-off is {abs(off_m):.1f} m {'above' if off_m > 0 else 'below'} the "
                "site's: its mission would fly that much off. Wait for a better fix, or check its altitude source.",
                f"航空器起飞点高度比起降点{'高' if off_m > 0 else '低'} {abs(off_m):.1f} 米，任务高度将产生同样偏差。"
                "请等待更好的定位或检查高度来源。",
            )
        )
    return found
