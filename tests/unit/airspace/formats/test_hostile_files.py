"""Files cut, mutated and made up: every reader answers with values and problems, never with an exception."""

import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airspace.formats.problems import FormatProblem
from airspace.formats.route_files import ROUTE_FORMATS, RouteFormat, read_route, write_route
from airspace.formats.routes import RouteOptions
from airspace.formats.zone_files import ZONE_FORMATS, ZoneFormat, read_zones, write_zones
from tests.fakes.airspace_region import REGION, box, degrees, zone

_SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_TIMES = [{"starts_at": "2026-03-01T00:00:00Z", "weekly": [{"days": ["MO"], "from": "08:00", "to": "18:00"}]}]
ZONES = [
    zone(box(0, 0, 300, 300), zone_id="a", applicability=_TIMES, name_zh="甲", message="Keep out"),
    zone(box(500, 0, 900, 300), zone_id="b", datum="HAE", upper_m=None),
    zone({"type": "Point", "coordinates": [114.21, 22.71]}, zone_id="c", radius_m=100.0, datum="AMSL"),
]
_PLACES = [degrees(REGION, x, y) for x, y in ((0, 0), (0, 0), (800, 200), (800, 900))]
PLAN: dict[str, Any] = {
    "aircraft_id": "ac_1",
    "operation_type": "logistics",
    "priority": 1,
    "departure_at": "2026-03-02T01:10:00Z",
    "route": {
        "type": "trajectory",
        "cruise_speed_mps": 9.0,
        "waypoints": [
            {"lat_deg": lat, "lon_deg": lon, "alt_m": alt, "alt_datum": "AGL", "hold_s": 3.0}
            for (lat, lon), alt in zip(_PLACES, (0.0, 50.0, 60.0, 60.0), strict=True)
        ],
    },
}
ZONE_FILES = {kind: write_zones(kind, ZONES, REGION) for kind in ZONE_FORMATS}
PLAN_FILES = {kind: write_route(kind, PLAN, REGION) for kind in ROUTE_FORMATS}
_TOKENS = [
    b"NaN", b"-1e999", b"null", b"{}", b"[]", b'""', b"\x00", b"\xff\xfe", b"<", b"&a;", b"]]>", b"'", b"-0", b"1" * 400,
    b"True", b"\n", b",", b"114.2,22.7", b"1e308", "区".encode(), b"UNL", b"FL999", b"0",
]  # fmt: skip


def mutated(data: bytes, seed: int) -> bytes:
    """Return a file with up to six places cut, doubled, overwritten or filled with something awkward."""
    chance = random.Random(seed)
    found = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at, size = chance.randrange(len(found) + 1), chance.randint(0, 12)
        kind = chance.randrange(4)
        if kind == 0:
            del found[at : at + size]
        elif kind == 1:
            found[at:at] = found[at : at + size * 8]
        elif kind == 2:
            found[at : at + size] = chance.choice(_TOKENS)
        else:
            found[at : at + 1] = bytes([chance.randrange(256)])
    return bytes(found[: chance.randint(1, len(found))] if chance.random() < 0.2 else found)


def check_problems(problems: list[FormatProblem]) -> None:
    for problem in problems:
        assert problem.code
        assert problem.detail
        assert problem.detail_zh
        assert problem.line is None or problem.line >= 1


@pytest.mark.parametrize("kind", [kind for kind in ZONE_FORMATS if kind != "kmz"])
@_SETTINGS
@given(seed=st.integers(0, 2**32))
def test_mutated_zone_files_are_read_or_named(kind: ZoneFormat, seed: int) -> None:
    """A damaged file of zones must give zones and problems in both languages, and no exception."""
    found = read_zones(kind, mutated(ZONE_FILES[kind], seed), REGION, new_id=lambda: "zn_new")
    check_problems(found.problems)
    assert all(placed.line is None or placed.line >= 1 for placed in found.places)


@pytest.mark.parametrize("kind", ROUTE_FORMATS)
@_SETTINGS
@given(seed=st.integers(0, 2**32))
def test_mutated_plans_are_read_or_named(kind: RouteFormat, seed: int) -> None:
    """A damaged mission file must give a body or an error, and no exception."""
    documents = {name: mutated(content, seed) for name, content in PLAN_FILES[kind].items()}
    found = read_route(kind, documents, RouteOptions(home_amsl_m="ground"), REGION)
    check_problems(found.problems)
    assert found.body is not None or any(problem.severity == "error" for problem in found.problems)


@pytest.mark.parametrize("kind", [*ZONE_FORMATS, *ROUTE_FORMATS])
@_SETTINGS
@given(data=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_any_bytes_are_answered(kind: Any, data: bytes) -> None:
    """Bytes that are no file at all must be an error in every format."""
    if kind in ZONE_FORMATS:
        check_problems(read_zones(kind, data, REGION, new_id=lambda: "zn_new").problems)
    if kind in ROUTE_FORMATS:
        check_problems(read_route(kind, {"file": data}, RouteOptions(), REGION).problems)


_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=12,
)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    return [path, *(found for key, inner in pairs for found in _paths(inner, (*path, key)))]


@pytest.mark.parametrize("kind", ["geojson", "ed269", "ed318", "qgc", "mavlink"])
@_SETTINGS
@given(data=st.data(), value=_json)
def test_any_value_in_any_place_of_a_json_file_is_answered(kind: Any, data: st.DataObject, value: Any) -> None:
    """Whatever value stands wherever in a document, the reader must answer with zones, a plan, or problems."""
    plan = kind in ("qgc", "mavlink")
    text = next(iter(PLAN_FILES[kind].values())) if plan else ZONE_FILES[kind]
    document = json.loads(text)
    path = data.draw(st.sampled_from(_paths(document)))
    if not path:
        document = value
    else:
        holder = document
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = value
    made = json.dumps(document).encode()
    if plan:
        check_problems(read_route(kind, {"file": made}, RouteOptions(home_amsl_m="ground"), REGION).problems)
    else:
        check_problems(read_zones(kind, made, REGION, new_id=lambda: "zn_new").problems)
