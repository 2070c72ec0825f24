"""Orders that need a choice, given in a real browser to a simulated drone of the test's own and seen carried out."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from sim.vehicle import Landed
from tests.e2e.conftest import City, wait_for
from tests.e2e.console.pages import signed_in
from tests.fakes import filing
from tests.fakes.flying import Flying, connected

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(580)]

SITE_ID, SITE = "st_e2e_roof", "Test roof"
# A corner of their own, where nothing else of these tests flies.
START, ROOF = (6_500.0, -3_900.0), (6_600.0, -3_900.0)


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
    expect(newest).to_contain_text(order, timeout=30_000)
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
            question.get_by_role("button", name=re.compile("^Give the order")).click(timeout=30_000)
            expect_confirmed(drawer, "Set message rates")

            buttons.get_by_role("button", name="Reroute…").click()
            expect(question.get_by_role("alert")).to_contain_text("flies no plan", timeout=30_000)
            page.keyboard.press("Escape")
            expect(question).to_have_count(0)

            buttons.get_by_role("button", name="Land at a site…").click()
            choice = question.get_by_role("list", name="Land at a site").get_by_role("listitem").filter(has_text=SITE)
            expect(choice).to_contain_text("2 of 2 pads free", timeout=30_000)
            choice.get_by_role("button").click()
            expect(question.locator(".command-effect")).to_contain_text(f"flies to the site {SITE_ID}", timeout=30_000)
            question.get_by_role("button", name=re.compile("^Give the order")).click()
            again = question.get_by_role("button", name=re.compile("^Yes, give the order"))
            expect(again).to_be_visible(timeout=30_000)
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
