"""The shift log over HTTP against a real server."""

import secrets
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.fakes.filing import expect_problem

pytestmark = pytest.mark.slow

AsRole = Callable[..., httpx.Client]


def second_person(client: httpx.Client) -> httpx.Client:
    """Return the demonstration's dispatcher at the console: another person than the program."""
    person = httpx.Client(base_url=client.base_url, timeout=20, headers={"Origin": str(client.base_url).rstrip("/")})
    answer = person.post("/v1/session/demo", json={"role": "dispatcher"})
    assert answer.status_code in (200, 201), answer.text
    person.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return person


def running(client: httpx.Client) -> dict[str, Any]:
    """Return the running log; open one where there is none."""
    log = client.get("/v1/handovers/current").json()["log"]
    if log is None:
        answer = client.post("/v1/handovers")
        assert answer.status_code == 201, answer.text
        log = answer.json()
    found: dict[str, Any] = log
    return found


def test_a_shift_is_written_signed_by_both_and_carried_on(as_role: AsRole) -> None:
    """Who leaves and who comes sign in turn, as two persons; the next log runs at once; nothing is written afterwards."""
    leaving = as_role("dispatcher")
    coming = second_person(leaving)
    log = running(leaving)
    path = f"/v1/handovers/{log['handover_id']}"
    expect_problem(leaving.post("/v1/handovers"), 409, "conflict")
    text = f"Crane at the harbour {secrets.token_hex(4)}"
    answer = leaving.post(f"{path}/entries", json={"kind": "airspace", "text": text})
    assert answer.status_code == 201, answer.text
    assert answer.json()["entries"][-1]["text"] == text
    expect_problem(coming.post(f"{path}/sign-in", json={"initials": "CW"}), 409, "conflict")
    signed = leaving.post(f"{path}/sign-out", json={"initials": "LW", "remarks": "quiet"}).json()
    assert signed["state"] == "offered"
    assert set(signed["items"]["counts"]) == {"alerts", "shelved", "contingencies", "pending", "commands"}
    expect_problem(leaving.post(f"{path}/sign-in", json={"initials": "LW"}), 409, "conflict")
    following = coming.post(f"{path}/sign-in", json={"initials": "CW"})
    assert following.status_code == 200, following.text
    assert following.json()["previous_id"] == log["handover_id"]
    assert coming.get("/v1/handovers/current").json()["log"]["handover_id"] == following.json()["handover_id"]
    closed = leaving.get(path).json()
    assert (closed["state"], closed["signed_out"]["initials"], closed["signed_in"]["initials"]) == (
        "closed",
        "LW",
        "CW",
    )
    expect_problem(leaving.post(f"{path}/entries", json={"text": "late"}), 409, "conflict")


def test_the_log_is_the_centres(as_role: AsRole) -> None:
    """A firm may not read it, a regulator may read and not write; initials are letters."""
    expect_problem(as_role("operator").get("/v1/handovers/current"), 403, "forbidden")
    regulator = as_role("regulator")
    assert regulator.get("/v1/handovers").status_code == 200
    expect_problem(regulator.post("/v1/handovers"), 403, "forbidden")
    log = running(as_role("dispatcher"))
    bad = as_role("dispatcher").post(f"/v1/handovers/{log['handover_id']}/sign-out", json={"initials": "1"})
    expect_problem(bad, 422, "validation_failed")
    expect_problem(as_role("dispatcher").get("/v1/handovers/ho_none"), 404, "not_found")
