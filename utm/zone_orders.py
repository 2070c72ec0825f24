"""The transport orders a zone would keep up: those whose flight it touches, and those that begin or end inside it.

flight   its flight is in the air or filed, and the zone touches it
site     it is not delivered yet, and one of its two sites lies in the zone while that is in force
"""

from collections.abc import Collection
from typing import Any, Final

import numpy as np
import shapely
from sqlmodel import Session

from airspace.timebase import from_scene_s
from airspace.zones import Zone
from utm.airspace_book import AirspaceBook
from utm.plan_records import rfc3339
from utm.store import logistics
from utm.store.logistics_tables import OrderRow
from utm.store.store import Store
from utm.zones import Impact

OPEN: Final = ("created", "assigned", "flying")
ALIVE: Final = frozenset({"held", "booked", "flying"})


async def orders_kept_up(store: Store, book: AirspaceBook, zone: Zone, impact: Impact) -> list[dict[str, Any]]:
    """Return the orders a zone would keep up, by when they are to be delivered; read only."""
    plans = [item.plan.plan_id for item in (*impact.airborne, *impact.filed)]
    flown = {item.plan.plan_id: "airborne" for item in impact.airborne}
    sites = sites_inside(book, zone)
    until_s = max((period.ends_s for period in zone.applicability), default=np.inf)

    def job(session: Session) -> list[dict[str, Any]]:
        missions = logistics.missions_where(session, states=ALIVE)
        of_order = {row.order_id: row for row in missions if row.order_id is not None and row.plan_id in set(plans)}
        found = []
        for order in logistics.orders_in(session, OPEN):
            mission = of_order.get(order.order_id)
            at = [site for site in (order.origin_site_id, order.destination_site_id) if site in sites]
            waiting = order.state != "flying" and order.ready_s <= until_s
            if mission is None and not (at and waiting):
                continue
            found.append(_document(order, None if mission is None else mission.plan_id, flown, at))
        return found

    found = await store.read(job)
    return sorted(found, key=lambda item: (item["deliver_by"] is None, item["deliver_by"] or "", item["order_id"]))


def sites_inside(book: AirspaceBook, zone: Zone) -> Collection[str]:
    """Return the sites in a zone's area, as wide as a flight's tolerance."""
    sites = list(book.sites.values())
    if not sites:
        return frozenset()
    tolerance_m = book.policy.tolerance.horizontal_m
    x = np.array([site.x_m for site in sites])
    y = np.array([site.y_m for site in sites])
    away = zone.area.distance_m(shapely.points(x, y))
    return frozenset(site.site_id for site, off_m in zip(sites, away.tolist(), strict=True) if off_m <= tolerance_m)


def _document(order: OrderRow, plan_id: str | None, flown: dict[str, str], at: list[str]) -> dict[str, Any]:
    return {
        "order_id": order.order_id,
        "organisation_id": order.organisation_id,
        "state": order.state,
        "priority_class": order.priority_class,
        "reference": order.reference,
        "origin_site_id": order.origin_site_id,
        "destination_site_id": order.destination_site_id,
        "deliver_by": None if order.deliver_by_s is None else rfc3339(from_scene_s(order.deliver_by_s)),
        "promised_at": None if order.promised_s is None else rfc3339(from_scene_s(order.promised_s)),
        "plan_id": plan_id,
        "because": "site" if plan_id is None else "flight",
        "flight": None if plan_id is None else flown.get(plan_id, "filed"),
        "sites_inside": at,
    }
