"""One booking: airspace, pads, vehicle, battery and crew of a flight, kept in one transaction, all or nothing.

The flight plan brings the airspace and the pads of its origin and destination; beside it a mission reserves the aircraft,
the battery, a place in the crew and a pad of the alternate. Everything is judged inside the write lock of the store, so
two servers cannot give one thing away twice: the second finds the first's reservation, and its plan is not kept either.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from sqlmodel import Session

from airspace.corridors import stays_in_corridor
from airspace.intervals import merged
from airspace.pads import PadEvent, PadTimes, at_least, first_fit, full_times
from airspace.timebase import from_scene_s, to_scene_s
from airspace.trajectory import FlightPath
from dispatch.carrier import turn_at
from utm.flight_plans import FlightPlans, Prepared
from utm.plan_records import rfc3339
from utm.problems import FieldProblem, Problem, not_found, validation_problem
from utm.sky import Sky
from utm.store import logistics
from utm.store.logistics_tables import BatteryRow, CrewRow, MissionRow

SEARCH_S: Final = 4 * 3600.0
"""How far ahead a time is sought at which everything is free."""

RESOURCES: Final = {
    "aircraft": ("The aircraft", "航空器"),
    "battery": ("The battery", "电池"),
    "crew": ("The crew", "机组"),
    "alternate": ("Every pad of the alternate", "备降场的全部机位"),
    "corridor": ("Every place in the corridor", "航路的全部容量"),
}


@dataclass(frozen=True, slots=True)
class Needs:
    """What a flight needs beside its plan; None where nothing of the kind is named."""

    battery_id: str | None = None
    crew_id: str | None = None
    alternate_site_id: str | None = None
    energy_wh: float | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """Something that is not free when the flight needs it, and when it is (None: not within the search).

    `needed_s` is when the flight as filed needs it: its aircraft from the preparation on. `departs_s` is the least
    departure of the flight that finds it free.
    """

    kind: str
    ref: str
    frees_s: float | None
    needed_s: float
    departs_s: float | None = None

    def for_departure(self, departs_s: float) -> "Taken":
        """Return it with the least departure that finds it free, for a flight that departs at `departs_s` as filed."""
        if self.frees_s is None:
            return self
        return replace(self, departs_s=departs_s + self.frees_s - self.needed_s)

    def as_reason(self) -> dict[str, Any]:
        """Return it in the shape of a decision's reason."""
        name, name_zh = RESOURCES[self.kind]
        frees = None if self.frees_s is None else rfc3339(from_scene_s(self.frees_s))
        if frees is None or self.departs_s is None:
            later, later_zh = "It is not free within four hours. Depart after that", "四小时内无空闲。请改在其后起飞"
        else:
            at = rfc3339(from_scene_s(math.ceil(self.departs_s)))
            later = f"It is free from {frees} on, before the preparation of this flight. Depart at {at} or later"
            later_zh = f"{frees} 起空闲，其后还需准备。请在 {at} 或之后起飞"
        return {
            "code": f"{self.kind}_busy",
            "severity": "refuse",
            "detail": f"{name} {self.ref} is booked for another flight at that time. {later}, or name another.",
            "detail_zh": f"{name_zh} {self.ref} 在该时段已被其他飞行预订。{later_zh}，或另选。",
            "resource": {"kind": self.kind, "id": self.ref},
            "frees_at": frees,
            "segment": None,
            "starts_at": None,
            "ends_at": None,
            "horizontal_margin_m": None,
            "vertical_margin_m": None,
        }


class Refusing(Protocol):
    """Something that keeps a flight from being booked, told as a decision's reason."""

    def as_reason(self) -> dict[str, Any]:
        """Return it in the shape of a decision's reason."""
        ...


class Ground(Protocol):
    """What is asked about the ground under a booking (`utm.logistics.ground_check`)."""

    def broken(self, session: Session, prepared: Prepared) -> Sequence[Refusing]:
        """Return the limits a flight breaks that refuse it."""
        ...

    def offers(self, session: Session, prepared: Prepared) -> list[dict[str, Any]]:
        """Return flights that keep the limits, as counter-offers."""
        ...


class Resources:
    """What flights share beside the airspace: asked and kept inside a job of the writer."""

    def __init__(self, flight_plans: FlightPlans) -> None:
        self._plans = flight_plans
        self.ground: Ground | None = None
        """Set by the composition root; None: ground risk is not judged."""

    @property
    def sky(self) -> Sky:
        """The live plans, whose pads alternates are kept beside."""
        return self._plans.sky

    def span(self, prepared: Prepared, turn_s: float, energy_wh: float | None = None) -> tuple[float, float]:
        """Return from when to when a flight binds its aircraft, battery and crew: preparation to turn-round, with the
        battery changed or charged at its destination where that takes longer."""
        book, parsed = self._plans.book, prepared.parsed
        first = PadTimes.of(book.policy, book.sites.get(parsed.origin_site_id or ""))
        site = book.sites.get(parsed.destination_site_id or "")
        last = PadTimes.of(book.policy, site)
        if site is not None:
            turn_s = turn_at(turn_s, energy_wh, site.fields.battery_swap_s, site.fields.charging_w)
        return prepared.starts_s - first.prep_s, prepared.ends_s + max(last.turn_around_s, turn_s)

    def free_alternate(self, prepared: Prepared) -> str | None:
        """Return the first alternate a plan names whose pad is free when it would land there; the first of all where none
        is, None where it names none."""
        named = list(prepared.parsed.alternate_site_ids)
        for site_id in named:
            if self._alternate(site_id, prepared) is None:
                return site_id
        return named[0] if named else None

    def refusal(
        self, session: Session, prepared: Prepared, needs: Needs, turn_s: float
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]] | None:
        """Return the reasons and counter-offers that keep a flight from being booked, beside those of its plan; None
        where nothing does."""
        broken = [] if self.ground is None else self.ground.broken(session, prepared)
        reasons = [item.as_reason() for item in (*broken, *self.taken(session, prepared, needs, turn_s))]
        if not reasons:
            return None
        return reasons, (self.ground.offers(session, prepared) if broken and self.ground is not None else [])

    def taken(self, session: Session, prepared: Prepared, needs: Needs, turn_s: float) -> list[Taken]:
        """Return everything that is not free for a flight."""
        starts_s, ends_s = self.span(prepared, turn_s, needs.energy_wh)
        lasts_s = ends_s - starts_s
        aircraft_id = prepared.aircraft.aircraft_id
        found = [self._exclusive(session, "aircraft", aircraft_id, starts_s, lasts_s, self._flights(aircraft_id))]
        if needs.battery_id is not None:
            found.append(self._exclusive(session, "battery", needs.battery_id, starts_s, lasts_s, []))
        if needs.crew_id is not None:
            found.append(self._crew(session, needs.crew_id, starts_s, lasts_s))
        if needs.alternate_site_id is not None:
            found.append(self._alternate(needs.alternate_site_id, prepared))
        found.extend(
            self._shared(session, "corridor", corridor_id, capacity, enters_s, leaves_s - enters_s)
            for corridor_id, capacity, enters_s, leaves_s in self._corridors(prepared)
        )
        departs_s = to_scene_s(prepared.parsed.departure_at)
        return [item.for_departure(departs_s) for item in found if item is not None]

    def check_named(self, session: Session, organisation_id: str, needs: Needs) -> None:
        """Raise Problem 404 for a battery or crew that is not the firm's, 422 for one that cannot serve this flight."""
        if needs.battery_id is not None:
            battery = logistics.get(session, BatteryRow, needs.battery_id)
            if battery is None or battery.organisation_id != organisation_id:
                raise not_found("battery", "电池", needs.battery_id)
            if battery.state != "ready" or battery.cycles >= battery.cycles_max:
                raise _unfit("/battery_id", "battery_unfit", "The battery is retired or has used up its cycles.",
                             "电池已退役或循环次数用尽。")  # fmt: skip
            if needs.energy_wh is not None and needs.energy_wh > battery.capacity_wh:
                detail = f"The flight takes {needs.energy_wh:.0f} Wh; the battery holds {battery.capacity_wh:.0f} Wh."
                detail_zh = f"本次飞行需要 {needs.energy_wh:.0f} Wh，电池容量仅 {battery.capacity_wh:.0f} Wh。"
                raise _unfit("/battery_id", "battery_too_small", detail, detail_zh)
        if needs.crew_id is not None:
            crew = logistics.get(session, CrewRow, needs.crew_id)
            if crew is None or crew.organisation_id != organisation_id:
                raise not_found("crew", "机组", needs.crew_id)
            if crew.state != "on_duty":
                raise _unfit("/crew_id", "crew_off_duty", "The crew is not on duty.", "该机组未值班。")
        site_id = needs.alternate_site_id
        if site_id is not None and site_id not in self._plans.book.sites:
            raise not_found("site", "起降点", site_id)

    def keep(self, session: Session, mission: MissionRow, prepared: Prepared, turn_s: float) -> None:
        """Reserve everything of a mission whose needs were found free."""
        starts_s, ends_s = self.span(prepared, turn_s, mission.energy_wh)
        taken = [("aircraft", mission.aircraft_id, starts_s, ends_s)]
        if mission.battery_id is not None:
            taken.append(("battery", mission.battery_id, starts_s, ends_s))
        if mission.crew_id is not None:
            taken.append(("crew", mission.crew_id, starts_s, ends_s))
        taken.extend(("corridor", ref, enters_s, leaves_s) for ref, _, enters_s, leaves_s in self._corridors(prepared))
        logistics.reserve(session, mission.mission_id, taken)

    # -- one kind after another ----------------------------------------------------------------------------------------

    def _flights(self, aircraft_id: str) -> list[tuple[float, float]]:
        """Return when an aircraft flies by its live plans, booked or filed by themselves."""
        return [(plan.starts_s, plan.ends_s) for plan in self.sky.of_aircraft(aircraft_id)]

    def _exclusive(
        self, session: Session, kind: str, ref: str, starts_s: float, lasts_s: float, also: list[tuple[float, float]]
    ) -> Taken | None:
        spans = [(a, b) for a, b, _ in logistics.busy(session, kind, ref, starts_s, starts_s + lasts_s + SEARCH_S)]
        return _first_free(kind, ref, merged([*spans, *also]), starts_s, lasts_s)

    def _crew(self, session: Session, crew_id: str, starts_s: float, lasts_s: float) -> Taken | None:
        crew = logistics.get(session, CrewRow, crew_id)
        most = 1 if crew is None else crew.vehicles_max
        return self._shared(session, "crew", crew_id, most, starts_s, lasts_s)

    def _shared(
        self, session: Session, kind: str, ref: str, most: int, starts_s: float, lasts_s: float
    ) -> Taken | None:
        """Return that something so many may share at a time is full, or None."""
        spans = [(a, b) for a, b, _ in logistics.busy(session, kind, ref, starts_s, starts_s + lasts_s + SEARCH_S)]
        steps = [step for a, b in spans for step in ((a, 1), (b, -1))]
        return _first_free(kind, ref, at_least(steps, most), starts_s, lasts_s)

    def _corridors(self, prepared: Prepared) -> list[tuple[str, int, float, float]]:
        """Return the corridors of limited capacity a flight passes: id, capacity, when it enters and leaves."""
        path, tolerance = prepared.path, self._plans.book.policy.tolerance
        if not isinstance(path, FlightPath):
            return []
        found = []
        for corridor in self._plans.book.scene.corridors.candidates(prepared.cells):
            if corridor.capacity is None:
                continue
            rows = path.trajectory.segments
            inside = [
                (
                    float(rows[k, 3] + share * (rows[k, 7] - rows[k, 3])),
                    float(rows[k, 3] + to * (rows[k, 7] - rows[k, 3])),
                )
                for k in range(len(rows))
                for share, to in stays_in_corridor(path, k, corridor, tolerance)
            ]
            if inside:
                ends = [end for _, end in inside]
                found.append((corridor.corridor_id, corridor.capacity, min(start for start, _ in inside), max(ends)))
        return found

    def _alternate(self, site_id: str, prepared: Prepared) -> Taken | None:
        site = self._plans.book.sites[site_id]
        times = PadTimes.of(self._plans.book.policy, site)
        event = alternate_event("", prepared.aircraft.aircraft_id, prepared.ends_s)
        starts_s, ends_s = times.stay(event)
        reach_s = times.longest_s
        events = self.sky.pad_events(site_id, starts_s - reach_s, ends_s + SEARCH_S + reach_s)
        full = full_times(events, times, site.pads, aircraft_id=prepared.aircraft.aircraft_id)
        return _first_free("alternate", site_id, full, starts_s, ends_s - starts_s)


def alternate_event(mission_id: str, aircraft_id: str, arrives_s: float) -> PadEvent:
    """Return the arrival kept at an alternate: when the flight would have landed."""
    return PadEvent(f"alternate:{mission_id}", aircraft_id, arrives_s, True)


def _first_free(kind: str, ref: str, spans: list[tuple[float, float]], starts_s: float, lasts_s: float) -> Taken | None:
    at = first_fit(spans, starts_s, lasts_s, touch_s=0.0)
    if at <= starts_s:
        return None
    return Taken(kind, ref, at if at <= starts_s + SEARCH_S else None, starts_s)


def _unfit(field: str, code: str, detail: str, detail_zh: str) -> Problem:
    return validation_problem([FieldProblem(field, code, detail, detail_zh)])
