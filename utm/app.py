"""The composition root: one function that puts a server together."""

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import structlog
from fastapi import FastAPI
from starlette.types import Lifespan

from airspace import deconfliction
from airspace.datums import OutsideGeoidError
from airspace.geometry4d import Tolerance
from airspace.lifecycle import AIRBORNE, PlanState
from airspace.picture import Picture
from airspace.policy import Policy
from airspace.timebase import to_scene_s
from mavlink_bridge.bridge import Bridge
from utm import __version__, live_snapshots
from utm.advisories import KIND as ADVISORY
from utm.advisories import AdvisoryDesk
from utm.airspace_book import AirspaceBook
from utm.alert_watch import Watch
from utm.alerts import Alerts
from utm.api import (
    admin,
    alerts,
    alternatives,
    applications,
    approvals,
    checklists,
    clients,
    console,
    demo_faults,
    duty,
    fleet,
    fleet_state,
    flight_plans,
    flight_stories,
    geocode,
    ground,
    guide,
    handovers,
    health,
    identification,
    incidents,
    inspections,
    live,
    logistics,
    map_tiles,
    network,
    notices,
    oauth,
    offers,
    oidc_login,
    openid,
    organisations,
    plan_import,
    quotas,
    records,
    replay,
    replay_measure,
    routes,
    sandboxes,
    sectors,
    session,
    session_security,
    slots,
    statistics,
    statistics_operations,
    track_ingest,
    tracks,
    weather,
    webhooks,
    zone_import,
    zone_versions,
)
from utm.api import airspace as airspace_api
from utm.api import commands as commands_api
from utm.api import contingencies as contingencies_api
from utm.api import policy as policy_api
from utm.api import zone_actions as zone_actions_api
from utm.api.direct import add_direct_routes
from utm.api.openapi import install_openapi
from utm.bus import Bus, InProcessBus
from utm.cell_loads import CellLoads
from utm.city import City, GeoTiffTerrainSpec, load_city
from utm.clock import Clock, SystemClock
from utm.command_effects import EffectJudge
from utm.command_plans import CommandPlans
from utm.command_reservations import KIND as COMMAND_RESERVATION
from utm.command_reservations import CommandReservations
from utm.command_runner import CommandRunner
from utm.commands import CommandDesk
from utm.contingency_book import KIND as CONTINGENCY
from utm.contingency_book import ContingencyBook
from utm.degraded.desk import DegradedDesk
from utm.demo import prepare_demo, refuse_demo_accounts
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
from utm.plan_helpers import PlanHelpers
from utm.plan_intake import PlanIntake
from utm.plan_steps import PlanSteps
from utm.policy_impact import PolicyImpact
from utm.problems import install_problems
from utm.ratelimit import Limits
from utm.recording.desk import RecordingDesk
from utm.reporting.reporter import Reporter
from utm.rules.parts import assemble as assemble_rules
from utm.rules.standing_days import KIND as STANDING_DAY
from utm.rules.standing_days import StandingDays
from utm.sandbox import Sandbox, sandbox_door
from utm.sandbox import settings_of as sandbox_settings
from utm.sectors.book import KIND as SECTORS
from utm.sectors.book import SectorBook
from utm.sectors.desk import SectorDesk
from utm.sectors.ownership import Ownership
from utm.security.identity import Identity
from utm.services import Services
from utm.settings import Settings
from utm.sky import Sky
from utm.standing import KIND, StandingApprovals
from utm.store.store import Store, StoreUnavailableError
from utm.telemetry import Telemetry
from utm.time_watch import TimeWatch
from utm.traffic_to_vehicles import TrafficToVehicles
from utm.vehicles import BridgeVehicles
from utm.weather.desk import KIND as WEATHER
from utm.weather.desk import WeatherDesk
from utm.weather.watch import WeatherWatch
from utm.webhooks.courier import Courier
from utm.webhooks.desk import KIND as WEBHOOK
from utm.webhooks.desk import WebhookDesk
from utm.zones import ZoneDesk

SWEEP_S = 1.0
KEEP_IDENTITIES_S = 60.0
END_REVOKED_S = 1.0

_log = structlog.get_logger(__name__)


def create_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    store: Store | None = None,
    bus: Bus | None = None,
    bridge: Bridge | None = None,
) -> FastAPI:
    """Return a server for these settings; what is not handed in is the real thing."""
    services = compose(
        settings,
        clock=clock or SystemClock(),
        store=store or Store(settings.database_path),
        bus=bus or InProcessBus(),
        bridge=bridge or Bridge(_endpoints(settings), ignore_icao=settings.own_icao_numbers),
    )
    sandbox = Sandbox(services, lambda: _sandbox_app(services), lambda app: _lifespan(app.state.services))
    app = _application(services, lambda app: _lifespan(app.state.services, sandbox))
    app.add_middleware(sandbox_door(sandbox))
    return app


def _sandbox_app(real: Services) -> FastAPI:
    """Return the application of the separate sky: the same code, around parts of its own and the same identities."""
    settings = sandbox_settings(real.settings)
    services = compose(
        settings,
        clock=real.clock,
        store=Store(settings.database_path),
        bus=InProcessBus(),
        bridge=Bridge(_endpoints(settings), ignore_icao=settings.own_icao_numbers),
        real=real,
    )
    return _application(services, None)


def _application(services: Services, lifespan: Lifespan[FastAPI] | None) -> FastAPI:
    app = FastAPI(
        title="Hexlane",
        version=__version__,
        summary="Low-altitude traffic management and dispatch for a city.",
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # the console serves the reference, whose scripts come from the package
        redoc_url=None,
        separate_input_output_schemas=False,
    )
    app.state.services = services
    install_problems(app)
    install_openapi(app)
    for module in (
        oauth,
        session,
        session_security,
        oidc_login,
        openid,
        clients,
        organisations,
        quotas,
        sandboxes,
        applications,
        flight_plans,
        offers,
        zone_import,
        plan_import,
        geocode,
        identification,
        airspace_api,
        policy_api,
        statistics,
        statistics_operations,
        fleet,
        fleet_state,
        tracks,
        track_ingest,
        alerts,
        commands_api,
        live,
        health,
        notices,
        approvals,
        duty,
        contingencies_api,
        zone_actions_api,
        replay,
        replay_measure,
        records,
        flight_stories,
        incidents,
        handovers,
        checklists,
        admin,
        zone_versions,
        alternatives,
        sectors,
        logistics,
        slots,
        webhooks,
        demo_faults,
        weather,
        inspections,
        ground,
        routes,
        network,
        map_tiles,
    ):
        app.include_router(module.router)
    add_direct_routes(app, flight_plans.direct_routes())
    guide.mount(app)
    console.mount(app, map_tiles.tile_hosts(services.settings))
    return app


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
    time_watch = TimeWatch(clock, settings.time_reference)
    plans.may_grant = time_watch.require
    plans.admit = identity.quotas.admit_filing
    picture = Picture(book.region.frame, book.region.altitude)
    telemetry = Telemetry(picture, FleetBindings(fleet_directory))
    hub = LiveHub(telemetry, clock)
    alerts_desk = Alerts(clock=clock, store=store, bus=bus, escalation_factor=settings.alert_escalation)
    plans.own_reservations = reserved.of_aircraft
    plans.closed_envelopes = standing.closed
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
        name=",".join(_endpoints(settings)) or "no MAVLink",
    )
    vehicles = BridgeVehicles(clock=clock, fleet=fleet_directory, telemetry=telemetry, bridge=bridge, book=book)
    vehicles.read = commands.judge.note_settings
    webhook_desk = WebhookDesk(clock=clock, store=store, allow_private=settings.webhook_private or settings.demo)
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
    commands.gates.append(sector_desk.check_orders)
    commands.giving.placed.append(sector_desk.note_order)
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
        degraded=DegradedDesk(clock, store, alerts_desk, time_watch),
        sandbox=real is not None,
    )


@contextlib.asynccontextmanager
async def _lifespan(services: Services, sandbox: Sandbox | None = None) -> AsyncIterator[None]:
    settings, store = services.settings, services.store
    store.start(services.memory)
    if not services.sandbox:
        await services.identity.start()
    await store.write(lambda session: services.zone_desk.first_records(session, _first_policy(services)))
    await asyncio.to_thread(deconfliction.warm)
    await services.alerts.start()
    _connect(services)
    await services.recording.start()
    await services.bridge.start()
    await services.off_nominal.actions.start()
    await services.commands.start()
    if services.sandbox:
        pass  # the real sky has the accounts
    elif settings.demo:
        await prepare_demo(services.identity, mavlink_udp=_udp_address(services))
    else:
        refuse_demo_accounts(services.identity)
    work = [
        asyncio.create_task(_sweep(services), name="sweep"),
        asyncio.create_task(services.watch.run(), name="watch"),
        asyncio.create_task(services.time_watch.run(), name="time"),
        asyncio.create_task(services.logistics.dispatcher.run(), name="dispatcher"),
        asyncio.create_task(services.courier.run(), name="courier"),
        *services.rules.work(),
        asyncio.create_task(services.weather_watch.run(), name="weather"),
    ]
    await services.hub.start()
    await services.reporter.start()
    work.append(asyncio.create_task(_end_revoked(services), name="revoked"))
    if sandbox is not None:
        work.append(asyncio.create_task(_keep_identities(services), name="identities"))
        await sandbox.start_if_used()
    services.ready = True
    _log.info("ready", base_url=settings.base_url, mavlink=services.bridge.addresses(), plans=len(services.sky))
    try:
        yield
    finally:
        services.ready = False
        if sandbox is not None:
            await sandbox.close()
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        await services.plan_intake.helpers.close()
        await services.reporter.close()
        await services.commands.close()
        await services.alerts.close()
        await services.hub.close()
        await services.bridge.stop()
        await services.recording.stop()
        await asyncio.to_thread(store.close)
        if not services.sandbox:
            services.identity.close()


def _connect(services: Services) -> None:
    """Let what happens in one part reach the others."""
    loop = asyncio.get_running_loop()
    tasks: set[asyncio.Task[None]] = set()

    services.network.on_closed.append(services.logistics.missions.sites_closed)

    def spawn(aircraft_id: str) -> None:
        for work in (services.plan_steps.landed(aircraft_id), services.commands.landed(aircraft_id)):
            task = loop.create_task(work)
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    def follow_plan(plan_id: str) -> None:
        _follow_plan(services, plan_id)
        if services.logistics.missions.of_plan(plan_id) is not None:
            follow_mission(plan_id)

    def follow_mission(plan_id: str) -> None:
        task = loop.create_task(services.logistics.missions.follow(plan_id))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    def follow_orders(aircraft_id: str) -> None:
        plan = services.commands.judge.flying(aircraft_id)
        if plan is not None:
            _follow_plan(services, plan.plan_id)

    services.commands.expected_changed.append(follow_orders)
    services.bridge.subscribe(services.telemetry.on_events, routine=services.telemetry.on_routine)
    services.telemetry.callbacks.landed.append(spawn)
    services.telemetry.callbacks.transition.append(services.watch.plans.on_transition)
    services.flight_plans.listeners.append(follow_plan)
    services.rules.listen(services.bus)
    for topic in ("alerts", "plans", "zones", "commands", "orders", "advisories", "contingencies"):
        services.bus.subscribe(topic, services.hub.on_bus)
    for topic in ("alerts", "commands"):  # told before they are stored; the others are kept in their own transaction
        services.bus.subscribe(topic, services.webhooks.on_bus)
    for aircraft, key in services.fleet.signing_keys():
        services.bridge.expect_signing(aircraft.aircraft_id, key, aircraft.mavlink_system_id or 0)

    def fleet_changed(aircraft_id: str) -> None:
        loop.call_soon_threadsafe(_follow_keys, services, aircraft_id)

    services.fleet.on_change(fleet_changed)
    live_snapshots.provide(services)
    for plan in services.sky.all():
        _follow_plan(services, plan.plan_id)


def _follow_plan(services: Services, plan_id: str) -> None:
    """Tell the picture which plan an aircraft flies, as the sky has it now."""
    plan = services.sky.get(plan_id)
    tolerance: Tolerance = services.book.policy.tolerance
    if plan is not None and PlanState(plan.state) in AIRBORNE:
        geometry, also = services.commands.expected.of(plan)
        services.telemetry.plan_activated(plan.aircraft_id, plan_id, geometry, tolerance, also)
        services.telemetry.set_contingent(plan.aircraft_id, plan.state == PlanState.CONTINGENT)
    else:
        aircraft_id = services.flown_by.pop(plan_id, None) if plan is None else plan.aircraft_id
        if aircraft_id is not None:
            services.telemetry.plan_ended(aircraft_id, plan_id)
    if plan is not None:
        services.flown_by[plan_id] = plan.aircraft_id


def _follow_keys(services: Services, aircraft_id: str) -> None:
    """Let the bridge hold the signing keys as the fleet has them now, of one aircraft ("": of all), and no others."""
    held = {
        aircraft.aircraft_id: (key, aircraft.mavlink_system_id or 0) for aircraft, key in services.fleet.signing_keys()
    }
    for name in services.bridge.signing_names() if aircraft_id == "" else [aircraft_id]:
        if name not in held:
            services.bridge.forget_signing(name)
    for name, (key, system_id) in held.items():
        if aircraft_id in ("", name):
            services.bridge.expect_signing(name, key, system_id)


async def _sweep(services: Services) -> None:
    """Expire and extend plans every second; a store that cannot commit now is tried again at the next."""
    traffic = _traffic(services)
    while True:
        try:
            await services.plan_steps.sweep()
            await services.plan_steps.sweep_pending()
            await services.commands.sweep()
            await services.rules.sweep()
            await services.sectors.transfers.sweep()
            if traffic is not None:
                traffic.tick(to_scene_s(services.clock.now()))
        except StoreUnavailableError as error:
            _log.warning("sweep_failed", reason=str(error))
        await asyncio.sleep(SWEEP_S)


async def _end_revoked(services: Services) -> None:
    """Close the live connections of callers whose token or session was taken back."""
    while True:
        await asyncio.sleep(END_REVOKED_S)
        services.hub.end_unless(services.identity.stands)


async def _keep_identities(services: Services) -> None:
    """Forget what has expired and turn the signing keys over; a store that cannot commit now is tried again."""
    while True:
        await asyncio.sleep(KEEP_IDENTITIES_S)
        try:
            await services.identity.keep_house()
        except StoreUnavailableError as error:
            _log.warning("identities_not_kept", reason=str(error))


def _traffic(services: Services) -> TrafficToVehicles | None:
    """Return what tells vehicles of threats, None while it is switched off."""
    if not services.settings.traffic_to_vehicles:
        return None
    region = services.book.region

    def amsl_m(lat_deg: float, lon_deg: float, alt_hae_m: float) -> float | None:
        try:
            return float(region.altitude.from_hae_m(lat_deg, lon_deg, alt_hae_m, "AMSL")[0])
        except OutsideGeoidError:
            return None

    return TrafficToVehicles(telemetry=services.telemetry, bridge=services.bridge, frame=region.frame, amsl_m=amsl_m)


def _first_policy(services: Services) -> Policy:
    city = services.book.city
    policy = replace(Policy(), ceiling_agl_m=city.ceiling_agl_m)
    return replace(policy, auto_approve_synthetic_terrain=True) if services.settings.demo else policy


def _city(settings: Settings) -> City:
    """Return the city pack, with surveyed ground in place of its own where elevation files are given."""
    city = load_city(settings.city)
    if not settings.terrain:
        return city
    label = ", ".join(path.name for path in settings.terrain)
    return replace(city, terrain=GeoTiffTerrainSpec(tuple(settings.terrain), False, label, label))


def _endpoints(settings: Settings) -> list[str]:
    found = []
    if settings.mavlink_udp_port is not None:
        found.append(f"udp:{settings.mavlink_host}:{settings.mavlink_udp_port}")
    if settings.mavlink_tcp_port is not None:
        found.append(f"tcp:{settings.mavlink_host}:{settings.mavlink_tcp_port}")
    if settings.mavlink_serial is not None:
        found.append(f"serial:{settings.mavlink_serial}")
    return found


def _udp_address(services: Services) -> str | None:
    for address in services.bridge.addresses():
        if address.startswith("udp:"):
            return address.removeprefix("udp:")
    return None


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


_DESCRIPTION = """
File flight plans and get an answer in milliseconds, with every reason; fly them; watch the city live.

Times are RFC 3339 with an offset, coordinates WGS-84 degrees, altitudes name their datum (AGL true height, AMSL above the
geoid, HAE above the ellipsoid). Errors are RFC 9457 problem details in English and Chinese; every code is explained at
`/problems/{code}`.
"""
