"""What is known of the data link to an aircraft: how old, how late, how much is lost."""

from dataclasses import asdict, dataclass

from mavlink_bridge.bridge import Bridge
from mavlink_bridge.events import VehicleKey
from utm.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class LinkReport:
    """One aircraft's link; what was never heard or cannot be measured is None."""

    aircraft_id: str
    up: bool | None
    endpoint: str | None
    mavlink_version: int | None
    signed: bool | None
    heard_age_s: float | None
    """Since anything was heard of the vehicle."""
    heartbeat_age_s: float | None
    position_age_s: float | None
    """Since the newest position arrived."""
    position_delay_s: float | None
    """How long the newest position was on its way, by the vehicle's clock as mapped to ours."""
    clock_uncertainty_s: float | None
    """How wrong the time of its positions, and so the delay, may be."""
    frames: int | None
    lost: int | None
    loss_pct: float | None
    """Frames missing from the sequence since the link was opened."""
    rate_hz: float | None
    position_rate_hz: float | None

    def document(self) -> dict[str, object]:
        """Return the report as JSON."""
        return asdict(self)


def link_report(telemetry: Telemetry, bridge: Bridge, aircraft_id: str, now_s: float) -> LinkReport:
    """Return what is known of the link; an aircraft that no vehicle is bound to has a report without values."""
    link = telemetry.link_of(aircraft_id, now_s)
    key: VehicleKey | None = telemetry.vehicle_of(aircraft_id)
    info = None if key is None else bridge.vehicle(key)
    return LinkReport(
        aircraft_id=aircraft_id,
        up=None if link is None else link.up,
        endpoint=None if link is None else link.endpoint,
        mavlink_version=None if info is None else info.mavlink_version,
        signed=None if link is None else link.signed,
        heard_age_s=None if link is None else round(link.age_s, 2),
        heartbeat_age_s=None if info is None else round(info.link_age_s, 2),
        position_age_s=None if link is None else _rounded(link.position_age_s, 2),
        position_delay_s=None if link is None else _rounded(link.position_delay_s, 3),
        clock_uncertainty_s=None if link is None else _rounded(link.clock_uncertainty_s, 3),
        frames=None if info is None else info.frames,
        lost=None if info is None else info.lost,
        loss_pct=None if info is None else round(info.loss_pct, 2),
        rate_hz=None if info is None else round(info.rate_hz, 1),
        position_rate_hz=None if info is None else round(info.position_rate_hz, 1),
    )


def _rounded(value: float | None, decimals: int) -> float | None:
    return None if value is None else round(value, decimals)
