"""Airframes by name, and vehicles made of a world, a specification and a seed."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from sim.autopilot import Autopilot
from sim.battery import WINGED, Power
from sim.failsafe import LinkWatch
from sim.faults import FaultBox
from sim.fixed_wing import FixedWing, Vtol
from sim.flavour import Flavour
from sim.vehicle import Position, Vehicle
from sim.world import World


class Airframe(StrEnum):
    """What a vehicle is built as."""

    MULTIROTOR = "multirotor"
    VTOL = "vtol"
    FIXED_WING = "fixed_wing"


_CLASSES: dict[Airframe, type[Vehicle]] = {
    Airframe.MULTIROTOR: Vehicle,
    Airframe.VTOL: Vtol,
    Airframe.FIXED_WING: FixedWing,
}
FILED_CRUISE_MPS: dict[Airframe, float] = {
    Airframe.MULTIROTOR: 15.0,
    Airframe.VTOL: 20.0,
    Airframe.FIXED_WING: 20.0,
}
"""Speed over ground a firm files for them (ours)."""


@dataclass(frozen=True, slots=True)
class DroneSpec:
    """What a vehicle is; `name` is what people and faults call it."""

    name: str
    airframe: Airframe = Airframe.MULTIROTOR
    flavour: Flavour = Flavour.PX4
    payload_kg: float = 0.0
    temperature_c: float = 25.0
    battery_pct: float = 100.0
    link_watch: LinkWatch = LinkWatch.FAULT
    position_hz: float = 2.0
    streams_unasked: bool | None = None


def make_autopilot(world: World, spec: DroneSpec, *, system_id: int, at: Position, now_s: float) -> Autopilot:
    """Return a vehicle standing at a place; the same seed and name give the same airframe, gusts and phase.

    Raises ValueError for a wing flown by ArduPilot.
    """
    rng = Random(f"{world.seed}/{spec.name}")
    winged = spec.airframe is not Airframe.MULTIROTOR
    capacity_wh = rng.uniform(650.0, 800.0)
    power = WINGED if winged else Power(capacity_wh=capacity_wh)
    vehicle = _CLASSES[spec.airframe](
        at,
        power=power,
        wind=world.wind,
        noise=Random(rng.random()),
        heading_deg=rng.uniform(0.0, 360.0),
        payload_kg=spec.payload_kg,
        temperature_c=spec.temperature_c,
    )
    vehicle.battery.lose(1.0 - spec.battery_pct / 100.0)
    return Autopilot(
        vehicle,
        system_id=system_id,
        undulation_m=world.undulation_m,
        now_s=now_s,
        flavour=spec.flavour,
        position_hz=spec.position_hz,
        streams_unasked=spec.streams_unasked,
        phase=rng.random(),
        faults=FaultBox(Random(f"{world.seed}/{spec.name}/faults")),
        link_watch=spec.link_watch,
    )
