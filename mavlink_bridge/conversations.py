"""Conversations: commands, parameters and missions, each a state machine that is fed events until it knows its outcome.

One command of a kind, one mission and one parameter at a time to a vehicle; a second waits for the first.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from weakref import WeakValueDictionary

from . import modes
from .command import CommandMachine, CommandResult, CommandSpec, expect_mode
from .events import Event, VehicleKey
from .mission import (
    ACCEPTED,
    MISMATCH,
    TIMED_OUT,
    MissionDownload,
    MissionError,
    MissionItem,
    MissionResult,
    MissionUpload,
    differences,
    with_home,
    without_home,
)
from .outgoing import Address, Outgoing
from .params import ParamRead
from .registry import Registry
from .vehicle import Vehicle

CMD_DO_SET_MODE = 176
CMD_SET_MESSAGE_INTERVAL = 511
CMD_REQUEST_MESSAGE = 512

Machine = CommandMachine | MissionDownload | MissionUpload | ParamRead


class Conversations(ABC):
    """What a bridge says to vehicles and waits to be answered (`mavlink_bridge.bridge` feeds and sends)."""

    def __init__(self, registry: Registry, own: tuple[int, int], clock: Callable[[], float]) -> None:
        self.registry = registry
        self._own = own
        self._clock = clock
        self._machines: dict[Machine, asyncio.Future[None]] = {}
        self._locks: WeakValueDictionary[tuple[VehicleKey, str], asyncio.Lock] = WeakValueDictionary()
        self._running = False

    @abstractmethod
    def send(self, vehicle: VehicleKey, message: Outgoing) -> bool:
        """Send one message to a vehicle; returns whether it left."""

    def _send_all(self, vehicle: VehicleKey, messages: list[Outgoing]) -> None:
        for message in messages:
            self.send(vehicle, message)

    def _hear(self, events: list[Event]) -> None:
        """Let every conversation hear what its vehicle says."""
        if not self._machines:
            return
        now = self._clock()
        busy = {machine.vehicle for machine in self._machines}
        for event in events:
            if event.vehicle not in busy:
                continue
            for machine in list(self._machines):
                if machine.vehicle == event.vehicle:
                    self._send_all(machine.vehicle, machine.handle(event, now))
        self._settle()

    def _settle(self) -> None:
        for machine in [machine for machine in self._machines if _is_done(machine)]:
            future = self._machines.pop(machine)
            if not future.done():
                future.set_result(None)

    async def _run(self, machine: Machine) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._machines[machine] = future
        try:
            self._send_all(machine.vehicle, machine.start(self._clock()))
            if not self._running:
                machine.abandon("the bridge is not running")
                self._settle()
            await future
        finally:
            self._machines.pop(machine, None)

    def _lock(self, vehicle: VehicleKey, kind: str) -> asyncio.Lock:
        lock = self._locks.get((vehicle, kind))
        if lock is None:
            lock = self._locks[vehicle, kind] = asyncio.Lock()
        return lock

    def _address(self, vehicle: Vehicle) -> Address:
        return Address(vehicle.key.system_id, vehicle.component_id, *self._own)

    async def command(
        self,
        vehicle: VehicleKey,
        command: int,
        params: Sequence[float] = (),
        *,
        as_int: bool = False,
        frame: int = 6,
        x: int = 0,
        y: int = 0,
        z: float = 0.0,
        timeout_s: float = 1.0,
        attempts: int = 4,
        expect: Callable[[Event], bool] | None = None,
        confirm_timeout_s: float = 10.0,
        progress: Callable[[str], None] | None = None,
    ) -> CommandResult:
        """Send COMMAND_LONG (or COMMAND_INT) until it is answered; returns its outcome, never raises for a silence.

        With `expect` (command.expect_mode, expect_armed, or any test of an event) it ends as "confirmed" only when the
        vehicle shows it. One command of a kind to a vehicle at a time; a second waits.
        """
        spec = CommandSpec(command, tuple(params), as_int, frame, x, y, z)
        async with self._lock(vehicle, f"command {command}"):
            known = self.registry.target_of(vehicle)
            if known is None:
                return CommandResult(TIMED_OUT, None, 0, "the vehicle is not known")
            machine = CommandMachine(
                vehicle,
                self._address(known),
                spec,
                timeout_s=timeout_s,
                attempts=attempts,
                expect=expect,
                confirm_timeout_s=confirm_timeout_s,
                progress=progress,
            )
            await self._run(machine)
            assert machine.result is not None
            return machine.result

    async def set_mode(self, vehicle: VehicleKey, mode: str, *, confirm: bool = True) -> CommandResult:
        """Ask for a normalised mode ("hold", "mission", "rtl", ...) in the autopilot's own numbers."""
        known = self.registry.target_of(vehicle)
        if known is None:
            return CommandResult(TIMED_OUT, None, 0, "the vehicle is not known")
        request = modes.mode_request(known.autopilot, known.vehicle_type, mode)
        if request is None:
            return CommandResult("refused", None, 0, f"this autopilot has no mode {mode!r}")
        expect = expect_mode(mode) if confirm else None
        return await self.command(vehicle, CMD_DO_SET_MODE, [float(v) for v in request], expect=expect)

    async def request_message(self, vehicle: VehicleKey, message_id: int, *, attempts: int = 2) -> CommandResult:
        """Ask for one message now (MAV_CMD_REQUEST_MESSAGE); it arrives as its event."""
        return await self.command(vehicle, CMD_REQUEST_MESSAGE, [message_id], attempts=attempts)

    async def set_message_rate(
        self, vehicle: VehicleKey, message_id: int, rate_hz: float, *, attempts: int = 2
    ) -> CommandResult:
        """Ask for a message at a rate (MAV_CMD_SET_MESSAGE_INTERVAL); 0 stops it."""
        interval_us = 1e6 / rate_hz if rate_hz > 0 else -1.0
        return await self.command(vehicle, CMD_SET_MESSAGE_INTERVAL, [message_id, interval_us], attempts=attempts)

    async def read_param(self, vehicle: VehicleKey, name: str) -> float | None:
        """Return a parameter of the autopilot, None when it did not tell: it has none of that name, or was not heard."""
        async with self._lock(vehicle, f"param {name}"):
            known = self.registry.target_of(vehicle)
            if known is None:
                return None
            machine = ParamRead(vehicle, self._address(known), name)
            await self._run(machine)
            return machine.value

    async def download_mission(self, vehicle: VehicleKey, *, mission_type: int = 0) -> list[MissionItem]:
        """Return the mission on the vehicle, without ArduPilot's home; raises MissionError when it cannot be read."""
        async with self._lock(vehicle, "mission"):
            return await self._download(vehicle, mission_type)

    async def _download(self, vehicle: VehicleKey, mission_type: int) -> list[MissionItem]:
        known = self.registry.target_of(vehicle)
        if known is None:
            raise MissionError(TIMED_OUT, "the vehicle is not known")
        machine = MissionDownload(vehicle, self._address(known), mission_type=mission_type)
        await self._run(machine)
        if machine.items is None:
            raise machine.error or MissionError(TIMED_OUT, "the bridge was stopped")
        return without_home(known.autopilot, machine.items, mission_type)

    async def upload_mission(
        self, vehicle: VehicleKey, items: Sequence[MissionItem], *, mission_type: int = 0, verify: bool = False
    ) -> MissionResult:
        """Upload `items` (ArduPilot's home is added), and with `verify` read them back and compare.

        Verified is the only certain outcome: an upload whose last acknowledgement was lost counts as timed out without
        it, and as accepted with it if the vehicle turns out to hold the mission.
        """
        async with self._lock(vehicle, "mission"):
            known = self.registry.target_of(vehicle)
            if known is None:
                return MissionResult(TIMED_OUT, None, "the vehicle is not known")
            wire = with_home(known.autopilot, items, mission_type)
            machine = MissionUpload(vehicle, self._address(known), wire, mission_type=mission_type)
            await self._run(machine)
            result = machine.result
            assert result is not None
            may_have_arrived = result.outcome == TIMED_OUT and machine.all_sent
            if not verify or not (result.outcome == ACCEPTED or may_have_arrived):
                return result
            try:
                read = await self._download(vehicle, mission_type)
            except MissionError as error:
                return MissionResult(TIMED_OUT, error.code, f"sent, but not read back: {error}")
            wrong = differences(items, read, known.autopilot)
            if wrong:
                outcome = MISMATCH if result.outcome == ACCEPTED else TIMED_OUT
                return MissionResult(outcome, result.code, "; ".join(wrong[:5]))
            return MissionResult(ACCEPTED, result.code, verified=True)


def _is_done(machine: Machine) -> bool:
    return machine.result is not None if isinstance(machine, CommandMachine) else machine.done
