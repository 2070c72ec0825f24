"""The airspace of a contingency: a superset of what the flight can do, no sooner and no later, and what is filed for it."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from airspace.contingency import (
    HOLD_S,
    KINDS,
    STAY_S,
    FiledContingency,
    Fix,
    Landing,
    Motion,
    Procedure,
    begins,
    deviation,
    position_at,
    procedure_of,
    reserve,
)
from airspace.geometry4d import Prism, Tolerance, Trajectory4D

HOME = Landing(0.0, 0.0, 10.0, "st_home")
ALTERNATE = Landing(900.0, 2000.0, 12.0, "st_other")
FILED = FiledContingency("rtl", 80.0, ALTERNATE)
MOTION = Motion()
TOLERANCE = Tolerance()


def plan() -> Trajectory4D:
    """Up to 60 m, 3 km to the east at 10 m/s, a corner, 1 km to the north; from scene second 1000 on."""
    corners = [
        (0.0, 0.0, 10.0, 1000.0),
        (0.0, 0.0, 70.0, 1020.0),
        (3000.0, 0.0, 70.0, 1320.0),
        (3000.0, 1000.0, 70.0, 1420.0),
    ]
    rows = [(*a, *b) for a, b in pairwise(corners)]
    return Trajectory4D(np.array(rows), np.arange(3, dtype=np.int32))


def held(prisms: tuple[Prism, ...], x: float, y: float, z: float, t: float) -> bool:
    """Whether some volume holds a place at an instant."""
    return any(
        p.t_start_s <= t <= p.t_end_s
        and p.z_low_m <= z <= p.z_high_m
        and shapely.Polygon(p.ring).buffer(1e-6).covers(shapely.Point(x, y))
        for p in prisms
    )


@pytest.mark.parametrize(
    ("kind", "filed", "expected"),
    [
        ("lost_link", FILED, ("rtl", "st_home", 90.0)),
        ("lost_link", FiledContingency("alternate", 50.0, ALTERNATE), ("alternate", "st_other", 62.0)),
        ("lost_link", FiledContingency("alternate"), ("rtl", "st_home", None)),
        ("lost_link", FiledContingency("hold"), ("hold", None, None)),
        ("lost_link", FiledContingency(), ("rtl", "st_home", None)),
        ("nonconformance", FiledContingency("land"), ("land", None, None)),
        ("low_energy", FiledContingency("hold"), ("rtl", "st_home", None)),
        ("gnss_loss", FILED, ("land", None, None)),
        ("engine_failure", FILED, ("land", None, None)),
        ("pad_blocked", FILED, ("alternate", "st_other", 92.0)),
        ("pad_blocked", FiledContingency("rtl"), ("hold", None, None)),
        ("emergency", FiledContingency("land"), ("land", None, None)),
    ],
)
def test_each_failure_leads_to_what_was_filed_or_to_what_it_leaves(kind, filed, expected) -> None:  # type: ignore[no-untyped-def]
    """Every kind must come to one procedure, with the landing place and the height above it."""
    found = procedure_of(kind, filed, home=HOME)
    site = None if found.landing is None else found.landing.site_id
    assert (found.manoeuvre, site, found.return_hae_m) == expected


def test_what_is_asked_for_comes_before_what_was_filed() -> None:
    """A dispatcher's procedure must win, even over the kind of failure; an alternate nobody filed becomes the return."""
    assert procedure_of("engine_failure", FILED, home=HOME, asked="rtl").manoeuvre == "rtl"
    assert procedure_of("lost_link", FiledContingency("land"), home=HOME, asked="alternate").manoeuvre == "rtl"
    assert all(procedure_of(kind, FiledContingency(), home=HOME, default="hold") for kind in KINDS)


def test_it_begins_anywhere_from_the_last_fix_until_the_autopilot_has_reacted() -> None:
    """The way of the plan since the fix, corners included, must be among the places, laid on from the fix."""
    fix = Fix(2900.0, 15.0, 72.0, 1310.0)
    starts = begins(plan(), fix, 1318.0, MOTION)
    assert starts[0].tolist() == [2900.0, 15.0, 72.0]
    # The plan turns at 1320 and is 80 m up the other leg when the autopilot has reacted, at 1328.
    assert any(np.allclose(place, [3000.0, 15.0, 72.0]) for place in starts)
    assert starts[-1] == pytest.approx([3000.0, 95.0, 72.0])
    assert begins(plan(), None, 1318.0, MOTION)[0] == pytest.approx([2980.0, 0.0, 70.0])


@settings(max_examples=60, deadline=None)
@given(
    reacts=st.floats(0.0, 1.0),
    speed=st.floats(0.6, 1.3),
    now=st.floats(1030.0, 1400.0),
    height=st.sampled_from([None, 30.0, 100.0]),
    where=st.sampled_from([HOME, ALTERNATE]),
)
def test_every_way_back_lies_in_the_volumes(
    reacts: float, speed: float, now: float, height: float | None, where: Landing
) -> None:
    """However late it reacts and however fast it is within the bounds, the flight must be inside at every instant."""
    flown = plan()
    at = position_at(flown, now)
    assert at is not None
    starts = begins(flown, Fix(*at, now), now, MOTION)
    procedure = Procedure("lost_link", "rtl", where, None if height is None else where.ground_hae_m + height)
    found = reserve(procedure, starts, geometry=flown, now_s=now, ground_low_m=10.0, motion=MOTION, tolerance=TOLERANCE)
    turns_s = now + reacts * MOTION.reacts_s
    start = position_at(flown, turns_s)
    assert start is not None
    top = start[2] if procedure.return_hae_m is None else max(start[2], procedure.return_hae_m)
    climb_s = (top - start[2]) / (MOTION.climb_mps * speed)
    way = np.array([where.x_m - start[0], where.y_m - start[1]])
    transit_s = float(np.hypot(*way)) / (MOTION.cruise_mps * speed)
    down_s = (top - where.ground_hae_m) / (MOTION.descent_mps * max(speed, 0.6))
    for share in np.linspace(0.0, 1.0, 15):
        before = now + share * (turns_s - now)
        place = position_at(flown, before)
        assert place is not None
        assert held(found.prisms, *place, before)
        assert held(found.prisms, start[0], start[1], start[2] + share * (top - start[2]), turns_s + share * climb_s)
        x, y = np.array(start[:2]) + share * way
        assert held(found.prisms, x, y, top, turns_s + climb_s + share * transit_s)
        low = top - share * (top - where.ground_hae_m)
        assert held(found.prisms, where.x_m, where.y_m, low, turns_s + climb_s + transit_s + share * down_s)
    assert found.ends_s >= turns_s + climb_s + transit_s + down_s + STAY_S - 1e-6
    assert found.landing is where


def test_holding_keeps_the_place_and_then_the_column_below_it() -> None:
    """A hover must stay reserved for the whole hold, then all the way down, and nothing anywhere else."""
    starts = np.array([[500.0, 500.0, 70.0]])
    found = reserve(
        Procedure("lost_link", "hold"), starts, geometry=plan(), now_s=1100.0, ground_low_m=10.0, motion=MOTION,
        tolerance=TOLERANCE,
    )  # fmt: skip
    assert held(found.prisms, 500.0, 500.0, 70.0, 1100.0)
    assert held(found.prisms, 500.0, 500.0, 70.0, 1100.0 + HOLD_S + MOTION.reacts_s)
    assert not held(found.prisms, 500.0, 500.0, 30.0, 1100.0 + HOLD_S / 2)
    assert held(found.prisms, 500.0, 500.0, 10.0, found.ends_s)
    assert not held(found.prisms, 600.0, 500.0, 70.0, 1200.0)


def test_a_falling_aircraft_may_come_down_as_far_away_as_it_was_high() -> None:
    """An engine failure must take the 1:1 ground buffer, a drifting one more than a controlled landing."""
    starts = np.array([[0.0, 0.0, 110.0]])

    def reach(kind: str) -> float:
        found = reserve(
            Procedure(kind, "land"), starts, geometry=plan(), now_s=0.0, ground_low_m=10.0, motion=MOTION,  # type: ignore[arg-type]
            tolerance=TOLERANCE,
        )  # fmt: skip
        return max(float(np.abs(prism.ring).max()) for prism in found.prisms if prism.ring is not None)

    assert reach("engine_failure") >= 100.0 + TOLERANCE.horizontal_m
    assert reach("gnss_loss") > reach("emergency")
    assert held_width(reach("emergency"))


def held_width(metres: float) -> bool:
    """A controlled landing takes the tolerance and a pad, not a city block."""
    return 30.0 < metres < 60.0


def test_a_return_along_the_route_stays_on_it() -> None:
    """Reversed, the volumes must follow the corner it flew, and leave the straight way home free."""
    fix = Fix(3000.0, 800.0, 70.0, 1400.0)
    starts = begins(plan(), fix, 1400.0, MOTION)
    straight = reserve(
        Procedure("lost_link", "rtl", HOME), starts, geometry=plan(), now_s=1400.0, ground_low_m=10.0, motion=MOTION,
        tolerance=TOLERANCE,
    )  # fmt: skip
    back = reserve(
        Procedure("lost_link", "rtl", HOME, None, True), starts, geometry=plan(), now_s=1400.0, ground_low_m=10.0,
        motion=MOTION, tolerance=TOLERANCE,
    )  # fmt: skip
    middle = (1500.0, 400.0)
    assert any(shapely.Polygon(p.ring).covers(shapely.Point(middle)) for p in straight.prisms)
    assert not any(shapely.Polygon(p.ring).covers(shapely.Point(middle)) for p in back.prisms)
    assert any(shapely.Polygon(p.ring).covers(shapely.Point(1500.0, 0.0)) for p in back.prisms)


def test_a_flight_off_its_plan_is_expected_straight_on_and_a_little_to_either_side() -> None:
    """Half a minute ahead, 300 m at 10 m/s: the end of its way and 30 m beside it must be inside, 300 m beside not."""
    found = deviation(Fix(0.0, 0.0, 60.0, 0.0), (10.0, 0.0, -0.5), 100.0, 30.0, 20.0)
    for x, y, inside in ((0.0, 0.0, True), (300.0, 0.0, True), (300.0, 40.0, True), (300.0, 300.0, False)):
        assert shapely.Polygon(found.ring).covers(shapely.Point(x, y)) is inside
    assert (found.t_start_s, found.t_end_s) == (100.0, 130.0)
    assert found.z_low_m <= 45.0
    assert found.z_high_m >= 60.0
