"""Measures the deconfliction engine beside its baselines: `python -m tests.bench.deconfliction [--quick]`.

CPU time of this thread, median and 99th percentile; each figure stands next to what it is compared with, from the same
run on the same machine: trust the ratios.
"""

import argparse
import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np

from airspace.deconfliction import ConflictIndex, warm
from airspace.frame import LocalFrame
from airspace.geometry4d import FloatArray, Prism, Separation, Trajectory4D
from tests.bench import deconfliction_baselines as baselines
from tests.bench.workload import BEGINS_S, BOUNDS, CRS, DAY_S, Workload, span_of

MINIMA = Separation()


@dataclass(frozen=True)
class Figure:
    """One line of the table: what was measured, beside its baseline, and the goal it is held to.

    `met` is None where the goal is set for another number of plans: smaller ones are no easier in every row, and edges of
    a short span thin the traffic.
    """

    what: str
    measured: str
    baseline: str
    ratio: str
    goal: str
    met: bool | None


def timed(job: Callable[[Any], object], items: Sequence[Any]) -> tuple[float, float, list[Any]]:
    """Return median and 99th percentile in microseconds of CPU, and the results."""
    clock = time.thread_time_ns
    spent, results = [], []
    gc.disable()
    for item in items:
        begun = clock()
        result = job(item)
        spent.append(clock() - begun)
        results.append(result)
    gc.enable()
    times = np.array(spent[len(spent) // 20 :]) / 1000.0
    return float(np.median(times)), float(np.percentile(times, 99)), results


def filled(count: int, seed: int = 1) -> tuple[ConflictIndex, float, float]:
    """Return an index of so many flights at the reference density, CPU seconds to build it, and bytes a plan.

    A million flights at once would not fit beside the index: they are drawn in batches, by time.
    """
    index = ConflictIndex(LocalFrame(CRS), BOUNDS)
    traffic, spent, key = Workload(seed), 0.0, 0
    batch = min(count, 100_000)
    for part in range(count // batch):
        flights = [flight.shifted(part * span_of(batch)) for flight in traffic.flights(batch)]
        gc.collect()
        gc.disable()
        begun = time.thread_time()
        for flight in flights:
            index.add(key, flight, MINIMA)
            key += 1
        spent += time.thread_time() - begun
        gc.enable()
    return index, spent, index.nbytes / count


def growth(sizes: Sequence[int], asked: int) -> list[Figure]:
    """Rows 1, 2 and 6: query, growth, add, remove, build, memory."""
    figures, medians = [], []
    for count in sizes:
        index, built_s, bytes_each = filled(count)
        queries = Workload(2).flights(asked, span_of(count))
        p50, p99, found = timed(partial(index.conflicts, separation=MINIMA), queries)
        medians.append(p50)
        hits = sum(map(len, found)) / len(found)
        figures.append(
            Figure(
                f"conflicts of one plan, N = {count:,}",
                f"p50 {p50:.0f} us, p99 {p99:.0f} us ({hits:.1f} conflicts each)",
                "goal",
                f"{50 / p50:.2f}x of the goal's speed",
                "p50 <= 50 us, p99 <= 300 us (N = 100,000)",
                (p50 <= 50 and p99 <= 300) if count == 100_000 else None,
            )
        )
        if count == sizes[min(1, len(sizes) - 1)]:
            figures += upkeep(index, count, queries, p50, built_s, bytes_each)
    for k in range(1, len(sizes)):
        tenfold = (medians[k] / medians[k - 1]) ** (1 / np.log10(sizes[k] / sizes[k - 1]))
        figures.append(
            Figure(
                f"growth {sizes[k - 1]:,} to {sizes[k]:,} at equal density",
                f"{medians[k]:.0f} us",
                f"{medians[k - 1]:.0f} us",
                f"{tenfold:.2f}x per tenfold",
                "<= 1.8x",
                bool(tenfold <= 1.8) if sizes[k - 1] >= 10_000 else None,
            )
        )
    return figures


def upkeep(
    index: ConflictIndex, count: int, queries: Sequence[Trajectory4D], p50: float, built_s: float, bytes_each: float
) -> list[Figure]:
    """Row 6 and what else the index answers: add, remove, build, memory, delays, zones."""
    numbered = list(enumerate(queries, start=count))
    add, add99, _ = timed(lambda item: index.add(item[0], item[1], MINIMA), numbered)
    remove, remove99, _ = timed(lambda item: index.remove(item[0]), numbered)
    delay, delay99, _ = timed(lambda flight: index.earliest_free_delay(flight, MINIMA, to_s=1800.0), queries[:500])
    any50, any99, _ = timed(lambda flight: index.has_conflict(flight, MINIMA), queries)
    zone = Prism(None, (505_000.0, 2_496_000.0, 3000.0), 0.0, 120.0, BEGINS_S, BEGINS_S + DAY_S)
    impact, _, named = timed(lambda prism: index.touching(prism, widen_horizontal_m=20.0), [zone] * 5)
    build_goal_s = 2.0 * count / 1e5
    in_time = built_s <= build_goal_s if count == 100_000 else None
    rows = [
        ("yes or no only", f"p50 {any50:.0f} us, p99 {any99:.0f} us", f"{p50:.0f} us", p50 / any50, "-", None),
        ("earliest free delay within 30 min", f"p50 {delay:.0f} us, p99 {delay99:.0f} us", "-", 0.0, "-", None),
        ("add one plan", f"p50 {add:.0f} us, p99 {add99:.0f} us", "30 us", 30 / add, "<= 30 us", add <= 30),
        ("remove one plan", f"p50 {remove:.0f} us, p99 {remove99:.0f} us", "30 us", 30 / remove, "<= 30 us", remove <= 30),
        (f"build {count:,}", f"{built_s:.2f} s", "goal", build_goal_s / built_s, f"<= {build_goal_s} s", in_time),
        ("memory", f"{bytes_each:.0f} bytes a plan", "3,000 bytes", 3000 / bytes_each, "<= 3 kB", bytes_each <= 3000),
        (
            f"plans touched by a 3 km zone all day, N = {count:,}",
            f"{impact / 1000:.1f} ms ({len(named[0]):,} plans)",
            "30 ms",
            30_000 / impact,
            "<= 30 ms",
            impact <= 30_000,
        ),
    ]  # fmt: skip
    return [Figure(a, b, c, f"{d:.1f}x" if d else "-", e, None if f is None else bool(f)) for a, b, c, d, e, f in rows]


def against_ready_made(count: int, asked: int, names: Sequence[str]) -> list[Figure]:
    """Rows 3 to 5: the same questions to ready-made indexes, with the same answers."""
    flights = Workload(1).flights(count)
    index = ConflictIndex(LocalFrame(CRS), BOUNDS)
    for key, flight in enumerate(flights):
        index.add(key, flight, MINIMA)
    fleet = baselines.Fleet(flights)
    queries = Workload(2).flights(asked, span_of(count))
    own, own99, found = timed(lambda flight: index.conflicts(flight, MINIMA), queries)
    answers = [{conflict.key for conflict in one} for one in found]
    figures = []
    kinds: dict[str, tuple[Callable[[baselines.Fleet], baselines.Candidates], float]] = {
        "SQLite R*Tree 4-D + shapely": (baselines.SqliteRtree, 15.0),
        "rtree 4-D + shapely": (baselines.LibRtree, 50.0),
    }
    for name in names:
        make, goal = kinds[name]
        ready = make(fleet)
        p50, p99, theirs = timed(lambda flight: set(baselines.conflicts(flight, MINIMA, fleet, ready)), queries)  # noqa: B023
        differ = [
            baselines.disagreements(flight, MINIMA, fleet, ready, a, b)
            for flight, a, b in zip(queries, answers, theirs, strict=True)
        ]
        same = sum(missed == extra == 0 for missed, extra, _ in differ)
        figures.append(
            Figure(
                f"against {name}, N = {count:,}",
                f"p50 {own:.0f} us, p99 {own99:.0f} us",
                f"p50 {p50:,.0f} us, p99 {p99:,.0f} us",
                f"{p50 / own:.0f}x ({same} of {asked} answers the same)",
                f">= {goal:.0f}x, same answers",
                (p50 / own >= goal and same == asked) if count >= 10_000 else None,
            )
        )
    if count <= 10_000:
        low = np.array([np.minimum(f.segments[:, :4].min(axis=0), f.segments[:, 4:].min(axis=0)) for f in flights])
        high = np.array([np.maximum(f.segments[:, :4].max(axis=0), f.segments[:, 4:].max(axis=0)) for f in flights])
        few = queries[: max(10, asked // 20)]
        p50, p99, boxes = timed(lambda flight: baselines.one_box_rebuilt(flight, MINIMA, low, high), few)
        wrong = sum(len(set(b.tolist()) ^ a) for a, b in zip(answers, boxes, strict=False))
        true = sum(len(a) for a in answers[: len(few)])
        figures.append(
            Figure(
                f"against one 2-D box per plan, R-tree rebuilt per request, N = {count:,}",
                f"p50 {own:.0f} us",
                f"p50 {p50:,.0f} us",
                f"{p50 / own:,.0f}x (its wrong answers: {wrong:,}, beside {true} true conflicts)",
                ">= 5,000x",
                p50 / own >= 5000 if count == 10_000 else None,
            )
        )
    return figures


def wrong_answers(questions: int) -> Figure:
    """Row 7: questions at several densities and seeds, against brute force that shares no code."""
    missed = extra = close = asked = hits = 0
    per = max(1, questions // 8)
    for seed in range(4):
        for span in (400.0, 1600.0):
            flights = Workload(10 + seed).flights(400, span)
            index = ConflictIndex(LocalFrame(CRS), BOUNDS)
            for key, flight in enumerate(flights):
                index.add(key, flight, MINIMA)
            fleet = baselines.Fleet(flights)
            brute = baselines.BruteForce(fleet)
            for flight in Workload(50 + seed).flights(per, span):
                mine = {conflict.key for conflict in index.conflicts(flight, MINIMA)}
                theirs = baselines.conflicts(flight, MINIMA, fleet, brute)
                asked, hits = asked + 1, hits + len(theirs)
                differ = baselines.disagreements(flight, MINIMA, fleet, brute, mine, set(theirs))
                missed, extra, close = missed + differ[0], extra + differ[1], close + differ[2]
    return Figure(
        f"wrong answers in {asked:,} questions",
        f"{missed} missed, {extra} extra ({close} too close to call)",
        f"{hits:,} conflicts by brute force",
        "-",
        "0 missed, 0 extra",
        missed == extra == 0,
    )


def capacity(count: int) -> Figure:
    """Row 9: share approved first come first served, no counter-offers, for three models of a flight."""
    flights = Workload(1).flights(count, DAY_S * count / 10_000)
    index = ConflictIndex(LocalFrame(CRS), BOUNDS)
    exact = 0
    for key, flight in enumerate(flights):
        if not index.has_conflict(flight, MINIMA):
            index.add(key, flight, MINIMA)
            exact += 1
    return Figure(
        f"approved first come first served, {count:,} plans in {12 * count / 10_000:.1f} h",
        f"exact moving discs {exact / count:.1%}",
        f"static volumes {_static(flights) / count:.1%}, one box per flight {_boxes(flights) / count:.1%}",
        "-",
        ">= 85 %",
        exact / count >= 0.85 if count == 10_000 else None,
    )


def _corners(flight: Trajectory4D) -> tuple[FloatArray, FloatArray]:
    low, high = baselines.boxes_of(flight.segments)
    return low.min(axis=0), high.max(axis=0)


def _reach() -> FloatArray:
    return np.array([MINIMA.horizontal_m, MINIMA.horizontal_m, MINIMA.vertical_m, MINIMA.time_buffer_s])


def _boxes(flights: Sequence[Trajectory4D]) -> int:
    low, high = np.empty((len(flights), 4)), np.empty((len(flights), 4))
    n = 0
    for flight in flights:
        a, b = _corners(flight)
        if not ((low[:n] < b + _reach()) & (high[:n] > a - _reach())).all(axis=1).any():
            low[n], high[n] = a, b
            n += 1
    return n


def _static(flights: Sequence[Trajectory4D]) -> int:
    low, high = np.empty((len(flights), 4)), np.empty((len(flights), 4))
    kept: list[FloatArray] = []
    for flight in flights:
        n = len(kept)
        a, b = _corners(flight)
        near = np.flatnonzero(((low[:n] <= b + _reach()) & (high[:n] >= a - _reach())).all(axis=1))
        if len(near):
            others = np.vstack([kept[k] for k in near])
            own = np.repeat(flight.segments, len(others), axis=0)
            if baselines.static_volumes_meet(own, np.tile(others, (len(flight.segments), 1)), MINIMA):
                continue
        low[n], high[n] = a, b
        kept.append(flight.segments)
    return len(kept)


def run(*, quick: bool = False) -> list[dict[str, Any]]:
    """Measure everything and return the table's rows; `quick` leaves out what takes minutes."""
    warm()
    names = ["SQLite R*Tree 4-D + shapely", "rtree 4-D + shapely"]
    figures = growth((2_000, 10_000) if quick else (10_000, 100_000, 1_000_000), 500 if quick else 3000)
    figures += against_ready_made(2_000 if quick else 10_000, 200 if quick else 400, names)
    if not quick:
        figures += against_ready_made(100_000, 300, names)
    figures.append(wrong_answers(400 if quick else 10_000))
    figures.append(capacity(1_000 if quick else 10_000))
    return [asdict(figure) for figure in figures]


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Return the rows as a markdown table."""
    columns = ("what", "measured", "baseline", "ratio", "goal")
    lines = ["| what | measured | beside | ratio | goal | met |", "|---|---|---|---|---|---|"]
    lines += [
        "| " + " | ".join([*(str(row[c]) for c in columns), {True: "yes", False: "NO", None: "-"}[row["met"]]]) + " |"
        for row in rows
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller numbers, under a minute")
    print(table(run(quick=parser.parse_args().quick)))
