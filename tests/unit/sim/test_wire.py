"""Frames: the same bytes as the reference codec's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymavlink.dialects.v20 import common as mavlink

from sim import telemetry
from sim.flavour import Flavour
from sim.vehicle import Position, Vehicle
from sim.wire import MAX_DATAGRAM, Link, Packer, packet_of

POSITION = mavlink.MAVLink_global_position_int_message
i32 = st.integers(-(2**31), 2**31 - 1)
i16 = st.integers(-(2**15), 2**15 - 1)


@given(
    st.tuples(st.integers(0, 2**32 - 1), i32, i32, i32, i32, i16, i16, i16, st.integers(0, 65535), st.integers(0, 255))
)
def test_frames_are_those_of_pymavlink(values: tuple[int, ...]) -> None:
    """For any values and sequence number a frame must be byte for byte the reference codec's."""
    *fields, sequence = values
    link, reference = Link(9), mavlink.MAVLink(None, 9, 1)
    link.sequence = reference.seq = sequence
    assert link.frame(Packer(POSITION)(*fields)) == bytes(POSITION(*fields).pack(reference))


def test_sequence_is_counted_per_link() -> None:
    """Each link must number its own frames without gaps, whatever is sent on another."""
    one, two = Link(1), Link(1)
    packet = packet_of(mavlink.MAVLink_timesync_message(0, 1))
    assert [one.frame(packet)[4] for _ in range(257)] == [*range(256), 0]
    assert two.frame(packet)[4] == 0


def test_datagrams_hold_whole_frames() -> None:
    """Many packets must be sent in datagrams no longer than the limit, each of whole frames, in order."""
    link, other = Link(1), Link(2)
    packets = [packet_of(mavlink.MAVLink_timesync_message(0, k)) for k in range(200)]
    datagrams = link.datagrams(packets)
    assert max(map(len, datagrams)) <= MAX_DATAGRAM
    assert [m.ts1 for d in datagrams for m in other.parse(d, 0.0)] == list(range(200))


@pytest.mark.parametrize("flavour", list(Flavour))
def test_every_telemetry_message_can_be_read(flavour: Flavour) -> None:
    """Every message a vehicle can send must be one the reference codec reads, under the id it was asked by."""
    vehicle = Vehicle(Position(22.5, 114.0, 10.0))
    state = telemetry.State(vehicle, flavour, 3, 0.0, -3.0, -3.0)
    link, other = Link(3), Link(255)
    for msg_id, build in telemetry.BUILDERS.items():
        message = other.parse(link.frame(build(state, 3600.0)), 0.0)[0]
        assert message.get_msgId() == msg_id
