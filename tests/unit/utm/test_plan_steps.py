"""The clock's and the picture's steps, on the writer: what they see when they run is what counts."""

import pytest
from sqlmodel import Session

from airspace.lifecycle import PlanState
from airspace.timebase import to_scene_s
from tests.fakes import filing
from tests.fakes.desk import Desk, principal
from tests.fakes.filing import point
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.plan_steps import PlanSteps
from utm.problems import Problem
from utm.store import journal, plans


class Parked:
    """Vehicles without news, or whose vehicle says it is in the air."""

    def __init__(self, flying: bool | None = None) -> None:
        self.flying = flying

    async def before_activation(self, aircraft_id: str, plan: object) -> list[object]:
        return []

    def airborne(self, aircraft_id: str) -> bool | None:
        return self.flying


async def test_a_plan_moved_to_later_while_the_sweep_waits_does_not_expire(desk: Desk) -> None:
    """The sweep must look again in the writer: a plan modified meanwhile has another departure."""
    aircraft = await desk.aircraft()
    body = filing.plan(aircraft, desk.later(30))
    plan_id = (await desk.file(body)).document["plan_id"]
    desk.clock.advance(30 + 61)
    limit_s = to_scene_s(desk.clock.now()) - 60
    later = filing.plan(aircraft, desk.later(900))
    await desk.services.flight_plans.modify(principal(), plan_id, later, validate(later, FlightPlanBody), 1)
    steps = desk.services.plan_steps
    await desk.services.store.write(lambda session: steps._expire(session, [plan_id], limit_s))
    assert (await desk.row(plan_id)).state == "approved"


@pytest.mark.parametrize(("late_s", "state"), [(59, "approved"), (61, "expired")])
async def test_expiry_waits_for_the_departure_tolerance(desk: Desk, late_s: float, state: str) -> None:
    """Not before 60 s after the departure, and then at the next sweep, with an audit line of the system."""
    plan_id = await desk.filed(30)
    desk.clock.advance(30 + late_s)
    await desk.services.plan_steps.sweep()
    assert (await desk.row(plan_id)).state == state
    assert (desk.services.sky.get(plan_id) is None) == (state == "expired")
    lines = await desk.services.store.read(lambda session: journal.audit_of(session, plan_id))
    assert [(line.action, line.actor) for line in lines][1:] == (
        [("plan.expire", "system")] if state == "expired" else []
    )


async def test_pending_plans_expire_in_their_turn_whatever_was_looked_at_before(desk: Desk) -> None:
    """Each pending plan must expire at the first sweep after its time: filed later but due sooner, and with no commit between."""
    services = desk.services

    async def pending(in_s: float) -> str:
        plan_id = await desk.filed(in_s)
        await services.store.write(lambda session: plans.update(session, plan_id, {"state": "pending"}))
        return plan_id

    async def expired(*plan_ids: str) -> list[bool]:
        await services.plan_steps.sweep_pending()
        return [(await desk.row(plan_id)).state == "expired" for plan_id in plan_ids]

    late = await pending(900)
    assert await expired(late) == [False]
    soon = await pending(300)
    assert await expired(soon, late) == [False, False]
    desk.clock.advance(359)
    assert await expired(soon, late) == [False, False]
    desk.clock.advance(2)
    assert await expired(soon, late) == [True, False]
    desk.clock.advance(600)
    assert await expired(soon, late) == [True, True]


async def test_a_landed_aircraft_ends_its_flight_and_no_other(desk: Desk) -> None:
    """A confirmed landing must end what is flown and leave the aircraft's next plan approved."""
    aircraft = await desk.aircraft()
    flown, following = [
        (await desk.file(filing.plan(aircraft, desk.later(after_s)))).document["plan_id"] for after_s in (60, 900)
    ]
    await desk.services.plan_steps.activate(principal(), flown)
    await desk.services.plan_steps.landed(aircraft)
    assert (await desk.row(flown)).state == "ended"
    assert (await desk.row(flown)).ended_at is not None
    assert (await desk.row(following)).state == "approved"
    await desk.services.plan_steps.landed(aircraft)
    assert (await desk.row(following)).state == "approved"


@pytest.mark.parametrize(("flying", "code"), [(True, "still_airborne"), (False, None), (None, None)])
async def test_a_flight_in_the_air_is_not_ended(desk: Desk, flying: bool | None, code: str | None) -> None:
    """While the vehicle itself says it flies, end must be refused; where it says nothing, the firm is believed."""
    steps = PlanSteps(desk.services.flight_plans, Parked(flying))  # type: ignore[arg-type]
    plan_id = await desk.filed(60)
    await steps.activate(principal(), plan_id)
    if code is None:
        assert (await steps.end(principal(), plan_id)).document["state"] == "ended"
    else:
        with pytest.raises(Problem) as caught:
            await steps.end(principal(), plan_id)
        assert caught.value.code == code
        assert (await desk.row(plan_id)).state == "activated"


async def test_the_picture_moves_only_along_the_table(desk: Desk) -> None:
    """Activated to nonconforming and back and to contingent; from contingent, and before activation, nowhere."""
    steps, plan_id = desk.services.plan_steps, await desk.filed(60)
    await steps.conformance(plan_id, PlanState.NONCONFORMING)
    assert (await desk.row(plan_id)).state == "approved"
    await steps.activate(principal(), plan_id)
    for state in (PlanState.NONCONFORMING, PlanState.ACTIVATED, PlanState.NONCONFORMING, PlanState.CONTINGENT):
        await steps.conformance(plan_id, state)
        assert (await desk.row(plan_id)).state == state
        live = desk.services.sky.get(plan_id)
        assert live is not None
        assert live.state == state
    await steps.conformance(plan_id, PlanState.ACTIVATED)
    assert (await desk.row(plan_id)).state == "contingent"
    await steps.conformance("fp_none", PlanState.CONTINGENT)


async def test_an_overdue_flight_is_extended_without_growing(desk: Desk) -> None:
    """However long it is overdue, its geometry must stay one hover longer, and end after now."""
    plan_id = await desk.filed(10, [point(0, 0), point(500, 0)])
    await desk.services.plan_steps.activate(principal(), plan_id)
    before = desk.services.sky.get(plan_id)
    assert before is not None
    for _ in range(20):
        desk.clock.advance(60)
        await desk.services.plan_steps.sweep()
        live = desk.services.sky.get(plan_id)
        assert live is not None
        assert live.ends_s >= to_scene_s(desk.clock.now()) + 29
    assert len(live.geometry.segments) == len(before.geometry.segments) + 1  # type: ignore[union-attr]
    assert live.version == before.version


async def test_activation_under_lead_time_waits_for_the_release(desk: Desk) -> None:
    """Where policy asks a readiness lead, activation must name the missing release."""
    plan_id = await desk.filed(60)

    def stricter(session: Session) -> None:
        from dataclasses import replace

        policy = replace(desk.services.book.policy, readiness_lead_s=300.0, version=2)
        desk.services.zone_desk.keep_policy(session, None, policy)

    await desk.services.store.write(stricter)
    with pytest.raises(Problem) as caught:
        await desk.services.plan_steps.activate(principal(), plan_id)
    assert caught.value.code == "activation_refused"
    assert caught.value.extra["decision"]["reasons"][0]["code"] == "not_released"


async def test_a_dispatcher_may_step_for_a_firm(desk: Desk) -> None:
    """The operations centre may cancel anybody's plan; another firm may not know it is there."""
    plan_id = await desk.filed(600)
    with pytest.raises(Problem) as caught:
        await desk.services.plan_steps.cancel(principal(firm="org_b"), plan_id)
    assert caught.value.code == "not_found"
    answer = await desk.services.plan_steps.cancel(principal("dispatcher", "org_centre"), plan_id)
    assert answer.document["state"] == "cancelled"
