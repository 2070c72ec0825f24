"""After a restart the picture shows what the last process saw, as old as it is, and its senders carry the tracks on."""

from pathlib import Path

import numpy as np
import pytest

from airspace.tracks import TrackState
from tests.fakes.live_world import LAT, LON, HandClock, record, vehicle
from tests.fakes.recorded_world import RecordedWorld
from utm.past_tracks import last_seen, restore
from utm.telemetry_values import PositionReport
from utm.track_items import binary_columns, track_items

A, B = vehicle(40001, 1), vehicle(40002, 2)
NAN = float("nan")


def made(folder: Path, clock: HandClock) -> RecordedWorld:
    """Return a recorded world with two aircraft."""
    return RecordedWorld(folder, record("1", 1), record("2", 2, firm="org_b"), clock=clock)


def report(world: RecordedWorld, reference: str, aircraft_id: str | None) -> None:
    """Let a supplier report a position a little east of the vehicles'."""
    values = (LAT, LON + 0.1, 70.0, NAN, NAN, 1.0, 2.0, 0.0, 45.0, world.now_s)
    item = PositionReport(reference, aircraft_id, values, "radar", landed=False, battery_pct=55.0)
    world.telemetry.report([item], feeder_id="org_s", now_s=world.now_s)


def flown(folder: Path, clock: HandClock) -> RecordedWorld:
    """Return a world that saw two vehicles, a named track and an aircraft of a supplier, and was then cut off."""
    world = made(folder, clock)
    for step in range(8):
        world.heartbeat(A)
        world.position(A, LAT + step * 1e-4, LON)
        world.position(B, LAT, LON + 0.3, vel_up_mps=1.5)
        report(world, "radar-7", None)
        report(world, "ac_2", "ac_2")
        world.tick()
    world.recorder.flush()
    return world


def again(folder: Path, clock: HandClock, silent_s: float) -> RecordedWorld:
    """Return the next process's world, so long after the first one ended."""
    clock.move(silent_s)
    world = made(folder, clock)
    restore(world.telemetry, last_seen(world.recorder.recordings, world.now_s))
    return world


def shown(world: RecordedWorld) -> dict[str, dict[str, object]]:
    """Return the tracks as the API shows them, by id."""
    rows = world.picture.snapshot()
    return {
        item.track_id: {name: getattr(item, name) for name in item.__struct_fields__}
        for item in track_items(world.telemetry, rows, world.now_s)
    }


@pytest.mark.parametrize("silent_s", [0.5, 8.0, 200.0])
def test_what_was_seen_last_is_shown_as_old_as_it_is(tmp_path: Path, silent_s: float) -> None:
    """Every track must come back with its id, place and instants, and its age must be the true one."""
    clock = HandClock()
    before = flown(tmp_path, clock)
    last = shown(before)
    world = again(tmp_path, clock, silent_s)
    world.tick()
    now = shown(world)
    assert now.keys() == last.keys()
    same = ("aircraft_id", "lat_deg", "lon_deg", "alt_hae_m", "alt_amsl_m", "alt_agl_m", "vel_up_mps", "heading_deg",
            "observed_at", "received_at", "registration", "operator_id", "battery_pct", "armed", "source")  # fmt: skip
    for name, item in now.items():
        assert {key: item[key] for key in same} == {key: last[name][key] for key in same}
        old_s = world.clock.now().timestamp() - item["received_at"].timestamp()  # type: ignore[attr-defined]
        assert old_s > silent_s
        assert item["link_age_s"] == pytest.approx(old_s, abs=0.3)
    ages = binary_columns(world.picture, world.picture.snapshot(), world.now_s)["age_s"]
    assert (ages > silent_s).all()


def test_nothing_stale_passes_for_fresh(tmp_path: Path) -> None:
    """MAVLink tracks must be lost once a second old, those of suppliers when silent for as long as always."""
    clock = HandClock()
    flown(tmp_path, clock)
    world = again(tmp_path, clock, 1.5)
    world.tick()
    for row in world.picture.snapshot().tolist():
        feeder = world.telemetry.identity(row).feeder_id
        lost = world.picture.state[row] in (TrackState.LOST, TrackState.UNKNOWN)
        assert lost or feeder is not None
    world.tick(5.0)
    rows = world.picture.snapshot()
    assert np.isin(world.picture.state[rows], (TrackState.LOST, TrackState.UNKNOWN)).all()


def test_who_comes_back_carries_the_track_on(tmp_path: Path) -> None:
    """A vehicle or a sender heard again must go on in its old track, fresh again, and be nowhere twice."""
    clock = HandClock()
    before = flown(tmp_path, clock)
    last = shown(before)
    world = again(tmp_path, clock, 20.0)
    world.tick()
    for _ in range(3):
        world.position(A, LAT + 0.01, LON)
        world.position(B, LAT + 0.01, LON + 0.3)
        report(world, "radar-7", None)
        report(world, "ac_2", "ac_2")
        world.tick()
    now = shown(world)
    assert now.keys() == last.keys()
    for name, item in now.items():
        assert item["link_age_s"] == pytest.approx(0.25, abs=0.1)
        assert item["state"] == last[name]["state"]


def test_what_is_too_old_is_not_brought_back(tmp_path: Path) -> None:
    """An hour later nothing of the old picture may be shown, and after five minutes no flight without a plan."""
    clock = HandClock()
    flown(tmp_path, clock)
    world = again(tmp_path, clock, 301.0)
    world.tick()
    assert shown(world) == {}
    assert shown(again(tmp_path, clock, 3_600.0)) == {}


def test_an_empty_folder_restores_nothing(tmp_path: Path) -> None:
    """A first start has no past."""
    assert shown(again(tmp_path, HandClock(), 1.0)) == {}


def test_a_restored_position_is_recorded_once(tmp_path: Path) -> None:
    """The recording must hold each observation once, however often the picture was restored from it."""
    clock = HandClock()
    flown(tmp_path, clock)
    world = again(tmp_path, clock, 3.0)
    world.tick()
    world.recorder.flush()
    third = again(tmp_path, clock, 3.0)
    third.tick()
    found = list(third.recorder.recordings.observations(-(1 << 62), 1 << 60))
    assert sum(len(rows) for rows in found) == 8 * 4
    assert len(shown(third)) == 4


def unregistered_again(folder: Path, *came_back: tuple[int, int, float]) -> list[tuple[str, float]]:
    """Let strangers with system ids 7 and 8 be seen, restart, let some come back; return the tracks and where each is.

    Each of `came_back` is a port, a system id and a latitude; the track of a vehicle is named trk_1, trk_2, ...
    """
    clock = HandClock()
    world = RecordedWorld(folder, clock=clock)
    for key, lat in ((vehicle(40007, 7), LAT), (vehicle(40008, 8), LAT + 0.1)):
        world.heartbeat(key)
        world.position(key, lat, LON)
    world.tick()
    world.recorder.flush()
    clock.move(10.0)
    world = RecordedWorld(folder, clock=clock)
    world.telemetry._ids = (f"trk_new{k}" for k in range(9)).__next__
    restore(world.telemetry, last_seen(world.recorder.recordings, world.now_s))
    for _ in range(2):
        for port, system_id, lat in came_back:
            world.heartbeat(vehicle(port, system_id))
            world.position(vehicle(port, system_id), lat, LON)
        world.tick()
    rows = world.picture.snapshot()
    return sorted((world.picture.track_ids[row], round(float(world.picture.lat_deg[row]), 4)) for row in rows)


def test_an_unregistered_vehicle_carries_its_track_on(tmp_path: Path) -> None:
    """Heard again from its port, or as the only one of its system id near where it was, it must be nowhere twice."""
    before = unregistered_again(tmp_path / "none")
    (first, _), (second, _) = before
    moved = round(LAT + 0.001, 4)
    assert unregistered_again(tmp_path / "same", (40007, 7, moved)) == [(first, moved), before[1]]
    assert unregistered_again(tmp_path / "other", (51234, 7, moved)) == [(first, moved), before[1]]
    both = unregistered_again(tmp_path / "both", (51234, 7, moved), (40008, 8, LAT + 0.1))
    assert both == [(first, moved), (second, round(LAT + 0.1, 4))]


def test_a_stranger_takes_nobodys_track(tmp_path: Path) -> None:
    """Another system id, too far away, or two that could be it: the old track stays what it was and new ones begin."""
    first = ("trk_new0", round(LAT + 0.2, 4))
    before = unregistered_again(tmp_path / "none")
    assert unregistered_again(tmp_path / "id", (51234, 9, LAT)) == sorted([*before, ("trk_new0", LAT)])
    assert unregistered_again(tmp_path / "far", (51234, 7, LAT + 0.2)) == sorted([*before, first])
    two = unregistered_again(tmp_path / "two", (51234, 7, LAT), (51235, 7, LAT))
    assert len(two) == 4
