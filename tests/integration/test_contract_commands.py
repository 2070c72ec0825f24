"""Orders to vehicles as the API promises them: verified, reserved, in two steps where grave, and nobody else's."""

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from sim.fault_kinds import FaultKind
from sim.flavour import Flavour
from sim.vehicle import Landed, Mode
from tests.conftest import Server
from tests.fakes import filing, flying
from tests.fakes.filing import expect_problem
from tests.fakes.flying import Flyer, Flying, command, connected, expect_end, expect_given, trouble, until
from utm.separation_check import check
from utm.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

FLAVOURS = [Flavour.PX4, Flavour.ARDUPILOT]
_places = itertools.count()


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("commands"))
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


@pytest.fixture(scope="module")
def rival(city: Server) -> Iterator[httpx.Client]:
    with city.client("operator", 1) as client:
        yield client


@pytest.fixture(scope="module")
def centre(city: Server) -> Iterator[httpx.Client]:
    with city.client("dispatcher") as client:
        yield client


def place() -> tuple[float, float]:
    """Return a point two kilometres from those of other tests."""
    k = next(_places)
    return -5_000.0 + 2_000.0 * (k % 6), -3_000.0 + 1_500.0 * (k // 6)


def flyer(fleet: Flying, firm: httpx.Client, flavour: Flavour = Flavour.PX4, **more: Any) -> Flyer:
    """Return a vehicle that holds in the air, a hundred metres from where it took off, seen by the server."""
    east_m, north_m = place()
    made = fleet.add(firm, east_m, north_m, flavour=flavour, home=(east_m - 100, north_m), **more)
    connected(firm, made.aircraft_id)
    return made


def separated(city: Server) -> None:
    """Check with the independent judge that nothing on record is too close."""
    found = check(Settings(data_dir=city.data_dir, demo=True))
    assert (found.conflicts, found.unread) == ([], [])


# -- verified outcomes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_hold_resume_and_return_are_confirmed_by_what_the_vehicle_does(
    fleet: Flying, firm: httpx.Client, flavour: Flavour
) -> None:
    """Each order must end confirmed, with every transition, and the vehicle must be doing it."""
    made = flyer(fleet, firm, flavour)
    east_m, north_m = filing.metres(made.autopilot.vehicle.lat_deg, made.autopilot.vehicle.lon_deg)
    fleet.fly_to(made, east_m + 900, north_m)
    until(lambda: made.autopilot.vehicle.v_east_mps > 5)
    held = expect_end(firm, expect_given(firm, made.aircraft_id, "hold")["command_id"], "confirmed")
    assert [step["state"] for step in held["steps"]] == ["queued", "sent", "accepted", "confirmed"]
    assert all(step["detail"] and step["detail_zh"] and step["at"] for step in held["steps"])
    assert made.autopilot.vehicle.mode is Mode.HOLD
    expect_end(firm, expect_given(firm, made.aircraft_id, "resume")["command_id"], "confirmed")
    assert made.autopilot.vehicle.mode is Mode.MISSION
    expect_end(firm, expect_given(firm, made.aircraft_id, "rtl")["command_id"], "confirmed")
    assert made.autopilot.vehicle.mode is Mode.RTL


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_landing_is_confirmed_only_on_the_ground(fleet: Flying, firm: httpx.Client, flavour: Flavour) -> None:
    """Landing must be asked twice, stay accepted on the way down, and be confirmed once the vehicle stands."""
    made = flyer(fleet, firm, flavour, height_m=8.0)
    given = expect_given(firm, made.aircraft_id, "land")
    ended = expect_end(firm, given["command_id"], "confirmed")
    assert made.autopilot.vehicle.landed is Landed.ON_GROUND
    assert ended["circumstance"]["kind"] == "own_fleet"


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_hold_at_a_place_goes_there(fleet: Flying, firm: httpx.Client, flavour: Flavour) -> None:
    """A hold with a place must travel as COMMAND_INT, which ArduPilot alone takes, and be confirmed at that place."""
    made = flyer(fleet, firm, flavour)
    east_m, north_m = filing.metres(made.autopilot.vehicle.lat_deg, made.autopilot.vehicle.lon_deg)
    lat, lon = filing.place(east_m + 60, north_m)
    given = expect_given(firm, made.aircraft_id, "hold", lat_deg=lat, lon_deg=lon, alt_m=65, alt_datum="AGL")
    expect_end(firm, given["command_id"], "confirmed")
    at_m = filing.metres(made.autopilot.vehicle.lat_deg, made.autopilot.vehicle.lon_deg)
    assert at_m == pytest.approx((east_m + 60, north_m), abs=20)


@pytest.mark.parametrize("kind", ["hold", "rtl", "resume", "land"])
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_refusal_is_told_with_its_reason(fleet: Flying, firm: httpx.Client, flavour: Flavour, kind: str) -> None:
    """What the vehicle says no to must end refused, name the answer in both languages, and reserve nothing."""
    made = flyer(fleet, firm, flavour)
    trouble(fleet, made, FaultKind.REFUSE_COMMANDS, result="denied")
    ended = expect_end(firm, expect_given(firm, made.aircraft_id, kind)["command_id"], "refused")
    assert "denied" in ended["detail"]
    assert "拒绝" in ended["detail_zh"]
    assert [step["state"] for step in ended["steps"]] == ["queued", "sent", "refused"]


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_silence_is_timed_out_and_never_success(fleet: Flying, firm: httpx.Client, flavour: Flavour) -> None:
    """A vehicle that hears nothing must leave the order timed out, saying that it may have been carried out."""
    made = flyer(fleet, firm, flavour)
    trouble(fleet, made, FaultKind.IGNORE_COMMANDS)
    ended = expect_end(firm, expect_given(firm, made.aircraft_id, "rtl")["command_id"], "timed_out")
    assert [step["state"] for step in ended["steps"]] == ["queued", "sent", "timed_out"]
    assert "may have been" in ended["detail"]


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_in_progress_is_waited_for(fleet: Flying, firm: httpx.Client, flavour: Flavour) -> None:
    """A vehicle that takes six seconds to carry out an order and says so must be waited for, and confirmed."""
    made = flyer(fleet, firm, flavour)
    made.autopilot.desk.in_progress_s = 6.0
    given = expect_given(firm, made.aircraft_id, "rtl")
    expect_end(firm, given["command_id"], "confirmed")
    assert made.autopilot.vehicle.mode is Mode.RTL


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_acknowledged_is_not_done(fleet: Flying, firm: httpx.Client, flavour: Flavour) -> None:
    """A vehicle that accepts an order and does nothing must leave it timed out after accepted."""
    made = flyer(fleet, firm, flavour)
    trouble(fleet, made, FaultKind.STUCK_MODE, answer="accepted")
    ended = expect_end(firm, expect_given(firm, made.aircraft_id, "rtl")["command_id"], "timed_out")
    assert [step["state"] for step in ended["steps"]] == ["queued", "sent", "accepted", "timed_out"]


def test_what_is_seen_done_is_confirmed_though_its_acknowledgement_is_lost(fleet: Flying, firm: httpx.Client) -> None:
    """On a link that loses half of both ways a hold must end confirmed or timed out, never refused, never stuck."""
    made = flyer(fleet, firm)
    trouble(fleet, made, FaultKind.PACKET_LOSS, loss_pct=50)
    given = expect_given(firm, made.aircraft_id, "hold")
    ended = until(
        lambda: (
            (found := firm.get(f"/v1/commands/{given['command_id']}").json())["state"]
            in ("confirmed", "timed_out", "refused")
            and found
        )
    )
    assert ended["state"] in ("confirmed", "timed_out")
    if ended["state"] == "confirmed":
        assert made.autopilot.vehicle.mode is Mode.HOLD


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_rates_are_read_back(fleet: Flying, firm: httpx.Client, flavour: Flavour) -> None:
    """A rate must be confirmed by the interval the vehicle tells; a message it cannot send must be refused."""
    made = flyer(fleet, firm, flavour)
    given = expect_given(firm, made.aircraft_id, "set_message_rates", rates={"GLOBAL_POSITION_INT": 4, "SYS_STATUS": 1})
    expect_end(firm, given["command_id"], "confirmed")
    assert made.autopilot.interval_s(33) == pytest.approx(0.25)
    given = expect_given(firm, made.aircraft_id, "set_message_rates", rates={"WIND_COV": 1})
    assert "unsupported" in expect_end(firm, given["command_id"], "refused")["detail"]


# -- authority ---------------------------------------------------------------------------------------------------------


def test_foreign_vehicles_and_commands_do_not_exist(fleet: Flying, firm: httpx.Client, rival: httpx.Client) -> None:
    """Another firm must get 404 for the vehicle, its commands and their list, and other roles 403."""
    made = flyer(fleet, firm)
    given = expect_given(firm, made.aircraft_id, "hold")
    expect_problem(command(rival, made.aircraft_id, "hold"), 404, "not_found")
    check_path = f"/v1/aircraft/{made.aircraft_id}/commands/check"
    expect_problem(rival.post(check_path, json={"type": "hold"}), 404, "not_found")
    expect_problem(rival.get(f"/v1/commands/{given['command_id']}"), 404, "not_found")
    assert rival.get("/v1/commands", params={"aircraft_id": made.aircraft_id}).json()["items"] == []
    body = {"commands": [{"aircraft_id": made.aircraft_id, "type": "hold"}]}
    expect_problem(rival.post("/v1/commands/mass", json=body), 404, "not_found")
    expect_end(firm, given["command_id"], "confirmed")


@pytest.mark.parametrize("role", ["regulator", "supplier"])
def test_other_roles_may_not_command(city: Server, fleet: Flying, firm: httpx.Client, role: str) -> None:
    """A role that commands nothing must get 403, before its body is looked at."""
    made = flyer(fleet, firm)
    with city.client(role) as client:
        expect_problem(client.post(f"/v1/aircraft/{made.aircraft_id}/commands", content=b"{"), 403, "forbidden")


def test_the_centre_needs_a_cause_or_a_reason(fleet: Flying, firm: httpx.Client, centre: httpx.Client) -> None:
    """A dispatcher must state a reason for a flight that gives no cause, and it must be on record; upload is the firm's."""
    east_m, north_m = place()
    made = fleet.add(firm, east_m, north_m, height_m=None)
    rates = {"rates": {"SYS_STATUS": 1}}
    path = f"/v1/aircraft/{made.aircraft_id}/commands/check"
    until(lambda: firm.post(path, json={"type": "set_message_rates", **rates}).status_code == 200)
    expect_problem(command(centre, made.aircraft_id, "set_message_rates", **rates), 409, "command_reason_required")
    expect_problem(command(centre, made.aircraft_id, "upload_plan", reason="We know better"), 403, "forbidden")
    given = expect_given(centre, made.aircraft_id, "set_message_rates", reason="Positions come too slowly", **rates)
    ended = expect_end(centre, given["command_id"], "confirmed")
    assert ended["circumstance"] == {"kind": "reason", "ref": None, "reason": "Positions come too slowly"}
    seen = firm.get(f"/v1/commands/{given['command_id']}").json()
    assert seen["circumstance"]["reason"] == "Positions come too slowly"
    assert "requested_by_subject" not in seen


def test_a_flight_without_a_plan_may_be_commanded_by_the_centre(
    fleet: Flying, firm: httpx.Client, centre: httpx.Client
) -> None:
    """A vehicle in the air under no plan must be the centre's to hold, without a reason."""
    made = flyer(fleet, firm)
    # Where it is may be heard a moment before that it is in the air.
    path = f"/v1/aircraft/{made.aircraft_id}/commands/check"
    until(lambda: centre.post(path, json={"type": "hold"}).status_code == 200)
    given = expect_given(centre, made.aircraft_id, "hold")
    assert given["circumstance"]["kind"] in ("unplanned", "alert")
    expect_end(centre, given["command_id"], "confirmed")


# -- two steps ---------------------------------------------------------------------------------------------------------


def test_the_second_step_holds_for_one_caller_one_body_once(
    fleet: Flying, firm: httpx.Client, centre: httpx.Client
) -> None:
    """A token must not serve another caller, another order or a second time."""
    made = flyer(fleet, firm, height_m=6.0)
    asked = expect_problem(command(firm, made.aircraft_id, "land"), 409, "confirmation_required")
    token = asked["confirmation_token"]
    assert asked["effects"][0]["volumes"]
    assert asked["effects"][0]["allowed"] is True
    expect_problem(command(centre, made.aircraft_id, "land", confirmation_token=token), 409, "confirmation_invalid")
    forged = token[:20] + ("a" if token[20] != "a" else "b") + token[21:]  # of its last letter two bits say nothing
    expect_problem(command(firm, made.aircraft_id, "land", confirmation_token=forged), 409, "confirmation_invalid")
    other = flyer(fleet, firm)
    expect_problem(command(firm, other.aircraft_id, "land", confirmation_token=token), 409, "confirmation_invalid")
    first = command(firm, made.aircraft_id, "land", confirmation_token=token)
    assert first.status_code == 202, first.text
    expect_end(firm, first.json()["command_id"], "confirmed")
    answer = command(firm, made.aircraft_id, "land", confirmation_token=token)
    assert answer.status_code == 409
    assert answer.json()["code"] in ("confirmation_invalid", "command_not_possible")


def test_orders_to_several_are_judged_jointly_and_asked_twice(city: Server, fleet: Flying, firm: httpx.Client) -> None:
    """Two vehicles sent to one place must be refused together; held where they are, both must be confirmed."""
    east_m, north_m = place()
    made = [fleet.add(firm, east_m + 300 * k, north_m) for k in range(2)]
    for each in made:
        connected(firm, each.aircraft_id)
    lat, lon = filing.place(east_m + 150, north_m)
    both = [{"aircraft_id": m.aircraft_id, "type": "hold", "lat_deg": lat, "lon_deg": lon} for m in made]
    asked = expect_problem(firm.post("/v1/commands/mass", json={"commands": both}), 409, "confirmation_required")
    body = {"commands": both, "confirmation_token": asked["confirmation_token"]}
    refused = expect_problem(firm.post("/v1/commands/mass", json=body), 409, "command_conflict")
    assert len(refused["effects"]) == 1
    assert firm.get("/v1/commands", params={"aircraft_id": made[0].aircraft_id}).json()["items"] == []
    here = [{"aircraft_id": m.aircraft_id, "type": "hold"} for m in made]
    asked = expect_problem(firm.post("/v1/commands/mass", json={"commands": here}), 409, "confirmation_required")
    answer = firm.post("/v1/commands/mass", json={"commands": here, "confirmation_token": asked["confirmation_token"]})
    assert answer.status_code == 202, answer.text
    items = answer.json()["items"]
    assert [item["problem"] for item in items] == [None, None]
    batch = {item["command"]["batch_id"] for item in items}
    assert len(batch) == 1
    separated(city)
    for item in items:
        expect_end(firm, item["command"]["command_id"], "confirmed")
    assert len(firm.get("/v1/commands", params={"batch_id": batch.pop()}).json()["items"]) == 2


def test_nobody_relies_on_a_vehicle_that_cannot_be_ordered(city: Server, fleet: Flying, firm: httpx.Client) -> None:
    """Of two vehicles ordered together one has no link: its plan bars the other's hold, which both steps must tell."""
    made = flyer(fleet, firm)
    east_m, north_m = filing.metres(made.autopilot.vehicle.lat_deg, made.autopilot.vehicle.lon_deg)
    silent = filing.register(firm)
    through = [filing.point(east_m - 400, north_m), filing.point(east_m + 400, north_m)]
    filing.expect_approved(firm, filing.plan(silent, datetime.now(UTC) + timedelta(seconds=60), through))
    both = [{"aircraft_id": each, "type": "hold"} for each in (made.aircraft_id, silent)]
    asked = expect_problem(firm.post("/v1/commands/mass", json={"commands": both}), 409, "confirmation_required")
    assert [effect["allowed"] for effect in asked["effects"]] == [False, False]
    assert asked["effects"][1]["problem"] == "vehicle_not_connected"
    body = {"commands": both, "confirmation_token": asked["confirmation_token"]}
    refused = expect_problem(firm.post("/v1/commands/mass", json=body), 409, "command_conflict")
    assert [effect["aircraft_id"] for effect in refused["effects"]] == [made.aircraft_id]
    separated(city)


# -- airspace ----------------------------------------------------------------------------------------------------------


def test_a_hold_keeps_plans_out_and_plans_keep_a_hold_out(
    city: Server, fleet: Flying, firm: httpx.Client, rival: httpx.Client, centre: httpx.Client
) -> None:
    """Before a hold is sent its volume must be reserved against plans; one in the way of a plan must be refused, with an
    alternative, unless a dispatcher overrides it, which is on record."""
    made = flyer(fleet, firm)
    east_m, north_m = filing.metres(made.autopilot.vehicle.lat_deg, made.autopilot.vehicle.lon_deg)
    through = [filing.point(east_m - 400, north_m), filing.point(east_m + 400, north_m)]
    held = expect_end(firm, expect_given(firm, made.aircraft_id, "hold")["command_id"], "confirmed")
    assert held["effect"]["volumes"][0]["volume"]["outline_circle"]
    theirs = filing.register(rival)
    soon = datetime.now(UTC) + timedelta(seconds=25)
    refused = filing.expect_refused(rival, filing.plan(theirs, soon, through), "conflict_with_plan")
    assert held["command_id"] not in json.dumps(refused)
    expect_end(firm, expect_given(firm, made.aircraft_id, "resume")["command_id"], "refused")  # it has no mission

    other = flyer(fleet, firm)
    east_m, north_m = filing.metres(other.autopilot.vehicle.lat_deg, other.autopilot.vehicle.lon_deg)
    through = [filing.point(east_m - 400, north_m), filing.point(east_m + 400, north_m)]
    soon = datetime.now(UTC) + timedelta(seconds=60)
    plan_id = filing.expect_approved(rival, filing.plan(theirs, soon, through))["plan_id"]
    told = firm.post(f"/v1/aircraft/{other.aircraft_id}/commands/check", json={"type": "hold"}).json()["effects"][0]
    assert told["allowed"] is False
    assert plan_id not in json.dumps(told)
    assert told["affected"][0]["aircraft_id"] is None
    assert told["recommended"]["type"] in ("hold", "rtl", "land_at_site", "land")
    expect_problem(command(firm, other.aircraft_id, "hold"), 409, "command_conflict")
    why = "The crew has lost sight of it"
    expect_problem(command(firm, other.aircraft_id, "hold", override=why), 403, "forbidden")
    seen = centre.post(f"/v1/aircraft/{other.aircraft_id}/commands?dry_run=true", json={"type": "hold", "reason": why})
    assert seen.json()["effects"][0]["affected"][0]["ref"] == plan_id
    given = expect_given(centre, other.aircraft_id, "hold", override=why, reason=why)
    assert given["overridden"] is True
    expect_end(centre, given["command_id"], "confirmed")
    found = check(Settings(data_dir=city.data_dir, demo=True))
    assert found.conflicts == []
    assert [item["override_reason"] for item in found.accepted] == [why]
    instead = {name: told["recommended"][name] for name in ("alt_m", "alt_datum") if name in told["recommended"]}
    if told["recommended"]["type"] == "hold":
        expect_end(firm, expect_given(firm, other.aircraft_id, "hold", **instead)["command_id"], "confirmed")


@pytest.mark.parametrize("kind", ["rtl", "land"])
def test_a_vehicle_in_a_zone_that_was_closed_around_it_can_be_got_out(
    city: Server, fleet: Flying, firm: httpx.Client, kind: str
) -> None:
    """To stay in a closed zone must be refused; to come home or down from there taken, with the zone told as a warning."""
    made = flyer(fleet, firm)
    east_m, north_m = filing.metres(made.autopilot.vehicle.lat_deg, made.autopilot.vehicle.lon_deg)
    with city.client("regulator") as authority:
        closed = authority.post("/v1/zones", json=filing.zone(filing.square(east_m, north_m, 300), upper_m=None))
        assert closed.status_code == 201, closed.text
        zone_id = closed.json()["properties"]["zone_id"]
        try:
            held = expect_problem(command(firm, made.aircraft_id, "hold"), 409, "command_conflict")
            assert [item["code"] for item in held["effects"][0]["reasons"]] == ["zone_prohibited"]
            assert held["effects"][0]["recommended"]["type"] in ("rtl", "land_at_site", "land")
            body = {"type": kind}
            told = firm.post(f"/v1/aircraft/{made.aircraft_id}/commands/check", json=body).json()["effects"][0]
            assert told["allowed"] is True
            assert {(item["code"], item["severity"]) for item in told["reasons"]} == {("zone_prohibited", "warning")}
            expect_end(firm, expect_given(firm, made.aircraft_id, kind)["command_id"], "confirmed")
        finally:
            assert authority.delete(f"/v1/zones/{zone_id}").status_code in (200, 204)


def test_a_vehicle_beside_a_closed_zone_is_not_let_into_it(city: Server, fleet: Flying, firm: httpx.Client) -> None:
    """A way home through a closed zone that the vehicle is not in must be refused."""
    made = flyer(fleet, firm)
    east_m, north_m = filing.metres(made.autopilot.vehicle.lat_deg, made.autopilot.vehicle.lon_deg)
    with city.client("regulator") as authority:
        between = filing.zone(filing.square(east_m - 60, north_m, 15), upper_m=None)
        zone_id = authority.post("/v1/zones", json=between).json()["properties"]["zone_id"]
        try:
            told = firm.post(f"/v1/aircraft/{made.aircraft_id}/commands/check", json={"type": "rtl"}).json()["effects"][
                0
            ]
            assert told["allowed"] is False
            assert ("zone_prohibited", "refuse") in {(item["code"], item["severity"]) for item in told["reasons"]}
        finally:
            assert authority.delete(f"/v1/zones/{zone_id}").status_code in (200, 204)


def test_one_command_of_a_kind_is_outstanding(fleet: Flying, firm: httpx.Client) -> None:
    """A second order of a kind must be 409 and name the first; a return must take its place, and it ends timed out."""
    made = flyer(fleet, firm)
    trouble(fleet, made, FaultKind.IGNORE_COMMANDS)
    first = expect_given(firm, made.aircraft_id, "resume")
    found = expect_problem(command(firm, made.aircraft_id, "resume"), 409, "command_outstanding")
    assert found["command_id"] == first["command_id"]
    fleet.call(made.autopilot.faults.clear)
    second = expect_given(firm, made.aircraft_id, "rtl")
    ended = expect_end(firm, first["command_id"], "timed_out")
    assert second["command_id"] in ended["detail"]
    expect_end(firm, second["command_id"], "confirmed")


def test_a_silent_vehicle_is_409(firm: httpx.Client) -> None:
    """A registered aircraft whose vehicle was never heard must be 409 vehicle_not_connected, which may be retried."""
    aircraft_id = filing.register(firm, mavlink={"system_id": 251})
    assert expect_problem(command(firm, aircraft_id, "hold"), 409, "vehicle_not_connected")["retryable"] is True


@pytest.mark.parametrize(
    "body",
    [
        {"type": "dance"},
        {"type": "hold", "lat_deg": 22.7},
        {"type": "hold", "site_id": "x"},
        {"type": "land_at_site"},
        {"type": "reroute"},
        {"type": "set_message_rates", "rates": {"NO_SUCH": 1}},
        {"type": "set_message_rates", "rates": {"SYS_STATUS": 5000}},
        {"type": "hold", "reason": "no"},
    ],
)
def test_malformed_orders_are_422(firm: httpx.Client, body: dict[str, Any]) -> None:
    """A body that says no whole order must be 422 with the fields at fault."""
    answer = firm.post("/v1/aircraft/ac_unknown/commands", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"]


def test_commands_are_listed_newest_first_with_a_cursor(fleet: Flying, firm: httpx.Client) -> None:
    """The list must page by cursor without loss, narrow by aircraft and state, and refuse unknown states."""
    made = flyer(fleet, firm)
    ids = []
    for kind in ("hold", "rtl", "hold"):
        given = expect_given(firm, made.aircraft_id, kind)
        ids.append(given["command_id"])
        expect_end(firm, given["command_id"], "confirmed")
    where = {"aircraft_id": made.aircraft_id, "state": "confirmed"}
    first = firm.get("/v1/commands", params={**where, "limit": 2}).json()
    rest = firm.get("/v1/commands", params={**where, "limit": 2, "cursor": first["next_cursor"]}).json()
    assert [item["command_id"] for item in (*first["items"], *rest["items"])] == ids[::-1]
    assert rest["next_cursor"] is None
    assert firm.get("/v1/commands", params={**where, "state": "open"}).json()["items"] == []
    expect_problem(firm.get("/v1/commands", params={"state": "lost"}), 422, "invalid_parameter")
