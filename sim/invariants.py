"""What must hold of the records after every commit, judged with code that shares nothing with the engine.

`PlanInvariants.after_commit` reads what a commit changed, from the disk, and checks:

* no two plans that reserve airspace lose separation (`utm.judge`); each change is compared with everything near it, and
  with what orders and contingencies reserve (`sim.order_invariants`),
* no approved or activated plan enters a closed zone that was published before; of a flight that an order has changed in the
  air, from where it flies otherwise than before: what it has flown it is not told to enter,
* no site holds more aircraft than it has pads,
* every plan goes the ways of its life's table and no other, and the process that serves remembers what is on the disk,
* what a firm was told stays: `acknowledge` notes it, `read_everything` compares the whole store with it after a crash.

An overdue flight keeps its last place beyond its planned end, and a flight in a contingency flies where it must: what
such an extension touches was approved before and is not a violation; whatever is approved or activated after it is. An
order is judged when it is given: of what its flight's plan becomes seconds later, only what was extended in between is
excused, in the air and on pads.
"""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from sqlmodel import Session

from airspace.lifecycle import FINAL, RESERVES_AIRSPACE, TRANSITIONS, PlanState
from airspace.timebase import from_scene_s
from sim.closed_zones import ClosedZone, closed_zone
from sim.judged_boxes import Box, as_before_until, box_of, boxes_meet, held_until
from sim.order_invariants import KINDS, OrderInvariants, Row, read_change
from utm.city import City, FlatTerrainSpec
from utm.judge import JudgedPlan, after, against, from_body, geoid_from_csv, plane_for
from utm.judge.plans import instant
from utm.separation_check import judge_rows
from utm.settings import Settings
from utm.sky import Sky
from utm.store import airspace_records, commands, journal, plans
from utm.store.log_watch import LogWatch
from utm.store.store import Store
from utm.store.tables import FlightPlanRow

_TOUCH_S: Final = 0.01
_EXTENSION_STATES: Final = frozenset({"activated", "nonconforming", "contingent"})


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never happen, and when it did (virtual seconds)."""

    at_s: float
    rule: str
    detail: str

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"at_s": round(self.at_s, 3), "rule": self.rule, "detail": self.detail}


Broken = Callable[[str, str], None]
"""Takes the rule that was broken and how."""


@dataclass(slots=True)
class Known:
    """A plan as the disk has it."""

    plan_id: str
    organisation_id: str
    aircraft_id: str
    state: PlanState
    version: int
    starts_s: float
    ends_s: float
    departure_s: float
    origin_site_id: str | None
    destination_site_id: str | None
    judged: JudgedPlan | None = None
    box: Box = (0.0,) * 6
    """Low x, y, t and high x, y, t."""
    body: str = ""
    extended: bool = False
    """Whether it holds more than it was approved with."""
    as_before_s: float = -math.inf
    """Until when (judge's seconds) a flight that was changed in the air flies as it did before the change."""


@dataclass(slots=True)
class Told:
    """What a firm was told of a plan."""

    plan_id: str
    organisation_id: str
    body: dict[str, Any]
    final: str | None = None
    """The final state it was told of, which the plan keeps."""


@dataclass(slots=True)
class PadRule:
    """How long a pad is taken around a departure and an arrival, as published with the policy."""

    prep_s: float
    clear_s: float
    turn_around_s: float


@dataclass(slots=True)
class Counts:
    """What was checked."""

    commits: int = 0
    rows: int = 0
    pairs: int = 0
    whole_checks: int = 0
    acknowledged: int = 0
    excused: dict[str, int] = field(default_factory=dict)


class PlanInvariants:
    """See the module's text. The reader is a second, read-only look at the same file."""

    def __init__(
        self, settings: Settings, city: City, broken: Broken, now_s: Callable[[], float] = lambda: 0.0
    ) -> None:
        """`now_s` is the service's clock in scene seconds."""
        self.orders = OrderInvariants(self._made, broken, self._excuse, now_s)
        self._continued: frozenset[frozenset[str]] = frozenset()
        self.counts = Counts()
        self.plans: dict[str, Known] = {}
        self.told: dict[str, Told] = {}
        self.pads: dict[str, int] = {}
        self.pad_rule: PadRule | None = None
        self.closed: dict[str, ClosedZone] = {}
        self.memory: Callable[[], Sky | None] = lambda: None
        self._settings, self._broken = settings, broken
        self._store: Store | None = None
        self._log: LogWatch | None = None
        self._seen = 0
        self._changed_at: dict[str, int] = {}
        """Where in the change log each plan and zone of the last commit looked at changed last."""
        self._extended_from: dict[str, Known] = {}
        """What an overdue flight of the last commit looked at kept before it was given longer."""
        self._live: dict[str, Known] = {}
        self._plane = plane_for(city.crs)
        self._geoid = geoid_from_csv(city.geoid_csv)
        terrain = city.terrain
        if not isinstance(terrain, FlatTerrainSpec):
            raise TypeError("the world's judge knows flat ground only")
        self._elevation_m = terrain.elevation_amsl_m

    def _ground(self, lat_deg: float, lon_deg: float) -> float:
        return self._geoid(lat_deg, lon_deg) + self._elevation_m

    def open(self) -> None:
        """Begin to look at the store, which exists by now."""
        self._store = Store(self._settings.database_path, readers=1)
        self._log = LogWatch(self._settings.database_path)

    def reopen(self) -> None:
        """Look at the file anew, as a process that starts does."""
        if self._store is not None:
            self.close()
            self.open()

    def close(self) -> None:
        """Look no more."""
        if self._store is not None:
            self._store.close()
            self._store = None
        if self._log is not None:
            self._log.close()
            self._log = None

    def live_flights(self) -> set[str]:
        """Return the plans that are being flown, as the disk has them."""
        return {plan_id for plan_id, known in self._live.items() if known.state is not PlanState.APPROVED}

    def plans_of(self, aircraft_id: str) -> set[str]:
        """Return the plans of an aircraft that reserve airspace."""
        return {plan_id for plan_id, known in self._live.items() if known.aircraft_id == aircraft_id}

    # -- after every commit --------------------------------------------------------------------------------------------

    def after_commit(self) -> None:
        """Check everything that the commits since the last look have changed."""
        if self._store is None:
            return
        self.counts.commits += 1
        if self._log is None or not self._log.grown_since(self._seen):
            return  # a commit that changed no plan, zone or reservation breaks none of what is checked here
        rows, zones, reserved = self._store.read_now(self._news)
        before = {zone_id: self.closed.get(zone_id) for zone_id, _ in zones}
        for zone_id, feature in zones:
            zone = None if feature is None else closed_zone(zone_id, feature, self._plane)
            if zone is None:
                self.closed.pop(zone_id, None)
            else:
                self.closed[zone_id] = zone
        self._extended_from.clear()
        changed = [found for row in rows if (found := self._take(row)) is not None]
        for known, how in changed:
            self._check_space(known, how)
            if known.judged is not None:
                self.orders.meets(known, how)
            self._check_pads(known, how)
            if how != "extended":
                self._check_zones(known, self._closed_as_of(known.plan_id, before))
        for row in reserved:
            self.orders.take(row, self._met_by(row.ref))
        self._check_memory([row.plan_id for row in rows])

    def _closed_as_of(self, plan_id: str, before: dict[str, ClosedZone | None]) -> list[ClosedZone]:
        """Return the closed zones as a plan's last change in this commit met them: of one commit, what came first counts."""
        found = dict(self.closed)
        for zone_id, zone in before.items():
            if self._changed_at[zone_id] < self._changed_at[plan_id]:
                continue
            if zone is None:
                found.pop(zone_id, None)
            else:
                found[zone_id] = zone
        return list(found.values())

    def _news(self, session: Session) -> tuple[list[FlightPlanRow], list[tuple[str, dict[str, Any] | None]], list[Row]]:
        reserved: dict[str, Row] = {}
        rows: dict[str, FlightPlanRow] = {}
        zones: dict[str, dict[str, Any] | None] = {}
        self._changed_at.clear()
        for seq, kind, ref, _ in journal.changes_after(session, self._seen):
            self._seen = self._changed_at[ref] = seq
            if kind == "plan" and ref not in rows:
                row = plans.get(session, ref)
                if row is None:
                    self._broken("nothing approved is forgotten", f"the change log names {ref}, which is not there")
                else:
                    rows[ref] = row
            elif kind == "zone":
                zone = airspace_records.zone(session, ref)
                gone = zone is None or zone.withdrawn_at is not None
                zones[ref] = None if zone is None or gone else orjson.loads(zone.feature)
            elif kind in KINDS and ref not in reserved:
                reserved[ref] = read_change(session, kind, ref)
        if reserved:
            self._continued = commands.continuations(session)
        return list(rows.values()), list(zones.items()), list(reserved.values())

    def _take(self, row: FlightPlanRow) -> tuple[Known, str] | None:
        """Bring what is known to what the row says; return it with how it changed, None for what reserves nothing new."""
        self.counts.rows += 1
        before = self.plans.get(row.plan_id)
        state = PlanState(row.state)
        if before is not None and not _reachable(before.state, state):
            self._broken("a plan's life", f"{row.plan_id} went from {before.state} to {state}")
        same_place = (
            before is not None
            and before.judged is not None
            and (before.body, before.ends_s, before.starts_s) == (row.body, row.ends_s, row.starts_s)
        )
        known = Known(
            row.plan_id,
            row.organisation_id,
            row.aircraft_id,
            state,
            row.version,
            row.starts_s,
            row.ends_s,
            row.departure_s,
            *_sites(row.body),
            body=row.body,
        )
        self.plans[row.plan_id] = known
        if state not in RESERVES_AIRSPACE:
            self._live.pop(row.plan_id, None)
            return None
        if same_place and before is not None:
            known.judged, known.box, known.extended = before.judged, before.box, before.extended
        else:
            known.judged = self._judged(row)
            known.box = box_of(known.judged)
        was_live = row.plan_id in self._live
        self._live[row.plan_id] = known
        if before is None or not was_live:
            return known, "approved"
        if state is PlanState.ACTIVATED and before.state is PlanState.APPROVED:
            return known, "activated"
        if same_place:
            return None
        if row.state in _EXTENSION_STATES and before.body == row.body:
            known.extended = True
            self._extended_from[row.plan_id] = before
            return known, "extended"
        if before.state is PlanState.APPROVED or before.judged is None or known.judged is None:
            return known, "approved"
        known.as_before_s = as_before_until(before.judged, known.judged)
        return known, "changed"

    def _made(self, ref: str, body: dict[str, Any], separation: dict[str, float], ends_s: float) -> JudgedPlan | None:
        """Return what an order or a contingency reserves, as the judge sees it."""
        body["departure_at"] = str(body.get("departure_at", "")).upper()
        try:
            plan = from_body(ref, body, separation, self._ground, self._geoid, plane=self._plane)
        except ValueError as error:
            self._broken("separation", f"{ref} cannot be judged: {error}")
            return None
        return held_until(plan, (from_scene_s(ends_s) - instant(0.0)).total_seconds())

    def _judged(self, row: FlightPlanRow) -> JudgedPlan | None:
        separation = {
            "horizontal_m": row.horizontal_m,
            "vertical_m": row.vertical_m,
            "time_buffer_s": row.time_buffer_s,
        }
        body = orjson.loads(row.body)
        body["departure_at"] = str(body.get("departure_at", "")).upper()
        try:
            plan = from_body(row.plan_id, body, separation, self._ground, self._geoid, plane=self._plane)
        except ValueError as error:
            self._broken("separation", f"{row.plan_id} cannot be judged: {error}")
            return None
        return held_until(plan, (from_scene_s(row.ends_s) - instant(0.0)).total_seconds())

    # -- the rules -----------------------------------------------------------------------------------------------------

    def _check_space(self, known: Known, how: str) -> None:
        if known.judged is None:
            return
        near = [
            other
            for other in self._met_by(known.plan_id)
            if other is not known and other.judged is not None and boxes_meet(known.box, other.box)
        ]
        if not near:
            return
        self.counts.pairs += len(near)
        for conflict in against(known.judged, [other.judged for other in near if other.judged is not None]):
            other_id = conflict.plan_b
            if frozenset((known.plan_id, other_id)) in self._continued:
                continue
            if how == "extended" or known.state is PlanState.CONTINGENT:
                self._excuse("space_of_overdue")
            elif how == "changed" and self._grew_since_ordered(known, self.plans[other_id]):
                self._excuse("pair_with_overdue")
            else:
                self._broken(
                    "separation",
                    f"{known.plan_id} ({how}, {known.state}) and {other_id} ({self.plans[other_id].state}) come within "
                    f"{conflict.horizontal_m:.1f} m and {conflict.vertical_m:.1f} m at {conflict.at_a:%H:%M:%S}",
                )

    def _grew_since_ordered(self, known: Known, other: Known) -> bool:
        """Tell whether a changed flight meets only what another was given since the order that changed it was judged."""
        stood = self._as_ordered(known, other)
        if stood is None or stood.judged is None or known.judged is None:
            return False
        return not against(known.judged, [stood.judged])

    def _as_ordered(self, known: Known, other: Known) -> Known | None:
        """Return an overdue flight as it stood when an aircraft's order was given; None where it has not grown since."""
        for stood in self.orders.stood(known.aircraft_id):
            found: Known | None = stood.get(other.plan_id)
            if found is not None and other.extended and found.body == other.body and found.ends_s < other.ends_s:
                return found
        return None

    def _met_by(self, ref: str) -> Collection[Known]:
        """Return what was live when something changed: of one commit, what came first counts."""
        later = [name for name in self._extended_from if name != ref and self._changed_at[name] > self._changed_at[ref]]
        return (
            {**self._live, **{name: self._extended_from[name] for name in later}}.values()
            if later
            else self._live.values()
        )

    def _excuse(self, what: str) -> None:
        self.counts.excused[what] = self.counts.excused.get(what, 0) + 1

    def _check_zones(self, known: Known, closed: Sequence[ClosedZone]) -> None:
        if known.judged is None or not len(known.judged.legs):
            return
        legs = after(known.judged, known.as_before_s).legs
        for zone in closed:
            if zone.entered_by(legs, self._geoid_at_zone(zone), self._elevation_m):
                self._broken(
                    "no drone is told to enter a closed zone",
                    f"{known.plan_id} is {known.state} and enters {zone.zone_id}, which was published before",
                )

    def _geoid_at_zone(self, zone: ClosedZone) -> float:
        return self._geoid(zone.lat_deg, zone.lon_deg)

    def _check_pads(self, known: Known, how: str) -> None:
        if self.pad_rule is None or how == "extended":
            return
        for site_id in {known.origin_site_id, known.destination_site_id} - {None}:
            pads = self.pads.get(str(site_id))
            if pads is None:
                continue
            crowd = self._crowd(str(site_id), known, self._live.values())
            if crowd > pads and how == "changed":
                as_ordered = [self._as_ordered(known, other) or other for other in self._live.values()]
                if self._crowd(str(site_id), known, as_ordered) <= pads:
                    self._excuse("pad_of_overdue")
                    continue
            if crowd > pads:
                self._broken(
                    "no pad is booked twice",
                    f"{site_id} has {pads} pads; with {known.plan_id} ({how}) {crowd} aircraft stand there at once",
                )

    def _crowd(self, site_id: str, known: Known, plans: Collection[Known]) -> int:
        """Return the most aircraft at a site in any instant of this plan's own stays there."""
        own = [(a, b) for craft, a, b in self._stays(site_id, [known]) if craft]
        stays = self._stays(site_id, plans)
        most = 0
        for start, end in own:
            instants = [start, *(a for _, a, _ in stays if start < a < end)]
            for at in instants:
                there = {craft for craft, a, b in stays if a <= at < b - _TOUCH_S}
                most = max(most, len(there))
        return most

    def _stays(self, site_id: str, of: Collection[Known]) -> list[tuple[str, float, float]]:
        rule = self.pad_rule
        if rule is None:
            return []
        stays = []
        for plan in of:
            if plan.origin_site_id == site_id:
                stays.append((plan.aircraft_id, plan.starts_s - rule.prep_s, plan.starts_s + rule.clear_s))
            if plan.destination_site_id == site_id:
                stays.append((plan.aircraft_id, plan.ends_s - rule.clear_s, plan.ends_s + rule.turn_around_s))
        return stays

    def _check_memory(self, plan_ids: Sequence[str]) -> None:
        """Compare what the serving process remembers of these plans with the disk."""
        sky = self.memory()
        if sky is None:
            return
        for plan_id in plan_ids:
            known, live = self.plans[plan_id], sky.get(plan_id)
            wanted = (known.state, known.version) if plan_id in self._live else None
            held = None if live is None else (PlanState(live.state), live.version)
            if wanted != held:
                self._broken("memory is what was committed", f"{plan_id}: on the disk {wanted}, in memory {held}")

    # -- what firms were told ------------------------------------------------------------------------------------------

    def acknowledge(self, plan_id: str, organisation_id: str, body: dict[str, Any], state: str) -> None:
        """Note that a firm has read that its plan is approved, or in a later state."""
        self.counts.acknowledged += 1
        known = self.plans.get(plan_id)
        if known is None:
            self._broken(
                "nothing approved is forgotten", f"a firm was told that {plan_id} is {state}; it is not stored"
            )
            return
        told = self.told.setdefault(plan_id, Told(plan_id, organisation_id, body))
        if PlanState(state) in FINAL:
            told.final = state

    def read_everything(self, *, judge_all: bool = True) -> None:
        """Compare the whole store with everything firms were told, with memory, and every pair of plans."""
        if self._store is None:
            return
        self.counts.whole_checks += 1
        rows, latest, live = self._store.read_now(self._whole)
        if latest < self._seen:
            self._broken(
                "nothing approved is forgotten", f"the store ends at change {latest}, {self._seen} was committed"
            )
        for told in self.told.values():
            found = rows.get(told.plan_id)
            if found is None:
                self._broken("nothing approved is forgotten", f"{told.plan_id} was acknowledged and is gone")
            elif told.final is not None and found[0] != told.final:
                self._broken(
                    "nothing approved is forgotten", f"{told.plan_id} was told to be {told.final} and is {found[0]}"
                )
        for plan_id, known in self.plans.items():
            found = rows.get(plan_id)
            if found != (known.state.value, known.version):
                now = "gone" if found is None else f"{found[0]}, version {found[1]}"
                self._broken(
                    "nothing committed is forgotten",
                    f"{plan_id} was committed as {known.state}, version {known.version}, and is {now}",
                )
        self._compare_memory()
        if judge_all:
            self._judge_all(live)

    def _whole(self, session: Session) -> tuple[dict[str, tuple[str, int]], int, list[FlightPlanRow]]:
        """Read the state and version of every plan, the last change, and the rows of those that reserve airspace."""
        rows = {plan_id: (state, version) for plan_id, state, version in plans.standings(session)}
        live = [row for plan_id in self._live if (row := plans.get(session, plan_id)) is not None]
        return rows, journal.latest_change(session), live

    def _compare_memory(self) -> None:
        sky = self.memory()
        if sky is None:
            return
        held = {plan.plan_id for plan in sky.all()}
        for plan_id in sorted(held ^ set(self._live)):
            where = "remembered and not stored" if plan_id in held else "stored and not remembered"
            self._broken("memory is what was committed", f"{plan_id} reserves airspace: {where}")

    def _judge_all(self, rows: Sequence[FlightPlanRow]) -> None:
        report = judge_rows(rows, self._settings)
        for unread in report.unread:
            self._broken("separation", f"{unread['plan_id']} cannot be judged: {unread['reason']}")
        for conflict in report.conflicts:
            a, b = self.plans[conflict["plan_a"]], self.plans[conflict["plan_b"]]
            if a.extended or b.extended or PlanState.CONTINGENT in (a.state, b.state):
                self._excuse("pair_with_overdue")
            else:
                self._broken("separation", f"{a.plan_id} ({a.state}) and {b.plan_id} ({b.state}), judged as a whole")


def _sites(body: str) -> tuple[str | None, str | None]:
    filed = orjson.loads(body)
    return filed.get("origin_site_id"), filed.get("destination_site_id")


def _reachable(state: PlanState, following: PlanState) -> bool:
    """Tell whether a plan may have got from one state to another in one commit, which may hold several steps."""
    seen, ahead = {state}, [state]
    while ahead:
        for state_after in TRANSITIONS[ahead.pop()]:
            if state_after not in seen:
                seen.add(state_after)
                ahead.append(state_after)
    return following in seen
