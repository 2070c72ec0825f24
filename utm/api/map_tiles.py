"""Map tiles a city brings for the console: what the settings say, told to the page, and archives on our own disk.

Without the setting the console draws its own base map and asks nobody. Tiles of another host are fetched by the browser,
so that host, and no other, enters the page's policy.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Response
from fastapi.responses import FileResponse

from utm.api.answers import json_response
from utm.problems import Problem
from utm.security import Principal, require
from utm.services import Services, services_of
from utm.settings import Settings

router = APIRouter(include_in_schema=False)

App = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(require("zone.read"))]
_PLACES: Final = ("{z}", "{x}", "{y}")
_VECTOR: Final = (".mvt", ".pbf")


@dataclass(frozen=True, slots=True)
class TileSource:
    """One layer of tiles: a template of addresses, or an archive at an address or on disk."""

    kind: Literal["raster", "vector", "pmtiles"]
    url: str
    host: str | None
    """Scheme and host of others that are asked; None for ourselves."""
    file: Path | None


def tile_sources(settings: Settings) -> tuple[TileSource, ...]:
    """Return the layers, the lowest first; raises ValueError for one that is neither template nor archive."""
    return tuple(_source(text, nth) for nth, text in enumerate(settings.map_tiles.split()))


def _source(text: str, nth: int) -> TileSource:
    parts = urlsplit(text)
    remote = parts.scheme in ("http", "https") and bool(parts.netloc)
    host = f"{parts.scheme}://{parts.netloc}" if remote else None
    if parts.path.endswith(".pmtiles"):
        if remote:
            return TileSource("pmtiles", text, host, None)
        file = Path(text)
        if not file.is_file():
            raise ValueError(f"HEXLANE_MAP_TILES: there is no file {text}")
        return TileSource("pmtiles", f"/map-tiles/{nth}.pmtiles", None, file)
    if remote and all(place in text for place in _PLACES) and "{" not in parts.netloc:
        return TileSource("vector" if parts.path.endswith(_VECTOR) else "raster", text, host, None)
    raise ValueError(
        f"HEXLANE_MAP_TILES: {text!r} is neither an http(s) address with {{z}}, {{x}} and {{y}} nor a .pmtiles archive"
    )


def tile_hosts(settings: Settings) -> tuple[str, ...]:
    """Return the hosts the page may fetch tiles from, each once."""
    return tuple(dict.fromkeys(source.host for source in tile_sources(settings) if source.host is not None))


@router.get("/map-settings.json")
async def read_map_settings(_principal: Reader, services: App) -> Response:
    """Tell the console which tiles to draw in place of its own base map."""
    settings = services.settings
    return json_response(
        {
            "sources": [{"kind": source.kind, "url": source.url} for source in tile_sources(settings)],
            "datum": settings.map_tiles_datum,
            "attribution": settings.map_tiles_attribution,
            "max_zoom": settings.map_tiles_max_zoom,
        }
    )


@router.get("/map-tiles/{name}.pmtiles")
async def read_archive(name: str, _principal: Reader, services: App) -> Response:
    """Serve ranges of an archive that lies on our disk."""
    for nth, source in enumerate(tile_sources(services.settings)):
        if source.file is not None and name == str(nth):
            headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=86400"}
            return FileResponse(source.file, media_type="application/octet-stream", headers=headers)
    raise Problem("not_found")
