"""A city's own map tiles, made on the spot: pictures, vector tiles and an archive, with marks at known places.

Each tile is drawn in the datum asked for: a mark at a WGS-84 place lies where that datum has it.
"""

import gzip
import math
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Literal

from PIL import Image, ImageDraw

from airspace.coordinates import gcj02_from_wgs84

Datum = Literal["WGS84", "GCJ02"]
TileId = tuple[int, int, int]
EQUATOR_M = 40_075_016.7


@dataclass(frozen=True, slots=True)
class Mark:
    """A square on the ground: its middle in WGS-84 degrees, and half its side in metres."""

    lat_deg: float
    lon_deg: float
    half_m: float = 80.0


def world(lat_deg: float, lon_deg: float) -> tuple[float, float]:
    """Return Web Mercator, 0 to 1 from north-west."""
    x = (lon_deg + 180) / 360
    y = (1 - math.asinh(math.tan(math.radians(lat_deg))) / math.pi) / 2
    return x, y


def in_tile(mark: Mark, tile: TileId, datum: Datum, size: float) -> tuple[float, float, float]:
    """Return the middle of a mark and half its side in units of a tile that is so many units wide."""
    z, x, y = tile
    lat, lon = mark.lat_deg, mark.lon_deg
    if datum == "GCJ02":
        moved_lat, moved_lon = gcj02_from_wgs84(lat, lon)
        lat, lon = float(moved_lat[0]), float(moved_lon[0])
    wx, wy = world(lat, lon)
    half = mark.half_m / (EQUATOR_M * math.cos(math.radians(lat))) * 2**z * size
    return (wx * 2**z - x) * size, (wy * 2**z - y) * size, half


def picture(tile: TileId, mark: Mark, datum: Datum) -> bytes:
    """Return a PNG: pale, with the mark in red."""
    image = Image.new("RGB", (256, 256), "#f4f4f4")
    x, y, half = in_tile(mark, tile, datum, 256)
    ImageDraw.Draw(image).rectangle((x - half, y - half, x + half, y + half), fill="#e00000")
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def varint(value: int) -> bytes:
    """Return a number as protocol buffers and PMTiles write it."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _field(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def _square(number: int, x: float, y: float, half: float) -> bytes:
    """Return a feature: a closed square, drawn clockwise as outer rings are."""
    low_x, low_y, side = round(x - half), round(y - half), round(2 * half)
    steps = [9, _zig(low_x), _zig(low_y), 26, _zig(side), 0, 0, _zig(side), _zig(-side), 0, 15]
    geometry = b"".join(map(varint, steps))
    return varint(1 << 3) + varint(number) + varint(3 << 3) + varint(3) + _field(4, geometry)


def _zig(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def vector(tile: TileId, mark: Mark, datum: Datum) -> bytes:
    """Return a Mapbox vector tile in the schema of Protomaps: earth everywhere, and the mark as water."""

    def layer(name: str, feature: bytes) -> bytes:
        return _field(
            3,
            varint(15 << 3) + varint(2) + _field(1, name.encode()) + _field(2, feature) + varint(5 << 3) + varint(4096),
        )

    earth = layer("earth", _square(1, 2048, 2048, 2112))
    x, y, half = in_tile(mark, tile, datum, 4096)
    # What lies beyond the margins of a tile is not in it.
    touches = all(-half - 64 < value < 4096 + half + 64 for value in (x, y))
    return earth + (layer("water", _square(2, x, y, half)) if touches else b"")


def tile_number(tile: TileId) -> int:
    """Return the number of a tile along the Hilbert curves of PMTiles."""
    z, x, y = tile
    number = (4**z - 1) // 3
    side = 1 << z >> 1
    while side:
        right, low = x & side and 1, y & side and 1
        number += side * side * ((3 * right) ^ low)
        if low == 0:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        side >>= 1
    return number


def archive(mark: Mark, datum: Datum, zooms: range, around: int = 6) -> bytes:
    """Return a PMTiles archive (version 3, gzip) of the vector tiles around a mark."""
    tiles: dict[int, bytes] = {}
    for z in zooms:
        wx, wy = world(mark.lat_deg, mark.lon_deg)
        middle_x, middle_y = int(wx * 2**z), int(wy * 2**z)
        for x in range(middle_x - around, middle_x + around + 1):
            for y in range(middle_y - around, middle_y + around + 1):
                tiles[tile_number((z, x, y))] = gzip.compress(vector((z, x, y), mark, datum), mtime=0)
    ids = sorted(tiles)
    sizes = [len(tiles[number]) for number in ids]
    offsets = [sum(sizes[:nth]) for nth in range(len(sizes))]
    steps = [number - before for number, before in zip(ids, [0, *ids], strict=False)]
    columns = [len(ids), *steps, *([1] * len(ids)), *sizes, *(offset + 1 for offset in offsets)]
    root = gzip.compress(b"".join(map(varint, columns)), mtime=0)
    header = bytearray(127)
    header[:8] = b"PMTiles\x03"
    data_at = 127 + len(root)
    for at, value in ((8, 127), (16, len(root)), (24, data_at), (40, data_at), (56, data_at), (64, sum(sizes))):
        header[at : at + 8] = value.to_bytes(8, "little")
    header[97:102] = bytes((2, 2, 1, zooms.start, zooms.stop - 1))
    return bytes(header) + root + b"".join(tiles[number] for number in ids)


@dataclass
class TileHost:
    """A server of tiles on loopback that is not ours: its address, and what it was asked for."""

    base_url: str
    asked: list[str] = field(default_factory=list)


@contextmanager
def tile_host(answer: Callable[[str], bytes | None]) -> Iterator[TileHost]:
    """Serve bytes by path, parts of them where a range is asked for; None is answered 404."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append(self.path)
            data = answer(self.path)
            span = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
            self.send_response(404 if data is None else 206 if span else 200)
            part = b"" if data is None else data[int(span[1]) : int(span[2]) + 1] if span else data
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Content-Length", str(len(part)))
            self.end_headers()
            self.wfile.write(part)

        def do_OPTIONS(self) -> None:
            self.send_response(204)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Access-Control-Allow-Headers", "range")
            self.end_headers()

        def log_message(self, format: str, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host = TileHost(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
