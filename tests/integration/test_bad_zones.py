"""What no client should send as a zone, a ground stop or a path: each a clear 4xx with its code and place."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import Server
from tests.fakes.filing import expect_problem, square, text, window, zone
from tests.fakes.hostile import PLANS, nothing_fails, raw

pytestmark = pytest.mark.slow

AsRole = Callable[..., httpx.Client]


@pytest.fixture(scope="module")
def firm(as_role: AsRole) -> httpx.Client:
    return as_role("operator", 1)


@pytest.fixture(scope="module", autouse=True)
def nothing_failed(server: Server) -> Iterator[None]:
    with nothing_fails(server):
        yield


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"restriction": "MAYBE"}, "not_allowed"),
        ({"datum": "QNH"}, "unknown_datum"),
        ({"lower_m": 100, "upper_m": 50}, "reversed_band"),
        ({"lower_m": True}, "wrong_type"),
        ({"lower_m": "0"}, "wrong_type"),
        ({"upper_m": 1e6}, "altitude_out_of_range"),
        ({"name": ""}, "missing"),
        ({"name": "x" * 2_001}, "too_long"),
        ({"applicability": [{"starts_at": "2027-01-01T00:00:00"}]}, "naive_time"),
        (
            {"applicability": [{"starts_at": "2027-01-02T00:00:00Z", "ends_at": "2027-01-01T00:00:00Z"}]},
            "reversed_window",
        ),
        ({"applicability": {}}, "wrong_type"),
        ({"zone_id": "a/b"}, "invalid_format"),
        ({"zone_id": ".."}, "invalid_format"),
        ({"zone_id": "区域一"}, "invalid_format"),
        ({"zone_id": "a\r\nSet-Cookie: b"}, "invalid_format"),
        ({"zone_id": "x" * 300}, "invalid_format"),
        ({"zone_id": 7}, "wrong_type"),
    ],
)
def test_a_bad_zone_is_named(as_role: AsRole, changes: dict[str, Any], code: str) -> None:
    """A zone with a bad property must be 422 with its place wherever it is sent, and never be published."""
    regulator = as_role("regulator")
    body = zone(square(0, 0, 50), **changes)
    features = {"type": "FeatureCollection", "features": [body]}
    for path, sent in (("/v1/zones", body), ("/v1/zones/impact", body), ("/v1/zones/import?format=geojson", features)):
        answer = regulator.post(path, json=sent)
        found = expect_problem(answer, 422, "import_failed" if "import" in path else "validation_failed")
        assert code in {error["code"] for error in found["errors"]}, found["errors"]
        assert all("/properties/" in error["field"] for error in found["errors"])


_RING = zone(square(0, 0, 50))["geometry"]["coordinates"][0]


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {},
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [_RING[:-1]]},
        {"type": "Polygon", "coordinates": [[_RING[0]] * 4]},
        {"type": "Polygon", "coordinates": [[_RING[0], _RING[2], _RING[1], _RING[3], _RING[0]]]},
        {"type": "Polygon", "coordinates": [[[a, b] for b, a in _RING]]},
        {"type": "Polygon", "coordinates": [[[114.2, 22.7, "up"], *_RING]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[114.2 + n / 1e5, 22.7 + (n % 2) / 1e3] for n in range(6000)]]},
        {"type": "LineString", "coordinates": _RING},
        {"type": "Point", "coordinates": _RING[0]},
        {"type": "GeometryCollection", "geometries": []},
        "POLYGON",
        7,
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_bad_geometry_is_named(as_role: AsRole, geometry: Any) -> None:
    """A zone and a ground stop of no, open, crossing, swapped, far and endless shapes must be 422."""
    body = {**zone(square(0, 0, 50)), "geometry": geometry}
    for path in ("/v1/zones", "/v1/zones/impact"):
        found = expect_problem(as_role("regulator").post(path, json=body), 422, "validation_failed")
        places = ("/geometry", "/properties/radius_m")
        assert all(error["field"].startswith(places) for error in found["errors"]), found["errors"]
    stop = {"geometry": geometry, "until": text(window()), "reason": "x"}
    expect_problem(as_role("dispatcher").post("/v1/ground-stops", json=stop), 422, "validation_failed")


@pytest.mark.parametrize("datum", ["AGL", "AMSL", "HAE"])
def test_zones_as_large_as_allowed_can_be_weighed(as_role: AsRole, datum: str) -> None:
    """The impact of the largest circle, which reaches beyond the geoid's grid, must be answered, or the circle refused."""
    body = zone(square(0, 0, 50), datum=datum, radius_m=79_000)
    body["geometry"] = {"type": "Point", "coordinates": [114.2, 22.7]}
    answer = as_role("regulator").post("/v1/zones/impact", json=body, timeout=30)
    assert answer.status_code in (200, 422), answer.text[:500]


def test_zone_bodies_that_are_none(as_role: AsRole) -> None:
    """Arrays, texts, nothing and features without properties must be 422 on every zone path."""
    for content in (
        b"",
        b"[]",
        b"null",
        b'"x"',
        b"{}",
        b'{"type": "Feature"}',
        b'{"type": "Feature", "properties": []}',
    ):
        for path in ("/v1/zones", "/v1/zones/impact", "/v1/zones/import?format=geojson", "/v1/ground-stops"):
            role = "dispatcher" if "ground" in path else "regulator"
            expect_problem(raw(as_role(role), content, path), 422, _code_of(content, path))
        for path in ("/v1/policy", "/v1/zones/zn_none"):
            answer = as_role("regulator").put(path, content=content, headers={"Content-Type": "application/json"})
            if (path, content) != ("/v1/policy", b"{}"):
                expect_problem(answer, 422, "malformed_json" if content == b"" else "validation_failed")


def _code_of(content: bytes, path: str) -> str:
    """Return the code of a body that is no zone: no JSON, no collection to import, or no feature."""
    if content == b"":
        return "malformed_json"
    return "import_failed" if "import" in path else "validation_failed"


def test_strange_ids_in_paths_are_not_found(firm: httpx.Client, as_role: AsRole) -> None:
    """Ids with slashes, dots, control characters and ten thousand letters must be 404, never more."""
    for name in ("..%2f..%2fetc", "%00", "%ff", "x" * 10_000, "fp_%F0%9F%9A%81", "'; DROP TABLE flight_plans; --"):
        for path in (f"{PLANS}/{name}", f"/v1/zones/{name}", f"/v1/sites/{name}", f"/v1/aircraft/{name}"):
            assert firm.get(path).status_code in (404, 414, 431), path
        answer = firm.post(f"{PLANS}/{name}/cancel")
        assert answer.status_code in (404, 405, 414, 431)
