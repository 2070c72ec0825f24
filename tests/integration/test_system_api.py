"""Feeds, health and policy versions over HTTP against a real server."""

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from tests.fakes import filing
from tests.fakes.filing import expect_problem, text

pytestmark = pytest.mark.slow

AsRole = Callable[..., httpx.Client]


def test_a_feed_tells_its_rate_age_and_refusals(as_role: AsRole) -> None:
    """What an organisation sends counts under its source; a position that cannot be counts as refused."""
    firm = as_role("operator")
    aircraft_id = filing.register(firm)
    lat, lon = filing.place(-5_000, -5_000)
    seen = {"aircraft_id": aircraft_id, "lat_deg": lat, "lon_deg": lon, "alt_agl_m": 50.0, "source": "meter-test"}
    old = text(datetime(2020, 1, 1, tzinfo=UTC))
    items = [{**seen, "observed_at": text(datetime.now(UTC))}, {**seen, "observed_at": old}]
    assert firm.post("/v1/tracks", json={"items": items}).status_code == 202
    told = as_role("dispatcher").get("/v1/system/feeds").json()
    feed = next(item for item in told["tracks"] if item["source"] == "meter-test")
    assert (feed["refused"], feed["refused_pct"], feed["tracks"]) == (1, 50.0, 1)
    assert feed["feeder"]
    assert feed["rate_hz"] > 0
    assert told["mavlink"][0]["address"].startswith("udp:")
    expect_problem(firm.get("/v1/system/feeds"), 403, "forbidden")


def test_every_dependency_tells_its_state(as_role: AsRole) -> None:
    """Each has a state, and what is not ready says why in both languages."""
    items = as_role("admin").get("/v1/system/health").json()["items"]
    names = {
        "store",
        "clock",
        "mavlink",
        "recorder",
        "terrain",
        "weather",
        "webhooks",
        "authority",
        "reporting",
        "analysis",
    }
    assert {item["name"] for item in items} == names
    assert {item["state"] for item in items if item["name"] in ("store", "clock", "recorder")} == {"ready"}
    assert all(item["why"] and item["why_zh"] for item in items if item["state"] != "ready")
    (ground,) = [item["detail"] for item in items if item["name"] == "terrain"]
    assert (ground["label"][:9], ground["label_zh"][:4]) == ("synthetic", "合成地形")
    expect_problem(as_role("supplier").get("/v1/system/health"), 403, "forbidden")


def test_every_version_of_the_policy_is_listed(as_role: AsRole) -> None:
    """A published change stands on top with the names of what it changed."""
    regulator = as_role("regulator")
    before = regulator.get("/v1/policy").json()
    stricter = before["separation"] | {"horizontal_m": before["separation"]["horizontal_m"] + 1.0}
    assert regulator.put("/v1/policy", json={"separation": stricter}).status_code == 200
    versions = regulator.get("/v1/policy/versions").json()["items"]
    assert regulator.put("/v1/policy", json={"separation": before["separation"]}).status_code == 200
    assert versions[0]["changed"] == ["separation"]
    assert versions[0]["version"] == before["version"] + 1
