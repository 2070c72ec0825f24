"""What a simulated autopilot answers to the small services: time, ping, files, parameters.

https://mavlink.io/en/services/: timesync, ping, file transfer, parameter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pymavlink.dialects.v20 import common as mavlink

from sim.wire import Packer, Packet, packet_of

if TYPE_CHECKING:
    from sim.autopilot import Autopilot

_timesync = Packer(mavlink.MAVLink_timesync_message)


def timesync(ap: Autopilot, message: Any, now_s: float) -> list[Packet]:
    if message.tc1 != 0:
        return []
    return [clock_packet(ap, message.ts1, now_s)]


def clock_packet(ap: Autopilot, asked_ns: int, now_s: float) -> Packet:
    """TIMESYNC: its own time since boot, and the instant it was asked at, both in nanoseconds."""
    return _timesync(ap.state.boot_us(now_s) * 1000, asked_ns)


def ping(ap: Autopilot, message: Any, now_s: float) -> list[Packet]:
    if message.target_system != 0:
        return []
    return [
        packet_of(
            mavlink.MAVLink_ping_message(
                message.time_usec, message.seq, message.get_srcSystem(), message.get_srcComponent()
            )
        )
    ]


def no_files(ap: Autopilot, message: Any, now_s: float) -> list[Packet]:
    """FILE_TRANSFER_PROTOCOL: there are no files here; a NAK lets the asker fall back at once.

    https://mavlink.io/en/services/ftp.html: opcode 129 NAK, one byte of data, error 7 unknown command.
    """
    asked = bytes(message.payload)
    sequence = (int.from_bytes(asked[0:2], "little") + 1) & 0xFFFF
    nak = sequence.to_bytes(2, "little") + bytes((asked[2], 129, 1, asked[3], 0, 0, 0, 0, 0, 0, 7))
    return [
        packet_of(
            mavlink.MAVLink_file_transfer_protocol_message(
                0, message.get_srcSystem(), message.get_srcComponent(), nak.ljust(251, b"\0")
            )
        )
    ]


def param(ap: Autopilot, index: int) -> Packet:
    param = ap.params.at(index)
    return packet_of(
        mavlink.MAVLink_param_value_message(
            param.name.encode(), ap.params.wire_value(index), param.kind, len(ap.params), index
        )
    )


def param_list(ap: Autopilot, message: Any, now_s: float) -> list[Packet]:
    ap.param_queue = list(range(len(ap.params)))
    return []


def param_read(ap: Autopilot, message: Any, now_s: float) -> list[Packet]:
    index = ap.params.find(_name(message.param_id), message.param_index)
    return [] if index is None else [param(ap, index)]


def param_set(ap: Autopilot, message: Any, now_s: float) -> list[Packet]:
    """Answer with the value that holds now, changed or not; ground stations compare it."""
    index = ap.params.find(_name(message.param_id), -1)
    if index is None:
        return []
    ap.params.set_from_wire(index, message.param_value, message.param_type)
    return [param(ap, index)]


def _name(raw: str | bytes) -> str:
    text = raw.decode("ascii", "replace") if isinstance(raw, bytes) else raw
    return text.rstrip("\0")
