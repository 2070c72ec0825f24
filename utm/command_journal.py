"""The journal of commands: every transition told at once is stored right after, in order, with its audit line."""

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
import structlog
from sqlmodel import Session

from utm.command_records import step_row
from utm.command_values import Command, CommandState
from utm.store import commands as records
from utm.store.journal import record_audit
from utm.store.store import Store, StoreUnavailableError

_log = structlog.get_logger(__name__)


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


class CommandJournal:
    """What waits to be stored of commands under way."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[Callable[[Session], None]] = []
        self._writing: asyncio.Future[None] | None = None
        self.failures = 0

    def put(self, job: Callable[[Session], None]) -> None:
        """Store something after everything before it."""
        self._waiting.append(job)
        self.write()

    async def close(self) -> None:
        """Wait until everything is stored, or the store fails for good."""
        while self._writing is not None:
            await asyncio.wait([self._writing])
            await asyncio.sleep(0)

    def write(self) -> None:
        """Store what waits in its order, one batch at a time; a batch that fails goes first into the next."""
        if self._writing is not None or not self._waiting:
            return
        batch, self._waiting = self._waiting, []

        def job(session: Session) -> None:
            for keep in batch:
                keep(session)

        try:
            future = self._store.enqueue(job)
        except StoreUnavailableError:
            self._waiting = batch + self._waiting
            return
        self._writing = future

        def done(finished: "asyncio.Future[None]") -> None:
            self._writing = None
            failure = None if finished.cancelled() else finished.exception()
            if finished.cancelled() or failure is not None:
                self.failures += 1
                _log.warning("commands_not_stored", steps=len(batch), reason=str(failure))
                self._waiting = batch + self._waiting  # the sweep tries again
            else:
                self.write()

        future.add_done_callback(done)
