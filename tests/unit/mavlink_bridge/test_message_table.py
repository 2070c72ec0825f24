"""The message table against pymavlink's dialects."""

from __future__ import annotations

import pytest
from pymavlink.dialects.v20 import all as everything
from pymavlink.dialects.v20 import ardupilotmega, common, development

from mavlink_bridge.message_table import CRC_EXTRA, MAX_LENGTH, MIN_LENGTH, NAME


@pytest.mark.parametrize("dialect", [everything, ardupilotmega, common, development])
def test_every_message_of_the_dialects_has_their_checksum_seed_and_length(dialect):
    """Every message pymavlink knows, besides its own test messages, is in the table with the same numbers."""
    for number, message in dialect.mavlink_map.items():
        if 17_000 <= number < 18_000:
            continue
        assert (NAME[number], CRC_EXTRA[number], MAX_LENGTH[number]) == (
            message.msgname,
            message.crc_extra,
            message.unpacker.size,
        )


def test_base_lengths_leave_out_the_extensions():
    """MAVLink 1 lengths are those without extensions: SYS_STATUS 31 of 43, GPS_RAW_INT 30 of 52."""
    assert (MIN_LENGTH[1], MAX_LENGTH[1]) == (31, 43)
    assert (MIN_LENGTH[24], MAX_LENGTH[24]) == (30, 52)
    assert all(MIN_LENGTH[number] <= MAX_LENGTH[number] for number in MIN_LENGTH)


def test_the_events_interface_that_pymavlink_lacks_is_known():
    """EVENT's seed is the one computed from its definition in events.xml."""
    seed = everything.x25crc(
        b"EVENT uint32_t id uint32_t event_time_boot_ms uint16_t sequence uint8_t destination_component "
        b"uint8_t destination_system uint8_t log_levels uint8_t arguments " + bytes([40])
    ).crc
    assert CRC_EXTRA[410] == (seed & 0xFF) ^ (seed >> 8)
    assert MAX_LENGTH[410] == 53
