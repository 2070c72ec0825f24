"""Who may command which vehicle, and the token of the second step."""

import pytest

from tests.fakes.desk import principal
from utm.command_authority import Confirmations, Standing, check_service, circumstance_of
from utm.command_values import COMMAND_TYPES, FINAL, TRANSITIONS, Circumstance, CommandRequest, CommandState
from utm.problems import Problem

NOW_S = 90_000_000.0


def standing(**changes: object) -> Standing:
    values = {
        "organisation_id": "org_a",
        "plan_id": "fp_1",
        "plan_state": "activated",
        "airborne": True,
        "alert_id": None,
    }
    return Standing(**{**values, **changes})  # type: ignore[arg-type]


def request(kind: str = "hold") -> CommandRequest:
    return CommandRequest("ac_1", kind, {})  # type: ignore[arg-type]


def who(role: str, organisation_id: str = "org_a"):  # type: ignore[no-untyped-def]
    return principal(role, organisation_id)


@pytest.mark.parametrize("kind", COMMAND_TYPES)
def test_a_firm_commands_its_own_in_every_way(kind: str) -> None:
    """An operator needs no cause for its own vehicle."""
    assert circumstance_of(who("operator"), standing(), request(kind), None).kind == "own_fleet"


@pytest.mark.parametrize(
    ("changes", "reason", "kind"),
    [
        ({"plan_state": "contingent"}, None, "contingency"),
        ({"plan_state": "nonconforming"}, None, "nonconforming"),
        ({"alert_id": "al_1"}, None, "alert"),
        ({"plan_id": None, "plan_state": None}, None, "unplanned"),
        ({}, "A balloon in its way", "reason"),
    ],
)
def test_the_centre_commands_where_the_flight_gives_cause(
    changes: dict[str, object], reason: str | None, kind: str
) -> None:
    """Each stated circumstance must be found and named."""
    found = circumstance_of(who("dispatcher", "org_centre"), standing(**changes), request(), reason)
    assert (found.kind, found.reason) == (kind, reason)


def test_the_centre_may_not_command_a_conforming_flight_without_a_reason() -> None:
    """No cause and no reason must be 409, an upload 403, for whatever cause."""
    centre = who("dispatcher", "org_centre")
    with pytest.raises(Problem, match="command_reason_required"):
        circumstance_of(centre, standing(), request(), None)
    with pytest.raises(Problem, match="forbidden"):
        circumstance_of(centre, standing(plan_state="contingent"), request("upload_plan"), "because")
    with pytest.raises(Problem, match="forbidden"):
        circumstance_of(who("regulator", "org_city"), standing(), request(), "because")


def test_the_service_gives_what_contingencies_and_zones_need_only() -> None:
    """The service itself must not upload, set rates, or act for a mere reason."""
    check_service(Circumstance("contingency", "ct_1"), request("land"))
    for circumstance, kind in (
        ("contingency", "upload_plan"),
        ("zone_action", "set_message_rates"),
        ("reason", "hold"),
    ):
        with pytest.raises(ValueError, match="may not"):
            check_service(Circumstance(circumstance), request(kind))  # type: ignore[arg-type]


def test_a_token_holds_for_its_caller_its_order_and_two_minutes() -> None:
    """Anything but the same caller, body and time must be refused; the name it is used up under must be stable."""
    desk, firm = Confirmations(b"x" * 32), who("operator")
    token = desk.token(firm, [request("land")], NOW_S)
    name = desk.check(token, firm, [request("land")], NOW_S + 119)
    assert name == desk.check(token, firm, [request("land")], NOW_S + 1)
    others = [
        (token, who("operator", "org_b"), [request("land")], NOW_S),
        (token, firm, [request("hold")], NOW_S),
        (token, firm, [request("land"), request("land")], NOW_S),
        (token, firm, [request("land")], NOW_S + 121),
        (token, firm, [request("land")], NOW_S - 10),
        (token[:-3] + "AAA", firm, [request("land")], NOW_S),
        ("", firm, [request("land")], NOW_S),
        ("not base64 \u00e9", firm, [request("land")], NOW_S),
    ]
    for given, caller, orders, at_s in others:
        with pytest.raises(Problem, match="confirmation_invalid"):
            desk.check(given, caller, orders, at_s)
    with pytest.raises(Problem, match="confirmation_invalid"):
        Confirmations(b"y" * 32).check(token, firm, [request("land")], NOW_S)


def test_every_state_leads_to_an_end() -> None:
    """From each state that is not final an end must be reachable in one step, and from a final one nothing."""
    assert {state.value for state in FINAL} == {"confirmed", "refused", "timed_out"}
    for state, following in TRANSITIONS.items():
        assert (not following) == (state in FINAL)
        assert state in FINAL or CommandState.TIMED_OUT in following
    assert TRANSITIONS[CommandState.SENT].isdisjoint({CommandState.CONFIRMED})
