"""Puts the off-nominal parts together: the desks for contingencies and lists of actions, and the watch that drives them."""

from dataclasses import dataclass

from sqlmodel import Session

from airspace.picture import Picture
from utm.action_lists import ActionDesk
from utm.action_values import Orders
from utm.advisories import AdvisoryDesk
from utm.contingencies import ContingencyDesk
from utm.contingency_airspace import ContingencyAirspace
from utm.contingency_book import ContingencyBook
from utm.contingency_way import WayClearer
from utm.expected_flights import ExpectedFlights
from utm.fleet import Fleet
from utm.flight_plans import FlightPlans
from utm.off_nominal import OffNominalWatch, Places
from utm.plan_steps import PlanSteps
from utm.predicted_volumes import PredictedVolumes
from utm.reevaluation import Reevaluation
from utm.store.tables import FlightPlanRow
from utm.telemetry import Telemetry
from utm.zone_actions import TemporaryZones
from utm.zones import ZoneDesk


@dataclass(frozen=True, slots=True)
class OffNominal:
    """Everything that handles what does not go to plan."""

    contingencies: ContingencyDesk
    actions: ActionDesk
    zones: TemporaryZones
    watch: OffNominalWatch
    reevaluation: Reevaluation


def assemble(
    *,
    flight_plans: FlightPlans,
    plan_steps: PlanSteps,
    advisories: AdvisoryDesk,
    zone_desk: ZoneDesk,
    open_book: ContingencyBook,
    fleet: Fleet,
    picture: Picture,
    telemetry: Telemetry,
    orders: Orders | None,
    secret: bytes,
    expected: ExpectedFlights | None = None,
) -> OffNominal:
    """Make the parts and let the end of a plan reach what follows it."""
    clock, store, memory = flight_plans.clock, flight_plans.store, flight_plans.memory
    book, sky = flight_plans.book, flight_plans.sky
    places = Places(picture, book)
    reevaluation = Reevaluation(
        clock=clock,
        sky=sky,
        book=book,
        where=places.fix,
        ordered=flight_plans.own_reservations,
    )
    way = WayClearer(
        clock=clock,
        store=store,
        book=book,
        flight_plans=flight_plans,
        advisories=advisories,
        reevaluation=reevaluation,
    )
    predicted = PredictedVolumes(store=store, memory=memory, book=book, clock=clock, open_book=open_book)
    contingencies = ContingencyDesk(
        clock=clock,
        store=store,
        memory=memory,
        book=book,
        flight_plans=flight_plans,
        plan_steps=plan_steps,
        advisories=advisories,
        airspace=ContingencyAirspace(clock=clock, book=book, sky=sky, reevaluation=reevaluation),
        way=way,
        open_book=open_book,
        predicted=predicted,
    )
    actions = ActionDesk(
        flight_plans=flight_plans,
        plan_steps=plan_steps,
        advisories=advisories,
        reevaluation=reevaluation,
        orders=orders,
        secret=secret,
    )
    way.actions = actions
    zone_desk.offer_later = way.offer_later
    zones = TemporaryZones(
        clock=clock, store=store, book=book, sky=sky, zone_desk=zone_desk, actions=actions, reevaluation=reevaluation
    )
    watch = OffNominalWatch(
        store=store,
        sky=sky,
        book=book,
        telemetry=telemetry,
        fleet=fleet,
        places=places,
        contingencies=contingencies,
        advisories=advisories,
        reevaluation=reevaluation,
        plan_steps=plan_steps,
        actions=actions,
        zone_desk=zone_desk,
        predicted=predicted,
        holds=lambda plan: expected is not None and expected.holds(plan),
    )

    def over(session: Session, row: FlightPlanRow, outcome: str) -> None:
        contingencies.plan_over(session, row, outcome)
        actions.plan_over(session, row, outcome)
        advisories.withdraw_of_plan(session, row.plan_id)

    plan_steps.over.append(over)
    return OffNominal(contingencies, actions, zones, watch, reevaluation)
