"""The flight drawer and the replay in a real browser, against the whole city."""

import io
import re
import zipfile
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import City, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(600)]


def opened(browser: Browser, city: City, query: str, role: str = "dispatcher", lang: str = "en") -> Page:
    """Return a page of the console, signed in to the demonstration in a role."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale=lang, reduced_motion="reduce")
    page = context.new_page()
    answer = page.request.post(f"{city.base_url}/v1/session/demo", data={"role": role})
    assert answer.ok, answer.text()
    page.goto(f"{city.base_url}/?lang={lang}{query}")
    return page


def flying(city: City) -> list[dict[str, object]]:
    """Return the tracks that fly a plan; waits until there are two."""
    with city.client("dispatcher") as dispatcher:

        def two() -> list[dict[str, object]]:
            items = dispatcher.get("/v1/tracks").json()["items"]
            found = [item for item in items if item["plan_id"] and item["source"] == "mavlink"]
            return found if len(found) > 1 else []

        found: list[dict[str, object]] = wait_for(two, 120, "two flights under way")
    return found


def test_the_drawer_tells_a_flight_whole(browser: Browser, city: City) -> None:
    """A flying drone's drawer shows its profile against the ground, its link, its firm's contact, codes and events."""
    track = flying(city)[0]
    firm = track["operator_id"]
    with city.client("dispatcher") as dispatcher:
        contact = {"duty_name": "Duty desk", "phone": "+86 755 0000 0000"}
        assert dispatcher.put(f"/v1/operators/{firm}/contact", json=contact).status_code == 200
    page = opened(browser, city, f"&track={track['track_id']}")
    drawer = page.get_by_role("complementary", name="Selection")
    profile = drawer.get_by_role("slider", name=re.compile("^Heights along the route in AMSL"))
    expect(profile).to_be_visible(timeout=60_000)
    profile.focus()
    profile.press("Home")
    expect(profile).to_have_attribute("aria-valuetext", re.compile("^0 m from the start .* planned .* AMSL"))
    before = profile.get_attribute("aria-valuetext")
    profile.press("End")
    assert profile.get_attribute("aria-valuetext") != before
    drawer.locator(".datum-radio", has_text="AGL").click()
    expect(drawer.get_by_role("slider", name=re.compile("^Heights along the route in AGL"))).to_be_visible()
    expect(drawer).to_contain_text(re.compile(r"Frames lost\s*\d+\.\d%"), timeout=60_000)
    expect(drawer.get_by_role("link", name="+86 755 0000 0000")).to_have_attribute("href", "tel:+8675500000000")
    expect(drawer).to_contain_text("BeiDou code, level 8")
    events = drawer.get_by_role("list", name="Events")
    expect(events.get_by_role("listitem").first).to_be_visible()
    whole = drawer.get_by_role("button", name=re.compile("^Show all"))
    if whole.count():  # a flight that was given orders before has more events than are shown at first
        whole.click()
    expect(events).to_contain_text("Activated")
    expect(events).to_contain_text("Plan filed · approved")
    with city.client("dispatcher") as dispatcher:
        names = {item["organisation_id"]: item for item in dispatcher.get("/v1/operators").json()["items"]}
    expect(drawer).to_contain_text(names[firm]["name"])
    page.get_by_role("button", name="中文：切换为中文").click()
    in_chinese = page.get_by_role("complementary", name="所选对象")
    expect(in_chinese).to_contain_text(names[firm]["name_zh"])
    expect(in_chinese).not_to_contain_text(names[firm]["name"])
    expect(in_chinese).to_contain_text("地形：合成地形")
    page.context.close()


def test_the_past_is_played_measured_and_kept(browser: Browser, city: City) -> None:
    """A window is played and stopped, scrubbed and bookmarked; two flights are measured; an incident gives its bundle."""
    one, other = flying(city)[:2]
    with city.client("dispatcher") as dispatcher:

        def newest() -> datetime:
            return datetime.fromisoformat(dispatcher.get("/v1/replay/range").json()["to"].replace("Z", "+00:00"))

        # What is played began when both flew: before that the vehicles may not have been heard at all.
        began = newest()
        wait_for(lambda: newest() - began > timedelta(seconds=25), 90, "25 seconds of recording with both in the air")
    start = (began + timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    chosen = f"&a={one['track_id']}&b={other['track_id']}"
    page = opened(browser, city, f"&screen=replay&from={start}&length=300&speed=1{chosen}")
    clock = page.locator(".transport-clock time")
    expect(page.locator(".replay-banner")).to_contain_text(re.compile(r"[1-9]\d* drones?"), timeout=60_000)
    stood = clock.get_attribute("datetime")
    page.get_by_role("button", name="Play (space)").click()
    expect(clock).not_to_have_attribute("datetime", stood or "", timeout=60_000)
    page.get_by_role("button", name="Pause (space)").click()
    expect(page.locator(".transport-phase")).to_have_text("paused", timeout=60_000)

    # Bookmarks stand in the address and bring one back.
    page.get_by_role("tab", name="Bookmarks").click()
    page.get_by_label("What is here").fill("near miss?")
    page.get_by_role("button", name="Bookmark here (B)").click()
    expect(page).to_have_url(re.compile("marks=.*near"))
    page.get_by_role("button", name="Ahead 10 s (.)").click()
    expect(page.locator(".transport-phase")).to_have_text("paused", timeout=60_000)
    away = clock.get_attribute("datetime")
    page.get_by_role("button", name="near miss?", exact=True).click()
    expect(clock).not_to_have_attribute("datetime", away or "", timeout=60_000)

    page.get_by_role("tab", name="Distance").click()
    expect(page.get_by_text(re.compile(r"^Closest: .* apart"))).to_be_visible(timeout=60_000)
    chart = page.get_by_role("slider", name=re.compile("^Horizontal and vertical distance over time"))
    chart.focus()
    chart.press("ArrowRight")
    expect(chart).to_have_attribute("aria-valuetext", re.compile(r"horizontal [\d,.]+ m · vertical [\d,.]+ m"))

    page.get_by_role("tab", name="Incidents").click()
    form = page.get_by_role("form", name="New incident")
    form.get_by_label("Title").fill("Two flights close")
    form.get_by_role("button", name="Open the incident").click()
    listed = page.get_by_role("list", name="Incidents")
    expect(listed).to_contain_text("Two flights close", timeout=60_000)
    href = listed.get_by_role("link", name="Download the bundle").first.get_attribute("href")
    bundle = page.request.get(f"{city.base_url}{href}")
    assert bundle.ok, bundle.text()
    assert "manifest.json" in zipfile.ZipFile(io.BytesIO(bundle.body())).namelist()
    page.context.close()


def test_a_replay_without_a_place_begins_where_the_recording_does(browser: Browser, city: City) -> None:
    """Of a day asked for of which less is recorded, the window begins with the recording, and what flew then is shown."""
    flying(city)
    with city.client("dispatcher") as dispatcher:
        began = datetime.fromisoformat(dispatcher.get("/v1/replay/range").json()["from"].replace("Z", "+00:00"))
    start = (began + timedelta(milliseconds=500)).replace(microsecond=0)  # fields hold whole seconds, rounded
    page = opened(browser, city, "&screen=replay&length=86400&speed=60")
    shown = start.astimezone(timezone(timedelta(hours=8)))
    field = page.get_by_label("From (Beijing time)")
    expect(field).to_have_value(f"{shown:%Y-%m-%d %H:%M:%S}", timeout=60_000)
    expect(page).to_have_url(re.compile("from=" + start.strftime("%Y-%m-%dT%H:%M:%S").replace(":", "(:|%3A)") + "Z"))
    page.get_by_role("button", name="Play (space)").click()
    expect(page.locator(".replay-banner")).to_contain_text(re.compile(r"[1-9]\d* drones?"), timeout=60_000)

    # What a form misses is said in the console's words, not in the browser's.
    field.fill("")
    page.get_by_role("form", name="Window").get_by_role("button", name="Load", exact=True).click()
    assert field.evaluate("field => field.validationMessage") == "Please fill this in."
    field.fill(f"{shown:%Y-%m-%d %H:%M:%S}")
    assert field.evaluate("field => field.validationMessage") == ""
    page.context.close()


def test_a_firm_plays_its_own_flights_only(browser: Browser, city: City) -> None:
    """In a firm's replay there are its own drones and no others, and no incidents."""
    flying(city)
    with city.client("operator") as operator, city.client("dispatcher") as dispatcher:
        counted: list[tuple[str, int]] = []

        def steady() -> bool:
            """What other tests flew may be leaving the picture: as many for ten seconds, half of them before the window."""
            last, now = dispatcher.get("/v1/replay/range").json()["to"], len(operator.get("/v1/tracks").json()["items"])
            if counted and counted[0][1] != now:
                counted.clear()
            counted.append((last, now))
            began, ends = (datetime.fromisoformat(at[0].replace("Z", "+00:00")) for at in (counted[0], counted[-1]))
            return ends - began > timedelta(seconds=10)

        wait_for(steady, 120, "the firm's drones to be as many for a while")
        last, mine = counted[-1]
    start = (datetime.fromisoformat(last.replace("Z", "+00:00")) - timedelta(seconds=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    page = opened(browser, city, f"&screen=replay&from={start}&length=300", role="operator", lang="zh-CN")
    expect(page.locator(".replay-banner")).to_contain_text(f"{mine} 架", timeout=60_000)
    page.get_by_role("tab", name="事件卷宗").click()
    expect(page.locator(".replay-side")).to_contain_text("卷宗未能读取")
    page.context.close()
