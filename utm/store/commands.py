"""Statements about commands, their transitions and their reservations."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session

from utm.store.command_tables import CommandReservationRow, CommandRow, CommandStepRow
from utm.store.sql import as_record, as_values, insert, of_owner, run, table, update

RESERVED = "reserved"
RELEASED = "released"
UNFINISHED = ("queued", "sent", "accepted")

_commands = table(CommandRow)
_steps = table(CommandStepRow)
_reservations = table(CommandReservationRow)


@dataclass(frozen=True, slots=True)
class CommandFilter:
    """What a list of commands is narrowed to; None leaves a field open."""

    organisation_id: str | None = None
    aircraft_id: str | None = None
    states: frozenset[str] | None = None
    batch_id: str | None = None


def next_command_no(session: Session) -> int:
    """Return a number no command has had."""
    return int(run(session, "SELECT coalesce(max(command_no), 0) FROM commands").fetchone()[0]) + 1


def add(session: Session, row: CommandRow) -> None:
    """Keep a new command."""
    insert(session, CommandRow, as_values(row))


def get(session: Session, command_id: str, owner: str | None = None) -> CommandRow | None:
    """Return a command, or None; with an `owner`, only that organisation's."""
    query = select(_commands).where(_commands.c.command_id == command_id, *of_owner(_commands, owner))
    row = session.execute(query).one_or_none()
    return None if row is None else as_record(CommandRow, row)


def set_state(session: Session, command_id: str, state: str) -> None:
    """Say where a command stands."""
    update(session, CommandRow, "command_id", command_id, {"state": state})


def add_step(session: Session, row: CommandStepRow) -> None:
    """Append a transition; its number is given by the store."""
    values = as_values(row)
    values.pop("step_no")
    insert(session, CommandStepRow, values)


def steps_of(session: Session, command_ids: list[str]) -> dict[str, list[CommandStepRow]]:
    """Return the transitions of these commands, oldest first."""
    found: dict[str, list[CommandStepRow]] = {command_id: [] for command_id in command_ids}
    query = select(_steps).where(_steps.c.command_id.in_(command_ids)).order_by(_steps.c.step_no)
    for row in session.execute(query):
        found[row.command_id].append(as_record(CommandStepRow, row))
    return found


def unfinished(session: Session) -> list[CommandRow]:
    """Return every command that has not ended, oldest first."""
    query = select(_commands).where(_commands.c.state.in_(UNFINISHED)).order_by(_commands.c.command_no)
    return [as_record(CommandRow, row) for row in session.execute(query)]


def unfinished_of(session: Session, aircraft_id: str) -> list[CommandRow]:
    """Return the commands of an aircraft that have not ended, oldest first."""
    query = (
        select(_commands)
        .where(_commands.c.aircraft_id == aircraft_id, _commands.c.state.in_(UNFINISHED))
        .order_by(_commands.c.command_no)
    )
    return [as_record(CommandRow, row) for row in session.execute(query)]


def confirmation_used(session: Session, confirmation: str) -> bool:
    """Tell whether a confirmation has led to a command before."""
    query = select(_commands.c.command_id).where(_commands.c.confirmation == confirmation).limit(1)
    return session.execute(query).first() is not None


def page(session: Session, where: CommandFilter, *, before: int | None, limit: int) -> list[CommandRow]:
    """Return commands, newest first, numbered below `before`."""
    query = select(_commands).order_by(_commands.c.command_no.desc()).limit(limit)
    if where.organisation_id is not None:
        query = query.where(_commands.c.organisation_id == where.organisation_id)
    if where.aircraft_id is not None:
        query = query.where(_commands.c.aircraft_id == where.aircraft_id)
    if where.states is not None:
        query = query.where(_commands.c.state.in_(sorted(where.states)))
    if where.batch_id is not None:
        query = query.where(_commands.c.batch_id == where.batch_id)
    if before is not None:
        query = query.where(_commands.c.command_no < before)
    return [as_record(CommandRow, row) for row in session.execute(query)]


# -- reservations ------------------------------------------------------------------------------------------------------


def add_reservation(session: Session, row: CommandReservationRow) -> None:
    """Keep a reservation."""
    insert(session, CommandReservationRow, as_values(row))


def get_reservation(session: Session, command_id: str) -> CommandReservationRow | None:
    """Return the reservation of a command, or None."""
    query = select(_reservations).where(_reservations.c.command_id == command_id)
    row = session.execute(query).one_or_none()
    return None if row is None else as_record(CommandReservationRow, row)


def standing_reservations(session: Session, at_s: float) -> list[CommandReservationRow]:
    """Return the reservations that hold at an instant in scene seconds, oldest first."""
    query = (
        select(_reservations)
        .where(_reservations.c.state == RESERVED, _reservations.c.ends_s > at_s)
        .order_by(_reservations.c.command_no)
    )
    return [as_record(CommandReservationRow, row) for row in session.execute(query)]


def standing_with_override(session: Session, at_s: float) -> list[tuple[CommandReservationRow, str | None]]:
    """Return the standing reservations, each with the reason a dispatcher gave for accepting its conflicts, if any."""
    found = standing_reservations(session, at_s)
    wanted = [row.command_id for row in found]
    query = select(_commands.c.command_id, _commands.c.override_reason).where(_commands.c.command_id.in_(wanted))
    reasons: dict[str, str | None] = {row[0]: row[1] for row in session.execute(query)}
    return [(row, reasons.get(row.command_id)) for row in found]


def continuations(session: Session) -> frozenset[frozenset[str]]:
    """Return the pairs of plans of which a reroute makes the second follow the first."""
    rows = run(
        session,
        "SELECT plan_id, new_plan_id FROM commands WHERE type = 'reroute' AND plan_id IS NOT NULL "
        "AND new_plan_id IS NOT NULL",
    ).fetchall()
    return frozenset(frozenset((row[0], row[1])) for row in rows)


def change_reservation(session: Session, command_id: str, values: dict[str, object]) -> None:
    """Change columns of a reservation."""
    update(session, CommandReservationRow, "command_id", command_id, values)
