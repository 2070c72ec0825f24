"""What aircraft may fly in: limits for all, for a class, a manufacturer or a model; the more particular one holds."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from airspace.weather import WeatherLimits
from utm.fleet import Aircraft

NAMES: Final = tuple(item.name for item in fields(WeatherLimits))
DECIDE_BEFORE_S: Final = 300.0
LONGEST_DELAY_S: Final = 7_200.0

# Makers of city multirotors declare wind force 6 (10.8 to 13.8 m/s), moderate rain and -20 to 50 degrees (published data of
# a 9.5 kg delivery drone, 2025). Force 6 ends at 13.8 m/s; moderate rain is below 10 mm/h in the WMO's scale. Sight and
# lightning are ours: no rule states a number.
DEFAULTS: Final[dict[str, Any]] = {
    "version": 0,
    "decide_before_s": DECIDE_BEFORE_S,
    "automatic_delay": True,
    "longest_delay_s": LONGEST_DELAY_S,
    "limits": [
        {
            "wind_mps": 10.8, "gust_mps": 13.8, "rain_mm_h": 10.0, "visibility_least_m": 1_000.0,
            "temperature_least_c": -20.0, "temperature_most_c": 50.0, "lightning_per_km2_h": 0.01,
            "source": "makers' declarations for city multirotors (force 6, moderate rain); sight and lightning are ours",
        },
    ],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LimitBook:
    """The limits in force, as published."""

    document: Mapping[str, Any]

    @property
    def decide_before_s(self) -> float:
        return float(self.document["decide_before_s"])

    @property
    def automatic_delay(self) -> bool:
        return bool(self.document["automatic_delay"])

    @property
    def longest_delay_s(self) -> float:
        return float(self.document["longest_delay_s"])

    def of(self, aircraft: Aircraft) -> WeatherLimits:
        """Return the limits of an aircraft: field by field that of the most particular entry which sets one."""
        entries = [entry for entry in self.document["limits"] if _holds(entry, aircraft)]
        found = WeatherLimits()
        for entry in sorted(entries, key=_particular, reverse=True):
            found = found.over(WeatherLimits(**{name: entry.get(name) for name in NAMES}))
        return found


def _holds(entry: Mapping[str, Any], aircraft: Aircraft) -> bool:
    asked = (
        (entry.get("aircraft_class"), aircraft.aircraft_class),
        (entry.get("manufacturer"), aircraft.manufacturer),
        (entry.get("model"), aircraft.model),
    )
    return all(want is None or want == own for want, own in asked)


def _particular(entry: Mapping[str, Any]) -> int:
    return (
        4 * (entry.get("model") is not None)
        + 2 * (entry.get("manufacturer") is not None)
        + (entry.get("aircraft_class") is not None)
    )
