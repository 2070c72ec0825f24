"""Where the console under test is, and a browser to look at it with."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e.conftest import City

# What is expected is waited for: a browser that draws in software on a shared processor is slow, not wrong.
expect.set_options(timeout=60_000)
ROOT = Path(__file__).resolve().parents[3]
CHROMIUM = "/usr/bin/chromium"
# Mesa's software GL through EGL costs a third of SwiftShader; the rest keeps the browser from calling home.
FLAGS = (
    "--use-gl=angle",
    "--use-angle=gl-egl",
    "--ignore-gpu-blocklist",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def console_url(request: pytest.FixtureRequest) -> str:
    """Return the address of a console: HEXLANE_CONSOLE_URL (a running city), else of the city these tests start."""
    given = os.environ.get("HEXLANE_CONSOLE_URL")
    if given:
        return given
    assert (ROOT / "utm/static/console/index.html").is_file(), "the console is not built: run `make web`"
    city: City = request.getfixturevalue("city")
    return city.base_url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield headless Chromium as Debian ships it."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def artifacts() -> Path:
    """Return the folder the screenshots go to."""
    folder = Path(os.environ.get("HEXLANE_ARTIFACTS", ROOT / "var" / "artifacts" / "console"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
