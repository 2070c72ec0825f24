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

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from .batch import scan_pieces
from .columns import LinkColumns, StreamColumns, VehicleColumns
from .lane_kernels import BEAT, COUNTED, HEALTH, LANDED, MISSION, PLACE, kernels
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

_KINDS: Final = {0: BEAT, 1: HEALTH, 33: PLACE, 42: MISSION, 245: LANDED}
_READ_BY_REGISTRY: Final = frozenset({0, 109, 166})


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


class _Index:
    """An open-addressed table from four 64-bit words to a slot, at most half full."""

    def __init__(self, capacity: int) -> None:
        self._put, self._drop = kernels().put, kernels().drop
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
        kernels().sort_out(
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
