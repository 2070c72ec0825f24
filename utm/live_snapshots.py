"""What a fresh live subscription is told about plans and zones, by who asks."""

from collections.abc import Sequence

from airspace.geometry4d import Trajectory4D
from airspace.timebase import from_scene_s
from utm.command_records import item_of
from utm.live_schema import CommandItem, PlanItem, ZoneItem
from utm.plan_records import path_of
from utm.security import Principal, may_read_of
from utm.services import Services
from utm.sky import LivePlan
from utm.zones import zone_document


def provide(services: Services) -> None:
    """Tell the hub who knows the present plans and zones."""

    def plans(principal: Principal) -> Sequence[PlanItem]:
        return [
            _plan_item(plan, services) for plan in services.sky.all() if may_read_of(principal, plan.organisation_id)
        ]

    def zones(_: Principal) -> Sequence[ZoneItem]:
        return [
            ZoneItem(zone_id=item.zone.zone_id, version=item.version, feature=zone_document(item))
            for item in services.book.zones.values()
        ]

    def commands(principal: Principal) -> Sequence[CommandItem]:
        return [item_of(command) for command in services.commands.present(principal)]

    services.hub.provide("plans", plans)
    services.hub.provide("alerts", services.alerts.present)
    services.hub.provide("zones", zones)
    services.hub.provide("commands", commands)
    services.hub.provide("orders", services.logistics.orders.present)
    services.hub.provide("advisories", services.advisories.present)
    services.hub.provide("contingencies", services.off_nominal.contingencies.present)
    services.hub.provide("sectors", services.sector_news.present)


def _plan_item(plan: LivePlan, services: Services) -> PlanItem:
    geometry = plan.geometry
    return PlanItem(
        plan_id=plan.plan_id,
        state=plan.state,
        version=plan.version,
        aircraft_id=plan.aircraft_id,
        operator_id=plan.organisation_id,
        departure_at=from_scene_s(plan.starts_s),
        ends_at=from_scene_s(plan.ends_s),
        path=path_of(geometry, services.book.region.frame) if isinstance(geometry, Trajectory4D) else None,
        priority=plan.priority,
        operation_type=plan.operation_type,
    )
