"""A plan filed from nothing in a real browser, in each language: checked, refused with reasons drawn, then filed."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import City, wait_for
from tests.e2e.console.pages import signed_in
from tests.e2e.console.test_story import LENGTH_M, block, free_lane
from tests.fakes import filing

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(600)]

BEIJING = timezone(timedelta(hours=8))
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "aircraft": "Aircraft",
        "departure": "Departure (Beijing time)",
        "height": "Height (m)",
        "climb": "Climb and descent (m/s)",
        "points": "Points (latitude, longitude, WGS-84)",
        "file": "Route from a file (GeoJSON, QGroundControl .plan, KML)",
        "check": "Check first",
        "file_it": "File it",
        "refused": "Filed now, it would be refused.",
        "approved": "Filed now, it would be approved.",
        "reasons": "Reasons",
        "offers": "Counter-offers",
        "take": "Take this offer…",
        "filed": "Filed and verified",
        "choose": "Choose the aircraft.",
    },
    "zh-CN": {
        "aircraft": "航空器",
        "departure": "起飞时刻（北京时间）",
        "height": "飞行高度（米）",
        "climb": "升降速度（米/秒）",
        "points": "顶点（纬度, 经度，WGS-84）",
        "file": "从文件读取航线（GeoJSON、QGroundControl .plan、KML）",
        "check": "先试算",
        "file_it": "提交申报",
        "refused": "现在提交会被拒绝。",
        "approved": "现在提交会获批准。",
        "reasons": "审批意见",
        "offers": "替代方案",
        "take": "采用此方案…",
        "filed": "已申报并核实",
        "choose": "请选择航空器。",
    },
}


def plans_of(firm: httpx.Client, aircraft_id: str) -> list[dict[str, Any]]:
    """Return what is filed for an aircraft."""
    items: list[dict[str, Any]] = firm.get("/v1/flight-plans", params={"aircraft_id": aircraft_id}).json()["items"]
    return items


def fill(
    page: Page, words: dict[str, str], aircraft_id: str, departure_at: datetime, lane: list[dict[str, Any]]
) -> None:
    """Fill in a flight at 60 m through a blocked lane, its way typed."""
    page.get_by_label(words["aircraft"], exact=True).select_option(aircraft_id, timeout=60_000)
    page.get_by_label(words["departure"]).fill(f"{departure_at.astimezone(BEIJING):%Y-%m-%d %H:%M}")
    page.get_by_label(words["height"]).fill("60")
    page.get_by_label(words["climb"]).fill("10")
    page.get_by_label(words["points"]).fill("\n".join(f"{at['lat_deg']}, {at['lon_deg']}" for at in lane))


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_a_plan_is_filed_from_nothing(browser: Browser, city: City, artifacts: Path, lang: str) -> None:
    """Refused at 60 m with the place drawn; one reader takes a counter-offer, the other another height, and it is filed."""
    words = WORDS[lang]
    departure_at = (datetime.now(UTC) + timedelta(minutes=45)).replace(second=0, microsecond=0)
    with city.client("operator") as firm:
        north_m = free_lane(firm, departure_at)
        block(firm, north_m, departure_at)
        aircraft_id = filing.register(firm)
        lane = [filing.point(east_m, north_m) for east_m in (0.0, LENGTH_M)]
        with signed_in(browser, city, "operator", f"?lang={lang}&screen=filing") as page:
            expect(page.get_by_text(words["choose"])).to_be_visible(timeout=60_000)
            check = page.get_by_role("button", name=words["check"])
            expect(check).to_be_disabled()
            fill(page, words, aircraft_id, departure_at, lane)
            check.click()
            expect(page.get_by_role("status").filter(has_text=words["refused"])).to_be_visible(timeout=60_000)
            expect(page.get_by_role("button", name=words["file_it"])).to_be_disabled()
            reasons = page.get_by_role("list", name=words["reasons"])
            expect(reasons.locator(".reason-refuse").first).to_be_visible()
            lines = "window.__hexlane ? window.__hexlane.focusLines().map((line) => line.kind) : []"
            wait_for(lambda: "segment" in page.evaluate(lines), 60, "the part of the way that is refused, drawn")
            page.screenshot(path=artifacts / f"filing-refused-{lang}.png")
            assert plans_of(firm, aircraft_id) == [], "a check keeps nothing"
            if lang == "en":
                _another_height(page, words, lane)
            else:
                offer = page.get_by_role("list", name=words["offers"]).locator("li").first
                offer.get_by_role("button", name=words["take"]).click()
                offer.get_by_role("button", name="提交此方案").click()
            expect(page.get_by_role("status").filter(has_text=words["filed"])).to_be_visible(timeout=60_000)
            page.screenshot(path=artifacts / f"filing-filed-{lang}.png")
        (filed,) = plans_of(firm, aircraft_id)
        assert filed["state"] == "approved"


def _another_height(page: Page, words: dict[str, str], lane: list[dict[str, Any]]) -> None:
    """Read the way from a file, fly it higher, check again, and file it."""
    line = {"type": "LineString", "coordinates": [[at["lon_deg"], at["lat_deg"]] for at in lane]}
    written = {"name": "way.geojson", "mimeType": "application/json", "buffer": json.dumps(line).encode()}
    expect(page.locator(".file-field")).to_contain_text(words["file"])
    page.locator(".file-field input[type=file]").set_input_files(written)
    expect(page.get_by_text(re.compile("^2 points read"))).to_be_visible()
    page.get_by_label(words["height"]).fill("105")
    expect(page.get_by_role("button", name=words["file_it"])).to_be_disabled()
    page.get_by_role("button", name=words["check"]).click()
    expect(page.get_by_role("status").filter(has_text=words["approved"])).to_be_visible(timeout=60_000)
    page.get_by_role("button", name=words["file_it"]).click()
