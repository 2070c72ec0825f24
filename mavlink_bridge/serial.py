"""Serial: a telemetry radio or an autopilot on a wire; needs pyserial (the optional extra "serial")."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from .udp import Batch

if TYPE_CHECKING:
    import serial

REOPEN_AFTER_S = 2.0
READ_BYTES = 4096


class SerialUnavailableError(RuntimeError):
    """pyserial is not installed."""


class SerialPort:
    """One serial device, opened again every two seconds after it was unplugged."""

    def __init__(
        self, device: str, baud: int, on_batch: Callable[[Batch], None], on_close: Callable[[str], None]
    ) -> None:
        self._device = device
        self._baud = baud
        self._on_batch = on_batch
        self._on_close = on_close
        self._port: serial.Serial | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._reopening: asyncio.TimerHandle | None = None
        self._counters = {"serial_errors": 0, "serial_reopened": 0, "serial_send_blocked": 0}

    @property
    def address(self) -> str:
        """The endpoint."""
        return f"serial:{self._device}"

    async def start(self) -> None:
        """Open the device; raises SerialUnavailableError without pyserial, OSError when it cannot be opened."""
        self._loop = asyncio.get_running_loop()
        self._open()

    def _open(self) -> None:
        try:
            import serial  # noqa: PLC0415 - an optional extra
        except ImportError as error:
            raise SerialUnavailableError(
                "serial links need pyserial, which is not installed: pip install 'hexlane[serial]'"
            ) from error
        port = serial.Serial(self._device, self._baud, timeout=0, write_timeout=0)
        self._port = port
        assert self._loop is not None
        self._loop.add_reader(port.fileno(), self._drain)

    async def stop(self) -> None:
        """Close the device."""
        if self._reopening is not None:
            self._reopening.cancel()
            self._reopening = None
        self._close()

    def _close(self) -> None:
        if self._port is not None and self._loop is not None:
            self._loop.remove_reader(self._port.fileno())
            self._port.close()
            self._port = None
            self._on_close(self.address)

    def _drain(self) -> None:
        assert self._port is not None
        try:
            data = self._port.read(READ_BYTES)
        except OSError:
            data = b""
        if data:
            self._on_batch([(self.address, bytes(data))])
        else:
            self._lost()  # readable, and nothing to read: the device is gone

    def _lost(self) -> None:
        self._counters["serial_errors"] += 1
        self._close()
        assert self._loop is not None
        self._reopening = self._loop.call_later(REOPEN_AFTER_S, self._reopen)

    def _reopen(self) -> None:
        self._reopening = None
        try:
            self._open()
        except OSError:
            self._lost()
        else:
            self._counters["serial_reopened"] += 1

    def send(self, endpoint: str, data: bytes) -> bool:
        """Send; a full output queue or a device that is gone drops, and counts."""
        if self._port is None or endpoint != self.address:
            return False
        try:
            self._port.write(data)
        except OSError:
            self._counters["serial_send_blocked"] += 1
            return False
        return True

    def counters(self) -> dict[str, int]:
        """Return errors and drops."""
        return dict(self._counters)
