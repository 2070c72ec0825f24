"""Contingencies on a real store: reserved with the plan's step, neighbours told, gone when the flight is."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlmodel import Session

from airspace.timebase import to_scene_s
from tests.fakes import filing
from tests.fakes.desk import Desk, principal
from tests.fakes.filing import point
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.problems import Problem
from utm.separation_check import judge_rows
from utm.store import contingencies as records
from utm.store import journal, notices

DISPATCHER = principal("dispatcher", "org_centre")


def route(north_m: float = 0.0, alt_m: float = 60.0, east_m: float = 0.0) -> list[dict[str, Any]]:
    """A way of 3 km to the east and on, down to the ground at both ends."""
    return [
        point(east_m, north_m, 0.0),
        point(east_m, north_m, alt_m),
        point(east_m + 3000, north_m, alt_m),
        point(east_m + 3000, north_m, 0.0),
    ]


async def flying(desk: Desk, *, firm: str = "org_a", after_s: float = 30.0, way: Any = None, **more: Any) -> str:
    """File a plan and start it."""
    plan_id = await desk.filed(after_s, way or route(), firm, **more)
    await desk.services.plan_steps.activate(principal(firm=firm), plan_id)
    return plan_id


async def declare(desk: Desk, plan_id: str, kind: Any = "lost_link", **more: Any) -> dict[str, Any]:
    return await desk.services.off_nominal.contingencies.declare(DISPATCHER, plan_id, kind, **more)


async def told(desk: Desk, plan_id: str) -> list[Any]:
    rows = await desk.services.store.read(
        lambda session: notices.advisories(session, organisation_id=None, plan_id=plan_id, before=None, limit=50)
    )
    return list(reversed(rows))


async def test_a_contingency_reserves_at_once_and_is_durable(desk: Desk) -> None:
    """State, volumes, audit and the firm's advisory must be one commit, and a fresh memory must hold the same."""
    plan_id = await flying(desk, contingency={"lost_link": "rtl", "rtl_altitude_agl_m": 80.0})
    desk.clock.advance(120)
    found = await declare(desk, plan_id)
    assert (found["kind"], found["procedure"], found["state"]) == ("lost_link", "rtl", "open")
    assert (await desk.row(plan_id)).state == "contingent"
    sky = desk.services.sky
    assert found["contingency_id"] in sky.own_contingency((await desk.row(plan_id)).aircraft_id)
    lines = await desk.services.store.read(lambda s: journal.audit_of(s, found["contingency_id"]))
    assert [line.action for line in lines] == ["contingency.declare"]
    assert [(row.kind, row.must_acknowledge) for row in await told(desk, plan_id)] == [("contingency", True)]
    # On its way back at 80 m nobody else fits, where before nobody was.
    blocked = filing.plan(await desk.aircraft("org_b"), desk.later(60), [point(500, -300, 80), point(500, 300, 80)])
    answer = await desk.file(blocked, "org_b")
    reasons = [item["code"] for item in orjson.loads(orjson.dumps(answer.document["decision"]))["reasons"]]
    assert answer.status == 409
    assert "conflict_with_plan" in reasons
    before = [(row.contingency_id, row.geometry) for row in desk.services.off_nominal.contingencies.open.live()]

    def reload(session: Session) -> None:
        desk.services.sky.load(session)
        desk.services.off_nominal.contingencies.open.load(session)
        desk.services.advisories.load(session)

    await desk.services.store.write(reload)
    after = [(row.contingency_id, row.geometry) for row in desk.services.off_nominal.contingencies.open.live()]
    assert after == before
    assert (await desk.file({**blocked, "aircraft_id": await desk.aircraft("org_b")}, "org_b")).status == 409


async def test_plans_in_the_way_are_withdrawn_with_offers_and_flights_told(desk: Desk) -> None:
    """Of two plans in the way, the one not started is withdrawn with counter-offers, the one in the air must acknowledge.

    The judge, which shares no code with any of it, then finds no conflict but the flight that is being cleared.
    """
    plan_id = await flying(desk, contingency={"lost_link": "rtl", "rtl_altitude_agl_m": 80.0})
    crossing = [point(350, -200, 80.0), point(350, 200, 80.0)]
    waiting = await desk.filed(115.0, crossing, "org_b")
    beside = await flying(desk, firm="org_b", after_s=40.0, way=[point(600, -900, 80.0), point(600, 900, 80.0)])
    desk.clock.advance(100)
    found = await declare(desk, plan_id)
    await desk.services.off_nominal.contingencies.way.settle()
    await desk.services.off_nominal.actions.settle()
    row = await desk.row(waiting)
    assert row.state == "withdrawn"
    decision = orjson.loads(row.decision)
    assert decision["reasons"][0]["code"] == "withdrawn_for_contingency"
    assert decision["counter_offers"]
    (news,) = await told(desk, waiting)
    assert news.kind == "plan_withdrawn"
    assert orjson.loads(news.offers)
    (advisory,) = await told(desk, beside)
    assert (advisory.kind, advisory.must_acknowledge, advisory.acknowledged_at) == ("contingency_nearby", True, None)
    assert advisory.action in ("hold", "rtl", "land")
    assert plan_id not in advisory.detail  # another firm's flight stays anonymous
    assert [item["plan_id"] for item in found["affected"]] == [beside]
    assert (await desk.row(beside)).state == "activated"
    rows = await desk.services.store.read(reserving)
    report = judge_rows(rows, desk.services.settings)
    assert report.conflicts == []
    assert report.unread == []
    assert {frozenset((item["plan_a"], item["plan_b"])) for item in report.off_nominal} == {
        frozenset((found["contingency_id"], beside))
    }


def reserving(session: Session) -> Any:
    from utm.separation_check import _reserving

    return _reserving(session).rows


async def test_declaring_again_changes_nothing_and_another_kind_replaces_the_volumes(desk: Desk) -> None:
    """The same cause twice is one record and one advisory; low energy after a lost link brings new volumes to it."""
    plan_id = await flying(desk, contingency={"lost_link": "hold"})
    desk.clock.advance(100)
    first = await declare(desk, plan_id)
    again = await declare(desk, plan_id)
    assert (again["contingency_id"], again["version"]) == (first["contingency_id"], 1)
    assert len(await told(desk, plan_id)) == 1
    worse = await declare(desk, plan_id, "low_energy")
    assert (worse["contingency_id"], worse["version"], worse["procedure"]) == (first["contingency_id"], 2, "rtl")
    rows = await desk.services.store.read(lambda session: records.of_plan(session, plan_id))
    assert len(rows) == 1
    assert rows[0].kind == "low_energy"


@pytest.mark.parametrize("state", ["approved", "ended"])
async def test_only_what_flies_can_be_a_contingency(desk: Desk, state: str) -> None:
    """A plan that is not flown must be refused with its state, and nothing be reserved."""
    plan_id = await desk.filed(60, route())
    if state == "ended":
        await desk.services.plan_steps.activate(principal(), plan_id)
        await desk.services.plan_steps.end(principal(), plan_id)
    with pytest.raises(Problem) as caught:
        await declare(desk, plan_id)
    assert caught.value.code == "illegal_transition"
    assert desk.services.off_nominal.contingencies.open.live() == []


async def test_the_end_of_the_flight_ends_everything_that_followed_it(desk: Desk) -> None:
    """Landed, the volumes must be free, the contingency ended, the neighbours' advisories withdrawn: in one commit."""
    plan_id = await flying(desk, contingency={"lost_link": "rtl", "rtl_altitude_agl_m": 80.0})
    beside = await flying(desk, firm="org_b", after_s=40.0, way=[point(600, -900, 80.0), point(600, 900, 80.0)])
    desk.clock.advance(100)
    found = await declare(desk, plan_id)
    await desk.services.plan_steps.landed((await desk.row(plan_id)).aircraft_id)
    row = await desk.services.store.read(lambda session: records.get(session, found["contingency_id"]))
    assert row is not None
    assert (row.state, row.outcome) == ("ended", "landed")
    assert (await desk.row(plan_id)).state == "ended"
    assert all(advisory.withdrawn_at for advisory in [*await told(desk, plan_id), *await told(desk, beside)])
    assert desk.services.sky.own_contingency(row.aircraft_id) == ()
    await desk.services.off_nominal.actions.settle()
    crossing = filing.plan(await desk.aircraft("org_b"), desk.later(60), [point(500, -300, 80), point(500, 300, 80)])
    assert (await desk.file(crossing, "org_b")).status == 201


async def test_a_contingent_flight_goes_on_under_a_new_approved_plan_only(desk: Desk) -> None:
    """It never goes back to activated; a new plan of the same aircraft is judged without its volumes, and ends it."""
    plan_id = await flying(desk, contingency={"lost_link": "hold"})
    aircraft = (await desk.row(plan_id)).aircraft_id
    desk.clock.advance(100)
    found = await declare(desk, plan_id)
    from airspace.lifecycle import PlanState

    await desk.services.plan_steps.conformance(plan_id, PlanState.ACTIVATED)
    assert (await desk.row(plan_id)).state == "contingent"
    following = filing.plan(aircraft, desk.later(20), [point(1000, 0, 60), point(3000, 0, 60)])
    answer = await desk.file(following)
    assert answer.status == 201, orjson.dumps(answer.document)
    await desk.services.plan_steps.activate(principal(), answer.document["plan_id"])
    assert (await desk.row(plan_id)).state == "ended"
    row = await desk.services.store.read(lambda session: records.get(session, found["contingency_id"]))
    assert row is not None
    assert row.outcome == f"continued:{answer.document['plan_id']}"


async def test_a_contingency_that_is_not_over_is_extended(desk: Desk) -> None:
    """However long nobody sees it land, the place it lands at must stay taken, and the judge must agree."""
    plan_id = await flying(desk, contingency={"lost_link": "land"})
    desk.clock.advance(100)
    found = await declare(desk, plan_id)
    for _ in range(8):
        desk.clock.advance(60)
        now_s = to_scene_s(desk.clock.now())
        await desk.services.off_nominal.contingencies.sweep(now_s)
        (row,) = desk.services.off_nominal.contingencies.open.live()
        assert row.ends_s > now_s
    over = filing.plan(await desk.aircraft("org_b"), desk.later(30), [point(1400, -200, 60), point(1400, 200, 60)])
    left = (await desk.file(over, "org_b")).document["decision"]
    lines = await desk.services.store.read(lambda s: journal.audit_of(s, found["contingency_id"]))
    assert "contingency.extend" in [line.action for line in lines]
    assert orjson.loads(orjson.dumps(left))["reasons"] != []


async def test_a_proposed_contingency_reserves_nothing_until_somebody_accepts(desk: Desk) -> None:
    """Proposed, the plan must stay activated; accepted, it is contingent; dismissed, it is as if nothing was."""
    first, second = await flying(desk), await flying(desk, way=route(2000))
    desk.clock.advance(100)
    contingencies = desk.services.off_nominal.contingencies
    for plan_id in (first, second):
        await contingencies.propose(plan_id, "gnss_loss")
        await contingencies.propose(plan_id, "gnss_loss")
        assert (await desk.row(plan_id)).state == "activated"
    one, other = contingencies.open.live()
    accepted = await contingencies.decide(DISPATCHER, one.contingency_id, accept=True)
    assert (accepted["state"], accepted["procedure"]) == ("open", "land")
    assert (await desk.row(first)).state == "contingent"
    dismissed = await contingencies.decide(DISPATCHER, other.contingency_id, accept=False)
    assert dismissed["state"] == "dismissed"
    assert (await desk.row(second)).state == "activated"
    with pytest.raises(Problem) as caught:
        await contingencies.decide(DISPATCHER, other.contingency_id, accept=True)
    assert caught.value.code == "illegal_contingency_step"


async def test_what_a_firm_files_for_a_lost_link_is_judged(desk: Desk) -> None:
    """A way back through a prohibited zone, an alternate nobody knows, none at all, or a return too low is refused."""
    zones = desk.services.zone_desk
    await zones.publish(
        principal("regulator", "org_authority"),
        [zones.parse(filing.zone(filing.square(1000, 0, 150), zone_id="zn_between"))],
    )
    around = [
        point(0, 0, 0),
        point(0, 0, 60),
        point(0, 700, 60),
        point(2000, 700, 60),
        point(2000, 0, 60),
        point(2000, 0, 0),
    ]

    async def codes(**contingency: Any) -> list[str]:
        body = filing.plan(await desk.aircraft(), desk.later(600), around, contingency=contingency)
        parsed = validate(body, FlightPlanBody)
        answer = desk.services.flight_plans.check(principal(), body, parsed)
        reasons = orjson.loads(orjson.dumps(answer.document["decision"]))["reasons"]
        return [item["code"] for item in reasons if item["severity"] == "refuse"]

    assert await codes(lost_link="rtl") == ["lost_link_zone"]
    assert await codes(lost_link="rtl", return_route="reverse") == []
    assert await codes(lost_link="land") == []
    assert await codes(lost_link="hold") == []
    assert await codes(lost_link="alternate") == ["contingency_site_missing"]
    assert await codes(lost_link="alternate", alternate_site_id="nowhere") == ["site_unknown"]
    assert "lost_link_above_ceiling" in await codes(lost_link="rtl", rtl_altitude_agl_m=200.0)


async def test_a_flight_in_volumes_lands_from_wherever_it_may_be(desk: Desk) -> None:
    """Without a route its whole volume of the moment is where it may be: all of it, down to the ground, is reserved."""
    now = desk.clock.now()
    area = filing.volume(filing.square(0, 0, 200), now, now + timedelta(minutes=20), low_m=40, high_m=90)
    body = filing.volume_plan(await desk.aircraft(), now, [area])
    plan_id = (await desk.file(body)).document["plan_id"]
    await desk.services.plan_steps.activate(principal(), plan_id)
    desk.clock.advance(60)
    found = await declare(desk, plan_id, "engine_failure")
    assert found["procedure"] == "land"
    (row,) = desk.services.off_nominal.contingencies.open.live()
    low = orjson.loads(row.volumes)[0]["volume"]["altitude_lower"]["value"]
    assert low < 10
    below = filing.plan(await desk.aircraft("org_b"), desk.later(10), [point(0, -300, 15), point(0, 300, 15)])
    assert (await desk.file(below, "org_b")).status == 409


async def test_what_a_zone_told_follows_the_plan_and_ends_with_the_zone(desk: Desk) -> None:
    """A plan moved out of a zone is no longer told of it; when the zone's time is over nobody is."""
    zones, watch = desk.services.zone_desk, desk.services.off_nominal.watch
    moved, stays = await desk.filed(600), await desk.filed(600, [point(0, 200), point(1000, 200)])
    period = {"starts_at": filing.text(desk.clock.now()), "ends_at": filing.text(desk.later(1200))}
    zone = zones.parse(filing.zone(filing.square(500, 100, 150), zone_id="zn_short", applicability=[period]))
    await zones.publish(principal("regulator", "org_authority"), [zone])
    await desk.services.off_nominal.contingencies.way.settle()
    assert set(desk.services.advisories.actions_of("zone:zn_short")) == {moved, stays}
    rows = [*await told(desk, moved), *await told(desk, stays)]
    assert all(orjson.loads(row.offers) for row in rows)
    later = filing.plan((await desk.row(moved)).aircraft_id, desk.later(1800))
    await desk.services.flight_plans.modify(principal(), moved, later, validate(later, FlightPlanBody), 1)
    await watch._follow_zones()
    assert set(desk.services.advisories.actions_of("zone:zn_short")) == {stays}
    desk.clock.at += timedelta(seconds=1300)
    await watch._follow_zones()
    assert desk.services.advisories.actions_of("zone:zn_short") == {}
    (row,) = await told(desk, stays)
    assert row.withdrawn_at is not None
