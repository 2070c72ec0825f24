"""The history of zones in a real browser: an earlier version is looked at, compared, and published again."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import City, wait_for
from tests.e2e.console.pages import signed_in

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(600)]


def test_an_earlier_version_is_compared_and_restored(browser: Browser, city: City, artifacts: Path) -> None:
    """What differs from what holds is said; restoring goes through impact and publishing, also in Chinese."""
    ring = [[114.42, 22.82], [114.43, 22.82], [114.43, 22.83], [114.42, 22.83], [114.42, 22.82]]
    properties = {"name": "Kite field", "restriction": "CONDITIONAL", "lower_m": 0, "upper_m": 60, "datum": "AGL"}
    zone = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": properties}
    with city.client("regulator") as regulator:
        zone_id = regulator.post("/v1/zones", json=zone).json()["properties"]["zone_id"]
        changed = {**zone, "properties": {**properties, "upper_m": 90}}
        assert regulator.put(f"/v1/zones/{zone_id}", json=changed).status_code == 200
        with signed_in(browser, city, "regulator", "?lang=en&screen=airspace") as page:
            editor = page.get_by_role("region", name="Airspace editor")
            editor.get_by_role("button", name="History").click(timeout=60_000)
            history = editor.get_by_role("list", name="History of zones")
            history.get_by_role("button", name="Kite field").nth(1).click(timeout=60_000)
            expect(history).to_contain_text("60 m AGL → 90 m AGL", timeout=60_000)
            # Asked from outside: the page's policy forbids what wait_for_function would do inside.
            wait_for(lambda: page.evaluate("window.__hexlane?.mapIdle() ?? false"), 60, "the map at rest")
            page.screenshot(path=artifacts / "zone-history.png")
            history.get_by_role("button", name="Restore it…").click()
            editor.get_by_role("button", name="Publish…").click(timeout=60_000)
            editor.get_by_role("button", name="Publish the zone").click()
            expect(editor).to_contain_text("is in force as version 3", timeout=60_000)
            page.goto(f"{city.base_url}/?lang=zh-CN&screen=airspace")
            page.get_by_role("button", name="历史").click(timeout=60_000)
            expect(page.get_by_role("list", name="区域变更历史")).to_contain_text("现行", timeout=60_000)
        assert regulator.get(f"/v1/zones/{zone_id}").json()["properties"]["upper_m"] == 60
        assert regulator.delete(f"/v1/zones/{zone_id}").status_code == 204
