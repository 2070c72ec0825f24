"""Everything published about the air of a city at one moment, as one immutable value."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from airspace.corridors import Corridor, CorridorSet
from airspace.region import Region
from airspace.sites import Site, SiteSet
from airspace.zones import ZoneSet


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """The region with its zones, corridors and sites."""

    region: Region
    zones: ZoneSet
    corridors: CorridorSet
    sites: SiteSet

    @classmethod
    def of(cls, region: Region, zones: ZoneSet, corridors: Iterable[Corridor], sites: Iterable[Site]) -> "Scene":
        """Return the scene; raises ValueError for two corridors or two sites of one id."""
        return cls(region, zones, CorridorSet.of(corridors, region), SiteSet.of(sites, region))

    def with_zones(self, zones: ZoneSet) -> "Scene":
        """Return the scene with other zones, without indexing corridors and sites again."""
        return replace(self, zones=zones)
