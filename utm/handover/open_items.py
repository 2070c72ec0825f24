"""What a shift leaves open: alerts, shelved alarms, contingencies, decisions and orders, read from the store."""

from typing import Any, Final

import orjson
from sqlmodel import Session

from utm.alert_rules import SEVERITIES
from utm.store import alerts, commands, contingencies, plans

MOST: Final = 200
"""Of each kind at most (ours); `counts` holds the true numbers."""


def open_items(session: Session) -> dict[str, Any]:
    """Return everything somebody must still see to, with how many there are of each kind."""
    standing = gravest_first([orjson.loads(row.document) for row in alerts.open_alerts(session)])
    shelved = [item for item in standing if item["status"] == "shelved"]
    present = [item for item in standing if item["status"] != "shelved"]
    pending = list(plans.with_states(session, ("pending",)))
    under_way = commands.unfinished(session)
    off = contingencies.with_states(session, contingencies.LIVE)
    return {
        "counts": {
            "alerts": len(present),
            "shelved": len(shelved),
            "contingencies": len(off),
            "pending": len(pending),
            "commands": len(under_way),
        },
        "alerts": [_alert(item) for item in present[:MOST]],
        "shelved": [_alert(item) | {"until": item.get("shelved_until")} for item in shelved[:MOST]],
        "contingencies": [
            {
                "contingency_id": row.contingency_id,
                "plan_id": row.plan_id,
                "kind": row.kind,
                "state": row.state,
                "at": row.declared_at,
            }
            for row in off[:MOST]
        ],
        "pending": [
            {
                "plan_id": row.plan_id,
                "organisation_id": row.organisation_id,
                "at": orjson.loads(row.body)["departure_at"],
            }
            for row in pending[:MOST]
        ],
        "commands": [
            {
                "command_id": row.command_id,
                "aircraft_id": row.aircraft_id,
                "type": row.type,
                "state": row.state,
                "at": row.requested_at,
            }
            for row in under_way[:MOST]
        ],
    }


def gravest_first(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return alerts in the order a shift takes them over: the gravest first, then the oldest; so none of them is cut off."""
    return sorted(items, key=lambda item: (-SEVERITIES.index(item["severity"]), item["raised_at"], item["alert_id"]))


def _alert(item: dict[str, Any]) -> dict[str, Any]:
    names = ("alert_id", "kind", "severity", "status", "detail", "detail_zh", "track_id", "plan_id")
    return {name: item.get(name) for name in names} | {"at": item["raised_at"]}
