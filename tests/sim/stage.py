"""A stage in simulated time: the whole service, a few vehicles where a test wants them, and a script that acts on them.

It is the deterministic world with its actors sent home: all of its invariants are checked after every commit.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

from airspace.timebase import from_scene_s
from sim.deterministic.machine import fast_folder
from sim.deterministic.server import Party, Reply
from sim.deterministic.vehicles import WorldVehicle, move
from sim.deterministic.watchers import every
from sim.deterministic.world import FIRMS, DeterministicWorld, Scenario, WorldReport
from sim.flavour import Flavour
from sim.mission import mission_of_plan
from tests.fakes import filing
from utm.security.authorise import scopes_of
from utm.security.principal import Principal

CENTRE = Party("centre", "dispatcher")
AUTHORITY = Party("authority", "regulator")
OVER = frozenset({"confirmed", "refused", "timed_out"})


class Stage(DeterministicWorld):
    """One run of a script; `play` returns the world's report."""

    def __init__(
        self, places: list[tuple[float, float]], folder: Path, *, seed: int = 1, flavour: Flavour | None = None
    ) -> None:
        """`places` are metres east and north of the free area's middle; vehicle k belongs to firm k modulo 3.

        With a `flavour` every vehicle has its habits; otherwise three of ten are ArduPilot-like.
        """
        self._all_of = flavour
        super().__init__(seed, Scenario(vehicles=len(places), hours=1.0), folder)
        self._places = places
        self.company: Any = None

    def play(self, script: Callable[["Stage"], Awaitable[None]]) -> WorldReport:
        """Run the script to its end; what it asserts fails the test, and so does a violation of the world's rules."""
        self._script = script
        self.failure: BaseException | None = None
        report = self.run()
        if self.failure is not None:
            raise self.failure
        assert report.violations == [], report.as_dict()
        return report

    async def _course(self) -> None:
        await self.server.start()
        self.plans.open()
        self.plans.after_commit()
        self.company = await self._set_up()
        tasks = [
            asyncio.create_task(move(self.vehicles), name="vehicles"),
            asyncio.create_task(every(60.0, self.plans.read_everything), name="store watch"),
        ]
        try:
            await asyncio.sleep(15.0)  # everybody is heard
            await self._script(self)
            self.plans.read_everything()
        except BaseException as error:
            self.failure = error
        for task in tasks:
            task.cancel()
        await self.server.stop()

    def _stands(self, book: Any) -> list[Any]:
        found = []
        for east_m, north_m in self._places:
            lat, lon = filing.place(east_m, north_m)
            found.append(SimpleNamespace(site_id="", lat_deg=lat, lon_deg=lon))
        return found

    def _flavour(self, number: int, rng: Random) -> Flavour:
        drawn = super()._flavour(number, rng)
        return self._all_of or drawn

    # -- acting --------------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The world's time."""
        return from_scene_s(self.scene_s())

    def firm_of(self, vehicle: WorldVehicle) -> Party:
        return FIRMS[self.vehicles.index(vehicle) % len(FIRMS)]

    def operator_of(self, vehicle: WorldVehicle) -> Principal:
        """Return the vehicle's firm as the service's own code is asked on its behalf."""
        firm = self.firm_of(vehicle)
        return Principal(firm.client_id, "operator", firm.organisation_id, firm.key, scopes=scopes_of("operator"))

    async def ask(self, party: Party, method: str, path: str, body: Any = None, query: str = "") -> Reply:
        return await self.server.request(party, method, path, body, query=query)

    async def good(self, party: Party, method: str, path: str, body: Any = None, query: str = "") -> Any:
        """Ask what must be done; return its body."""
        reply = await self.ask(party, method, path, body, query)
        assert reply.ok, f"{method} {path}: {reply.status} {reply.body}"
        return reply.body

    async def items(self, party: Party, path: str, **query: Any) -> list[dict[str, Any]]:
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        return list((await self.good(party, "GET", path, query=asked))["items"])

    async def file(
        self, vehicle: WorldVehicle, points: list[dict[str, Any]], *, in_s: float = 10.0, **more: Any
    ) -> Reply:
        """File a flight of a vehicle that departs so soon."""
        body = filing.plan(vehicle.aircraft_id, self.now() + timedelta(seconds=in_s), points, **more)
        reply = await self.ask(self.firm_of(vehicle), "POST", "/v1/flight-plans", body)
        if reply.ok:
            reply.body["filed"] = body
        return reply

    async def take_off(
        self, vehicle: WorldVehicle, points: list[dict[str, Any]], *, in_s: float = 10.0, **more: Any
    ) -> str:
        """File, load, activate and start a flight; return its plan."""
        reply = await self.file(vehicle, points, in_s=in_s, **more)
        assert reply.status == 201, reply.body
        plan_id, body, autopilot = str(reply.body["plan_id"]), reply.body["filed"], vehicle.autopilot
        home_first = autopilot.habits.home_is_item_0
        autopilot.load_mission(mission_of_plan(body, self.ground.altitudes, home_is_item_0=home_first))
        departs = datetime.fromisoformat(body["departure_at"].replace("Z", "+00:00"))
        await asyncio.sleep(max(0.0, (departs - self.now()).total_seconds() - 3.5))
        await self.until(lambda: self._activated(vehicle, plan_id), 20.0, "the activation")
        await asyncio.sleep(max(0.0, (departs - self.now()).total_seconds() - 0.5))
        now_s = self.scene_s()
        assert autopilot.arm(now_s)
        assert autopilot.start_mission(now_s, starts_at_s=now_s + 0.5)
        return plan_id

    async def lifted(self, vehicle: WorldVehicle, height_m: float) -> None:
        """Have a vehicle hold so high above where it stood, under no plan."""
        autopilot, now_s = vehicle.autopilot, self.scene_s()
        autopilot.vehicle.step(now_s)
        assert autopilot.arm(now_s)
        assert autopilot.take_off(now_s, autopilot.vehicle.alt_hae_m + height_m)
        await self.until(lambda: autopilot.vehicle.path_done(self.scene_s()), 60, "the climb")
        await asyncio.sleep(5.0)

    async def _activated(self, vehicle: WorldVehicle, plan_id: str) -> bool:
        reply = await self.ask(self.firm_of(vehicle), "POST", f"/v1/flight-plans/{plan_id}/activate")
        assert reply.ok or reply.status == 409, reply.body
        return reply.ok

    async def until(self, what: Callable[[], Any], limit_s: float, name: str) -> Any:
        """Wait until something is true, an awaitable's value or a value; return it."""
        for _ in range(max(1, round(limit_s / 0.25))):
            found = what()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(0.25)
        raise AssertionError(f"{name} did not come true within {limit_s} s")

    async def state(self, plan_id: str) -> str:
        return str((await self.plan(plan_id))["state"])

    async def plan(self, plan_id: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.good(CENTRE, "GET", f"/v1/flight-plans/{plan_id}")
        return found

    async def order(self, vehicle: WorldVehicle, kind: str, *, by: Party = CENTRE, **params: Any) -> Reply:
        """Give an order, confirming it where it is asked twice."""
        path, body = f"/v1/aircraft/{vehicle.aircraft_id}/commands", {"type": kind, "reason": "practice", **params}
        reply = await self.ask(by, "POST", path, body)
        if reply.code == "confirmation_required":
            reply = await self.ask(by, "POST", path, {**body, "confirmation_token": reply.body["confirmation_token"]})
        return reply

    async def ordered(self, vehicle: WorldVehicle, kind: str, ends: str = "confirmed", **params: Any) -> dict[str, Any]:
        """Give an order that must be taken and end so; return its document."""
        reply = await self.order(vehicle, kind, **params)
        assert reply.status == 202, reply.body

        async def over() -> dict[str, Any] | None:
            found: dict[str, Any] = await self.good(CENTRE, "GET", f"/v1/commands/{reply.body['command_id']}")
            return found if found["state"] in OVER else None

        found: dict[str, Any] = await self.until(over, 400.0, f"the end of {kind}")
        assert found["state"] == ends, found["steps"]
        await asyncio.sleep(0.5)  # what the outcome means for plans is stored right after it is told
        return found

    def metres(self, vehicle: WorldVehicle) -> tuple[float, float]:
        v = vehicle.autopilot.vehicle
        return filing.metres(v.lat_deg, v.lon_deg)


def on_stage(
    places: list[tuple[float, float]],
    script: Callable[[Stage], Awaitable[None]],
    tmp_path: Path,
    *,
    flavour: Flavour | None = None,
) -> WorldReport:
    """Play a script with vehicles standing at these places, on a disk in memory where there is one."""
    with tempfile.TemporaryDirectory(prefix="hexlane-stage-", dir=fast_folder() or str(tmp_path)) as folder:
        return Stage(places, Path(folder), flavour=flavour).play(script)
