"""How well alerts are timed and how seldom they are wrong, beside a straight-line detector on the same traffic.

`python -m tests.bench.alerts [--quick]` prints markdown tables. Encounters and traffic are seeded (`tests.fakes.encounters`)
and flown against a simulated clock through the service's own picture, monitor, conditions and alert book: reports once a
second with 3 m of noise, one in ten lost. Scored is what a dispatcher would see raised, against the truth of what flew.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from typing import Any

from airspace.tactical.monitor import warm
from tests.fakes.encounters import KINDS, Score, encounters, fly, nuisances, traffic, upset_losses

DETECTORS = (("along plans", True), ("straight line", False))
EARLY_S = 20.0
LATE_S = 3.0


def share(good: int, of: int) -> str:
    """Return a percentage and what it is of."""
    return f"{100 * good / of:.2f} % of {of:,}" if of else "none"


def early_of(score: Score, kind: str) -> tuple[int, int]:
    """Return how many losses of a kind that could be known 20 s ahead were announced so, and how many there were."""
    return Score([row for row in score.rows if row[0] == kind]).early()


def scored(seeds: tuple[int, ...], each: int) -> None:
    """Fly encounters of every kind and print who announced what when."""
    runs: dict[str, list[Score]] = {name: [] for name, _ in DETECTORS}
    for seed in seeds:
        vehicles, found = encounters(seed, each)
        for name, intent in DETECTORS:
            runs[name].append(fly(vehicles, found, 110.0, seed + 1000, intent=intent)[0])
    total = {name: Score([row for score in scores for row in score.rows]) for name, scores in runs.items()}
    print(f"\n### {len(seeds) * each:,} encounters of each of {len(KINDS)} kinds\n")
    print("| losses announced >= 20 s ahead, of those that could be | along plans | straight line | goal |")
    print("|---|---|---|---|")
    for kind in KINDS:
        cells = [share(*early_of(score, kind)) for score in total.values()]
        print(f"| {kind.replace('_', ' ')} | {' | '.join(cells)} | |")
    print(f"| **all** | {' | '.join(f'**{share(*score.early())}**' for score in total.values())} | >= 99.9 % |")
    delays = {name: score.delays_s() for name, score in total.items()}
    for label, of in (("median", statistics.median), ("worst", max)):
        cells = [f"{of(values):.1f} s" for values in delays.values()]
        print(f"| deviation observable to alert, {label} | {' | '.join(cells)} | <= {LATE_S:.0f} s |")
    within = [share(sum(value <= LATE_S for value in values), len(values)) for values in delays.values()]
    print(f"| of these within {LATE_S:.0f} s | {' | '.join(within)} | all |")
    never = [str(sum(row[1] is not None and row[3] is None for row in score.rows)) for score in total.values()]
    print(f"| losses never announced | {' | '.join(never)} | 0 |")
    wrong = [str(score.false_pairs()) for score in total.values()]
    print(f"| pairs announced that never came near | {' | '.join(wrong)} | |")


def late(seeds: range, each: int) -> None:
    """Fly late deviations alone, many of them, and print how soon they were announced."""
    delays: list[float] = []
    for seed in seeds:
        vehicles, found = encounters(seed, each, ("late_far", "late_near"))
        delays += fly(vehicles, found, 110.0, seed + 1000)[0].delays_s()
    good = share(sum(value <= LATE_S for value in delays), len(delays))
    print(
        f"\nLate deviations alone, seeds {seeds.start} to {seeds.stop - 1}, along plans: {good} announced within "
        f"{LATE_S:.0f} s of being observable (goal >= 99.9 %), median {statistics.median(delays):.1f} s, worst "
        f"{max(delays):.1f} s.",
        flush=True,
    )


def upsets(seeds: range, flights: int, upset: int, lasts_s: float) -> None:
    """Fly other sectors in which some flights leave their plans; print who is called for nothing, and for what it is."""
    print(f"\n### First {lasts_s / 60:.0f} min after {upset} of {flights:,} flights left their plans, other traffic\n")
    print("| seed | alerts raised | nothing behind them | losses that came | announced before | shortest warning |")
    print("|---|---|---|---|---|---|")
    for seed in seeds:
        vehicles = traffic(seed, flights, lasts_s + 60.0, 25_000.0 * (flights / 1_000) ** 0.5, upset)
        score, _ = fly(vehicles, [], lasts_s + 60.0, seed + 1)
        wrong = nuisances(score, vehicles, lasts_s + 60.0)
        losses = upset_losses(score, vehicles, lasts_s + 60.0)
        ahead = [begins - at for begins, at in losses if at is not None]
        shortest = f"{min(ahead):.0f} s ahead" if ahead else ""
        print(
            f"| {seed} | {len(score.alerts)} | {len(wrong)} | {len(losses)} | {len(ahead)} | {shortest} |", flush=True
        )


def sector(flights: int, lasts_s: float, upset: int) -> dict[str, tuple[Score, list[Any], float]]:
    """Fly a dispatcher's sector; return for each detector the score, the nuisances and the mean analysis in ms."""
    vehicles = traffic(21, flights, lasts_s, 25_000.0 * (flights / 1_000) ** 0.5, upset)
    found = {}
    for name, intent in DETECTORS:
        score, spent = fly(vehicles, [], lasts_s, 22, intent=intent)
        found[name] = (score, nuisances(score, vehicles, lasts_s), float(spent.mean()))
    return found


def quiet_and_upset(flights: int, hour_s: float, upset: int, upset_s: float) -> None:
    """Print what a dispatcher is called for in ordinary traffic, and after some flights left their plans at once."""
    print(f"\n### A dispatcher's sector: {flights:,} flights on approved plans, each up to 3 s early or late\n")
    print("| | detector | alerts raised | nothing behind them | goal |\n|---|---|---|---|---|")
    for label, lasts_s, leave in (
        (f"{hour_s / 60:.0f} min of ordinary traffic", hour_s, 0),
        (f"first {upset_s / 60:.0f} min after {upset} flights left their plans", upset_s + 60.0, upset),
    ):
        for name, (score, wrong, mean_ms) in sector(flights, lasts_s, leave).items():
            kinds = ", ".join(f"{kind} {n}" for kind, n in sorted(Counter(k for _, k, _ in score.alerts).items()))
            if leave:
                goal, said = "<= 10", str(len(wrong))
            else:
                goal, said = "<= 6 an hour", f"{len(wrong)} ({len(wrong) * 3600 / lasts_s:.1f} an hour)"
            print(
                f"| {label} | {name} ({mean_ms:.1f} ms an analysis) | {kinds or 'none'} | {said} | {goal} |", flush=True
            )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="fewer encounters, 200 flights for ten minutes",
    )
    quick = parser.parse_args().quick
    warm()
    began = time.process_time()
    print(
        "Reports once a second with 3 m of noise (1 m in height, 0.3 m/s in velocity), one in ten lost; simulated clock."
    )
    scored((11,) if quick else (11, 12, 13), 20 if quick else 125)
    late(range(1, 2) if quick else range(1, 21), 40 if quick else 250)
    quiet_and_upset(200 if quick else 1_000, 600.0 if quick else 1_800.0, 2 if quick else 10, 300.0 if quick else 600.0)
    upsets(
        range(101, 102) if quick else range(101, 109),
        200 if quick else 1_000,
        2 if quick else 10,
        300.0 if quick else 600.0,
    )
    print(f"\n{time.process_time() - began:.0f} s of CPU time in all.")


if __name__ == "__main__":
    main()
