"""The lane's kernels: what a batch of datagrams is sorted out with. Plain functions here; `kernels` compiles them.

They call each other by their global names: numba keys its cache by whatever a function closes over, and a kernel that closed
over another would be compiled anew in every process and kept on disk each time.
"""

import types
from functools import cache
from typing import Any, Final

import numpy as np

from .batch import compiled

SLOW, BEAT, PLACE, HEALTH, COUNTED, LANDED, MISSION = range(7)
HALF_WRAP_MS: Final = 1 << 31
"""A time since boot so far ahead is from before the wrap of its 32 bits."""


def home_of(keys: Any, mask: int, k0: Any, k1: Any, k2: Any, k3: Any) -> Any:
    """Return where a key is in an open-addressed table, or where it would go."""
    h = k0 * np.uint64(0x9E3779B97F4A7C15)
    h = (h ^ k1) * np.uint64(0xC2B2AE3D27D4EB4F)
    h = (h ^ k2 ^ (k3 << np.uint64(1))) * np.uint64(0x9E3779B97F4A7C15)
    at = np.int64((h ^ (h >> np.uint64(29))) & np.uint64(mask))
    while keys[at, 4] != 0 and not (
        keys[at, 0] == k0 and keys[at, 1] == k1 and keys[at, 2] == k2 and keys[at, 3] == k3
    ):
        at = (at + 1) & mask
    return at


def put(keys: Any, mask: int, k0: Any, k1: Any, k2: Any, k3: Any, slot: Any) -> bool:
    """Let a key mean a slot; returns whether it is new."""
    at = home_of(keys, mask, k0, k1, k2, k3)
    new = keys[at, 4] == 0
    keys[at, 0] = k0
    keys[at, 1] = k1
    keys[at, 2] = k2
    keys[at, 3] = k3
    keys[at, 4] = np.uint64(slot + 1)
    return bool(new)


def drop(keys: Any, mask: int, k0: Any, k1: Any, k2: Any, k3: Any) -> bool:
    """Take a key out; what stood behind it in its run is put again, so that no gap hides it."""
    at = home_of(keys, mask, k0, k1, k2, k3)
    if keys[at, 4] == 0:
        return False
    keys[at, 4] = 0
    at = (at + 1) & mask
    while keys[at, 4] != 0:
        held = keys[at, 4]
        keys[at, 4] = 0
        put(keys, mask, keys[at, 0], keys[at, 1], keys[at, 2], keys[at, 3], np.int64(held) - 1)
        at = (at + 1) & mask
    return True


def word(data: Any, at: int, payload_end: int, count: int) -> Any:
    """Return `count` bytes as an unsigned number, those after the payload's end being zeros."""
    value = np.uint64(0)
    for k in range(count):
        if at + k < payload_end:
            value |= np.uint64(data[at + k]) << np.uint64(8 * k)
    return value


def signed(value: Any, bits: int) -> Any:
    number = np.int64(value)
    if number >= np.int64(1) << (bits - 1):
        number -= np.int64(1) << bits
    return number


def is_routine(data: Any, frame: Any, kind: int, vehicle: Any, number: int) -> bool:
    """Tell whether one frame of a known sender is routine for its vehicle; `number` numbers its datagram."""
    if kind == COUNTED:
        return True
    if frame.component_id != vehicle.component_id:
        return False
    at = frame.payload_at
    end = at + np.int64(frame.payload_length)
    if kind == BEAT:
        return bool(
            vehicle.link_up == 1
            and vehicle.version == frame.version
            and vehicle.beat_end == np.int64(word(data, at + 8, end, 1))
            and vehicle.beat == word(data, at, end, 8)
        )
    if kind == HEALTH:
        return bool(
            vehicle.healthy == np.int64(word(data, at + 8, end, 4)) and vehicle.sensors == word(data, at, end, 8)
        )
    if kind == LANDED:
        return bool(vehicle.landed == np.int64(word(data, at, end, 2)))
    if kind == MISSION:
        return bool(vehicle.mission == np.int64(word(data, at, end, 6)))
    boot = np.int64(word(data, at, end, 4)) + vehicle.boot_base
    lat = signed(word(data, at + 4, end, 4), 32)
    lon = signed(word(data, at + 8, end, 4), 32)
    before = vehicle.boot_ms
    if vehicle.checked_in == number:
        before = max(before, vehicle.checked_boot_ms)
    vehicle.checked_in = number
    vehicle.checked_boot_ms = boot
    if before < 0 or boot < before or boot - before > HALF_WRAP_MS or (lat == 0 and lon == 0):
        return False
    return bool(-900_000_000 <= lat <= 900_000_000 and -1_800_000_000 <= lon <= 1_800_000_000)


def note(stream: Any, sequence: Any, totals: Any) -> None:
    """Count one sequence number as link.Stream.note does."""
    stream.frames += 1
    ahead = (sequence - np.int64(stream.expected)) & 0xFF
    if ahead < 128:
        stream.lost += ahead
        totals[3] += ahead
        stream.expected = np.uint8((sequence + 1) & 0xFF)
        stream.late_run = 0
    elif ahead == 255:
        stream.duplicates += 1
        totals[5] += 1
    else:
        stream.late_run += 1
        if stream.late_run >= 4:
            stream.expected = np.uint8((sequence + 1) & 0xFF)
            stream.late_run = 0
        else:
            stream.late += 1
            totals[4] += 1
            if stream.lost > 0:
                stream.lost -= 1


def lay_place(data: Any, frame: Any, vehicle: Any, row: Any) -> None:
    """Write the fields of a GLOBAL_POSITION_INT as translate._global_position_int reads them."""
    at = frame.payload_at
    end = at + np.int64(frame.payload_length)
    row.boot_ms = np.int64(word(data, at, end, 4)) + vehicle.boot_base
    vehicle.boot_ms = row.boot_ms
    row.lat_deg = signed(word(data, at + 4, end, 4), 32) / 1e7
    row.lon_deg = signed(word(data, at + 8, end, 4), 32) / 1e7
    alt = signed(word(data, at + 12, end, 4), 32)
    row.alt_amsl_m = np.nan if alt == 2147483647 else alt / 1e3
    relative = signed(word(data, at + 16, end, 4), 32)
    row.alt_home_m = np.nan if relative == 2147483647 else relative / 1e3
    north = signed(word(data, at + 20, end, 2), 16)
    east = signed(word(data, at + 22, end, 2), 16)
    down = signed(word(data, at + 24, end, 2), 16)
    row.vel_north_mps = np.nan if north == 32767 else north / 1e2
    row.vel_east_mps = np.nan if east == 32767 else east / 1e2
    row.vel_up_mps = np.nan if down == 32767 else (-down) / 1e2
    heading = np.int64(word(data, at + 26, end, 2))
    row.heading_deg = np.nan if heading > 36_000 else (heading / 1e2) % 360.0


def sort_out(
    data: Any, ends: Any, starts: Any, addresses: Any, frames: Any, faults: Any, kinds: Any, peers: Any,
    peer_mask: int, senders: Any, sender_mask: int, links: Any, streams: Any, vehicles: Any, number: int,
    route: int, now: float, slow: Any, heard: Any, positions: Any, batteries: Any, totals: Any,
) -> None:  # fmt: skip
    """Take what is routine, list the other datagrams in `slow`.

    `totals` become: bytes, datagrams, frames, lost, late, duplicates, and how many rows of slow, heard, positions
    and batteries are filled.
    """
    zero = np.uint64(0)
    f = 0
    slow_count = heard_count = place_count = battery_count = 0
    for d in range(len(starts)):
        first = f
        while f < len(frames) and frames[f].datagram == d:
            f += 1
        k = peers[home_of(peers, peer_mask, addresses[d, 0], addresses[d, 1], addresses[d, 2], addresses[d, 3]), 4]
        link_at = np.int64(k) - 1
        fast = link_at >= 0 and f > first
        if fast:
            link = links[link_at]
            fault = faults[d]
            fast = (
                link.plain == 1
                and link.slow_in != number
                and link.route == route
                and fault.bad_crc == 0
                and fault.unknown == 0
                and fault.dropped_bytes == 0
            )
        if fast:
            for g in range(first, f):
                frame = frames[g]
                kind = kinds[frame.message_id] if frame.message_id < len(kinds) else SLOW
                if kind == SLOW or frame.signed or frame.system_id == 0:
                    fast = False
                    break
                name = np.uint64(link_at) << np.uint64(16) | np.uint64(frame.system_id) << np.uint64(8)
                flying = senders[home_of(senders, sender_mask, name, np.uint64(1), zero, zero), 4]
                name |= np.uint64(frame.component_id)
                if flying == 0 or senders[home_of(senders, sender_mask, name, zero, zero, zero), 4] == 0:
                    fast = False
                    break
                if not is_routine(data, frame, kind, vehicles[np.int64(flying) - 1], number * 65536 + d):
                    fast = False
                    break
        if not fast:
            if link_at >= 0:
                links[link_at].slow_in = number
            slow[slow_count] = d
            slow_count += 1
            continue
        link = links[link_at]
        link.heard_at = now
        link.bytes_received += ends[d] - starts[d]
        link.datagrams += 1
        link.frames += f - first
        totals[0] += ends[d] - starts[d]
        totals[1] += 1
        totals[2] += f - first
        for g in range(first, f):
            frame = frames[g]
            name = np.uint64(link_at) << np.uint64(16) | np.uint64(frame.system_id) << np.uint64(8)
            flying = np.int64(senders[home_of(senders, sender_mask, name, np.uint64(1), zero, zero), 4]) - 1
            name |= np.uint64(frame.component_id)
            speaks = np.int64(senders[home_of(senders, sender_mask, name, zero, zero, zero), 4]) - 1
            note(streams[speaks], np.int64(frame.sequence), totals)
            vehicle = vehicles[flying]
            vehicle.frames += 1
            kind = kinds[frame.message_id]
            if kind == COUNTED:
                continue
            heard[heard_count] = flying
            heard_count += 1
            if kind == BEAT:
                vehicle.heartbeat_at = now
            elif kind == PLACE:
                vehicle.fused_position_at = now
                vehicle.positions += 1
                positions[place_count].vehicle = flying
                lay_place(data, frame, vehicle, positions[place_count])
                place_count += 1
            elif kind == HEALTH:
                at = frame.payload_at
                remaining = signed(word(data, at + 30, at + np.int64(frame.payload_length), 1), 8)
                if 0 <= remaining <= 100:
                    batteries[battery_count].vehicle = flying
                    batteries[battery_count].remaining_pct = remaining
                    battery_count += 1
    totals[6] = slow_count
    totals[7] = heard_count
    totals[8] = place_count
    totals[9] = battery_count


_KERNELS: Final = (home_of, put, drop, word, signed, is_routine, note, lay_place, sort_out)
"""Each after those it calls."""


@cache
def kernels() -> types.SimpleNamespace:
    """Return the kernels by name, compiled; loaded from the disk where an earlier process has compiled them."""
    scope: dict[str, Any] = dict(globals())
    for function in _KERNELS:
        clone = types.FunctionType(function.__code__, scope, function.__name__, function.__defaults__)
        clone.__module__, clone.__qualname__ = function.__module__, function.__qualname__
        scope[function.__name__] = compiled(clone)
    return types.SimpleNamespace(**{function.__name__: scope[function.__name__] for function in _KERNELS})
