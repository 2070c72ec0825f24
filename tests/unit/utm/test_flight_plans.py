"""Filing inside the writer: what is judged is what is kept, whatever happened since the request came in."""

import asyncio
import threading
from typing import Any

import orjson
import pytest
from sqlmodel import Session

from tests.fakes import filing
from tests.fakes.desk import Desk, principal
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.problems import Problem
from utm.store import journal, plans
from utm.store.store import StoreUnavailableError


async def _withdraw_aircraft(desk: Desk, aircraft_id: str) -> None:
    from utm.store.identity_tables import AircraftRow
    from utm.store.sql import table

    def job(session: Session) -> None:
        aircraft = table(AircraftRow)
        session.execute(aircraft.update().where(aircraft.c.aircraft_id == aircraft_id).values(deactivated_at="now"))
        desk.services.fleet.changed(session, aircraft_id, before=None)

    await desk.services.store.write(job)


async def test_an_aircraft_deregistered_while_its_plan_waits_gets_none(desk: Desk) -> None:
    """A plan prepared before the deregistration and judged after it must be refused, and its key left unused."""
    aircraft_id = await desk.aircraft()
    body = filing.plan(aircraft_id, desk.later(600))
    parsed, service = validate(body, FlightPlanBody), desk.services.flight_plans
    prepared = service.prepare(principal(), body, parsed)
    await _withdraw_aircraft(desk, aircraft_id)
    with pytest.raises(Problem) as caught:
        await desk.services.store.write(lambda session: service._file(session, principal(), prepared, "key", "hash"))
    assert caught.value.code == "aircraft_inactive"
    assert len(desk.services.sky) == 0
    assert await desk.services.store.read(lambda session: plans.find_key(session, "org_a", "key")) is None


async def test_a_check_beside_a_busy_writer_never_fails(desk: Desk) -> None:
    """Plans named in a check may leave the sky while they are named: every check must all be answered."""
    other = filing.plan(await desk.aircraft(), desk.later(600))
    body = filing.plan(await desk.aircraft(), desk.later(600))
    parsed = validate(body, FlightPlanBody)
    await desk.file(other)
    live = desk.services.sky.all()[0]
    done = threading.Event()

    def come_and_go() -> None:
        while not done.is_set():
            desk.services.sky.drop(live.plan_id)
            desk.services.sky.put(live)

    thread = threading.Thread(target=come_and_go)
    thread.start()
    try:
        outcomes = set()
        for _ in range(150):
            document = desk.services.flight_plans.check(principal(), body, parsed).document
            outcomes.add(orjson.loads(orjson.dumps(document["decision"]))["outcome"])
    finally:
        done.set()
        thread.join()
    assert outcomes <= {"approved", "refused"}


async def test_a_commit_that_fails_leaves_nothing_behind(desk: Desk) -> None:
    """When the commit fails, neither sky nor key nor audit may know the plan, and filing again must work."""
    body = filing.plan(await desk.aircraft(), desk.later(600))
    parsed, service = validate(body, FlightPlanBody), desk.services.flight_plans
    prepared = service.prepare(principal(), body, parsed)

    def broken(session: Session) -> None:
        service._file(session, principal(), prepared, "key", "hash")
        session.connection().exec_driver_sql(
            "CREATE TABLE broken (x INTEGER PRIMARY KEY REFERENCES changes(seq) DEFERRABLE INITIALLY DEFERRED)"
        )
        session.connection().exec_driver_sql("INSERT INTO broken VALUES (123456)")

    with pytest.raises(StoreUnavailableError):
        await desk.services.store.write(broken)
    assert len(desk.services.sky) == 0
    assert desk.services.flight_plans.check(principal(), body, parsed).document["state"] == "approved"
    assert (await desk.file(body, key="key")).status == 201
    assert len(desk.services.sky) == 1


async def test_a_statement_that_fails_leaves_nothing_in_memory(desk: Desk) -> None:
    """A disk error in the middle of a job must take back what the job had already told the sky."""
    body = filing.plan(await desk.aircraft(), desk.later(600))
    service = desk.services.flight_plans
    prepared = service.prepare(principal(), body, validate(body, FlightPlanBody))

    def broken(session: Session) -> None:
        service._file(session, principal(), prepared, None, "hash")
        session.connection().exec_driver_sql("SELECT * FROM no_such_table")

    with pytest.raises(StoreUnavailableError):
        await desk.services.store.write(broken)
    assert len(desk.services.sky) == 0


async def test_approval_volumes_audit_and_key_are_one_commit(desk: Desk) -> None:
    """A filed plan must leave its row, its version, its key, its audit line and its change, all or none."""
    answer = await desk.file(filing.plan(await desk.aircraft(), desk.later(600)), key="key")
    plan_id = answer.document["plan_id"]

    def kept(session: Session) -> tuple[Any, ...]:
        key = plans.find_key(session, "org_a", "key")
        row = plans.get(session, plan_id)
        assert key is not None
        assert row is not None
        changes = [ref for _, kind, ref, _ in journal.changes_after(session, 0) if kind == "plan"]
        audit = [line.action for line in journal.audit_of(session, plan_id)]
        return key.plan_id, len(orjson.loads(row.volumes)), len(plans.versions_of(session, plan_id)), changes, audit

    found = await desk.services.store.read(kept)
    assert found == (plan_id, 2, 1, [plan_id], ["plan.file"])
    assert await desk.services.store.read(lambda session: journal.first_broken_line(journal.all_audit(session))) is None


async def test_a_firm_without_standing_approval_waits(desk: Desk) -> None:
    """Its plan must be pending with an application submitted, whatever else is right about it."""
    answer = await desk.file(filing.plan(await desk.aircraft("org_c"), desk.later(600)), "org_c")
    assert (answer.status, answer.document["state"]) == (202, "pending")
    decision = orjson.loads(orjson.dumps(answer.document["decision"]))
    assert "pending_authority" in {item["code"] for item in decision["reasons"]}
    assert orjson.loads(orjson.dumps(answer.document["authority"]))["application"] == "submitted"
    assert len(desk.services.sky) == 0


async def test_a_key_is_answered_even_when_the_departure_has_passed(desk: Desk) -> None:
    """Repeating a filing after its departure must give the first answer, not departure_in_past."""
    body = filing.plan(await desk.aircraft(), desk.later(600))
    first = await desk.file(body, key="key")
    desk.clock.advance(3600)
    again = await desk.file(body, key="key")
    assert (again.status, again.document["plan_id"]) == (201, first.document["plan_id"])
    with pytest.raises(Problem) as caught:
        await desk.file(body, key="other")
    assert caught.value.code == "departure_in_past"


async def test_plans_enqueued_together_are_judged_in_order(desk: Desk) -> None:
    """Of conflicting plans queued at once the first must win, whatever group commit makes of them."""
    bodies = [filing.plan(await desk.aircraft(), desk.later(600)) for _ in range(20)]
    answers = await asyncio.gather(*(desk.file(body) for body in bodies))
    assert [answer.status for answer in answers] == [201] + [409] * 19
