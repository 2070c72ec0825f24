"""Answers about fleet, tracks, alerts and commands; see `answer_models`."""

from typing import Any, Literal

from pydantic import BaseModel

from utm.api.answer_models import At, Cursor
from utm.api.flight_plan_models import ReasonAnswer, Volume4D


class LinkReport(BaseModel):
    """The data link to an aircraft; null where nothing is known."""

    aircraft_id: str
    up: bool | None
    endpoint: str | None
    mavlink_version: int | None
    signed: bool | None
    heard_age_s: float | None
    heartbeat_age_s: float | None
    position_age_s: float | None
    position_delay_s: float | None
    clock_uncertainty_s: float | None
    frames: int | None
    lost: int | None
    loss_pct: float | None
    rate_hz: float | None
    position_rate_hz: float | None


class Contact(BaseModel):
    """Whom to call about a firm's flights."""

    organisation_id: str
    duty_name: str | None
    phone: str | None
    radio: str | None
    email: str | None
    updated_at: At | None = None


class Profile(BaseModel):
    """A flight's heights against the ground, zones and corridors: one value per sample in each column."""

    plan_id: str
    version: int
    terrain: dict[str, Any]
    tolerance_m: float
    length_m: float | None
    samples: dict[str, list[Any]] | None
    zones: list[dict[str, Any]]
    corridors: list[dict[str, Any]]


class TimelineEvent(BaseModel):
    """Something that happened to a flight."""

    at: At
    kind: str
    what: str
    severity: str | None
    actor: str | None
    detail: str | None
    detail_zh: str | None
    ref: str | None


class Timeline(BaseModel):
    """What happened to a flight, oldest first."""

    plan_id: str
    items: list[TimelineEvent]


class IngestFault(BaseModel):
    """A position that was not taken, or taken with a remark."""

    index: int
    code: str
    detail: str


class IngestAnswer(BaseModel):
    """What came of reported positions."""

    accepted: int
    rejected: list[IngestFault]
    flagged: list[IngestFault]


class Observation(BaseModel):
    """Where a track was at an instant."""

    lat_deg: float
    lon_deg: float
    alt_hae_m: float | None
    alt_amsl_m: float | None
    vel_east_mps: float | None
    vel_north_mps: float | None
    vel_up_mps: float | None
    heading_deg: float | None
    observed_at: At
    received_at: At


class TrackHistory(BaseModel):
    """Where a track has been."""

    track_id: str
    items: list[Observation]
    next_cursor: Cursor


class AlertStep(BaseModel):
    """A step of an alert's life; who took it is told to the city's roles."""

    step: str
    at: At
    severity: str
    actor: str | None = None
    initials: str | None = None
    note: str | None = None


class Events(BaseModel):
    """Messages of the live feed after `since`."""

    items: list[dict[str, Any]]
    seq: int
    complete: bool
    next_cursor: Cursor


class CommandEffect(BaseModel):
    """What an order would do."""

    aircraft_id: str
    type: str
    detail: str
    detail_zh: str
    allowed: bool
    confirmation_required: bool | None = None
    volumes: list[Volume4D] | None = None
    starts_at: At | None = None
    ends_at: At | None = None
    reasons: list[ReasonAnswer] | None = None
    affected: list[dict[str, Any]] | None = None
    recommended: dict[str, Any] | None = None
    decision: dict[str, Any] | None = None
    problem: str | None = None


class CommandCheck(BaseModel):
    """What orders would do, and the token that confirms them."""

    effects: list[CommandEffect]
    confirmation_required: bool
    confirmation_token: str | None
    confirmation_expires_at: At | None


class Way(BaseModel):
    """A way a flight in the air could take instead; `plan` is the body of a reroute."""

    kind: Literal["rest", "around", "direct", "site"]
    site_id: str | None
    detail: str
    detail_zh: str
    arrives_at: At
    length_m: float
    plan: dict[str, Any]


class Reroutes(BaseModel):
    """Ways of one flight that would be approved now."""

    aircraft_id: str
    plan_id: str
    items: list[Way]


class CommandStep(BaseModel):
    """A transition of an order."""

    state: str
    at: At
    detail: str
    detail_zh: str


class Command(BaseModel):
    """An order to a vehicle with every transition."""

    command_id: str
    aircraft_id: str
    type: str
    status: Literal["queued", "sent", "accepted", "confirmed", "refused", "timed_out"]
    state: Literal["queued", "sent", "accepted", "confirmed", "refused", "timed_out"]
    updated_at: At
    detail: str | None
    detail_zh: str | None
    requested_by: str | None
    plan_id: str | None
    new_plan_id: str | None
    operator_id: str | None
    batch_id: str | None
    params: dict[str, Any]
    circumstance: dict[str, Any]
    requested_at: At
    deadline_at: At
    overridden: bool
    effect: dict[str, Any]
    steps: list[CommandStep]
    requested_by_subject: str | None = None
    override_reason: str | None = None


class Commands(BaseModel):
    """Orders to vehicles, newest first."""

    items: list[Command]
    next_cursor: Cursor


class MassItemAnswer(BaseModel):
    """What came of the order to one of several vehicles."""

    aircraft_id: str
    command: Command | None
    problem: dict[str, Any] | None


class MassAnswer(BaseModel):
    """One item per vehicle, in order."""

    items: list[MassItemAnswer]
