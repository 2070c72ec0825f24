"""Weather in a real browser, against the whole city: a storm is imported, a departure is stopped, the storm is withdrawn."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import h3
import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import City
from tests.e2e.console.pages import signed_in
from tests.fakes.filing import LAT_DEG, LON_DEG, file, plan, register, text

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(600)]


def storm(now: datetime) -> str:
    """Return a table of a storm over the place these tests keep to, and over no flight of the city."""
    first, last = text(now - timedelta(minutes=30)), text(now + timedelta(hours=2))
    cells = h3.grid_disk(h3.latlng_to_cell(LAT_DEG, LON_DEG, 7), 1)
    rows = [f"{cell},{first},{last},21,26,30,700" for cell in cells]
    return "# source: city radar\nh3,from,to,wind_mps,gust_mps,rain_mm_h,visibility_m\n" + "\n".join(rows)


def test_a_storm_is_imported_seen_in_the_departures_and_withdrawn(
    browser: Browser, city: City, artifacts: Path, tmp_path: Path
) -> None:
    """The screen says that the weather is made up, shows faults by line, then which departure the storm stops and why."""
    now = datetime.now(UTC)
    with city.client("operator") as firm:
        aircraft_id = register(firm)
        filed = file(firm, plan(aircraft_id, now + timedelta(minutes=40)))
        assert filed.status_code == 201, filed.text
        registration = firm.get(f"/v1/aircraft/{aircraft_id}").json()["registration"]
        bad, good = tmp_path / "bad.csv", tmp_path / "storm.csv"
        good.write_text(storm(now))
        bad.write_text(storm(now).replace(",700", ",-700", 1))
        with signed_in(browser, city, "dispatcher", "?lang=en&screen=weather") as page:
            panel = page.get_by_role("region", name="Weather and departures")
            expect(panel.get_by_text("Synthetic weather")).to_be_visible(timeout=60_000)
            row = panel.locator("li", has_text=registration)
            expect(row).to_contain_text("Go", timeout=60_000)

            panel.locator("input[type=file]").set_input_files(bad)
            panel.get_by_role("button", name="Check").click()
            expect(panel.locator(".weather-problems")).to_contain_text("line 3")
            expect(panel.get_by_role("button", name="Put in force")).to_be_disabled()

            panel.locator("input[type=file]").set_input_files(good)
            panel.get_by_role("button", name="Check").click()
            expect(panel.get_by_text("Usable: 7 values")).to_be_visible()
            panel.get_by_role("button", name="Put in force").click()
            expect(panel.get_by_text("In force, verified: city radar")).to_be_visible(timeout=60_000)
            expect(row).to_have_attribute("data-outcome", "no_go", timeout=60_000)
            expect(row).to_contain_text("Gusts 26 m/s on the way, at most 13.8 m/s")
            expect(row).to_contain_text("Visibility 700 m on the way, at least 1000 m")
            page.screenshot(path=artifacts / "weather-en-1440x900.png")

            # The first press only says what it will do.
            panel.get_by_role("button", name="Withdraw what is in force").click()
            expect(panel.get_by_text("flights are judged by made-up weather")).to_be_visible()
            panel.get_by_role("button", name="Do it").click()
            expect(panel.get_by_text("Synthetic weather")).to_be_visible(timeout=60_000)
            expect(row).to_have_attribute("data-outcome", "go", timeout=60_000)
        firm.post(f"/v1/flight-plans/{filed.json()['plan_id']}/cancel")
