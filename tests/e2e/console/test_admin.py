"""Administration in a real browser: health, feeds, a program's secret rotated and revoked, a firm let in, a policy."""

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import City
from tests.e2e.console.pages import signed_in

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(600)]


def test_an_administrator_sees_the_system_and_rotates_a_secret(browser: Browser, city: City, artifacts: Path) -> None:
    """Every dependency and feed stands there; a new secret is shown once, the old one is revoked after a question."""
    with city.client("admin") as admin:
        firm = next(item for item in admin.get("/v1/organisations").json()["items"] if item["kind"] == "operator")
        body = {"organisation_id": firm["organisation_id"], "role": "operator", "name": "Courier program"}
        client_id = admin.post("/v1/clients", json=body).json()["client_id"]
    with signed_in(browser, city, "admin", "?lang=en&screen=admin") as page:
        table = page.get_by_role("table", name="Health")
        expect(table).to_contain_text("Recorder", timeout=60_000)
        expect(table).to_contain_text("The ground is not surveyed")
        page.screenshot(path=artifacts / "admin-health.png")
        page.get_by_role("tab", name="Feeds").click()
        expect(page.get_by_role("table", name="Own links (MAVLink)")).to_contain_text("udp:", timeout=60_000)
        page.screenshot(path=artifacts / "admin-feeds.png")
        page.get_by_role("tab", name="Firms and programs").click()
        bringing = page.get_by_role("form", name="Bring a firm or office in")
        bringing.get_by_label("Name", exact=True).fill("Pier Survey")
        bringing.get_by_label("Role").select_option("Surveillance supplier")
        bringing.get_by_role("button", name="Bring a firm or office in").click()
        expect(page.get_by_role("row").filter(has_text="Pier Survey")).to_contain_text("supplier", timeout=60_000)
        page.get_by_role("button", name=f"Programs: {firm['name']}").click(timeout=60_000)
        line = page.get_by_role("listitem").filter(has_text=client_id)
        line.get_by_role("button", name="New secret").click(timeout=60_000)
        expect(page.get_by_text("Secret (shown once)")).to_be_visible(timeout=60_000)
        expect(line.get_by_role("button", name="Revoke")).to_have_count(2, timeout=60_000)
        line.get_by_role("button", name="Revoke").first.click()
        page.screenshot(path=artifacts / "admin-firms.png")
        line.get_by_role("button", name="Do it").click()
        expect(line.get_by_role("button", name="Revoke")).to_have_count(1, timeout=60_000)


def test_a_firm_is_let_in_and_a_policy_is_shown_in_chinese(browser: Browser, city: City, artifacts: Path) -> None:
    """An application waits, is let in with one press, and stands as let in; the policy's versions are listed."""
    wanted = {
        "name": "Harbour Drones",
        "name_zh": "港湾无人机",
        "contact_name": "Li",
        "contact_email": "li@example.com",
    }
    answer = httpx.post(f"{city.base_url}/v1/applications", json=wanted, timeout=20)
    assert answer.status_code == 202, answer.text
    with signed_in(browser, city, "admin", "?lang=zh-CN&screen=admin&theme=light") as page:
        page.get_by_role("tab", name="入驻申请").click(timeout=60_000)
        line = page.get_by_role("listitem").filter(has_text="港湾无人机")
        line.get_by_role("button", name="批准入驻").click(timeout=60_000)
        expect(line).to_contain_text("已批准", timeout=60_000)
        page.get_by_role("tab", name="规则").click()
        expect(page.get_by_role("region", name="历次规则")).to_contain_text("第 1 版规则", timeout=60_000)
        page.screenshot(path=artifacts / "admin-policy-zh.png")


def test_a_regulator_edits_the_policy_sees_its_impact_and_takes_it_back(
    browser: Browser, city: City, artifacts: Path
) -> None:
    """A sum that does not fit is shown as such; a rule and a list are published after a look, and taken back as easily."""
    with city.client("regulator") as regulator:
        before = regulator.get("/v1/policy").json()
        with signed_in(browser, city, "regulator", "?lang=en&screen=admin", expected="status of 422") as page:
            page.get_by_role("tab", name="Policy").click(timeout=60_000)
            form = page.get_by_role("region", name=f"Policy version {before['version']}")
            named = "Level separation between two flights (m) (separation.horizontal_m)"
            form.get_by_label(named, exact=True).fill("21", timeout=60_000)
            form.get_by_role("button", name="See the impact").click()
            expect(form.get_by_role("alert")).to_be_visible(timeout=60_000)
            expect(form).to_contain_text("(21 - 10) / 2 = 5.5 m", timeout=60_000)
            expect(form.get_by_role("button", name="Publish")).to_be_disabled()
            page.screenshot(path=artifacts / "admin-policy-budget.png")
            form.get_by_role("button", name="Undo the changes").click()
            # Larger minima in weather that is not in force touch nobody.
            form.get_by_role("button", name=re.compile(r"^Add a line .*\(separation_rules\)$")).click()
            form.get_by_label("(separation_rules) 1 weather").fill("hail")
            form.get_by_label("(separation_rules) 1 horizontal_m").fill("90")
            form.get_by_role("group", name="rules.report_events").get_by_label("link lost").check()
            form.get_by_role("button", name="See the impact").click()
            expect(form).to_contain_text("would not pass the new rules", timeout=60_000)
            page.screenshot(path=artifacts / "admin-policy-form.png")
            form.get_by_role("button", name="Publish").click()
            versions = page.get_by_role("region", name="Every version")
            expect(versions).to_contain_text("changed: rules, separation_rules", timeout=60_000)
            (rule,) = regulator.get("/v1/policy").json()["separation_rules"]
            assert rule["when"] == {"weather": "hail"}
            versions.get_by_role("button", name=f"Load the values of version {before['version']}", exact=True).click()
            form = page.get_by_role("region", name=f"Policy version {before['version'] + 1}")
            form.get_by_role("button", name="See the impact").click()
            form.get_by_role("button", name="Publish").click(timeout=60_000)
            expect(page.get_by_role("region", name=f"Policy version {before['version'] + 2}")).to_be_visible(
                timeout=60_000
            )
        after = regulator.get("/v1/policy").json()
        assert {**after, "version": 0} == {**before, "version": 0}
