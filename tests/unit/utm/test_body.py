"""Bodies are read within a limit and strictly; every fault is named with its place and costs its sender only."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from tests.fakes.edge import EchoPlace, running
from utm.api.body import ApiModel, Instant, parse_bytes, parse_json, validate
from utm.problems import Problem


class Leg(ApiModel):
    lat_deg: Annotated[float, Field(ge=-90, le=90)]


class Path4(ApiModel):
    type: Literal["path"]
    legs: list[Leg]
    speed_mps: float


class Volumes(ApiModel):
    type: Literal["volumes"]
    volumes: Annotated[list[Leg], Field(min_length=1)]
    name: str


class Plan(ApiModel):
    name: Annotated[str, Field(min_length=2, max_length=4, pattern="^[a-z]+$")] = "abc"
    priority: Annotated[int, Field(ge=0, le=100)] = 0
    urgent: bool = False
    departure_at: Instant | None = None
    route: Annotated[Path4 | Volumes, Field(discriminator="type")] | None = None
    remarks: dict[str, Any] = Field(default_factory=dict)


def refused(data: bytes, model: type[ApiModel] = Plan) -> Problem:
    with pytest.raises(Problem) as caught:
        parse_bytes(data, model)
    return caught.value


def fault(body: Any) -> tuple[str, str]:
    """Return the first field problem of a body that must be refused."""
    problem = refused(orjson.dumps(body))
    assert problem.code == "validation_failed"
    return problem.errors[0].field, problem.errors[0].code


PATH = {"type": "path", "legs": [{"lat_deg": 22.5}], "speed_mps": 10}
OLDEST, NEWEST = (datetime(year, 1, 1) for year in (1900, 2200))  # noqa: DTZ001  (hypothesis adds the zone)
VOLUMES = {"type": "volumes", "volumes": [{"lat_deg": 22.5}], "name": "a"}


def test_a_right_body_becomes_its_value() -> None:
    """Whole numbers must pass for floats, and times must come out in UTC."""
    plan = parse_bytes(orjson.dumps({"departure_at": "2026-03-01T08:00:00+08:00", "route": PATH}), Plan)
    assert plan.departure_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert plan.departure_at is not None
    assert plan.departure_at.tzinfo is UTC
    assert plan.route == Path4(type="path", legs=[Leg(lat_deg=22.5)], speed_mps=10.0)


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"priority": True}, "/priority", "wrong_type"),
        ({"priority": "1"}, "/priority", "wrong_type"),
        ({"priority": 1.0}, "/priority", "wrong_type"),
        ({"priority": None}, "/priority", "not_null"),
        ({"priority": 101}, "/priority", "out_of_range"),
        ({"priority": -1}, "/priority", "out_of_range"),
        ({"urgent": 1}, "/urgent", "wrong_type"),
        ({"name": 5}, "/name", "wrong_type"),
        ({"name": "a"}, "/name", "too_short"),
        ({"name": "abcde"}, "/name", "too_long"),
        ({"name": "ABC"}, "/name", "invalid_format"),
        ({"nmae": "abc"}, "/nmae", "unknown_field"),
        ({"departure_at": "2026-03-01T08:00:00"}, "/departure_at", "naive_time"),
        ({"departure_at": "2026-03-01"}, "/departure_at", "invalid_time"),
        ({"departure_at": "1767225600"}, "/departure_at", "invalid_time"),
        ({"departure_at": 1767225600}, "/departure_at", "invalid_time"),
        ({"departure_at": "2026-02-30T08:00:00Z"}, "/departure_at", "invalid_time"),
        ({"departure_at": "0001-01-01T00:00:00+14:00"}, "/departure_at", "invalid_time"),
        ({"departure_at": "2026-03-01T08:00:00+25:00"}, "/departure_at", "invalid_time"),
        ({"route": {"type": "teleport"}}, "/route/type", "invalid_choice"),
        ({"route": {}}, "/route/type", "required"),
        ({"route": []}, "/route", "wrong_type"),
        ({"route": {**PATH, "legs": [{"lat_deg": 1}, {"lat_deg": "1"}]}}, "/route/legs/1/lat_deg", "wrong_type"),
        ({"route": {**PATH, "legs": [{}]}}, "/route/legs/0/lat_deg", "required"),
        ({"route": {**PATH, "legs": {}}}, "/route/legs", "wrong_type"),
        ({"route": {**PATH, "legs": [{"lat_deg": 91}]}}, "/route/legs/0/lat_deg", "out_of_range"),
        ({"route": {**VOLUMES, "volumes": [{"lat_deg": 91}]}}, "/route/volumes/0/lat_deg", "out_of_range"),
        ({"route": {**VOLUMES, "volumes": []}}, "/route/volumes", "too_short"),
        ({"route": {"type": "volumes", "name": "a"}}, "/route/volumes", "required"),
        ({"route": {"type": "volumes", "volumes": [{"lat_deg": 1}]}}, "/route/name", "required"),
        ([], "", "wrong_type"),
        (None, "", "not_null"),
    ],
)
def test_each_fault_is_named_with_its_place(body: Any, field: str, code: str) -> None:
    """A wrong value must be reported under its JSON pointer with a stable code."""
    assert fault(body) == (field, code)


def test_a_misspelt_field_is_recognised() -> None:
    """An unknown field close to a known one must be answered with the known one, in both languages."""
    error = refused(orjson.dumps({"priorty": 1})).errors[0]
    assert "'priority'" in error.detail
    assert "'priority'" in (error.detail_zh or "")


def test_free_form_members_stay_free() -> None:
    """What stands under a dict field must not be judged."""
    assert parse_bytes(b'{"remarks": {"a": [1, {"b": null}]}}', Plan).remarks == {"a": [1, {"b": None}]}


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 500])
def test_numbers_that_are_none_are_located(number: str) -> None:
    """NaN, Infinity and overflowing numbers must be refused with the place they stand at."""
    problem = refused(b'{"route": {"legs": [{"lat_deg": 1}, {"lat_deg": %s}]}}' % number.encode())
    assert problem.code == "not_finite_number"
    assert [(error.field, error.code) for error in problem.errors] == [("/route/legs/1/lat_deg", "not_finite")]


@pytest.mark.parametrize(
    "data", [b"", b"  ", b"{", b'{"a": }', b"{'a': 1}", b'{"a": 1,}', b"\xff\xfe", b'{"a": "\\ud800"}', b"nul"]
)
def test_what_is_no_json_is_refused_with_its_position(data: bytes) -> None:
    """Broken syntax must give malformed_json, never an exception from the depths."""
    assert refused(data).code == "malformed_json"


def test_repeated_keys_are_refused() -> None:
    """A key that stands twice, at any depth, must be named, because parsers disagree about which one counts."""
    problem = refused(b'{"remarks": {"x/y": [{"a": 1, "a": 1}]}, "priority": 1, "priority": 1}')
    assert problem.code == "duplicate_key"
    assert {error.field for error in problem.errors} == {"/priority", "/remarks/x~1y/0/a"}


def test_integers_beyond_64_bits_are_refused() -> None:
    """An integer no column could hold must be refused where it stands, even in free-form members."""
    problem = refused(b'{"remarks": {"n": -9223372036854775809, "s": "99999999999999999999"}}')
    assert [(error.field, error.code) for error in problem.errors] == [("/remarks/n", "out_of_range")]
    assert parse_json(b'{"a": 9223372036854775807, "b": 0.1234567890123456789012}')["a"] == 2**63 - 1


@pytest.mark.parametrize("depth", [300, 900, 1100, 100_000])
def test_deep_nesting_is_refused(depth: int) -> None:
    """Nesting beyond what any document needs must be refused, whatever its depth."""
    assert refused(b'{"route": ' + b"[" * depth + b"]" * depth + b"}").code in ("too_deep", "validation_failed")


@pytest.mark.parametrize(
    ("data", "count"),
    [
        (b'{"route": {"type": "path", "speed_mps": 1, "legs": [' + b",".join([b"1"] * 480_000) + b"]}}", 480_000),
        (b"{" + b",".join(b'"k%d":1' % number for number in range(80_000)) + b"}", 80_000),
    ],
    ids=["array", "object"],
)
def test_a_megabyte_of_faults_costs_little(data: bytes, count: int) -> None:
    """Hundreds of thousands of faults must be summed up in one line, not listed."""
    problem = refused(data)
    assert 30 < len(problem.errors) <= 100
    assert problem.errors[-1].code == "too_many_errors"
    assert str(count - len(problem.errors) + 1) in problem.errors[-1].detail


def test_values_already_parsed_are_held_to_the_same_rules() -> None:
    """`validate` must find what `parse_bytes` finds, under the pointer of the item."""
    with pytest.raises(Problem) as caught:
        validate({"route": {**PATH, "legs": [{"lat_deg": True}]}}, Plan, "/plans/7")
    assert caught.value.errors[0].field == "/plans/7/route/legs/0/lat_deg"
    assert validate({"priority": 3}, Plan).priority == 3


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_a_problem(data: bytes) -> None:
    """No bytes may raise anything but a Problem that says what is wrong."""
    found: EchoPlace | Problem
    try:
        found = parse_bytes(data, EchoPlace)
    except Problem as problem:
        found = problem
    if isinstance(found, Problem):
        assert 400 <= found.status < 500
        assert found.detail
    else:
        assert -90 <= found.lat_deg <= 90


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_is_a_value_or_a_problem(value: Any) -> None:
    """No JSON value may raise anything but Problem, whatever its types."""
    found: Plan | Problem
    try:
        found = validate({"lat_deg": value, "route": value}, Plan)
    except Problem as problem:
        found = problem
    if isinstance(found, Problem):
        assert found.document(None)["code"] == found.code
        assert found.errors
    else:
        assert isinstance(found, Plan)


@given(st.datetimes(timezones=st.just(timezone(timedelta(hours=8))), min_value=OLDEST, max_value=NEWEST))
def test_times_keep_their_instant(moment: datetime) -> None:
    """An RFC 3339 time must come out as the same instant."""
    plan = parse_bytes(orjson.dumps({"departure_at": moment.isoformat()}), Plan)
    assert plan.departure_at == moment


async def test_authorisation_comes_before_the_body(tmp_path: Path) -> None:
    """Without a token, or with the wrong role, even the worst body must give 401 or 403 and never be judged."""
    async with running(tmp_path) as edge, edge.client() as client:
        stranger = await client.post("/v1/echo", content=b"{", headers={"content-type": "text/plain"})
        regulator = await client.post("/v1/echo", content=b"x" * (3 << 20), headers=edge.headers("regulator"))
        assert (stranger.status_code, regulator.status_code) == (401, 403)


async def test_large_bodies_are_refused_before_they_are_read(tmp_path: Path) -> None:
    """A body over the limit must give 413, whether its length was declared or only found out."""

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield b" " * (64 << 10)

    async with running(tmp_path) as edge, edge.client() as client:
        sent = 0
        declared = await client.post("/v1/echo", content=b" " * (2 << 20), headers=edge.headers("operator"))
        streamed = await client.post("/v1/echo", content=endless(), headers=edge.headers("operator"))
    assert [answer.status_code for answer in (declared, streamed)] == [413, 413]
    assert streamed.json()["code"] == "body_too_large"
    assert streamed.json()["limit_bytes"] == 1 << 20


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "application/json"}, 200),
        ({"content-type": "Application/JSON; charset=UTF-8"}, 200),
        ({"content-type": "application/geo+json"}, 200),
        ({}, 200),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
        ({"content-type": "application/json; charset=gbk"}, 415),
        ({"content-type": "application/json", "content-encoding": "gzip"}, 415),
    ],
)
async def test_only_json_is_read(tmp_path: Path, headers: dict[str, str], status: int) -> None:
    """A body declared as something else than plain UTF-8 JSON must give 415."""
    async with running(tmp_path) as edge, edge.client() as client:
        answer = await client.post(
            "/v1/echo", content=b'{"lat_deg": 1}', headers={**edge.headers("operator"), **headers}
        )
    assert answer.status_code == status


def _json_like(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([":", "a", "b", '"']), inner, max_size=4)


@given(st.recursive(st.one_of(st.integers(-9, 9), st.sampled_from(["", ":", '":', "a", '"', "\\", "é"])), _json_like))
def test_the_quick_look_for_repeated_keys_misses_none(value: Any) -> None:
    """However a body is spaced and whatever its strings hold, a repeated key is found and a plain body is not refused."""
    plain = json.dumps(value, separators=(", ", " : "), ensure_ascii=False).encode()
    assert parse_json(plain) == value
    for twice in (b'{"k" : 1, "k": %b}', b'{"k":%b,"k"\n:1}', b'[{"a":":", "k":%b, "\\u006b":2}]'):
        with pytest.raises(Problem) as refused:
            parse_json(twice % plain)
        assert refused.value.code == "duplicate_key"


@pytest.mark.parametrize("digits", ["9" * 19, "-" + "9" * 25, "1" + "0" * 30])
def test_integers_beyond_64_bits_are_still_seen(digits: str) -> None:
    """A body without repeated keys is looked at closely when one of its integers is long."""
    with pytest.raises(Problem):
        parse_json(f'{{"n": {digits}}}'.encode())
    assert parse_json(b'{"n": 0.1234567890123456789}') == {"n": 0.12345678901234568}
