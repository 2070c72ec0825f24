"""The console magnified twice, as somebody reads it who needs large letters: nothing leaves the screen."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Locator, Route, expect

from tests.e2e.conftest import City
from tests.e2e.console.pages import signed_in

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(240)]

# 1440x900 at 200 %: the browser lays out this many CSS pixels.
WIDTH, HEIGHT = 720, 450


def whole(what: Locator) -> bool:
    """Tell whether all of something stands on the screen."""
    box = what.bounding_box()
    assert box is not None, what
    right, bottom = box["x"] + box["width"], box["y"] + box["height"]
    return box["x"] >= 0 and box["y"] >= 0 and right <= WIDTH and bottom <= HEIGHT


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_what_matters_is_on_the_screen(browser: Browser, city: City, lang: str) -> None:
    """Connection, clock, buttons of the bar and the number of alerts are seen; the legend gives its room to alerts."""
    now = datetime.now(UTC).isoformat()

    def alerts(route: Route) -> None:
        words = {"detail": "Link lost", "detail_zh": "失联", "raised_at": now, "updated_at": now}
        alert = {"kind": "link_lost", "severity": "warning", "status": "raised", **words}
        route.fulfill(json={"items": [{**alert, "alert_id": f"al_{n}"} for n in range(12)], "next_cursor": None})

    with signed_in(browser, city, "dispatcher", f"?lang={lang}", size=(WIDTH, HEIGHT)) as page:
        page.route("**/v1/alerts?*", alerts)
        page.reload(wait_until="commit")
        rail = page.locator(".left-rail .alerts")
        expect(rail.locator(".alerts-list")).to_be_visible(timeout=60_000)
        for name in (".feed-health", ".clock", ".language", ".screen-alerts"):
            assert whole(page.locator(name)), name
        for button in page.locator(".top-buttons button").all():
            assert whole(button), button
        last = page.locator(".top-actions button").last
        last.focus()
        last.scroll_into_view_if_needed()
        assert whole(last)
        box = rail.bounding_box()
        assert box is not None
        assert box["height"] >= 150
        assert whole(rail)
        assert whole(page.locator(".legend"))
