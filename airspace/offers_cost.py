"""What an offer costs, and how it is said."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from airspace.geometry4d import Trajectory4D
from airspace.intent import FlightIntent
from airspace.offers_parts import Change, Filed, Offer, OfferKind, Setting
from airspace.trajectory import FlightPath, WaypointRoute

S_PER_WH: Final = 10.0
WALK_MPS: Final = 1.4
"""How fast what arrives at another pad is fetched from there."""
CHANGE_S: Final[dict[OfferKind, float]] = {"delay": 0.0, "altitude": 5.0, "route": 30.0, "site": 300.0}
"""What a change costs beside its time, metres and energy: another briefing, another place (ours)."""


def priced(
    filed: Filed,
    repaired: Filed,
    change: Change,
    route: WaypointRoute | None,
    plan: FlightIntent,
    delay_s: float,
    setting: Setting,
) -> Offer:
    """Return an approved change with its cost beside what was filed, and with its words."""
    extra_m = extra_s = extra_wh = 0.0
    old, new = filed.plan.path, plan.path
    if isinstance(old, FlightPath) and isinstance(new, FlightPath) and route is not None:
        before, after = old.trajectory, new.trajectory
        if not filed.measured:
            filed.measured.update(length_m=length_m(before), energy_wh=setting.energy_wh(before))
        extra_m = length_m(after) - filed.measured["length_m"]
        extra_s = (after.ends_s - after.starts_s) - (before.ends_s - before.starts_s)
        extra_wh = setting.energy_wh(after) - filed.measured["energy_wh"]
    cost_s = delay_s + extra_s + S_PER_WH * extra_wh + change.away_m / WALK_MPS + CHANGE_S[change.kind]
    detail, detail_zh = _words(change, repaired.repairs, delay_s, extra_m)
    return Offer(
        kind=change.kind,
        plan=plan,
        route=route,
        delay_s=round(delay_s, 3),
        extra_m=round(extra_m, 1),
        extra_s=round(extra_s, 1),
        extra_wh=round(extra_wh, 2),
        cost_s=cost_s,
        detail=detail,
        detail_zh=detail_zh,
    )


def length_m(trajectory: Trajectory4D) -> float:
    """Return the length of a flight through the air."""
    moved = trajectory.segments[:, 4:7] - trajectory.segments[:, 0:3]
    return float(np.sqrt((moved**2).sum(axis=1)).sum())


def _words(change: Change, repairs: Sequence[tuple[str, str]], delay_s: float, extra_m: float) -> tuple[str, str]:
    parts, parts_zh = [], []
    if change.says[0]:
        longer = f" ({extra_m:+.0f} m)" if change.kind in ("route", "site") else ""
        parts.append(change.says[0] + longer)
        parts_zh.append(change.says[1] + (f"（{extra_m:+.0f} 米）" if longer else ""))
    if delay_s > 0 or not (parts or repairs):
        later, later_zh = _span(delay_s)
        parts.append(f"{'Depart' if not parts else 'depart'} {later} later")
        parts_zh.append(f"推迟 {later_zh}起飞")
    for text, text_zh in repairs:
        parts.append(text if parts else f"Fly {text}")
        parts_zh.append(text_zh)
    return ", ".join(parts) + ".", "，".join(parts_zh) + "。"


def _span(seconds: float) -> tuple[str, str]:
    if seconds < 120:
        text = f"{seconds:.0f}" if seconds >= 10 else f"{seconds:.1f}"
        return f"{text} s", f"{text} 秒"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s", f"{minutes} 分 {rest:02d} 秒"
