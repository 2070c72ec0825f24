"""The network screen in a real browser: sites and corridors made, changed and withdrawn, files in and out, people, ways."""

import json
from pathlib import Path
from typing import Any

import h3
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.conftest import City, wait_for
from tests.e2e.console.pages import signed_in

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(600)]

SITE, CORRIDOR, FILED = "st_e2e_yard", "co_e2e_way", "st_e2e_filed"
PLACE = "22.718000, 114.262000"


def in_force(city: City, what: str, item_id: str) -> dict[str, Any] | None:
    """Return a site or corridor as the service has it, None where it has none."""
    with city.client("regulator") as regulator:
        items: list[dict[str, Any]] = regulator.get(f"/v1/{what}").json()["items"]
    return next((item for item in items if item["id"] == item_id), None)


def clean(city: City) -> None:
    """Take away what an earlier run left."""
    with city.client("regulator") as regulator:
        for path in (f"/v1/sites/{SITE}", f"/v1/sites/{FILED}", f"/v1/corridors/{CORRIDOR}"):
            assert regulator.delete(path).status_code in (204, 404)
        for item in regulator.get("/v1/population/grids").json()["items"]:
            if item["state"] == "current":
                assert regulator.delete(f"/v1/population/grids/{item['grid_id']}").status_code == 204


def published(panel: Locator) -> None:
    """Publish what is in the form and say yes to what it does."""
    panel.get_by_role("button", name="Publish", exact=True).click()
    panel.locator(".zone-question").get_by_role("button", name="Publish", exact=True).click()


def opened_tab(page: Page, name: str) -> Locator:
    """Return the screen with one of its tabs in front."""
    panel = page.get_by_role("region", name="Sites and corridors")
    panel.get_by_role("radio", name=name, exact=True).click(timeout=60_000)
    return panel


def test_a_regulator_keeps_the_network(browser: Browser, city: City, artifacts: Path, tmp_path: Path) -> None:
    """Sites and corridors by hand and by file, people from a file, and what a way over them means: all of it read back."""
    clean(city)
    with signed_in(browser, city, "regulator", "?lang=en&screen=network") as page:
        by_hand(page, city, artifacts)
        by_file(page, city, tmp_path)
        people_below(page, artifacts, tmp_path)
    clean(city)
    for what, item_id in (("sites", SITE), ("sites", FILED), ("corridors", CORRIDOR)):
        assert in_force(city, what, item_id) is None, item_id
    with city.client("regulator") as regulator:
        assert regulator.get("/v1/population").json()["synthetic"] is True


def typed_times(start: Locator, panel: Locator) -> None:
    """What is no time is said, with what to type; the arrow keys step the part the caret is in; UTC is on hover."""
    start.fill("2031-03-32 07:00")
    start.blur()
    expect(start).to_have_attribute("aria-invalid", "true")
    expect(panel.get_by_role("alert")).to_have_text("There is no such time. Type Beijing time as 2026-03-02 08:00.")
    start.fill("2031/3/2 7:00")
    start.blur()
    expect(start).to_have_value("2031-03-02 07:00")
    expect(panel.get_by_role("alert")).to_have_count(0)
    start.press("Home")
    for _ in range(12):
        start.press("ArrowRight")
    start.press("ArrowUp")
    expect(start).to_have_value("2031-03-02 08:00")
    expect(start).to_have_attribute("title", "2031-03-02 00:00:00 UTC")


def by_hand(page: Page, city: City, artifacts: Path) -> None:
    """Hours, closures, slots, energy and directions of a site and all numbers of a corridor arrive as they were typed."""
    panel = opened_tab(page, "Sites")
    panel.get_by_role("button", name="New site").click()
    expect(panel).to_contain_text("Too few points")
    panel.get_by_label("Points (latitude, longitude, WGS-84)").fill(PLACE)
    panel.get_by_label("Id", exact=True).fill(SITE)
    panel.get_by_label("Name", exact=True).fill("Test yard")
    panel.get_by_label("Pads", exact=True).fill("3")
    panel.get_by_label("Battery swap (s)").fill("90")
    panel.get_by_label("Charger of a pad (W)").fill("1200")
    panel.get_by_label("Before take-off (s)").fill("45")
    panel.get_by_label("Approach from").fill("350-20, 90")
    expect(panel).to_contain_text("Directions are written as 350-20, 90-120")
    panel.get_by_label("Approach from").fill("350-20, 90-120")
    panel.get_by_role("radio", name="Weekly").click()
    panel.get_by_role("button", name="Add a closure").click()
    typed_times(panel.get_by_label("From", exact=True), panel)
    panel.get_by_label("To", exact=True).fill("2031-03-02T10:00")
    panel.get_by_role("button", name="Add a weekly closure").click()
    page.screenshot(path=artifacts / "network-site-en-1440x900.png")
    published(panel)
    expect(panel).to_contain_text("Test yard is in force, read back", timeout=60_000)
    site = in_force(city, "sites", SITE)
    assert site is not None
    told = site["properties"]
    assert (told["pads"], told["battery_swap_s"], told["charging_w"]) == (3, 90.0, 1200.0)
    assert told["slot"]["prep_s"] == 45.0
    assert told["approach_deg"] == [[350.0, 20.0], [90.0, 120.0]]
    assert told["opening_hours"][0]["weekly"][0]["from"] == "08:00"
    weekly, dated = told["closures"]
    assert weekly["weekly"] == [{"days": ["SU"], "from": "10:00", "to": "12:00"}]
    assert dated["starts_at"] == "2031-03-02T00:00:00Z"

    panel.get_by_role("button", name="Change Test yard").click()
    panel.get_by_label("State").select_option("closed")
    published(panel)
    expect(panel).to_contain_text("Test yard is in force, read back", timeout=60_000)
    changed = in_force(city, "sites", SITE)
    assert changed is not None
    assert changed["properties"] == {**told, "open": False}

    panel = opened_tab(page, "Corridors")
    panel.get_by_role("button", name="New corridor").click()
    panel.get_by_label("Points (latitude, longitude, WGS-84)").fill(f"{PLACE}\n22.722, 114.270")
    panel.get_by_label("Id", exact=True).fill(CORRIDOR)
    panel.get_by_label("Name", exact=True).fill("Test way")
    panel.get_by_label("Direction").select_option("forward")
    panel.get_by_label("Capacity (flights at once)").fill("4")
    panel.get_by_label("Speed limit (m/s)").fill("12")
    panel.get_by_label("Layer", exact=True).fill("L1")
    page.screenshot(path=artifacts / "network-corridor-en-1440x900.png")
    published(panel)
    expect(panel).to_contain_text("Test way is in force, read back", timeout=60_000)
    corridor = in_force(city, "corridors", CORRIDOR)
    assert corridor is not None
    values = corridor["properties"]
    assert (values["direction"], values["capacity"], values["speed_mps"], values["layer"]) == ("forward", 4, 12.0, "L1")

    panel.get_by_role("button", name="Change Test way").click()
    panel.get_by_role("button", name="Withdraw").click()
    panel.locator(".zone-question").get_by_role("button", name="Withdraw").click()
    expect(panel).to_contain_text("Test way is withdrawn, read back", timeout=60_000)
    assert in_force(city, "corridors", CORRIDOR) is None


def by_file(page: Page, city: City, tmp_path: Path) -> None:
    """Everything wrong in a file stands there by line; a good one says what it adds; the export holds it."""
    lon, lat = 114.262, 22.718
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {"site_id": FILED, "name": "Filed yard", "pads": 2},
    }
    good, bad = tmp_path / "good.geojson", tmp_path / "bad.geojson"
    good.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}, indent=1))
    wrong = {**feature, "properties": {**feature["properties"], "pads": 0}}  # type: ignore[dict-item]
    bad.write_text(json.dumps({"type": "FeatureCollection", "features": [wrong]}, indent=1))
    panel = opened_tab(page, "Files")
    choose = panel.locator(".file-field").get_by_role("button")
    choose.focus()
    with page.expect_file_chooser() as asked:
        choose.press("Enter")
    asked.value.set_files(bad)
    expect(panel.locator(".file-field")).to_contain_text("bad.geojson")
    panel.get_by_role("button", name="Look", exact=False).first.click()
    expect(panel.locator(".import-faults")).to_contain_text("pads is a whole number from 1 to 1000", timeout=60_000)
    expect(panel.get_by_role("button", name="Import and publish")).to_have_count(0)
    panel.locator("input[type=file]").set_input_files(good)
    panel.get_by_role("button", name="Look", exact=False).first.click()
    expect(panel).to_contain_text("Sites: 1 new, 0 changed, 0 the same, 0 withdrawn", timeout=60_000)
    panel.get_by_role("button", name="Import and publish").click()
    panel.locator(".zone-question").get_by_role("button", name="Import and publish").click()
    expect(panel).to_contain_text("Imported and read back", timeout=60_000)
    assert in_force(city, "sites", FILED) is not None
    with page.expect_download() as waited:
        panel.get_by_role("link", name="Whole network (GeoJSON)").click()
    exported = json.loads(Path(waited.value.path()).read_text("utf-8"))
    assert FILED in {item["properties"].get("site_id") for item in exported["features"]}
    with page.expect_download() as waited:
        panel.get_by_role("link", name="Routes in the regulator's fields (CSV)").click()
    assert Path(waited.value.path()).read_text("utf-8").startswith("wayId,wayName")


def people_below(page: Page, artifacts: Path, tmp_path: Path) -> None:
    """The synthetic grid is named as such; a file is checked, put in force and withdrawn; a way tells its exposure."""
    cell = h3.latlng_to_cell(22.718, 114.262, 9)
    good, bad = tmp_path / "people.csv", tmp_path / "bad.csv"
    good.write_text(f"# source: count of the test\nh3,people_per_km2\n{cell},40\n")
    bad.write_text(f"h3,people_per_km2\n{cell},-4\n")
    panel = opened_tab(page, "People")
    expect(panel.get_by_text("Synthetic grid")).to_be_visible(timeout=60_000)
    wait_for(lambda: page.evaluate("window.__hexlane ? window.__hexlane.mapIdle() : false"), 90, "the map at rest")
    page.screenshot(path=artifacts / "network-people-en-1440x900.png")
    panel.locator("input[type=file]").set_input_files(bad)
    panel.get_by_role("button", name="Look", exact=False).first.click()
    expect(panel.locator(".import-faults")).to_contain_text("line 2", timeout=60_000)
    panel.locator("input[type=file]").set_input_files(good)
    panel.get_by_label("Places the file does not name").select_option("empty")
    panel.get_by_role("button", name="Look", exact=False).first.click()
    expect(panel).to_contain_text("Usable: 1 values", timeout=60_000)
    panel.get_by_role("button", name="Put in force").click()
    panel.locator(".zone-question").get_by_role("button", name="Put in force").click()
    expect(panel).to_contain_text("In force, read back: count of the test", timeout=60_000)
    panel.get_by_role("button", name="Withdraw the grid").click()
    panel.locator(".zone-question").get_by_role("button", name="Withdraw the grid").click()
    expect(panel.get_by_text("Synthetic grid")).to_be_visible(timeout=60_000)

    panel = opened_tab(page, "Ways")
    panel.get_by_label("From", exact=True).select_option("st_talent_park")
    panel.get_by_label("To", exact=True).select_option("st_happy_coast")
    panel.get_by_role("button", name="Find ways").click()
    expect(panel.locator(".network-ways li").first).to_contain_text("Exposed within", timeout=60_000)
    expect(panel).to_contain_text("levels can be flown")
    page.screenshot(path=artifacts / "network-ways-en-1440x900.png")
