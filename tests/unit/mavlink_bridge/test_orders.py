"""Which command means what to which autopilot, and reading one parameter."""

import math

import pytest

from mavlink_bridge import modes, orders
from mavlink_bridge.events import ParamValue
from mavlink_bridge.params import ParamRead
from tests.unit.mavlink_bridge.autopilots import ADDRESS, VEHICLE


@pytest.mark.parametrize(
    ("autopilot", "kind", "mode", "params"),
    [
        (modes.PX4, 2, "hold", (1.0, 4.0, 3.0)),
        (modes.PX4, 2, "rtl", (1.0, 4.0, 5.0)),
        (modes.PX4, 1, "land", (1.0, 4.0, 6.0)),
        (modes.ARDUPILOT, 2, "hold", (1.0, 17.0, 0.0)),
        (modes.ARDUPILOT, 1, "hold", (1.0, 12.0, 0.0)),
        (modes.ARDUPILOT, 2, "land", (1.0, 9.0, 0.0)),
        (modes.ARDUPILOT, 1, "land", (1.0, 26.0, 0.0)),
        (modes.ARDUPILOT, 2, "mission", (1.0, 3.0, 0.0)),
        (modes.GENERIC, 0, "rtl", (1.0, 4.0, 5.0)),
    ],
)
def test_modes_are_asked_for_in_the_autopilots_numbers(autopilot, kind, mode, params):
    """Hold is a mode, never DO_PAUSE_CONTINUE, which PX4 does not have."""
    spec = orders.mode_order(autopilot, kind, mode)
    assert (spec.command, spec.params) == (176, params)
    assert orders.mode_order(autopilot, kind, "warp") is None


def test_a_reposition_is_a_command_int_that_changes_the_mode():
    """ArduPilot takes it only as COMMAND_INT, PX4 only with CHANGE_MODE; heights are above sea level."""
    spec = orders.reposition(22.7, 114.2, 55.5)
    assert (spec.command, spec.as_int, spec.frame) == (192, True, 5)
    assert spec.params[:3] == (-1.0, 1.0, 0.0)
    assert math.isnan(spec.params[3])
    assert (spec.x, spec.y, spec.z) == (227_000_000, 1_142_000_000, 55.5)


@pytest.mark.parametrize(("kind", "circles"), [(1, True), (2, False), (13, False), (22, True), (14, False)])
def test_wings_circle(kind, circles):
    """Fixed wings and VTOLs hold by circling, rotary wings do not."""
    assert orders.circles(kind) is circles


def value(name: str, number: float) -> ParamValue:
    return ParamValue(VEHICLE, 0.0, name, number, 9, 1, 0)


def test_a_parameter_is_asked_until_it_comes():
    """The question is repeated; another parameter's value is not taken for it; the right one ends it."""
    read = ParamRead(VEHICLE, ADDRESS, "RTL_ALT", timeout_s=1.0, attempts=3)
    (first,) = read.start(0.0)
    assert (first.message_id, first.fields["param_id"], first.fields["param_index"]) == (20, b"RTL_ALT", -1)
    read.handle(value("RTL_SPEED", 5.0), 0.5)
    assert not read.done
    assert len(read.tick(1.1)) == 1
    read.handle(value("RTL_ALT", 3000.0), 1.2)
    assert (read.done, read.value) == (True, 3000.0)


def test_a_parameter_that_never_comes_is_none():
    """After the last attempt it is done without a value, which is not 0."""
    read = ParamRead(VEHICLE, ADDRESS, "X", timeout_s=1.0, attempts=2)
    read.start(0.0)
    assert len(read.tick(1.1)) == 1
    assert read.tick(2.2) == []
    assert (read.done, read.value) == (True, None)
    with pytest.raises(ValueError, match="parameter"):
        ParamRead(VEHICLE, ADDRESS, "A_NAME_THAT_IS_TOO_LONG")
