"""The indicators in a real browser, against the whole city."""

import csv
import re
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.e2e.conftest import City, wait_for
from tests.e2e.console.test_replay import opened
from tests.fakes import filing

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(600)]

MEETINGS = ((-6_000.0, 2.0), (-6_800.0, 12.0))
"""Metres north of the middle, where nobody else flies, and metres between two drones that pass each other there."""


def meet(city: City) -> list[str]:
    """Fly pairs of drones at each other until a loss of separation is foretold of each; return a mark of each pair."""
    with city.client("operator") as firm, city.client("dispatcher") as dispatcher:
        pairs = [(filing.register(firm), filing.register(firm)) for _ in MEETINGS]
        began = time.monotonic()

        def foretold() -> list[str]:
            gone_m = 10.0 * (time.monotonic() - began)
            items: list[dict[str, Any]] = []
            for (one, other), (north_m, apart_m) in zip(pairs, MEETINGS, strict=True):
                items.append(_report(one, gone_m, north_m, 10.0))
                items.append(_report(other, 1_000.0 - gone_m, north_m + apart_m, -10.0))
            taken = firm.post("/v1/tracks", json={"items": items})
            assert taken.json()["accepted"] == len(items), taken.text
            alerts = dispatcher.get("/v1/alerts", params={"limit": 200}).json()["items"]
            told = {alert["aircraft_id"] for alert in alerts if alert["kind"] == "loss_of_separation"}
            found = [next((drone for drone in pair if drone in told), "") for pair in pairs]
            return found if all(found) else []

        met: list[str] = wait_for(foretold, 90, "a loss of separation foretold of each pair")
        return [str(firm.get(f"/v1/aircraft/{aircraft_id}").json()["registration"]) for aircraft_id in met]


def _report(aircraft_id: str, east_m: float, north_m: float, east_mps: float) -> dict[str, Any]:
    lat, lon = filing.place(east_m, north_m)
    velocity = {"vel_east_mps": east_mps, "vel_north_mps": 0.0, "vel_up_mps": 0.0}
    observed = {"observed_at": filing.text(datetime.now(UTC))}
    return {"aircraft_id": aircraft_id, "lat_deg": lat, "lon_deg": lon, "alt_hae_m": 150.0, **velocity, **observed}


def test_indicators_are_read_by_eye_keyboard_and_file(browser: Browser, city: City) -> None:
    """Figures are those of the service; a bar is read by arrow key, as a table and as CSV; the report is kept as PDF."""
    with city.client("dispatcher") as dispatcher:

        def flown() -> int:
            found = dispatcher.get("/v1/statistics/operations").json()
            return int(found["flights"]["departed"])

        wait_for(flown, 120, "a flight that departed")
    met = meet(city)
    page = opened(browser, city, "&screen=indicators")
    flights = page.get_by_role("region", name="Flights", exact=True)
    chart = flights.get_by_role("slider", name=re.compile("^Flights over time"))
    expect(chart).to_be_visible(timeout=60_000)
    chart.focus()
    chart.press("End")
    # The screen's window ends with the last full minute: what departed just now comes with the next one.
    expect(chart).to_have_attribute("aria-valuetext", re.compile(r"flown [1-9]\d*"), timeout=90_000)
    box = chart.bounding_box()
    assert box is not None
    chart.hover(position={"x": box["width"] * 0.97, "y": box["height"] / 2})
    expect(flights.locator(".chart-reading")).to_contain_text("flown")
    fairness = page.get_by_role("region", name="Fairness between firms", exact=True)
    firms = fairness.get_by_role("slider", name=re.compile("^Firms side by side"))
    firms.focus()
    firms.press("Home")
    expect(firms).to_have_attribute("aria-valuetext", re.compile(r"Filed \d+ · Approved .* · Mean delay "))
    firms.locator(".chart-value").last.hover()
    expect(fairness.locator(".chart-reading")).to_contain_text("Mean delay")
    with page.expect_download() as told:
        fairness.get_by_role("button", name="Download Fairness between firms as PNG").click()
    assert told.value.path().read_bytes().startswith(b"\x89PNG")
    with page.expect_download() as told:
        flights.get_by_role("button", name="Download Flights as PNG").click()
    assert told.value.suggested_filename.endswith(".png")
    assert told.value.path().read_bytes().startswith(b"\x89PNG")
    flights.get_by_role("button", name="Table").click()
    expect(flights.get_by_role("columnheader", name="Filed")).to_be_visible()
    with page.expect_download() as told:
        flights.get_by_role("button", name="Download Flights as CSV").click()
    lines = told.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("From (Beijing time),Filed,")
    assert len(lines) == 1 + flights.locator("tbody tr").count()
    deliveries = page.get_by_role("region", name="Deliveries by firm", exact=True)
    expect(deliveries.get_by_role("columnheader", name="Wh per km")).to_be_visible(timeout=60_000)
    expect(deliveries.get_by_role("columnheader", name="Cost each")).to_have_count(0)
    page.get_by_label("Cost of an hour in the air").fill("100")
    expect(deliveries.get_by_role("columnheader", name="Cost each")).to_be_visible(timeout=60_000)
    with page.context.expect_page() as popup:
        page.get_by_role("link", name=re.compile(r"^Report of the day [\d-]+$")).click()
    expect(popup.value.get_by_role("heading", level=1)).to_contain_text("Low-altitude operations report")
    with page.expect_download() as told:
        page.get_by_role("link", name=re.compile("^Report of the day .* as PDF$")).click()
    assert told.value.suggested_filename.endswith("-en.pdf")
    assert "Low-altitude operations report" in PdfReader(told.value.path()).pages[0].extract_text()
    encounters_are_read(page, met)
    page.context.close()


def encounters_are_read(page: Page, met: list[str]) -> None:
    """Each encounter is a mark that is read by hand and by key, with its distances and who met; PNG and CSV hold them."""
    card = page.get_by_role("region", name="Closest encounters", exact=True)
    chart = card.get_by_role("slider", name=re.compile("^Closest encounters by level and vertical distance"))
    # The screen's window ends with the last full minute: what met just now comes with the next one.
    expect(chart).to_have_attribute("aria-valuemax", re.compile(r"^[1-9]\d*$"), timeout=90_000)
    words = re.compile(r"^(Emergency|Warning|Caution|Advisory) · [\d-]+ [\d:]+ · [\d,]+ m / [\d,]+ m · ")
    chart.focus()
    chart.press("Home")
    read = []
    for _ in range(int(chart.get_attribute("aria-valuemax") or "0") + 1):
        expect(chart).to_have_attribute("aria-valuetext", words)
        read.append(str(chart.get_attribute("aria-valuetext")))
        expect(card.locator(".chart-reading")).to_have_text(read[-1])
        chart.press("ArrowRight")
    assert len(set(read)) == len(read)
    for registration in met:
        assert any(registration in line for line in read), (registration, read)
    chart.press("ArrowLeft")
    expect(chart).to_have_attribute("aria-valuetext", read[-2])

    page.mouse.move(1, 1)
    mark = chart.locator("g > path").first
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(card.locator(".chart-reading")).to_have_text(words)
    with page.expect_download() as told:
        card.get_by_role("button", name="Download Closest encounters as PNG").click()
    assert told.value.path().read_bytes().startswith(b"\x89PNG")
    with page.expect_download() as told:
        card.get_by_role("button", name="Download Closest encounters as CSV").click()
    rows = list(csv.reader(told.value.path().read_text("utf-8-sig").splitlines()))
    assert rows[0] == ["From (Beijing time)", "Severity", "Horizontal (m)", "Vertical (m)", "What"]
    for registration in met:
        of_it = [row for row in rows[1:] if registration in row[4]]
        assert of_it
        for row in of_it:
            assert 0.0 <= float(row[2]) <= 50.0
            assert float(row[3]) <= 15.0
