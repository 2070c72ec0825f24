"""A month's report is the sum of its days, over two days that were flown and recorded on a server in this process."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import filing
from tests.integration.test_api_alerts import City, city, fly_at_each_other
from utm.api.statistics_operations import noise_of
from utm.statistics_operations import BEIJING, CELL_RESOLUTION

pytestmark = pytest.mark.slow

DAYS = ("2026-03-01", "2026-03-02")
ALOFT_S = 6
DELIVERIES = ("created", "delivered", "failed", "returned", "cancelled", "open", "flights", "late")
FIRM = ("requested", "approved", "refused", "pending", "lapsed", "displaced", "offers_taken")


async def asked(world: City, role: str, nth: int, path: str, body: Any = None, status: int | None = None) -> Any:
    """Return the answer to a POST; any of 2xx unless a status is wanted."""
    async with world.client(role, nth) as client:
        answer = await client.post(path, json=body)
        assert answer.status_code == status if status else answer.is_success, answer.text
        return answer.json()


async def report(world: City, output: str, **span: str) -> Any:
    """Return the dispatcher's report of a day or month."""
    async with world.client("dispatcher") as client:
        query = {**span, "format": output, "lang": "en"}
        answer = await client.get("/v1/statistics/report", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json() if output == "json" else answer.text


async def way_of_a_corridor(world: City, aircraft_id: str) -> list[dict[str, Any]]:
    """Return a level way along a corridor of the city that would be approved."""
    async with world.client("operator") as client:
        for item in (await client.get("/v1/corridors")).json()["items"]:
            values, line = item["properties"], item["geometry"]["coordinates"]
            middle_m = (values["lower_m"] + values["upper_m"]) / 2
            ends = [
                {"lat_deg": at[1], "lon_deg": at[0], "alt_m": middle_m, "alt_datum": values["datum"]} for at in line[:2]
            ]
            body = filing.plan(aircraft_id, world.clock.now() + timedelta(minutes=10), ends)
            told = (await client.post("/v1/flight-plans/check", json=body)).json()
            if told.get("decision", {}).get("outcome") == "approved":
                return ends
    raise AssertionError("no corridor of the city can be flown")


async def flown(world: City, aircraft_id: str, nth: int, way: list[dict[str, Any]]) -> None:
    """File a flight, have the same way refused to the other firm and another cancelled, then fly and record it."""
    departs: datetime = world.clock.now() + timedelta(minutes=10)
    plan = await asked(world, "operator", nth, "/v1/flight-plans", filing.plan(aircraft_id, departs, way))
    other = await world.aircraft(1 - nth, f"R{aircraft_id[-7:].upper()}")
    await asked(world, "operator", 1 - nth, "/v1/flight-plans", filing.plan(other, departs, way), status=409)
    given_up = filing.plan(other, departs, [filing.point(0, 4_000), filing.point(300, 4_000)])
    spare = await asked(world, "operator", 1 - nth, "/v1/flight-plans", given_up)
    await asked(world, "operator", 1 - nth, f"/v1/flight-plans/{spare['plan_id']}/cancel")
    path = f"/v1/flight-plans/{plan['plan_id']}"
    await asked(world, "operator", nth, f"{path}/confirm")
    world.clock.advance(600)
    await asked(world, "operator", nth, f"{path}/activate")
    for _ in range(ALOFT_S):
        at = {name: way[0][name] for name in ("lat_deg", "lon_deg")}
        await world.report("operator", nth, [{**at, "alt_agl_m": 60.0, "aircraft_id": aircraft_id}])
        world.clock.advance(1)
        world.services.hub.tick()
    await asked(world, "operator", nth, f"{path}/end")


async def a_day(world: City, day: int, flights: int) -> None:
    """Fly a day: flights, a meeting that somebody answers on the first day only, an order, and one order given up."""
    marks = [f"D{day}F{n}HOME" for n in range(flights)]
    drones = [await world.aircraft(n % 2, mark) for n, mark in enumerate(marks)]
    for n, aircraft_id in enumerate(drones):
        lane = [filing.point(0, 2_000 + 500 * n), filing.point(300, 2_000 + 500 * n)]
        await flown(world, aircraft_id, n % 2, await way_of_a_corridor(world, aircraft_id) if n == 0 else lane)
    first, second = await world.aircraft(0, f"D{day}MEETS1"), await world.aircraft(1, f"D{day}MEETS2")
    await fly_at_each_other(world, first, second, 4)
    (alert,) = [item for item in await world.alerts(state="open") if item["kind"] == "loss_of_separation"]
    if day == 1:
        world.clock.advance(7)
        await asked(world, "dispatcher", 0, f"/v1/alerts/{alert['alert_id']}/acknowledge", {"initials": "AB"})
    order = {"origin_site_id": "st_talent_park", "destination_site_id": "st_happy_coast", "payload_kg": 1.0}
    for _ in range(day):
        made = await asked(world, "operator", 0, "/v1/orders", {**order, "priority_class": "standard"})
        await asked(world, "operator", 0, f"/v1/orders/{made['order_id']}/cancel")


def expect_sum(month: dict[str, Any], days: list[dict[str, Any]], *names: str) -> None:
    """Each named figure of the month is that of the days together."""
    assert {name: month[name] for name in names} == {name: sum(day[name] for day in days) for name in names}


def expect_sums(
    month: list[dict[str, Any]], days: list[list[dict[str, Any]]], key: str, *names: str, place: float = 0.0
) -> None:
    """Each named figure of every line of the month, lines being told by a key, is that of the days together.

    Figures of two days and of their month that are rounded to a place may differ by half of it three times.
    """
    for name in names:
        by_key: Counter[str] = Counter()
        for day in days:
            for line in day:
                by_key[line[key]] += line[name]
        assert {line[key]: line[name] for line in month if line[name]} == pytest.approx(
            {told: value for told, value in by_key.items() if value}, abs=1.5 * place + 1e-9
        ), name


async def test_the_month_is_the_sum_of_its_recorded_days(tmp_path: Path) -> None:
    """Every figure of a month that can be summed is that of its two recorded days together, noise per cell included."""
    async with city(tmp_path) as world:
        began = world.clock.now()
        await a_day(world, 1, 1)
        world.clock.advance(86_400 - (world.clock.now() - began).total_seconds())
        world.services.hub.tick()
        await a_day(world, 2, 2)
        days = [await report(world, "json", day=day) for day in DAYS]
        month = await report(world, "json", month=DAYS[0][:7])
        check_flights(month, days)
        check_alerts_and_airspace(month, days)
        await check_noise(world)


def check_flights(month: dict[str, Any], days: list[dict[str, Any]]) -> None:
    """Flights by day of departure, requests of the city and of each firm, refusals by cause, and orders."""
    assert [day["flights"]["departed"] for day in days] == [1, 2]
    flights = [day["flights"] for day in days]
    expect_sum(month["flights"], flights, "departed", "on_time")
    figures = ("filed", "flown", "refused", "cancelled")
    assert len(month["flights"]["series"]) == 31
    for day, bucket in zip(flights, month["flights"]["series"], strict=False):
        assert {name: bucket[name] for name in figures} == {
            name: sum(hour[name] for hour in day["series"]) for name in figures
        }
        assert bucket["filed"] == 3 * day["departed"], "flown, refused and cancelled"
    assert not any(bucket[name] for bucket in month["flights"]["series"][2:] for name in figures)
    requests = [day["requests"] for day in days]
    expect_sum(month["requests"], requests, *FIRM)
    expect_sums(month["requests"]["refusals"], [day["refusals"] for day in requests], "code", "plans")
    expect_sums(month["firms"], [day["firms"] for day in days], "organisation_id", *FIRM)
    deliveries = [day["deliveries"] for day in days]
    expect_sum(month["deliveries"], deliveries, *DELIVERIES)
    assert [day["cancelled"] for day in deliveries] == [1, 2]
    assert month["deliveries"]["length_km"] == pytest.approx(sum(day["length_km"] for day in deliveries))


def check_alerts_and_airspace(month: dict[str, Any], days: list[dict[str, Any]]) -> None:
    """Alerts by kind, severity and answer, encounters, and flights and kilometres of each corridor and cell."""
    alerts = [day["alerts"] for day in days]
    expect_sum(month["alerts"], alerts, "total", "acknowledged", "not_acknowledged")
    assert [day["acknowledged"] for day in alerts] == [1, 0]
    severities = ("emergency", "warning", "caution", "advisory")
    expect_sums(month["alerts"]["kinds"], [day["kinds"] for day in alerts], "kind", "total", *severities)
    answered = [day["response_by_severity"] for day in alerts]
    expect_sums(month["alerts"]["response_by_severity"], answered, "severity", "acknowledged")
    separation = [day["separation"] for day in days]
    expect_sum(month["separation"], separation, "predicted_losses")
    assert [day["predicted_losses"] for day in separation] == [1, 1]
    told = {item["alert_id"] for day in separation for item in day["closest"]}
    assert {item["alert_id"] for item in month["separation"]["closest"]} == told
    airspace = [day["airspace"] for day in days]
    expect_sum(month["airspace"], airspace, "flights")
    assert [day["flights"] for day in airspace] == [1, 2]
    corridors = [day["corridors"] for day in airspace]
    expect_sums(month["airspace"]["corridors"], corridors, "corridor_id", "flights")
    expect_sums(month["airspace"]["corridors"], corridors, "corridor_id", "flown_km", place=0.01)
    assert sum(line["flights"] for line in month["airspace"]["corridors"]) >= 2, "one a day kept to a corridor"
    expect_sums(month["airspace"]["cells"], [day["cells"] for day in airspace], "cell", "flights")


async def check_noise(world: City) -> None:
    """Seconds at 50 m of each cell are those of both recordings, and the page names the loudest cell of the month."""
    starts = [datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=BEIJING) for day in DAYS]
    days = [await noise_of(world.services, at, at + timedelta(days=1), CELL_RESOLUTION) for at in starts]
    month = await noise_of(world.services, starts[0], starts[0] + timedelta(days=31), CELL_RESOLUTION)
    assert all(day["cells"] for day in days), "both days were recorded"
    expect_sums(month["cells"], [day["cells"] for day in days], "cell", "seconds_at_reference", place=0.1)
    page = await report(world, "html", month=DAYS[0][:7])
    assert month["cells"][0]["cell"] in page
