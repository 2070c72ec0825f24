"""Failsafe settings and home, held against the plan."""

import pytest

from airspace.geometry4d import Tolerance
from mavlink_bridge import modes
from utm.failsafes import Filed, compare_failsafes, params_of
from utm.home_check import Fix, compare_home, take_off_from

TOLERANCE = Tolerance()


def filed(action: str = "rtl", return_m: float | None = 60.0, highest_m: float = 90.0) -> Filed:
    return Filed(action, return_m, highest_m, 5.0)


@pytest.mark.parametrize(
    ("autopilot", "read", "plan", "wrong"),
    [
        (modes.PX4, {"NAV_DLL_ACT": 2.0, "RTL_RETURN_ALT": 60.0}, filed(), []),
        (modes.PX4, {"NAV_DLL_ACT": 3.0, "RTL_RETURN_ALT": 60.0}, filed(), ["NAV_DLL_ACT"]),
        (modes.PX4, {"NAV_DLL_ACT": 0.0, "RTL_RETURN_ALT": 30.0}, filed(), ["NAV_DLL_ACT", "RTL_RETURN_ALT"]),
        (modes.PX4, {"NAV_DLL_ACT": 3.0, "RTL_RETURN_ALT": 30.0}, filed("land"), []),
        (modes.PX4, {"NAV_DLL_ACT": 2.0, "RTL_RETURN_ALT": 64.0}, filed(), []),
        (modes.PX4, {"NAV_DLL_ACT": 2.0, "RTL_RETURN_ALT": 66.0}, filed(), ["RTL_RETURN_ALT"]),
        (modes.PX4, {"NAV_DLL_ACT": 2.0, "RTL_RETURN_ALT": 80.0}, filed(return_m=None), []),
        (modes.PX4, {"NAV_DLL_ACT": 2.0, "RTL_RETURN_ALT": 120.0}, filed(return_m=None), ["RTL_RETURN_ALT"]),
        (modes.PX4, {"NAV_DLL_ACT": None, "RTL_RETURN_ALT": 60.0}, filed(), ["NAV_DLL_ACT"]),
        (modes.ARDUPILOT, {"FS_GCS_ENABLE": 1.0, "RTL_ALT": 6000.0}, filed(), []),
        (modes.ARDUPILOT, {"FS_GCS_ENABLE": 5.0, "RTL_ALT": 6000.0}, filed(), ["FS_GCS_ENABLE"]),
        (modes.ARDUPILOT, {"FS_GCS_ENABLE": 2.0, "RTL_ALT": 1500.0}, filed(), ["FS_GCS_ENABLE", "RTL_ALT"]),
        (modes.ARDUPILOT, {"FS_GCS_ENABLE": 1.0, "RTL_ALT": 0.0}, filed(return_m=None), []),
        (0, {}, filed(), []),
    ],
)
def test_settings_that_do_something_else_are_named(
    autopilot: int, read: dict[str, float | None], plan: Filed, wrong: list[str]
) -> None:
    """Each setting that differs must be named in both languages, in its own units; one not told is not taken for right."""
    found = compare_failsafes(autopilot, read, plan)
    assert [item.param for item in found] == wrong
    assert all(item.param in item.detail and item.param in item.detail_zh for item in found)
    assert set(read) == set(params_of(autopilot))


def test_heights_are_measured_from_home_unless_it_is_the_flight_befores() -> None:
    """Home must count while the vehicle is near it or armed; with motors off elsewhere, where the vehicle stands."""
    home, here, far = Fix(0.0, 0.0, 10.0), Fix(5.0, 0.0, 12.0), Fix(900.0, 0.0, 30.0)
    assert take_off_from(home, here, armed=False) == home
    assert take_off_from(home, far, armed=False) == far
    assert take_off_from(home, far, armed=True) == home
    assert take_off_from(None, far, armed=False) == far
    assert take_off_from(None, None, armed=None) is None


@pytest.mark.parametrize(
    ("x_m", "z_m", "graves"),
    [
        (0.0, 10.0, []),
        (19.0, 14.9, []),
        (21.0, 10.0, [False]),
        (41.0, 10.0, [True]),
        (0.0, 15.5, [False]),
        (0.0, 4.0, [False]),
        (0.0, 21.0, [True]),
        (50.0, -3.0, [True, True]),
    ],
)
def test_home_off_by_more_than_the_tolerance_is_told_and_by_twice_that_refused(
    x_m: float, z_m: float, graves: list[bool]
) -> None:
    """20 m aside and 5 m up are the limits of silence, twice that of a warning."""
    found = compare_home(Fix(x_m, 0.0, z_m), Fix(0.0, 0.0, 10.0), 10.0, 0.0, TOLERANCE)
    assert [item.grave for item in found] == graves


def test_a_site_is_as_large_as_it_is() -> None:
    """A vehicle on another pad of a large site must not be told to move."""
    assert compare_home(Fix(45.0, 0.0, 10.0), Fix(0.0, 0.0, 10.0), 10.0, 50.0, TOLERANCE) == []
