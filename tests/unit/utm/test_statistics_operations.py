"""Indicators of operations and the report made of them."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from airspace.corridors import Corridor, CorridorSet, parse_corridor
from airspace.timebase import to_scene_s
from tests.fakes.airspace_region import REGION, degrees, fly
from utm.statistics_noise import document as noise_document
from utm.statistics_operations import airspace_use, alert_indicators, bucket_starts, flight_indicators
from utm.store.operation_statistics import AlertTimes, FlightTimes

START = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)  # midnight of 2 March in Beijing
DAY = timedelta(days=1)


def flight(hours: float, *, late_s: float | None = None, state: str = "ended") -> FlightTimes:
    """Return a plan that departs so long after midnight in Beijing; it flew when `late_s` is given."""
    departs = START + timedelta(hours=hours)
    activated = None if late_s is None else (departs + timedelta(seconds=late_s)).isoformat()
    departure_s = to_scene_s(departs)
    return FlightTimes("fp_x", "org_x", state, departure_s, departure_s + 600, activated, None)


def alert(
    kind: str, *, waited_s: float | None, lasted_s: float | None = None, horizontal_m: float | None = None
) -> AlertTimes:
    """Return an alert raised at noon in Beijing."""
    raised = START + timedelta(hours=12)
    at = [None if value is None else (raised + timedelta(seconds=value)).isoformat() for value in (waited_s, lasted_s)]
    told = {"detail": "d", "detail_zh": "z", "horizontal_m": horizontal_m, "vertical_m": 10.0}
    return AlertTimes("al_x", kind, "warning", to_scene_s(raised), at[0], at[1], orjson.dumps(told).decode())


def test_a_day_is_shown_by_hours_of_beijing_and_a_month_by_its_days() -> None:
    """Buckets begin at full hours or days of Beijing time, whatever the offset the window was asked for in."""
    hours = bucket_starts(START, START + DAY)
    assert len(hours) == 24
    assert hours[0].isoformat() == "2026-03-02T00:00:00+08:00"
    days = bucket_starts(START, START + 31 * DAY)
    assert len(days) == 31
    assert days[-1].isoformat() == "2026-04-01T00:00:00+08:00"


def test_flights_fall_into_their_hour_and_keep_their_time_within_the_tolerance() -> None:
    """What did not fly has no punctuality; early counts like late; the last instant of an hour belongs to it."""
    found = flight_indicators(
        [
            flight(0.0, late_s=-30),
            flight(0.999, late_s=90),
            flight(1.0, state="refused"),
            flight(1.5, state="cancelled"),
        ],
        START,
        START + DAY,
        60.0,
    ).document(60.0)
    assert (found["departed"], found["on_time"], found["on_time_share"]) == (2, 1, 0.5)
    assert found["median_delay_s"] == 30.0
    first, second = found["series"][:2]
    assert (first["filed"], first["flown"], first["on_time_share"]) == (2, 2, 0.5)
    assert (second["filed"], second["refused"], second["cancelled"], second["on_time_share"]) == (2, 1, 1, None)


def test_nothing_flown_has_no_share_rather_than_zero() -> None:
    """Shares and quantiles of nothing are unknown."""
    found = flight_indicators([], START, START + DAY, 60.0).document(60.0)
    assert found["on_time_share"] is None
    assert found["median_delay_s"] is None


def test_alerts_tell_how_long_they_waited() -> None:
    """Responses count only alerts somebody acknowledged; the closest encounter comes first, unknown ones last."""
    found = alert_indicators(
        [
            alert("loss_of_separation", waited_s=10, lasted_s=60, horizontal_m=40.0),
            alert("loss_of_separation", waited_s=30, horizontal_m=12.0),
            alert("loss_of_separation", waited_s=None),
            alert("link_lost", waited_s=20),
        ]
    )
    told = found["alerts"]
    assert (told["total"], told["acknowledged"], told["not_acknowledged"]) == (4, 3, 1)
    assert (told["median_response_s"], told["median_duration_s"]) == (20.0, 60.0)
    assert told["kinds"][0] == {
        "kind": "loss_of_separation", "total": 3, "emergency": 0, "warning": 3, "caution": 0, "advisory": 0,
    }  # fmt: skip
    assert [item["horizontal_m"] for item in found["separation"]["closest"]] == [12.0, 40.0, None]


def test_corridors_and_cells_are_counted_by_the_flights_that_used_them() -> None:
    """A flight along a corridor counts with its kilometres in it; one that stays away does not."""
    line = [[lon, lat] for lat, lon in (degrees(REGION, 0, 0), degrees(REGION, 2000, 0))]
    properties = {
        "corridor_id": "co_x", "name": "X", "width_m": 80, "lower_m": 40, "upper_m": 80, "datum": "AGL", "direction": "both",
    }  # fmt: skip
    feature = {"type": "Feature", "geometry": {"type": "LineString", "coordinates": line}, "properties": properties}
    corridor = parse_corridor(feature, REGION)
    assert isinstance(corridor, Corridor), corridor
    corridors = CorridorSet.of([corridor], REGION)
    along, beside = fly((0, 0, 60), (1500, 0, 60)), fly((0, 500, 60), (1500, 500, 60))
    found = airspace_use([along.trajectory, beside.trajectory, ()], REGION, corridors)
    assert found["flights"] == 2
    (used,) = found["corridors"]
    assert (used["flights"], used["flown_km"]) == (1, pytest.approx(1.5, abs=0.01))
    assert sum(item["flights"] for item in found["cells"]) >= 2


def test_the_loudest_cell_comes_first() -> None:
    """Cells are ranked by their exposure."""
    found = noise_document({"a": 1.0, "b": 5.04}, 8)
    assert found["cells"] == [{"cell": "b", "seconds_at_reference": 5.0}, {"cell": "a", "seconds_at_reference": 1.0}]
