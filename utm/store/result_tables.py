"""Table of what flights yielded: references to results that are kept elsewhere."""

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel


class PlanResultRow(SQLModel, table=True):
    """One result of a flight, by reference."""

    __tablename__ = "plan_results"
    __table_args__ = (Index("ix_plan_results_plan", "plan_id", "result_no"),)

    result_no: int | None = Field(default=None, primary_key=True)
    result_id: str = Field(unique=True)
    plan_id: str
    organisation_id: str
    kind: str
    url: str = Field(sa_column=Column(Text, nullable=False))
    sha256: str | None = None
    size_bytes: int | None = None
    note: str | None = Field(default=None, sa_column=Column(Text))
    added_at: str
    added_by: str
