"""Tables of the checklists of degraded operation."""

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel


class ChecklistRow(SQLModel, table=True):
    """One checklist: open until somebody closes it."""

    __tablename__ = "checklists"

    checklist_id: str = Field(primary_key=True)
    kind: str
    state: str = Field(index=True)
    cause: str
    opened_at: str = Field(index=True)
    opened_by: str
    opened_name: str
    closed_at: str | None = None
    closed_by: str | None = None
    closed_name: str | None = None
    note: str = Field(sa_column=Column(Text, nullable=False))


class ChecklistStepRow(SQLModel, table=True):
    """A ticked step: who and when; every tick and every one taken back stands in the audit trail."""

    __tablename__ = "checklist_steps"

    checklist_id: str = Field(primary_key=True)
    step: str = Field(primary_key=True)
    at: str
    ticked_by: str
    name: str
    note: str = Field(sa_column=Column(Text, nullable=False))
