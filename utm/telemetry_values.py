"""Values of telemetry: who a track is, what is known of a link, what an organisation reports, a vehicle's clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from airspace.timebase import SCENE_EPOCH_AT
from airspace.tracks import Transition
from mavlink_bridge import events as ev

UNIX_OF_SCENE_ZERO_S: Final = SCENE_EPOCH_AT.timestamp()


@dataclass(frozen=True, slots=True)
class TrackIdentity:
    """Who a track is: `feeder_id` is the organisation that reports it, None for our own MAVLink links."""

    track_id: str
    source: str
    aircraft_id: str | None = None
    plan_id: str | None = None
    registration: str | None = None
    operator_id: str | None = None
    operator_name: str | None = None
    feeder_id: str | None = None
    peer: str | None = None
    """Link and system id of a vehicle of ours that nobody registered; all that tells who it is after a restart."""


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """What is known of the link to an aircraft; ages in seconds, None where nothing was heard."""

    vehicle: ev.VehicleKey
    endpoint: str
    up: bool
    age_s: float
    position_age_s: float | None
    lat_deg: float | None
    lon_deg: float | None
    alt_hae_m: float | None
    armed: bool | None
    landed: bool | None
    mode: str | None
    battery_pct: float | None
    signed: bool
    vel_east_mps: float | None = None
    vel_north_mps: float | None = None
    vel_up_mps: float | None = None
    clock_uncertainty_s: float | None = None
    """How wrong the time of its positions may be."""
    position_delay_s: float | None = None
    """How long the newest position was on its way, by the vehicle's clock as mapped to ours."""


@dataclass(frozen=True, slots=True)
class PositionReport:
    """One position of a supplier or operator, its aircraft already authorised; `reference` tells their tracks apart."""

    reference: str
    aircraft_id: str | None
    values: tuple[float, ...]
    """lat_deg, lon_deg, alt_hae_m, alt_amsl_m, alt_home_m, velocities east, north, up (m/s), heading, observed_s."""
    source: str
    landed: bool | None = None
    battery_pct: float | None = None


@dataclass(slots=True)
class Callbacks:
    """What the rest of the service is told; each is called on the event loop's thread and must be quick."""

    landed: list[Callable[[str], None]] = field(default_factory=list)
    transition: list[Callable[[Transition], None]] = field(default_factory=list)
    link: list[Callable[[str, bool], None]] = field(default_factory=list)
    bound: list[Callable[[str, ev.VehicleKey | None], None]] = field(default_factory=list)
    home: list[Callable[[str, ev.Home], None]] = field(default_factory=list)
    """Told when a vehicle's home moved by more than a metre, or was first heard."""
