"""What a scenario is. Pure values; times are seconds since its beginning."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from sim.airframes import Airframe
from sim.failsafe import LinkWatch
from sim.faults import Fault
from sim.wind import Front, Layer, WindField

Autopilots: TypeAlias = Literal["px4", "ardupilot", "mixed"]
Where: TypeAlias = Literal["sites", "anywhere"]


@dataclass(frozen=True, slots=True)
class Group:
    """Drones that are alike."""

    name: str
    count: int
    airframe: Airframe = Airframe.MULTIROTOR
    autopilots: Autopilots = "mixed"
    payload_kg: float = 0.0
    temperature_c: float = 25.0
    battery_pct: float = 100.0
    link_watch: LinkWatch = LinkWatch.FAULT


@dataclass(frozen=True, slots=True)
class Circle:
    """A place with a radius."""

    lat_deg: float
    lon_deg: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class Traffic:
    """How the fleet flies: without end, or as orders come in by a day's shape."""

    shape: str = "steady"
    scale: float = 1.0
    from_hour: float = 0.0
    hour_s: float = 3600.0
    """Seconds one hour of the shape lasts."""
    where: Where = "sites"
    within: Circle | None = None
    stagger_s: float = 0.4
    """Between the drones' first filings."""
    shortest_m: float = 900.0
    longest_m: float = 7000.0


@dataclass(frozen=True, slots=True)
class Weather:
    """The wind, its fronts by the scenario's clock."""

    east_mps: float = 0.0
    north_mps: float = 0.0
    gust_mps: float = 0.0
    exponent: float = 0.22
    layers: tuple[Layer, ...] = ()
    fronts: tuple[Front, ...] = ()

    def field(self, begins_at_s: float) -> WindField:
        """Return the wind field of a scenario that begins at an instant (scene seconds)."""
        fronts = tuple(
            Front(
                begins_at_s + f.at_s,
                f.east_mps,
                f.north_mps,
                f.gust_mps,
                f.ramp_s,
                f.lat_deg,
                f.lon_deg,
                f.towards_deg,
                f.moves_mps,
            )
            for f in self.fronts
        )
        return WindField(self.east_mps, self.north_mps, self.gust_mps, self.exponent, self.layers, fronts)


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """A fault that comes to some vehicles: a group's, one of it, or those in the air at that moment."""

    name: str
    fault: Fault
    """`starts_at_s` is by the scenario's clock."""
    on: str
    count: int | None = None
    airborne: bool = True


@dataclass(frozen=True, slots=True)
class TemporaryZone:
    """A zone that is published at a moment."""

    name: str
    at_s: float
    lasts_s: float
    circle: Circle
    restriction: str = "PROHIBITED"
    lower_m: float = 0.0
    upper_m: float = 120.0
    execute_after_s: float | None = None
    """How long after publishing the dispatcher has all recommended actions carried out; None: never."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must become true between two moments; `at_most` must hold at the later one, or all the time (`always`)."""

    text: str
    that: str
    from_s: float
    by_s: float
    at_least: float | None = None
    at_most: float | None = None
    is_: tuple[str, ...] = ()
    kind: str = ""
    on: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole scenario."""

    name: str
    title: str
    title_zh: str
    what: str
    city: str
    seed: int
    duration_s: float
    fleet: tuple[Group, ...]
    traffic: Traffic = Traffic()
    weather: Weather = Weather()
    faults: tuple[PlannedFault, ...] = ()
    zones: tuple[TemporaryZone, ...] = ()
    expectations: tuple[Expectation, ...] = field(default=())

    @property
    def drones(self) -> int:
        """How many vehicles there are."""
        return sum(group.count for group in self.fleet)
