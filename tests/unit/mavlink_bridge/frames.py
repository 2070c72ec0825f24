"""Frames for the tests, made by pymavlink so that the codec is never its own judge."""

from __future__ import annotations

import struct
from typing import Any

from pymavlink.dialects.v20 import all as dialect

NOW = 1_700_000_000.0
UDP = "udp:127.0.0.1:50123"


class Sender:
    """One MAVLink sender with its own sequence numbers, optionally signing."""

    def __init__(
        self, system_id: int = 1, component_id: int = 1, *, v1: bool = False, key: bytes | None = None
    ) -> None:
        self.mav = dialect.MAVLink(None, srcSystem=system_id, srcComponent=component_id)
        self.v1 = v1
        if key is not None:
            self.mav.signing.secret_key = key
            self.mav.signing.sign_outgoing = True
            self.mav.signing.timestamp = int((NOW - 1_420_070_400) * 100_000)

    def pack(self, message: Any) -> bytes:
        """Return the frame of a pymavlink message."""
        frame = bytes(message.pack(self.mav, force_mavlink1=self.v1))
        self.mav.seq = (self.mav.seq + 1) % 256
        return frame

    def heartbeat(
        self, autopilot: int = 12, kind: int = 2, base_mode: int = 129, custom_mode: int = 0x04040000
    ) -> bytes:
        """A heartbeat; PX4 quadrotor, armed, flying its mission."""
        return self.pack(dialect.MAVLink_heartbeat_message(kind, autopilot, base_mode, custom_mode, 4, 3))

    def position(
        self, lat: int = 225_431_000, lon: int = 1_140_579_000, *, boot_ms: int = 1000, heading: int = 9_000
    ) -> bytes:
        """GLOBAL_POSITION_INT over Futian."""
        return self.pack(
            dialect.MAVLink_global_position_int_message(boot_ms, lat, lon, 95_000, 80_000, 310, -220, -50, heading)
        )


def raw_v2(
    message_id: int, payload: bytes, extra: int, *, system_id: int = 1, sequence: int = 0, flags: int = 0
) -> bytes:
    """A MAVLink 2 frame from its parts."""
    body = struct.pack("<BBBBBB", len(payload), flags, 0, sequence, system_id, 1) + message_id.to_bytes(3, "little")
    body += payload
    return b"\xfd" + body + struct.pack("<H", dialect.x25crc(body + bytes([extra])).crc)
