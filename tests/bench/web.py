"""The console in Chromium: CPU a frame, memory over time, first paint, bundle sizes: `python -m tests.bench.web [--minutes N]`.

The city is an invented one (web/dev/fake-server.mjs), so that only the page is measured: 10,000 drones that move at 4 Hz and
some 10,000 to 20,000 cells coloured by load, against the bare base map in the same browser. CPU is read from Chromium's own
processes; under software rendering the GPU process does what a graphics card would.
"""

import argparse
import gzip
import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import ROOT

CHROMIUM = "/usr/bin/chromium"
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
    "--enable-precise-memory-info",
)
SECONDS = 15
DRONES = 10_000
SETTLE_S = 6


@dataclass(frozen=True, slots=True)
class Spent:
    """What drawing cost over a while: frames drawn, and CPU seconds of the page and of the GPU process."""

    frames: int
    page_s: float
    gpu_s: float
    seconds: float

    def row(self, name: str) -> str:
        """Return a line of the table."""
        frames = max(1, self.frames)
        return (
            f"{name:<34}{self.frames / self.seconds:>9.1f}{self.page_s / frames * 1e3:>14.1f}"
            f"{self.gpu_s / frames * 1e3:>14.1f}{self.page_s / self.seconds * 100:>12.0f}"
        )


@contextmanager
def fake_city(drones: int) -> Iterator[str]:
    """Serve the built console over an invented city of so many drones."""
    command = ["node", "dev/fake-server.mjs", "--port", "0", "--drones", str(drones), "--calm"]
    process = subprocess.Popen(command, cwd=ROOT / "web", stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None, "the fake service did not start"
        yield found[0]
    finally:
        process.terminate()
        process.wait(10)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="how long memory is watched")
    parser.add_argument("--drones", type=int, default=DRONES)
    options = parser.parse_args()
    print(bundle_sizes())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        print(f"\n{'1600 x 900':<34}{'frames/s':>9}{'page ms/frame':>14}{'GPU ms/frame':>14}{'page CPU %':>12}")
        with fake_city(0) as url:
            page = opened(browser, f"{url}?lang=en&hide=zones,corridors,sites,labels", 0)
            print(first_paint(page))
            print(spent(browser, page, driven=True).row("base map, driven at full rate"))
            page.context.close()
        with fake_city(options.drones) as url:
            for name, query in (
                (f"{options.drones:,} drones", "?lang=en"),
                ("  with cells by load", "?lang=en&cells=load"),
            ):
                page = opened(browser, url + query, options.drones)
                print(spent(browser, page, driven=False).row(f"{name}, as it runs"))
                print(spent(browser, page, driven=True).row(f"{name}, driven at full rate"))
                if "cells" not in query:
                    page.context.close()
            watch_memory(page, options.minutes)
        browser.close()


def opened(browser: Browser, url: str, drones: int) -> Page:
    """Return a page at rest with so many drones on its map."""
    context = browser.new_context(viewport={"width": 1600, "height": 900}, locale="en", reduced_motion="reduce")
    page = context.new_page()
    page.goto(url)
    end = time.monotonic() + 120
    ready = (
        f"window.__hexlane ? window.__hexlane.droneCount() >= {drones} && window.__hexlane.framesDrawn() > 3 : false"
    )
    while not page.evaluate(ready):
        assert time.monotonic() < end, "the map did not come"
        page.wait_for_timeout(200)
    page.wait_for_timeout(SETTLE_S * 1000)
    return page


DRIVE = """() => { let on = true; let x = 0
  const canvas = document.querySelector('.maplibregl-canvas')
  const step = () => { if (!on) return; x = x === 1 ? -1 : 1
    canvas.dispatchEvent(new WheelEvent('wheel', { deltaY: x * 2, clientX: 900, clientY: 450, bubbles: true }))
    requestAnimationFrame(step) }
  requestAnimationFrame(step); window.__stop = () => { on = false } }"""


def spent(browser: Browser, page: Page, *, driven: bool) -> Spent:
    """Return what a while of drawing costs; `driven` moves the map at each animation frame, so that it never rests."""
    if driven:
        page.evaluate(DRIVE)
    before, frames, at = cpu(browser), int(page.evaluate("window.__hexlane.framesDrawn()")), time.monotonic()
    page.wait_for_timeout(SECONDS * 1000)
    after, drawn, till = cpu(browser), int(page.evaluate("window.__hexlane.framesDrawn()")), time.monotonic()
    if driven:
        page.evaluate("window.__stop()")
    return Spent(drawn - frames, after["renderer"] - before["renderer"], after["GPU"] - before["GPU"], till - at)


def cpu(browser: Browser) -> dict[str, float]:
    """Return CPU seconds spent so far by kind of process."""
    session = browser.new_browser_cdp_session()
    processes: list[dict[str, Any]] = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    totals = {"renderer": 0.0, "GPU": 0.0}
    for process in processes:
        if process["type"] in totals:
            totals[process["type"]] += float(process["cpuTime"])
    return totals


def first_paint(page: Page) -> str:
    """Return when the page first painted and when its script had run, by its own clock."""
    timing = json.loads(
        page.evaluate(
            """() => JSON.stringify({
              paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null,
              interactive: performance.getEntriesByType('navigation')[0].domInteractive,
              bytes: performance.getEntriesByType('resource').reduce((sum, item) => sum + item.decodedBodySize, 0)})"""
        )
    )
    paint = "unknown" if timing["paint"] is None else f"{timing['paint']:.0f} ms"
    return f"first contentful paint {paint}, {timing['bytes'] / 1e6:.1f} MB read unpacked"


def watch_memory(page: Page, minutes: float) -> None:
    """Print the page's heap after collection, each minute."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    print("\nmemory with drones and cells: JavaScript heap after collection")
    first: float | None = None
    step_s = min(60.0, max(10.0, minutes * 60 / 5))
    end = time.monotonic() + minutes * 60
    while True:
        session.send("HeapProfiler.collectGarbage")
        metrics = {item["name"]: item["value"] for item in session.send("Performance.getMetrics")["metrics"]}
        used_mb = metrics["JSHeapUsedSize"] / 1e6
        first = used_mb if first is None else first
        left = max(0.0, (end - time.monotonic()) / 60)
        print(f"  {minutes - left:5.1f} min {used_mb:8.1f} MB ({used_mb - first:+.1f}), {metrics['Nodes']:.0f} nodes")
        if time.monotonic() + step_s > end:
            return
        page.wait_for_timeout(step_s * 1000)


def bundle_sizes() -> str:
    """Return the sizes of what the page loads, as built and packed."""
    assets = ROOT / "utm/static/console/assets"
    lines = [f"{'bundle':<46}{'kB':>10}{'gzip kB':>10}"]
    total = packed = 0
    for path in sorted(assets.glob("*"), key=lambda item: -item.stat().st_size):
        if path.suffix not in (".js", ".mjs", ".css"):
            continue
        data = path.read_bytes()
        small = len(gzip.compress(data, 9))
        total, packed = total + len(data), packed + small
        if len(data) > 8_000:
            lines.append(
                f"{re.sub(r'-[A-Za-z0-9_-]{8}(?=[.])', '', path.name):<46}{len(data) / 1e3:>10.0f}{small / 1e3:>10.0f}"
            )
    lines.append(f"{'all scripts and styles':<46}{total / 1e3:>10.0f}{packed / 1e3:>10.0f}")
    fonts = [path.stat().st_size for path in assets.glob("*.woff2")]
    lines.append(f"{f'{len(fonts)} pieces of the font, read as needed':<46}{sum(fonts) / 1e3:>10.0f}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
