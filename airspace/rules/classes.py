"""The class of an aircraft by its numbers: Order 761 (2023), Article 62."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

CLASSES: Final = ("micro", "light", "small", "medium", "large")


@dataclass(frozen=True, slots=True)
class AircraftNumbers:
    """What a firm declares of an aircraft, as far as its class depends on it; None: not told.

    Masses in kilograms, speed in metres per second, height above ground in metres. `airspace_keeping` and
    `reliable_surveillance` are abilities; `micro_power_radio` is the radio equipment of a micro aircraft.
    """

    empty_mass_kg: float | None = None
    mtow_kg: float | None = None
    max_speed_mps: float | None = None
    max_height_agl_m: float | None = None
    airspace_keeping: bool | None = None
    reliable_surveillance: bool | None = None
    micro_power_radio: bool | None = None
    agricultural: bool | None = None
    """Made for work in agriculture, forestry, animal husbandry or fishery alone."""
    max_radius_m: float | None = None
    """How far from its place of take-off it can fly at most."""


@dataclass(frozen=True, slots=True)
class ClassLimits:
    """What an aircraft of a class may be at most; None: nothing asked. Speeds are in km/h, as the article has them."""

    empty_mass_kg: float | None = None
    mtow_kg: float | None = None
    max_speed_kmh: float | None = None
    max_height_agl_m: float | None = None
    empty_mass_below: bool = False
    """The empty mass must be below its limit, not at it."""
    airspace_keeping: bool = False
    reliable_surveillance: bool = False
    micro_power_radio: bool = False
    max_radius_m: float | None = None


ORDER_761: Final[tuple[tuple[str, ClassLimits], ...]] = (
    ("micro", ClassLimits(0.25, None, 40.0, 50.0, empty_mass_below=True, micro_power_radio=True)),
    ("light", ClassLimits(4.0, 7.0, 100.0, airspace_keeping=True, reliable_surveillance=True)),
    ("small", ClassLimits(15.0, 25.0, airspace_keeping=True, reliable_surveillance=True)),
    ("medium", ClassLimits(mtow_kg=150.0)),
)
"""Article 62; large is whatever is none of these."""
AGRICULTURAL_761: Final = ClassLimits(max_speed_kmh=50.0, max_height_agl_m=30.0, max_radius_m=2_000.0)
"""Article 62: agricultural aircraft, a class beside the five, whatever they weigh."""


@dataclass(frozen=True, slots=True)
class Classified:
    """The class the numbers give, None while `missing` numbers decide; `because` names what rules lower classes out."""

    aircraft_class: str | None
    missing: tuple[str, ...] = ()
    because: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def classify(numbers: AircraftNumbers, limits: tuple[tuple[str, ClassLimits], ...] = ORDER_761) -> Classified:
    """Return the lowest class whose limits the numbers keep; a number that is not told leaves it open."""
    because: list[str] = []
    for name, most in limits:
        over, missing = _against(numbers, most)
        if not over and missing:
            return Classified(None, tuple(missing), tuple(because))
        if not over:
            return Classified(name, (), tuple(because))
        because.extend(f"{name}: {fault}" for fault in over)
    return Classified("large", (), tuple(because))


@lru_cache(maxsize=4096)
def agricultural(numbers: AircraftNumbers, limits: ClassLimits = AGRICULTURAL_761) -> Classified:
    """Return the class `agricultural` for an aircraft made for that work alone whose numbers keep its limits."""
    if not numbers.agricultural:
        return Classified(None)
    over, missing = _against(numbers, limits)
    if over or missing:
        return Classified(None, () if over else tuple(missing), tuple(f"agricultural: {fault}" for fault in over))
    return Classified("agricultural")


def _against(numbers: AircraftNumbers, most: ClassLimits) -> tuple[list[str], list[str]]:
    """Return what is over the limits of a class, and which numbers are not told."""
    over, missing = [], []
    speed_kmh = None if numbers.max_speed_mps is None else round(numbers.max_speed_mps * 3.6, 6)
    for name, value, limit in (
        ("empty_mass_kg", numbers.empty_mass_kg, most.empty_mass_kg),
        ("mtow_kg", numbers.mtow_kg, most.mtow_kg),
        ("max_speed_mps", speed_kmh, most.max_speed_kmh),
        ("max_height_agl_m", numbers.max_height_agl_m, most.max_height_agl_m),
        ("max_radius_m", numbers.max_radius_m, most.max_radius_m),
    ):
        if limit is None:
            continue
        if value is None:
            missing.append(name)
        elif value > limit or (name == "empty_mass_kg" and most.empty_mass_below and value >= limit):
            unit = "km/h" if name == "max_speed_mps" else name.rpartition("_")[2]
            over.append(f"{name} {value:g} {unit}, limit {limit:g} {unit}")
    for name in ("airspace_keeping", "reliable_surveillance", "micro_power_radio"):
        if getattr(most, name):
            able = getattr(numbers, name)
            if able is None:
                missing.append(name)
            elif not able:
                over.append(f"no {name}")
    return over, missing
