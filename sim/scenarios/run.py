"""Runs a scenario against a server: starts the traffic, lets faults and zones come, judges the expectations.

An expectation with `at_least` or states must become true at some moment between its beginning and its deadline; one
with `at_most` must become true likewise, but `separation_losses`, which only ever grows, is judged at its deadline.
"""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx

from airspace.timebase import from_scene_s
from sim.airframes import DroneSpec
from sim.api_client import ApiError, Credentials, FirmApi
from sim.demo_traffic import Traffic, start_traffic
from sim.filing import rfc3339
from sim.firm import cancelled
from sim.flavour import Flavour
from sim.load import orders
from sim.net import Fleet
from sim.routes import RouteBook
from sim.scenarios.model import Expectation, Group, PlannedFault, Scenario, TemporaryZone
from sim.scenarios.observer import Observer, holds
from sim.world import World

Notify = Callable[[str, dict[str, Any]], None]
LOOK_EVERY_S: Final = 0.5
ASK_EVERY_S: Final = 1.0
REGISTRATIONS: Final = "UASSC"
"""What the registrations of a scenario's aircraft begin with: beside a demonstration they are aircraft of their own."""
_SPARE_PLACES: Final = 1.6


@dataclass(slots=True)
class Verdict:
    """What came of an expectation; `met_at_s` is by the scenario's clock."""

    expectation: Expectation
    met_at_s: float | None = None
    last: float | list[str] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        e = self.expectation
        wanted = {"at_least": e.at_least, "at_most": e.at_most, "is": list(e.is_) or None}
        return {
            "text": e.text,
            "that": e.that,
            "met": self.met_at_s is not None,
            "met_at_s": None if self.met_at_s is None else round(self.met_at_s, 1),
            "by_s": e.by_s,
            "wanted": {k: v for k, v in wanted.items() if v is not None},
            "last": None if isinstance(self.last, float) and math.isnan(self.last) else self.last,
        }


@dataclass(slots=True)
class Report:
    """What came of a scenario."""

    scenario: Scenario
    verdicts: list[Verdict]
    status: dict[str, Any] = field(default_factory=dict)
    near: list[dict[str, Any]] = field(default_factory=list)
    """Pairs that were nearer than the minima."""
    measured: dict[str, Any] = field(default_factory=dict)
    """The times the service promises, as they were."""
    failure: str | None = None

    @property
    def passed(self) -> bool:
        """Whether every expectation was met."""
        return self.failure is None and all(v.met_at_s is not None for v in self.verdicts)

    def as_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return {
            "scenario": self.scenario.name,
            "seed": self.scenario.seed,
            "passed": self.passed,
            "failure": self.failure,
            "expectations": [v.as_dict() for v in self.verdicts],
            "separation_losses": len(self.near),
            "near": self.near[:50],
            "measured": self.measured,
            "traffic": self.status,
        }


def specs_of(fleet: tuple[Group, ...]) -> list[DroneSpec]:
    """Return the drones of a fleet, named group-number from 1; of a mixed group every fifth is ArduPilot-like."""
    out = []
    for group in fleet:
        for k in range(group.count):
            ardupilot = group.autopilots == "ardupilot" or (group.autopilots == "mixed" and k % 5 == 4)
            out.append(
                DroneSpec(
                    f"{group.name}-{k + 1}",
                    airframe=group.airframe,
                    flavour=Flavour.ARDUPILOT if ardupilot else Flavour.PX4,
                    payload_kg=group.payload_kg,
                    temperature_c=group.temperature_c,
                    battery_pct=group.battery_pct,
                    link_watch=group.link_watch,
                    streams_unasked=True,
                )
            )
    return out


class ScenarioRun:
    """One run; `run` returns its report, whatever happens to the traffic."""

    def __init__(
        self,
        scenario: Scenario,
        credentials: Path,
        *,
        notify: Notify,
        world: World | None = None,
        bridge: str | None = None,
        base_url: str | None = None,
        on_traffic: Callable[[Traffic], Any] | None = None,
        until_met: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
        fleet: Fleet | None = None,
    ) -> None:
        """`on_traffic` is told the traffic once it flies (the control API joins there).

        `until_met` ends the run as soon as every expectation is met. `transport` and `fleet` take the place of HTTP and UDP
        (`sim.scenarios.simulated`).
        """
        self._transport, self._fleet = transport, fleet
        self._until_met = until_met
        self.scenario, self._credentials, self._notify = scenario, credentials, notify
        self._world, self._bridge, self._base_url = world, bridge, base_url
        self._on_traffic = on_traffic
        self._rng = Random(f"{scenario.seed}/scenario")
        self._verdicts = [Verdict(e) for e in scenario.expectations]
        self._began_s = 0.0
        self._regulator: FirmApi | None = None

    async def run(self) -> Report:
        """Run to the end; raises ApiError, ValueError, OSError when it cannot begin."""
        scenario = self.scenario
        world = self._world or await asyncio.to_thread(World.of_city, scenario.city, seed=scenario.seed)
        credentials = Credentials.read(self._credentials)
        centre, self._regulator = self._api(credentials, "dispatcher"), self._api(credentials, "regulator")
        specs = specs_of(scenario.fleet)
        traffic = await start_traffic(
            self._credentials,
            seed=scenario.seed,
            world=world,
            bridge=self._bridge,
            base_url=self._base_url,
            notify=self._notify,
            specs=specs,
            arrange=self._arrange(len(specs)),
            stagger_s=scenario.traffic.stagger_s,
            first_port=0,
            registrations=REGISTRATIONS,
            before_flying=self._prepare,
            transport=self._transport,
            fleet=self._fleet,
        )
        report = Report(scenario, self._verdicts)
        observer = Observer(scenario, traffic, centre)
        tasks = [asyncio.create_task(work) for work in self._happenings(traffic, observer)]
        try:
            if self._on_traffic is not None:
                self._on_traffic(traffic)
            await observer.read_minima()
            await self._watch(traffic, observer, tasks)
        except ApiError as fault:
            report.failure = str(fault)
        finally:
            report.status, report.near = traffic.status(), list(observer.near.values())
            report.measured = observer.promises.as_dict()
            await cancelled(tasks)
            await traffic.close()
            for api in (centre, self._regulator):
                if api is not None:
                    await api.close()
        return report

    def _api(self, credentials: Credentials, role: str) -> FirmApi | None:
        clients = credentials.of_role(role)
        if not clients:
            return None
        client = clients[0]
        return FirmApi(
            self._base_url or credentials.base_url,
            lambda: client,
            rng=Random(self._rng.random()),
            transport=self._transport,
        )

    def _arrange(self, drones: int) -> Callable[[RouteBook, Random], None]:
        traffic = self.scenario.traffic

        def arrange(book: RouteBook, rng: Random) -> None:
            circle = traffic.within
            if circle is None:
                return
            if traffic.where == "anywhere":
                places = math.ceil(_SPARE_PLACES * drones)
                book.scatter(places, circle.lat_deg, circle.lon_deg, circle.radius_m, rng)
            else:
                book.keep_within(circle.lat_deg, circle.lon_deg, circle.radius_m)

        return arrange

    def _prepare(self, traffic: Traffic) -> None:
        """Set the weather by the scenario's clock and open the order book, before the first pilot works."""
        plan = self.scenario.traffic
        self._began_s = traffic.fleet.clock()
        wind = self.scenario.weather.field(self._began_s)
        for drone in traffic.fleet.drones:
            drone.autopilot.vehicle.wind = wind
        for firm in traffic.firms:
            firm.reach_m = (plan.shortest_m, plan.longest_m)
            if plan.shape != "steady":
                firm.demand = asyncio.Semaphore(0)

    def _happenings(self, traffic: Traffic, observer: Observer) -> list[Any]:
        work: list[Any] = [self._fault(traffic, observer, fault) for fault in self.scenario.faults]
        work += [self._zone(traffic, observer, zone) for zone in self.scenario.zones]
        if self.scenario.traffic.shape != "steady":
            work.append(self._orders(traffic))
        if observer.centre is not None:
            work.append(self._ask(traffic, observer))
        return work

    async def _until(self, traffic: Traffic, at_s: float) -> None:
        await traffic.fleet.sleep(self._began_s + at_s - traffic.fleet.clock())

    async def _watch(self, traffic: Traffic, observer: Observer, tasks: list[asyncio.Task[None]]) -> None:
        while True:
            now_s = traffic.fleet.clock() - self._began_s
            observer.look(now_s)
            self._judge(observer, now_s)
            for task in [*traffic.tasks, *tasks]:
                if task.done() and not task.cancelled():
                    task.result()
            met = self._until_met and all(v.met_at_s is not None for v in self._verdicts)
            if met or now_s >= self.scenario.duration_s:
                return
            await traffic.fleet.sleep(LOOK_EVERY_S)

    def _judge(self, observer: Observer, now_s: float) -> None:
        for verdict in self._verdicts:
            e = verdict.expectation
            if verdict.met_at_s is not None or now_s < e.from_s or now_s > e.by_s + ASK_EVERY_S:
                continue
            verdict.last = observer.value(e)
            due = e.that != "separation_losses" or now_s >= e.by_s - LOOK_EVERY_S
            if due and holds(e, verdict.last):
                verdict.met_at_s = now_s
                self._notify("met", {"text": e.text, "at_s": round(now_s, 1)})

    async def _ask(self, traffic: Traffic, observer: Observer) -> None:
        while True:
            await observer.ask()
            await traffic.fleet.sleep(ASK_EVERY_S)

    async def _orders(self, traffic: Traffic) -> None:
        """Let orders come as the day's shape has them, compressed to the scenario's hours."""
        plan = self.scenario.traffic
        faster = 3600.0 / plan.hour_s
        day = orders(
            plan.shape, firms=len(traffic.firms), seed=self.scenario.seed, scale=plan.scale, from_hour=plan.from_hour
        )
        for order in day:
            await self._until(traffic, (order.at_s - plan.from_hour * 3600.0) / faster)
            demand = traffic.firms[order.firm].demand
            if demand is not None:
                demand.release()

    async def _fault(self, traffic: Traffic, observer: Observer, planned: PlannedFault) -> None:
        """Let a fault come to its vehicles at its time; waits for one in the air when there is none."""
        await self._until(traffic, planned.fault.starts_at_s)
        while not (names := self._targets(traffic, planned)):
            await traffic.fleet.sleep(LOOK_EVERY_S)
        now_s = traffic.fleet.clock()
        fault = replace(
            planned.fault,
            starts_at_s=now_s,
            ends_at_s=None
            if planned.fault.ends_at_s is None
            else now_s + planned.fault.ends_at_s - planned.fault.starts_at_s,
        )
        for name in names:
            drone = traffic.fleet.find(name)
            if drone is not None:
                drone.autopilot.faults.add(fault)
        observer.targets[planned.name] = names
        self._notify("fault", {"name": planned.name, "kind": str(fault.kind), "vehicles": names})

    def _targets(self, traffic: Traffic, planned: PlannedFault) -> list[str]:
        drones = traffic.fleet.drones
        named = [d.name for d in drones if d.name == planned.on]
        if named:
            return named
        if planned.on != "all":
            drones = [d for d in drones if d.name.rpartition("-")[0] == planned.on]
        if planned.airborne:
            # In the middle of its way a vehicle has the most to lose: not climbing out, not about to land.
            drones = [d for d in drones if _under_way(d.autopilot.vehicle, traffic.fleet.clock())]
        if planned.count is None:
            return [d.name for d in drones]
        if len(drones) < planned.count:
            return []
        return [d.name for d in self._rng.sample(drones, planned.count)]

    async def _zone(self, traffic: Traffic, observer: Observer, zone: TemporaryZone) -> None:
        """Publish a zone at its time as the authority, and have its actions carried out as a dispatcher would."""
        await self._until(traffic, zone.at_s)
        if self._regulator is None:
            raise ApiError("the credentials name no regulator, who alone may publish a zone")
        now = from_scene_s(traffic.fleet.clock()) + timedelta(seconds=0.5)
        place = {"type": "Point", "coordinates": [zone.circle.lon_deg, zone.circle.lat_deg]}
        shape = {
            "name": zone.name,
            "restriction": zone.restriction,
            "radius_m": zone.circle.radius_m,
            "lower_m": zone.lower_m,
            "upper_m": zone.upper_m,
            "datum": "AGL",
        }
        body = {
            **shape,
            "geometry": place,
            "starts_at": rfc3339(now),
            "ends_at": rfc3339(now + timedelta(seconds=zone.lasts_s)),
            "category": "urgent",
            "emergency_override": {"reason": f"scenario {self.scenario.name}"},
        }
        asked_s = traffic.fleet.clock()
        reply = await self._regulator.post("/v1/temporary-zones", body)
        if not reply.ok:
            raise ApiError(f"zone {zone.name} was not published: {reply.status} {reply.code} {reply.body}")
        observer.published_s[zone.name] = traffic.fleet.clock()
        observer.promises.published(zone.name, observer.published_s[zone.name] - asked_s)
        self._notify("zone", {"name": zone.name, "actions": len(reply.body["action_list"]["items"])})
        for firm in traffic.firms:
            if firm.book is not None:
                firm.book.add_zone({"type": "Feature", "geometry": place, "properties": shape})
        list_id = reply.body.get("action_list_id")
        if list_id is None:
            return
        observer.action_lists[zone.name] = str(list_id)
        if zone.execute_after_s is not None and observer.centre is not None:
            await traffic.fleet.sleep(zone.execute_after_s)
            await self._execute(observer.centre, zone, str(list_id))

    async def _execute(self, centre: FirmApi, zone: TemporaryZone, list_id: str) -> None:
        """Carry out a list in its two steps: ask, confirm."""
        path = f"/v1/action-lists/{list_id}/execute"
        reply = await centre.post(path, {})
        if reply.code == "confirmation_required":
            reply = await centre.post(path, {"confirmation_token": reply.body["confirmation_token"]})
        self._notify("executed", {"zone": zone.name, "status": reply.status, "code": reply.code})


def _under_way(vehicle: Any, now_s: float) -> bool:
    path = vehicle.path
    if vehicle.on_ground or path is None or path.ends_s <= path.starts_s:
        return False
    return bool(0.2 < (now_s - path.starts_s) / (path.ends_s - path.starts_s) < 0.6)
