"""The index: same answers as judging every pair, whatever is in it, and nothing left behind."""

import numpy as np
import pytest

from airspace.deconfliction import ConflictIndex, pair_conflict, warm
from airspace.deconfliction import index as index_module
from airspace.geometry4d import PlanGeometry, Prism, Separation, Trajectory4D
from tests.bench.workload import Workload
from tests.unit.airspace.deconfliction.scenes import (
    MINIMA,
    T0,
    X0,
    Y0,
    box,
    city,
    disc,
    flight,
    random_flight,
    random_minima,
    random_plan,
)

DAY_S = 86_400.0


@pytest.fixture(scope="module")
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def shifted(plan: PlanGeometry, delay_s: float) -> PlanGeometry:
    return plan.shifted(delay_s) if isinstance(plan, Trajectory4D) else tuple(p.shifted(delay_s) for p in plan)


def check(
    index: ConflictIndex, plans: dict[int, tuple[PlanGeometry, Separation]], query: PlanGeometry, minima: Separation
) -> int:
    """Compare the index with judging every pair; return the number of conflicts."""
    found = {conflict.key: conflict for conflict in index.conflicts(query, minima)}
    for key, (plan, other) in plans.items():
        expected = pair_conflict(query, minima, plan, other)
        assert (expected is None) == (key not in found), key
        if expected is not None:
            same = found[key]
            assert (same.own_first, same.own_last, same.other_part) == (
                expected.own_first,
                expected.own_last,
                expected.other_part,
            )
            assert (same.starts_s, same.ends_s, same.minima) == (expected.starts_s, expected.ends_s, expected.minima)
            assert (same.horizontal_m, same.vertical_m) == (expected.horizontal_m, expected.vertical_m)
    assert index.has_conflict(query, minima) is bool(found)
    return len(found)


def test_finds_what_every_pair_finds_through_additions_and_removals(rng: np.random.Generator) -> None:
    """With mixed kinds and minima, plans coming and going, compiled and numpy search equal judging every pair."""
    compiled, plain = city(compiled=True), city(compiled=False)
    plans: dict[int, tuple[PlanGeometry, Separation]] = {}
    hits = 0
    for key in range(160):
        plan, minima = random_plan(rng), random_minima(rng)
        hits += check(compiled, plans, plan, minima)
        assert compiled.conflicts(plan, minima) == plain.conflicts(plan, minima)
        for index in (compiled, plain):
            index.add(key, plan, minima)
        plans[key] = plan, minima
        if key % 3 == 2:
            gone = int(rng.choice(list(plans)))
            for index in (compiled, plain):
                index.remove(gone)
            del plans[gone]
    assert hits > 300
    assert len(compiled) == len(plain) == len(plans)


@pytest.mark.parametrize("resolution", [7, 8, 9])
def test_a_city_day_needs_no_missed_candidate(resolution: int) -> None:
    """On a seeded city workload, cells of any resolution give what numpy's scan of all plans gives."""
    compiled, plain = city(compiled=True, resolution=resolution), city(compiled=False)
    day = Workload(3)
    for key, plan in enumerate(day.flights(1500, 1800.0)):
        compiled.add(key, plan, MINIMA)
        plain.add(key, plan, MINIMA)
    found = 0
    for plan in day.flights(150, 1800.0):
        answer = compiled.conflicts(plan, MINIMA)
        assert answer == plain.conflicts(plan, MINIMA)
        spans = [index.forbidden_delays(plan, MINIMA, from_s=-300, to_s=1200) for index in (compiled, plain)]
        assert np.array_equal(*spans)
        found += len(answer)
    assert found > 100


def test_own_modification_is_judged_without_its_old_version() -> None:
    """`ignore` leaves out the plan's own old version and only that."""
    index = city()
    old, other = flight((0, 0, 60, 0), (1000, 0, 60, 100)), flight((500, -500, 60, 0), (500, 500, 60, 100))
    index.add(1, old, MINIMA)
    index.add(2, other, MINIMA)
    new = flight((0, 10, 60, 0), (1000, 10, 60, 100))
    assert [conflict.key for conflict in index.conflicts(new, MINIMA)] == [1, 2]
    assert [conflict.key for conflict in index.conflicts(new, MINIMA, ignore=[1])] == [2]
    assert index.has_conflict(new, MINIMA, ignore={1})
    assert not index.has_conflict(new, MINIMA, ignore={1, 2, 99})
    # The next query knows nothing of it.
    assert len(index.conflicts(new, MINIMA)) == 2


def test_conflicts_come_by_own_time() -> None:
    """Conflicts are ordered by the first own loss of separation."""
    index = city()
    for key, x in ((1, 900), (2, 300), (3, 600)):
        index.add(key, flight((x, -500, 60, x / 10 - 50), (x, 500, 60, x / 10 + 50)), MINIMA)
    assert [c.key for c in index.conflicts(flight((0, 0, 60, 0), (1000, 0, 60, 100)), MINIMA)] == [2, 3, 1]


def test_wide_minima_present_widen_the_search() -> None:
    """A plan with far larger minima than the asker's is found from outside the asker's reach, and forgotten after."""
    index = city()
    wide = Separation(3000, 200, 1800)
    index.add(1, flight((5000, 0, 60, 0), (5000, 10, 60, 10)), MINIMA)
    query = flight((0, 0, 200, 1500), (2500, 0, 200, 1600))
    assert index.conflicts(query, MINIMA) == []
    index.add(2, flight((5000, 0, 60, 0), (5000, 10, 60, 10)), wide)
    assert [c.key for c in index.conflicts(query, MINIMA)] == [2]
    assert {c.key for c in index.conflicts(query, wide)} == {1, 2}
    index.remove(2)
    assert index.conflicts(query, MINIMA) == []
    assert index._widest == MINIMA


@pytest.mark.parametrize(
    "plan",
    [
        flight((0, 0, 60, 0), (0, 0, 60, 7200)),
        flight((0, 0, 60, 0), (0, 0, 60, 5 * 3600)),
        flight((0, 0, 60, -30 * DAY_S), (0, 0, 60, 30 * DAY_S)),
        flight((-30_000, 0, 60, 1800), (30_000, 0, 60, 5400)),
        flight((-300_000, 0, 60, 3600 - 1000), (300_000, 0, 60, 3600 + 1000)),
        (box(-8000, -8000, 8000, 8000, (0, 120), (0, 7200)),),
        (box(-60_000, -60_000, 60_000, 60_000, (0, 120), (0, 30 * DAY_S)),),
        (disc(0, 0, 20_000, (0, 120), (3000, 4000)),),
    ],
)
def test_long_and_large_plans(plan: PlanGeometry) -> None:
    """Holds of hours, flights of hundreds of kilometres and volumes of districts are found, find, stay small, and go."""
    index = city()
    near = flight((0, -20, 60, 3500), (10, -20, 60, 3700))
    far = flight((0, 0, 400, 3500), (10, 0, 400, 3700))
    index.add(5, plan, MINIMA)
    assert index.nbytes < 2_000_000
    assert [c.key for c in index.conflicts(near, MINIMA)] == [5]
    assert index.conflicts(far, MINIMA) == []
    index.add(6, near, MINIMA)
    assert [c.key for c in index.conflicts(plan, MINIMA, ignore=[5])] == [6]
    index.remove(5)
    assert index.conflicts(near, MINIMA, ignore=[6]) == []
    assert index._state[4] == index._state[5] == 0


def test_across_midnight_and_far_days() -> None:
    """A flight across midnight meets flights on both sides of it; the same hour of other days is another time."""
    index = city()
    index.add(1, flight((0, 0, 60, -60), (1200, 0, 60, 60)), MINIMA)
    before, after = flight((300, 0, 60, -40), (310, 0, 60, -20)), flight((900, 0, 60, 20), (910, 0, 60, 40))
    assert index.has_conflict(before, MINIMA)
    assert index.has_conflict(after, MINIMA)
    # After as many buckets as the ring has, the posting that shares the place is a stranger.
    for away in (DAY_S, 4096 * float(index._grid[0]), -7 * DAY_S):
        assert not index.has_conflict(shifted(before, away), MINIMA)


def test_two_thousand_segments() -> None:
    """A plan of 2,000 segments is indexed, found in each of its parts, asked about and removed."""
    index = city()
    t = np.arange(2001) * 3.0
    survey = flight(*np.column_stack([2000 * np.sin(t / 400), t / 3, np.full(2001, 60.0), t]).tolist())
    index.add(1, survey, MINIMA)
    for part in (0, 777, 1999):
        row = survey.segments[part].copy() - np.array([X0, Y0, 0, T0] * 2)
        probe = flight(row[:4], row[4:])
        assert index.conflicts(probe, MINIMA)[0].key == 1
    [found] = index.conflicts(survey, MINIMA)
    assert (found.own_first, found.own_last) == (0, 1999)
    index.remove(1)
    assert not np.count_nonzero(index._heads)


def test_outside_the_bounds() -> None:
    """Plans that leave the city, or lie beyond it altogether, are judged as exactly as others."""
    index = city()
    for key, x in enumerate((-46_000.0, -60_000.0, 200_000.0)):
        index.add(key, flight((x, 0, 60, 0), (x + 2000, 0, 60, 100)), MINIMA)
        probe = flight((x + 1000, -100, 60, 40), (x + 1000, 100, 60, 60))
        assert [c.key for c in index.conflicts(probe, MINIMA)] == [key]
        assert index.conflicts(shifted(probe, 300), MINIMA) == []
    through = flight((-61_000, 0, 60, 0), (-40_000, 0, 60, 100))
    assert [c.key for c in index.conflicts(through, Separation(50, 15, 1000))] == [0, 1] or len(index) == 3


def test_removal_leaves_nothing_and_storage_is_used_again() -> None:
    """After thousands of plans have come and gone in turn, the arrays are no larger than after the first hundreds."""
    index = city()
    traffic = Workload(5).flights(3000, 6000.0)
    sizes = []
    for key, plan in enumerate(traffic):
        index.add(key, plan, MINIMA)
        if key >= 300:
            index.remove(key - 300)
        if key % 500 == 499:
            sizes.append(index.nbytes)
    assert max(sizes[1:]) <= sizes[0] * 1.6
    for key in range(2700, 3000):
        index.remove(key)
    assert len(index) == 0
    assert not np.count_nonzero(index._heads)
    free = 0
    block = int(index._state[2])
    while block:
        free, block = free + 1, int(index._blocks[block, 0])
    assert free == index._state[3] - 1


def test_compaction_keeps_every_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """When freed rows would not be used again the index builds itself anew, with the same answers."""
    index = city()
    rng = np.random.default_rng(3)
    kept = {key: random_flight(rng) for key in range(50)}
    for key, plan in kept.items():
        index.add(key, plan, MINIMA)
    volume = (disc(0, 0, 200, (0, 100), (0, 600)),)
    index.add(60, volume, MINIMA)
    before = [index.conflicts(plan, MINIMA, ignore=[key]) for key, plan in kept.items()]
    index._compact()
    assert [index.conflicts(plan, MINIMA, ignore=[key]) for key, plan in kept.items()] == before
    assert 60 in index


def test_keys() -> None:
    """A key is there once, not negative, and gone after removal."""
    index = city(compiled=False)
    plan = flight((0, 0, 60, 0), (100, 0, 60, 10))
    index.add(7, plan, MINIMA)
    assert 7 in index
    for key in (7, -1):
        with pytest.raises(ValueError, match="key"):
            index.add(key, plan, MINIMA)
    with pytest.raises(KeyError):
        index.remove(8)
    index.remove(7)
    assert 7 not in index
    assert index.conflicts(plan, MINIMA) == []


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_cannot_be_are_refused(compiled: bool, bad: float) -> None:
    """NaN, infinities, times that run backwards, empty plans and broken areas are ValueErrors, in questions too."""
    index = city(compiled=compiled)
    rows = flight((0, 0, 60, 0), (100, 0, 60, 10)).segments
    broken = rows.copy()
    broken[0, 2] = bad
    backwards = rows.copy()
    backwards[0, 7] = backwards[0, 3] - 1
    ring = np.array([[0, 0], [1, 0], [bad, 1]], float)
    one = np.zeros(1, np.int32)
    plans: list[PlanGeometry] = [
        Trajectory4D(broken, one),
        Trajectory4D(backwards, one),
        (),
        (Prism(ring, None, 0, 1, 0, 1),),
        (Prism(ring[:2], None, 0, 1, 0, 1),),
        (Prism(None, (0, 0, -1), 0, 1, 0, 1),),
    ]
    for plan in plans:
        with pytest.raises(ValueError, match=r"plan|radius|ring|volume"):
            index.add(1, plan, MINIMA)
        with pytest.raises(ValueError, match=r"plan|radius|ring|volume"):
            index.conflicts(plan, MINIMA)
    assert len(index) == 0


def test_read_only_and_strided_arrays_are_taken() -> None:
    """Geometry whose arrays are read-only, strided or of another number type is judged like any other."""
    index = city()
    plan = flight((0, 0, 60, 0), (100, 0, 60, 10))
    index.add(1, plan, MINIMA)
    frozen = plan.segments.copy()
    frozen.flags.writeable = False
    for rows in (frozen, np.asfortranarray(np.vstack([plan.segments] * 2))[::2], plan.segments.astype(np.float128)):
        assert index.has_conflict(Trajectory4D(rows, np.zeros(len(rows), np.int32)), MINIMA)


def test_forbidden_delays_are_what_conflicts_say(rng: np.random.Generator) -> None:
    """Inside every forbidden range, up to its ends, the delayed plan conflicts; outside, just beyond them, it does not."""
    index = city()
    for key in range(60):
        index.add(key, random_plan(rng), random_minima(rng))
    tried = 0
    for _ in range(40):
        plan, minima = random_plan(rng), random_minima(rng)
        spans = index.forbidden_delays(plan, minima, from_s=-400, to_s=900)
        assert (np.diff(spans.ravel()) > 0).all() or not len(spans)
        ends = [e for e in spans.ravel() if -400 < e < 900]
        samples = [*rng.uniform(-400, 900, 20), *(e + d for e in ends for d in (-1e-5, 1e-5))]
        for delay in samples:
            if any(0 < abs(delay - e) < 0.9e-5 for e in ends):
                continue
            forbidden = any(a <= delay <= b for a, b in spans)
            assert index.has_conflict(shifted(plan, delay), minima) is forbidden, delay
            tried += 1
    assert tried > 1000


def test_earliest_free_delay() -> None:
    """The first free slot is 0 when free, else just after a range, in whole milliseconds, or None when there is none."""
    index = city()
    hover = flight((0, 0, 60, 0), (0, 0, 60, 100))
    assert index.earliest_free_delay(hover, MINIMA, to_s=10) == 0.0
    index.add(1, hover, MINIMA)
    index.add(2, hover.shifted(300), MINIMA)
    assert index.forbidden_delays(hover, MINIMA, from_s=0, to_s=1000) == pytest.approx(np.array([[0, 115], [185, 415]]))
    assert index.earliest_free_delay(hover, MINIMA, to_s=1000) == pytest.approx(115.001)
    assert index.earliest_free_delay(hover, MINIMA, from_s=190, to_s=1000) == pytest.approx(415.001)
    assert index.earliest_free_delay(hover, MINIMA, from_s=-200, to_s=0) == -200.0
    assert index.earliest_free_delay(hover, MINIMA, from_s=-100, to_s=100) is None
    assert index.earliest_free_delay(hover, MINIMA, to_s=100, ignore=[1]) == 0.0
    with pytest.raises(ValueError, match="from_s"):
        index.forbidden_delays(hover, MINIMA, from_s=1, to_s=0)


@pytest.mark.parametrize("compiled", [True, False])
def test_touching_a_zone(compiled: bool) -> None:
    """A zone names the plans whose widened geometry touches it: closed when not widened, strict when widened."""
    index = city(compiled=compiled)
    index.add(1, flight((0, 0, 60, 0), (1000, 0, 60, 100)), MINIMA)
    index.add(2, flight((0, 30, 60, 0), (1000, 30, 60, 100)), MINIMA)
    index.add(3, (disc(500, -200, 100, (50, 70), (0, 100)),), MINIMA)
    zone = box(400, -100, 600, 0, (0, 60), (0, 100))
    assert index.touching(zone) == [1, 3]
    assert index.touching(zone, widen_horizontal_m=30) == [1, 3]
    assert index.touching(zone, widen_horizontal_m=30.001, widen_vertical_m=5) == [1, 2, 3]
    above = box(400, -100, 600, 0, (0, 55), (0, 100))
    assert index.touching(above, widen_vertical_m=5) == [3]
    assert index.touching(above, widen_vertical_m=5.001) == [1, 3]
    late = box(-50, -10, 10, 10, (0, 99), (15, 20))
    assert index.touching(late) == []
    assert index.touching(late, widen_s=14.0) == [1]


def test_marks_start_again_before_they_overflow() -> None:
    """After two thousand million parts asked about, the marks begin anew and nothing is skipped."""
    index = city()
    plan = flight((0, 0, 60, 0), (1000, 0, 60, 100))
    for key in range(20):
        index.add(key, plan, MINIMA)
    index._state[1] = index_module._MARKS_END - 3
    for _ in range(10):
        assert len(index.conflicts(plan, MINIMA)) == 20


def test_more_conflicts_than_room_for_results() -> None:
    """A plan in conflict with a thousand others is told of them all."""
    index = city()
    plan = flight((0, 0, 60, 0), (1000, 0, 60, 100))
    for key in range(1000):
        index.add(key, plan, MINIMA)
    assert sorted(c.key for c in index.conflicts(plan, MINIMA)) == list(range(1000))
    assert len(index.forbidden_delays(plan, MINIMA, from_s=0, to_s=500)) == 1


def test_warm_touches_every_kernel() -> None:
    """After `warm` a first question compiles nothing more."""
    warm()
    index = city()
    kernels = vars(index._kernels)
    signatures = {name: len(kernel.signatures) for name, kernel in kernels.items()}
    test_touching_a_zone(compiled=True)
    test_earliest_free_delay()
    assert {name: len(kernel.signatures) for name, kernel in kernels.items()} == signatures
    assert set(signatures.values()) == {1}
