"""The city divided among positions, over HTTP against a real server of its own."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import h3
import httpx
import pytest

from tests.conftest import Server
from tests.fakes import filing
from tests.fakes.filing import expect_problem, text
from tests.fakes.flying import until

pytestmark = pytest.mark.slow
HOLD = {"type": "hold", "reason": "Somebody asked for it"}


class City:
    """A server divided in two at the middle: a position in the west, one in the east, and a supervisor."""

    def __init__(self, server: Server) -> None:
        self.admin, self.west = server.client("admin"), server.client("dispatcher")
        self.firm, self.regulator = server.client("operator"), server.client("regulator")
        self.east = _person(server, self.west)
        self.positions = {
            name: self.admin.post("/v1/positions", json=body).json()["position_id"]
            for name, body in {
                "west": {"name": "West", "name_zh": "西席"},
                "east": {"name": "East", "name_zh": "东席"},
                "rest": {"name": "Rest"},
                "chief": {"name": "Chief", "name_zh": "主任席", "supervises": True},
            }.items()
        }

    def layout(self, **more: Any) -> dict[str, Any]:
        """Return the body of the division in two squares of three kilometres."""
        return {
            "sectors": [
                {"name": "West", "position_id": self.positions["west"], "geometry": _square(-1_500)},
                {"name": "East", "position_id": self.positions["east"], "geometry": _square(1_500)},
            ],
            "fallback_position_id": self.positions["rest"],
            "transfer_timeout_s": 10,
            **more,
        }

    def publish(self, body: dict[str, Any], client: httpx.Client | None = None) -> httpx.Response:
        """Publish a division over the one that holds."""
        version = self.admin.get("/v1/sectors").json()["version"]
        return (client or self.admin).put("/v1/sectors", json=body, headers={"If-Match": f'"{version}"'})

    def sign_on(self, client: httpx.Client, name: str) -> None:
        """Put somebody at a position."""
        answer = client.post(f"/v1/positions/{self.positions[name]}/sign-on")
        assert answer.status_code == 200, answer.text

    def fly(self, aircraft_id: str, east_m: float) -> None:
        """Report where an aircraft is."""
        lat, lon = filing.place(east_m, 0)
        seen = {"lat_deg": lat, "lon_deg": lon, "alt_agl_m": 60.0, "observed_at": text(datetime.now(UTC))}
        answer = self.firm.post("/v1/tracks", json={"items": [{**seen, "aircraft_id": aircraft_id}]})
        assert answer.status_code == 202, answer.text

    def owner(self, aircraft_id: str) -> dict[str, Any] | None:
        """Return the owner of a flight, None while it is not seen."""
        answer = self.west.get("/v1/sectors/owner", params={"aircraft_id": aircraft_id})
        found: dict[str, Any] = answer.json()
        return found if answer.status_code == 200 else None

    def owned(self, aircraft_id: str, name: str) -> bool:
        """Tell whether a position owns a flight."""
        found = self.owner(aircraft_id)
        return found is not None and found["position_id"] == self.positions[name]


def _square(east_m: float) -> dict[str, Any]:
    corners = [(east_m + x, y) for x, y in ((-1500, -1500), (1500, -1500), (1500, 1500), (-1500, 1500), (-1500, -1500))]
    ring = [list(reversed(filing.place(*corner))) for corner in corners]
    return {"type": "Polygon", "coordinates": [ring]}


def _person(server: Server, client: httpx.Client) -> httpx.Client:
    """Return the demonstration's dispatcher at the console: another person than the program."""
    person = httpx.Client(base_url=server.base_url, timeout=20, headers={"Origin": server.base_url})
    answer = person.post("/v1/session/demo", json={"role": "dispatcher"})
    assert answer.status_code in (200, 201), answer.text
    person.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return person


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    running = Server(tmp_path_factory.mktemp("sectors"))
    running.start()
    try:
        yield City(running)
    finally:
        running.stop()


def test_undivided_one_position_owns_everything(city: City) -> None:
    """Before any division the board shows one position, and a dispatcher at no position orders as ever."""
    shown = city.west.get("/v1/sectors/board").json()
    assert (shown["in_use"], [item["position_id"] for item in shown["positions"]]) == (False, ["pos_city"])
    aircraft_id = filing.register(city.firm)
    expect_problem(city.west.post(f"/v1/aircraft/{aircraft_id}/commands", json=HOLD), 409, "vehicle_not_connected")


def test_the_division_is_a_supervisors(city: City) -> None:
    """Firms do not see it, dispatchers change it only at a supervising position, and every change is a version."""
    expect_problem(city.firm.get("/v1/sectors"), 403, "forbidden")
    expect_problem(city.regulator.post("/v1/positions", json={"name": "X"}), 403, "forbidden")
    city.sign_on(city.west, "west")
    expect_problem(city.publish(city.layout(), city.west), 403, "not_supervisor")
    expect_problem(city.admin.put("/v1/sectors", json=city.layout()), 428, "precondition_required")
    overlapping = city.layout()
    overlapping["sectors"][1]["geometry"] = _square(-500)
    expect_problem(city.publish(overlapping), 422, "validation_failed")
    first = city.publish(city.layout(note="two halves"))
    assert first.status_code == 200, first.text
    layout = first.json()
    expect_problem(city.admin.put("/v1/sectors", json=city.layout(), headers={"If-Match": '"0"'}), 409, "stale_version")
    expect_problem(city.admin.delete(f"/v1/positions/{city.positions['west']}"), 409, "position_in_use")
    city.sign_on(city.west, "chief")
    east = next(item["sector_id"] for item in layout["sectors"] if item["name"] == "East")
    combined = city.west.post("/v1/sectors/assignments", json={"assignments": {east: city.positions["west"]}})
    assert combined.status_code == 200, combined.text
    assert {item["position_id"] for item in combined.json()["sectors"]} == {city.positions["west"]}
    split = city.west.post("/v1/sectors/assignments", json={"assignments": {east: city.positions["east"]}})
    assert split.json()["version"] == layout["version"] + 2
    versions = city.regulator.get("/v1/sectors/versions").json()["items"]
    assert [item["version"] for item in versions[:3]] == [layout["version"] + n for n in (2, 1, 0)]


def test_sectors_of_cells_hold_what_their_cells_hold(city: City) -> None:
    """A sector of H3 cells owns a flight inside a cell, and cells that are none are refused by their place."""
    lat, lon = filing.place(0, 6_000)
    cells = [str(cell) for cell in h3.grid_disk(h3.latlng_to_cell(lat, lon, 8), 1)]
    cellular = {"name": "North", "position_id": city.positions["east"], "cells": cells}
    assert city.publish(city.layout(sectors=[*city.layout()["sectors"], cellular])).status_code == 200
    bad = city.publish(city.layout(sectors=[{**cellular, "cells": ["8841nonsense"]}]))
    expect_problem(bad, 422, "validation_failed")
    assert bad.json()["errors"][0]["field"] == "/sectors/0/cells/0"
    aircraft_id = filing.register(city.firm)
    seen = {"lat_deg": lat, "lon_deg": lon, "alt_agl_m": 60.0, "observed_at": text(datetime.now(UTC))}
    city.firm.post("/v1/tracks", json={"items": [{**seen, "aircraft_id": aircraft_id}]})
    until(lambda: city.owned(aircraft_id, "east"), what="the owner of a flight in a cell")


def test_only_the_owner_may_order_a_flight(city: City) -> None:
    """Another position is told who owns it; a supervisor may with a reason; the firm itself always."""
    assert city.publish(city.layout()).status_code == 200
    city.sign_on(city.west, "west")
    city.sign_on(city.east, "east")
    aircraft_id = filing.register(city.firm)
    city.fly(aircraft_id, 1_500)
    until(lambda: city.owned(aircraft_id, "east"), what="the owner by sector")
    path = f"/v1/aircraft/{aircraft_id}/commands"
    refused = city.west.post(path, json=HOLD)
    expect_problem(refused, 409, "owned_by_other_position")
    assert refused.json()["owner"]["position_id"] == city.positions["east"]
    assert refused.json()["owner"]["people"]
    expect_problem(city.west.post(f"{path}/check", json=HOLD), 409, "owned_by_other_position")
    expect_problem(city.east.post(path, json=HOLD), 409, "vehicle_not_connected")
    expect_problem(city.firm.post(path, json={"type": "hold"}), 409, "vehicle_not_connected")
    city.sign_on(city.west, "chief")
    expect_problem(city.west.post(path, json={"type": "hold"}), 409, "owned_by_other_position")
    expect_problem(city.west.post(path, json=HOLD), 409, "vehicle_not_connected")
    city.west.post("/v1/positions/sign-off")
    expect_problem(city.west.post(path, json=HOLD), 409, "owned_by_other_position")


def test_a_transfer_is_accepted_declined_or_goes_back(city: City) -> None:
    """The giver owns until the other accepts; refused, taken back or unanswered it stays the giver's."""
    assert city.publish(city.layout()).status_code == 200
    city.sign_on(city.west, "west")
    city.sign_on(city.east, "east")
    aircraft_id = filing.register(city.firm)
    city.fly(aircraft_id, -1_500)
    until(lambda: city.owned(aircraft_id, "west"), what="the owner by sector")
    offer = {"aircraft_id": aircraft_id, "to_position_id": city.positions["east"], "note": "crossing"}
    expect_problem(city.east.post("/v1/transfers", json=offer), 409, "owned_by_other_position")
    first = city.west.post("/v1/transfers", json=offer)
    assert (first.status_code, first.json()["state"]) == (201, "offered"), first.text
    expect_problem(city.west.post("/v1/transfers", json=offer), 409, "transfer_pending")
    transfer = f"/v1/transfers/{first.json()['transfer_id']}"
    expect_problem(city.west.post(f"{transfer}/accept"), 409, "owned_by_other_position")
    assert city.east.post(f"{transfer}/decline").json()["state"] == "declined"
    expect_problem(city.east.post(f"{transfer}/accept"), 409, "transfer_closed")
    assert city.owned(aircraft_id, "west")
    second = city.west.post("/v1/transfers", json=offer).json()["transfer_id"]
    assert city.east.get("/v1/sectors/board").json()["transfers"][0]["transfer_id"] == second
    assert city.east.post(f"/v1/transfers/{second}/accept").json()["state"] == "accepted"
    assert city.owned(aircraft_id, "east"), "accepted, it is the taker's though it is in the giver's sector"
    back = {"aircraft_id": aircraft_id, "to_position_id": city.positions["west"]}
    third = city.east.post("/v1/transfers", json=back).json()["transfer_id"]
    until(
        lambda: (
            next(item for item in city.east.get("/v1/transfers").json()["items"] if item["transfer_id"] == third)[
                "state"
            ]
            == "timed_out"
        ),
        what="the time-out",
    )
    assert city.owned(aircraft_id, "east"), "unanswered, it goes back to the giver"
    assert city.publish(city.layout(in_use=False)).status_code == 200
    assert city.west.get("/v1/sectors/board").json()["in_use"] is False
