"""Checklists of degraded operation over HTTP against a real server."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.fakes.filing import expect_problem, text

pytestmark = pytest.mark.slow

AsRole = Callable[..., httpx.Client]


def test_a_list_is_opened_ticked_and_closed(as_role: AsRole) -> None:
    """Each step keeps who ticked it and when, also when it was done before it could be sent; closed, nothing changes."""
    dispatcher = as_role("dispatcher")
    opened = dispatcher.post("/v1/checklists", json={"kind": "centre"})
    assert opened.status_code == 201, opened.text
    path = f"/v1/checklists/{opened.json()['checklist_id']}"
    again = dispatcher.post("/v1/checklists", json={"kind": "centre"}).json()
    assert again["checklist_id"] == opened.json()["checklist_id"], "one of a kind is open at a time"
    earlier = text(datetime.now(UTC) - timedelta(minutes=7))
    ticked = dispatcher.post(f"{path}/steps/telephone", json={"at": earlier, "note": "all firms told"})
    assert ticked.status_code == 200, ticked.text
    step = next(item for item in ticked.json()["steps"] if item["step"] == "telephone")
    assert datetime.fromisoformat(step["at"]) == datetime.fromisoformat(earlier)
    assert step["name"]
    dispatcher.post(f"{path}/steps/stop", json={})
    taken = dispatcher.post(f"{path}/steps/stop", json={"done": False}).json()
    assert next(item for item in taken["steps"] if item["step"] == "stop")["at"] is None
    expect_problem(dispatcher.post(f"{path}/steps/dance", json={}), 404, "not_found")
    old = text(datetime.now(UTC) - timedelta(days=3))
    expect_problem(dispatcher.post(f"{path}/steps/paper", json={"at": old}), 422, "validation_failed")
    shown = as_role("regulator").get("/v1/checklists/current").json()
    assert [item["checklist_id"] for item in shown["open"] if item["kind"] == "centre"] == [
        opened.json()["checklist_id"]
    ]
    closed = dispatcher.post(f"{path}/close", json={"note": "back at 03:10"})
    assert (closed.status_code, closed.json()["state"]) == (200, "closed"), closed.text
    expect_problem(dispatcher.post(f"{path}/steps/back", json={}), 409, "conflict")
    assert dispatcher.get("/v1/checklists").json()["items"][0]["note"] == "back at 03:10"


def test_checklists_are_the_centres(as_role: AsRole) -> None:
    """A firm does not see them; a regulator reads and does not tick."""
    expect_problem(as_role("operator").get("/v1/checklists/current"), 403, "forbidden")
    expect_problem(as_role("regulator").post("/v1/checklists", json={"kind": "centre"}), 403, "forbidden")
