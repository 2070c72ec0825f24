"""Search, cells, the board over time and the wall in a real browser, against the whole city."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import ROOT
from tests.e2e.conftest import City
from tests.e2e.console.pages import signed_in

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(240)]

SCREENS = ("approvals", "airspace", "logistics", "wall")
SIZES = ((1440, 900), (1920, 1080), (3840, 2160))


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
        expect(page.get_by_role("heading", level=1, name="Logistics board")).to_be_visible(timeout=30_000)
        page.keyboard.press("/")
        field = page.get_by_role("combobox")
        field.fill("talent park")
        expect(page.get_by_role("option").first).to_contain_text("Talent Park")
        field.press("Enter")
        drawer = page.get_by_role("complementary", name="Selection")
        expect(drawer).to_contain_text("Free pads, the next two hours", timeout=15_000)
        expect(drawer).to_contain_text("free", timeout=15_000)
        assert "site=st_talent_park" in page.url
        assert "screen=" not in page.url
        settled(page)
        page.keyboard.press("/")
        page.get_by_role("combobox").fill("22.60, 114.30")
        page.get_by_role("combobox").press("Enter")
        expect(page).to_have_url(re.compile(r"view=22\.\d+,114\.[23]\d*"), timeout=15_000)


def test_cells_are_drawn_by_load_and_kept_in_the_address(browser: Browser, city: City) -> None:
    """The layer is chosen in the legend, says what its colours mean, and a link brings it back."""
    with signed_in(browser, city, "dispatcher", "?lang=en") as page:
        settled(page)
        page.get_by_role("radio", name="Load").click()
        expect(page.get_by_text("Stronger: more flights planned now")).to_be_visible()
        expect(page).to_have_url(re.compile("cells=load"))
        page.reload()
        expect(page.get_by_role("radio", name="Load")).to_be_checked(timeout=30_000)
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
        expect(page.locator(".gantt-labels li").first).to_be_visible(timeout=30_000)
        panel = page.get_by_role("complementary", name="Selection")
        panel.get_by_role("button", name="Cancel the order…").click()
        panel.get_by_role("button", name="Cancel the order", exact=True).click()
        expect(panel).to_contain_text("Cancelled", timeout=30_000)
    with city.client("operator") as operator:
        assert operator.get(f"/v1/orders/{order['order_id']}").json()["state"] == "cancelled"


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


@pytest.mark.long
def test_screenshots_of_the_screens(browser: Browser, city: City, artifacts: Path) -> None:
    """Every screen is kept as a picture in both languages and three sizes; the wall has neither bar nor rail."""
    for screen in SCREENS:
        for lang in ("zh-CN", "en"):
            with signed_in(browser, city, "dispatcher", f"?lang={lang}&screen={screen}") as page:
                if screen != "logistics":
                    settled(page)
                if screen == "wall":
                    expect(page.locator(".wall-clock")).to_be_visible()
                    expect(page.locator(".top-bar")).to_be_hidden()
                # Four thousand pixels cost software rendering ten seconds a picture: one language is enough.
                for width, height in SIZES if lang == "zh-CN" else SIZES[:2]:
                    page.set_viewport_size({"width": width, "height": height})
                    page.wait_for_timeout(1_200)
                    page.screenshot(path=artifacts / f"{screen}-{lang}-{width}x{height}.png", timeout=120_000)
