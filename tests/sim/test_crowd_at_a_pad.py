"""A hundred bookings at once for one time of a pad, in simulated time: one wins, the others are sent to times of their own."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from sim.deterministic.network import Network
from sim.deterministic.server import Party, Reply, Server
from sim.deterministic.sources import seeded
from sim.deterministic.world import FIRMS
from sim.virtual_time import VirtualClock, VirtualLoop, run
from tests.fakes import filing

pytestmark = [pytest.mark.slow, pytest.mark.long]

AUTHORITY = Party("authority", "regulator")
SITE = "st_oct_eco_square"
NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
MANY = 100


async def asked(server: Server, party: Party, method: str, path: str, body: Any = None) -> Any:
    """Return the body of an answer that must be fine."""
    reply = await server.request(party, method, path, body)
    assert reply.ok, reply.body
    return reply.body


async def wishes(server: Server, at: datetime) -> list[dict[str, Any]]:
    """Return bookings that leave the one pad of a site at the same instant, on ways and levels apart."""
    lon, lat = (await asked(server, FIRMS[0], "GET", f"/v1/sites/{SITE}"))["geometry"]["coordinates"]
    found = []
    for k in range(MANY):
        body = {
            "registration": f"UASCR{k:06d}",
            "manufacturer": "Hexlane Simulation",
            "model": "SIM-X4",
            "class": "small",
        }
        aircraft_id = (await asked(server, FIRMS[0], "POST", "/v1/aircraft", body))["aircraft_id"]
        level = 60 + 15 * (k % 4)
        points = [
            {"lat_deg": lat, "lon_deg": lon, "alt_m": 0, "alt_datum": "AGL", "speed_mps": 4},
            {"lat_deg": lat, "lon_deg": lon, "alt_m": level, "alt_datum": "AGL"},
            {"lat_deg": lat + 0.004 + 0.00005 * k, "lon_deg": lon, "alt_m": level, "alt_datum": "AGL"},
        ]
        found.append({"plan": filing.plan(aircraft_id, at, points, origin_site_id=SITE)})
    return found


async def crowd(server: Server, clock: VirtualClock) -> tuple[list[Reply], list[Reply]]:
    """Book all at once, then what each of the refused was offered first; return the answers to both."""
    await server.start()
    await asked(server, AUTHORITY, "PUT", "/v1/policy", {"auto_approve_synthetic_terrain": True})
    bodies = await wishes(server, clock.now() + timedelta(minutes=20))
    first = await asyncio.gather(*(server.request(FIRMS[0], "POST", "/v1/missions", body) for body in bodies))
    then = []
    for answer in first:
        if not answer.ok:
            offered = answer.body["decision"]["counter_offers"][0]["plan"]
            then.append(await server.request(FIRMS[0], "POST", "/v1/missions", {"plan": offered}))
    await server.stop()
    return first, then


def test_each_of_a_crowd_is_offered_a_time_of_its_own(tmp_path: Path) -> None:
    """Of a hundred one books; the other 99 are offered 99 different departures, and every one of them can be booked."""
    loop = VirtualLoop(1, longest_thread_s=0.004)
    clock = VirtualClock(loop, NOON)
    server = Server(
        loop=loop, clock=clock, network=Network(loop, Random("network")), folder=tmp_path, parties=[*FIRMS, AUTHORITY],
        rng=Random("server"), rates_hz={},
    )  # fmt: skip
    with seeded(1, clock.unix_s):
        first, then = run(crowd(server, clock), loop)
    assert sorted(answer.status for answer in first) == [201] + [409] * (MANY - 1)
    lost = [answer.body["decision"]["counter_offers"][0]["plan"] for answer in first if not answer.ok]
    assert len({plan["departure_at"] for plan in lost}) == MANY - 1
    assert [answer.status for answer in then] == [201] * (MANY - 1)
