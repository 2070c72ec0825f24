"""File a plan, take a counter-offer if it is refused, fly it and tell where the aircraft is."""

import os
import secrets
import time
from datetime import UTC, datetime, timedelta

from utm.client import Client, ClientSecret, PlanRefused

secret = ClientSecret(os.environ["HEXLANE_CLIENT_ID"], os.environ["HEXLANE_CLIENT_SECRET"])
with Client(os.environ["HEXLANE_URL"], secret) as api:
    registration = "UAS" + secrets.token_hex(4).upper()
    craft = {"registration": registration, "manufacturer": "DJI", "model": "M350", "class": "small"}
    aircraft_id = api.register_aircraft(craft).aircraft_id
    ends = [{"lat_deg": 22.72, "lon_deg": lon, "alt_m": 60, "alt_datum": "AGL"} for lon in (114.20, 114.2005)]
    plan = {
        "aircraft_id": aircraft_id,
        "operation_type": "logistics",
        "departure_at": (datetime.now(UTC) + timedelta(seconds=5)).isoformat(),
        "route": {"type": "trajectory", "cruise_speed_mps": 10, "waypoints": ends},
    }
    try:
        filed = api.file_flight_plan(plan)
    except PlanRefused as refused:
        filed = api.file_flight_plan(refused.counter_offers[0].plan)
    api.confirm_flight_plan(filed.plan_id)
    time.sleep(max(0.0, (filed.departure_at - datetime.now(UTC)).total_seconds() - 1))
    api.activate_flight_plan(filed.plan_id)
    for share in (0.0, 0.5, 1.0):
        here = {"lat_deg": 22.72, "lon_deg": 114.20 + 0.0005 * share, "alt_agl_m": 60, "aircraft_id": aircraft_id}
        api.report_tracks({"items": [{**here, "observed_at": datetime.now(UTC).isoformat()}]})
        time.sleep(2)
    print(api.end_flight_plan(filed.plan_id).state)
