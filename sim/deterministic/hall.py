"""The city's side of the world: a dispatcher and a regulator who close zones, stop departures, order and acknowledge."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from sim.deterministic.firms import Company
from sim.deterministic.server import Party, Reply, ServerAwayError
from sim.deterministic.vehicles import WorldVehicle
from sim.filing import rfc3339
from utm.services import Services

BRIDGE_DEADLINE_S: Final = 45.0
"""A command of the bridge alone ends by then: four sends, patience while in progress, and the wait for proof."""
COMMAND_SLACK_S: Final = 90.0
"""How long after its own deadline an order may be seen to have ended: servers that restart and disks that fail take time."""
FINAL: Final = frozenset({"confirmed", "refused", "timed_out"})


class Hall:
    """The operations centre and the airspace authority."""

    def __init__(self, company: Company, vehicles: list[WorldVehicle], rng: Random) -> None:
        self.company, self.vehicles, self.rng = company, vehicles, rng
        self.dispatcher = Party("centre", "dispatcher")
        self.regulator = Party("authority", "regulator")
        self.outcomes: Counter[str] = Counter()

    async def work(self, per_hour: dict[str, float]) -> None:
        """Do each kind of thing so often until the world closes for business, and undo what was done for a time."""
        kinds: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
            "zone": self._close_a_zone,
            "stop": self._stop_ground,
            "order": self._order,
            "acknowledge": self._acknowledge,
        }
        async with asyncio.TaskGroup() as group:
            for kind, act in kinds.items():
                group.create_task(self._often(group, kind, act, per_hour.get(kind, 0.0)), name=f"hall {kind}")

    async def _often(
        self, group: asyncio.TaskGroup, kind: str, act: Callable[[], Coroutine[Any, Any, None]], per_hour: float
    ) -> None:
        if per_hour <= 0.0:
            return
        number = 0
        while True:
            if not await self.company.sleep_open(20.0 + self.rng.expovariate(per_hour / 3600.0)):
                return
            number += 1
            group.create_task(act(), name=f"hall {kind} {number}")

    async def ask(self, party: Party, method: str, path: str, body: Any = None, query: str = "") -> Reply | None:
        """Ask until there is an answer."""
        for _ in range(60):
            try:
                reply = await self.company.server.request(party, method, path, body, query=query)
            except ServerAwayError:
                pass
            else:
                if reply.status == 500:
                    self.company.broken("no request fails inside", f"{method} {path}: {reply.body}")
                if reply.status not in (429, 502, 503):
                    return reply
            await asyncio.sleep(self.rng.uniform(0.5, 3.0))
        return None

    def _someone_flying(self) -> WorldVehicle | None:
        flying = [vehicle for vehicle in self.vehicles if vehicle.airborne]
        return self.rng.choice(flying) if flying else None

    # -- zones and stops -----------------------------------------------------------------------------------------------

    async def _close_a_zone(self) -> None:
        """Draw a circle near a flight, look at what it would do, close it, and open it again some minutes later."""
        vehicle = self._someone_flying()
        if vehicle is None:
            return
        v, rng = vehicle.autopilot.vehicle, self.rng
        centre = [v.lon_deg + rng.uniform(-0.01, 0.01), v.lat_deg + rng.uniform(-0.01, 0.01)]
        zone_id = f"zn_world_{rng.getrandbits(32):08x}"
        properties = {
            "zone_id": zone_id,
            "name": "Closed for the time being",
            "restriction": "PROHIBITED",
            "reason": "emergency",
            "lower_m": 0,
            "upper_m": 300,
            "datum": "AGL",
            "radius_m": rng.choice((120.0, 300.0, 700.0)),
        }
        feature = {"type": "Feature", "geometry": {"type": "Point", "coordinates": centre}, "properties": properties}
        await self.ask(self.dispatcher, "POST", "/v1/zones/impact", feature)
        reply = await self.ask(self.regulator, "POST", "/v1/zones", feature)
        if reply is None or not (reply.ok or reply.code == "zone_exists"):
            self.company.broken("a regulator may close a zone", f"{None if reply is None else reply.body}")
            return
        self.company.tally["zones_closed"] += 1
        self.company.log("zone_closed", zone=zone_id)
        await asyncio.sleep(rng.uniform(40.0, 240.0))
        await self.ask(self.regulator, "DELETE", f"/v1/zones/{zone_id}")
        self.company.log("zone_opened", zone=zone_id)

    async def _stop_ground(self) -> None:
        """Stop departures around a flight's place for a minute."""
        vehicle = self.rng.choice(self.vehicles)
        v = vehicle.autopilot.vehicle
        stop = {
            "geometry": {"type": "Point", "coordinates": [v.lon_deg, v.lat_deg]},
            "radius_m": self.rng.choice((300.0, 1500.0)),
            "until": rfc3339(self.company.now() + timedelta(seconds=self.rng.uniform(30.0, 90.0))),
            "reason": "practice",
        }
        reply = await self.ask(self.dispatcher, "POST", "/v1/ground-stops", stop)
        self.company.tally["ground_stops" if reply is not None and reply.ok else "ground_stops_refused"] += 1

    async def _acknowledge(self) -> None:
        """Acknowledge the alerts that wait."""
        reply = await self.ask(self.dispatcher, "GET", "/v1/alerts", query="state=raised&limit=20")
        for item in reply.body.get("items", []) if reply is not None and reply.ok else []:
            answer = await self.ask(
                self.dispatcher, "POST", f"/v1/alerts/{item['alert_id']}/acknowledge", {"initials": "DW"}
            )
            self.company.tally["acknowledged" if answer is not None and answer.ok else "not_acknowledged"] += 1

    # -- orders --------------------------------------------------------------------------------------------------------

    async def _order(self) -> None:
        """Hold a flight for a while and let it go on, or send it home; each order must end by its deadline."""
        vehicle = self._someone_flying()
        if vehicle is None:
            return
        if self.rng.random() < 0.75:
            await self._command(vehicle, "hold")
            await asyncio.sleep(self.rng.uniform(3.0, 20.0))
            if vehicle.airborne:
                await self._command(vehicle, "resume")
        else:
            await self._command(vehicle, "rtl")

    async def _command(self, vehicle: WorldVehicle, kind: str) -> None:
        if self.rng.random() < 0.5:
            await self._bridge_command(vehicle, {"hold": "hold", "resume": "mission", "rtl": "rtl"}[kind])
        else:
            await self._api_command(vehicle, kind)

    async def _api_command(self, vehicle: WorldVehicle, kind: str) -> None:
        """Order over the API and follow the order to its end, crashes of the server in between or not."""
        company, path = self.company, f"/v1/aircraft/{vehicle.aircraft_id}/commands"
        reply = await self.ask(self.dispatcher, "POST", path, {"type": kind, "reason": "practice"})
        if reply is None or reply.status != 202:
            self.outcomes[f"order_{kind}_{'no_answer' if reply is None else reply.code}"] += 1
            return
        command_id, state = reply.body["command_id"], str(reply.body["state"])
        late_at = datetime.fromisoformat(reply.body["deadline_at"]) + timedelta(seconds=COMMAND_SLACK_S)
        while state not in FINAL:
            await asyncio.sleep(2.0)
            reply = await self.ask(self.dispatcher, "GET", f"/v1/commands/{command_id}")
            if reply is not None and reply.status == 404:
                company.broken("every command ends", f"{command_id} ({kind} to {vehicle.name}) was given and is gone")
                return
            if reply is not None and reply.ok:
                state = str(reply.body["state"])
                if state not in FINAL and company.now() > late_at:
                    company.broken("every command ends", f"{command_id} ({kind} to {vehicle.name}) is {state}")
                    return
        self.outcomes[f"order_{kind}_{state}"] += 1
        company.log("order", who=vehicle.name, kind=kind, state=state)

    async def _bridge_command(self, vehicle: WorldVehicle, mode: str) -> None:
        """Order through the bridge itself, as the service's own code does."""
        company, loop = self.company, asyncio.get_running_loop()
        began_s, server = loop.time(), company.server

        async def order(services: Services) -> str:
            link = services.telemetry.link_of(vehicle.aircraft_id, company.scene_s())
            if link is None:
                return "no_link"
            return (await services.bridge.set_mode(link.vehicle, mode)).outcome

        lives = server.starts
        try:
            outcome = await server.run(order, timeout_s=BRIDGE_DEADLINE_S)
        except ServerAwayError:
            outcome = "server_away"
            if server.starts == lives and server.services is not None and loop.time() - began_s >= BRIDGE_DEADLINE_S:
                company.broken(
                    "every command ends", f"{mode} to {vehicle.name} has no outcome after {BRIDGE_DEADLINE_S} s"
                )
        self.outcomes[f"{mode}_{outcome}"] += 1
        company.log("command", who=vehicle.name, mode=mode, outcome=outcome)
