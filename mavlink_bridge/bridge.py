"""Bridge: the running MAVLink side of the house: transports, registry, heartbeats, commands (signatures first)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from .events import Event, VehicleKey
from .registry import Limits, VehicleInfo


class MissionItem(msgspec.Struct, frozen=True):
    """One mission item; x and y are degrees times 1e7 in the global frames, z metres in the frame's datum."""

    frame: int
    command: int
    x: int
    y: int
    z: float
    param1: float = 0.0
    param2: float = 0.0
    param3: float = 0.0
    param4: float = 0.0
    autocontinue: int = 1


class MissionResult(msgspec.Struct, frozen=True):
    """How an upload ended: "accepted", "refused" (`code` is MAV_MISSION_RESULT), "timed_out", "mismatch"."""

    outcome: str
    code: int | None = None
    detail: str = ""


class CommandResult(msgspec.Struct, frozen=True):
    """How a command ended: "accepted", "refused" (`code` is MAV_RESULT), "timed_out"."""

    outcome: str
    code: int | None = None
    attempts: int = 1


class Bridge:
    """Owns transports and a Registry, and hands event batches to subscribers in the event loop."""

    def __init__(
        self,
        endpoints: Sequence[str] = ("udp:0.0.0.0:14550",),
        *,
        system_id: int = 255,
        component_id: int = 190,
        clock: Callable[[], float] | None = None,
        limits: Limits | None = None,
    ) -> None:
        raise NotImplementedError

    async def start(self) -> None:
        """Open every endpoint; raises OSError with the endpoint's name when one cannot be opened."""
        raise NotImplementedError

    async def stop(self) -> None:
        """Close every endpoint; pending commands and transfers end as timed out."""
        raise NotImplementedError

    def addresses(self) -> list[str]:
        """Return the endpoints as bound (the real port where port 0 was asked for)."""
        raise NotImplementedError

    def subscribe(self, callback: Callable[[list[Event]], None]) -> Callable[[], None]:
        """Call `callback` with every batch of events, in the event loop; returns the function that ends it."""
        raise NotImplementedError

    def expect_signing(self, credential: str, key: bytes, system_id: int) -> None:
        """Register the 32-byte signing key of the vehicle `credential` that flies with `system_id`."""
        raise NotImplementedError

    def vehicles(self) -> list[VehicleInfo]:
        """Return a snapshot of every vehicle: identity, link age, rates, loss."""
        raise NotImplementedError

    def counters(self) -> dict[str, int]:
        """Return totals over all links and transports, by name (for metrics)."""
        raise NotImplementedError

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
    ) -> CommandResult:
        """Send COMMAND_LONG (or COMMAND_INT) until it is answered; returns its outcome, never raises for a silence."""
        raise NotImplementedError

    async def set_mode(self, vehicle: VehicleKey, mode: str) -> CommandResult:
        """Ask for a normalised mode ("hold", "mission", "rtl", ...) in the autopilot's own numbers."""
        raise NotImplementedError

    async def download_mission(self, vehicle: VehicleKey, *, mission_type: int = 0) -> list[MissionItem]:
        """Return the mission on the vehicle (ArduPilot: item 0 is home); raises MissionError when it cannot be read."""
        raise NotImplementedError

    async def upload_mission(
        self, vehicle: VehicleKey, items: Sequence[MissionItem], *, mission_type: int = 0, verify: bool = False
    ) -> MissionResult:
        """Upload `items`, and with `verify` read them back and compare; returns the outcome."""
        raise NotImplementedError
