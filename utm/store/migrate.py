"""Brings a store to the newest schema with alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

_SCRIPTS = Path(__file__).parent / "migrations"


def config() -> Config:
    """Return alembic's configuration without an ini file."""
    settings = Config()
    settings.set_main_option("script_location", str(_SCRIPTS))
    return settings


def upgrade(engine: Engine) -> None:
    """Apply every migration the store has not seen, in one transaction that other processes wait for."""
    with engine.begin() as connection:
        settings = config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
