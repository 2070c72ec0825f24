"""Tables of shift logs and their entries."""

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel


class HandoverRow(SQLModel, table=True):
    """The log of one shift: open, offered (signed by who leaves), closed (signed by who comes)."""

    __tablename__ = "handovers"

    handover_id: str = Field(primary_key=True)
    number: int = Field(unique=True)
    state: str = Field(index=True)
    opened_at: str
    opened_by: str
    opened_name: str
    previous_id: str | None = None
    remarks: str = Field(sa_column=Column(Text, nullable=False))
    out_at: str | None = None
    out_by: str | None = None
    out_name: str | None = None
    out_initials: str | None = None
    in_at: str | None = None
    in_by: str | None = None
    in_name: str | None = None
    in_initials: str | None = None
    items: str | None = Field(default=None, sa_column=Column(Text))
    """JSON of what was open when who leaves signed."""


class HandoverEntryRow(SQLModel, table=True):
    """One line somebody wrote into the log; never changed."""

    __tablename__ = "handover_entries"
    __table_args__ = ({"sqlite_autoincrement": True},)

    entry_no: int | None = Field(default=None, primary_key=True)
    handover_id: str = Field(index=True)
    at: str
    actor: str
    name: str
    kind: str
    text: str = Field(sa_column=Column(Text, nullable=False))
