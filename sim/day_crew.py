"""The people of a seeded day: shippers who give orders, crews who fly what is booked, and a city that closes things.

They see the service as any client does, over HTTP. A flight is a model: it takes off when its plan says, or somewhat later,
takes as long and as much energy as the wind lets it, and may fail on its way; what the plan says is what is flown.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any, Final

from airspace.timebase import to_scene_s
from sim.day_demand import DayOrder, DayVehicle
from sim.day_weather import Storm, wind_at
from sim.deterministic.server import Party, Reply, Server, ServerAwayError

LOOK_EVERY_S: Final = 15.0
LATEST_START_S: Final = 55.0
ASK_AGAIN_S: Final = 10.0
LONGEST_PUT_OFF_S: Final = 600.0
MOST_PUT_OFF: Final = 3
REPAIR_S: Final = 3_600.0


@dataclass(slots=True)
class Flown:
    """One flight as it was flown, for the judge of the day and its report."""

    mission_id: str
    organisation_id: str
    aircraft_id: str
    kind: str
    origin: str
    destination: str
    took_off_s: float
    landed_s: float
    planned_wh: float
    used_wh: float
    battery_wh: float
    reserve_share: float
    failed: str | None = None

    @property
    def left_share(self) -> float:
        """What is left of the battery."""
        return 1.0 - self.used_wh / self.battery_wh


@dataclass(slots=True)
class DayLog:
    """What happened that the store does not say."""

    flown: list[Flown] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    events: list[dict[str, Any]] = field(default_factory=list)
    delays_s: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Craft:
    """A vehicle with the id its registration got."""

    drawn: DayVehicle
    aircraft_id: str


class Asker:
    """Asks the service on behalf of a party, again where there is no answer; any 500 is noted."""

    def __init__(self, server: Server, broken: Callable[[str, str], None]) -> None:
        self._server, self._broken = server, broken

    async def ask(
        self,
        party: Party,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: str = "",
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Return an answer; raises ServerAwayError when none comes at all."""
        for _ in range(20):
            try:
                reply = await self._server.request(party, method, path, body, query=query, headers=headers)
            except ServerAwayError:
                await asyncio.sleep(1.0)
                continue
            if reply.status >= 500:
                self._broken("no request fails inside", f"{method} {path}: {reply.status} {reply.body}")
            if reply.status not in (429, 503):
                return reply
            await asyncio.sleep(1.0)
        raise ServerAwayError(f"no answer to {method} {path}")


class Shipper:
    """Gives a firm's orders when they are told."""

    def __init__(self, asker: Asker, party: Party, orders: list[DayOrder], day_at: datetime, log: DayLog) -> None:
        self._asker, self._party, self._orders, self._day_at, self._log = asker, party, orders, day_at, log
        self.ids: dict[str, int] = {}

    async def work(self, now_s: Callable[[], float], at: Callable[[float], str]) -> None:
        """Give every order in its time; `at` writes a second of the day as the API does."""
        for order in self._orders:
            await asyncio.sleep(max(0.0, order.told_s - now_s()))
            body = {
                "origin_site_id": order.origin,
                "destination_site_id": order.destination,
                "payload_kg": order.payload_kg,
                "priority_class": order.priority_class,
                "ready_at": at(order.ready_s),
                "cold_chain": order.cold_chain,
                "dangerous_goods": order.dangerous_goods,
                "reference": f"D{order.number:05d}",
            }
            if order.due_s is not None:
                body["deliver_by"] = at(order.due_s)
            reply = await self._asker.ask(self._party, "POST", "/v1/orders", body)
            self._log.counts["orders_told"] += 1
            if reply.ok:
                self.ids[reply.body["order_id"]] = order.number
            else:
                self._log.refused[f"order: {reply.code}"] += 1


class Crews:
    """A firm's crews: fly what is booked, and deal with what fails."""

    def __init__(
        self,
        asker: Asker,
        party: Party,
        crafts: list[Craft],
        *,
        seed: int,
        scene_s: Callable[[], float],
        day_zero_s: float,
        storm: Storm | None,
        places: dict[str, tuple[float, float]],
        fault_share: float,
        log: DayLog,
    ) -> None:
        self._asker, self._party, self._log = asker, party, log
        self._crafts = {craft.aircraft_id: craft for craft in crafts}
        self._rng = Random(f"{seed}/crews/{party.key}")
        self._scene_s, self._zero_s, self._storm, self._places = scene_s, day_zero_s, storm, places
        self._fault_share = fault_share
        self._flying: dict[str, asyncio.Task[None]] = {}
        self._aloft: dict[str, asyncio.Lock] = {}
        self._repairs: list[asyncio.Task[None]] = []

    async def work(self) -> None:
        """Look at what is booked every few seconds, until cancelled."""
        while True:
            reply = await self._asker.ask(self._party, "GET", "/v1/missions", query="state=booked&limit=1000")
            for mission in reply.body.get("items", []):
                known = self._flying.get(mission["mission_id"])
                if known is None or known.done():
                    starts_s = to_scene_s(datetime.fromisoformat(mission["departs_at"]))
                    if starts_s - self._scene_s() < LOOK_EVERY_S + 5.0:
                        name = f"flight {mission['mission_id']}"
                        self._flying[mission["mission_id"]] = asyncio.create_task(
                            self._fly(mission, starts_s), name=name
                        )
            self._flying = {ref: task for ref, task in self._flying.items() if not _finished(task)}
            await asyncio.sleep(LOOK_EVERY_S)

    async def settle(self) -> None:
        """Wait for the flights in the air; what is in the workshop stays there."""
        for task in self._repairs:
            task.cancel()
        while self._flying:
            await asyncio.wait(list(self._flying.values()))
            self._flying = {ref: task for ref, task in self._flying.items() if not _finished(task)}

    # -- one flight ----------------------------------------------------------------------------------------------------

    async def _fly(self, mission: dict[str, Any], starts_s: float) -> None:
        rng = self._rng
        late_s = min(LATEST_START_S, rng.expovariate(1 / 8.0))
        if rng.random() < 0.5 * self._fault_share:
            await self._ground(mission)
            return
        await asyncio.sleep(max(0.0, starts_s + late_s - self._scene_s()))
        async with self._aloft.setdefault(mission["aircraft_id"], asyncio.Lock()):  # it may still be on its last flight
            await self._flown(mission, starts_s)

    async def _flown(self, mission: dict[str, Any], starts_s: float) -> None:
        rng, plan_id = self._rng, mission["plan_id"]
        planned_s = to_scene_s(datetime.fromisoformat(mission["arrives_at"])) - starts_s
        path = f"/v1/flight-plans/{plan_id}/activate"
        reply = await self._asker.ask(self._party, "POST", path)
        # Another that is about to land may still hold the place: the crew asks again while it may depart, then takes the
        # later departure it is offered.
        put_off = 0
        while reply.code == "activation_refused":
            if self._scene_s() + ASK_AGAIN_S < starts_s + LATEST_START_S:
                await asyncio.sleep(max(ASK_AGAIN_S, starts_s - self._scene_s()))
            else:
                later_s = None if put_off == MOST_PUT_OFF else await self._put_off(mission, reply)
                if later_s is None:
                    break
                put_off, starts_s = put_off + 1, later_s
                await asyncio.sleep(max(0.0, starts_s - self._scene_s()))
            reply = await self._asker.ask(self._party, "POST", path)
        if not reply.ok:
            await self._not_started(mission, reply)
            return
        self._log.counts["departed"] += 1
        took_off_s = self._scene_s()
        # What is planned reckons with the wind of the forecast; gusts on the way cost time and energy beyond it.
        head_mps = self._headwind(mission, took_off_s + planned_s / 2)
        lasts_s = planned_s * max(0.97, rng.gauss(1.005, 0.012)) + max(0.0, head_mps - 6.0) * planned_s * 0.01
        used_wh = float(mission["energy_wh"] or 0.0) * max(0.9, rng.gauss(1.0, 0.025))
        failed = None
        if rng.random() < 0.5 * self._fault_share:
            failed = await self._fail(mission, took_off_s, lasts_s)
            lasts_s = self._scene_s() - took_off_s
        else:
            await asyncio.sleep(max(0.0, took_off_s + lasts_s - self._scene_s()))
        await self._land(plan_id)
        craft = self._crafts.get(mission["aircraft_id"])
        if craft is not None:
            self._log.flown.append(
                Flown(
                    mission["mission_id"],
                    mission["organisation_id"],
                    mission["aircraft_id"],
                    mission["kind"],
                    mission["origin_site_id"],
                    mission["destination_site_id"],
                    took_off_s,
                    self._scene_s(),
                    float(mission["energy_wh"] or 0.0),
                    used_wh,
                    craft.drawn.battery_wh,
                    0.25,
                    failed,
                )
            )
        if failed is not None:
            await self._repair(mission, mission["origin_site_id"])
            await self._try_again()

    async def _try_again(self) -> None:
        """Let what came back wait for another flight."""
        found = await self._asker.ask(self._party, "GET", "/v1/orders", query="state=returned&limit=100")
        for order in found.body.get("items", []):
            await self._asker.ask(self._party, "POST", f"/v1/orders/{order['order_id']}/retry")

    async def _land(self, plan_id: str) -> None:
        reply = await self._asker.ask(self._party, "POST", f"/v1/flight-plans/{plan_id}/end")
        if not reply.ok:
            self._log.refused[f"end: {reply.code}"] += 1

    async def _put_off(self, mission: dict[str, Any], reply: Reply) -> float | None:
        """Take the first offer of a refused activation that only departs later; return when, None where there is none."""
        offers = (reply.body.get("decision") or {}).get("counter_offers", [])
        later = [item for item in offers if item["kind"] == "delay" and item["cost"]["delay_s"] <= LONGEST_PUT_OFF_S]
        if not later:
            return None
        path = f"/v1/flight-plans/{mission['plan_id']}"
        plan = await self._asker.ask(self._party, "GET", path)
        headers = {"If-Match": str(plan.body.get("version"))}
        changed = await self._asker.ask(self._party, "PUT", path, later[0]["plan"], headers=headers)
        if not changed.ok or changed.body.get("state") != "approved":
            self._log.refused[f"put off: {changed.code or changed.body.get('state')}"] += 1
            return None
        self._log.counts["put_off"] += 1
        return to_scene_s(datetime.fromisoformat(str(changed.body["departure_at"])))

    async def _not_started(self, mission: dict[str, Any], reply: Reply) -> None:
        """Give a flight up that may not start, so that its order is planned anew; one that is gone is gone."""
        decision = reply.body.get("decision") or {}
        codes = [
            reason["code"] for reason in decision.get("reasons", []) if reason.get("severity", "refuse") != "warning"
        ]
        self._log.refused[f"activate: {(codes or [reply.code])[0]}"] += 1
        if reply.code == "activation_refused":
            await self._asker.ask(self._party, "POST", f"/v1/missions/{mission['mission_id']}/cancel")

    async def _ground(self, mission: dict[str, Any]) -> None:
        """A vehicle that does not start: it goes to the workshop."""
        self._log.counts["faults_on_ground"] += 1
        self._note("fault_on_ground", aircraft_id=mission["aircraft_id"], site_id=mission["origin_site_id"])
        await self._repair(mission, mission["origin_site_id"])

    async def _fail(self, mission: dict[str, Any], took_off_s: float, lasts_s: float) -> str:
        """Let a flight fail on its way: its crew declares it, and it goes home or lands where it is."""
        rng = self._rng
        at_s = took_off_s + lasts_s * rng.uniform(0.15, 0.85)
        await asyncio.sleep(max(0.0, at_s - self._scene_s()))
        kind, procedure = rng.choice(
            (("low_energy", "rtl"), ("gnss_loss", "land"), ("lost_link", "rtl"), ("engine_failure", "land"))
        )
        body = {"kind": kind, "procedure": procedure}
        reply = await self._asker.ask(self._party, "POST", f"/v1/flight-plans/{mission['plan_id']}/contingency", body)
        self._log.counts[f"fault_{kind}" if reply.ok else f"contingency_{reply.code}"] += 1
        self._note("fault_in_flight", aircraft_id=mission["aircraft_id"], kind=kind, plan_id=mission["plan_id"])
        await asyncio.sleep(at_s - took_off_s if procedure == "rtl" else 60.0)
        return kind

    async def _repair(self, mission: dict[str, Any], site_id: str) -> None:
        """Take a vehicle out of service for an hour; it comes back where it stands."""
        craft = self._crafts.get(mission["aircraft_id"])
        if craft is None:
            return
        path = f"/v1/carriers/{craft.aircraft_id}"
        body = craft.drawn.carrier | {"site_id": site_id}
        await self._asker.ask(self._party, "PUT", path, body | {"state": "maintenance"})
        if self._scene_s() - self._zero_s < 86_400.0 - REPAIR_S:
            self._repairs.append(asyncio.create_task(self._back(path, body), name=f"repair {craft.aircraft_id}"))

    async def _back(self, path: str, body: dict[str, Any]) -> None:
        await asyncio.sleep(REPAIR_S)
        await self._asker.ask(self._party, "PUT", path, body | {"state": "available"})

    def _headwind(self, mission: dict[str, Any], at_s: float) -> float:
        a, b = self._places.get(mission["origin_site_id"]), self._places.get(mission["destination_site_id"])
        if a is None or b is None:
            return 0.0
        wind, _ = wind_at(self._storm, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2, at_s - self._zero_s)
        course = math.atan2((b[1] - a[1]) * math.cos(math.radians(a[0])), b[0] - a[0])
        return wind * math.cos(course - math.radians(120.0))

    def _note(self, event: str, **fields: Any) -> None:
        self._log.events.append({"at_s": round(self._scene_s() - self._zero_s, 1), "event": event, **fields})


def _finished(task: "asyncio.Task[None]") -> bool:
    """Tell whether a task is done; raises what it raised."""
    if task.done():
        task.result()
        return True
    return False
