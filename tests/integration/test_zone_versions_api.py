"""The history of zones over HTTP against a real server."""

from collections.abc import Callable

import httpx
import pytest

from tests.fakes import filing
from tests.fakes.filing import expect_problem

pytestmark = pytest.mark.slow

AsRole = Callable[..., httpx.Client]


def test_a_version_is_kept_and_published_again(as_role: AsRole) -> None:
    """Every change of a zone is listed with what it was; an old one published again holds; withdrawn ones stay known."""
    regulator = as_role("regulator")
    zone = filing.zone(filing.square(-8_000, -8_000, 60))
    first = regulator.post("/v1/zones", json=zone)
    assert first.status_code == 201, first.text
    zone_id = first.json()["properties"]["zone_id"]
    changed = {**zone, "properties": {**zone["properties"], "name": "Changed"}}
    assert regulator.put(f"/v1/zones/{zone_id}", json=changed).status_code == 200
    listed = regulator.get("/v1/zone-versions", params={"zone_id": zone_id}).json()["items"]
    assert [(item["version"], item["in_force"], item["withdrawn"]) for item in listed] == [
        (2, True, False),
        (1, False, False),
    ]
    old = listed[1]["feature"]
    again = regulator.put(f"/v1/zones/{zone_id}", json=old, headers={"If-Match": '"2"'})
    assert again.status_code == 200, again.text
    assert again.json()["properties"]["name"] == zone["properties"]["name"]
    assert regulator.delete(f"/v1/zones/{zone_id}").status_code == 204
    newest = as_role("dispatcher").get("/v1/zone-versions", params={"zone_id": zone_id}).json()["items"][0]
    assert (newest["version"], newest["withdrawn"]) == (4, True)
    back = regulator.post("/v1/zones", json=newest["feature"])
    assert back.status_code == 201, back.text
    assert back.json()["properties"]["version"] == 5
    assert regulator.delete(f"/v1/zones/{zone_id}").status_code == 204
    expect_problem(as_role("operator").get("/v1/zone-versions"), 403, "forbidden")
