"""The parts of logistics, made once and handed to the service."""

from dataclasses import dataclass

from utm.bus import Bus
from utm.fleet import Fleet
from utm.flight_plans import FlightPlans
from utm.ground.desk import GroundDesk
from utm.logistics.booker import Booker
from utm.logistics.dispatcher import Dispatcher
from utm.logistics.fleet import LogisticsFleet
from utm.logistics.flights import FlightDesigner
from utm.logistics.ground_check import GroundCheck
from utm.logistics.ground_filed import FiledGround
from utm.logistics.missions import KIND, MissionDesk
from utm.logistics.orders import OrderDesk
from utm.logistics.planning_view import PlanningView
from utm.logistics.reassignment import Reassignment
from utm.logistics.repositioner import Repositioner
from utm.logistics.weather_view import DeskWeather
from utm.plan_steps import PlanSteps
from utm.weather.desk import WeatherDesk
from utm.zones import ZoneDesk


@dataclass(frozen=True, slots=True)
class Logistics:
    """Missions, orders, what carries, and who plans."""

    missions: MissionDesk
    orders: OrderDesk
    fleet: LogisticsFleet
    dispatcher: Dispatcher
    designer: FlightDesigner
    ground: GroundCheck
    reassignment: Reassignment

    @classmethod
    def of(
        cls,
        flight_plans: FlightPlans,
        plan_steps: PlanSteps,
        *,
        bus: Bus,
        fleet: Fleet,
        ground: GroundDesk,
        weather: WeatherDesk,
        zones: ZoneDesk,
    ) -> "Logistics":
        """Return the parts, following missions in the memory of the plans."""
        clock, store, book = flight_plans.clock, flight_plans.store, flight_plans.book
        missions = MissionDesk(flight_plans, plan_steps)
        flight_plans.memory.keep(KIND, missions)
        orders = OrderDesk(clock=clock, store=store, bus=bus, book=book, missions=missions)
        carriers = LogisticsFleet(clock=clock, store=store, fleet=fleet, book=book)
        designer = FlightDesigner(flight_plans, ground)
        view = DeskWeather(weather, book)
        planning = PlanningView(book, flight_plans.sky.pad_events, carriers, designer, view)
        booker = Booker(
            flight_plans=flight_plans,
            missions=missions,
            orders=orders,
            fleet=carriers,
            designer=designer,
            weather=view,
        )
        dispatcher = Dispatcher(
            flight_plans=flight_plans,
            missions=missions,
            orders=orders,
            planning=planning,
            booker=booker,
        )
        dispatcher.repositioner = Repositioner(store=store, planning=planning, booker=booker)
        dispatcher.touched = lambda zone: {item.plan.plan_id for item in zones.impact(zone).filed}
        check = GroundCheck(ground, designer, book)
        missions.resources.ground = check
        flight_plans.ground = FiledGround(check, ground, designer, book)
        by_hand = Reassignment(
            clock=clock,
            store=store,
            turn=dispatcher.turn,
            orders=orders,
            planning=planning,
            booker=booker,
        )
        return cls(missions, orders, carriers, dispatcher, designer, check, by_hand)
