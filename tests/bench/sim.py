"""What a simulated fleet costs: CPU per vehicle over real UDP, and packing beside one pymavlink object per message."""

import argparse
import asyncio
import resource
import socket
import time
from random import Random
from statistics import median
from typing import Any

import uvloop
from pymavlink.dialects.v20 import common as mavlink

from sim.autopilot import Autopilot
from sim.fixed_wing import Vtol
from sim.geodesy import offset
from sim.mission import MissionItem
from sim.net import Fleet, system_scene_s
from sim.telemetry import BUILDERS, global_position, heartbeat, sys_status
from sim.vehicle import Position, Vehicle
from sim.wind import WindField
from sim.wire import Link

RATE_HZ = 4.0
HOME = Position(22.54, 113.95, 17.0)
_STREAMS = {mavlink.MAVLINK_MSG_ID_GLOBAL_POSITION_INT: 2.0, mavlink.MAVLINK_MSG_ID_SYS_STATUS: 1.0}


def _autopilot(k: int, now_s: float, winged: bool) -> Autopilot:
    """A vehicle in the air with two positions, a heartbeat and a status a second, on its way through gusts."""
    lat, lon = offset(HOME.lat_deg, HOME.lon_deg, east_m=30.0 * (k % 100), north_m=30.0 * (k // 100))
    kind = Vtol if winged else Vehicle
    vehicle = kind(Position(lat, lon, 17.0), wind=WindField(3.0, -2.0, 1.5), noise=Random(k))
    ap = Autopilot(vehicle, system_id=k % 250 + 1, undulation_m=-3.0, now_s=now_s, phase=k * 0.618 % 1.0)
    for msg_id in BUILDERS:
        ap.set_rate(msg_id, 0.0, now_s)
    ap.set_rate(mavlink.MAVLINK_MSG_ID_HEARTBEAT, 1.0, now_s)
    for msg_id, hz in _STREAMS.items():
        ap.set_rate(msg_id, hz, now_s)
    far = offset(lat, lon, east_m=8000.0, north_m=3000.0)
    items = [MissionItem(22, 3, z=80.0), MissionItem(16, 3, x=round(far[0] * 1e7), y=round(far[1] * 1e7), z=80.0)]
    ap.load_mission(items)
    assert ap.arm(now_s)
    assert ap.start_mission(now_s)
    return ap


async def _fleet(count: int, seconds: float, winged: bool) -> tuple[float, float, int]:
    """Return CPU seconds a second, messages a second and late ticks of a fleet in the air."""
    sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sink.bind(("127.0.0.1", 0))  # nobody reads: what comes beyond its buffer costs the sender nothing more
    fleet = Fleet(bridge=sink.getsockname())
    now_s = system_scene_s()
    for k in range(count):
        fleet.add(_autopilot(k, now_s, winged))
    fleet.start()
    await asyncio.sleep(2.0)
    sent, cpu, began = fleet.counters.sent_messages, time.process_time(), time.perf_counter()
    late = fleet.counters.late_ticks
    await asyncio.sleep(seconds)
    spent, took = time.process_time() - cpu, time.perf_counter() - began
    messages = fleet.counters.sent_messages - sent
    late = fleet.counters.late_ticks - late
    await fleet.close()
    sink.close()
    return spent / took, messages / took, late


def _micros(work: Any, rounds: int) -> float:
    times = []
    for _ in range(5):
        began = time.process_time()
        for _ in range(rounds):
            work()
        times.append((time.process_time() - began) / rounds)
    return median(times) * 1e6


def _packing(rounds: int) -> tuple[float, float]:
    """Return microseconds of CPU a message, ours and with a pymavlink object packed for each."""
    ap = _autopilot(0, 0.0, False)
    link, theirs = Link(1), mavlink.MAVLink(None, srcSystem=1, srcComponent=1)
    state, v, b = ap.state, ap.vehicle, ap.vehicle.battery

    def ours() -> None:
        for build in (global_position, global_position, heartbeat, sys_status):
            link.frame(build(state, 10.0))

    def objects() -> None:
        for _ in range(2):
            theirs.global_position_int_encode(
                state.boot_ms(10.0), round(v.lat_deg * 1e7), round(v.lon_deg * 1e7), round(v.alt_hae_m * 1000),
                round(v.alt_hae_m * 1000), round(v.v_north_mps * 100), round(v.v_east_mps * 100),
                round(-v.v_up_mps * 100), round(v.heading_deg * 100) % 36000,
            ).pack(theirs)  # fmt: skip
        theirs.heartbeat_encode(2, 12, 157, 0, 4, 3).pack(theirs)
        theirs.sys_status_encode(
            1, 1, 1, 250, round(b.voltage_v * 1000), round(b.current_a * 100), round(b.left_fraction * 100),
            0, 0, 0, 0, 0, 0,
        ).pack(theirs)  # fmt: skip

    return _micros(ours, rounds) / 4, _micros(objects, rounds) / 4


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    seconds = 3.0 if quick else 10.0
    print(f"Vehicles in the air in gusts, each on a socket of its own, {RATE_HZ:.0f} messages/s each, one process:\n")
    print("| fleet | messages/s | share of a core | CPU a vehicle, ms/s | late ticks |")
    print("|---|---|---|---|---|")
    for count, winged in ((200, False), (1000, False), (1000, True)) if quick else (
        (200, False), (1000, False), (2000, False), (1000, True),
    ):  # fmt: skip
        share, rate, late = uvloop.run(_fleet(count, seconds, winged))
        what = "VTOL" if winged else "multirotors"
        print(f"| {count} {what} | {rate:,.0f} | {100 * share:.0f} % | {1000 * share / count:.2f} | {late} |")
    ours, objects = _packing(500 if quick else 3000)
    print("\nOne message, state to frame (two positions, a heartbeat and a status in turn):\n")
    print("| method | CPU µs a message | 1,000 vehicles at 4 a second |")
    print("|---|---|---|")
    for name, us in (("precomputed packers and framing", ours), ("a pymavlink object for each", objects)):
        print(f"| {name} | {us:.1f} | {us * 4000 / 1e4:.0f} % of a core |")


if __name__ == "__main__":
    main()
