"""What is asked of a plan without keeping anything: compiled from a body, and judged against the sky as it is."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from airspace.approval import evaluate
from airspace.decision import Decision, Reason, decide, reason
from airspace.deconfliction import Conflict
from airspace.errors import FieldError
from airspace.geometry4d import PlanGeometry, Separation, Trajectory4D
from airspace.intent import FlightIntent, Path
from airspace.intervals import Intervals
from airspace.offers_parts import Change, Steps, finished
from airspace.policy import Policy
from airspace.region import Region
from airspace.rules.verdict import StandingCover
from airspace.timebase import to_scene_s
from airspace.trajectory import AircraftPerformance, FlightPath, Waypoint, WaypointRoute, compile_route
from airspace.volumes import VolumePath, parse_volumes
from utm.airspace_book import AirspaceBook
from utm.api.flight_plan_models import FlightPlanBody, TrajectoryRoute
from utm.article27 import missing_items
from utm.clock import Clock
from utm.contingency_filing import filed_contingency, lost_link_site
from utm.fleet import Aircraft, Fleet, class_of, is_agricultural
from utm.ids import opaque_ref
from utm.offer_holds import HeldOffers, Hold
from utm.offers import OfferDesk
from utm.plan_records import rfc3339
from utm.problems import FieldProblem, Problem, not_found, validation_problem
from utm.rules.envelope import NamedEnvelope
from utm.security import Principal, may_read_of
from utm.security.directory import Organisation
from utm.sky import LivePlan, Sky

PRIORITY_ENTITLEMENT = "priority_over_50"
GROUND_RULE = "ground_risk"
"""The rule that reasons about people on the ground name."""
_MOST_TOLD = 3
"""Of so many standing approvals a firm is told what its flight misses them by."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A filed body, compiled and covered: everything about it that does not depend on the rest of the sky."""

    body: dict[str, Any]
    parsed: FlightPlanBody
    aircraft: Aircraft
    path: Path
    h3_cells: list[str]
    """The resolution-8 cells that cover the flight with its tolerance, sorted."""
    starts_s: float
    ends_s: float

    @property
    def cells(self) -> frozenset[int]:
        """The same cells as integers."""
        return frozenset([int(cell, 16) for cell in self.h3_cells])

    @property
    def geometry(self) -> PlanGeometry:
        """What the engine reserves."""
        return self.path.trajectory if isinstance(self.path, FlightPath) else self.path.prisms


class GroundOfPlans(Protocol):
    """What is asked about the ground under a plan that is filed (`utm.logistics.ground_filed`)."""

    def reasons(self, flight: FlightIntent, aircraft: Aircraft) -> Sequence[Reason]:
        """Return the limits it breaks, refusing or as warnings."""
        ...

    def ways(self, flight: FlightIntent, cruise_mps: float | None) -> Iterable[Change]:
        """Propose ways that keep the limits."""
        ...


class PlanJudge:
    """Compiles filed bodies and judges what comes of them; keeps nothing."""

    def __init__(
        self,
        *,
        clock: Clock,
        sky: Sky,
        book: AirspaceBook,
        fleet: Fleet,
        organisation: Callable[[str], Organisation | None],
        ref_secret: bytes,
        held: HeldOffers,
        standing: Callable[[FlightIntent, bool], StandingCover | None],
        waiting: Callable[[], int],
    ) -> None:
        self.clock, self.sky, self.book, self.fleet = clock, sky, book, fleet
        self._organisation, self._ref_secret, self._standing = organisation, ref_secret, standing
        self.held, self.desk = held, OfferDesk(clock=clock, book=book, sky=sky, waiting=waiting)
        self.own_reservations: Callable[[str], Collection[str]] = lambda aircraft_id: ()
        """What commands have reserved for an aircraft, by id: its own plans are not held to it."""
        self.ground: GroundOfPlans | None = None
        """Judges plans by who is under them, where that is asked for; set by the composition root."""
        self.closed_envelopes: Callable[[FlightIntent, float, float], Intervals] = lambda flight, from_s, to_s: []
        """The delays, within bounds, at which no standing approval's envelope is open around a flight."""
        self.envelopes: Callable[[str], Sequence[NamedEnvelope]] = lambda organisation_id: ()
        """The envelopes of standing approvals a firm may fly under."""

    # -- preparation ---------------------------------------------------------------------------------------------------

    def prepare(self, principal: Principal, body: dict[str, Any], parsed: FlightPlanBody) -> Prepared:
        """Compile a body; raises Problem 404 for an aircraft that is not the caller's and 422 with every field at fault."""
        aircraft = self.fleet.get(parsed.aircraft_id)
        if aircraft is None or not may_read_of(principal, aircraft.organisation_id):
            raise not_found("aircraft", "航空器", parsed.aircraft_id)
        if not aircraft.active:
            raise Problem("aircraft_inactive")
        prepared = self.compiled(aircraft, body, parsed)
        self._check_times(parsed.departure_at, prepared.starts_s, self.clock.now(), self.book.policy)
        return prepared

    def compiled(self, aircraft: Aircraft, body: dict[str, Any], parsed: FlightPlanBody) -> Prepared:
        """Compile a body for an aircraft, whatever the time; raises Problem 422 with every field at fault."""
        region, compiled = self.book.region, path_of(body, parsed, self.book.region)
        starts_s, ends_s = _window(compiled)
        widen_m = self.book.policy.tolerance.horizontal_m + region.grid.slack_m
        geometry = compiled.trajectory if isinstance(compiled, FlightPath) else compiled.prisms
        h3_cells = sorted(self.sky.cells(geometry, widen_m))
        return Prepared(body, parsed, aircraft, compiled, h3_cells, starts_s, ends_s)

    @staticmethod
    def _check_times(departure_at: datetime, starts_s: float, now: datetime, policy: Policy) -> None:
        late_s = to_scene_s(now) - min(to_scene_s(departure_at), starts_s)
        if late_s > policy.past_grace_s:
            detail = f"The flight would start {late_s:.0f} s in the past. Send a departure that is still to come."
            detail_zh = f"起飞时间已过去 {late_s:.0f} 秒。请发送将来的起飞时间。"
            fault = FieldProblem("/departure_at", "departure_in_past", detail, detail_zh)
            raise Problem("departure_in_past", detail, detail_zh, errors=[fault])
        if -late_s > policy.max_horizon_s:
            detail = f"The flight lies more than {policy.max_horizon_s / 86_400:.0f} days ahead. File it later."
            detail_zh = f"飞行时间距今超过 {policy.max_horizon_s / 86_400:.0f} 天，请稍后再提交。"
            raise validation_problem([FieldProblem("/departure_at", "too_far_ahead", detail, detail_zh)])

    # -- judgement -----------------------------------------------------------------------------------------------------

    def judge(
        self,
        organisation_id: str,
        principal: Principal | None,
        prepared: Prepared,
        *,
        plan_id: str | None = None,
        was_entitled: bool = False,
        hold: Hold | None = None,
        offers: bool = False,
        not_before: datetime | None = None,
        decided: Decision | None = None,
        filed_at: datetime | None = None,
        ground: bool = False,
    ) -> Decision:
        """Judge a prepared plan against the sky as it is; see `judging`."""
        return finished(
            self.judging(
                organisation_id,
                principal,
                prepared,
                plan_id=plan_id,
                was_entitled=was_entitled,
                hold=hold,
                offers=offers,
                not_before=not_before,
                decided=decided,
                filed_at=filed_at,
                ground=ground,
            )
        )

    def judging(
        self,
        organisation_id: str,
        principal: Principal | None,
        prepared: Prepared,
        *,
        plan_id: str | None = None,
        was_entitled: bool = False,
        hold: Hold | None = None,
        offers: bool = False,
        not_before: datetime | None = None,
        decided: Decision | None = None,
        filed_at: datetime | None = None,
        ground: bool = False,
    ) -> Steps[Decision]:
        """Judge a prepared plan against the sky as it is, step by step.

        `plan_id` names the plan it is a version of; `was_entitled` says that its priority was accepted when it was filed;
        `hold` is the firm's own hold of this very body. `offers` asks for counter-offers where it is not approved,
        departing no sooner than `not_before`; `decided` is the judgement where the running job has just made it;
        `filed_at` is when the plan was filed, where that is not now; `ground` says that it is filed without a booking,
        which judges ground risk by itself.
        """
        self.held.lapse(self.clock.now())
        ignore = (*(() if plan_id is None else (plan_id,)), *(() if hold is None else (hold.hold_id,)))
        ignore += self.sky.own_contingency(prepared.aircraft.aircraft_id)
        ignore += tuple(self.own_reservations(prepared.aircraft.aircraft_id))
        firm = self._organisation(organisation_id)
        entitled = was_entitled or (firm is not None and PRIORITY_ENTITLEMENT in firm.entitlements)
        asker = None if principal is not None and principal.sees_everything else organisation_id
        parsed, policy = prepared.parsed, self.book.policy
        aircraft_class = class_of(prepared.aircraft, policy.rules)
        covering = self._covering(organisation_id)
        intent = FlightIntent(
            operator_id=organisation_id,
            aircraft_id=prepared.aircraft.aircraft_id,
            operation_type=parsed.operation_type,
            priority=parsed.priority,
            departure_at=parsed.departure_at,
            path=prepared.path,
            cells=prepared.cells,
            plan_id=plan_id,
            origin_site_id=parsed.origin_site_id,
            destination_site_id=parsed.destination_site_id,
            alternate_site_ids=tuple(parsed.alternate_site_ids),
            aircraft_class=aircraft_class,
            agricultural=is_agricultural(prepared.aircraft, policy.rules),
            performance=performance_of(prepared.aircraft),
            priority_limit=100 if entitled else policy.max_priority_commercial,
            uses_true_height=_uses_true_height(parsed),
            missing_article27=missing_items(parsed, aircraft_class, prepared.aircraft),
            declared_triggers=None if parsed.special_conditions is None else tuple(parsed.special_conditions),
            urgency=parsed.urgency,
            filed_at=filed_at,
            contingency=filed_contingency(parsed, self.book.scene),
            lost_link_site_id=lost_link_site(parsed),
        )
        others: dict[int, LivePlan] = {}  # a check runs beside the writer, which may take one away meanwhile

        def conflicts_of(geometry: PlanGeometry, separation: Separation) -> list[Conflict]:
            found = self.sky.conflicts(geometry, separation, ignore=ignore)
            others.update((conflict.key, plan) for conflict, plan in found)
            return [conflict for conflict, _ in found]

        under = self.ground if ground else None

        def judged(flight: FlightIntent, *, worded: bool = True) -> Decision:
            found = evaluate(
                flight,
                policy,
                self.book.scene,
                self.clock.now(),
                conflicts_of=conflicts_of,
                other_plan=lambda key: self._reference(others[key], asker),
                traffic=self.sky,
                ignore=ignore,
                standing=covering,
                worded=worded,
            )
            return found if under is None else with_reasons(found, under.reasons(flight, prepared.aircraft))

        def approves(flight: FlightIntent) -> Decision:
            return judged(flight, worded=False)

        decision = judged(intent) if decided is None else decided
        enveloped = decision.verdict is not None and decision.verdict.standing_approval_id is not None
        waits = any(item.code == "pending_authority" for item in decision.reasons)
        envelopes = self.envelopes(organisation_id) if enveloped or waits else ()
        if waits and envelopes and decided is None:
            decision = with_reasons(decision, [_outside(intent, envelope) for envelope in envelopes[:_MOST_TOLD]])
        if not offers:
            return decision
        also: list[Change] = []
        if under is not None and any(item.rule == GROUND_RULE for item in decision.reasons):
            route = parsed.route
            also = list(under.ways(intent, route.cruise_speed_mps if isinstance(route, TrajectoryRoute) else None))
        # Who flies under an envelope, or missed its own, is offered nothing outside of them.
        return (
            yield from self.desk.attach(
                decision,
                intent,
                prepared,
                judge=(lambda flight: inside_envelope(approves(flight))) if envelopes else approves,
                closed=self.closed_envelopes if envelopes else None,
                ignore=ignore,
                not_before=not_before,
                also=also,
                envelopes=envelopes,
            )
        )

    def _covering(self, organisation_id: str) -> Callable[[FlightIntent], StandingCover | None]:
        """Return what tells which standing approval covers a flight of the firm: of its whole fleet, or an envelope."""
        whole_fleet = self.fleet.has_standing_approval(organisation_id)
        return lambda flight: self._standing(flight, whole_fleet)

    def name_of(self, other: LivePlan, asker: str | None) -> str:
        """Return the name a plan goes by for a firm that asks (None: for the city)."""
        return self._reference(other, asker)

    def _reference(self, other: LivePlan, asker: str | None) -> str:
        """Return the name a conflicting plan goes by in an answer: its id for its owner and the city, a pseudonym else."""
        if asker is None or other.organisation_id == asker:
            return other.plan_id
        return opaque_ref(other.plan_id, asker, self._ref_secret)


def with_reasons(decision: Decision, more: Sequence[Reason]) -> Decision:
    """Return the decision that these reasons lead to, too."""
    if not more:
        return decision
    reasons = [*decision.reasons, *more]
    return decide(reasons, decision.decided_at, decision.policy_version, decision.separation, decision.verdict)


def _outside(flight: FlightIntent, envelope: NamedEnvelope) -> Reason:
    missed, missed_zh = envelope.missed(flight)
    values = {"name": envelope.name, "missed": missed, "missed_zh": missed_zh}
    return reason("outside_standing_approval", values, rule="standing_approval")


def inside_envelope(decision: Decision) -> Decision:
    """Return the decision, pending where the flight is outside of every standing approval, whatever the policy asks."""
    if decision.outcome != "approved" or decision.verdict is None or decision.verdict.application != "submitted":
        return decision
    outside = reason("pending_authority", {"because": "", "because_zh": ""}, rule="standing_approval")
    return replace(decision, outcome="pending", reasons=(outside, *decision.reasons))


def field_problem(error: FieldError) -> FieldProblem:
    """Return a fault the core found as the edge writes it."""
    return FieldProblem(error.pointer, error.code, error.detail, error.detail_zh)


def performance_of(aircraft: Aircraft) -> AircraftPerformance:
    """Return what a firm declared of an aircraft, and nothing else: an unknown number refuses nothing."""
    return AircraftPerformance(
        aircraft.max_speed_mps, aircraft.max_climb_mps, aircraft.max_descent_mps, aircraft.max_accel_mps2
    )


def retimed(prepared: Prepared, delay_s: float, departure_at: datetime) -> Prepared:
    """Return the same flight, later by `delay_s`; only trajectories can be moved."""
    if not isinstance(prepared.path, FlightPath):
        return prepared
    trajectory: Trajectory4D = prepared.path.trajectory.shifted(delay_s)
    body = {**prepared.body, "departure_at": rfc3339(departure_at)}
    return replace(
        prepared,
        body=body,
        parsed=prepared.parsed.model_copy(update={"departure_at": departure_at}),
        path=replace(prepared.path, trajectory=trajectory),
        starts_s=prepared.starts_s + delay_s,
        ends_s=prepared.ends_s + delay_s,
    )


def path_of(body: Mapping[str, Any], parsed: FlightPlanBody, region: Region) -> Path:
    """Return where a filed body flies, in the city's frame; raises Problem 422 with every field at fault."""
    route = parsed.route
    compiled = (
        compile_route(_route_value(route), parsed.departure_at, region)
        if isinstance(route, TrajectoryRoute)
        else parse_volumes(body["route"]["volumes"], region)
    )
    if isinstance(compiled, list):
        raise validation_problem([field_problem(error) for error in compiled])
    return compiled


def _route_value(route: TrajectoryRoute) -> WaypointRoute:
    points = tuple(
        Waypoint(p.lat_deg, p.lon_deg, p.alt_m, p.alt_datum, p.speed_mps, p.hold_s, p.t_s) for p in route.waypoints
    )
    return WaypointRoute(points, route.cruise_speed_mps, route.crs)


def _window(path: Path) -> tuple[float, float]:
    if isinstance(path, VolumePath):
        return path.starts_s, path.ends_s
    return path.trajectory.starts_s, path.trajectory.ends_s


def _uses_true_height(parsed: FlightPlanBody) -> bool:
    if not isinstance(parsed.route, TrajectoryRoute):
        return False
    return any(point.alt_datum == "AGL" for point in parsed.route.waypoints)
