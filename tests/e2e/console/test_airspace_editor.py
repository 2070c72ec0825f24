"""The airspace editor in a real browser, against the whole city: draw, see the impact, publish, act, take back."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.conftest import City, wait_for
from tests.e2e.console.pages import signed_in

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(600)]


def zone_named(city: City, name: str) -> dict[str, Any] | None:
    """Return the zone in force of a name."""
    with city.client("dispatcher") as dispatcher:
        answer = dispatcher.get("/v1/zones", params={"limit": 200}).json()
    zones = answer.get("features") or answer["items"]
    return next((zone for zone in zones if zone["properties"]["name"] == name), None)


def map_ready(page: Page) -> None:
    """Wait until the map is at rest: only then can it be drawn on."""
    for _ in range(900):
        if page.evaluate("window.__hexlane ? window.__hexlane.mapIdle() : false"):
            return
        page.wait_for_timeout(100)
    pytest.fail("the map never came to rest")


def filed_zone(lower_m: float, **more: Any) -> str:
    """Return a file of one zone with its upper limit at 90 m, unless it says otherwise."""
    ring = [[114.40, 22.80], [114.41, 22.80], [114.41, 22.81], [114.40, 22.80]]
    properties = {"name": "From a file", "restriction": "PROHIBITED", "lower_m": lower_m, "upper_m": 90, "datum": "AGL"}
    geometry = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "geometry": geometry, "properties": {**properties, **more}}
    return json.dumps({"type": "FeatureCollection", "features": [feature]})


def imported(editor: Locator, file: Path) -> None:
    """Look at a file of one zone and publish it."""
    editor.locator("input[type=file]").set_input_files(file)
    editor.get_by_role("button", name="Look at it first").click()
    editor.get_by_role("button", name="Publish all 1…").click(timeout=60_000)
    editor.get_by_role("button", name="Publish them").click()
    expect(editor).to_contain_text("Verified: 1 zone is in force.", timeout=60_000)


def undone(editor: Locator, effect: str) -> None:
    """Take the last import back; what that does is said first."""
    editor.get_by_role("button", name="Undo this import").click()
    expect(editor).to_contain_text(effect)
    editor.get_by_role("button", name="Undo it").click()
    expect(editor).to_contain_text("Verified: it is undone.", timeout=60_000)


def replaced_and_put_back(editor: Locator, city: City, folder: Path) -> None:
    """An import that replaces a zone says so; taken back, the zone says what it said before."""
    file = folder / "replacing.geojson"
    file.write_text(filed_zone(0, zone_id="zn_e2e_filed", upper_m=60), "utf-8")
    with city.client("regulator") as regulator:
        regulator.delete("/v1/zones/zn_e2e_filed")
        body = json.loads(filed_zone(0, zone_id="zn_e2e_filed"))["features"][0]
        first = regulator.post("/v1/zones", json=body)
        assert first.status_code == 201, first.text
        imported(editor, file)
        assert regulator.get("/v1/zones/zn_e2e_filed").json()["properties"]["upper_m"] == 60
        undone(editor, "Zones replaced: 1, published as they were.")
        after = regulator.get("/v1/zones/zn_e2e_filed").json()
        assert after["geometry"] == first.json()["geometry"]
        assert after["properties"]["upper_m"] == 90
        assert regulator.delete("/v1/zones/zn_e2e_filed").status_code == 204


def test_a_regulator_draws_publishes_takes_back_and_imports(
    browser: Browser, city: City, artifacts: Path, tmp_path: Path
) -> None:
    """Corners set by mouse can be undone and redone; what is published is in force; undoing it takes it out again."""
    with signed_in(browser, city, "regulator", "?lang=en&screen=airspace&view=22.80,114.30,12") as page:
        editor = page.get_by_role("region", name="Airspace editor")
        editor.get_by_role("button", name="New zone").click(timeout=60_000)
        map_ready(page)
        corners = [(800, 300), (1000, 300), (1000, 500), (800, 500)]
        points = editor.get_by_label("Points (latitude, longitude, WGS-84)")
        for n, (x, y) in enumerate(corners, 1):
            page.mouse.click(x, y)
            wait_for(
                lambda n=n: points.input_value() and len(points.input_value().split("\n")) == n,
                60,
                f"corner {n} to be taken",
            )
            page.wait_for_timeout(400)
        editor.get_by_role("button", name="Finish drawing").click()
        editor.get_by_role("button", name="Undo (Ctrl+Z)").click()
        assert len(points.input_value().split("\n")) == 3
        editor.get_by_role("button", name="Redo (Ctrl+Y)").click()
        assert len(points.input_value().split("\n")) == 4

        expect(editor.get_by_role("button", name="Publish…")).to_be_disabled()
        expect(editor).to_contain_text("Give it a name.")
        editor.get_by_label("Name", exact=True).fill("Drawn by hand")
        expect(editor).to_contain_text("It touches", timeout=60_000)
        page.screenshot(path=artifacts / "airspace-en-1440x900.png")
        editor.get_by_role("button", name="Publish…").click()
        editor.get_by_role("button", name="Publish the zone").click()
        expect(editor).to_contain_text('Verified: "Drawn by hand" is in force as version 1.', timeout=60_000)
        published = zone_named(city, "Drawn by hand")
        assert published is not None
        assert len(published["geometry"]["coordinates"][0]) == 5

        editor.get_by_role("button", name="Undo this publication").click()
        editor.get_by_role("button", name="Undo it").click()
        expect(editor).to_contain_text("Verified: it is undone.", timeout=60_000)
        assert zone_named(city, "Drawn by hand") is None

        wrong, right = tmp_path / "wrong.geojson", tmp_path / "right.geojson"
        wrong.write_text(filed_zone(200), "utf-8")
        right.write_text(filed_zone(0), "utf-8")
        editor.get_by_role("button", name="Import a file").click()
        editor.locator("input[type=file]").set_input_files(wrong)
        editor.get_by_role("button", name="Look at it first").click()
        expect(editor).to_contain_text("keeps the whole file out", timeout=60_000)
        expect(editor.get_by_role("button", name="Publish all 1…")).to_have_count(0)
        expect(editor.locator(".file-field")).to_contain_text("wrong.geojson")
        editor.locator("input[type=file]").set_input_files(right)
        editor.get_by_role("button", name="Look at it first").click()
        publish = editor.get_by_role("button", name="Publish all 1…")
        expect(publish).to_be_visible(timeout=60_000)
        wait_for(lambda: page.evaluate("window.__hexlane.previewed()") == 1, 60, "the zone of the file, drawn")
        editor.get_by_role("button", name="From a file", exact=True).click()
        map_ready(page)
        page.screenshot(path=artifacts / "airspace-import-en-1440x900.png")
        publish.click()
        editor.get_by_role("button", name="Publish them").click()
        expect(editor).to_contain_text("Verified: 1 zone is in force.", timeout=60_000)
        wait_for(lambda: page.evaluate("window.__hexlane.previewed()") == 0, 60, "the preview to be taken away")
        assert zone_named(city, "From a file") is not None
        undone(editor, "Zones added: 1, withdrawn.")
        assert zone_named(city, "From a file") is None
        replaced_and_put_back(editor, city, tmp_path)


def flying(city: City) -> dict[str, Any] | None:
    """Return the track of the flight in the air that departed last: the others may land while the form is filled in."""
    with city.client("dispatcher") as dispatcher:
        tracks = dispatcher.get("/v1/tracks", params={"bbox": "113,22,115,23.5"}).json()["items"]
        found = [track for track in tracks if track["plan_id"] and track["state"] == "conforming"]
        departed = [dispatcher.get(f"/v1/flight-plans/{track['plan_id']}").json()["departure_at"] for track in found]
    return max(zip(departed, found, strict=True), key=lambda item: item[0])[1] if found else None


def test_a_dispatcher_closes_airspace_now_and_sees_every_flight_out_of_it(
    browser: Browser, city: City, artifacts: Path
) -> None:
    """A circle typed around a flight, in an emergency: impact, publication, a list of actions carried out and watched."""
    track = wait_for(lambda: flying(city), 90, "a flight in the air")
    with signed_in(browser, city, "dispatcher", "?lang=en&screen=airspace") as page:
        editor = page.get_by_role("region", name="Airspace editor")
        editor.get_by_role("button", name="Temporary zone").click(timeout=60_000)
        editor.get_by_role("radio", name="Circle").click()
        editor.get_by_label("Points (latitude, longitude, WGS-84)").fill(
            f"{track['lat_deg']:.5f}, {track['lon_deg']:.5f}"
        )
        editor.get_by_label("Radius (m)").fill("1500")
        editor.get_by_label("Name", exact=True).fill("Fire")
        editor.get_by_label("From", exact=True).fill("2020-01-01T08:00")
        editor.get_by_label("To", exact=True).fill("2020-01-01T09:00")
        expect(editor).to_contain_text("Its end has passed.")
        now = page.evaluate("new Date(Date.now() + 8 * 3600000).toISOString().slice(0, 16)")
        later = page.evaluate("new Date(Date.now() + 9 * 3600000).toISOString().slice(0, 16)")
        editor.get_by_label("From", exact=True).fill(now)
        editor.get_by_label("To", exact=True).fill(later)
        expect(editor.locator(".impact-counts")).to_contain_text("in the air", timeout=60_000)
        editor.get_by_role("button", name="Publish…").click()
        editor.get_by_role("button", name="Publish the zone").click()
        expect(editor.get_by_role("alert")).to_contain_text("notice", timeout=60_000)
        editor.get_by_label("Why less notice is given, in an emergency").fill("A warehouse is on fire")
        expect(editor.locator(".impact-counts")).to_contain_text("in the air", timeout=60_000)
        editor.get_by_role("button", name="Publish…").click()
        editor.get_by_role("button", name="Publish the zone").click()
        actions = page.get_by_role("region", name='Actions for "Fire"')
        expect(actions).to_be_visible(timeout=60_000)
        rows = actions.locator(".action-item")
        expect(rows.first).to_be_visible(timeout=60_000)
        assert zone_named(city, "Fire") is not None

        several = actions.get_by_role("button", name="Carry out all")
        (several if several.count() else actions.get_by_role("button", name="Carry out…").first).click()
        actions.get_by_role("button", name="Yes, carry out").click()
        expect(actions.locator(".action-item:not([data-state='proposed'])").first).to_be_visible(timeout=60_000)
        ended = ", ".join(f".action-item[data-state='{state}']" for state in ("confirmed", "escalated", "withdrawn"))
        done = actions.locator(ended)
        expect(done.first).to_be_visible(timeout=90_000)
        page.screenshot(path=artifacts / "actions-en-1440x900.png")
        with city.client("dispatcher") as dispatcher:
            listed = dispatcher.get("/v1/action-lists").json()["items"][0]
        assert listed["counts"]["proposed"] < sum(listed["counts"].values())

        editor.get_by_role("button", name="Undo this publication").click()
        editor.get_by_role("button", name="Undo it").click()
        expect(editor).to_contain_text("Verified: it is undone.", timeout=60_000)
    assert zone_named(city, "Fire") is None


def test_one_button_closes_a_segment_for_a_manned_helicopter(browser: Browser, city: City) -> None:
    """Segment and minutes make the whole zone: its corridor, its reason and its times are filled in, in Chinese too."""
    with signed_in(browser, city, "dispatcher", "?lang=zh-CN&screen=airspace") as page:
        editor = page.get_by_role("region", name="空域编辑")
        editor.get_by_role("button", name="为载人直升机关闭航段").click(timeout=60_000)
        segment = editor.get_by_label("航段", exact=True)
        expect(segment.locator("option").nth(1)).to_be_attached(timeout=60_000)
        segment.select_option(index=1)
        editor.get_by_label("关闭时长（分钟）").fill("20")
        editor.get_by_role("button", name="查看影响").click()
        expect(editor.get_by_label("紧急情况下提前量不足的理由")).to_have_value("载人直升机经过此航段")
        expect(editor.locator(".impact-counts")).to_be_visible(timeout=60_000)
        editor.get_by_role("button", name="发布…").click()
        editor.get_by_role("button", name="确认发布").click()
        expect(editor).to_contain_text("已核实", timeout=60_000)
        with city.client("dispatcher") as dispatcher:
            standing = dispatcher.get("/v1/temporary-zones").json()["items"]
        assert [item["category"] for item in standing] == ["urgent"]
        editor.get_by_role("button", name="撤回此次发布").click()
        editor.get_by_role("button", name="确认撤回").click()
        expect(editor).to_contain_text("已核实：已撤回。", timeout=60_000)
