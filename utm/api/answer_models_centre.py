"""Answers about approvals, advisories, contingencies and incidents; see `answer_models`."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from utm.api.answer_models import At, Cursor, Shape
from utm.api.flight_plan_models import CounterOfferAnswer, Volume4D


class StandingApproval(BaseModel):
    """An envelope under which routine flights need no application of their own."""

    standing_approval_id: str
    organisation_id: str
    state: str
    version: int
    name: str
    lower_agl_m: float
    upper_agl_m: float
    geometry: Shape | None = None
    radius_m: float | None = None
    applicability: list[dict[str, Any]] | None = None
    aircraft_ids: list[str] | None = None
    operation_types: list[str] | None = None
    applied_at: At
    decided_at: At | None
    decided_by: str | None
    reason: str | None
    policy_version: int | None = Field(None, description="The policy it was decided under.")


class StandingApprovals(BaseModel):
    """Standing approvals."""

    items: list[StandingApproval]
    next_cursor: Cursor


class Advisory(BaseModel):
    """What a firm is told about its flight."""

    advisory_id: str
    kind: str
    state: str
    plan_id: str | None
    zone_id: str | None
    action: str | None
    priority: int | None
    must_acknowledge: bool
    detail: str
    detail_zh: str
    starts_at: At | None
    ends_at: At | None
    counter_offers: list[CounterOfferAnswer]
    raised_at: At
    updated_at: At | None
    escalated_at: At | None
    acknowledged_at: At | None
    acknowledged_by: str | None
    withdrawn_at: At | None


class Advisories(BaseModel):
    """Advisories, newest first."""

    items: list[Advisory]
    next_cursor: Cursor


class Contingency(BaseModel):
    """A flight that cannot go on as planned, and the airspace it takes; the city's roles see who is in its way."""

    contingency_id: str
    plan_id: str
    aircraft_id: str
    organisation_id: str
    kind: str
    procedure: str
    state: Literal["proposed", "open", "ended", "dismissed"]
    version: int
    declared_at: At
    detected_at: At | None
    note: str | None
    landing_site_id: str | None
    starts_at: At
    ends_at: At
    volumes: list[Volume4D]
    recommended_action: str
    updated_at: At
    ended_at: At | None
    outcome: str | None
    declared_by: str | None = None
    action_list_id: str | None = None
    affected: list[dict[str, Any]] | None = None


class Contingencies(BaseModel):
    """Contingencies, newest first."""

    items: list[Contingency]
    next_cursor: Cursor


class Incident(BaseModel):
    """What somebody looks into."""

    incident_id: str
    title: str
    from_at: At = Field(alias="from")
    to: At
    bbox: list[float] | None
    plan_ids: list[str]
    notes: str
    created_at: At
    created_by: str
    organisation_id: str


class Incidents(BaseModel):
    """Incidents, newest first."""

    items: list[Incident]
    next_cursor: Cursor


class FlightRecord(BaseModel):
    """A flight's whole record, with the SHA-256 of each part."""

    plan_id: str
    manifest: dict[str, Any]
