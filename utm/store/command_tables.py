"""Tables of commands to vehicles, of their transitions, and of the airspace they reserve."""

from sqlalchemy import BLOB, Column, Index, Text
from sqlmodel import Field, SQLModel


class CommandRow(SQLModel, table=True):
    """An order to a vehicle (`utm.command_values.Command`)."""

    __tablename__ = "commands"
    __table_args__ = (
        Index("ix_commands_state", "state", "deadline_s"),
        Index("ix_commands_aircraft", "aircraft_id", "command_no"),
        # A firm's lists walk its own commands alone, whatever they are narrowed to.
        Index("ix_commands_organisation", "organisation_id", "command_no"),
    )

    command_id: str = Field(primary_key=True)
    command_no: int = Field(unique=True)
    """Counts commands; the engine's key of a reservation is made from it."""
    aircraft_id: str
    organisation_id: str
    type: str
    params: str = Field(sa_column=Column(Text, nullable=False))
    """JSON of what was asked beside the type."""
    state: str
    circumstance: str
    """JSON: why it may be asked."""
    requested_by: str
    requested_at: str
    plan_id: str | None = None
    """The flight it was asked of."""
    new_plan_id: str | None = None
    """The plan a reroute or an upload is about."""
    batch_id: str | None = Field(default=None, index=True)
    confirmation: str | None = Field(default=None, index=True)
    """What the second step was confirmed with; it holds once."""
    override_reason: str | None = None
    runner: str
    """Which server carries it out."""
    deadline_s: float
    """Scene seconds by which it has ended one way or the other."""
    effect: str = Field(sa_column=Column(Text, nullable=False))
    """JSON of what the dispatcher was told it would do."""


class CommandStepRow(SQLModel, table=True):
    """One transition of a command."""

    __tablename__ = "command_steps"
    __table_args__ = ({"sqlite_autoincrement": True},)

    step_no: int | None = Field(default=None, primary_key=True)
    command_id: str = Field(index=True)
    state: str
    at: str
    detail: str
    detail_zh: str


class CommandReservationRow(SQLModel, table=True):
    """Airspace a command reserves, from before it is sent until its outcome is known or the time has passed."""

    __tablename__ = "command_reservations"
    __table_args__ = (Index("ix_command_reservations_state", "state", "ends_s"),)

    command_id: str = Field(primary_key=True)
    command_no: int
    aircraft_id: str = Field(index=True)
    organisation_id: str
    state: str
    """reserved, released."""
    starts_s: float
    ends_s: float
    horizontal_m: float
    vertical_m: float
    time_buffer_s: float
    body: str = Field(sa_column=Column(Text, nullable=False))
    """A flight-plan body of volumes, JSON, so that whoever reads plans can read it."""
    h3_cells: str = Field(sa_column=Column(Text, nullable=False))
    geometry: bytes = Field(sa_column=Column(BLOB, nullable=False))
