"""The simulated city's common ground: where vehicles stand, what the geoid is, how a seeded fleet is made."""

from dataclasses import dataclass
from random import Random

from airspace.datums import AltitudeModel
from sim.autopilot import Autopilot
from sim.flavour import Flavour
from sim.vehicle import Limits, Position, Power, Vehicle, Wind
from sim.wind import WindSource
from utm.city import load_city


@dataclass(frozen=True, slots=True)
class World:
    """A city's heights and weather."""

    altitudes: AltitudeModel
    wind: WindSource
    seed: int

    @classmethod
    def of_city(cls, city: str = "shenzhen", *, seed: int = 1) -> "World":
        """Return the world of a city pack with a breeze drawn from the seed."""
        rng = Random(f"{seed}/wind")
        wind = Wind(rng.uniform(-4, 4), rng.uniform(-4, 4), gust_mps=1.5)
        return cls(load_city(city).region().altitude, wind, seed)

    def undulation_m(self, lat_deg: float, lon_deg: float) -> float:
        """Return the geoid undulation, of the nearest point the model reaches for one beyond it."""
        grid = self.altitudes.geoid
        lat = min(max(lat_deg, float(grid.latitudes_deg[0])), float(grid.latitudes_deg[-1]))
        lon = min(max(lon_deg, float(grid.longitudes_deg[0])), float(grid.longitudes_deg[-1]))
        return float(grid.undulation_m(lat, lon)[0])

    def ground(self, lat_deg: float, lon_deg: float) -> Position:
        """Return the point on the ground at a place; raises as the altitude model does."""
        return Position(lat_deg, lon_deg, float(self.altitudes.ground_hae_m(lat_deg, lon_deg)[0]))

    def autopilot(
        self,
        name: str,
        *,
        system_id: int,
        at: Position,
        now_s: float,
        flavour: Flavour = Flavour.PX4,
        position_hz: float = 2.0,
        streams_unasked: bool | None = None,
    ) -> Autopilot:
        """Return a vehicle standing at a place; the same seed and name give the same airframe, gusts and phase."""
        rng = Random(f"{self.seed}/{name}")
        vehicle = Vehicle(
            at,
            limits=Limits(),
            power=Power(capacity_wh=rng.uniform(650.0, 800.0)),
            wind=self.wind,
            noise=Random(rng.random()),
            heading_deg=rng.uniform(0.0, 360.0),
        )
        return Autopilot(
            vehicle,
            system_id=system_id,
            undulation_m=self.undulation_m,
            now_s=now_s,
            flavour=flavour,
            position_hz=position_hz,
            streams_unasked=streams_unasked,
            phase=rng.random(),
        )
