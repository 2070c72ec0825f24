"""One flight from filing to replay in a real browser, in each language: a firm, a dispatcher and a vehicle of their own."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from sim.filing import departure_of
from sim.mission import mission_of_plan
from tests.e2e.conftest import City, wait_for
from tests.e2e.console.pages import signed_in
from tests.fakes import filing, flying
from tests.fakes.flying import Flyer, Flying

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(580)]

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "selection": "Selection",
        "refuses": "Refuses",
        "refused": "Refused",
        "approved": "Approved",
        "ended": "Ended",
        "offers": "Counter-offers",
        "take": "Take this offer…",
        "file": "File it",
        "initials": "Your initials",
        "acknowledge": "Acknowledge",
        "acknowledged": "acknowledged by LW",
        "orders": "Orders to the drone",
        "hold": "Hold",
        "give": "Give the order",
        "latest": "Latest orders",
        "done": "Seen doing it",
        "past": "Alerts",
    },
    "zh-CN": {
        "selection": "所选对象",
        "refuses": "不予批准",
        "refused": "已拒绝",
        "approved": "已批准",
        "ended": "已结束",
        "offers": "替代方案",
        "take": "采用此方案…",
        "file": "提交此方案",
        "initials": "您的姓名缩写",
        "acknowledge": "确认",
        "acknowledged": "LW 已确认",
        "orders": "对无人机的指令",
        "hold": "悬停",
        "give": "发出",
        "latest": "最近的指令",
        "done": "已证实执行",
        "past": "告警",
    },
}
LENGTH_M = 900.0
PATIENCE_MS = 120_000
"""How long one press may take where many share a processor that also draws the map."""
OFFLINE = "ERR_INTERNET_DISCONNECTED"


@pytest.fixture(scope="module")
def fleet(city: City) -> Iterator[Flying]:
    """Fly vehicles of the tests' own beside the city's."""
    port = int(str(city.announced["mavlink_udp"]).rsplit(":", 1)[1])
    with flying.flying(cast(Any, SimpleNamespace(mavlink_port=port))) as made:
        yield made


def way(north_m: float, alt_m: float) -> list[dict[str, Any]]:
    """Return a flight to the east from the ground to the ground."""
    ends = (0.0, LENGTH_M)
    return [
        filing.point(ends[0], north_m, 0.0),
        *(filing.point(east_m, north_m, alt_m) for east_m in ends),
        filing.point(ends[1], north_m, 0.0),
    ]


def free_lane(firm: httpx.Client, departure_at: datetime) -> float:
    """Return how far north of the middle a lane lies where nothing of the city is in the way, at any of its heights."""
    aircraft_id = filing.register(firm)

    def free() -> float | None:
        for north_m in range(3_000, 9_001, 500):
            bodies = [filing.plan(aircraft_id, departure_at, way(north_m, alt_m)) for alt_m in (60.0, 90.0, 105.0)]
            answers = [firm.post("/v1/flight-plans/check", json=body).json() for body in bodies]
            if all(answer.get("decision", {}).get("outcome") == "approved" for answer in answers):
                return float(north_m)
        return None

    found: float = wait_for(free, 60, "a lane of its own")
    return found


def block(firm: httpx.Client, north_m: float, departure_at: datetime) -> None:
    """Let another aircraft hover in the middle of the lane, at 60 m, for ten minutes from the departure on."""
    middle = [(LENGTH_M / 2 - 5, 0.0), (LENGTH_M / 2, 600.0)]
    points = [filing.point(east_m, north_m, 60.0, hold_s=hold_s) for east_m, hold_s in middle]
    filing.expect_approved(firm, filing.plan(filing.register(firm), departure_at, points))


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_the_story_of_a_flight(browser: Browser, city: City, fleet: Flying, artifacts: Path, lang: str) -> None:
    """Filed, refused with reasons, another height taken, approved, flown, alerted, acknowledged, held, ended, replayed."""
    words = WORDS[lang]
    began = datetime.now(UTC) - timedelta(seconds=5)
    with city.client("operator") as firm:
        departure_at = datetime.now(UTC) + timedelta(seconds=120)
        north_m = free_lane(firm, departure_at)
        block(firm, north_m, departure_at)
        flyer = fleet.add(firm, 0, north_m, height_m=None)
        registration = firm.get(f"/v1/aircraft/{flyer.aircraft_id}").json()["registration"]
        refused = filing.file(firm, filing.plan(flyer.aircraft_id, departure_at, way(north_m, 60.0)))
        assert refused.status_code == 409, refused.text
        with signed_in(browser, city, "operator", f"?lang={lang}&plan={refused.json()['plan_id']}") as page:
            plan = _take_another_height(page, city, firm, words, refused.json(), lang)
            page.screenshot(path=artifacts / f"story-approved-{lang}.png")
        track_id = _depart(firm, fleet, flyer, plan)
        with signed_in(browser, city, "dispatcher", f"?lang={lang}&track={track_id}", expected=OFFLINE) as page:
            page.set_default_timeout(PATIENCE_MS)
            drawer = page.get_by_role("complementary", name=words["selection"])
            expect(drawer.get_by_role("heading", level=2)).to_contain_text(registration, timeout=60_000)
            # Off its plan while this console hears nothing: the alert is there once it hears again.
            page.context.set_offline(True)
            expect(page.locator(".banner-lost[role='alert']")).to_be_visible(timeout=60_000)
            _leave_the_lane(fleet, flyer, north_m)
            wait_for(lambda: _alerted(city, track_id), 90, "the alert")
            wait_for(lambda: _age_s(page, track_id) > 3, 30, "positions that are known to be old")
            page.evaluate("window.storyOfThisPage = true")
            page.screenshot(path=artifacts / f"story-lost-{lang}.png")
            page.context.set_offline(False)
            _acknowledge(page, registration, words)
            assert page.evaluate("window.storyOfThisPage") is True, "the console healed without a reload"
            expect(page.locator(".banner-lost")).to_have_count(0, timeout=60_000)
            page.screenshot(path=artifacts / f"story-alert-{lang}.png")
            _hold(page, words)
            page.screenshot(path=artifacts / f"story-held-{lang}.png")
            fleet.call(lambda: _set_down(fleet, flyer))
            wait_for(lambda: _ended(firm, plan["plan_id"]), 120, "the end of the flight")
            page.goto(f"{city.base_url}/?lang={lang}&plan={plan['plan_id']}")
            expect(page.get_by_role("complementary", name=words["selection"]).locator(".chip").first).to_have_text(
                words["ended"], timeout=60_000
            )
            since = began.strftime("%Y-%m-%dT%H:%M:%SZ")
            page.goto(f"{city.base_url}/?lang={lang}&screen=replay&from={since}&length=600")
            alert = page.get_by_role("list", name=words["past"]).get_by_role("button").filter(has_text=registration)
            alert.first.press("Enter")
            expect(page.locator(".replay-card")).to_contain_text(registration, timeout=60_000)
            page.screenshot(path=artifacts / f"story-replayed-{lang}.png")


def _take_another_height(
    page: Page, city: City, firm: httpx.Client, words: dict[str, str], refused: dict[str, Any], lang: str
) -> dict[str, Any]:
    """Read why, take the offer of another height, and return the plan that was approved."""
    page.set_default_timeout(PATIENCE_MS)
    drawer = page.get_by_role("complementary", name=words["selection"])
    reason = refused["decision"]["reasons"][0]
    expect(drawer).to_contain_text(reason["detail_zh" if lang == "zh-CN" else "detail"], timeout=60_000)
    expect(drawer).to_contain_text(words["refuses"])
    offers = refused["decision"]["counter_offers"]
    index = next(i for i, offer in enumerate(offers) if offer["kind"] in ("altitude", "route"))
    offer = drawer.get_by_role("list", name=words["offers"]).get_by_role("listitem").nth(index)
    offer.get_by_role("button", name=words["take"]).press("Enter")
    offer.get_by_role("button", name=words["file"]).press("Enter")
    expect(drawer.locator(".chip").first).to_have_text(words["approved"], timeout=60_000)
    plan_id = re.search(r"plan=([\w-]+)", page.url)
    assert plan_id is not None
    found: dict[str, Any] = firm.get(f"/v1/flight-plans/{plan_id[1]}").json()
    assert found["state"] == "approved"
    return found


def _depart(firm: httpx.Client, fleet: Flying, flyer: Flyer, plan: dict[str, Any]) -> str:
    """Do what a pilot does, and return the track of the flight once it is on its way as planned."""
    ap, path = flyer.autopilot, f"/v1/flight-plans/{plan['plan_id']}"
    items = mission_of_plan(plan, fleet.world.altitudes, home_is_item_0=ap.habits.home_is_item_0)
    fleet.call(lambda: ap.load_mission(items))
    assert firm.post(f"{path}/confirm").status_code == 200

    def activated() -> bool:
        answer = firm.post(f"{path}/activate")
        assert answer.status_code in (200, 409), answer.text
        return answer.status_code == 200

    wait_for(activated, 240, "the flight to be activated")
    departs_at = departure_of(firm.get(path).json())
    wait_for(lambda: datetime.now(UTC) >= departs_at, 240, "the departure")
    fleet.depart(flyer)

    def cruising() -> str | None:
        for track in firm.get("/v1/tracks").json()["items"]:
            own = track["aircraft_id"] == flyer.aircraft_id and track["plan_id"] == plan["plan_id"]
            if own and track["state"] == "conforming" and (track["alt_agl_m"] or 0) > 40 and track["vel_east_mps"] > 3:
                return str(track["track_id"])
        return None

    found: str = wait_for(cruising, 120, "the flight on its way")
    return found


def _alerted(city: City, track_id: str) -> bool:
    with city.client("dispatcher") as dispatcher:
        found = dispatcher.get("/v1/alerts", params={"state": "open"}).json()["items"]
    return any(alert["track_id"] == track_id for alert in found)


def _age_s(page: Page, track_id: str) -> float:
    """Return how old the console knows the position of a drone to be."""
    fix = page.evaluate(f"window.__hexlane.trackState({track_id!r})")
    return 0.0 if fix is None else float(fix["age_s"])


def _ended(firm: httpx.Client, plan_id: str) -> bool:
    """End the plan as soon as the vehicle is seen to stand; tell whether it is over."""
    return filing.state_of(firm, plan_id) == "ended" or filing.step(firm, plan_id, "end").status_code == 200


def _leave_the_lane(fleet: Flying, flyer: Flyer, north_m: float) -> None:
    """Fly far off to the side, as after a gust or a mistake."""
    fleet.fly_to(flyer, LENGTH_M / 2, north_m + 400, speed_mps=12.0)


def _acknowledge(page: Page, registration: str, words: dict[str, str]) -> None:
    """Choose the alert about the flight, sign it by the keyboard, and see the initials on it."""
    alert = page.locator(".alert").filter(has_text=registration).first
    alert.locator(".alert-pick").press("Enter")
    chosen = page.locator(".alert[data-chosen='true']").filter(has_text=registration)
    chosen.get_by_role("button", name=words["acknowledge"]).press("Enter")
    chosen.get_by_label(words["initials"]).fill("LW")
    page.keyboard.press("Enter")
    expect(
        page.locator(".alert").filter(has_text=registration).filter(has_text=words["acknowledged"]).first
    ).to_be_visible(timeout=60_000)


def _hold(page: Page, words: dict[str, str]) -> None:
    """Give the order to hold, in two presses, and see it done."""
    buttons = page.get_by_role("group", name=words["orders"])
    buttons.get_by_role("button", name=words["hold"], exact=True).press("Enter")
    question = page.get_by_role("group", name=words["hold"], exact=True)
    question.get_by_role("button", name=words["give"]).press("Enter")
    given = page.get_by_role("list", name=words["latest"]).get_by_role("listitem").first
    expect(given).to_have_attribute("data-standing", "confirmed", timeout=90_000)
    expect(given).to_contain_text(words["done"])


def _set_down(fleet: Flying, flyer: Flyer) -> None:
    """Bring the vehicle to the ground where it is, with its motors off: the story is over for it."""
    flyer.autopilot.vehicle.disarm(fleet.fleet.clock(), force=True)
