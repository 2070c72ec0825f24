"""Where a flight is, as the authority is told: in WGS-84, whatever it was filed in."""

from datetime import UTC, datetime

import pytest

from airspace.coordinates import gcj02_from_wgs84
from utm.rules import uom_messages as uom

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
