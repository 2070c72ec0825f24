"""The desk of what carries: carriers, batteries and crews of the firms, and where each carrier stands from when on."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlmodel import Session

from airspace.pads import PadTimes
from airspace.timebase import from_scene_s, to_scene_s
from dispatch.carrier import Carrier, turn_at
from dispatch.energy import EnergyModel, model_of
from utm.airspace_book import AirspaceBook
from utm.clock import Clock
from utm.fleet import Aircraft, Fleet
from utm.ids import new_id
from utm.logistics.missions import ALIVE
from utm.plan_records import rfc3339
from utm.problems import FieldProblem, not_found, validation_problem
from utm.security import Principal, may_edit_of, may_read_of, visible_organisation
from utm.store import logistics
from utm.store.journal import record_audit
from utm.store.logistics_tables import BatteryRow, CarrierRow, CrewRow, MissionRow
from utm.store.sql import as_values
from utm.store.store import Store

PAYLOAD_SHARE: Final = 0.3
"""Of its mass a carrier may take as load where the firm tells nothing (ours)."""
ENDURANCE_H: Final = 0.6
"""Hours of cruise a battery lasts where the firm tells nothing (ours)."""


class LogisticsFleet:
    """Keeps carriers, batteries and crews."""

    def __init__(self, *, clock: Clock, store: Store, fleet: Fleet, book: AirspaceBook) -> None:
        self._clock, self._store, self._fleet, self._book = clock, store, fleet, book

    # -- carriers ------------------------------------------------------------------------------------------------------

    async def put_carrier(self, principal: Principal, aircraft_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Make an aircraft of the caller's firm a carrier, or change it; what is not told is its class's usual value."""
        aircraft = self._aircraft(principal, aircraft_id)
        if values["site_id"] not in self._book.sites:
            detail = f"There is no site {values['site_id']!r}; GET /v1/sites lists them."
            fault = FieldProblem("/site_id", "unknown_site", detail, f"没有起降点 {values['site_id']!r}。")
            raise validation_problem([fault])

        def job(session: Session) -> dict[str, Any]:
            before = logistics.get(session, CarrierRow, aircraft_id)
            row = self._carrier_row(aircraft, before, values)
            if before is None:
                logistics.insert(session, row)
            else:
                logistics.update(session, CarrierRow, aircraft_id, _columns(row, "aircraft_id"))
            self._audit(session, principal, "carrier", aircraft_id, row.organisation_id)
            return _document(row)

        return await self._store.write(job)

    def _aircraft(self, principal: Principal, aircraft_id: str) -> Aircraft:
        aircraft = self._fleet.get(aircraft_id)
        if aircraft is None or not aircraft.active or not may_edit_of(principal, aircraft.organisation_id):
            raise not_found("aircraft", "航空器", aircraft_id)
        return aircraft

    def _carrier_row(self, aircraft: Aircraft, before: CarrierRow | None, values: Mapping[str, Any]) -> CarrierRow:
        model = model_of(
            aircraft.aircraft_class,
            mass_kg=values.get("mass_kg"),
            hover_w=values.get("hover_w"),
            cruise_w=values.get("cruise_w"),
            cruise_mps=values.get("cruise_mps"),
        )
        return CarrierRow(
            aircraft_id=aircraft.aircraft_id,
            organisation_id=aircraft.organisation_id,
            version=1 if before is None else before.version + 1,
            state=values.get("state") or "available",
            site_id=values["site_id"],
            payload_max_kg=_or(values.get("payload_max_kg"), PAYLOAD_SHARE * model.mass_kg),
            mass_kg=model.mass_kg,
            hover_w=model.hover_w,
            cruise_w=model.cruise_w,
            cruise_mps=model.cruise_mps,
            battery_wh=_or(values.get("battery_wh"), ENDURANCE_H * model.cruise_w),
            reserve_share=_or(values.get("reserve_share"), 0.25),
            turn_s=_or(values.get("turn_s"), 120.0),
            dangerous_goods=bool(values.get("dangerous_goods")),
            cold_chain=bool(values.get("cold_chain")),
            flown_s=0.0 if before is None else before.flown_s,
            maintenance_after_s=values.get("maintenance_after_s"),
            updated_at=rfc3339(self._clock.now()),
        )

    async def carriers(self, organisation_id: str | None) -> list[dict[str, Any]]:
        """Return carriers with where each stands from when on."""

        def job(session: Session) -> list[dict[str, Any]]:
            rows = logistics.of_firm(session, CarrierRow, organisation_id)
            return [_document(row) | self._standing_document(session, row) for row in rows]

        return await self._store.read(job)

    async def carrier(self, principal: Principal, aircraft_id: str) -> dict[str, Any]:
        """Return one carrier; raises Problem 404 for one the caller may not see."""

        def job(session: Session) -> dict[str, Any]:
            row = logistics.get(session, CarrierRow, aircraft_id, visible_organisation(principal))
            if row is None or not may_read_of(principal, row.organisation_id):
                raise not_found("carrier", "运力", aircraft_id)
            return _document(row) | self._standing_document(session, row)

        return await self._store.read(job)

    def _standing_document(self, session: Session, row: CarrierRow) -> dict[str, Any]:
        site_id, free_s, mission = self.standing(session, row)
        due = row.maintenance_after_s
        return {
            "free_site_id": site_id,
            "free_at": rfc3339(from_scene_s(free_s)),
            "mission_id": None if mission is None else mission.mission_id,
            "maintenance_due": due is not None and row.flown_s >= due,
        }

    def standing(self, session: Session, row: CarrierRow) -> tuple[str, float, MissionRow | None]:
        """Return where a carrier stands from when on (scene seconds), and its last living mission."""
        now_s = to_scene_s(self._clock.now())
        living = logistics.missions_where(session, aircraft_id=row.aircraft_id, states=ALIVE)
        if not living:
            return row.site_id, now_s, None
        last = living[-1]
        site_id = last.destination_site_id or row.site_id
        return site_id, max(now_s, last.arrives_s + self.bound_s(row.turn_s, site_id, last.energy_wh)), last

    def planners(self, session: Session, organisation_id: str) -> list[Carrier]:
        """Return a firm's carriers that can be planned with: available, registered, not due for maintenance."""
        found = []
        now_s = to_scene_s(self._clock.now())
        ends = logistics.standings(session, organisation_id)
        for row in logistics.of_firm(session, CarrierRow, organisation_id):
            aircraft = self._fleet.get(row.aircraft_id)
            due = row.maintenance_after_s is not None and row.flown_s >= row.maintenance_after_s
            if row.state == "available" and not due and aircraft is not None and aircraft.active:
                last = ends.get(row.aircraft_id)
                if last is None:
                    found.append(carrier_of(row, row.site_id, now_s))
                else:
                    site_id, free_s = last[0] or row.site_id, last[1]
                    bound_s = self.bound_s(row.turn_s, site_id, last[2])
                    found.append(carrier_of(row, site_id, max(now_s, free_s + bound_s)))
        return found

    def bound_s(self, turn_s: float, site_id: str, used_wh: float | None) -> float:
        """Return how long a flight binds its carrier after landing at a site: battery changed, or charged by what the flight
        took, and no shorter than its pad is kept. The same as a booking keeps (`utm.logistics.bookings`)."""
        site = self._book.sites.get(site_id)
        if site is not None:
            turn_s = turn_at(turn_s, used_wh, site.fields.battery_swap_s, site.fields.charging_w)
        return max(turn_s, PadTimes.of(self._book.policy, site).turn_around_s)

    # -- batteries and crews -------------------------------------------------------------------------------------------

    async def add(
        self, principal: Principal, model: type[BatteryRow] | type[CrewRow], values: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Take a battery (ready) or a crew of the caller's firm into the book."""
        kind = "battery" if model is BatteryRow else "crew"
        ref = new_id("bat" if model is BatteryRow else "crew")
        own = {"organisation_id": principal.organisation_id, "updated_at": rfc3339(self._clock.now())}
        if model is BatteryRow:
            own["state"] = "ready"
        row = model(**{**values, **own, f"{kind}_id": ref})

        def job(session: Session) -> dict[str, Any]:
            logistics.insert(session, row)
            self._audit(session, principal, kind, ref, principal.organisation_id)
            return _document(row)

        return await self._store.write(job)

    async def change(
        self, principal: Principal, model: type[BatteryRow] | type[CrewRow], ref: str, values: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Change a battery or a crew of the caller's firm; raises Problem 404 for another's."""
        kind, kind_zh = ("battery", "电池") if model is BatteryRow else ("crew", "机组")

        def job(session: Session) -> dict[str, Any]:
            row = logistics.get(session, model, ref, visible_organisation(principal))
            if row is None or not may_edit_of(principal, row.organisation_id):
                raise not_found(kind, kind_zh, ref)
            changed = {**values, "updated_at": rfc3339(self._clock.now())}
            logistics.update(session, model, ref, changed)
            self._audit(session, principal, kind, ref, row.organisation_id)
            fresh = logistics.get(session, model, ref)
            return _document(fresh if fresh is not None else row)

        return await self._store.write(job)

    async def listed(
        self, model: type[BatteryRow] | type[CrewRow], organisation_id: str | None
    ) -> list[dict[str, Any]]:
        """Return batteries or crews."""

        def job(session: Session) -> list[dict[str, Any]]:
            rows: Sequence[BatteryRow | CrewRow] = logistics.of_firm(session, model, organisation_id)
            return [_document(row) for row in rows]

        return await self._store.read(job)

    def free_battery(self, session: Session, firm: str, energy_wh: float, starts_s: float, ends_s: float) -> str | None:
        """Return the least used battery that is free and holds enough, or None."""
        rows = [
            row
            for row in logistics.of_firm(session, BatteryRow, firm)
            if row.state == "ready" and row.cycles < row.cycles_max and row.capacity_wh >= energy_wh
        ]
        for row in sorted(rows, key=lambda item: (item.cycles, item.battery_id)):
            if not logistics.busy(session, "battery", row.battery_id, starts_s, ends_s):
                return row.battery_id
        return None

    def free_crew(self, session: Session, firm: str, starts_s: float, ends_s: float) -> str | None:
        """Return the crew on duty with most room, or None."""
        best: tuple[int, str] | None = None
        for row in logistics.of_firm(session, CrewRow, firm):
            room = row.vehicles_max - len(logistics.busy(session, "crew", row.crew_id, starts_s, ends_s))
            if row.state == "on_duty" and room > 0 and (best is None or (-room, row.crew_id) < best):
                best = -room, row.crew_id
        return None if best is None else best[1]

    def keeps(self, session: Session, model: type[BatteryRow] | type[CrewRow], firm: str) -> bool:
        """Tell whether a firm keeps batteries or crews here at all; retired batteries are gone."""
        return logistics.keeps_any(session, model, firm)

    def _audit(self, session: Session, principal: Principal, kind: str, ref: str, firm: str) -> None:
        record_audit(
            session,
            at=self._clock.now(),
            actor=principal.subject,
            organisation_id=firm,
            action=f"{kind}.write",
            object_kind=kind,
            object_id=ref,
            detail={},
        )


def carrier_of(row: CarrierRow, site_id: str, free_s: float) -> Carrier:
    """Return a carrier as the planner sees it."""
    model = EnergyModel(row.mass_kg, row.hover_w, row.cruise_w, row.cruise_mps)
    return Carrier(
        row.aircraft_id,
        row.organisation_id,
        model,
        site_id,
        free_s,
        row.payload_max_kg,
        row.battery_wh,
        row.turn_s,
        row.reserve_share,
        row.dangerous_goods,
        row.cold_chain,
    )


def _document(row: CarrierRow | BatteryRow | CrewRow) -> dict[str, Any]:
    return _columns(row)


def _columns(row: CarrierRow | BatteryRow | CrewRow, *without: str) -> dict[str, Any]:
    return {name: value for name, value in as_values(row).items() if name not in without}


def _or(value: float | None, usual: float) -> float:
    return usual if value is None else value
