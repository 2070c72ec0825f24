"""A service's judgement and search for offers without store, bus or HTTP: a book, a sky and filed bodies."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from airspace.decision import Decision
from airspace.policy import Policy
from airspace.rules.verdict import StandingCover
from airspace.sites import SiteSet, parse_site
from airspace.zones import parse_zone
from utm.airspace_book import AirspaceBook, PublishedZone
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.city import load_city
from utm.fleet import Aircraft
from utm.flight_plans import FlightPlans, Prepared
from utm.sky import LivePlan, Sky

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DEPARTURE = NOW + timedelta(minutes=10)
LAT, LON = 22.70, 114.20
CITY = load_city("shenzhen")
FREE = Policy(auto_approve_synthetic_terrain=True, standing_approval_required=False, offer_budget_ms=10_000.0)
"""The demonstration's rules, with as much time as a loaded test machine may need."""


class IdleStore:
    """A store nobody waits for."""

    waiting = 0


class StillClock:
    """A clock that stands."""

    def __init__(self, now: datetime = NOW) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def monotonic_s(self) -> float:
        return 0.0


class _NoHolds:
    def lapse(self, now: datetime) -> None:
        """There is nothing to lapse."""


class _NoFleet:
    def has_standing_approval(self, organisation_id: str) -> bool:
        return True


class OfferCity:
    """Shenzhen without its zones, to be filled by a test; `file` keeps what is approved."""

    def __init__(self, policy: Policy = FREE, now: datetime = NOW) -> None:
        self.book = AirspaceBook(CITY)
        self.book.policy = policy
        self.sky = Sky(self.book.region.frame, CITY.bbox)
        self.plans = FlightPlans(
            clock=StillClock(now),
            store=IdleStore(),  # type: ignore[arg-type]
            bus=None,  # type: ignore[arg-type]
            memory=None,  # type: ignore[arg-type]
            sky=self.sky,
            book=self.book,
            fleet=_NoFleet(),  # type: ignore[arg-type]
            organisation=lambda organisation_id: None,
            ref_secret=b"x" * 32,
            held=_NoHolds(),  # type: ignore[arg-type]
            standing=lambda prepared, organisation_id: StandingCover(),
            advisories=None,  # type: ignore[arg-type]
        )
        self.aircraft = Aircraft("ac_1", 1, "org_a", "UAS1", "T", "T", "small", 1, True)
        self._count = 0

    def zone(self, x0: float, y0: float, x1: float, y1: float, **properties: Any) -> None:
        """Publish a zone: a box in metres east and north of the test origin, prohibited up to 120 m unless told."""
        corners = [place(x, y) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0))]
        values = {"zone_id": f"zn_{len(self.book.zones)}", "name": "Test", "restriction": "PROHIBITED"}
        values |= {"lower_m": 0.0, "upper_m": 120.0, "datum": "AGL"}
        feature = {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [[[lon, lat] for lat, lon in corners]]},
            "properties": values | properties,
        }
        zone = parse_zone(feature, self.book.region)
        assert not isinstance(zone, list), zone
        self.book.put_zone(PublishedZone(zone, 1, ""))

    def site(self, site_id: str, x: float, y: float, **properties: Any) -> dict[str, Any]:
        """Return the body of a site at a place in metres from the test origin."""
        lat, lon = place(x, y)
        return {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
            "properties": {"site_id": site_id, "name": site_id, "pads": 4, **properties},
        }

    def put_sites(self, *features: dict[str, Any]) -> None:
        """Let these be the only sites."""
        sites = [parse_site(feature, self.book.region) for feature in features]
        assert not any(isinstance(site, list) for site in sites), sites
        self.book._site_set = SiteSet.of(sites, self.book.region)  # type: ignore[arg-type]
        self.book.scene = replace(self.book.scene, sites=self.book._site_set)

    def prepared(self, body: dict[str, Any]) -> Prepared:
        """Compile a body."""
        return self.plans.compiled(self.aircraft, body, validate(body, FlightPlanBody))

    def check(self, body: dict[str, Any], *, offers: bool = False) -> Decision:
        """Judge a body."""
        return self.plans.judge("org_a", None, self.prepared(body), offers=offers)

    def file(self, body: dict[str, Any]) -> Decision:
        """Judge a body with offers, and keep it when it is approved."""
        prepared = self.prepared(body)
        decision = self.plans.judge("org_a", None, prepared, offers=True)
        if decision.outcome == "approved":
            self._count += 1
            self.sky.put(
                LivePlan(
                    plan_id=f"fp_{self._count}",
                    plan_no=self._count,
                    organisation_id="org_b",
                    aircraft_id=f"ac_b{self._count}",
                    state="approved",
                    version=1,
                    priority=0,
                    operation_type="logistics",
                    geometry=prepared.geometry,
                    separation=decision.separation or self.book.policy.separation,
                    starts_s=prepared.starts_s,
                    ends_s=prepared.ends_s,
                )
            )
        return decision


_FRAME = AirspaceBook(CITY).region.frame
_ORIGIN = tuple(float(v[0]) for v in _FRAME.to_xy(LAT, LON))


def place(x: float, y: float) -> tuple[float, float]:
    """Return lat_deg, lon_deg of a place in metres east and north of the test origin."""
    lat, lon = _FRAME.to_lat_lon(_ORIGIN[0] + x, _ORIGIN[1] + y)
    return float(lat[0]), float(lon[0])


def plan(*points: tuple[float, ...], at_s: float = 0.0, speed_mps: float = 12.0, **more: Any) -> dict[str, Any]:
    """Return a body through (x, y, height above ground[, extra]) departing `at_s` after the usual departure."""
    waypoints = []
    for x, y, height, *extra in points:
        lat, lon = place(x, y)
        values: dict[str, Any] = {"lat_deg": lat, "lon_deg": lon, "alt_m": height, "alt_datum": "AGL"}
        waypoints.append(values | (extra[0] if extra else {}))  # type: ignore[operator]
    return {
        "aircraft_id": "ac_1",
        "operation_type": "logistics",
        "departure_at": (DEPARTURE + timedelta(seconds=at_s)).isoformat(),
        "route": {"type": "trajectory", "crs": "WGS84", "cruise_speed_mps": speed_mps, "waypoints": waypoints},
        **more,
    }


def hop(x0: float, y0: float, x1: float, y1: float, *, height: float = 75.0, **more: Any) -> dict[str, Any]:
    """Return a body from pad to pad, climbing and descending on the spot."""
    return plan((x0, y0, 0.0), (x0, y0, height), (x1, y1, height), (x1, y1, 0.0), **more)
