"""Map tiles a city brings: told to the page, allowed by its policy, read from our own disk; none by default."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Server
from utm.api.console import CONTENT_SECURITY_POLICY, policy_with
from utm.api.map_tiles import tile_hosts, tile_sources
from utm.settings import Settings

TIANDITU = "https://t0.tianditu.gov.cn/vec_w/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=demo"


def test_by_default_nobody_else_is_asked() -> None:
    """Without the setting there must be no tiles, and the page's policy must name no host."""
    assert tile_sources(Settings()) == ()
    assert policy_with(tile_hosts(Settings())) == CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY


def test_only_the_hosts_of_the_tiles_enter_the_policy() -> None:
    """Two layers of one host and an archive of another must add these two hosts to what may be fetched, no more."""
    settings = Settings(map_tiles=f"{TIANDITU} {TIANDITU.replace('vec', 'cva')} https://tiles.example/city.pmtiles")
    assert [source.kind for source in tile_sources(settings)] == ["raster", "raster", "pmtiles"]
    policy = policy_with(tile_hosts(settings))
    assert "connect-src 'self' https://t0.tianditu.gov.cn https://tiles.example;" in policy
    assert policy.count("https://") == 2


@pytest.mark.parametrize(
    "text",
    [
        "https://tiles.example/{z}/{x}.png",
        "ftp://tiles.example/{z}/{x}/{y}.png",
        "https://{s}.tiles.example/{z}/{x}/{y}.png",
        "/no/such/file.pmtiles",
        "tiles",
    ],
)
def test_what_cannot_be_a_layer_stops_the_start(text: str) -> None:
    """A layer that is neither a whole address nor an archive must be refused with its text, not found out by a grey map."""
    with pytest.raises(ValueError, match="HEXLANE_MAP_TILES"):
        tile_sources(Settings(map_tiles=text))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with an archive of its own, in GCJ-02."""
    folder = tmp_path_factory.mktemp("tiles")
    archive: Path = folder / "city.pmtiles"
    archive.write_bytes(b"PMTiles\x03" + bytes(range(200)))
    data = folder / "data"
    data.mkdir()
    running = Server(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEXLANE_MAP_TILES", str(archive))
        patch.setenv("HEXLANE_MAP_TILES_DATUM", "GCJ02")
        running.start()
    yield running
    running.stop()


@pytest.mark.slow
def test_the_page_is_told_and_reads_parts(server: Server) -> None:
    """Who is signed in must be told of the archive and get the bytes asked for; others must get neither."""
    with server.client("dispatcher") as client:
        told = client.get("/map-settings.json").json()
        assert told["datum"] == "GCJ02"
        assert [source["kind"] for source in told["sources"]] == ["pmtiles"]
        part = client.get(told["sources"][0]["url"], headers={"Range": "bytes=0-7"})
        assert (part.status_code, part.content) == (206, b"PMTiles\x03")
        assert client.get("/map-tiles/1.pmtiles").status_code == 404
        assert client.get("/").headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        outside = {"Authorization": "Bearer nothing"}
        assert client.get("/map-settings.json", headers=outside).status_code == 401
        assert client.get("/map-tiles/0.pmtiles", headers=outside).status_code == 401
