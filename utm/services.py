"""Everything one server is made of, put together in `utm.composition.compose` and found at `app.state.services`."""

from dataclasses import dataclass, field

from fastapi import Request

from airspace.picture import Picture
from mavlink_bridge.bridge import Bridge
from utm.advisories import AdvisoryDesk
from utm.airspace_book import AirspaceBook
from utm.alert_watch import Watch
from utm.alerts import Alerts
from utm.bus import Bus
from utm.cell_loads import CellLoads
from utm.clock import Clock
from utm.commands import CommandDesk
from utm.degraded.desk import DegradedDesk
from utm.fleet import Fleet
from utm.flight_plans import FlightPlans
from utm.ground.desk import GroundDesk
from utm.identification import IdentificationDesk
from utm.live import LiveHub
from utm.logistics.desks import Logistics
from utm.memory import Memory
from utm.network_desk import NetworkDesk
from utm.off_nominal_parts import OffNominal
from utm.plan_intake import PlanIntake
from utm.plan_steps import PlanSteps
from utm.policy_impact import PolicyImpact
from utm.recording.desk import RecordingDesk
from utm.reporting.reporter import Reporter
from utm.rules.parts import RuleDesks
from utm.sectors.desk import SectorDesk
from utm.sectors.news import SectorNews
from utm.security.identity import Identity
from utm.settings import Settings
from utm.sky import Sky
from utm.standing import StandingApprovals
from utm.store.backlog import Backlog
from utm.store.store import Store
from utm.telemetry import Telemetry
from utm.time_watch import TimeWatch
from utm.weather.desk import WeatherDesk
from utm.weather.watch import WeatherWatch
from utm.webhooks.courier import Courier
from utm.webhooks.desk import WebhookDesk
from utm.zones import ZoneDesk


@dataclass(slots=True)
class Services:
    """The parts of one server; each is made once and handed what it needs."""

    settings: Settings
    clock: Clock
    store: Store
    bus: Bus
    bridge: Bridge
    memory: Memory
    identity: Identity
    fleet: Fleet
    book: AirspaceBook
    sky: Sky
    flight_plans: FlightPlans
    plan_intake: PlanIntake
    plan_steps: PlanSteps
    zone_desk: ZoneDesk
    standing: StandingApprovals
    advisories: AdvisoryDesk
    loads: CellLoads
    policy_impact: PolicyImpact
    picture: Picture
    telemetry: Telemetry
    hub: LiveHub
    recording: RecordingDesk
    time_watch: TimeWatch
    alerts: Alerts
    commands: CommandDesk
    watch: Watch
    logistics: Logistics
    backlog: Backlog
    webhooks: WebhookDesk
    courier: Courier
    off_nominal: OffNominal
    rules: RuleDesks
    weather: WeatherDesk
    ground: GroundDesk
    network: NetworkDesk
    weather_watch: WeatherWatch
    identification: IdentificationDesk
    reporter: Reporter
    sectors: SectorDesk
    sector_news: SectorNews
    degraded: DegradedDesk
    flown_by: dict[str, str] = field(default_factory=dict)
    """Which aircraft the picture was told flies a plan; a plan that left the sky no longer says."""
    ready: bool = False
    sandbox: bool = False
    """Whether this is the separate sky of sandboxes (`utm.sandbox`)."""


async def services_of(request: Request) -> Services:  # async: FastAPI sends a plain function to a thread, 0.1 ms
    """Return the services of the application a request came to."""
    services: Services = request.app.state.services
    return services
