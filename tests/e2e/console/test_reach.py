"""Duty staff and webhooks in a real browser, against real endpoints on loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import City
from tests.e2e.console.pages import signed_in
from tests.fakes.duty_peers import HttpPeer

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(600)]


@pytest.fixture
def peer() -> Iterator[HttpPeer]:
    running = HttpPeer()
    yield running
    running.close()


def test_a_contact_is_tested_and_an_endpoint_that_answers_nothing_is_refused(
    browser: Browser, city: City, peer: HttpPeer, artifacts: Path
) -> None:
    """A test message arrives, one that does not says why and stands in the log; an endpoint that is none is refused."""
    with signed_in(browser, city, "dispatcher", "?lang=en&screen=admin") as page:
        page.get_by_role("tab", name="Duty and webhooks").click(timeout=60_000)
        duty = page.get_by_role("region", name="Duty staff")
        duty.get_by_label("Name", exact=True).fill("Night shift")
        duty.get_by_label("URL, e-mail or telephone").fill(peer.url)
        duty.get_by_role("button", name="Add a contact").click()
        expect(duty.get_by_text("Secret (shown once)")).to_be_visible(timeout=60_000)
        line = duty.get_by_role("table", name="Duty staff").get_by_role("row").filter(has_text="Night shift")
        line.get_by_role("button", name="Test Night shift").click(timeout=60_000)
        expect(line).to_contain_text("The test message was delivered", timeout=60_000)
        assert len(peer.requests) == 1
        peer.status = 500
        line.get_by_role("button", name="Test Night shift").click()
        expect(line).to_contain_text("The test message was not delivered", timeout=60_000)
        log = duty.get_by_role("table", name="Latest messages")
        expect(log.get_by_role("row").filter(has_text="given up")).to_have_count(1, timeout=60_000)
        log.get_by_role("button", name="Send again").click()
        expect(log.get_by_role("row").filter(has_text="given up")).to_have_count(0, timeout=60_000)
        hooks = page.get_by_role("region", name="Webhooks")
        endpoint = hooks.get_by_role("listitem").filter(has_text=peer.url)
        for status, said in ((500, "answered 500"), (200, "active")):
            peer.status = status
            hooks.get_by_label("URL (https)").fill(peer.url)
            hooks.get_by_role("button", name="Add an endpoint").click()
            expect(endpoint).to_contain_text(said, timeout=60_000)
            page.screenshot(path=artifacts / f"admin-reach-{status}.png", full_page=True)
            endpoint.get_by_role("button", name="Remove the endpoint").click()
            endpoint.get_by_role("button", name="Do it").click()
            expect(hooks.get_by_text("No endpoint receives events yet.")).to_be_visible(timeout=60_000)
        line.get_by_role("button", name="Remove Night shift").click()
        line.get_by_role("button", name="Do it").click()
        expect(duty.get_by_text("Nobody yet")).to_be_visible(timeout=60_000)
