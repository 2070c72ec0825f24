"""Vehicles and sites at one glance, over HTTP against a real server."""

from collections.abc import Callable

import httpx
import pytest

from tests.fakes import filing

pytestmark = pytest.mark.slow

AsRole = Callable[..., httpx.Client]


def test_a_firm_sees_its_vehicles_and_everybody_the_pads(as_role: AsRole) -> None:
    """A registered aircraft nothing was heard of has no link and no hours, not zeros; other firms do not see it."""
    firm = as_role("operator")
    aircraft_id = filing.register(firm)
    found = firm.get("/v1/fleet/state").json()
    # Who asks often for the sites alone is not told of vehicles.
    alone = firm.get("/v1/fleet/state?vehicles=false").json()
    assert alone["vehicles"] == []
    assert [site["site_id"] for site in alone["sites"]] == [site["site_id"] for site in found["sites"]]
    (vehicle,) = [item for item in found["vehicles"] if item["aircraft_id"] == aircraft_id]
    for name in ("link_up", "heard_age_s", "loss_pct", "battery_pct", "flown_s", "maintenance_due", "plan_id"):
        assert vehicle[name] is None, name
    other = as_role("operator", 1).get("/v1/fleet/state").json()
    assert aircraft_id not in {item["aircraft_id"] for item in other["vehicles"]}
    assert aircraft_id in {
        item["aircraft_id"] for item in as_role("dispatcher").get("/v1/fleet/state").json()["vehicles"]
    }
    assert found["sites"]
    for site in found["sites"]:
        assert 0 <= site["pads_free"] <= site["pads"]
        assert (site["next_free_at"] is not None) or site["pads"] == 0
