"""Where a flight is, as the authority is told: in WGS-84 and true height, whatever it was filed in."""

from datetime import UTC, datetime

import pytest

from airspace.coordinates import gcj02_from_wgs84
from airspace.trajectory import FlightPath
from tests.fakes import filing
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.city import load_city
from utm.plan_judging import path_of
from utm.rules import uom_messages as uom
from utm.rules.envelope import true_heights

PLACES = ((22.70, 114.20), (22.71, 114.21))
AT = datetime(2027, 1, 1, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize("crs", ["WGS84", "CGCS2000", "GCJ02", None])
def test_an_application_names_places_in_wgs84(crs: str | None) -> None:
    """A plan filed in GCJ-02 must reach the authority at the place it flies, not half a kilometre beside it."""
    points = [{"lat_deg": lat, "lon_deg": lon} for lat, lon in PLACES]
    if crs == "GCJ02":
        shifted = [gcj02_from_wgs84([lat], [lon]) for lat, lon in PLACES]
        points = [{"lat_deg": float(lat[0]), "lon_deg": float(lon[0])} for lat, lon in shifted]
    route = {"type": "trajectory", "waypoints": points} | ({} if crs is None else {"crs": crs})
    told = uom.application(
        order="o",
        plan={"operation_type": "logistics", "route": route},
        triggers=(),
        form=(),
        starts_at=AT,
        ends_at=AT,
        half_width_m=10.0,
        heights_agl_m=(0.0, 60.0),
        firm="f",
    )
    for (lon, lat), (lat_deg, lon_deg) in zip(told["coordinates"], PLACES, strict=True):
        assert (lat, lon) == pytest.approx((lat_deg, lon_deg), abs=2e-7)


def test_heights_are_true_heights_whatever_the_datum() -> None:
    """A flight filed above the ellipsoid or the sea must be told of with the heights over the ground it flies at."""
    region = load_city("shenzhen").region()
    route = [filing.point(0, 0, 0), filing.point(0, 0, 60), filing.point(800, 0, 60), filing.point(800, 0, 0)]
    body = filing.plan("ac_1", AT, route)
    flown = path_of(body, validate(body, FlightPlanBody), region)
    assert isinstance(flown, FlightPath)
    assert true_heights(flown) == pytest.approx((0.0, 60.0), abs=0.01)
    rows = flown.trajectory.segments
    for point, height_m in zip(body["route"]["waypoints"], [*rows[:, 2].tolist(), float(rows[-1, 6])], strict=True):
        point["alt_m"], point["alt_datum"] = height_m, "HAE"
    again = path_of(body, validate(body, FlightPlanBody), region)
    assert abs(body["route"]["waypoints"][1]["alt_m"] - 60.0) > 1.0, "the two datums differ here"
    assert true_heights(again) == pytest.approx((0.0, 60.0), abs=0.01)
