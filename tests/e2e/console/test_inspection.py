"""Inspections in a real browser: a template becomes flights that are filed, and what a flight yielded is kept by reference."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import City
from tests.e2e.console.pages import signed_in
from tests.fakes.filing import file, plan, point, register, why

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(600)]

BASE = "st_talent_park"


def test_a_template_becomes_flights_that_are_filed(browser: Browser, city: City, artifacts: Path) -> None:
    """An area is drawn by its corners, previewed with its figures, and filed; each flight has its answer; a line follows."""
    with city.client("operator") as firm:
        aircraft_id = register(firm)
        lon, lat = firm.get(f"/v1/sites/{BASE}").json()["geometry"]["coordinates"]
    corners = [(lat + 0.001, lon), (lat + 0.001, lon + 0.003), (lat + 0.003, lon + 0.003), (lat + 0.003, lon)]
    # A flight that is refused is answered with 409, which the console shows in words.
    with signed_in(browser, city, "operator", "?lang=en&screen=inspection") as page:
        panel = page.get_by_role("region", name="Inspection missions")
        expect(panel).to_contain_text("Too few places are drawn.", timeout=60_000)
        panel.get_by_label("Points (latitude, longitude, WGS-84)").fill(
            "\n".join(f"{a:.6f}, {b:.6f}" for a, b in corners)
        )
        panel.get_by_label("Registration").select_option(aircraft_id, timeout=60_000)
        panel.get_by_label("Base").select_option(BASE, timeout=60_000)
        panel.get_by_label("Longest flight (min)").fill("8")
        panel.get_by_role("button", name="Preview the flights").click()
        yields = panel.get_by_role("region", name="What it yields")
        expect(yields).to_contain_text("Footprint (across × along)", timeout=60_000)
        expect(yields).to_contain_text("2.00 cm")
        flights = yields.get_by_role("listitem")
        assert flights.count() >= 1
        page.screenshot(path=artifacts / "inspection-en-1440x900.png")
        yields.get_by_role("button", name="File ").click()
        expect(yields.get_by_role("status")).to_contain_text(" taken", timeout=60_000)
        for flight in flights.all():
            expect(flight.locator(".inspection-filed")).to_be_visible()

        panel.get_by_role("radio", name="Line", exact=True).click()
        expect(yields).to_have_count(0)
        panel.get_by_label("Set by").select_option("height")
        panel.get_by_role("button", name="Preview the flights").click()
        expect(yields).to_contain_text("Line spacing", timeout=60_000)


def test_results_are_kept_by_reference(browser: Browser, city: City, artifacts: Path) -> None:
    """A flight that has begun takes the address of a result, read back by the service and taken away again; in Chinese."""
    with city.client("operator") as firm:
        aircraft_id = register(firm)
        mark = firm.get(f"/v1/aircraft/{aircraft_id}").json()["registration"]
        way = [point(-3_400, -2_600), point(-2_600, -2_600)]
        body = plan(aircraft_id, datetime.now(UTC) + timedelta(seconds=60), way, operation_type="inspection")
        filed = file(firm, body)
        assert filed.status_code == 201, why(filed)
        path = f"/v1/flight-plans/{filed.json()['plan_id']}"
        assert firm.post(f"{path}/confirm").status_code == 200
        assert firm.post(f"{path}/activate").status_code == 200
        with signed_in(browser, city, "operator", "?lang=zh-CN&screen=inspection&tab=results") as page:
            panel = page.get_by_role("region", name="巡检任务")
            panel.get_by_role("button", name=mark).click(timeout=60_000)
            panel.get_by_label("地址").fill("s3://surveys/flight-7/")
            panel.get_by_label("类型").select_option("orthophoto")
            panel.get_by_role("button", name="添加成果").click()
            expect(panel.locator(".inspection-result")).to_contain_text("s3://surveys/flight-7/", timeout=60_000)
            page.screenshot(path=artifacts / "inspection-results-zh-CN-1440x900.png")
            kept = firm.get(f"{path}/results").json()["items"]
            assert [(item["kind"], item["url"]) for item in kept] == [("orthophoto", "s3://surveys/flight-7/")]
            panel.get_by_role("button", name="删除 s3://surveys/flight-7/").click()
            panel.get_by_role("button", name="确认").click()
            expect(panel.locator(".inspection-result")).to_have_count(0, timeout=60_000)
        assert firm.get(f"{path}/results").json()["items"] == []
        assert firm.post(f"{path}/end").status_code == 200
