"""What is published about the airspace, in memory: zones, policy, ground stops, corridors and sites.

The writer thread replaces whole immutable values; readers take the value as it is and never lock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlmodel import Session

from airspace.areas import Area, parse_area
from airspace.corridors import Corridor, CorridorSet, parse_corridor
from airspace.policy import Policy, policy_from_dict
from airspace.region import Region
from airspace.scene import Scene
from airspace.sites import Site, SiteSet, parse_site
from airspace.zones import MAX_ZONE_AREA_M2, Zone, ZoneSet, parse_zone
from utm.city import City
from utm.store import airspace_records, network
from utm.store.tables import GroundStopRow, ZoneRow


class BrokenRecordError(Exception):
    """A record in the store cannot be read back: it was written by something else, or damaged."""


@dataclass(frozen=True, slots=True)
class PublishedZone:
    """A zone in force with its version and when it was published."""

    zone: Zone
    version: int
    published_at: str


@dataclass(frozen=True, slots=True)
class GroundStop:
    """An area in which nothing is activated until a time."""

    ground_stop_id: str
    area: Area
    geometry: dict[str, Any]
    radius_m: float | None
    until: datetime
    reason: str
    declared_at: str
    declared_by: str


class AirspaceBook:
    """The published airspace of one city."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.region: Region = city.region()
        self.corridors: tuple[Corridor, ...] = tuple(
            _parsed(parse_corridor(feature, self.region), "corridor", feature) for feature in city.corridors
        )
        self.sites: dict[str, Site] = {
            site.site_id: site
            for site in (_parsed(parse_site(feature, self.region), "site", feature) for feature in city.sites)
        }
        self._pack = (self.corridors, self.sites)
        self.network_versions: dict[str, int] = {}
        """Versions of the sites and corridors published here; those of the data pack have none."""
        self._corridor_set = CorridorSet.of(self.corridors, self.region)
        self._site_set = SiteSet.of(self.sites.values(), self.region)
        self.policy = Policy()
        self.zones: dict[str, PublishedZone] = {}
        self.ground_stops: dict[str, GroundStop] = {}
        self._read: dict[str, tuple[str, PublishedZone]] = {}
        """What was made of each zone's record, and of which text: most records are the same when all are read again."""
        self.zone_set = ZoneSet.of([], self.region)
        self.scene = self._scene()

    def _scene(self) -> Scene:
        return Scene(self.region, self.zone_set, self._corridor_set, self._site_set)

    # -- network -------------------------------------------------------------------------------------------------------

    def load_network(self, session: Session) -> None:
        """Read the sites and corridors published here, in place of those of their ids in the data pack."""
        corridors = {item.corridor_id: item for item in self._pack[0]}
        sites = dict(self._pack[1])
        versions: dict[str, int] = {}
        for row in network.items(session):
            versions[row.item_id] = row.version
            table: dict[str, Any] = corridors if row.kind == "corridor" else sites
            if row.withdrawn_at is not None:
                table.pop(row.item_id, None)
                continue
            feature = orjson.loads(row.feature)
            parse: Any = parse_corridor if row.kind == "corridor" else parse_site
            table[row.item_id] = _parsed(parse(feature, self.region, row.item_id), row.kind, feature)
        if versions or self.network_versions:
            self.put_network(corridors.values(), sites, versions)

    def put_network(self, corridors: Iterable[Corridor], sites: dict[str, Site], versions: dict[str, int]) -> None:
        """Put a whole network in force."""
        self.corridors, self.sites, self.network_versions = tuple(corridors), sites, versions
        self._corridor_set = CorridorSet.of(self.corridors, self.region)
        self._site_set = SiteSet.of(self.sites.values(), self.region)
        self.scene = self._scene()

    # -- one keeper per kind of record ---------------------------------------------------------------------------------

    def load_zones(self, session: Session) -> None:
        """Read every zone in force."""
        self.zones = {row.zone_id: self._zone(row) for row in airspace_records.zones_in_force(session)}
        self._replace_zones(ZoneSet.of((item.zone for item in self.zones.values()), self.region, self.zone_set))

    def refresh_zone(self, session: Session, zone_id: str) -> None:
        """Read one zone again."""
        row = airspace_records.zone(session, zone_id)
        if row is not None and row.withdrawn_at is None:
            self.put_zone(self._zone(row))
        else:
            self.drop_zone(zone_id)

    def put_zone(self, published: PublishedZone) -> None:
        """Add or replace a zone."""
        self.zones = {**self.zones, published.zone.zone_id: published}
        self._replace_zones(self.zone_set.with_zone(published.zone))

    def put_zones(self, published: Sequence[PublishedZone]) -> None:
        """Add or replace many zones at once."""
        self.zones = {**self.zones, **{item.zone.zone_id: item for item in published}}
        self._replace_zones(self.zone_set.with_zones(item.zone for item in published))

    def restore_zones(self, zones: dict[str, PublishedZone], zone_set: ZoneSet) -> None:
        """Go back to zones as they were."""
        self.zones = zones
        self._replace_zones(zone_set)

    def drop_zone(self, zone_id: str) -> None:
        """Take a zone away, if it is there."""
        if zone_id in self.zones:
            self.zones = {key: value for key, value in self.zones.items() if key != zone_id}
            self._replace_zones(self.zone_set.without(zone_id))
            self._read.pop(zone_id, None)

    def load_policy(self, session: Session) -> None:
        """Read the policy in force; before the first is published the defaults hold."""
        row = airspace_records.current_policy(session)
        if row is not None:
            policy = policy_from_dict({**orjson.loads(row.body), "version": row.version})
            if isinstance(policy, list):
                raise BrokenRecordError(f"policy version {row.version}: {policy[0].detail}")
            self.policy = policy

    def load_ground_stops(self, session: Session) -> None:
        """Read every ground stop that stands."""
        rows = airspace_records.ground_stops_standing(session)
        self.ground_stops = {row.ground_stop_id: self._ground_stop(row) for row in rows}

    def keepers(self) -> dict[str, "BookKeeper"]:
        """Return the keepers the change log is followed with."""
        return {kind: BookKeeper(self, kind) for kind in ("network", "zone", "policy", "ground_stop")}

    # -- reading rows --------------------------------------------------------------------------------------------------

    def _replace_zones(self, zone_set: ZoneSet) -> None:
        self.zone_set = zone_set
        self.scene = self._scene()

    def _zone(self, row: ZoneRow) -> PublishedZone:
        before = self._read.get(row.zone_id)
        if before is not None and before[0] == row.feature:
            held = before[1]
            if (held.version, held.published_at) != (row.version, row.published_at):
                held = PublishedZone(held.zone, row.version, row.published_at)
            return held
        zone = parse_zone(orjson.loads(row.feature), self.region, row.zone_id)
        if isinstance(zone, list):
            raise BrokenRecordError(f"zone {row.zone_id}: {zone[0].pointer} {zone[0].detail}")
        made = PublishedZone(zone, row.version, row.published_at)
        self._read[row.zone_id] = row.feature, made
        return made

    def _ground_stop(self, row: GroundStopRow) -> GroundStop:
        raw = orjson.loads(row.area)
        area = parse_stop_area(raw["geometry"], raw.get("radius_m"), self.region)
        if isinstance(area, list):
            raise BrokenRecordError(f"ground stop {row.ground_stop_id}: {area[0].detail}")
        return GroundStop(
            row.ground_stop_id,
            area,
            raw["geometry"],
            raw.get("radius_m"),
            datetime.fromisoformat(row.until),
            row.reason,
            row.declared_at,
            row.declared_by,
        )


class BookKeeper:
    """Follows one kind of record for the book (a `utm.memory.Keeper`)."""

    def __init__(self, book: AirspaceBook, kind: str) -> None:
        self._book, self._kind = book, kind

    def load(self, session: Session) -> None:
        """Read every record of the kind."""
        if self._kind == "zone":
            self._book.load_zones(session)
        elif self._kind == "policy":
            self._book.load_policy(session)
        elif self._kind == "network":
            self._book.load_network(session)
        else:
            self._book.load_ground_stops(session)

    def refresh(self, session: Session, ref: str) -> None:
        """Read one record again."""
        if self._kind == "zone":
            self._book.refresh_zone(session, ref)
        else:
            self.load(session)


def parse_stop_area(geometry: object, radius_m: object, region: Region) -> Area | list[Any]:
    """Parse the area of a ground stop, as that of a zone."""
    return parse_area(
        geometry, radius_m, region.frame, region.service, max_area_m2=MAX_ZONE_AREA_M2, pointer="/geometry"
    )


def _parsed(value: Any, kind: str, feature: Any) -> Any:
    if isinstance(value, list):
        name = feature.get("properties", {}).get("name")
        raise BrokenRecordError(f"{kind} {name}: {value[0].pointer} {value[0].detail}")
    return value
