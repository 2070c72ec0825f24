"""How fast and how right the safety net is, each figure beside a baseline in the same run.

`python -m tests.bench.tactical [--quick]` prints markdown tables. Times are CPU times of one process; positions, plans,
zones and encounters are seeded. The traffic is 10,000 vehicles over 1,600 km2 in five layers 15 m apart.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import shapely

from airspace.areas import Area
from airspace.geometry4d import Tolerance, Trajectory4D
from airspace.picture import Picture
from airspace.schedule import PERMANENT, Period, WeeklyTime
from airspace.tactical.frames import TacticalFrame, Tags
from airspace.tactical.monitor import Monitor, warm
from airspace.tactical.motion import straight
from airspace.tactical.separation import SeparationLimits, find_losses
from airspace.tactical.workspace import Workspace
from airspace.tactical.zones import ZoneIndex
from airspace.tracks import ObservationBatch
from airspace.zones import Zone
from tests.bench import bluesky_detector
from tests.fakes.encounters import ALTITUDES, FRAME, NOW, encounters, fly, nuisances, traffic

LAYERS_M = (45.0, 60.0, 75.0, 90.0, 105.0)
HORIZON_S = 60.0
SIDE_M = 40_000.0
X0, Y0 = (float(v[0]) for v in FRAME.to_xy(22.35, 113.85))
LIMITS = SeparationLimits()
WORKSPACE = Workspace()  # as the monitor has one


def cpu_ms(work: Callable[[], object], repeats: int) -> list[float]:
    """Return the CPU milliseconds of each run, after one to warm up."""
    work()
    times = []
    for _ in range(repeats):
        began = time.process_time()
        work()
        times.append((time.process_time() - began) * 1000.0)
    return times


def shown(times: list[float]) -> str:
    return f"{statistics.median(times):.2f} | {max(times):.2f}"


def states(count: int, seed: int = 1) -> Any:
    """Return float64 (n, 6) positions and velocities at equal density."""
    random = np.random.default_rng(seed)
    side = SIDE_M * np.sqrt(count / 10_000)
    course, speed = random.uniform(0, 2 * np.pi, count), random.uniform(5, 20, count)
    climb = np.where(random.random(count) < 0.1, random.uniform(-3, 4, count), 0.0)
    height = random.choice(LAYERS_M, count) + random.normal(0, 2, count)
    place = random.uniform(0, side, (count, 2))
    return np.column_stack([place + np.array((X0, Y0)), height, speed * np.cos(course), speed * np.sin(course), climb])


def losses(state: Any) -> Any:
    n = len(state)
    minima = np.full(n, 50.0), np.full(n, 15.0)
    return find_losses(straight(state, workspace=WORKSPACE), *minima, np.full(n, -1), LIMITS, workspace=WORKSPACE)


def all_pairs(state: Any) -> set[tuple[int, int]]:
    """Return the pairs that lose separation, each against all in numpy."""
    found: set[tuple[int, int]] = set()
    for i in range(len(state)):
        r, v = state[i + 1 :, :3] - state[i, :3], state[i + 1 :, 3:] - state[i, 3:]
        with np.errstate(divide="ignore", invalid="ignore"):
            one, two = (-15.0 - r[:, 2]) / v[:, 2], (15.0 - r[:, 2]) / v[:, 2]
        level = v[:, 2] == 0
        begin = np.where(level, 0.0, np.maximum(0.0, np.minimum(one, two)))
        end = np.where(level, HORIZON_S, np.minimum(HORIZON_S, np.maximum(one, two)))
        a = v[:, 0] ** 2 + v[:, 1] ** 2
        b = r[:, 0] * v[:, 0] + r[:, 1] * v[:, 1]
        nearest = np.clip(np.where(a > 0, -b / np.where(a > 0, a, 1.0), begin), begin, np.maximum(begin, end))
        x, y = r[:, 0] + v[:, 0] * nearest, r[:, 1] + v[:, 1] * nearest
        lost = (x * x + y * y < 2500.0) & (begin < end) & (~level | (np.abs(r[:, 2]) < 15.0))
        found |= {(i, i + 1 + int(j)) for j in np.flatnonzero(lost)}
    return found


def separation(counts: tuple[int, ...], repeats: int) -> None:
    print("\n## Separation, straight on, 60 s ahead\n")
    print("| vehicles | what | CPU ms, median | worst | pairs | against all pairs |\n|---|---|---|---|---|---|")
    medians: dict[int, float] = {}
    notes: list[str] = []
    detect = bluesky_detector.detector()
    for n in counts:
        state = states(n)
        state[: n // 5, 3:] = (12.0, 5.0, 0.0)  # equal velocities: 0/0 for a careless detector
        # Another crowd each time: a processor learns the branches of a small one by heart.
        crowds = iter([states(n, seed) for seed in range(2, repeats + 3)])
        times = cpu_ms(lambda crowds=crowds: losses(next(crowds)), repeats)  # type: ignore[misc]
        medians[n] = statistics.median(times)
        found = losses(state)
        pairs = set(zip(found.a.tolist(), found.b.tolist(), strict=True))
        if n <= 10_000:
            began = time.process_time()
            exact = all_pairs(state)
            base = (time.process_time() - began) * 1000.0
            assert pairs == exact, f"{len(pairs ^ exact)} pairs differ"
            print(f"| {n:,} | numpy, all pairs | {base:,.0f} | {base:,.0f} | {len(exact)} | 1 x |")
            if detect is not None:
                notes.append(against_bluesky(detect, n, state, exact, base, medians[n]))
            print(
                f"| {n:,} | swept boxes on a grid | {shown(times)} | {len(pairs)}, equal | {base / medians[n]:,.0f} x |"
            )
        else:
            print(f"| {n:,} | swept boxes on a grid | {shown(times)} | {len(pairs)} | |")
    print("\n" + "\n".join(notes))
    first, last = counts[0], counts[-1]
    growth = medians[last] / medians[first] / (last / first)
    print(f"\nGrowth from {first:,} to {last:,} vehicles: {growth:.2f} x the growth in vehicles.")


def against_bluesky(
    detect: Any, n: int, state: Any, exact: set[tuple[int, int]], base_ms: float, ours_ms: float
) -> str:
    """Print BlueSky's row; return what its pairs lack. The first fifth of the tracks fly at one velocity."""
    crowd = bluesky_detector.traffic(state, FRAME)
    began = time.process_time()
    theirs = bluesky_detector.pairs(detect, crowd, 50.0, 15.0, HORIZON_S)
    took_ms = (time.process_time() - began) * 1000.0
    print(
        f"| {n:,} | BlueSky's compiled detector | {took_ms:,.0f} | {took_ms:,.0f} | {len(theirs)} "
        f"| {base_ms / took_ms:.1f} x |"
    )
    missed = exact - theirs
    alike = [pair for pair in missed if (state[pair[0], 3:] == state[pair[1], 3:]).all()]
    equal = [pair for pair in exact if (state[pair[0], 3:] == state[pair[1], 3:]).all()]
    borders = len(missed) - len(alike) + len(theirs - exact)
    return (
        f"{n:,} vehicles: {took_ms / ours_ms:,.0f} x BlueSky's compiled detector. It misses {len(missed)} of "
        f"{len(exact)} pairs: {len(alike)} of the {len(equal)} of equal velocity (0/0), which ours finds; {borders} "
        "others differ at the edge, as it reckons on a sphere."
        "\n"
    )


def zones(count: int, seed: int = 5) -> list[Zone]:
    """Return zones of 8 to 120 corners with bands, half of them in force at times."""
    random = np.random.default_rng(seed)
    weekly = (Period(weekly=(WeeklyTime(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), 0.0, 43_200.0),)),)
    found: list[Zone] = []
    while len(found) < count:
        corners = int(random.integers(8, 120))
        angles = np.sort(random.uniform(0, 2 * np.pi, corners))
        radii = random.uniform(0.7, 1.3, corners) * random.choice((60.0, 150.0, 400.0))
        ring = np.column_stack((np.cos(angles), np.sin(angles))) * radii[:, None]
        ring += random.uniform(0, SIDE_M, 2) + np.array((X0, Y0))
        if not shapely.is_valid(shapely.Polygon(ring)):
            continue
        lat, lon = FRAME.to_lat_lon(ring[:, 0], ring[:, 1])
        area = Area.of_polygons([[np.column_stack((lat, lon))]], FRAME)
        low, high = ((0.0, 120.0), (0.0, 60.0), (60.0, 120.0))[len(found) % 3]
        when = weekly if len(found) % 2 else PERMANENT
        found.append(Zone(f"zn_{len(found)}", "z", "PROHIBITED", area, low, high, "HAE", when))
    return found


def point_rate(several: list[Zone], points: int, repeats: int) -> None:
    print(f"\n## {points:,} positions against {len(several):,} zones with bands and times\n")
    random = np.random.default_rng(9)
    xy = random.uniform(0, SIDE_M, (points, 2)) + np.array((X0, Y0))
    height = random.choice(LAYERS_M, points)
    heights = np.column_stack((height, height, height))
    index = ZoneIndex()
    began = time.process_time()
    index.update(several)
    built = time.process_time() - began
    ours = cpu_ms(lambda: index.inside(xy, heights, NOW), repeats)
    geometries = np.array([zone.area.geometry for zone in several])
    bands = np.array([(zone.lower_m, zone.upper_m) for zone in several], float)
    inside_now = index._active[:, 0] <= NOW
    tree = shapely.STRtree(geometries)

    def bulk() -> set[tuple[int, int]]:
        point, zone = tree.query(shapely.points(xy), predicate="intersects")
        held = (height[point] >= bands[zone, 0]) & (height[point] <= bands[zone, 1]) & inside_now[zone]
        return set(zip(point[held].tolist(), zone[held].tolist(), strict=True))

    began = time.process_time()
    point, zone = tree.query(shapely.points(xy), predicate="intersects")
    _ = (height[point] >= bands[zone, 0]) & (height[point] <= bands[zone, 1]) & inside_now[zone]
    base = (time.process_time() - began) * 1000.0
    same = {(int(i), int(z)) for i, z in index.inside(xy, heights, NOW)} == bulk()
    assert same
    rate = points / statistics.median(ours) * 1000.0
    print("| what | CPU ms, median | worst | points/s | against STRtree |\n|---|---|---|---|---|")
    print(
        f"| shapely STRtree in bulk, then band and time | {base:.0f} | {base:.0f} | {points / base * 1000:,.0f} | 1 x |"
    )
    print(
        f"| cells and exact kernel, same answers | {shown(ours)} | {rate:,.0f} | {base / statistics.median(ours):.1f} x |"
    )
    print(f"\nThe index is built in {built:.1f} s of CPU time; a change of one zone costs that zone's part.")


def picture_of(count: int) -> Picture:
    """Return a picture of flights on plans of four legs, reporting where they should be but for 3 m."""
    random = np.random.default_rng(3)
    picture = Picture(FRAME, ALTITUDES, capacity=count)
    begin = states(count)
    for row in range(count):
        picture.open_track(f"trk_{row}", now_s=NOW)
        picture.set_landed(row, False)
        picture.bind_aircraft(row, f"ac_{row}")
        course = np.arctan2(begin[row, 4], begin[row, 3]) + np.cumsum(np.append(0.0, random.normal(0, 0.8, 3)))
        speed = float(np.hypot(begin[row, 3], begin[row, 4]))
        times = NOW - 40.0 + np.append(0.0, np.cumsum(random.uniform(40, 80, 4)))
        ways = np.diff(times)[:, None] * speed * np.column_stack((np.cos(course), np.sin(course)))
        places = begin[row, :2] + np.vstack((np.zeros(2), np.cumsum(ways, axis=0)))
        corners = np.column_stack((places, np.full(5, begin[row, 2]), times))
        legs = np.hstack((corners[:-1], corners[1:]))
        picture.bind_plan(row, f"fp_{row}", Trajectory4D(legs, np.zeros(4, np.int32)), Tolerance())
        share = (NOW - legs[0, 3]) / (legs[0, 7] - legs[0, 3])
        begin[row, :3] = legs[0, :3] + share * (legs[0, 4:7] - legs[0, :3])
        begin[row, 3:5] = (legs[0, 4:6] - legs[0, :2]) / (legs[0, 7] - legs[0, 3])
        begin[row, 5] = 0.0
    noisy = begin[:, :3] + random.normal(0, 1, (count, 3)) * (3.0, 3.0, 1.0)
    lat, lon = FRAME.to_lat_lon(noisy[:, 0], noisy[:, 1])
    nan, stamp = np.full(count, np.nan), np.full(count, NOW)
    columns = (lat, lon, noisy[:, 2], nan, nan, *begin[:, 3:].T, nan, stamp, stamp)
    picture.ingest(ObservationBatch(np.arange(count), *columns))
    return picture


def everything(several: list[Zone], repeats: int) -> None:
    print("\n## One tick for 10,000 flights on plans, 5,000 zones\n")
    count = 10_000
    picture = picture_of(count)
    tags = Tags(np.arange(count), np.zeros(count, bool), np.zeros(count, np.int64))
    monitor, line = Monitor(), Monitor(intent=False)
    for one in (monitor, line):
        one.take_zones(several)
    again = picture.observed_s.copy()

    def judge() -> None:
        picture._judged_s[:] = again - 1.0  # as if every flight had just reported
        picture.advance(NOW + 0.1)

    def tick() -> None:
        judge()
        monitor.analyse(TacticalFrame.of(picture, tags, NOW + 0.1))

    frame = TacticalFrame.of(picture, tags, NOW + 0.1)
    quiet = Monitor()
    rows: list[tuple[str, Callable[[], object]]] = [
        ("conformance of every flight", judge),
        ("copying the picture", lambda: TacticalFrame.of(picture, tags, NOW + 0.1)),
        ("separation along plans, health", lambda: quiet.analyse(frame)),
        ("the same with zone entries", lambda: monitor.analyse(frame)),
        ("straight-line detector, zones and health", lambda: line.analyse(frame)),
        ("**all analyses of a tick**", tick),
    ]
    print("| what | CPU ms, median | worst |\n|---|---|---|")
    for name, work in rows:
        print(f"| {name} | {shown(cpu_ms(work, repeats))} |")


def running(several: list[Zone], ticks: int, upset: int = 200) -> None:
    """Print what ticks cost in a city that goes on flying: half of the flights report at each, some are off their plans.

    So every part has its work: means of velocities and heights, flights looked at both ways, pairs that are kept.
    """
    count = 10_000
    picture = picture_of(count)
    legs = picture.legs_of(np.arange(count))[0].reshape(count, 4, 8)
    tags = Tags(np.arange(count), np.zeros(count, bool), np.zeros(count, np.int64))
    random = np.random.default_rng(4)
    monitor, straying = Monitor(), random.permutation(count)[:upset]
    monitor.take_zones(several)
    spent: list[float] = []
    work = {"pairs": 0, "kept": 0, "both_ways": 0}
    for tick in range(40 + ticks):
        now_s = NOW + 0.5 * (tick + 1)
        due = np.flatnonzero((np.arange(count) + tick) % 2 == 0)
        places, velocities = _along(legs[due], now_s)
        off = np.isin(due, straying)
        since_s = now_s - NOW
        places[off] += since_s * np.column_stack((-velocities[off, 1], velocities[off, 0], np.zeros(off.sum())))
        velocities[off, :2] += velocities[off, 1::-1] * (-1.0, 1.0)
        noisy = places + random.normal(0, 1, places.shape) * (3.0, 3.0, 1.0)
        lat, lon = FRAME.to_lat_lon(noisy[:, 0], noisy[:, 1])
        nan, stamp = np.full(len(due), np.nan), np.full(len(due), now_s)
        speeds = velocities + random.normal(0, 0.3, velocities.shape)
        picture.ingest(ObservationBatch(due, lat, lon, noisy[:, 2], nan, nan, *speeds.T, nan, stamp, stamp))
        picture.set_time_uncertainty(due, np.full(len(due), 0.1))
        began = time.process_time()
        picture.advance(now_s + 0.1)
        found = monitor.analyse(TacticalFrame.of(picture, tags, now_s + 0.1))
        took_ms = (time.process_time() - began) * 1000.0
        if tick >= 40:
            spent.append(took_ms)
            work["pairs"] += len(found.losses.a)
            work["kept"] += len(monitor._kept._seen_s)
            work["both_ways"] += int((~np.isnan(monitor._steady.climbs(np.arange(count))[1])).sum())
    of = {name: value / ticks for name, value in work.items()}
    print(f"| **all analyses of a tick in a running city** | {shown(spent)} |")
    print(
        f"\nThe running city: {ticks} ticks, half of the flights reporting at each with noise, {upset} off their plans; a "
        f"tick has {of['pairs']:,.0f} pairs, {of['kept']:,.0f} remembered, {of['both_ways']:,.0f} climb rates still open. "
        "Goal: <= 50 ms."
    )


def _along(legs: Any, at_s: float) -> tuple[Any, Any]:
    """Return where flights of legs float64 (n, 4, 8) are at an instant and how fast, (n, 3) each."""
    k = np.clip((legs[:, :, 7] <= at_s).sum(axis=1), 0, 3)
    leg = legs[np.arange(len(legs)), k]
    lasts = leg[:, 7] - leg[:, 3]
    share = np.clip((at_s - leg[:, 3]) / lasts, 0.0, 1.0)
    return leg[:, :3] + share[:, None] * (leg[:, 4:7] - leg[:, :3]), (leg[:, 4:7] - leg[:, :3]) / lasts[:, None]


def scoreboard(each: int, flights: int, lasts_s: float) -> None:
    print(f"\n## Seeded encounters, {each} of each of eight kinds; 3 m noise, 10 % of reports lost\n")
    print(
        "| detector | announced >= 20 s ahead | late deviation to alert, median | worst | false pairs |\n|---|---|---|---|---|"
    )
    vehicles, found = encounters(11, each)
    for name, intent in (("straight line", False), ("along plans", True)):
        score, _ = fly(vehicles, found, 110.0, 12, intent=intent)
        good, eligible = score.early()
        delays = score.delays_s()
        share = f"{100 * good / eligible:.2f} % of {eligible}"
        middle, worst = statistics.median(delays), max(delays)
        print(f"| {name} | {share} | {middle:.1f} s | {worst:.1f} s | {score.false_pairs()} |")
    print(f"\n## Nuisance alerts: {flights} flights on approved plans, {lasts_s:.0f} s\n")
    print("| detector | upset | alerts raised | of these nothing behind | an hour |\n|---|---|---|---|---|")
    for upset in (0, 3):
        planned = traffic(21, flights, lasts_s, SIDE_M / np.sqrt(10_000 / max(flights, 1)) * 2, upset)
        for name, intent in (("straight line", False), ("along plans", True)):
            score, _ = fly(planned, [], lasts_s, 22, intent=intent)
            wrong = nuisances(score, planned, lasts_s)
            kinds = (
                ", ".join(f"{k} {v}" for k, v in sorted(Counter(kind for _, kind, _ in score.alerts).items())) or "0"
            )
            print(
                f"| {name} | {upset} leave their plans | {kinds} | {len(wrong)} | {len(wrong) * 3600 / lasts_s:.0f} |"
            )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repeats, no 50,000 vehicles, smaller traffic")
    quick = parser.parse_args().quick
    warm()
    repeats = 7 if quick else 41
    print("# The safety net")
    separation((1_000, 10_000) if quick else (1_000, 10_000, 50_000), repeats)
    several = zones(5_000)
    point_rate(several, 100_000, repeats)
    everything(several, repeats)
    running(several, 20 if quick else 120)
    scoreboard(10 if quick else 150, 200 if quick else 1_000, 120.0 if quick else 600.0)


if __name__ == "__main__":
    main()
