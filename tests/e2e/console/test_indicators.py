"""The indicators in a real browser, against the whole city."""

import re

import pytest
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from tests.e2e.conftest import City, wait_for
from tests.e2e.console.test_replay import opened

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(240)]


def test_indicators_are_read_by_eye_keyboard_and_file(browser: Browser, city: City) -> None:
    """Figures are those of the service; a bar is read by arrow key, as a table and as CSV; the report is kept as PDF."""
    with city.client("dispatcher") as dispatcher:

        def flown() -> int:
            found = dispatcher.get("/v1/statistics/operations").json()
            return int(found["flights"]["departed"])

        wait_for(flown, 120, "a flight that departed")
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
    expect(deliveries.get_by_role("columnheader", name="Wh per km")).to_be_visible(timeout=30_000)
    expect(deliveries.get_by_role("columnheader", name="Cost each")).to_have_count(0)
    page.get_by_label("Cost of an hour in the air").fill("100")
    expect(deliveries.get_by_role("columnheader", name="Cost each")).to_be_visible(timeout=30_000)
    with page.context.expect_page() as popup:
        page.get_by_role("link", name=re.compile(r"^Report of the day [\d-]+$")).click()
    expect(popup.value.get_by_role("heading", level=1)).to_contain_text("Low-altitude operations report")
    with page.expect_download() as told:
        page.get_by_role("link", name=re.compile("^Report of the day .* as PDF$")).click()
    assert told.value.suggested_filename.endswith("-en.pdf")
    assert "Low-altitude operations report" in PdfReader(told.value.path()).pages[0].extract_text()
    page.context.close()
