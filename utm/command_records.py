"""Commands between their rows in the store, the document the API answers, and the live feed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import msgspec
import orjson

from airspace.timebase import from_scene_s, to_scene_s
from utm.command_values import Circumstance, Command, CommandState, CommandType, Said, Step
from utm.live_schema import CommandItem
from utm.plan_records import rfc3339
from utm.security import Principal
from utm.store.command_tables import CommandRow, CommandStepRow


def row_of(command: Command, *, runner: str, confirmation: str | None) -> CommandRow:
    """Return the row of a new command."""
    return CommandRow(
        command_id=command.command_id,
        command_no=command.command_no,
        aircraft_id=command.aircraft_id,
        organisation_id=command.organisation_id,
        type=command.type,
        params=orjson.dumps(dict(command.params)).decode(),
        state=command.state.value,
        circumstance=orjson.dumps(command.circumstance.as_dict()).decode(),
        requested_by=command.requested_by,
        requested_at=rfc3339(command.requested_at),
        plan_id=command.plan_id,
        new_plan_id=command.new_plan_id,
        batch_id=command.batch_id,
        confirmation=confirmation,
        override_reason=command.override_reason,
        runner=runner,
        deadline_s=to_scene_s(command.deadline_at),
        effect=orjson.dumps(dict(command.effect)).decode(),
    )


def step_row(command_id: str, step: Step) -> CommandStepRow:
    """Return the row of a transition."""
    return CommandStepRow(
        command_id=command_id,
        state=step.state.value,
        at=rfc3339(step.at),
        detail=step.said.en,
        detail_zh=step.said.zh,
    )


def command_of(row: CommandRow, steps: Sequence[CommandStepRow]) -> Command:
    """Return the command that a row and its transitions describe."""
    why = orjson.loads(row.circumstance)
    return Command(
        command_id=row.command_id,
        command_no=row.command_no,
        aircraft_id=row.aircraft_id,
        organisation_id=row.organisation_id,
        type=cast(CommandType, row.type),
        params=orjson.loads(row.params),
        state=CommandState(row.state),
        circumstance=Circumstance(why["kind"], why["ref"], why["reason"]),
        requested_by=row.requested_by,
        requested_at=datetime.fromisoformat(row.requested_at),
        plan_id=row.plan_id,
        new_plan_id=row.new_plan_id,
        batch_id=row.batch_id,
        deadline_at=from_scene_s(row.deadline_s),
        steps=tuple(
            Step(CommandState(step.state), datetime.fromisoformat(step.at), Said(step.detail, step.detail_zh))
            for step in steps
        ),
        effect=orjson.loads(row.effect),
        override_reason=row.override_reason,
    )


def item_of(command: Command) -> CommandItem:
    """Return what the live feed tells of a command."""
    return CommandItem(
        command_id=command.command_id,
        aircraft_id=command.aircraft_id,
        type=command.type,
        status=command.state.value,
        updated_at=command.steps[-1].at,
        detail=command.said.en,
        detail_zh=command.said.zh,
        requested_by=command.circumstance.kind,
        plan_id=command.plan_id,
        new_plan_id=command.new_plan_id,
        operator_id=command.organisation_id,
        batch_id=command.batch_id,
    )


def document(command: Command, principal: Principal) -> dict[str, Any]:
    """Return a command as the API answers it; who gave it is told to the centre, and to the firm of its own."""
    shown: dict[str, Any] = msgspec.to_builtins(item_of(command))
    shown |= {
        "state": command.state.value,
        "params": dict(command.params),
        "circumstance": command.circumstance.as_dict(),
        "requested_at": rfc3339(command.requested_at),
        "deadline_at": rfc3339(command.deadline_at),
        "overridden": command.override_reason is not None,
        "effect": dict(command.effect),
        "steps": [
            {"state": step.state.value, "at": rfc3339(step.at), "detail": step.said.en, "detail_zh": step.said.zh}
            for step in command.steps
        ],
    }
    if principal.sees_everything or command.circumstance.kind == "own_fleet":
        shown |= {"requested_by_subject": command.requested_by, "override_reason": command.override_reason}
    return shown
