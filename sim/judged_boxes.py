"""Plans as the judge sees them, lengthened or changed while a flight is in the air, and the boxes that tell which may meet."""

import math
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from utm.judge import JudgedPlan
from utm.judge.pairs import boxes_of

Box = tuple[float, float, float, float, float, float]
"""Low x, y, t and high x, y, t."""
MARGIN_M: Final = 400.0
"""Plans further apart than this are not compared; every policy's minima are far smaller."""
MARGIN_S: Final = 120.0
SAME_PLACE_M: Final = 0.5
"""Nearer than this two ways of writing a leg down are the same leg; zones are judged to a metre."""


def held_until(plan: JudgedPlan, until_s: float) -> JudgedPlan:
    """Return the plan with its last place, or the volumes that close last, kept until an instant of the judge's clock."""
    if not len(plan.legs):
        ends_s = max(volume.t_end_s for volume in plan.volumes)
        if until_s <= ends_s + 1e-3:
            return plan
        kept = (replace(v, t_end_s=until_s) if v.t_end_s >= ends_s - 1e-3 else v for v in plan.volumes)
        return replace(plan, volumes=tuple(kept))
    if until_s <= plan.legs[-1][7] + 1e-3:
        return plan
    last = plan.legs[-1]
    hover = np.concatenate([last[4:8], last[4:7], [until_s]])
    return JudgedPlan(
        plan.plan_ref,
        np.vstack([plan.legs, hover]),
        plan.volumes,
        plan.horizontal_m,
        plan.vertical_m,
        plan.time_buffer_s,
    )


def as_before_until(before: JudgedPlan, now: JudgedPlan) -> float:
    """Return until which instant (judge's seconds) a changed plan flies as it did before; -inf where it never does."""
    if not (len(before.legs) and len(now.legs)):
        return -math.inf
    times = np.unique(np.concatenate([before.legs[:, 3], before.legs[:, 7], now.legs[:, 3], now.legs[:, 7]]))
    apart = np.linalg.norm(_places(before, times) - _places(now, times), axis=1) > SAME_PLACE_M
    if not apart.any():
        return float(times[-1])
    first = int(apart.argmax())
    return float(times[first - 1]) if first else -math.inf  # both fly straight in between, so that is where they part


def _places(plan: JudgedPlan, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where a plan of legs is at each of some instants, its ends before and after its time."""
    nodes = np.vstack([plan.legs[:, :4], plan.legs[-1:, 4:]])
    return np.column_stack([np.interp(times, nodes[:, 3], nodes[:, k]) for k in range(3)])


def box_of(plan: JudgedPlan | None) -> Box:
    """Return the box of a plan's legs and volumes with its margin; of what cannot be judged, everything."""
    boxes = None if plan is None else boxes_of(plan)
    if boxes is None or not len(boxes):
        return (-np.inf, -np.inf, -np.inf, np.inf, np.inf, np.inf)
    x0, y0, _, t0 = boxes[:, :4].min(axis=0).tolist()
    x1, y1, _, t1 = boxes[:, 4:].max(axis=0).tolist()
    return x0 - MARGIN_M, y0 - MARGIN_M, t0 - MARGIN_S, x1, y1, t1


def boxes_meet(a: Box, b: Box) -> bool:
    """Tell whether two boxes overlap."""
    return a[0] <= b[3] and b[0] <= a[3] and a[1] <= b[4] and b[1] <= a[4] and a[2] <= b[5] and b[2] <= a[5]
