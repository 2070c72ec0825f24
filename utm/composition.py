"""The composition root: every part of one server made, and each handed what it needs."""

import os
import secrets
from dataclasses import replace
from pathlib import Path

from airspace.picture import Picture
from mavlink_bridge.bridge import Bridge
from utm.advisories import KIND as ADVISORY
from utm.advisories import AdvisoryDesk
from utm.airspace_book import AirspaceBook
from utm.alert_watch import Watch
from utm.alerts import Alerts
from utm.bus import Bus
from utm.cell_loads import CellLoads
from utm.city import City, GeoTiffTerrainSpec, load_city
from utm.clock import Clock
from utm.command_effects import EffectJudge
from utm.command_plans import CommandPlans
from utm.command_reservations import KIND as COMMAND_RESERVATION
from utm.command_reservations import CommandReservations
from utm.command_runner import CommandRunner
from utm.commands import CommandDesk
from utm.contingency_book import KIND as CONTINGENCY
from utm.contingency_book import ContingencyBook
from utm.degraded.desk import DegradedDesk
from utm.fleet import Fleet, FleetBindings
from utm.flight_plans import FlightPlans
from utm.ground.desk import KIND as GROUND
from utm.ground.desk import GroundDesk
from utm.identification import IdentificationDesk
from utm.live import LiveHub
from utm.logistics.desks import Logistics
from utm.memory import Memory
from utm.network_desk import NetworkDesk
from utm.off_nominal_parts import assemble
from utm.offer_holds import HeldOffers
from utm.offered_times import OfferedTimes
from utm.pad_watch import PadWatch
from utm.plan_helpers import PlanHelpers
from utm.plan_intake import PlanIntake
from utm.plan_steps import PlanSteps
from utm.policy_impact import PolicyImpact
from utm.ratelimit import Limits
from utm.recording.desk import RecordingDesk
from utm.reporting.reporter import Reporter
from utm.rules.parts import assemble as assemble_rules
from utm.rules.standing_days import KIND as STANDING_DAY
from utm.rules.standing_days import StandingDays
from utm.sectors.book import KIND as SECTORS
from utm.sectors.book import SectorBook
from utm.sectors.desk import SectorDesk
from utm.sectors.news import SectorNews
from utm.sectors.ownership import Ownership
from utm.security.identity import Identity
from utm.services import Services
from utm.settings import Settings
from utm.sky import Sky
from utm.standing import KIND, StandingApprovals
from utm.store.backlog import Backlog
from utm.store.store import Store
from utm.telemetry import Telemetry
from utm.time_watch import TimeWatch
from utm.vehicles import BridgeVehicles
from utm.weather.desk import KIND as WEATHER
from utm.weather.desk import WeatherDesk
from utm.weather.watch import WeatherWatch
from utm.webhooks.courier import Courier
from utm.webhooks.desk import KIND as WEBHOOK
from utm.webhooks.desk import WebhookDesk
from utm.zones import ZoneDesk


def compose(
    settings: Settings, *, clock: Clock, store: Store, bus: Bus, bridge: Bridge, real: Services | None = None
) -> Services:
    """Make every part and hand each what it needs; nothing runs yet.

    `real` is the server a separate sky is made beside: it has the identities, everything else is the separate sky's own.
    """
    limits = Limits(clock.monotonic_s, requests_per_s=settings.requests_per_s)
    identity = Identity(settings, clock, store, limits=limits) if real is None else real.identity
    fleet_directory = Fleet(identity.directory.organisations.get)
    book = AirspaceBook(_city(settings))
    fleet_directory.rulebook = lambda: book.policy.rules
    sky = Sky(book.region.frame, book.city.bbox)
    held = HeldOffers(sky, clock)
    reserved = CommandReservations(sky, clock, book.region)
    standing_days = StandingDays(clock=clock, store=store, book=book)
    standing = StandingApprovals(clock=clock, store=store, book=book, days=standing_days)
    advisories = AdvisoryDesk(clock, store, bus)
    contingencies = ContingencyBook(sky)
    memory = Memory(
        {
            **(identity.keepers() if real is None else {}),
            "aircraft": fleet_directory,
            **book.keepers(),
            KIND: standing,
            STANDING_DAY: standing_days,
            "plan": sky,
            "hold": held,  # after plans: loading the sky forgets everything in it
            COMMAND_RESERVATION: reserved,
            CONTINGENCY: contingencies,
            ADVISORY: advisories,
        }
    )
    advisories.memory = memory
    standing.memory = standing_days.memory = memory
    bus.keep_with(standing_days.keep)
    reserved.memory = memory
    plans = FlightPlans(
        clock=clock,
        store=store,
        bus=bus,
        memory=memory,
        sky=sky,
        book=book,
        fleet=fleet_directory,
        organisation=identity.directory.organisations.get,
        ref_secret=_ref_secret(settings.data_dir / "keys" / "references.key"),
        held=held,
        standing=standing.cover,
        advisories=advisories,
    )
    plans.desk.offered = OfferedTimes(settings.data_dir / "offered-times.jsonl")
    time_watch = TimeWatch(clock, settings.time_reference)
    plans.may_grant = time_watch.require
    plans.admit = identity.quotas.admit_filing
    picture = Picture(book.region.frame, book.region.altitude)
    telemetry = Telemetry(picture, FleetBindings(fleet_directory))
    hub = LiveHub(telemetry, clock)
    alerts_desk = Alerts(clock=clock, store=store, bus=bus, escalation_factor=settings.alert_escalation)
    plans.own_reservations = reserved.of_aircraft
    plans.closed_envelopes = standing.closed
    plans.envelopes = standing.in_force
    commands = CommandDesk(
        clock=clock,
        store=store,
        bus=bus,
        memory=memory,
        fleet=fleet_directory,
        judge=EffectJudge(
            clock=clock,
            book=book,
            sky=sky,
            flight_plans=plans,
            telemetry=telemetry,
            bridge=bridge,
            reservations=reserved,
        ),
        reservations=reserved,
        runner=CommandRunner(bridge),
        plans=CommandPlans(plans),
        alerts=alerts_desk,
        secret=_ref_secret(settings.data_dir / "keys" / "references.key"),
        name=",".join(mavlink_endpoints(settings)) or "no MAVLink",
    )
    vehicles = BridgeVehicles(clock=clock, fleet=fleet_directory, telemetry=telemetry, bridge=bridge, book=book)
    vehicles.read = commands.judge.note_settings
    backlog = Backlog(store)
    webhook_desk = WebhookDesk(
        clock=clock, store=store, backlog=backlog, allow_private=settings.webhook_private or settings.demo
    )
    webhook_desk.most = lambda organisation_id: identity.quotas.of(organisation_id).webhooks
    memory.keep(WEBHOOK, webhook_desk)
    bus.keep_with(webhook_desk.keep)
    plan_steps = PlanSteps(plans, vehicles)
    commands.follow_steps(plan_steps)
    ground_desk = GroundDesk(clock=clock, store=store, book=book)
    ground_desk.memory = memory
    memory.keep(GROUND, ground_desk)
    weather_desk = WeatherDesk(clock=clock, store=store, region=book.region)
    weather_desk.memory = memory
    memory.keep(WEATHER, weather_desk)
    weather_watch = WeatherWatch(desk=weather_desk, flight_plans=plans, advisories=advisories, store=store, clock=clock)
    plan_steps.weather = weather_watch.in_the_way
    watch = Watch(
        clock=clock,
        store=store,
        telemetry=telemetry,
        book=book,
        sky=sky,
        plan_steps=plan_steps,
        alerts=alerts_desk,
    )
    network_desk = NetworkDesk(clock=clock, store=store, memory=memory, book=book, sky=sky)
    zone_desk = ZoneDesk(clock=clock, store=store, bus=bus, memory=memory, book=book, sky=sky, advisories=advisories)
    off_nominal = assemble(
        flight_plans=plans,
        plan_steps=plan_steps,
        advisories=advisories,
        zone_desk=zone_desk,
        open_book=contingencies,
        fleet=fleet_directory,
        picture=picture,
        telemetry=telemetry,
        orders=commands,
        expected=commands.expected,
        secret=_ref_secret(settings.data_dir / "keys" / "references.key"),
    )
    watch.off_nominal = off_nominal.watch
    rule_desks = assemble_rules(
        settings=settings,
        clock=clock,
        store=store,
        backlog=backlog,
        bus=bus,
        memory=memory,
        identity=identity,
        book=book,
        fleet=fleet_directory,
        plan_steps=plan_steps,
        advisories=advisories,
        standing=standing,
        commands=commands,
        sandbox=real is not None,
    )
    watch.more.append(rule_desks.reports.conditions)
    watch.more.append(PadWatch(sky, book, fleet_directory).conditions)
    sector_book = SectorBook(book.region)
    memory.keep(SECTORS, sector_book)
    sector_desk = SectorDesk(
        clock=clock,
        store=store,
        memory=memory,
        region=book.region,
        book=sector_book,
        ownership=Ownership(sector_book, telemetry, alerts_desk, sky, book.region.frame),
    )
    commands.gates.append(sector_desk.lock.check_orders)
    commands.giving.placed.append(sector_desk.lock.note_order)
    return Services(
        settings=settings,
        clock=clock,
        store=store,
        bus=bus,
        bridge=bridge,
        memory=memory,
        identity=identity,
        fleet=fleet_directory,
        book=book,
        sky=sky,
        flight_plans=plans,
        plan_intake=PlanIntake(plans, PlanHelpers(settings, store, memory)),
        plan_steps=plan_steps,
        zone_desk=zone_desk,
        standing=standing,
        advisories=advisories,
        loads=CellLoads(sky, book),
        policy_impact=PolicyImpact(store=store, book=book, fleet=fleet_directory),
        picture=picture,
        telemetry=telemetry,
        hub=hub,
        alerts=alerts_desk,
        commands=commands,
        watch=watch,
        time_watch=time_watch,
        logistics=Logistics.of(
            plans,
            plan_steps,
            bus=bus,
            fleet=fleet_directory,
            ground=ground_desk,
            weather=weather_desk,
            zones=zone_desk,
        ),
        ground=ground_desk,
        network=network_desk,
        backlog=backlog,
        webhooks=webhook_desk,
        courier=Courier(
            clock=clock,
            store=store,
            desk=webhook_desk,
            allow_private=settings.webhook_private or settings.demo,
            echo=settings.webhook_echo and not settings.demo,
            backoff_scale=settings.webhook_backoff,
        ),
        off_nominal=off_nominal,
        rules=rule_desks,
        weather=weather_desk,
        weather_watch=weather_watch,
        identification=IdentificationDesk(telemetry, fleet_directory),
        reporter=Reporter(settings, clock, telemetry, fleet_directory),
        recording=RecordingDesk(settings, clock, telemetry=telemetry, hub=hub, bus=bus, region=book.region),
        sectors=sector_desk,
        sector_news=SectorNews(sector_desk, bus, clock),
        degraded=DegradedDesk(clock, store, alerts_desk, time_watch),
        sandbox=real is not None,
    )


def _city(settings: Settings) -> City:
    """Return the city pack, with surveyed ground in place of its own where elevation files are given."""
    city = load_city(settings.city)
    if not settings.terrain:
        return city
    label = ", ".join(path.name for path in settings.terrain)
    return replace(city, terrain=GeoTiffTerrainSpec(tuple(settings.terrain), False, label, label))


def mavlink_endpoints(settings: Settings) -> list[str]:
    found = []
    if settings.mavlink_udp_port is not None:
        found.append(f"udp:{settings.mavlink_host}:{settings.mavlink_udp_port}")
    if settings.mavlink_tcp_port is not None:
        found.append(f"tcp:{settings.mavlink_host}:{settings.mavlink_tcp_port}")
    if settings.mavlink_serial is not None:
        found.append(f"serial:{settings.mavlink_serial}")
    return found


def _ref_secret(path: Path) -> bytes:
    """Return the key that hides plan ids from other firms, made at first start and readable by its owner only."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = secrets.token_bytes(32)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_bytes()
        with os.fdopen(handle, "wb") as file:
            file.write(fresh)
        return fresh
