"""What a frame of the console costs: the page's own work by running its frames by hand, and the drawing by driving it.

**The page's own work** does not depend on how fast pictures are drawn. The browser's animation frames are held back and their
calls are made by the bench itself, six for each tenth of a second as at 60 frames a second, the map dragged by a pixel for
each: every call to WebGL is made, none is read back, and the page waits for no picture. CPU is what the system counts for the
page's main thread, and for all threads of its process (feed worker, map workers, compositor). What goes on
without any frame (feed, counters, clock) is measured beside and counted as a sixtieth of a second of it.

**The drawing** is measured with the browser's own frames, with every pixel: held back, then driven as often as they come.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

FPS = 60
CHUNK = 6
CHUNK_MS = 100

# Frames can be held back: the page goes on with all else. Nothing is lost, what waited is drawn once; or frame by frame by hand.
GATE = """(() => {
  const real = window.requestAnimationFrame.bind(window); const cancel = window.cancelAnimationFrame.bind(window)
  let held = null; let last = 0
  window.requestAnimationFrame = (call) => { if (held === null) return real(call); held.push([--last, call]); return last }
  window.cancelAnimationFrame = (id) => { if (id < 0) held = held?.filter(([one]) => one !== id) ?? null; else cancel(id) }
  window.__hold = (on) => { if (on) { held ??= []; return }
    const all = held ?? []; held = null; for (const [, call] of all) real(call) }
  window.__frame = () => { const all = held; held = []; const now = performance.now(); for (const [, call] of all) call(now) }
})()"""

# The map listens for the hand on the document while it is dragged.
HAND = """const canvas = document.querySelector('.maplibregl-canvas')
  const send = (target, type, clientX) => target.dispatchEvent(new MouseEvent(type,
    { clientX, clientY: 450, button: 0, buttons: 1, bubbles: true, cancelable: true, view: window }))"""

# The map is dragged to and fro by a pixel at each animation frame, so that it never rests.
DRIVE = f"""() => {{ let on = true; let x = 0
  {HAND}
  send(canvas, 'mousedown', 900); send(document, 'mousemove', 910)
  const step = () => {{ if (!on) return; x = 1 - x; send(document, 'mousemove', 910 + x); requestAnimationFrame(step) }}
  requestAnimationFrame(step)
  window.__stop = () => {{ on = false; send(document, 'mouseup', 910) }} }}"""

BY_HAND = f"""async (chunks) => {{ let x = 0
  {HAND}
  const before = window.__hexlane.framesDrawn()
  send(canvas, 'mousedown', 900); send(document, 'mousemove', 910); window.__frame()
  for (let nth = 0; nth < chunks; nth++) {{
    for (let i = 0; i < {CHUNK}; i++) {{ x = 1 - x; send(document, 'mousemove', 910 + x); window.__frame(); await null }}
    await new Promise((done) => setTimeout(done, {CHUNK_MS})) }}
  send(document, 'mouseup', 910); window.__frame()
  return window.__hexlane.framesDrawn() - before }}"""


@dataclass(frozen=True, slots=True)
class Counted:
    """Seconds so far: of the page's main thread, of all its process, of the GPU process, and on the wall."""

    main_s: float
    page_s: float
    gpu_s: float
    wall_s: float

    def since(self, before: "Counted") -> "Counted":
        """Return what came on top."""
        return Counted(
            self.main_s - before.main_s,
            self.page_s - before.page_s,
            self.gpu_s - before.gpu_s,
            self.wall_s - before.wall_s,
        )


@dataclass(frozen=True, slots=True)
class OwnWork:
    """The page's own work: milliseconds of CPU a frame, and a second without frames; of the main thread and of all threads."""

    frames: int
    main_ms: float
    page_ms: float
    main_besides_ms_s: float
    page_besides_ms_s: float

    @property
    def main_at_60_ms(self) -> float:
        """A frame at 60 frames a second with its share of all else: of the main thread."""
        return self.main_ms + self.main_besides_ms_s / FPS

    @property
    def page_at_60_ms(self) -> float:
        """The same of all threads."""
        return self.page_ms + self.page_besides_ms_s / FPS

    def row(self, name: str) -> str:
        """Return a line of the table."""
        return (
            f"{name:<28}{self.frames:>8}{self.main_ms:>12.2f}{self.main_besides_ms_s:>12.0f}{self.main_at_60_ms:>12.2f}"
            f"{self.page_ms:>12.2f}{self.page_besides_ms_s:>12.0f}{self.page_at_60_ms:>12.2f}"
        )


HEAD = (
    f"{'the page, CPU ms':<28}{'frames':>8}{'main/frame':>12}{'main/s else':>12}{'at 60 fps':>12}"
    f"{'all/frame':>12}{'all/s else':>12}{'at 60 fps':>12}"
)


class Meter:
    """Reads what the threads of a page and its browser's GPU process have spent."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    def read(self) -> Counted:
        """Return the seconds so far."""
        main_s = page_s = 0.0
        for pid in processes(self._browser, "renderer"):
            for thread, seconds in thread_times(pid).items():
                page_s += seconds
                main_s += seconds if thread == pid else 0.0
        gpu_s = sum(sum(thread_times(pid).values()) for pid in processes(self._browser, "GPU"))
        return Counted(main_s, page_s, gpu_s, time.monotonic())


def processes(browser: Browser, kind: str) -> list[int]:
    """Return the ids of the browser's processes of a kind: renderer, GPU."""
    session = browser.new_browser_cdp_session()
    found: list[dict[str, Any]] = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return [int(process["id"]) for process in found if process["type"] == kind]


def thread_times(pid: int) -> dict[int, float]:
    """Return the CPU seconds of each thread of a process, its first thread under the id of the process."""
    found = {}
    for task in Path(f"/proc/{pid}/task").glob("*"):
        with suppress(OSError):  # a thread that has just ended
            found[int(task.name)] = int((task / "schedstat").read_text().split()[0]) / 1e9
    return found


def own_work(browser: Browser, page: Page, chunks: int, seconds: float) -> OwnWork:
    """Return what the page's own work is: so many tenths of a second of frames by hand, then a while without any."""
    page.evaluate("window.__hold(true)")
    # What is made once, when the map first moves, is no frame's cost.
    page.evaluate(BY_HAND, 5)
    meter = Meter(browser)
    before = meter.read()
    frames = int(page.evaluate(BY_HAND, chunks))
    busy = meter.read().since(before)
    assert frames >= chunks * CHUNK, f"only {frames} frames were drawn of {chunks * CHUNK} asked for"
    page.wait_for_timeout(1000)
    before = meter.read()
    page.wait_for_timeout(seconds * 1000)
    still = meter.read().since(before)
    page.evaluate("window.__hold(false)")
    main, whole = still.main_s / still.wall_s, still.page_s / still.wall_s
    return OwnWork(
        frames,
        (busy.main_s - main * busy.wall_s) / frames * 1e3,
        (busy.page_s - whole * busy.wall_s) / frames * 1e3,
        main * 1e3,
        whole * 1e3,
    )


def drawing_ms(browser: Browser, page: Page, rounds: int, seconds: float) -> float:
    """Return what drawing a frame costs the GPU process, ms of CPU: rounds of frames held back and driven."""
    meter = Meter(browser)
    page.evaluate(DRIVE)
    page.wait_for_timeout(4000)
    page.evaluate("window.__stop()")
    still_s = still_wall_s = busy_s = busy_wall_s = 0.0
    still_frames = busy_frames = 0
    for _ in range(rounds):
        page.evaluate("window.__hold(true)")
        page.wait_for_timeout(1500)
        spent, drawn = _while(meter, page, seconds)
        still_s, still_wall_s, still_frames = still_s + spent.gpu_s, still_wall_s + spent.wall_s, still_frames + drawn
        page.evaluate("window.__hold(false)")
        page.evaluate(DRIVE)
        page.wait_for_timeout(1000)
        spent, drawn = _while(meter, page, seconds)
        busy_s, busy_wall_s, busy_frames = busy_s + spent.gpu_s, busy_wall_s + spent.wall_s, busy_frames + drawn
        page.evaluate("window.__stop()")
    # A frame already asked for when frames are held back may still come: two rounds, two unknowns.
    times = busy_wall_s / still_wall_s
    frames = busy_frames - still_frames * times
    assert frames > busy_frames / 2, "too many frames were drawn that should have been held back"
    return (busy_s - still_s * times) / frames * 1e3


def _while(meter: Meter, page: Page, seconds: float) -> tuple[Counted, int]:
    """Return what the next seconds cost, and the frames drawn in them."""
    before, frames = meter.read(), int(page.evaluate("window.__hexlane.framesDrawn()"))
    page.wait_for_timeout(seconds * 1000)
    return meter.read().since(before), int(page.evaluate("window.__hexlane.framesDrawn()")) - frames
