"""The watch's parts: plans that follow the picture gently, grants, plans without flights, one alert for a dead feed."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from airspace.lifecycle import PlanState
from airspace.tactical.health import HealthLimits
from airspace.tactical.monitor import Monitor
from airspace.tactical.separation import SeparationLimits
from airspace.tracks import TrackState, Transition
from tests.fakes.live_world import World
from tests.unit.airspace.tactical.test_health import NOW
from tests.unit.airspace.tactical.test_monitor import FRAME, flights, zone
from utm.alert_conditions import Reader, Surroundings, plan_conditions
from utm.alert_watch import PLAN_PAUSE_S, PLANS_AT_ONCE, PlanFollower, RowTags
from utm.sky import LivePlan
from utm.telemetry_values import TrackIdentity


class Steps:
    """Remembers which plans were moved; fails when told to."""

    def __init__(self, plans: dict[str, Any]) -> None:
        self.plans, self.moves, self.fail = plans, [], False

    async def conformance(self, plan_id: str, state: PlanState) -> None:
        if self.fail:
            raise RuntimeError("no store")
        self.moves.append((plan_id, str(state)))
        self.plans[plan_id] = SimpleNamespace(plan_id=plan_id, state=str(state))


def follower(*plan_ids: str) -> tuple[PlanFollower, Steps]:
    plans: dict[str, Any] = {key: SimpleNamespace(plan_id=key, state="activated") for key in plan_ids}
    steps = Steps(plans)
    return PlanFollower(steps, plans, World().telemetry), steps  # type: ignore[arg-type]


def moved(plan_id: str, after: TrackState) -> Transition:
    return Transition(0, "trk", "ac", plan_id, TrackState.CONFORMING, after, 0.0, 0.0, 0.0)


async def test_a_flight_that_flaps_moves_its_plan_once_in_five_seconds() -> None:
    """Two hundred changes in twenty seconds are a handful of writes, and the last state is the true one."""
    following, steps = follower("fp_a")
    for tenth in range(200):
        state = TrackState.NONCONFORMING if tenth % 2 == 0 else TrackState.CONFORMING
        following.on_transition(moved("fp_a", state))
        await following.flush(tenth / 10)
    following.on_transition(moved("fp_a", TrackState.NONCONFORMING))
    await following.flush(20.0 + PLAN_PAUSE_S)
    assert len(steps.moves) <= 20 / PLAN_PAUSE_S + 2
    assert steps.moves[-1] == ("fp_a", "nonconforming")


async def test_an_upset_moves_plans_in_portions() -> None:
    """A hundred and twenty plans at once are moved fifty at a time, none forgotten."""
    following, steps = follower(*(f"fp_{i}" for i in range(120)))
    for number in range(120):
        following.on_transition(moved(f"fp_{number}", TrackState.NONCONFORMING))
    sizes = []
    for second in range(4):
        before = len(steps.moves)
        await following.flush(float(second))
        sizes.append(len(steps.moves) - before)
    assert sizes == [PLANS_AT_ONCE, PLANS_AT_ONCE, 20, 0]


async def test_a_move_that_fails_is_tried_again() -> None:
    """A store that cannot commit now gets the move after the pause."""
    following, steps = follower("fp_a")
    following.on_transition(moved("fp_a", TrackState.NONCONFORMING))
    steps.fail = True
    await following.flush(0.0)
    steps.fail = False
    await following.flush(1.0)
    assert steps.moves == []
    await following.flush(PLAN_PAUSE_S)
    assert steps.moves == [("fp_a", "nonconforming")]


class Names:
    """Names every row after its number; rows of `gone` have left."""

    def __init__(self, *gone: int) -> None:
        self.gone = gone

    def identity(self, row: int) -> TrackIdentity:
        if row in self.gone:
            raise KeyError(row)
        return TrackIdentity(f"trk_{row}", "mavlink", f"ac_{row}", f"fp_{row}", f"UAS{row}", f"org_{row}")


def read(
    sky: Any, zones: Any = (), granted: Any = None, names: Names | None = None, monitor: Monitor | None = None
) -> list[Any]:
    monitor = monitor or Monitor()
    monitor.take_zones(zones)
    found = monitor.analyse(sky)
    around = Surroundings(FRAME, monitor.zones.zones, granted or {}, ["mavlink"], SeparationLimits(), HealthLimits())
    return [c for c in Reader(found, names or Names(), around).conditions() if c.kind != "unplanned_flight"]


def test_a_zone_the_plan_was_approved_for_is_no_alert() -> None:
    """By authorisation only: told to a stranger to it, not to the flight whose approval named it; prohibited: as grave."""
    inside = (400, 0, 60, 0, 0, 0)
    by_leave = zone("REQ_AUTHORISATION")
    assert [c.severity for c in read(flights(inside), [by_leave])] == ["warning"]
    assert read(flights(inside), [by_leave], {"fp_0": frozenset({by_leave.zone_id})}) == []
    assert [c.severity for c in read(flights(inside), [zone()])] == ["emergency"]


def test_the_one_to_blame_is_named_first_whatever_its_row() -> None:
    """Of a conforming and an unknown aircraft the unknown one is the subject."""
    states = np.array([TrackState.UNPLANNED, TrackState.UNKNOWN], np.int8)
    sky = flights((0, 0, 60, 0, 0, 0), (20, 0, 65, 0, 0, 0), track_state=states)
    (loss,) = [c for c in read(sky) if c.kind == "loss_of_separation"]
    assert (loss.party.track_id, loss.other.track_id) == ("trk_1", "trk_0")
    assert loss.cpa[4] == -5.0
    assert loss.happened


def test_a_track_that_left_meanwhile_is_passed_over() -> None:
    """The analysis runs beside the picture: rows may be gone when it is read."""
    assert read(flights((0, 0, 60, 0, 0, 0), (20, 0, 60, 0, 0, 0)), names=Names(1)) == []


def test_a_dead_feed_is_one_alert_with_its_area() -> None:
    """Six silent flights of one feed are one condition and no lost links."""
    silent = np.full(6, NOW - 20.0)
    rows = [(float(i * 1000), 0.0, 60.0, 0.0, 0.0, 0.0) for i in range(6)]
    sky = flights(*rows, heard_s=silent, received_s=silent, track_state=np.full(6, TrackState.LOST, np.int8))
    (lost,) = read(sky)
    assert (lost.kind, lost.subject, lost.texts["count"]) == ("surveillance_lost", "mavlink", "6")
    west, south, east, north = lost.bbox
    assert west < east
    assert south <= north


def test_a_centre_that_stood_still_is_one_alert_with_its_area() -> None:
    """After seconds in which nothing was analysed the centre itself is told of, once, and none of its flights."""
    rows = [(float(i * 1000), float(i * 500), 60.0, 0.0, 0.0, 0.0) for i in range(6)]
    monitor = Monitor()
    monitor.analyse(flights(*rows, now_s=NOW))
    now_s = NOW + 30.0
    silent = np.full(6, NOW)
    sky = flights(
        *rows, now_s=now_s, heard_s=silent, received_s=silent, observed_s=silent,
        track_state=np.full(6, TrackState.LOST, np.int8),
    )  # fmt: skip
    (lost,) = read(sky, monitor=monitor)
    assert (lost.kind, lost.subject, lost.severity, lost.texts["count"]) == (
        "surveillance_lost", "centre", "emergency", "6",
    )  # fmt: skip
    west, south, east, north = lost.bbox
    assert west < east
    assert south < north


def plan(**more: Any) -> Any:
    values: dict[str, Any] = {"plan_id": "fp_a", "aircraft_id": "ac_a", "organisation_id": "org_a"}
    return SimpleNamespace(**values, **({"starts_s": NOW - 300, "ends_s": NOW + 300} | more))


def kinds(one: LivePlan, unseen: dict[str, float], ends: dict[str, float]) -> list[str]:
    return [c.kind for c in plan_conditions([one], unseen, ends, NOW)]


def test_a_plan_nobody_flies_and_one_that_does_not_land() -> None:
    """Unseen for 20 s after its start is told, before its start not; a minute after its first planned end it is overdue."""
    assert kinds(plan(), {"fp_a": NOW - 30}, {}) == ["plan_without_flight"]
    assert kinds(plan(), {"fp_a": NOW - 10}, {}) == []
    assert kinds(plan(starts_s=NOW - 5), {"fp_a": NOW - 500}, {}) == []
    assert kinds(plan(), {}, {"fp_a": NOW - 61}) == ["overdue"]
    assert kinds(plan(), {}, {"fp_a": NOW - 59}) == []


def test_tags_follow_who_a_row_is() -> None:
    """Tracks of one aircraft share a group; feeds get numbers; an ADS-B source is manned."""
    world = World()
    identities = {0: ("radar", "ac_1", "org_x"), 1: ("mavlink", "ac_1", None), 2: ("adsb", None, "org_x")}
    for row, (source, aircraft, feeder) in identities.items():
        world.picture.open_track(f"t{row}", now_s=world.now_s)
        world.telemetry._identities[row] = TrackIdentity(f"t{row}", source, aircraft, feeder_id=feeder)
    tags = RowTags(world.telemetry)
    found = tags.take(world.now_s)
    assert found.group[0] == found.group[1] >= 0
    assert found.group[2] == -1
    assert found.manned[:3].tolist() == [False, False, True]
    assert [tags.feeds[number] for number in found.feed[:3]] == ["radar (org_x)", "mavlink", "adsb (org_x)"]
