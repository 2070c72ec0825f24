"""Typed access to SQLAlchemy's view of a SQLModel table, for the statements on the hot path."""

from typing import Any, cast

from sqlalchemy import Table
from sqlmodel import SQLModel


def table(model: type[SQLModel]) -> Table:
    """Return the SQLAlchemy table of a SQLModel class."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]


def as_values(row: SQLModel) -> dict[str, Any]:
    """Return the row's columns by name."""
    return {column.name: getattr(row, column.name) for column in table(type(row)).columns}
