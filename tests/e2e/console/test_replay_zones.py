"""The replay shows zones as they were at the minute shown: in a real browser, by pixel."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import City, wait_for
from tests.e2e.console.test_replay import opened

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(600)]

# A place of its own: two squares beside each other, one that stays and one that comes and goes.
LAT, LON, HALF, APART = 22.845, 114.36, 0.003, 0.02
ZOOM = 13.5
PX_PER_DEG = 512 * 2**ZOOM / 360


def square(name: str, lon: float) -> dict[str, Any]:
    """Return a prohibited square around a place."""
    ring = [[lon + x * HALF, LAT + y * HALF] for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]
    properties = {"name": name, "restriction": "PROHIBITED", "lower_m": 0, "upper_m": 60, "datum": "AGL"}
    return {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": properties}


def red_at(page: Page, east_deg: float) -> int:
    """Return how many reddish pixels there are where a square so far east of the middle of the map would be."""
    box = page.locator(".replay-canvas .maplibregl-canvas").bounding_box()
    assert box is not None
    image = Image.open(io.BytesIO(page.screenshot(clip=box))).convert("RGB")
    pixels: Any = image.load()
    half = int(HALF * PX_PER_DEG) + 6
    middle = image.width // 2 + round(east_deg * PX_PER_DEG)
    colours = (
        pixels[x, y]
        for x in range(middle - half, middle + half)
        for y in range(image.height // 2 - half, image.height // 2 + half)
    )
    return sum(red > green + 30 and red > blue + 20 for red, green, blue in colours)


def test_zones_are_there_where_the_recording_begins(browser: Browser, city: City) -> None:
    """A replay from the whole second before anything was recorded has the zones of the city."""
    with city.client("regulator") as regulator:
        first = datetime.fromisoformat(regulator.get("/v1/replay/range").json()["from"].replace("Z", "+00:00"))
        zones = regulator.get("/v1/zones").json()["items"]
    prohibited = next(zone for zone in zones if zone["properties"]["restriction"] == "PROHIBITED")
    assert prohibited["geometry"]["type"] == "Polygon"
    # A corner: the zone's edge crosses what is looked at.
    lon, lat = prohibited["geometry"]["coordinates"][0][0][:2]
    query = f"&screen=replay&from={first:%Y-%m-%dT%H:%M:%SZ}&length=300&view={lat},{lon},{ZOOM}"
    page = opened(browser, city, query)
    expect(page.locator(".replay-banner")).to_be_visible(timeout=60_000)
    wait_for(lambda: red_at(page, 0.0) > 60, 60, "the edge of a zone of the city")
    page.context.close()


def test_a_zone_is_shown_while_it_stood_and_neither_before_nor_after(browser: Browser, city: City) -> None:
    """A zone published and withdrawn again is in the replay of the minute between; before and after there is none."""
    with city.client("regulator") as regulator:

        def recorded() -> datetime:
            return datetime.fromisoformat(regulator.get("/v1/replay/range").json()["to"].replace("Z", "+00:00"))

        def publish(name: str, lon: float) -> str:
            answer = regulator.post("/v1/zones", json=square(name, lon))
            assert answer.status_code == 201, answer.text
            return str(answer.json()["properties"]["zone_id"])

        def later_than(at: datetime) -> None:
            wait_for(lambda: recorded() > at + timedelta(seconds=12), 120, "twelve more seconds of recording")

        stays = publish("Stays", LON + APART)
        later_than(datetime.now(UTC))
        before = datetime.now(UTC) - timedelta(seconds=4)
        goes = publish("Comes and goes", LON)
        between = datetime.now(UTC) + timedelta(seconds=4)
        later_than(datetime.now(UTC))
        assert regulator.delete(f"/v1/zones/{goes}").status_code == 204
        after = datetime.now(UTC) + timedelta(seconds=4)
        later_than(datetime.now(UTC))
    shown = {}
    for name, at in (("before", before), ("between", between), ("after", after)):
        query = f"&screen=replay&from={at:%Y-%m-%dT%H:%M:%SZ}&length=300&view={LAT},{LON},{ZOOM}"
        page = opened(browser, city, query)
        expect(page.locator(".replay-banner")).to_be_visible(timeout=60_000)
        # The one that stays says that the zones of the instant are there and drawn.
        wait_for(lambda page=page: red_at(page, APART) > 100, 60, f"the zone that stays, {name}")
        page.wait_for_timeout(1_500)
        shown[name] = red_at(page, 0.0)
        page.context.close()
    with city.client("regulator") as regulator:
        assert regulator.delete(f"/v1/zones/{stays}").status_code == 204
    assert shown["before"] == 0
    assert shown["between"] > 100
    assert shown["after"] == 0
