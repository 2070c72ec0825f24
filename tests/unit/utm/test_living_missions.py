"""Missions in memory: by plan, held ones, and the pads kept for their alternates."""

from airspace.pads import PadEvent
from utm.logistics.living_missions import Living, LivingMissions


class Pads:
    """Pads kept, by key."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, PadEvent]] = {}

    def keep_pad(self, site_id: str, event: PadEvent) -> None:
        self.kept[event.key] = (site_id, event)

    def give_pad(self, key: str) -> None:
        self.kept.pop(key, None)


def living(plan_id: str, *, held: bool = False, site_id: str | None = "north", at_s: float = 10.0) -> Living:
    alternate = None if site_id is None else (site_id, PadEvent("alternate:m", "craft", at_s, True))
    return Living("m", plan_id, held, alternate)


def test_a_mission_that_begins_is_found_and_taken_back_whole() -> None:
    """A new mission is known by its plan and keeps its alternate's pad; undone, nothing of it is left."""
    pads = Pads()
    missions = LivingMissions(lambda: pads)
    undo = missions.put("m", living("p", held=True))
    assert (missions.of_plan("p"), missions.plan_of("m"), missions.any_held) == ("m", "p", True)
    assert pads.kept["alternate:m"][0] == "north"
    undo()
    assert (missions.of_plan("p"), missions.plan_of("m"), missions.any_held) == (None, None, False)
    assert pads.kept == {}


def test_a_change_taken_back_is_as_before() -> None:
    """A mission confirmed, moved to another alternate and ended in one job is held at the first one again, undone in turn."""
    pads = Pads()
    missions = LivingMissions(lambda: pads)
    missions.put("m", living("p", held=True))
    undone = [
        missions.put("m", living("p", site_id="south", at_s=20.0)),
        missions.put("m", living("p", site_id=None)),
        missions.put("m", None),
    ]
    assert missions.of_plan("p") is None
    assert pads.kept == {}
    for undo in reversed(undone):
        undo()
    assert (missions.of_plan("p"), missions.any_held) == ("m", True)
    assert pads.kept == {"alternate:m": ("north", PadEvent("alternate:m", "craft", 10.0, True))}
    missions.forget()
    assert (missions.of_plan("p"), missions.any_held) == (None, False)
