"""A battery under load: what flying costs, what cold takes away, what the autopilot would measure. Pure.

Power is linear between hover and cruise; a rotor's hover power grows with the 3/2 power of the weight it carries
(momentum theory, W. Johnson, Rotorcraft Aeromechanics, section 3.1). The pack is an open-circuit voltage that falls
with the charge, behind a resistance that rises in the cold.
"""

from dataclasses import dataclass, field
from math import sqrt
from typing import Final

NOMINAL_C: Final = 25.0
COLD_CAPACITY_PER_C: Final = 0.006
"""Share of the capacity lost for each degree below 25 (ours; lithium-polymer packs lose 20-30 % at -20 degrees)."""
COLD_RESISTANCE_PER_C: Final = 0.03
"""Growth of the resistance for each degree below 25 (ours; about double at -10 degrees)."""
FULL_CELL_V: Final = 4.2
EMPTY_CELL_V: Final = 3.5
SAG_CELL_V: Final = 0.1
"""Drop of a cell at hover load, 25 degrees (ours)."""


@dataclass(frozen=True, slots=True)
class Power:
    """Electric load and store of an airframe (ours: a 10 kg delivery multirotor)."""

    capacity_wh: float = 700.0
    hover_w: float = 1250.0
    cruise_w: float = 1400.0
    climb_w_per_mps: float = 180.0
    avionics_w: float = 15.0
    cells: int = 12
    empty_kg: float = 10.0
    wing_w: float = 0.0
    """Power of level flight on the wing at cruise; 0 for an airframe without one."""

    @property
    def endurance_s(self) -> float:
        """How long a full pack flies it at cruise, unloaded, as its firm would register it."""
        return 3600.0 * self.capacity_wh / ((self.wing_w or self.cruise_w) + self.avionics_w)


WINGED: Final = Power(
    capacity_wh=700.0, hover_w=1700.0, cruise_w=1900.0, climb_w_per_mps=150.0, empty_kg=12.0, wing_w=420.0
)
"""A 12 kg aeroplane with or without lift rotors (ours: lift over drag of 12 at 20 m/s, 50 % of it lost on the way)."""


@dataclass(slots=True)
class Battery:
    """Energy left, with the voltage and current an autopilot would measure."""

    power: Power = field(default_factory=Power)
    used_wh: float = 0.0
    load_w: float = 0.0
    payload_kg: float = 0.0
    temperature_c: float = NOMINAL_C
    drop_v: float = 0.0
    """Further drop of each cell, by a fault."""
    capacity_wh: float = field(init=False)
    """Energy a full pack gives at this temperature, which it keeps."""

    def __post_init__(self) -> None:
        cold_c = max(0.0, NOMINAL_C - self.temperature_c)
        self.capacity_wh = self.power.capacity_wh * max(0.3, 1.0 - COLD_CAPACITY_PER_C * cold_c)

    @property
    def mass_factor(self) -> float:
        """How many times the unladen hover power it takes to hover with the payload."""
        if self.payload_kg <= 0.0:
            return 1.0
        return float((1.0 + self.payload_kg / self.power.empty_kg) ** 1.5)

    @property
    def left_fraction(self) -> float:
        """State of charge from 0 to 1."""
        return max(0.0, 1.0 - self.used_wh / self.capacity_wh)

    @property
    def voltage_v(self) -> float:
        """Pack voltage under the present load: 3.5 to 4.2 V a cell with the charge, less the sag."""
        return self.electric()[0]

    @property
    def current_a(self) -> float:
        """Current drawn now."""
        return self.electric()[1]

    def electric(self) -> tuple[float, float]:
        """Return voltage and current: open - R I = V, V I = P for what the load draws.

        At most half the open voltage is lost.
        """
        p = self.power
        open_v = p.cells * (EMPTY_CELL_V + (FULL_CELL_V - EMPTY_CELL_V) * self.left_fraction - self.drop_v)
        rated_v = p.cells * (FULL_CELL_V - SAG_CELL_V)
        ohm = p.cells * SAG_CELL_V * rated_v / p.hover_w
        ohm *= 1.0 + COLD_RESISTANCE_PER_C * max(0.0, NOMINAL_C - self.temperature_c)
        root = open_v * open_v - 4.0 * ohm * self.load_w
        volt = 0.5 * (open_v + (sqrt(root) if root > 0.0 else 0.0))
        return volt, self.load_w / volt

    def flying_w(self, airspeed_share: float, up_mps: float) -> float:
        """Return the load of rotor-borne flight at a share of the cruise airspeed, climbing or descending."""
        p = self.power
        factor = 1.0 if self.payload_kg <= 0.0 else self.mass_factor
        load_w = factor * (p.hover_w + airspeed_share * (p.cruise_w - p.hover_w))
        load_w += factor * p.climb_w_per_mps * (up_mps if up_mps > 0.0 else 0.5 * up_mps)
        least_w = 0.3 * p.hover_w
        return p.avionics_w + (load_w if load_w > least_w else least_w)

    def wing_flying_w(self, airspeed_share: float, up_mps: float, load_factor: float) -> float:
        """Return the load of wing-borne flight: drag grows with speed and with the load factor of a turn; 0 W gliding."""
        p, factor = self.power, self.mass_factor
        level_w = p.wing_w * factor * 0.5 * (airspeed_share**3 + load_factor**2 / max(airspeed_share, 0.3))
        return p.avionics_w + max(0.0, level_w + factor * p.climb_w_per_mps * up_mps)

    def drain(self, load_w: float, dt_s: float) -> None:
        """Take so much power for so long."""
        self.load_w = load_w
        used_wh = self.used_wh + load_w * dt_s / 3600.0
        self.used_wh = used_wh if used_wh < self.capacity_wh else self.capacity_wh

    def lose(self, share: float) -> None:
        """Lose a share of the capacity at once."""
        self.used_wh = min(self.capacity_wh, self.used_wh + share * self.capacity_wh)

    def swap(self) -> None:
        """Put in a full pack."""
        self.used_wh = 0.0
