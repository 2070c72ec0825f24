"""Which way a corridor is flown is seen on the map, by pixel in a real browser."""

import io
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route

from tests.e2e.conftest import City, wait_for
from tests.e2e.console.pages import signed_in

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(240)]

# A place of its own, north of the city; the corridor crosses the middle of the map from west to east.
LAT, LON = 22.93, 114.30
LINE = (0x9F, 0xAD, 0xB5)
"""The colour of corridors on the light map (`corridorLine` in web/src/map/palette.ts)."""


def shown(page: Page, direction: str, *, turned: bool = False) -> None:
    """Let the service say that there is one corridor, filed from west to east or from east to west."""
    ends = [[LON - 0.06, LAT], [LON + 0.06, LAT]]
    properties = {
        "corridor_id": "co_arrow",
        "name": "Arrow",
        "width_m": 60.0,
        "lower_m": 40.0,
        "upper_m": 110.0,
        "datum": "AGL",
        "direction": direction,
        "speed_mps": 15.0,
        "segment_s": 60.0,
        "capacity": 4,
    }
    line = {"type": "LineString", "coordinates": ends[::-1] if turned else ends}
    feature = {"type": "Feature", "id": "co_arrow", "geometry": line, "properties": properties}

    def answer(route: Route) -> None:
        found = route.fetch()
        body: dict[str, Any] = found.json()
        for name in ("items", "features"):
            if name in body:
                body[name] = [feature]
        route.fulfill(response=found, json=body)

    page.route("**/v1/corridors*", answer)
    page.reload()
    wait_for(lambda: page.evaluate("window.__hexlane?.mapIdle() ?? false"), 60, "the map at rest")


def arrow(page: Page) -> tuple[int, float]:
    """Return how many pixels of arrows stand beside the line, and how far ahead (east) of their tails the tips are, in pixels."""
    box = page.locator(".map-canvas .maplibregl-canvas").bounding_box()
    assert box is not None
    half = 150
    left, top = box["x"] + box["width"] / 2 - half, box["y"] + box["height"] / 2 - 12
    clip: Any = {"x": left, "y": top, "width": 2 * half, "height": 24}
    image = Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB")
    pixels: Any = image.load()

    def like(x: int, y: int) -> bool:
        return bool(sum(abs(is_ - should) for is_, should in zip(pixels[x, y], LINE, strict=True)) < 60)

    # The line itself is a row full of its colour; an arrow reaches three pixels above and below it.
    line = max(range(24), key=lambda y: sum(like(x, y) for x in range(2 * half)))
    beside = {dy: [x for x in range(2 * half) for y in (line - dy, line + dy) if like(x, y)] for dy in (2, 3)}
    count = len(beside[2]) + len(beside[3])
    if not beside[2] or not beside[3]:
        return count, 0.0
    mean = {dy: sum(places) / len(places) for dy, places in beside.items()}
    return count, mean[2] - mean[3]


def test_a_corridor_flown_one_way_says_which(browser: Browser, city: City) -> None:
    """Arrows point from the first point on when flown forward, the other way when backward, and there are none both ways."""
    query = f"?lang=en&theme=light&hide=labels,trails,zones,sites&view={LAT},{LON},12.4"
    with signed_in(browser, city, "dispatcher", query) as page:
        told: dict[tuple[str, bool], tuple[int, float]] = {}
        for direction, turned in (("forward", False), ("backward", False), ("forward", True), ("both", False)):
            shown(page, direction, turned=turned)
            if direction == "both":
                page.wait_for_timeout(1_500)
            else:
                wait_for(lambda: arrow(page)[0] > 8, 20, f"arrows of a corridor flown {direction}")
            told[direction, turned] = arrow(page)
            page.unroute("**/v1/corridors*")
    assert told["forward", False][1] > 0.4, told
    assert told["backward", False][1] < -0.4, told
    assert told["forward", True][1] < -0.4, told
    assert told["both", False][0] <= 4, told
