"""Lane: the fast way for what vehicles say over and over, from datagrams to columns without an object a message; pure.

Of a batch of datagrams the lane takes those that hold nothing but routine: well-formed frames of senders and vehicles
already known on an unsigned UDP link, namely

    GLOBAL_POSITION_INT   a position whose time since boot does not go back
    HEARTBEAT             the same as the last one, while the link is up
    SYS_STATUS            with the sensors of the last one
    EXTENDED_SYS_STATE, MISSION_CURRENT    the same as the last one
    anything nobody here reads             it counts for loss and for the rate

It leaves every other datagram, and whatever the same link sends after it in the batch, to the frame-by-frame path
(`Registry.feed`). A vehicle without a credential is known by its link, so what it said stays in its order. Both paths
count in the same rows (columns.py): the tests feed both the same bytes and compare every counter and value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from .batch import compiled, scan_pieces
from .columns import LinkColumns, StreamColumns, VehicleColumns
from .link import Counters, Link
from .message_table import CRC_EXTRA
from .translate import TRANSLATORS

if TYPE_CHECKING:
    from .vehicle import Vehicle

POSITION: Final = np.dtype(
    [
        ("vehicle", "i8"),
        ("boot_ms", "i8"),
        ("lat_deg", "f8"),
        ("lon_deg", "f8"),
        ("alt_amsl_m", "f8"),
        ("alt_home_m", "f8"),
        ("vel_east_mps", "f8"),
        ("vel_north_mps", "f8"),
        ("vel_up_mps", "f8"),
        ("heading_deg", "f8"),
    ],
    align=True,
)
"""One row a position, in the order of arrival; NaN is unknown, `vehicle` the slot."""

BATTERY: Final = np.dtype([("vehicle", "i8"), ("remaining_pct", "f8")], align=True)

AT_ONCE: Final = 512
"""Datagrams a system call takes or sends at most."""

ADDRESS_LENGTH: Final = 32
"""Bytes of a socket address as the system gives it, padded with zeros."""

SLOW, BEAT, PLACE, HEALTH, COUNTED, LANDED, MISSION = range(7)
_KINDS: Final = {0: BEAT, 1: HEALTH, 33: PLACE, 42: MISSION, 245: LANDED}
_READ_BY_REGISTRY: Final = frozenset({0, 109, 166})
HALF_WRAP_MS: Final = 1 << 31
"""A time since boot so far ahead is from before the wrap of its 32 bits."""


@dataclass(frozen=True, slots=True)
class Datagrams:
    """n datagrams: piece i is `data[starts[i]:ends[i]]` from the socket address `addresses[i]`, uint64 (n, 4)."""

    data: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    addresses: npt.NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.starts)

    def piece(self, number: int) -> bytes:
        """Return the bytes of one datagram."""
        return self.data[self.starts[number] : self.ends[number]].tobytes()


@dataclass(frozen=True, slots=True)
class Routine:
    """What the lane took out of one batch received at `received_at` (unix seconds).

    `vehicle_in` maps slots to vehicles (their keys); a slot belongs to the same vehicle until VehicleForgotten.
    `heard` are the slots of vehicles that said anything, int64, repetitions included; `positions` rows of POSITION,
    `batteries` of BATTERY.
    """

    received_at: float
    vehicle_in: dict[int, Vehicle]
    heard: npt.NDArray[np.int64]
    positions: npt.NDArray[Any]
    batteries: npt.NDArray[Any]


@cache
def _kernels() -> tuple[Callable[..., Any], ...]:
    @compiled
    def home_of(keys: Any, mask: int, k0: Any, k1: Any, k2: Any, k3: Any) -> Any:
        """Return where a key is in an open-addressed table, or where it would go."""
        h = k0 * np.uint64(0x9E3779B97F4A7C15)
        h = (h ^ k1) * np.uint64(0xC2B2AE3D27D4EB4F)
        h = (h ^ k2 ^ (k3 << np.uint64(1))) * np.uint64(0x9E3779B97F4A7C15)
        at = np.int64((h ^ (h >> np.uint64(29))) & np.uint64(mask))
        while keys[at, 4] != 0 and not (
            keys[at, 0] == k0 and keys[at, 1] == k1 and keys[at, 2] == k2 and keys[at, 3] == k3
        ):
            at = (at + 1) & mask
        return at

    @compiled
    def put(keys: Any, mask: int, k0: Any, k1: Any, k2: Any, k3: Any, slot: int) -> bool:
        """Let a key mean a slot; returns whether it is new."""
        at = home_of(keys, mask, k0, k1, k2, k3)
        new = keys[at, 4] == 0
        keys[at, 0] = k0
        keys[at, 1] = k1
        keys[at, 2] = k2
        keys[at, 3] = k3
        keys[at, 4] = np.uint64(slot + 1)
        return bool(new)

    @compiled
    def drop(keys: Any, mask: int, k0: Any, k1: Any, k2: Any, k3: Any) -> bool:
        """Take a key out; what stood behind it in its run is put again, so that no gap hides it."""
        at = home_of(keys, mask, k0, k1, k2, k3)
        if keys[at, 4] == 0:
            return False
        keys[at, 4] = 0
        at = (at + 1) & mask
        while keys[at, 4] != 0:
            held = keys[at, 4]
            keys[at, 4] = 0
            put(keys, mask, keys[at, 0], keys[at, 1], keys[at, 2], keys[at, 3], np.int64(held) - 1)
            at = (at + 1) & mask
        return True

    @compiled
    def word(data: Any, at: int, payload_end: int, count: int) -> Any:
        """Return `count` bytes as an unsigned number, those after the payload's end being zeros."""
        value = np.uint64(0)
        for k in range(count):
            if at + k < payload_end:
                value |= np.uint64(data[at + k]) << np.uint64(8 * k)
        return value

    @compiled
    def signed(value: Any, bits: int) -> Any:
        number = np.int64(value)
        if number >= np.int64(1) << (bits - 1):
            number -= np.int64(1) << bits
        return number

    @compiled
    def is_routine(data: Any, frame: Any, kind: int, vehicle: Any, number: int) -> bool:
        """Tell whether one frame of a known sender is routine for its vehicle; `number` numbers its datagram."""
        if kind == COUNTED:
            return True
        if frame.component_id != vehicle.component_id:
            return False
        at = frame.payload_at
        end = at + np.int64(frame.payload_length)
        if kind == BEAT:
            return bool(
                vehicle.link_up == 1
                and vehicle.version == frame.version
                and vehicle.beat_end == np.int64(word(data, at + 8, end, 1))
                and vehicle.beat == word(data, at, end, 8)
            )
        if kind == HEALTH:
            return bool(
                vehicle.healthy == np.int64(word(data, at + 8, end, 4)) and vehicle.sensors == word(data, at, end, 8)
            )
        if kind == LANDED:
            return bool(vehicle.landed == np.int64(word(data, at, end, 2)))
        if kind == MISSION:
            return bool(vehicle.mission == np.int64(word(data, at, end, 6)))
        boot = np.int64(word(data, at, end, 4)) + vehicle.boot_base
        lat = signed(word(data, at + 4, end, 4), 32)
        lon = signed(word(data, at + 8, end, 4), 32)
        before = vehicle.boot_ms
        if vehicle.checked_in == number:
            before = max(before, vehicle.checked_boot_ms)
        vehicle.checked_in = number
        vehicle.checked_boot_ms = boot
        if before < 0 or boot < before or boot - before > HALF_WRAP_MS or (lat == 0 and lon == 0):
            return False
        return bool(-900_000_000 <= lat <= 900_000_000 and -1_800_000_000 <= lon <= 1_800_000_000)

    @compiled
    def note(stream: Any, sequence: int, totals: Any) -> None:
        """Count one sequence number as link.Stream.note does."""
        stream.frames += 1
        ahead = (sequence - np.int64(stream.expected)) & 0xFF
        if ahead < 128:
            stream.lost += ahead
            totals[3] += ahead
            stream.expected = np.uint8((sequence + 1) & 0xFF)
            stream.late_run = 0
        elif ahead == 255:
            stream.duplicates += 1
            totals[5] += 1
        else:
            stream.late_run += 1
            if stream.late_run >= 4:
                stream.expected = np.uint8((sequence + 1) & 0xFF)
                stream.late_run = 0
            else:
                stream.late += 1
                totals[4] += 1
                if stream.lost > 0:
                    stream.lost -= 1

    @compiled
    def lay_place(data: Any, frame: Any, vehicle: Any, row: Any) -> None:
        """Write the fields of a GLOBAL_POSITION_INT as translate._global_position_int reads them."""
        at = frame.payload_at
        end = at + np.int64(frame.payload_length)
        row.boot_ms = np.int64(word(data, at, end, 4)) + vehicle.boot_base
        vehicle.boot_ms = row.boot_ms
        row.lat_deg = signed(word(data, at + 4, end, 4), 32) / 1e7
        row.lon_deg = signed(word(data, at + 8, end, 4), 32) / 1e7
        alt = signed(word(data, at + 12, end, 4), 32)
        row.alt_amsl_m = np.nan if alt == 2147483647 else alt / 1e3
        relative = signed(word(data, at + 16, end, 4), 32)
        row.alt_home_m = np.nan if relative == 2147483647 else relative / 1e3
        north = signed(word(data, at + 20, end, 2), 16)
        east = signed(word(data, at + 22, end, 2), 16)
        down = signed(word(data, at + 24, end, 2), 16)
        row.vel_north_mps = np.nan if north == 32767 else north / 1e2
        row.vel_east_mps = np.nan if east == 32767 else east / 1e2
        row.vel_up_mps = np.nan if down == 32767 else (-down) / 1e2
        heading = np.int64(word(data, at + 26, end, 2))
        row.heading_deg = np.nan if heading > 36_000 else (heading / 1e2) % 360.0

    @compiled
    def sort_out(
        data: Any, ends: Any, starts: Any, addresses: Any, frames: Any, faults: Any, kinds: Any, peers: Any,
        peer_mask: int, senders: Any, sender_mask: int, links: Any, streams: Any, vehicles: Any, number: int,
        route: int, now: float, slow: Any, heard: Any, positions: Any, batteries: Any, totals: Any,
    ) -> None:  # fmt: skip
        """Take what is routine, list the other datagrams in `slow`.

        `totals` become: bytes, datagrams, frames, lost, late, duplicates, and how many rows of slow, heard, positions
        and batteries are filled.
        """
        zero = np.uint64(0)
        f = 0
        slow_count = heard_count = place_count = battery_count = 0
        for d in range(len(starts)):
            first = f
            while f < len(frames) and frames[f].datagram == d:
                f += 1
            k = peers[home_of(peers, peer_mask, addresses[d, 0], addresses[d, 1], addresses[d, 2], addresses[d, 3]), 4]
            link_at = np.int64(k) - 1
            fast = link_at >= 0 and f > first
            if fast:
                link = links[link_at]
                fault = faults[d]
                fast = (
                    link.plain == 1
                    and link.slow_in != number
                    and link.route == route
                    and fault.bad_crc == 0
                    and fault.unknown == 0
                    and fault.dropped_bytes == 0
                )
            if fast:
                for g in range(first, f):
                    frame = frames[g]
                    kind = kinds[frame.message_id] if frame.message_id < len(kinds) else SLOW
                    if kind == SLOW or frame.signed or frame.system_id == 0:
                        fast = False
                        break
                    name = np.uint64(link_at) << np.uint64(16) | np.uint64(frame.system_id) << np.uint64(8)
                    flying = senders[home_of(senders, sender_mask, name, np.uint64(1), zero, zero), 4]
                    name |= np.uint64(frame.component_id)
                    if flying == 0 or senders[home_of(senders, sender_mask, name, zero, zero, zero), 4] == 0:
                        fast = False
                        break
                    if not is_routine(data, frame, kind, vehicles[np.int64(flying) - 1], number * 65536 + d):
                        fast = False
                        break
            if not fast:
                if link_at >= 0:
                    links[link_at].slow_in = number
                slow[slow_count] = d
                slow_count += 1
                continue
            link = links[link_at]
            link.heard_at = now
            link.bytes_received += ends[d] - starts[d]
            link.datagrams += 1
            link.frames += f - first
            totals[0] += ends[d] - starts[d]
            totals[1] += 1
            totals[2] += f - first
            for g in range(first, f):
                frame = frames[g]
                name = np.uint64(link_at) << np.uint64(16) | np.uint64(frame.system_id) << np.uint64(8)
                flying = np.int64(senders[home_of(senders, sender_mask, name, np.uint64(1), zero, zero), 4]) - 1
                name |= np.uint64(frame.component_id)
                speaks = np.int64(senders[home_of(senders, sender_mask, name, zero, zero, zero), 4]) - 1
                note(streams[speaks], np.int64(frame.sequence), totals)
                vehicle = vehicles[flying]
                vehicle.frames += 1
                kind = kinds[frame.message_id]
                if kind == COUNTED:
                    continue
                heard[heard_count] = flying
                heard_count += 1
                if kind == BEAT:
                    vehicle.heartbeat_at = now
                elif kind == PLACE:
                    vehicle.fused_position_at = now
                    vehicle.positions += 1
                    positions[place_count].vehicle = flying
                    lay_place(data, frame, vehicle, positions[place_count])
                    place_count += 1
                elif kind == HEALTH:
                    at = frame.payload_at
                    remaining = signed(word(data, at + 30, at + np.int64(frame.payload_length), 1), 8)
                    if 0 <= remaining <= 100:
                        batteries[battery_count].vehicle = flying
                        batteries[battery_count].remaining_pct = remaining
                        battery_count += 1
        totals[6] = slow_count
        totals[7] = heard_count
        totals[8] = place_count
        totals[9] = battery_count

    return sort_out, put, drop


class _Index:
    """An open-addressed table from four 64-bit words to a slot, at most half full."""

    def __init__(self, capacity: int) -> None:
        self._put, self._drop = _kernels()[1:]
        size = 1 << max(6, int(2 * capacity).bit_length())
        self.keys = np.zeros((size, 5), np.uint64)
        self.held = 0

    @property
    def mask(self) -> int:
        return len(self.keys) - 1

    def put(self, key: tuple[Any, ...], slot: int) -> None:
        if 2 * (self.held + 1) > len(self.keys):
            old = self.keys[self.keys[:, 4] != 0]
            self.keys = np.zeros((2 * len(self.keys), 5), np.uint64)
            for row in old:
                self._put(self.keys, self.mask, row[0], row[1], row[2], row[3], int(row[4]) - 1)
        self.held += bool(self._put(self.keys, self.mask, *key, slot))

    def drop(self, key: tuple[Any, ...]) -> None:
        self.held -= bool(self._drop(self.keys, self.mask, *key))


_ZERO: Final = np.uint64(0)
_ONE: Final = np.uint64(1)


class Lane:
    """Knows the links, senders and vehicles of a registry by the bytes of their addresses."""

    def __init__(self, links: LinkColumns, streams: StreamColumns, vehicles: VehicleColumns) -> None:
        self._links, self._streams, self._vehicles = links, streams, vehicles
        self._peers, self._senders = _Index(1024), _Index(4096)
        self._address_of: dict[int, tuple[np.uint64, ...]] = {}
        self._batches = 0
        self._kinds = np.zeros(512, np.uint8)
        for message_id in CRC_EXTRA:
            if message_id < 512 and message_id not in TRANSLATORS and message_id not in _READ_BY_REGISTRY:
                self._kinds[message_id] = COUNTED
        for message_id, kind in _KINDS.items():
            self._kinds[message_id] = kind

    # ------------------------------------------------------------------------------------ what the registry tells it

    def link_added(self, link: Link) -> None:
        """A link is remembered; its senders and vehicles are told one by one."""
        for stream in link.streams.values():
            assert stream.columns is self._streams
        for number in link.streams:
            self.sender_added(link, number)
        for system_id, vehicle in link.vehicles.items():
            self.vehicle_set(link, system_id, vehicle)

    def addressed(self, link: Link, address: npt.NDArray[np.uint64], route: int) -> None:
        """Say from which socket address the datagrams of a link come, and over which transport."""
        key = tuple(address)
        before = self._address_of.get(link.slot)
        if before != key:
            if before is not None:
                self._peers.drop(before)
            self._address_of[link.slot] = key
            self._peers.put(key, link.slot)
            self._links.rows["address"][link.slot] = address
        self._links.route[link.slot] = route

    def sender_added(self, link: Link, number: int) -> None:
        """A sender, numbered system_id * 256 + component_id, spoke for the first time on a link."""
        self._senders.put((np.uint64(link.slot << 16 | number), _ZERO, _ZERO, _ZERO), link.streams[number].slot)

    def vehicle_set(self, link: Link, system_id: int, vehicle: Vehicle | None) -> None:
        """On this link that system id is now this vehicle, None: nobody."""
        key = (np.uint64(link.slot << 16 | system_id << 8), _ONE, _ZERO, _ZERO)
        if vehicle is None:
            self._senders.drop(key)
        else:
            self._senders.put(key, vehicle.slot)

    def link_dropped(self, link: Link) -> None:
        """A link is forgotten."""
        address = self._address_of.pop(link.slot, None)
        if address is not None:
            self._peers.drop(address)
        for number in link.streams:
            self._senders.drop((np.uint64(link.slot << 16 | number), _ZERO, _ZERO, _ZERO))
        for system_id in link.vehicles:
            self._senders.drop((np.uint64(link.slot << 16 | system_id << 8), _ONE, _ZERO, _ZERO))

    def warm(self) -> None:
        """Compile or load every kernel, so that the first batch does not wait."""
        spare = Lane(LinkColumns(), StreamColumns(), VehicleColumns())
        key = (_ONE, _ZERO, _ZERO, _ZERO)
        spare._peers.put(key, 0)
        spare._peers.drop(key)
        empty = np.zeros(0, np.int64)
        spare.take(
            Datagrams(np.zeros(0, np.uint8), empty, empty, np.zeros((0, 4), np.uint64)),
            0, 0.0, vehicle_in={}, held_back=[], counters=Counters(),
        )  # fmt: skip

    # ---------------------------------------------------------------------------------------------------- one batch

    def take(
        self,
        batch: Datagrams,
        route: int,
        now: float,
        *,
        vehicle_in: dict[int, Vehicle],
        held_back: list[int],
        counters: Counters,
    ) -> tuple[Routine, list[int]]:
        """Return what was routine in a batch, and the numbers of the datagrams left to the frame-by-frame path.

        Links whose slots are in `held_back` go frame by frame.
        """
        self._batches += 1
        for slot in held_back:
            self._links.slow_in[slot] = self._batches
        frames, faults = scan_pieces(batch.data, batch.starts, batch.ends)
        slow, heard = np.empty(len(batch), np.int64), np.empty(len(frames), np.int64)
        positions, batteries = np.empty(len(frames), POSITION), np.empty(len(frames), BATTERY)
        totals = np.zeros(10, np.int64)
        _kernels()[0](
            batch.data, batch.ends, batch.starts, batch.addresses, frames, faults, self._kinds,
            self._peers.keys, self._peers.mask, self._senders.keys, self._senders.mask,
            self._links.rows, self._streams.rows, self._vehicles.rows, self._batches, route, now,
            slow, heard, positions, batteries, totals,
        )  # fmt: skip
        size, datagrams, found, lost, late, duplicates, slow_count, heard_count, places, levels = totals.tolist()
        counters.bytes_received += size
        counters.datagrams += datagrams
        counters.frames += found
        counters.lost += lost
        counters.late += late
        counters.duplicates += duplicates
        routine = Routine(now, vehicle_in, heard[:heard_count], positions[:places], batteries[:levels])
        return routine, slow[:slow_count].tolist()
