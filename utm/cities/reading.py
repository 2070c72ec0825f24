"""Reads the files of a data pack; every fault is a `CityError` that names the file, the object and the field."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import orjson

from airspace.coordinates import Bounds

Feature: TypeAlias = Mapping[str, Any]
"""A GeoJSON Feature as it stands in the pack (for a zone: exactly the body of POST /v1/zones)."""

_GEOMETRIES: Final = {
    "zones": ("Polygon", "MultiPolygon", "Point"),
    "sites": ("Point",),
    "corridors": ("LineString",),
    "places": ("Point",),
}


class CityError(ValueError):
    """A data pack cannot be used; the message names the file, the object and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a TOML file, read field by field; unread fields are not noticed."""

    values: Mapping[str, Any]
    where: str

    def fault(self, what: str) -> CityError:
        """Return the error that says `what` is wrong here."""
        return CityError(f"{self.where}: {what}")

    def text(self, name: str) -> str:
        """Return a non-empty string."""
        value = self.values.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.fault(f"{name} must be a non-empty text")
        return value

    def number(self, name: str, *, above: float = -math.inf) -> float:
        """Return a finite number greater than `above`."""
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value <= above:
            limit = "" if above == -math.inf else f" above {above:g}"
            raise self.fault(f"{name} must be a number{limit}")
        return float(value)

    def optional_number(self, name: str, *, above: float = -math.inf) -> float | None:
        """Return a number, or None where the field is absent."""
        return None if self.values.get(name) is None else self.number(name, above=above)

    def flag(self, name: str) -> bool:
        """Return true or false."""
        value = self.values.get(name)
        if not isinstance(value, bool):
            raise self.fault(f"{name} must be true or false")
        return value

    def table(self, name: str) -> Table:
        """Return a table within."""
        value = self.values.get(name)
        if not isinstance(value, dict):
            raise self.fault(f"the table [{name}] is missing")
        return Table(value, f"{self.where} [{name}]")

    def tables(self, name: str) -> list[Table]:
        """Return an array of tables, empty where it is absent."""
        value = self.values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.fault(f"[[{name}]] must be an array of tables")
        return [Table(item, f"{self.where} [[{name}]] {i}") for i, item in enumerate(value, start=1)]

    def lat_lon(self, value: object, name: str) -> tuple[float, float]:
        """Return a pair lat_deg, lon_deg within range."""
        pair = value if isinstance(value, list) else []
        if len(pair) != 2 or any(isinstance(item, bool) or not isinstance(item, int | float) for item in pair):
            raise self.fault(f"{name} must be [lat, lon] in degrees")
        lat_deg, lon_deg = float(pair[0]), float(pair[1])
        if not (abs(lat_deg) <= 90 and abs(lon_deg) <= 180):
            raise self.fault(f"{name} must be [lat, lon] in degrees, the latitude first")
        return lat_deg, lon_deg


def read_toml(path: Path) -> Table:
    """Return the top table of a TOML file."""
    try:
        with path.open("rb") as file:
            return Table(tomllib.load(file), str(path))
    except OSError as error:
        raise CityError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CityError(f"{path}: is not valid TOML: {error}") from error


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise CityError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CityError(f"{path}: is not UTF-8: {error}") from error


def read_features(path: Path, bounds: Bounds, id_field: str | None, prefix: str) -> tuple[Feature, ...]:
    """Return the features of a GeoJSON file: right geometry types inside `bounds`, names, unique ids with `prefix`."""
    try:
        document = orjson.loads(read_text(path))
    except orjson.JSONDecodeError as error:
        raise CityError(f"{path}: is not valid JSON: {error}") from error
    items = document.get("features") if isinstance(document, dict) else None
    if not isinstance(items, list) or document.get("type") != "FeatureCollection":
        raise CityError(f"{path}: must be a GeoJSON FeatureCollection")
    seen: set[str] = set()
    for number, item in enumerate(items, start=1):
        properties = item.get("properties") if isinstance(item, dict) else None
        if not isinstance(properties, dict) or item.get("type") != "Feature":
            raise CityError(f"{path}: feature {number} must be a GeoJSON Feature with properties")
        label = f"{path}: {properties.get(id_field) if id_field else properties.get('name')} (feature {number})"
        if id_field is not None:
            identifier = properties.get(id_field)
            if not isinstance(identifier, str) or not identifier.startswith(prefix) or identifier == prefix:
                raise CityError(f"{path}: feature {number}: {id_field} must be a text that starts with {prefix}")
            if identifier in seen:
                raise CityError(f"{label}: the same {id_field} stands twice")
            seen.add(identifier)
        for name in ("name", "name_zh"):
            if not isinstance(properties.get(name), str) or not properties[name].strip():
                raise CityError(f"{label}: {name} must be a non-empty text")
        if not isinstance(properties.get("source"), str) and properties.get("demonstration") is not True:
            raise CityError(f"{label}: must name its source, or say demonstration: true")
        _check_geometry(item.get("geometry"), bounds, path.stem, label)
    return tuple(items)


def _check_geometry(geometry: object, bounds: Bounds, kind: str, label: str) -> None:
    allowed = _GEOMETRIES[kind]
    if not isinstance(geometry, dict) or geometry.get("type") not in allowed:
        raise CityError(f"{label}: the geometry must be a {' or '.join(allowed)}")
    positions = list(_positions(geometry.get("coordinates")))
    if not positions:
        raise CityError(f"{label}: the geometry has no positions [lon, lat]")
    for lon_deg, lat_deg in positions:
        if not bounds.holds(lat_deg, lon_deg):
            swapped = " (latitude and longitude are probably swapped)" if bounds.holds(lon_deg, lat_deg) else ""
            raise CityError(f"{label}: the position {lon_deg:g}, {lat_deg:g} is outside the city's bounds{swapped}")


def _positions(coordinates: object) -> list[tuple[float, float]]:
    """Return the positions of a coordinate array of any depth; an array that is none gives no positions."""
    if not isinstance(coordinates, list) or not coordinates:
        return []
    if all(isinstance(item, int | float) and not isinstance(item, bool) for item in coordinates):
        return [(float(coordinates[0]), float(coordinates[1]))] if len(coordinates) in (2, 3) else []
    parts = [_positions(item) for item in coordinates]
    return [position for part in parts for position in part] if all(parts) else []
