"""A firm uses what an admin lets it use, counted to the last place, and is told what to do when it is full."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.edge import MovableClock, running
from utm.problems import Problem
from utm.ratelimit import Limits
from utm.security.directory import Directory
from utm.security.quotas import RECOUNT_S, QuotaDesk, Quotas
from utm.store.sql import run
from utm.store.store import Store

BODY = {"registration": "UAS0000000A", "manufacturer": "m", "model": "x", "class": "small"}
NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
"""Noon in Beijing."""


async def test_an_admin_sets_quotas_and_a_firm_reads_its_own(tmp_path: Path) -> None:
    """Everybody's and a firm's own must add up, be in force at once, and be nobody else's business."""
    async with running(tmp_path) as edge, edge.client() as client:
        admin, firm, other = edge.headers("admin"), edge.headers("operator"), edge.headers("operator", 1)
        own = edge.of("operator")["organisation_id"]
        assert (await client.put("/v1/quotas/default", json={"aircraft": 2}, headers=firm)).status_code == 403
        assert (await client.put("/v1/quotas/default", json={"aircraft": 2}, headers=admin)).status_code == 200
        answer = await client.put(f"/v1/quotas/{own}", json={"clients": 1, "requests_per_s": 50}, headers=admin)
        assert answer.json()["quotas"]["aircraft"] == 2
        assert answer.json()["set_here"] == ["clients", "requests_per_s"]
        mine = (await client.get("/v1/quotas/own", headers=firm)).json()
        assert (mine["quotas"]["clients"], mine["used"]["clients"]) == (1, 1)
        assert (await client.get(f"/v1/quotas/{own}", headers=other)).status_code == 404
        assert (await client.get("/v1/quotas/default", headers=other)).status_code == 404
        refused = await client.put("/v1/quotas/default", json={"aircraft": -1, "planes": 3}, headers=admin)
        assert {error["field"] for error in refused.json()["errors"]} == {"/aircraft", "/planes"}
        assert (await client.put("/v1/quotas/org_none", json={}, headers=admin)).status_code == 404
        full = await client.post("/v1/clients", json={"name": "second"}, headers=firm)
        assert (full.status_code, full.json()["code"], full.json()["errors"][0]["field"]) == (
            403,
            "quota_exceeded",
            "/clients",
        )
        assert "Delete one" in full.json()["detail"]
        limit = (await client.get("/v1/quotas/own", headers=firm)).headers["RateLimit-Policy"]
        assert limit == '"requests";q=100;w=2'
        marks = [{**BODY, "registration": f"UAS0000000{n}"} for n in range(3)]
        answers = [await client.post("/v1/aircraft", json=mark, headers=other) for mark in marks]
        assert [answer.status_code for answer in answers] == [201, 201, 403]
        assert answers[2].json()["errors"][0]["field"] == "/aircraft"


def _file(session: Any, organisation_id: str, state: str, created_at: datetime, number: int) -> None:
    columns = {row[1]: row for row in run(session, "PRAGMA table_info(flight_plans)").fetchall()}
    values: dict[str, Any] = {name: b"" if row[2] == "BLOB" else 0 for name, row in columns.items() if row[3]}
    values |= {"plan_id": f"fp_{number}", "plan_no": number, "organisation_id": organisation_id, "state": state}
    values["created_at"] = created_at.isoformat().replace("+00:00", "Z")
    names = ", ".join(values)
    run(session, f"INSERT INTO flight_plans ({names}) VALUES ({', '.join('?' * len(values))})", tuple(values.values()))


def _problem(desk: QuotaDesk, session: Any, organisation_id: str = "org_a") -> Problem | None:
    try:
        desk.admit_filing(session, organisation_id)
    except Problem as problem:
        return problem
    return None


@pytest.fixture
def counted(tmp_path: Path) -> Any:
    """A store, a clock at noon in Beijing and a desk that lets a firm have two live plans and file four a day."""
    clock, store = MovableClock(at=NOON), Store(tmp_path / "x.sqlite")
    store.start()
    desk = QuotaDesk(Directory(), clock)
    desk.of = lambda _: Quotas(live_plans=2, filings_per_day=4)  # type: ignore[method-assign]
    yield clock, store, desk
    store.close()


async def test_live_plans_are_counted_in_the_filing_transaction(counted: Any) -> None:
    """Plans another process filed must count at once near the limit; one that ended must make room."""
    _, store, desk = counted

    def job(session: Any) -> None:
        assert _problem(desk, session) is None
        _file(session, "org_a", "pending", NOON, 1)
        assert _problem(desk, session) is None
        _file(session, "org_a", "activated", NOON, 2)  # as another process would
        full = _problem(desk, session)
        assert full is not None
        assert (full.code, full.status, full.errors[0].field) == ("quota_exceeded", 403, "/live_plans")
        assert "End or cancel" in full.detail
        assert _problem(desk, session, "org_b") is None
        run(session, "UPDATE flight_plans SET state = 'ended' WHERE plan_no = 1")
        assert _problem(desk, session) is None

    await store.write(job)


async def test_the_day_ends_at_midnight_in_beijing(counted: Any) -> None:
    """Four filings a day, refused ones too; the fifth must wait until midnight in Beijing, to the second."""
    clock, store, desk = counted

    def job(session: Any) -> None:
        _file(session, "org_a", "refused", NOON - timedelta(hours=13), 1)  # yesterday in Beijing
        for number in range(2, 6):
            assert _problem(desk, session) is None, number
            _file(session, "org_a", "refused", NOON, number)
        full = _problem(desk, session)
        assert full is not None
        assert (full.code, full.status, full.retryable) == ("daily_quota_exceeded", 429, True)
        assert 12 * 3600 <= int(full.headers["Retry-After"]) <= 12 * 3600 + 1
        clock.advance(12 * 3600)
        assert _problem(desk, session) is None

    await store.write(job)


async def test_far_from_its_limit_a_firm_is_counted_seldom(counted: Any) -> None:
    """Between counts the tally must go up with each filing, and be counted anew after some seconds."""
    clock, store, desk = counted
    desk.of = lambda _: Quotas()  # type: ignore[method-assign]

    def job(session: Any) -> None:
        _file(session, "org_a", "approved", NOON, 1)
        assert _problem(desk, session) is None
        assert desk._tallies["org_a"].live == 2
        _file(session, "org_a", "approved", NOON, 2)
        _file(session, "org_a", "approved", NOON, 3)
        assert _problem(desk, session) is None
        assert desk._tallies["org_a"].live == 3, "not counted between"
        clock.advance(RECOUNT_S + 0.1)
        assert _problem(desk, session) is None
        assert desk._tallies["org_a"].live == 4, "counted anew, and this one"
        assert desk.usage(session, "org_a") == {"live_plans": 3, "filings_per_day": 3}

    await store.write(job)


def test_callers_with_a_rate_of_their_own_share_no_bucket() -> None:
    """A firm's own rate must hold for each of its clients, and change nothing for others."""
    limits = Limits(MovableClock().monotonic_s, requests_per_s=100)
    slow = limits.requests_at(1)
    assert slow is limits.requests_at(1)
    assert [slow.take("a").allowed for _ in range(3)] == [True, True, False]
    assert slow.take("b").allowed
    assert limits.requests_at(None).take("a").allowed
