"""A small autopilot for the tests of commands and missions: events in the vehicle's place, in simulated time."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from typing import Any

from mavlink_bridge import codec
from mavlink_bridge.command import CommandMachine
from mavlink_bridge.events import Event, VehicleKey
from mavlink_bridge.mission import MissionDownload, MissionUpload
from mavlink_bridge.outgoing import Address, Outgoing
from mavlink_bridge.registry import Registry
from tests.unit.mavlink_bridge.frames import NOW, UDP, Sender, dialect

ADDRESS = Address(1, 1, 255, 190)
VEHICLE = VehicleKey(UDP, 1)


class Autopilot:
    """Answers missions and commands as PX4 does, or with `ardupilot` as ArduPilot does.

    ArduPilot asks with the deprecated MISSION_REQUEST, puts its own home over item 0, rewrites frames, and answers a
    repeated item with "invalid sequence"; PX4 repeats its acknowledgement of the last item.
    """

    def __init__(self, *, ardupilot: bool = False) -> None:
        self.ardupilot = ardupilot
        self.mission: list[dict[str, Any]] = []
        self.answers: Callable[[dict[str, Any]], list[Any]] = lambda fields: [ack(fields["command"], 0)]
        self.commands: list[dict[str, Any]] = []
        self._incoming: list[dict[str, Any]] | None = None
        self._expected = 0
        self._asked_at = 0.0
        self._finished = False

    def receive(self, message: Outgoing, now: float) -> list[Any]:
        """Return the answers to one message."""
        number, fields = message
        if number in {75, 76}:
            self.commands.append(fields)
            return self.answers(fields)
        if number == 43:
            return [dialect.MAVLink_mission_count_message(255, 190, len(self.mission), 0)]
        if number in {40, 51} and fields["seq"] < len(self.mission):
            item = self.mission[fields["seq"]]
            return [item_message(item, fields["seq"])]
        if number == 44:
            self._incoming, self._expected, self._finished = [], fields["count"], False
            return self._ask(now) if self._expected else self._store()
        if number == 73:
            return self._item(fields, now)
        return []

    def _item(self, fields: dict[str, Any], now: float) -> list[Any]:
        if self._incoming is None:
            return [] if self.ardupilot or not self._finished else [mission_ack(0)]
        if fields["seq"] != len(self._incoming):
            return [mission_ack(13)] if self.ardupilot else []
        self._incoming.append(fields)
        return self._ask(now) if len(self._incoming) < self._expected else self._store()

    def _store(self) -> list[Any]:
        assert self._incoming is not None
        self.mission, self._incoming, self._finished = self._incoming, None, True
        if self.ardupilot and self.mission:
            self.mission[0] = {**self.mission[0], "x": 225_000_000, "y": 1_140_000_000, "z": 12.0}
            for item in self.mission:
                item["frame"] = {6: 3, 5: 0}.get(item["frame"], item["frame"])
                item["z"] = round(item["z"], 2)
                item["param4"] = 0.0
        return [mission_ack(0)]

    def _ask(self, now: float) -> list[Any]:
        assert self._incoming is not None
        self._asked_at = now
        kind = (
            dialect.MAVLink_mission_request_message if self.ardupilot else dialect.MAVLink_mission_request_int_message
        )
        return [kind(255, 190, len(self._incoming), 0)]

    def tick(self, now: float) -> list[Any]:
        """Ask again for what did not come."""
        return self._ask(now) if self._incoming is not None and now - self._asked_at > 0.5 else []


def ack(command: int, result: int, progress: int = 0) -> Any:
    """COMMAND_ACK to us."""
    return dialect.MAVLink_command_ack_message(command, result, progress, 0, 255, 190)


def mission_ack(result: int) -> Any:
    """MISSION_ACK to us."""
    return dialect.MAVLink_mission_ack_message(255, 190, result, 0)


def item_message(fields: dict[str, Any], seq: int) -> Any:
    """MISSION_ITEM_INT to us."""
    names = ("frame", "command", "current", "autocontinue", "param1", "param2", "param3", "param4", "x", "y", "z")
    return dialect.MAVLink_mission_item_int_message(255, 190, seq, *(fields[name] for name in names), 0)


class Conversation:
    """A machine and an autopilot with a lossy, delaying wire between them; every message crosses as real bytes."""

    def __init__(self, autopilot: Autopilot, *, loss: float = 0.0, seed: int = 0, delay_s: float = 0.02) -> None:
        self.autopilot = autopilot
        self.now = NOW
        self.registry = Registry()
        self.sender = Sender(1)
        self._loss = loss
        self._delay_s = delay_s
        self._random = random.Random(seed)
        self._wire: list[tuple[float, int, bool, Any]] = []
        self._count = 0
        self.registry.feed(UDP, self.sender.heartbeat(autopilot=3 if autopilot.ardupilot else 12), self.now)

    def _post(self, to_vehicle: bool, message: Any) -> None:
        if self._random.random() >= self._loss:
            self._count += 1
            heapq.heappush(self._wire, (self.now + self._delay_s, self._count, to_vehicle, message))

    def post_from_vehicle(self, message: Any) -> None:
        """Put a message of the vehicle on the wire."""
        self._post(False, message)

    def run(self, machine: CommandMachine | MissionDownload | MissionUpload, *, limit_s: float = 300.0) -> list[Event]:
        """Run until the machine ended; returns the events it saw. Fails if it does not end in time."""
        seen: list[Event] = []
        for message in machine.start(self.now):
            self._post(True, message)
        end = self.now + limit_s
        while not ended(machine):
            assert self.now < end, "the machine never ended"
            self.now += 0.01
            while self._wire and self._wire[0][0] <= self.now:
                _at, _n, to_vehicle, message = heapq.heappop(self._wire)
                if to_vehicle:
                    codec.encode(
                        message.message_id,
                        codec.wire_values(message.message_id, message.fields),
                        sequence=0,
                        system_id=255,
                        component_id=190,
                    )
                    for answer in self.autopilot.receive(message, self.now):
                        self._post(False, answer)
                else:
                    for event in self.registry.feed(UDP, self.sender.pack(message), self.now):
                        seen.append(event)
                        for reply in machine.handle(event, self.now):
                            self._post(True, reply)
            for answer in self.autopilot.tick(self.now):
                self._post(False, answer)
            for message in machine.tick(self.now):
                self._post(True, message)
        return seen


def ended(machine: CommandMachine | MissionDownload | MissionUpload) -> bool:
    """Whether a machine has come to its outcome."""
    return machine.result is not None if isinstance(machine, CommandMachine) else machine.done
