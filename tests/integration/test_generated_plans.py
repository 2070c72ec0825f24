"""Plans of any values at all, generated: judged or refused whole, never failed."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Server
from tests.fakes import filing
from tests.fakes.filing import expect_problem
from tests.fakes.hostile import PLANS, nothing_fails, raw

pytestmark = pytest.mark.slow

AsRole = Callable[..., httpx.Client]


@pytest.fixture(scope="module")
def firm(as_role: AsRole) -> httpx.Client:
    return as_role("operator", 1)


@pytest.fixture(scope="module")
def aircraft(firm: httpx.Client) -> str:
    return filing.register(firm)


@pytest.fixture(scope="module", autouse=True)
def nothing_failed(server: Server) -> Iterator[None]:
    with nothing_fails(server):
        yield


_numbers = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(-200, 200),
    st.sampled_from([0, -0.0, 1, -1, 5e-324, 1e308, -1e308, 22.7, 114.2, 120, 2**53, 10**18]),
)
_json = st.recursive(
    st.one_of(st.none(), st.booleans(), _numbers, st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)
_lat, _lon = st.floats(22.67, 22.76), st.floats(114.14, 114.34)
_waypoint = st.fixed_dictionaries(
    {
        "lat_deg": st.one_of(_lat, _lat, _lat, _numbers),
        "lon_deg": st.one_of(_lon, _lon, _lon, _numbers),
        "alt_m": st.one_of(st.floats(-50, 200), _numbers),
        "alt_datum": st.sampled_from(["AGL", "AMSL", "HAE"]),
    },
    optional={
        "speed_mps": st.one_of(st.floats(0.01, 150), _numbers),
        "hold_s": st.one_of(st.floats(0, 1000), _numbers),
        "t_s": st.one_of(st.floats(0, 5000), _numbers),
    },
)
_trajectory = st.fixed_dictionaries(
    {
        "type": st.just("trajectory"),
        "cruise_speed_mps": st.one_of(st.floats(0.01, 150), st.floats(5, 20), _numbers),
        "waypoints": st.lists(_waypoint, min_size=0, max_size=6),
    },
    optional={"crs": st.sampled_from(["WGS84", "GCJ02", "CGCS2000"])},
)
_vertex = st.fixed_dictionaries({"lat": st.one_of(_lat, _lat, _numbers), "lng": st.one_of(_lon, _lon, _numbers)})
_instants = st.sampled_from(
    ["2027-03-01T00:00:00Z", "2027-03-01T00:10:00+08:00", "2027-03-01T01:00:00.123456789Z", "2027-03-01t02:00:00z"]
)
_times = st.fixed_dictionaries({"value": _instants, "format": st.just("RFC3339")})
_altitudes = st.fixed_dictionaries(
    {"value": st.one_of(st.floats(-100, 300), _numbers), "reference": st.just("W84"), "units": st.just("M")}
)
_volume = st.fixed_dictionaries(
    {
        "volume": st.fixed_dictionaries(
            {"altitude_lower": _altitudes, "altitude_upper": _altitudes},
            optional={
                "outline_polygon": st.fixed_dictionaries({"vertices": st.lists(_vertex, min_size=3, max_size=6)}),
                "outline_circle": st.fixed_dictionaries(
                    {
                        "center": _vertex,
                        "radius": st.fixed_dictionaries({"value": _numbers, "units": st.just("M")}),
                    }
                ),
            },
        ),
        "time_start": _times,
        "time_end": _times,
    }
)
_route = st.one_of(
    _trajectory,
    _trajectory,
    st.fixed_dictionaries({"type": st.just("volumes"), "volumes": st.lists(_volume, max_size=3)}),
)
_body = st.fixed_dictionaries(
    {
        "operation_type": st.sampled_from(["logistics", "survey", "emergency"]),
        "departure_at": _instants,
        "route": _route,
    },
    optional={
        "priority": st.one_of(st.integers(0, 100), _numbers),
        "origin_site_id": st.text(max_size=5),
        "destination_site_id": st.sampled_from(["st_none", "x"]),
        "alternate_site_ids": st.lists(st.sampled_from(["a", "b"]), max_size=3),
        "contingency": _json,
        "remarks": st.dictionaries(st.text(max_size=5), _json, max_size=3),
    },
)


def _with_strange_value(draw: st.DataObject, body: dict[str, Any]) -> dict[str, Any]:
    """Replace one value somewhere in the body by anything at all."""
    body = copy.deepcopy(body)
    place: Any = body
    for _ in range(5):
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            break
        key = draw.draw(st.sampled_from(keys))
        if isinstance(place[key], (dict, list)) and draw.draw(st.booleans()):
            place = place[key]
            continue
        place[key] = draw.draw(_json)
        break
    return body


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(body=_body, data=st.data(), strange=st.integers(0, 2))
def test_whatever_is_sent_is_answered(
    firm: httpx.Client, aircraft: str, body: dict[str, Any], data: st.DataObject, strange: int
) -> None:
    """Any body at all must be judged (200) or refused as a whole problem document (4xx), never fail."""
    body = {"aircraft_id": aircraft, **body}
    for _ in range(strange):
        body = _with_strange_value(data, body)
    content = json.dumps(body).encode()
    answer = raw(firm, content, f"{PLANS}/check")
    if answer.status_code == 200:
        found = answer.json()
        assert found["decision"]["outcome"] in ("approved", "pending", "refused")
        assert found["h3_cells"]
        assert found["volumes"]
        assert found["starts_at"] <= found["ends_at"]
    else:
        assert answer.status_code in (404, 422), answer.text[:500]
        expect_problem(answer, answer.status_code, answer.json()["code"])
