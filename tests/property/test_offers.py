"""Counter-offers keep their promise whatever the sky and the plan: approved when filed, the delay least, never a fault."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airspace.geometry4d import Trajectory4D
from airspace.policy import Policy
from tests.fakes.offers_city import DEPARTURE, FREE, OfferCity, hop, place, plan

SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def some_hop(rng: np.random.Generator, span_m: float, span_s: float) -> dict[str, Any]:
    x0, y0, x1, y1 = (round(float(v)) for v in rng.uniform(-span_m, span_m, 4))
    height = float(rng.choice([45.0, 60.0, 75.0, 90.0]))
    at = round(float(rng.uniform(0, span_s)), 2)
    return hop(x0, y0, x1, y1, height=height, at_s=at, speed_mps=float(rng.uniform(8, 18)))


def dense(seed: int, policy: Policy = FREE, flights: int = 60) -> tuple[OfferCity, np.random.Generator]:
    rng = np.random.default_rng(seed)
    city = OfferCity(policy)
    for _ in range(flights):
        city.file(some_hop(rng, 1500.0, 300.0))
    return city, rng


@pytest.mark.slow
@SLOW
@given(seed=st.integers(0, 2**32 - 1), zones=st.integers(0, 3))
def test_every_offer_is_approved_when_filed_at_once(seed: int, zones: int) -> None:
    """In random dense skies, with zones for all time and for some, each offer is approved as it stands."""
    city, rng = dense(seed)
    for k in range(zones):
        x, y = (float(v) for v in rng.uniform(-1200, 1200, 2))
        hours = {} if k else {"applicability": [{"starts_at": DEPARTURE.isoformat(), "ends_at": None}]}
        kind = ["PROHIBITED", "REQ_AUTHORISATION"][int(rng.integers(2))]
        city.zone(x - 120, y - 90, x + 120, y + 90, restriction=kind, **hours)
    for _ in range(12):
        decision = city.file(some_hop(rng, 1500.0, 300.0))
        costs = [offer.delay_s for offer in decision.counter_offers]
        assert len(costs) <= 5
        for offer in decision.counter_offers:
            assert offer.delay_s >= 0
            judged = city.check(dict(offer.plan))
            assert judged.outcome == "approved", (offer, judged.reasons)


@pytest.mark.slow
@SLOW
@given(seed=st.integers(0, 2**32 - 1))
def test_no_departure_before_the_offered_one_is_free(seed: int) -> None:
    """Stepping through the delays second by second finds nothing that is approved before the offer, less a second."""
    city, rng = dense(seed, replace(FREE, offer_layers_agl_m=(), offer_horizon_s=900.0))
    for _ in range(6):
        body = some_hop(rng, 1500.0, 300.0)
        decision = city.check(body, offers=True)
        if decision.outcome == "approved":
            continue
        geometry = city.prepared(body).geometry
        assert isinstance(geometry, Trajectory4D)
        delay = next((o.delay_s for o in decision.counter_offers if o.kind == "delay"), 900.0)
        minima = city.book.policy.separation
        for step in range(int(delay - 1) + 1):
            assert city.sky.conflicts(geometry.shifted(float(step)), minima), (step, delay)


ODD: dict[str, dict[str, Any]] = {
    "hover only": plan((0, 0, 60, {"hold_s": 600.0}), (0, 0, 60)),
    "one metre": plan((0, 0, 60), (1, 0, 60)),
    "straight up": plan((0, 0, 0), (0, 0, 90)),
    "starts high": plan((0, 0, 80), (1500, 0, 80)),
    "on the ground": plan((0, 0, 0), (500, 0, 0)),
    "loop": plan((0, 0, 0), (0, 0, 60), (300, 0, 60), (300, 300, 60), (0, 0, 60), (0, 0, 0)),
    "drop on the way": plan(
        (0, 0, 0), (0, 0, 60), (400, 0, 60), (400, 0, 5, {"hold_s": 30.0}), (400, 0, 60), (0, 0, 60)
    ),
    "same place thrice": plan((0, 0, 60), (0, 0, 60), (0, 0, 60), (200, 0, 60)),
    "times": plan(*[(50.0 * i, 0, 60, {"t_s": 6.0 * i}) for i in range(20)]),
    "times from later": plan((0, 0, 60, {"t_s": 100.0}), (0, 0, 60, {"t_s": 130.0}), (500, 0, 60, {"t_s": 190.0})),
    "2,000 waypoints": plan(*[(3.0 * i, 30.0 * (i % 2), 60) for i in range(2000)]),
    "mixed datums": plan((0, 0, 0), (0, 0, 60, {"alt_datum": "HAE"}), (900, 0, 60, {"alt_datum": "AMSL"}), (900, 0, 0)),
    "negative": plan((0, 0, -3), (800, 0, -3)),
    "very high": plan((0, 0, 5000), (800, 0, 5000)),
    "two hours": plan((0, 0, 60, {"hold_s": 7200.0}), (100, 0, 60)),
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("free", [True, False])
def test_odd_plans_are_answered_and_not_stumbled_over(name: str, free: bool) -> None:
    """A hover, a loop, 2,000 waypoints and the like give offers that are approved, or none; never an exception."""
    city = OfferCity(replace(FREE, free_flight_allowed=free, offer_budget_ms=2_000.0))
    city.zone(350, -100, 450, 100)
    if free:
        city.file(plan((-200, -10, 60, {"hold_s": 500.0}), (1200, 10, 60)))
        city.file(plan((0, 0, 60, {"hold_s": 60.0}), (60, 0, 60)))
    decision = city.file(ODD[name])
    for offer in decision.counter_offers:
        assert city.check(dict(offer.plan)).outcome == "approved", offer


@pytest.mark.slow
@SLOW
@given(data=st.data())
def test_any_plan_of_volumes_is_answered(data: st.DataObject) -> None:
    """Volumes in any order and overlap are moved together, to a time that is free."""
    city = OfferCity()
    city.file(hop(0, 0, 1500, 0))
    volumes = []
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, 200))
        lasts = data.draw(st.integers(10, 300))
        x = data.draw(st.integers(0, 1500))
        low = data.draw(st.integers(10, 90))
        lat, lon = place(float(x), 0.0)
        at = [
            datetime.fromtimestamp(DEPARTURE.timestamp() + s, tz=DEPARTURE.tzinfo).isoformat()
            for s in (start, start + lasts)
        ]
        volumes.append(
            {
                "volume": {
                    "outline_circle": {"center": {"lat": lat, "lng": lon}, "radius": {"value": 80, "units": "M"}},
                    "altitude_lower": {"value": low, "reference": "W84", "units": "M"},
                    "altitude_upper": {"value": low + 10, "reference": "W84", "units": "M"},
                },
                "time_start": {"value": at[0], "format": "RFC3339"},
                "time_end": {"value": at[1], "format": "RFC3339"},
            }
        )
    body = plan((0, 0, 0), (1, 0, 0)) | {"route": {"type": "volumes", "volumes": volumes}}
    decision = city.file(body)
    for offer in decision.counter_offers:
        assert offer.kind == "delay"
        assert city.check(dict(offer.plan)).outcome == "approved"
