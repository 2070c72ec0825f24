"""Go or no go: what the weather says of a flight, in words and values."""

from dataclasses import dataclass
from typing import Any, Literal

from airspace.timebase import from_scene_s
from airspace.weather import Breach, Quantity
from utm.plan_records import rfc3339

Outcome = Literal["go", "no_go", "unknown"]

_NAMES: dict[Quantity, tuple[str, str, str]] = {
    "wind_mps": ("Wind", "风速", "m/s"),
    "wind_from_deg": ("Wind direction", "风向", "°"),
    "gust_mps": ("Gusts", "阵风", "m/s"),
    "rain_mm_h": ("Rain", "降雨", "mm/h"),
    "visibility_m": ("Visibility", "能见度", "m"),
    "temperature_c": ("Temperature", "气温", "°C"),
    "lightning_per_km2_h": ("Lightning", "雷电", "/km²·h"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the weather says of a flight that departs at an instant; `unknown` where nothing over a limit is known, but
    not everything is known either."""

    outcome: Outcome
    breaches: tuple[Breach, ...]
    source: str
    synthetic: bool
    forecast_id: str | None
    limits_version: int

    def causes(self) -> list[dict[str, Any]]:
        """Return each limit that is broken, worst value first come."""
        return [cause(item) for item in self.breaches]

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict for an answer."""
        return {
            "outcome": self.outcome,
            "causes": self.causes(),
            "source": self.source,
            "synthetic": self.synthetic,
            "forecast_id": self.forecast_id,
            "limits_version": self.limits_version,
        }

    def detail(self) -> tuple[str, str]:
        """Return the causes as one sentence in English and Chinese."""
        causes = self.causes()
        return "; ".join(item["detail"] for item in causes), "；".join(item["detail_zh"] for item in causes)


def cause(item: Breach) -> dict[str, Any]:
    """Return one broken limit as the API shows it."""
    name, name_zh, unit = _NAMES[item.quantity]
    value, limit = f"{round(item.value, 2):g} {unit}", f"{round(item.limit, 2):g} {unit}"
    side, side_zh = ("at most", "不得超过") if item.most else ("at least", "不得低于")
    return {
        "code": f"weather_{item.quantity.partition('_')[0]}",
        "quantity": item.quantity,
        "value": round(item.value, 3),
        "limit": item.limit,
        "h3_cell": f"{item.cell:x}",
        "starts_at": rfc3339(from_scene_s(item.starts_s)),
        "ends_at": rfc3339(from_scene_s(item.ends_s)),
        "detail": f"{name} {value} on the way, {side} {limit}",
        "detail_zh": f"航路上{name_zh} {value}，{side_zh} {limit}",
    }
