"""The modes' vocabulary."""

from __future__ import annotations

import pytest

from mavlink_bridge import modes


@pytest.mark.parametrize(
    ("autopilot", "kind", "base", "custom", "name"),
    [
        (12, 2, 1, 0x04040000, "mission"),
        (12, 2, 1, 0x03040000, "hold"),
        (12, 2, 1, 0x05040000, "rtl"),
        (12, 2, 1, 0x06040000, "land"),
        (12, 2, 1, 0x02040000, "takeoff"),
        (12, 2, 1, 0x00060000, "guided"),
        (12, 2, 1, 0x00010000, "manual"),
        (12, 2, 1, 0x07630000, None),
        (3, 2, 1, 3, "mission"),
        (3, 2, 1, 17, "hold"),
        (3, 2, 1, 6, "rtl"),
        (3, 1, 1, 12, "hold"),
        (3, 1, 1, 13, "takeoff"),
        (3, 10, 1, 4, "hold"),
        (3, 2, 1, 99, None),
        (3, 12, 1, 3, None),
        (0, 2, 4, 0, "mission"),
        (0, 2, 8, 0, "guided"),
        (0, 2, 64, 0, "manual"),
        (0, 2, 16, 0, "stabilized"),
        (0, 2, 0, 0, None),
        (0, 2, 1, 5, None),
    ],
)
def test_modes_have_one_name_over_autopilots(autopilot, kind, base, custom, name):
    """PX4, ArduPilot and generic autopilots speak one vocabulary; the unknown is None."""
    assert modes.mode_name(autopilot, kind, base, custom) == name


@pytest.mark.parametrize("autopilot", [modes.PX4, modes.ARDUPILOT])
@pytest.mark.parametrize("kind", [1, 2])
@pytest.mark.parametrize("mode", ["mission", "hold", "rtl", "land", "guided", "takeoff"])
def test_a_mode_asked_for_is_the_mode_shown(autopilot, kind, mode):
    """The numbers requested for a name show as that name in the heartbeat."""
    request = modes.mode_request(autopilot, kind, mode)
    if request is None:
        assert (autopilot, kind, mode) == (modes.ARDUPILOT, 2, "takeoff")
        return
    base, main, sub = request
    custom = main << 16 | sub << 24 if autopilot == modes.PX4 else main
    assert modes.mode_name(autopilot, kind, base, custom) == mode


def test_what_an_autopilot_cannot_do_is_none():
    """There is no number for a mode that does not exist."""
    assert modes.mode_request(modes.PX4, 2, "warp") is None
    assert modes.mode_request(modes.ARDUPILOT, 2, "warp") is None
    assert modes.mode_request(0, 2, "warp") is None
