"""Re-evaluation: who is in the way of airspace that is suddenly taken, and what each of them should do.

One pass over the conflict index finds every plan, filed or flying. A flight in the air is told the first of these that is
free of everything known: hold where it is, return, land, land where it is; where none is, a person has to separate them.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from airspace.contingency import Fix, Landing, Motion, Procedure, begins, position_at, reserve
from airspace.datums import NoGroundError, OutsideGeoidError
from airspace.geometry4d import PlanGeometry, Prism, Separation, Trajectory4D
from airspace.infringement import infringements
from airspace.lifecycle import AIRBORNE, PlanState
from airspace.timebase import to_scene_s
from airspace.volumes import prism_area, volume_path
from airspace.zones import Zone
from utm.airspace_book import AirspaceBook
from utm.clock import Clock
from utm.sky import LivePlan, Sky

ORDER_S: Final = 4.0
"""How long an order takes to act: sent, heard, and the vehicle at rest."""
AFTER_S: Final = 30.0
"""How much longer than the cause a hold is planned for."""
HOVER_M: Final = 15.0
_CRUISE_MPS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Affected:
    """A plan in the way: when, how near, and what it should do (scene seconds, metres)."""

    plan: LivePlan
    starts_s: float
    ends_s: float
    horizontal_m: float
    vertical_m: float
    action: str
    """airborne: hold, rtl, land or separate; filed: change."""

    @property
    def airborne(self) -> bool:
        """Whether it flies."""
        return is_airborne(self.plan)


def is_airborne(plan: LivePlan) -> bool:
    """Tell whether a plan is being flown."""
    return PlanState(plan.state) in AIRBORNE


class Reevaluation:
    """Finds affected plans and recommends what they do."""

    def __init__(
        self,
        *,
        clock: Clock,
        sky: Sky,
        book: AirspaceBook,
        where: Callable[[LivePlan], Fix | None] = lambda _: None,
        ordered: Callable[[str], Collection[str]] = lambda _: (),
    ) -> None:
        """`where` returns the last fix of the flight of a plan, None where it is not seen.

        `ordered` returns what orders reserve for an aircraft, by id: that is not in its own way.
        """
        self._clock, self._sky, self._book, self.where = clock, sky, book, where
        self._ordered = ordered

    def affected(
        self,
        geometry: PlanGeometry,
        separation: Separation,
        *,
        ignore: Collection[str],
        taken: Sequence[Prism] = (),
        filed: bool = True,
        said: Mapping[str, str] | None = None,
    ) -> list[Affected]:
        """Return every plan that conflicts with a geometry, soonest first; `taken` are volumes the sky does not know.

        With `filed` false only flights in the air are returned. What a flight was `said` to do stays while it is free,
        so that nobody is told one thing after the other.
        """
        found = []
        now_s = to_scene_s(self._clock.now())
        told: set[str] = set()
        for conflict, taker in self._sky.conflicts(geometry, separation, ignore=ignore):
            plan = self._flight_of(taker, ignore)
            if plan is None or plan.plan_id in told:
                continue
            flying = is_airborne(plan)
            if plan.state == PlanState.CONTINGENT or not (flying or filed) or conflict.ends_s < now_s:
                continue
            first = (said or {}).get(plan.plan_id)
            told.add(plan.plan_id)
            action = self.recommend(plan, conflict.ends_s, taken=taken, first=first) if flying else "change"
            found.append(
                Affected(plan, conflict.starts_s, conflict.ends_s, conflict.horizontal_m, conflict.vertical_m, action)
            )
        return sorted(found, key=lambda item: (item.starts_s, item.plan.plan_id))

    def _flight_of(self, taker: LivePlan, ignore: Collection[str]) -> LivePlan | None:
        """Return the flight to be told of a conflict; None for an offer on hold or a contingency's volume.

        What an order reserves is where its vehicle holds or goes: the flight it is on is told.
        """
        plan = self._sky.get(taker.plan_id)
        if plan is None and taker.operation_type == "command":
            flown = (item for item in self._sky.of_aircraft(taker.aircraft_id) if is_airborne(item))
            plan = next((item for item in flown if item.plan_id not in ignore), None)
        return plan

    def recommend(
        self,
        plan: LivePlan,
        ends_s: float,
        *,
        taken: Sequence[Prism] = (),
        zone: Zone | None = None,
        ignore: Collection[str] = (),
        first: str | None = None,
    ) -> str:
        """Return what a flight in the air should do: the first of hold, rtl and land that nothing is in the way of.

        `taken` are volumes to keep clear of that the sky does not know, `zone` one to keep out of; the plans of `ignore`
        are being moved as well and do not count. What was said `first` is tried first.
        """
        order = sorted(("hold", "rtl", "land"), key=lambda action: action != first)
        for action in order:
            volumes = self.volumes(plan, action, ends_s)
            if self.is_free(plan, volumes, taken=taken, zone=zone, ignore=ignore):
                return action
        return "separate"

    def volumes(self, plan: LivePlan, action: str, ends_s: float) -> tuple[Prism, ...]:
        """Return what a flight would take if it did this from now on; empty where it cannot be told."""
        now_s = to_scene_s(self._clock.now())
        fix = self.where(plan)
        motion = Motion(_CRUISE_MPS, reacts_s=ORDER_S)
        starts = begins(plan.geometry, fix, now_s, motion)
        if action == "hold":
            x, y = starts[:, 0], starts[:, 1]
            hull = shapely.MultiPoint(np.column_stack([x, y])).convex_hull.buffer(HOVER_M, quad_segs=4)
            ring = np.asarray(shapely.get_coordinates(shapely.orient_polygons(hull)), dtype=np.float64)[:-1]
            low, high = float(starts[:, 2].min()), float(starts[:, 2].max())
            rise = self._book.policy.tolerance.vertical_m
            return (Prism(ring, None, low - rise, high + rise, now_s, max(ends_s, now_s) + AFTER_S),)
        try:
            lat, lon = self._book.region.frame.to_lat_lon(starts[:, 0], starts[:, 1])
            grounds = self._book.region.altitude.ground_hae_m(lat, lon)
            landing = self._home(plan) if action == "rtl" else None
        except (NoGroundError, OutsideGeoidError):
            return ()
        if action == "rtl" and landing is None:
            return ()
        procedure = Procedure("emergency", "rtl" if action == "rtl" else "land", landing)
        reserved = reserve(
            procedure,
            starts,
            geometry=plan.geometry,
            now_s=now_s,
            ground_low_m=float(grounds.min()),
            motion=motion,
            tolerance=self._book.policy.tolerance,
        )
        return reserved.prisms

    def _home(self, plan: LivePlan) -> Landing | None:
        geometry = plan.geometry
        if not isinstance(geometry, Trajectory4D):
            return None
        x, y = geometry.segments[0, 0:2].tolist()
        lat, lon = self._book.region.frame.to_lat_lon(x, y)
        return Landing(x, y, float(self._book.region.altitude.ground_hae_m(lat, lon)[0]), plan.origin_site_id)

    def is_free(
        self,
        plan: LivePlan,
        volumes: Sequence[Prism],
        *,
        taken: Sequence[Prism] = (),
        zone: Zone | None = None,
        ignore: Collection[str] = (),
    ) -> bool:
        """Tell whether a flight could take these volumes: clear of `taken`, of the zone, and of every plan but `ignore`."""
        if not volumes:
            return False
        if any(touch(a, b, plan.separation) for a in volumes for b in taken):
            return False
        if zone is not None:
            region = self._book.region
            path = volume_path(tuple(volumes), tuple(prism_area(prism, region) for prism in volumes), region)
            if infringements(path, [zone], self._book.policy.tolerance):
                return False
        own = (*self._sky.own_contingency(plan.aircraft_id), *self._ordered(plan.aircraft_id))
        return not self._sky.conflicts(tuple(volumes), plan.separation, ignore=(plan.plan_id, *own, *ignore))

    def place(self, plan: LivePlan) -> tuple[float, float, float] | None:
        """Return where a flight is: its last fix, else where its plan has it now."""
        fix = self.where(plan)
        if fix is not None:
            return fix.x_m, fix.y_m, fix.alt_hae_m
        return position_at(plan.geometry, to_scene_s(self._clock.now()))


def touch(a: Prism, b: Prism, separation: Separation) -> bool:
    """Tell whether two volumes are nearer than the minima allow."""
    if a.t_start_s - b.t_end_s > separation.time_buffer_s or b.t_start_s - a.t_end_s > separation.time_buffer_s:
        return False
    if max(a.z_low_m - b.z_high_m, b.z_low_m - a.z_high_m) >= separation.vertical_m:
        return False
    return bool(shapely.distance(_shape(a), _shape(b)) < separation.horizontal_m)


def _shape(prism: Prism) -> shapely.Geometry:
    if prism.circle is not None:
        return shapely.Point(prism.circle[0], prism.circle[1]).buffer(prism.circle[2])
    return shapely.Polygon(prism.ring)
