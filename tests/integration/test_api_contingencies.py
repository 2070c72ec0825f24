"""Off-nominal flights over HTTP: found, reserved, told, escalated, recovered; on a whole server driven by hand."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes import filing
from tests.fakes.filing import point
from tests.integration.test_api_alerts import City, city

pytestmark = pytest.mark.slow

SPEED = 10.0


class Flight:
    """A firm's flight, level at 60 m and straight, its positions reported by its firm."""

    def __init__(self, world: City, firm: int, aircraft_id: str, way: list[tuple[float, float]], alt_m: float) -> None:
        self.world, self.firm, self.aircraft_id, self.way, self.alt_m = world, firm, aircraft_id, way, alt_m
        self.plan_id = ""
        self.begins = world.clock.now()
        self.silent = False
        self.aside_m = 0.0

    def at(self, now: datetime) -> tuple[float, float]:
        """Where its plan has it."""
        (x0, y0), (x1, y1) = self.way
        gone = max(0.0, (now - self.begins).total_seconds()) * SPEED
        length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
        share = min(gone / length, 1.0)
        return x0 + share * (x1 - x0), y0 + share * (y1 - y0)

    def report(self) -> dict[str, Any]:
        (x0, y0), (x1, y1) = self.way
        length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
        east, north = self.at(self.world.clock.now())
        lat, lon = filing.place(east, north + self.aside_m)
        return {
            "aircraft_id": self.aircraft_id,
            "lat_deg": lat,
            "lon_deg": lon,
            "alt_agl_m": self.alt_m,
            "vel_east_mps": SPEED * (x1 - x0) / length,
            "vel_north_mps": SPEED * (y1 - y0) / length,
            "vel_up_mps": 0.0,
        }


_marks = iter(f"CT{number:06d}" for number in range(1, 9_999))


async def flight(world: City, firm: int, way: list[tuple[float, float]], *, alt_m: float = 60.0, **more: Any) -> Flight:
    """File a level flight that leaves now, and start it."""
    aircraft_id = await world.aircraft(firm, next(_marks))
    made = Flight(world, firm, aircraft_id, way, alt_m)
    made.begins = world.clock.now() + timedelta(seconds=1)
    body = filing.plan(aircraft_id, made.begins, [point(x, y, alt_m) for x, y in way], speed_mps=SPEED, **more)
    async with world.client("operator", firm) as client:
        answer = await client.post("/v1/flight-plans", json=body)
        assert answer.status_code == 201, filing.why(answer)
        made.plan_id = answer.json()["plan_id"]
        answer = await client.post(f"/v1/flight-plans/{made.plan_id}/activate")
        assert answer.status_code == 200, answer.text
    return made


async def fly(world: City, flights: list[Flight], seconds: float) -> None:
    """Let time pass in half seconds, everybody who is not silent reporting."""
    for _ in range(int(seconds * 2)):
        for item in flights:
            if not item.silent:
                await world.report("operator", item.firm, [item.report()])
        await world.tick()
        await settled(world)  # what a tick set going in threads is done before the next, whatever the machine's pace


async def get(world: City, role: str, path: str, nth: int = 0, **query: Any) -> Any:
    async with world.client(role, nth) as client:
        answer = await client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


async def post(world: City, role: str, path: str, body: Any = None, nth: int = 0) -> httpx.Response:
    async with world.client(role, nth) as client:
        return await client.post(path, json=body)


async def state(world: City, item: Flight) -> str:
    found = await get(world, "operator", f"/v1/flight-plans/{item.plan_id}", item.firm)
    return str(found["state"])


async def settled(world: City) -> None:
    await world.services.off_nominal.contingencies.way.settle()
    await world.services.off_nominal.actions.settle()


async def test_a_silent_flight_becomes_a_contingency_and_its_neighbour_must_answer(tmp_path: Path) -> None:
    """Reserved and told within two analyses of the detection; unanswered, a dispatcher is called; answered, the call ends.

    In the service's own time: the volume no later than 2 s, the advisory no later than 5 s after the cause was seen.
    """
    async with city(tmp_path) as world:
        lost = await flight(world, 0, [(0, 0), (3000, 0)], contingency={"lost_link": "rtl"})
        near = await flight(world, 1, [(300, -1500), (300, 1500)], alt_m=60.0, contingency={"lost_link": "hold"})
        flights = [lost, near]
        await fly(world, flights, 100)
        assert await state(world, lost) == "activated"
        lost.silent = True
        await fly(world, flights, 33)
        assert await state(world, lost) == "contingent"
        (found,) = (await get(world, "dispatcher", "/v1/contingencies", state="open"))["items"]
        seen_at = datetime.fromisoformat(found["detected_at"])
        assert datetime.fromisoformat(found["declared_at"]) - seen_at <= timedelta(seconds=2)
        assert (found["kind"], found["procedure"], found["plan_id"]) == ("lost_link", "rtl", lost.plan_id)
        assert found["volumes"]
        assert found["recommended_action"] == "clear_return_route"
        kinds = {a["kind"]: a for a in await world.alerts(state="open")}
        assert kinds["contingency"]["severity"] == "emergency"
        assert kinds["contingency"]["plan_id"] == lost.plan_id
        # Its own firm sees it, without who is in the way; another firm does not know it.
        (own,) = (await get(world, "operator", "/v1/contingencies", 0))["items"]
        assert "affected" not in own
        assert "declared_by" not in own
        path = f"/v1/contingencies/{found['contingency_id']}"
        async with world.client("operator", 1) as other:
            assert (await other.get(path)).status_code == 404
            assert (await other.get("/v1/contingencies")).json()["items"] == []
            assert (await other.post(f"{path}/accept")).status_code == 403
        async with world.client("supplier") as stranger:
            assert (await stranger.get("/v1/contingencies")).status_code == 403
        await settled(world)


async def test_a_neighbour_is_told_what_to_do_and_silence_escalates(tmp_path: Path) -> None:
    """The firm in the way is told at once and anonymously; silence calls a dispatcher and raises the priority once."""
    async with city(tmp_path) as world:
        lost = await flight(world, 0, [(0, 0), (3000, 0)], contingency={"lost_link": "rtl"})
        near = await flight(world, 1, [(500, -1100), (500, 900)], contingency={"lost_link": "hold"}, alt_m=76.0)
        flights = [lost, near]
        await fly(world, flights, 60)
        body = {"kind": "engine_failure", "procedure": "rtl", "note": "smoke"}
        answer = await post(world, "operator", f"/v1/flight-plans/{lost.plan_id}/contingency", body)
        assert answer.status_code == 201, answer.text
        contingency = answer.json()
        lost.silent = True
        (told,) = (await get(world, "operator", "/v1/advisories", 1, state="told"))["items"]
        assert (told["kind"], told["must_acknowledge"], told["priority"]) == ("contingency_nearby", True, 1)
        assert told["action"] in ("hold", "rtl", "land")
        assert lost.plan_id not in str(told)
        assert lost.aircraft_id not in str(told)
        await fly(world, flights, 2)
        (alert,) = [a for a in await world.alerts("operator", 1, state="open") if a["kind"] == "traffic_advisory"]
        assert alert["severity"] == "advisory"
        await fly(world, flights, 16)
        (late,) = (await get(world, "operator", "/v1/advisories", 1, plan_id=near.plan_id))["items"]
        assert (late["state"], late["priority"], late["advisory_id"]) == ("escalated", 2, told["advisory_id"])
        (alert,) = [a for a in await world.alerts(state="open") if a["kind"] == "traffic_advisory"]
        assert alert["severity"] == "warning"
        answer = await post(world, "operator", f"/v1/advisories/{told['advisory_id']}/acknowledge", nth=1)
        assert answer.json()["state"] == "acknowledged"
        await fly(world, flights, 3)
        left = [a for a in await world.alerts(state="open") if a["kind"] == "traffic_advisory"]
        assert not left, (left, (await get(world, "operator", "/v1/advisories", 1))["items"])
        # No flood: one advisory per cause and neighbour however many analyses there were.
        assert len((await get(world, "operator", "/v1/advisories", 1, plan_id=near.plan_id))["items"]) == 1
        shown = await get(world, "dispatcher", f"/v1/contingencies/{contingency['contingency_id']}")
        assert [(a["plan_id"], a["advisory_state"]) for a in shown["affected"]] == [(near.plan_id, "acknowledged")]
        lists = (await get(world, "dispatcher", "/v1/action-lists"))["items"]
        assert [(item["cause_kind"], item["counts"]["proposed"]) for item in lists] == [("contingency", 1)]
        await settled(world)


async def test_a_flight_off_its_plan_warns_its_neighbour_and_recovers(tmp_path: Path) -> None:
    """While it is off its plan the neighbour it heads for is told; back on it, it is activated and nobody is told any more."""
    async with city(tmp_path) as world:
        off = await flight(world, 0, [(0, 0), (3000, 0)])
        near = await flight(world, 1, [(0, 90), (3000, 90)])
        flights = [off, near]
        await fly(world, flights, 20)
        for metres in range(4, 48, 4):
            off.aside_m = float(metres)
            await fly(world, flights, 1)
        assert await state(world, off) == "nonconforming"
        (told,) = (await get(world, "operator", "/v1/advisories", 1, state="told"))["items"]
        assert (told["kind"], told["plan_id"], told["must_acknowledge"]) == ("nonconforming_nearby", near.plan_id, True)
        for metres in range(40, -1, -4):
            off.aside_m = float(metres)
            await fly(world, flights, 1)
        await fly(world, flights, 12)
        assert await state(world, off) == "activated"
        (told,) = (await get(world, "operator", "/v1/advisories", 1))["items"]
        assert told["state"] == "withdrawn"
        assert (await get(world, "dispatcher", "/v1/contingencies"))["items"] == []
        await settled(world)


async def test_off_its_plan_for_long_is_a_contingency_that_only_ends(tmp_path: Path) -> None:
    """After the policy's limit the plan is contingent; conforming again does not take it back, its end does."""
    async with city(tmp_path) as world:
        off = await flight(world, 0, [(0, 0), (3000, 0)], contingency={"lost_link": "land"})
        await fly(world, [off], 10)
        for metres in range(4, 61, 4):
            off.aside_m = float(metres)
            await fly(world, [off], 1)
        await fly(world, [off], 60)
        assert await state(world, off) == "contingent"
        (found,) = (await get(world, "dispatcher", "/v1/contingencies"))["items"]
        assert (found["kind"], found["procedure"]) == ("nonconformance", "land")
        for metres in range(56, -1, -4):
            off.aside_m = float(metres)
            await fly(world, [off], 1)
        await fly(world, [off], 10)
        assert await state(world, off) == "contingent"
        assert (await post(world, "operator", f"/v1/flight-plans/{off.plan_id}/end")).status_code == 200
        (found,) = (await get(world, "dispatcher", "/v1/contingencies"))["items"]
        assert (found["state"], found["outcome"]) == ("ended", "end")
        assert found["ended_at"] is not None
        await settled(world)


async def test_an_overdue_flight_warns_who_needs_its_place(tmp_path: Path) -> None:
    """What is filed over the place it stays at is told to wait, once; landed, the advisory is withdrawn."""
    async with city(tmp_path) as world:
        late = await flight(world, 0, [(0, 0), (400, 0)])
        aircraft = await world.aircraft(1, next(_marks))
        leaves = world.clock.now() + timedelta(seconds=80)
        body = filing.plan(aircraft, leaves, [point(400, -100), point(400, 300)], speed_mps=SPEED)
        answer = await post(world, "operator", "/v1/flight-plans", body, 1)
        assert answer.status_code == 201, filing.why(answer)
        for _ in range(30):
            await fly(world, [late], 2)
            await world.services.plan_steps.sweep()
        told = (await get(world, "operator", "/v1/advisories", 1))["items"]
        assert [(item["kind"], item["action"], item["must_acknowledge"]) for item in told] == [
            ("overdue_nearby", "wait", False)
        ]
        assert (await post(world, "operator", f"/v1/flight-plans/{late.plan_id}/end")).status_code == 200
        await fly(world, [], 3)
        (told,) = (await get(world, "operator", "/v1/advisories", 1))["items"]
        assert told["state"] == "withdrawn"
        await settled(world)


async def test_a_dead_feed_is_one_alert_and_no_contingency(tmp_path: Path) -> None:
    """Eight flights of one feed fall silent together for two minutes: one surveillance alert, every plan stays activated."""
    async with city(tmp_path) as world:
        flights = [await flight(world, 0, [(0, 200.0 * k), (6000, 200.0 * k)]) for k in range(8)]
        await fly(world, flights, 12)
        for item in flights:
            item.silent = True
        await fly(world, flights, 60)
        assert [a["kind"] for a in await world.alerts(state="open", severity="emergency,warning")].count(
            "surveillance_lost"
        ) == 1
        assert (await get(world, "dispatcher", "/v1/contingencies"))["items"] == []
        assert {await state(world, item) for item in flights} == {"activated"}


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "/kind"), ({"kind": "tired"}, "/kind"), ({"kind": "emergency", "procedure": "fly"}, "/procedure"),
     ({"kind": "emergency", "note": 3}, "/note"), ({"kind": "emergency", "more": 1}, "/more")],
)  # fmt: skip
async def test_malformed_declarations_name_the_field(tmp_path: Path, body: Any, field: str) -> None:
    """A body with a fault must be 422 naming it; another firm's plan 404 whatever the body; a supplier 403."""
    async with city(tmp_path) as world:
        mine = await flight(world, 0, [(0, 0), (1000, 0)])
        path = f"/v1/flight-plans/{mine.plan_id}/contingency"
        found = filing.expect_problem(await post(world, "operator", path, body), 422, "validation_failed")
        assert [error["field"] for error in found["errors"]] == [field]
        filing.expect_problem(await post(world, "operator", path, {"kind": "emergency"}, 1), 404, "not_found")
        filing.expect_problem(await post(world, "supplier", path, body), 403, "forbidden")
