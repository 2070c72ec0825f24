"""Where the console under test is, and a browser to look at it with."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

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
def console_url() -> Iterator[str]:
    """Yield the address of a console: HEXLANE_CONSOLE_URL (a running city), else of the console's development server."""
    given = os.environ.get("HEXLANE_CONSOLE_URL")
    if given:
        yield given
        return
    assert (ROOT / "utm/static/console/index.html").is_file(), "the console is not built: run `make web`"
    process = subprocess.Popen(
        ["node", "web/dev/fake-server.mjs", "--port", "0", "--drones", "50"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://\S+/", line)
        assert found is not None, f"the development server said {line!r}"
        yield found.group()
    finally:
        process.terminate()
        process.wait(10)


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
