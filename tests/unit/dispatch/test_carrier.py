"""Carriers: loads cost energy, and some loads are not for everybody."""

import numpy as np
import pytest

from airspace.geometry4d import Trajectory4D
from dispatch.carrier import Carrier, loaded, turn_at
from dispatch.energy import CLASS_MODELS

LEVEL = Trajectory4D(np.array([[0.0, 0, 50, 0, 1500.0, 0, 50, 100.0]]), np.array([0]))


def carrier(**more: float | bool) -> Carrier:
    values = {"free_s": 0.0, "payload_max_kg": 5.0, "battery_wh": 1000.0, **more}
    return Carrier("ac_1", "org_a", CLASS_MODELS["small"], "st_1", **values)  # type: ignore[arg-type]


def test_a_load_costs_energy() -> None:
    """A heavier aircraft takes more for the same flight, by the 3/2 power of its mass."""
    empty, full = carrier().flight_wh(LEVEL), carrier().flight_wh(LEVEL, 5.0)
    assert full / empty == pytest.approx((20 / 15) ** 1.5)
    assert loaded(CLASS_MODELS["small"], 0.0) is CLASS_MODELS["small"]


def test_the_reserve_stays_in_the_battery() -> None:
    """What a flight may take is the battery less its reserve."""
    assert carrier(reserve_share=0.3).usable_wh == pytest.approx(700.0)


def test_some_loads_are_not_for_everybody() -> None:
    """Too heavy, dangerous or cooled goods need a carrier that takes them."""
    plain, able = carrier(), carrier(dangerous_goods=True, cold_chain=True)
    assert not plain.can_carry(5.1, dangerous_goods=False, cold_chain=False)
    assert plain.can_carry(5.0, dangerous_goods=False, cold_chain=False)
    assert not plain.can_carry(1.0, dangerous_goods=True, cold_chain=False)
    assert not plain.can_carry(1.0, dangerous_goods=False, cold_chain=True)
    assert able.can_carry(1.0, dangerous_goods=True, cold_chain=True)


@pytest.mark.parametrize(
    "wrong", [{"payload_max_kg": -1.0}, {"battery_wh": 0.0}, {"reserve_share": 1.0}, {"turn_s": -1}]
)
def test_an_impossible_carrier_cannot_be_made(wrong: dict[str, float]) -> None:
    """Negative loads, empty batteries and reserves of everything are refused."""
    with pytest.raises(ValueError, match="possible"):
        carrier(**wrong)


def test_a_turn_round_waits_for_the_battery() -> None:
    """A swap takes its time, charging what was used at the charger's power; neither makes a turn-round shorter."""
    assert turn_at(120.0, 300.0, None, None) == 120.0
    assert turn_at(120.0, 300.0, 60.0, 900.0) == 120.0
    assert turn_at(30.0, 300.0, 60.0, None) == 60.0
    assert turn_at(120.0, 300.0, None, 900.0) == 1200.0
    assert turn_at(120.0, None, None, 900.0) == 120.0
