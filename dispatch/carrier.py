"""What carries: an aircraft as the planner sees it, and whether a load and a leg lie within what it can do.

Energy is judged with the whole flight's model (`dispatch.energy`), the payload added to the mass, against the battery
less its reserve.
"""

from dataclasses import dataclass, replace
from typing import Final

from airspace.geometry4d import Trajectory4D
from dispatch.energy import STILL_AIR, Air, EnergyModel, battery_share

DEFAULT_RESERVE_SHARE: Final = 0.25
"""Share of the battery that stays in it after landing (ours; the CAAC trial rules ask for a reserve, not how much)."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """An aircraft that can be sent: where it stands from when on, and what it can carry.

    `free_s` is in scene seconds; `site_id` is where it stands then. `turn_s` passes between two flights (unloading, a
    battery changed or charged).
    """

    aircraft_id: str
    organisation_id: str
    model: EnergyModel
    site_id: str
    free_s: float
    payload_max_kg: float
    battery_wh: float
    turn_s: float = 120.0
    reserve_share: float = DEFAULT_RESERVE_SHARE
    dangerous_goods: bool = False
    cold_chain: bool = False

    def __post_init__(self) -> None:
        if self.payload_max_kg < 0 or self.battery_wh <= 0 or self.turn_s < 0 or not 0 <= self.reserve_share < 1:
            raise ValueError("a carrier's payload, battery, turn-round and reserve must be possible")

    @property
    def usable_wh(self) -> float:
        """What a flight may take from a full battery."""
        return self.battery_wh * (1.0 - self.reserve_share)

    @property
    def kind(self) -> tuple[float, float, float, float]:
        """What makes two carriers fly alike: cruise speed, usable energy, payload, turn-round."""
        return self.model.cruise_mps, self.usable_wh, self.payload_max_kg, self.turn_s

    def usable_wh_at(self, temperature_c: float | None) -> float:
        """What a flight may take from a full battery at a temperature."""
        return self.usable_wh * battery_share(temperature_c)

    def flight_wh(self, trajectory: Trajectory4D, payload_kg: float = 0.0, air: Air = STILL_AIR) -> float:
        """Return the energy of a flight with a load in some air: powers grow with the 3/2 power of the mass.

        Momentum theory of the rotor in hover (Leishman, Principles of Helicopter Aerodynamics, 2nd ed., 2.2).
        """
        return loaded(self.model, payload_kg).flight_wh(trajectory, air)

    def can_carry(self, payload_kg: float, *, dangerous_goods: bool, cold_chain: bool) -> bool:
        """Tell whether the load itself is one this carrier may take."""
        fits = payload_kg <= self.payload_max_kg
        return fits and (self.dangerous_goods or not dangerous_goods) and (self.cold_chain or not cold_chain)


def turn_at(turn_s: float, used_wh: float | None, swap_s: float | None, charging_w: float | None) -> float:
    """Return how long a turn-round takes at a site: a battery changed where it swaps, else charged where it charges."""
    if swap_s is not None:
        return max(turn_s, swap_s)
    if charging_w is not None and used_wh is not None:
        return max(turn_s, used_wh * 3600.0 / charging_w)
    return turn_s


def loaded(model: EnergyModel, payload_kg: float) -> EnergyModel:
    """Return the model with a load on board."""
    if payload_kg <= 0:
        return model
    mass = model.mass_kg + payload_kg
    share = (mass / model.mass_kg) ** 1.5
    return replace(model, mass_kg=mass, hover_w=model.hover_w * share, cruise_w=model.cruise_w * share)
