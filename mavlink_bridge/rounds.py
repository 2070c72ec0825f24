"""Rounds: what the bridge tells or asks every peer again and again: our heartbeat, and what time the vehicle has.

To plain UDP peers the same message goes in one system call for hundreds of them: only the sequence number differs, so
there are at most 256 different frames. Everybody else gets it singly.

The question is TIMESYNC (mavlink.io, "Time Synchronization Protocol"): we send our clock, the vehicle returns it with
its own. Half the way there and back is how wrong the mapping of its clock to ours can be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from . import codec, outgoing
from .events import ClockOffset, Event, TimeSync, VehicleKey
from .lane import AT_ONCE
from .outgoing import Outgoing
from .registry import Registry
from .vehicle import WRAP_MS

FIRST_QUESTIONS: Final = 4
ASK_FIRST_EVERY_S: Final = 1.0
ASK_EVERY_S: Final = 10.0
ASK_THE_SILENT_EVERY_S: Final = 60.0
ASKED_AT_ONCE: Final = 600
LONGEST_ROUND_TRIP_S: Final = 5.0
SAME_CLOCK_S: Final = 5.0
"""TIMESYNC must tell the clock of `time_boot_ms`: further apart, it is another one (unix time, on some companions)."""


@runtime_checkable
class BulkTransport(Protocol):
    """A transport that can send to many peers in one call."""

    @property
    def sends_many(self) -> bool:
        """Whether it can here."""
        ...

    def send_many(self, pieces: npt.NDArray[np.uint8], addresses: npt.NDArray[np.uint64]) -> int:
        """Send one piece to each address, at most AT_ONCE; returns how many left."""
        ...


Bulk = tuple[BulkTransport, npt.NDArray[np.int64]]


class Rounds:
    """Addresses many peers at once; `routes` are the transports by their numbers in the lane."""

    def __init__(self, registry: Registry, own: tuple[int, int], routes: list[Any]) -> None:
        self._registry, self._own, self._routes = registry, own, routes
        self._beats: npt.NDArray[np.uint8] | None = None
        self.counters = {"timesync_answers": 0, "timesync_ignored": 0}

    # ---------------------------------------------------------------------------------------------------- in bulk

    def plain_slots(self, heard_after: float) -> list[Bulk]:
        """Return the links that can be served in bulk, by transport; none while the lane is closed."""
        if self._registry.lane is None:
            return []
        held = self._registry.link_columns.held
        plain = (held["used"] == 1) & (held["plain"] == 1) & (held["heard_at"] > heard_after)
        plain &= held["address"][:, 0] != 0
        old = self._registry.links_of_version_1()
        plain[old] = False
        found: list[Bulk] = []
        for number, transport in enumerate(self._routes):
            slots = np.flatnonzero(plain & (held["route"] == number))
            if len(slots) and isinstance(transport, BulkTransport) and transport.sends_many:
                found.append((transport, slots))
        return found

    def send_in_bulk(self, bulk: Bulk, frames: npt.NDArray[np.uint8]) -> Iterator[int]:
        """Send to each link its frame of the 256 (a row a sequence number); yields how many left, call by call."""
        transport, slots = bulk
        links = self._registry.link_columns
        for at in range(0, len(slots), AT_ONCE):
            some = slots[at : at + AT_ONCE]
            numbers = links.rows["sent"][some]
            sent = transport.send_many(frames[numbers], links.rows["address"][some])
            links.rows["sent"][some[:sent]] = numbers[:sent] + np.uint8(1)
            yield sent

    def frames(self, message: Outgoing) -> npt.NDArray[np.uint8]:
        """Return the message as MAVLink 2 frames, row n with sequence number n."""
        values = codec.wire_values(message.message_id, message.fields)
        system_id, component_id = self._own
        made = [
            codec.encode(
                message.message_id, values, sequence=n, system_id=system_id, component_id=component_id, version=2
            )
            for n in range(256)
        ]
        return np.frombuffer(b"".join(made), np.uint8).reshape(256, -1)

    def beats(self, message: Outgoing) -> npt.NDArray[np.uint8]:
        """Return the frames of our heartbeat, made once."""
        if self._beats is None:
            self._beats = self.frames(message)
        return self._beats

    # --------------------------------------------------------------------------------------------------- the clocks

    def ask_clocks(self, now: float, send: Callable[[VehicleKey, Outgoing], bool]) -> None:
        """Ask the vehicles whose turn it is what time they have."""
        held = self._registry.vehicle_columns.held
        due = (held["used"] == 1) & (held["link_up"] == 1) & (held["boot_ms"] >= 0) & (held["ask_at"] <= now)
        asked_ns = int(now * 1e9)
        question = Outgoing(outgoing.TIMESYNC, {"tc1": 0, "ts1": asked_ns})
        turns = np.flatnonzero(due)
        if len(turns) > ASKED_AT_ONCE:
            turns = turns[np.argpartition(held["ask_at"][turns], ASKED_AT_ONCE)[:ASKED_AT_ONCE]]
        for slot in turns.tolist():
            row = held[slot]
            row["asked"] += 1
            settled = row["asked"] >= FIRST_QUESTIONS
            silent = settled and not row["answered"]
            every_s = ASK_THE_SILENT_EVERY_S if silent else ASK_EVERY_S if settled else ASK_FIRST_EVERY_S
            row["ask_at"] = now + every_s
            row["asked_ns"] = asked_ns
            send(self._registry.vehicle_in[slot].key, question)

    def answered(self, event: Event) -> ClockOffset | None:
        """Return what a vehicle's answer to our last question says of its clock; None for anything else."""
        if type(event) is not TimeSync or event.tc1_ns <= 0:
            return None
        vehicle = self._registry.target_of(event.vehicle)
        if vehicle is None:
            return None
        row = self._registry.vehicle_columns.rows[vehicle.slot]
        round_trip_s = event.received_at - event.ts1_ns / 1e9
        # Vehicles pass on answers meant for other ground stations: only the echo of our own last question counts.
        ours = event.ts1_ns == int(row["asked_ns"]) and 0.0 <= round_trip_s <= LONGEST_ROUND_TRIP_S
        boot_ms = vehicle.time_boot_ms
        if not ours or boot_ms is None:
            self.counters["timesync_ignored"] += 1
            return None
        # The answer counts in 64 bits; how often 32 bits wrapped before we listened nobody told.
        boot_s, wrap_s = event.tc1_ns / 1e9, WRAP_MS / 1e3
        boot_s -= round((boot_s - boot_ms / 1e3) / wrap_s) * wrap_s
        if abs(boot_s - boot_ms / 1e3) > SAME_CLOCK_S:
            self.counters["timesync_ignored"] += 1
            return None
        row["asked_ns"] = 0
        row["answered"] = 1
        self.counters["timesync_answers"] += 1
        middle_s = event.received_at - round_trip_s / 2
        return ClockOffset(event.vehicle, event.received_at, middle_s - boot_s, round_trip_s / 2)
