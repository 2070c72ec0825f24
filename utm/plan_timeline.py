"""What happened to a flight, in order: its versions and steps, alerts, advisories, contingencies and commands.

Read from the store, so that it holds what was answered even where nothing was recorded of the flight itself.
"""

from collections.abc import Sequence
from typing import Any, Final

import orjson
from sqlmodel import Session

from utm.security import Principal
from utm.store import alert_search, alerts, commands, contingencies, journal, notices, plans
from utm.store.commands import CommandFilter
from utm.store.tables import FlightPlanRow

MAX_EACH: Final = 500
"""The most of each kind that is told (ours); the record of the flight holds all."""
_EARLIER_S: Final = 3600.0


def timeline(session: Session, row: FlightPlanRow, principal: Principal, now_s: float) -> list[dict[str, Any]]:
    """Return the events of a flight, oldest first: `at`, `kind`, `what`, `actor`, `detail`, `detail_zh`, `ref`.

    Who did something is told to the city's roles; a firm is told whether it did it itself.
    """
    found = [
        *_steps(session, row),
        *_alerts(session, row, principal, now_s),
        *_advisories(session, row),
        *_contingencies(session, row),
        *_commands(session, row),
    ]
    if not principal.sees_everything:
        for event in found:
            event["actor"] = event["actor"] if event["actor"] == principal.subject else None
    return sorted(found, key=lambda event: str(event["at"]))


def _event(at: str, kind: str, what: str, **more: Any) -> dict[str, Any]:
    blank = {"severity": None, "actor": None, "detail": None, "detail_zh": None, "ref": None}
    return {"at": at.replace("+00:00", "Z"), "kind": kind, "what": what, **blank, **more}


def _steps(session: Session, row: FlightPlanRow) -> list[dict[str, Any]]:
    """Return the audited steps of a plan; where one was judged, with the outcome and the first reason."""
    judged: dict[str, dict[str, Any]] = {}
    for version in plans.versions_of(session, row.plan_id):
        judged[version.judged_at] = orjson.loads(version.decision)
    found = []
    for line in journal.audit_of(session, row.plan_id)[:MAX_EACH]:
        detail = orjson.loads(line.detail)
        outcome = detail.get("outcome")
        reasons = _reasons_at(judged, line.at) if outcome is not None else []
        first = next((item for item in reasons if item.get("severity") != "warning"), None)
        found.append(
            _event(
                line.at,
                "plan",
                line.action.removeprefix("plan."),
                actor=line.actor,
                outcome=outcome,
                detail=None if first is None else first["detail"],
                detail_zh=None if first is None else first["detail_zh"],
            )
        )
    return found


def _reasons_at(judged: dict[str, dict[str, Any]], at: str) -> Sequence[dict[str, Any]]:
    """Return the reasons of the judgement of that instant, written with either sign of UTC."""
    for moment, decision in judged.items():
        if moment.replace("Z", "+00:00")[:19] == at.replace("Z", "+00:00")[:19]:
            reasons: list[dict[str, Any]] = decision.get("reasons", [])
            return reasons
    return []


def _alerts(session: Session, row: FlightPlanRow, principal: Principal, now_s: float) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    since_s = row.departure_s - _EARLIER_S
    for alert in alert_search.about_plan(session, row.plan_id, row.organisation_id, since_s, now_s, MAX_EACH):
        document = orjson.loads(alert.document)
        told = principal.sees_everything
        found.extend(
            _event(
                step.at,
                "alert",
                step.step,
                severity=step.severity,
                actor=step.actor,
                alert_kind=alert.kind,
                # Words about a pair name the other flight: those of a firm are in its own alerts.
                detail=document["detail"] if told else None,
                detail_zh=document["detail_zh"] if told else None,
                ref=alert.alert_id,
            )
            for step in alerts.steps_of(session, alert.alert_id)
        )
    return found


def _advisories(session: Session, row: FlightPlanRow) -> list[dict[str, Any]]:
    told = notices.advisories(session, organisation_id=None, plan_id=row.plan_id, before=None, limit=MAX_EACH)
    found = []
    for item in told:
        words = {"detail": item.detail, "detail_zh": item.detail_zh, "ref": item.advisory_id}
        found.append(_event(item.raised_at, "advisory", "raised", **words))
        if item.acknowledged_at is not None:
            found.append(_event(item.acknowledged_at, "advisory", "acknowledged", actor=item.acknowledged_by, **words))
        if item.withdrawn_at is not None:
            found.append(_event(item.withdrawn_at, "advisory", "withdrawn", **words))
    return found


def _contingencies(session: Session, row: FlightPlanRow) -> list[dict[str, Any]]:
    found = []
    for item in contingencies.of_plan(session, row.plan_id):
        more = {"ref": item.contingency_id, "contingency_kind": item.kind, "manoeuvre": item.manoeuvre}
        found.append(_event(item.declared_at, "contingency", "declared", actor=item.declared_by, **more))
        if item.ended_at is not None:
            found.append(_event(item.ended_at, "contingency", item.state, **more))
    return found


def _commands(session: Session, row: FlightPlanRow) -> list[dict[str, Any]]:
    where = CommandFilter(organisation_id=row.organisation_id, aircraft_id=row.aircraft_id)
    mine = [
        item
        for item in commands.page(session, where, before=None, limit=MAX_EACH)
        if row.plan_id in (item.plan_id, item.new_plan_id)
    ]
    steps = commands.steps_of(session, [item.command_id for item in mine])
    return [
        _event(
            step.at,
            "command",
            step.state,
            actor=item.requested_by,
            command_type=item.type,
            detail=step.detail,
            detail_zh=step.detail_zh,
            ref=item.command_id,
        )
        for item in mine
        for step in steps.get(item.command_id, [])
    ]
