"""A flight to be judged: what its firm filed, compiled, with what the service knows about the firm."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final, TypeAlias

from airspace.contingency import FiledContingency
from airspace.geometry4d import PlanGeometry
from airspace.rules.items import MissingItem
from airspace.trajectory import AircraftPerformance, FlightPath
from airspace.volumes import VolumePath

Path: TypeAlias = FlightPath | VolumePath


@dataclass(frozen=True, slots=True, eq=False)
class FlightIntent:
    """One plan as `airspace.approval.evaluate` sees it; all look-ups of the firm's rights are done by the caller.

    `cells` is the resolution-8 cover of the flight widened by the tolerance (`compile_*` then `path.cells`).
    `priority_limit` is the highest priority the firm may ask for. `missing_article27` names the missing items of Order
    761 Art. 27.
    """

    operator_id: str
    aircraft_id: str
    operation_type: str
    priority: int
    departure_at: datetime
    path: Path
    cells: frozenset[int]
    plan_id: str | None = None
    origin_site_id: str | None = None
    destination_site_id: str | None = None
    alternate_site_ids: tuple[str, ...] = ()
    aircraft_class: str | None = None
    agricultural: bool = False
    """The aircraft is of the agricultural class by its numbers (Order 761, Article 62)."""
    performance: AircraftPerformance | None = None
    priority_limit: int = 50
    standing_approval: bool = False
    uses_true_height: bool = True
    missing_article27: tuple[MissingItem, ...] = ()
    contingency: FiledContingency | None = None
    lost_link_site_id: str | None = None
    """The site named as the alternate of a lost link, whether it exists or not."""
    declared_triggers: tuple[str, ...] | None = None
    """The items of Article 31(2) the plan declares (`airspace.rules.book.TRIGGERS`); None: it declares nothing."""
    urgency: str | None = None
    """`special`: an emergency task in special urgency, Article 29."""
    filed_at: datetime | None = None
    """When it was filed, where that is not now: whether it came in time was judged then."""

    @property
    def geometry(self) -> PlanGeometry:
        """The geometry the engine reserves."""
        return self.path.trajectory if isinstance(self.path, FlightPath) else self.path.prisms

    @property
    def window_s(self) -> tuple[float, float]:
        """First and last instant of the flight, in scene seconds."""
        timed = self.path.trajectory if isinstance(self.path, FlightPath) else self.path
        return timed.starts_s, timed.ends_s

    def flown(self, departure_at: datetime, path: Path, cells: frozenset[int] | None = None) -> "FlightIntent":
        """Return the same intent with another departure and flight: what `replace` gives, at a third of its cost."""
        twin = object.__new__(FlightIntent)
        keep = object.__setattr__
        for name in _FIELDS:
            keep(twin, name, getattr(self, name))
        keep(twin, "departure_at", departure_at)
        keep(twin, "path", path)
        if cells is not None:
            keep(twin, "cells", cells)
        return twin

    def segment(self, first: int, last: int) -> tuple[int, int]:
        """Return filed waypoint indices of segment rows; of volumes, their own indices."""
        if isinstance(self.path, FlightPath):
            return int(self.path.leaves_i[first]), int(self.path.reaches_j[last])
        return first, last


_FIELDS: Final = tuple(item.name for item in fields(FlightIntent))
