"""Tables of forecasts, of weather limits, and of what was said before a departure."""

from sqlalchemy import Column, Index, LargeBinary, Text
from sqlmodel import Field, SQLModel


class WeatherForecastRow(SQLModel, table=True):
    """One imported field; the newest that is current holds."""

    __tablename__ = "weather_forecasts"

    forecast_id: str = Field(primary_key=True)
    source: str
    state: str
    """current, replaced or withdrawn"""
    issued_at: str
    valid_from: str
    valid_to: str
    steps: int
    cells: int
    samples: int
    reach_m: float
    imported_at: str
    imported_by: str
    field: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """cells, edges_s and values as a compressed numpy archive"""


class WeatherLimitsRow(SQLModel, table=True):
    """One version of what aircraft may fly in."""

    __tablename__ = "weather_limits"

    version: int = Field(primary_key=True)
    document: str = Field(sa_column=Column(Text, nullable=False))
    set_at: str
    set_by: str


class GoNoGoRow(SQLModel, table=True):
    """What was said of a plan shortly before its departure, and what followed."""

    __tablename__ = "go_no_go"
    __table_args__ = (Index("ix_go_no_go_plan", "plan_id", "verdict_no"),)

    verdict_no: int | None = Field(default=None, primary_key=True)
    plan_id: str
    plan_version: int
    judged_at: str
    outcome: str
    """go, no_go or unknown"""
    action: str
    """none, delayed or stopped"""
    document: str = Field(sa_column=Column(Text, nullable=False))
