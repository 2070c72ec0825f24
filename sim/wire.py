"""MAVLink 2 frames of a simulated vehicle: precomputed packers, one sequence per link, one parser per peer.

Layout: https://mavlink.io/en/guide/serialization.html. Message definitions (field order, CRC extra) come from
pymavlink's `common` dialect, so a field can never be in the wrong place; only the framing is ours because building
pymavlink's message objects costs ten times as much.
"""

from collections.abc import Callable
from struct import Struct
from struct import error as StructError  # noqa: N812
from typing import Any, Final, NamedTuple

from pymavlink.dialects.v20 import common as mavlink
from pymavlink.generator import mavcrc

MAX_DATAGRAM: Final = 1200
"""Bytes of frames put into one datagram."""
_HEADER: Final = Struct("<BBBBBBBHB")
_CRC: Final = Struct("<H")
_ONE_BYTE: Final = tuple(bytes((value,)) for value in range(256))


def _plain_crc(data: bytes) -> int:
    return int(mavcrc.x25crc(data).crc)


_crc: Final[Callable[[bytes], int]] = mavcrc.mcrf4xx or _plain_crc
"""CRC-16/MCRF4XX of MAVLink: the compiled one pymavlink itself uses where it is installed."""


class Packet(NamedTuple):
    """A message before it has a sender and a sequence number: id, CRC extra, zero-truncated payload."""

    msg_id: int
    crc_extra: int
    payload: bytes


_tuple: Final = tuple.__new__
"""Makes a named tuple without the function in Python that its class would go through."""


class Packer:
    """Packs one message type from its values in wire order (`fields`), arrays flattened."""

    __slots__ = ("_pack", "crc_extra", "fields", "msg_id")

    def __init__(self, message: type[Any]) -> None:
        self.msg_id: int = message.id
        self.crc_extra: int = message.crc_extra
        self.fields: tuple[str, ...] = tuple(message.ordered_fieldnames)
        self._pack = message.unpacker.pack

    def __call__(self, *values: float | bytes) -> Packet:
        """Return the packet; raises struct.error for values outside their type, which is a bug of the caller."""
        return _tuple(Packet, (self.msg_id, self.crc_extra, truncated(self._pack(*values))))


def truncated(payload: bytes) -> bytes:
    """Drop trailing zero bytes but the first byte, as MAVLink 2 requires."""
    return payload.rstrip(b"\0") or payload[:1]


def packet_of(message: Any) -> Packet:
    """Return the packet of a pymavlink message object (for the rare ones)."""
    frame = message.pack(_COLD)
    return Packet(message.get_msgId(), message.crc_extra, bytes(frame[10 : 10 + frame[1]]))


_COLD = mavlink.MAVLink(None)


class Link:
    """One peer's connection: counts what is sent on it and parses what comes from it, apart from every other peer."""

    __slots__ = ("_parser", "bad_frames", "component_id", "heard_at_s", "sequence", "system_id")

    def __init__(self, system_id: int, component_id: int = 1) -> None:
        self.system_id, self.component_id = system_id, component_id
        self.sequence = 0
        self.bad_frames = 0
        self.heard_at_s: float | None = None
        self._parser = mavlink.MAVLink(None)
        self._parser.robust_parsing = True

    def frame(self, packet: Packet) -> bytes:
        """Return the frame of a packet with this link's next sequence number."""
        payload = packet.payload
        msg_id = packet.msg_id
        head = _HEADER.pack(
            0xFD,
            len(payload),
            0,
            0,
            self.sequence,
            self.system_id,
            self.component_id,
            msg_id & 0xFFFF,
            msg_id >> 16,
        )
        self.sequence = (self.sequence + 1) & 0xFF
        body = head[1:] + payload
        return b"\xfd" + body + _CRC.pack(_crc(body + _ONE_BYTE[packet.crc_extra]))

    def datagrams(self, packets: list[Packet]) -> list[bytes]:
        """Return the packets' frames, as many to a datagram as fit."""
        if len(packets) == 1:
            return [self.frame(packets[0])]
        out: list[bytes] = []
        room = b""
        for packet in packets:
            frame = self.frame(packet)
            if room and len(room) + len(frame) > MAX_DATAGRAM:
                out.append(room)
                room = b""
            room += frame
        if room:
            out.append(room)
        return out

    def parse(self, datagram: bytes, now_s: float) -> list[Any]:
        """Return the whole, known, valid messages of one datagram; leftovers are dropped, bad frames counted."""
        self.heard_at_s = now_s
        try:
            found = self._parser.parse_buffer(datagram) or []
        except (mavlink.MAVError, StructError, ValueError):
            self.bad_frames += 1
            found = []
        self._parser.buf = bytearray()
        self._parser.buf_index = 0
        self._parser.expected_length = 8
        good = []
        for message in found:
            kind = message.get_type()
            if kind == "BAD_DATA":
                self.bad_frames += 1
            elif not kind.startswith("UNKNOWN"):
                good.append(message)
        return good
