"""A hundred bookings at once for the last slot of a pad, on two server processes with one store: one wins, the others are
offered the next free times."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.conftest import Server
from tests.fakes import filing
from tests.fakes.flying import until

pytestmark = [pytest.mark.slow, pytest.mark.long]

SITE = "st_oct_eco_square"
MANY = 100


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Server]]:
    """Two servers on one folder; the second finds the first's credentials."""
    folder = tmp_path_factory.mktemp("last-slot")
    servers = Server(folder), Server(folder)
    for server in servers:
        server.start()
    until(servers[0].lets_in, what="the first to follow the second, which gave new secrets")
    yield servers
    for server in servers:
        server.stop()


def bookings(client: httpx.Client, at: datetime) -> list[dict[str, Any]]:
    """Return bookings that leave the one pad of a site at the same instant, on ways and levels apart."""
    lon, lat = client.get(f"/v1/sites/{SITE}").json()["geometry"]["coordinates"]
    bodies = []
    for k in range(MANY):
        level = 60 + 15 * (k % 4)
        points = [
            {"lat_deg": lat, "lon_deg": lon, "alt_m": 0, "alt_datum": "AGL", "speed_mps": 4},
            {"lat_deg": lat, "lon_deg": lon, "alt_m": level, "alt_datum": "AGL"},
            {"lat_deg": lat + 0.004 + 0.00005 * k, "lon_deg": lon, "alt_m": level, "alt_datum": "AGL"},
        ]
        bodies.append({"plan": filing.plan(filing.register(client), at, points, origin_site_id=SITE)})
    return bodies


def test_one_of_a_hundred_gets_the_last_slot_and_each_other_an_offer(pair: tuple[Server, Server]) -> None:
    """Exactly one books; all others get later times of their own, from both servers together, which can be booked as they
    stand; nothing is kept twice."""
    clients = [server.client("operator") for server in pair]
    bodies = bookings(clients[0], filing.window())
    work = [(clients[k % 2], body) for k, body in enumerate(bodies)]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda item: filing.send(item[0], "POST", "/v1/missions", json=item[1]), work))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [201] + [409] * (MANY - 1)
    won = next(answer for answer in answers if answer.status_code == 201).json()
    lost = [answer.json()["decision"] for answer in answers if answer.status_code == 409]
    for decision in lost:
        codes = {item["code"] for item in decision["reasons"]}
        assert "pad_busy" in codes, codes
        assert all(item["frees_at"] for item in decision["reasons"] if item["code"] == "pad_busy")
    without = [decision for decision in lost if not decision["counter_offers"]]
    assert without == []
    assert all(
        offer["plan"]["departure_at"] > won["departs_at"] or offer["kind"] != "delay"
        for decision in lost
        for offer in decision["counter_offers"]
    )
    departures = [decision["counter_offers"][0]["plan"]["departure_at"] for decision in lost]
    assert len(set(departures)) == MANY - 1, "each is sent to a time of its own, whichever server it asked"
    taken = filing.send(clients[1], "POST", "/v1/missions", json={"plan": lost[0]["counter_offers"][0]["plan"]})
    assert taken.status_code == 201, taken.text
    for mission in (won, taken.json()):
        assert filing.send(clients[0], "POST", f"/v1/missions/{mission['mission_id']}/cancel").status_code == 200
