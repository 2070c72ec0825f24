"""Answers about feeds, health and policy versions. See `answer_models`."""

from typing import Any, Literal

from pydantic import BaseModel

from utm.api.answer_models import At, Cursor


class MavlinkFeed(BaseModel):
    """One address vehicles report to."""

    address: str
    vehicles: int
    vehicles_up: int
    rate_hz: float
    position_rate_hz: float
    frames: int
    lost: int
    loss_pct: float | None
    age_s: float | None
    signed: int


class LinkOfVehicle(BaseModel):
    """The link of one vehicle."""

    endpoint: str
    system_id: int
    up: bool
    rate_hz: float
    position_rate_hz: float
    loss_pct: float
    age_s: float


class TrackFeed(BaseModel):
    """One source of positions; rate and refusals of those sent over the API alone."""

    source: str
    feeder_id: str | None
    feeder: str | None
    feeder_zh: str | None
    tracks: int
    age_s: float | None
    median_age_s: float | None
    rate_hz: float | None
    refused: int | None
    refused_pct: float | None


class SystemFeeds(BaseModel):
    """Every feed."""

    at: At
    mavlink: list[MavlinkFeed]
    worst_links: list[LinkOfVehicle]
    tracks: list[TrackFeed]
    counters: dict[str, int]


class DependencyHealth(BaseModel):
    """One thing the service leans on."""

    name: str
    state: Literal["ready", "degraded", "failing", "off"]
    why: str | None
    why_zh: str | None
    detail: dict[str, Any]


class SystemHealth(BaseModel):
    """Every dependency, the gravest first."""

    at: At
    items: list[DependencyHealth]


class PolicyVersion(BaseModel):
    """A policy that holds or held; `changed` names the members that differ from the version before."""

    version: int
    published_at: str
    published_by: str
    changed: list[str]
    policy: dict[str, Any]


class PolicyVersions(BaseModel):
    """Every version of the policy."""

    items: list[PolicyVersion]
    next_cursor: Cursor


class ZoneVersion(BaseModel):
    """One change of a zone; `in_force` tells whether it is what holds now."""

    zone_id: str
    version: int
    at: At
    by: str
    withdrawn: bool
    in_force: bool
    feature: dict[str, Any]


class ZoneVersions(BaseModel):
    """Changes of zones."""

    items: list[ZoneVersion]
    next_cursor: Cursor
