"""Which items of Article 27 a plan lacks."""

from typing import Any

import pytest

from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.article27 import missing_items

_REMARKS = {"crew": "Li", "communications": "phone", "c2_link": "2.4 GHz", "cns": "GNSS"}

_WHOLE = {"remarks": _REMARKS, "alternate_site_ids": ["st_1"], "contingency": {"lost_link": "rtl"}}


def missing(**changes: Any) -> list[int]:
    waypoint = {"lat_deg": 22.7, "lon_deg": 114.2, "alt_m": 50, "alt_datum": "AGL"}
    body = {
        "aircraft_id": "ac_1",
        "operation_type": "logistics",
        "departure_at": "2027-01-01T00:00:00Z",
        "route": {"type": "trajectory", "cruise_speed_mps": 10, "waypoints": [waypoint, waypoint]},
        **changes,
    }
    found = missing_items(validate(body, FlightPlanBody))
    assert all(item.field in item.detail and item.field in item.detail_zh for item in found)
    assert all(item.words_zh.startswith(f"第{item.words.split(' ')[0]}项") for item in found)
    return [item.item for item in found]


@pytest.mark.parametrize(
    ("changes", "items"),
    [
        ({}, [1, 4, 5, 8, 9, 11]),
        ({"remarks": {}}, [1, 4, 5, 8, 9, 11]),
        ({"remarks": _REMARKS}, [4, 11]),
        ({"remarks": {**_REMARKS, "crew": ""}}, [1, 4, 11]),
        ({"remarks": {**_REMARKS, "crew": None}}, [1, 4, 11]),
        ({"remarks": {**_REMARKS, "emergency_procedure": "land"}}, [4]),
        ({"remarks": _REMARKS, "alternate_site_ids": ["st_1"]}, [11]),
        ({"remarks": _REMARKS, "alternate_site_ids": ["st_1"], "contingency": {"lost_link": "rtl"}}, []),
        ({**_WHOLE, "special_conditions": ["network_relay"]}, []),
        ({**_WHOLE, "special_conditions": ["dropping_or_dangerous", "over_crowds"]}, [3, 12]),
        ({**_WHOLE, "special_conditions": ["moving_vehicle"]}, [12]),
    ],
)
def test_what_is_missing_is_named_in_the_articles_order(changes: dict[str, Any], items: list[int]) -> None:
    """Each item must be named by its number in both languages unless the plan answers it."""
    assert missing(**changes) == items
