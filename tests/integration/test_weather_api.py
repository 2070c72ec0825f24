"""Weather over a real server: imported, asked for, and what it does to departures."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.fakes.filing import LAT_DEG, LON_DEG, file, plan, register, text
from tests.fakes.shifted_server import ShiftedServer, running

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShiftedServer]:
    """One server with a clock of its own for the file."""
    with running(tmp_path_factory.mktemp("weather")) as server:
        server.call(_watch_by_hand())
        yield server


async def _watch_by_hand() -> None:
    """End the server's own watch of the weather: it would move a plan before the test has looked at it."""
    for task in asyncio.all_tasks():
        if task.get_name() == "weather":
            task.cancel()


@pytest.fixture
def regulator(city: ShiftedServer) -> Iterator[httpx.Client]:
    """A regulator; what it imported is withdrawn when the test ends."""
    with city.client("regulator") as client:
        yield client
        for item in client.get("/v1/weather/forecasts").json()["items"]:
            if item["state"] == "current":
                assert client.delete(f"/v1/weather/forecasts/{item['forecast_id']}").status_code == 204


@pytest.fixture
def firm(city: ShiftedServer) -> Iterator[httpx.Client]:
    with city.client("operator") as client:
        yield client


def table(now: datetime, storm: tuple[float, float], *, hours: float = 4.0, wind_mps: float = 19.0) -> str:
    """Return calm weather around the flights of these tests but for a storm between two minutes from now."""
    first, last = (now + timedelta(minutes=minute) for minute in storm)
    ends = now + timedelta(hours=hours)
    rows = ["lat_deg,lon_deg,from,to,wind_mps,gust_mps,rain_mm_h,visibility_m,temperature_c,lightning_per_km2_h"]
    for start, end, wind in ((now - timedelta(hours=1), first, 3.0), (first, last, wind_mps), (last, ends, 4.0)):
        rows.append(f"{LAT_DEG},{LON_DEG},{text(start)},{text(end)},{wind},{wind + 2},0,9000,22,0")
    return "# source: radar of the test\n" + "\n".join(rows)


def bring(client: httpx.Client, content: str, **parameters: Any) -> httpx.Response:
    """Import a table."""
    query = {"format": "csv", **parameters}
    return client.post("/v1/weather/forecasts", content=content, params=query, headers={"Content-Type": "text/csv"})


def test_without_a_source_the_weather_is_made_up_and_says_so(city: ShiftedServer, firm: httpx.Client) -> None:
    """Whoever reads the weather sees that nobody measured it."""
    answer = firm.get("/v1/weather").json()
    assert answer["synthetic"] is True
    assert answer["forecast_id"] is None
    assert len(answer["items"]) == answer["cells"] > 500
    place = firm.get("/v1/weather/at", params={"lat_deg": LAT_DEG, "lon_deg": LON_DEG}).json()
    assert len(place["items"]) == place["steps"]
    assert all(item["wind_mps"] < 10.8 for item in place["items"])


def test_a_dry_run_lists_what_is_wrong_and_changes_nothing(city: ShiftedServer, regulator: httpx.Client) -> None:
    """Every fault with its field and line; the weather in force stays."""
    content = table(city.now(), (30, 40)).replace(",9000,", ",-5,", 1)
    tried = bring(regulator, content, dry_run=True)
    assert tried.status_code == 200
    assert [(item["field"], item["line"], item["code"]) for item in tried.json()["errors"]] == [
        ("visibility_m", 3, "not_allowed")
    ]
    refused = bring(regulator, content)
    assert (refused.status_code, refused.json()["code"]) == (422, "import_failed")
    assert regulator.get("/v1/weather").json()["synthetic"] is True
    far = "lat_deg,lon_deg,from,to,wind_mps\n40,116,2026-11-22T10:00:00Z,2026-11-22T11:00:00Z,5\n"
    assert bring(regulator, far).json()["code"] == "weather_unusable"
    assert bring(regulator, far, dry_run=True).json()["usable"] is False


def test_only_the_centre_and_the_regulator_import(city: ShiftedServer, firm: httpx.Client) -> None:
    """A firm reads the weather and the limits; it sets neither."""
    assert bring(firm, table(city.now(), (1, 2))).status_code == 403
    assert firm.put("/v1/weather/limits", json={"automatic_delay": False}).status_code == 403
    assert firm.get("/v1/weather/limits").status_code == 200


def test_a_flight_into_a_storm_gets_the_first_departure_after_it(
    city: ShiftedServer, regulator: httpx.Client, firm: httpx.Client
) -> None:
    """Five minutes before it departs the plan is moved behind the storm, stays approved, and its firm is told why."""
    now = city.now()
    departure_at = now + timedelta(minutes=4)
    aircraft_id = register(firm)
    filed = file(firm, plan(aircraft_id, departure_at))
    assert filed.status_code == 201, filed.text
    plan_id = filed.json()["plan_id"]
    assert bring(regulator, table(now, (3, 20))).status_code == 201
    early = firm.get(f"/v1/flight-plans/{plan_id}/go-no-go").json()
    assert early["now"]["outcome"] == "no_go"
    assert [item["quantity"] for item in early["now"]["causes"]] == ["wind_mps", "gust_mps"]
    clears_at = datetime.fromisoformat(early["clears_at"])
    assert clears_at >= now + timedelta(minutes=20) - timedelta(seconds=1)
    city.call(city.services.weather_watch.tick())
    moved = firm.get(f"/v1/flight-plans/{plan_id}").json()
    assert moved["state"] == "approved"
    assert moved["version"] == 2
    starts_at = datetime.fromisoformat(moved["departure_at"])
    assert timedelta(0) <= starts_at - (now + timedelta(minutes=20)) < timedelta(seconds=10)
    said = firm.get(f"/v1/flight-plans/{plan_id}/go-no-go").json()
    assert [(item["outcome"], item["action"]) for item in said["said"]] == [("no_go", "delayed")]
    assert said["now"]["outcome"] == "go"
    told = firm.get("/v1/advisories").json()["items"]
    assert [item["kind"] for item in told if item["plan_id"] == plan_id] == ["weather_delay"]
    firm.post(f"/v1/flight-plans/{plan_id}/cancel")


def test_a_storm_without_end_stops_the_flight(city: ShiftedServer, regulator: httpx.Client, firm: httpx.Client) -> None:
    """Where no departure is known to be clear the plan stays as it is, and take-off is refused with the values."""
    now = city.now()
    aircraft_id = register(firm)
    filed = file(firm, plan(aircraft_id, now + timedelta(seconds=100)))
    assert filed.status_code == 201, filed.text
    plan_id = filed.json()["plan_id"]
    assert bring(regulator, table(now, (0.5, 239.9))).status_code == 201
    city.call(city.services.weather_watch.tick())
    said = firm.get(f"/v1/flight-plans/{plan_id}/go-no-go").json()
    assert [(item["outcome"], item["action"]) for item in said["said"]] == [("no_go", "stopped")]
    firm.post(f"/v1/flight-plans/{plan_id}/confirm")
    refused = firm.post(f"/v1/flight-plans/{plan_id}/activate")
    assert refused.status_code == 409, refused.text
    found = [item for item in refused.json()["decision"]["reasons"] if item["code"] == "weather_no_go"]
    assert "19 m/s" in found[0]["detail"]
    assert "10.8" in found[0]["detail_zh"]
    firm.post(f"/v1/flight-plans/{plan_id}/cancel")


def test_limits_of_a_model_hold_for_it_alone(city: ShiftedServer, regulator: httpx.Client, firm: httpx.Client) -> None:
    """A model declared for less wind is stopped by wind that others fly in; versions guard the change."""
    now = city.now()
    departs = [now + timedelta(minutes=20), now + timedelta(minutes=30)]
    ids = [register(firm, manufacturer="Maker", model=model) for model in ("Feather", "Anvil")]
    plan_ids = [
        file(firm, plan(aircraft_id, at)).json()["plan_id"] for aircraft_id, at in zip(ids, departs, strict=True)
    ]
    assert bring(regulator, table(now, (1, 200), wind_mps=8.0)).status_code == 201
    before = regulator.get("/v1/weather/limits")
    changed = {"limits": [*before.json()["limits"], {"manufacturer": "Maker", "model": "Feather", "wind_mps": 6.0}]}
    etag = {"If-Match": before.headers["ETag"]}
    assert regulator.put("/v1/weather/limits", json=changed, headers=etag).status_code == 200
    stale = regulator.put("/v1/weather/limits", json=changed, headers=etag)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    listed = {item["plan_id"]: item for item in firm.get("/v1/weather/go-no-go?within_s=3600").json()["items"]}
    assert [listed[plan_id]["outcome"] for plan_id in plan_ids] == ["no_go", "go"]
    with city.client("operator", 1) as other:
        shown = {item["plan_id"] for item in other.get("/v1/weather/go-no-go?within_s=3600").json()["items"]}
        assert not shown & set(plan_ids), "another firm's departures are not shown"
        assert other.get(f"/v1/flight-plans/{plan_ids[0]}/go-no-go").status_code == 404
    regulator.put("/v1/weather/limits", json={"limits": before.json()["limits"]})
    for plan_id in plan_ids:
        firm.post(f"/v1/flight-plans/{plan_id}/cancel")


@pytest.mark.parametrize(
    "body",
    [
        {"limits": [{"wind_mps": -1}]},
        {"limits": [{}]},
        {"limits": [{"wind_mps": 5, "colour": "red"}]},
        {"limits": None},
    ],
)
def test_unusable_limits_are_refused_with_their_field(
    city: ShiftedServer, regulator: httpx.Client, body: dict[str, Any]
) -> None:
    """What is wrong with limits is said with the field, and nothing changes."""
    before = regulator.get("/v1/weather/limits").json()
    refused = regulator.put("/v1/weather/limits", json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"].startswith("/limits")
    assert regulator.get("/v1/weather/limits").json() == before


def test_a_grib_file_gives_wind_from_its_components(city: ShiftedServer, regulator: httpx.Client) -> None:
    """GRIB 2 messages written by ecCodes, which we did not write, arrive as wind speed, direction and temperature."""
    eccodes = pytest.importorskip("eccodes")
    day = city.now().astimezone(UTC)
    content = b""
    for name, value in (("10u", -6.0), ("10v", 8.0), ("2t", 300.15)):
        content += grib_message(eccodes, name, value, day)
    found = regulator.post(
        "/v1/weather/forecasts", content=content, params={"format": "grib", "source": "model of the test"},
        headers={"Content-Type": "application/octet-stream"},
    )  # fmt: skip
    assert found.status_code == 201, found.text
    at = text(day.replace(minute=0, second=0, microsecond=0) + timedelta(minutes=30))
    cells = regulator.get("/v1/weather", params={"at": at}).json()
    assert cells["source"] == "model of the test"
    near = [item for item in cells["items"] if item["wind_mps"] is not None]
    assert near
    assert {item["wind_mps"] for item in near} == {10.0}
    assert {round(item["wind_from_deg"]) for item in near} == {143}, "it blows towards the north-west"
    assert {item["temperature_c"] for item in near} == {27.0}
    cut = regulator.post(
        "/v1/weather/forecasts", content=content[:-20], params={"format": "grib"},
        headers={"Content-Type": "application/octet-stream"},
    )  # fmt: skip
    assert (cut.status_code, cut.json()["code"]) == (422, "import_failed")


def grib_message(eccodes: Any, name: str, value: float, at: datetime) -> bytes:
    """Return one GRIB 2 message of a constant field over Guangdong, valid at the start of the hour."""
    handle = eccodes.codes_grib_new_from_samples("regular_ll_sfc_grib2")
    try:
        grid = {
            "Ni": 9, "Nj": 9, "latitudeOfFirstGridPointInDegrees": 24.0, "longitudeOfFirstGridPointInDegrees": 113.0,
            "latitudeOfLastGridPointInDegrees": 22.0, "longitudeOfLastGridPointInDegrees": 115.0,
            "iDirectionIncrementInDegrees": 0.25, "jDirectionIncrementInDegrees": 0.25,
            "dataDate": at.year * 10_000 + at.month * 100 + at.day, "dataTime": at.hour * 100, "shortName": name,
        }  # fmt: skip
        for key, held in grid.items():
            eccodes.codes_set(handle, key, held)
        eccodes.codes_set_values(handle, [value] * 81)
        message: bytes = eccodes.codes_get_message(handle)
        return message
    finally:
        eccodes.codes_release(handle)
