"""How routes are understood: datums, coordinate systems, speeds, holds, times, touching; and the judge's second opinion."""

import functools
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest

from tests.fakes import filing
from tests.fakes.filing import expect_approved, expect_problem, expect_refused, file, plan, point, window
from utm.city import load_city
from utm.judge import JudgedPlan, from_body, geoid_from_csv, judge, judge_pair

pytestmark = pytest.mark.slow

AsRole = Callable[..., httpx.Client]
SEPARATION = {"horizontal_m": 50.0, "vertical_m": 15.0, "time_buffer_s": 15.0}


@pytest.fixture
def firm(as_role: AsRole) -> httpx.Client:
    return as_role("operator")


def other(firm: httpx.Client, at: datetime, route: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Return the body of a plan of a new aircraft."""
    return plan(filing.register(firm), at, route, **more)


# -- heights -----------------------------------------------------------------------------------------------------------


@functools.cache
def _geoid() -> Callable[[float, float], float]:
    return geoid_from_csv(load_city("shenzhen").geoid_csv)


def test_the_datums_say_the_same_height(firm: httpx.Client) -> None:
    """AGL 50, AMSL 50 (flat ground at sea level) and HAE 50 + N must give the same volumes; N is negative here."""
    at = window()
    undulation_m = _geoid()(*filing.place(0, 0))
    assert -5 < undulation_m < -1
    aircraft = filing.register(firm)
    bounds = []
    for datum, alt_m in (("AGL", 50.0), ("AMSL", 50.0), ("HAE", 50.0 + undulation_m)):
        # A short hop: across it the geoid tilts by less than a millimetre.
        route = [point(0, 0, alt_m, datum), point(20, 0, alt_m, datum)]
        found = firm.post("/v1/flight-plans/check", json=plan(aircraft, at, route, speed_mps=5)).json()
        volume = found["volumes"][0]["volume"]
        bounds.append((volume["altitude_lower"]["value"], volume["altitude_upper"]["value"]))
    for low, high in bounds:
        assert low == pytest.approx(50 + undulation_m - 5, abs=0.01)
        assert high == pytest.approx(50 + undulation_m + 5, abs=0.01)


@pytest.mark.parametrize("datum", ["AGL", "AMSL", "HAE"])
def test_levels_one_separation_apart_do_not_conflict(firm: httpx.Client, datum: str) -> None:
    """Two flights on one route 15 m apart must both be approved in any datum, 14.9 m apart not."""
    at = window()
    expect_approved(firm, other(firm, at, [point(0, 0, 40, datum), point(3000, 2000, 40, datum)]))
    expect_approved(firm, other(firm, at, [point(0, 0, 55, datum), point(3000, 2000, 55, datum)]))
    reason = expect_refused(
        firm, other(firm, at, [point(0, 0, 69.9, datum), point(3000, 2000, 69.9, datum)]), "conflict_with_plan"
    )
    assert reason["vertical_margin_m"] == pytest.approx(-0.1, abs=0.02)


def test_levels_one_separation_apart_may_cross(firm: httpx.Client) -> None:
    """Routes that cross 15 m above each other in true height must both be approved wherever they cross."""
    at = window()
    expect_approved(firm, other(firm, at, [point(-1500, 0, 40), point(1500, 0, 40)]))
    expect_approved(firm, other(firm, at, [point(0, -1500, 55), point(0, 1500, 55)]))
    expect_approved(firm, other(firm, at, [point(-1000, -1000, 70), point(1000, 1000, 70)]))


# -- places ------------------------------------------------------------------------------------------------------------


def test_gcj02_lies_half_a_kilometre_from_wgs84(firm: httpx.Client) -> None:
    """The same numbers declared as GCJ-02 must give a flight about 600 m away, CGCS2000 the same as WGS-84."""
    at = window()
    aircraft = filing.register(firm)
    found = {
        crs: firm.post("/v1/flight-plans/check", json=plan(aircraft, at, crs=crs)).json()["volumes"]
        for crs in ("WGS84", "CGCS2000", "GCJ02")
    }
    assert found["WGS84"] == found["CGCS2000"]
    corner = [
        filing.metres(vertices[0]["lat"], vertices[0]["lng"])
        for vertices in (found[crs][0]["volume"]["outline_polygon"]["vertices"] for crs in ("WGS84", "GCJ02"))
    ]
    # GCJ-02 here is shifted to the south-east (about 310 m) and east (about 530 m): undone, the flight lies north-west.
    east, north = corner[1][0] - corner[0][0], corner[1][1] - corner[0][1]
    assert 500 < (east**2 + north**2) ** 0.5 < 700
    assert east < 0
    # Both may fly at once: they are 600 m apart.
    expect_approved(firm, other(firm, at, [point(0, 0), point(0, 300)], crs="WGS84"))
    expect_approved(firm, other(firm, at, [point(0, 0), point(0, 300)], crs="GCJ02"))


# -- times -------------------------------------------------------------------------------------------------------------


def _lasts_s(found: dict[str, Any]) -> float:
    ends, starts = (datetime.fromisoformat(found[name]) for name in ("ends_at", "starts_at"))
    return (ends - starts).total_seconds()


@pytest.mark.parametrize(
    ("route", "lasts_s"),
    [
        ([point(0, 0), point(1000, 0)], 100),
        ([point(0, 0, speed_mps=20), point(1000, 0), point(2000, 0)], 50 + 100),
        ([point(0, 0, hold_s=30), point(1000, 0, hold_s=12.5)], 30 + 100 + 12.5),
        ([point(0, 0, 0), point(0, 0, 100), point(1000, 0, 100), point(1000, 0, 0)], 10 + 100 + 10),
        ([point(0, 0, 20, speed_mps=5), point(300, 0, 60)], (300**2 + 40**2) ** 0.5 / 5),
        ([point(0, 0, t_s=0), point(1000, 0, t_s=61), point(1000, 0, t_s=90)], 90),
        ([point(0, 0, t_s=30, speed_mps=1), point(1000, 0, t_s=130, hold_s=99)], 100),
        ([point(0, 0, hold_s=60), point(0, 0, hold_s=15)], 75),
    ],
    ids=["cruise", "own-speed", "holds", "climbs", "slope", "times", "times-over-speeds", "hover"],
)
def test_how_long_a_flight_lasts(firm: httpx.Client, route: list[dict[str, Any]], lasts_s: float) -> None:
    """A leg must last its 3-D length over the speed of its start, a hold come first, and t_s override both."""
    at = window()
    found = expect_approved(firm, other(firm, at, route))
    assert _lasts_s(found) == pytest.approx(lasts_s, rel=3e-4, abs=2e-3)
    first_s = route[0].get("t_s") or 0
    assert datetime.fromisoformat(found["starts_at"]) == at + timedelta(seconds=first_s)


def test_a_hold_keeps_others_out_while_it_lasts(firm: httpx.Client) -> None:
    """A hovering flight must block its place for the hold and 15 s around, and no longer."""
    at = window()
    expect_approved(firm, other(firm, at, [point(0, 0), point(500, 0, hold_s=120), point(1000, 0)]))
    through = [point(500, -500), point(500, 500)]  # 50 s to the middle
    expect_refused(firm, other(firm, at + timedelta(seconds=70), through), "conflict_with_plan")
    # The hover ends at 170 s and leaves the middle at 10 m/s; 26 s later the middle is reached again.
    expect_approved(firm, other(firm, at + timedelta(seconds=170 + 26 - 50), through))


def test_the_time_buffer_is_inclusive_and_distances_are_strict(firm: httpx.Client) -> None:
    """Over one spot 14.9 s after another flight must be refused, 15.1 s allowed; 50 m beside allowed, 49.9 m not."""
    at = window()
    spot = [point(0, 0, t_s=0), point(0, 0, 51, t_s=10)]
    expect_approved(firm, other(firm, at, spot))
    expect_refused(firm, other(firm, at + timedelta(seconds=24.9), spot), "conflict_with_plan")
    expect_approved(firm, other(firm, at + timedelta(seconds=25.1), spot))
    expect_refused(firm, other(firm, at, [point(0, 49.9, t_s=0), point(0, 49.9, 51, t_s=10)]), "conflict_with_plan")
    expect_approved(firm, other(firm, at, [point(0, 50.01, t_s=0), point(0, 50.01, 51, t_s=10)]))


def test_a_vertical_climb_is_seen(firm: httpx.Client) -> None:
    """A climb on the spot must conflict with a flight that crosses it at a height it passes at that time, only then."""
    at = window()
    # 2 m/s from 0 to 100 m: 50 m is reached after 25 s.
    expect_approved(firm, other(firm, at, [point(0, 0, 0), point(0, 0, 100)], speed_mps=2))
    crossing = [point(-100, 0, 50), point(100, 0, 50)]  # 10 s to the middle
    expect_refused(firm, other(firm, at + timedelta(seconds=15), crossing), "conflict_with_plan")
    expect_approved(firm, other(firm, at + timedelta(seconds=60), crossing))


def test_a_plan_that_starts_where_another_ends(firm: httpx.Client) -> None:
    """Landing and taking off at one pad must be kept apart in time by the buffer, to the tenth of a second."""
    at = window()
    pad_in = [point(-200, 0, 50), point(0, 0, 50), point(0, 0, 0)]
    pad_out = [point(0, 0, 0), point(0, 0, 50), point(0, 200, 50)]
    landed = datetime.fromisoformat(expect_approved(firm, other(firm, at, pad_in))["ends_at"])
    expect_refused(firm, other(firm, landed + timedelta(seconds=14.9), pad_out), "conflict_with_plan")
    expect_approved(firm, other(firm, landed + timedelta(seconds=15.1), pad_out))


# -- a second opinion --------------------------------------------------------------------------------------------------


def _judged(name: str, body: dict[str, Any]) -> JudgedPlan:
    return from_body(name, body, SEPARATION, _geoid(), _geoid())


def _random_plan(rng: random.Random, aircraft: str, at: datetime) -> dict[str, Any]:
    """Return a flight, sometimes an operation in volumes, in a box so dense that many conflict."""
    begins = at + timedelta(seconds=rng.randrange(0, 600))
    x, y = rng.uniform(-900, 900), rng.uniform(-900, 900)
    if rng.random() < 0.15:
        low_m, ends = rng.uniform(0, 80), begins + timedelta(seconds=rng.uniform(20, 120))
        ring = None if rng.random() < 0.5 else filing.square(x, y, rng.uniform(10, 60))
        circle = (x, y, rng.uniform(10, 60)) if ring is None else None
        volume = filing.volume(ring, begins, ends, low_m=low_m, high_m=low_m + 20, circle=circle)
        return filing.volume_plan(aircraft, begins, [volume])
    datum, level_m = rng.choice(["AGL", "AMSL", "HAE"]), rng.choice([30.0, 45.0, 60.0, rng.uniform(20, 100)])
    route = [point(x, y, 0 if datum == "AGL" else level_m, datum), point(x, y, level_m, datum)]
    for _ in range(rng.randrange(1, 4)):
        x, y = rng.uniform(-900, 900), rng.uniform(-900, 900)
        hold = {"hold_s": rng.uniform(5, 40)} if rng.random() < 0.2 else {}
        route.append(point(x, y, level_m, datum, **hold))
    return plan(aircraft, begins, route, speed_mps=rng.uniform(6, 18))


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_approved_is_apart_and_what_is_refused_is_not(as_role: AsRole, seed: int) -> None:
    """Of hundreds of random plans the approved must hold no conflict by the judge, and each refusal be true by it."""
    rng, at = random.Random(seed), window()
    firm = as_role("operator", seed % 2)
    aircraft = [filing.register(firm) for _ in range(20)]
    bodies = [_random_plan(rng, rng.choice(aircraft), at) for _ in range(250)]
    answer = firm.post("/v1/flight-plans/batch", content=orjson.dumps({"plans": bodies}), timeout=60)
    assert answer.status_code == 207
    flying: dict[str, JudgedPlan] = {}
    count = {"approved": 0, "refused": 0}
    for body, item in zip(bodies, answer.json()["items"], strict=True):
        count[item["state"]] += 1
        mine = _judged(item["plan_id"], body)
        truly = {plan_id for plan_id, other in flying.items() if judge_pair(mine, other) is not None}
        named = {
            reason["other_plan_ref"] for reason in item["decision"]["reasons"] if reason["code"] == "conflict_with_plan"
        }
        assert named == truly, (item["plan_id"], body)
        assert (item["state"] == "refused") == bool(truly)
        if item["state"] == "approved":
            flying[item["plan_id"]] = mine
    assert judge(list(flying.values())) == []
    assert min(count.values()) > 30


# -- what cannot be flown ----------------------------------------------------------------------------------------------


def test_a_speed_beyond_the_aircraft_is_refused(firm: httpx.Client) -> None:
    """An aircraft with registered limits must be refused what it cannot fly, with the numbers."""
    aircraft = filing.register(firm, max_speed_mps=12, max_climb_mps=3)
    reason = expect_refused(firm, plan(aircraft, window(), speed_mps=13), "performance_exceeded")
    assert "13.0" in reason["detail"]
    assert "12.0" in reason["detail"]
    climb = [point(0, 0, 0), point(0, 0, 60), point(500, 0, 60)]
    assert expect_refused(firm, plan(aircraft, window(), climb), "performance_exceeded")["rule"] == "performance_climb"
    climb[0]["speed_mps"] = 3
    expect_approved(firm, plan(aircraft, window(), climb))


def test_the_ceiling_is_held_against_the_flight_with_its_tolerance(firm: httpx.Client) -> None:
    """115 m must be the highest level flight under the 120 m ceiling; touching is allowed, a centimetre more not."""
    expect_approved(firm, other(firm, window(), [point(0, 0, 115), point(500, 0, 115)]))
    reason = expect_refused(firm, other(firm, window(), [point(0, 0, 115.02), point(500, 0, 115.02)]), "above_ceiling")
    assert reason["vertical_margin_m"] == pytest.approx(-0.02, abs=0.006)
    below = [point(0, 0, 10), point(500, 0, -3)]
    assert expect_refused(firm, other(firm, window(), below), "below_terrain")["vertical_margin_m"] < 0


def test_a_plan_beyond_the_horizon_of_filing_is_refused(firm: httpx.Client) -> None:
    """More than a year ahead must be 422 and say so."""
    found = expect_problem(
        file(firm, other(firm, window() + timedelta(days=380), [point(0, 0), point(90, 0)])), 422, "validation_failed"
    )
    assert found["errors"][0]["code"] == "too_far_ahead"
