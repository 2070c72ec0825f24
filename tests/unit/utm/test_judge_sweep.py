"""The judge over many plans: the same answers as testing every pair, and quick enough for a city's day."""

import itertools

import numpy as np
import pytest
from shapely import Point, Polygon

from utm.judge import JudgedPlan, JudgedVolume, against, judge, judge_pair, sweep


def traffic(count: int, seed: int, *, side_m: float, hours: float) -> list[JudgedPlan]:
    """Return seeded flights: climb, some legs, a hold, descend; every tenth plan is volumes."""
    rng = np.random.default_rng(seed)
    plans = []
    for k in range(count):
        minima = (
            float(rng.choice([30.0, 50.0, 80.0])),
            float(rng.choice([10.0, 15.0])),
            float(rng.choice([0, 15, 30])),
        )
        clock = float(rng.uniform(0, hours * 3600))
        here = rng.uniform(0, side_m, 2)
        if k % 10 == 9:
            shape = (
                Point(*here) if k % 20 == 9 else Polygon(here + np.array([[0, 0], [900, 50], [700, 800], [50, 600]]))
            )
            volume = JudgedVolume(shape, 300.0 if k % 20 == 9 else 0.0, 40.0, 80.0, clock, clock + 900.0)
            plans.append(JudgedPlan(f"fp_{k}", np.empty((0, 8)), (volume,), *minima))
            continue
        height = float(rng.choice([45, 60, 75, 90, 105]))
        stops = [(*here, 0.0), (*here, height)]
        for _ in range(int(rng.integers(1, 5))):
            here = np.clip(here + rng.normal(0, side_m / 6, 2), 0, side_m)
            stops.append((*here, height))
        stops.append((*here, 0.0))
        rows = []
        for a, b in itertools.pairwise(stops):
            length = float(np.linalg.norm(np.subtract(a, b)))
            if length > 0:
                rows.append((*a, clock, *b, clock + length / (3.0 if a[:2] == b[:2] else 15.0)))
                clock = rows[-1][7]
        hold = (*stops[-1], clock, *stops[-1], clock + 40.0)
        plans.append(JudgedPlan(f"fp_{k}", np.array([*rows, hold]), (), *minima))
    return plans


def test_the_sweep_finds_exactly_what_all_pairs_find() -> None:
    """On dense mixed traffic the filtered judge and the all-pairs judge name the same pairs, alike in every field."""
    plans = traffic(160, 7, side_m=4000.0, hours=0.4)
    every = [judge_pair(a, b) for i, a in enumerate(plans) for b in plans[i + 1 :]]
    expected = [found for found in every if found is not None]
    assert len(expected) > 100
    assert judge(plans) == expected


def test_one_against_many_says_what_the_whole_sweep_says_of_it() -> None:
    """Of each plan in dense mixed traffic, its conflicts with the others are those of all pairs, alike in every field."""
    plans = traffic(90, 3, side_m=3000.0, hours=0.3)
    for k, plan in enumerate(plans[:20]):
        others = [*plans[:k], *plans[k + 1 :]]
        every = [judge_pair(plan, other) for other in others]
        assert against(plan, others) == [found for found in every if found is not None]
    # What one firm's plan reserves beside it bears its name and is not held apart from it.
    assert not [found for found in against(plans[0], [plans[0]]) if found.plan_b == plans[0].plan_ref]
    assert against(plans[0], []) == []


def test_few_plans_are_judged_as_many_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compared each with each or by the grid, the same pairs of legs are named for the exact test or lose nothing."""
    plans = traffic(14, 5, side_m=1500.0, hours=0.1)
    few = judge(plans)
    assert len(few) > 5
    monkeypatch.setattr(sweep, "_FEW", 0)
    assert judge(plans) == few


def test_a_days_plans_are_judged_whole() -> None:
    """Every conflict the sweep finds among four thousand plans of a half day is one the pair test finds alone."""
    plans = traffic(4000, 11, side_m=40_000.0, hours=12.0)
    by_ref = {plan.plan_ref: plan for plan in plans}
    found = judge(plans)
    assert found
    assert all(judge_pair(by_ref[one.plan_a], by_ref[one.plan_b]) == one for one in found)


def test_parts_under_one_reference_are_not_held_apart() -> None:
    """A plan and the volume it holds beside itself share a reference and cannot be in conflict."""
    plan = JudgedPlan("fp_1", np.array([[0, 0, 50, 0, 1000, 0, 50, 100.0]]), (), 50.0, 15.0, 15.0)
    held = JudgedVolume(Point(500, 0), 100.0, 0.0, 100.0, 0.0, 100.0)
    assert judge([plan, JudgedPlan("fp_1", np.empty((0, 8)), (held,), 50.0, 15.0, 15.0)]) == []
    assert len(judge([plan, JudgedPlan("fp_2", np.empty((0, 8)), (held,), 50.0, 15.0, 15.0)])) == 1


def test_nothing_and_one_plan_have_no_conflicts() -> None:
    """An empty sky and a lone flight are fine."""
    assert judge([]) == []
    assert judge(traffic(1, 1, side_m=1000.0, hours=1.0)) == []
