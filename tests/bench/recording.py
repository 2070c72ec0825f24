"""What recording costs, and how soon it is read back and replayed, beside JSON lines and SQLite rows in the same run.

`python -m tests.bench.recording [--quick]` prints a markdown table. The city: aircraft at 1 Hz over Shenzhen, headings
that wander, positions and speeds with the noise of a navigation filter (2 cm, 5 cm/s, 0.3 degrees; `--gps` 3 m), arrivals
in wake-ups of 2 ms, ticks of 0.25 s. CPU times are of this process; a day is read from as many sealed segments as a day
at that rate fills (7 GB of disk while it runs), and what is timed is opening them and reading one aircraft's positions.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import sqlite3
import struct
import tempfile
import time
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from airspace.tracks import ObservationBatch
from tests.fakes.live_world import ALTITUDES, FRAME, HandClock, World, principal
from utm.live_schema import TOPICS
from utm.past_tracks import last_seen, restore
from utm.recording import codec, segments
from utm.recording.chunks import OpenSlice
from utm.recording.files import seal
from utm.recording.reader import Recordings, hour_file
from utm.recording.recorder import Recorder, RecorderLimits
from utm.replay import Replay, ReplayWish
from utm.telemetry_values import TrackIdentity

START_AT = datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
DEGREE_M = 111_000.0


class City:
    """Aircraft in flight, recorded."""

    def __init__(self, aircraft: int, folder: Path, noise_m: float) -> None:
        self.world = World(clock=HandClock(START_AT))
        self.recorder = Recorder(folder, self.world.clock, RecorderLimits())
        self.recorder.attach(self.world.telemetry)
        self.recorder.prepare()
        self.random = np.random.default_rng(7)
        self.noise_m = noise_m
        picture, random, n = self.world.picture, self.random, aircraft
        self.rows = np.array([picture.open_track(f"trk_{i:024d}", now_s=self.world.now_s) for i in range(n)])
        for row in self.rows.tolist():
            name = f"{row:024d}"
            who = TrackIdentity(
                f"trk_{name}", "mavlink", f"ac_{name}", f"fp_{name}", f"UAS{row:08d}", "org_firm", "Firm"
            )
            self.world.telemetry._identities[row] = who
        self.lat, self.lon = random.uniform(22.45, 22.85, n), random.uniform(113.8, 114.6, n)
        self.alt, self.heading = random.uniform(50, 200, n), random.uniform(0, 2 * np.pi, n)
        self.speed, self.phase = random.uniform(5, 18, n), random.uniform(0, 1, n)
        self.boot = random.uniform(0, 1e-3, n)
        self.second = 0
        self.version = 0
        self.batches: list[ObservationBatch] = []
        self.cpu_hot_s = self.cpu_flush_s = 0.0

    def second_of_flight(self) -> None:
        """Fly a second: four ticks, then a flush."""
        for quarter in range(4):
            self.world.clock.move(0.25)
            report = self.world.picture.ingest(self._positions(quarter))
            self.batches.append(report.accepted)
            now_s = self.world.now_s
            self.world.telemetry.advance(now_s)
            changes = self.world.picture.changed_since(self.version)
            self.version = changes.version
            before = time.process_time()
            self.recorder.record(report.accepted, self.world.picture.track_ids)
            self.recorder.on_tick(now_s, changes, set())
            self.cpu_hot_s += time.process_time() - before
        before = time.process_time()
        self.recorder.flush()
        self.cpu_flush_s += time.process_time() - before
        self.second += 1

    def _positions(self, quarter: int) -> ObservationBatch:
        random, now_s = self.random, self.world.now_s
        index = np.flatnonzero((self.phase * 4).astype(int) == quarter)
        n = len(index)
        self.heading[index] += random.normal(0, 0.02, n)
        east, north = (self.speed[index] * f(self.heading[index]) for f in (np.sin, np.cos))
        self.lat[index] += north / DEGREE_M
        self.lon[index] += east / (DEGREE_M * 0.923)
        arrival = now_s - 0.25 + self.phase[index] % 0.25 + random.exponential(0.01, n)
        arrival = np.minimum(np.floor(arrival / 0.002) * 0.002 + 0.000123, now_s)
        observed = np.round((arrival - 0.03) * 1000) / 1000 + self.boot[index]
        noisy = self.noise_m / DEGREE_M
        columns = np.full((n, 11), np.nan)
        columns[:, 0] = self.lat[index] + random.normal(0, noisy, n)
        columns[:, 1] = self.lon[index] + random.normal(0, noisy, n)
        columns[:, 2] = self.alt[index] + random.normal(0, self.noise_m, n)
        columns[:, 5], columns[:, 6] = east + random.normal(0, 0.05, n), north + random.normal(0, 0.05, n)
        columns[:, 7] = random.normal(0, 0.05, n)
        columns[:, 8] = (np.degrees(self.heading[index]) + random.normal(0, 0.3, n)) % 360
        columns[:, 9], columns[:, 10] = observed, arrival
        return ObservationBatch.from_columns(self.rows[index], columns)


@dataclass(frozen=True)
class Baseline:
    """Another way to keep positions: what writing takes, and the seconds to read one aircraft out of what was written."""

    name: str
    cpu_share: float
    bytes_a_position: float
    read_s: float


def baselines(city: City, seconds: float) -> list[Baseline]:
    """Write the same positions as gzipped JSON lines and as SQLite rows, and read one aircraft's back."""
    folder = Path(tempfile.mkdtemp())
    names = ("row", "lat_deg", "lon_deg", "alt_hae_m", "vel_east_mps", "vel_north_mps", "vel_up_mps", "heading_deg",
             "observed_s", "received_s")  # fmt: skip
    count = sum(len(batch.row) for batch in city.batches)
    wanted = int(city.rows[17])
    try:
        before = time.process_time()
        with gzip.open(folder / "tracks.jsonl.gz", "wt", compresslevel=1) as file:
            for batch in city.batches:
                for values in zip(*(getattr(batch, name).tolist() for name in names), strict=True):
                    file.write(json.dumps(dict(zip(names, values, strict=True))) + "\n")
        lines_s = time.process_time() - before
        size = (folder / "tracks.jsonl.gz").stat().st_size
        before = time.perf_counter()
        with gzip.open(folder / "tracks.jsonl.gz", "rt") as file:
            found = [item for item in map(json.loads, file) if item["row"] == wanted]
        read_lines_s = time.perf_counter() - before
        before = time.process_time()
        store = sqlite3.connect(folder / "tracks.sqlite")
        store.execute("PRAGMA journal_mode=WAL")
        store.execute(f"CREATE TABLE positions ({', '.join(names)})")
        store.execute("CREATE INDEX by_track ON positions (row, observed_s)")
        for batch in city.batches:
            listed = zip(*(getattr(batch, name).tolist() for name in names), strict=True)
            store.executemany(f"INSERT INTO positions VALUES ({','.join('?' * len(names))})", listed)
            store.commit()
        store.close()
        rows_s = time.process_time() - before
        rows_size = (folder / "tracks.sqlite").stat().st_size
        before = time.perf_counter()
        store = sqlite3.connect(folder / "tracks.sqlite")
        rows = store.execute("SELECT * FROM positions WHERE row = ? ORDER BY observed_s", (wanted,)).fetchall()
        store.close()
        read_rows_s = time.perf_counter() - before
        assert len(rows) == len(found) >= seconds * 0.9
    finally:
        shutil.rmtree(folder)
    return [
        Baseline("JSON lines, gzip 1", lines_s / seconds, size / count, read_lines_s),
        Baseline("SQLite rows, indexed by track", rows_s / seconds, rows_size / count, read_rows_s),
    ]


def moved(encoded: bytes, number: int, shift_us: int) -> bytes:
    """Return a sealed slice moved in time, under another number."""
    (info,) = segments.read_headers(encoded)
    data = bytearray(encoded)
    at, end = info.parts["arrivals"]
    if at < end:
        struct.pack_into("<q", data, at, struct.unpack_from("<q", data, at)[0] + shift_us)
    header = segments._HEADER
    fields = list(header.unpack_from(data))
    fields[3], fields[4] = number, fields[4] + shift_us // 1000
    fields[5:9] = [value + shift_us for value in fields[5:9]]
    fields[28] = zlib.crc32(memoryview(data)[header.size + 4 :])
    header.pack_into(data, 0, *fields)
    struct.pack_into("<I", data, header.size, zlib.crc32(data[: header.size]))
    return bytes(data)


def day_of(part: OpenSlice, folder: Path, seconds: float) -> float:
    """Fill a day with a sealed slice again and again; return the seconds to read one aircraft."""
    names = len(part.dictionary.identities)
    first, other = (segments.encode_slice(part, identities_from=n, chain=bytes(32)) for n in (0, names))
    copies = int(86_400 // seconds)
    held: Path | None = None
    for number in range(copies):
        shift_us = round(number * seconds) * 1_000_000
        path = hour_file(folder, "bench", part.first_us + shift_us)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(moved(first if path != held else other, number, shift_us))
        held = path
    start_us = round(START_AT.timestamp() * 1e6)
    times = []
    for aircraft in (17, 503, 901):
        recordings = Recordings(folder)
        before = time.perf_counter()
        read = sum(len(rows) for rows in recordings.observations(
            start_us, start_us + 86_400_000_000, aircraft_id=f"ac_{aircraft:024d}"
        ))  # fmt: skip
        times.append(time.perf_counter() - before)
        assert read >= copies * seconds * 0.9, read
    return float(np.median(times))


def restart(folder: Path, at: datetime) -> tuple[float, float, int]:
    """Return the seconds, and those of CPU, from an unsealed recording to the picture of a new process, and its tracks."""
    world = World(clock=HandClock(at))
    recorder = Recorder(folder, world.clock, RecorderLimits())
    recorder.attach(world.telemetry)
    before, cpu = time.perf_counter(), time.process_time()
    recorder.prepare()
    count = restore(world.telemetry, last_seen(recorder.recordings, world.now_s))
    took_s, cpu_s = time.perf_counter() - before, time.process_time() - cpu
    assert count == len(world.picture.snapshot())
    recorder.close()
    return took_s, cpu_s, count


def replay_start(recordings: Recordings, at: datetime) -> tuple[float, float, int]:
    """Return the seconds, and those of CPU, to the first messages of a replay of the whole city, and the tracks in them."""
    from_us = round(at.timestamp() * 1e6)
    wish = ReplayWish(from_us, from_us + 60_000_000, topics=TOPICS)
    before, cpu = time.perf_counter(), time.process_time()
    replay = Replay(recordings, principal("dispatcher"), wish, frame=FRAME, altitudes=ALTITUDES)
    frames = replay.begin()
    first_us = replay.next_us
    assert first_us is not None
    frames += replay.step(first_us + 250_000)
    took_s, cpu_s = time.perf_counter() - before, time.process_time() - cpu
    message: dict[str, Any] = json.loads(frames[0])
    return took_s, cpu_s, len(message["items"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="2,000 aircraft, fewer seconds, an hour instead of a day")
    parser.add_argument("--gps", action="store_true", help="positions with the noise of an unfiltered receiver, 3 m")
    options = parser.parse_args()
    aircraft, seconds = (2_000, 120) if options.quick else (10_000, 100)  # as long as a slice lasts at that rate
    folder = Path(tempfile.mkdtemp(prefix="hexlane-bench-"))
    try:
        codec.warm()
        city = City(aircraft, folder / "live", 3.0 if options.gps else 0.02)
        for _ in range(seconds):
            city.second_of_flight()
        part = city.recorder._parts()[0]
        open_bytes = city.recorder.counters["bytes"]
        seal(folder / "warm", "bench", part)  # the H3 cells of the city's squares are found once and then known
        before = time.process_time()
        path = seal(folder / "sealed", "bench", part)
        seal_s = time.process_time() - before
        positions = city.recorder.counters["observations"]
        # Names stand once an hour in a file: what this slice spends on them is spread over the hour.
        names = part.dictionary.identities
        named = len(names) * 20 + 40 * len(names)
        size = path.stat().st_size
        sealed = (size - named + named * seconds / 3600) / positions
        share = (city.cpu_hot_s + city.cpu_flush_s + seal_s) / seconds
        scale = aircraft / 10_000
        print(f"{aircraft:,} aircraft at 1 Hz, {seconds} s, {positions:,} positions, noise {city.noise_m} m\n")
        print("| recording | CPU, share of a core | bytes a position on disk |")
        print("|---|---|---|")
        print(f"| Hexlane: in the event loop | {city.cpu_hot_s / seconds:.2%} | |")
        print(f"| Hexlane: writing and syncing each second (thread) | {city.cpu_flush_s / seconds:.2%} | "
              f"{open_bytes / positions:.1f} until sealed |")  # fmt: skip
        print(f"| Hexlane: sealing (thread) | {seal_s / seconds:.2%} | **{sealed:.2f}** |")
        print(f"| **Hexlane: together** | **{share:.2%}** ({share / scale:.2%} at 10,000/s) | |")
        others = baselines(city, seconds)
        for other in others:
            print(f"| {other.name} | {other.cpu_share:.2%} | {other.bytes_a_position:.1f} |")
        city.recorder.flush()
        shutil.copytree(
            folder / "live", folder / "killed"
        )  # a copy of the files, as a kill -9 leaves them: nobody's lock
        city.recorder.close()
        middle = START_AT + timedelta(seconds=seconds * 0.6)
        recordings = Recordings(folder / "live")
        replay_start(recordings, middle)
        starts = [replay_start(Recordings(folder / "live"), middle) for _ in range(3)]
        took_s, cpu_s, tracks = sorted(starts)[1]
        restored_s, restored_cpu_s, restored = restart(folder / "killed", START_AT + timedelta(seconds=seconds + 2))
        shutil.rmtree(folder / "live")
        copies = 0 if options.quick else int(86_400 // seconds)
        print("\n| reading back | Hexlane | beside | goal |\n|---|---|---|---|")
        if copies:
            day_s = day_of(part, folder / "day", seconds)
            beside = "; ".join(f"{other.name}: {other.read_s * copies:,.1f} s" for other in others)
            print(f"| one aircraft's day out of {copies} slices of {aircraft:,} aircraft | {day_s * 1000:.0f} ms | "
                  f"{beside} ({seconds} s measured, times {copies}) | <= 500 ms |")  # fmt: skip
        spent = f"{took_s * 1000:.0f} ms ({cpu_s * 1000:.0f} of CPU)"
        print(f"| replay starts: snapshot of {tracks:,} tracks and the first tick | {spent} | | <= 1 s |")
        spent = f"{restored_s * 1000:.0f} ms ({restored_cpu_s * 1000:.0f} of CPU)"
        print(f"| picture of {restored:,} tracks rebuilt after a kill, files not sealed | {spent} | | <= 5 s |")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
