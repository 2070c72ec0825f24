"""One server from its start to its end: what runs beside the requests, and who hears of what."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from functools import partial

import structlog

from airspace import deconfliction
from airspace.datums import OutsideGeoidError
from airspace.geometry4d import Tolerance
from airspace.lifecycle import AIRBORNE, PlanState
from airspace.policy import Policy
from airspace.timebase import to_scene_s
from utm import live_snapshots
from utm.demo import prepare_demo, refuse_demo_accounts
from utm.sandbox import Sandbox
from utm.services import Services
from utm.store.store import StoreUnavailableError
from utm.traffic_to_vehicles import TrafficToVehicles

SWEEP_S = 1.0
KEEP_IDENTITIES_S = 60.0
END_REVOKED_S = 1.0

_log = structlog.get_logger(__name__)


@contextlib.asynccontextmanager
async def lifespan(services: Services, sandbox: Sandbox | None = None) -> AsyncIterator[None]:
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
        await services.backlog.close()
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
    for topic in ("alerts", "plans", "zones", "commands", "orders", "advisories", "contingencies", "sectors"):
        services.bus.subscribe(topic, services.hub.on_bus)
    for topic in ("alerts", "commands"):  # told before they are stored; the others are kept in their own transaction
        services.bus.subscribe(topic, services.webhooks.on_bus)
    for aircraft, key in services.fleet.signing_keys():
        services.bridge.expect_signing(aircraft.aircraft_id, key, aircraft.mavlink_system_id or 0)

    def fleet_changed(aircraft_id: str) -> None:
        loop.call_soon_threadsafe(follow_keys, services, aircraft_id)

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


def follow_keys(services: Services, aircraft_id: str) -> None:
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
    """Expire and extend plans every second; a store that cannot commit now is tried again at the next.

    A part with a defect is told of in the log and keeps no other part from its turn.
    """
    parts: list[Callable[[], Awaitable[object] | None]] = [
        services.plan_steps.sweep,
        services.plan_steps.sweep_pending,
        services.commands.sweep,
        services.rules.sweep,
        services.sectors.transfers.sweep,
        services.sector_news.tell,
    ]
    traffic = _traffic(services)
    if traffic is not None:
        parts.append(partial(_tell_vehicles, traffic, services))
    while True:
        for part in parts:
            try:
                work = part()
                if work is not None:
                    await work
            except StoreUnavailableError as error:
                _log.warning("sweep_failed", reason=str(error))
                break
            except Exception:
                _log.exception("sweep_broken", part=getattr(part, "__qualname__", "traffic to vehicles"))
        await asyncio.sleep(SWEEP_S)


def _tell_vehicles(traffic: TrafficToVehicles, services: Services) -> None:
    traffic.tick(to_scene_s(services.clock.now()))


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


def _udp_address(services: Services) -> str | None:
    for address in services.bridge.addresses():
        if address.startswith("udp:"):
            return address.removeprefix("udp:")
    return None
