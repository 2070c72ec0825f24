"""Orders, missions and slots over HTTP: what is booked is booked whole, once, and for its firm's eyes only."""

import asyncio
import contextlib
import json
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import websockets

from tests.conftest import Server
from tests.fakes import filing
from tests.fakes.filing import expect_problem, text

pytestmark = pytest.mark.slow

FROM, TO = "st_talent_park", "st_happy_coast"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of this module's own: its planner works on nothing but these orders."""
    running = Server(tmp_path_factory.mktemp("logistics"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def firm(city: Server) -> httpx.Client:
    return city.client("operator")


@pytest.fixture(scope="module")
def other(city: Server) -> httpx.Client:
    return city.client("operator", 1)


def carrier(client: httpx.Client, site_id: str = FROM, **more: Any) -> str:
    """Register an aircraft and make it a carrier."""
    aircraft_id = filing.register(client)
    answer = client.put(f"/v1/carriers/{aircraft_id}", json={"site_id": site_id, **more})
    assert answer.status_code == 200, answer.text
    return aircraft_id


def order(client: httpx.Client, **more: Any) -> dict[str, Any]:
    body = {"origin_site_id": FROM, "destination_site_id": TO, "payload_kg": 1.0, **more}
    answer = client.post("/v1/orders", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def settle(client: httpx.Client, path: str, done: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Read until it is as it should be, or give up after a while."""
    deadline = time.monotonic() + 90
    while True:
        found: dict[str, Any] = client.get(path).json()
        if done(found) or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


def leg(aircraft_id: str, at: datetime, east_m: float, **more: Any) -> dict[str, Any]:
    """Return a short flight in the area kept free, a kilometre from every other of this module."""
    return filing.plan(aircraft_id, at, [filing.point(east_m, 0), filing.point(east_m + 400, 0)], **more)


# -- orders ------------------------------------------------------------------------------------------------------------


def test_an_order_is_promised_flown_and_delivered(city: Server, firm: httpx.Client) -> None:
    """An order gets a promise and a flight at once, follows its flight's steps, and tells its story on one page."""
    aircraft_id = carrier(firm)
    made = order(firm, priority_class="medical", reference="A-17")
    try:
        assert made["state"] == "assigned", made
        assert made["aircraft_id"] == aircraft_id
        assert made["promise"]["probability"] == 0.9
        assert made["promise"]["deliver_at"] >= made["expected_at"]
        assert "Wh" not in made["why"]["detail"]
        assert made["why"]["detail_zh"]
        mission = firm.get(f"/v1/missions/{made['mission_id']}").json()
        assert mission["state"] == "booked"
        assert mission["plan"]["state"] == "approved"
        assert mission["plan"]["priority"] == 50
        assert mission["energy_wh"] > 0
        assert (mission["origin_site_id"], mission["destination_site_id"]) == (FROM, TO)
        plan_id = made["plan_id"]
        path = f"/v1/orders/{made['order_id']}"
        wait_for(mission["departs_at"])
        for step, state in (("confirm", "assigned"), ("activate", "flying"), ("end", "delivered")):
            answer = firm.post(f"/v1/flight-plans/{plan_id}/{step}")
            assert answer.status_code == 200, answer.text
            assert settle(firm, path, lambda found, state=state: found["state"] == state)["state"] == state
        found = firm.get(path).json()
        assert found["delivered_at"] is not None
        assert found["promise"]["kept"] is True
        assert [line["state"] for line in found["story"]] == ["created", "assigned", "flying", "delivered"]
        standing = firm.get(f"/v1/carriers/{aircraft_id}").json()
        assert standing["free_site_id"] == TO
        assert standing["mission_id"] is None
    finally:
        retire(firm, aircraft_id)


def wait_for(at: str) -> None:
    """Wait until a departure may be activated: the tolerance before it."""
    until = datetime.fromisoformat(at) - timedelta(seconds=25)
    time.sleep(max(0.0, (until - datetime.now(UTC)).total_seconds()))


def retire(client: httpx.Client, aircraft_id: str) -> None:
    client.put(f"/v1/carriers/{aircraft_id}", json={"site_id": FROM, "state": "out_of_service"})


def test_an_order_nobody_can_carry_says_why(firm: httpx.Client) -> None:
    """Too heavy a load waits with its cause in both languages, and is assigned once a carrier can take it."""
    small = carrier(firm, payload_max_kg=2.0)
    heavy = order(firm, payload_kg=4.0)
    assert heavy["state"] == "created"
    assert heavy["cause"]["code"] == "load_not_possible"
    assert heavy["cause"]["detail_zh"]
    assert heavy["promise"] is None
    strong = carrier(firm, payload_max_kg=5.0)
    answer = firm.post("/v1/orders/dispatch")
    assert answer.status_code == 200, answer.text
    found = settle(firm, f"/v1/orders/{heavy['order_id']}", lambda item: item["state"] == "assigned")
    assert (found["state"], found["aircraft_id"], found["cause"]) == ("assigned", strong, None)
    cancelled = firm.post(f"/v1/orders/{heavy['order_id']}/cancel").json()
    assert cancelled["state"] == "cancelled"
    assert firm.get(f"/v1/flight-plans/{found['plan_id']}").json()["state"] == "cancelled"
    for aircraft_id in (small, strong):
        retire(firm, aircraft_id)


def test_a_cancelled_flight_sets_its_order_free(firm: httpx.Client) -> None:
    """When the plan of an order's flight is cancelled, the order is planned anew and its story says why."""
    aircraft_id = carrier(firm)
    made = order(firm)
    assert made["state"] == "assigned", made
    assert firm.post(f"/v1/flight-plans/{made['plan_id']}/cancel").status_code == 200
    path = f"/v1/orders/{made['order_id']}"
    found = settle(firm, path, lambda item: item["plan_id"] not in (None, made["plan_id"]))
    assert found["state"] == "assigned"
    assert found["plan_id"] != made["plan_id"]
    assert any("cancelled" in line["detail"] for line in found["story"])
    released = firm.post(f"{path}/release").json()
    assert released["state"] in ("created", "assigned")
    firm.post(f"{path}/cancel")
    retire(firm, aircraft_id)


def test_an_order_is_given_to_another_carrier_where_it_can_take_it(city: Server, other: httpx.Client) -> None:
    """A dispatcher must move an order to the aircraft named, free the one before, and be told why not in words."""
    first, second = carrier(other), carrier(other)
    small = carrier(other, payload_max_kg=0.2)
    made = order(other)
    taken = settle(other, f"/v1/orders/{made['order_id']}", lambda found: found["state"] == "assigned")
    wanted = second if taken["aircraft_id"] == first else first
    with city.client("dispatcher") as dispatcher:
        path = f"/v1/orders/{made['order_id']}/reassign"
        refused = dispatcher.post(path, json={"aircraft_id": small})
        assert expect_problem(refused, 409, "order_not_reassigned")["detail"].startswith("It does not take this load")
        assert dispatcher.get(f"/v1/orders/{made['order_id']}").json()["mission_id"] == taken["mission_id"]
        given = dispatcher.post(path, json={"aircraft_id": wanted})
        assert given.status_code == 200, given.text
        found = given.json()
        assert (found["state"], found["aircraft_id"]) == ("assigned", wanted)
        assert found["mission_id"] != taken["mission_id"]
        assert dispatcher.get(f"/v1/missions/{taken['mission_id']}").json()["state"] == "cancelled"
        again = dispatcher.post(path, json={"aircraft_id": wanted}).json()
        assert again["mission_id"] == found["mission_id"], "an aircraft that has it already changes nothing"
        expect_problem(dispatcher.post(path, json={"aircraft_id": "ac_of_nobody"}), 404, "not_found")
        assert other.post(f"/v1/orders/{made['order_id']}/cancel").status_code == 200
        expect_problem(dispatcher.post(path, json={"aircraft_id": first}), 409, "illegal_transition")


def test_a_carrier_elsewhere_comes_first(firm: httpx.Client) -> None:
    """A carrier that stands at another site is brought to the origin by a booked flight before it carries."""
    aircraft_id = carrier(firm, site_id=TO)
    made = order(firm)
    assert made["state"] == "assigned", made
    missions = [
        item
        for item in firm.get("/v1/missions", params={"state": "booked"}).json()["items"]
        if item["aircraft_id"] == aircraft_id
    ]
    assert sorted(item["kind"] for item in missions) == ["delivery", "positioning"]
    first, second = sorted(missions, key=lambda item: item["departs_at"])
    assert (first["kind"], first["destination_site_id"]) == ("positioning", FROM)
    assert first["arrives_at"] < second["departs_at"]
    firm.post(f"/v1/orders/{made['order_id']}/cancel")
    firm.post(f"/v1/missions/{first['mission_id']}/cancel")
    retire(firm, aircraft_id)


def test_an_order_that_comes_late_is_told_so(firm: httpx.Client) -> None:
    """A time nothing can meet is told as missed when the order is planned, once, in its story; why names what decides."""
    aircraft_id = carrier(firm)
    soon = (datetime.now(UTC) + timedelta(seconds=90)).isoformat()
    made = order(firm, deliver_by=soon)
    try:
        assert made["state"] == "assigned", made
        assert made["in_time"] is False
        told = firm.get(f"/v1/orders/{made['order_id']}").json()["story"]
        assert sum("by the time asked for" in line["detail"] for line in told) == 1, told
        codes = [item["code"] for item in made["why"]["times"]]
        assert "late" in codes, made["why"]
        assert all(item["detail"] and item["detail_zh"] for item in made["why"]["times"])
        later = order(firm, deliver_by=(datetime.now(UTC) + timedelta(hours=3)).isoformat())
        assert later["in_time"] in (True, None)
        firm.post(f"/v1/orders/{later['order_id']}/cancel")
        assert order_without_time(firm)["in_time"] is None
    finally:
        firm.post(f"/v1/orders/{made['order_id']}/cancel")
        retire(firm, aircraft_id)


def order_without_time(client: httpx.Client) -> dict[str, Any]:
    """Return an order without a time asked for, cancelled at once."""
    made = order(client)
    client.post(f"/v1/orders/{made['order_id']}/cancel")
    return made


def test_an_order_changes_vehicles_at_a_hub(firm: httpx.Client) -> None:
    """By way of a hub an order is flown there, handed over, and booked onward; the promise is for the whole way."""
    hub = "st_sea_world"
    aircraft_id = carrier(firm)
    made = order(firm, via_site_ids=[hub])
    try:
        assert made["state"] == "assigned", made
        assert made["via_site_ids"] == [hub]
        first = firm.get(f"/v1/missions/{made['mission_id']}").json()
        assert (first["origin_site_id"], first["destination_site_id"]) == (FROM, hub)
        assert made["promise"]["deliver_at"] > first["arrives_at"]
        assert made["expected_at"] > first["arrives_at"]
        wait_for(first["departs_at"])
        for step in ("confirm", "activate", "end"):
            answer = firm.post(f"/v1/flight-plans/{first['plan_id']}/{step}")
            assert answer.status_code == 200, answer.text
        path = f"/v1/orders/{made['order_id']}"
        found = settle(
            firm,
            path,
            lambda item: item["mission_id"] not in (None, made["mission_id"]) and item["state"] == "assigned",
        )
        assert (found["state"], found["at_site_id"], found["via_site_ids"]) == ("assigned", hub, []), found
        second = firm.get(f"/v1/missions/{found['mission_id']}").json()
        assert (second["origin_site_id"], second["destination_site_id"]) == (hub, TO)
        states = [line["state"] for line in found["story"]]
        assert states[:5] == ["created", "assigned", "flying", "created", "assigned"], found["story"]
    finally:
        firm.post(f"/v1/orders/{made['order_id']}/cancel")
        retire(firm, aircraft_id)


def test_orders_that_go_the_same_way_share_a_flight(firm: httpx.Client) -> None:
    """Two orders that wait for one carrier and go the same way fly together, as far as it can carry both."""
    first, second = (order(firm, payload_kg=kg) for kg in (1.0, 2.0))
    assert (first["state"], second["state"]) == ("created", "created")
    aircraft_id = carrier(firm, payload_max_kg=3.5)
    firm.post("/v1/orders/dispatch")
    path = "/v1/orders/{}".format
    found = [settle(firm, path(made["order_id"]), lambda item: item["state"] == "assigned") for made in (first, second)]
    assert found[0]["mission_id"] is not None
    assert found[0]["mission_id"] == found[1]["mission_id"]
    assert firm.post(f"/v1/missions/{found[0]['mission_id']}/cancel").status_code == 200
    retire(firm, aircraft_id)
    for made in (first, second):
        assert firm.post(f"/v1/orders/{made['order_id']}/cancel").json()["state"] == "cancelled"


def test_a_carrier_taken_out_of_service_gives_its_flights_up(firm: httpx.Client) -> None:
    """What was planned for a carrier that goes to the workshop is given up with the cause, and its order waits anew."""
    aircraft_id = carrier(firm)
    made = order(firm)
    assert made["state"] == "assigned", made
    retire(firm, aircraft_id)
    found = settle(firm, f"/v1/orders/{made['order_id']}", lambda item: item["mission_id"] != made["mission_id"])
    assert (found["state"], found["mission_id"]) == ("created", None)
    mission = firm.get(f"/v1/missions/{made['mission_id']}").json()
    assert (mission["state"], mission["cause"]) == ("cancelled", "carrier_unavailable")
    assert firm.get(f"/v1/flight-plans/{made['plan_id']}").json()["state"] == "cancelled"
    firm.post(f"/v1/orders/{made['order_id']}/cancel")


def test_indicators_say_what_is_used_and_what_it_costs(city: Server, firm: httpx.Client) -> None:
    """Sites tell the share of their pads' time, cells their flights, and with prices each delivery its cost."""
    window = {"to": text(datetime.now(UTC) + timedelta(hours=1))}
    found = firm.get("/v1/statistics/logistics", params={**window, "flight_hour_cost": 100, "kwh_cost": 1}).json()
    assert found["totals"]["delivered"] >= 1
    assert found["totals"]["cost_per_delivery"] > 0
    assert {"late", "late_causes", "causes"} <= set(found["totals"])
    assert all(site["pads"] >= 1 and site["pad_use_share"] > 0 for site in found["sites"])
    assert found["cells"][0]["flights"] >= 1
    assert firm.get("/v1/statistics/logistics", params=window).json()["totals"]["cost_per_delivery"] is None


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"via_site_ids": ["st_nowhere"]}, "/via_site_ids/0", "unknown_site"),
        ({"via_site_ids": [TO]}, "/via_site_ids/0", "same_site"),
        ({"origin_site_id": "st_nowhere"}, "/origin_site_id", "unknown_site"),
        ({"destination_site_id": FROM}, "/destination_site_id", "same_site"),
        ({"payload_kg": 0}, "/payload_kg", "out_of_range"),
        ({"payload_kg": True}, "/payload_kg", "wrong_type"),
        ({"priority_class": "royal"}, "/priority_class", "invalid_choice"),
        ({"deliver_by": "2020-01-01T00:00:00Z"}, "/deliver_by", "reversed_window"),
        ({"ready_at": "2027-01-01T00:00:00"}, "/ready_at", "naive_time"),
        ({"colour": "red"}, "/colour", "unknown_field"),
    ],
)
def test_an_order_that_cannot_be_is_named(firm: httpx.Client, change: dict[str, Any], field: str, code: str) -> None:
    """Unknown sites, impossible loads and times are 422 at their field."""
    body = {"origin_site_id": FROM, "destination_site_id": TO, "payload_kg": 1.0, **change}
    found = expect_problem(firm.post("/v1/orders", json=body), 422, "validation_failed")
    assert [(error["field"], error["code"]) for error in found["errors"]] == [(field, code)]


# -- missions ----------------------------------------------------------------------------------------------------------


def test_a_booking_is_whole_or_nothing(firm: httpx.Client) -> None:
    """When the battery is taken, neither plan nor pad nor crew is kept; the answer names a departure that can be had."""
    battery = firm.post("/v1/batteries", json={"label": "B1", "capacity_wh": 900}).json()["battery_id"]
    crew = firm.post("/v1/crews", json={"label": "Day shift", "vehicles_max": 2}).json()["crew_id"]
    at = filing.window()
    needs = {"battery_id": battery, "crew_id": crew, "energy_wh": 300}
    first, second = filing.register(firm), filing.register(firm)
    booked = firm.post("/v1/missions", json={"plan": leg(first, at, 0), **needs})
    assert booked.status_code == 201, booked.text
    before = len(firm.get("/v1/flight-plans", params={"aircraft_id": second}).json()["items"])
    refused = expect_problem(
        firm.post("/v1/missions", json={"plan": leg(second, at, 2000), **needs}), 409, "booking_refused"
    )
    reason = refused["decision"]["reasons"][0]
    assert reason["code"] == "battery_busy"
    assert reason["resource"] == {"kind": "battery", "id": battery}
    assert len(firm.get("/v1/flight-plans", params={"aircraft_id": second}).json()["items"]) == before
    named = re.search(r"Depart at (\S+) or later", reason["detail"])
    assert named is not None, reason["detail"]
    later = datetime.fromisoformat(named[1])
    assert later > datetime.fromisoformat(reason["frees_at"]), "the preparation comes before the departure"
    again = firm.post("/v1/missions", json={"plan": leg(second, later, 2000), **needs})
    assert again.status_code == 201, again.text
    for answer in (booked, again):
        done = firm.post(f"/v1/missions/{answer.json()['mission_id']}/cancel").json()
        assert done["state"] == "cancelled"
    firm.patch(f"/v1/batteries/{battery}", json={"state": "retired"})
    firm.patch(f"/v1/crews/{crew}", json={"state": "off_duty"})


def test_an_aircraft_flies_one_flight_at_a_time(firm: httpx.Client) -> None:
    """The same aircraft cannot be booked twice for overlapping times, however far apart the flights."""
    at, aircraft_id = filing.window(), filing.register(firm)
    booked = firm.post("/v1/missions", json={"plan": leg(aircraft_id, at, 0)})
    assert booked.status_code == 201, booked.text
    refused = expect_problem(
        firm.post("/v1/missions", json={"plan": leg(aircraft_id, at, 3000)}), 409, "booking_refused"
    )
    assert refused["decision"]["reasons"][0]["code"] == "aircraft_busy"
    firm.post(f"/v1/missions/{booked.json()['mission_id']}/cancel")


def test_a_held_booking_lapses_unless_confirmed(firm: httpx.Client) -> None:
    """What is held for two seconds is free again after them; what is confirmed stays."""
    at = filing.window()
    kept, lost = filing.register(firm), filing.register(firm)
    one = firm.post("/v1/missions", json={"plan": leg(kept, at, 0), "hold_s": 60}).json()
    two = firm.post("/v1/missions", json={"plan": leg(lost, at, 2000), "hold_s": 2}).json()
    assert (one["state"], two["state"]) == ("held", "held")
    assert firm.post(f"/v1/missions/{one['mission_id']}/confirm").json()["state"] == "booked"
    found = settle(firm, f"/v1/missions/{two['mission_id']}", lambda item: item["state"] == "expired")
    assert found["state"] == "expired"
    assert found["plan"]["state"] == "cancelled"
    expect_problem(firm.post(f"/v1/missions/{two['mission_id']}/confirm"), 409, "illegal_transition")
    firm.post(f"/v1/missions/{one['mission_id']}/cancel")


def test_an_alternates_pad_is_kept(firm: httpx.Client) -> None:
    """A booked alternate keeps its pad: another landing there at that time is refused until it is given back."""
    site = "st_oct_eco_square"
    at = filing.window()
    first = filing.register(firm)
    plan = leg(first, at, 0, alternate_site_ids=[site])
    booked = firm.post("/v1/missions", json={"plan": plan, "alternate_site_id": site})
    assert booked.status_code == 201, booked.text
    landing = booked.json()["arrives_at"]
    window = {"from": landing, "to": text(datetime.fromisoformat(landing) + timedelta(minutes=1))}
    slots = firm.get(f"/v1/sites/{site}/slots", params=window).json()
    assert slots["pads"] == 1
    assert slots["items"][0]["pads_free"] == 0
    assert slots["stays"][0]["kind"] == "alternate"
    other_flight = leg(filing.register(firm), at, 2000, alternate_site_ids=[site])
    refused = expect_problem(
        firm.post("/v1/missions", json={"plan": other_flight, "alternate_site_id": site}), 409, "booking_refused"
    )
    assert refused["decision"]["reasons"][0]["code"] == "alternate_busy"
    firm.post(f"/v1/missions/{booked.json()['mission_id']}/cancel")
    assert firm.get(f"/v1/sites/{site}/slots", params=window).json()["items"][0]["pads_free"] == 1


def test_one_of_many_gets_the_last_slot(city: Server, firm: httpx.Client) -> None:
    """Of thirty bookings for one pad at one time exactly one wins; the others are offered the next free times."""
    site = firm.get("/v1/sites/st_oct_eco_square").json()
    lon, lat = site["geometry"]["coordinates"]
    at = filing.window()
    bodies = []
    for k in range(30):
        level = 60 + 15 * (k % 4)
        points = [
            {"lat_deg": lat, "lon_deg": lon, "alt_m": 0, "alt_datum": "AGL", "speed_mps": 4},
            {"lat_deg": lat, "lon_deg": lon, "alt_m": level, "alt_datum": "AGL"},
            {"lat_deg": lat + 0.004 + 0.0001 * k, "lon_deg": lon, "alt_m": level, "alt_datum": "AGL"},
        ]
        body = filing.plan(filing.register(firm), at, points, origin_site_id="st_oct_eco_square")
        bodies.append({"plan": body})
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda body: filing.send(firm, "POST", "/v1/missions", json=body), bodies))
    won = [answer for answer in answers if answer.status_code == 201]
    lost = [answer for answer in answers if answer.status_code == 409]
    assert len(won) == 1
    assert len(lost) == 29
    for answer in lost:
        codes = {item["code"] for item in answer.json()["decision"]["reasons"]}
        assert codes & {"pad_busy", "conflict_with_plan"}
    assert any(answer.json()["decision"]["counter_offers"] for answer in lost)
    firm.post(f"/v1/missions/{won[0].json()['mission_id']}/cancel")


def test_what_a_firm_books_is_its_own(city: Server, firm: httpx.Client, other: httpx.Client) -> None:
    """Another firm sees neither orders nor missions, batteries, crews, carriers nor whose stay a slot is."""
    aircraft_id = carrier(firm)
    battery = firm.post("/v1/batteries", json={"label": "B2", "capacity_wh": 900}).json()["battery_id"]
    crew = firm.post("/v1/crews", json={"label": "Night", "vehicles_max": 20}).json()["crew_id"]
    firm.patch(f"/v1/batteries/{battery}", json={"state": "retired"})
    made = order(firm)
    for path in (f"/v1/orders/{made['order_id']}", f"/v1/missions/{made['mission_id']}", f"/v1/carriers/{aircraft_id}"):
        expect_problem(other.get(path), 404, "not_found")
        assert city.client("dispatcher").get(path).status_code == 200
    for path in (f"/v1/batteries/{battery}", f"/v1/crews/{crew}"):
        expect_problem(other.patch(path, json={"label": "mine"}), 404, "not_found")
    for step in ("cancel", "release", "retry"):
        expect_problem(other.post(f"/v1/orders/{made['order_id']}/{step}"), 404, "not_found")
    for step in ("cancel", "confirm"):
        expect_problem(other.post(f"/v1/missions/{made['mission_id']}/{step}"), 404, "not_found")
    for kind in ("orders", "missions", "carriers", "batteries", "crews"):
        shown = other.get(f"/v1/{kind}").json()["items"]
        assert all(item["organisation_id"] != made["organisation_id"] for item in shown)
    arrival = datetime.fromisoformat(firm.get(f"/v1/missions/{made['mission_id']}").json()["arrives_at"])
    window = {"from": text(arrival - timedelta(minutes=1)), "to": text(arrival + timedelta(minutes=1))}
    theirs, ours = (client.get(f"/v1/sites/{TO}/slots", params=window).json() for client in (other, firm))
    assert theirs["items"] == ours["items"]
    assert min(item["pads_free"] for item in theirs["items"]) < theirs["pads"]
    assert theirs["stays"] == []
    assert [stay["mission_id"] for stay in ours["stays"]] == [made["mission_id"]]
    assert firm.get(f"/v1/missions/{made['mission_id']}").json()["crew_id"] == crew
    firm.post(f"/v1/orders/{made['order_id']}/cancel")
    firm.patch(f"/v1/crews/{crew}", json={"state": "off_duty"})
    waits = order(firm)
    assert (waits["state"], waits["cause"]["code"]) == ("created", "no_crew_free")
    firm.post(f"/v1/orders/{waits['order_id']}/cancel")
    firm.patch(f"/v1/crews/{crew}", json={"state": "on_duty"})
    retire(firm, aircraft_id)


async def test_orders_are_told_live_to_their_firm(city: Server, firm: httpx.Client, other: httpx.Client) -> None:
    """A new order comes over the live feed to its firm and to the centre, to no other firm; a snapshot holds it."""
    listeners = [firm, city.client("dispatcher"), other]
    async with contextlib.AsyncExitStack() as stack:
        feeds = [await stack.enter_async_context(_live(city, client)) for client in listeners]
        for feed in feeds:
            await feed.send(json.dumps({"subscribe": {"topics": ["orders"]}}))
            assert json.loads(await asyncio.wait_for(feed.recv(), 60))["kind"] == "snapshot"
        made = await asyncio.to_thread(order, firm, payload_kg=1900.0)
        theirs = await asyncio.to_thread(order, other, payload_kg=1900.0)
        for feed in feeds[:2]:
            assert made["order_id"] in await _told(feed, made["order_id"])
        # Its own order, which came later, says that the feed of the other firm had been told what it may see.
        assert made["order_id"] not in await _told(feeds[2], theirs["order_id"])
        async with _live(city, firm) as late:
            await late.send(json.dumps({"subscribe": {"topics": ["orders"]}}))
            snapshot = json.loads(await asyncio.wait_for(late.recv(), 60))
            assert made["order_id"] in [item["order_id"] for item in snapshot["items"]]
    await asyncio.to_thread(firm.post, f"/v1/orders/{made['order_id']}/cancel")
    await asyncio.to_thread(other.post, f"/v1/orders/{theirs['order_id']}/cancel")


async def _told(feed: websockets.ClientConnection, order_id: str) -> list[str]:
    """Return the ids of the orders a feed tells of until it tells of one; earlier tests' orders may come between."""
    seen: list[str] = []
    while order_id not in seen:
        news = json.loads(await asyncio.wait_for(feed.recv(), 60))
        assert (news["topic"], news["kind"]) == ("orders", "increment")
        seen += [item["order_id"] for item in news["items"]]
    return seen


async def test_the_live_item_of_an_order_names_its_plan(city: Server, firm: httpx.Client) -> None:
    """Once a flight is booked for an order, the feed names its plan, and so does a snapshot."""
    aircraft_id = await asyncio.to_thread(carrier, firm)
    async with _live(city, firm) as feed:
        await feed.send(json.dumps({"subscribe": {"topics": ["orders"]}}))
        await asyncio.wait_for(feed.recv(), 60)
        made = await asyncio.to_thread(order, firm)
        assert made["state"] == "assigned", made
        told: dict[str, Any] = {}
        while told.get("status") != "assigned":
            news = json.loads(await asyncio.wait_for(feed.recv(), 60))
            told = next((item for item in news["items"] if item["order_id"] == made["order_id"]), told)
        assert told["plan_id"] == made["plan_id"]
    async with _live(city, firm) as late:
        await late.send(json.dumps({"subscribe": {"topics": ["orders"]}}))
        snapshot = json.loads(await asyncio.wait_for(late.recv(), 60))
        assert [i["plan_id"] for i in snapshot["items"] if i["order_id"] == made["order_id"]] == [made["plan_id"]]
    await asyncio.to_thread(retire, firm, aircraft_id)
    await asyncio.to_thread(firm.post, f"/v1/orders/{made['order_id']}/cancel")


def _live(city: Server, client: httpx.Client) -> websockets.connect:
    token = client.headers["authorization"].removeprefix("Bearer ")
    url = f"ws://127.0.0.1:{city.port}/v1/live"
    return websockets.connect(url, subprotocols=["hexlane.live.v1", f"bearer.{token}"])  # type: ignore[list-item]


def test_roles_keep_to_their_part(city: Server) -> None:
    """Who is no firm creates no orders and books no missions; a supplier reads none."""
    body = {"origin_site_id": FROM, "destination_site_id": TO, "payload_kg": 1.0}
    for role in ("dispatcher", "regulator", "supplier"):
        client = city.client(role)
        expect_problem(client.post("/v1/orders", json=body), 403, "forbidden")
        expect_problem(client.post("/v1/missions", json={"plan": {}}), 403, "forbidden")
    expect_problem(city.client("supplier").get("/v1/orders"), 403, "forbidden")


def test_deliveries_are_counted_for_those_who_may_see_them(
    city: Server, firm: httpx.Client, other: httpx.Client
) -> None:
    """The indicators of a firm hold its own deliveries only; the city's hold every firm's, as JSON and as CSV."""
    window = {
        "from": text(datetime.now(UTC) - timedelta(hours=1)),
        "to": text(datetime.now(UTC) + timedelta(hours=1)),
    }
    aircraft_id, made = carrier(firm), order(firm)
    # In this order: a carrier that is gone has its flights given up soon, and then there is nothing left to cancel.
    assert firm.post(f"/v1/flight-plans/{made['plan_id']}/cancel").status_code == 200
    retire(firm, aircraft_id)
    path = f"/v1/orders/{made['order_id']}"
    assert settle(firm, path, lambda item: item["state"] == "created")["state"] == "created"
    firm.post(f"{path}/cancel")
    mine = firm.get("/v1/statistics/logistics", params=window).json()
    assert [item["organisation_id"] for item in mine["items"]] == [_own(city, 0)]
    own = mine["items"][0]
    counted = firm.get("/v1/orders", params={"limit": 1000}).json()["items"]
    by_state = {state: sum(item["state"] == state for item in counted) for state in ("delivered", "cancelled")}
    assert by_state["cancelled"] > 0
    assert (own["created"], own["delivered"], own["cancelled"]) == (len(counted), *by_state.values())
    assert own["flights"] == len(firm.get("/v1/missions", params={"state": "completed"}).json()["items"])
    assert own["causes"]["plan_cancelled"] >= 1
    theirs = other.get("/v1/statistics/logistics", params=window).json()
    assert all(item["organisation_id"] != own["organisation_id"] for item in theirs["items"])
    assert theirs["totals"]["created"] == len(other.get("/v1/orders", params={"limit": 1000}).json()["items"])
    whole = city.client("regulator").get("/v1/statistics/logistics", params=window).json()
    assert own in whole["items"]
    lines = firm.get("/v1/statistics/logistics", params={**window, "format": "csv"}).text.split("\r\n")
    assert lines[0].startswith("organisation_id,created,delivered")
    assert lines[1].startswith(f"{own['organisation_id']},{own['created']},")
    overview = firm.get("/v1/statistics", params=window).json()
    assert overview["deliveries"]["created"] == own["created"]
    assert overview["plans"]["cancelled"] >= 1


def _own(city: Server, nth: int) -> str:
    found = [client for client in city.credentials["clients"] if client["role"] == "operator"]
    return str(found[nth]["organisation_id"])
