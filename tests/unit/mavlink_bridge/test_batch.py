"""The compiled path against the plain one."""

from __future__ import annotations

import random

import numpy as np
from pymavlink.dialects.v20 import all as dialect

from mavlink_bridge import batch, codec
from tests.unit.mavlink_bridge.frames import Sender, raw_v2


def hostile(count: int, seed: int) -> list[bytes]:
    """Datagrams of good, cut, flipped, joined, unknown and random bytes."""
    chooser = random.Random(seed)
    senders = [Sender(1), Sender(2, v1=True), Sender(3, 154)]
    made = []
    for _ in range(count):
        sender = chooser.choice(senders)
        data = b"".join(
            chooser.choice(
                (sender.heartbeat, sender.position, lambda: raw_v2(54_321, b"abc", 1), lambda: raw_v2(60_053, b"\1", 3))
            )()
            for _ in range(chooser.randrange(4))
        )
        kind = chooser.randrange(6)
        if kind == 1:
            data = data[: chooser.randrange(len(data) + 1)]
        elif kind == 2 and data:
            mutable = bytearray(data)
            mutable[chooser.randrange(len(data))] ^= 1 << chooser.randrange(8)
            data = bytes(mutable)
        elif kind == 3:
            data = chooser.randbytes(chooser.randrange(60)) + data + chooser.randbytes(chooser.randrange(9))
        elif kind == 4:
            data = bytes(chooser.choice((0xFD, 0xFE, 0, 33, 255)) for _ in range(chooser.randrange(300)))
        made.append(data)
    return made


def test_batch_scan_is_the_plain_scan():
    """For every datagram the compiled scan finds the same frames and counts the same faults."""
    datagrams = hostile(4000, seed=5)
    data, bounds = batch.join(datagrams)
    frames, faults = batch.scan_batch(data, bounds)
    at = 0
    for number, datagram in enumerate(datagrams):
        plain = codec.scan(datagram)
        fault = faults[number]
        assert (fault["bad_crc"], fault["unknown"], fault["dropped_bytes"], fault["truncated"], fault["gave_up"]) == (
            plain.bad_crc,
            plain.unknown,
            plain.dropped_bytes,
            plain.truncated,
            plain.gave_up,
        )
        base = bounds[number]
        for frame in plain.frames:
            row = frames[at]
            at += 1
            assert row["datagram"] == number
            compiled = (
                row["message_id"], row["system_id"], row["component_id"], row["sequence"], row["payload_at"] - base,
                row["payload_length"], row["start"] - base, row["end"] - base, row["version"], row["signed"],
                row["known"],
            )  # fmt: skip
            assert compiled == tuple(frame)
    assert at == len(frames)


def test_columns_are_pymavlinks_fields():
    """The columns of a batch hold what pymavlink decodes from the same frames."""
    sender = Sender()
    frames = [sender.position(225_000_000 + n, 1_140_000_000 - n, boot_ms=n, heading=n) for n in range(200)]
    data, bounds = batch.join(frames)
    found, _faults = batch.scan_batch(data, bounds)
    fields = batch.columns(data, found, 33)
    parser = dialect.MAVLink(None)
    for row, frame in zip(fields, frames, strict=True):
        (message,) = parser.parse_buffer(frame)
        assert {name: row[name].item() for name in fields.dtype.names} == {
            name: getattr(message, name) for name in message.fieldnames
        }


def test_an_empty_batch_is_empty():
    """No datagrams, or only empty ones, give no frames."""
    frames, faults = batch.scan_batch(*batch.join([b"", b""]))
    assert (len(frames), len(faults)) == (0, 2)
    assert len(batch.columns(np.zeros(0, np.uint8), frames, 33)) == 0
