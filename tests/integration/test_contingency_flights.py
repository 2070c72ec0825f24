"""A link lost in a busy corridor, with vehicles over real UDP: reserved, told, ordered, landed, and nothing left behind."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from sim.fault_kinds import FaultKind
from sim.flavour import Flavour
from tests.conftest import Server
from tests.fakes import filing, flying
from tests.fakes.filing import point, send
from tests.fakes.flying import Flyer, Flying, expect_end, expect_given, trouble, until
from utm.separation_check import check
from utm.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(560)]

SPEED_MPS = 8.0
HEIGHT_M = 60.0


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("contingency"))
    running.start(timeout_s=300)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def fleet(city: Server) -> Iterator[Flying]:
    with flying.flying(city) as made:
        yield made


def ready(
    fleet: Flying, firm: httpx.Client, way: list[tuple[float, float]], departs: datetime, **more: Any
) -> tuple[Flyer, str]:
    """Return a vehicle on the ground at the start of its way with its plan approved, loaded and activated."""
    (x0, y0), (x1, y1) = way
    made = fleet.add(firm, x0, y0, flavour=Flavour.PX4, height_m=None)
    points = [point(x0, y0, 0.0), point(x0, y0, HEIGHT_M), point(x1, y1, HEIGHT_M), point(x1, y1, 0.0)]
    body = filing.plan(made.aircraft_id, departs, points, speed_mps=SPEED_MPS, **more)
    for waypoint in body["route"]["waypoints"][::2]:
        waypoint["speed_mps"] = 2.0  # climb and descent
    plan_id = filing.expect_approved(firm, body)["plan_id"]
    path = f"/v1/aircraft/{made.aircraft_id}/commands/check"
    until(lambda: send(firm, "POST", path, json={"type": "upload_plan"}).status_code == 200, 90.0, "the vehicle's link")
    order = expect_given(firm, made.aircraft_id, "upload_plan", plan_id=plan_id)
    expect_end(firm, order["command_id"], "confirmed")
    until(lambda: _activated(firm, plan_id), 60.0, "the activation")
    return made, plan_id


def _activated(firm: httpx.Client, plan_id: str) -> bool:
    answer = filing.step(firm, plan_id, "activate")
    assert answer.status_code in (200, 409), answer.text
    return answer.status_code == 200


def apart_m(one: Flyer, other: Flyer) -> tuple[float, float]:
    """Return how far two vehicles are from each other, horizontally and vertically."""
    a, b = one.autopilot.vehicle, other.autopilot.vehicle
    ax, ay = filing.metres(a.lat_deg, a.lon_deg)
    bx, by = filing.metres(b.lat_deg, b.lon_deg)
    return math.hypot(ax - bx, ay - by), abs(a.alt_hae_m - b.alt_hae_m)


def items(client: httpx.Client, path: str, **query: Any) -> list[dict[str, Any]]:
    """Return a list of the API."""
    answer = send(client, "GET", path, params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def at(document: dict[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(document[name])


def test_a_link_lost_in_a_corridor_is_reserved_told_ordered_and_landed(city: Server, fleet: Flying) -> None:
    """From the silence to the landing: volume, advisory, order and end in their order, and no two vehicles too near.

    Times are the service's own: reserved within 2 s of the detection, the firm in the way told within 5 s of it.
    """
    firm, other, centre = city.client("operator"), city.client("operator", 1), city.client("dispatcher")
    departs = datetime.now(UTC) + timedelta(seconds=90)
    lost, lost_plan = ready(fleet, firm, [(0, 0), (1500, 0)], departs, contingency={"lost_link": "rtl"})
    near, near_plan = ready(fleet, other, [(330, -900), (330, 900)], departs + timedelta(seconds=10))
    until(lambda: datetime.now(UTC) >= departs, 90.0, "the departure")
    fleet.depart(lost)
    until(lambda: datetime.now(UTC) >= departs + timedelta(seconds=10), 90.0, "the other departure")
    fleet.depart(near)

    def east_m() -> float:
        return filing.metres(lost.autopilot.vehicle.lat_deg, lost.autopilot.vehicle.lon_deg)[0]

    until(lambda: east_m() > 400.0, 180.0, "half of the way")
    trouble(fleet, lost, FaultKind.LOST_LINK)
    (found,) = until(lambda: items(centre, "/v1/contingencies", state="open"), 60.0, "the contingency")
    assert (found["plan_id"], found["kind"], found["procedure"]) == (lost_plan, "lost_link", "rtl")
    assert at(found, "declared_at") - at(found, "detected_at") <= timedelta(seconds=2)
    assert filing.state_of(firm, lost_plan) == "contingent"
    told = until(lambda: items(other, "/v1/advisories", plan_id=near_plan), 30.0, "the advisory")[-1]
    assert (told["kind"], told["must_acknowledge"]) == ("contingency_nearby", True)
    assert at(told, "raised_at") - at(found, "detected_at") <= timedelta(seconds=5)
    assert send(other, "POST", f"/v1/advisories/{told['advisory_id']}/acknowledge").status_code == 200
    until(
        lambda: {"contingency", "link_lost"} <= {alert["kind"] for alert in items(centre, "/v1/alerts", state="open")},
        30.0,
        "the alerts",
    )

    (actions,) = items(centre, "/v1/action-lists")
    path = f"/v1/action-lists/{actions['action_list_id']}"
    first = send(centre, "POST", f"{path}/execute", json={})
    asked = filing.expect_problem(first, 409, "confirmation_required")
    done = send(centre, "POST", f"{path}/execute", json={"confirmation_token": asked["confirmation_token"]})
    assert done.status_code == 202, done.text
    ended = until(
        lambda: [i for i in send(centre, "GET", path).json()["items"] if i["state"] in ("confirmed", "escalated")],
        90.0,
        "the end of the action",
    )
    (action,) = ended
    assert (action["plan_id"], action["state"]) == (near_plan, "confirmed"), (
        f"{action['action']} {action['method']}: {action['detail']}"
    )

    report = check(Settings(data_dir=city.data_dir))
    assert report.conflicts == []
    assert report.unread == []
    # It comes home by itself, and is heard again.
    nearest = [(1e9, 1e9)]

    def home() -> bool:
        nearest.append(apart_m(lost, near))
        return east_m() < 60.0

    until(home, 180.0, "the way home")
    fleet.call(lost.autopilot.faults.clear)

    def over_and_done() -> bool:
        nearest.append(apart_m(lost, near))
        return filing.state_of(firm, lost_plan) == "ended"

    until(over_and_done, 240.0, "the landing")
    assert all(horizontal > 10.0 or vertical > 5.0 for horizontal, vertical in nearest)
    (over,) = items(centre, "/v1/contingencies")
    assert (over["state"], over["outcome"]) == ("ended", "landed")
    (after,) = items(other, "/v1/advisories", plan_id=near_plan, state="withdrawn")
    assert after["advisory_id"] == told["advisory_id"]
