"""Before a flight starts: home, mission heights and failsafe settings of a real link, held against the plan."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from sim.flavour import Flavour
from tests.conftest import Server
from tests.fakes import filing, flying
from tests.fakes.flying import Flyer, Flying, expect_end, expect_given, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(500)]

FLAVOURS = [Flavour.PX4, Flavour.ARDUPILOT]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("checks"))
    running.start(timeout_s=300)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def fleet(city: Server) -> Iterator[Flying]:
    with flying.flying(city) as made:
        yield made


@pytest.fixture(scope="module")
def firm(city: Server) -> Iterator[httpx.Client]:
    with city.client("operator") as client:
        yield client


def ready(fleet: Flying, firm: httpx.Client, flavour: Flavour, lane_m: float, **more: Any) -> tuple[Flyer, str]:
    """Return a vehicle on the ground that holds its plan's mission, and the plan, minutes before its departure."""
    made = fleet.add(firm, 0.0, lane_m, flavour=flavour, height_m=None)
    points = [filing.point(0, lane_m, 0.0), filing.point(0, lane_m, 60.0), filing.point(900, lane_m, 60.0)]
    departs = datetime.now(UTC) + timedelta(minutes=8)
    plan_id = filing.expect_approved(firm, filing.plan(made.aircraft_id, departs, points, **more))["plan_id"]
    path = f"/v1/aircraft/{made.aircraft_id}/commands/check"
    until(lambda: firm.post(path, json={"type": "upload_plan"}).status_code == 200)
    expect_end(firm, expect_given(firm, made.aircraft_id, "upload_plan")["command_id"], "confirmed")
    return made, plan_id


def told(document: dict[str, Any]) -> dict[str, str]:
    """Return the codes of a decision with their severities."""
    return {item["code"]: item["severity"] for item in document["decision"]["reasons"]}


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_settings_that_fit_are_silent_and_others_are_a_warning(
    fleet: Flying, firm: httpx.Client, flavour: Flavour
) -> None:
    """The autopilot's own return height must be compared with the filed one: equal is silent, another is a warning."""
    lane_m = 300.0 * FLAVOURS.index(flavour)
    filed = {"contingency": {"lost_link": "rtl", "rtl_altitude_agl_m": 60}}
    _, plan_id = ready(fleet, firm, flavour, lane_m, **filed)
    answer = filing.step(firm, plan_id, "activate")
    assert answer.status_code == 200, answer.text
    assert "failsafe_mismatch" not in told(answer.json())
    assert "home_mismatch" not in told(answer.json())
    made, plan_id = ready(fleet, firm, flavour, lane_m + 800.0, **filed)
    name, value = ("RTL_RETURN_ALT", 90.0) if flavour is Flavour.PX4 else ("RTL_ALT", 9000.0)
    made.autopilot.params.set(name, value)
    answer = filing.step(firm, plan_id, "activate")
    assert answer.status_code == 200, answer.text
    assert told(answer.json())["failsafe_mismatch"] == "warning"
    said = next(item for item in answer.json()["decision"]["reasons"] if item["code"] == "failsafe_mismatch")
    assert name in said["detail"]
    assert "90" in said["detail_zh"]


def test_a_vehicle_whose_height_is_far_off_may_not_start(fleet: Flying, firm: httpx.Client) -> None:
    """A vehicle that takes itself to be 15 m above its site must be refused, naming how far it is off."""
    made, plan_id = ready(fleet, firm, Flavour.PX4, 2600.0)
    at = made.autopilot.vehicle.position

    def lift() -> None:
        v = made.autopilot.vehicle
        v.set_on_ground(type(at)(at.lat_deg, at.lon_deg, at.alt_hae_m + 15.0))

    fleet.call(lift)

    def refused() -> dict[str, Any] | None:
        answer = filing.step(firm, plan_id, "activate")
        found: dict[str, Any] = answer.json()
        return found if answer.status_code == 409 else None

    found = until(refused)
    assert told(found)["home_mismatch"] == "refuse"
    assert "15.0 m above" in found["detail"]
