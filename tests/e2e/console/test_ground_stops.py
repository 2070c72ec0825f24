"""A ground stop in force in a real browser: said over the screens and drawn where nothing departs."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import City, wait_for
from tests.e2e.console.pages import signed_in

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(600)]

# The lake and hills north of Talent Park: one site lies inside.
LAT, LON, RADIUS_M = 22.516, 113.943, 1_500.0
REASON = "Kite festival over the bay"
AMBER = {"dark": (255, 176, 46), "light": (184, 106, 0)}


@contextmanager
def stopped(city: City, area: dict[str, Any], reason: str = REASON, minutes: int = 45) -> Iterator[None]:
    """Let a ground stop stand meanwhile."""
    body = {**area, "reason": reason, "until": (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()}
    with city.client("dispatcher") as dispatcher:
        answer = dispatcher.post("/v1/ground-stops", json=body)
        assert answer.status_code == 201, answer.text
        try:
            yield
        finally:
            dispatcher.delete(f"/v1/ground-stops/{answer.json()['ground_stop_id']}")


def circle() -> dict[str, Any]:
    """Return a circle about the place."""
    return {"geometry": {"type": "Point", "coordinates": [LON, LAT]}, "radius_m": RADIUS_M}


def amber(page: Page, theme: str) -> int:
    """Return how many pixels of the middle of the map have the colour of what needs attention."""
    box = page.locator(".map-canvas .maplibregl-canvas").bounding_box()
    assert box is not None
    half = 260.0
    left, top = box["x"] + box["width"] / 2 - half, box["y"] + box["height"] / 2 - half
    clip: Any = {"x": left, "y": top, "width": 2 * half, "height": 2 * half}
    image = Image.open(io.BytesIO(page.screenshot(clip=clip)))
    red, green, blue = AMBER[theme]
    pixels: Any = image.convert("RGB").load()
    near = (
        abs(r - red) + abs(g - green) + abs(b - blue) < 60
        for r, g, b in (pixels[x, y] for x in range(int(2 * half)) for y in range(int(2 * half)))
    )
    return sum(near)


@pytest.mark.parametrize(
    ("lang", "theme", "notice", "where", "until"),
    [
        ("en", "dark", "Departures are stopped", "1.5 km about", r"until \d\d:\d\d Beijing time \(4\d minutes left\)"),
        ("zh-CN", "light", "停飞中", "半径 1.5 公里", r"至北京时间 \d\d:\d\d（还有 4\d 分钟）"),
    ],
)
def test_a_stop_is_said_and_drawn_and_leaves_when_it_is_lifted(
    browser: Browser, city: City, lang: str, theme: str, notice: str, where: str, until: str
) -> None:
    """Where, until when and why stand over the map, the area is drawn on it; lifted, neither is there any more."""
    query = f"?lang={lang}&theme={theme}&hide=labels,trails&view={LAT},{LON},13.2"
    with signed_in(browser, city, "dispatcher", query) as page:
        said = page.get_by_role("region", name=notice)
        wait_for(lambda: page.evaluate("window.__hexlane?.mapIdle() ?? false"), 60, "the map at rest")
        expect(said).to_have_count(0)
        before = amber(page, theme)
        with stopped(city, circle()):
            expect(said).to_contain_text(REASON, timeout=60_000)
            expect(said).to_contain_text(where)
            expect(said).to_contain_text(re.compile(until))
            # The edge of the circle alone is some hundreds of pixels.
            wait_for(lambda: amber(page, theme) > before + 800, 20, "the stop drawn on the map")
        expect(said).to_have_count(0, timeout=60_000)
        wait_for(lambda: amber(page, theme) < before + 200, 20, "the map without the stop")


def test_a_stop_of_the_whole_city_is_told_on_every_screen_and_leads_to_the_map(browser: Browser, city: City) -> None:
    """A page that covers the map says it in its bar, which leads to the map and all of it; the wall says it too."""
    ring = [[113.5, 22.2], [114.9, 22.2], [114.9, 23.05], [113.5, 23.05], [113.5, 22.2]]
    with (
        stopped(city, {"geometry": {"type": "Polygon", "coordinates": [ring]}}, "Typhoon", 30),
        stopped(city, circle(), minutes=90),
        signed_in(browser, city, "regulator", "?lang=en&screen=indicators") as page,
    ):
        page.get_by_role("button", name=re.compile(r"Departures are stopped until \d\d:\d\d 1 more")).click(
            timeout=60_000
        )
        expect(page.locator(".map")).to_have_attribute("data-seen", "true")
        said = page.get_by_role("region", name="Departures are stopped")
        expect(said).to_contain_text("The whole city")
        expect(said).to_contain_text("Typhoon")
        expect(said).not_to_contain_text(REASON)
        said.get_by_role("button", name="1 more").click()
        expect(said).to_contain_text(REASON)
        said.get_by_role("button", name="Show on the map").nth(1).click()
        expect(page).to_have_url(re.compile(r"view=22\.5\d+,113\.9\d+,1[2-4]"), timeout=60_000)
        page.keyboard.press("g")
        page.keyboard.press("w")
        expect(said).to_contain_text("Typhoon", timeout=60_000)
        expect(said.get_by_role("button")).to_have_count(0)


def test_a_site_inside_a_stop_says_so(browser: Browser, city: City) -> None:
    """The panel of a site in the area says that nothing departs, until when and why."""
    with (
        stopped(city, circle()),
        signed_in(browser, city, "operator", "?lang=en&site=st_talent_park&centre=1") as page,
    ):
        panel = page.get_by_role("complementary", name="Selection")
        expect(panel).to_contain_text("No departures", timeout=60_000)
        expect(panel).to_contain_text(REASON)


def test_it_is_said_when_nobody_knows_whether_a_stop_stands(browser: Browser, city: City) -> None:
    """When the list cannot be read the console does not look as if there were none."""
    with signed_in(browser, city, "dispatcher", "?lang=en", expected="status of 503") as page:
        page.route("**/v1/ground-stops", lambda route: route.fulfill(status=503, json={"code": "store_unavailable"}))
        page.reload()
        expect(page.get_by_text("It is not known whether a ground stop holds")).to_be_visible(timeout=60_000)
        page.unroute("**/v1/ground-stops")
        expect(page.get_by_text("It is not known whether a ground stop holds")).to_have_count(0, timeout=60_000)
