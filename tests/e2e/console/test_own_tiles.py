"""A city's own tiles in a real browser: where their marks are seen, by pixel, and whom the page may ask."""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.conftest import Server
from tests.e2e.conftest import City, wait_for
from tests.e2e.console.conftest import ROOT
from tests.fakes.tiles import Datum, Mark, TileHost, archive, picture, tile_host, vector

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(600)]

MARK = Mark(22.6123, 114.2345)
ZOOM = 14.5
# Colours of the light theme (web/src/map/palette.ts).
SEA = (0xDB, 0xE1, 0xE4)
BARE = "hide=zones,corridors,sites,labels&theme=light"


Wanted = Callable[[tuple[int, int, int]], bool]
Start = Callable[[str], City]


def answers(datum: Datum) -> dict[str, bytes]:
    """Return the archives of a host."""
    return {"/city.pmtiles": archive(MARK, datum, range(12, 16))}


@pytest.fixture(scope="module", params=["WGS84", "GCJ02"])
def datum(request: pytest.FixtureRequest) -> Datum:
    """The datum all tiles of a city are drawn in."""
    found: Datum = request.param
    return found


@pytest.fixture(scope="module")
def host(datum: Datum) -> Iterator[TileHost]:
    """Somebody else's server with pictures, vector tiles and an archive in a datum."""
    archives = answers(datum)

    def answer(path: str) -> bytes | None:
        tile = re.fullmatch(r"/(picture|vector)/(\d+)/(\d+)/(\d+)\.\w+", path)
        if tile is None:
            return archives.get(path)
        draw = picture if tile[1] == "picture" else vector
        return draw((int(tile[2]), int(tile[3]), int(tile[4])), MARK, datum)

    with tile_host(answer) as serving:
        yield serving


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory, datum: Datum) -> Iterator[Start]:
    """Return a function that starts a service with tiles, and stop them all."""
    assert (ROOT / "utm/static/console/index.html").is_file(), "the console is not built: run `make web`"
    running: list[Server] = []

    def begin(tiles: str) -> City:
        server = Server(tmp_path_factory.mktemp("tiles"))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HEXLANE_MAP_TILES", tiles)
            patch.setenv("HEXLANE_MAP_TILES_DATUM", datum)
            patch.setenv("HEXLANE_MAP_TILES_ATTRIBUTION", "The city's own survey")
            patch.setenv("HEXLANE_MAP_TILES_MAX_ZOOM", "16")
            server.start()
        running.append(server)
        return City(server.base_url, server.data_dir, {})

    yield begin
    for server in running:
        server.stop()


def shown(page: Page) -> Image.Image:
    """Return what the map shows once it rests."""
    wait_for(lambda: page.evaluate("window.__hexlane ? window.__hexlane.mapIdle() : false"), 60, "the map at rest")
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def middle_of(image: Image.Image, wanted: Wanted) -> tuple[float, float, int]:
    """Return the middle of all pixels of a kind around the middle of the picture, and how many there are."""
    width, height = image.size
    pixels: Any = image.load()
    found = [
        (x, y)
        for x in range(width // 2 - 320, width // 2 + 320)
        for y in range(height // 2 - 300, height // 2 + 300)
        if wanted(pixels[x, y])
    ]
    count = len(found)
    if count == 0:
        return 0.0, 0.0, 0
    return sum(x for x, _ in found) / count, sum(y for _, y in found) / count, count


def reddish(colour: tuple[int, int, int]) -> bool:
    """Return whether a pixel is of the mark in the pictures, which the page quietens."""
    red, green, blue = colour
    return red > green + 40 and red > blue + 40


def watery(colour: tuple[int, int, int]) -> bool:
    """Return whether a pixel is of the light theme's water."""
    return all(abs(a - b) <= 2 for a, b in zip(colour, SEA, strict=True))


def check_in_the_middle(page: Page, wanted: Wanted) -> None:
    """The mark, to whose WGS-84 place the map is centred, is seen in the middle to a pixel, whole, and nowhere else."""
    # 80 m each way at zoom 14.5: 2.84 m a pixel.
    side = 2 * MARK.half_m / (40_075_016.7 * 0.92318 / (512 * 2**ZOOM))
    wait_for(lambda: middle_of(shown(page), wanted)[2] > side * side * 0.9, 60, "the mark")
    image = shown(page)
    x, y, count = middle_of(image, wanted)
    box = page.locator(".maplibregl-canvas").bounding_box()
    assert box is not None
    assert abs(x + 0.5 - (box["x"] + box["width"] / 2)) < 1.6, (x, y, count)
    assert abs(y + 0.5 - (box["y"] + box["height"] / 2)) < 1.6, (x, y, count)
    assert side * side * 0.9 < count < side * side * 1.1


def check_kind(browser: Browser, city: City, host: TileHost, wanted: Wanted, *, asks: bool) -> None:
    """A map of one kind of tiles shows the mark where it is, and nobody but the host named is asked or may be."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en", reduced_motion="reduce")
    page = context.new_page()
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add("/".join(request.url.split("/")[:3])))
    page.request.post(f"{city.base_url}/v1/session/demo", data={"role": "dispatcher"})
    answer = page.goto(f"{city.base_url}/?lang=en&{BARE}&view={MARK.lat_deg},{MARK.lon_deg},{ZOOM}")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    page.locator(".screen-rail").wait_for(state="attached", timeout=60_000)
    check_in_the_middle(page, wanted)
    assert page.get_by_text("The city's own survey").count() > 0
    connect = next(part for part in policy.split(";") if part.strip().startswith("connect-src"))
    assert connect.split()[1:] == ["'self'", *([host.base_url] if asks else [])]
    assert {item for item in hosts if item.startswith("http")} <= {city.base_url, *([host.base_url] if asks else [])}
    refused = page.evaluate("fetch('http://127.0.0.1:9/').then(() => 'asked', (error) => error.name)")
    assert refused == "TypeError"
    context.close()


def test_pictures_are_seen_where_their_ground_is(browser: Browser, start: Start, host: TileHost) -> None:
    """Pictures by address, in either datum, show a mark at its WGS-84 place to a pixel; only their host is asked."""
    city = start(f"{host.base_url}/picture/{{z}}/{{x}}/{{y}}.png")
    check_kind(browser, city, host, reddish, asks=True)
    assert any(path.startswith("/picture/") for path in host.asked)


def test_vector_tiles_by_address_are_seen_where_their_ground_is(browser: Browser, start: Start, host: TileHost) -> None:
    """Vector tiles by address, in either datum, show an area at its WGS-84 place to a pixel."""
    city = start(f"{host.base_url}/vector/{{z}}/{{x}}/{{y}}.pbf")
    check_kind(browser, city, host, watery, asks=True)


def test_an_archive_of_another_host_is_seen_where_its_ground_is(browser: Browser, start: Start, host: TileHost) -> None:
    """A PMTiles archive is read by ranges from its host, and its vectors are seen where they are in either datum."""
    city = start(f"{host.base_url}/city.pmtiles")
    check_kind(browser, city, host, watery, asks=True)
    assert "/city.pmtiles" in host.asked


def test_an_archive_on_our_own_disk_asks_nobody(
    browser: Browser, start: Start, host: TileHost, datum: Datum, tmp_path: Path
) -> None:
    """An archive on the service's disk is served by the service: the page's policy names nobody else."""
    file = tmp_path / "city.pmtiles"
    file.write_bytes(answers(datum)["/city.pmtiles"])
    check_kind(browser, start(str(file)), host, watery, asks=False)
