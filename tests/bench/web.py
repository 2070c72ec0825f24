"""The console in Chromium: CPU a frame, first paint, memory over time, bundle sizes: `python -m tests.bench.web [--minutes N]`.

The city is an invented one (web/dev/fake-server.mjs), so that only the page is measured: 10,000 drones that move at 4 Hz and
20,000 cells coloured by load, against the bare base map in the same browser. All times are CPU times of Chromium's processes;
under software rendering the GPU process does what a graphics card would.

The drawing's cost is measured with every pixel; the page's with a quarter of them each way, where software rendering leaves
time for enough frames to measure. A frame's cost is told apart from what goes on anyway (feed, counters, clock), which a slow
picture would otherwise be charged with: each round measures the page with its frames held back, then driven to draw as often as
it can. What the page would need at 60 frames a second follows: a frame, and a sixtieth of what a second costs without any.
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
from pathlib import Path
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
DRONES = 10_000
CELLS = 20_000
SETTLE_S = 6
STARTS = 5
FPS = 60


@dataclass(slots=True)
class Spent:
    """What a while cost: frames drawn, and CPU seconds of the page and of the GPU process."""

    frames: int = 0
    page_s: float = 0.0
    gpu_s: float = 0.0
    seconds: float = 0.0

    def add(self, other: "Spent") -> None:
        """Take in another while."""
        self.frames += other.frames
        self.page_s += other.page_s
        self.gpu_s += other.gpu_s
        self.seconds += other.seconds


@dataclass(frozen=True, slots=True)
class Cost:
    """What one frame costs over what the page does anyway, and that: milliseconds of CPU a frame and a second."""

    frames_a_second: float
    page_ms: float
    gpu_ms: float
    besides_ms_s: float

    @property
    def at_60_ms(self) -> float:
        """The page's own work a frame at 60 frames a second."""
        return self.page_ms + self.besides_ms_s / FPS

    def row(self, name: str) -> str:
        """Return a line of the table."""
        return (
            f"{name:<34}{self.frames_a_second:>9.1f}{self.page_ms:>14.2f}{self.gpu_ms:>14.1f}"
            f"{self.besides_ms_s:>14.0f}{self.at_60_ms:>16.2f}"
        )


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
    options = parser.parse_args()
    print(bundle_sizes())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        with fake_city(0) as bare, fake_city(options.drones) as crowded:
            print("\n" + first_paint(browser, bare))
            print(f"\n{'1600 x 900':<34}{'frames/s':>9}{'page ms/frame':>14}{'GPU ms/frame':>14}", end="")
            print(f"{'page ms/s else':>14}{'page at 60 fps':>16}")
            kinds = (
                ("base map", f"{bare}?lang=en&hide=zones,corridors,sites,labels", 0),
                ("city's airspace", f"{bare}?lang=en", 0),
                (f"{options.drones:,} drones", f"{crowded}?lang=en", options.drones),
                (f"  and {CELLS:,} cells by load", f"{crowded}?lang=en&cells=load", options.drones),
            )
            rounds, seconds = options.rounds, options.seconds
            print("a quarter of the pixels: the page does the same work, the drawing a sixteenth")
            found = []
            for name, url, drones in kinds:
                page = opened(browser, url, drones, pixels=0.25)
                found.append(cost_of(browser, page, rounds, seconds))
                page.context.close()
                print(found[-1].row(name), flush=True)
            print(f"the page's own work at 60 frames a second: {found[-1].at_60_ms:.1f} ms a frame (goal <= 10)")
            print("every pixel")
            whole = []
            for name, url, drones in (kinds[0], kinds[-1]):
                page = opened(browser, url, drones)
                whole.append(cost_of(browser, page, rounds, seconds))
                print(whole[-1].row(name), flush=True)
                if url == kinds[0][1]:
                    page.context.close()
            base, full = whole[0].gpu_ms + found[0].page_ms, whole[1].gpu_ms + found[-1].page_ms
            print(
                f"a frame in all: {base:.0f} ms bare, {full:.0f} ms with drones and cells, {full / base:.2f} x (goal <= 2)"
            )
            if options.minutes > 0:
                watch_memory(browser, page, options.minutes)
        browser.close()


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


# Frames can be held back: the page goes on with all else. Nothing is lost, what waited is drawn once.
GATE = """(() => { const real = window.requestAnimationFrame.bind(window); let held = null
  window.requestAnimationFrame = (call) => held === null ? real(call) : (held.push(call), -held.length)
  window.__hold = (on) => {
    if (on) { held ??= []; return }
    const all = held ?? []; held = null
    for (const call of all) real(call) }
})()"""

# The map is dragged to and fro by a pixel at each animation frame, so that it never rests.
DRIVE = """() => { let on = true; let x = 0
  const canvas = document.querySelector('.maplibregl-canvas')
  const send = (target, type, clientX) => target.dispatchEvent(new MouseEvent(type,
    { clientX, clientY: 450, button: 0, buttons: 1, bubbles: true, cancelable: true, view: window }))
  send(canvas, 'mousedown', 900); send(window, 'mousemove', 910)
  const step = () => { if (!on) return; x = 1 - x; send(window, 'mousemove', 910 + x); requestAnimationFrame(step) }
  requestAnimationFrame(step)
  window.__stop = () => { on = false; send(window, 'mouseup', 910) } }"""


def cost_of(browser: Browser, page: Page, rounds: int, seconds: float) -> Cost:
    """Return what a frame costs, from rounds of frames held back and driven."""
    still, busy = Spent(), Spent()
    # What is made once, when the map first moves, is no frame's cost.
    page.evaluate(DRIVE)
    page.wait_for_timeout(4000)
    page.evaluate("window.__stop()")
    wait_until(page, "window.__hexlane.mapIdle()", "the map did not come to rest")
    for _ in range(rounds):
        page.evaluate("window.__hold(true)")
        page.wait_for_timeout(1500)
        still.add(spent(browser, page, seconds))
        page.evaluate("window.__hold(false)")
        page.evaluate(DRIVE)
        page.wait_for_timeout(500)
        busy.add(spent(browser, page, seconds))
        page.evaluate("window.__stop()")
    # A frame already asked for when frames are held back may still come: two rounds, two unknowns.
    times = busy.seconds / still.seconds
    frames = busy.frames - still.frames * times
    assert frames > busy.frames / 2, "too many frames were drawn that should have been held back"
    page_s, gpu_s = (busy.page_s - still.page_s * times) / frames, (busy.gpu_s - still.gpu_s * times) / frames
    besides_s = (still.page_s - page_s * still.frames) / still.seconds
    return Cost(busy.frames / busy.seconds, page_s * 1e3, gpu_s * 1e3, besides_s * 1e3)


def spent(browser: Browser, page: Page, seconds: float) -> Spent:
    """Return what the next seconds cost."""
    before, frames, at = cpu(browser), int(page.evaluate("window.__hexlane.framesDrawn()")), time.monotonic()
    page.wait_for_timeout(seconds * 1000)
    after, drawn, till = cpu(browser), int(page.evaluate("window.__hexlane.framesDrawn()")), time.monotonic()
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
        before = cpu(browser)["renderer"]
        page.goto(f"{url}?lang=en")
        wait_until(page, "performance.getEntriesByName('hexlane-map').length > 0", "the map did not come")
        starts.append(json.loads(page.evaluate(read)) | {"cpu": (cpu(browser)["renderer"] - before) * 1e3})
        context.close()

    def middle(name: str) -> str:
        values = sorted(start[name] for start in starts if start[name] is not None)
        return "unknown" if not values else f"{values[len(values) // 2]:.0f} ms ({values[0]:.0f} to {values[-1]:.0f})"

    return (
        f"{STARTS} starts with an empty cache, {starts[0]['bytes'] / 1e6:.1f} MB read unpacked\n"
        f"  first contentful paint {middle('paint')} (goal <= 1,500)\n"
        f"  map and panels in use {middle('map')} (goal <= 3,000), of it CPU of the page {middle('cpu')}"
    )


def resident_mb(browser: Browser) -> float:
    """Return the resident memory of the largest page process: heap, buffers, workers and the engine itself."""
    session = browser.new_browser_cdp_session()
    processes: list[dict[str, Any]] = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    pages = [int(process["id"]) for process in processes if process["type"] == "renderer"]
    status = [Path(f"/proc/{pid}/status").read_text() for pid in pages if Path(f"/proc/{pid}/status").exists()]
    found = [re.search(r"VmRSS:\s+(\d+) kB", text) for text in status]
    return max((int(line[1]) / 1e3 for line in found if line is not None), default=float("nan"))


def watch_memory(browser: Browser, page: Page, minutes: float) -> None:
    """Print the page's heap after collection and its process, each minute."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    print("\nmemory with drones and cells: JavaScript heap of the page after collection, and all of its process")
    first: float | None = None
    step_s = min(60.0, max(10.0, minutes * 60 / 5))
    end = time.monotonic() + minutes * 60
    while True:
        session.send("HeapProfiler.collectGarbage")
        metrics = {item["name"]: item["value"] for item in session.send("Performance.getMetrics")["metrics"]}
        used_mb = metrics["JSHeapUsedSize"] / 1e6
        first = used_mb if first is None else first
        left = max(0.0, (end - time.monotonic()) / 60)
        print(
            f"  {minutes - left:5.1f} min {used_mb:8.1f} MB ({used_mb - first:+.1f}), {metrics['Nodes']:.0f} nodes, "
            f"process {resident_mb(browser):.0f} MB",
            flush=True,
        )
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
