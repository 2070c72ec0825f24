"""Imports every table once, so that SQLModel's metadata is whole."""

from utm.store import identity_tables, incident_tables, notice_tables, offer_tables, tables

__all__ = ["identity_tables", "incident_tables", "notice_tables", "offer_tables", "tables"]
