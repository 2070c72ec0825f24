"""What a firm's software does, for tests: aircraft, bodies of plans and zones, and time windows nobody else uses."""

import itertools
import json
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pyproj

LAT_DEG, LON_DEG = 22.70, 114.20
"""The middle of the area that demonstrations keep free."""

_TO_PLANE = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:4547", always_xy=True)
_X0_M, _Y0_M = _TO_PLANE.transform(LON_DEG, LAT_DEG)
_windows = itertools.count(1)
_FIRST_WINDOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=20)
"""Fixed once: were it read at each call, the next full hour would give a window to two tests."""
_REMARKS = {"crew": "Li Wei", "communications": "phone", "c2_link": "2.4 GHz", "cns": "GNSS"}


def place(east_m: float = 0.0, north_m: float = 0.0) -> tuple[float, float]:
    """Return latitude and longitude of a point so far from the middle, in the city's plane."""
    lon, lat = _TO_PLANE.transform(_X0_M + east_m, _Y0_M + north_m, direction="INVERSE")
    return lat, lon


def metres(lat_deg: float, lon_deg: float) -> tuple[float, float]:
    """Return how far east and north of the middle a point lies."""
    x, y = _TO_PLANE.transform(lon_deg, lat_deg)
    return x - _X0_M, y - _Y0_M


def window(hours: float = 1.0) -> datetime:
    """Return the start of a window that no other test of this run uses."""
    first = next(_windows)
    for _ in range(int(hours)):
        next(_windows)
    return _FIRST_WINDOW + timedelta(hours=first)


def text(at: datetime) -> str:
    """Return an instant as RFC 3339."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def register(client: httpx.Client, **changes: Any) -> str:
    """Register an aircraft and return its id."""
    body = {
        "registration": "UAS" + secrets.token_hex(4).upper(),
        "manufacturer": "DJI",
        "model": "FlyCart 30",
        "class": "small",
        **changes,
    }
    answer = client.post("/v1/aircraft", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["aircraft_id"])


def point(east_m: float, north_m: float, alt_m: float = 50.0, datum: str = "AGL", **more: Any) -> dict[str, Any]:
    """Return a waypoint."""
    lat, lon = place(east_m, north_m)
    return {"lat_deg": lat, "lon_deg": lon, "alt_m": alt_m, "alt_datum": datum, **more}


def plan(
    aircraft_id: str,
    departure_at: datetime,
    waypoints: list[dict[str, Any]] | None = None,
    *,
    speed_mps: float = 10.0,
    crs: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Return the body of a plan; without waypoints, a level kilometre to the east at 50 m."""
    route: dict[str, Any] = {
        "type": "trajectory",
        "cruise_speed_mps": speed_mps,
        "waypoints": waypoints or [point(0, 0), point(1000, 0)],
    }
    if crs is not None:
        route["crs"] = crs
    return {
        "aircraft_id": aircraft_id,
        "operation_type": "logistics",
        "priority": 10,
        "departure_at": text(departure_at),
        "route": route,
        "remarks": _REMARKS,
        **more,
    }


def volume(
    ring: list[tuple[float, float]] | None,
    starts_at: datetime,
    ends_at: datetime,
    *,
    low_m: float = 30.0,
    high_m: float = 80.0,
    circle: tuple[float, float, float] | None = None,
) -> dict[str, Any]:
    """Return a Volume4D over a ring of (east, north) metres or a circle (east, north, radius); heights are HAE."""
    shape: dict[str, Any] = {}
    if ring is not None:
        corners = [place(*corner) for corner in ring]
        shape["outline_polygon"] = {"vertices": [{"lat": lat, "lng": lon} for lat, lon in corners]}
    if circle is not None:
        lat, lon = place(circle[0], circle[1])
        radius = {"value": circle[2], "units": "M"}
        shape["outline_circle"] = {"center": {"lat": lat, "lng": lon}, "radius": radius}
    return {
        "volume": {
            **shape,
            "altitude_lower": {"value": low_m, "reference": "W84", "units": "M"},
            "altitude_upper": {"value": high_m, "reference": "W84", "units": "M"},
        },
        "time_start": {"value": text(starts_at), "format": "RFC3339"},
        "time_end": {"value": text(ends_at), "format": "RFC3339"},
    }


def volume_plan(aircraft_id: str, departure_at: datetime, volumes: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Return the body of a plan of volumes."""
    return {**plan(aircraft_id, departure_at, **more), "route": {"type": "volumes", "volumes": volumes}}


def zone(ring: list[tuple[float, float]], **properties: Any) -> dict[str, Any]:
    """Return a zone Feature over a ring of (east, north) metres."""
    corners = [place(*corner)[::-1] for corner in [*ring, ring[0]]]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [[list(corner) for corner in corners]]},
        "properties": {
            "name": "Test zone",
            "restriction": "PROHIBITED",
            "lower_m": 0,
            "upper_m": 120,
            "datum": "AGL",
            **properties,
        },
    }


def square(east_m: float, north_m: float, half_m: float) -> list[tuple[float, float]]:
    """Return the corners of a square around a point."""
    return [(east_m + a * half_m, north_m + b * half_m) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]


def send(client: httpx.Client, method: str, path: str, **more: Any) -> httpx.Response:
    """Send a request, waiting where the server asks to slow down."""
    while True:
        answer = client.request(method, path, **more)
        if answer.status_code != 429:
            return answer
        time.sleep(float(answer.headers["Retry-After"]))


def file(client: httpx.Client, body: dict[str, Any], key: str | None = None) -> httpx.Response:
    """File a plan."""
    headers = {} if key is None else {"Idempotency-Key": key}
    return send(client, "POST", "/v1/flight-plans", json=body, headers=headers)


def why(answer: httpx.Response) -> str:
    """Return what an answer says about a plan, short enough to read."""
    document = answer.json()
    reasons = document.get("decision", {}).get("reasons", [])
    said = "; ".join(item["detail"] for item in reasons if item["severity"] != "warning")
    return f"{answer.status_code} {document.get('code', '')} {document.get('detail', '')[:500]} {said[:1000]}"


def expect_approved(client: httpx.Client, body: dict[str, Any], key: str | None = None) -> dict[str, Any]:
    """File a plan that must be approved; return the answer."""
    answer = file(client, body, key)
    assert answer.status_code == 201, why(answer)
    found: dict[str, Any] = answer.json()
    assert found["state"] == "approved"
    return found


def expect_refused(client: httpx.Client, body: dict[str, Any], code: str) -> dict[str, Any]:
    """File a plan that must be refused for one reason; return that reason."""
    answer = file(client, body)
    assert answer.status_code == 409, why(answer)
    reasons = [item for item in answer.json()["decision"]["reasons"] if item["severity"] == "refuse"]
    assert [item["code"] for item in reasons] == [code], json.dumps(reasons)
    found: dict[str, Any] = reasons[0]
    return found


def step(client: httpx.Client, plan_id: str, action: str) -> httpx.Response:
    """Take a step of a plan's life."""
    return send(client, "POST", f"/v1/flight-plans/{plan_id}/{action}")


def state_of(client: httpx.Client, plan_id: str) -> str:
    """Return the present state of a plan."""
    answer = send(client, "GET", f"/v1/flight-plans/{plan_id}")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["state"])


def expect_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Check that an answer is a whole problem document of that code; return it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["code"] == code, answer.text
    assert document["type"].endswith("/" + code)
    assert document["title"]
    assert document["detail"]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in document["detail_zh"]), document["detail_zh"]
    assert isinstance(document["retryable"], bool)
    assert isinstance(document["errors"], list)
    assert document["trace_id"]
    for error in document["errors"]:
        assert set(error) >= {"field", "code", "detail"}, error
    return document
