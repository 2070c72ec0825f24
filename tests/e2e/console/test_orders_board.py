"""The orders board and the fault panel in a real browser, against the whole city."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.conftest import City, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(600)]

BEIJING = timezone(timedelta(hours=8))
HUBS = ("st_coastal_city", "st_software_park")
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
    expect(form.get_by_role("alert")).to_contain_text("the same site", timeout=60_000)
    form.get_by_label("To", exact=True).select_option(DESTINATION)
    ready_at = (datetime.now(UTC) + timedelta(hours=2)).replace(second=0, microsecond=0)
    typed = f"{ready_at.astimezone(BEIJING):%Y-%m-%d %H:%M}"
    form.get_by_label("Ready at (Beijing, optional)").fill(typed)
    expect(form.get_by_label("And then at (optional)")).to_have_count(0)
    form.get_by_label("Change vehicles at (optional)").select_option(HUBS[0])
    form.get_by_label("And then at (optional)").select_option(HUBS[1])
    form.get_by_role("button", name="Create the order").click()

    story = page.get_by_role("complementary", name="Selection")
    expect(story).to_contain_text("It was taken.", timeout=60_000)
    expect(story).to_contain_text("1.25 kg")
    expect(story).to_contain_text(f"{typed}:00")
    expect(story).to_contain_text(
        re.compile("Changes vehicles at.*Coastal City, then Shenzhen Bay Eco-Technology Park")
    )
    row = board.locator("tbody tr").first
    expect(row).to_contain_text("Medical")
    with city.client("operator") as operator:
        order: dict[str, Any] = operator.get("/v1/orders").json()["items"][0]
    assert (order["payload_kg"], order["priority_class"]) == (1.25, "medical")
    assert datetime.fromisoformat(order["ready_at"]) == ready_at
    assert order["via_site_ids"] == list(HUBS)
    expect(story).to_contain_text(order["order_id"])

    with city.client("operator") as operator:
        assert operator.post(f"/v1/orders/{order['order_id']}/cancel").status_code == 200
    expect(story).to_contain_text("It was cancelled.", timeout=60_000)
    expect(row).to_contain_text("Cancelled", timeout=60_000)
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
    expect(row).to_contain_text("Packet loss", timeout=60_000)
    with city.client("dispatcher") as dispatcher:
        told = {item["id"]: item["faults"] for item in dispatcher.get("/v1/demo/faults").json()["vehicles"]}
    assert [fault["values"]["loss_pct"] for fault in told[vehicle["id"]]] == [3]
    row.get_by_role("button", name="Clear Packet loss").click()
    expect(row).not_to_contain_text("Packet loss", timeout=60_000)
    page.context.close()


@pytest.mark.long
def test_one_order_to_several_is_shown_line_by_line_before_it_is_given(browser: Browser, city: City) -> None:
    """The filter's drones get one order: what each would do first, those that cannot are left out, then the second press.

    The service's answers are given here, so that no drone of the city is held: what it answers is the contract's to test.
    """
    page = opened(browser, city, "dispatcher")
    asked: list[dict[str, Any]] = []

    def answer(route: Route) -> None:
        body = route.request.post_data_json
        asked.append({"dry_run": "dry_run=true" in route.request.url, **body})
        ids = [item["aircraft_id"] for item in body["commands"]]
        if "confirmation_token" in body:
            problem = {
                "code": "command_outstanding",
                "status": 409,
                "title": "One is outstanding",
                "title_zh": "已有指令",
            }
            items = [{"aircraft_id": name, "command": None, "problem": problem} for name in ids]
            route.fulfill(status=202, json={"items": items})
        elif len(asked) == 1:
            route.fulfill(status=409, json={"code": "command_reason_required", "status": 409, "title": "Why?"})
        else:
            first = len(asked) == 2
            effects = [
                {
                    "aircraft_id": name, "type": "hold", "detail": f"{name} stops here.", "detail_zh": "悬停", "volumes": [],
                    "allowed": not (first and name == ids[0]), "reasons": [], "affected": [],
                }
                for name in ids
            ]  # fmt: skip
            route.fulfill(
                status=200, json={"effects": effects, "confirmation_required": True, "confirmation_token": "t1"}
            )

    page.route("**/v1/commands/mass*", answer)
    page.goto(f"{city.base_url}/?lang=en&below=9000")
    card = page.get_by_role("region", name="Order to several")

    def several() -> bool:
        """Whether more than one drone is on the map to be ordered; the list is that of the moment it is opened."""
        page.get_by_role("button", name="Order to these").click(timeout=60_000)
        if int(card.locator(".count").inner_text()) > 1:
            return True
        card.get_by_role("button", name="Close the order to several").click()
        return False

    wait_for(several, 90, "two drones on the map")
    card.get_by_role("button", name="Hold", exact=True).click()
    card.get_by_role("textbox").fill("Crane at work ahead")
    card.get_by_role("button", name="Show what it would do").click()
    lines = card.get_by_role("list", name="What each would do").get_by_role("listitem")
    expect(lines.first).to_have_attribute("data-allowed", "false")
    count = lines.count()
    card.get_by_role("button", name="Leave out 1").click()
    expect(lines).to_have_count(count - 1)
    assert not any("confirmation_token" in body for body in asked), "given before it was confirmed"
    card.get_by_role("button", name=re.compile("^Yes, give")).click()
    given = card.get_by_role("list", name="Latest orders").get_by_role("listitem")
    expect(given).to_have_count(count - 1)
    assert [body["dry_run"] for body in asked] == [True, True, True, False]
    assert {item["type"] for item in asked[-1]["commands"]} == {"hold"}
    assert (asked[-1]["reason"], asked[-1]["confirmation_token"]) == ("Crane at work ahead", "t1")
    assert asked[-1]["commands"] == asked[-2]["commands"]
    page.context.close()
