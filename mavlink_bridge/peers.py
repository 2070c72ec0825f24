"""Peers: the links and vehicles a registry remembers, within bounds, and what is known of each."""

from __future__ import annotations

import importlib.util
from collections.abc import Container
from dataclasses import asdict

import msgspec
import numpy as np

from .columns import LinkColumns, StreamColumns, VehicleColumns
from .events import VehicleKey
from .lane import Lane
from .link import STREAMS_PER_LINK, Counters, Link
from .signing import Credential, Keyring
from .vehicle import Vehicle


class Limits(msgspec.Struct, frozen=True):
    """Bounds that keep hostile bytes at a bounded cost; what is evicted or refused is counted."""

    peers: int = 20_000
    vehicles: int = 20_000
    vehicles_per_peer: int = 64
    heartbeat_lost_after_s: float = 3.0
    high_latency_lost_after_s: float = 60.0
    evict_peer_after_s: float = 10.0
    forget_after_s: float = 3600.0


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


class Peers:
    """All links and vehicles, of which `mavlink_bridge.registry` hears."""

    def __init__(self, limits: Limits | None = None, *, require_signing: bool = False) -> None:
        self.limits = limits or Limits()
        self.require_signing = require_signing
        self.keyring = Keyring()
        self._links: dict[str, Link] = {}
        self._link_in: dict[int, Link] = {}
        self.link_columns = LinkColumns(64, self.limits.peers + 1)
        self.stream_columns = StreamColumns(64, STREAMS_PER_LINK * (self.limits.peers + 1))
        self.vehicle_columns = VehicleColumns(64, self.limits.vehicles + 1)
        self.vehicle_in: dict[int, Vehicle] = {}
        self.lane: Lane | None = None
        self._vehicles: dict[VehicleKey, Vehicle] = {}
        self._totals = Counters()
        self._extra: dict[str, int] = dict.fromkeys(
            (
                "peers_evicted",
                "peers_refused",
                "vehicles_refused",
                "vehicles_forgotten",
                "links_lost",
                "reboots",
                "frames_of_strangers",
                "adsb_echoes",
                "heartbeats_of_others",
            ),
            0,
        )

    def open_lane(self) -> bool:
        """Let batches of datagrams take the fast lane; returns whether they will (not where all must be signed)."""
        if self.require_signing or importlib.util.find_spec("numba") is None:
            return False
        if self.lane is None:
            self.lane = Lane(self.link_columns, self.stream_columns, self.vehicle_columns)
            for link in self._links.values():
                self.lane.link_added(link)
        return True

    def close_lane(self) -> None:
        """Take everything frame by frame again."""
        self.lane = None

    def _remember(self, link: Link, now: float) -> bool:
        if len(self._links) >= self.limits.peers:
            oldest = self._oldest_but(link)
            if oldest is None or now - oldest.heard_at < self.limits.evict_peer_after_s:
                self._extra["peers_refused"] += 1
                return False
            self._extra["peers_evicted"] += 1
            self._drop_link(oldest)
        self._links[link.endpoint] = self._link_in[link.slot] = link
        if self.lane is not None:
            self.lane.link_added(link)
        return True

    def _oldest_but(self, newcomer: Link) -> Link | None:
        held = self.link_columns.held
        heard_at = np.where(held["used"] == 1, held["heard_at"], np.inf)
        heard_at[newcomer.slot] = np.inf
        return self._link_in.get(int(np.argmin(heard_at)))

    def _drop_link(self, link: Link) -> None:
        del self._links[link.endpoint], self._link_in[link.slot]
        if self.lane is not None:
            self.lane.link_dropped(link)
        link.close()

    def _set_vehicle(self, link: Link, system_id: int, vehicle: Vehicle | None) -> None:
        """Let `vehicle` be who speaks with that system id on a link, None: nobody."""
        if vehicle is None:
            del link.vehicles[system_id]
        else:
            link.vehicles[system_id] = vehicle
        if self.lane is not None:
            self.lane.vehicle_set(link, system_id, vehicle)

    def close(self, endpoint: str) -> None:
        """Forget what is left over of a stream whose connection ended; its vehicles stay until they are silent."""
        link = self._links.get(endpoint)
        if link is not None:
            link.counters.dropped_bytes += len(link.rest)
            self._totals.dropped_bytes += len(link.rest)
            link.rest = b""

    # ----------------------------------------------------------------------------------------------------- snapshots

    def endpoint_of(self, vehicle: VehicleKey) -> str | None:
        """Return where to answer a vehicle: the endpoint its last heartbeat came from."""
        known = self._vehicles.get(vehicle)
        return known.endpoint if known else None

    def target_of(self, vehicle: VehicleKey) -> Vehicle | None:
        """Return the live record of a vehicle, for the bridge that commands it."""
        return self._vehicles.get(vehicle)

    def credential_on(self, endpoint: str, system_id: int) -> Credential | None:
        """Return the credential that signed on an endpoint, with which answers must be signed."""
        link = self._links.get(endpoint)
        return link.bound.get(system_id) if link else None

    def credentials_on(self, endpoint: str) -> list[Credential]:
        """Return every credential that signed on an endpoint."""
        link = self._links.get(endpoint)
        return list(link.bound.values()) if link else []

    def speaks_only_version_1(self, endpoint: str) -> bool:
        """Whether the vehicles of an endpoint sent their last heartbeats in MAVLink 1."""
        link = self._links.get(endpoint)
        if link is None or not link.vehicles:
            return False
        return all(vehicle.mavlink_version == 1 for vehicle in link.vehicles.values())

    def links_of_version_1(self) -> list[int]:
        """Return the slots of the links whose vehicles sent their last heartbeats in MAVLink 1."""
        held = self.vehicle_columns.held
        found = []
        for slot in np.flatnonzero((held["used"] == 1) & (held["version"] == 1)).tolist():
            link = self._links.get(self.vehicle_in[slot].endpoint)
            if link is not None and self.speaks_only_version_1(link.endpoint):
                found.append(link.slot)
        return found

    def links(self, *, heard_after: float, but: Container[int] = ()) -> list[Link]:
        """Return the peers heard after that time whose slots are not in `but`."""
        held = self.link_columns.held
        slots = np.flatnonzero((held["used"] == 1) & (held["heard_at"] > heard_after))
        return [self._link_in[slot] for slot in slots.tolist() if slot not in but]

    def link_of(self, endpoint: str) -> Link | None:
        """Return the live record of a peer, for the bridge that answers it."""
        return self._links.get(endpoint)

    def slow_vehicles(self, rate_hz: float) -> list[Vehicle]:
        """Return the vehicles whose link is up and whose positions come more slowly than `rate_hz`."""
        held = self.vehicle_columns.held
        slow = (held["used"] == 1) & (held["link_up"] == 1) & (held["position_rate_hz"] < rate_hz)
        return [self.vehicle_in[slot] for slot in np.flatnonzero(slow).tolist()]

    def endpoints(self, heard_after: float = float("-inf")) -> list[str]:
        """Return the endpoints of the peers remembered and heard after that time, the one silent longest first."""
        slots = self.link_columns.slots()
        slots = slots[self.link_columns.held["heard_at"][slots] > heard_after]
        return [self._link_in[slot].endpoint for slot in slots.tolist()]

    def link_counters(self, endpoint: str) -> dict[str, int] | None:
        """Return the counts of one link, None for a peer that is not remembered."""
        link = self._links.get(endpoint)
        return link.totals() if link else None

    def vehicles(self, now: float) -> list[VehicleInfo]:
        """Return a snapshot of every vehicle known."""
        return [self._info(vehicle, now) for vehicle in self._vehicles.values()]

    def info_of(self, vehicle: VehicleKey, now: float) -> VehicleInfo | None:
        """Return a snapshot of one vehicle, None when it is not known."""
        known = self._vehicles.get(vehicle)
        return None if known is None else self._info(known, now)

    def _info(self, vehicle: Vehicle, now: float) -> VehicleInfo:
        link = self._links.get(vehicle.endpoint)
        heard, lost = link.sequence_totals(vehicle.key.system_id) if link else (0, 0)
        return VehicleInfo(
            vehicle=vehicle.key,
            endpoint=vehicle.endpoint,
            autopilot=vehicle.autopilot,
            vehicle_type=vehicle.vehicle_type,
            component_id=vehicle.component_id,
            mavlink_version=vehicle.mavlink_version,
            signed=vehicle.signed,
            credential=vehicle.key.credential,
            link_up=vehicle.link_up,
            link_age_s=max(0.0, now - vehicle.last_heartbeat_at),
            armed=vehicle.armed,
            mode=vehicle.mode,
            frames=vehicle.frames,
            lost=lost,
            loss_pct=100.0 * lost / (heard + lost) if heard else 0.0,
            rate_hz=vehicle.rate_hz,
            position_rate_hz=vehicle.position_rate_hz,
        )

    def counters(self) -> dict[str, int]:
        """Return the totals over all links since the start, by name (for metrics)."""
        return {**asdict(self._totals), **self._extra, "peers": len(self._links), "vehicles": len(self._vehicles)}
