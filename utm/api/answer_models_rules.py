"""Answers about the rule clock: approvals, days, reports of events; see `answer_models`."""

from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from utm.api.answer_models import At, Cursor
from utm.api.flight_plan_models import ReasonAnswer


class PolicyPresetOrder761Rules(BaseModel):
    """The answer about policy preset order761 rules, as far as it is documented by its members; more may come."""

    application_days_before: int | None = None
    application_by: str | None = None
    decision_by: str | None = None
    late_application: str | None = None
    late_standing_filing: str | None = None
    emergency_apply_s: float | None = None
    emergency_decide_s: float | None = None
    late_readiness: str | None = None
    report_within_s: float | None = None
    report_events: list[str] | None = None
    exempt_classes: list[str] | None = None
    suitable_ceiling_agl_m: float | None = None
    state_operations: list[str] | None = None
    state_ceiling_agl_m: float | None = None
    assumed_triggers: dict[str, Any] | None = None
    class_limits: dict[str, Any] | None = None
    agricultural_limits: dict[str, Any] | None = None
    agricultural_operations: list[str] | None = None


class PolicyPresetOrder761(BaseModel):
    """The answer about policy preset order761, as far as it is documented by its members; more may come."""

    readiness_lead_s: float | None = None
    rules: PolicyPresetOrder761Rules | None = None


class StandingDay(BaseModel):
    """A day filed under a standing approval."""

    standing_day_id: str
    standing_approval_id: str | None = Field(description="null: the whole fleet's.")
    organisation_id: str
    date: date
    flights: int
    taken: int = Field(description="Slots that plans of the day hold.")
    filed_at: At
    filed_by: str
    filed_late: bool
    note: str | None
    policy_version: int


class StandingDays(BaseModel):
    """Filed days, soonest first."""

    items: list[StandingDay]
    next_cursor: Cursor


class AuthorityDelivery(BaseModel):
    """How the application reaches the authority's own system."""

    state: str
    attempts: int
    reference: str | None
    error: str | None
    next_attempt_at: At | None


class Article27Missing(BaseModel):
    """An item of Article 27 that is missing."""

    item: int
    field: str
    title: str
    title_zh: str
    detail: str
    detail_zh: str


class Article27Item(BaseModel):
    """An item of Article 27 as the authority reads it."""

    item: int
    title: str
    title_zh: str
    field: str
    required: bool
    given: bool
    value: Any = Field(description="What was filed under it.")


class ApprovalEntry(BaseModel):
    """Something that waits for a decision, or was decided; what is a flight's alone is null of a standing approval."""

    approval_id: str
    kind: str = Field(description="plan, release or standing_approval.")
    state: str
    plan_id: str | None
    standing_approval_id: str | None
    organisation_id: str
    organisation_name: str
    aircraft_id: str | None
    registration: str | None
    aircraft_class: str | None
    operation_type: str | None
    priority: int | None
    departure_at: At | None
    ends_at: At | None
    plan_state: str | None
    plan_version: int | None
    application: str | None
    triggers: list[str]
    reasons: list[ReasonAnswer]
    missing_items: list[Article27Missing]
    readiness_reported_at: At | None
    readiness_late: bool
    released_at: At | None
    envelope: dict[str, Any] | None = Field(None, description="Of a standing approval.")
    submitted_at: At | None
    due_at: At | None
    overdue: bool
    adapter: str
    delivery: AuthorityDelivery
    decided_at: At | None
    decided_by: str | None
    decision_reason: str | None
    policy_version: int | None


class ApprovalDetail(ApprovalEntry):
    """One entry; of a plan with the form of Article 27."""

    form: list[Article27Item] | None = None


class ApprovalCounts(BaseModel):
    """How many wait, by kind."""

    plan: int
    release: int
    standing_approval: int
    overdue: int


class Approvals(BaseModel):
    """The queue, soonest due first, or what was decided, newest first."""

    items: list[ApprovalEntry]
    next_cursor: Cursor
    counts: ApprovalCounts | None = None


class EventReport(BaseModel):
    """A report that is owed after an event, or was filed."""

    report_id: str
    organisation_id: str
    plan_id: str | None
    aircraft_id: str | None
    kind: str
    state: str = Field(description="open, due, filed or waived.")
    event_at: At
    landed_at: At | None
    due_at: At | None
    overdue: bool
    filed_at: At | None
    filed_by: str | None
    late: bool | None
    reason: str | None
    report: dict[str, Any] | None
    policy_version: int | None


class EventReports(BaseModel):
    """Reports, newest first."""

    items: list[EventReport]
    next_cursor: Cursor
