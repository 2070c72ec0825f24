"""The checklist of degraded operation in a real browser: it shows by itself, waits while nobody answers, and by hand."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.conftest import City
from tests.e2e.console.pages import signed_in
from tests.fakes import filing

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(600)]


def _silent(page: Page) -> None:
    """Let the service say that surveillance is lost, as it does while a feed is silent."""

    def answer(route: Route) -> None:
        found = route.fetch()
        body = found.json()
        body["needed"] = [{"kind": "surveillance", "cause": "surveillance_lost", "alert_id": None}]
        route.fulfill(response=found, json=body)

    page.route("**/v1/checklists/current", answer)


def test_a_list_shows_by_itself_and_is_ticked(browser: Browser, city: City, artifacts: Path) -> None:
    """Needed, it stands over the map with its next step; ticked, the person stands in the service's record."""
    with signed_in(browser, city, "dispatcher", "?lang=en") as page:
        _silent(page)
        page.reload()
        notice = page.get_by_role("region", name="Surveillance is lost")
        expect(notice).to_contain_text("0 of 7 steps", timeout=60_000)
        notice.get_by_role("checkbox").first.click()
        expect(notice).to_contain_text("1 of 7 steps", timeout=60_000)
        notice.get_by_role("button", name="Show the steps").click()
        expect(notice.get_by_role("checkbox")).to_have_count(7)
        page.screenshot(path=artifacts / "checklist-notice.png")
        with city.client("regulator") as regulator:
            listed = regulator.get("/v1/checklists/current").json()["open"]
        assert [item["steps"][0]["name"] for item in listed] == ["demo-dispatcher"]
        page.goto(f"{city.base_url}/?lang=zh-CN&screen=checklists&theme=light")
        card = page.get_by_role("region", name="监视中断")
        card.get_by_label("结束说明").fill("演练结束", timeout=60_000)
        page.screenshot(path=artifacts / "checklists-zh.png")
        card.get_by_role("button", name="关闭检查单").click()
        expect(page.get_by_role("region", name="以往检查单")).to_contain_text("演练结束", timeout=60_000)


def test_what_is_ticked_while_nobody_answers_is_sent_afterwards(browser: Browser, city: City) -> None:
    """A tick that cannot be sent waits with its own time, says so, and stands in the record once it can."""
    with signed_in(browser, city, "dispatcher", "?lang=en&screen=checklists") as page:
        card = page.get_by_role("region", name="The centre fails")
        card.get_by_role("button", name="Start the list").click(timeout=60_000)
        expect(card.get_by_role("button", name="Close the list")).to_be_visible(timeout=60_000)
        page.route("**/v1/checklists", lambda route: route.fulfill(status=409, json={"code": "store_unavailable"}))
        card.get_by_role("checkbox").nth(1).click()
        expect(card).to_contain_text("sent when the service is back", timeout=60_000)
        page.unroute("**/v1/checklists")
        expect(card).to_contain_text("demo-dispatcher", timeout=60_000)
        expect(card).not_to_contain_text("sent when the service is back")
        card.get_by_role("button", name="Close the list").click()
        expect(card.get_by_role("button", name="Start the list")).to_be_visible(timeout=60_000)


def test_a_ground_stop_is_declared_and_lifted(browser: Browser, city: City) -> None:
    """A circle where nobody flies: the first press says what it will do, the service's own list is shown, and it is lifted."""
    lat_deg, lon_deg = filing.place(-9_000.0, 9_000.0)

    def standing() -> list[str]:
        with city.client("regulator") as regulator:
            return [item["reason"] for item in regulator.get("/v1/ground-stops").json()["items"]]

    with signed_in(browser, city, "dispatcher", "?lang=en&screen=checklists") as page:
        card = page.get_by_role("region", name="Ground stops")
        card.get_by_label("Where", exact=True).select_option("circle", timeout=60_000)
        card.get_by_label("Middle (latitude, longitude)").fill(f"{lat_deg:.5f}, {lon_deg:.5f}")
        card.get_by_label("Radius (km)").fill("0.3")
        card.get_by_label("Reason").fill("Balloon adrift")
        card.get_by_role("button", name="Declare it…").click()
        expect(card).to_contain_text("nothing departs there")
        assert "Balloon adrift" not in standing()
        card.get_by_role("button", name="Stop departures").click()
        expect(card.get_by_role("listitem")).to_contain_text("Balloon adrift", timeout=60_000)
        assert "Balloon adrift" in standing()
        card.get_by_role("button", name="Lift it").click()
        card.get_by_role("button", name="Do it").click()
        expect(card).to_contain_text("No ground stop stands.", timeout=60_000)
        assert "Balloon adrift" not in standing()
