"""A city's telemetry over UDP: 10,000 vehicles, 40,000 datagrams a second, from the socket to the updated picture.

`python -m tests.bench.ingest [--quick] [--seconds N] [--vehicles N]`. A separate process sends, each second and vehicle,
two GLOBAL_POSITION_INT, one HEARTBEAT and one SYS_STATUS, a datagram each, from as many source ports as there are
vehicles behind 50 system ids: a link of its own for each vehicle. The server process runs the bridge, the telemetry and
the picture, judged four times a second, as the product puts them together; its CPU time is what is measured. Nothing may
be lost: the kernel's drops, the sequence numbers' gaps and the positions in the picture are all counted.

The baseline is the same load through `Registry.feed` and one event a message, in this process without a socket.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import resource
import socket
import statistics
import time
from multiprocessing.connection import Connection

import numpy as np

from airspace.picture import Picture
from airspace.timebase import SCENE_EPOCH_AT
from mavlink_bridge import codec, mmsg
from mavlink_bridge.bridge import Bridge
from mavlink_bridge.lane import AT_ONCE
from mavlink_bridge.registry import Limits, Registry
from tests.fakes.live_world import ALTITUDES, FRAME, ListDirectory
from utm.telemetry import Telemetry

RATE_HZ = 4  # datagrams a second and vehicle
SLICES = 50  # of a second, in which the sender spreads its datagrams
APPEAR_OVER_S = 8
WARM_UP_S = 12.0


def frame(message_id: int, sequence: int, system_id: int, **fields: float) -> bytes:
    """Return one MAVLink 2 frame of our own codec, which the unit tests hold against pymavlink."""
    values = codec.wire_values(message_id, fields)
    return codec.encode(message_id, values, sequence=sequence, system_id=system_id, component_id=1, version=2)


def datagrams(vehicle: int, second: int) -> list[bytes]:
    """Return what a vehicle says in one second, in order."""
    system_id, sequence = 1 + vehicle % 250, 4 * second
    found = []
    for half in range(2):
        boot_ms = 1000 * second + 500 * half + vehicle % 500
        place = {
            "time_boot_ms": boot_ms, "lat": 224_000_000 + 30 * vehicle + 40 * second,
            "lon": 1_139_000_000 + (vehicle % 100) * 20_000, "alt": 95_000, "relative_alt": 80_000,
            "vx": 310, "vy": -220, "vz": -50, "hdg": 9_000,
        }  # fmt: skip
        found.append(frame(33, (sequence + 2 * half) % 256, system_id, **place))
        if half == 0:
            beat = {"custom_mode": 0x04040000, "type": 2, "autopilot": 12, "base_mode": 129, "system_status": 4}
            found.append(frame(0, (sequence + 1) % 256, system_id, mavlink_version=3, **beat))
    level = 100 - second // 30
    health = {"onboard_control_sensors_present": 7, "onboard_control_sensors_enabled": 7, "load": 200}
    health |= {"onboard_control_sensors_health": 7, "voltage_battery": 15_000, "current_battery": 900}
    found.append(frame(1, (sequence + 3) % 256, system_id, battery_remaining=level, **health))
    return found


def send(port: int, vehicles: int, seconds: int, pipe: Connection) -> None:
    """Send the whole load at its pace; the sender's process.

    Every vehicle has a socket of its own, on addresses of the loopback network.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, vehicles + 256)), hard))
    sockets = []
    for vehicle in range(vehicles):
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)  # what the server sends back nobody reads
        one.bind((f"127.0.{1 + vehicle // 250}.{1 + vehicle % 250}", 0))
        one.connect(("127.0.0.1", port))
        sockets.append(one)
    prepared = [[datagrams(vehicle, second) for vehicle in range(vehicles)] for second in range(2)]
    pipe.send("ready")
    pipe.recv()
    sent, began = 0, time.monotonic()
    late_s = []
    lists = prepared
    for second in range(seconds):
        this = lists[second] if second < len(lists) else patched(prepared[second % 2], second)
        for part in range(SLICES):
            due = began + second + part / SLICES
            wait = due - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            late_s.append(max(0.0, -wait))
            # Each quarter of a second another of a vehicle's four datagrams; each slice another share of the vehicles.
            quarter = part * 4 // SLICES
            share = part - (quarter * SLICES + 3) // 4
            per_quarter = len(range((quarter * SLICES + 3) // 4, ((quarter + 1) * SLICES + 3) // 4))
            # They come into the air over the first seconds, as a city's do over a morning.
            flying = min(vehicles, vehicles * (second + 1) // APPEAR_OVER_S)
            for vehicle in range(share, flying, per_quarter):
                sockets[vehicle].send(this[vehicle][quarter])
                sent += 1
    pipe.send((sent, time.monotonic() - began, max(late_s)))
    pipe.recv()


def patched(template: list[list[bytes]], second: int) -> list[list[bytes]]:
    """Return the load of another second: only numbers and times differ, so all vehicles are done at once in numpy."""
    made = []
    table = crc_table()
    columns = [np.frombuffer(b"".join(v[k] for v in template), np.uint8).reshape(len(template), -1) for k in range(4)]
    for k, raw in enumerate(columns):
        rows = raw.copy()
        rows[:, 4] = (4 * second + k) % 256
        if k in {0, 2}:
            vehicle = np.arange(len(rows))
            boot = (1000 * second + 500 * (k // 2) + vehicle % 500).astype("<u4")
            rows[:, 10:14] = boot.view(np.uint8).reshape(-1, 4)
            lat = (224_000_000 + 30 * vehicle + 40 * second).astype("<i4")
            rows[:, 14:18] = lat.view(np.uint8).reshape(-1, 4)
        end = rows.shape[1] - 2
        extra = {0: 104, 1: 50, 2: 104, 3: 124}[k]
        crc = np.full(len(rows), 0xFFFF, np.uint16)
        for at in range(1, end):
            crc = (crc >> 8) ^ table[(crc ^ rows[:, at]) & 0xFF]
        crc = (crc >> 8) ^ table[(crc ^ extra) & 0xFF]
        rows[:, end], rows[:, end + 1] = crc & 0xFF, crc >> 8
        made.append([row.tobytes() for row in rows])
    return [list(one) for one in zip(*made, strict=True)]


def crc_table() -> np.ndarray:
    table = np.zeros(256, np.uint16)
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ 0x8408 if value & 1 else value >> 1
        table[byte] = value
    return table


def baseline(vehicles: int, seconds: int) -> float:
    """Return the CPU microseconds a datagram through events, one object a message, without a socket."""
    registry = Registry(Limits(peers=vehicles + 1, vehicles=vehicles + 1))
    telemetry = Telemetry(Picture(FRAME, ALTITUDES, capacity=vehicles), ListDirectory())
    loads = [[datagrams(vehicle, second) for vehicle in range(vehicles)] for second in range(seconds)]
    began, count, now = 0.0, 0, time.time()
    for second, load in enumerate(loads):
        for vehicle in range(vehicles):  # the first heartbeat makes it known
            if second == 0:
                telemetry.on_events(registry.feed(f"udp:127.0.0.1:{20_000 + vehicle}", load[vehicle][1], now))
        began = began or time.process_time()
        for quarter in range(4):
            for at in range(0, vehicles, 512):
                events = []
                for vehicle in range(at, min(at + 512, vehicles)):
                    peer = f"udp:127.0.0.1:{20_000 + vehicle}"
                    events += registry.feed(peer, load[vehicle][quarter], now + second + quarter / 4)
                    count += 1
                telemetry.on_events(events)
    return (time.process_time() - began) / count * 1e6


async def serve(vehicles: int, seconds: int) -> dict[str, float]:
    """Run the server's side; returns what was counted."""
    picture = Picture(FRAME, ALTITUDES, capacity=vehicles)
    telemetry = Telemetry(picture, ListDirectory())
    bridge = Bridge(["udp:127.0.0.1:0"], limits=Limits(peers=vehicles + 1000, vehicles=vehicles + 1000))
    bridge.subscribe(telemetry.on_events, routine=telemetry.on_routine)
    await bridge.start()
    port = int(bridge.addresses()[0].rpartition(":")[2])
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    sender = context.Process(target=send, args=(port, vehicles, seconds + int(WARM_UP_S) + 1, theirs), daemon=True)
    sender.start()
    await asyncio.to_thread(pipe.recv)
    pipe.send("go")
    scene_zero = SCENE_EPOCH_AT.timestamp()
    cpu, ages, ticks = [], [], 0
    before: dict[str, int] = {}
    began_cpu = began = mark = time.process_time()
    wall = time.monotonic()
    accepted = 0
    # Time to appear and to get acquainted (a vehicle's first messages are news), then the measured time.
    while True:
        await asyncio.sleep(0.25)
        now_s = time.time() - scene_zero
        telemetry.advance(now_s)
        ticks += 1
        lasted = time.monotonic() - wall
        if not before and lasted >= WARM_UP_S:
            before, began_cpu, began = bridge.counters(), time.process_time(), time.monotonic()
            accepted, mark = picture.counters["accepted"], began_cpu
        elif before and ticks % 4 == 0:
            cpu.append(time.process_time() - mark)
            mark = time.process_time()
            known = np.isfinite(picture.lat_deg) & picture.alive
            if known.any():
                ages.append(float(np.percentile(now_s - picture.received_s[known], 99)))
        if pipe.poll():
            break
    used, elapsed = time.process_time() - began_cpu, time.monotonic() - began
    sent, lasted_s, late_s = pipe.recv()
    await asyncio.sleep(0.3)
    after = bridge.counters()
    total = after["datagrams"]
    result = {
        "sent": sent,
        "received": total,
        "kernel_drops": after["udp_kernel_drops"],
        "gaps": after["lost"],
        "faulty": after["bad_crc"] + after["truncated"] + after["late"] + after["duplicates"],
        "positions": picture.counters["accepted"],
        "refused": sum(n for name, n in picture.counters.items() if name not in {"accepted", "clock_ahead"}),
        "accepted_rate": (picture.counters["accepted"] - accepted) / elapsed,
        "rate": (total - before["datagrams"]) / elapsed,
        "share": used / elapsed,
        "share_median": statistics.median(cpu),
        "share_worst": max(cpu),
        "age_p99_s": statistics.median(ages),
        "buffer": after["udp_receive_buffer_bytes"],
        "late_s": late_s,
        "seconds": elapsed,
        "vehicles": after["vehicles"],
        "us": used / max(1, total - before["datagrams"]) * 1e6,
        "lasted_s": lasted_s,
    }
    pipe.send("done")
    sender.join(10)
    await bridge.stop()
    return result


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10 s instead of 60, 2,000 vehicles")
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--vehicles", type=int)
    options = parser.parse_args()
    seconds = options.seconds or (10 if options.quick else 60)
    vehicles = options.vehicles or (2_000 if options.quick else 10_000)
    found = asyncio.run(serve(vehicles, seconds))
    base_us = baseline(min(vehicles, 2_000), 4)
    lost = found["sent"] - found["received"]
    way = f"up to {AT_ONCE} a system call" if mmsg.supported() else "one a system call"
    pace = f"{found['rate']:,.0f} datagrams/s, {found['seconds']:.0f} s"
    print(f"{vehicles:,} vehicles from as many addresses, {pace}, {way}; the system grants a receive buffer of")
    print(f"{found['buffer'] / 2**20:.1f} MiB.\n")
    faults = f"{found['kernel_drops']}, {found['gaps']}, {found['faulty']}"
    share, worst = 100 * found["share"], 100 * found["share_worst"]
    rows = (
        ("datagrams sent, received", f"{found['sent']:,}, {found['received']:,}: {lost} lost", "0 lost"),
        ("kernel drops, gaps in sequence numbers, faulty frames", faults, "0"),
        ("positions in the picture", f"{found['positions']:,}, {found['refused']:,} refused", ""),
        ("CPU of the server process, share of a core", f"{share:.1f} %, worst second {worst:.1f} %", "<= 35 %"),
        ("CPU a datagram, socket to judged picture", f"{found['us']:.2f} us", ""),
        ("baseline: one event a message, no socket", f"{base_us:.2f} us ({base_us / found['us']:.1f} x)", ""),
        ("age of the positions in the picture, p99", f"{found['age_p99_s']:.2f} s at 2 Hz", ""),
    )
    print("| what | measured | goal |\n|---|---|---|")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    print(f"\nThe sender was at most {1000 * found['late_s']:.0f} ms behind its pace.")


if __name__ == "__main__":
    main()
