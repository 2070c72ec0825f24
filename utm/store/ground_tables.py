"""Tables of population grids, of the rules of ground risk and noise, and of the network as edited."""

from sqlalchemy import Column, LargeBinary, Text
from sqlmodel import Field, SQLModel


class PopulationGridRow(SQLModel, table=True):
    """One imported grid; the newest that is current holds."""

    __tablename__ = "population_grids"

    grid_id: str = Field(primary_key=True)
    source: str
    state: str
    """current, replaced or withdrawn"""
    items: int
    known_share: float
    people: int
    imported_at: str
    imported_by: str
    field: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """people_per_km2 as a compressed numpy archive"""


class GroundRulesRow(SQLModel, table=True):
    """One version of the rules of ground risk and noise."""

    __tablename__ = "ground_rules"

    version: int = Field(primary_key=True)
    document: str = Field(sa_column=Column(Text, nullable=False))
    set_at: str
    set_by: str


class NetworkItemRow(SQLModel, table=True):
    """A site or corridor as published here, in place of the one of its id in the city's data pack."""

    __tablename__ = "network_items"

    item_id: str = Field(primary_key=True)
    kind: str
    """site or corridor"""
    version: int
    feature: str = Field(sa_column=Column(Text, nullable=False))
    published_at: str
    published_by: str
    withdrawn_at: str | None = None
