"""A parcel in a real browser against the whole city: created, promised, flown by a simulated drone, delivered, and told."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from sim.filing import departure_of
from sim.mission import mission_of_plan
from tests.e2e.conftest import City, wait_for
from tests.e2e.console.pages import signed_in
from tests.fakes import filing
from tests.fakes.flying import Flyer, Flying

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(580)]

ORIGIN, DESTINATION = "st_e2e_shop", "st_e2e_door"
# A lane of their own, south of everything else these tests fly.
SHOP, DOOR = (2_000.0, -2_600.0), (2_220.0, -2_600.0)


class _Peer:
    """What `Flying` asks of a server: where its bridge listens."""

    def __init__(self, city: City) -> None:
        self.mavlink_port = int(str(city.announced["mavlink_udp"]).rsplit(":", 1)[1])


def two_sites(city: City) -> None:
    """Publish two pads 220 m apart that nobody else uses."""
    with city.client("regulator") as regulator:
        for site_id, name, at in ((ORIGIN, "Test shop", SHOP), (DESTINATION, "Test door", DOOR)):
            lat, lon = filing.place(*at)
            feature = {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [lon, lat]},
                "properties": {"name": name, "pads": 2, "slot": {"prep_s": 5, "clear_s": 5, "turn_around_s": 10}},
            }
            answer = regulator.put(f"/v1/sites/{site_id}", json=feature)
            assert answer.status_code == 200, answer.text


def fly(firm: httpx.Client, fleet: Flying, flyer: Flyer, plan: dict[str, Any]) -> None:
    """Do what a pilot does: report ready, load the plan, activate as soon as it may be, take off."""
    ap = flyer.autopilot
    items = mission_of_plan(plan, fleet.world.altitudes, home_is_item_0=ap.habits.home_is_item_0)
    fleet.call(lambda: ap.load_mission(items))
    path = f"/v1/flight-plans/{plan['plan_id']}"
    assert firm.post(f"{path}/confirm").status_code == 200

    def activated() -> dict[str, Any] | None:
        answer = firm.post(f"{path}/activate")
        assert answer.status_code in (200, 409), answer.text
        found: dict[str, Any] = answer.json()
        return found if answer.status_code == 200 else None

    wait_for(activated, 240, "the flight to be activated")
    departs_at = departure_of(firm.get(path).json())
    wait_for(lambda: datetime.now(UTC) >= departs_at, 120, "the departure")
    fleet.depart(flyer)


def created(page: Page) -> None:
    """Fill in the form; what the service refuses stands there in words, what it takes opens as a story."""
    page.get_by_role("button", name="Orders", exact=True).click(timeout=60_000)
    board = page.get_by_role("region", name="Orders")
    board.get_by_role("button", name="New order").click()
    form = board.get_by_role("form", name="New order")
    form.get_by_label("From", exact=True).select_option(ORIGIN)
    form.get_by_label("To", exact=True).select_option(ORIGIN)
    form.get_by_label("Load (kg)").fill("1.25")
    form.get_by_label("Class").select_option("medical")
    form.get_by_label("Cold chain").check()
    form.get_by_role("button", name="Create the order").click()
    expect(form.get_by_role("alert")).to_contain_text("the same site", timeout=60_000)
    form.get_by_label("To", exact=True).select_option(DESTINATION)
    form.get_by_role("button", name="Create the order").click()
    expect(page.get_by_role("complementary", name="Selection")).to_contain_text("It was taken.", timeout=60_000)


def test_an_order_is_created_promised_flown_and_delivered_through_the_console(browser: Browser, city: City) -> None:
    """The whole story of a parcel stands on one page, step by step, while a simulated drone really carries it."""
    two_sites(city)
    fleet = Flying(_Peer(city))  # type: ignore[arg-type]
    try:
        with (
            city.client("operator") as firm,
            signed_in(browser, city, "operator", "?lang=en", expected="status of 422") as page,
        ):
            flyer = fleet.add(firm, *SHOP, height_m=None)
            carrier = {"site_id": ORIGIN, "payload_max_kg": 5, "battery_wh": 1300, "cold_chain": True, "turn_s": 5}
            answer = firm.put(f"/v1/carriers/{flyer.aircraft_id}", json=carrier)
            assert answer.status_code == 200, answer.text
            created(page)
            order = next(o for o in firm.get("/v1/orders").json()["items"] if o["destination_site_id"] == DESTINATION)
            path = f"/v1/orders/{order['order_id']}"

            def told() -> dict[str, Any]:
                found: dict[str, Any] = firm.get(path).json()
                return found

            wait_for(lambda: told()["state"] == "assigned", 60, "the order to have a flight")
            assert told()["aircraft_id"] == flyer.aircraft_id, told()
            # Nothing needs to be drawn while it flies.
            address = page.url
            page.goto("about:blank")
            fly(firm, fleet, flyer, firm.get(f"/v1/flight-plans/{told()['plan_id']}").json())
            wait_for(lambda: told()["state"] == "flying", 60, "the order to fly")
            wait_for(lambda: told()["state"] == "delivered", 240, "the order to be delivered")
            page.goto(address)
            page.get_by_role("button", name="Orders", exact=True).click(timeout=60_000)
            board = page.get_by_role("region", name="Orders")
            board.locator("tbody tr", has_text="Test door").first.click(timeout=60_000)
            story = page.get_by_role("complementary", name="Selection")
            expect(story.locator(".story li")).to_have_count(4, timeout=60_000)
            for line, words in enumerate(("Waiting", "Assigned", "Flying", "Delivered")):
                expect(story.locator(".story li").nth(line)).to_contain_text(words)
            states = [step["state"] for step in told()["story"]]
            assert states == ["created", "assigned", "flying", "delivered"]
            for said in (order["order_id"], "1.25 kg", "Medical", "cold chain", "Promised", "Delivered"):
                expect(story).to_contain_text(said)
            assert told()["promise"]["kept"] is True
    finally:
        with city.client("operator") as firm:
            for item in firm.get("/v1/carriers").json()["items"]:
                if item["site_id"] in (ORIGIN, DESTINATION):
                    firm.put(
                        f"/v1/carriers/{item['aircraft_id']}",
                        json={"site_id": item["site_id"], "state": "out_of_service"},
                    )
        fleet.close()
