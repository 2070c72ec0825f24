"""Filing over HTTP: requests and plans a second against a real server with everything on and every answer durable.

After a batch that has the server start its helper, and is cancelled, the sky is filled through the batch endpoint until
10,000 plans of the seeded workload are live. With so many live, 16 connections file one plan at a time, and then batches
are filed; between their legs, what was approved is cancelled again, so that there are never fewer and at most a few
hundred more. Then the sky goes on filling, as a harder row: three to four
in ten are refused, and each refusal has its counter-offers. Two mixes, each with a server of its own: a firm that reads
the zones and the ceiling before it plans, and one that has not looked, of whose plans four in ten enter a zone.
Baseline: the least any durable answer costs on this machine in the same minute, one 4 kB append with fsync per answer.
"""

import argparse
import asyncio
import itertools
import json
import os
import socket
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from airspace.frame import LocalFrame
from airspace.geometry4d import Trajectory4D
from tests.bench.workload import BEGINS_S, CRS, KeepOut, Workload
from tests.conftest import Server

CLIENTS = 16
BATCH = 500
HELPER_STARTS_S = 10.0
"""The first crowd has the helper started, which takes a core for 4 s: what is measured begins after it."""
LEG = 1_000
"""So many single plans are filed, or twice `BATCH` in batches, before the sky is brought back to what it was."""


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


async def _file_one_by_one(
    port: int, token: str, bodies: list[bytes], approved: list[str] | None = None
) -> tuple[list[float], dict[int, int], float]:
    """File every body over 16 kept-alive connections; return latencies (s), counts by status and the wall time.

    `approved` takes the ids of the plans that were, cut out of the answers after the clock has stopped.
    """
    answers: list[bytes] = []
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
                f"Content-Type: application/json\r\nIdempotency-Key: b{number}-{sent}-{time.monotonic_ns()}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            started = time.perf_counter()
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            content = await reader.readexactly(length)
            latencies.append(time.perf_counter() - started)
            status = int(answer[9:12])
            statuses[status] = statuses.get(status, 0) + 1
            if status == 201:
                answers.append(content)
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    took_s = time.perf_counter() - started
    if approved is not None:
        approved += [json.loads(content)["plan_id"] for content in answers]
    return latencies, statuses, took_s


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


def measure(
    live: int = 10_000, singles: int = 3_000, mixes: Sequence[str] = ("planned", "blind")
) -> list[dict[str, Any]]:
    """Fill the sky, then file one by one, with a server of its own for each mix; return the rows of the report."""
    rows: list[dict[str, Any]] = []
    for mix in mixes:
        with tempfile.TemporaryDirectory() as folder:
            os.environ["HEXLANE_REQUESTS_PER_S"] = "1000000"
            server = Server(Path(folder))
            try:
                server.start(timeout_s=300)
                rows += _measure(server, Path(folder), live, singles, mix)
            finally:
                server.stop()
    return rows


def _flights(client: httpx.Client, mix: str, count: int) -> list[Trajectory4D]:
    """Return the workload: of a firm that plans by what is published, or of one that has not looked."""
    keep_out = None
    if mix == "planned":
        keep_out = KeepOut(client.get("/v1/zones").json()["items"], client.get("/v1/policy").json())
    return Workload(seed=3).flights(count, 12 * 3600.0, keep_out)


def _measure(server: Server, folder: Path, live: int, singles: int, mix: str) -> list[dict[str, Any]]:
    client = server.client("operator")
    client.timeout = httpx.Timeout(120.0)
    registration = {"registration": "UAS00000001", "manufacturer": "Bench", "model": "B", "class": "small"}
    aircraft_id = client.post("/v1/aircraft", json=registration).json()["aircraft_id"]
    frame, origin = LocalFrame(CRS), datetime.now(UTC) + timedelta(hours=2)
    legs = max(1, singles // LEG)
    flights = _flights(client, mix, (3 if mix == "blind" else 2) * live + 8 * BATCH + 2 * singles)
    bodies = iter([body_of(flight, frame, origin, aircraft_id) for flight in flights])
    token = client.headers["Authorization"].removeprefix("Bearer ")
    name = "planned by the published zones" if mix == "planned" else "blind to zones"

    def batch(count: int, tally: Tally) -> list[str]:
        """File a batch; return the ids of those that were approved."""
        answers, took_s = _file_batch(client, list(itertools.islice(bodies, count)))
        tally.take(answers, took_s)
        return [item["plan_id"] for item in answers if item["status"] == 201]

    def one_by_one(count: int, tally: Tally, latencies: list[float]) -> list[str]:
        """File so many plans from 16 connections; return the ids of those that were approved."""
        raw, approved = [json.dumps(body).encode() for body in itertools.islice(bodies, count)], list[str]()
        found, statuses, took_s = asyncio.run(_file_one_by_one(server.port, token, raw, approved))
        latencies += found
        tally.count(statuses, took_s)
        return approved

    _cancel(client, batch(BATCH, Tally()))
    time.sleep(HELPER_STARTS_S)
    filling, added = Tally(), list[str]()
    while _live_plans(server) < live:
        added = batch(BATCH, filling)
    _cancel(client, added[: _live_plans(server) - live])
    reached, most = _live_plans(server), 0
    single, latencies = Tally(), list[float]()
    for _ in range(legs):
        added = one_by_one(min(LEG, singles), single, latencies)
        most = max(most, _live_plans(server))
        _cancel(client, added)
    full, most_full = Tally(), 0
    for _ in range(2):
        added = batch(BATCH, full) + batch(BATCH, full)
        most_full = max(most_full, _live_plans(server))
        _cancel(client, added)
    harder, late = Tally(), list[float]()
    while _live_plans(server) < 1.15 * live:
        batch(BATCH, Tally())
    before = _live_plans(server)
    one_by_one(min(LEG, singles), harder, late)
    syncs, found = fsync_rate(folder), _live_plans(server)
    return [
        _row(f"batch of {BATCH}, from 0 to {filling.counts.get(201, 0)} live plans, {name}", filling, syncs),
        _row(f"single, {CLIENTS} clients, {reached} to {most} live plans, {name}", single, syncs, latencies),
        _row(f"batch of {BATCH}, {reached} to {most_full} live plans, {name}", full, syncs),
        _row(f"harder: single, {CLIENTS} clients, {before} to {found} live plans, {name}", harder, syncs, late),
    ]


def _cancel(client: httpx.Client, plan_ids: Sequence[str]) -> None:
    def cancel(plan_id: str) -> None:
        client.post(f"/v1/flight-plans/{plan_id}/cancel").raise_for_status()

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(cancel, plan_ids))


@dataclass
class Tally:
    """What was filed, in how long, and with which answers."""

    filed: int = 0
    took_s: float = 0.0
    counts: dict[int, int] = field(default_factory=dict)

    def take(self, answers: list[dict[str, Any]], took_s: float) -> None:
        """Count the answers of a batch."""
        self.filed += len(answers)
        self.took_s += took_s
        for item in answers:
            self.counts[item["status"]] = self.counts.get(item["status"], 0) + 1

    def count(self, statuses: Mapping[int, int], took_s: float) -> None:
        """Count plans that were filed one by one, by the status of their answers."""
        self.filed += sum(statuses.values())
        self.took_s += took_s
        for status, number in statuses.items():
            self.counts[status] = self.counts.get(status, 0) + number


def _file_batch(client: httpx.Client, bodies: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], float]:
    """File a batch over a plain socket: an HTTP library takes a core a tenth of the time to read nine megabytes."""
    content, url = json.dumps({"plans": bodies}).encode(), client.base_url
    head = (
        f"POST /v1/flight-plans/batch HTTP/1.1\r\nHost: {url.host}\r\nAuthorization: {client.headers['Authorization']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection((url.host, url.port), timeout=120.0) as connection:
        started = time.perf_counter()
        connection.sendall(head.encode() + content)
        answer = bytearray()
        while piece := connection.recv(1 << 20):
            answer += piece
        took_s = time.perf_counter() - started
    start, _, text = bytes(answer).partition(b"\r\n\r\n")
    if not start.startswith(b"HTTP/1.1 207"):
        raise RuntimeError(start.decode())
    return json.loads(text)["items"], took_s


def _live_plans(server: Server) -> int:
    return int(httpx.get(f"{server.base_url}/readyz").json()["dependencies"]["engine"]["live_plans"])


def _row(what: str, tally: Tally, syncs: float, latencies: list[float] | None = None) -> dict[str, Any]:
    rate = tally.filed / tally.took_s
    shares = ", ".join(
        f"{name} {100 * tally.counts.get(status, 0) / tally.filed:.1f} %"
        for name, status in (("approved", 201), ("pending", 202), ("refused", 409))
    )
    others = sorted(set(tally.counts) - {201, 202, 409})
    return {
        "what": what,
        "rate_per_s": rate,
        "p50_ms": None if latencies is None else float(np.percentile(latencies, 50) * 1000),
        "p99_ms": None if latencies is None else float(np.percentile(latencies, 99) * 1000),
        "baseline": f"{syncs:.0f} fsync/s",
        "ratio": rate / syncs,
        "detail": f"{tally.filed} filed: {shares}"
        + "".join(f", {status}: {tally.counts[status]}" for status in others),
    }


def main() -> None:
    """Print the figures as a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000 live plans and 500 requests")
    parser.add_argument("--live", type=int, help="how many plans are live before the single ones are filed")
    parser.add_argument("--mix", choices=("planned", "blind"), help="only one mix")
    options = parser.parse_args()
    live, singles = (1_000, 500) if options.quick else (10_000, 3_000)
    mixes = ("planned", "blind") if options.mix is None else (options.mix,)
    print(
        "| what | a second | p50 ms | p99 ms | baseline in the same run | ratio | detail |\n|---|---|---|---|---|---|---|"
    )
    for mix in mixes:
        for row in measure(options.live or live, singles, (mix,)):
            p50 = "" if row["p50_ms"] is None else f"{row['p50_ms']:.1f}"
            p99 = "" if row["p99_ms"] is None else f"{row['p99_ms']:.1f}"
            print(
                f"| {row['what']} | {row['rate_per_s']:.0f} | {p50} | {p99} | {row['baseline']} | {row['ratio']:.2f} "
                f"| {row['detail']} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
