"""The guide and the examples: every block of code runs against a real server, and the built pages ask nobody else."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import PATIENCE_S, ROOT, Server
from tests.fakes.run_page import blocks
from utm import guide_build
from utm.api.console import CONTENT_SECURITY_POLICY
from utm.client_wheel import FILE_NAME, wheel
from utm.problem_catalogue import CATALOGUE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
PAGES = sorted(path.name for path in guide_build.PAGES.glob("*.md"))
WRITTEN = ["errors.md", "reference.md"]
EXAMPLES = {
    "file_and_fly.py": "ended",
    "inspection_firm.py": "approved: 4 of 4",
    "radar_supplier.py": "20 tracks seen live",
}
RUNNER = ROOT / "tests" / "fakes" / "run_page.py"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for this file."""
    running = Server(tmp_path_factory.mktemp("guide"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every page, those written from the code too."""
    folder = tmp_path_factory.mktemp("pages")
    guide_build.write_pages(folder)
    return folder


def _environment(city: Server, role: str) -> dict[str, str]:
    client = next(item for item in city.credentials["clients"] if item["role"] == role)
    tools = str(Path(sys.executable).parent)
    return {
        **os.environ,
        "PATH": f"{tools}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HEXLANE_URL": city.base_url,
        "HEXLANE_CLIENT_ID": client["client_id"],
        "HEXLANE_CLIENT_SECRET": client["client_secret"],
    }


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout[-1500:] + done.stderr[-3000:]
    return done.stdout


@pytest.mark.parametrize("name", [*PAGES, *WRITTEN])
def test_every_block_of_a_page_runs(city: Server, pages: Path, tmp_path: Path, name: str) -> None:
    """Read from top to bottom, in an empty folder, each block must do what the page says it does."""
    page = (pages / name).read_text(encoding="utf-8")
    for kind, code in blocks(page):
        if kind == "json":
            json.loads(code)
    if any(kind != "json" for kind, _ in blocks(page)):
        command = [sys.executable, str(RUNNER), str(pages / name)]
        _run(command, tmp_path, _environment(city, guide_build.role_of(page)))
    if name.startswith("quickstart"):
        record = (tmp_path / "flight.kml").read_text(encoding="utf-8")
        assert record.count("<gx:coord>") == 2, "the record has not the two positions that were sent"


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_example_runs(city: Server, tmp_path: Path, name: str) -> None:
    """Each example must run as it stands and end with what it promises."""
    role = "supplier" if "radar" in name else "operator"
    path = ROOT / "docs" / "examples" / name
    shown = _run([sys.executable, str(path)], tmp_path, _environment(city, role))
    assert EXAMPLES[name] in shown


def test_file_and_fly_takes_thirty_lines() -> None:
    """The first example must stay small: thirty lines with something on them."""
    text = (ROOT / "docs" / "examples" / "file_and_fly.py").read_text(encoding="utf-8")
    assert len([line for line in text.splitlines() if line.strip()]) <= 31


def test_both_quickstarts_run_the_same_code() -> None:
    """The Chinese quickstart must not fall behind the English one."""
    english, chinese = (
        (guide_build.PAGES / name).read_text(encoding="utf-8") for name in ("quickstart.md", "quickstart.zh.md")
    )
    assert blocks(english) == blocks(chinese)
    assert len(re.findall(r"[\u4e00-\u9fff]", chinese)) > 200


@pytest.mark.parametrize("name", ["quickstart.md", "quickstart.zh.md", "client.md"])
def test_pages_name_the_client_the_server_serves(name: str) -> None:
    """The address of the client in a page must be the one this version is served under."""
    page = (guide_build.PAGES / name).read_text(encoding="utf-8")
    assert re.findall(r"hexlane_client-[^\s\"]+", page) == [FILE_NAME]


def test_the_errors_page_lists_every_code(pages: Path) -> None:
    """No code may be missing from the page a developer looks it up in."""
    page = (pages / "errors.md").read_text(encoding="utf-8")
    assert [code for code in CATALOGUE if f"| `{code}` |" not in page] == []


def test_the_built_guide_asks_nobody_else_and_runs_nothing_inline(tmp_path: Path) -> None:
    """Every page must load only files of its own, and hold no inline script, style or event handler."""
    guide_build.build(tmp_path / "guide")
    found = list((tmp_path / "guide").rglob("*.html"))
    assert {path.name for path in found} >= {
        "index.html", "quickstart.html", "quickstart.zh.html", "reference.html", "examples.html", "access.html",
    }  # fmt: skip
    for path in found:
        text = path.read_text(encoding="utf-8")
        loaded = re.findall(r"<(?:script|img|link|iframe|source)\b[^>]*?(?:src|href)=\"?([^\"\s>]+)", text)
        assert [item for item in loaded if item.startswith(("http:", "https:", "//"))] == [], path.name
        for attributes, code in re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL):
            assert not code.strip() or "application/json" in attributes, (path.name, code[:80])
        assert "<style" not in text
        assert re.search(r"<[a-z]+[^>]*\s(?:style|on[a-z]+)=", text) is None, path.name
    styles = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "guide").rglob("*.css"))
    assert re.findall(r"url\(\s*['\"]?https?:", styles) == []


def test_the_server_serves_the_guide_under_the_strict_policy(city: Server) -> None:
    """`/docs/guide` must lead to the pages, with the console's policy, or say how to build them."""
    with httpx.Client(base_url=city.base_url, timeout=PATIENCE_S) as client:
        moved = client.get("/docs/guide")
        assert (moved.status_code, moved.headers["location"]) == (308, "/docs/guide/")
        page = client.get("/docs/guide/")
        assert page.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        if (guide_build.OUTPUT / "index.html").is_file():
            assert page.status_code == 200
            assert "Quickstart" in page.text
            assert client.get("/docs/guide/quickstart.zh.html").status_code == 200
            assert client.get("/docs/guide/nothing.html").status_code == 404
        else:
            assert page.status_code == 503
            assert "make guide" in page.text
        served = client.get(f"/docs/guide/{FILE_NAME}")
        assert (served.status_code, served.content) == (200, wheel())
        assert client.get("/docs").status_code == 200
