"""The queue of approvals in a real browser, against the whole city."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import City
from tests.e2e.console.pages import signed_in

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(240)]

WHOLE = {
    "crew": "Lin, licence 1",
    "communications": "radio 410 MHz",
    "c2_link": "2.4 GHz, 20 MHz",
    "cns": "GNSS, 4G, network identification",
    "emergency_procedure": "returns",
}


def file_pending(city: City, wanted: int) -> list[dict[str, Any]]:
    """File plans of the first firm that lack nothing, through zones that need authorisation, until so many wait."""
    pending: list[dict[str, Any]] = []
    with city.client("operator") as operator:
        zones = operator.get("/v1/zones", params={"limit": 200}).json()
        aircraft = [item["aircraft_id"] for item in operator.get("/v1/aircraft").json()["items"]]
        for aircraft_id in aircraft[:wanted]:  # item 2 of Article 27 asks for their mass
            answer = operator.patch(f"/v1/aircraft/{aircraft_id}", json={"empty_mass_kg": 9, "mtow_kg": 20})
            assert answer.status_code == 200, answer.text
        sites = operator.get("/v1/sites").json()["items"]
        alternate = sites[0]["properties"]["site_id"]
        for zone in zones.get("features") or zones["items"]:
            if zone["properties"]["restriction"] != "REQ_AUTHORISATION":
                continue
            ring = zone["geometry"]["coordinates"][0][:-1]
            lon, lat = (sum(point[axis] for point in ring) / len(ring) for axis in (0, 1))
            ends = [(lat, lon - 0.002), (lat, lon + 0.002)]
            body = {
                "aircraft_id": aircraft[len(pending)],
                "operation_type": "inspection",
                "departure_at": (datetime.now(UTC) + timedelta(hours=30 + len(pending))).isoformat(),
                "route": {
                    "type": "trajectory",
                    "cruise_speed_mps": 10.0,
                    "waypoints": [{"lat_deg": a, "lon_deg": b, "alt_m": 60, "alt_datum": "AGL"} for a, b in ends],
                },
                "alternate_site_ids": [alternate],
                "remarks": WHOLE,
            }
            answer = operator.post("/v1/flight-plans", json=body).json()
            if answer.get("state") == "pending":
                pending.append(answer)
            if len(pending) == wanted:
                return pending
    pytest.fail(f"only {len(pending)} of {wanted} plans wait for a decision")


def test_one_plan_is_refused_with_a_reason_and_the_clean_ones_are_accepted_together(
    browser: Browser, city: City, artifacts: Path
) -> None:
    """The queue counts down and draws; a refusal needs a reason; the accepted ones are those the service approved."""
    refused, *others = file_pending(city, 3)
    with signed_in(browser, city, "dispatcher", "?lang=en&screen=approvals") as page:
        queue = page.get_by_role("region", name="Approvals")
        rows = queue.locator(".approval")
        expect(rows).to_have_count(3, timeout=30_000)
        expect(queue.get_by_text("clean", exact=True)).to_have_count(3, timeout=60_000)
        expect(rows.first).to_contain_text("takes off in")

        rows.first.locator(".approval-pick").click()
        assert "item=" in page.url
        expect(rows.first).to_contain_text("nothing stood in its way")
        page.screenshot(path=artifacts / "approvals-en-1440x900.png")
        rows.first.get_by_role("button", name="Refuse…").click()
        confirm = rows.first.get_by_role("button", name="Refuse the plan")
        expect(confirm).to_be_disabled()
        rows.first.get_by_role("textbox").fill("A concert that evening")
        confirm.click()
        expect(rows).to_have_count(2, timeout=30_000)

        expect(queue.get_by_text("clean", exact=True)).to_have_count(2, timeout=60_000)
        queue.get_by_role("button", name="Select all 2 clean ones").click()
        queue.get_by_role("button", name="Accept 2 selected…").click()
        queue.get_by_role("button", name="Accept these 2 plans").click()
        expect(queue).to_contain_text("Verified: 2 approved, 0 not approved.", timeout=30_000)
        expect(queue).to_contain_text("Nothing waits for a decision.", timeout=30_000)
    with city.client("operator") as operator:
        states = {
            plan["plan_id"]: operator.get(f"/v1/flight-plans/{plan['plan_id']}").json() for plan in (refused, *others)
        }
    assert states[refused["plan_id"]]["state"] == "refused"
    assert "A concert that evening" in states[refused["plan_id"]]["decision"]["reasons"][0]["detail"]
    assert [states[plan["plan_id"]]["state"] for plan in others] == ["approved", "approved"]


def test_an_officer_offers_another_height(browser: Browser, city: City, artifacts: Path) -> None:
    """An alternative of one's own is judged before it is offered; the firm finds it on top of its counter-offers."""
    (pending,) = file_pending(city, 1)
    with signed_in(browser, city, "dispatcher", "?lang=en&screen=approvals") as page:
        row = page.get_by_role("region", name="Approvals").locator(".approval").first
        row.locator(".approval-pick").click(timeout=30_000)
        form = row.get_by_role("form", name="An alternative of your own")
        form.get_by_label("Depart later by").fill("30")
        form.get_by_role("button", name="Judge it").click()
        expect(form).to_contain_text("Filed as it stands it would", timeout=15_000)
        page.screenshot(path=artifacts / "approvals-alternative.png")
        form.get_by_role("button", name="Refuse, offering this…").click()
        row.get_by_role("button", name="Refuse and offer").click()
        expect(page.get_by_text("Nothing waits for a decision.")).to_be_visible(timeout=30_000)
    with city.client("operator") as operator:
        told = operator.get(f"/v1/flight-plans/{pending['plan_id']}").json()
    assert told["state"] == "refused"
    offer = told["decision"]["counter_offers"][0]
    assert (offer["kind"], offer["cost"]["delay_s"]) == ("delay", 1800.0)


def test_the_screens_are_reached_by_key_by_link_and_by_the_browsers_own_way_back(browser: Browser, city: City) -> None:
    """G and a letter change the screen, the address names it, back returns, and what a role may not see is not offered."""
    with signed_in(browser, city, "dispatcher", "?lang=en") as page:
        rail = page.get_by_role("navigation", name="Screens")
        rail.get_by_role("link", name="Approvals").click()
        expect(page.get_by_role("heading", level=1, name="Approvals")).to_be_visible(timeout=15_000)
        assert "screen=approvals" in page.url
        page.keyboard.press("g")
        expect(page.get_by_text("Go to which screen?")).to_be_visible()
        page.keyboard.press("m")
        expect(page.get_by_role("button", name="Flight plans", exact=True)).to_be_visible()
        assert "screen=" not in page.url
        page.go_back()
        expect(page.get_by_role("heading", level=1, name="Approvals")).to_be_visible()
    with signed_in(browser, city, "supplier", "?lang=en&screen=approvals") as page:
        expect(page.get_by_role("alert")).to_contain_text("no access")
        expect(page.get_by_role("navigation", name="Screens").get_by_role("link", name="Approvals")).to_have_count(0)
