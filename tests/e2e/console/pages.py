"""A page of the console, signed in to the demonstration in a role, that remembers what went wrong on it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from tests.e2e.conftest import City

# A refused sign-in probe (401) is part of starting; an answer of 409 is one the console shows in words.
HARMLESS = re.compile(r"status of (401|409)|GPU stall due to ReadPixels|GroupMarkerNotSet")


@contextmanager
def signed_in(
    browser: Browser, city: City, role: str, query: str, size: tuple[int, int] = (1440, 900), expected: str = ""
) -> Iterator[Page]:
    """Yield a page at an address; fail at the end when it complained of something or asked somebody else.

    `expected` are words of a complaint that belongs to the test, such as an answer of 422 that it asks for.
    """
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="en", reduced_motion="reduce", accept_downloads=True
    )
    page = context.new_page()
    hosts: set[str] = set()
    complaints: list[str] = []

    def heard(message: Any) -> None:
        harmless = HARMLESS.search(message.text) or (expected and expected in message.text)
        if message.type == "error" and not harmless:
            complaints.append(message.text)

    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", heard)
    answer = page.request.post(f"{city.base_url}/v1/session/demo", data={"role": role})
    assert answer.ok, answer.text()
    page.goto(f"{city.base_url}/{query}")
    page.locator(".screen-rail").wait_for(state="attached", timeout=60_000)
    yield page
    context.close()
    assert not complaints, complaints
    assert hosts - {"", urlsplit(city.base_url).netloc} == set()
