"""Traffic told to vehicles by a running server; that it starts no cascade is shown in simulated time (unit tests)."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from sim.vehicle import Mode
from tests.conftest import Server
from tests.fakes import filing, flying
from tests.fakes.flying import Flyer, Flying, connected, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

HEIGHT_M = 50.0


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Server]:
    """Run a server with the switch as the test asks."""
    monkeypatch.setenv("HEXLANE_TRAFFIC_TO_VEHICLES", request.param)
    server = Server(tmp_path)
    server.start(timeout_s=300)
    yield server
    server.stop()


def line(fleet: Flying, firm: httpx.Client, count: int = 8) -> list[Flyer]:
    """Return vehicles 400 m apart in a line, each on a mission to the north, too close for comfort if one turns."""
    made = [fleet.add(firm, 400.0 * k, 0.0, home=(400.0 * k, -500.0)) for k in range(count)]
    for k, flyer in enumerate(made):
        connected(firm, flyer.aircraft_id)
        fleet.fly_to(flyer, 400.0 * k, 3000.0, 2.0)
    return made


def report(
    supplier: httpx.Client, east_m: float, north_m: float, *, track: str = "helicopter", hae_m: float = 60.0
) -> None:
    """Report a foreign aircraft as a supplier's radar would."""
    lat, lon = filing.place(east_m, north_m)
    body = {
        "track_id": track,
        "source": "radar",
        "lat_deg": lat,
        "lon_deg": lon,
        "alt_hae_m": hae_m,
        "vel_east_mps": 0.0,
        "vel_north_mps": 0.0,
        "vel_up_mps": 0.0,
        "observed_at": filing.text(datetime.now(UTC)),
    }
    answer = filing.send(supplier, "POST", "/v1/tracks", json={"items": [body]})
    assert answer.status_code < 300, answer.text


def modes(made: list[Flyer]) -> list[Mode]:
    return [flyer.autopilot.vehicle.mode for flyer in made]


@pytest.mark.parametrize(("running", "turned"), [("true", [0]), ("false", [])], indirect=["running"])
def test_only_those_near_the_stranger_turn_home_and_only_when_switched_on(running: Server, turned: list[int]) -> None:
    """Of three vehicles in a line the one within 500 m of a helicopter must turn home, and without the switch none."""
    with running.client("operator") as firm, running.client("supplier") as supplier, flying.flying(running) as fleet:
        made = line(fleet, firm, 3)
        for _ in range(15):
            report(supplier, -350.0, 20.0)
            time.sleep(1.0)
        if turned:
            until(lambda: modes(made)[0] is Mode.RTL)
        assert [k for k, mode in enumerate(modes(made)) if mode is Mode.RTL] == turned
        seen = supplier.get("/v1/tracks").json()["items"]
        assert {item["track_id"] for item in seen} == {"helicopter"}
