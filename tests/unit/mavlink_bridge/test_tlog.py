"""Telemetry logs with the damage real ones have."""

from __future__ import annotations

import random

from mavlink_bridge import tlog
from tests.unit.mavlink_bridge.frames import NOW, Sender, raw_v2


def test_records_are_read_back():
    """What is written is read, with its time to the microsecond."""
    sender = Sender(1)
    frames = [sender.heartbeat(), sender.position(), Sender(2, v1=True).heartbeat(), raw_v2(54_321, b"abc", 1)]
    data = b"".join(tlog.record(NOW + n * 0.25, frame) for n, frame in enumerate(frames))
    reader = tlog.TlogReader(data)
    assert [(r.at_s, r.frame) for r in reader] == [(NOW + n * 0.25, frame) for n, frame in enumerate(frames)]
    assert (reader.records, reader.bad_records, reader.skipped_bytes) == (4, 0, 0)


def test_a_frame_of_another_dialect_is_one_bad_record():
    """A record whose length no dialect of ours has is skipped as a whole, as a ground station's old messages are."""
    sender = Sender(1)
    foreign = b"\xfe\x05\x00\xff\x00\x8e\x01\x02\x03\x04\x05\x11\x22"
    data = b"".join(tlog.record(NOW, f) for f in (sender.heartbeat(), foreign, sender.position(), foreign))
    reader = tlog.TlogReader(data)
    assert len(list(reader)) == 2
    assert (reader.bad_records, reader.skipped_bytes) == (2, 2 * 21)


def test_reading_goes_on_behind_damage():
    """Bytes lost or added in the middle cost the record they hit and no more."""
    sender = Sender(1)
    records = [tlog.record(NOW + n, sender.position(boot_ms=n)) for n in range(50)]
    data = b"".join(records[:20]) + records[20][:-4] + b"".join(records[21:30]) + b"noise" + b"".join(records[30:])
    reader = tlog.TlogReader(data)
    assert len(list(reader)) == 49
    assert reader.bad_records == 2


def test_random_bytes_are_no_records():
    """Noise gives nothing and never raises; a log that stops inside a record ends there."""
    assert list(tlog.TlogReader(random.Random(6).randbytes(20_000))) == []
    whole = tlog.record(NOW, Sender(1).heartbeat())
    for cut in range(len(whole)):
        reader = tlog.TlogReader(whole + whole[:cut])
        assert len(list(reader)) == 1
        assert reader.skipped_bytes == cut
