"""The console in Chromium: CPU a frame, first paint, memory over time, bundle sizes: `python -m tests.bench.web [--minutes N]`.

The city is an invented one (web/dev/fake-server.mjs), so that only the page is measured: 10,000 drones that move at 4 Hz and
20,000 cells coloured by load, against the bare base map in the same browser. All times are CPU times of Chromium's processes;
under software rendering the GPU process does what a graphics card would.

How a frame is measured: `tests/bench/web_frames.py`; how memory is: `tests/bench/web_memory.py`.
"""

import argparse
import gzip
import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.web_frames import CHUNK_MS, GATE, HEAD, drawing_ms, own_work, processes, thread_times
from tests.bench.web_memory import watch_memory
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
DRONES = 10_000
CELLS = 20_000
SETTLE_S = 6
STARTS = 5
PARTS = frozenset(("sizes", "start", "frames", "drawing", "memory"))


@contextmanager
def fake_city(drones: int) -> Iterator[str]:
    """Serve the built console over an invented city of so many drones."""
    command = ["node", "dev/fake-server.mjs", "--port", "0", "--drones", str(drones), "--calm", "--cells", str(CELLS)]
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
    parser.add_argument("--minutes", type=float, default=30.0, help="how long memory is watched; 0 for not at all")
    parser.add_argument("--drones", type=int, default=DRONES)
    parser.add_argument("--rounds", type=int, default=3, help="rounds of frames held back and driven, each kind of map")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long one half of a round lasts")
    parser.add_argument("--only", default=",".join(sorted(PARTS)), help="some of the parts, with commas between")
    options = parser.parse_args()
    wanted = set(options.only.split(","))
    assert wanted <= PARTS, f"--only takes {', '.join(sorted(PARTS))}"
    if "sizes" in wanted:
        print(bundle_sizes())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        with fake_city(0) as bare, fake_city(options.drones) as crowded:
            base = ("base map", f"{bare}?lang=en&hide=zones,corridors,sites,labels", 0)
            full = (f"  and {CELLS:,} cells by load", f"{crowded}?lang=en&cells=load", options.drones)
            if "start" in wanted:
                print("\n" + first_paint(browser, bare))
            if "frames" in wanted:
                airspace = ("city's airspace", f"{bare}?lang=en", 0)
                drones = (f"  and {options.drones:,} drones", f"{crowded}?lang=en", options.drones)
                print_own_work(browser, (base, airspace, drones, full), options.seconds)
            if "drawing" in wanted:
                print_drawing(browser, base, full, options.rounds, options.seconds)
            if "memory" in wanted and options.minutes > 0:
                watch_memory(CHROMIUM, FLAGS, full[1], options.drones, options.minutes)
        browser.close()


Kind = tuple[str, str, int]
"""What is measured: its name, the address, and how many drones there must be."""


def print_own_work(browser: Browser, kinds: tuple[Kind, ...], seconds: float) -> None:
    """Print the page's own work with each kind of map, one row each."""
    print("\n" + HEAD)
    for name, url, drones in kinds:
        # A sixteenth of the pixels: the page does the same work, and the drawing behind it keeps up.
        page = opened(browser, url, drones, pixels=0.25)
        found = own_work(browser, page, round(seconds * 1000 / CHUNK_MS / 2), seconds)
        page.context.close()
        print(found.row(name), flush=True)
    print(
        f"the page's own work a frame at 60 frames a second: {found.main_at_60_ms:.1f} ms of the main thread (goal <= 10), "
        f"{found.page_at_60_ms:.1f} ms of all its threads"
    )


def print_drawing(browser: Browser, base: Kind, full: Kind, rounds: int, seconds: float) -> None:
    """Print what drawing costs in software, every pixel of it, beside the bare base map."""
    drawn = []
    for name, url, drones in (base, full):
        page = opened(browser, url, drones)
        drawn.append(drawing_ms(browser, page, rounds, seconds))
        page.context.close()
        print(f"drawing {name.strip()}: {drawn[-1]:.0f} ms a frame in software, 1600 x 900", flush=True)
    print(f"with drones and cells {drawn[1] / drawn[0]:.2f} x the bare base map (goal <= 2)")


def opened(browser: Browser, url: str, drones: int, *, pixels: float = 1.0) -> Page:
    """Return a page at rest with so many drones on its map; `pixels` of the device to one of the page."""
    context = browser.new_context(
        viewport={"width": 1600, "height": 900}, device_scale_factor=pixels, locale="en", reduced_motion="reduce"
    )
    page = context.new_page()
    page.add_init_script(GATE)
    page.goto(url)
    ready = (
        f"window.__hexlane ? window.__hexlane.droneCount() >= {drones} && window.__hexlane.framesDrawn() > 3 : false"
    )
    wait_until(page, ready, "the drones did not come")
    page.wait_for_timeout(SETTLE_S * 1000)
    return page


def wait_until(page: Page, condition: str, what: str) -> None:
    """Ask the page until a condition holds; its policy forbids the browser's own way of waiting for one."""
    end = time.monotonic() + 120
    while not page.evaluate(condition):
        assert time.monotonic() < end, what
        page.wait_for_timeout(100)


def first_paint(browser: Browser, url: str) -> str:
    """Return when a page first painted and when its map could be used, by its own clock, each start with an empty cache."""
    read = """() => JSON.stringify({
      paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null,
      map: performance.getEntriesByName('hexlane-map')[0]?.startTime ?? null,
      bytes: performance.getEntriesByType('resource').reduce((sum, item) => sum + item.decodedBodySize, 0)})"""
    starts = []
    for _ in range(STARTS):
        context = browser.new_context(viewport={"width": 1600, "height": 900}, locale="en", reduced_motion="reduce")
        page = context.new_page()
        before = page_cpu_s(browser)
        page.goto(f"{url}?lang=en")
        wait_until(page, "performance.getEntriesByName('hexlane-map').length > 0", "the map did not come")
        starts.append(json.loads(page.evaluate(read)) | {"cpu": (page_cpu_s(browser) - before) * 1e3})
        context.close()

    def middle(name: str) -> str:
        values = sorted(start[name] for start in starts if start[name] is not None)
        return "unknown" if not values else f"{values[len(values) // 2]:.0f} ms ({values[0]:.0f} to {values[-1]:.0f})"

    return (
        f"{STARTS} starts with an empty cache, {starts[0]['bytes'] / 1e6:.1f} MB read unpacked\n"
        f"  first contentful paint {middle('paint')} (goal <= 1,500)\n"
        f"  map and panels in use {middle('map')} (goal <= 3,000), of it CPU of the page {middle('cpu')}"
    )


def page_cpu_s(browser: Browser) -> float:
    """Return the CPU seconds of all page processes so far."""
    return sum(sum(thread_times(pid).values()) for pid in processes(browser, "renderer"))


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
