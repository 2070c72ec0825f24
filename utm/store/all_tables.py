"""Imports every table once, so that SQLModel's metadata is whole."""

from utm.store import (
    alert_tables,
    command_tables,
    contact_tables,
    contingency_tables,
    duty_tables,
    handover_tables,
    identity_tables,
    incident_tables,
    logistics_tables,
    notice_tables,
    offer_tables,
    result_tables,
    rule_tables,
    tables,
    weather_tables,
    webhook_tables,
)

__all__ = [
    "alert_tables",
    "command_tables",
    "contact_tables",
    "contingency_tables",
    "duty_tables",
    "handover_tables",
    "identity_tables",
    "incident_tables",
    "logistics_tables",
    "notice_tables",
    "offer_tables",
    "result_tables",
    "rule_tables",
    "tables",
    "weather_tables",
    "webhook_tables",
]
