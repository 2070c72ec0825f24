"""Sites and fleet, and the shift log, in a real browser against the whole city."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import City
from tests.e2e.console.pages import signed_in
from tests.e2e.console.test_replay import opened
from tests.fakes.filing import register

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(600)]


def test_vehicles_sites_and_batteries_are_listed_and_filtered(browser: Browser, city: City) -> None:
    """Every vehicle of the city stands in the list with its link; a filter narrows it; sites tell their free pads."""
    with city.client("dispatcher") as dispatcher:
        state = dispatcher.get("/v1/fleet/state").json()
    registration = state["vehicles"][0]["registration"]
    page = opened(browser, city, "&screen=fleet")
    table = page.get_by_role("table", name="Vehicles")
    expect(table.locator("tbody tr")).to_have_count(len(state["vehicles"]), timeout=60_000)
    page.get_by_role("searchbox", name=re.compile("^Filter")).fill(registration)
    expect(table.locator("tbody tr")).to_have_count(1)
    expect(table).to_contain_text(registration)
    page.get_by_role("tab", name="Sites").click()
    sites = page.get_by_role("table", name="Sites")
    expect(sites.locator("tbody tr")).to_have_count(len(state["sites"]))
    expect(sites).to_contain_text(re.compile(r"\d+ of \d+"))
    page.context.close()


def test_a_firm_keeps_its_carriers_batteries_and_crews(browser: Browser, city: City) -> None:
    """Added and changed in forms, read back: what the service then has is what was typed."""
    with city.client("operator") as firm:
        aircraft_id = register(firm)
        with signed_in(browser, city, "operator", "?lang=en&screen=fleet") as page:
            body = page.locator(".fleet-body")
            page.get_by_role("tab", name="Carriers").click(timeout=60_000)
            page.get_by_role("button", name="New carrier").click()
            body.get_by_label("Registration", exact=True).select_option(aircraft_id, timeout=60_000)
            body.get_by_label("Stands at", exact=True).select_option("st_talent_park")
            body.get_by_label("State", exact=True).select_option("out_of_service")
            body.get_by_label("Payload, most (kg)", exact=True).fill("4.5")
            body.get_by_label("Reserve after landing (%)", exact=True).fill("25")
            page.get_by_role("button", name="Save").click()
            expect(body.get_by_role("status")).to_contain_text("is kept, read back", timeout=60_000)
            carrier = firm.get(f"/v1/carriers/{aircraft_id}").json()
            assert (carrier["payload_max_kg"], carrier["reserve_share"]) == (4.5, 0.25)
            assert carrier["state"] == "out_of_service"

            # A firm that keeps any battery needs one for each flight: it is retired at once.
            page.get_by_role("tab", name="Batteries").click()
            page.get_by_role("button", name="New battery").click()
            body.get_by_label("Label", exact=True).fill("E2E-B1")
            body.get_by_label("Capacity (Wh)", exact=True).fill("1300")
            page.get_by_role("button", name="Save").click()
            expect(body.get_by_role("status")).to_contain_text("E2E-B1 is kept, read back", timeout=60_000)
            page.get_by_role("button", name="Change E2E-B1").click()
            body.get_by_label("State", exact=True).select_option("retired")
            body.get_by_label("Cycles so far", exact=True).fill("499")
            page.get_by_role("button", name="Save").click()
            expect(page.get_by_role("table", name="Batteries")).to_contain_text("retired", timeout=60_000)
            battery = next(item for item in firm.get("/v1/batteries").json()["items"] if item["label"] == "E2E-B1")
            assert (battery["capacity_wh"], battery["cycles"], battery["state"]) == (1_300.0, 499, "retired")

            page.get_by_role("tab", name="Crews").click()
            page.get_by_role("button", name="New crew").click()
            body.get_by_label("Crew", exact=True).fill("E2E night")
            body.get_by_label("Vehicles in the air, most", exact=True).fill("900")
            page.get_by_role("button", name="Save").click()
            expect(body.get_by_role("status")).to_contain_text("E2E night is kept, read back", timeout=60_000)
            page.get_by_role("button", name="Change E2E night").click()
            body.get_by_label("Vehicles in the air, most", exact=True).fill("1000")
            page.get_by_role("button", name="Save").click()
            expect(page.get_by_role("table", name="Crews")).to_contain_text("1,000", timeout=60_000)
            crew = next(item for item in firm.get("/v1/crews").json()["items"] if item["label"] == "E2E night")
            # On duty and hardly limited: other tests of this city fly with it.
            assert (crew["vehicles_max"], crew["state"]) == (1_000, "on_duty")


def test_a_shift_is_signed_over(browser: Browser, city: City) -> None:
    """A dispatcher writes and signs; another takes over; the log stands among the earlier ones; in Chinese too."""
    with city.client("dispatcher") as other:
        log = other.get("/v1/handovers/current").json()["log"]
    page = opened(browser, city, "&screen=handover")
    if log is None:
        page.get_by_role("button", name="Open the first log").click(timeout=60_000)
    form = page.get_by_role("form", name="Write into the log")
    form.get_by_label("What happened").fill("Crane at the harbour until noon", timeout=60_000)
    form.get_by_label("Kind").select_option("airspace")
    form.get_by_role("button", name="Add").click()
    expect(page.get_by_role("region", name="Entries")).to_contain_text("Crane at the harbour", timeout=60_000)
    page.get_by_label("Remarks").fill("Quiet night")
    page.get_by_label(re.compile("^Initials")).fill("LW")
    page.get_by_role("button", name="Sign as who leaves").click()
    take = page.get_by_role("region", name="Sign as who comes")
    expect(take).to_contain_text("(LW)", timeout=60_000)
    # The same person may not come: the service says so in words.
    take.get_by_label(re.compile("^Initials")).fill("LW")
    take.get_by_role("button", name="Sign as who comes").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody else must take over", timeout=60_000)
    with city.client("dispatcher") as other:
        log = other.get("/v1/handovers/current").json()["log"]
        answer = other.post(f"/v1/handovers/{log['handover_id']}/sign-in", json={"initials": "CW"})
        assert answer.status_code == 200, answer.text
    page.goto(f"{city.base_url}/?lang=zh-CN&screen=handover")
    past = page.get_by_role("list", name="以往班次")
    expect(past).to_contain_text("（LW）", timeout=60_000)
    expect(past).to_contain_text("（CW）")
    past.get_by_role("button", name=f"第 {log['number']} 班日志", exact=True).click()
    expect(past).to_contain_text("Crane at the harbour", timeout=60_000)
    page.context.close()
