"""The live feed under a city's load: from the vehicle's socket to a client's WebSocket, and what an encoding costs.

`python -m tests.bench.live [--quick]` prints markdown tables. A server as it is shipped (recording, conformance, separation
and alerts running) follows 10,000 registered vehicles on activated plans that report once a second over UDP; 100 clients
watch, every other one the whole city, the rest one district. Vehicles and clients are processes of their own
(`tests.bench.live_load`). CPU time is the server process's, all threads, from /proc.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from sqlmodel import Session, create_engine

from airspace.deconfliction import ConflictIndex
from airspace.frame import LocalFrame
from airspace.geometry4d import Separation, Trajectory4D
from airspace.timebase import to_scene_s
from tests.bench.live_load import SYSTEMS, sent_file
from tests.conftest import ROOT, Server
from tests.fakes.live_world import World
from utm.live_frames import encode_tracks
from utm.store import plans
from utm.store.geometry_codec import encode as encode_geometry
from utm.store.identity_tables import AircraftRow
from utm.store.tables import FlightPlanRow
from utm.telemetry_values import UNIX_OF_SCENE_ZERO_S
from utm.track_items import binary_columns, track_items

FRAME = LocalFrame("EPSG:4547")
WEST, SOUTH, EAST, NORTH = 113.85, 22.50, 114.40, 22.80
DISTRICT = (114.00, 22.50, 114.10, 22.58)
LAYERS_M = tuple(200.0 + 15.0 * layer for layer in range(14))
"""Heights above the ellipsoid, over the hills of the city's own elevation model."""
LEGS = 14
LEG_S = 70.0


def flights(count: int, starts_s: float) -> tuple[Any, list[Trajectory4D]]:
    """Return corners float64 (n, LEGS + 1, 4) x y z t and plans that the deconfliction engine found free of conflicts."""
    random = np.random.default_rng(17)
    x, y = (np.array(v) for v in FRAME.to_xy([SOUTH, NORTH], [WEST, EAST]))
    low, high = np.array((x.min(), y.min())), np.array((x.max(), y.max()))
    index = ConflictIndex(FRAME, (113.7, 22.3, 114.7, 23.0))
    corners: list[Any] = []
    made: list[Trajectory4D] = []
    times = starts_s - 30.0 + LEG_S * np.arange(LEGS + 1)
    while len(made) < count:
        place, course = random.uniform(low, high), random.uniform(0, 2 * np.pi)
        speed, path = random.uniform(8, 18), [place]
        while len(path) <= LEGS:
            step = speed * LEG_S * np.array((np.cos(course), np.sin(course)))
            course += random.normal(0, 0.5)
            if np.any((place + step < low) | (place + step > high)):
                course += np.pi / 2
                continue
            place = place + step
            path.append(place)
        points = np.column_stack((np.array(path), np.full(LEGS + 1, random.choice(LAYERS_M)), times))
        plan = Trajectory4D(np.hstack((points[:-1], points[1:])), np.zeros(LEGS, np.int32))
        if index.conflicts(plan, Separation()):
            continue
        index.add(len(made), plan, Separation())
        made.append(plan)
        corners.append(points)
    return np.array(corners), made


def seed(server: Server, folder: Path, count: int) -> None:
    """Register the vehicles and activate their plans, straight in the store of a server that stands still."""
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(-(-count // SYSTEMS))]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    (folder / "ports.json").write_text(json.dumps(ports))
    (folder / "mavlink_port").write_text(str(server.mavlink_port))
    starts_s = to_scene_s(datetime.now(UTC)) + 20.0
    corners, made = flights(count, starts_s)
    lat, lon = FRAME.to_lat_lon(corners[:, :, 0], corners[:, :, 1])
    ways = np.diff(corners[:, :, :2], axis=1) / LEG_S
    undulation = _undulation()
    np.savez(
        folder / "flights.npz",
        lat=lat, lon=lon, t=corners[:, :, 3] - starts_s, east=ways[:, :, 0], north=ways[:, :, 1],
        amsl=corners[:, 0, 2] - undulation(corners, lat, lon), starts_unix_s=starts_s + UNIX_OF_SCENE_ZERO_S,
    )  # fmt: skip
    aircraft = [f"ac_bench{number:019d}" for number in range(count)]
    (folder / "aircraft.json").write_text(json.dumps(aircraft))
    now = datetime.now(UTC).isoformat()
    engine = create_engine(f"sqlite:///{server.data_dir / 'hexlane.sqlite'}")
    with Session(engine) as session:
        sql = session.connection().exec_driver_sql
        firm = sql("SELECT organisation_id FROM organisations WHERE kind = 'operator' ORDER BY 1 LIMIT 1").scalar_one()
        zones = sql("SELECT zone_id FROM zones").scalars().all()
        # Approved with every zone of the city known: the bench is about flights, not about where they were let in.
        decision = json.dumps({"outcome": "approved", "reasons": [{"zone_id": zone} for zone in zones]})
        for number, (name, plan) in enumerate(zip(aircraft, made, strict=True)):
            mark = f"UASB{number:07d}"
            session.add(
                AircraftRow(
                    aircraft_id=name, aircraft_no=1_000_000 + number, organisation_id=firm, registration=mark,
                    registration_key=mark, manufacturer="Bench", model="B", aircraft_class="small", version=1,
                    mavlink_system_id=number % SYSTEMS + 1, mavlink_endpoint=f"127.0.0.1:{ports[number // SYSTEMS]}",
                    created_at=now, updated_at=now,
                )
            )  # fmt: skip
            starts, ends = float(plan.segments[0, 3]), float(plan.segments[-1, 7])
            plans.insert(
                session,
                FlightPlanRow(
                    plan_id=f"fp_bench{number:019d}", plan_no=1_000_000 + number, organisation_id=firm,
                    aircraft_id=name, state="activated", version=1, operation_type="logistics", priority=10,
                    departure_s=starts, starts_s=starts, ends_s=ends, horizontal_m=50.0, vertical_m=15.0,
                    time_buffer_s=10.0, policy_version=1, body="{}", decision=decision,
                    authority='{"application": "standing"}', volumes="[]", h3_cells="[]",
                    geometry=encode_geometry(plan), created_at=now, updated_at=now, activated_at=now,
                ),
            )  # fmt: skip
        session.commit()
    engine.dispose()


def _undulation() -> Callable[[Any, Any, Any], Any]:
    from utm.city import load_city

    model = load_city("shenzhen").region().altitude
    return lambda corners, lat, lon: model.undulation_m(lat[:, 0], lon[:, 0])


def cpu_s(pid: int) -> float:
    """Return the CPU seconds a process has used, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def metric(text: str, name: str) -> float:
    """Return the sum of a metric's samples in a Prometheus page, by what their names begin with."""
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name))


def run(vehicles: int, clients: int, settle_s: float, lasts_s: float) -> dict[str, Any]:
    """Run server, vehicles and clients; return what the clients saw and what the server spent."""
    with tempfile.TemporaryDirectory(prefix="hexlane-bench-") as name:
        folder = Path(name)
        server = Server(folder)
        children: list[subprocess.Popen[str]] = []
        try:
            server.start(timeout_s=300)  # the first start may compile
            server.stop()
            sent_file(folder, vehicles, "w+")[:] = 0.0
            seed(server, folder, vehicles)
            began = time.monotonic()
            server.start(timeout_s=300)
            ready_s = time.monotonic() - began
            tokens = [_token(server, role) for role in ("dispatcher", "regulator", "admin")]  # fifty connections each
            children.append(_child("vehicles", folder))
            return _watched(server, folder, children, tokens, clients, settle_s, lasts_s) | {"ready_s": ready_s}
        finally:
            for child in children:
                child.kill()
            if server.process is not None:
                server.kill()


def _token(server: Server, role: str) -> str:
    with server.client(role) as client:
        return str(client.headers["authorization"]).removeprefix("Bearer ")


def _watched(
    server: Server,
    folder: Path,
    children: list[subprocess.Popen[str]],
    tokens: list[str],
    clients: int,
    settle_s: float,
    lasts_s: float,
) -> dict[str, Any]:
    """Let clients watch for so long once everything has settled; the vehicles fly already."""
    ask = {"port": server.port, "tokens": tokens, "clients": clients, "box": DISTRICT}
    (folder / "clients.json").write_text(json.dumps(ask))
    time.sleep(settle_s)
    children.append(watching := _child("clients", folder))
    assert watching.stdin is not None
    assert watching.stdout is not None
    assert server.process is not None
    watching.stdout.readline()
    time.sleep(5.0)
    before_s, began = cpu_s(server.process.pid), time.monotonic()
    others = [cpu_s(child.pid) for child in children]
    watching.stdin.write("\n")
    watching.stdin.flush()
    time.sleep(lasts_s)
    spent_s, took_s = cpu_s(server.process.pid) - before_s, time.monotonic() - began
    load = [(cpu_s(child.pid) - used) / took_s for child, used in zip(children, others, strict=True)]
    watching.stdin.write("\n")
    watching.stdin.flush()
    seen: dict[str, Any] = json.loads(watching.stdout.readline())
    bearer = {"Authorization": f"Bearer {tokens[0]}"}
    with httpx.Client(base_url=server.base_url, headers=bearer, timeout=120) as client:
        seen["metrics"] = client.get("/metrics").text
        seen["alerts"] = len(client.get("/v1/alerts", params={"limit": 500}).json()["items"])
    return seen | {"load_average": os.getloadavg()[0], "cores": spent_s / took_s, "load": load}


def _child(what: str, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.bench.live_load", what, str(folder)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def encoding(count: int, repeats: int) -> tuple[float, float, float, float]:
    """Return CPU milliseconds to encode so many vehicles in binary and with `json`, and bytes a vehicle of each."""
    world = World()
    picture = world.picture
    random = np.random.default_rng(5)
    for number in range(count):
        world.telemetry._open((f"org_{number % 7}", f"v{number}", ""), "bench", "org_0")
    rows = np.flatnonzero(picture.alive)
    picture.lat_deg[rows], picture.lon_deg[rows] = (
        random.uniform(22.5, 22.8, count),
        random.uniform(113.8, 114.4, count),
    )
    for name in ("alt_hae_m", "alt_amsl_m", "alt_agl_m"):
        getattr(picture, name)[rows] = random.uniform(50, 200, count)
    for name in ("vel_east_mps", "vel_north_mps", "vel_up_mps"):
        getattr(picture, name)[rows] = random.normal(0, 8, count)
    picture.heading_deg[rows] = random.uniform(0, 360, count)
    now_s = world.now_s
    picture.observed_s[rows] = picture.received_s[rows] = picture.heard_s[rows] = now_s - random.uniform(0, 1, count)

    def binary() -> bytes:
        return encode_tracks(binary_columns(picture, rows, now_s), kind="snapshot", seq=1, tick_unix_ms=0.0)

    fields = ("row", "lat_deg", "lon_deg", "alt_hae_m", "vel_east_mps", "vel_north_mps", "vel_up_mps", "heading_deg",
              "state", "observed_at")  # fmt: skip

    items = track_items(world.telemetry, rows, now_s)
    ready = [{name: _plain(getattr(item, name)) for name in fields} for item in items]
    ours = _cpu_ms(binary, repeats)
    # `json` at its best: the dictionaries are there already, only they are written.
    theirs = _cpu_ms(lambda: json.dumps(ready), max(3, repeats // 20))
    return ours, theirs, len(binary()) / count, len(json.dumps(ready)) / count


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _cpu_ms(work: Callable[[], object], repeats: int) -> float:
    work()
    times = []
    for _ in range(repeats):
        began = time.process_time()
        work()
        times.append((time.process_time() - began) * 1000.0)
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000 vehicles, 20 clients, 20 s")
    parser.add_argument("--vehicles", type=int)
    parser.add_argument("--clients", type=int)
    parser.add_argument("--seconds", type=float)
    options = parser.parse_args()
    vehicles = options.vehicles or (1_000 if options.quick else 10_000)
    clients = options.clients or (20 if options.quick else 100)
    lasts_s = options.seconds or (20.0 if options.quick else 60.0)
    ours, theirs, size, text_size = encoding(10_000, 200)
    seen = run(vehicles, clients, 12.0 if options.quick else 60.0, lasts_s)
    due = vehicles * lasts_s
    got = seen["whole_city_updates"] / due
    drops = metric(seen["metrics"], "hexlane_bridge_udp_kernel_drops_total")
    # What one encoding for each client and tick would take of a core with `json`, at a quarter of the city a tick.
    each_json = theirs / 1000.0 / 10_000 * vehicles * clients * (0.5 + 0.5 * 0.05)
    print(
        f"{vehicles:,} vehicles, each a position and a heartbeat a second over UDP; {clients} clients, half of them whole "
        f"city; {lasts_s:.0f} s; load average of the machine meanwhile {seen['load_average']:.1f} on {os.cpu_count()} cores\n"
    )
    rows = (
        ("socket to WebSocket client, p50", f"{seen['p50_ms']:.0f} ms", "half a tick: 125 ms", "<= 300 ms"),
        ("p99", f"{seen['p99_ms']:.0f} ms (worst {seen['worst_ms']:.0f})", "a tick: 250 ms", "<= 800 ms"),
        (
            "the server's CPU",
            f"{seen['cores']:.2f} cores",
            f"`json` for each client, its encoding alone: {each_json:.1f} cores",
            "<= 1.5 cores",
        ),
        ("bytes per vehicle update, everything on the wire", f"{seen['bytes_an_update']:.2f}", "", "<= 24"),
        (
            "bytes per vehicle update, a frame of 10,000",
            f"{size:.3f}",
            f"`json`: {text_size:.0f}",
            "<= 24",
        ),
        (
            "encoding 10,000 vehicles",
            f"{ours:.2f} ms",
            f"`json.dumps` of ready dictionaries: {theirs:.1f} ms, {theirs / ours:.0f} x",
            "<= 0.5 ms, >= 100 x",
        ),
    )
    print("| what | measured | beside | goal |\n|---|---|---|---|")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    print(
        f"\nOf the reports sent, {100 * got:.1f} % reached a whole-city client as an update of their own; {drops:.0f} "
        f"datagrams dropped by the kernel; {seen['alerts']} alerts open at the end; the server was ready "
        f"{seen['ready_s']:.0f} s after its start; vehicles took {seen['load'][0]:.2f} cores, clients {seen['load'][1]:.2f}."
    )


if __name__ == "__main__":
    main()
