"""Flies real autopilots against a running server: start, register, file, upload, arm, fly, end; see docs/sitl.md."""

import asyncio
import contextlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, Final
from uuid import uuid4

from airspace.timebase import from_scene_s
from sim.api_client import ApiError, Credentials, FirmApi, Reply
from sim.filing import answered, best_offer, departure_of, plan_body
from sim.firm import LIVE_STATES
from sim.flavour import Flavour
from sim.geodesy import distance_m
from sim.mission import mission_of_plan
from sim.net import parse_address, system_scene_s
from sim.routes import Route, RouteBook, SitePlace
from sim.sitl import (
    Home,
    Launch,
    SitlError,
    SitlOptions,
    SitlProcess,
    checked,
    control_port,
    control_socket,
    extra_link,
    launch_of,
    source_port,
    stop_all,
    system_id_of,
)
from sim.sitl_station import Station, StationHub
from sim.world import World

Notify = Callable[[str, dict[str, Any]], None]
CRUISE_MPS: Final = 10.0
"""What both autopilots' default multirotors fly without strain."""
FILE_AHEAD_S: Final = 20.0
ARM_AHEAD_S: Final = 4.0
_NEAR_HOME_M: Final = 500.0
_LANDED_AT_M: Final = 60.0


@dataclass(frozen=True, slots=True)
class SitlRunOptions:
    """What the user asked for; times are how long to wait before giving up, with advice."""

    count: int
    flights: int = 1
    seed: int = 1
    city: str = "shenzhen"
    heartbeat_within_s: float = 60.0
    ready_within_s: float = 120.0
    shortest_m: float = 900.0
    longest_m: float = 4000.0
    cruise_mps: float = CRUISE_MPS


_REGISTRATIONS: Final = "UASST"
"""What the registrations of autopilots in the loop begin with."""


@dataclass(slots=True)
class _Craft:
    """One autopilot: its process, its ground station, and where it stands."""

    instance: int
    process: SitlProcess
    station: Station
    site: SitePlace
    home: Home
    aircraft_id: str = ""
    flying: str | None = None
    """The plan it flies."""


@dataclass(slots=True)
class SitlReport:
    """What came of it, craft by craft."""

    flights: int = 0
    failures: list[str] = field(default_factory=list)


class SitlRun:
    """One run; `run` ends every process it started, whatever happens."""

    def __init__(self, credentials: Path, options: SitlOptions, run: SitlRunOptions, *, notify: Notify) -> None:
        """Raises SitlError, ValueError and OSError for what can be seen to be wrong beforehand."""
        known = Credentials.read(credentials)
        clients = known.of_role("operator")
        if not clients:
            raise ValueError(f"{credentials} names no operator")
        self.options = checked(options, run.count)
        self.run_options, self._notify = run, notify
        client, self._rng = clients[0], Random(f"{run.seed}/sitl")
        self._api = FirmApi(known.base_url, lambda: client, rng=Random(f"{run.seed}/api"))
        self._hub = StationHub()
        self._crafts: list[_Craft] = []
        self._taken: set[str] = set()
        self.report = SitlReport()

    async def run(self) -> SitlReport:
        """Start, fly and end; raises SitlError or ApiError when nothing could be started."""
        try:
            world = await asyncio.to_thread(World.of_city, self.run_options.city, seed=self.run_options.seed)
            book = RouteBook(*[await self._api.items(f"/v1/{kind}") for kind in ("sites", "corridors", "zones")])
            self._start(world, book)
            await self._hear_all()
            async with asyncio.TaskGroup() as group:
                for craft in self._crafts:
                    group.create_task(self._fly_craft(craft, world, book))
            return self.report
        finally:
            stop_all(craft.process for craft in self._crafts)  # before anything that can be cancelled
            await self._hub.close()
            with contextlib.suppress(ApiError):
                await self._end_left()
            await self._api.close()

    def _start(self, world: World, book: RouteBook) -> None:
        sites = sorted(book.sites.values(), key=lambda s: s.site_id)
        self._rng.shuffle(sites)
        near, far = self.run_options.shortest_m, self.run_options.longest_m
        # Those with somewhere to go first.
        sites.sort(key=lambda s: not book.destinations(s.site_id, near_m=near, far_m=far))
        if len(sites) < 2 * self.run_options.count:
            raise SitlError(f"{len(sites)} sites have no room for {self.run_options.count} autopilots and their ways")
        shared: dict[int, Any] = {}
        for k in range(self.run_options.count):
            instance, site = self.options.first_instance + k, sites[k]
            port = control_port(self.options, instance)
            sock = shared.get(port) or control_socket(port)
            if port:
                shared[port] = sock
            ground = world.ground(site.lat_deg, site.lon_deg)
            amsl_m = ground.alt_hae_m - world.undulation_m(site.lat_deg, site.lon_deg)
            home = Home(site.lat_deg, site.lon_deg, amsl_m)
            launch: Launch = launch_of(self.options, instance, home, sock.getsockname()[1])
            station = Station(
                sock,
                system_id=system_id_of(instance),
                flavour=self.options.autopilot,
                from_port=source_port(self.options, instance),
            )
            self._hub.add(station, sock)
            craft = _Craft(instance, SitlProcess(launch, instance), station, site, home)
            self._taken.add(site.site_id)
            self._crafts.append(craft)
            craft.process.start()
            self._notify("started", {"instance": instance, "pid": craft.process.pid, "folder": str(launch.cwd)})

    async def _hear_all(self) -> None:
        """Wait for every autopilot's heartbeat and first position, and check that it stands where it was put."""
        within_s = self.run_options.heartbeat_within_s
        for craft in self._crafts:
            station, process = craft.station, craft.process

            def heard(s: Station = station, p: SitlProcess = process) -> bool:
                p.check_alive()
                return s.heartbeats > 0

            if not await station.until(heard, within_s):
                raise SitlError(
                    f"no heartbeat of system {station.system_id} within {within_s:.0f} s: see {process.log_path}, and "
                    f"whether it sends to this machine; the log ends:\n{process.tail()}"
                )
            refused = await station.set_rates()
            self._notify("heartbeat", {"instance": craft.instance, "refused_rates": refused})
            await self._extra_link(craft)
            if not await station.until(lambda s=station: s.position is not None, within_s):  # type: ignore[misc]
                raise SitlError(f"system {station.system_id} sent no position within {within_s:.0f} s{station.why()}")
            self._check_place(craft)

    def _check_place(self, craft: _Craft) -> None:
        position = craft.station.position or (math.nan, math.nan, 0.0)
        off_m = distance_m(position[0], position[1], craft.home.lat_deg, craft.home.lon_deg)
        if off_m < _NEAR_HOME_M:
            return
        px4 = self.options.autopilot is Flavour.PX4
        other = " in degrees" if self.options.home_in_e7 else " in 1e-7 degrees: add --home-e7"
        advice = f"; this PX4 may take PX4_HOME_LAT and PX4_HOME_LON{other}" if px4 else ""
        raise SitlError(
            f"system {craft.station.system_id} stands at {position[0]:.5f}, {position[1]:.5f}, "
            f"{off_m / 1000:.1f} km from where it was put{advice}"
        )

    async def _extra_link(self, craft: _Craft) -> None:
        argv = extra_link(self.options, craft.instance)
        if argv is None:
            return
        process = await asyncio.create_subprocess_exec(
            *argv,
            cwd=craft.process.launch.cwd,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        if process.returncode:
            raise SitlError(f"{' '.join(argv)} failed: {out.decode(errors='replace').strip()[-400:]}")

    # --- one craft ---

    async def _fly_craft(self, craft: _Craft, world: World, book: RouteBook) -> None:
        try:
            await self._register(craft)
            for _ in range(self.run_options.flights):
                await self._flight(craft, world, book)
                self.report.flights += 1
        except (SitlError, ApiError) as fault:
            self.report.failures.append(f"instance {craft.instance}: {fault}")
            self._notify("failed_flight", {"instance": craft.instance, "detail": str(fault)})

    async def _register(self, craft: _Craft) -> None:
        registration = f"{_REGISTRATIONS}{self.options.autopilot.value[0].upper()}{craft.instance:05d}"
        known = {a["registration"]: a for a in await self._api.items("/v1/aircraft")}
        mavlink = {"system_id": craft.station.system_id}
        earlier = {
            name: aircraft
            for name, aircraft in known.items()
            if name.startswith(_REGISTRATIONS) and (aircraft["mavlink"] or {}).get("system_id") == mavlink["system_id"]
        }
        await self._end_plans({aircraft["aircraft_id"] for aircraft in earlier.values()})
        for other, aircraft in earlier.items():
            if other != registration:  # it would be taken for the one that flies now
                reply = await self._api.patch(f"/v1/aircraft/{aircraft['aircraft_id']}", {"mavlink": None})
                if not reply.ok:
                    raise ApiError(f"{other} keeps the system id {craft.station.system_id}: {_why(reply)}")
        if registration in known:
            path = f"/v1/aircraft/{known[registration]['aircraft_id']}"
            reply = await self._api.patch(path, {"mavlink": mavlink})
        else:
            body = {
                "registration": registration,
                "manufacturer": "ArduPilot" if self.options.autopilot is Flavour.ARDUPILOT else "PX4",
                "model": f"SITL {self.options.model}",
                "class": "small",
                "mavlink": mavlink,
            }
            reply = await self._api.post("/v1/aircraft", body)
        if not reply.ok:
            raise ApiError(f"{registration} was not registered: {_why(reply)}")
        craft.aircraft_id = reply.body["aircraft_id"]
        self._notify("registered", {"instance": craft.instance, "aircraft_id": craft.aircraft_id})

    async def _flight(self, craft: _Craft, world: World, book: RouteBook) -> None:
        """File, load, activate, fly and end one flight."""
        craft.process.check_alive()
        destination, plan = await self._approved(craft, book)
        plan_id = plan["plan_id"]
        try:
            home_0 = self.options.autopilot is Flavour.ARDUPILOT
            await craft.station.upload(mission_of_plan(plan, world.altitudes, frame="home", home_is_item_0=home_0))
            self._notify("uploaded", {"instance": craft.instance, "plan_id": plan_id})
            await self._step(plan_id, "confirm")
            departure_s = (departure_of(plan) - from_scene_s(0.0)).total_seconds()
            await asyncio.sleep(max(0.0, departure_s - ARM_AHEAD_S - system_scene_s()))
            reply = await self._step(plan_id, "activate")
            if not reply.ok:
                raise ApiError(f"{plan_id} was not activated: {_why(reply)}")
            await craft.station.arm_and_start(within_s=self.run_options.ready_within_s)
        except BaseException:
            await self._step(plan_id, "cancel")
            await self._step(plan_id, "end")
            self._taken.discard(destination.site_id)
            raise
        self._notify("departed", {"instance": craft.instance, "plan_id": plan_id})
        craft.flying = plan_id
        await self._landed(craft, plan)
        craft.flying = None
        self._taken.discard(craft.site.site_id)
        craft.site = destination
        position = craft.station.position
        off_m = math.inf if position is None else distance_m(*position[:2], destination.lat_deg, destination.lon_deg)
        self._notify("landed", {"instance": craft.instance, "plan_id": plan_id, "off_m": round(off_m, 1)})
        await self._end(plan_id)
        if off_m > _LANDED_AT_M:
            raise SitlError(f"system {craft.station.system_id} came down {off_m:.0f} m from where it was bound for")

    async def _end_left(self) -> None:
        """End the plans of flights that were stopped in the air, once the service no longer sees them fly."""
        left = [craft.flying for craft in self._crafts if craft.flying is not None]
        await asyncio.gather(*(self._end(plan_id) for plan_id in left))

    async def _end_plans(self, aircraft_ids: set[str]) -> None:
        """End what a run that was stopped left behind: its autopilots are gone, and this one stands on the ground."""
        for state in LIVE_STATES if aircraft_ids else ():
            for plan in await self._api.items("/v1/flight-plans", {"state": state}):
                if plan["aircraft_id"] in aircraft_ids:
                    await self._step(plan["plan_id"], "cancel" if state in {"pending", "approved"} else "end")

    async def _approved(self, craft: _Craft, book: RouteBook) -> tuple[SitePlace, dict[str, Any]]:
        """Find a way that is approved: other destinations, levels, and offers are tried."""
        near = book.destinations(
            craft.site.site_id, near_m=self.run_options.shortest_m, far_m=self.run_options.longest_m
        )
        near = near or book.destinations(craft.site.site_id, near_m=300.0, far_m=20_000.0)
        self._rng.shuffle(near)
        reasons: tuple[str, ...] = ("no route",)
        for site in near[:8]:
            if site.site_id in self._taken:
                continue
            routes = book.routes(craft.site.site_id, site.site_id, self._rng)
            if not routes:
                continue
            answer = await self._file(craft, routes)
            if answer is not None and answer.outcome == "approved":
                self._taken.add(site.site_id)
                self._notify("approved", {"instance": craft.instance, "plan_id": answer.plan["plan_id"]})
                return site, answer.plan
            reasons = answer.reasons if answer is not None else reasons
        raise ApiError(f"no plan was approved for instance {craft.instance}: {', '.join(reasons)}")

    async def _file(self, craft: _Craft, routes: list[Route]) -> Any:
        answer = None
        for route in routes[:3]:
            departure_at = from_scene_s(system_scene_s() + FILE_AHEAD_S)
            body: dict[str, Any] = plan_body(
                craft.aircraft_id, route, departure_at, cruise_mps=self.run_options.cruise_mps
            )
            for _ in range(2):
                reply = await self._api.post("/v1/flight-plans", body, {"Idempotency-Key": str(uuid4())})
                answer = answered(body, reply.status, reply.body)
                if answer.outcome == "approved":
                    return answer
                if answer.outcome == "pending":
                    await self._step(reply.body["plan_id"], "cancel")
                offer = best_offer(answer, from_scene_s(system_scene_s()) + timedelta(seconds=FILE_AHEAD_S / 2))
                if offer is None:
                    break
                body = offer
        return answer

    async def _step(self, plan_id: str, step: str) -> Reply:
        return await self._api.post(f"/v1/flight-plans/{plan_id}/{step}")

    async def _landed(self, craft: _Craft, plan: dict[str, Any]) -> None:
        """Wait until it has disarmed itself, at most three times as long as the plan has it fly."""
        route = plan["route"]["waypoints"]
        length_m = sum(distance_m(a["lat_deg"], a["lon_deg"], b["lat_deg"], b["lon_deg"]) for a, b in pairwise(route))
        within_s = 3.0 * (length_m / self.run_options.cruise_mps + 120.0)

        def down() -> bool:
            craft.process.check_alive()
            return not craft.station.armed

        if not await craft.station.until(down, within_s):
            raise SitlError(
                f"system {craft.station.system_id} was not down after {within_s:.0f} s{craft.station.why()}"
            )

    async def _end(self, plan_id: str) -> None:
        for _ in range(60):
            reply = await self._step(plan_id, "end")
            if reply.ok or reply.code != "still_airborne":
                return
            await asyncio.sleep(1.0)


def _why(reply: Reply) -> str:
    return f"{reply.status} {reply.code} {reply.body.get('detail', '')}"


async def fly_sitl(
    credentials: Path, options: SitlOptions, run: SitlRunOptions, *, bridge: str | None, notify: Notify
) -> SitlReport:
    """Fly autopilots as asked; the bridge's address is the credentials' unless one is given."""
    address = parse_address(bridge or Credentials.read(credentials).mavlink_udp)
    return await SitlRun(credentials, replace(options, bridge=address), run, notify=notify).run()
