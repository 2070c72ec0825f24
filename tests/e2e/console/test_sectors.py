"""Sectors in a real browser: positions made, the city divided, a flight owned and handed over, in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import City, wait_for
from tests.e2e.console.pages import signed_in

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(300)]
WEST = "22.40, 113.70\n22.40, 114.05\n22.90, 114.05\n22.90, 113.70"


@pytest.fixture
def admin(city: City) -> Iterator[httpx.Client]:
    """Yield an administrator; afterwards one position has the whole city again."""
    with city.client("admin") as client:
        yield client
        layout = client.get("/v1/sectors").json()
        body = {name: layout[name] for name in ("sectors", "fallback_position_id", "transfer_timeout_s")}
        if layout["in_use"]:
            version = {"If-Match": f'"{layout["version"]}"'}
            assert client.put("/v1/sectors", json={**body, "in_use": False}, headers=version).status_code == 200


def test_the_city_is_divided_and_a_flight_changes_hands(
    browser: Browser, city: City, admin: httpx.Client, artifacts: Path
) -> None:
    """A supervisor divides the city on the map; the board tells the load; a flight is offered and taken over."""
    chief = admin.post("/v1/positions", json={"name": "Chief", "name_zh": "主任席", "supervises": True}).json()
    west = admin.post("/v1/positions", json={"name": "West desk", "name_zh": "西席"}).json()
    with signed_in(browser, city, "dispatcher", "?lang=en&screen=sectors") as page:
        panel = page.get_by_role("region", name="Sectors", exact=True)
        panel.get_by_role("region", name="My position").get_by_label("Position").select_option("Chief", timeout=60_000)
        panel.get_by_role("button", name="Sign on").click()
        expect(panel.get_by_role("region", name="My position")).to_contain_text("Chief", timeout=60_000)
        panel.get_by_role("radio", name="Division").click()
        panel.get_by_role("button", name="Edit the division").click(timeout=60_000)
        panel.get_by_role("button", name="Add a sector").click()
        editor = panel.get_by_role("region", name="Edit the division")
        editor.get_by_label("Name", exact=True).fill("West")
        editor.get_by_label("Position", exact=True).select_option("West desk")
        editor.get_by_role("button", name="Draw: West").click()
        editor.get_by_label("Points (latitude, longitude, WGS-84)").fill(WEST)
        editor.get_by_label("Who has the rest of the city").select_option("Chief")
        editor.get_by_role("button", name="Publish").click()
        expect(panel.get_by_role("heading", name=re.compile(r"^Version \d+"))).to_be_visible(timeout=60_000)
        panel.get_by_role("radio", name="Now").click()
        load = panel.get_by_role("region", name="Load of each position")
        expect(load).to_contain_text(re.compile(r"[1-9]\d* flights?"), timeout=60_000)
        page.screenshot(path=artifacts / "sectors-board.png")

        flight = wait_for(lambda: _of(city, chief["position_id"]), 90, "a flight of the rest of the city")
        page.goto(f"{city.base_url}/?lang=en&track={flight}")
        owner = page.get_by_role("heading", name="Owner").locator("..")
        expect(owner).to_contain_text("Chief (you)", timeout=30_000)
        owner.get_by_label("Transfer to").select_option("West desk")
        owner.get_by_role("button", name="Transfer", exact=True).click()
        expect(owner).to_contain_text("Offered to West desk", timeout=60_000)
        page.screenshot(path=artifacts / "sectors-transfer.png")
        page.goto(f"{city.base_url}/?lang=zh-CN&screen=sectors")
        waiting = page.get_by_role("region", name="待答复的移交")
        waiting.get_by_role("button", name="接管").click(timeout=30_000)
        expect(waiting).to_contain_text("没有待答复的移交", timeout=60_000)
        page.screenshot(path=artifacts / "sectors-board-zh.png")
    with city.client("regulator") as regulator:
        answer = regulator.get("/v1/sectors/owner", params={"track_id": flight})
        assert answer.status_code == 404 or answer.json()["position_id"] == west["position_id"]


def _of(city: City, position_id: str) -> str | None:
    """Return the track of a flight a position owns by its sector, None where there is none."""
    with city.client("regulator") as regulator:
        for track in regulator.get("/v1/tracks").json()["items"]:
            answer = regulator.get("/v1/sectors/owner", params={"track_id": track["track_id"]})
            if answer.status_code == 200 and answer.json()["position_id"] == position_id and not track["landed"]:
                return str(track["track_id"])
    return None


def test_closing_a_position_is_asked_first(browser: Browser, city: City, admin: httpx.Client) -> None:
    """The bin says what closing does and waits; Escape and Back leave the position, and only Do it closes it."""

    def standing(name: str) -> bool:
        return name in [item["name"] for item in admin.get("/v1/positions").json()["items"]]

    for name, name_zh in (("Spare desk", "备用席"), ("Other desk", "另一席")):
        admin.post("/v1/positions", json={"name": name, "name_zh": name_zh})
    with signed_in(browser, city, "admin", "?lang=en&screen=sectors") as page:
        page.get_by_role("radio", name="Positions").click(timeout=60_000)
        line = page.get_by_role("listitem").filter(has_text="Spare desk")
        close = line.get_by_role("button", name="Close Spare desk")
        close.click()
        expect(line).to_contain_text("Close Spare desk: Whoever works there is signed off")
        sure = line.get_by_role("button", name="Do it")
        # Asked by the keyboard it is answered by the keyboard: the question has the focus.
        expect(sure).to_be_focused()
        page.keyboard.press("Escape")
        expect(sure).to_have_count(0)
        assert standing("Spare desk")
        close.click()
        line.get_by_role("button", name="Back").click()
        expect(sure).to_have_count(0)
        assert standing("Spare desk")
        close.click()
        sure.click()
        expect(line).to_have_count(0, timeout=60_000)
        wait_for(lambda: not standing("Spare desk"), 15, "the position to be closed")
        page.goto(f"{city.base_url}/?lang=zh-CN&screen=sectors")
        page.get_by_role("radio", name="席位").click(timeout=60_000)
        other = page.get_by_role("listitem").filter(has_text="另一席")
        other.get_by_role("button", name="撤销 另一席").click()
        expect(other).to_contain_text("在此工作的人随即签退")
        other.get_by_role("button", name="确认").click()
        expect(other).to_have_count(0, timeout=60_000)
    assert not standing("Other desk")
