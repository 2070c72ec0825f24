"""Separation by kind of flight, place and weather."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airspace.approval import evaluate
from airspace.deconfliction import ConflictIndex
from airspace.geometry4d import Separation, Tolerance
from airspace.policy import Policy
from airspace.policy_parts import SeparationRule
from airspace.separation_rules import enters_corridor, matching, separation_of, widened
from airspace.volumes import VolumePath, parse_volumes, to_volume4ds
from tests.fakes.airspace_region import BOUNDS, NOW, REGION, box, fly, hills, make_region, zone
from tests.unit.airspace.test_approval import CLEAN, DEMO, intent, judge, scene
from tests.unit.airspace.test_corridors import corridor

DEFAULT = Separation()


def held_to(plan: Any, *rules: SeparationRule, where: Any = None, weather: str = "normal") -> Separation:
    """Return the minima of a plan under rules."""
    policy = Policy(separation_rules=rules, weather=weather)
    return separation_of(plan, policy, where if where is not None else scene())


def test_without_rules_the_default_holds() -> None:
    """The very value, so that the engine sees one kind."""
    policy = Policy()
    assert separation_of(intent(CLEAN), policy, scene()) is policy.separation


def test_the_largest_of_all_that_match_holds_field_by_field() -> None:
    """Two rules may each raise another minimum; a smaller number changes nothing."""
    rules = (
        SeparationRule(operation_type="logistics", horizontal_m=80.0),
        SeparationRule(aircraft_class="medium", vertical_m=30.0, horizontal_m=60.0),
        SeparationRule(weather="strong_wind", horizontal_m=120.0, time_buffer_s=30.0),
        SeparationRule(operation_type="survey", horizontal_m=500.0),
    )
    plan = intent(CLEAN, aircraft_class="medium")
    assert held_to(plan, *rules) == Separation(80.0, 30.0, 15.0)
    assert held_to(plan, *rules, weather="strong_wind") == Separation(120.0, 30.0, 30.0)
    assert held_to(intent(CLEAN), *rules) == Separation(80.0, 15.0, 15.0)
    assert held_to(intent(CLEAN), SeparationRule(operation_type="logistics", vertical_m=20.0)).horizontal_m == 50.0


def test_every_condition_of_a_rule_must_hold() -> None:
    """A rule for medium aircraft on surveys is none for medium aircraft alone."""
    both = SeparationRule(operation_type="survey", aircraft_class="medium", horizontal_m=90.0)
    assert held_to(intent(CLEAN, aircraft_class="medium"), both) == DEFAULT
    assert held_to(intent(CLEAN, operation_type="survey", aircraft_class="medium"), both).horizontal_m == 90.0


def test_a_zone_rule_holds_for_who_enters_it_with_the_tolerance() -> None:
    """Beside it, above it, or while it is not active, the default holds; touching is not entering."""
    rule = SeparationRule(zone_id="zn_test", horizontal_m=100.0)
    for restriction in ("NO_RESTRICTION", "CONDITIONAL"):
        inside = scene(zones=[zone(box(500, -100, 700, 100), restriction=restriction)])
        assert held_to(intent(CLEAN), rule, where=inside).horizontal_m == 100.0
    near = scene(zones=[zone(box(500, 10, 700, 100))])
    assert held_to(intent(CLEAN), rule, where=near).horizontal_m == 100.0
    for east, beside in ((500, 20.5), (500, 300)):
        away = scene(zones=[zone(box(east, beside, east + 200, beside + 100))])
        assert held_to(intent(CLEAN), rule, where=away) == DEFAULT
    above = scene(zones=[zone(box(500, -100, 700, 100), lower_m=90.0, upper_m=120.0)])
    assert held_to(intent(CLEAN), rule, where=above) == DEFAULT
    past = zone(
        box(500, -100, 700, 100),
        applicability=[{"starts_at": "2020-01-01T00:00:00Z", "ends_at": "2020-02-01T00:00:00Z"}],
    )
    assert held_to(intent(CLEAN), rule, where=scene(zones=[past])) == DEFAULT
    assert held_to(intent(CLEAN), rule) == DEFAULT


@pytest.mark.parametrize(
    ("offset_m", "height_m", "inside"),
    [
        (0.0, 80.0, True),
        (59.9, 80.0, True),
        (60.1, 80.0, False),
        (0.0, 35.2, True),
        (0.0, 34.8, False),
        (0.0, 116.0, False),
    ],
)
def test_a_corridor_rule_holds_inside_its_width_and_band_with_the_tolerance(
    offset_m: float, height_m: float, inside: bool
) -> None:
    """80 m wide and 40 to 110 m high, so 40 + 20 m beside the line and 35 m up are its edges, whichever way one flies."""
    way = corridor((0, 0), (1000, 0))
    for ends in ((100.0, 900.0), (900.0, 100.0)):
        path = fly(*((x, offset_m, height_m) for x in ends))
        assert enters_corridor(path, way, Tolerance()) is inside
        volumes = parse_volumes(to_volume4ds(path.trajectory, Tolerance(0.01, 0.01, 1.0), REGION), REGION)
        assert isinstance(volumes, VolumePath)
        assert enters_corridor(volumes, way, Tolerance()) is inside
    rule = SeparationRule(corridor_id="co_test", vertical_m=25.0)
    plan = intent(fly((100, offset_m, height_m), (900, offset_m, height_m)))
    expected = 25.0 if inside else 15.0
    assert held_to(plan, rule, where=scene(corridors=[way])).vertical_m == expected
    assert held_to(plan, rule) == DEFAULT


def test_hovering_climbing_and_crossing_count_and_heights_follow_the_ground() -> None:
    """A climb on the spot passes the band; over hills the band follows them; other datums are converted."""
    way = corridor((0, 0), (1000, 0))
    assert enters_corridor(fly((500, 0, 0), (500, 0, 30), (500, 0, 50)), way, Tolerance())
    assert not enters_corridor(fly((500, 0, 0), (500, 0, 34)), way, Tolerance())
    assert not enters_corridor(fly((500, 200, 0), (500, 200, 80)), way, Tolerance())
    assert enters_corridor(fly((500, -900, 80), (500, 900, 80)), way, Tolerance())
    region = make_region(hills())
    assert enters_corridor(fly((0, 0, 80), (900, 0, 80), region=region), way, Tolerance())
    for datum in ("AMSL", "HAE"):
        other = corridor((0, 0), (1000, 0), datum=datum)
        assert enters_corridor(fly((0, 0, 80), (900, 0, 80), datum=datum), other, Tolerance())
        volumes = parse_volumes(to_volume4ds(fly((0, 0, 80), (900, 0, 80)).trajectory, Tolerance(), REGION), REGION)
        assert isinstance(volumes, VolumePath)
        assert enters_corridor(volumes, other, Tolerance())


def test_the_judgement_asks_the_engine_with_the_plans_own_minima_and_keeps_them() -> None:
    """What is stored with the plan is what it was judged by."""
    asked: list[Separation] = []
    policy = replace(DEMO, separation_rules=(SeparationRule(operation_type="logistics", horizontal_m=75.0),))

    def conflicts_of(geometry: Any, separation: Separation) -> list[Any]:
        asked.append(separation)
        return []

    decision = evaluate(intent(CLEAN), policy, scene(), NOW, conflicts_of=conflicts_of, other_plan=str)
    assert asked == [Separation(75.0, 15.0, 15.0)]
    assert decision.separation == asked[0]
    assert judge(intent(CLEAN)).separation == DEFAULT


numbers = st.one_of(st.none(), st.floats(50, 300))
rules = st.lists(
    st.builds(
        SeparationRule,
        operation_type=st.sampled_from([None, "logistics", "survey"]),
        aircraft_class=st.sampled_from([None, "light", "medium"]),
        weather=st.sampled_from([None, "normal", "fog"]),
        horizontal_m=numbers,
        vertical_m=numbers,
        time_buffer_s=numbers,
    ),
    max_size=8,
).map(tuple)
kinds = st.tuples(st.sampled_from(["logistics", "survey"]), st.sampled_from(["light", "medium"]))


@settings(max_examples=200, deadline=None)
@given(rules=rules, kind=kinds, weather=st.sampled_from(["normal", "fog"]))
def test_minima_are_the_field_wise_largest(
    rules: tuple[SeparationRule, ...], kind: tuple[str, str], weather: str
) -> None:
    """They equal the maximum over the default and what matches, never fall when a rule is added, and order is nothing."""
    policy = Policy(separation_rules=rules, weather=weather)
    plan = intent(CLEAN, operation_type=kind[0], aircraft_class=kind[1])
    found = separation_of(plan, policy, scene())
    expected = {"operation_type": kind[0], "aircraft_class": kind[1], "weather": weather}
    matched = [r for r in rules if all(getattr(r, name) in (None, value) for name, value in expected.items())]
    assert list(matching(plan, policy, scene())) == matched
    for name in ("horizontal_m", "vertical_m", "time_buffer_s"):
        stated = [getattr(r, name) for r in matched if getattr(r, name) is not None]
        assert getattr(found, name) == max([getattr(DEFAULT, name), *stated])
    assert widened(DEFAULT, tuple(reversed(matched))) == found


LIMITS = (BOUNDS.min_lon_deg, BOUNDS.min_lat_deg, BOUNDS.max_lon_deg, BOUNDS.max_lat_deg)
INDEX = ConflictIndex(REGION.frame, LIMITS, compiled=False)


@settings(max_examples=60, deadline=None)
@given(rules=rules, kinds=st.tuples(kinds, kinds), gap_m=st.floats(10, 320), after_s=st.floats(0, 320))
def test_a_pair_is_held_to_the_larger_minima_of_the_two(
    rules: tuple[SeparationRule, ...], kinds: tuple[tuple[str, str], tuple[str, str]], gap_m: float, after_s: float
) -> None:
    """Whichever of the two was there first, and by the engine's own answer: two climbs of a second, side by side."""
    policy = Policy(separation_rules=rules)
    first, second = fly((0, 0, 60), (0, 0, 70)), fly((gap_m, 0, 60), (gap_m, 0, 70))
    moved = (first.trajectory, second.trajectory.shifted(1.0 + after_s))
    minima = [
        separation_of(intent(path, operation_type=kind[0], aircraft_class=kind[1]), policy, scene())
        for path, kind in zip((first, second), kinds, strict=True)
    ]
    pair = minima[0].widest(minima[1])
    for there, comes in ((0, 1), (1, 0)):
        INDEX.add(1, moved[there], minima[there])
        found = INDEX.conflicts(moved[comes], minima[comes])
        INDEX.remove(1)
        assert all(conflict.minima == pair for conflict in found)
        if abs(gap_m - pair.horizontal_m) > 0.01 and abs(after_s - pair.time_buffer_s) > 0.01:
            assert bool(found) == (gap_m < pair.horizontal_m and after_s < pair.time_buffer_s)
