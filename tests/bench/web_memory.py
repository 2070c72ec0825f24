"""What the page's process holds over time, in a Chromium that nobody looks into while it runs.

A debugger that listens to the network, as Playwright's does, keeps the body of every answer in the page's own process: 1.4 MB
of cells each half minute, 3 MB a minute, which is none of the page's doing. So this browser is started by hand and asked over
a bare connection for nothing but its heap, after collection, once a minute.
"""

import json
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

PATIENCE_S = 300.0


class Browser:
    """A page of a browser of its own, by the debugging protocol's bare minimum."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._asked = socket, 0

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Return what a method of the protocol answers."""
        self._asked += 1
        self._socket.send(json.dumps({"id": self._asked, "method": method, "params": params}))
        while True:
            answer: dict[str, Any] = json.loads(self._socket.recv(timeout=PATIENCE_S))
            if answer.get("id") == self._asked:
                result: dict[str, Any] = answer.get("result", {})
                return result

    def evaluate(self, script: str) -> Any:
        """Return the value of an expression of the page."""
        return self.call("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")


@contextmanager
def browser(executable: str, flags: Sequence[str]) -> Iterator[tuple[Browser, int]]:
    """Yield a page of a fresh browser without a window, and the browser's process id."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        own = ("--headless=new", "--remote-debugging-port=0", f"--user-data-dir={profile}", "--window-size=1600,900")
        process = subprocess.Popen([executable, *flags, *own, "about:blank"], stderr=subprocess.DEVNULL)
        try:
            told = Path(profile) / "DevToolsActivePort"
            _until(lambda: told.exists() and told.read_text().strip(), "the browser did not start")
            port = told.read_text().split()[0]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as listed:
                address = next(item for item in json.load(listed) if item["type"] == "page")["webSocketDebuggerUrl"]
            with connect(address, max_size=None) as socket:
                yield Browser(socket), process.pid
        finally:
            process.terminate()
            process.wait(30)


def _until(condition: Any, what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.2)


def _children(pid: int) -> set[int]:
    """Return a process and all that it started, and they."""
    found, before = {pid}, 0
    while len(found) > before:
        before = len(found)
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(path.read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue  # it has just ended
            if parent in found:
                found.add(int(path.parent.name))
    return found


def _page_mb(pid: int) -> tuple[float, float]:
    """Return the resident memory of the largest page process of a browser, and the part of it that is no file's."""
    largest = (0.0, 0.0)
    for child in _children(pid):
        try:
            if b"--type=renderer" in Path(f"/proc/{child}/cmdline").read_bytes():
                status = Path(f"/proc/{child}/status").read_text()
                held = [int(status.split(f"{name}:")[1].split()[0]) / 1e3 for name in ("VmRSS", "RssAnon")]
                largest = max(largest, (held[0], held[1]))
        except (OSError, IndexError):
            continue
    return largest


def watch_memory(executable: str, flags: Sequence[str], url: str, drones: int, minutes: float) -> None:
    """Print the page's heap after collection and its process, each minute."""
    with browser(executable, flags) as (page, pid):
        page.call("Page.navigate", url=url)
        count = "window.__hexlane ? window.__hexlane.droneCount() : 0"
        _until(lambda: (page.evaluate(count) or 0) >= drones, "the drones did not come")
        page.call("Performance.enable")
        print("\nmemory with drones and cells: JavaScript heap of the page after collection, and all of its process")
        first: float | None = None
        began = time.monotonic()
        while True:
            page.call("HeapProfiler.collectGarbage")
            metrics = {item["name"]: item["value"] for item in page.call("Performance.getMetrics")["metrics"]}
            used_mb = metrics["JSHeapUsedSize"] / 1e6
            first = used_mb if first is None else first
            passed_s = time.monotonic() - began
            process_mb, own_mb = _page_mb(pid)
            print(
                f"  {passed_s / 60:5.1f} min {used_mb:8.1f} MB ({used_mb - first:+.1f}), {metrics['Nodes']:.0f} nodes, "
                f"process {process_mb:.0f} MB ({own_mb:.0f} its own)",
                flush=True,
            )
            if passed_s >= minutes * 60:
                return
            time.sleep(min(60.0, max(10.0, minutes * 12)))
