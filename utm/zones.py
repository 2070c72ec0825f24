"""Publishing zones, policy and ground stops: who did it, when, and what it touches."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import orjson
import shapely
from sqlmodel import Session

from airspace.areas import Area
from airspace.geometry4d import FloatArray, Prism, Trajectory4D
from airspace.infringement import infringements
from airspace.policy import Policy, policy_to_dict
from airspace.schedule import active_within
from airspace.timebase import to_scene_s
from airspace.trajectory import FlightPath, flight_path
from airspace.volumes import VolumePath, prism_area, volume_path
from airspace.zones import Zone, parse_zone, zone_to_feature
from utm.advisories import AdvisoryDesk, Wanted
from utm.airspace_book import AirspaceBook, GroundStop, PublishedZone, parse_stop_area
from utm.bus import Bus
from utm.clock import Clock
from utm.flight_plans import field_problem
from utm.ids import new_id
from utm.live_schema import ZoneItem
from utm.memory import Memory
from utm.plan_records import rfc3339
from utm.policy_impact import proposed_policy
from utm.problems import FieldProblem, Problem, not_found, validation_problem
from utm.security import Principal
from utm.sky import LivePlan, Sky
from utm.store import airspace_records, zone_versions
from utm.store.journal import record_audit
from utm.store.store import Store, after_commit, on_undo
from utm.store.tables import GroundStopRow, PolicyRow, ZoneRow

_ZONE_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,63}", re.ASCII)


OFFERED_PLANS = 200
"""For how many filed plans counter-offers are looked for when a zone touches them."""
DETAILED_PLANS = 200
"""Of how many touched plans the times of entry and exit are worked out; the rest are named only."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A plan that a zone touches, when it enters and leaves (scene seconds), and what to do about it."""

    plan: LivePlan
    enters_s: float | None
    leaves_s: float | None
    action: str
    """filed: `change_or_cancel`, or `await_authorisation`; airborne: `reroute` before the zone, `leave` inside it."""


@dataclass(frozen=True, slots=True)
class Impact:
    """What a zone would do: the plans it touches, filed ones and those in the air."""

    filed: list[Touched]
    airborne: list[Touched]


class ZoneDesk:
    """The desk where the airspace is published."""

    def __init__(
        self,
        *,
        clock: Clock,
        store: Store,
        bus: Bus,
        memory: Memory,
        book: AirspaceBook,
        sky: Sky,
        advisories: AdvisoryDesk,
    ) -> None:
        self.clock, self.store, self.bus, self.memory, self.book, self.sky = clock, store, bus, memory, book, sky
        self._advisories = advisories
        self.offer_later: Callable[[Sequence[tuple[str, str]]], None] = lambda _: None
        """Finds counter-offers for plans (with their advisories) once a zone that touches them is durable."""

    # -- zones ---------------------------------------------------------------------------------------------------------

    def parse(self, feature: Mapping[str, Any], zone_id: str | None = None, base_pointer: str = "") -> Zone:
        """Return the zone a body describes; raises Problem 422 with every field at fault."""
        zone = parse_zone(feature, self.book.region, zone_id or new_id("zn"))
        if isinstance(zone, list):
            raise validation_problem([field_problem(error.under(base_pointer)) for error in zone])
        if _ZONE_ID.fullmatch(zone.zone_id) is None:
            # It becomes part of a path and of headers: one that does not fit could never be withdrawn again.
            values = {"pattern": _ZONE_ID.pattern}
            raise validation_problem(
                [FieldProblem.of(f"{base_pointer}/properties/zone_id", "invalid_format", **values)]
            )
        return zone

    async def publish(self, principal: Principal, zones: list[Zone], *, replace: bool = False) -> list[PublishedZone]:
        """Publish zones together or not at all; raises Problem 409 for an id that is taken unless `replace`."""
        return await self.store.write(lambda session: [self._publish(session, principal, z, replace) for z in zones])

    async def publish_many(self, principal: Principal, zones: list[Zone]) -> list[PublishedZone]:
        """Publish a file of zones together or not at all, replacing those in force; the index is made once for all."""

        def job(session: Session) -> list[PublishedZone]:
            before = self.book.zones, self.book.zone_set
            published = [self._publish(session, principal, zone, True, put=False) for zone in zones]
            self.book.put_zones(published)
            on_undo(session, lambda: self.book.restore_zones(*before))
            return published

        return await self.store.write(job)

    async def replace(self, principal: Principal, zone: Zone, if_version: int | None) -> PublishedZone:
        """Publish a new version of a zone that is in force."""

        def job(session: Session) -> PublishedZone:
            present = self._present(session, zone.zone_id)
            check_version(present.version, if_version)
            return self._publish(session, principal, zone, True)

        return await self.store.write(job)

    def publish_one(
        self, session: Session, principal: Principal, zone: Zone, *, impact: Impact | None = None
    ) -> PublishedZone:
        """Publish a zone inside the running job; `impact` is what it does, where that is known already."""
        return self._publish(session, principal, zone, False, impact=impact)

    def publish_again(self, session: Session, principal: Principal, zone: Zone) -> PublishedZone:
        """Publish a zone inside the running job, replacing the one of its id."""
        return self._publish(session, principal, zone, True)

    async def withdraw(self, principal: Principal, zone_id: str, if_version: int | None) -> None:
        """Take a zone out of force; its record stays."""
        await self.store.write(lambda session: self.withdraw_one(session, principal, zone_id, if_version))

    def withdraw_one(self, session: Session, principal: Principal, zone_id: str, if_version: int | None) -> None:
        """Take a zone out of force inside the running job, and withdraw what firms were told because of it."""
        present = self._present(session, zone_id)
        check_version(present.version, if_version)
        now = rfc3339(self.clock.now())
        airspace_records.change_zone(session, zone_id, {"withdrawn_at": now, "version": present.version + 1})
        zone_versions.keep(
            session, zone_id, present.version + 1, present.feature, now, principal.subject, withdrawn=True
        )
        self.audit(session, principal, "zone.withdraw", "zone", zone_id, {"version": present.version + 1})
        before = self.book.zones.get(zone_id)
        self.book.drop_zone(zone_id)
        if before is not None:
            on_undo(session, lambda: self.book.put_zone(before))
        self._advisories.sync(session, f"zone:{zone_id}", [])
        self._tell(session, zone_id, present.version + 1, None)

    def impact(self, zone: Zone) -> Impact:
        """Return the plans that reserve airspace inside a zone's area, band and periods, with their tolerance."""
        tolerance = self.book.policy.tolerance
        touched: dict[str, LivePlan] = {}
        for prism in zone_prisms(zone, self.book, to_scene_s(self.clock.now())):
            for plan in self.sky.touching(
                prism, widen_horizontal_m=tolerance.horizontal_m, widen_vertical_m=tolerance.vertical_m
            ):
                if active_within(zone.applicability, plan.starts_s, plan.ends_s):
                    touched[plan.plan_id] = plan
        ordered = sorted(touched.values(), key=lambda plan: (plan.state == "approved", plan.starts_s, plan.plan_id))
        found = [self._touched(plan, zone, detailed=n < DETAILED_PLANS) for n, plan in enumerate(ordered)]
        return Impact(
            [item for item in found if item is not None and item.plan.state == "approved"],
            [item for item in found if item is not None and item.plan.state != "approved"],
        )

    def told_now(self, zone_id: str) -> list[Wanted]:
        """Return what a zone calls for now; nothing once it is withdrawn or its last period is over."""
        published = self.book.zones.get(zone_id)
        now_s = to_scene_s(self.clock.now())
        if published is None or all(period.ends_s < now_s for period in published.zone.applicability):
            return []
        found = self.impact(published.zone)
        return [_told(item, published.zone) for item in (*found.airborne, *found.filed)]

    def _touched(self, plan: LivePlan, zone: Zone, *, detailed: bool) -> Touched | None:
        """Return what the zone does to a plan, or None when, looked at exactly, it does nothing (a hole, another time)."""
        if not detailed:
            return Touched(plan, None, None, _action(plan, zone, None, 0.0))
        region = self.book.region
        if isinstance(plan.geometry, Trajectory4D):
            path: FlightPath | VolumePath = flight_path(plan.geometry, region, int(plan.geometry.waypoint_of[-1]) + 2)
        else:
            path = volume_path(plan.geometry, tuple(prism_area(prism, region) for prism in plan.geometry), region)
        found = infringements(path, [zone], self.book.policy.tolerance)
        if not found:
            return None
        enters_s, leaves_s = min(item.starts_s for item in found), max(item.ends_s for item in found)
        return Touched(plan, enters_s, leaves_s, _action(plan, zone, enters_s, to_scene_s(self.clock.now())))

    def _present(self, session: Session, zone_id: str) -> ZoneRow:
        row = airspace_records.zone(session, zone_id)
        if row is None or row.withdrawn_at is not None:
            raise not_found("zone", "区域", zone_id)
        return row

    def _publish(
        self,
        session: Session,
        principal: Principal | None,
        zone: Zone,
        replace: bool,
        *,
        put: bool = True,
        impact: Impact | None = None,
    ) -> PublishedZone:
        known = airspace_records.zone(session, zone.zone_id)
        if known is not None and known.withdrawn_at is None and not replace:
            raise Problem(
                "zone_exists",
                f"A zone with the id {zone.zone_id} is in force. Use PUT to change it, or another id.",
                f"编号为 {zone.zone_id} 的区域已存在。请用 PUT 修改，或使用其他编号。",
            )
        now = rfc3339(self.clock.now())
        version = 1 if known is None else known.version + 1
        by = "system" if principal is None else principal.subject
        feature = orjson.dumps(zone_to_feature(zone)).decode()
        values: dict[str, Any] = {
            "version": version,
            "feature": feature,
            "published_at": now,
            "published_by": by,
            "withdrawn_at": None,
        }
        if known is None:
            airspace_records.add_zone(session, ZoneRow(zone_id=zone.zone_id, **values))
        else:
            airspace_records.change_zone(session, zone.zone_id, values)
        zone_versions.keep(session, zone.zone_id, version, feature, now, by, withdrawn=False)
        self.audit(session, principal, "zone.publish", "zone", zone.zone_id, {"version": version})
        published = PublishedZone(zone, version, now)
        if put:
            before = self.book.zones.get(zone.zone_id)
            self.book.put_zone(published)
            on_undo(session, lambda: self.book.put_zone(before) if before else self.book.drop_zone(zone.zone_id))
        self._tell(session, zone.zone_id, version, zone_document(published))
        if zone.restriction in ("PROHIBITED", "REQ_AUTHORISATION"):
            self._warn_owners(session, zone, self.impact(zone) if impact is None else impact)
        return published

    def _warn_owners(self, session: Session, zone: Zone, found: Impact) -> None:
        """Tell every firm whose approved or flying plan a zone touches, in the same transaction as the zone.

        A changed zone changes what was told of it: there is one advisory per zone and plan.
        """
        touched = (*found.airborne, *found.filed)
        ids = self._advisories.sync(session, f"zone:{zone.zone_id}", [_told(item, zone) for item in touched])
        filed = [(item.plan.plan_id, ids[item.plan.plan_id]) for item in found.filed[:OFFERED_PLANS]]
        if filed:
            after_commit(session, lambda: self.offer_later(filed))

    def _tell(self, session: Session, zone_id: str, version: int, feature: dict[str, Any] | None) -> None:
        self.memory.note(session, "zone", zone_id)
        news = ZoneItem(zone_id=zone_id, version=version, feature=feature)
        self.bus.publish_in(session, "zones", news)

    # -- policy --------------------------------------------------------------------------------------------------------

    async def publish_policy(self, principal: Principal, body: Mapping[str, Any], if_version: int | None) -> Policy:
        """Publish a new version of the policy; fields left out keep their value. Raises Problem 422 with the arithmetic."""

        def job(session: Session) -> Policy:
            check_version(self.book.policy.version, if_version)
            policy = proposed_policy(self.book, body)
            self.keep_policy(session, principal, policy)
            return policy

        return await self.store.write(job)

    def keep_policy(self, session: Session, principal: Principal | None, policy: Policy) -> None:
        """Put a policy into force (inside a job of the writer)."""
        airspace_records.add_policy(
            session,
            PolicyRow(
                version=policy.version,
                body=orjson.dumps(policy_to_dict(policy)).decode(),
                published_at=rfc3339(self.clock.now()),
                published_by="system" if principal is None else principal.subject,
            ),
        )
        self.audit(session, principal, "policy.publish", "policy", str(policy.version), policy_to_dict(policy))
        before = self.book.policy
        self.book.policy = policy
        on_undo(session, lambda: setattr(self.book, "policy", before))
        self.memory.note(session, "policy", str(policy.version))

    def first_records(self, session: Session, policy: Policy) -> None:
        """Fill an empty store with the city pack's zones and a first policy (inside a job of the writer)."""
        if airspace_records.count_zones(session) == 0:
            for feature in self.book.city.zones:
                self._publish(session, None, self.parse(feature), False)
        if airspace_records.current_policy(session) is None:
            self.keep_policy(session, None, policy)

    # -- ground stops --------------------------------------------------------------------------------------------------

    async def stop_ground(
        self, principal: Principal, geometry: dict[str, Any], radius_m: float | None, until: datetime, reason: str
    ) -> GroundStop:
        """Declare that nothing is activated in an area until a time."""
        area = parse_stop_area(geometry, radius_m, self.book.region)
        if isinstance(area, list):
            raise validation_problem([field_problem(error) for error in area])
        stop = GroundStop(
            new_id("gs"), area, geometry, radius_m, until, reason, rfc3339(self.clock.now()), principal.subject
        )

        def job(session: Session) -> GroundStop:
            airspace_records.add_ground_stop(
                session,
                GroundStopRow(
                    ground_stop_id=stop.ground_stop_id,
                    area=orjson.dumps({"geometry": geometry, "radius_m": radius_m}).decode(),
                    until=until.isoformat(),
                    reason=reason,
                    declared_at=stop.declared_at,
                    declared_by=stop.declared_by,
                ),
            )
            detail = {"until": until.isoformat(), "reason": reason}
            self.audit(session, principal, "ground_stop.declare", "ground_stop", stop.ground_stop_id, detail)
            self._replace_stops(session, {**self.book.ground_stops, stop.ground_stop_id: stop}, stop.ground_stop_id)
            return stop

        return await self.store.write(job)

    async def lift_ground_stop(self, principal: Principal, ground_stop_id: str) -> None:
        """Lift a ground stop before its time; raises Problem 404 when none stands by that id."""

        def job(session: Session) -> None:
            row = airspace_records.ground_stop(session, ground_stop_id)
            if row is None or row.lifted_at is not None:
                raise not_found("ground stop", "停飞令", ground_stop_id)
            airspace_records.lift_ground_stop(session, ground_stop_id, rfc3339(self.clock.now()))
            self.audit(session, principal, "ground_stop.lift", "ground_stop", ground_stop_id, {})
            left = {key: stop for key, stop in self.book.ground_stops.items() if key != ground_stop_id}
            self._replace_stops(session, left, ground_stop_id)

        await self.store.write(job)

    def _replace_stops(self, session: Session, stops: dict[str, GroundStop], ref: str) -> None:
        before = self.book.ground_stops
        self.book.ground_stops = stops
        on_undo(session, lambda: setattr(self.book, "ground_stops", before))
        self.memory.note(session, "ground_stop", ref)

    def audit(
        self, session: Session, principal: Principal | None, action: str, kind: str, ref: str, detail: dict[str, Any]
    ) -> None:
        """Append an audit line about what is published; without a principal the system itself acted."""
        record_audit(
            session,
            at=self.clock.now(),
            actor="system" if principal is None else principal.subject,
            organisation_id=None if principal is None else principal.organisation_id,
            action=action,
            object_kind=kind,
            object_id=ref,
            detail=detail,
        )


def _told(item: Touched, zone: Zone) -> Wanted:
    """Return what the firm of a plan that a zone touches is told."""
    plan, flying = item.plan, item.plan.state != "approved"
    do = "Leave or avoid it, or land." if flying else "Change or cancel the plan; it will not be activated."
    do_zh = "请避让、离开或着陆。" if flying else "请修改或取消计划；否则将无法激活。"
    return Wanted(
        organisation_id=plan.organisation_id,
        plan_id=plan.plan_id,
        kind="zone_published",
        action=item.action,
        detail=f"The zone {zone.name} was published on the route of plan {plan.plan_id}. {do}",
        detail_zh=f"计划 {plan.plan_id} 的航线上发布了区域“{zone.name_zh or zone.name}”。{do_zh}",
        zone_id=zone.zone_id,
        must_acknowledge=flying,
        starts_s=item.enters_s,
        ends_s=item.leaves_s,
    )


def _action(plan: LivePlan, zone: Zone, enters_s: float | None, now_s: float) -> str:
    if plan.state == "approved":
        return "await_authorisation" if zone.restriction == "REQ_AUTHORISATION" else "change_or_cancel"
    return "leave" if enters_s is not None and enters_s <= now_s else "reroute"


def zone_document(published: PublishedZone) -> dict[str, Any]:
    """Return a zone as the API answers it: the Feature, with its version and when it was published."""
    feature = zone_to_feature(published.zone)
    feature["properties"] |= {"version": published.version, "published_at": published.published_at}
    return feature


def zone_prisms(zone: Zone, book: AirspaceBook, now_s: float) -> list[Prism]:
    """Return prisms that hold the whole zone from now on: one per part of its area, its band raised to HAE bounds."""
    low_m, high_m = _band_hae_m(zone, book)
    start_s, end_s = now_s - 86_400.0, now_s + 400 * 86_400.0
    if zone.area.circle is not None:
        centre = zone.area.geometry
        circle = (float(centre.x), float(centre.y), zone.area.radius_m)
        return [Prism(None, circle, low_m, high_m, start_s, end_s)]
    return [Prism(ring, None, low_m, high_m, start_s, end_s) for ring in _outer_rings(zone.area)]


def _outer_rings(area: Area) -> list[FloatArray]:
    parts = shapely.get_parts(shapely.orient_polygons(area.geometry))
    return [np.asarray(shapely.get_coordinates(part.exterior))[:-1] for part in parts]


def _band_hae_m(zone: Zone, book: AirspaceBook) -> tuple[float, float]:
    """Return the lowest and highest HAE the band reaches in the zone's area, as far as this city serves it."""
    x0, y0, x1, y1 = zone.area.bounds_m
    x, y = np.meshgrid(np.linspace(x0, x1, 9), np.linspace(y0, y1, 9))
    lat, lon = book.region.frame.to_lat_lon(x.ravel(), y.ravel())
    service = book.region.service  # plans fly nowhere else, and the models of geoid and ground reach no further
    lat = lat.clip(service.min_lat_deg, service.max_lat_deg)
    lon = lon.clip(service.min_lon_deg, service.max_lon_deg)
    zero_low = zero_high = 0.0
    if zone.datum != "HAE":
        undulation = book.region.altitude.undulation_m(lat, lon)
        zero_low, zero_high = float(undulation.min()), float(undulation.max())
        if zone.datum == "AGL":
            ground_low, ground_high = book.region.altitude.terrain.range_amsl_m(
                float(lat.min()), float(lon.min()), float(lat.max()), float(lon.max())
            )
            zero_low, zero_high = zero_low + ground_low, zero_high + ground_high
    upper_m = 1e5 if zone.upper_m is None else zone.upper_m
    return zone.lower_m + zero_low, upper_m + zero_high


def check_version(present: int, asked: int | None) -> None:
    """Raise Problem 409 when a change names another version than the one there is."""
    if asked is not None and asked != present:
        raise Problem(
            "stale_version",
            f"It is at version {present}, not {asked}. Read it again and decide anew.",
            f"当前版本为 {present}，不是 {asked}。请重新读取后再修改。",
        )
