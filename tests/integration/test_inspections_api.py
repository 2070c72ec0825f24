"""Inspection templates over a real server: designed, filed as they come, and their results kept."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import shapely

from tests.fakes.filing import file, metres, place, plan, point, register, text, why, window

pytestmark = pytest.mark.slow

CAMERA = {
    "sensor_width_mm": 13.2, "sensor_height_mm": 8.8, "focal_mm": 8.8, "image_width_px": 5472, "image_height_px": 3648,
}  # fmt: skip


def ring(*corners: tuple[float, float]) -> list[list[float]]:
    """Return a closed ring of corners in metres from the middle, as GeoJSON has it."""
    points = [place(*corner) for corner in (*corners, corners[0])]
    return [[lon, lat] for lat, lon in points]


def base(east_m: float = 0.0, north_m: float = 0.0) -> dict[str, float]:
    lat, lon = place(east_m, north_m)
    return {"lat_deg": lat, "lon_deg": lon}


def asked(aircraft_id: str, **changes: Any) -> dict[str, Any]:
    """Return a survey of a field 500 m by 300 m."""
    body = {
        "aircraft_id": aircraft_id,
        "kind": "area",
        "geometry": {"type": "Polygon", "coordinates": [ring((50, 50), (550, 50), (550, 350), (50, 350))]},
        "base": base(),
        "departure_at": text(window(3)),
        "gsd_cm": 1.64,
        "camera": CAMERA,
        "longest_flight_s": 400,
    }
    return {key: value for key, value in {**body, **changes}.items() if value is not None}


def test_an_area_is_covered_by_flights_that_are_approved_as_they_come(as_role: Callable[..., httpx.Client]) -> None:
    """Every place of the field lies within half a line's spacing of a line that is photographed, and each plan flies."""
    firm = as_role("operator")
    answer = firm.post("/v1/inspections", json=asked(register(firm)))
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["height_agl_m"] == pytest.approx(59.8, abs=0.1)
    assert found["gsd_cm"] <= 1.64
    assert found["area_m2"] == pytest.approx(150_000, rel=1e-3)
    assert found["heading_deg"] == pytest.approx(90.0, abs=1.0), "along the long side"
    assert len(found["flights"]) > 1
    assert found["pictures"] == sum(flight["pictures"] for flight in found["flights"]) > 100
    lines = []
    for flight in found["flights"]:
        assert flight["lasts_s"] <= 400
        way = [metres(stop["lat_deg"], stop["lon_deg"]) for stop in flight["plan"]["route"]["waypoints"]]
        assert metres(**base()) == pytest.approx(way[0], abs=0.01)
        assert way[0] == pytest.approx(way[-1], abs=0.01)
        lines += [shapely.LineString(pair) for pair in zip(way[2:-2:2], way[3:-2:2], strict=True)]
        filed = file(firm, flight["plan"])
        assert filed.status_code == 201, why(filed)
        lasts = filed.json()["volumes"]
        assert lasts
        firm.post(f"/v1/flight-plans/{filed.json()['plan_id']}/cancel")
    field = shapely.box(50, 50, 550, 350)
    reach = shapely.union_all(lines).buffer(found["line_spacing_m"] / 2 + 0.01, cap_style="square")
    assert field.difference(reach).area < 1.0


def test_a_line_and_points_become_flights(as_role: Callable[..., httpx.Client]) -> None:
    """A power line 40 m wide is passed on both sides; points are each hovered at once, in a short order."""
    firm = as_role("operator")
    aircraft_id = register(firm)
    line = {"type": "LineString", "coordinates": ring((0, 100), (600, 100), (900, 300))[:-1]}
    narrow = {"camera": None, "gsd_cm": None, "height_agl_m": 45.0, "longest_flight_s": 900}
    passed = firm.post(
        "/v1/inspections", json=asked(aircraft_id, kind="line", geometry=line, width_m=40, line_spacing_m=20, **narrow)
    )
    assert passed.status_code == 200, passed.text
    assert len(passed.json()["flights"][0]["plan"]["route"]["waypoints"]) == 2 + 2 * 3 + 2
    points = {"type": "MultiPoint", "coordinates": ring((300, 0), (100, 0), (200, 0))[:-1]}
    seen = firm.post("/v1/inspections", json=asked(aircraft_id, kind="points", geometry=points, hold_s=30, **narrow))
    way = seen.json()["flights"][0]["plan"]["route"]["waypoints"]
    assert [round(metres(p["lat_deg"], p["lon_deg"])[0]) for p in way if p.get("hold_s") == 30] in (
        [100, 200, 300],
        [300, 200, 100],
    )
    filed = file(firm, seen.json()["flights"][0]["plan"])
    assert filed.status_code == 201, why(filed)
    firm.post(f"/v1/flight-plans/{filed.json()['plan_id']}/cancel")


def test_an_emergency_takes_priority_and_leaves_as_soon_as_may_be(as_role: Callable[..., httpx.Client]) -> None:
    """The template goes to the places in the order given, now, with priority; it displaces a commercial flight in its way,
    and a firm that is not entitled to it is refused."""
    rescuer, firm, other = as_role("operator", 2), as_role("operator"), as_role("operator", 1)
    places = [place(2_100, 60), place(2_030, 60), place(2_160, 60)]
    wanted = {
        "aircraft_id": register(rescuer),
        "kind": "emergency",
        "geometry": {"type": "MultiPoint", "coordinates": [[lon, lat] for lat, lon in places]},
        "base": base(2_000, 0),
        "height_agl_m": 60,
    }
    before = datetime.now(UTC)
    found = rescuer.post("/v1/inspections", json=wanted).json()
    assert len(found["flights"]) == 1, found
    body = found["flights"][0]["plan"]
    assert (body["operation_type"], body["priority"]) == ("emergency", 90)
    assert before < datetime.fromisoformat(body["departure_at"]) < before + timedelta(minutes=5)
    stops = [item for item in body["route"]["waypoints"] if item.get("hold_s") == 120.0]
    assert [(item["lat_deg"], item["lon_deg"]) for item in stops] == [
        (pytest.approx(lat, abs=1e-6), pytest.approx(lon, abs=1e-6)) for lat, lon in places
    ]
    departure = datetime.now(UTC) + timedelta(hours=30)
    later = rescuer.post("/v1/inspections", json={**wanted, "departure_at": text(departure)}).json()["flights"][0][
        "plan"
    ]
    in_the_way = plan(
        register(firm), departure, [point(1_990, 60, 60), point(2_100, 60, 60, hold_s=400), point(2_300, 60, 60)]
    )
    filed = firm.post("/v1/flight-plans", json=in_the_way).json()
    assert filed["state"] == "approved", filed["decision"]
    refused = other.post("/v1/flight-plans", json={**later, "aircraft_id": register(other)})
    assert "priority_not_entitled" in {item["code"] for item in refused.json()["decision"]["reasons"]}
    urgent = rescuer.post("/v1/flight-plans", json=later).json()
    assert urgent["state"] == "approved", urgent["decision"]
    assert firm.get(f"/v1/flight-plans/{filed['plan_id']}").json()["state"] == "withdrawn"
    missing = rescuer.post("/v1/inspections", json={**wanted, "kind": "points"})
    assert missing.status_code == 422


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"camera": None, "gsd_cm": None, "height_agl_m": 60.0}, "/camera"),
        ({"geometry": {"type": "Polygon", "coordinates": [ring((0, 0), (500, 500), (500, 0), (0, 500))]}}, "/geometry"),
        ({"geometry": {"type": "LineString", "coordinates": [[0, 1]]}, "kind": "line"}, "/geometry"),
        ({"longest_flight_s": 60}, "/longest_flight_s"),
        ({"base": {"lat_deg": 0.0, "lon_deg": 0.0}}, "/base"),
        ({"height_agl_m": 60.0}, ""),
        ({"line_spacing_m": 0.01}, "/line_spacing_m"),
    ],
)
def test_what_cannot_be_designed_is_refused_with_its_field(
    as_role: Callable[..., httpx.Client], changes: dict[str, Any], field: str
) -> None:
    """A wish that yields no flight says which part of it does not."""
    firm = as_role("operator")
    refused = firm.post("/v1/inspections", json=asked(register(firm), **changes))
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["field"].startswith(field)


def test_another_firms_aircraft_is_not_there(as_role: Callable[..., httpx.Client]) -> None:
    """Nobody designs with, or learns of, another firm's aircraft."""
    mine, other = as_role("operator"), as_role("operator", 1)
    assert other.post("/v1/inspections", json=asked(register(mine))).status_code == 404


def test_results_are_kept_by_reference_for_a_flight_that_began(as_role: Callable[..., httpx.Client]) -> None:
    """A flight that has not begun has no results; afterwards its firm and the city read where they are, others do not."""
    firm, other, dispatcher = as_role("operator"), as_role("operator", 1), as_role("dispatcher")
    at = [point(-2_000, -1_500), point(-1_000, -1_500)]
    filed = file(firm, plan(register(firm), datetime.now(UTC) + timedelta(seconds=60), at)).json()
    path = f"/v1/flight-plans/{filed['plan_id']}/results"
    result = {"kind": "orthophoto", "url": "https://store.example/field-7.tif", "sha256": "ab" * 32, "size_bytes": 10}
    early = firm.post(path, json=result)
    assert (early.status_code, early.json()["code"]) == (409, "conflict")
    assert firm.post(path, json={**result, "url": "javascript:alert(1)"}).status_code == 422
    assert firm.get(path).json()["items"] == []
    assert other.get(path).status_code == 404
    assert other.post(path, json=result).status_code == 404
    assert dispatcher.get(path).status_code == 200
    plan_path = f"/v1/flight-plans/{filed['plan_id']}"
    assert firm.post(f"{plan_path}/confirm").status_code == 200
    begun = firm.post(f"{plan_path}/activate")
    assert begun.status_code == 200, why(begun)
    kept = firm.post(path, json=result)
    assert kept.status_code == 201, kept.text
    assert kept.json().items() >= result.items()
    assert dispatcher.get(path).json()["items"] == [kept.json()]
    assert other.get(path).status_code == 404
    one = f"{path}/{kept.json()['result_id']}"
    assert other.delete(one).status_code == 404
    assert (firm.delete(one).status_code, firm.delete(one).status_code) == (204, 404)
    firm.post(f"{plan_path}/end")
