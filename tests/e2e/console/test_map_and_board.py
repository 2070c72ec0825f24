"""Search, cells, the board over time and the wall in a real browser, against the whole city."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.conftest import ROOT
from tests.e2e.conftest import City, wait_for
from tests.e2e.console.pages import signed_in
from tests.fakes import filing

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(600)]

SCREENS = ("approvals", "airspace", "logistics", "wall")


def settled(page: Page) -> None:
    """Wait until the map is at rest."""
    for _ in range(900):
        if page.evaluate("window.__hexlane ? window.__hexlane.mapIdle() : false"):
            return
        page.wait_for_timeout(100)
    pytest.fail("the map never came to rest")


def test_anything_is_found_from_anywhere_and_brought_to_the_middle(browser: Browser, city: City) -> None:
    """The slash opens the search on any screen; a site opens its panel with free pads, a position moves the map."""
    with signed_in(browser, city, "dispatcher", "?lang=en&screen=logistics") as page:
        expect(page.get_by_role("heading", level=1, name="Logistics board")).to_be_visible(timeout=60_000)
        page.keyboard.press("/")
        field = page.get_by_role("combobox")
        field.fill("talent park")
        expect(page.get_by_role("option").first).to_contain_text("Talent Park")
        field.press("Enter")
        drawer = page.get_by_role("complementary", name="Selection")
        expect(drawer).to_contain_text("Free pads, the next two hours", timeout=60_000)
        expect(drawer).to_contain_text("free", timeout=60_000)
        assert "site=st_talent_park" in page.url
        assert "screen=" not in page.url
        settled(page)
        page.keyboard.press("/")
        page.get_by_role("combobox").fill("22.60, 114.30")
        page.get_by_role("combobox").press("Enter")
        expect(page).to_have_url(re.compile(r"view=22\.\d+,114\.[23]\d*"), timeout=60_000)
        # A firm's name filters the map to its drones, and the filter is in the address.
        page.keyboard.press("/")
        page.get_by_role("combobox").fill("demo logistics a")
        expect(page.get_by_role("option").first).to_contain_text("Firm")
        page.get_by_role("combobox").press("Enter")
        expect(page).to_have_url(re.compile(r"[?&]firm=org_\w+"), timeout=60_000)


def test_a_map_without_airspace_says_that_it_is_still_read(browser: Browser, city: City) -> None:
    """While zones have not come, an empty map does not pass for an open sky; once they have, nothing is said."""
    with signed_in(browser, city, "dispatcher", "?lang=zh-CN") as page:
        held: list[Route] = []

        def hold(route: Route) -> None:
            held.append(route)

        page.route("**/v1/zones*", hold)
        page.reload(wait_until="commit")
        waiting = page.get_by_text("正在读取空域数据：地图上还没有区域、走廊和起降点。")
        expect(waiting).to_be_visible(timeout=30_000)
        # What waits is answered, and what comes after is let through.
        while held:
            held.pop(0).continue_()
        page.unroute("**/v1/zones*")
        expect(waiting).to_have_count(0, timeout=30_000)


def test_what_is_open_stands_in_the_address(browser: Browser, city: City) -> None:
    """A link opens the list of plans at its filter, and a tab of the fleet with what was typed there."""
    with signed_in(browser, city, "dispatcher", "?lang=en&list=plans&plans=refused") as page:
        plans = page.locator(".plans")
        expect(plans.get_by_role("radio", name="Refused", exact=True)).to_be_checked(timeout=60_000)
        plans.get_by_role("radio", name="All", exact=True).click()
        expect(page).not_to_have_url(re.compile("plans=refused"))
        page.keyboard.press("q")
        expect(page).not_to_have_url(re.compile("list=plans"))
    with signed_in(browser, city, "dispatcher", "?lang=en&screen=fleet&find=no+such+vehicle") as page:
        expect(page.get_by_role("searchbox")).to_have_value("no such vehicle", timeout=60_000)
        page.get_by_role("tab", name="Sites").click()
        expect(page).to_have_url(re.compile("tab=sites"))


def test_cells_are_drawn_by_load_and_kept_in_the_address(browser: Browser, city: City) -> None:
    """The layer is chosen in the legend, says what its colours mean, and a link brings it back."""
    with signed_in(browser, city, "dispatcher", "?lang=en") as page:
        settled(page)
        page.get_by_role("radio", name="Load").click()
        expect(page.get_by_text("Stronger: more flights planned now")).to_be_visible()
        expect(page).to_have_url(re.compile("cells=load"))
        page.reload()
        expect(page.get_by_role("radio", name="Load")).to_be_checked(timeout=60_000)
        settled(page)


def test_the_board_shows_vehicles_and_cancels_an_order(browser: Browser, city: City) -> None:
    """A carrier has a row of its own; cancelling an order is asked, done and verified."""
    with city.client("operator") as operator:
        aircraft_id = operator.get("/v1/aircraft").json()["items"][3]["aircraft_id"]
        carrier = {"site_id": "st_happy_coast", "payload_max_kg": 5, "battery_wh": 1300}
        assert operator.put(f"/v1/carriers/{aircraft_id}", json=carrier).status_code == 200
        body = {"origin_site_id": "st_happy_coast", "destination_site_id": "st_talent_park", "payload_kg": 1}
        order = operator.post("/v1/orders", json=body).json()
    with signed_in(browser, city, "dispatcher", f"?lang=en&screen=logistics&order={order['order_id']}") as page:
        expect(page.locator(".gantt-labels li").first).to_be_visible(timeout=60_000)
        panel = page.get_by_role("complementary", name="Selection")
        panel.get_by_role("button", name="Cancel the order…").click()
        panel.get_by_role("button", name="Cancel the order", exact=True).click()
        expect(panel).to_contain_text("Cancelled", timeout=60_000)
    with city.client("operator") as operator:
        assert operator.get(f"/v1/orders/{order['order_id']}").json()["state"] == "cancelled"


def test_an_order_is_dragged_to_another_vehicle(browser: Browser, city: City) -> None:
    """Dropping a bar on another row asks first; the second press gives the order and the service's answer is read back."""
    with city.client("operator", 1) as operator:
        vehicles = [filing.register(operator), filing.register(operator)]
        for aircraft_id in vehicles:
            told = {"site_id": "st_happy_coast", "payload_max_kg": 5, "battery_wh": 1300}
            assert operator.put(f"/v1/carriers/{aircraft_id}", json=told).status_code == 200
        # Booked a quarter of an hour ahead, and so still on the ground when a slow browser has drawn the board.
        ready_at = (datetime.now(UTC) + timedelta(minutes=12)).isoformat()
        body = {"origin_site_id": "st_happy_coast", "destination_site_id": "st_talent_park", "payload_kg": 1}
        body |= {"ready_at": ready_at}
        order_id = operator.post("/v1/orders", json=body).json()["order_id"]

        def assigned() -> dict[str, str] | None:
            found: dict[str, str] = operator.get(f"/v1/orders/{order_id}").json()
            return found if found["state"] == "assigned" else None

        before = wait_for(assigned, 60, "the order to be on a flight")
        (other,) = [item for item in vehicles if item != before["aircraft_id"]]
        names = {item["aircraft_id"]: item["registration"] for item in operator.get("/v1/aircraft").json()["items"]}
    with signed_in(browser, city, "dispatcher", f"?lang=en&screen=logistics&order={order_id}") as page:
        row = page.locator(".gantt-labels li", has_text=names[other])
        home = page.locator(".gantt-labels li", has_text=names[before["aircraft_id"]])
        expect(row).to_be_visible(timeout=60_000)
        row.scroll_into_view_if_needed()
        expect(home).to_be_visible()

        def its_bar() -> Any:
            place = home.bounding_box()
            assert place is not None
            boxes = [bar.bounding_box() for bar in page.locator(".gantt-bar[data-movable='true']").all()]
            inside = [b for b in boxes if b is not None and place["y"] <= b["y"] <= place["y"] + place["height"]]
            return inside[0] if inside else None

        bar = wait_for(its_bar, 60, "the bar of the order")
        target = row.bounding_box()
        assert target is not None
        page.mouse.move(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2)
        page.mouse.down()
        page.mouse.move(bar["x"] + bar["width"] / 2, target["y"] + target["height"] / 2, steps=6)
        expect(page.locator(".gantt-drop")).to_have_attribute("data-allowed", "true")
        page.mouse.up()
        question = page.get_by_role("group", name="Reassign")
        expect(question).to_contain_text(f"goes with {names[other]}")
        question.get_by_role("button", name=f"Give it to {names[other]}").click()
        expect(page.get_by_text(f"Verified: the order now goes with {names[other]}")).to_be_visible(timeout=60_000)
    with city.client("operator", 1) as operator:
        assert operator.get(f"/v1/orders/{order_id}").json()["aircraft_id"] == other
        assert operator.post(f"/v1/orders/{order_id}/cancel").status_code == 200


def test_nothing_serious_stands_against_the_accessibility_of_the_screens(browser: Browser, city: City) -> None:
    """axe-core finds no serious or critical fault on any of them, in either theme."""
    axe = (ROOT / "web/node_modules/axe-core/axe.min.js").read_text("utf-8")
    found: list[str] = []
    for screen, theme in [(name, "dark") for name in SCREENS] + [("approvals", "light"), ("airspace", "light")]:
        with signed_in(browser, city, "dispatcher", f"?lang=en&theme={theme}&screen={screen}") as page:
            page.wait_for_timeout(2_500)
            page.evaluate(axe)
            result = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
            for fault in result["violations"]:
                if fault["impact"] in ("serious", "critical"):
                    found += [f"{screen} {theme}: {fault['id']} {node['target']}" for node in fault["nodes"][:3]]
    assert found == []
