"""How logistics fares, per firm and for the city: deliveries, times kept, energy, cost, use of what is shared, causes."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
    *("late", "cost_per_delivery"),
)
TABLES: Final[dict[str, tuple[str, ...]]] = {
    "firms": COLUMNS,
    "sites": ("site_id", "movements", "pads", "pad_use_share"),
    "corridors": ("corridor_id", "name", "name_zh", "flights", "flights_per_h", "flown_km"),
    "cells": ("h3", "flights", "flights_per_h"),
}
"""What the lines of a CSV may be, and their columns."""
MOST_CELLS: Final = 500


@dataclass(frozen=True, slots=True)
class PadRoom:
    """The pads of a site, and how long each movement keeps one of them."""

    pads: int
    stay_s: float


@dataclass(frozen=True, slots=True)
class Prices:
    """What a firm reckons with, in its own money: an hour in the air, and a kilowatt-hour. None: no cost is told."""

    flight_hour: float | None = None
    kwh: float | None = None

    def of(self, own: dict[str, float]) -> float | None:
        """Return what each delivery cost; empty flights count too."""
        if self.flight_hour is None and self.kwh is None:
            return None
        spent = own["airborne_s"] / 3600.0 * (self.flight_hour or 0.0) + own["energy_wh"] / 1000.0 * (self.kwh or 0.0)
        return _share(spent, own["delivered"], 2)


_NO_PRICES: Final = Prices()


def indicators(
    session: Session,
    from_s: float,
    to_s: float,
    firm: str | None,
    *,
    rooms: Mapping[str, PadRoom] | None = None,
    prices: Prices = _NO_PRICES,
) -> dict[str, Any]:
    """Return the indicators of a window of scene seconds, of one firm or of all, and of those together.

    `rooms` tells how much of the pads' time the movements of a site take; without it nothing is told of that.
    """
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
    late: dict[str, dict[str, int]] = {}
    for name, cause, count in statistics.late_by_firm(session, from_s, to_s, firm):
        late.setdefault(name, {})[cause] = count
    lasts_s = to_s - from_s
    items = [
        {"organisation_id": name, **_shares(own, lasts_s, prices), **_why(causes.get(name, {}), late.get(name, {}))}
        for name, own in sorted(sums.items())
    ]
    whole = {key: sum(own[key] for own in sums.values()) for key in _SUMMED}
    why = _why(_added(causes.values()), _added(late.values()))
    return {
        "items": items,
        "totals": {"organisation_id": None, **_shares(whole, lasts_s, prices), **why},
        "sites": [
            {"site_id": site_id, "movements": count, **_room((rooms or {}).get(site_id), count, lasts_s)}
            for site_id, count in statistics.movements_by_site(session, from_s, to_s, firm)
        ],
        "cells": [
            {"h3": cell, "flights": count, "flights_per_h": round(count / (lasts_s / 3600.0), 3)}
            for cell, count, _ in statistics.flights_by_cell(session, from_s, to_s, firm, MOST_CELLS)
        ],
    }


def _why(causes: dict[str, int], late: dict[str, int]) -> dict[str, Any]:
    return {"causes": causes, "late": sum(late.values()), "late_causes": late}


def _added(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    whole: Counter[str] = Counter()
    for own in counts:
        whole.update(own)
    return dict(whole)


def _room(room: PadRoom | None, movements: int, lasts_s: float) -> dict[str, Any]:
    """Return how many pads a site has, and the share of their time its movements took."""
    if room is None:
        return {"pads": None, "pad_use_share": None}
    return {"pads": room.pads, "pad_use_share": _share(movements * room.stay_s, room.pads * lasts_s)}


def _shares(own: dict[str, float], lasts_s: float, prices: Prices) -> dict[str, Any]:
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
        "cost_per_delivery": prices.of(own),
    }


def _share(part: float, whole: float, digits: int = 4) -> float | None:
    return round(part / whole, digits) if whole > 0 else None


def as_csv(items: Iterable[dict[str, Any]], columns: Sequence[str] = COLUMNS) -> str:
    """Return indicators as CSV, a line per item; what is unknown is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(items)
    return text.getvalue()
