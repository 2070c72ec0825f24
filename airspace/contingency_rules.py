"""What approval asks of the procedure a plan files for a lost link: a landing site there is, and a way to it.

The way back is straight from any point of the route to the landing place, so what is tested is the fan of all those
lines at their heights (`airspace.contingency` reserves it when it comes to that). A zone the route itself enters is
reported with the route and not again here. Over hilly ground the fan is held to the highest and lowest ground under all
of it where single lines would not tell: it may be refused where a closer look would pass it, never the other way round.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Any, Final, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from airspace.contingency import FiledContingency, Landing
from airspace.datums import terrain_names
from airspace.decision import Reason, reason
from airspace.geometry4d import EPS_M, FloatArray
from airspace.infringement import infringements
from airspace.intent import FlightIntent
from airspace.policy import Policy, Severity
from airspace.scene import Scene
from airspace.schedule import active_within
from airspace.tracks import RowArray
from airspace.trajectory import FlightPath
from airspace.zones import Zone, ZoneSet

_STEP_M: Final = 500.0
_MOST_LINES: Final = 400
_SLOWEST_MPS: Final = 7.0
"""The slowest a returning aircraft is taken to be: for how long after its end a flight may still be on its way back."""
_SLACK_M: Final = 0.5
"""Heights are compared with the ground of a box: the geoid under it tilts by that much at most."""
_MOST_DISTANCES: Final = 4096
_KEEP_OUT: Final = frozenset({"PROHIBITED", "REQ_AUTHORISATION"})
_ROLE: Final = {"role": "lost-link landing", "role_zh": "失联备降"}


def home_of(plan: FlightIntent, scene: Scene) -> Landing | None:
    """Return where the flight returns to: the pad it leaves, or the ground below its first point; None for volumes."""
    path = plan.path
    if not isinstance(path, FlightPath):
        return None
    site = None if plan.origin_site_id is None else scene.sites.sites.get(plan.origin_site_id)
    if site is not None:
        return Landing(site.x_m, site.y_m, float(path.undulation_m[0, 0]) + site.elevation_amsl_m, site.site_id)
    x, y = path.trajectory.segments[0, 0:2].tolist()
    return Landing(x, y, float(path.ground_m[0, 0]))


def landing_at(x_m: float, y_m: float, scene: Scene, site_id: str | None = None) -> Landing:
    """Return a place on the ground as a landing; a known site lands on its pads, at its own place."""
    site = None if site_id is None else scene.sites.sites.get(site_id)
    if site is not None:
        x_m, y_m = site.x_m, site.y_m
        undulation = scene.region.altitude.undulation_m(site.lat_deg, site.lon_deg)
        return Landing(x_m, y_m, float(undulation[0]) + site.elevation_amsl_m, site.site_id)
    lat, lon = scene.region.frame.to_lat_lon(x_m, y_m)
    return Landing(x_m, y_m, float(scene.region.altitude.ground_hae_m(lat, lon)[0]))


def contingency_reasons(plan: FlightIntent, policy: Policy, scene: Scene) -> Iterator[Reason]:
    """Yield what is wrong with the filed procedure for a lost link.

    Codes: contingency_site_missing, site_unknown, site_closed, lost_link_below_terrain, lost_link_above_ceiling,
    lost_link_zone.
    """
    filed = plan.contingency
    if filed is None or filed.lost_link not in ("rtl", "alternate") or not isinstance(plan.path, FlightPath):
        return
    landing = home_of(plan, scene)
    if filed.lost_link == "alternate":
        site_id = plan.lost_link_site_id
        if site_id is None:
            yield reason("contingency_site_missing", {}, severity=policy.lost_link_route, rule="lost_link")
            return
        site = scene.sites.sites.get(site_id)
        if site is None or (site.operator_id is not None and site.operator_id != plan.operator_id):
            yield reason("site_unknown", {**_ROLE, "site_id": site_id}, site_id=site_id)
            return
        if not site.open:
            names = {"name": site.name, "name_zh": site.name_zh or site.name}
            yield reason("site_closed", {**_ROLE, **names}, site_id=site_id)
        landing = landing_at(site.x_m, site.y_m, scene, site_id)
    assert landing is not None
    if filed.reverse and filed.lost_link == "rtl":
        return  # back along the route, at the heights of the route: judged with it
    fan = _Fan(plan, plan.path, filed, landing, policy, scene)
    yield from fan.heights()
    yield from fan.zones()


_Kept: TypeAlias = dict[tuple[int, bytes], FloatArray]


@lru_cache(maxsize=4)
def _keep_out(zones: ZoneSet) -> tuple[tuple[Zone, ...], FloatArray, _Kept]:
    """Return the zones that keep flights out, their boxes (n, 4) x_min y_min x_max y_max, and room for distances.

    How far ways back keep from a zone is asked again for each departure of one route, and whenever it is flown again: what
    was found stays as long as the zones do, by the zone's number and the places of the ways.
    """
    found = tuple(zone for zone in zones.zones.values() if zone.restriction in _KEEP_OUT)
    return found, np.array([zone.area.bounds_m for zone in found]).reshape(-1, 4), {}


class _Fan:
    """Every straight way from the route to the landing place."""

    def __init__(
        self,
        plan: FlightIntent,
        path: FlightPath,
        filed: FiledContingency,
        landing: Landing,
        policy: Policy,
        scene: Scene,
    ) -> None:
        self._plan, self._path, self._policy, self._scene, self._landing = plan, path, policy, scene, landing
        self._filed = filed.return_agl_m
        rows = path.trajectory.segments
        z = rows[:, [2, 6]]
        low, high = float(z.min()), float(z.max())
        if self._filed is not None:
            height = landing.ground_hae_m + self._filed
            # It climbs to the height of its return and stays higher where it flew higher.
            low, high = max(low, height), max(high, height)
        else:
            low = high  # without a height filed it returns at the height its route is flown at
        self.low_m, self.high_m = low, high
        self._corners = np.concatenate([rows[:, 0:2], rows[-1:, 4:6], [[landing.x_m, landing.y_m]]])

    def _lines(self) -> FloatArray:
        """Return (k, 4) ways back from points of the route at most `_STEP_M` apart, fewer on very long routes."""
        rows = self._path.trajectory.segments
        lengths = np.hypot(rows[:, 4] - rows[:, 0], rows[:, 5] - rows[:, 1])
        step = max(_STEP_M, float(lengths.sum()) / _MOST_LINES)
        points = [rows[:1, 0:2]]
        for row, length in zip(rows, lengths.tolist(), strict=True):
            shares = np.linspace(0.0, 1.0, max(2, int(np.ceil(length / step)) + 1))[1:, None]
            points.append(row[0:2] + shares * (row[4:6] - row[0:2]))
        starts = np.unique(np.vstack(points), axis=0)
        return np.column_stack([starts, np.broadcast_to((self._landing.x_m, self._landing.y_m), starts.shape)])

    @cached_property
    def _grounds(self) -> tuple[float, float]:
        """Return the lowest and highest ground (HAE) in the box around every way back."""
        path, region = self._path, self._scene.region
        lat0, lon0 = float(path.lat_deg.min()), float(path.lon_deg.min())
        lat1, lon1 = float(path.lat_deg.max()), float(path.lon_deg.max())
        if self._landing.site_id is not None:
            site = self._scene.sites.sites[self._landing.site_id]
            lat0, lon0 = min(lat0, site.lat_deg), min(lon0, site.lon_deg)
            lat1, lon1 = max(lat1, site.lat_deg), max(lon1, site.lon_deg)
        undulation = region.altitude.undulation_m([lat0, lat0, lat1, lat1], [lon0, lon1, lon0, lon1])
        low, high = region.altitude.terrain.range_amsl_m(lat0, lon0, lat1, lon1)
        return low + float(undulation.min()), high + float(undulation.max())

    def _ground_along(self) -> tuple[float, float]:
        region, lines = self._scene.region, self._lines()
        lat0, lon0 = region.frame.to_lat_lon(lines[:, 0], lines[:, 1])
        lat1, lon1 = region.frame.to_lat_lon(lines[:, 2], lines[:, 3])
        ends = zip(lat0.tolist(), lon0.tolist(), lat1.tolist(), lon1.tolist(), strict=True)
        found = [region.altitude.ground_range_hae_m(*line) for line in ends]
        return min(low for low, _ in found), max(high for _, high in found)

    def heights(self) -> Iterator[Reason]:
        """Yield the ways back that are below the ground or above the ceiling."""
        policy, rise = self._policy, self._policy.tolerance.vertical_m
        ground_low, ground_high = self._grounds
        ceiling = policy.ceiling_agl_m + _SLACK_M
        if self.low_m - rise >= ground_high and (self._filed is None or self.high_m + rise - ground_low <= ceiling):
            return  # true of all the ground around: no line needs a closer look
        ground_low, ground_high = self._ground_along()
        depth = ground_high + rise - self.low_m
        if depth > _SLACK_M:
            values: dict[str, object] = {
                "height_m": self.low_m - self._landing.ground_hae_m,
                "depth_m": depth,
                **terrain_names(self._scene.region.altitude.terrain),
            }
            yield reason(
                "lost_link_below_terrain", values, severity=policy.lost_link_route, rule="lost_link",
                vertical_margin_m=-depth,
            )  # fmt: skip
        top = self.high_m + rise - ground_low
        # A route that is above the ceiling itself is reported with the route.
        flown = float(self._path.agl_high_m.max()) + rise
        if self._filed is not None and top > ceiling and flown <= ceiling:
            values = {"top_m": top, "ceiling_m": policy.ceiling_agl_m, "excess_m": top - policy.ceiling_agl_m}
            exempt = self._plan.operation_type in policy.ceiling_exempt_operations
            severity: Severity = "pending" if exempt else policy.lost_link_route
            yield reason(
                "lost_link_above_ceiling", values, severity=severity, rule="lost_link",
                vertical_margin_m=policy.ceiling_agl_m - top,
            )  # fmt: skip

    def zones(self) -> Iterator[Reason]:
        """Yield the zones some way back enters, that the route itself does not."""
        policy = self._policy
        reach = policy.tolerance.horizontal_m - EPS_M
        known, boxes, distances = _keep_out(self._scene.zones)
        x0, y0 = self._corners.min(axis=0) - reach
        x1, y1 = self._corners.max(axis=0) + reach
        near = (boxes[:, 0] <= x1) & (boxes[:, 2] >= x0) & (boxes[:, 1] <= y1) & (boxes[:, 3] >= y0)
        chosen = [k for k in near.nonzero()[0].tolist() if self._in_band(known[k])]
        if not chosen:
            return
        rows, near_rows = self._rows_near([known[k] for k in chosen], reach)
        if not len(rows):
            return
        ways = self._path.trajectory.segments[rows][:, (0, 1, 4, 5)].tobytes() + self._corners[-1].tobytes()
        shapes: Any = None
        starts_s, ends_s = self._plan.window_s
        way = self._corners - self._corners[-1]
        back_s = float(np.hypot(way[:, 0], way[:, 1]).max()) / _SLOWEST_MPS
        for number, near_it in zip(chosen, near_rows, strict=True):
            if not near_it.any():
                continue
            zone, kept = known[number], distances.get((number, ways))
            if kept is None:
                shapes = self._triangles(rows) if shapes is None else shapes
                if len(distances) >= _MOST_DISTANCES:
                    distances.clear()
                kept = distances[number, ways] = zone.area.distance_m(shapes)
            if float(kept.min()) > reach or not active_within(zone.applicability, starts_s, ends_s + back_s):
                continue
            if infringements(self._path, [zone], policy.tolerance):
                continue
            k = int(np.argmin(kept))
            row = int(rows[k])
            i, j = self._plan.segment(row, row)
            names = {"name": zone.name, "name_zh": zone.name_zh or zone.name, "i": i, "j": j}
            severity: Severity = policy.lost_link_route
            if zone.restriction == "REQ_AUTHORISATION" and severity == "refuse":
                severity = "pending"
            yield reason(
                "lost_link_zone", names, severity=severity, zone_id=zone.zone_id, segment=(i, j),
                horizontal_margin_m=float(kept[k]) - policy.tolerance.horizontal_m,
            )  # fmt: skip

    def _rows_near(self, zones: Sequence[Zone], reach_m: float) -> tuple[RowArray, NDArray[np.bool_]]:
        """Return the legs whose ways back may come so near to a zone, by their boxes, and bool (zones, legs) of which."""
        ends, goal = self._path.trajectory.segments, self._corners[-1]
        low = np.minimum(np.minimum(ends[:, 0:2], ends[:, 4:6]), goal) - reach_m
        high = np.maximum(np.maximum(ends[:, 0:2], ends[:, 4:6]), goal) + reach_m
        boxes = np.array([zone.area.bounds_m for zone in zones])[:, None]
        meets = (boxes[..., 0:2] <= high) & (boxes[..., 2:4] >= low)
        met = meets.all(axis=-1)
        return np.flatnonzero(met.any(axis=0)), met

    def _triangles(self, legs: RowArray) -> Any:
        """Return the area swept by the ways back from each of these legs: a triangle, or a line if it points at the landing."""
        rows = self._path.trajectory.segments[legs]
        goal = np.broadcast_to(self._corners[-1], (len(rows), 2))
        corners = np.stack([rows[:, 0:2], rows[:, 4:6], goal], axis=1)
        return shapely.convex_hull(shapely.multipoints(corners))

    def _in_band(self, zone: Zone) -> bool:
        rise = self._policy.tolerance.vertical_m - EPS_M
        low, high = self.low_m, self.high_m
        if zone.datum == "AGL":
            low, high = low - self._grounds[1], high - self._grounds[0]
        elif zone.datum == "AMSL":
            undulation = self._path.undulation_m
            low, high = low - float(undulation.max()), high - float(undulation.min())
        return high + rise >= zone.lower_m and (zone.upper_m is None or low - rise <= zone.upper_m)
