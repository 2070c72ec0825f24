"""Registry: which vehicles speak on which links, and what their bytes mean; pure: bytes and time in, events out.

A vehicle is a system whose autopilot sends heartbeats (autopilot != INVALID, and not a ground station or an antenna
tracker), keyed by the link it speaks on, or by its credential where its signature is verified. The autopilot's
component is the one that sends that heartbeat, whatever its number. Radios, ground stations, gimbals, companions are no
vehicles.

The link of a vehicle, from the registry's point of view:

    state      | heartbeat                    | silence > limit   | silence > forget
    -----------+------------------------------+-------------------+----------------------------
    (none)     | VehicleFound -> up           |                   |
    up         | Heartbeat                    | LinkLost -> down  |
    down       | LinkRecovered, Heartbeat ->up|                   | VehicleForgotten -> (none)

A heartbeat proves that the autopilot runs and the link carries, nothing else: not that the position is fresh, nor that
commands arrive. The limit is 3 s, or a minute for a vehicle that speaks HIGH_LATENCY2 (it stands for the heartbeat).

Hostile bytes cost bounded time (codec.py) and memory: a peer is remembered only once it sent a correct frame, peers and
vehicles are bounded, and a peer that is speaking is never evicted for a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from . import modes
from .codec import Frame
from .events import (
    CREDENTIAL_PREFIX,
    EndpointChanged,
    Event,
    Heartbeat,
    LinkLost,
    LinkRecovered,
    RadioStatus,
    Rebooted,
    VehicleForgotten,
    VehicleFound,
    VehicleKey,
)
from .lane import Datagrams, Routine
from .layouts import LAYOUTS
from .link import Link
from .peers import Limits, Peers, VehicleInfo
from .signing import Credential
from .translate import TRANSLATORS
from .vehicle import REPEATED, Vehicle

__all__ = ["Limits", "Registry", "VehicleInfo"]

HEARTBEAT = 0
SYSTEM_TIME = 2
GLOBAL_POSITION_INT = 33
RADIO_STATUS = 109
RADIO = 166
HIGH_LATENCY2 = 235
ADSB_VEHICLE = 246
NOT_AIRCRAFT_TYPES = frozenset({5, 6})  # antenna tracker, ground station
UNKNOWN_RADIO = 255


class Registry(Peers):
    """All links and vehicles of a bridge.

    `ignore_icao` are the ICAO addresses of our own aircraft: traffic sent to a vehicle comes back from it as
    ADSB_VEHICLE, and such echoes are dropped. With `require_signing` frames without a verified signature are refused.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        ignore_icao: frozenset[int] = frozenset(),
        require_signing: bool = False,
    ) -> None:
        super().__init__(limits, require_signing=require_signing)
        self.ignore_icao = ignore_icao
        self._ticked_at: float | None = None

    # ------------------------------------------------------------------------------------------------------- feeding

    def feed(self, endpoint: str, data: bytes | Sequence[bytes], now: float) -> list[Event]:
        """Return the events of one datagram (or several, or a piece of a stream) received from `endpoint` at `now`.

        `endpoint` is "udp:IP:PORT" for datagrams, "tcp:IP:PORT" or "serial:DEVICE" for streams; `now` is unix seconds.
        Never raises for any bytes.
        """
        out: list[Event] = []
        if isinstance(data, bytes | bytearray | memoryview):
            self._feed_one(endpoint, bytes(data), now, out)
        else:
            for piece in data:
                self._feed_one(endpoint, bytes(piece), now, out)
        return out

    def _feed_one(self, endpoint: str, data: bytes, now: float, out: list[Event]) -> None:
        link = self._links.get(endpoint)
        known = link is not None
        if link is None:
            link = Link(endpoint, now, self.link_columns, self.stream_columns)
        data, found = link.scan(data)
        size = len(data)
        self._totals.add_scan(found, size)
        if not known:
            # Streams are bounded by the connections accepted; a datagram's sender must first say something correct.
            unheard = not link.is_stream and not any(frame.known for frame in found.frames)
            if unheard or not self._remember(link, now):
                link.close()
                return
        link.counters.add_scan(found, size)
        link.heard_at = now
        for frame in found.frames:
            self._take(link, frame, data, now, out)

    def feed_batch(
        self,
        batch: Datagrams,
        endpoint_of: Callable[[npt.NDArray[np.uint64]], str],
        route: int,
        now: float,
        *,
        busy: Iterable[VehicleKey] = (),
    ) -> tuple[Routine, list[Event]]:
        """Return what was routine in a batch of datagrams and the events of the rest; needs an open lane.

        `endpoint_of` names the peer of an address, `route` numbers the transport; of `busy` vehicles every message
        becomes an event. For each vehicle what was routine came before the events.
        """
        lane = self.lane
        assert lane is not None, "the lane is closed"
        held_back = []
        for key in busy:
            vehicle = self._vehicles.get(key)
            link = None if vehicle is None else self._links.get(vehicle.endpoint)
            if link is not None:
                held_back.append(link.slot)
        routine, slow = lane.take(
            batch, route, now, vehicle_in=self.vehicle_in, held_back=held_back, counters=self._totals
        )
        out: list[Event] = []
        for number in slow:
            endpoint = endpoint_of(batch.addresses[number])
            self._feed_one(endpoint, batch.piece(number), now, out)
            link = self._links.get(endpoint)
            if link is not None:
                lane.addressed(link, batch.addresses[number], route)
        return routine, out

    # ----------------------------------------------------------------------------------------------------- one frame

    def _take(self, link: Link, frame: Frame, data: bytes, now: float, out: list[Event]) -> None:
        system_id, component_id = frame.system_id, frame.component_id
        if not frame.known:
            # Its header is unchecked: it may fill a gap in a sender's numbers, it may not introduce a sender.
            if system_id << 8 | component_id in link.streams:
                link.note_sequence(system_id, component_id, frame.sequence, self._totals)
            return
        if system_id == 0:
            return
        credential: Credential | None = None
        if frame.signed or link.bound or self.require_signing:
            accepted, credential = self._authenticate(link, frame, data, now)
            if not accepted:
                return
        senders = len(link.streams)
        late = link.note_sequence(system_id, component_id, frame.sequence, self._totals)
        if self.lane is not None and len(link.streams) > senders:
            self.lane.sender_added(link, system_id << 8 | component_id)
        message_id = frame.message_id
        vehicle = link.vehicles.get(system_id)
        if message_id == HEARTBEAT:
            self._heartbeat(link, frame, data, credential=credential, now=now, out=out)
            return
        if message_id in {RADIO_STATUS, RADIO}:
            self._radio(link, data, frame, now, out)
            return
        translate = TRANSLATORS.get(message_id)
        if vehicle is None:
            if message_id != HIGH_LATENCY2:
                self._extra["frames_of_strangers"] += 1
                return
        else:
            vehicle.frames += 1
        if translate is None:
            return
        fields = LAYOUTS[message_id].unpack(data[frame.payload_at : frame.payload_at + frame.payload_length])
        if message_id == HIGH_LATENCY2:
            vehicle = self._greet(link, frame, fields[10], fields[9], credential=credential, now=now, out=out)
            if vehicle is None:
                return
            vehicle.high_latency = True
            vehicle.columns.beat_end[vehicle.slot] = -1  # it tells a mode of its own: no heartbeat is a repetition
        assert vehicle is not None
        if message_id == GLOBAL_POSITION_INT:
            self._note_clock(vehicle, frame, fields[0], late=late, now=now, out=out)
        elif message_id == SYSTEM_TIME:
            self._note_clock(vehicle, frame, fields[1], late=late, now=now, out=out)
        elif message_id == ADSB_VEHICLE and fields[0] in self.ignore_icao:
            self._extra["adsb_echoes"] += 1
            return
        translate(vehicle, component_id, fields, now, out)
        if message_id in REPEATED and component_id == vehicle.component_id:
            vehicle.remember(message_id, data[frame.payload_at : frame.payload_at + frame.payload_length])

    def _note_clock(
        self, vehicle: Vehicle, frame: Frame, boot_ms: int, *, late: bool, now: float, out: list[Event]
    ) -> None:
        if frame.component_id != vehicle.component_id:
            return
        before = vehicle.note_boot_time(boot_ms, late=late)
        if before is not None:
            self._extra["reboots"] += 1
            out.append(Rebooted(vehicle.key, now, boot_ms, before))

    def _radio(self, link: Link, data: bytes, frame: Frame, now: float, out: list[Event]) -> None:
        fields = LAYOUTS[frame.message_id].unpack(data[frame.payload_at : frame.payload_at + frame.payload_length])
        errors, _fixed, *levels = fields
        rssi, remote, buffer_pct, noise, remote_noise = levels
        known = [None if level == UNKNOWN_RADIO else level for level in (rssi, remote, noise, remote_noise)]
        out.extend(
            RadioStatus(vehicle.key, now, known[0], known[1], known[2], known[3], buffer_pct, errors)
            for vehicle in link.vehicles.values()
        )

    # ------------------------------------------------------------------------------------------------------- signing

    def expect_signing(self, credential: str, key: bytes, system_id: int) -> None:
        """Register the 32-byte signing key of the vehicle `credential` that flies with `system_id`.

        From then on its frames count for VehicleKey("key:" + credential, system_id) wherever they come from. An
        endpoint on which it has signed once is held to it: unsigned frames with its system id are refused there.
        """
        self.keyring.add(credential, key, system_id)

    def forget_signing(self, credential: str) -> None:
        """Withdraw a credential: its frames no longer verify, and are refused where it signed before."""
        self.keyring.remove(credential)

    def _authenticate(self, link: Link, frame: Frame, data: bytes, now: float) -> tuple[bool, Credential | None]:
        system_id = frame.system_id
        bound = link.bound.get(system_id)
        if not frame.signed:
            if bound is None and not self.require_signing:
                return True, None
            self._count(link, "unsigned_refused")
            return False, None
        if bound is not None and self.keyring.get(bound.name) is not bound:
            bound = None  # withdrawn, or its key was exchanged
        silent = now - link.bound_heard_at.get(system_id, now) > self.limits.heartbeat_lost_after_s
        # An address may pass to another vehicle; while the first speaks, only its key is tried.
        candidates = [bound] if bound is not None and not silent else self.keyring.of_system(system_id)
        if not candidates and system_id not in link.bound and not self.require_signing:
            self._count(link, "signed_unverified")
            return True, None
        raw = data[frame.start : frame.end]
        for credential in candidates:
            verdict = credential.check(raw, frame.component_id, now)
            if verdict == "verified":
                link.bind(system_id, credential, now)
                return True, credential
            if verdict == "replayed":
                self._count(link, "replayed")
                return False, None
        self._count(link, "bad_signature")
        return False, None

    def _count(self, link: Link, name: str) -> None:
        setattr(link.counters, name, getattr(link.counters, name) + 1)
        setattr(self._totals, name, getattr(self._totals, name) + 1)

    # ------------------------------------------------------------------------------------------------------ vehicles

    def _heartbeat(
        self, link: Link, frame: Frame, data: bytes, *, credential: Credential | None, now: float, out: list[Event]
    ) -> None:
        fields = LAYOUTS[HEARTBEAT].unpack(data[frame.payload_at : frame.payload_at + frame.payload_length])
        custom_mode, kind, autopilot, base_mode, status, _version = fields
        vehicle = self._greet(link, frame, autopilot, kind, credential=credential, now=now, out=out)
        if vehicle is None:
            self._extra["heartbeats_of_others"] += 1
            return
        vehicle.frames += 1
        vehicle.armed = bool(base_mode & modes.SAFETY_ARMED)
        vehicle.mode = modes.mode_name(autopilot, kind, base_mode, custom_mode)
        vehicle.remember(HEARTBEAT, data[frame.payload_at : frame.payload_at + frame.payload_length])
        out.append(
            Heartbeat(
                vehicle.key,
                now,
                vehicle.armed,
                base_mode,
                custom_mode,
                vehicle.mode,
                status,
                autopilot,
                kind,
                frame.component_id,
            )
        )

    def _greet(
        self,
        link: Link,
        frame: Frame,
        autopilot: int,
        kind: int,
        *,
        credential: Credential | None,
        now: float,
        out: list[Event],
    ) -> Vehicle | None:
        """Return the vehicle whose autopilot sent this frame, found or recovered if need be; None for anything else."""
        if autopilot == modes.INVALID or kind in NOT_AIRCRAFT_TYPES:
            return None
        vehicle = self._on_link(link, frame, credential, now, out)
        if vehicle is None:
            return None
        if vehicle.component_id != frame.component_id:
            if vehicle.link_up:
                return None  # a second autopilot under the same number: the first keeps it while it speaks
            vehicle.component_id = frame.component_id
        vehicle.autopilot, vehicle.vehicle_type = autopilot, kind
        vehicle.mavlink_version = frame.version
        if not vehicle.announced:
            vehicle.announced = True
            out.append(
                VehicleFound(
                    vehicle.key,
                    now,
                    link.endpoint,
                    autopilot,
                    kind,
                    frame.component_id,
                    frame.version,
                    vehicle.signed,
                    vehicle.key.credential,
                )
            )
        elif not vehicle.link_up:
            out.append(LinkRecovered(vehicle.key, now, now - vehicle.last_heartbeat_at))
        vehicle.link_up = True
        vehicle.last_heartbeat_at = now
        return vehicle

    def _on_link(
        self, link: Link, frame: Frame, credential: Credential | None, now: float, out: list[Event]
    ) -> Vehicle | None:
        here = link.vehicles.get(frame.system_id)
        name = link.endpoint if credential is None else CREDENTIAL_PREFIX + credential.name
        if here is not None and here.key.link == name:
            return here
        key = VehicleKey(name, frame.system_id)
        vehicle = self._vehicles.get(key)
        if vehicle is None:
            full = here is None and len(link.vehicles) >= self.limits.vehicles_per_peer
            if full or (len(self._vehicles) >= self.limits.vehicles and not self._make_room(now, out)):
                self._extra["vehicles_refused"] += 1
                return None
            vehicle = Vehicle(key, link.endpoint, frame.component_id, frame.version, now, self.vehicle_columns)
            self._vehicles[key] = self.vehicle_in[vehicle.slot] = vehicle
        elif vehicle.endpoint != link.endpoint:
            old = self._links.get(vehicle.endpoint)
            if old is not None and old.vehicles.get(frame.system_id) is vehicle:
                self._set_vehicle(old, frame.system_id, None)
            vehicle.endpoint = link.endpoint
            out.append(EndpointChanged(key, now, link.endpoint))
        if here is not None and here.endpoint == link.endpoint:
            self._forget(here, now, out)  # what spoke here unsigned, or under another credential, was this vehicle
        self._set_vehicle(link, frame.system_id, vehicle)
        return vehicle

    def _make_room(self, now: float, out: list[Event]) -> bool:
        oldest = min(self._vehicles.values(), key=lambda vehicle: vehicle.last_heartbeat_at)
        if oldest.link_up or now - oldest.last_heartbeat_at < self.limits.evict_peer_after_s:
            return False
        self._forget(oldest, now, out)
        return True

    def _forget(self, vehicle: Vehicle, now: float, out: list[Event]) -> None:
        self._vehicles.pop(vehicle.key, None)
        link = self._links.get(vehicle.endpoint)
        if link is not None and link.vehicles.get(vehicle.key.system_id) is vehicle:
            self._set_vehicle(link, vehicle.key.system_id, None)
        self.vehicle_in.pop(vehicle.slot, None)
        vehicle.columns.give_back(vehicle.slot)
        self._extra["vehicles_forgotten"] += 1
        out.append(VehicleForgotten(vehicle.key, now))

    # ---------------------------------------------------------------------------------------------------------- time

    def tick(self, now: float) -> list[Event]:
        """Return what time alone brings about: links lost, vehicles forgotten, texts whose rest never came.

        Call it at least every half second; it also updates the measured rates.
        """
        out: list[Event] = []
        elapsed_s = now - self._ticked_at if self._ticked_at is not None else 0.0
        self._ticked_at = now
        limits, columns = self.limits, self.vehicle_columns
        if elapsed_s > 0:
            columns.measure(elapsed_s)
        held = columns.held
        silence_s = now - held["heartbeat_at"]
        limit_s = np.where(held["high_latency"] == 1, limits.high_latency_lost_after_s, limits.heartbeat_lost_after_s)
        used = held["used"] == 1
        lost = used & (held["link_up"] == 1) & (silence_s > limit_s)
        gone = used & (silence_s > limits.forget_after_s)
        for slot in np.flatnonzero(lost | gone | (held["texting"] == 1)).tolist():
            vehicle = self.vehicle_in[slot]
            if lost[slot]:
                vehicle.link_up = False
                self._extra["links_lost"] += 1
                out.append(LinkLost(vehicle.key, now, vehicle.last_heartbeat_at))
            if vehicle.texts:
                out.extend(vehicle.overdue_texts(now))
        for slot in np.flatnonzero(gone).tolist():
            self._forget(self.vehicle_in[slot], now, out)
        peers = self.link_columns.held
        for slot in np.flatnonzero((peers["used"] == 1) & (now - peers["heard_at"] > limits.forget_after_s)).tolist():
            self._drop_link(self._link_in[slot])
        return out
