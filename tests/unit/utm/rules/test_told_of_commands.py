"""A firm is told that the centre commands its flight, and must say that it has read it."""

from dataclasses import replace

from tests.fakes.desk import Desk, principal
from utm.command_values import Circumstance, Command, CommandState, Said, Step
from utm.rules.parts import tell_of_command


async def test_an_order_of_the_centre_is_an_advisory_that_escalates_by_silence(desk: Desk) -> None:
    """Told with type and reason, in the job that keeps the order; an own order and a zone's list are not told twice."""
    plan_id = await desk.filed()
    services, now = desk.services, desk.clock.now()
    order = Command(
        command_id="cmd_1", command_no=1, aircraft_id="ac_x", organisation_id="org_a", type="hold", params={},
        state=CommandState.QUEUED, circumstance=Circumstance("reason", None, "a helicopter lands"),
        requested_by="usr_1", requested_at=now, plan_id=plan_id, new_plan_id=None, batch_id=None, deadline_at=now,
        steps=(Step(CommandState.QUEUED, now, Said("", "")),), effect={},
    )  # fmt: skip
    untold = (
        replace(order, command_id="cmd_2", circumstance=Circumstance("own_fleet")),
        replace(order, command_id="cmd_3", circumstance=Circumstance("zone_action", "zn_1")),
    )
    for command in (order, *untold):
        await services.store.write(lambda session, one=command: tell_of_command(session, services.advisories, one))
    found = await services.advisories.page(organisation_id="org_a", plan_id=plan_id, before=None, limit=10)
    assert [(row.kind, row.action, bool(row.must_acknowledge)) for row in found] == [("command", "hold", True)]
    assert "a helicopter lands" in found[0].detail
    assert [item.advisory_id for item in services.advisories.present(principal())] == [found[0].advisory_id]
    assert services.advisories.present(principal(firm="org_b")) == []
    assert [row.advisory_id for row in services.advisories.waiting()] == [found[0].advisory_id]
    await services.advisories.acknowledge(principal(), found[0].advisory_id)
    assert services.advisories.waiting() == []
    await services.plan_steps.cancel(principal(), plan_id)
