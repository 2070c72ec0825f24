"""The interactive reference of the API in a real browser."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(600)]


def test_the_reference_shows_every_operation_and_asks_nobody_else(
    browser: Browser, console_url: str, artifacts: Path
) -> None:
    """Scripts and styles come from the service itself, under its strict policy, and an operation opens with its words."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    hosts: set[str] = set()
    complaints: list[str] = []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"{console_url}/docs")
    operation = page.locator(".opblock-summary-path", has_text="/v1/flight-plans/check")
    tag = page.locator(".opblock-tag", has_text="flight plans").first
    expect(tag).to_be_visible(timeout=60_000)
    tag.click()
    expect(operation.first).to_be_visible(timeout=60_000)
    operation.first.click()
    expect(page.locator(".opblock-body").first).to_be_visible(timeout=60_000)
    page.screenshot(path=artifacts / "api-reference-en-1440x900.png")
    page.close()
    assert hosts - {"", urlsplit(console_url).netloc} == set()
    assert complaints == []
