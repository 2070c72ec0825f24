"""How fast MAVLink is decoded, against pymavlink in the same run.

`python -m tests.bench.mavlink [--quick]` prints a markdown table: the mix is 1 HEARTBEAT : 2 GLOBAL_POSITION_INT :
1 SYS_STATUS, MAVLink 2, one frame a datagram, every CRC checked, every field decoded. Times are CPU times.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
from pymavlink.dialects.v20 import ardupilotmega as dialect

from mavlink_bridge import batch, codec
from mavlink_bridge.lane import Datagrams
from mavlink_bridge.registry import Registry

MIX = (0, 33, 33, 1)


def datagrams(count: int, seed: int = 7) -> list[bytes]:
    """Return `count` frames of 250 vehicles in the mix above."""
    random = np.random.default_rng(seed)
    sequences = dict.fromkeys(range(1, 251), 0)
    frames = []
    for number in range(count):
        system_id = number // len(MIX) % 250 + 1
        message_id = MIX[number % len(MIX)]
        lat, lon = (int(v) for v in random.integers((224_000_000, 1_137_000_000), (229_000_000, 1_147_000_000)))
        values = {
            0: (0x03040000, 2, 12, 209, 4, 3),
            33: (number, lat, lon, 90_000 + number % 30_000, 80_000, 310, -220, 15, 9_000 + number % 20_000),
            1: (1, 2, 3, 400, 15_800, 1_200, 1, 2, 3, 4, 5, 6, 80, 0, 0, 0),
        }[message_id]
        frames.append(
            codec.encode(message_id, values, sequence=sequences[system_id], system_id=system_id, component_id=1)
        )
        sequences[system_id] = (sequences[system_id] + 1) & 0xFF
    return frames


def cpu_us(work: Callable[[], int], repeats: int) -> list[float]:
    """Return CPU microseconds a message of each of `repeats` runs."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        count = work()
        times.append((time.process_time() - start) / count * 1e6)
    return times


def with_pymavlink(frames: list[bytes]) -> int:
    """Decode with pymavlink's parse_buffer."""
    parser = dialect.MAVLink(None)
    count = 0
    for frame in frames:
        count += len(parser.parse_buffer(frame) or ())
    return count


def with_scan(frames: list[bytes]) -> int:
    """Decode frame by frame: codec.scan and struct."""
    count = 0
    for data in frames:
        for frame in codec.scan(data).frames:
            codec.unpack(data, frame)
            count += 1
    return count


def with_registry(frames: list[bytes]) -> int:
    """Everything down to typed events, a peer for each of the 250 vehicles."""
    registry = Registry()
    for number, frame in enumerate(frames):
        registry.feed(f"udp:127.0.0.1:{20_000 + frame[5]}", frame, 1_700_000_000.0 + number * 1e-4)
    return len(frames)


def with_batch(frames: list[bytes]) -> int:
    """Decode in batches of 4,096 datagrams: compiled scan, numpy columns."""
    count = 0
    for number in range(0, len(frames), 4096):
        data, bounds = batch.join(frames[number : number + 4096])
        found, _faults = batch.scan_batch(data, bounds)
        for message_id in (0, 1, 33):
            count += len(batch.columns(data, found[found["message_id"] == message_id], message_id))
    return count


def with_lane(frames: list[bytes]) -> int:
    """The fast lane in batches of 512 datagrams: counters, links and vehicles kept, positions in columns."""
    registry, count = Registry(), 0
    registry.open_lane()
    words = np.zeros((256, 4), np.uint64)
    words[:, 0] = 1 + np.arange(256)
    for number in range(0, len(frames), 512):
        some = frames[number : number + 512]
        data, bounds = batch.join(some)
        peers = words[np.fromiter((frame[5] for frame in some), np.int64, len(some))]
        pieces = Datagrams(data, bounds[:-1], bounds[1:], peers)
        registry.feed_batch(pieces, lambda word: f"udp:127.0.0.1:{int(word[0])}", 0, 1_700_000_000.0 + number * 1e-4)
        count += len(some)
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the messages, fewer repeats")
    options = parser.parse_args()
    total, repeats = (20_000, 3) if options.quick else (200_000, 7)
    frames = datagrams(total)
    with_batch(frames[:4096])
    rows = [
        ("pymavlink `parse_buffer`", with_pymavlink, frames[: total // 10]),
        ("codec.scan + struct", with_scan, frames),
        ("Registry.feed (typed events)", with_registry, frames),
        ("batch.scan_batch + columns", with_batch, frames),
        ("Registry.feed_batch (the fast lane)", with_lane, frames),
    ]
    print("| decoder, CRC checked | CPU us a message, median | worst run | messages/s a core | against pymavlink |")
    print("|---|---|---|---|---|")
    baseline = 0.0
    for name, work, input_frames in rows:
        times = cpu_us(lambda work=work, data=input_frames: work(data), repeats)  # type: ignore[misc]
        median = statistics.median(times)
        baseline = baseline or median
        print(f"| {name} | {median:.3f} | {max(times):.3f} | {1e6 / median:,.0f} | {baseline / median:.1f} x |")


if __name__ == "__main__":
    main()
