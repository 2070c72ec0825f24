"""Sectors, positions, holds and transfers as values, and sectors read from what was sent.

    transfer   | event                                        | next
    -----------+----------------------------------------------+------------
    (none)     | the owner, or a supervisor, offers           | offered
    offered    | somebody at the other position takes it      | accepted: the other owns it
    offered    | somebody at the other position says no       | declined: the giver owns it as before
    offered    | who offered takes it back                    | withdrawn
    offered    | nobody answers in time                       | timed_out: the giver owns it as before

The last four are final.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import h3
import numpy as np
import shapely

from airspace.areas import Area, parse_area
from airspace.geometry4d import FloatArray
from airspace.region import Region
from airspace.tracks import BoolArray
from airspace.zones import MAX_ZONE_AREA_M2
from utm.problems import FieldProblem

CITY_POSITION: Final = "pos_city"
"""The position that owns everything while no sectors are in use."""
FALLBACK: Final = ""
"""The sector of what lies in none."""
TIMEOUT_S: Final = 60.0
"""How long a transfer waits for an answer (ours: a controller's glance at the board and a word on the telephone)."""
MAX_SECTORS: Final = 200
MAX_CELLS: Final = 5_000
MAX_OVERLAP: Final = 0.02
"""Of the smaller of two sectors (ours): shared borders drawn by hand cross a little; the first in the list has it."""

Why = Literal["sector", "alert", "transfer"]
Datum = Literal["AGL", "AMSL", "HAE"]
DATUMS: Final[tuple[Datum, ...]] = ("AGL", "AMSL", "HAE")
TransferState = Literal["offered", "accepted", "declined", "withdrawn", "timed_out"]


@dataclass(frozen=True, slots=True)
class Position:
    """A working position of the centre; `people` are the accounts that may sign on (none: every dispatcher)."""

    position_id: str
    name: str
    name_zh: str
    supervises: bool
    people: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Sector:
    """A part of the city with its position; given as a GeoJSON polygon or as H3 cells of one resolution.

    A band holds what flies from `lower_m` on and below `upper_m`, in metres over its datum; None is without bound.
    """

    sector_id: str
    name: str
    name_zh: str
    position_id: str
    geometry: Mapping[str, Any] | None
    cells: tuple[str, ...] | None
    area: Area
    lower_m: float | None = None
    upper_m: float | None = None
    datum: Datum = "AGL"

    def holds_height(self, height_m: FloatArray) -> BoolArray:
        """Tell for heights over the sector's datum whether they are in its band; an unknown one (NaN) is in every band."""
        inside: BoolArray = np.ones(len(height_m), bool)
        if self.lower_m is not None:
            inside &= ~(height_m < self.lower_m)
        if self.upper_m is not None:
            inside &= ~(height_m >= self.upper_m)
        return inside

    def apart_in_height(self, other: "Sector") -> bool:
        """Tell whether two bands surely hold no height in common; those over different datums may."""
        if self.datum != other.datum:
            return False
        return _below(self.upper_m, other.lower_m) or _below(other.upper_m, self.lower_m)

    def document(self) -> dict[str, Any]:
        """Return it as sent."""
        return {
            "sector_id": self.sector_id,
            "name": self.name,
            "name_zh": self.name_zh,
            "position_id": self.position_id,
            "geometry": self.geometry,
            "cells": None if self.cells is None else list(self.cells),
            "lower_m": self.lower_m,
            "upper_m": self.upper_m,
            "datum": self.datum,
        }


def _below(upper_m: float | None, lower_m: float | None) -> bool:
    return upper_m is not None and lower_m is not None and upper_m <= lower_m


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A version of the division; the first sector of the list that holds a point has it."""

    version: int
    in_use: bool
    sectors: tuple[Sector, ...]
    fallback_position_id: str
    transfer_timeout_s: float
    note: str
    published_at: str | None
    published_by: str | None
    published_name: str | None

    def position_ids(self) -> frozenset[str]:
        """Return the positions that own something of the city."""
        return frozenset({self.fallback_position_id, *(sector.position_id for sector in self.sectors)})


NO_LAYOUT: Final = Layout(0, False, (), CITY_POSITION, TIMEOUT_S, "", None, None, None)


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works at a position."""

    subject: str
    name: str
    position_id: str
    since_at: str


@dataclass(frozen=True, slots=True)
class Hold:
    """A flight or alert that stays with a position wherever it is."""

    subject: str
    position_id: str
    since_at: str
    why: Why


@dataclass(frozen=True, slots=True)
class Transfer:
    """One offer of a flight or alert by its owner to another position."""

    transfer_id: str
    subject: str
    from_position_id: str
    to_position_id: str
    state: TransferState
    offered_at: str
    offered_by: str
    offered_name: str
    expires_at: str
    decided_at: str | None
    decided_by: str | None
    decided_name: str | None
    note: str

    def document(self) -> dict[str, Any]:
        """Return it as the API answers it."""
        kind, _, ref = self.subject.partition(":")
        return {
            "transfer_id": self.transfer_id,
            "subject_kind": kind,
            "subject_id": ref,
            "from_position_id": self.from_position_id,
            "to_position_id": self.to_position_id,
            "state": self.state,
            "offered_at": self.offered_at,
            "offered_name": self.offered_name,
            "expires_at": self.expires_at,
            "decided_at": self.decided_at,
            "decided_name": self.decided_name,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns a flight or alert, in which sector it lies, and why that position."""

    position_id: str
    sector_id: str
    why: Why


def flight_subject(aircraft_id: str | None, track_id: str | None) -> str:
    """Return the name under which a flight is owned: its aircraft, else its track."""
    return f"flight:{aircraft_id or track_id or ''}"


def alert_subject(alert_id: str) -> str:
    """Return the name under which an alert about no flight is owned."""
    return f"alert:{alert_id}"


def sector_of(raw: Mapping[str, Any], region: Region, pointer: str) -> Sector | list[FieldProblem]:
    """Return a sector as sent, or what is wrong with its shape."""
    geometry, cells = raw.get("geometry"), raw.get("cells")
    if (geometry is None) == (cells is None):
        return [
            FieldProblem(
                pointer, "invalid_value", "must have either geometry or cells", "须在 geometry 与 cells 中二选一"
            )
        ]
    if cells is not None:
        shape = _area_of_cells(cells, region, f"{pointer}/cells")
    else:
        area = parse_area(
            geometry,
            None,
            region.frame,
            region.service,
            max_area_m2=MAX_ZONE_AREA_M2,
            pointer=f"{pointer}/geometry",
        )
        shape = (
            [FieldProblem(each.pointer, each.code, each.detail, each.detail_zh) for each in area]
            if isinstance(area, list)
            else area
        )
    if isinstance(shape, list):
        return shape
    lower_m, upper_m = raw.get("lower_m"), raw.get("upper_m")
    if lower_m is not None and upper_m is not None and lower_m >= upper_m:
        return [FieldProblem(f"{pointer}/upper_m", "invalid_value", "must be above lower_m", "须大于 lower_m")]
    return Sector(
        raw["sector_id"],
        raw["name"],
        raw.get("name_zh") or raw["name"],
        raw["position_id"],
        geometry,
        None if cells is None else tuple(cells),
        shape,
        lower_m,
        upper_m,
        raw.get("datum") or "AGL",
    )


def _area_of_cells(cells: Sequence[str], region: Region, pointer: str) -> Area | list[FieldProblem]:
    """Return the exact outline of H3 cells of one resolution: neighbours share their edges, so nothing is lost between."""
    bad = next((i for i, cell in enumerate(cells) if not h3.is_valid_cell(cell)), None)
    if bad is not None:
        return [FieldProblem(f"{pointer}/{bad}", "invalid_value", "is no H3 cell", "不是有效的 H3 网格编号")]
    if not cells or len(set(cells)) != len(cells) or len({h3.get_resolution(cell) for cell in cells}) != 1:
        text = "must be distinct cells of one resolution"
        return [FieldProblem(pointer, "invalid_value", text, "须为同一分辨率且不重复的网格")]
    shape: Any = h3.cells_to_h3shape(list(cells), tight=False)
    polygons = [[np.asarray(ring, float) for ring in (part.outer, *part.holes)] for part in shape]
    area = Area.of_polygons(polygons, region.frame)
    lat = np.concatenate([rings[0][:, 0] for rings in polygons])
    lon = np.concatenate([rings[0][:, 1] for rings in polygons])
    corners = ((lat.min(), lon.min()), (lat.max(), lon.max()))
    if not all(region.service.holds(float(corner[0]), float(corner[1])) for corner in corners):
        return [FieldProblem(pointer, "invalid_value", "leaves the service area", "超出服务区")]
    return area


def overlaps(sectors: Sequence[Sector]) -> list[tuple[int, int]]:
    """Return the pairs of sectors that cover the same ground by more than drawing allows, at heights both may hold."""
    found = []
    shapes = [sector.area.geometry for sector in sectors]
    for i, one in enumerate(shapes):
        for j in range(i + 1, len(shapes)):
            if sectors[i].apart_in_height(sectors[j]):
                continue
            shared = float(shapely.area(shapely.intersection(one, shapes[j])))
            if shared > MAX_OVERLAP * min(float(shapely.area(one)), float(shapely.area(shapes[j]))):
                found.append((i, j))
    return found
