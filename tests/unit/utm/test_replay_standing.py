"""What stood when a replay begins, also where the recording itself begins and at the turn of an hour."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.live_world import principal
from tests.fakes.recorded_world import RecordedWorld
from utm.live_schema import PlanItem, ZoneItem

ZONES: Any = ("zones",)
FEATURE = {"type": "Feature"}


@pytest.fixture
def world(tmp_path: Path) -> Any:
    """A recorded world; what stands is written down by hand, a little after its first tick as the recorder does."""
    made = RecordedWorld(tmp_path / "recordings")
    yield made
    made.recorder.close()


def stands(world: RecordedWorld, *zone_ids: str) -> None:
    """Let the recorder write down which zones stand now."""
    for zone_id in zone_ids:
        world.recorder._event(world.now_us, "zones", "state", None, ZoneItem(zone_id, 1, FEATURE))


def told(messages: list[Any]) -> list[tuple[str, list[str]]]:
    """Return the kind of each message with the zones it tells."""
    return [(message["kind"], sorted(item["zone_id"] for item in message["items"])) for message in messages]


def begun(world: RecordedWorld) -> int:
    """Begin to record, what stands being written half a second after the first tick; return when that was."""
    world.tick(0.25)
    first_us = world.now_us
    world.tick(0.5)
    stands(world, "zn_1", "zn_2")
    world.tick(0.25)
    return first_us


def test_what_stood_is_there_from_the_first_instant_recorded(world: RecordedWorld) -> None:
    """A replay from the first tick, or rounded to the second before, has the zones though they were written a little later."""
    first_us = begun(world)
    for from_us in (first_us, first_us - 400_000):
        assert told(world.replay(from_us, from_us, topics=ZONES)) == [("snapshot", ["zn_1", "zn_2"])]


def test_what_stood_comes_when_a_window_reaches_the_recording(world: RecordedWorld) -> None:
    """A window that begins long before anything was recorded tells what stands where the recording begins, once."""
    first_us = begun(world)
    stands(world, "zn_1", "zn_2")
    messages = told(world.replay(first_us - 1_800_000_000, world.now_us, topics=ZONES))
    assert messages == [("snapshot", []), ("increment", ["zn_1"]), ("increment", ["zn_2"])]


def test_what_was_published_meanwhile_is_not_there_before(world: RecordedWorld) -> None:
    """A zone published between the first tick and what was written down after it comes when it was published."""
    world.tick(0.25)
    first_us = world.now_us
    world.tick(0.25)
    world.recorder.on_bus("zones", ZoneItem("zn_new", 1, FEATURE), None)
    world.tick(0.25)
    stands(world, "zn_1", "zn_new")
    world.tick(0.25)
    assert told(world.replay(first_us, world.now_us, topics=ZONES)) == [
        ("snapshot", ["zn_1"]),
        ("increment", ["zn_new"]),
    ]


def test_what_stood_is_there_at_the_turn_of_an_hour(world: RecordedWorld) -> None:
    """The file of an hour does not say what stands in its first instants: the hour before does, what was withdrawn left out."""
    begun(world)
    world.recorder.on_bus("zones", ZoneItem("zn_2", 2, None), None)
    now = world.clock.now()
    turn = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    world.tick((turn - now).total_seconds() - 0.1)
    world.tick(0.2)
    world.tick(0.5)
    stands(world, "zn_1")
    world.tick(0.5)
    turn_us = round(turn.timestamp() * 1_000_000)
    assert told(world.replay(turn_us, world.now_us, topics=ZONES)) == [("snapshot", ["zn_1"])]
    assert told(world.replay(turn_us - 50_000, world.now_us, topics=ZONES)) == [("snapshot", ["zn_1"])]
    # An alert's or a plan's own snapshot is not filled with those of another topic.
    assert told(world.replay(turn_us, world.now_us, topics=("plans",))) == [("snapshot", [])]


def test_the_state_of_a_firm_stays_with_it(world: RecordedWorld) -> None:
    """What is told where the recording begins is told to whom it may be told."""
    world.tick(0.25)
    first_us = world.now_us
    world.tick(0.5)
    plan = PlanItem("fp_1", "approved", 1, "ac_1", "org_a", None, None)
    world.recorder._event(world.now_us, "plans", "state", ["org_a"], plan)
    world.tick(0.25)
    for firm, count in (("org_a", 1), ("org_b", 0)):
        messages = world.replay(first_us, world.now_us, principal("operator", firm), topics=("plans",))
        assert [len(message["items"]) for message in messages] == [count]
