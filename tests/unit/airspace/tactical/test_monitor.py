"""The monitor on small skies: who is a pair, whose minima hold, what counts as a zone's entry."""

from typing import Any

import numpy as np
import pytest

from airspace.areas import Area
from airspace.frame import LocalFrame
from airspace.schedule import PERMANENT, Period
from airspace.tactical.monitor import Monitor
from airspace.tactical.motion import PlanLegs
from airspace.tactical.zones import ZoneIndex, warned_of
from airspace.tracks import TrackState
from airspace.zones import Zone
from tests.unit.airspace.tactical.test_health import NOW, frame

FRAME = LocalFrame("EPSG:4547")
X0, Y0 = (float(v[0]) for v in FRAME.to_xy(22.55, 114.05))


def flights(*rows: tuple[float, ...], **more: Any) -> Any:
    """Return a frame of unplanned flights (x y z vx vy vz) around a place in the city."""
    state = np.array(rows, float)
    state[:, :2] += (X0, Y0)
    count = len(rows)
    unplanned = {"planned": np.zeros(count, bool), "track_state": np.full(count, TrackState.UNPLANNED, np.int8)}
    heights = np.repeat(state[:, 2:3], 3, axis=1)
    return frame(count, **({"state": state, "heights": heights} | unplanned | more))


def pairs(found: Any) -> list[tuple[int, int]]:
    return [(int(found.flying[a]), int(found.flying[b])) for a, b in zip(found.losses.a, found.losses.b, strict=True)]


def test_equal_velocities_are_a_distance_not_a_division_by_zero() -> None:
    """Side by side at 49 m they have lost separation already; at 50 m they have not and will not."""
    near = Monitor().analyse(flights((0, 0, 60, 10, 0, 0), (0, 49, 60, 10, 0, 0)))
    assert pairs(near) == [(0, 1)]
    assert near.losses.t_in_s.tolist() == [0]
    assert pairs(Monitor().analyse(flights((0, 0, 60, 10, 0, 0), (0, 50, 60, 10, 0, 0)))) == []


def test_the_same_aircraft_seen_twice_is_no_pair() -> None:
    """Two tracks of one aircraft do not conflict with each other, but each does with a third."""
    sky = flights((0, 0, 60, 0, 0, 0), (3, 0, 60, 0, 0, 0), (20, 0, 60, 0, 0, 0), group=np.array([4, 4, -1]))
    assert pairs(Monitor().analyse(sky)) == [(0, 2), (1, 2)]


def test_on_the_ground_nobody_is_in_conflict() -> None:
    """Parked aircraft and one that waits beside them are left out."""
    sky = flights((0, 0, 0, 0, 0, 0), (3, 0, 0, 0, 0, 0), on_ground=np.array([True, False]))
    assert pairs(Monitor().analyse(sky)) == []


def test_an_unknown_height_counts_as_too_near() -> None:
    """Nobody knows that it is above or below, so it is taken to be at the same height."""
    assert pairs(Monitor().analyse(flights((0, 0, np.nan, 0, 0, 0), (20, 0, 90, 0, 0, 0)))) == [(0, 1)]


def test_manned_aircraft_are_given_more_room() -> None:
    """At 500 m a drone is clear of another drone and not of a helicopter."""
    sky = ((0, 0, 60, 0, 0, 0), (500, 0, 100, 0, 0, 0))
    assert pairs(Monitor().analyse(flights(*sky))) == []
    assert pairs(Monitor().analyse(flights(*sky, manned=np.array([False, True])))) == [(0, 1)]


def test_a_track_silent_for_long_predicts_nothing() -> None:
    """Twenty seconds after its last report a stranger may be anywhere."""
    sky = flights((0, 0, 60, 0, 0, 0), (20, 0, 60, 0, 0, 0), observed_s=np.array([NOW, NOW - 20]))
    assert pairs(Monitor().analyse(sky)) == []


def test_two_flights_on_their_plans_may_use_up_their_tolerance() -> None:
    """Conforming neighbours 30 m apart are within the budget; off its plan, the same neighbour is a loss."""
    legs = np.array(
        [
            [X0, Y0, 60, NOW - 10, X0 + 900, Y0, 60, NOW + 80],
            [X0, Y0 + 50, 60, NOW - 10, X0 + 900, Y0 + 50, 60, NOW + 80],
        ]
    )
    plans = PlanLegs(legs, np.arange(2), np.ones(2, np.int64))
    rows = ((100, 10, 60, 10, 0, 0), (100, 40, 60, 10, 0, 0))
    held = {"planned": np.ones(2, bool), "track_state": np.zeros(2, np.int8), "plans": plans}
    assert pairs(Monitor().analyse(flights(*rows, **held))) == []
    off = held | {"deviating": np.array([True, False]), "track_state": np.array([1, 0], np.int8)}
    assert pairs(Monitor().analyse(flights(*rows, **off))) == [(0, 1)]


def turned_off(*, silent_s: float, back: bool = False) -> list[tuple[int, int]]:
    """Return the pairs found so long after a flight on its plan reported once that it flies towards its neighbour."""
    legs = np.array([[X0, Y0 + y, 60, NOW - 10, X0 + 900, Y0 + y, 60, NOW + 80] for y in (0.0, 300.0)])
    held = {"planned": np.ones(2, bool), "track_state": np.zeros(2, np.int8)}
    held["plans"] = PlanLegs(legs, np.arange(2), np.ones(2, np.int64))  # type: ignore[assignment]
    monitor = Monitor()
    for second in (0.0, 1.0):
        reported = np.full(2, NOW + second)
        north = 9.0 if second else 0.0
        rows = ((100 + 10 * second, north, 60, 10, north, 0), (100 + 10 * second, 300, 60, 10, 0, 0))
        monitor.analyse(flights(*rows, now_s=NOW + second, observed_s=reported, **held))
    now_s = NOW + 1.0 + silent_s
    if back:
        rows, reported = ((120, 9, 60, 10, 0, 0), (120, 300, 60, 10, 0, 0)), np.full(2, NOW + 2.0)
    return pairs(monitor.analyse(flights(*rows, now_s=now_s, observed_s=reported, **held)))


def test_a_turn_reported_once_counts_when_no_report_contradicts_it() -> None:
    """Lost reports must not hide a turn: two seconds on it is believed, unless a newer report says it was none."""
    assert turned_off(silent_s=1.0) == []
    assert turned_off(silent_s=2.0) == [(0, 1)]
    assert turned_off(silent_s=2.0, back=True) == []
    # Silent for longer than a straight line is believed, the flight is expected along its plan again.
    assert turned_off(silent_s=20.0) == []


def test_noise_in_the_climb_rate_reaches_no_other_layer() -> None:
    """A level flight whose climb rate is reported as 0.9 m/s once is not predicted 40 m higher; a real climb is."""
    for report, expected in ((0.9, []), (1.2, [(0, 1)])):
        monitor = Monitor()
        for second in range(6):
            now_s, up = NOW + second, report if second == 5 else 0.0
            rows = ((-500 + 10 * second, 0, 60, 10, 0, up), (0, 0, 110, 0, 0, 0))
            clocks = {"now_s": now_s}
            found = monitor.analyse(flights(*rows, **clocks))
        assert pairs(found) == expected


def zone(restriction: Any = "PROHIBITED", low: float = 0.0, high: float = 120.0, when: Any = PERMANENT) -> Zone:
    """Return a square of 200 m, 300 m east of the place."""
    ring = np.array([(300, -100), (500, -100), (500, 100), (300, 100)], float) + np.array((X0, Y0))
    lat, lon = FRAME.to_lat_lon(ring[:, 0], ring[:, 1])
    area = Area.of_polygons([[np.column_stack((lat, lon))]], FRAME)
    return Zone(f"zn_{restriction}_{low}", "z", restriction, area, low, high, "AGL", when)


def entries(several: list[Zone], *rows: tuple[float, ...]) -> list[tuple[int, float]]:
    monitor = Monitor()
    monitor.take_zones(several)
    hits = monitor.analyse(flights(*rows)).zones
    return [(int(m), round(float(t), 3)) for m, t in zip(hits.motion, hits.t_s, strict=True)]


def test_a_zone_is_entered_where_path_band_and_period_meet() -> None:
    """Straight in after 30 s; already inside at 0; below the band not; climbing into it when it is reached."""
    assert entries([zone()], (0, 0, 60, 10, 0, 0)) == [(0, 30.0)]
    assert entries([zone()], (400, 0, 60, 0, 0, 0)) == [(0, 0.0)]
    assert entries([zone()], (-400, 0, 60, 10, 0, 0)) == []
    assert entries([zone(low=70, high=90)], (400, 0, 60, 0, 0, 0)) == []
    assert entries([zone(low=70, high=90)], (400, 0, 60, 0, 0, 2)) == [(0, 5.0)]
    assert entries([zone(when=(Period(NOW + 20, NOW + 500),))], (400, 0, 60, 0, 0, 0)) == [(0, 20.0)]
    assert entries([zone(when=(Period(NOW + 90, NOW + 500),))], (400, 0, 60, 0, 0, 0)) == []


def test_a_zone_is_approached_along_the_plan_and_not_only_straight_on() -> None:
    """Heading for a zone its plan turns off from, a flight is not warned; its plan turning into one, it is, by when."""
    for corner, into in (((200.0, 0.0), False), ((100.0, -300.0), True)):
        # Both fly to a corner: one on a line through the zone that it leaves in time, one past it and then in.
        x, y = corner
        then = (400.0, 0.0) if into else (200.0, 900.0)
        begin = (100.0, 0.0) if not into else (100.0, -600.0)
        legs = np.array(
            [
                [X0 + begin[0], Y0 + begin[1], 60, NOW - 5, X0 + x, Y0 + y, 60, NOW + 20],
                [X0 + x, Y0 + y, 60, NOW + 20, X0 + then[0], Y0 + then[1], 60, NOW + 60],
            ]
        )
        speed = (legs[0, 4:6] - legs[0, :2]) / 25.0
        place = legs[0, :2] + speed * 5.0 - (X0, Y0)
        plans = PlanLegs(legs, np.zeros(1, np.int64), np.full(1, 2, np.int64))
        held = {"planned": np.ones(1, bool), "track_state": np.zeros(1, np.int8), "plans": plans}
        sky = flights((*place, 60, *speed, 0), **held)
        planned, straight = Monitor(), Monitor(intent=False)
        for monitor in (planned, straight):
            monitor.take_zones([zone()])
        assert (len(planned.analyse(sky).zones.t_s) == 1) is into
        assert (len(straight.analyse(sky).zones.t_s) == 1) is not into


def test_an_uncertain_instant_brings_an_entry_nearer() -> None:
    """A flight that may be half a second further than it seems may enter half a second sooner, also at the horizon."""
    for x_m, uncertain_s, expected in ((0.0, 0.5, [29.5]), (-303.0, 0.5, [59.8]), (-303.0, 0.0, [])):
        monitor = Monitor()
        monitor.take_zones([zone()])
        sky = flights((x_m, 0, 60, 10, 0, 0), uncertain_s=np.full(1, uncertain_s))
        assert monitor.analyse(sky).zones.t_s.tolist() == pytest.approx(expected, abs=1e-3)


def test_an_unknown_height_is_inside_every_band() -> None:
    """A track without a height is warned of whatever band the zone has."""
    assert entries([zone(low=70, high=90)], (0, 0, np.nan, 10, 0, 0)) == [(0, 30.0)]


def test_only_some_zones_are_warned_of() -> None:
    """Prohibited zones and those by authorisation are; conditional ones and free ones are not."""

    class Published:
        def __init__(self, item: Zone) -> None:
            self.zone = item

    kinds = ("PROHIBITED", "REQ_AUTHORISATION", "CONDITIONAL", "NO_RESTRICTION")
    chosen = warned_of({kind: Published(zone(kind)) for kind in kinds})
    assert [item.restriction for item in chosen] == ["PROHIBITED", "REQ_AUTHORISATION"]


def test_a_change_of_zones_is_taken_up_and_the_same_zones_cost_nothing() -> None:
    """Withdrawn zones are gone at the next analysis."""
    index, one = ZoneIndex(), zone()
    assert index.update([one])
    assert not index.update([one])
    place = np.array([[X0 + 400, Y0]])
    assert len(index.inside(place, np.full((1, 3), 60.0), NOW)) == 1
    assert index.update([])
    assert len(index.inside(place, np.full((1, 3), 60.0), NOW)) == 0


def test_a_pair_at_the_edge_of_the_minimum_is_kept_and_let_go() -> None:
    """Foretold to pass 45 m apart and then 55 m it stays a pair, at 70 m not; what was never foretold does not become one."""
    monitor = Monitor()
    found = []
    for second, miss in enumerate((45, 55, 45, 55, 70, 70)):
        now_s = NOW + second
        rows = ((-500 + 10 * second, 0, 60, 10, 0, 0), (0, miss, 60, 0, 0, 0))
        found.append(pairs(monitor.analyse(flights(*rows, now_s=now_s, observed_s=np.full(2, now_s)))))
    assert found == [[(0, 1)]] * 4 + [[]] * 2
    assert pairs(Monitor().analyse(flights((-500, 0, 60, 10, 0, 0), (0, 55, 60, 0, 0, 0)))) == []


def test_a_pair_kept_is_no_loss_that_has_happened() -> None:
    """Foretold once and then passing 55 m apart, it is ahead while it is ahead, and never within the minima."""
    monitor = Monitor()
    for second in range(60):
        now_s, miss = NOW + second, 45 if second == 0 else 55
        rows = ((-300 + 10 * second, 0, 60, 10, 0, 0), (0, miss, 60, 0, 0, 0))
        losses = monitor.analyse(flights(*rows, now_s=now_s, observed_s=np.full(2, now_s))).losses
        assert (losses.t_in_s > 0).all()
    assert len(losses.a) == 0


def test_what_nobody_knows_of_the_instant_is_kept_as_distance() -> None:
    """At 54 m a pair is clear; when each at 10 m/s may have been there 0.25 s sooner or later it is not, and at 56 m it is."""
    for apart_m, uncertain_s, expected in ((54, 0.0, []), (54, 0.25, [(0, 1)]), (56, 0.25, [])):
        sky = flights((0, 0, 60, 10, 0, 0), (0, apart_m, 60, 10, 0, 0), uncertain_s=np.full(2, uncertain_s))
        assert pairs(Monitor().analyse(sky)) == expected


def test_two_ways_a_flight_may_go_on_are_one_flight() -> None:
    """A flight of one report is predicted level and climbing: no pair with itself, and one pair with what either meets."""
    level_and_above = ((0, 0, 60, 10, 0, 0.5), (300, 0, 60, 0, 0, 0), (500, 0, 85, 0, 0, 0))
    found = Monitor().analyse(flights(*level_and_above))
    assert pairs(found) == [(0, 1), (0, 2)]
    assert found.losses.t_in_s[0] == pytest.approx(25.0, abs=0.1)
    both = Monitor().analyse(flights((0, 0, 60, 10, 0, 0.1), (300, 0, 60, 0, 0, 0)))
    assert pairs(both) == [(0, 1)]


def test_a_flight_off_its_plan_is_where_it_says_while_the_plan_climbs() -> None:
    """Level beside a plan that climbs 2 m/s it is predicted from its own height; beside a level plan, free of the noise."""
    for climb_mps, expected in ((2.0, [(0, 1)]), (0.0, [])):
        monitor = Monitor()
        legs = np.array([[X0, Y0 - 500, 60, NOW - 10, X0 + 900, Y0 - 500, 60 + 90 * climb_mps, NOW + 80]])
        plans = PlanLegs(legs, np.zeros(2, np.int64), np.array((1, 0)))
        for second in range(30):
            now_s = NOW + second
            # The other is 15.5 m above 60 m: clear of one who really is at 61 m only if that height is noise.
            height = 61.0 if second == 29 else 60.0
            rows = ((100 + 10 * second, 0, height, 10, 0, 0), (100 + 10 * second, 20, 75.5, 10, 0, 0))
            held = {
                "planned": np.array([True, False]),
                "deviating": np.array([True, False]),
                "track_state": np.array([TrackState.NONCONFORMING, TrackState.UNPLANNED], np.int8),
                "temporal_s": np.zeros(2),
                "plans": plans,
            }
            found = monitor.analyse(flights(*rows, now_s=now_s, observed_s=np.full(2, now_s), **held))
        assert pairs(found) == expected


def test_a_climb_the_height_does_not_show_may_be_none() -> None:
    """Reported to climb 0.4 m/s for half a minute and still at its height, a flight off its plan is a pair there too."""
    legs = np.array([[X0, Y0 - 500, 60, NOW - 10, X0 + 900, Y0 - 500, 60, NOW + 80]])
    plans = PlanLegs(legs, np.zeros(2, np.int64), np.array((1, 0)))
    for rises_mps, expected in ((0.0, [(0, 1)]), (0.4, [])):
        monitor = Monitor()
        for second in range(30):
            now_s = NOW + second
            rows = ((10 * second, 0, 60 + rises_mps * second, 10, 0, 0.4), (840, 0, 60, 0, 0, 0))
            held = {
                "planned": np.array([True, False]),
                "deviating": np.array([True, False]),
                "track_state": np.array([TrackState.NONCONFORMING, TrackState.UNPLANNED], np.int8),
                "temporal_s": np.zeros(2),
                "plans": plans,
            }
            found = monitor.analyse(flights(*rows, now_s=now_s, observed_s=np.full(2, now_s), **held))
        assert pairs(found) == expected
