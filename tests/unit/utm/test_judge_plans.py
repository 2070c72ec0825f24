"""How the judge reads a filed body, and its plane against an independent one."""

import math
from typing import Any

import numpy as np
import pytest
from pyproj import Transformer
from shapely import Point

from utm.judge import JudgedPlan, JudgedVolume, after, from_body, geoid_from_csv, plane_for
from utm.judge.plane import gcj02_to_wgs84

SEPARATION = {"horizontal_m": 50.0, "vertical_m": 15.0, "time_buffer_s": 15.0}


def ground(lat_deg: float, lon_deg: float) -> float:
    return 7.0


def geoid(lat_deg: float, lon_deg: float) -> float:
    return -3.0


def body(*waypoints: dict[str, Any], **route: Any) -> dict[str, Any]:
    return {
        "departure_at": "2026-01-01T08:00:00+08:00",
        "route": {
            "type": "trajectory",
            "crs": "WGS84",
            "cruise_speed_mps": 10.0,
            "waypoints": list(waypoints),
            **route,
        },
    }


def at(lat_deg: float, lon_deg: float, alt_m: float, datum: str = "AGL", **more: Any) -> dict[str, Any]:
    return {"lat_deg": lat_deg, "lon_deg": lon_deg, "alt_m": alt_m, "alt_datum": datum, **more}


def read(filed: dict[str, Any]) -> Any:
    return from_body("fp_1", filed, SEPARATION, ground, geoid)


@pytest.mark.parametrize("crs", ["EPSG:4547", "EPSG:32650", "EPSG:2326"])
def test_plane_equals_proj_to_a_micrometre_in_differences(crs: str) -> None:
    """Krüger's series written here and PROJ give the same metres between points of the city."""
    plane = plane_for(crs)
    transformer = Transformer.from_crs(plane_geodetic(crs), crs, always_xy=True)
    points = [(22.40, 113.75), (22.54, 114.05), (22.86, 114.62), (22.70, 114.00)]
    x0, y0 = plane(*points[0])
    e0, n0 = transformer.transform(points[0][1], points[0][0])
    for lat, lon in points[1:]:
        x, y = plane(lat, lon)
        e, n = transformer.transform(lon, lat)
        assert x - x0 == pytest.approx(e - e0, abs=1e-6)
        assert y - y0 == pytest.approx(n - n0, abs=1e-6)


def plane_geodetic(crs: str) -> Any:
    from pyproj import CRS

    return CRS(crs).geodetic_crs


def test_other_projections_are_taken_from_proj_and_degrees_refused() -> None:
    """A conic CRS works through PROJ; a geographic one is no plane."""
    x, y = plane_for("EPSG:2154")(46.5, 3.0)
    assert (x, y) == (pytest.approx(700000.0, abs=0.01), pytest.approx(6600000.0, abs=0.01))
    with pytest.raises(ValueError, match="not a projected CRS"):
        plane_for("EPSG:4326")


def test_heights_are_converted_at_each_waypoint() -> None:
    """True height adds the ground, sea-level height the undulation, ellipsoid height nothing."""
    plan = read(body(at(22.7, 114.2, 50), at(22.7, 114.21, 50, "AMSL"), at(22.7, 114.22, 50, "HAE")))
    assert plan.legs[0, 2] == pytest.approx(57.0)
    assert plan.legs[0, 6] == pytest.approx(47.0)
    assert plan.legs[1, 6] == pytest.approx(50.0)


def test_leg_times_follow_length_speed_and_hold() -> None:
    """A leg lasts its 3-D length over its own speed, else the cruise speed; a hold comes first, also at the end."""
    plan = read(
        body(
            at(22.7, 114.2, 0, "HAE", speed_mps=3.0),
            at(22.7, 114.2, 60, "HAE", hold_s=5.0),
            at(22.71, 114.2, 60, "HAE", hold_s=7.0),
        )
    )
    climb, hold, cruise, last = plan.legs
    assert climb[7] - climb[3] == pytest.approx(20.0)
    assert hold[7] - hold[3] == 5.0
    assert hold[:3].tolist() == hold[4:7].tolist()
    assert cruise[7] - cruise[3] == pytest.approx(math.dist(cruise[:3], cruise[4:7]) / 10.0)
    assert last[7] - last[3] == 7.0


def test_given_times_hold_instead_of_speeds() -> None:
    """Where every waypoint has t_s the legs run between those times."""
    plan = read(body(at(22.7, 114.2, 60, t_s=0.0), at(22.71, 114.2, 60, t_s=100.0), at(22.71, 114.2, 60, t_s=130.0)))
    starts = plan.legs[0, 3]
    assert [row[3] - starts for row in plan.legs] == [0.0, 100.0]
    assert plan.legs[-1, 7] - starts == 130.0


def test_zones_of_time_are_understood() -> None:
    """The same instant written with another offset gives the same seconds."""
    beijing = read(body(at(22.7, 114.2, 60), at(22.71, 114.2, 60)))
    filed = body(at(22.7, 114.2, 60), at(22.71, 114.2, 60))
    filed["departure_at"] = "2026-01-01T00:00:00Z"
    assert read(filed).legs[0, 3] == beijing.legs[0, 3]


def test_gcj02_is_undone() -> None:
    """The map shift at Futian is 525 m east and 302 m south; undoing it returns to WGS-84."""
    from utm.judge.plane import _gcj_shift

    lat, lon = 22.5431, 114.0579
    dlat, dlon = _gcj_shift(lat, lon)
    assert dlat * 110_750 == pytest.approx(-302, abs=3)
    assert dlon * 102_830 == pytest.approx(525, abs=3)
    back = gcj02_to_wgs84(lat + dlat, lon + dlon)
    assert back == (pytest.approx(lat, abs=1e-10), pytest.approx(lon, abs=1e-10))
    assert gcj02_to_wgs84(48.85, 2.35) == (48.85, 2.35)


def test_volumes_are_read_as_astm_writes_them() -> None:
    """Polygon and circle volumes keep their heights above the ellipsoid and their windows."""
    window = {
        "time_start": {"value": "2026-01-01T00:00:00Z", "format": "RFC3339"},
        "time_end": {"value": "2026-01-01T00:10:00Z", "format": "RFC3339"},
    }
    heights = {
        "altitude_lower": {"value": 30, "reference": "W84", "units": "M"},
        "altitude_upper": {"value": 60, "reference": "W84", "units": "M"},
    }
    corners = [(22.70, 114.20), (22.70, 114.21), (22.71, 114.21)]
    polygon = {"vertices": [{"lat": lat, "lng": lng} for lat, lng in corners]}
    circle = {"center": {"lat": 22.7, "lng": 114.2}, "radius": {"value": 120, "units": "M"}}
    filed = {
        "departure_at": "2026-01-01T00:00:00Z",
        "route": {
            "type": "volumes",
            "volumes": [
                {"volume": {"outline_polygon": polygon, **heights}, **window},
                {"volume": {"outline_circle": circle, **heights}, **window},
            ],
        },
    }
    area, round_one = read(filed).volumes
    assert (area.z_low_m, area.z_high_m, area.t_end_s - area.t_start_s) == (30.0, 60.0, 600.0)
    assert area.shape.area == pytest.approx(1027.0 * 1107.5 / 2, rel=0.01)
    assert round_one.radius_m == 120.0


@pytest.mark.parametrize(
    "broken",
    [
        {"route": {"type": "trajectory"}},
        body(at(22.7, 114.2, 60)),
        body(at(22.7, 114.2, 60), at(22.7, 114.2, 60)),
        body(at(22.7, 114.2, 60, "QNH"), at(22.71, 114.2, 60)),
        body(at(22.7, 114.2, math.nan), at(22.71, 114.2, 60)),
        body(at(22.7, 114.2, 60), at(22.71, 114.2, 60), crs="BD09"),
        {**body(at(22.7, 114.2, 60), at(22.71, 114.2, 60)), "departure_at": "2026-01-01T08:00:00"},
        {"departure_at": "2026-01-01T08:00:00Z", "route": {"type": "volumes", "volumes": []}},
        {"departure_at": "2026-01-01T08:00:00Z", "route": {"type": "teleport"}},
    ],
)
def test_a_body_without_a_flight_is_named(broken: dict[str, Any]) -> None:
    """A stored body that cannot be read is a ValueError naming the plan, never a silent pass."""
    with pytest.raises(ValueError, match="plan fp_1 cannot be judged"):
        read(broken)


def test_the_geoid_is_bilinear_and_ends_where_its_grid_ends() -> None:
    """Grid points are met, the middle of four is their mean, and outside is an error, not a guess."""
    text = "lat_deg,lon_deg,undulation_m\n22,114,-4\n22,115,-2\n23,114,-6\n23,115,0\n"
    undulation = geoid_from_csv(text)
    assert undulation(22, 114) == -4.0
    assert undulation(23, 115) == 0.0
    assert undulation(22.5, 114.5) == pytest.approx(-3.0)
    assert undulation(22.0, 114.25) == pytest.approx(-3.5)
    with pytest.raises(ValueError, match="does not reach"):
        undulation(21.99, 114.5)


def test_what_comes_after_an_instant_begins_there() -> None:
    """Past legs and windows are left out, and those under way begin at the instant, where the flight then is."""
    legs = np.array(
        [
            [0.0, 0.0, 50.0, 0.0, 100.0, 0.0, 50.0, 10.0],
            [100.0, 0.0, 50.0, 10.0, 100.0, 200.0, 70.0, 30.0],
            [100.0, 200.0, 70.0, 30.0, 0.0, 200.0, 70.0, 40.0],
        ]
    )
    windows = ((0.0, 15.0), (0.0, 40.0), (30.0, 40.0))
    volumes = tuple(JudgedVolume(Point(0, 0), 10.0, 0.0, 50.0, *window) for window in windows)
    rest = after(JudgedPlan("fp", legs, volumes, 50.0, 15.0, 15.0), 15.0)
    assert rest.legs.tolist() == [[100.0, 50.0, 55.0, 15.0, 100.0, 200.0, 70.0, 30.0], legs[2].tolist()]
    assert [(volume.t_start_s, volume.t_end_s) for volume in rest.volumes] == [(15.0, 40.0), (30.0, 40.0)]
    assert legs[1, 1] == 0.0, "the plan itself stays as it is"
