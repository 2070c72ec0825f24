"""Registry: which vehicles speak on which links, and what their bytes mean (signatures first; body follows)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from .events import Event, VehicleKey


class Limits(msgspec.Struct, frozen=True):
    """Bounds that keep hostile bytes at a bounded cost; what is evicted is counted."""

    peers: int = 20_000
    vehicles: int = 20_000
    vehicles_per_peer: int = 64
    heartbeat_lost_after_s: float = 3.0
    peer_forgotten_after_s: float = 300.0


class VehicleInfo(msgspec.Struct, frozen=True):
    """Snapshot of one vehicle: its identity, the age and quality of its link."""

    vehicle: VehicleKey
    endpoint: str
    autopilot: int
    vehicle_type: int
    component_id: int
    mavlink_version: int
    signed: bool
    credential: str | None
    link_up: bool
    link_age_s: float  # since the last heartbeat
    armed: bool
    mode: str | None
    frames: int
    lost: int
    loss_pct: float
    rate_hz: float  # frames a second, smoothed
    position_rate_hz: float


class Registry:
    """All links and vehicles of a bridge; pure: bytes and time in, events out."""

    def __init__(self, limits: Limits | None = None, *, ignore_icao: frozenset[int] = frozenset()) -> None:
        raise NotImplementedError

    def feed(self, endpoint: str, data: bytes | Sequence[bytes], now: float) -> list[Event]:
        """Return the events of one datagram (or several, or a piece of a stream) received from `endpoint` at `now`."""
        raise NotImplementedError

    def tick(self, now: float) -> list[Event]:
        """Return what time alone brings about: links lost; call it at least every half second."""
        raise NotImplementedError

    def expect_signing(self, credential: str, key: bytes, system_id: int) -> None:
        """Register the 32-byte signing key of the vehicle `credential` that flies with `system_id`."""
        raise NotImplementedError

    def vehicles(self, now: float) -> list[VehicleInfo]:
        """Return a snapshot of every vehicle known."""
        raise NotImplementedError

    def counters(self) -> dict[str, int]:
        """Return the totals over all links since the start, by name (for metrics)."""
        raise NotImplementedError
