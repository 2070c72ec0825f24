"""What no client should send: each a clear 4xx with its code and place, none a 500, none slow, nothing in the error log."""

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.conftest import Server
from tests.fakes import filing
from tests.fakes.filing import expect_problem, plan, point, square, text, window
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


def changed(body: dict[str, Any], pointer: str, value: Any) -> dict[str, Any]:
    """Return the body with one value replaced (or added)."""
    body = copy.deepcopy(body)
    *way, last = pointer.strip("/").split("/")
    place: Any = body
    for part in way:
        place = place[int(part)] if isinstance(place, list) else place[part]
    if isinstance(place, list):
        place[int(last)] = value
    else:
        place[last] = value
    return body


# -- values ------------------------------------------------------------------------------------------------------------

BAD_VALUES: list[tuple[str, Any, str, str]] = [
    # pointer, value, code of the problem, code of the field
    ("/aircraft_id", 5, "validation_failed", "wrong_type"),
    ("/aircraft_id", "", "validation_failed", "too_short"),
    ("/aircraft_id", "ac_" + "x" * 100, "validation_failed", "too_long"),
    ("/aircraft_id", "ac_\u0000", "validation_failed", "invalid_format"),
    ("/aircraft_id", "../../etc", "validation_failed", "invalid_format"),
    ("/aircraft_id", None, "validation_failed", "not_null"),
    ("/operation_type", "pizza", "validation_failed", "invalid_choice"),
    ("/priority", True, "validation_failed", "wrong_type"),
    ("/priority", "10", "validation_failed", "wrong_type"),
    ("/priority", 10.5, "validation_failed", "wrong_type"),
    ("/priority", -1, "validation_failed", "out_of_range"),
    ("/priority", 101, "validation_failed", "out_of_range"),
    ("/priority", 10**30, "validation_failed", "out_of_range"),
    ("/departure_at", "2027-01-01T00:00:00", "validation_failed", "naive_time"),
    ("/departure_at", "2027-01-01", "validation_failed", "invalid_time"),
    ("/departure_at", "tomorrow", "validation_failed", "invalid_time"),
    ("/departure_at", 1800000000, "validation_failed", "invalid_time"),
    ("/departure_at", "1800000000", "validation_failed", "invalid_time"),
    ("/departure_at", "2027-02-30T00:00:00Z", "validation_failed", "invalid_time"),
    ("/departure_at", "0001-01-01T00:00:00+14:00", "validation_failed", "invalid_time"),
    ("/departure_at", "9999-12-31T23:59:59-14:00", "validation_failed", "invalid_time"),
    ("/departure_at", "9999-12-31T23:59:59Z", "validation_failed", "too_far_ahead"),
    ("/departure_at", "1999-01-01T00:00:00Z", "departure_in_past", "departure_in_past"),
    ("/departure_at", "0001-01-01T00:00:00Z", "departure_in_past", "departure_in_past"),
    ("/route", [], "validation_failed", "wrong_type"),
    ("/route", None, "validation_failed", "not_null"),
    ("/route/type", "teleport", "validation_failed", "invalid_choice"),
    ("/route/crs", "BD09", "validation_failed", "invalid_choice"),
    ("/route/cruise_speed_mps", 0, "validation_failed", "out_of_range"),
    ("/route/cruise_speed_mps", -5, "validation_failed", "out_of_range"),
    ("/route/cruise_speed_mps", 1e300, "validation_failed", "out_of_range"),
    ("/route/cruise_speed_mps", True, "validation_failed", "wrong_type"),
    ("/route/cruise_speed_mps", 1e-9, "validation_failed", "duration_too_long"),
    ("/route/cruise_speed_mps", 5e-324, "validation_failed", "duration_too_long"),
    ("/route/waypoints", {}, "validation_failed", "wrong_type"),
    ("/route/waypoints/0", 7, "validation_failed", "wrong_type"),
    ("/route/waypoints/0/lat_deg", "22.7", "validation_failed", "wrong_type"),
    ("/route/waypoints/0/lat_deg", 91, "validation_failed", "latitude_out_of_range"),
    ("/route/waypoints/0/lat_deg", -9e9, "validation_failed", "latitude_out_of_range"),
    ("/route/waypoints/0/lon_deg", 181, "validation_failed", "longitude_out_of_range"),
    ("/route/waypoints/0/lat_deg", 39.9, "validation_failed", "outside_service_area"),
    ("/route/waypoints/0/alt_datum", "QNH", "validation_failed", "invalid_choice"),
    ("/route/waypoints/0/alt_datum", "agl", "validation_failed", "invalid_choice"),
    ("/route/waypoints/0/alt_m", 1e9, "validation_failed", "altitude_out_of_range"),
    ("/route/waypoints/0/alt_m", None, "validation_failed", "not_null"),
    ("/route/waypoints/0/speed_mps", 0, "validation_failed", "out_of_range"),
    ("/route/waypoints/0/hold_s", -1, "validation_failed", "out_of_range"),
    ("/route/waypoints/0/hold_s", 86_401, "validation_failed", "out_of_range"),
    ("/route/waypoints/0/hold_s", 86_400, "validation_failed", "duration_too_long"),
    ("/route/waypoints/1/t_s", 10, "validation_failed", "incomplete_times"),
    ("/route/waypoints/0/heading_deg", 10, "validation_failed", "unknown_field"),
    ("/route/waypoints", [], "validation_failed", "too_few_waypoints"),
    ("/colour", "red", "validation_failed", "unknown_field"),
    ("/origin_site_id", "", "validation_failed", "too_short"),
    ("/alternate_site_ids", ["st_1"] * 17, "validation_failed", "too_long"),
    ("/alternate_site_ids", "st_1", "validation_failed", "wrong_type"),
    ("/contingency", {"lost_link": "pray"}, "validation_failed", "invalid_choice"),
    ("/remarks", "none", "validation_failed", "wrong_type"),
]  # fmt: skip


@pytest.mark.parametrize(("pointer", "value", "code", "field_code"), BAD_VALUES)
def test_a_bad_value_is_named_with_its_place(
    firm: httpx.Client, aircraft: str, pointer: str, value: Any, code: str, field_code: str
) -> None:
    """Filing and checking must both answer 422 with the same code, the value's JSON pointer and the field's code."""
    body = changed(plan(aircraft, window()), pointer, value)
    for path in (PLANS, f"{PLANS}/check"):
        found = expect_problem(raw(firm, json.dumps(body).encode(), path), 422, code)
        places = {(error["field"], error["code"]) for error in found["errors"]}
        named = [place for place, given in places if given == field_code]
        assert named, places
        # What only shows in the whole route (its duration, times at some waypoints only) is named at the route's parts.
        within = "/route/waypoints" if pointer.startswith("/route/") else pointer
        assert any(place.startswith(within) or pointer.startswith(place) for place in named), places


@pytest.mark.parametrize("token", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
@pytest.mark.parametrize("pointer", ["/route/waypoints/0/alt_m", "/route/cruise_speed_mps", "/remarks/x"])
def test_what_is_no_finite_number_is_named(firm: httpx.Client, aircraft: str, token: str, pointer: str) -> None:
    """NaN, Infinity and numbers beyond a double must be 422 not_finite_number with their place."""
    content = json.dumps(changed(plan(aircraft, window()), pointer, "@@")).replace('"@@"', token).encode()
    found = expect_problem(raw(firm, content), 422, "not_finite_number")
    assert found["errors"][0]["field"] == pointer


def test_swapped_axes_are_suspected(firm: httpx.Client, aircraft: str) -> None:
    """A point that falls into the city once its axes are exchanged must be called probably swapped."""
    body = plan(aircraft, window())
    for waypoint in body["route"]["waypoints"]:
        waypoint["lat_deg"], waypoint["lon_deg"] = waypoint["lon_deg"], waypoint["lat_deg"]
    found = expect_problem(filing.file(firm, body), 422, "validation_failed")
    assert "swapped" in found["errors"][0]["code"]
    assert "swapped" in found["errors"][0]["detail"]
    volumes = [filing.volume(square(0, 0, 50), window(), window())]
    for vertex in volumes[0]["volume"]["outline_polygon"]["vertices"]:
        vertex["lat"], vertex["lng"] = vertex["lng"], vertex["lat"]
    found = expect_problem(filing.file(firm, filing.volume_plan(aircraft, window(), volumes)), 422, "validation_failed")
    assert any("swapped" in error["code"] for error in found["errors"])


def test_a_departure_just_past_is_told_from_one_to_come(firm: httpx.Client, aircraft: str) -> None:
    """A minute ago must be 422 departure_in_past; a minute ahead is a plan."""
    now = datetime.now(UTC)
    past = expect_problem(filing.file(firm, plan(aircraft, now - timedelta(minutes=1))), 422, "departure_in_past")
    assert past["errors"][0]["field"] == "/departure_at"
    answer = firm.post(f"{PLANS}/check", json=plan(aircraft, now + timedelta(minutes=1)))
    assert answer.status_code == 200


@pytest.mark.parametrize("count", [0, 1])
def test_a_route_needs_two_points(firm: httpx.Client, aircraft: str, count: int) -> None:
    """Fewer than two waypoints are no route."""
    body = plan(aircraft, window())
    body["route"]["waypoints"] = body["route"]["waypoints"][:count]
    found = expect_problem(filing.file(firm, body), 422, "validation_failed")
    assert found["errors"][0]["code"] == "too_few_waypoints"


def test_a_route_of_no_length_and_no_time_is_none(firm: httpx.Client, aircraft: str) -> None:
    """Two waypoints in one place without a hold must be refused."""
    found = expect_problem(
        filing.file(firm, plan(aircraft, window(), [point(0, 0), point(0, 0)])), 422, "validation_failed"
    )
    assert found["errors"][0]["code"] == "no_duration"


@pytest.mark.parametrize("times", [(0, 0), (10, 5), (0, 1e-5), (0, 0.01)])
def test_times_must_rise_and_be_possible(firm: httpx.Client, aircraft: str, times: tuple[float, float]) -> None:
    """t_s that stands still, falls, or asks for 100 km/s must be refused at its place."""
    route = [point(0, 0, t_s=times[0]), point(1000, 0, t_s=times[1])]
    found = expect_problem(filing.file(firm, plan(aircraft, window(), route)), 422, "validation_failed")
    assert found["errors"][0]["field"] == "/route/waypoints/1/t_s"


@pytest.mark.parametrize(
    ("count", "status", "code"),
    [(2_001, 422, "validation_failed"), (5_000, 422, "validation_failed"), (100_000, 413, "body_too_large")],
)
def test_endless_routes_are_refused(firm: httpx.Client, aircraft: str, count: int, status: int, code: str) -> None:
    """Too many waypoints must be 422, and a body beyond the limit 413."""
    body = plan(aircraft, window(), [point(0, 0)] * 2)
    body["route"]["waypoints"] = [{"lat_deg": 22.7, "lon_deg": 114.2, "alt_m": 50, "alt_datum": "AGL"}] * count
    content = json.dumps(body).encode()
    expect_problem(raw(firm, content), status, code)


def test_the_longest_allowed_route_is_judged(firm: httpx.Client, aircraft: str) -> None:
    """2,000 waypoints must be judged, not refused, however long it takes a busy machine."""
    route = [point(5.0 * n - 5000, 40 * (n % 2), 50) for n in range(2000)]
    answer = firm.post(f"{PLANS}/check", json=plan(aircraft, window(10), route, speed_mps=15), timeout=30)
    assert answer.status_code == 200, answer.text[:500]


# -- volumes -----------------------------------------------------------------------------------------------------------

_AT = "2027-03-01T00:00:00Z"


def _volumes(aircraft: str, **changes: Any) -> dict[str, Any]:
    at = datetime.fromisoformat(_AT)
    volume = filing.volume(square(0, 0, 50), at, at + timedelta(minutes=5))
    for pointer, value in changes.items():
        volume = changed(volume, pointer.replace("__", "/"), value)
    return filing.volume_plan(aircraft, at, [volume])


_BOW_TIE = [{"lat": a, "lng": b} for a, b in ((22.70, 114.20), (22.71, 114.21), (22.70, 114.21), (22.71, 114.20))]


@pytest.mark.parametrize(
    ("pointer", "value", "code"),
    [
        ("volume__outline_polygon__vertices", _BOW_TIE, "self_crossing"),
        ("volume__outline_polygon__vertices", _BOW_TIE[:2], "too_short"),
        ("volume__outline_polygon__vertices", [_BOW_TIE[0]] * 4, "too_few_points"),
        (
            "volume__outline_polygon__vertices",
            [{"lat": 22.7, "lng": 114.2 + n / 1000} for n in range(4)],
            "area_too_small",
        ),
        ("volume__outline_polygon__vertices", [{"lat": 95, "lng": 114.2}, *_BOW_TIE[1:]], "latitude_out_of_range"),
        ("volume__outline_polygon__vertices", [_BOW_TIE[0], *_BOW_TIE[:3]] * 2_000, "too_long"),
        ("volume__outline_polygon", None, "missing"),
        ("volume__outline_circle", {"center": _BOW_TIE[0], "radius": {"value": 50, "units": "M"}}, "missing"),
        ("volume__altitude_upper__value", 10, "reversed_band"),
        ("volume__altitude_upper__value", 1e7, "out_of_range"),
        ("volume__altitude_lower__reference", "SFC", "invalid_choice"),
        ("volume__altitude_lower__units", "FT", "invalid_choice"),
        ("time_end__value", _AT, "reversed_window"),
        ("time_end__value", "2027-02-28T00:00:00Z", "reversed_window"),
        ("time_end__value", "2027-03-05T00:00:00Z", "duration_too_long"),
        ("time_end__value", "2027-03-01T00:05:00", "naive_time"),
        ("time_start__format", "UNIX", "invalid_choice"),
        ("time_start__value", "2150-03-01T00:00:00Z", "reversed_window"),
    ],
)
def test_a_bad_volume_is_named(firm: httpx.Client, aircraft: str, pointer: str, value: Any, code: str) -> None:
    """Self-crossing, flat, upside-down, endless and misplaced volumes must be 422 inside that volume, with the cause."""
    answer = raw(firm, json.dumps(_volumes(aircraft, **{pointer: value})).encode())
    found = expect_problem(answer, 422, "validation_failed")
    assert all(error["field"].startswith("/route/volumes") for error in found["errors"]), found["errors"]
    assert found["errors"][0]["code"] == code


def test_a_random_star_of_5000_vertices_is_refused_at_once(firm: httpx.Client, aircraft: str) -> None:
    """The worst ring for repair must be refused without trying to repair it."""
    ring = [{"lat": 22.68 + (n * 7919 % 5003) / 1e5, "lng": 114.16 + (n * 104729 % 4999) / 1e5} for n in range(5000)]
    answer = raw(firm, json.dumps(_volumes(aircraft, volume__outline_polygon__vertices=ring)).encode())
    assert expect_problem(answer, 422, "validation_failed")["errors"][0]["code"] == "self_crossing"


def test_volumes_beyond_count_or_size_are_refused(firm: httpx.Client, aircraft: str) -> None:
    """501 volumes and a volume over the whole province must be 422."""
    body = _volumes(aircraft)
    body["route"]["volumes"] *= 501
    expect_problem(filing.file(firm, body), 422, "validation_failed")
    wide = [{"lat": a, "lng": b} for a, b in ((20, 110), (20, 117), (25, 117), (25, 110))]
    expect_problem(
        filing.file(firm, _volumes(aircraft, volume__outline_polygon__vertices=wide)), 422, "validation_failed"
    )


# -- bytes -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "malformed_json"),
        (b"   ", "malformed_json"),
        (b"null", "validation_failed"),
        (b"[]", "validation_failed"),
        (b'"plan"', "validation_failed"),
        (b"7", "validation_failed"),
        (b"{", "malformed_json"),
        (b"{'a': 1}", "malformed_json"),
        (b'{"a": 1,}', "malformed_json"),
        (b'{"priority": 1, "priority": 2}', "duplicate_key"),
        (b'{"route": {"type": "trajectory", "type": "volumes"}}', "duplicate_key"),
        (b'{"remarks": {"note": "\xff\xfe"}}', "malformed_json"),
        (b'{"remarks": {"note": "\\ud800"}}', "malformed_json"),
        (b'\xef\xbb\xbf{}', "malformed_json"),
        (b"\x00" * 100, "malformed_json"),
        (b'{"remarks": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too_deep"),
        (b'{"remarks": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}", "too_deep"),
        (b'{"priority": ' + b"9" * 100_000 + b"}", "not_finite_number"),
        (b'{"priority": 1' + b"0" * 400 + b".0}", "not_finite_number"),
    ],
    ids=lambda value: str(value)[:30],
)  # fmt: skip
@pytest.mark.parametrize("path", [PLANS, f"{PLANS}/check", f"{PLANS}/batch"])
def test_bytes_that_are_no_plan(firm: httpx.Client, content: bytes, code: str, path: str) -> None:
    """Empty, broken, doubled, deep and mis-encoded bodies must be 422 with their own code on every filing path."""
    expect_problem(raw(firm, content, path), 422, code)


@pytest.mark.parametrize("depth", [100, 180, 190, 200, 230, 250, 252, 254, 256, 300])
def test_what_is_kept_can_be_answered_again(firm: httpx.Client, aircraft: str, depth: int) -> None:
    """Remarks nested as deeply as they are accepted must come back from filing, reading, lists and batches."""
    remarks: Any = {"end": 1}
    for _ in range(depth - 1):
        remarks = {"a": remarks}
    body = plan(aircraft, window(), remarks=remarks)
    single = filing.file(firm, body)
    batch = firm.post(f"{PLANS}/batch", json={"plans": [{**body, "departure_at": text(window())}]})
    assert batch.status_code in (207, 422)
    assert all(item["status"] in (201, 422) for item in batch.json().get("items", []))
    if single.status_code != 201:
        expect_problem(single, 422, "too_deep")
    else:
        assert firm.get(f"{PLANS}/{single.json()['plan_id']}").json()["remarks"] == remarks
    for params in ({"aircraft_id": aircraft}, {"aircraft_id": aircraft, "limit": "1000"}):
        assert firm.get(PLANS, params=params).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/json; charset=gbk"},
        {"Content-Encoding": "gzip"},
    ],
)
def test_other_kinds_of_bodies_are_415(firm: httpx.Client, aircraft: str, headers: dict[str, str]) -> None:
    """What is declared to be anything but JSON in UTF-8 must be 415."""
    content = json.dumps(plan(aircraft, window())).encode()
    expect_problem(raw(firm, content, **headers), 415, "unsupported_media_type")


def test_a_body_beyond_the_limit_is_413_whether_declared_or_not(firm: httpx.Client) -> None:
    """More than a megabyte must be 413, with and without a Content-Length."""
    content = b'{"remarks": {"note": "' + b"x" * (1 << 20) + b'"}}'
    expect_problem(raw(firm, content), 413, "body_too_large")

    def chunks() -> Iterator[bytes]:
        for start in range(0, len(content), 65_536):
            yield content[start : start + 65_536]

    answer = firm.post(PLANS, content=chunks(), headers={"Content-Type": "application/json"})
    expect_problem(answer, 413, "body_too_large")


def test_long_and_strange_texts_are_kept_or_refused(firm: httpx.Client, aircraft: str) -> None:
    """A long remark with every kind of letter and control character must come back as it was."""
    note = "\u0000\u0001\u202e\U0001f681低空" * 10_000
    found = filing.expect_approved(firm, plan(aircraft, window(), remarks={"note": note}))
    assert firm.get(f"{PLANS}/{found['plan_id']}").json()["remarks"]["note"] == note


@pytest.mark.parametrize("key", ["a\u00e9", "x" * 255, "' OR 1=1 --", "%00"])
def test_strange_keys_are_keys(firm: httpx.Client, aircraft: str, key: str) -> None:
    """Any header value up to 255 characters must work as an idempotency key or be refused, never fail."""
    body, own = plan(aircraft, window()), (key + aircraft)[-255:]
    answers = [
        filing.send(firm, "POST", PLANS, json=body, headers=[(b"Idempotency-Key", own.encode("latin-1"))])
        for _ in range(2)
    ]
    assert {answer.status_code for answer in answers} <= {201, 422}
    assert len({answer.json().get("plan_id") for answer in answers}) == 1
