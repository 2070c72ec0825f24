"""Runs migrations on the connection the store hands over."""

from alembic import context
from sqlmodel import SQLModel

from utm.store import all_tables  # noqa: F401  (registers every table)

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
