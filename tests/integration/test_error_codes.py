"""Every error code of the catalogue is produced: by a request of this table, or by the test it points at.

A new code needs a line in `REQUESTS` (a function that gets the answer) or in `ELSEWHERE` (the test that produces it).
"""

import ast
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from tests.conftest import PATIENCE_S, ROOT, Server
from tests.fakes import edge, filing, shifted_server
from tests.fakes.filing import expect_problem, text
from tests.fakes.flying import until
from tests.fakes.two_firms import FROM_SITE, TO_SITE, Receiver, TwoFirms, kilometre, lane, two_firms
from utm.problem_catalogue import CATALOGUE, FIELD_CODES
from utm.problems import Problem, install_problems
from utm.security.passwords import Passwords
from utm.store.store import StoreUnavailableError
from utm.store.webhook_tables import OutboxRow

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
Answer = Callable[[TwoFirms], httpx.Response]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoFirms]:
    """A server of this file's own, whose simulator does not answer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEXLANE_SIM_CONTROL_URL", "http://127.0.0.1:9")
        running = Server(tmp_path_factory.mktemp("codes"))
        running.start()
        try:
            with two_firms(running) as made:
                yield made
        finally:
            running.stop()


# -- requests ----------------------------------------------------------------------------------------------------------


def firm(city: TwoFirms) -> httpx.Client:
    return city.firms[0].client


def _raw(city: TwoFirms, data: str | bytes, **headers: str) -> httpx.Response:
    return firm(city).post("/v1/flight-plans", content=data, headers={"Content-Type": "application/json", **headers})


def _plan(city: TwoFirms, **more: Any) -> dict[str, Any]:
    """Return the body of a plan nothing is wrong with, of an aircraft of its own, in an hour of its own."""
    return filing.plan(filing.register(firm(city)), filing.window(), kilometre(city.firms[0], 0), **more)


def _reused_key(city: TwoFirms) -> httpx.Response:
    body = _plan(city)
    assert filing.file(firm(city), body, "a key").status_code == 201
    return filing.file(firm(city), {**body, "priority": 11}, "a key")


def _illegal_step(city: TwoFirms) -> httpx.Response:
    plan_id = filing.expect_approved(firm(city), _plan(city))["plan_id"]
    return filing.step(firm(city), plan_id, "end")


def _stale(city: TwoFirms) -> httpx.Response:
    body = _plan(city)
    plan_id = filing.expect_approved(firm(city), body)["plan_id"]
    return firm(city).put(f"/v1/flight-plans/{plan_id}", json=body, headers={"If-Match": '"7"'})


def _without_version(city: TwoFirms) -> httpx.Response:
    body = _plan(city)
    plan_id = filing.expect_approved(firm(city), body)["plan_id"]
    return firm(city).put(f"/v1/flight-plans/{plan_id}", json=body)


def _refused(city: TwoFirms) -> httpx.Response:
    body = _plan(city)
    filing.expect_approved(firm(city), body)
    return filing.file(firm(city), {**body, "aircraft_id": filing.register(firm(city))})


def _not_released(city: TwoFirms) -> httpx.Response:
    plan_id = filing.expect_approved(firm(city), _plan(city))["plan_id"]
    return city.client("regulator").post(f"/v1/flight-plans/{plan_id}/release")


def _too_early(city: TwoFirms) -> httpx.Response:
    plan_id = filing.expect_approved(firm(city), _plan(city))["plan_id"]
    return filing.step(firm(city), plan_id, "activate")


def _in_the_past(city: TwoFirms) -> httpx.Response:
    return firm(city).post("/v1/flight-plans", json={**_plan(city), "departure_at": "2020-01-01T00:00:00Z"})


def _expired_offer(city: TwoFirms) -> httpx.Response:
    """Hold an offer whose airspace somebody has taken meanwhile."""
    body = _plan(city)
    filing.expect_approved(firm(city), body)
    refused = filing.file(firm(city), {**body, "aircraft_id": filing.register(firm(city))}).json()
    offers = refused["decision"]["counter_offers"]
    taken = {**offers[0]["plan"], "aircraft_id": filing.register(firm(city))}
    assert filing.file(firm(city), taken).status_code == 201
    return firm(city).post(f"/v1/flight-plans/{refused['plan_id']}/offers/0/hold")


def _too_many_hooks(city: TwoFirms) -> httpx.Response:
    client = city.client("supplier")
    for number in range(12):
        answer = client.post("/v1/webhooks", json={"url": f"http://127.0.0.1:9/{number}"})
        if answer.status_code != 201:
            return answer
    raise AssertionError("no limit")


def _booked_twice(city: TwoFirms) -> httpx.Response:
    body = _plan(city)
    filing.expect_approved(firm(city), body)
    return firm(city).post("/v1/missions", json={"plan": {**body, "aircraft_id": filing.register(firm(city))}})


def _given_away(city: TwoFirms) -> httpx.Response:
    body = {"origin_site_id": FROM_SITE, "destination_site_id": TO_SITE, "payload_kg": 1.0}
    order = firm(city).post("/v1/orders", json=body).json()["order_id"]
    small = filing.register(firm(city))
    away = {"site_id": FROM_SITE, "state": "maintenance"}
    assert firm(city).put(f"/v1/carriers/{small}", json=away).status_code == 200
    return firm(city).post(f"/v1/orders/{order}/reassign", json={"aircraft_id": small})


def _carrier_away(city: TwoFirms) -> httpx.Response:
    body = _plan(city)
    away = {"site_id": FROM_SITE, "state": "maintenance"}
    assert firm(city).put(f"/v1/carriers/{body['aircraft_id']}", json=away).status_code == 200
    return firm(city).post("/v1/missions", json={"plan": body})


def _registered_twice(city: TwoFirms, **more: Any) -> httpx.Response:
    body = {"registration": "UASTWICE001", "manufacturer": "m", "model": "x", "class": "small"}
    firm(city).post("/v1/aircraft", json={**body, "aircraft_id": "ac_twice"})
    return firm(city).post("/v1/aircraft", json={**body, **more})


def _same_endpoint(city: TwoFirms) -> httpx.Response:
    answers = []
    for mark in ("UASENDP0001", "UASENDP0002"):
        body = {"registration": mark, "manufacturer": "m", "model": "x", "class": "small"}
        mavlink = {"system_id": 77, "endpoint": "127.0.0.1:19000"}
        answers.append(firm(city).post("/v1/aircraft", json={**body, "mavlink": mavlink}))
    return answers[1]


def _deregistered(city: TwoFirms) -> httpx.Response:
    body = _plan(city)
    assert firm(city).delete(f"/v1/aircraft/{body['aircraft_id']}").status_code == 204
    return filing.file(firm(city), body)


def _in_use(city: TwoFirms) -> httpx.Response:
    body = _plan(city)
    filing.expect_approved(firm(city), body)
    return firm(city).delete(f"/v1/aircraft/{body['aircraft_id']}")


def _zone_twice(city: TwoFirms) -> httpx.Response:
    zone = filing.zone(filing.square(-9_000, 2_000, 40), zone_id="zn_twice")
    city.client("regulator").post("/v1/zones", json=zone)
    return city.client("regulator").post("/v1/zones", json=zone)


def _short_notice(city: TwoFirms) -> httpx.Response:
    at = datetime.now(UTC) + timedelta(minutes=5)
    area = filing.zone(filing.square(-9_000, 2_500, 40))["geometry"]
    body = {"name": "x", "geometry": area, "starts_at": text(at), "ends_at": text(at + timedelta(hours=1))}
    return city.client("dispatcher").post("/v1/temporary-zones", json=body)


def _nothing_to_do(city: TwoFirms) -> httpx.Response:
    at = datetime.now(UTC) + timedelta(hours=30)
    area = filing.zone(filing.square(-9_000, 2_800, 40))["geometry"]
    body = {"name": "x", "geometry": area, "starts_at": text(at), "ends_at": text(at + timedelta(hours=1))}
    centre = city.client("dispatcher")
    made = centre.post("/v1/temporary-zones", json=body).json()
    return centre.post(f"/v1/action-lists/{made['action_list_id']}/execute", json={})


def _contingency_step(city: TwoFirms) -> httpx.Response:
    found = city.firms[0]
    aircraft = filing.register(found.client)
    at = datetime.now(UTC) + timedelta(seconds=3)
    body = filing.plan(aircraft, at, [lane(found, 0, 700), lane(found, 800, 700)], speed_mps=2.0)
    plan_id = filing.expect_approved(found.client, body)["plan_id"]
    assert filing.step(found.client, plan_id, "activate").status_code == 200
    declared = found.client.post(f"/v1/flight-plans/{plan_id}/contingency", json={"kind": "lost_link"}).json()
    return city.client("dispatcher").post(f"/v1/contingencies/{declared['contingency_id']}/accept")


def _no_link(city: TwoFirms) -> httpx.Response:
    return firm(city).post(f"/v1/aircraft/{filing.register(firm(city))}/commands", json={"type": "hold"})


def _file_of_zones(city: TwoFirms) -> httpx.Response:
    broken = {"type": "FeatureCollection", "features": [{"type": "Feature"}]}
    return city.client("regulator").post("/v1/zones/import", params={"format": "geojson"}, json=broken)


def _narrow_token(city: TwoFirms) -> httpx.Response:
    known = next(item for item in city.server.credentials["clients"] if item["role"] == "operator")
    form = {"grant_type": "client_credentials", "scope": "zone:read"}
    auth = (known["client_id"], known["client_secret"])
    token = httpx.post(f"{city.server.base_url}/oauth/token", data=form, auth=auth, timeout=PATIENCE_S).json()[
        "access_token"
    ]
    return _open(city, "/v1/aircraft", {"Authorization": f"Bearer {token}"})


def _open(city: TwoFirms, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
    return httpx.get(city.server.base_url + path, headers=headers, timeout=20)


def _flood(city: TwoFirms) -> httpx.Response:
    """Ask for tokens until the server asks for patience; last in the table, because it then does."""
    for _ in range(2_000):
        answer = httpx.post(
            f"{city.server.base_url}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=("cl_nobody", "nothing"),
            timeout=PATIENCE_S,
        )
        if answer.status_code == 429:
            return answer
    raise AssertionError("no limit")


def _too_many_contacts(city: TwoFirms) -> httpx.Response:
    body = {"name": "Duty", "channel": "sms", "address": "+8613800000000"}
    for _ in range(202):
        answer = filing.send(firm(city), "POST", "/v1/duty/contacts", json=body)
        if answer.status_code != 201:
            return answer
    raise AssertionError("no limit")


def _no_second_factor(city: TwoFirms) -> httpx.Response:
    """Confirm a second factor that nobody has set up, as a person who has signed in."""
    user = next(item for item in city.server.credentials["users"] if item["role"] == "regulator")
    with httpx.Client(base_url=city.server.base_url, headers={"Origin": city.server.base_url}, timeout=20) as person:
        signed = person.post("/v1/session", json={"name": user["name"], "password": user["password"]})
        assert signed.status_code == 200, signed.text
        csrf = {"X-CSRF-Token": signed.json()["csrf_token"]}
        return person.post("/v1/session/totp/confirm", json={"code": "000000"}, headers=csrf)


def _alert_step(city: TwoFirms) -> httpx.Response:
    """Resolve an alert twice; the contingency of another line has raised one."""
    centre = city.client("dispatcher")
    if not filing.send(centre, "GET", "/v1/contingencies").json()["items"]:
        _contingency_step(city)
    until(lambda: centre.get("/v1/alerts").json()["items"], 60, "an alert")
    alert_id = centre.get("/v1/alerts").json()["items"][0]["alert_id"]
    body = {"initials": "AB", "note": "seen"}
    centre.post(f"/v1/alerts/{alert_id}/resolve", json=body)
    return centre.post(f"/v1/alerts/{alert_id}/resolve", json=body)


DEEP = "[" * 1_200 + "]" * 1_200
REQUESTS: dict[str, Answer] = {
    "invalid_header": lambda c: firm(c).patch(
        f"/v1/aircraft/{filing.register(firm(c))}", json={}, headers={"If-Match": "x"}
    ),
    "not_found": lambda c: firm(c).get("/v1/flight-plans/fp_nothing"),
    "method_not_allowed": lambda c: firm(c).delete("/v1/flight-plans"),
    "precondition_required": _without_version,
    "body_too_large": lambda c: _raw(c, b'"' + b"x" * (1 << 21) + b'"'),
    "unsupported_media_type": lambda c: _raw(c, b"{}", **{"Content-Type": "text/plain"}),
    "malformed_json": lambda c: _raw(c, b"{"),
    "not_finite_number": lambda c: _raw(c, b'{"priority": NaN}'),
    "duplicate_key": lambda c: _raw(c, b'{"priority": 1, "priority": 2}'),
    "too_deep": lambda c: _raw(c, DEEP),
    "validation_failed": lambda c: _raw(c, b"{}"),
    "invalid_parameter": lambda c: firm(c).get("/v1/flight-plans", params={"state": "flying"}),
    "invalid_cursor": lambda c: firm(c).get("/v1/flight-plans", params={"cursor": "nonsense"}),
    "invalid_bbox": lambda c: firm(c).get("/v1/zones", params={"bbox": "1,2,3"}),
    "unknown_format": lambda c: c.client("regulator").post("/v1/zones/import", params={"format": "xls"}, content=b"x"),
    "simulator_unreachable": lambda c: c.client("dispatcher").get("/v1/demo/faults"),
    "unauthenticated": lambda c: _open(c, "/v1/aircraft"),
    "invalid_token": lambda c: _open(c, "/v1/aircraft", {"Authorization": "Bearer x.y.z"}),
    "forbidden": lambda c: c.client("supplier").get("/v1/aircraft"),
    "insufficient_scope": _narrow_token,
    "wrong_credentials": lambda c: httpx.post(
        f"{c.server.base_url}/v1/session",
        json={"name": "demo-operator-a", "password": "not this one at all"},
        headers={"Origin": c.server.base_url},
        timeout=PATIENCE_S,
    ),
    "idempotency_key_reused": _reused_key,
    "illegal_transition": _illegal_step,
    "stale_version": _stale,
    "readiness_missing": _not_released,
    "plan_refused": _refused,
    "activation_refused": _too_early,
    "offer_expired": _expired_offer,
    "departure_in_past": _in_the_past,
    "outside_coverage": lambda c: firm(c).get("/v1/airspace/at", params={"lat_deg": 0, "lon_deg": 0}),
    "too_many_webhooks": _too_many_hooks,
    "booking_refused": _booked_twice,
    "order_not_reassigned": _given_away,
    "carrier_unavailable": _carrier_away,
    "registration_taken": _registered_twice,
    "aircraft_id_taken": lambda c: _registered_twice(c, registration="UASTWICE002", aircraft_id="ac_twice"),
    "endpoint_taken": _same_endpoint,
    "aircraft_inactive": _deregistered,
    "aircraft_in_use": _in_use,
    "zone_exists": _zone_twice,
    "notice_too_short": _short_notice,
    "nothing_to_execute": _nothing_to_do,
    "illegal_contingency_step": _contingency_step,
    "illegal_alert_step": _alert_step,
    "vehicle_not_connected": _no_link,
    "import_failed": _file_of_zones,
    "too_many_contacts": _too_many_contacts,
    "totp_state": _no_second_factor,
    "too_many_requests": _flood,
}

ELSEWHERE: dict[str, str] = {
    "alternative_refused": "integration/test_alternatives_api.py::test_an_officer_offers_an_alternative_that_the_firm_files",
    "owned_by_other_position": "integration/test_sectors_api.py::test_only_the_owner_may_order_a_flight",
    "not_supervisor": "integration/test_sectors_api.py::test_the_division_is_a_supervisors",
    "position_in_use": "integration/test_sectors_api.py::test_the_division_is_a_supervisors",
    "transfer_pending": "integration/test_sectors_api.py::test_a_transfer_is_accepted_declined_or_goes_back",
    "transfer_closed": "integration/test_sectors_api.py::test_a_transfer_is_accepted_declined_or_goes_back",
    "application_decided": "unit/utm/test_applications.py::test_an_approved_firm_collects_its_secret_once",
    "clock_off": "integration/test_track_ingest.py::test_nothing_is_approved_while_the_clock_is_off",
    "command_conflict": "integration/test_contract_commands.py::test_orders_to_several_are_judged_jointly_and_asked_twice",
    "command_not_possible": "integration/test_contract_commands.py::test_the_second_step_holds_for_one_caller_one_body_once",
    "command_outstanding": "integration/test_contract_commands.py::test_one_command_of_a_kind_is_outstanding",
    "command_reason_required": "integration/test_contract_commands.py::test_the_centre_needs_a_cause_or_a_reason",
    "confirmation_invalid": "integration/test_contract_commands.py::test_the_second_step_holds_for_one_caller_one_body_once",
    "confirmation_required": "integration/test_contract_commands.py::test_the_second_step_holds_for_one_caller_one_body_once",
    "conflict": "integration/test_inspections_api.py::test_results_are_kept_by_reference_for_a_flight_that_began",
    "contact_gone": "unit/utm/duty/test_duty.py::test_what_fails_is_tried_again_until_dead_and_can_be_sent_by_hand",
    "csrf_failed": "unit/utm/test_session.py::test_cookies_alone_change_nothing",
    "daily_quota_exceeded": "unit/utm/test_foreseen_filing.py::test_what_is_judged_ahead_counts_against_the_quota_of_its_firm",
    "day_filed_too_late": "integration/test_api_approvals.py::test_the_order_in_force_asks_for_noon_readiness_and_release",
    "last_credential": "unit/utm/test_client_credentials.py::test_a_client_rotates_its_secret_without_a_pause",
    "name_taken": "unit/utm/test_applications.py::test_an_admin_brings_offices_and_people_in",
    "quota_exceeded": "unit/utm/test_client_credentials.py::test_a_client_has_room_for_a_few_credentials",
    "readiness_too_late": "unit/utm/rules/test_rule_clock.py"
    "::test_readiness_within_the_hour_is_marked_or_refused_as_the_policy_says",
    "report_closed": "integration/test_api_approvals.py::test_an_event_is_owed_a_report_that_its_firm_files",
    "secret_not_available": "unit/utm/test_applications.py::test_an_approved_firm_collects_its_secret_once",
    "session_expired": "unit/utm/test_session.py::test_sessions_expire_and_are_forgotten",
    "still_airborne": "unit/utm/test_plan_steps.py::test_a_flight_in_the_air_is_not_ended",
    "token_expired": "unit/utm/test_security_tokens.py::test_a_token_expires_even_when_it_was_verified_before",
    "token_revoked": "unit/utm/test_client_credentials.py::test_revocation_reaches_every_process",
    "too_many_attempts": "unit/utm/test_sign_in.py::test_sign_in_slows_down_and_every_attempt_is_in_the_trail",
    "totp_required": "unit/utm/test_sign_in.py::test_a_second_factor_is_asked_for_once_confirmed",
    "weak_password": "unit/utm/test_sign_in.py::test_a_person_changes_the_password",
    "population_unusable": "integration/test_ground_api.py::test_a_dry_run_lists_what_is_wrong_and_changes_nothing",
    "weather_unusable": "integration/test_weather_api.py::test_a_dry_run_lists_what_is_wrong_and_changes_nothing",
    "wrong_code": "unit/utm/test_sign_in.py::test_a_second_factor_is_asked_for_once_confirmed",
}
"""Codes of rare states: the test that produces each, `path::name` under tests; it must exist and name the code."""


def _failing(error: Exception) -> httpx.Response:
    """Return the answer of a service in which something fails that cannot be made to fail from outside."""
    app = FastAPI()
    install_problems(app)

    @app.get("/fails")
    async def fails() -> None:
        raise error

    answer: httpx.Response = TestClient(app, raise_server_exceptions=False).get("/fails")
    return answer


FAILURES: dict[str, Callable[[], Exception]] = {
    "bad_request": lambda: HTTPException(400),
    "internal_error": lambda: RuntimeError("a defect"),
    "store_unavailable": lambda: StoreUnavailableError("disk full"),
    "not_implemented": lambda: HTTPException(501),
}


# -- tests -------------------------------------------------------------------------------------------------------------


def test_every_code_has_its_request_or_its_test() -> None:
    """A code nobody produces must fail here, with what to add."""
    listed = [*REQUESTS, *ELSEWHERE, *FAILURES, *HERE]
    assert len(set(listed)) == len(listed), "a code stands twice"
    missing = sorted(set(CATALOGUE) - set(listed))
    assert not missing, (
        f"no test produces {missing}: add to tests/integration/test_error_codes.py a line to REQUESTS, "
        f'"{missing[0]}": lambda c: firm(c).get("/v1/…"), or to ELSEWHERE, "{missing[0]}": "unit/…/test_x.py::test_y"'
    )
    assert set(listed) <= set(CATALOGUE), f"these codes are gone: {sorted(set(listed) - set(CATALOGUE))}"


@pytest.mark.parametrize("code", sorted(ELSEWHERE))
def test_the_named_test_exists_and_names_the_code(code: str) -> None:
    """A line of ELSEWHERE must point at a test that is there and says the code."""
    path, _, name = ELSEWHERE[code].partition("::")
    source = (ROOT / "tests" / path).read_text(encoding="utf-8")
    found = [item for item in ast.walk(ast.parse(source)) if getattr(item, "name", None) == name]
    assert found, f"{path} has no {name}"
    segment = ast.get_source_segment(source, found[0]) or ""
    decorators = "".join(ast.get_source_segment(source, item) or "" for item in found[0].decorator_list)  # type: ignore[attr-defined]
    assert code in segment + decorators, f"{name} does not mention {code}"


@pytest.mark.parametrize("code", list(REQUESTS))
def test_a_request_produces_the_code(city: TwoFirms, code: str) -> None:
    """The request must be answered with its code, the catalogue's status, and both languages."""
    answer = REQUESTS[code](city)
    if code in ("plan_refused", "activation_refused"):
        assert answer.json()["code"] == code, filing.why(answer)
        assert answer.status_code == CATALOGUE[code].status
        return
    expect_problem(answer, CATALOGUE[code].status, code)


@pytest.mark.parametrize("code", sorted(FAILURES))
def test_a_failure_produces_the_code(code: str) -> None:
    """What fails inside must be answered with its code and nothing of its inside."""
    answer = _failing(FAILURES[code]())
    document = expect_problem(answer, CATALOGUE[code].status, code)
    assert "disk" not in answer.text
    assert "defect" not in answer.text
    assert document["retryable"] == CATALOGUE[code].retryable


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_code_says_what_to_do_in_both_languages(code: str) -> None:
    """Title and advice must be there in English and in Chinese, and advise more than they name."""
    entry = CATALOGUE[code]
    for english in (entry.title, entry.advice):
        assert english.isascii() or "…" in english
        assert len(english.split()) >= 2
    for chinese in (entry.title_zh, entry.advice_zh):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese), chinese
    assert entry.advice.endswith(".")
    assert entry.advice_zh.endswith("。")
    assert entry.advice != entry.title
    assert entry.advice_zh != entry.title_zh


@pytest.mark.parametrize("code", sorted(FIELD_CODES))
def test_every_field_code_has_both_languages(code: str) -> None:
    """What is wrong with a value must be said in both languages, or be a reason that both give."""
    entry = FIELD_CODES[code]
    assert entry.detail
    assert entry.detail_zh == "{reason}" or any("\u4e00" <= letter <= "\u9fff" for letter in entry.detail_zh)


async def test_too_many_sign_ins_at_once_are_service_unavailable() -> None:
    """More sign-ins than the queue holds must be refused at once with 503 service_unavailable and when to come back."""
    passwords = Passwords()
    passwords._waiting = 10_000
    with pytest.raises(Problem) as raised:
        await passwords.verify(None, "x")
    passwords.close()
    assert (raised.value.code, raised.value.status) == ("service_unavailable", 503)
    assert raised.value.headers["Retry-After"] == "1"


def test_a_delivery_whose_event_was_forgotten_is_event_forgotten(tmp_path: Path) -> None:
    """An event that is no longer kept must not be promised again: 409 event_forgotten."""
    receiver = Receiver()
    with shifted_server.running(tmp_path) as server, server.client("operator") as client:
        hook = client.post("/v1/webhooks", json={"url": receiver.url}).json()
        path = f"/v1/webhooks/{hook['webhook_id']}"
        until(lambda: client.get(path).json()["state"] == "active", 60)
        order = {"origin_site_id": FROM_SITE, "destination_site_id": TO_SITE, "payload_kg": 900}
        assert client.post("/v1/orders", json=order).status_code == 201
        until(lambda: client.get(f"{path}/deliveries", params={"state": "delivered"}).json()["items"], 60)
        delivery = client.get(f"{path}/deliveries", params={"state": "delivered"}).json()["items"][0]

        def forget(session: Any) -> None:
            for row in session.query(OutboxRow).all():
                session.delete(row)

        server.call(server.services.store.write(forget))
        answer = client.post(f"{path}/deliveries/{delivery['delivery_id']}/retry")
        expect_problem(answer, 409, "event_forgotten")
    receiver.close()


def test_an_order_waits_with_its_cause(city: TwoFirms) -> None:
    """Without a free battery or crew an order must wait with that code: no_battery_free, no_crew_free."""
    client = city.firms[1].client
    aircraft = filing.register(client)
    assert client.put(f"/v1/carriers/{aircraft}", json={"site_id": FROM_SITE}).status_code == 200
    battery = client.post("/v1/batteries", json={"label": "flat", "capacity_wh": 900}).json()["battery_id"]
    order = {"origin_site_id": FROM_SITE, "destination_site_id": TO_SITE, "payload_kg": 1.0}

    def cause_of() -> str | None:
        made = client.post("/v1/orders", json=order).json()
        found = client.get(f"/v1/orders/{made['order_id']}").json()
        client.post(f"/v1/orders/{made['order_id']}/cancel")
        return None if found["cause"] is None else str(found["cause"]["code"])

    client.patch(f"/v1/batteries/{battery}", json={"state": "charging"})
    assert cause_of() == "no_battery_free"
    client.patch(f"/v1/batteries/{battery}", json={"state": "ready"})
    crew = client.post("/v1/crews", json={"label": "none", "vehicles_max": 1, "state": "off_duty"}).json()
    assert crew["state"] == "off_duty"
    assert cause_of() == "no_crew_free"


async def test_too_many_applications_wait_is_too_many_applications(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While as many wait as may, nobody else can apply: 503 too_many_applications, with when to come back."""
    monkeypatch.setattr("utm.security.applications.MOST_WAITING", 0)
    body = {"name": "New Firm", "contact_name": "Li", "contact_email": "li@example.com"}
    async with edge.running(tmp_path) as made, made.client() as client:
        answer = await client.post("/v1/applications", json=body)
    document = expect_problem(answer, 503, "too_many_applications")
    assert document["retryable"]
    assert int(answer.headers["retry-after"]) > 0


def test_a_provider_that_does_not_answer_is_oidc_unavailable(tmp_path: Path) -> None:
    """People who sign in elsewhere must be told that the provider does not answer: 503 oidc_unavailable."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEXLANE_OIDC_ISSUER", "http://127.0.0.1:9")
        patch.setenv("HEXLANE_OIDC_CLIENT_ID", "hexlane")
        running = Server(tmp_path)
        running.start()
        try:
            expect_problem(httpx.get(f"{running.base_url}/v1/session/oidc", timeout=30), 503, "oidc_unavailable")
        finally:
            running.stop()


HERE = (
    "oidc_unavailable",
    "too_many_applications",
    "service_unavailable",
    "event_forgotten",
    "no_battery_free",
    "no_crew_free",
)
"""Codes that tests of this file produce under their own names."""
