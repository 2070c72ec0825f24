"""What Prometheus reads: a page its parser accepts, names by its rules, counters that count, every one explained."""

import asyncio
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from websockets.asyncio.client import connect

from tests.conftest import ROOT, Server
from tests.fakes import filing

pytestmark = pytest.mark.slow
AsRole = Callable[..., httpx.Client]


def families(client: httpx.Client) -> dict[str, Metric]:
    """Return the metrics of a server by name, as a Prometheus server would read them."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.text.endswith("\n")
    listed = list(text_string_to_metric_families(answer.text))
    found = {family.name: family for family in listed}
    assert len(found) == len(listed), "a metric stands twice"
    return found


def value(found: dict[str, Metric], name: str) -> float:
    """Return the one sample of a metric."""
    (sample,) = found[name].samples
    return float(sample.value)


def test_names_and_types_are_as_prometheus_wants_them(as_role: AsRole) -> None:
    """Every metric must have a help text and a type, counters end in _total, and no label repeats a sample."""
    found = families(as_role("dispatcher"))
    ours = {name: family for name, family in found.items() if name.startswith("hexlane_")}
    assert len(ours) > 40
    for name, family in ours.items():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name), name
        assert family.documentation.endswith("."), name
        assert family.type in ("counter", "gauge"), name
        for sample in family.samples:
            assert sample.name == (f"{name}_total" if family.type == "counter" else name)
            assert sample.value >= 0 or family.type == "gauge"
    assert value(found, "process_resident_memory_bytes") > 1_000_000


def test_every_metric_is_explained(as_role: AsRole) -> None:
    """docs/metrics.md must name every metric a server gives, and none it does not give."""
    found = families(as_role("dispatcher"))
    given = {f"{name}_total" if family.type == "counter" else name for name, family in found.items()}
    told = set(re.findall(r"`(hexlane_[a-z0-9_]+)`", (ROOT / "docs" / "metrics.md").read_text()))
    assert {name for name in given if name.startswith("hexlane_")} - told == set()
    assert told - given == set()


async def _watch(server: Server, client: httpx.Client, aircraft: str, reports: int) -> dict[str, Metric]:
    """Open a live connection, report positions, read what comes, and return the metrics with the connection open."""
    token = str(client.headers["authorization"]).removeprefix("Bearer ")
    url = f"{server.base_url.replace('http', 'ws')}/v1/live"
    protocols = ["hexlane.live.v1", f"bearer.{token}"]
    async with connect(url, subprotocols=protocols, max_size=None) as live:  # type: ignore[arg-type]
        await live.send(json.dumps({"subscribe": {"topics": ["tracks"]}}))
        await asyncio.wait_for(live.recv(), 60)
        for number in range(reports):
            lat, lon = filing.place(3000.0 + number * 5.0, 3000.0)
            at = filing.text(datetime.now(UTC))
            item = {"aircraft_id": aircraft, "lat_deg": lat, "lon_deg": lon, "alt_agl_m": 50.0, "observed_at": at}
            answer = await asyncio.to_thread(client.post, "/v1/tracks", json=[item])
            assert answer.json()["accepted"] == 1, answer.text
            # Tracks of earlier tests may be told between: each of these is waited for.
            while aircraft not in str(await asyncio.wait_for(live.recv(), 60)):
                pass
        return await asyncio.to_thread(families, client)


def test_counters_follow_what_happens(server: Server, as_role: AsRole) -> None:
    """Positions reported and messages sent must show in the counters of picture, recorder and feed; nothing is lost."""
    firm = as_role("operator")
    aircraft = filing.register(firm)
    before = families(firm)
    during = asyncio.run(_watch(server, firm, aircraft, 5))

    def grown(name: str) -> float:
        return value(during, name) - value(before, name)

    assert grown("hexlane_picture_accepted") >= 5
    assert grown("hexlane_recording_batches") >= 5
    assert grown("hexlane_live_messages") >= 6
    assert grown("hexlane_live_message_bytes") > 1_000
    assert value(during, "hexlane_live_clients") >= 1
    assert value(during, "hexlane_live_views") >= 1
    assert value(during, "hexlane_recording_on") == 1
    assert value(during, "hexlane_recording_rows_given_up") == 0
    assert value(during, "hexlane_recording_flush_lag_seconds") >= 0
    for name in ("lost", "late", "duplicates", "bad_crc", "udp_kernel_drops"):
        assert value(during, f"hexlane_bridge_{name}") >= 0
