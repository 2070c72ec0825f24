"""Ten million random and mutated frames through both decoders: no exception, no growth in memory.

`python -m tests.bench.fuzz [--quick] [--frames N]`. Four in ten datagrams are good frames, the others are flipped, cut,
joined, stuffed or random. Each goes frame by frame (`Registry.feed`) or in batches (`Registry.feed_batch`, the fast
lane), half each; the peers come from more addresses than the registry remembers, so that evicting is exercised too.
"""

from __future__ import annotations

import argparse
import gc
import random
import socket
import struct
import time
from pathlib import Path

import numpy as np

from mavlink_bridge import codec, mmsg
from mavlink_bridge.lane import Datagrams
from mavlink_bridge.layouts import LAYOUTS
from mavlink_bridge.registry import Limits, Registry

BATCH = 1024
LIMITS = Limits(peers=500, vehicles=500, evict_peer_after_s=1.0, forget_after_s=30.0)
KEY = bytes(range(32))


def resident_mib() -> float:
    """Return this process's resident memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def good(chooser: random.Random, count: int) -> list[bytes]:
    """Return frames of every message we read, with random fields, of many senders."""
    made = []
    ids = list(LAYOUTS)
    for _ in range(count):
        message_id = chooser.choice((*ids, 0, 0, 0, 33, 33, 33, 1, 1))
        size = LAYOUTS[message_id].size
        payload = chooser.randbytes(size) if chooser.random() < 0.7 else bytes(size)
        version = 2 if message_id > 255 or chooser.random() < 0.7 else 1
        values = LAYOUTS[message_id].unpack(payload)
        if message_id == 0:
            values = (4, 2, chooser.choice((3, 12, 8)), 129, 4, 3)
        made.append(
            codec.encode(
                message_id, values, sequence=chooser.randrange(256), system_id=chooser.randrange(256),
                component_id=chooser.choice((1, 1, 1, 154)), version=version,
            )
        )  # fmt: skip
    return made


def mutated(chooser: random.Random, frames: list[bytes]) -> bytes:
    """Return one datagram, in six of ten cases damaged."""
    data = chooser.choice(frames)
    kind = chooser.randrange(10)
    if kind < 4:
        return data
    if kind == 4:
        changed = bytearray(data)
        for _ in range(chooser.randrange(1, 9)):
            changed[chooser.randrange(len(changed))] ^= 1 << chooser.randrange(8)
        return bytes(changed)
    if kind == 5:
        return data[: chooser.randrange(len(data))]
    if kind == 6:
        return data[chooser.randrange(len(data)) :] + chooser.choice(frames)
    if kind == 7:
        return chooser.randbytes(chooser.randrange(40)) + data + b"\xfd" * chooser.randrange(30)
    if kind == 8:
        return chooser.randbytes(chooser.randrange(300))
    return bytes(chooser.choice((0xFD, 0xFE, 0, 1, 33, 255)) for _ in range(chooser.randrange(120)))


def words_of(number: int) -> bytes:
    host = socket.inet_aton(f"10.0.{number // 200}.{number % 200}")
    return struct.pack("=H", socket.AF_INET) + struct.pack("!H", 14_550) + host + bytes(24)


def run(total: int, seed: int, registry: Registry, *, fast: bool, now: float) -> tuple[int, int, float]:
    """Feed about `total` frames; returns datagrams, events and the time reached."""
    chooser = random.Random(seed)
    frames = good(chooser, 4000)
    pool = [mutated(chooser, frames) for _ in range(20_000)]
    picker = np.random.default_rng(seed)
    addresses = np.frombuffer(b"".join(words_of(n) for n in range(3000)), np.uint64).reshape(-1, 4)
    names = [f"udp:{mmsg.address_of(words)[0]}:14550" for words in addresses]
    known = {words.tobytes(): name for words, name in zip(addresses, names, strict=True)}
    sent = events = 0
    while sent < total:
        if sent and sent % (BATCH * 400) == 0:
            pool = [mutated(chooser, frames) for _ in range(20_000)]
        pieces = [pool[k] for k in picker.integers(0, len(pool), BATCH)]
        # Half of the time a few hundred peers speak, else anybody.
        peers = picker.integers(0, 300 if (sent // BATCH) % 2 else 3000, BATCH)
        now += float(picker.choice((0.01, 0.3, 4.0)))
        if fast:
            ends = np.cumsum([len(piece) for piece in pieces]).astype(np.int64)
            starts = ends - np.array([len(piece) for piece in pieces], np.int64)
            batch = Datagrams(np.frombuffer(b"".join(pieces), np.uint8), starts, ends, addresses[peers])
            routine, told = registry.feed_batch(batch, lambda words: known[words.tobytes()], 0, now)
            events += len(told) + len(routine.heard)
        else:
            for peer, piece in zip(peers.tolist(), pieces, strict=True):
                events += len(registry.feed(names[peer], piece, now))
        events += len(registry.tick(now))
        sent += BATCH
    return sent, events, now


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="200,000 frames")
    parser.add_argument("--frames", type=int)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    total = options.frames or (200_000 if options.quick else 10_000_000)
    print("| decoder | datagrams | events | bad sums | us a datagram | memory before, after warm-up, at the end |")
    print("|---|---|---|---|---|---|")
    for fast, name in ((False, "frame by frame"), (True, "in batches, compiled")):
        registry = Registry(LIMITS)
        registry.expect_signing("ac_1", KEY, 9)
        if fast and not registry.open_lane():
            continue
        before = resident_mib()
        _, _, now = run(total // 20, options.seed, registry, fast=fast, now=1_700_000_000.0)
        gc.collect()
        warm, began = resident_mib(), time.process_time()
        sent, events, _ = run(total // 2, options.seed + 1, registry, fast=fast, now=now)
        took_us = (time.process_time() - began) / sent * 1e6
        gc.collect()
        after = resident_mib()
        counters = registry.counters()
        assert counters["peers"] <= LIMITS.peers
        assert counters["vehicles"] <= LIMITS.vehicles
        assert after - warm < 32.0, f"memory grew from {warm:.0f} to {after:.0f} MiB"
        memory = f"{before:.0f}, {warm:.0f}, {after:.0f} MiB"
        print(f"| {name} | {sent:,} | {events:,} | {counters['bad_crc']:,} | {took_us:.2f} | {memory} |")


if __name__ == "__main__":
    main()
