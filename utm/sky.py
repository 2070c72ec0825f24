"""The sky: every plan that reserves airspace, indexed for deconfliction.

One lock guards the index, because the writer thread changes it while requests that only ask (`check`) read it.
"""

import threading
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import h3
from sqlmodel import Session

from airspace.deconfliction import Conflict, ConflictIndex
from airspace.frame import LocalFrame
from airspace.geometry4d import PlanGeometry, Prism, Separation
from airspace.lifecycle import PlanState, reserves_airspace
from airspace.pads import PadBook, PadEvent
from utm.plan_records import sites_of
from utm.store import geometry_codec, plans
from utm.store.tables import FlightPlanRow

VERSION_CELL_RESOLUTION = 7
"""Cells whose versions guard approvals: about 5 km2, a handful per flight."""


@dataclass(frozen=True, slots=True)
class LivePlan:
    """A plan that reserves airspace, as the engine and the picture need it."""

    plan_id: str
    plan_no: int
    organisation_id: str
    aircraft_id: str
    state: str
    version: int
    priority: int
    operation_type: str
    geometry: PlanGeometry
    separation: Separation
    starts_s: float
    ends_s: float
    origin_site_id: str | None = None
    destination_site_id: str | None = None


def live_plan(row: FlightPlanRow, geometry: PlanGeometry | None = None) -> LivePlan:
    """Return the live plan a row describes; `geometry` is the row's, where the caller still has it."""
    origin_site_id, destination_site_id = sites_of(row.body)
    return LivePlan(
        plan_id=row.plan_id,
        plan_no=row.plan_no,
        organisation_id=row.organisation_id,
        aircraft_id=row.aircraft_id,
        state=row.state,
        version=row.version,
        priority=row.priority,
        operation_type=row.operation_type,
        geometry=geometry_codec.decode(row.geometry) if geometry is None else geometry,
        separation=Separation(row.horizontal_m, row.vertical_m, row.time_buffer_s),
        starts_s=row.starts_s,
        ends_s=row.ends_s,
        origin_site_id=origin_site_id,
        destination_site_id=destination_site_id,
    )


def _pad_events(plan: LivePlan) -> Iterator[tuple[str, PadEvent]]:
    if plan.origin_site_id is not None:
        yield plan.origin_site_id, PadEvent(plan.plan_id, plan.aircraft_id, plan.starts_s, False)
    if plan.destination_site_id is not None:
        yield plan.destination_site_id, PadEvent(plan.plan_id, plan.aircraft_id, plan.ends_s, True)


def version_cells(h3_cells: Iterable[str]) -> list[str]:
    """Return the sorted coarse cells whose versions guard a plan that covers these resolution-8 cells."""
    return sorted({_version_cell(cell) for cell in h3_cells})


@lru_cache(maxsize=1 << 16)  # a city has a few thousand cells
def _version_cell(cell: str) -> str:
    return str(h3.cell_to_parent(cell, VERSION_CELL_RESOLUTION))


class Sky:
    """All live plans of the city (a `utm.memory.Keeper` of kind "plan")."""

    def __init__(self, frame: LocalFrame, bounds: tuple[float, float, float, float]) -> None:
        self._frame, self._bounds = frame, bounds
        self._lock = threading.RLock()
        self._index = ConflictIndex(frame, bounds)
        self._by_no: dict[int, LivePlan] = {}
        self._by_id: dict[str, LivePlan] = {}
        self._by_aircraft: dict[str, dict[str, LivePlan]] = {}
        self._pads = PadBook()
        self._held: dict[int, LivePlan] = {}
        self._held_by_id: dict[str, LivePlan] = {}

    def __len__(self) -> int:
        return len(self._by_no)

    def get(self, plan_id: str) -> LivePlan | None:
        """Return a live plan by id, or None."""
        return self._by_id.get(plan_id)

    def of_aircraft(self, aircraft_id: str) -> list[LivePlan]:
        """Return the live plans of an aircraft, by departure."""
        with self._lock:
            return sorted(self._by_aircraft.get(aircraft_id, {}).values(), key=lambda plan: plan.starts_s)

    def all(self) -> list[LivePlan]:
        """Return every live plan."""
        with self._lock:
            return list(self._by_no.values())

    def put(self, plan: LivePlan) -> LivePlan | None:
        """Add or replace a live plan; return the one it replaced."""
        with self._lock:
            before = self.drop(plan.plan_id)
            self._index.add(plan.plan_no, plan.geometry, plan.separation)
            self._by_no[plan.plan_no] = plan
            self._by_id[plan.plan_id] = plan
            self._by_aircraft.setdefault(plan.aircraft_id, {})[plan.plan_id] = plan
            self._occupy(plan)
            return before

    def drop(self, plan_id: str) -> LivePlan | None:
        """Take a plan away; return it, or None when it was not live."""
        with self._lock:
            plan = self._by_id.pop(plan_id, None)
            if plan is None:
                return None
            self._index.remove(plan.plan_no)
            self._pads.drop(plan_id)
            del self._by_no[plan.plan_no]
            own = self._by_aircraft[plan.aircraft_id]
            del own[plan_id]
            if not own:
                del self._by_aircraft[plan.aircraft_id]
            return plan

    def _occupy(self, plan: LivePlan) -> None:
        for site_id, event in _pad_events(plan):
            self._pads.put(site_id, event)

    def restore(self, plan_id: str, before: LivePlan | None) -> None:
        """Put back what stood before a change that was not kept."""
        if before is None:
            self.drop(plan_id)
        else:
            self.put(before)

    def own_contingency(self, aircraft_id: str) -> tuple[str, ...]:
        """Return what an aircraft in contingency holds, plans and volumes, by id: its next plan is not held to them."""
        plans = self._by_aircraft.get(aircraft_id)
        if plans is None or not self._held:
            return ()
        with self._lock:
            own = [plan.plan_id for plan in plans.values() if plan.state == PlanState.CONTINGENT]
            held = [item.plan_id for item in self._held.values() if item.state == PlanState.CONTINGENT]
            own += [name for name in held if self._held_by_id[name].aircraft_id == aircraft_id]
        return tuple(own)

    def hold(self, offer: LivePlan) -> None:
        """Keep others out of the airspace of an offer on hold; it is in the way of plans, and is none itself."""
        with self._lock:
            self.release(offer.plan_id)
            self._index.add(offer.plan_no, offer.geometry, offer.separation)
            self._held[offer.plan_no] = self._held_by_id[offer.plan_id] = offer
            self._occupy(offer)

    def release(self, hold_id: str) -> LivePlan | None:
        """Free the airspace of an offer on hold; return it, or None when it was not held."""
        with self._lock:
            offer = self._held_by_id.pop(hold_id, None)
            if offer is not None:
                self._index.remove(offer.plan_no)
                self._pads.drop(hold_id)
                del self._held[offer.plan_no]
            return offer

    def conflicts(
        self, geometry: PlanGeometry, separation: Separation, *, ignore: Collection[str] = ()
    ) -> list[tuple[Conflict, LivePlan]]:
        """Return every live plan and held offer this geometry conflicts with, as it is now, without those named."""
        with self._lock:
            found = self._index.conflicts(geometry, separation, ignore=self._keys(ignore))
            return [(conflict, self._by_no.get(conflict.key) or self._held[conflict.key]) for conflict in found]

    def forbidden_delays(
        self,
        geometry: PlanGeometry,
        separation: Separation,
        *,
        from_s: float,
        to_s: float,
        ignore: Collection[str] = (),
    ) -> list[tuple[float, float]]:
        """Return the delays in [from_s, to_s] at which the geometry would conflict, as sorted, disjoint ranges."""
        with self._lock:
            spans = self._index.forbidden_delays(
                geometry, separation, from_s=from_s, to_s=to_s, ignore=self._keys(ignore)
            )
        return [(first, last) for first, last in spans.tolist()]

    def _keys(self, names: Collection[str]) -> list[int]:
        known = [self._by_id.get(name) or self._held_by_id.get(name) for name in names]
        return [plan.plan_no for plan in known if plan is not None]

    def touching(self, prism: Prism, *, widen_horizontal_m: float, widen_vertical_m: float) -> list[LivePlan]:
        """Return the live plans whose flight, widened, touches a volume."""
        with self._lock:
            keys = self._index.touching(prism, widen_horizontal_m=widen_horizontal_m, widen_vertical_m=widen_vertical_m)
            return [self._by_no[key] for key in keys if key in self._by_no]

    def pad_events(self, site_id: str, from_s: float, to_s: float) -> list[PadEvent]:
        """Return the departures and arrivals of live plans and held offers at a site within [from_s, to_s]."""
        with self._lock:
            return self._pads.events(site_id, from_s, to_s)

    def keep_pad(self, site_id: str, event: PadEvent) -> None:
        """Keep a pad for an arrival that no plan names: the alternate of a booked flight."""
        with self._lock:
            self._pads.drop(event.key)
            self._pads.put(site_id, event)

    def give_pad(self, key: str) -> None:
        """Free a pad that was kept."""
        with self._lock:
            self._pads.drop(key)

    def flights_in(self, prism: Prism) -> list[tuple[str, PlanGeometry]]:
        """Return the live plans and held offers, by id, whose own geometry touches a volume."""
        with self._lock:
            plans_in = [self._by_no.get(key) or self._held[key] for key in self._index.touching(prism)]
        return [(plan.plan_id, plan.geometry) for plan in plans_in]

    def cells(self, geometry: PlanGeometry, widen_m: float) -> list[str]:
        """Return the resolution-8 H3 cells that cover the geometry widened by `widen_m`."""
        return self._index.cells(geometry, widen_m)

    # -- Keeper --------------------------------------------------------------------------------------------------------

    def load(self, session: Session) -> None:  # a whole reload is rare; requests wait for it
        """Forget everything and index every plan in the store that reserves airspace."""
        with self._lock:
            self._index = ConflictIndex(self._frame, self._bounds)
            self._by_no, self._by_id, self._by_aircraft = {}, {}, {}
            self._pads = PadBook()
            self._held, self._held_by_id = {}, {}
            states = [state.value for state in PlanState if reserves_airspace(state)]
            for row in plans.with_states(session, states):
                self.put(live_plan(row))

    def refresh(self, session: Session, ref: str) -> None:
        """Read one plan again."""
        row = plans.get_live(session, ref)
        if row is not None and reserves_airspace(PlanState(row.state)):
            self.put(live_plan(row))
        else:
            self.drop(ref)
