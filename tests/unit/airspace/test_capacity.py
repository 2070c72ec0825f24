"""Capacity of cells."""

from dataclasses import replace
from typing import Any

import h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airspace.capacity import CellJudge, limit_spans, limited, overfull, stays_in
from airspace.geometry4d import PlanGeometry, Prism, Trajectory4D
from airspace.intervals import Intervals
from airspace.policy import Policy, policy_from_dict, policy_to_dict
from airspace.policy_parts import CellLimit
from airspace.timebase import from_scene_s
from tests.fakes.airspace_region import LAT, LON, ORIGIN, REGION, fly
from tests.unit.airspace.test_approval import CLEAN, DEMO, T0, codes, intent, judge, scene

CELL = h3.str_to_int(h3.latlng_to_cell(LAT, LON, 8))
NAME = h3.int_to_str(CELL)


class Traffic:
    """Other plans in the air; nobody is at a site. `flights_in` returns all, which is allowed."""

    def __init__(self, **plans: PlanGeometry) -> None:
        self.plans = dict(plans)

    def pad_events(self, site_id: str, from_s: float, to_s: float) -> list[Any]:
        return []

    def flights_in(self, prism: Prism) -> list[tuple[str, PlanGeometry]]:
        return list(self.plans.items())


def hover(from_s: float, to_s: float, east_m: float = 0.0) -> Trajectory4D:
    """Return a hover near the test origin."""
    place = [ORIGIN[0] + east_m, ORIGIN[1], 50.0]
    return Trajectory4D(np.array([[*place, from_s, *place, to_s]]), np.zeros(1, np.int32))


def sampled(geometry: Trajectory4D, cell: int, step_s: float = 0.5) -> Intervals:
    """Return when points of a flight lie in a cell by H3 itself, to the step."""
    rows, times = geometry.segments, np.arange(geometry.starts_s, geometry.ends_s, step_s)
    which = np.clip(np.searchsorted(rows[:, 7], times), 0, len(rows) - 1)
    share = (times - rows[which, 3]) / (rows[which, 7] - rows[which, 3])
    x, y = (rows[which, k] + share * (rows[which, k + 4] - rows[which, k]) for k in (0, 1))
    lat, lon = REGION.frame.to_lat_lon(x, y)
    inside = [h3.str_to_int(h3.latlng_to_cell(a, b, 8)) == cell for a, b in zip(lat, lon, strict=True)]
    return [(float(t), float(t)) for t, yes in zip(times, inside, strict=True) if yes]


def test_a_stay_is_what_h3_says_to_a_metre() -> None:
    """Clipping against the hexagon agrees with asking H3 along the way, except within a step of its edges."""
    path = fly((-1500, -400, 60), (1800, 300, 60), (-900, 900, 60))
    found: dict[int, Intervals] = {cell: stays_in(path.trajectory, cell, REGION) for cell in path.cells(REGION, 20.0)}
    total = sum(end - start for spans in found.values() for start, end in spans)
    assert total == pytest.approx(path.trajectory.ends_s - path.trajectory.starts_s, abs=0.3)
    for cell, spans in found.items():
        for at, _ in sampled(path.trajectory, cell):
            assert any(start - 0.2 <= at <= end + 0.2 for start, end in spans)


def test_a_flight_that_comes_back_has_two_stays_and_one_that_waits_has_one() -> None:
    """Legs that join inside the cell are one stay."""
    back = fly((0, 0, 60), (3000, 0, 60), (0, 100, 60)).trajectory
    assert len(stays_in(back, CELL, REGION)) == 2
    assert stays_in(hover(100.0, 900.0), CELL, REGION) == [(100.0, 900.0)]
    assert stays_in(hover(100.0, 900.0, 5_000.0), CELL, REGION) == []
    assert len(stays_in(CLEAN.trajectory, CELL, REGION)) == 1


def test_volumes_are_in_every_cell_they_touch() -> None:
    """For their window, whatever their height."""
    disc = Prism(None, (ORIGIN[0], ORIGIN[1], 100.0), 0.0, 50.0, 10.0, 60.0)
    corners = REGION.grid.outline_m(CELL)
    far = Prism(corners + np.array([5_000.0, 0.0]), None, 0.0, 50.0, 10.0, 60.0)
    assert stays_in((disc, far), CELL, REGION) == [(10.0, 60.0)]
    assert stays_in((far,), CELL, REGION) == []


def test_a_cells_own_limit_stands_in_place_of_the_citys_in_its_hours() -> None:
    """Hours are Beijing time; over midnight too; the smallest of several counts."""
    ten = T0 - (T0 + 8 * 3600) % 86_400 + 10 * 3600  # 10:00 in Beijing
    policy = Policy(
        max_flights_per_cell=5,
        cell_limits=(CellLimit(NAME, 2, 10, 12), CellLimit(NAME, 3, 11, 13), CellLimit(NAME, 0, 22, 6)),
    )
    spans = limit_spans(policy, NAME, ten - 60, ten + 4 * 3600)
    assert spans == [
        (ten - 60, ten, 5),
        (ten, ten + 7200, 2),
        (ten + 7200, ten + 3 * 3600, 3),
        (ten + 3 * 3600, ten + 4 * 3600, 5),
    ]
    assert limit_spans(policy, NAME, ten - 8 * 3600, ten - 7 * 3600) == [(ten - 8 * 3600, ten - 7 * 3600, 0)]
    other = h3.int_to_str(h3.str_to_int(h3.latlng_to_cell(LAT + 0.05, LON, 8)))
    assert limit_spans(policy, other, 0.0, 10.0) == [(0.0, 10.0, 5)]
    free = Policy(cell_limits=(CellLimit(NAME, 2, 10, 12),))
    assert limit_spans(free, NAME, ten - 60, ten + 60) == [(ten, ten + 60, 2)]
    assert limit_spans(free, other, 0.0, 10.0) == []
    assert limited(free)
    assert not limited(Policy())


def test_a_cell_is_overfull_where_one_more_would_exceed_its_limit() -> None:
    """Half-open stays: leaving and entering in one instant never makes two."""
    stays = [[(0.0, 10.0)], [(10.0, 20.0)], [(5.0, 15.0)]]
    assert overfull(stays, [(0.0, 100.0, 2)]) == [(5.0, 15.0)]
    assert overfull(stays, [(0.0, 100.0, 1)]) == [(0.0, 20.0)]
    assert overfull(stays, [(0.0, 100.0, 3)]) == []
    assert overfull([], [(0.0, 7.0, 0)]) == [(0.0, 7.0)]


def test_a_full_cell_refuses_with_the_cell_and_when_there_is_room() -> None:
    """The delay told, taken, is approved."""
    policy = replace(DEMO, max_flights_per_cell=1)
    crowd = Traffic(fp_x=hover(T0 - 100.0, T0 + 40.0))
    decision = judge(intent(CLEAN), policy, traffic=crowd)
    assert (decision.outcome, codes(decision)) == ("refused", ["cell_capacity"])
    found = decision.reasons[0]
    assert (found.h3_cell, found.rule, found.starts_s) == (NAME, "cell_capacity", T0)
    assert found.frees_s == pytest.approx(T0 + 40.0)
    assert "depart 40 s later" in found.detail
    later = intent(replace(CLEAN, trajectory=CLEAN.trajectory.shifted(40.0)))
    assert judge(later, policy, traffic=crowd).outcome == "approved"
    assert judge(intent(CLEAN, plan_id="fp_x"), policy, traffic=crowd).outcome == "approved"
    assert judge(intent(CLEAN), policy, traffic=crowd, ignore=("fp_x",)).outcome == "approved"
    assert judge(intent(CLEAN), DEMO, traffic=crowd).outcome == "approved"


def test_a_closed_cell_has_no_time_to_name() -> None:
    """A limit of 0 refuses everybody in it, at all hours."""
    closed = replace(DEMO, cell_limits=(CellLimit(NAME, 0),))
    decision = judge(intent(CLEAN), closed, traffic=Traffic())
    assert codes(decision) == ["cell_capacity"]
    assert decision.reasons[0].frees_s is None


def test_delays_that_meet_a_full_cell_are_named() -> None:
    """At their ends the flight fits, inside it does not."""
    policy = Policy(max_flights_per_cell=1)
    judge_cells = CellJudge(policy, REGION, Traffic(a=hover(T0 + 200.0, T0 + 300.0)).flights_in)
    own = hover(T0, T0 + 50.0)
    assert judge_cells.forbidden_shifts(own, [CELL], 0.0, 1_000.0) == [(150.0, 300.0)]
    assert judge_cells.lost(own.shifted(150.0), [CELL], ()) == []
    assert len(judge_cells.lost(own.shifted(151.0), [CELL], ())) == 1


flights = st.lists(
    st.tuples(st.integers(0, 600), st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=2, max_size=4)),
    min_size=3,
    max_size=14,
)


@settings(max_examples=40, deadline=None)
@given(flights=flights, most=st.integers(1, 3))
def test_capacity_is_never_exceeded(flights: list[tuple[int, list[tuple[int, int]]]], most: int) -> None:
    """Filed in any order and judged with those before, no cell ever holds more flights than its limit."""
    policy = replace(DEMO, max_flights_per_cell=most)
    crowd = Traffic()
    cells: set[int] = set()
    for number, (delay_s, points) in enumerate(flights):
        path = fly((0, 0, 50), *((100.0 * x, 100.0 * y, 60 + number) for x, y in points))
        moved = replace(path, trajectory=path.trajectory.shifted(float(delay_s)))
        plan = intent(moved)
        if judge(plan, policy, scene(), traffic=crowd).outcome == "approved":
            crowd.plans[f"fp_{number}"] = moved.trajectory
            cells |= plan.cells
    for cell in cells:
        stays = [stays_in(geometry, cell, REGION) for geometry in crowd.plans.values()]
        for instant in {start for spans in stays for start, _ in spans}:
            present = sum(any(a <= instant < b - 1e-6 for a, b in spans) for spans in stays)
            assert present <= most, from_scene_s(instant)


def test_limits_survive_their_json_form_and_faults_are_named() -> None:
    """A cell's limit is read back as written; what is no cell of resolution 8 is refused."""
    policy = Policy(cell_limits=(CellLimit(NAME, 3, 7, 9, "noise"), CellLimit(NAME, 0)))
    assert policy_from_dict(policy_to_dict(policy)) == policy
    faults = policy_from_dict({"cell_limits": [{"cell": "8841", "max_flights": -1}, {"cell": NAME, "hours": 3}]})
    assert isinstance(faults, list)
    assert {(f.pointer, f.code) for f in faults} == {
        ("/cell_limits/0/cell", "not_a_cell"),
        ("/cell_limits/0/max_flights", "out_of_range"),
        ("/cell_limits/1/hours", "unknown_field"),
        ("/cell_limits/1/max_flights", "wrong_type"),
    }
