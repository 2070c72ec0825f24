"""Lists of actions as the API answers them."""

from collections.abc import Callable, Sequence
from typing import Any

import orjson

from utm.action_values import TRANSITIONS
from utm.store.contingency_tables import ActionItemRow, ActionListRow


def item_document(row: ActionItemRow) -> dict[str, Any]:
    """Return a flight on a list, with what its action rests on."""
    return {
        "item_id": row.item_id,
        "plan_id": row.plan_id,
        "aircraft_id": row.aircraft_id,
        "organisation_id": row.organisation_id,
        "flight": row.flight,
        "action": row.action,
        "state": row.state,
        **orjson.loads(row.document),
        "method": row.method,
        "command_id": row.command_id,
        "advisory_id": row.advisory_id,
        "requested_by": row.requested_by,
        "executed_at": row.executed_at,
        "deadline_at": row.deadline_at,
        "finished_at": row.finished_at,
        "detail": row.detail,
        "detail_zh": row.detail_zh,
    }


def list_document(
    found: ActionListRow, items: Sequence[ActionItemRow], show: Callable[[ActionItemRow], dict[str, Any]] | None
) -> dict[str, Any]:
    """Return a list with how many flights stand how; with `show`, every flight on it."""
    counts = dict.fromkeys(TRANSITIONS, 0)
    for item in items:
        counts[item.state] += 1
    document: dict[str, Any] = {
        "action_list_id": found.action_list_id,
        "cause_kind": found.cause_kind,
        "cause_id": found.cause_id,
        "state": found.state,
        "version": found.version,
        "created_at": found.created_at,
        "created_by": found.created_by,
        "updated_at": found.updated_at,
        "counts": counts,
    }
    return document if show is None else {**document, "items": [show(item) for item in items]}
