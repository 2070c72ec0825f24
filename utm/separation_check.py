"""`hexlane check-separation`: the judge over every plan in a store that reserves airspace."""

import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import orjson

from airspace.lifecycle import RESERVES_AIRSPACE
from utm.city import load_city
from utm.judge import JudgedPlan, from_body, judge, plane_for
from utm.settings import Settings
from utm.store import plans
from utm.store.store import Store
from utm.store.tables import FlightPlanRow


@dataclass(frozen=True, slots=True)
class Report:
    """What the judge found."""

    plans: int
    conflicts: list[dict[str, Any]]
    took_s: float

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


def check(settings: Settings) -> Report:
    """Judge every pair of plans in the store that reserve airspace."""
    store = Store(settings.database_path)
    try:
        rows = store.read_now(lambda session: list(plans.with_states(session, [str(s) for s in RESERVES_AIRSPACE])))
    finally:
        store.close()
    return judge_rows(rows, settings)


def judge_rows(rows: list[FlightPlanRow], settings: Settings) -> Report:
    """Judge rows from their filed bodies; only datums come from the city, and only as numbers."""
    started_s = time.perf_counter()
    city = load_city(settings.city)
    altitude = city.region().altitude
    plane = plane_for(city.crs)

    def ground(lat_deg: float, lon_deg: float) -> float:
        return float(np.ravel(altitude.ground_hae_m(lat_deg, lon_deg))[0])

    def geoid(lat_deg: float, lon_deg: float) -> float:
        return float(np.ravel(altitude.undulation_m(lat_deg, lon_deg))[0])

    judged: list[JudgedPlan] = [
        from_body(
            row.plan_id,
            orjson.loads(row.body),
            {"horizontal_m": row.horizontal_m, "vertical_m": row.vertical_m, "time_buffer_s": row.time_buffer_s},
            ground,
            geoid,
            plane=plane,
        )
        for row in rows
    ]
    conflicts = [asdict(found) for found in judge(judged)]
    return Report(len(rows), conflicts, time.perf_counter() - started_s)
