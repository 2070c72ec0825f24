"""Health: silence of one and of many, batteries against what is left to fly, jumps and velocities that lie."""

from typing import Any

import numpy as np
import pytest

from airspace.tactical.frames import TacticalFrame
from airspace.tactical.health import Health
from airspace.tactical.motion import PlanLegs
from airspace.tracks import TrackState

NOW = 1000.0


def frame(count: int, now_s: float = NOW, **columns: Any) -> TacticalFrame:
    """Return a frame of flights that all report well; `columns` replace some."""
    values: dict[str, Any] = {
        "rows": np.arange(count),
        "generation": np.zeros(count, np.int64),
        "state": np.tile((0.0, 0.0, 60.0, 0.0, 0.0, 0.0), (count, 1)),
        "heights": np.full((count, 3), 60.0),
        "observed_s": np.full(count, now_s),
        "received_s": np.full(count, now_s),
        "heard_s": np.full(count, now_s),
        "lateral_m": np.full(count, np.nan),
        "vertical_m": np.full(count, np.nan),
        "temporal_s": np.zeros(count),
        "battery_pct": np.full(count, np.nan),
        "track_state": np.zeros(count, np.int8),
        "link_up": np.ones(count, np.int8),
        "planned": np.ones(count, bool),
        "deviating": np.zeros(count, bool),
        "contingent": np.zeros(count, bool),
        "on_ground": np.zeros(count, bool),
        "group": np.full(count, -1),
        "manned": np.zeros(count, bool),
        "feed": np.zeros(count, np.int64),
        "endurance_s": np.full(count, np.nan),
        "uncertain_s": np.zeros(count),
        "plans": PlanLegs(np.empty((0, 8)), np.zeros(count, np.int64), np.zeros(count, np.int64)),
        "capacity": count,
    }
    return TacticalFrame(now_s=now_s, **(values | columns))


def places(*xs: float) -> Any:
    state = np.zeros((len(xs), 6))
    state[:, 0] = xs
    return state


def test_one_silent_flight_is_lost_and_a_silent_gps_is_stale() -> None:
    """Nothing heard is a lost link; heard, but without positions, is stale data."""
    health = Health()
    lost = np.array([TrackState.LOST, TrackState.LOST, 0, 0, 0, 0, 0], np.int8)
    heard = np.array([NOW - 8, NOW, NOW, NOW, NOW, NOW, NOW])
    received = np.array([NOW - 8, NOW - 8, NOW, NOW, NOW, NOW, NOW])
    found = health.check(frame(7, track_state=lost, heard_s=heard, received_s=received))
    assert np.flatnonzero(found.link_lost).tolist() == [0]
    assert np.flatnonzero(found.stale).tolist() == [1]
    assert found.silent_feeds == ()


def test_a_feed_that_fails_is_one_finding_and_no_lost_links() -> None:
    """When most flights of a feed fall silent the feed is named, before and while each of them counts as lost."""
    health = Health()
    feed = np.array([0] * 6 + [1] * 6)
    for second in range(12):
        now_s = NOW + second
        health.check(frame(12, now_s, feed=feed))
    base = NOW + 11
    for silent_s in (3.5, 6.0, 20.0):
        now_s = base + silent_s
        last = np.where(feed == 1, base, now_s)
        state = np.where((feed == 1) & (silent_s > 5), TrackState.LOST, 0).astype(np.int8)
        health._last_s = now_s - 0.5
        found = health.check(frame(12, now_s, feed=feed, heard_s=last, received_s=last, track_state=state))
        assert [(f.feed, f.tracks.tolist(), f.known) for f in found.silent_feeds] == [(1, list(range(6, 12)), 6)]
        assert not found.link_lost.any()


def test_after_a_stall_of_our_own_silence_means_nothing() -> None:
    """A tick that comes seconds late says so and calls nobody lost, until there was time to be heard again."""
    health = Health()
    health.check(frame(3, NOW))
    lost = np.full(3, TrackState.LOST, np.int8)
    late = health.check(frame(3, NOW + 9, track_state=lost, heard_s=np.full(3, NOW), received_s=np.full(3, NOW)))
    assert late.stalled_s == pytest.approx(9)
    assert not late.link_lost.any()
    for second in range(1, 8):
        again = health.check(
            frame(3, NOW + 9 + second, track_state=lost, heard_s=np.full(3, NOW), received_s=np.full(3, NOW))
        )
    assert again.stalled_s == 0
    assert again.link_lost.all()


def test_a_jump_further_than_it_can_fly_is_told_for_a_while() -> None:
    """400 m in a second is a jump; 15 m are not, nor are 400 m of a manned aircraft in two seconds."""
    health = Health()
    manned = np.array([False, False, True])
    health.check(frame(3, NOW, state=places(0, 0, 0), manned=manned))
    after = health.check(frame(3, NOW + 2, state=places(400, 15, 400), manned=manned))
    assert after.jumped.tolist() == [True, False, False]
    calm = health.check(frame(3, NOW + 8, state=places(410, 20, 420), manned=manned))
    assert calm.jumped.tolist() == [True, False, False]
    for second in range(9, 16):
        end = health.check(frame(3, NOW + second, state=places(410, 20, 420), manned=manned))
    assert not end.jumped.any()


def test_a_velocity_the_positions_contradict_is_implausible() -> None:
    """Reporting 20 m/s while the position stands still is told after two windows; flying them is not."""
    health = Health()
    for second in range(10):
        state = places(0.0, 20.0 * second)
        state[:, 3] = 20.0
        found = health.check(frame(2, NOW + second, state=state))
    assert found.implausible.tolist() == [True, False]


def test_a_velocity_no_drone_flies_is_implausible() -> None:
    """100 m/s is none of a drone's velocities, but a manned aircraft may have it."""
    state = places(0.0, 0.0)
    state[:, 3] = 100.0
    found = Health().check(frame(2, state=state, manned=np.array([False, True])))
    assert found.implausible.tolist() == [True, False]


def test_the_battery_is_held_against_what_is_left_to_fly() -> None:
    """With 600 s to go half an hour's battery needs 33 % and the reserve 15 %: 60 % is enough, 40 % and 20 % are not."""
    legs = np.array([[0.0, 0, 60, NOW - 100, 1000, 0, 60, NOW + 600]])
    plans = PlanLegs(legs, np.zeros(4, np.int64), np.ones(4, np.int64))
    level = np.array([60.0, 40.0, 20.0, np.nan])
    found = Health().check(frame(4, battery_pct=level, plans=plans))
    assert found.remaining_s.tolist() == [600] * 4
    assert (found.battery_short > 0).tolist() == [False, True, True, False]
    assert (found.battery_empty > 0).tolist() == [False, False, True, False]


def test_a_registered_endurance_takes_the_place_of_half_an_hour() -> None:
    """With 600 s to go an aeroplane that flies for two hours has plenty in 40 %, a drone of a quarter of an hour not."""
    legs = np.array([[0.0, 0.0, 60.0, NOW - 300.0, 9000.0, 0.0, 60.0, NOW + 600.0]])
    plans = PlanLegs(legs, np.zeros(3, np.int64), np.ones(3, np.int64))
    endurance_s = np.array([7200.0, 900.0, np.nan])
    found = Health().check(frame(3, battery_pct=np.full(3, 40.0), endurance_s=endurance_s, plans=plans))
    assert (found.battery_short > 0).tolist() == [False, True, True]
    assert (found.battery_empty > 0).tolist() == [False, True, False]


def test_a_battery_that_drains_faster_needs_more() -> None:
    """After 200 s at 0.2 % a second, 600 s to go need 120 %."""
    legs = np.array([[0.0, 0, 60, NOW - 100, 1000, 0, 60, NOW + 800]])
    plans = PlanLegs(legs, np.zeros(1, np.int64), np.ones(1, np.int64))
    health = Health()
    for second in range(201):
        found = health.check(frame(1, NOW + second, battery_pct=np.array([90.0 - 0.2 * second]), plans=plans))
    assert float(found.battery_empty[0]) == pytest.approx(600 * 0.2 - 50, abs=1)


def test_a_row_that_changes_hands_starts_afresh() -> None:
    """The next track of a row does not jump from where the last one was."""
    health = Health()
    health.check(frame(1, NOW, state=places(0.0)))
    found = health.check(frame(1, NOW + 1, state=places(9_000.0), generation=np.array([1])))
    assert not found.jumped.any()
