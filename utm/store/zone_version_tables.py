"""The table of every version a zone ever had."""

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel


class ZoneVersionRow(SQLModel, table=True):
    """One change of a zone: published, changed, or withdrawn (then `feature` is what it was last)."""

    __tablename__ = "zone_versions"
    __table_args__ = ({"sqlite_autoincrement": True},)

    change_no: int | None = Field(default=None, primary_key=True)
    zone_id: str = Field(index=True)
    version: int
    feature: str = Field(sa_column=Column(Text, nullable=False))
    at: str
    by: str
    withdrawn: int
