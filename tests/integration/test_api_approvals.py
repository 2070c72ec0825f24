"""Approvals, event reports, classes, duty and reach over HTTP, on a server of their own."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.conftest import Server
from tests.fakes import filing
from tests.fakes.duty_peers import HttpPeer
from tests.fakes.filing import expect_approved, expect_problem, plan, point

pytestmark = pytest.mark.slow
Clients = dict[str, httpx.Client]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of these tests' own: they change the policy."""
    running = Server(tmp_path_factory.mktemp("approvals"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def clients(city: Server) -> Iterator[Clients]:
    """A client of each role, and a second firm."""
    made = {role: city.client(role) for role in ("operator", "dispatcher", "regulator", "admin", "supplier")}
    made["other"] = city.client("operator", 1)
    yield made
    for client in made.values():
        client.close()


@pytest.fixture
def regulator(clients: Clients) -> Iterator[httpx.Client]:
    """A regulator whose changes of the policy are taken back after the test."""
    client = clients["regulator"]
    before = client.get("/v1/policy").json()
    before.pop("version")
    yield client
    assert client.put("/v1/policy", json=before).status_code == 200


@pytest.fixture
def peer() -> Iterator[HttpPeer]:
    made = HttpPeer()
    yield made
    made.close()


def until(done: Callable[[], Any], within_s: float = 90) -> Any:
    deadline = time.monotonic() + within_s
    while not (found := done()):
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)
    return found


def queue(client: httpx.Client, **where: Any) -> list[dict[str, Any]]:
    """Return the entries of the queue."""
    answer = client.get("/v1/approvals", params=where)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_a_plan_says_how_it_stands_to_the_authority_and_what_its_form_lacks(clients: Clients) -> None:
    """In the demonstration it flies under its firm's standing approval; each missing item of Article 27 has its field."""
    firm = clients["operator"]
    body = plan(filing.register(firm), filing.window())
    del body["remarks"]
    found = expect_approved(firm, body)
    assert found["authority"]["application"] == "standing"
    clock = found["rule_clock"]
    assert clock["triggers"] == ["network_relay", "distributed_or_swarm"]
    assert clock["triggers_assumed"] is True
    assert clock["apply_by"] < found["departure_at"]
    (reason,) = [item for item in found["decision"]["reasons"] if item["code"] == "article27_missing"]
    assert [(item["item"], item["field"]) for item in reason["items"]] == [
        (1, "/remarks/crew"), (2, "/aircraft_id"), (4, "/alternate_site_ids"), (5, "/remarks/communications"),
        (8, "/remarks/c2_link"), (9, "/remarks/cns"), (11, "/contingency"),
    ]  # fmt: skip
    assert all(item["field"] in item["detail"] and item["field"] in item["detail_zh"] for item in reason["items"])
    body = plan(filing.register(firm), filing.window(), special_conditions=["over_crowds"], urgency="special")
    found = expect_approved(firm, body)
    assert (found["special_conditions"], found["rule_clock"]["triggers"]) == (["over_crowds"], ["over_crowds"])
    assert "urgency_not_applicable" in [item["code"] for item in found["decision"]["reasons"]]
    wrong = plan(filing.register(firm), filing.window(), special_conditions=["at_night"])
    expect_problem(filing.file(firm, wrong), 422, "validation_failed")


def test_the_queue_shows_what_waits_to_those_who_may_see_it_and_takes_decisions(clients: Clients) -> None:
    """A pending plan is in the queue of the centre and its own firm; decided there it is approved, and listed as such."""
    firm, dispatcher, regulator = clients["operator"], clients["dispatcher"], clients["regulator"]
    zone = filing.zone(filing.square(0, -6000, 300), restriction="REQ_AUTHORISATION")
    zone_id = regulator.post("/v1/zones", json=zone).json()["properties"]["zone_id"]
    route = [point(-600, -6000), point(600, -6000)]
    answer = filing.file(firm, plan(filing.register(firm), filing.window(), route))
    assert answer.status_code == 202, answer.text
    plan_id = answer.json()["plan_id"]
    entry = next(item for item in queue(dispatcher, kind="plan") if item["plan_id"] == plan_id)
    assert (entry["state"], entry["adapter"], entry["reasons"][0]["code"]) == (
        "waiting", "manual", "zone_requires_authorisation",
    )  # fmt: skip
    assert entry["organisation_name"] == "Demo Logistics A"
    assert plan_id in [item["plan_id"] for item in queue(firm)]
    assert plan_id not in [item["plan_id"] for item in queue(clients["other"])]
    path = f"/v1/approvals/{entry['approval_id']}"
    assert [item["item"] for item in firm.get(path).json()["form"]] == list(range(1, 14))
    expect_problem(clients["other"].get(path), 404, "not_found")
    expect_problem(clients["supplier"].get("/v1/approvals"), 403, "forbidden")
    expect_problem(firm.post(f"{path}/decision", json={"outcome": "approved"}), 403, "forbidden")
    expect_problem(dispatcher.post(f"{path}/decision", json={"outcome": "released"}), 409, "illegal_transition")
    expect_problem(dispatcher.post(f"{path}/decision", json={"outcome": "maybe"}), 422, "validation_failed")
    done = dispatcher.post(f"{path}/decision", json={"outcome": "approved", "reason": "the owner agrees"})
    assert done.status_code == 200, done.text
    assert (done.json()["state"], done.json()["decision_reason"]) == ("approved", "the owner agrees")
    shown = firm.get(f"/v1/flight-plans/{plan_id}").json()
    assert (shown["state"], shown["authority"]["application"]) == ("approved", "approved")
    assert shown["rule_clock"]["policy_version"] == shown["decision"]["policy_version"]
    decided = queue(dispatcher, state="decided")
    assert (decided[0]["plan_id"], decided[0]["decided_by"]) == (plan_id, done.json()["decided_by"])
    expect_problem(dispatcher.post(f"{path}/decision", json={"outcome": "refused"}), 409, "illegal_transition")
    record = firm.get(f"/v1/flight-plans/{plan_id}/record").json()
    assert [item["state"] for item in record["applications"]] == ["approved"]
    assert regulator.delete(f"/v1/zones/{zone_id}").status_code == 204


def test_standing_approvals_are_a_regulators_to_decide(clients: Clients) -> None:
    """They wait in the same queue; a dispatcher may look, and the decision keeps the version of the policy."""
    firm = clients["operator"]
    applied = firm.post("/v1/standing-approvals", json={"name": "north", "upper_agl_m": 100}).json()
    approval_id = applied["standing_approval_id"]
    entry = next(item for item in queue(clients["dispatcher"], kind="standing_approval"))
    assert (entry["approval_id"], entry["envelope"]["upper_agl_m"]) == (approval_id, 100)
    path = f"/v1/approvals/{approval_id}/decision"
    expect_problem(clients["dispatcher"].post(path, json={"outcome": "approved"}), 403, "forbidden")
    done = clients["regulator"].post(path, json={"outcome": "approved"})
    assert (done.status_code, done.json()["state"]) == (200, "approved")
    version = clients["regulator"].get("/v1/policy").json()["version"]
    assert firm.get(f"/v1/standing-approvals/{approval_id}").json()["policy_version"] == version
    expect_problem(clients["other"].get(f"/v1/standing-approvals/{approval_id}"), 404, "not_found")
    days = f"/v1/standing-approvals/{approval_id}/days"
    on = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    filed = firm.post(days, json={"date": on, "flights": 4})
    assert (filed.status_code, filed.json()["flights"], filed.json()["taken"]) == (201, 4, 0)
    assert [item["date"] for item in firm.get(days).json()["items"]] == [on]
    expect_problem(clients["other"].post(days, json={"date": on, "flights": 4}), 404, "not_found")
    expect_problem(clients["other"].get(days), 404, "not_found")
    expect_problem(firm.post(days, json={"date": "2027-02-30", "flights": 4}), 422, "validation_failed")
    expect_problem(firm.post(days, json={"date": "2001-01-01", "flights": 4}), 422, "validation_failed")
    assert clients["regulator"].post(path, json={"outcome": "withdrawn"}).json()["state"] == "withdrawn"


def test_the_order_in_force_asks_for_noon_readiness_and_release(clients: Clients, regulator: httpx.Client) -> None:
    """The preset is published as it stands: today can be filed no more, and a flight waits for its release."""
    firm = clients["operator"]
    soon = datetime.now(UTC) + timedelta(minutes=20)
    early = expect_approved(firm, plan(filing.register(firm), soon, [point(0, -7000), point(900, -7000)]))
    preset = regulator.get("/v1/policy/presets/order_761").json()
    assert regulator.post("/v1/policy/impact", json=preset).status_code == 200
    published = regulator.put("/v1/policy", json=preset)
    assert published.status_code == 200, published.text
    assert published.json()["rules"]["late_standing_filing"] == "refuse"
    found = filing.expect_refused(firm, plan(filing.register(firm), soon), "standing_not_filed")
    assert "Beijing time" in found["detail"]
    today = (datetime.now(UTC) + timedelta(hours=8)).date().isoformat()
    late = firm.post("/v1/standing-approvals/fleet/days", json={"date": today, "flights": 3})
    expect_problem(late, 409, "day_filed_too_late")
    fault = regulator.put("/v1/policy", json={"rules": {"application_by": "25:00"}})
    assert expect_problem(fault, 422, "validation_failed")["errors"][0]["field"] == "/rules/application_by"
    step = f"/v1/flight-plans/{early['plan_id']}"
    confirmed = firm.post(f"{step}/confirm").json()
    assert confirmed["authority"]["readiness_reported_at"] is not None
    assert confirmed["authority"]["released_at"] is None
    assert confirmed["rule_clock"]["readiness_late"] is True
    refused = expect_problem(firm.post(f"{step}/activate"), 409, "activation_refused")
    assert "not_released" in [item["code"] for item in refused["decision"]["reasons"]]
    approval_id = f"release:{early['plan_id']}"
    assert approval_id in [item["approval_id"] for item in queue(clients["dispatcher"], kind="release")]
    released = clients["dispatcher"].post(f"/v1/approvals/{approval_id}/decision", json={"outcome": "released"})
    assert (released.status_code, released.json()["state"]) == (200, "released")
    assert approval_id not in [item["approval_id"] for item in queue(clients["dispatcher"])]
    assert firm.post(f"{step}/activate").status_code == 200
    assert firm.post(f"{step}/end").status_code == 200


def test_an_event_is_owed_a_report_that_its_firm_files(clients: Clients) -> None:
    """A contingency creates the obligation; landing sets its hour; the record of the flight holds it whole."""
    firm, other = clients["operator"], clients["other"]
    at = datetime.now(UTC) + timedelta(minutes=10)
    made = expect_approved(firm, plan(filing.register(firm), at, [point(0, -8000), point(900, -8000)]))
    step = f"/v1/flight-plans/{made['plan_id']}"
    assert firm.post(f"{step}/activate").status_code == 200
    declared = firm.post(f"{step}/contingency", json={"kind": "lost_link"})
    assert declared.status_code in (200, 201), declared.text
    (owed,) = [item for item in firm.get("/v1/event-reports").json()["items"] if item["plan_id"] == made["plan_id"]]
    assert (owed["kind"], owed["state"], owed["due_at"]) == ("contingency", "open", None)
    assert firm.post(f"{step}/end").status_code == 200
    path = f"/v1/event-reports/{owed['report_id']}"
    due = firm.get(path).json()
    assert (due["state"], due["overdue"]) == ("due", False)
    assert datetime.fromisoformat(due["due_at"]) - datetime.now(UTC) < timedelta(hours=24)
    expect_problem(other.get(path), 404, "not_found")
    expect_problem(other.post(f"{path}/file", json={"narrative": "x"}), 404, "not_found")
    expect_problem(firm.post(f"{path}/file", json={}), 422, "validation_failed")
    expect_problem(clients["regulator"].post(f"{path}/file", json={"narrative": "x"}), 403, "forbidden")
    expect_problem(firm.post(f"{path}/waive", json={"reason": "x"}), 403, "forbidden")
    filed = firm.post(f"{path}/file", json={"narrative": "The link was lost over the river.", "injuries": 0})
    assert (filed.status_code, filed.json()["late"]) == (200, False)
    expect_problem(clients["regulator"].post(f"{path}/waive", json={"reason": "x"}), 409, "report_closed")
    record = firm.get(f"{step}/record").json()
    assert [item["report"]["narrative"] for item in record["event_reports"]] == ["The link was lost over the river."]
    assert {"plan", "decision", "versions", "track", "alerts", "advisories", "commands", "audit"} <= set(record)
    told = [item for item in firm.get("/v1/advisories").json()["items"] if item["kind"] == "event_report"]
    assert owed["report_id"] in told[0]["detail"]
    assert all(version["policy_version"] for version in record["versions"])


def test_the_class_of_an_aircraft_is_shown_and_held_to_its_numbers(clients: Clients) -> None:
    """Numbers give a class, name what they lack, and contradict a class that is declared too low."""
    firm = clients["operator"]
    able = {"airspace_keeping": True, "reliable_surveillance": True}
    aircraft_id = filing.register(firm, empty_mass_kg=9.0, mtow_kg=24.0, max_speed_mps=20, **able)
    shown = firm.get(f"/v1/aircraft/{aircraft_id}").json()
    assert (shown["class"], shown["class_by_numbers"], shown["class_missing"]) == ("small", "small", [])
    partly = firm.get(f"/v1/aircraft/{filing.register(firm, mtow_kg=24.0)}").json()
    assert partly["class_by_numbers"] is None
    assert "empty_mass_kg" in partly["class_missing"]
    body = {
        "registration": "UAS" + "0BAD0001", "manufacturer": "M", "model": "M", "class": "small",
        "empty_mass_kg": 14.0, "mtow_kg": 30.0, **able,
    }  # fmt: skip
    problem = expect_problem(firm.post("/v1/aircraft", json=body), 422, "validation_failed")
    assert problem["errors"][0]["field"] == "/class"
    assert "medium" in problem["errors"][0]["detail"]
    changed = firm.patch(f"/v1/aircraft/{aircraft_id}", json={"mtow_kg": 151.0})
    expect_problem(changed, 422, "validation_failed")


def test_duty_contacts_are_tested_and_told_over_http(clients: Clients, peer: HttpPeer) -> None:
    """A contact of its own organisation only; the test button says how it went; advisories reach it and are logged."""
    firm, other = clients["operator"], clients["other"]
    body = {"name": "night shift", "channel": "dingtalk", "address": peer.url, "secret": "SECx", "language": "en"}
    made = firm.post("/v1/duty/contacts", json=body)
    assert made.status_code == 201, made.text
    assert "secret" not in made.json()
    path = f"/v1/duty/contacts/{made.json()['contact_id']}"
    tested = firm.post(f"{path}/test")
    assert (tested.status_code, tested.json()["state"]) == (200, "delivered")
    assert peer.bodies()[0]["msgtype"] == "text"
    assert [item["name"] for item in firm.get("/v1/duty/now").json()["items"]] == ["night shift"]
    for answer in (other.get(path), other.post(f"{path}/test"), other.patch(path, json={}), other.delete(path)):
        expect_problem(answer, 404, "not_found")
    expect_problem(clients["supplier"].get("/v1/duty/contacts"), 403, "forbidden")
    expect_problem(firm.post("/v1/duty/contacts", json=body | {"address": "nothing"}), 422, "validation_failed")
    expect_problem(firm.patch(path, json={"level": 9}), 422, "validation_failed")
    assert firm.patch(path, json={"topics": ["advisories"]}).json()["topics"] == ["advisories"]
    since = firm.get("/v1/events").json()["seq"]
    aircraft = filing.register(firm)
    mine = expect_approved(firm, plan(aircraft, filing.window(), [point(0, -9000), point(900, -9000)]))
    strong = clients["admin"]  # a flight of higher priority displaces it, which its firm's duty staff is told
    assert strong.get("/v1/approvals").status_code == 200
    urgent = city_client(clients)
    theirs = filing.register(urgent)
    taken = filing.file(urgent, {**plan(theirs, filing.window(), [point(0, -9000), point(900, -9000)]), "priority": 90,
                                 "departure_at": mine["departure_at"]})  # fmt: skip
    assert taken.status_code == 201, taken.text
    until(lambda: len(peer.requests) >= 2)
    assert mine["plan_id"] in peer.bodies()[1]["text"]["content"]
    until(lambda: firm.get("/v1/duty/messages", params={"state": "waiting"}).json()["items"] == [])
    logged = firm.get("/v1/duty/messages").json()["items"]
    assert [(item["kind"], item["state"]) for item in logged] == [("advisory", "delivered"), ("test", "delivered")]
    assert other.get("/v1/duty/messages").json()["items"] == []
    again = firm.post(f"/v1/duty/messages/{logged[0]['message_id']}/retry")
    assert again.json()["state"] == "waiting"
    until(lambda: len(peer.requests) >= 3)
    events = firm.get("/v1/events", params={"since": since, "topics": "advisories", "wait": 10}).json()
    told = [item for message in events["items"] for item in message["items"]]
    assert [(item["kind"], item["plan_id"]) for item in told] == [("plan_withdrawn", mine["plan_id"])]
    hidden = other.get("/v1/events", params={"since": since, "topics": "advisories", "wait": 0}).json()
    assert hidden["items"] == []
    assert firm.delete(path).status_code == 204


def city_client(clients: Clients) -> httpx.Client:
    """Return the firm that may ask for any priority."""
    return clients["entitled"]


@pytest.fixture(scope="module", autouse=True)
def entitled(city: Server, clients: Clients) -> None:
    clients["entitled"] = city.client("operator", 2)


def test_events_of_a_window_are_sent_again_on_request(clients: Clients, peer: HttpPeer) -> None:
    """The same events under the same ids, in order; what is dead by itself; nothing of another firm."""
    firm, other = clients["operator"], clients["other"]
    hook = firm.post("/v1/webhooks", json={"url": peer.url, "topics": ["plans"]}).json()
    path = f"/v1/webhooks/{hook['webhook_id']}"
    until(lambda: firm.get(path).json()["state"] == "active")
    began = datetime.now(UTC)
    made = expect_approved(firm, plan(filing.register(firm), filing.window()))
    assert firm.post(f"/v1/flight-plans/{made['plan_id']}/cancel").status_code == 200
    until(lambda: len([item for item in peer.bodies() if "data" in item]) >= 2)
    first = [item["event_id"] for item in peer.bodies() if "data" in item]
    # The peer has an event a moment before the sender has its answer and writes it down; then nothing is under way.
    states = ["delivered", "delivered"]
    until(lambda: [item["state"] for item in firm.get(f"{path}/deliveries").json()["items"]] == states)
    answer = firm.post(f"{path}/replay", json={"from": began.isoformat()})
    assert (answer.status_code, answer.json()["queued"], answer.json()["more"]) == (202, 2, False)
    until(lambda: len([item for item in peer.bodies() if "data" in item]) >= 4)
    assert [item["event_id"] for item in peer.bodies() if "data" in item] == [*first, *first]
    assert firm.post(f"{path}/replay", json={}).json()["queued"] == 0
    expect_problem(other.post(f"{path}/replay", json={}), 404, "not_found")
    backwards = {"from": began.isoformat(), "to": (began - timedelta(hours=1)).isoformat()}
    expect_problem(firm.post(f"{path}/replay", json=backwards), 422, "validation_failed")
    assert firm.delete(path).status_code == 204
