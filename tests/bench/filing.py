"""Filing over HTTP: requests and plans a second against a real server with everything on and every answer durable.

The sky is filled with live plans of the seeded workload through the batch endpoint (that is the batch figure), then 16
connections file one plan at a time. Baseline: the least any durable answer costs on this machine in the same minute, one
4 kB append with fsync per answer.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from airspace.frame import LocalFrame
from airspace.geometry4d import Trajectory4D
from tests.bench.workload import BEGINS_S, CRS, Workload
from tests.conftest import Server

CLIENTS = 16


def body_of(flight: Trajectory4D, frame: LocalFrame, origin: datetime, aircraft_id: str) -> dict[str, Any]:
    """Return the plan body of a workload flight, its day moved to `origin`; every waypoint carries its time."""
    rows = flight.segments
    corners = np.vstack([rows[:, 0:4], rows[-1:, 4:8]])
    lat, lon = frame.to_lat_lon(corners[:, 0], corners[:, 1])
    starts_s = corners[0, 3]
    departure = origin + timedelta(seconds=float(starts_s - BEGINS_S))
    waypoints = [
        {
            "lat_deg": round(float(a), 7),
            "lon_deg": round(float(b), 7),
            "alt_m": round(float(z), 2),
            "alt_datum": "AGL",
            "t_s": round(float(t - starts_s), 3),
        }
        for a, b, z, t in zip(lat, lon, corners[:, 2], corners[:, 3], strict=True)
    ]
    return {
        "aircraft_id": aircraft_id,
        "operation_type": "logistics",
        "priority": 10,
        "departure_at": departure.isoformat(),
        "route": {"type": "trajectory", "crs": "WGS84", "cruise_speed_mps": 15, "waypoints": waypoints},
    }


async def _file_one_by_one(port: int, token: str, bodies: list[bytes]) -> tuple[list[float], dict[int, int], float]:
    """File every body over 16 kept-alive connections; return latencies (s), counts by status and the wall time."""
    queue: asyncio.Queue[bytes] = asyncio.Queue()
    for body in bodies:
        queue.put_nowait(body)
    latencies: list[float] = []
    statuses: dict[int, int] = {}

    async def client(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        sent = 0
        while not queue.empty():
            body = queue.get_nowait()
            sent += 1
            head = (
                f"POST /v1/flight-plans HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
                f"Content-Type: application/json\r\nIdempotency-Key: b{number}-{sent}-{os.getpid()}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            started = time.perf_counter()
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            latencies.append(time.perf_counter() - started)
            status = int(answer[9:12])
            statuses[status] = statuses.get(status, 0) + 1
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    return latencies, statuses, time.perf_counter() - started


def fsync_rate(folder: Path, seconds: float = 1.0) -> float:
    """Return how many 4 kB appends with fsync this disk completes a second."""
    count, block = 0, bytes(4096)
    with (folder / "fsync.bin").open("ab", buffering=0) as file:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            file.write(block)
            os.fsync(file.fileno())
            count += 1
    return count / seconds


def measure(live: int = 10_000, singles: int = 3_000) -> list[dict[str, Any]]:
    """Fill the sky, then file one by one; return the rows of the report."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HEXLANE_REQUESTS_PER_S"] = "1000000"
        server = Server(Path(folder))
        try:
            server.start()
            return _measure(server, Path(folder), live, singles)
        finally:
            server.stop()


def _measure(server: Server, folder: Path, live: int, singles: int) -> list[dict[str, Any]]:
    client = server.client("operator")
    registration = {"registration": "UAS00000001", "manufacturer": "Bench", "model": "B", "class": "small"}
    aircraft_id = client.post("/v1/aircraft", json=registration).json()["aircraft_id"]
    frame, origin = LocalFrame(CRS), datetime.now(UTC) + timedelta(hours=2)
    flights = Workload(seed=3).flights(3 * live + singles, 12 * 3600.0)
    bodies = [body_of(flight, frame, origin, aircraft_id) for flight in flights]
    approved = filed = 0
    batch_s = 0.0
    while approved < live and filed + 500 <= len(bodies) - singles:
        chunk = json.dumps({"plans": bodies[filed : filed + 500]}).encode()
        started = time.perf_counter()
        answer = client.post("/v1/flight-plans/batch", content=chunk, headers={"Content-Type": "application/json"})
        batch_s += time.perf_counter() - started
        answer.raise_for_status()
        approved += sum(item["status"] == 201 for item in answer.json()["items"])
        filed += 500
    token = client.headers["Authorization"].removeprefix("Bearer ")
    raw = [json.dumps(body).encode() for body in bodies[-singles:]]
    latencies, statuses, wall_s = asyncio.run(_file_one_by_one(server.port, token, raw))
    syncs = fsync_rate(folder)
    found = httpx.get(f"{server.base_url}/readyz").json()["dependencies"]["engine"]["live_plans"]
    return [
        {
            "what": f"POST /v1/flight-plans/batch (500 a request) until {found} plans are live",
            "rate_per_s": filed / batch_s,
            "p50_ms": None,
            "p99_ms": None,
            "baseline": f"{syncs:.0f} fsync/s",
            "ratio": filed / batch_s / syncs,
            "detail": f"{filed} filed, {approved} approved",
        },
        {
            "what": f"POST /v1/flight-plans, {CLIENTS} clients, {found} live plans",
            "rate_per_s": len(latencies) / wall_s,
            "p50_ms": float(np.percentile(latencies, 50) * 1000),
            "p99_ms": float(np.percentile(latencies, 99) * 1000),
            "baseline": f"{syncs:.0f} fsync/s",
            "ratio": len(latencies) / wall_s / syncs,
            "detail": ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items())),
        },
    ]


def main() -> None:
    """Print the figures as a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000 live plans and 500 requests")
    quick = parser.parse_args().quick
    rows = measure(1_000, 500) if quick else measure()
    print(
        "| what | a second | p50 ms | p99 ms | baseline in the same run | ratio | detail |\n|---|---|---|---|---|---|---|"
    )
    for row in rows:
        p50 = "" if row["p50_ms"] is None else f"{row['p50_ms']:.1f}"
        p99 = "" if row["p99_ms"] is None else f"{row['p99_ms']:.1f}"
        print(
            f"| {row['what']} | {row['rate_per_s']:.0f} | {p50} | {p99} | {row['baseline']} | {row['ratio']:.2f} "
            f"| {row['detail']} |"
        )


if __name__ == "__main__":
    main()
