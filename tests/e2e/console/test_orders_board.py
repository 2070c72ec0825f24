"""The orders board and the fault panel in a real browser, against the whole city."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import City

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(240)]

ORIGIN, DESTINATION = "st_talent_park", "st_happy_coast"


def opened(browser: Browser, city: City, role: str) -> Page:
    """Return a page of the console in English, signed in to the demonstration in a role."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en", reduced_motion="reduce")
    page = context.new_page()
    answer = page.request.post(f"{city.base_url}/v1/session/demo", data={"role": role})
    assert answer.ok, answer.text()
    page.goto(f"{city.base_url}/?lang=en")
    return page


def carrier_of_the_firm(city: City) -> None:
    """Make one aircraft of the first firm a carrier that stands at the origin."""
    with city.client("operator") as operator:
        aircraft_id = operator.get("/v1/aircraft").json()["items"][0]["aircraft_id"]
        body = {"site_id": ORIGIN, "payload_max_kg": 5, "battery_wh": 1300}
        answer = operator.put(f"/v1/carriers/{aircraft_id}", json=body)
        assert answer.status_code == 200, answer.text


def test_an_order_created_through_the_console_shows_its_story(browser: Browser, city: City) -> None:
    """A firm fills in the form; what the service refuses stands there in words, what it takes is told as a story."""
    carrier_of_the_firm(city)
    page = opened(browser, city, "operator")
    page.get_by_role("button", name="Orders", exact=True).click(timeout=60_000)
    board = page.get_by_role("region", name="Orders")
    board.get_by_role("button", name="New order").click()
    form = board.get_by_role("form", name="New order")
    form.get_by_label("From", exact=True).select_option(ORIGIN)
    form.get_by_label("To", exact=True).select_option(ORIGIN)
    form.get_by_label("Load (kg)").fill("1.25")
    form.get_by_label("Class").select_option("medical")
    form.get_by_role("button", name="Create the order").click()
    expect(form.get_by_role("alert")).to_contain_text("the same site", timeout=15_000)
    form.get_by_label("To", exact=True).select_option(DESTINATION)
    form.get_by_role("button", name="Create the order").click()

    story = page.get_by_role("complementary", name="Selection")
    expect(story).to_contain_text("It was taken.", timeout=15_000)
    expect(story).to_contain_text("1.25 kg")
    row = board.locator("tbody tr").first
    expect(row).to_contain_text("Medical")
    with city.client("operator") as operator:
        order: dict[str, Any] = operator.get("/v1/orders").json()["items"][0]
    assert (order["payload_kg"], order["priority_class"]) == (1.25, "medical")
    expect(story).to_contain_text(order["order_id"])

    with city.client("operator") as operator:
        assert operator.post(f"/v1/orders/{order['order_id']}/cancel").status_code == 200
    expect(story).to_contain_text("It was cancelled.", timeout=10_000)
    expect(row).to_contain_text("Cancelled", timeout=10_000)
    page.context.close()


def test_a_fault_is_given_and_taken_away_in_the_console(browser: Browser, city: City) -> None:
    """A dispatcher gives a simulated vehicle a fault within its bounds, sees it in force, and clears it."""
    page = opened(browser, city, "dispatcher")
    page.get_by_role("button", name="Faults", exact=True).click(timeout=60_000)
    panel = page.get_by_role("region", name="Faults")
    form = panel.get_by_role("form")
    with city.client("dispatcher") as dispatcher:
        vehicle = dispatcher.get("/v1/demo/faults").json()["vehicles"][-1]
    form.get_by_label("Simulated vehicle").select_option(vehicle["id"])
    form.get_by_label("Kind of fault").select_option("packet_loss")
    share = form.get_by_label(re.compile("^share lost"))
    share.fill("101")
    expect(form).to_contain_text("must lie between 0 and 100")
    inject = form.get_by_role("button", name="Inject the fault")
    expect(inject).to_be_disabled()
    share.fill("3")
    inject.click()
    row = panel.locator("tbody tr", has_text=vehicle["registration"])
    expect(row).to_contain_text("Packet loss", timeout=10_000)
    with city.client("dispatcher") as dispatcher:
        told = {item["id"]: item["faults"] for item in dispatcher.get("/v1/demo/faults").json()["vehicles"]}
    assert [fault["values"]["loss_pct"] for fault in told[vehicle["id"]]] == [3]
    row.get_by_role("button", name="Clear Packet loss").click()
    expect(row).not_to_contain_text("Packet loss", timeout=10_000)
    page.context.close()
