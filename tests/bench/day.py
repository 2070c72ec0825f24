"""A day filed in order, in memory: `python -m tests.bench.day [--quick]`.

Each plan of the seeded workload is asked for as drawn, takes the earliest free departure within the limit when it is in
conflict, another layer with the earliest free departure there when none is, and is committed to the index. What was
committed is then judged by `utm.judge`, which shares no code with the engine. CPU time of this thread; the baselines are
the same day without counter-offers, and the conflict check alone by the best ready-made index over as many plans.
"""

import argparse
import gc
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from airspace.deconfliction import ConflictIndex, warm
from airspace.frame import LocalFrame
from airspace.geometry4d import Separation, Trajectory4D
from tests.bench import deconfliction_baselines as baselines
from tests.bench.workload import BOUNDS, CRS, DAY_S, LAYERS_M, Workload
from utm.judge import JudgedPlan, judge

MINIMA = Separation()
LIMIT_S = 1800.0
"""The longest delay a plan takes; beyond it another layer is tried, then it is not flown."""
_SOON_S = 240.0
"""Most need no more; looking no farther first is the same answer sooner."""
_CHECKED = 200


@dataclass(slots=True)
class Day:
    """What became of a day: the flights as committed, how many as drawn, delayed, in another layer, and CPU seconds."""

    committed: list[Trajectory4D] = field(default_factory=list)
    as_drawn: int = 0
    delays_s: list[float] = field(default_factory=list)
    other_layer: int = 0
    spent_s: float = 0.0


def in_layer(flight: Trajectory4D, change: float) -> Trajectory4D:
    """Return the flight with its level part higher by `change` metres, climbing and descending at the rates drawn."""
    rows = flight.segments.copy()
    climb, descent = rows[0, 6], rows[-1, 2]
    lasts = rows[:, 7] - rows[:, 3]
    lasts[0] *= (climb + change) / climb
    lasts[-1] *= (descent + change) / descent
    rows[1:, 2] += change
    rows[:-1, 6] += change
    corners_s = rows[0, 3] + np.concatenate([[0.0], np.cumsum(lasts)])
    rows[:, 3], rows[:, 7] = corners_s[:-1], corners_s[1:]
    return Trajectory4D(rows, flight.waypoint_of)


def other_layers(flight: Trajectory4D) -> Iterator[Trajectory4D]:
    """Yield the flight in each other layer, nearest first."""
    top = float(flight.segments[:, 6].max())
    own = min(layer for layer in LAYERS_M if layer >= top - 1e-6)
    for layer in sorted(LAYERS_M, key=lambda height: (abs(height - own), height)):
        if layer != own and float(flight.segments[1:, 2].min()) + layer - own > 20.0:
            yield in_layer(flight, layer - own)


def fly(flights: Sequence[Trajectory4D], *, resolve: bool) -> Day:
    """File, resolve and commit the flights in order."""
    index = ConflictIndex(LocalFrame(CRS), BOUNDS)
    day = Day()
    gc.collect()
    gc.disable()
    begun = time.thread_time()
    for key, flight in enumerate(flights):
        if index.has_conflict(flight, MINIMA):
            if not resolve:
                continue
            found = _resolved(index, flight, day)
            if found is None:
                continue
            index.add(key, found, MINIMA)
            day.committed.append(found)
        else:
            index.add(key, flight, MINIMA)
            day.committed.append(flight)
            day.as_drawn += 1
    day.spent_s = time.thread_time() - begun
    gc.enable()
    return day


def _resolved(index: ConflictIndex, flight: Trajectory4D, day: Day) -> Trajectory4D | None:
    for limit_s in (_SOON_S, LIMIT_S):
        delay = index.earliest_free_delay(flight, MINIMA, to_s=limit_s)
        if delay is not None:
            day.delays_s.append(delay)
            return flight.shifted(delay)
    for other in other_layers(flight):
        delay = index.earliest_free_delay(other, MINIMA, to_s=LIMIT_S)
        if delay is not None:
            day.delays_s.append(delay)
            day.other_layer += 1
            return other.shifted(delay)
    return None


def judged(day: Day) -> int:
    """Return the pairs of committed flights that the independent judge finds in conflict."""
    minima = (MINIMA.horizontal_m, MINIMA.vertical_m, MINIMA.time_buffer_s)
    return len(judge([JudgedPlan(str(k), flight.segments, (), *minima) for k, flight in enumerate(day.committed)]))


def ready_made_rate(flights: Sequence[Trajectory4D]) -> float:
    """Return the conflict checks a second of SQLite's R*Tree with shapely over all these plans."""
    fleet = baselines.Fleet(list(flights))
    ready = baselines.SqliteRtree(fleet)
    begun = time.thread_time()
    for flight in flights[:_CHECKED]:
        baselines.conflicts(flight, MINIMA, fleet, ready)
    return _CHECKED / (time.thread_time() - begun)


def rows_of(count: int, rate_goal: float, flown_goal: float, *, is_set: bool) -> list[dict[str, Any]]:
    """Return the rows of one day; the goals are judged only where they are set for this number of plans."""
    flights = Workload(1).flights(count, DAY_S)
    plain, day = fly(flights, resolve=False), fly(flights, resolve=True)
    conflicts = judged(day)
    rate, flown = count / day.spent_s, len(day.committed) / count
    ready = ready_made_rate(flights)
    delay_s = float(np.mean(day.delays_s)) if day.delays_s else 0.0
    what = f"{count:,} plans in 12 h"
    rows = [
        Row(
            f"file, resolve and commit in order, {what}",
            f"{rate:,.0f}/s",
            f"SQLite R*Tree + shapely, checks alone: {ready:,.0f}/s",
            f"{rate / ready:.0f}x",
            f">= {rate_goal:,.0f}/s",
            rate >= rate_goal if is_set else None,
        ),
        Row(
            f"flown, {what}",
            f"{flown:.2%} ({day.as_drawn:,} as filed, {len(day.delays_s) - day.other_layer:,} later, "
            f"{day.other_layer:,} in another layer; mean delay {delay_s:.0f} s)",
            f"without counter-offers {len(plain.committed) / count:.1%}",
            f"{len(day.committed) / max(1, len(plain.committed)):.2f}x",
            f">= {flown_goal:.1%}",
            flown >= flown_goal if is_set else None,
        ),
        Row(f"conflicts by the judge, {what}", str(conflicts), "-", "-", "0", conflicts == 0),
    ]
    return [asdict(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was measured, beside its baseline, and the goal it is held to."""

    what: str
    measured: str
    baseline: str
    ratio: str
    goal: str
    met: bool | None


def run(*, quick: bool = False) -> list[dict[str, Any]]:
    """Measure both days and return the table's rows; `quick` flies a small day only."""
    warm()
    if quick:
        return rows_of(3_000, 15_000, 0.999, is_set=False)
    return rows_of(20_000, 15_000, 0.999, is_set=True) + rows_of(100_000, 2_000, 0.93, is_set=True)


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
    parser.add_argument("--quick", action="store_true", help="one small day")
    print(table(run(quick=parser.parse_args().quick)))
