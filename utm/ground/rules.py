"""The numbers of ground risk and noise as published: defaults with their sources, and versions of a regulator's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from dispatch.ground_risk import GroundLimits
from dispatch.noise import NoisePrice, sound_power_db

Filed: TypeAlias = Literal["off", "told", "refuse"]
_TRIAL: Final = "CAAC IB-TM-2022-05, trial approval of logistics"
_OURS: Final = "ours: no rule states a number"
DEFAULTS: Final[dict[str, Any]] = {
    "version": 0,
    "ground_risk": {
        "buffer_ratio": 1.0,
        "exposed_per_km2_most": 300.0,
        "exposed_share": 0.076,
        "impact_energy_j_most": 34_000.0,
        "enforced": True,
        "enforced_on_synthetic": False,
    },
    "noise": {"price": 0.25, "reference_db": 70.0, "reach_m": 300.0, "detour_share_most": 0.5},
    "sound_power_db": {},
    "filed": {
        "logistics": "refuse",
        "inspection": "told",
        "survey": "told",
        "environment": "told",
        "other": "told",
        "emergency": "off",
        "public_safety": "off",
    },
    "sources": {
        "ground_risk.buffer_ratio": f"{_TRIAL}: buffer at least 1:1 of the greatest height",
        "ground_risk.exposed_per_km2_most": f"{_TRIAL}: at most 300 exposed people per square kilometre in the buffer",
        "ground_risk.exposed_share": "ours, after Klepeis et al., J. Expo. Anal. Env. Epid. 11, 2001: 7.6 % of time outdoors",
        "ground_risk.impact_energy_j_most": f"{_TRIAL}: at most 34 kJ",
        "ground_risk.enforced_on_synthetic": "ours: a made-up grid describes nobody",
        "filed.logistics": f"{_TRIAL}: its limits are conditions of the trial routes",
        "filed": "ours: other operations are told, and who saves lives is not held up",
        "noise.price": _OURS,
        "noise.reference_db": _OURS,
        "noise.reach_m": _OURS,
        "noise.detour_share_most": _OURS,
        "sound_power_db": "by mass: Delegated Regulation (EU) 2019/945, Annex, Part 15, continued beyond 4 kg (ours)",
    },
}


@dataclass(frozen=True, slots=True)
class GroundRules:
    """The rules in force, as published."""

    document: Mapping[str, Any]

    @property
    def version(self) -> int:
        return int(self.document["version"])

    @property
    def limits(self) -> GroundLimits:
        """The limits of ground risk."""
        return GroundLimits(**self.document["ground_risk"])

    def filed(self, operation_type: str) -> Filed:
        """Return what a breach does to a plan that is only filed, without a booking."""
        how: Filed = self.document["filed"].get(operation_type, "off")
        return how

    @property
    def price(self) -> NoisePrice:
        """What noise costs."""
        return NoisePrice(**self.document["noise"])

    def power_db(self, aircraft_class: str | None, mass_kg: float) -> float:
        """Return the sound power of an aircraft: the value published for its class, else by its mass."""
        told = self.document["sound_power_db"].get(aircraft_class or "")
        return sound_power_db(mass_kg) if told is None else float(told)


def complete(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a published version with the defaults of what did not exist yet when it was published."""
    return {**DEFAULTS, **document}


def changed(document: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the next version: groups are merged member by member; a null among sources or sound powers takes it away."""
    found: dict[str, Any] = {**document, "version": int(document["version"]) + 1}
    for group, values in given.items():
        merged = {**document[group], **values}
        if group in ("sources", "sound_power_db"):
            merged = {name: value for name, value in merged.items() if value is not None}
        found[group] = merged
    return found
