"""Temporary zones and their lists: notice, recommendations, two steps, and every action seen through."""

from collections.abc import Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from airspace.timebase import to_scene_s
from tests.fakes.desk import Desk, principal
from tests.fakes.filing import place, point
from utm.command_values import CommandState, Said
from utm.problems import Problem
from utm.store import journal, notices

DISPATCHER = principal("dispatcher", "org_centre")
OTHER = principal("dispatcher", "org_other")


class Vehicles:
    """Takes orders as the command desk does; the test says how each ends."""

    def __init__(self) -> None:
        self.listeners: list[Any] = []
        self.orders: list[tuple[Any, Any, Any]] = []
        self.refused: dict[str, str] = {}
        self.commands: dict[str, Any] = {}

    async def order(self, requests: Sequence[Any], circumstance: Any, *, override: Any = None, by: Any = None) -> Any:
        answers = []
        for request in requests:
            self.orders.append((request, circumstance, by))
            code = self.refused.get(request.aircraft_id)
            if code is not None:
                answers.append(SimpleNamespace(request=request, command=None, problem=Problem(code)))
                continue
            command = SimpleNamespace(
                command_id=f"cmd_{len(self.orders)}", state=CommandState.QUEUED, done=False, said=Said("", "")
            )
            self.commands[request.aircraft_id] = command
            answers.append(SimpleNamespace(request=request, command=command, problem=None))
        return answers

    def end(self, aircraft_id: str, state: CommandState, said: str = "seen") -> None:
        command = self.commands[aircraft_id]
        command.state, command.done, command.said = state, True, Said(said, said)
        for listener in self.listeners:
            listener(command)


@pytest.fixture
def vehicles(desk: Desk) -> Vehicles:
    made = Vehicles()
    actions = desk.services.off_nominal.actions
    actions.carrier._orders = made
    made.listeners.append(actions._on_command)
    return made


def feature(radius_m: float = 400.0, east_m: float = 2000.0, **more: Any) -> dict[str, Any]:
    """A disc around a place."""
    lat, lon = place(east_m, 0)
    properties = {
        "name": "Fire", "restriction": "PROHIBITED", "lower_m": 0, "upper_m": None, "datum": "AGL",
        "radius_m": radius_m, **more,
    }  # fmt: skip
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]}, "properties": properties}


async def drawn(
    desk: Desk, *, after_s: float = 0.0, lasts_s: float = 1800.0, why: str | None = "fire", **more: Any
) -> Any:
    now = desk.clock.now() + timedelta(seconds=after_s)
    return await desk.services.off_nominal.zones.draw(
        feature(**more), category="urgent", starts_at=now, ends_at=now + timedelta(seconds=lasts_s), override_reason=why
    )


async def airborne(desk: Desk, north_m: float = 0.0, firm: str = "org_a", start_m: float = 0.0) -> str:
    way = [point(start_m, north_m, 60), point(start_m + 4000, north_m, 60)]
    plan_id = await desk.filed(10, way, firm)
    await desk.services.plan_steps.activate(principal(firm=firm), plan_id)
    return plan_id


async def published(desk: Desk, **more: Any) -> dict[str, Any]:
    found = await desk.services.off_nominal.zones.publish(DISPATCHER, await drawn(desk, **more))
    await desk.services.off_nominal.actions.settle()
    await desk.services.off_nominal.contingencies.way.settle()
    return dict(await desk.services.off_nominal.actions.get(found["action_list_id"]))


async def confirm(desk: Desk, list_id: str, items: Any = None, by: Any = DISPATCHER) -> dict[str, Any]:
    """Both steps."""
    actions = desk.services.off_nominal.actions
    with pytest.raises(Problem) as caught:
        await actions.execute(by, list_id, items, None)
    assert caught.value.code == "confirmation_required"
    await actions.execute(by, list_id, items, caught.value.extra["confirmation_token"])
    await actions.settle()
    return dict(await actions.get(list_id))


def by_plan(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {item["plan_id"]: item for item in found["items"]}


@pytest.mark.parametrize(
    ("category", "after_s", "why", "fits"),
    [
        ("event", 86_400, None, True),
        ("event", 86_000, None, False),
        ("event", 60, "a fire", True),
        ("urgent", 1_800, None, True),
        ("urgent", 1_700, None, False),
        ("urgent", 0, "a fire", True),
    ],
)
async def test_notice_is_that_of_the_rules_or_an_emergency_on_record(
    desk: Desk, category: Any, after_s: float, why: str | None, fits: bool
) -> None:
    """24 hours for an event, 30 minutes when urgent; less only with a reason, which stands in the audit trail."""
    starts = desk.clock.now() + timedelta(seconds=after_s)
    zones = desk.services.off_nominal.zones
    one = await zones.draw(
        feature(zone_id="zn_t"), category=category, starts_at=starts, ends_at=starts + timedelta(hours=1),
        override_reason=why,
    )  # fmt: skip
    if not fits:
        with pytest.raises(Problem) as caught:
            await zones.publish(DISPATCHER, one)
        assert caught.value.code == "notice_too_short"
        assert "zn_t" not in desk.services.book.zones
        return
    await zones.publish(DISPATCHER, one)
    lines = await desk.services.store.read(lambda session: journal.audit_of(session, "zn_t"))
    assert ("temporary_zone.override" in [line.action for line in lines]) == (why is not None)
    if why is not None:
        assert why in lines[-1].detail


async def test_each_flight_has_one_action_and_the_sooner_comes_first(desk: Desk, vehicles: Vehicles) -> None:
    """In the air before the zone: hold or around it; inside: out of it; not started: later or another way."""
    inside = await airborne(desk, 0.0, start_m=1400)
    before = await airborne(desk, 200.0)
    clear = await airborne(desk, 3000.0)
    waiting = await desk.filed(600, [point(1000, 0, 60), point(3000, 0, 60)])
    desk.clock.advance(60)
    found = await published(desk, lasts_s=900.0)
    items = by_plan(found)
    assert set(items) == {inside, before, waiting}
    assert clear not in items
    assert [item["plan_id"] for item in found["items"]][:2] == [inside, before]
    assert items[inside]["action"] in ("rtl", "land")
    assert items[before]["action"] in ("hold", "reroute")
    assert items[waiting]["action"] in ("delay", "reroute")
    assert items[waiting]["counter_plan"]["aircraft_id"] == (await desk.row(waiting)).aircraft_id
    assert (found["cause_kind"], found["state"], found["counts"]["proposed"]) == ("zone", "open", 3)


@pytest.mark.parametrize("after_s", [0.0, 0.5, 20.0])
async def test_who_is_inside_has_a_way_out_also_when_the_zone_is_about_to_begin(
    desk: Desk, vehicles: Vehicles, after_s: float
) -> None:
    """A flight in the middle of a zone is told to come home or down, whether it is in force already or in some moments."""
    inside = await airborne(desk, 0.0)
    desk.clock.advance(130)
    found = await published(desk, after_s=after_s, radius_m=1500.0)
    assert by_plan(found)[inside]["action"] in ("rtl", "land")


async def test_a_plan_that_is_moved_as_well_bars_nobodys_way_out(desk: Desk, vehicles: Vehicles) -> None:
    """What has not started and is in the list itself is moved first: a flight inside is not left without a way because of it."""
    inside = await airborne(desk, 0.0)
    behind = await desk.filed(160, [point(600, 0, 60), point(3900, 0, 60)])
    desk.clock.advance(130)
    items = by_plan(await published(desk, radius_m=1500.0))
    assert set(items) == {inside, behind}
    assert items[inside]["action"] in ("rtl", "land")


async def test_nothing_is_done_before_the_second_step_and_a_token_fits_one_person_and_order(
    desk: Desk, vehicles: Vehicles
) -> None:
    """The first call must do nothing; the token holds for who asked, for what was asked, for two minutes, once."""
    first, second = await airborne(desk, 0.0), await airborne(desk, 400.0)
    desk.clock.advance(30)
    found = await published(desk)
    actions, list_id = desk.services.off_nominal.actions, found["action_list_id"]
    one = by_plan(found)[first]["item_id"]
    with pytest.raises(Problem) as caught:
        await actions.execute(DISPATCHER, list_id, [one], None)
    token = caught.value.extra["confirmation_token"]
    assert [effect["item_id"] for effect in caught.value.extra["effects"]] == [one]
    assert vehicles.orders == []
    for who, items in ((OTHER, [one]), (DISPATCHER, None)):
        with pytest.raises(Problem) as caught:
            await actions.execute(who, list_id, items, token)
        assert caught.value.code == "confirmation_invalid"
    desk.clock.advance(130)
    with pytest.raises(Problem) as caught:
        await actions.execute(DISPATCHER, list_id, [one], token)
    assert caught.value.code == "confirmation_invalid"
    assert vehicles.orders == []
    after = by_plan(await confirm(desk, list_id, [one]))
    assert (after[first]["state"], after[second]["state"]) == ("executing", "proposed")
    ((request, circumstance, who),) = vehicles.orders
    assert (request.aircraft_id, circumstance.kind, circumstance.ref) == (
        after[first]["aircraft_id"], "zone_action", found["cause_id"],
    )  # fmt: skip
    assert who is DISPATCHER
    with pytest.raises(Problem) as caught:
        await actions.execute(DISPATCHER, list_id, [one], None)
    assert caught.value.code == "nothing_to_execute"


async def test_every_action_ends_confirmed_or_escalated(desk: Desk, vehicles: Vehicles) -> None:
    """Confirmed only by the command's own end; refused, silent and unreachable vehicles call a person, once each."""
    plans = [await airborne(desk, 130.0 * k - 260) for k in range(4)]
    desk.clock.advance(30)
    found = await published(desk)
    ids = {plan: by_plan(found)[plan]["aircraft_id"] for plan in plans}
    vehicles.refused[ids[plans[3]]] = "vehicle_not_connected"
    after = by_plan(await confirm(desk, found["action_list_id"]))
    assert {after[plan]["state"] for plan in plans} == {"executing"}
    assert after[plans[3]]["method"] == "advisory"
    vehicles.end(ids[plans[0]], CommandState.CONFIRMED)
    vehicles.end(ids[plans[1]], CommandState.REFUSED, "not now")
    actions = desk.services.off_nominal.actions
    await actions.settle()
    assert [c.kind for c in actions.conditions()] == ["action_unconfirmed"]
    (advisory,) = [a for a in desk.services.advisories.waiting() if a.kind == "action"]
    await desk.services.advisories.acknowledge(principal(), advisory.advisory_id)
    await actions.sweep()
    desk.clock.advance(26)
    await actions.sweep()
    after = by_plan(await actions.get(found["action_list_id"]))
    states = [after[plan]["state"] for plan in plans]
    assert states == ["confirmed", "escalated", "escalated", "confirmed"]
    assert after[plans[1]]["detail"] == "not now"
    # An order may still turn out well, and an escalated one may be given again.
    vehicles.end(ids[plans[2]], CommandState.CONFIRMED)
    await actions.settle()
    again = by_plan(await confirm(desk, found["action_list_id"]))
    assert (again[plans[2]]["state"], again[plans[1]]["state"]) == ("confirmed", "executing")
    vehicles.end(ids[plans[1]], CommandState.CONFIRMED)
    await actions.settle()
    assert (await actions.get(found["action_list_id"]))["state"] == "done"
    assert actions.conditions() == []


async def test_plans_that_have_not_started_are_moved_by_the_second_step(desk: Desk, vehicles: Vehicles) -> None:
    """One with a counter-plan takes it, one without is withdrawn, their firms are told; the sky holds what stands."""
    moved = await desk.filed(600, [point(1000, 0, 60), point(3000, 0, 60)])
    gone = await desk.filed(900, [point(1900, 0, 60), point(2100, 0, 60)], "org_b")
    found = await published(desk, lasts_s=86_400.0)
    assert by_plan(found)[gone]["action"] == "cancel"
    after = by_plan(await confirm(desk, found["action_list_id"]))
    assert {after[plan]["state"] for plan in (moved, gone)} == {"confirmed"}
    assert ((await desk.row(moved)).state, (await desk.row(gone)).state) == ("approved", "withdrawn")
    assert (await desk.row(moved)).version == 2
    impact = desk.services.zone_desk.impact(desk.services.book.zones[found["cause_id"]].zone)
    assert impact.filed == []
    for plan_id, kind in ((moved, "plan_changed"), (gone, "plan_withdrawn")):
        rows = await desk.services.store.read(
            lambda s, ref=plan_id: notices.advisories(s, organisation_id=None, plan_id=ref, before=None, limit=9)  # type: ignore[misc]
        )
        assert kind in [row.kind for row in rows]


async def test_a_withdrawn_zone_asks_for_nothing_any_more(desk: Desk, vehicles: Vehicles) -> None:
    """What was proposed is withdrawn with the zone, and what firms were told because of it."""
    plan_id = await airborne(desk)
    desk.clock.advance(30)
    found = await published(desk)
    assert desk.services.advisories.waiting()
    await desk.services.off_nominal.zones.withdraw(DISPATCHER, found["cause_id"])
    after = await desk.services.off_nominal.actions.get(found["action_list_id"])
    assert (by_plan(after)[plan_id]["state"], after["state"]) == ("withdrawn", "done")
    assert desk.services.advisories.waiting() == []
    with pytest.raises(Problem) as caught:
        await desk.services.off_nominal.zones.withdraw(DISPATCHER, found["cause_id"])
    assert caught.value.code == "not_found"


async def test_a_landed_flight_leaves_its_list(desk: Desk, vehicles: Vehicles) -> None:
    """A flight that ends while its order runs has done it; one that was only proposed is no longer asked for."""
    flown, other = await airborne(desk, 0.0), await airborne(desk, 400.0)
    desk.clock.advance(30)
    found = await published(desk)
    await confirm(desk, found["action_list_id"], [by_plan(found)[flown]["item_id"]])
    for plan_id in (flown, other):
        await desk.services.plan_steps.landed((await desk.row(plan_id)).aircraft_id)
    after = by_plan(await desk.services.off_nominal.actions.get(found["action_list_id"]))
    assert (after[flown]["state"], after[other]["state"]) == ("confirmed", "withdrawn")


async def test_two_hundred_flights_in_a_three_kilometre_zone(desk: Desk, vehicles: Vehicles) -> None:
    """Every one of them has one action, no two that hold are too near each other, and after the orders each has ended."""
    plans = []
    for k in range(200):
        lane, layer, place_in_lane = k % 25, (k // 25) % 2, k // 50
        north, alt, start = 120.0 * lane - 1440, 60.0 + 30.0 * layer, -1600.0 - 300.0 * place_in_lane
        way = [point(start, north, alt), point(3000, north, alt)]
        plans.append(await desk.filed(30, way))
        await desk.services.plan_steps.activate(principal(), plans[-1])
    desk.clock.advance(40)
    zone = await drawn(desk, radius_m=3000.0, east_m=2500.0)
    assert {draft.plan.plan_id for draft in zone.drafts} == set(plans)
    found = await desk.services.off_nominal.zones.publish(DISPATCHER, zone)
    listed = by_plan(found["action_list"])
    assert len(listed) == 200
    assert {item["action"] for item in listed.values()} <= {"hold", "rtl", "land", "separate", "reroute"}
    re = desk.services.off_nominal.reevaluation
    now_s = to_scene_s(desk.clock.now())
    live = {plan.plan_id: plan for plan in desk.services.sky.all()}
    holds = [re.volumes(live[p], "hold", now_s + 600)[0] for p, item in listed.items() if item["action"] == "hold"]
    from utm.reevaluation import touch

    separation = live[plans[0]].separation
    assert not any(touch(a, b, separation) for i, a in enumerate(holds) for b in holds[:i])
    assert len(holds) > 100
