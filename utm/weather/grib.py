"""Weather in GRIB 1 and 2 files, read with ECMWF's ecCodes (`pip install "hexlane[grib]"`).

Each message is one quantity on one grid at one time. Fields of the surface are taken: wind at 10 m (`10u`, `10v`), gust, rain
rate or total, visibility, temperature at 2 m, lightning density; what else a file holds is named and left out.
"""

import math
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np

from airspace.coordinates import Bounds
from airspace.formats.weather_files import WeatherFile, WeatherSample
from airspace.timebase import to_scene_s
from airspace.weather import RANGES

MAX_POINTS: Final = 200_000
_MARGIN_DEG: Final = 0.5
_LAST_STEP_S: Final = 3_600.0
_DIRECT: Final[dict[str, tuple[str, float, float]]] = {
    "gust": ("gust_mps", 1.0, 0.0),
    "10fg": ("gust_mps", 1.0, 0.0),
    "i10fg": ("gust_mps", 1.0, 0.0),
    "fg10": ("gust_mps", 1.0, 0.0),
    "prate": ("rain_mm_h", 3600.0, 0.0),
    "tprate": ("rain_mm_h", 3600.0, 0.0),
    "vis": ("visibility_m", 1.0, 0.0),
    "2t": ("temperature_c", 1.0, -273.15),
    "litota1": ("lightning_per_km2_h", 1.0 / 24.0, 0.0),
    "litoti": ("lightning_per_km2_h", 1.0 / 24.0, 0.0),
    "10si": ("wind_mps", 1.0, 0.0),
}
"""Short name: our quantity, and value * factor + offset. Rates are kg/m2/s; lightning densities are a day's, per km2."""
_WIND: Final = ("10u", "10v")

Messages = dict[str, dict[float, tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]]]


class GribMissingError(Exception):
    """ecCodes is not installed."""


def read_grib(data: bytes, service: Bounds) -> WeatherFile:
    """Read the part of a file that lies over the city; raises GribMissingError without ecCodes."""
    found = WeatherFile()
    messages: Messages = defaultdict(dict)
    for number, (name, at_s, lat, lon, values) in enumerate(_messages(data, service, found), start=1):
        if name not in _DIRECT and name not in _WIND:
            found.add(f"message[{number}]", None, "unknown_field", warning=True, value=name)
        elif len(values) == 0:
            found.add(
                f"message[{number}]",
                None,
                "ignored",
                warning=True,
                what=f"{name}, which lies nowhere over the city,",
                what_zh=f"{name}（不在本市范围内）",
            )
        else:
            messages[name][at_s] = (lat, lon, values)
    for quantity, at_s, ends_s, lat, lon, values in _quantities(messages, found):
        low, high = RANGES[quantity]  # type: ignore[index]
        for a, b, value in zip(lat.tolist(), lon.tolist(), values.tolist(), strict=True):
            if low <= value <= high:
                found.samples.append(WeatherSample(a, b, None, at_s, ends_s, {quantity: value}))
            elif not math.isnan(value):
                found.add(
                    f"{quantity}@{at_s:.0f}",
                    None,
                    "not_allowed",
                    value=value,
                    choices=f"values from {low:g} to {high:g}",
                )
        if len(found.samples) > MAX_POINTS:
            found.add("", None, "too_many", limit=MAX_POINTS, what="values over the city", what_zh="本市范围内的数值")
            return found
    if not found.samples and not found.problems:
        found.add("", None, "missing", what="A message with weather", what_zh="气象要素")
    return found


def _quantities(messages: Messages, found: WeatherFile) -> Iterator[tuple[str, float, float, Any, Any, Any]]:
    """Yield our quantities with from, to and places: wind from its components, the rest by factor and offset."""
    if ("10u" in messages) != ("10v" in messages):
        found.add("10u, 10v", None, "missing", what="The other component of the wind", what_zh="风的另一分量")
    for name, times in messages.items():
        ordered = sorted(times)
        ends = [*ordered[1:], ordered[-1] + (ordered[-1] - ordered[-2] if len(ordered) > 1 else _LAST_STEP_S)]
        for at_s, ends_s in zip(ordered, ends, strict=True):
            lat, lon, values = times[at_s]
            if name in _DIRECT:
                quantity, factor, offset = _DIRECT[name]
                yield quantity, at_s, ends_s, lat, lon, values * factor + offset
            elif name == "10u" and at_s in messages.get("10v", {}):
                v = messages["10v"][at_s][2]
                if len(v) == len(values):
                    yield "wind_mps", at_s, ends_s, lat, lon, np.hypot(values, v)
                    yield "wind_from_deg", at_s, ends_s, lat, lon, np.degrees(np.arctan2(-values, -v)) % 360.0


def _messages(data: bytes, service: Bounds, found: WeatherFile) -> Iterator[tuple[str, float, Any, Any, Any]]:
    """Yield each message's short name, valid time, and places and values over the city (missing ones as NaN)."""
    try:
        import eccodes  # noqa: PLC0415  (an extra)
    except ImportError as error:
        raise GribMissingError from error
    at, end = data.find(b"GRIB"), len(data)
    if at < 0:
        found.add(
            "",
            None,
            "malformed_file",
            reason="The file is no GRIB: it holds no message.",
            reason_zh="文件不是 GRIB：不含任何报文。",
        )
    number = 0
    while 0 <= at < end:
        number += 1
        handle = None
        try:
            handle = eccodes.codes_new_from_message(data[at:])
            length = int(eccodes.codes_get(handle, "totalLength"))
            if at + length > end or data[at + length - 4 : at + length] != b"7777":
                raise eccodes.CodesInternalError("cut off")
            yield _message(eccodes, handle, service)
        except (eccodes.CodesInternalError, ValueError, OverflowError) as error:
            reason = f"Message {number} cannot be read: {error}."
            found.add(
                f"message[{number}]", None, "malformed_file", reason=reason, reason_zh=f"第 {number} 条报文无法读取。"
            )
            return
        finally:
            if handle is not None:
                eccodes.codes_release(handle)
        at = data.find(b"GRIB", at + length)


def _message(eccodes: Any, handle: Any, service: Bounds) -> tuple[str, float, Any, Any, Any]:
    name = str(eccodes.codes_get(handle, "shortName"))
    date, clock = int(eccodes.codes_get(handle, "validityDate")), int(eccodes.codes_get(handle, "validityTime"))
    day = datetime(date // 10_000, date // 100 % 100, date % 100, tzinfo=UTC)
    at = day + timedelta(hours=clock // 100, minutes=clock % 100)
    lat = np.asarray(eccodes.codes_get_array(handle, "latitudes"), np.float64)
    lon = (np.asarray(eccodes.codes_get_array(handle, "longitudes"), np.float64) + 180.0) % 360.0 - 180.0
    values = np.asarray(eccodes.codes_get_values(handle), np.float64)
    values = np.where(values == float(eccodes.codes_get(handle, "missingValue")), np.nan, values)
    near = (
        (lat >= service.min_lat_deg - _MARGIN_DEG) & (lat <= service.max_lat_deg + _MARGIN_DEG)
        & (lon >= service.min_lon_deg - _MARGIN_DEG) & (lon <= service.max_lon_deg + _MARGIN_DEG)
    )  # fmt: skip
    return name, to_scene_s(at), lat[near], lon[near], values[near]
