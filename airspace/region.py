"""The city as the core sees it: its frame, its altitude model, the area it serves and its H3 grid."""

from dataclasses import dataclass, field

from airspace.coordinates import Bounds
from airspace.cover import DEFAULT_RESOLUTION, CellGrid
from airspace.datums import AltitudeModel
from airspace.frame import LocalFrame


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """What every conversion needs: local frame, altitude model, service area in WGS-84 degrees, resolution-8 grid."""

    frame: LocalFrame
    altitude: AltitudeModel
    service: Bounds
    grid: CellGrid = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "grid", CellGrid(self.frame, DEFAULT_RESOLUTION))
