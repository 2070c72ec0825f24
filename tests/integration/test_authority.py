"""The outside authority's system over real HTTP: a process of its own, outages, its decisions and its releases."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from airspace.rules.book import book_to_dict, order_761
from tests.conftest import PATIENCE_S, ROOT
from tests.fakes import desk as desks
from tests.fakes import filing
from tests.fakes.desk import Desk, principal
from utm.plan_records import decode_authority
from utm.rules.authority_courier import AuthorityCourier
from utm.rules.uom_messages import Names

KEY = "0123456789abcdeffedcba9876543210"


class Authority:
    """The other side, in its own process."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.fakes.authority_server", KEY], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    def control(self, **values: Any) -> None:
        assert httpx.post(f"{self.url}/control", json=values, trust_env=False, timeout=PATIENCE_S).status_code == 200

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{self.url}/state", trust_env=False, timeout=PATIENCE_S).json()
        return found

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def authority() -> Iterator[Authority]:
    made = Authority()
    yield made
    made.stop()


@pytest.fixture
def desk(tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The server's parts, connected to the authority; its own clock paces what is sent."""
    monkeypatch.setenv("HEXLANE_AUTHORITY_URL", authority.url)
    monkeypatch.setenv("HEXLANE_AUTHORITY_KEY", KEY)
    monkeypatch.setenv("HEXLANE_AUTHORITY_PROVIDER", "UPIC0001")
    with desks.running(tmp_path) as made:
        yield made


class Line:
    """The courier worked by hand: one round at a time, as much later as the test says."""

    def __init__(self, desk: Desk, client: httpx.AsyncClient) -> None:
        courier = desk.services.rules.authority
        assert courier is not None
        self.courier: AuthorityCourier = courier
        self._desk, self._client = desk, client

    async def round(self, after_s: float = 0.0) -> None:
        self._desk.clock.advance(after_s)
        await self.courier.round(self._client)


async def waiting(desk: Desk, plan_id: str) -> dict[str, Any]:
    """Return the queue's entry of a plan."""
    entries = await desk.services.rules.approvals.waiting(None, "plan")
    return next(item for item in entries if item["plan_id"] == plan_id)


async def pending(desk: Desk, after_s: float = 86_400.0, **more: Any) -> str:
    """File a plan that the authority must decide."""
    remarks = {"crew": "Li Wei", "communications": "phone"}
    plan_id = await desk.filed(after_s, firm="org_c", remarks=remarks, **more)
    assert (await desk.row(plan_id)).state == "pending"
    return plan_id


async def test_an_application_goes_out_sealed_and_its_decision_comes_home(desk: Desk, authority: Authority) -> None:
    """The authority opens it by itself, decides, and the plan is approved with its reference; then the release likewise."""
    policy = {"rules": {**book_to_dict(order_761()), "late_application": "off"}, "readiness_lead_s": 3_600.0}
    await desk.services.zone_desk.publish_policy(principal("regulator", "org_r"), policy, None)
    plan_id = await pending(desk)
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as client:
        line = Line(desk, client)
        await line.round()
        ((order, sent),) = authority.state["orders"].items()
        assert order.startswith("UPIC0001")
        assert len(order) == len("UPIC0001") + 8 + 8
        (message,) = sent
        assert message["involvedSpecialPlan"] == "10001"
        assert (message["planType"], message["taskType"], message["spcShape"]) == (11, 140, 3)
        assert message["planStartTime"] == "2026-03-02 12:00:00"  # Beijing time
        assert message["remark5"] == "phone"
        assert "Li Wei" in message["remark1"]
        assert message["remark8"] is None
        assert {f"remark{number}" for number in range(1, 14)} <= set(message)
        entry = await waiting(desk, plan_id)
        assert (entry["adapter"], entry["delivery"]["state"], entry["delivery"]["reference"]) == ("uom", "sent", order)
        await line.round(59.0)
        assert not [item for item in authority.state["seen"] if item["path"].endswith("/query")]
        await line.round(1.0)
        assert (await desk.row(plan_id)).state == "pending"
        authority.control(audit={order: {"auditSts": 1, "auditRemark": "granted"}})
        await line.round(60.0)
        row = await desk.row(plan_id)
        record = decode_authority(row.authority)
        assert (row.state, record.application) == ("approved", "approved")
        assert record.clock is not None
        assert (record.clock.reference, record.clock.decided_by) == (order, "authority:uom")
        assert record.clock.policy_version == desk.services.book.policy.version
        await desk.services.plan_steps.confirm(principal("operator", "org_c"), plan_id)
        await line.round()
        assert list(authority.state["ready"]) == [order]
        await line.round(60.0)
        assert decode_authority((await desk.row(plan_id)).authority).released_at is None
        authority.control(audit={order: {"auditSts": 1, "takeoffAuditSts": 1}})
        await line.round(60.0)
        assert decode_authority((await desk.row(plan_id)).authority).released_at is not None
        assert desk.services.rules.applications.open == {}


async def test_an_interface_with_other_names_is_spoken_to_by_its_own(desk: Desk, authority: Authority) -> None:
    """Paths, envelope and fields must go out and come back by the names that are set, and by no other."""
    names = {
        "/uss/flight-plan/apply": "/gov/plan/submit", "/uss/flight-plan/query": "/gov/plan/state", "orderId": "planNo",
        "planStartTime": "beginTime", "data": "cipher", "code": "resultCode", "auditSts": "auditStatus", "auditRemark": "opinion",
    }  # fmt: skip
    authority.control(names=names)
    plan_id = await pending(desk)
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as client:
        line = Line(desk, client)
        line.courier._endpoint = replace(line.courier._endpoint, names=Names(names))
        await line.round()
        state = authority.state
        assert state["bad"] == 0
        ((order, (message,)),) = state["orders"].items()
        assert message["planStartTime"] == "2026-03-02 12:00:00"
        assert {item["path"] for item in state["seen"]} <= {"/gov/plan/submit", "/uss/heartbeat"}
        authority.control(audit={order: {"auditSts": 2, "auditRemark": "no"}})
        await line.round(60.0)
        assert (await desk.row(plan_id)).state == "refused"
        assert authority.state["bad"] == 0


def test_names_that_are_none_of_the_interface_stop_the_start() -> None:
    """A misspelt name, or two fields under one, must be said at the start, not found in a lost application."""
    for wrong in ({"planstarttime": "x"}, {"planStartTime": "t", "planEndTime": "t"}, {"msg": "code"}):
        with pytest.raises(ValueError, match="name"):
            Names(wrong)


async def test_a_refusal_of_the_authority_refuses_the_plan_with_its_words(desk: Desk, authority: Authority) -> None:
    """auditSts 2, and 4 for what it does not accept at all."""
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as client:
        line = Line(desk, client)
        for number, (status, remark) in enumerate(((2, "exercise in the area"), (4, None))):
            plan_id = await pending(desk, route=[filing.point(0, 900.0 * number), filing.point(500, 900.0 * number)])
            await line.round(5.0)
            order = (await waiting(desk, plan_id))["delivery"]["reference"]
            authority.control(audit={order: {"auditSts": status, "auditRemark": remark}})
            await line.round(60.0)
            row = await desk.row(plan_id)
            assert row.state == "refused"
            assert (remark or "not accepted") in row.decision


async def test_an_outage_loses_nothing_and_sends_the_same_order_again(desk: Desk, authority: Authority) -> None:
    """Down, then answering nonsense, then up: the application waits in the store and arrives once under one order id."""
    plan_id = await pending(desk)
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as client:
        line = Line(desk, client)
        authority.control(status=500)
        await line.round()
        entry = await waiting(desk, plan_id)
        assert (entry["delivery"]["state"], entry["delivery"]["attempts"]) == ("waiting", 1)
        assert "answered 500" in entry["delivery"]["error"]
        assert line.courier.reachable is False
        tried = len(authority.state["seen"])
        await line.round(4.0)
        assert len(authority.state["seen"]) == tried
        await line.round(1.0)
        assert (await waiting(desk, plan_id))["delivery"]["attempts"] == 2
        services = desk.services
        services.memory.reset()  # as after a restart: what is to be sent is what the store holds
        await services.store.write(lambda session: None)
        authority.control(status=200)
        await line.round(15.0)
        orders = authority.state["orders"]
        assert list(orders) == [entry["delivery"]["reference"]]
        assert len(next(iter(orders.values()))) == 1
        assert line.courier.reachable is True
        assert authority.state["bad"] == 0


async def test_a_request_the_authority_refuses_waits_for_a_person_who_may_decide(
    desk: Desk, authority: Authority
) -> None:
    """400 is not sent again and again: it is shown, and the centre decides in the console."""
    plan_id = await pending(desk)
    authority.control(code=400)
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as client:
        line = Line(desk, client)
        await line.round()
        entry = await waiting(desk, plan_id)
        assert entry["delivery"]["state"] == "failed"
        assert "planType is unknown" in entry["delivery"]["error"]
        tried = len([item for item in authority.state["seen"] if item["path"].endswith("/apply")])
        await line.round(3_600.0)
        assert len([item for item in authority.state["seen"] if item["path"].endswith("/apply")]) == tried == 1
    done = await desk.services.rules.approvals.decide(
        principal("dispatcher", "org_d"), entry["approval_id"], "refused", "by telephone"
    )
    assert (done["state"], done["decision_reason"]) == ("refused", "by telephone")


async def test_applications_leave_at_the_pace_the_authority_allows(desk: Desk, authority: Authority) -> None:
    """One in five seconds, in the order they came; a heartbeat each minute."""
    for number in range(3):
        await pending(desk, route=[filing.point(0, 900.0 * number), filing.point(500, 900.0 * number)])
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as client:
        line = Line(desk, client)
        await line.round()
        await line.round()
        assert len(authority.state["orders"]) == 1
        await line.round(5.0)
        assert len(authority.state["orders"]) == 2
        await line.round(5.0)
        assert len(authority.state["orders"]) == 3
        await line.round(51.0)
        beats = [item for item in authority.state["seen"] if item["path"].endswith("/heartbeat")]
        assert len(beats) == 2


async def test_a_plan_its_firm_gives_up_is_withdrawn_from_the_queue(desk: Desk, authority: Authority) -> None:
    """The authority is told once, and what nobody needs decided any more is not followed any more."""
    plan_id = await pending(desk)
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as client:
        line = Line(desk, client)
        await line.round()
        await desk.services.plan_steps.cancel(principal("operator", "org_c"), plan_id)
        await line.round(30.0)
        seen = [item["path"].rpartition("/")[2] for item in authority.state["seen"]]
        assert seen == ["heartbeat", "apply", "cancel"]
        await line.round(30.0)
        assert len(authority.state["seen"]) == len(seen) + 1  # a heartbeat, and nothing about the order
    found = await desk.services.rules.approvals.decided(None, before=None, limit=5)
    assert [(item["plan_id"], item["state"]) for _, item in found] == [(plan_id, "withdrawn")]
