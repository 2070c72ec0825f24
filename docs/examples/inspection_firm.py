"""An inspection firm's day: its fleet's plans for tomorrow in one batch, judged, repaired by counter-offers, cancelled.

Refused plans are filed again as their cheapest counter-offer; what stays refused is printed with its reasons.
"""

import os
import secrets
from datetime import UTC, datetime, timedelta

import msgspec

from utm.client import ApiProblem, Client, ClientSecret, models

TOWERS = [(22.735 + 0.002 * row, 114.16 + 0.003 * row) for row in range(3)]


def orbit(lat_deg: float, lon_deg: float) -> list[dict[str, object]]:
    """Return four corners around a tower, 40 m from it, at 45 m over the ground."""
    corners = [(-1, -1), (-1, 1), (1, 1), (1, -1), (-1, -1)]
    return [
        {
            "lat_deg": lat_deg + a * 0.00036,
            "lon_deg": lon_deg + b * 0.00039,
            "alt_m": 45,
            "alt_datum": "AGL",
            "hold_s": 5,
        }
        for a, b in corners
    ]


def plan_of(aircraft_id: str, tower: tuple[float, float], departure_at: datetime) -> dict[str, object]:
    """Return the body of an inspection."""
    return {
        "aircraft_id": aircraft_id,
        "operation_type": "inspection",
        "departure_at": departure_at.isoformat(),
        "route": {"type": "trajectory", "cruise_speed_mps": 5, "waypoints": orbit(*tower)},
        "contingency": {"lost_link": "hold"},
        "remarks": {"task": "tower inspection"},
    }


def main() -> None:
    """File tomorrow's round, and show how it was judged."""
    secret = ClientSecret(os.environ["HEXLANE_CLIENT_ID"], os.environ["HEXLANE_CLIENT_SECRET"])
    with Client(os.environ["HEXLANE_URL"], secret) as api:
        registration = "UAS" + secrets.token_hex(4).upper()
        craft = {"registration": registration, "manufacturer": "DJI", "model": "M30T", "class": "small"}
        aircraft_id = api.register_aircraft(craft).aircraft_id
        start = datetime.now(UTC) + timedelta(days=1)
        bodies = [plan_of(aircraft_id, tower, start + timedelta(minutes=20 * n)) for n, tower in enumerate(TOWERS)]
        bodies.append(plan_of(aircraft_id, TOWERS[0], start))  # in the way of the first: refused
        for tower, body in enumerate(bodies):
            checked = api.check_flight_plan(body)
            print(f"check {tower}: {checked.decision.outcome}")
        answers = api.file_flight_plans({"plans": bodies}).items
        approved = [item["plan_id"] for item in answers if item["status"] == 201]
        for item in answers:
            if item["status"] == 409:
                offers = [
                    msgspec.convert(offer, models.CounterOfferAnswer) for offer in item["decision"]["counter_offers"]
                ]
                approved += take_one(api, offers)
        print(f"approved: {len(approved)} of {len(bodies)}")
        for plan_id in approved:
            api.cancel_flight_plan(plan_id)


def take_one(api: Client, offers: list[models.CounterOfferAnswer]) -> list[str]:
    """File the first offer that is still free; return its plan's id."""
    for offer in offers:
        try:
            return [api.file_flight_plan(offer.plan).plan_id]
        except ApiProblem as problem:
            print(f"{offer.kind}: {problem.code}")
    return []


if __name__ == "__main__":
    main()
