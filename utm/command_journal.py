"""What is stored of a command: every transition, told at once, is stored right after, in order, with its audit line."""

from typing import Any

import orjson
from sqlmodel import Session

from utm.command_records import step_row
from utm.command_values import Command, CommandState
from utm.store import commands as records
from utm.store.journal import record_audit


def keep_step(session: Session, command: Command) -> None:
    """Store the latest transition with its audit line."""
    step = command.steps[-1]
    records.set_state(session, command.command_id, command.state.value)
    records.add_step(session, step_row(command.command_id, step))
    asked = command.state is CommandState.QUEUED
    detail: dict[str, Any] = {"aircraft_id": command.aircraft_id, "type": command.type, "detail": step.said.en}
    if asked:
        detail |= {
            "params": dict(command.params),
            "circumstance": command.circumstance.as_dict(),
            "override": command.override_reason,
            "plan_id": command.plan_id,
            "new_plan_id": command.new_plan_id,
            "batch_id": command.batch_id,
        }
    record_audit(
        session,
        at=step.at,
        actor=command.requested_by if asked else "system",
        organisation_id=command.organisation_id,
        action=f"command.{command.state.value}",
        object_kind="command",
        object_id=command.command_id,
        detail=orjson.loads(orjson.dumps(detail)),
    )
