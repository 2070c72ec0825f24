"""The parts of logistics, made once and handed to the service."""

from dataclasses import dataclass

from utm.bus import Bus
from utm.fleet import Fleet
from utm.flight_plans import FlightPlans
from utm.logistics.dispatcher import Dispatcher
from utm.logistics.fleet import LogisticsFleet
from utm.logistics.flights import FlightDesigner
from utm.logistics.missions import KIND, MissionDesk
from utm.logistics.orders import OrderDesk
from utm.plan_steps import PlanSteps


@dataclass(frozen=True, slots=True)
class Logistics:
    """Missions, orders, what carries, and who plans."""

    missions: MissionDesk
    orders: OrderDesk
    fleet: LogisticsFleet
    dispatcher: Dispatcher

    @classmethod
    def of(cls, flight_plans: FlightPlans, plan_steps: PlanSteps, *, bus: Bus, fleet: Fleet) -> "Logistics":
        """Return the parts, following missions in the memory of the plans."""
        clock, store, book = flight_plans.clock, flight_plans.store, flight_plans.book
        missions = MissionDesk(flight_plans, plan_steps)
        flight_plans.memory.keep(KIND, missions)
        orders = OrderDesk(clock=clock, store=store, bus=bus, book=book, missions=missions)
        carriers = LogisticsFleet(clock=clock, store=store, fleet=fleet, book=book)
        dispatcher = Dispatcher(
            flight_plans=flight_plans,
            missions=missions,
            orders=orders,
            fleet=carriers,
            designer=FlightDesigner(flight_plans),
        )
        return cls(missions, orders, carriers, dispatcher)
