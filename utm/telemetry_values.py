"""Values of telemetry: who a track is, what is known of a link, what an organisation reports, a vehicle's clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from airspace.timebase import SCENE_EPOCH_AT
from airspace.tracks import Transition
from mavlink_bridge import events as ev

UNIX_OF_SCENE_ZERO_S: Final = SCENE_EPOCH_AT.timestamp()
CLOCK_RESYNC_S: Final = 1.0


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


@dataclass(slots=True)
class VehicleClock:
    """How a vehicle's time since boot maps to ours: the shift in use and the latest time since boot seen."""

    offset_s: float | None = None
    boot_ms: int = -1


def observed_s(clock: VehicleClock, event: ev.Position, received_s: float) -> float:
    """Return when the position was true, in scene seconds.

    Where the vehicle gives UTC, that. Else its time since boot, shifted by the least delay seen lately, so that jitter
    of the link does not reorder or smear positions; should the clocks part by more than a second (a simulation that
    runs slow, a clock that was set) the shift starts afresh.
    """
    if event.unix_time_s is not None:
        return event.unix_time_s - UNIX_OF_SCENE_ZERO_S
    if event.time_boot_ms is None:
        return received_s
    boot_s = event.time_boot_ms / 1000.0
    offset_s = received_s - boot_s
    newer = event.time_boot_ms > clock.boot_ms  # a straggler must not pass for news by moving the shift
    clock.boot_ms = max(clock.boot_ms, event.time_boot_ms)
    known_s = clock.offset_s
    if known_s is None or offset_s < known_s or (offset_s - known_s > CLOCK_RESYNC_S and newer):
        clock.offset_s = known_s = offset_s
    return boot_s + known_s
