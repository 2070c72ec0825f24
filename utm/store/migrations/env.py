"""Runs migrations on the connection the store hands over."""

from typing import Any, Literal

from alembic import context
from sqlmodel import AutoString, SQLModel

from utm.store import all_tables  # noqa: F401  (registers every table)


def _render(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Write SQLModel's text type as the plain one it is."""
    return "sa.String()" if kind == "type" and isinstance(item, AutoString) else False


connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True, render_item=_render)
with context.begin_transaction():
    context.run_migrations()
