"""Temporary zones: drawn by a dispatcher or a regulator, with notice, and turned into a list of actions.

Notice is that of Article 20 of Order 761 (24 hours; 30 minutes for a military or emergency one). Less is possible in an
emergency, with the reason, which stands in the audit trail.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

import numpy as np
import shapely
from sqlmodel import Session

from airspace.geometry4d import Prism
from airspace.schedule import Period
from airspace.timebase import from_scene_s, to_scene_s
from airspace.zones import Zone
from utm.action_lists import ActionDesk, Draft
from utm.airspace_book import AirspaceBook, PublishedZone
from utm.clock import Clock
from utm.plan_records import rfc3339
from utm.problems import FieldProblem, Problem, not_found, validation_problem
from utm.reevaluation import ORDER_S, Reevaluation, touch
from utm.security import Principal
from utm.sky import Sky
from utm.store import contingencies as records
from utm.store.contingency_tables import TemporaryZoneRow
from utm.store.store import Store
from utm.zone_orders import orders_kept_up
from utm.zone_places import is_inside
from utm.zones import Impact, Touched, ZoneDesk, zone_document

Category = Literal["event", "urgent"]
_AROUND_M: Final = 20_000.0
"""Further than any flight returns in the time looked at."""
LONGEST_S: Final = 30 * 86_400.0
"""A zone that lasts longer is no temporary one (ours)."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A temporary zone as drawn: the zone, active in its one period, and what it would do."""

    zone: Zone
    category: Category
    starts_at: datetime
    ends_at: datetime
    override_reason: str | None
    impact: Impact
    drafts: tuple[Draft, ...]
    orders: tuple[dict[str, Any], ...]
    """The transport orders it would keep up, as the API tells them."""


class TemporaryZones:
    """Draws, publishes and withdraws temporary zones."""

    def __init__(
        self,
        *,
        clock: Clock,
        store: Store,
        book: AirspaceBook,
        sky: Sky,
        zone_desk: ZoneDesk,
        actions: ActionDesk,
        reevaluation: Reevaluation,
    ) -> None:
        self._clock, self._store, self._book, self._sky = clock, store, book, sky
        self._zones, self._actions, self._re = zone_desk, actions, reevaluation

    async def draw(
        self,
        feature: dict[str, Any],
        *,
        category: Category,
        starts_at: datetime,
        ends_at: datetime,
        override_reason: str | None,
    ) -> Drawn:
        """Return a zone with what it would do to every flight; raises Problem 422 for one that cannot be drawn."""
        now_s, starts_s, ends_s = (to_scene_s(at) for at in (self._clock.now(), starts_at, ends_at))
        if not starts_s < ends_s or ends_s <= now_s or ends_s - starts_s > LONGEST_S:
            limit = {"limit": "after starts_at, in the future, and within 30 days of it"}
            raise validation_problem(
                [FieldProblem.of("/ends_at", "out_of_range", **limit, limit_zh="晚于 starts_at、在将来且不超过 30 天")]
            )
        zone = replace(self._zones.parse(feature), applicability=(Period(starts_s, ends_s),))
        impact = await asyncio.to_thread(self._zones.impact, zone)
        drafts = await asyncio.to_thread(self._drafts, zone, impact, ends_s)
        orders = await orders_kept_up(self._store, self._book, zone, impact)
        return Drawn(zone, category, starts_at, ends_at, override_reason, impact, drafts, tuple(orders))

    def check_notice(self, drawn: Drawn) -> None:
        """Raise Problem 409 where less notice is given than asked for and no emergency is given as the reason."""
        policy = self._book.policy
        asked_s = policy.zone_notice_s if drawn.category == "event" else policy.zone_urgent_notice_s
        given_s = (drawn.starts_at - self._clock.now()).total_seconds()
        if given_s >= asked_s - 1.0 or drawn.override_reason is not None:
            return
        earliest = rfc3339(from_scene_s(to_scene_s(self._clock.now()) + asked_s))
        raise Problem(
            "notice_too_short",
            f"The zone would begin in {max(given_s, 0.0):.0f} s; {asked_s:.0f} s of notice are asked for ({drawn.category}). "
            f"Let it begin at {earliest} or later, or give emergency_override with the reason.",
            f"该区域将在 {max(given_s, 0.0):.0f} 秒后生效，而 {drawn.category} 类须提前 {asked_s:.0f} 秒公告。请改为 {earliest} "
            "之后生效，或在 emergency_override 中说明紧急理由。",
            extra={"earliest_starts_at": earliest},
        )

    async def publish(self, principal: Principal, drawn: Drawn) -> dict[str, Any]:
        """Publish a zone with its list of actions in one transaction; raises Problem 409 as `check_notice` does."""
        self.check_notice(drawn)

        def job(session: Session) -> tuple[PublishedZone, TemporaryZoneRow]:
            published = self._zones.publish_one(session, principal, drawn.zone, impact=drawn.impact)
            zone_id = drawn.zone.zone_id
            list_id = self._actions.make(session, "zone", zone_id, drawn.drafts, principal)
            row = TemporaryZoneRow(
                zone_id=zone_id,
                category=drawn.category,
                override_reason=drawn.override_reason,
                starts_at=rfc3339(drawn.starts_at),
                ends_at=rfc3339(drawn.ends_at),
                published_at=published.published_at,
                published_by=principal.subject,
                action_list_id=list_id,
            )
            records.put_zone(session, row)
            detail = {"category": drawn.category, "override_reason": drawn.override_reason, "action_list_id": list_id}
            action = "temporary_zone.publish" if drawn.override_reason is None else "temporary_zone.override"
            self._zones.audit(session, principal, action, "zone", zone_id, detail)
            return published, row

        published, row = await self._store.write(job)
        shown = {**temporary_document(row), "zone": zone_document(published), "orders": list(drawn.orders)}
        return {**shown, **await self._list(row)}

    async def _list(self, row: TemporaryZoneRow) -> dict[str, Any]:
        return {"action_list": await self._actions.get(row.action_list_id)}

    async def withdraw(self, principal: Principal, zone_id: str) -> None:
        """Take a temporary zone out of force before its end, with what is still asked because of it."""

        def job(session: Session) -> None:
            row = records.zone(session, zone_id)
            if row is None or row.withdrawn_at is not None:
                raise not_found("temporary zone", "临时区域", zone_id)
            self._zones.withdraw_one(session, principal, zone_id, None)
            records.withdraw_zone(session, zone_id, rfc3339(self._clock.now()))
            self._actions.cause_over(session, zone_id)

        await self._store.write(job)

    async def page(self) -> list[dict[str, Any]]:
        """Return the temporary zones that were not withdrawn and have not ended, by when they begin."""
        now = self._clock.now()
        rows = await self._store.read(records.zones)
        return [
            {**temporary_document(row), "zone": zone_document(self._book.zones[row.zone_id])}
            for row in rows
            if row.zone_id in self._book.zones and datetime.fromisoformat(row.ends_at) > now
        ]

    # -- what each flight should do ------------------------------------------------------------------------------------

    def _drafts(self, zone: Zone, impact: Impact, ends_s: float) -> tuple[Draft, ...]:
        """Return the recommended action of every flight: those in the air first, the soonest in the zone first.

        All who are to be moved, in the air or not started, do not count as obstacles for each other's way out; the places
        and ways they are told to take do. Plans that have not started are moved first when a list is carried out.
        """
        now_s = to_scene_s(self._clock.now())
        flying = sorted(impact.airborne, key=lambda item: (item.enters_s is None, item.enters_s or 0.0))
        waiting = [item for item in impact.filed if item.action != "await_authorisation"]
        moved = [item.plan.plan_id for item in (*flying, *waiting)]
        taken = _Taken()
        others = self._others(zone, moved, now_s)
        drafts = []
        for item in flying:
            inside = self._is_in(item, zone, now_s + ORDER_S)
            action = self._flying_action(item, zone, min(ends_s, now_s + 600.0), inside, moved, taken, others)
            drafts.append(Draft(item.plan, True, action, _known(item)))
        drafts.extend(
            Draft(item.plan, False, "await" if item.action == "await_authorisation" else "delay", _known(item))
            for item in impact.filed
        )
        return tuple(drafts)

    def _flying_action(
        self,
        item: Touched,
        zone: Zone,
        until_s: float,
        inside: bool,
        moved: Sequence[str],
        taken: "_Taken",
        others: bool,
    ) -> str:
        """Return the first way out that is free. One that is in the area by the time an order acts has only to leave it, and
        so has one over it that no way leads out of before it closes."""
        for action in ("rtl", "land") if inside else ("hold", "rtl", "land"):
            volumes = self._re.volumes(item.plan, action, until_s)
            near = taken.near(volumes)
            if not volumes or any(touch(a, b, item.plan.separation) for a in volumes for b in near):
                continue
            into = None if inside or self._keeps_out(zone, volumes) else zone
            alone = into is None and not others
            if alone or self._re.is_free(item.plan, volumes, zone=into, ignore=moved):
                taken.add(volumes)
                return action
        if not inside and self._is_over(item, zone):
            return self._flying_action(item, zone, until_s, True, moved, taken, others)
        return "separate"

    def _is_in(self, item: Touched, zone: Zone, by_s: float) -> bool:
        """Tell whether a flight is in a zone by an instant; of one whose way was not looked at, by where it is."""
        if item.enters_s is not None:
            return item.enters_s <= by_s
        return any(period.starts_s <= by_s for period in zone.applicability) and self._is_over(item, zone)

    def _is_over(self, item: Touched, zone: Zone) -> bool:
        place = self._re.place(item.plan)
        return place is not None and is_inside(zone, place, self._book.region, self._book.policy.tolerance)

    def _keeps_out(self, zone: Zone, volumes: Sequence[Prism]) -> bool:
        """Tell quickly that volumes are clear of a zone's whole area, whatever its heights and times."""
        shapes = np.array([shapely.Polygon(prism.ring) for prism in volumes], dtype=object)
        return bool(zone.area.distance_m(shapes).min() > self._book.policy.tolerance.horizontal_m)

    def _others(self, zone: Zone, moved: Sequence[str], now_s: float) -> bool:
        """Tell whether anybody else is anywhere near: where nobody is, nobody's way out needs to be asked for."""
        x0, y0, x1, y1 = zone.area.bounds_m
        ring = np.array([(x0 - _AROUND_M, y0 - _AROUND_M), (x1 + _AROUND_M, y0 - _AROUND_M),
                         (x1 + _AROUND_M, y1 + _AROUND_M), (x0 - _AROUND_M, y1 + _AROUND_M)])  # fmt: skip
        around = Prism(ring, None, -500.0, 10_000.0, now_s, now_s + 900.0)
        known = frozenset(moved)
        found = self._sky.conflicts((around,), self._book.policy.separation)
        return any(plan.plan_id not in known for _, plan in found)


class _Taken:
    """Volumes given away while a list is made, with their boxes, so that most are passed by quickly."""

    def __init__(self) -> None:
        self._prisms: list[Prism] = []
        self._boxes: list[tuple[float, float, float, float]] = []

    def add(self, prisms: Sequence[Prism]) -> None:
        """Take volumes."""
        self._prisms.extend(prisms)
        self._boxes.extend(_box(prism) for prism in prisms)

    def near(self, prisms: Sequence[Prism], reach_m: float = 200.0) -> list[Prism]:
        """Return what was taken near these volumes."""
        if not prisms or not self._prisms:
            return []
        boxes, own = np.array(self._boxes), np.array([_box(prism) for prism in prisms])
        x0, y0 = own[:, 0:2].min(axis=0) - reach_m
        x1, y1 = own[:, 2:4].max(axis=0) + reach_m
        hit = (boxes[:, 0] <= x1) & (boxes[:, 2] >= x0) & (boxes[:, 1] <= y1) & (boxes[:, 3] >= y0)
        return [self._prisms[k] for k in hit.nonzero()[0]]


def _box(prism: Prism) -> tuple[float, float, float, float]:
    if prism.circle is not None:
        x, y, radius = prism.circle
        return x - radius, y - radius, x + radius, y + radius
    assert prism.ring is not None
    (x0, y0), (x1, y1) = prism.ring.min(axis=0), prism.ring.max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


def _known(item: Touched) -> dict[str, Any]:
    return {
        "enters_at": None if item.enters_s is None else rfc3339(from_scene_s(item.enters_s)),
        "leaves_at": None if item.leaves_s is None else rfc3339(from_scene_s(item.leaves_s)),
    }


def temporary_document(row: TemporaryZoneRow) -> dict[str, Any]:
    """Return what is known of a temporary zone beside the zone."""
    return {
        "zone_id": row.zone_id,
        "category": row.category,
        "emergency_override": row.override_reason,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "published_at": row.published_at,
        "published_by": row.published_by,
        "action_list_id": row.action_list_id,
    }
