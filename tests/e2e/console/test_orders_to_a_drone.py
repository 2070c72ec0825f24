"""Orders that need a choice, given in a real browser to a simulated drone of the test's own and seen carried out."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, expect

from sim.vehicle import Landed
from tests.e2e.conftest import City, wait_for
from tests.e2e.console.pages import signed_in
from tests.fakes import filing
from tests.fakes.flying import Flyer, Flying, connected, expect_end, expect_given, until

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(580)]

SITE_ID, SITE = "st_e2e_roof", "Test roof"
# A corner of their own, where nothing else of these tests flies.
START, ROOF = (6_500.0, -3_900.0), (6_600.0, -3_900.0)
WAY = ((4_800.0, -2_700.0), (7_800.0, -2_700.0), (7_800.0, -1_700.0))
SLOWLY_MPS = 6.0
"""Another: east for eight minutes, round a corner, and north."""


class _Peer:
    """What `Flying` asks of a server: where its bridge listens."""

    def __init__(self, city: City) -> None:
        self.mavlink_port = int(str(city.announced["mavlink_udp"]).rsplit(":", 1)[1])


def publish_roof(city: City) -> None:
    """Publish a pad that nobody else uses."""
    lat, lon = filing.place(*ROOF)
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {"name": SITE, "name_zh": "测试楼顶", "pads": 2},
    }
    with city.client("regulator") as regulator:
        answer = regulator.put(f"/v1/sites/{SITE_ID}", json=feature)
        assert answer.status_code == 200, answer.text


def track_of(city: City, aircraft_id: str) -> str:
    """Return the track of an aircraft once the server draws it."""

    def found() -> str | None:
        with city.client("dispatcher") as dispatcher:
            items: list[dict[str, Any]] = dispatcher.get("/v1/tracks?limit=1000").json()["items"]
        return next((item["track_id"] for item in items if item["aircraft_id"] == aircraft_id), None)

    return str(wait_for(found, 60, "the track"))


def expect_confirmed(drawer: Locator, order: str) -> None:
    """Wait until the newest order stands as seen done; before that it may only be under way."""
    newest = drawer.get_by_role("list", name="Latest orders").get_by_role("listitem").first
    expect(newest).to_contain_text(order, timeout=60_000)
    expect(newest).to_have_attribute("data-standing", "confirmed", timeout=240_000)
    expect(newest).to_contain_text("Seen doing it")


def test_a_drone_is_sent_to_a_site_chosen_in_the_drawer(browser: Browser, city: City) -> None:
    """Rates are set, a reroute without a flight says why not, and a landing at a chosen site is confirmed on its pad.

    The landing is asked twice, and nothing is given before the second press.
    """
    publish_roof(city)
    fleet = Flying(_Peer(city))  # type: ignore[arg-type]
    try:
        with city.client("operator") as firm:
            flyer = fleet.add(firm, *START, height_m=25.0, home=(START[0] - 30.0, START[1]))
            connected(firm, flyer.aircraft_id)
        track_id = track_of(city, flyer.aircraft_id)
        with signed_in(browser, city, "dispatcher", f"?lang=en&track={track_id}") as page:
            drawer = page.get_by_role("complementary", name="Selection")
            buttons = drawer.get_by_role("group", name="Orders to the drone")
            question = drawer.locator(".command-question")

            buttons.get_by_role("button", name="More…").click(timeout=60_000)
            expect(buttons.get_by_role("button", name="Upload mission")).to_have_count(0)  # that is its firm's to do
            buttons.get_by_role("button", name="Set message rates…").click()
            question.get_by_role("button", name="2 Hz").click()
            question.get_by_role("button", name=re.compile("^Give the order")).click(timeout=60_000)
            expect_confirmed(drawer, "Set message rates")

            buttons.get_by_role("button", name="Reroute…").click()
            expect(question.get_by_role("alert")).to_contain_text("flies no plan", timeout=60_000)
            page.keyboard.press("Escape")
            expect(question).to_have_count(0)

            buttons.get_by_role("button", name="Land at a site…").click()
            choice = question.get_by_role("list", name="Land at a site").get_by_role("listitem").filter(has_text=SITE)
            expect(choice).to_contain_text("2 of 2 pads free", timeout=60_000)
            choice.get_by_role("button").click()
            expect(question.locator(".command-effect")).to_contain_text(f"flies to the site {SITE_ID}", timeout=60_000)
            question.get_by_role("button", name=re.compile("^Give the order")).click()
            again = question.get_by_role("button", name=re.compile("^Yes, give the order"))
            expect(again).to_be_visible(timeout=60_000)
            with city.client("dispatcher") as dispatcher:
                given = dispatcher.get(f"/v1/commands?aircraft_id={flyer.aircraft_id}").json()["items"]
            assert [item["type"] for item in given] == ["set_message_rates"], "given before it was confirmed"
            again.click()
            expect_confirmed(drawer, "Land at a site")
        vehicle = flyer.autopilot.vehicle
        assert vehicle.landed is Landed.ON_GROUND
        assert filing.metres(vehicle.lat_deg, vehicle.lon_deg) == pytest.approx(ROOF, abs=8.0)
    finally:
        fleet.close()


def depart_on_plan(fleet: Flying, firm: httpx.Client) -> tuple[Flyer, str]:
    """Return a drone that has taken off on an activated plan of its own, along `WAY`, and the plan."""
    flyer = fleet.add(firm, *WAY[0], height_m=None)
    check = f"/v1/aircraft/{flyer.aircraft_id}/commands/check"
    rates = {"type": "set_message_rates", "rates": {"SYS_STATUS": 1}}
    until(lambda: firm.post(check, json=rates).status_code == 200, 90.0, "the drone's link")
    points = [filing.point(*WAY[0], 0.0), *(filing.point(*corner, 50.0) for corner in WAY)]
    points[-1]["speed_mps"] = 2.5
    departs = datetime.now(UTC) + timedelta(seconds=10)
    body = filing.plan(flyer.aircraft_id, departs, [*points, filing.point(*WAY[-1], 0.0)], speed_mps=SLOWLY_MPS)
    plan_id = filing.expect_approved(firm, body)["plan_id"]
    expect_end(firm, expect_given(firm, flyer.aircraft_id, "upload_plan", plan_id=plan_id)["command_id"], "confirmed")
    activated = filing.step(firm, plan_id, "activate")
    assert activated.status_code == 200, activated.text
    fleet.depart(flyer)
    until(lambda: flyer.autopilot.vehicle.landed is Landed.IN_AIR)
    return flyer, plan_id


def expect_both_held(city: City, firm: httpx.Client, order: dict[str, Any], new_plan: dict[str, Any]) -> None:
    """Check that while an order is under way its flight's old plan and its new one both keep others out."""
    with city.client("operator", 1) as rival:
        aircraft_id = filing.register(rival)
        departs = datetime.fromisoformat(new_plan["departure_at"])
        new_way = filing.plan(aircraft_id, departs, new_plan["route"]["waypoints"], speed_mps=SLOWLY_MPS)
        there = filing.point(*WAY[1], 50.0, hold_s=600.0), filing.point(WAY[1][0] + 100.0, WAY[1][1], 50.0)
        old_way = filing.plan(aircraft_id, departs, list(there))
        answers = [filing.file(rival, body) for body in (new_way, old_way)]
    states = [filing.state_of(firm, order[name]) for name in ("plan_id", "new_plan_id")]
    found = filing.send(firm, "GET", f"/v1/commands/{order['command_id']}").json()
    assert found["state"] in ("queued", "sent", "accepted"), f"over before it was looked at: {found}"
    assert [answer.json()["state"] for answer in answers] == ["refused", "refused"], [a.text for a in answers]
    assert all("conflict_with_plan" in answer.text for answer in answers)
    assert states == ["activated", "approved"]


def order_the_straight_way(question: Locator, firm: httpx.Client, aircraft_id: str) -> dict[str, Any]:
    """Choose the straight way and give the order; where the flight has gone on too far meanwhile, choose again."""
    refusal = question.get_by_role("alert")

    def given() -> dict[str, Any] | None:
        items: list[dict[str, Any]] = firm.get(f"/v1/commands?aircraft_id={aircraft_id}").json()["items"]
        return next((item for item in items if item["type"] == "reroute"), None)

    told: list[str] = []
    for _ in range(3):
        ways = question.get_by_role("list", name="Reroute").get_by_role("listitem")
        ways.filter(has_text="Flies straight to where it was bound for").get_by_role("button").click(timeout=60_000)
        expect(question.locator(".command-effect")).to_be_visible(timeout=60_000)
        question.get_by_role("button", name=re.compile("^Give the order")).click()
        wait_for(lambda: given() or refusal.is_visible(), 120, "the order, or why not")
        order = given()
        if order is not None:
            return order
        told.append(refusal.inner_text())
        question.get_by_role("button", name="Choose a way again").click()
    pytest.fail(f"never given: {told}")


def test_a_flight_is_rerouted_by_a_way_chosen_in_the_drawer(browser: Browser, city: City) -> None:
    """The straight way is chosen and ordered; old and new airspace stay taken until the drone is seen flying it."""
    fleet = Flying(_Peer(city))  # type: ignore[arg-type]
    try:
        with city.client("operator") as firm, signed_in(browser, city, "dispatcher", "?lang=en") as page:
            flyer, plan_id = depart_on_plan(fleet, firm)
            page.goto(f"{city.base_url}/?lang=en&track={track_of(city, flyer.aircraft_id)}")
            drawer = page.get_by_role("complementary", name="Selection")
            buttons = drawer.get_by_role("group", name="Orders to the drone")
            question = drawer.locator(".command-question")
            buttons.get_by_role("button", name="Reroute…").click(timeout=60_000)
            order = order_the_straight_way(question, firm, flyer.aircraft_id)
            assert order["plan_id"] == plan_id
            new_plan = filing.send(firm, "GET", f"/v1/flight-plans/{order['new_plan_id']}").json()
            expect_both_held(city, firm, order, new_plan)
            expect_confirmed(drawer, "Reroute")
            assert filing.state_of(firm, plan_id) == "ended"
            assert filing.state_of(firm, order["new_plan_id"]) == "activated"
    finally:
        fleet.close()
