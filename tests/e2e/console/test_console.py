"""The console in a real browser: drones move, a click tells everything, both languages, nothing from elsewhere."""

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.conftest import City
from tests.fakes import filing

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(600)]

# A policy violation, an exception or a broken shader shows here; a refused sign-in probe (401) is part of starting.
HARMLESS = re.compile(r"status of 401|GPU stall due to ReadPixels|GroupMarkerNotSet")


class Console:
    """A page with the console, and what went wrong on it."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.url = url
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.page.on("websocket", lambda socket: self.hosts.add(urlsplit(socket.url).netloc))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._heard)

    def _heard(self, message: Any) -> None:
        if message.type == "error" and not HARMLESS.search(message.text):
            self.complaints.append(message.text)

    def open(self, query: str) -> None:
        """Load the console and wait until drones are on a map at rest."""
        self.page.goto(f"{self.url.rstrip('/')}/{query}")
        self.until(lambda: self.hook("droneCount() > 0 && window.__hexlane.mapIdle()"), "drones on the map", 90)

    def hook(self, call: str) -> Any:
        """Evaluate a call of the test hook; null before the map is there."""
        return self.page.evaluate(f"window.__hexlane ? window.__hexlane.{call} : null")

    def until(self, true: Callable[[], Any], what: str, within_s: float = 30.0) -> Any:
        """Wait for something. (Playwright's wait_for_function would need unsafe-eval in the page's policy.)"""
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            value = true()
            if value:
                return value
            self.page.wait_for_timeout(100)
        pytest.fail(f"waited {within_s:g} s for {what}; complaints: {self.complaints}")

    def moving_track(self) -> str:
        """Return a track that covers ground now and has a plan-conforming, fresh position."""
        seen: dict[str, Any] = {}

        def moved() -> str | None:
            for track_id in self.hook("trackIds()") or []:
                fix = self.hook(f"trackState({track_id!r})")
                if fix is None or fix["age_s"] > 2 or fix["state"] != 0:
                    continue
                first = seen.setdefault(track_id, fix)
                if abs(first["lat_deg"] - fix["lat_deg"]) + abs(first["lon_deg"] - fix["lon_deg"]) > 1e-4:
                    return str(track_id)
            return None

        found: str = self.until(moved, "a drone that moves", 60)
        return found

    def click_track(self, track_id: str) -> None:
        """Click a drone where it is drawn, after closing in on it so that no other is nearer."""
        fix = self.hook(f"trackState({track_id!r})")
        self.open(f"?lang=zh-CN&view={fix['lat_deg']},{fix['lon_deg']},15.5")
        spot = self.until(lambda: self.hook(f"trackPixel({track_id!r})"), "the drone on the map")
        self.page.mouse.click(spot["x"], spot["y"])


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Yield a browser profile of its own, in Chinese as most dispatchers have it."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture
def console(context: BrowserContext, console_url: str) -> Iterator[Console]:
    """Yield an open console and demand afterwards that it complained of nothing and asked nobody else."""
    yield from watched(context, console_url)


@pytest.fixture
def city_console(context: BrowserContext, city: City) -> Iterator[Console]:
    """Yield a console of the city these tests start, whose firms' credentials they know."""
    yield from watched(context, city.base_url)


def watched(context: BrowserContext, url: str) -> Iterator[Console]:
    """Yield a console; fail when something went wrong on it or it asked somebody else."""
    console = Console(context, url)
    yield console
    host = urlsplit(url).netloc
    console.page.close()
    assert console.hosts <= {host}, f"requests to others: {console.hosts - {host}}"
    assert console.complaints == []


def test_the_city_is_seen_at_once_and_its_drones_move(console: Console) -> None:
    """Opening the printed address shows drones, counted by state, and at least one changes its place on the screen."""
    console.open("?lang=zh-CN")
    assert console.page.locator("html").get_attribute("lang") == "zh-CN"
    assert console.hook("link()") == "live"
    track_id = console.moving_track()
    fix = console.hook(f"trackState({track_id!r})")
    console.open(f"?lang=zh-CN&view={fix['lat_deg']},{fix['lon_deg']},14")
    first = console.until(lambda: console.hook(f"trackPixel({track_id!r})"), "the drone on the map")

    def moved() -> bool:
        now = console.hook(f"trackPixel({track_id!r})")
        return now is not None and abs(now["x"] - first["x"]) + abs(now["y"] - first["y"]) > 3

    console.until(moved, "the drone to move on the screen")
    shown = console.page.get_by_role("list", name="各状态无人机数量").inner_text()
    assert any(int(number.replace(",", "")) > 0 for number in re.findall(r"[\d,]+", shown))


def test_a_click_opens_the_panel_in_either_language(console: Console) -> None:
    """The panel names the aircraft, its plan and its altitude in each datum, and follows the language switch."""
    console.open("?lang=zh-CN")
    track_id = console.moving_track()
    console.click_track(track_id)
    chinese = console.page.get_by_role("complementary", name="所选对象")
    expect(chinese.get_by_role("heading", level=2)).to_contain_text(re.compile(r"UAS\w{8}"), timeout=60_000)
    for words in ("真高 AGL", "海拔 AMSL", "椭球高 HAE", "地速", "航向", "电量", "链路时延"):
        expect(chinese).to_contain_text(words)
    expect(chinese).to_contain_text("审批结论", timeout=60_000)
    figures = chinese.locator(".figure[data-datum]")
    values = {figures.nth(i).get_attribute("data-datum"): figures.nth(i).locator("dd").inner_text() for i in range(3)}
    assert set(values) == {"AGL", "AMSL", "HAE"}
    assert all(re.fullmatch(r"-?[\d,.]+ 米|未知", value) for value in values.values()), values

    console.page.get_by_role("button", name="Switch to English").click()
    english = console.page.get_by_role("complementary", name="Selection")
    for words in ("AGL", "AMSL", "HAE", "Ground speed", "Heading", "Battery", "Link age", "Flight plan", "Decision"):
        expect(english).to_contain_text(words)
    assert console.page.locator("html").get_attribute("lang") == "en"
    assert "lang=en" in console.page.url
    assert f"track={track_id}" in console.page.url
    english.get_by_role("button", name="Close panel").click()
    expect(english).to_have_count(0)


def test_the_keyboard_reaches_drones_and_lists_itself(console: Console) -> None:
    """N selects a drone, Escape lets go, and ? lists the shortcuts."""
    console.open("?lang=en")
    console.page.keyboard.press("n")
    panel = console.page.get_by_role("complementary", name="Selection")
    expect(panel).to_be_visible(timeout=60_000)
    console.page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    console.page.keyboard.press("?")
    dialog = console.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Keyboard shortcuts")
    console.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_lost_connection_is_shown_within_three_seconds_and_heals(console: Console) -> None:
    """With the network gone a banner says so in time, and when it is back the feed is live again without a reload."""
    console.open("?lang=en")
    console.page.context.set_offline(True)
    # The page's own clock says whether it was in time: where the page is slow, both are.
    console.page.evaluate(
        """() => { window.cameFirst = []
          const lost = () => document.querySelector(".banner-lost[role='alert']") && window.cameFirst.push('the banner')
          new MutationObserver(lost).observe(document.body, { childList: true, subtree: true, attributes: true })
          setTimeout(() => window.cameFirst.push('four seconds'), 4000)
          lost() }"""
    )
    # Other parts of the screen may say what the loss means to them.
    banner = console.page.locator(".banner-lost[role='alert']")
    expect(banner).to_contain_text("Connection to the server lost", timeout=60_000)
    first = console.page.evaluate("window.cameFirst[0]")
    console.page.context.set_offline(False)
    console.until(lambda: console.hook("link()") == "live", "the feed to heal")
    expect(banner).to_have_count(0, timeout=60_000)
    console.complaints = [text for text in console.complaints if "ERR_INTERNET_DISCONNECTED" not in text]
    assert first == "the banner"


@contextmanager
def a_stranger(city: City, lat_deg: float, lon_deg: float) -> Iterator[None]:
    """Let a radar report something unknown that stands still at a place, twice a second, until left."""
    done = threading.Event()

    def report() -> None:
        with city.client("supplier") as radar:
            while not done.wait(0.5):
                seen = {"track_id": "radar-stranger", "lat_deg": lat_deg, "lon_deg": lon_deg, "alt_agl_m": 60.0}
                radar.post("/v1/tracks", json={"items": [{"observed_at": datetime.now(UTC).isoformat(), **seen}]})

    thread = threading.Thread(target=report)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_an_alert_raised_while_the_line_was_cut_is_there_when_it_heals(city: City, city_console: Console) -> None:
    """Without a reload the page knows an alert raised meanwhile; it is shelved there, and the shelving taken back."""
    page = city_console.page
    city_console.open("?lang=en")
    page.evaluate("window.notReloaded = true")
    lat_deg, lon_deg = filing.place(-7_000.0, 6_000.0)
    page.context.set_offline(True)
    expect(page.locator(".banner-lost[role='alert']")).to_be_visible(timeout=60_000)
    with a_stranger(city, lat_deg, lon_deg), city.client("dispatcher") as desk:

        def raised() -> dict[str, Any] | None:
            items = desk.get("/v1/alerts", params={"state": "open"}).json()["items"]
            near = (item for item in items if abs((item["lat_deg"] or 0.0) - lat_deg) < 1e-3)
            return next((item for item in near if item["kind"] == "unknown_aircraft"), None)

        alert = city_console.until(raised, "the alert of the stranger", 60)
        page.context.set_offline(False)
        city_console.until(lambda: city_console.hook("link()") == "live", "the feed to heal")
        page.keyboard.press("/")
        field = page.get_by_role("combobox")
        field.fill(alert["alert_id"])
        expect(page.get_by_role("option")).to_contain_text("Alert", timeout=60_000)
        field.press("Enter")
        shown = page.locator(".alert[data-chosen='true']")
        shown.get_by_role("button", name="Shelve…").click(timeout=60_000)
        shown.get_by_role("button", name="Shelve it").click()
        expect(shown).to_contain_text("shelved until", timeout=60_000)
        shown.get_by_role("button", name="Bring it back now").click()
        expect(shown).not_to_contain_text("shelved until", timeout=60_000)
        steps = desk.get(f"/v1/alerts/{alert['alert_id']}").json()["steps"]
        assert [step["step"] for step in steps if "shelved" in step["step"]] == ["shelved", "unshelved"]
    assert page.evaluate("window.notReloaded")
    city_console.complaints = [text for text in city_console.complaints if "ERR_INTERNET_DISCONNECTED" not in text]


def plan_body(aircraft_id: str, points: Sequence[tuple[float, float, float]], hours_ahead: float) -> dict[str, Any]:
    """Return a plan through points (latitude, longitude, metres above ground) at 12 m/s."""
    departure = datetime.now(UTC) + timedelta(hours=hours_ahead)
    waypoints = [{"lat_deg": a, "lon_deg": b, "alt_m": c, "alt_datum": "AGL"} for a, b, c in points]
    route = {"type": "trajectory", "crs": "WGS84", "cruise_speed_mps": 12.0, "waypoints": waypoints}
    return {
        "aircraft_id": aircraft_id,
        "operation_type": "logistics",
        "priority": 10,
        "departure_at": departure.isoformat(),
        "route": route,
    }


def file_plan(
    city: City, nth_aircraft: int, points: Sequence[tuple[float, float, float]], hours: float
) -> dict[str, Any]:
    """File a plan of the first firm and return the service's answer, whatever it decided.

    Of one of its drones, or with -1 of an aircraft that has no other plan.
    """
    with city.client("operator") as operator:
        if nth_aircraft < 0:
            aircraft = filing.register(operator)
        else:
            aircraft = operator.get("/v1/aircraft").json()["items"][nth_aircraft]["aircraft_id"]
        answer = operator.post("/v1/flight-plans", json=plan_body(aircraft, points, hours))
    assert answer.status_code in (201, 202, 409), answer.text
    document: dict[str, Any] = answer.json()
    assert "decision" in document, document
    return document


def open_filtered(console: Console, query: str, name: str) -> Any:
    """Open the list of plans by its key, press a filter, and return the list."""
    console.open(query)
    console.page.keyboard.press("q")
    plans = console.page.locator(".plans")
    plans.get_by_role("radio", name=name, exact=True).click()
    return plans


def test_a_refused_plan_says_why_in_both_languages(city: City, city_console: Console, artifacts: Path) -> None:
    """A plan over another one's path is listed as refused; its drawer gives the reason, margins and offers in words."""
    path = [(22.70, 114.16, 60.0), (22.70, 114.20, 60.0), (22.72, 114.22, 60.0)]
    first = file_plan(city, 0, path, 5)
    assert first["state"] == "approved", first["decision"]
    second = file_plan(city, -1, path, 5)
    assert second["state"] == "refused"
    reason = second["decision"]["reasons"][0]
    with city.client("operator") as operator:
        mark = operator.get(f"/v1/aircraft/{second['aircraft_id']}").json()["registration"]

    page = city_console.page
    plans = open_filtered(city_console, "?lang=en", "Refused")
    row = plans.locator("tbody tr", has_text=mark)  # the city's own firms are refused plans too
    expect(row).to_contain_text("Refused", timeout=60_000)
    expect(row).to_contain_text("1 refusing")
    row.get_by_role("button").click()
    drawer = page.get_by_role("complementary", name="Selection")
    expect(drawer).to_contain_text(reason["detail"], timeout=60_000)
    expect(drawer).to_contain_text("Refuses")
    for words in ("waypoint", "Horizontal margin", "(too little)", "Vertical margin", "Counter-offers", "As filed"):
        expect(drawer).to_contain_text(words)
    drawer.locator(".reason-refuse").get_by_role("button", name="Draw on map").click()
    expect(drawer.locator(".reason-refuse .link-button")).to_have_text(re.compile("^UAS"), timeout=60_000)
    city_console.until(lambda: city_console.hook("mapIdle()"), "the map at rest")
    page.wait_for_timeout(1_500)
    page.screenshot(path=artifacts / "refused-en-1440x900.png")
    assert f"plan={second['plan_id']}" in page.url

    page.get_by_role("button", name="切换为中文").click()
    chinese = page.get_by_role("complementary", name="所选对象")
    expect(chinese).to_contain_text(reason["detail_zh"])
    for words in ("不予批准", "水平裕度", "垂直裕度", "（不足）", "替代方案"):
        expect(chinese).to_contain_text(words)
    page.screenshot(path=artifacts / "refused-zh-CN-1440x900.png")


def test_a_pending_plan_is_refused_with_a_reason_and_the_answer_is_shown(city: City, city_console: Console) -> None:
    """A dispatcher refuses a pending plan in two steps; the state shown is the service's, and the firm reads the reason."""
    with city.client("operator") as operator:
        zones = operator.get("/v1/zones", params={"limit": 200}).json()
        features = zones.get("features") or zones["items"]
    pending: dict[str, Any] | None = None
    for zone in (item for item in features if item["properties"]["restriction"] == "REQ_AUTHORISATION"):
        ring = zone["geometry"]["coordinates"][0]
        lon = sum(point[0] for point in ring[:-1]) / (len(ring) - 1)
        lat = sum(point[1] for point in ring[:-1]) / (len(ring) - 1)
        answer = file_plan(city, 2, [(lat, lon - 0.002, 60.0), (lat, lon + 0.002, 60.0)], 6)
        if answer["state"] == "pending":
            pending = answer
            break
    assert pending is not None, "no zone made a plan pending"

    page = city_console.page
    city_console.open(f"?lang=en&plan={pending['plan_id']}")
    drawer = page.get_by_role("complementary", name="Selection")
    drawer.get_by_role("button", name="Refuse…").click()
    confirm = drawer.get_by_role("button", name="Refuse the plan")
    expect(confirm).to_be_disabled()
    drawer.get_by_role("textbox").fill("Rehearsal of the fireworks")
    confirm.click()
    expect(drawer.get_by_role("status")).to_contain_text('now "Refused"', timeout=60_000)
    expect(drawer).to_contain_text("Rehearsal of the fireworks", timeout=60_000)
    with city.client("operator") as operator:
        assert operator.get(f"/v1/flight-plans/{pending['plan_id']}").json()["state"] == "refused"


def test_the_alert_rail_shows_what_the_city_has(city: City, city_console: Console, artifacts: Path) -> None:
    """The rail lists every open alert with severity in words, or says calmly that there is none."""
    city_console.open("?lang=en")
    rail = city_console.page.get_by_label("Alerts", exact=True)
    expect(rail).to_be_visible()
    expect(rail).not_to_contain_text("loading", timeout=60_000)

    def agree() -> bool:
        """Alerts come and go: the rail and the list must agree at some moment soon."""
        with city.client("dispatcher") as dispatcher:
            listed = dispatcher.get("/v1/alerts", params={"state": "open"}).json()["items"]
        shown = city_console.page.locator(".alert-pick").count()
        calm = city_console.page.get_by_text("No alerts", exact=True).count()
        return shown == len(listed) and calm == (0 if listed else 1)

    city_console.until(agree, "the rail to show what the service lists", 40)
    if city_console.page.locator(".alert-pick").count():
        city_console.page.keyboard.press("a")
        chosen = city_console.page.locator(".alert[data-chosen='true']")
        expect(chosen).to_contain_text(re.compile("Emergency|Warning|Caution|Advisory"))
    city_console.page.screenshot(path=artifacts / "alerts-en-1440x900.png")


def cruising(city: City) -> dict[str, Any] | None:
    """Return the track of a flight that is well in the air and has the longest way to go; None while there is none."""
    with city.client("dispatcher") as dispatcher:
        plans = dispatcher.get("/v1/flight-plans", params={"state": "activated", "limit": 100}).json()["items"]
        tracks = dispatcher.get("/v1/tracks", params={"bbox": "113,22,115,23.5"}).json()["items"]
    ends = {plan["plan_id"]: plan["ends_at"] for plan in plans}
    soon = (datetime.now(UTC) + timedelta(seconds=90)).isoformat()
    found: list[dict[str, Any]] = [
        track
        for track in tracks
        if track["state"] == "conforming"
        and (track["alt_agl_m"] or 0) > 35
        and abs(track["vel_east_mps"] or 0) + abs(track["vel_north_mps"] or 0) > 8
        and ends.get(track["plan_id"], "") > soon
    ]
    return max(found, key=lambda track: ends[track["plan_id"]], default=None)


def test_a_dispatcher_holds_a_drone_and_sees_it_confirmed(city: City, city_console: Console, artifacts: Path) -> None:
    """Hold asks for a reason, tells what it would do, is given by a second press, and ends as the service says it did."""
    track = city_console.until(lambda: cruising(city), "a drone on its way", 120)
    page = city_console.page
    city_console.open(f"?lang=en&track={track['track_id']}")
    buttons = page.get_by_role("group", name="Orders to the drone")
    buttons.get_by_role("button", name="Hold", exact=True).click()
    question = page.get_by_role("group", name="Hold", exact=True)
    question.get_by_role("textbox").fill("Crane at work ahead")
    question.get_by_role("button", name="Show what it would do").click()
    expect(question).to_contain_text("stops and holds here", timeout=60_000)
    with city.client("dispatcher") as dispatcher:
        before = dispatcher.get("/v1/commands", params={"aircraft_id": track["aircraft_id"]}).json()["items"]
    assert before == [], "an order was sent before it was confirmed"

    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(page.get_by_role("complementary", name="Selection")).to_be_visible()

    buttons.get_by_role("button", name="Hold", exact=True).click()
    question.get_by_role("button", name="Give the order").click()
    given = page.get_by_role("list", name="Latest orders").get_by_role("listitem").first
    expect(given).to_contain_text("Hold", timeout=60_000)
    expect(given).to_have_attribute("data-standing", "confirmed", timeout=60_000)
    expect(given).to_contain_text("Seen doing it")
    page.screenshot(path=artifacts / "hold-confirmed-en-1440x900.png")
    with city.client("dispatcher") as dispatcher:
        items = dispatcher.get("/v1/commands", params={"aircraft_id": track["aircraft_id"]}).json()["items"]
    assert [(item["type"], item["state"]) for item in items] == [("hold", "confirmed")]
    assert items[0]["circumstance"]["reason"] == "Crane at work ahead"
    # The service's 409 that asks for a reason is an answer, not a complaint of the page.
    city_console.complaints = [text for text in city_console.complaints if "status of 409" not in text]
