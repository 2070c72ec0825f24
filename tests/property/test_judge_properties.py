"""The judge against dense sampling and against its own symmetries, on random small scenes."""

import itertools
import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, Polygon

from utm.judge import JudgedPlan, JudgedVolume, judge_pair
from utm.judge.pairs import TOUCH_HEIGHT_M, boxes_of

H, V, T = 50.0, 15.0, 15.0
STEP_S = 0.5

places = st.tuples(
    st.sampled_from([-300.0, -50.0, 0.0, 50.0, 130.0, 300.0]) | st.floats(-400, 400),
    st.sampled_from([-300.0, -50.0, 0.0, 50.0, 130.0, 300.0]) | st.floats(-400, 400),
    st.sampled_from([0.0, 45.0, 60.0, 75.0]) | st.floats(0, 120),
)


@st.composite
def flights(draw: st.DrawFn, ref: str) -> JudgedPlan:
    stops = draw(st.lists(places, min_size=2, max_size=4))
    clock = draw(st.sampled_from([0.0, 15.0, 30.0]) | st.floats(0, 60))
    rows = []
    for a, b in itertools.pairwise(stops):
        length = math.dist(a, b)
        seconds = length / draw(st.floats(3, 20)) if length > 1 else draw(st.floats(1, 30))
        rows.append((*a, clock, *b, clock + seconds))
        clock += seconds
    return JudgedPlan(ref, np.array(rows), (), H, V, T)


@st.composite
def volume_plans(draw: st.DrawFn, ref: str) -> JudgedPlan:
    x, y, _ = draw(places)
    size = draw(st.floats(5, 200))
    low = draw(st.sampled_from([0.0, 30.0, 60.0]))
    start = draw(st.floats(0, 80))
    round_one = draw(st.booleans())
    shape = Point(x, y) if round_one else Polygon([(x, y), (x + size, y), (x, y + size)])
    volume = JudgedVolume(shape, size if round_one else 0.0, low, low + 20.0, start, start + draw(st.floats(0, 60)))
    return JudgedPlan(ref, np.empty((0, 8)), (volume,), H, V, T)


def sampled(plan: JudgedPlan) -> np.ndarray:
    """Return (n, 4) points x y z t along the legs, at most STEP_S apart, ends included."""
    rows = []
    for leg in plan.legs:
        k = np.linspace(0, 1, max(2, math.ceil((leg[7] - leg[3]) / STEP_S) + 1))[:, None]
        rows.append(leg[:4] + k * (leg[4:] - leg[:4]))
    return np.concatenate(rows)


def sampled_loss(a: JudgedPlan, b: JudgedPlan, slack_m: float, slack_s: float) -> bool:
    """Say whether some sampled pair of instants loses separation, with the limits widened by the slacks."""
    p, q = sampled(a)[:, None, :], sampled(b)[None, :, :]
    apart = np.hypot(p[..., 0] - q[..., 0], p[..., 1] - q[..., 1])
    rise = np.abs(p[..., 2] - q[..., 2])
    gap = np.abs(p[..., 3] - q[..., 3])
    touching_m = TOUCH_HEIGHT_M if slack_m < 0 else 0.0  # what surely is a loss lies below the height's own tolerance
    return bool(((apart < H + slack_m) & (rise < V + slack_m - touching_m) & (gap <= T + slack_s)).any())


def fastest(*plans: JudgedPlan) -> float:
    legs = np.concatenate([plan.legs for plan in plans])
    return float((np.linalg.norm(legs[:, 4:7] - legs[:, :3], axis=1) / (legs[:, 7] - legs[:, 3])).max())


@given(flights("fp_a"), flights("fp_b"))
@settings(max_examples=400, deadline=None)
def test_judge_agrees_with_dense_sampling(a: JudgedPlan, b: JudgedPlan) -> None:
    """What sampling finds lost the judge finds; what the judge finds, sampling finds within its own resolution."""
    verdict = judge_pair(a, b)
    if sampled_loss(a, b, -1e-5, 0.0):
        assert verdict is not None
    if verdict is not None:
        assert sampled_loss(a, b, 2 * fastest(a, b) * STEP_S + 1e-3, 2 * STEP_S)


@given(flights("fp_a"), flights("fp_b"))
@settings(max_examples=200, deadline=None)
def test_the_moment_named_is_a_real_loss(a: JudgedPlan, b: JudgedPlan) -> None:
    """Both flights are where the finding says, within the minima, at instants within the buffer."""
    found = judge_pair(a, b)
    if found is None:
        return
    gap_s = abs((found.at_a - found.at_b).total_seconds())
    assert gap_s <= T + 1e-4
    assert found.horizontal_m < H
    assert found.vertical_m < V + 1e-6
    p, q = a.legs[found.part_a], b.legs[found.part_b]
    epoch_s = found.at_a.timestamp() - 1735689600.0, found.at_b.timestamp() - 1735689600.0
    here = [
        leg[:3] + (t - leg[3]) / (leg[7] - leg[3]) * (leg[4:7] - leg[:3])
        for leg, t in zip((p, q), epoch_s, strict=True)
    ]
    assert math.hypot(*(here[0] - here[1])[:2]) < H + 1e-3
    assert abs(here[0][2] - here[1][2]) < V + 1e-3


@given(flights("fp_a") | volume_plans("fp_a"), flights("fp_b") | volume_plans("fp_b"))
@settings(max_examples=300, deadline=None)
def test_the_order_of_the_pair_does_not_matter(a: JudgedPlan, b: JudgedPlan) -> None:
    """Judging b against a gives the verdict of a against b."""
    one, other = judge_pair(a, b), judge_pair(b, a)
    assert (one is None) == (other is None)


@given(flights("fp_a"), flights("fp_b") | volume_plans("fp_b"), st.sampled_from([1.0, 5.0, 30.0]))
@settings(max_examples=200, deadline=None)
def test_wider_minima_never_lose_a_conflict(a: JudgedPlan, b: JudgedPlan, more: float) -> None:
    """A conflict under some minima is one under wider minima."""
    wide = JudgedPlan(a.plan_ref, a.legs, a.volumes, H + more, V + more, T + more)
    if judge_pair(a, b) is not None:
        assert judge_pair(wide, b) is not None


@given(flights("fp_a"), volume_plans("fp_b"))
@settings(max_examples=300, deadline=None)
def test_flight_against_volume_agrees_with_sampling(a: JudgedPlan, b: JudgedPlan) -> None:
    """Sampled instants inside the widened volume are found, and a finding lies within sampling's resolution."""
    volume = b.volumes[0]
    verdict = judge_pair(a, b)

    def lost(slack_m: float, slack_s: float) -> bool:
        for x, y, z, t in sampled(a):
            if not volume.t_start_s - T - slack_s <= t <= volume.t_end_s + T + slack_s:
                continue
            rise = max(0.0, volume.z_low_m - z, z - volume.z_high_m)
            touching_m = TOUCH_HEIGHT_M if slack_m < 0 else 0.0
            if rise < V + slack_m - touching_m and Point(x, y).distance(volume.shape) - volume.radius_m < H + slack_m:
                return True
        return False

    if lost(-1e-5, 0.0):
        assert verdict is not None
    if verdict is not None:
        assert lost(2 * fastest(a) * STEP_S + 1e-3, 2 * STEP_S)


@given(flights("fp_a") | volume_plans("fp_a"))
def test_boxes_contain_their_parts(a: JudgedPlan) -> None:
    """The bounding boxes of the sweep enclose every part."""
    boxes = boxes_of(a)
    for leg, box in zip(a.legs, boxes, strict=False):
        for end in (leg[:4], leg[4:]):
            assert (box[:4] <= end).all()
            assert (end <= box[4:]).all()
    for volume, box in zip(a.volumes, boxes[len(a.legs) :], strict=True):
        x0, y0, x1, y1 = volume.shape.buffer(volume.radius_m).bounds
        assert box[0] <= x0 + 1e-6
        assert box[1] <= y0 + 1e-6
        assert box[4] >= x1 - 1e-6
        assert box[5] >= y1 - 1e-6
