"""What the flight drawer asks of the service, over HTTP against a real server."""

from collections.abc import Callable

import httpx
import pytest

from tests.fakes import filing
from tests.fakes.filing import expect_approved, expect_problem, plan, point, window

pytestmark = pytest.mark.slow

AsRole = Callable[..., httpx.Client]


def filed(firm: httpx.Client) -> tuple[str, str]:
    """File a kilometre-long climb; return the plan's id and the aircraft's."""
    aircraft = filing.register(firm)
    route = [point(0, 0, 40), point(600, 0, 40), point(1000, 0, 80)]
    return str(expect_approved(firm, plan(aircraft, window(), route))["plan_id"]), aircraft


def test_the_profile_gives_the_planned_heights_in_every_datum(as_role: AsRole) -> None:
    """Columns are of one length, AMSL and HAE differ by the undulation, and AGL starts as filed."""
    plan_id, _ = filed(as_role("operator"))
    found = as_role("dispatcher").get(f"/v1/flight-plans/{plan_id}/profile").json()
    samples = found["samples"]
    assert {len(column) for column in samples.values()} == {len(samples["distance_m"])}
    assert found["length_m"] == pytest.approx(1000, abs=1)
    assert samples["alt_agl_m"][0] == pytest.approx(40, abs=0.1)
    assert samples["alt_agl_m"][-1] == pytest.approx(80, abs=0.1)
    for hae, amsl, undulation in zip(samples["alt_hae_m"], samples["alt_amsl_m"], samples["undulation_m"], strict=True):
        assert hae - amsl == pytest.approx(undulation, abs=0.11)
    assert found["terrain"]["synthetic"] is True
    assert found["terrain"]["label"].startswith("synthetic: flat")
    assert found["terrain"]["label_zh"].startswith("合成地形")


def test_the_timeline_tells_filing_and_cancellation_in_order(as_role: AsRole) -> None:
    """Each audited step stands in the timeline with who did it, the judged one with its outcome."""
    firm = as_role("operator")
    plan_id, _ = filed(firm)
    assert firm.post(f"/v1/flight-plans/{plan_id}/cancel").status_code == 200
    items = as_role("dispatcher").get(f"/v1/flight-plans/{plan_id}/timeline").json()["items"]
    assert [(item["kind"], item["what"]) for item in items] == [("plan", "file"), ("plan", "cancel")]
    assert items[0]["outcome"] == "approved"
    assert all(item["actor"] for item in items)
    assert [item["at"] for item in items] == sorted(item["at"] for item in items)


def test_another_firm_learns_nothing(as_role: AsRole) -> None:
    """Profile, timeline, link and contact of another firm's things must look as if they did not exist."""
    plan_id, aircraft = filed(as_role("operator"))
    other = as_role("operator", 1)
    mine = as_role("operator").get("/v1/operators").json()["items"][0]["organisation_id"]
    for path in (
        f"/v1/flight-plans/{plan_id}/profile",
        f"/v1/flight-plans/{plan_id}/timeline",
        f"/v1/aircraft/{aircraft}/link",
        f"/v1/operators/{mine}/contact",
    ):
        expect_problem(other.get(path), 404, "not_found")


def test_a_link_nobody_was_heard_on_is_unknown_not_zero(as_role: AsRole) -> None:
    """An aircraft without a vehicle has a report in which everything measured is null."""
    _, aircraft = filed(as_role("operator"))
    found = as_role("dispatcher").get(f"/v1/aircraft/{aircraft}/link").json()
    assert found.pop("aircraft_id") == aircraft
    assert set(found.values()) == {None}


def test_a_contact_is_kept_and_bad_ones_are_refused(as_role: AsRole) -> None:
    """A firm says whom to call, the centre reads it; a telephone number of letters is refused by field."""
    firm = as_role("operator")
    organisation = firm.get("/v1/operators").json()["items"][0]["organisation_id"]
    path = f"/v1/operators/{organisation}/contact"
    problem = expect_problem(firm.put(path, json={"phone": "call me"}), 422, "validation_failed")
    assert problem["errors"][0]["field"] == "/phone"
    answer = firm.put(path, json={"duty_name": "Duty desk", "phone": "+86 755 0000 0000"})
    assert answer.status_code == 200, answer.text
    told = as_role("dispatcher").get(path).json()
    assert (told["duty_name"], told["phone"], told["email"]) == ("Duty desk", "+86 755 0000 0000", None)
    expect_problem(as_role("regulator").put(path, json={}), 403, "forbidden")
