"""Replays against the live feed they were recorded from."""

import json
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.live_world import LAT, LON, TOLERANCE, hover, principal, record, vehicle
from tests.fakes.recorded_world import RecordedWorld
from utm.live_area import Box
from utm.live_frames import decode_tracks
from utm.live_schema import AlertItem, PlanItem, ZoneItem
from utm.recording.recorder import RecorderLimits

A, B = vehicle(40001, 1), vehicle(40002, 2)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[RecordedWorld]:
    """A recorded world with two aircraft of two firms."""
    made = two_firms(tmp_path / "recordings", RecorderLimits(key_s=2.0))
    yield made
    made.recorder.close()


def two_firms(folder: Path, limits: RecorderLimits | None = None, **more: Any) -> RecordedWorld:
    """Return a recorded world with an aircraft each of two firms."""
    return RecordedWorld(folder, record("1", 1, firm="org_a"), record("2", 2, firm="org_b"), limits=limits, **more)


def fly(world: RecordedWorld, seconds: float, seed: int = 3, *, silent_after: float = 1e9) -> None:
    """Let two aircraft fly with uneven positions, modes and batteries."""
    choose = random.Random(seed)
    for step in range(int(seconds * 4)):
        world.clock.move(0.05)
        for number, key in enumerate((A, B)):
            if key == B and step / 4 > silent_after:
                continue
            for _ in range(choose.choice((0, 1, 1, 2))):
                world.clock.move(choose.random() * 0.01)
                world.position(
                    key,
                    LAT + number * 0.01 + choose.gauss(0, 1e-5),
                    LON + step * 1e-5,
                    alt_amsl_m=60 + choose.random(),
                    vel_up_mps=None if choose.random() < 0.1 else choose.gauss(0, 1),
                    heading_deg=None if choose.random() < 0.1 else choose.random() * 360,
                )
            if choose.random() < 0.2:
                world.heartbeat(key, mode=choose.choice(("mission", "hold", None)))
        world.tick(0.1)


def items_of(messages: list[Any]) -> list[Any]:
    """Return items and removals of the track messages."""
    return [(m["items"], m["removed"]) for m in messages if m["topic"] == "tracks" and m["kind"] == "increment"]


def test_replay_is_what_was_live(world):
    """Every increment of a replay holds exactly the items, rounded and stamped, that the live feed sent."""
    fly(world, 3)
    start_us, sent = world.now_us, len(world.live)
    world.telemetry.plan_activated("ac_1", "fp_1", hover(world.now_s), TOLERANCE)
    fly(world, 20)
    assert items_of(world.live[sent:]) == items_of(world.replay(start_us, world.now_us))


def test_replay_survives_sealing(world):
    """Sealed or in memory, the same is replayed."""
    fly(world, 10)
    start_us = world.now_us
    fly(world, 10, 4)
    before = world.replay(start_us, world.now_us)
    world.recorder.close()
    assert world.recorder.counters["slices_sealed"] == 1
    assert before == world.replay(start_us, world.now_us)
    assert len(before) > 20


def test_replay_over_slices(tmp_path):
    """Slices follow one another without a seam."""
    world = two_firms(tmp_path, RecorderLimits(slice_s=2.0, key_s=2.0))
    fly(world, 3)
    start_us, sent = world.now_us, len(world.live)
    fly(world, 20)
    world.recorder.close()
    assert world.recorder.counters["slices_sealed"] > 5
    assert items_of(world.live[sent:]) == items_of(world.replay(start_us, world.now_us))


def test_snapshot_holds_what_stood(world):
    """A replay begins with the whole picture, silent tracks included, without those that had left."""
    fly(world, 40, silent_after=5)
    snapshot = world.replay(world.now_us, world.now_us)[0]
    assert snapshot["kind"] == "snapshot"
    live = world._view.frames("json", None)[0]
    expected = json.loads(live)["items"]
    assert len(expected) == 2
    for shown, was in zip(snapshot["items"], expected, strict=True):
        # Told again every few seconds: the age of a silent link is as old as that.
        assert {**shown, "link_age_s": 0} == {**was, "link_age_s": 0}


def test_tracks_that_left_are_removed(world):
    """What left the live picture leaves the replay at the same tick."""
    fly(world, 4)
    start_us, sent = world.now_us, len(world.live)
    fly(world, 4)
    for _ in range(4 * 60 * 6):
        world.tick(0.25)
    live, replayed = items_of(world.live[sent:]), items_of(world.replay(start_us, world.now_us))
    assert live == replayed
    assert sorted(live[-1][1] + live[-2][1]) == ["trk_1", "trk_2"] or len(live[-1][1]) == 2


def test_firms_replay_their_own_tracks_only(world):
    """An operator's replay holds its own aircraft, a supplier without tracks gets none."""
    fly(world, 4)
    start_us = world.now_us
    fly(world, 4)
    for who, expected in (
        (principal("operator", "org_a"), {"ac_1"}),
        (principal("operator", "org_b"), {"ac_2"}),
        (principal("supplier", "org_s"), set()),
    ):
        messages = world.replay(start_us, world.now_us, who)
        assert {item["aircraft_id"] for message in messages for item in message["items"]} == expected


def test_area_narrows_a_replay(world):
    """Only tracks in the box come."""
    fly(world, 4)
    box = Box(LON - 1, LAT - 0.005, LON + 1, LAT + 0.005)
    messages = world.replay(world.now_us - 3_000_000, world.now_us, area=box)
    assert {item["aircraft_id"] for message in messages for item in message["items"]} == {"ac_1"}


def test_binary_replay_equals_text(world):
    """Binary frames of a replay hold the rows of the text ones and the instants of the ticks."""
    fly(world, 4)
    start_us = world.now_us
    fly(world, 4)
    binary = [m for m in world.replay(start_us, world.now_us, encoding="binary") if isinstance(m, bytes)]
    text = world.replay(start_us, world.now_us)
    assert len(binary) == len(text)
    for frame, message in zip(binary, text, strict=True):
        _, _, _, decoded = decode_tracks(frame)
        assert [item["row"] for item in message["items"]] == decoded["row"].tolist()
        assert [item["lat_deg"] for item in message["items"]] == pytest.approx(decoded["lat_deg"].tolist(), abs=1e-9)


def test_events_are_replayed_to_whom_they_were_sent(world):
    """Events come at their instant, to those who might see them, and what stood comes as a snapshot."""
    alert = AlertItem("al_1", "link_lost", "warning", "raised", world.clock.now(), "d", "d")
    plan = PlanItem("fp_1", "approved", 1, "ac_1", "org_a", None, None)
    world.tick()
    world.recorder.on_bus("alerts", alert, frozenset({"org_a"}))
    world.recorder.on_bus("zones", ZoneItem("zn_1", 1, {"type": "Feature"}), None)
    world.recorder.on_bus("zones", ZoneItem("zn_2", 1, {"type": "Feature"}), None)
    world.recorder.on_bus("zones", ZoneItem("zn_2", 2, None), None)
    world.tick(1)
    middle_us = world.now_us
    world.tick(1)
    world.recorder.on_bus("plans", plan, frozenset({"org_a"}))
    world.tick(1)
    topics = ("alerts", "plans", "zones")
    messages = world.replay(middle_us, world.now_us, topics=topics)
    assert [(m["topic"], m["kind"], len(m["items"])) for m in messages] == [
        ("alerts", "snapshot", 1),
        ("plans", "snapshot", 0),
        ("zones", "snapshot", 1),
        ("plans", "increment", 1),
    ]
    assert messages[-1]["items"][0]["plan_id"] == "fp_1"
    assert messages[-1]["at"] == (world.clock.now() - timedelta(seconds=1)).isoformat().replace("+00:00", "Z")
    others = world.replay(middle_us, world.now_us, principal("operator", "org_b"), topics=topics)
    assert [(m["topic"], len(m["items"])) for m in others] == [("alerts", 0), ("plans", 0), ("zones", 1)]


def test_a_process_that_ended_takes_its_tracks_along(tmp_path: Path):
    """After a restart the tracks of the process before are gone from the replay, and rows of both do not mix."""
    first = two_firms(tmp_path)
    fly(first, 4)
    start_us = first.now_us
    first.recorder.close()
    first_ended = first.clock.now().isoformat()
    first.clock.move(20)
    second = two_firms(tmp_path, clock=first.clock)
    fly(second, 4, 9)
    messages = second.replay(start_us, second.now_us)
    assert len(messages[0]["items"]) == 2
    assert {item["observed_at"] < first_ended for item in messages[0]["items"]} == {True}
    assert len(messages) > 10
    snapshot = second.replay(second.now_us, second.now_us)[0]
    assert len(snapshot["items"]) == 2
    second.recorder.close()
