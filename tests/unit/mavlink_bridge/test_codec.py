"""Framing, checksums and encoding."""

from __future__ import annotations

import random

import pytest
from pymavlink.dialects.v20 import all as dialect

from mavlink_bridge import codec
from tests.unit.mavlink_bridge.frames import Sender, raw_v2


def names(found: codec.Scan) -> list[int]:
    return [frame.message_id for frame in found.frames]


def test_crc_is_pymavlinks():
    """The reflected standard-library sum equals pymavlink's CRC for any bytes and seed."""
    chooser = random.Random(1)
    for _ in range(500):
        data = chooser.randbytes(chooser.randrange(0, 300))
        extra = chooser.randrange(256)
        assert codec.crc(data, extra) == dialect.x25crc(data + bytes([extra])).crc


@pytest.mark.parametrize("v1", [False, True])
def test_one_datagram_may_hold_several_frames(v1):
    """Frames of both versions are found one after the other, with header fields as sent."""
    sender = Sender(7, 3, v1=v1)
    data = sender.heartbeat() + sender.position()
    found = codec.scan(data)
    assert names(found) == [0, 33]
    first, second = found.frames
    assert (first.system_id, first.component_id, first.sequence, first.version) == (7, 3, 0, 1 if v1 else 2)
    assert (second.sequence, second.start, second.end) == (1, first.end, len(data))
    assert (found.dropped_bytes, found.bad_crc, found.truncated) == (0, 0, False)


def test_a_damaged_frame_costs_only_itself():
    """A flipped bit is one bad CRC, and the frame behind is still found."""
    sender = Sender()
    one, two = bytearray(sender.position()), sender.heartbeat()
    one[15] ^= 4
    found = codec.scan(bytes(one) + two)
    assert names(found) == [0]
    assert found.bad_crc == 1
    assert found.dropped_bytes == len(one)


def test_bytes_before_and_between_frames_are_skipped_and_counted():
    """Noise without a start byte is dropped and counted."""
    sender = Sender()
    found = codec.scan(b"noise" + sender.heartbeat() + b"!!" + sender.position() + b"end")
    assert names(found) == [0, 33]
    assert found.dropped_bytes == 5 + 2 + 3


def test_a_datagram_that_ends_inside_a_frame_is_truncated():
    """What is unfinished at a datagram's end is dropped, not kept."""
    frame = Sender().position()
    found = codec.scan(frame[:-3])
    assert (found.frames, found.truncated, found.dropped_bytes) == ([], True, len(frame) - 3)


def test_a_stream_waits_for_the_rest_of_a_frame():
    """In a stream the unfinished frame stays, and `rest_at` says where it begins."""
    sender = Sender()
    whole, part = sender.heartbeat(), sender.position()[:-3]
    found = codec.scan(whole + part, stream=True)
    assert names(found) == [0]
    assert (found.rest_at, found.dropped_bytes, found.truncated) == (len(whole), 0, False)


def test_unknown_messages_are_skipped_whole_and_counted():
    """A message that is not in the table gives an unchecked frame, and does not disturb its neighbours."""
    stranger = raw_v2(54_321, b"\xfd\x01\x02\x03", extra=9)
    found = codec.scan(stranger + Sender().heartbeat() + stranger)
    assert [(frame.message_id, frame.known) for frame in found.frames] == [(54_321, False), (0, True), (54_321, False)]
    assert (found.unknown, found.bad_crc, found.dropped_bytes) == (2, 0, 0)


def test_a_false_unknown_header_does_not_swallow_the_frame_behind_it():
    """Bytes that look like the header of an unknown message are skipped when no frame follows where it would end."""
    found = codec.scan(b"\xfd\x09\x00\x00\x00\x01\x01\x31\xd4\x00" + Sender().heartbeat())
    assert names(found) == [0]


def test_unknown_incompatibility_flags_are_refused():
    """A frame with an incompatibility flag we do not know must be discarded."""
    assert codec.scan(raw_v2(0, bytes(9), extra=50, flags=2)).frames == []


def test_payloads_longer_than_known_are_accepted():
    """A newer sender's extensions are part of the CRC and then ignored."""
    payload = bytes([1, 0, 0, 0, 2, 12, 129, 4, 3]) + b"new fields"
    data = raw_v2(0, payload, extra=50)
    (frame,) = codec.scan(data).frames
    assert codec.unpack(data, frame) == (1, 2, 12, 129, 4, 3)


def test_a_hostile_datagram_is_given_up_after_sixteen_bad_checksums():
    """A header every twelve bytes, each claiming 255 bytes, costs sixteen sums and no more."""
    header = b"\xfd\xff\x00\x00\x00\x01\x01\x21\x00\x00\x00\x00"
    found = codec.scan(header * 5000)
    assert (found.bad_crc, found.gave_up, found.frames) == (codec.BAD_CRC_LIMIT, True, [])
    assert found.dropped_bytes == len(header) * 5000


def test_ten_thousand_flipped_bits_are_all_refused():
    """No frame with one flipped bit is accepted as what it was not."""
    chooser = random.Random(2)
    sender = Sender()
    accepted = 0
    for _ in range(10_000):
        frame = bytearray(sender.position() if chooser.random() < 0.5 else sender.heartbeat())
        bit = chooser.randrange(len(frame) * 8)
        frame[bit // 8] ^= 1 << bit % 8
        accepted += sum(found.known for found in codec.scan(bytes(frame)).frames)
    assert accepted == 0


@pytest.mark.parametrize("version", [1, 2])
def test_encoded_frames_are_pymavlinks(version):
    """What we encode is byte for byte what pymavlink packs, zero-truncation included."""
    sender = Sender(255, 190, v1=version == 1)
    theirs = sender.pack(dialect.MAVLink_command_long_message(1, 1, 176, 0, 1, 4, 3, 0, 0, 0, 0))
    fields = {"target_system": 1, "target_component": 1, "command": 176, "param1": 1, "param2": 4, "param3": 3}
    ours = codec.encode(76, codec.wire_values(76, fields), sequence=0, system_id=255, component_id=190, version=version)
    assert ours == theirs
    empty = codec.encode(245, [0, 0], sequence=0, system_id=255, component_id=190, version=version)
    sender.mav.seq = 0
    assert empty == sender.pack(dialect.MAVLink_extended_sys_state_message(0, 0))


def test_values_that_do_not_fit_are_refused():
    """A value outside its field, and a field the message lacks, are errors of the caller."""
    with pytest.raises(ValueError, match="HEARTBEAT"):
        codec.encode(0, [0, 300, 0, 0, 0, 0], sequence=0, system_id=1, component_id=1)
    with pytest.raises(ValueError, match="no field"):
        codec.wire_values(0, {"speed": 1})


def test_random_bytes_never_raise():
    """Any bytes are a scan, as a datagram and as a stream, and every byte is in a frame, dropped, or still waiting."""
    chooser = random.Random(3)
    for _ in range(3000):
        data = bytes(
            chooser.choice((0xFD, 0xFE, 0, 1, 33, chooser.randrange(256))) for _ in range(chooser.randrange(400))
        )
        for stream in (False, True):
            found = codec.scan(data, stream=stream)
            inside = sum(frame.end - frame.start for frame in found.frames)
            assert inside + found.dropped_bytes + len(data) - found.rest_at == len(data)
