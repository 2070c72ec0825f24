"""What counts as done: mode and motion together, positions from after the mode only."""

from typing import Any

import pytest

from mavlink_bridge.confirmations import Holding, Landed, Place, Reaching, Resumed, Returning
from mavlink_bridge.events import Heartbeat, LandedState, Position, VehicleKey

VEHICLE = VehicleKey("udp:127.0.0.1:1", 1)
HERE = Place(22.70, 114.20, 50.0)
METRE_DEG = 1 / 111_195.0


def beat(mode: str | None, *, armed: bool = True) -> Heartbeat:
    return Heartbeat(VEHICLE, 0.0, armed, 1, 0, mode, 4, 12, 2, 1)


def at(north_m: float = 0.0, speed_mps: float | None = 0.0, up_mps: float | None = 0.0) -> Position:
    lat_deg = HERE.lat_deg + north_m * METRE_DEG
    return Position(
        VEHICLE, 0.0, lat_deg, HERE.lon_deg, 50.0, None, 50.0, speed_mps, None if speed_mps is None else 0.0, up_mps,
        None, 0, "global_position_int",
    )  # fmt: skip


def ground(landed: str | None) -> LandedState:
    return LandedState(VEHICLE, 0.0, landed, None)


def heard(expect: Any, *events: Any) -> list[bool]:
    """Return what a confirmation says to each event."""
    return [expect(event) for event in events]


@pytest.mark.parametrize(
    ("events", "done"),
    [
        ([beat("hold"), at(), at()], True),
        ([beat("hold"), at()], False),
        ([at(), at(), beat("hold")], False),
        ([beat("mission"), at(), at()], False),
        ([beat("hold"), at(speed_mps=5.0), at(speed_mps=4.0)], False),
        ([beat("hold"), at(north_m=51), at(north_m=51)], False),
        ([beat("hold"), at(), beat("mission"), beat("hold"), at()], False),
        ([beat("hold"), at(speed_mps=None), at(speed_mps=None)], False),
        ([beat("hold"), at(), at(speed_mps=3.0), at(), at()], True),
    ],
)
def test_a_hold_is_two_still_positions_in_the_circle_after_the_mode(events: list[Any], done: bool) -> None:
    """Neither the mode alone nor the place alone nor an earlier position may confirm a hold."""
    assert heard(Holding(HERE, circles=False), *events)[-1] is done


def test_a_wing_holds_by_circling_inside() -> None:
    """A fixed wing never stands still: inside the circle is enough, outside is not."""
    assert heard(Holding(HERE, circles=True), beat("hold"), at(speed_mps=18.0), at(40, 18.0))[-1]
    assert not heard(Holding(HERE, circles=True), beat("hold"), at(60, 18.0), at(70, 18.0))[-1]


@pytest.mark.parametrize(
    ("events", "done"),
    [
        ([beat("rtl"), at(200), at(190)], True),
        ([beat("rtl"), at(200), at(198)], False),
        ([beat("rtl"), at(200), at(260)], False),
        ([beat("rtl"), at(200, up_mps=2.0)], True),
        ([beat("rtl"), at(10)], True),
        ([at(200), at(100), beat("rtl"), at(100)], False),
        ([beat("hold"), at(200), at(100)], False),
        ([beat("rtl"), ground("on_ground")], True),
    ],
)
def test_a_return_is_seen_coming_nearer_climbing_or_home(events: list[Any], done: bool) -> None:
    """The return mode must come with a motion that returns."""
    assert heard(Returning(HERE), *events)[-1] is done


def test_a_return_without_a_known_home_must_at_least_move() -> None:
    """Where home is not known, standing still in that mode proves nothing."""
    assert not heard(Returning(None), beat("rtl"), at())[-1]
    assert heard(Returning(None), beat("rtl"), at(speed_mps=6.0))[-1]


def test_landing_is_the_ground_not_the_mode() -> None:
    """The landing mode on the way down must not confirm, the ground must; so must motors that stop after it."""
    assert heard(Landed(), beat("land"), ground("landing"), ground("on_ground")) == [False, False, True]
    assert heard(Landed(), beat("land"), beat("land", armed=False)) == [False, True]
    assert heard(Landed(), beat("hold", armed=False)) == [False]


def test_landing_at_a_place_must_be_there() -> None:
    """On the ground somewhere else must not count as landed at the site."""
    assert not heard(Landed(HERE), at(80), ground("on_ground"))[-1]
    assert heard(Landed(HERE), at(30), ground("on_ground"))[-1]


def test_resuming_is_mission_and_moving() -> None:
    """Mission mode at a standstill must not confirm."""
    assert heard(Resumed(), beat("mission"), at(), at(speed_mps=3.0)) == [False, False, True]


def test_reaching_a_place_is_coming_nearer_in_the_mode() -> None:
    """A vehicle must come nearer after it is in the mode, or be there."""
    expect = Reaching(Place(HERE.lat_deg, HERE.lon_deg, 20.0), ("mission",))
    assert heard(expect, beat("mission"), at(300), at(298), at(290)) == [False, False, False, True]
