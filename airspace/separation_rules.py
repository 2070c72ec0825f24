"""Which minima a flight is held to: the default separation and every rule of the policy that matches the flight.

The minima of a flight are, field by field, the largest of the default and of all matching rules; a pair of flights is
then held to the larger of the two (the engine does that). All conditions a rule names must hold: the kind of operation,
the class of the aircraft, the weather now in force, and a corridor or zone that the flight, widened by its tolerance,
enters. Touching the edge of a corridor or zone is not entering it; a zone counts while it is active.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import shapely

from airspace.areas import edge_stays
from airspace.corridors import Corridor
from airspace.geometry4d import EPS_M, Separation, Tolerance
from airspace.infringement import infringements
from airspace.intent import FlightIntent, Path
from airspace.intervals import intersection, merged, quadratic_within
from airspace.policy import Policy
from airspace.policy_parts import SeparationRule
from airspace.scene import Scene
from airspace.trajectory import FlightPath, height_pieces
from airspace.volumes import VolumePath


def separation_of(plan: FlightIntent, policy: Policy, scene: Scene) -> Separation:
    """Return the minima a flight is held to under a policy."""
    if not policy.separation_rules:
        return policy.separation
    return widened(policy.separation, matching(plan, policy, scene))


def widened(default: Separation, rules: Iterable[SeparationRule]) -> Separation:
    """Return the field-wise largest of the default and what the rules state."""
    horizontal_m, vertical_m, time_buffer_s = default.horizontal_m, default.vertical_m, default.time_buffer_s
    for rule in rules:
        horizontal_m = max(horizontal_m, rule.horizontal_m or 0.0)
        vertical_m = max(vertical_m, rule.vertical_m or 0.0)
        time_buffer_s = max(time_buffer_s, rule.time_buffer_s or 0.0)
    if (horizontal_m, vertical_m, time_buffer_s) == (default.horizontal_m, default.vertical_m, default.time_buffer_s):
        return default
    return Separation(horizontal_m, vertical_m, time_buffer_s)


def matching(plan: FlightIntent, policy: Policy, scene: Scene) -> Iterator[SeparationRule]:
    """Yield the rules of the policy that hold for a flight; each corridor and zone is looked at once."""
    entered: dict[tuple[str, str], bool] = {}
    for rule in policy.separation_rules:
        if not holds_for(rule, plan.operation_type, plan.aircraft_class, policy.weather):
            continue
        for kind, name in (("corridor", rule.corridor_id), ("zone", rule.zone_id)):
            if name is not None and (kind, name) not in entered:
                entered[kind, name] = _enters(kind, name, plan, policy.tolerance, scene)
        if rule.corridor_id is not None and not entered["corridor", rule.corridor_id]:
            continue
        if rule.zone_id is not None and not entered["zone", rule.zone_id]:
            continue
        yield rule


def holds_for(rule: SeparationRule, operation_type: str, aircraft_class: str | None, weather: str) -> bool:
    """Tell whether the conditions of a rule that ask nothing of the place hold."""
    return (
        rule.operation_type in (None, operation_type)
        and rule.aircraft_class in (None, aircraft_class)
        and rule.weather in (None, weather)
    )


def _enters(kind: str, name: str, plan: FlightIntent, tolerance: Tolerance, scene: Scene) -> bool:
    if kind == "zone":
        zone = scene.zones.zones.get(name)
        near = zone is not None and not scene.zones.covers[name].isdisjoint(plan.cells)
        return zone is not None and near and bool(infringements(plan.path, [zone], tolerance))
    corridor = scene.corridors.corridors.get(name)
    return corridor is not None and enters_corridor(plan.path, corridor, tolerance)


def enters_corridor(path: Path, corridor: Corridor, tolerance: Tolerance) -> bool:
    """Tell whether a flight, widened by its tolerance, comes inside a corridor's width and band, whichever way it flies."""
    reach = corridor.width_m / 2 + tolerance.horizontal_m - EPS_M
    low, high = corridor.lower_m - tolerance.vertical_m + EPS_M, corridor.upper_m + tolerance.vertical_m - EPS_M
    if isinstance(path, VolumePath):
        return _volumes_enter(path, corridor, reach, low, high)
    edges = corridor.edges_m
    x_min, y_min = np.minimum(edges[:, :2], edges[:, 2:]).min(axis=0) - reach
    x_max, y_max = np.maximum(edges[:, :2], edges[:, 2:]).max(axis=0) + reach
    box = path.bounds_m
    near = (box[:, 0] <= x_max) & (box[:, 2] >= x_min) & (box[:, 1] <= y_max) & (box[:, 3] >= y_min)
    return any(_row_enters(path, row, corridor, reach, low, high) for row in np.flatnonzero(near).tolist())


def _row_enters(path: FlightPath, row: int, corridor: Corridor, reach: float, low: float, high: float) -> bool:
    x0, y0, _, _, x1, y1, _, _ = path.trajectory.segments[row].tolist()
    if x0 == x1 and y0 == y1:
        if not (shapely.distance(_lines(corridor), shapely.Point(x0, y0)) <= reach).any():
            return False
        inside = [(0.0, 1.0)]
    else:
        inside = merged(edge_stays((x0, y0, x1, y1), corridor.edges_m, reach))
    level = [
        (s0 + u0 * (s1 - s0), s0 + u1 * (s1 - s0))
        for s0, s1, a, b, c in height_pieces(path, row, corridor.datum)
        for u0, u1 in quadratic_within(a, b, c, low, high)
    ]
    return bool(intersection(inside, merged(level)))


def _volumes_enter(path: VolumePath, corridor: Corridor, reach: float, low: float, high: float) -> bool:
    lines = _lines(corridor)
    for k, (prism, area) in enumerate(zip(path.prisms, path.areas, strict=True)):
        # Heights over the corridor's zero, loosest at both ends: the ground differs within the volume.
        if corridor.datum == "HAE":
            bottom, top = prism.z_low_m, prism.z_high_m
        elif corridor.datum == "AMSL":
            bottom, top = prism.z_low_m - path.undulation_high_m[k], prism.z_high_m - path.undulation_low_m[k]
        else:
            bottom, top = prism.z_low_m - path.ground_high_m[k], prism.z_high_m - path.ground_low_m[k]
        if top >= low and bottom <= high and (shapely.distance(lines, area.geometry) <= reach + area.radius_m).any():
            return True
    return False


def _lines(corridor: Corridor) -> Any:
    return shapely.linestrings(corridor.edges_m.reshape(-1, 2, 2))
