"""How logistics fares, per firm and for the city: deliveries, times kept, energy per kilometre, use of vehicles, causes."""

import csv
import io
from collections.abc import Iterable
from typing import Any, Final

from sqlmodel import Session

from utm.store import logistics_statistics as statistics

_COUNTED: Final = ("created", "delivered", "failed", "returned", "cancelled", "open")
_SUMMED: Final = (
    *_COUNTED,
    *("with_time", "in_time", "promised", "kept", "waited_s", "carriers"),
    *("flights", "positioning", "length_m", "energy_wh", "length_with_energy_m", "airborne_s"),
)
COLUMNS: Final = (
    *("organisation_id", *_COUNTED, "on_time_share", "promises_kept_share", "mean_wait_s"),
    *("flights", "positioning_share", "length_km", "energy_wh_per_km", "carriers", "carrier_use_share"),
)


def indicators(session: Session, from_s: float, to_s: float, firm: str | None) -> dict[str, Any]:
    """Return the indicators of a window of scene seconds, of one firm or of all, and of those together."""
    sums: dict[str, dict[str, float]] = {}
    for row in (
        *statistics.orders_by_firm(session, from_s, to_s, firm),
        *statistics.flights_by_firm(session, from_s, to_s, firm),
    ):
        own = sums.setdefault(row.pop("organisation_id"), dict.fromkeys(_SUMMED, 0.0))
        for name, value in row.items():
            own[name] += value or 0.0
    for name, count in statistics.carriers_by_firm(session, firm).items():
        sums.setdefault(name, dict.fromkeys(_SUMMED, 0.0))["carriers"] = count
    causes: dict[str, dict[str, int]] = {}
    for name, cause, count in statistics.causes_by_firm(session, from_s, to_s, firm):
        causes.setdefault(name, {})[cause] = count
    items = [
        {"organisation_id": name, **_shares(own, to_s - from_s), "causes": causes.get(name, {})}
        for name, own in sorted(sums.items())
    ]
    whole = {key: sum(own[key] for own in sums.values()) for key in _SUMMED}
    all_causes: dict[str, int] = {}
    for own_causes in causes.values():
        for cause, count in own_causes.items():
            all_causes[cause] = all_causes.get(cause, 0) + count
    return {
        "items": items,
        "totals": {"organisation_id": None, **_shares(whole, to_s - from_s), "causes": all_causes},
        "sites": [
            {"site_id": site_id, "movements": count}
            for site_id, count in statistics.movements_by_site(session, from_s, to_s, firm)
        ],
    }


def _shares(own: dict[str, float], lasts_s: float) -> dict[str, Any]:
    return {
        **{name: int(own[name]) for name in _COUNTED},
        "on_time_share": _share(own["in_time"], own["with_time"]),
        "promises_kept_share": _share(own["kept"], own["promised"]),
        "mean_wait_s": _share(own["waited_s"], own["delivered"], 1),
        "flights": int(own["flights"]),
        "positioning_share": _share(own["positioning"], own["flights"]),
        "length_km": round(own["length_m"] / 1000, 3),
        "energy_wh_per_km": _share(own["energy_wh"], own["length_with_energy_m"] / 1000, 2),
        "carriers": int(own["carriers"]),
        "carrier_use_share": _share(own["airborne_s"], own["carriers"] * lasts_s),
    }


def _share(part: float, whole: float, digits: int = 4) -> float | None:
    return round(part / whole, digits) if whole > 0 else None


def as_csv(items: Iterable[dict[str, Any]]) -> str:
    """Return indicators as CSV, a line per firm; what is unknown is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(items)
    return text.getvalue()
