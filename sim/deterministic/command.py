"""`hexlane sim world`: many seeds of the deterministic world, and the first that broke an invariant."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import Annotated, Any

import typer
from rich.console import Console

_err = Console(stderr=True)


def world(
    *,
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds.")] = 10,
    hours: Annotated[float, typer.Option(min=0.01, help="Simulated hours of business for each seed.")] = 2.0,
    vehicles: Annotated[int, typer.Option(min=1, max=120, help="How many vehicles fly.")] = 100,
    seed_from: Annotated[int, typer.Option(min=0, help="The first seed.")] = 1,
    jobs: Annotated[
        int, typer.Option(min=0, max=64, help="How many processes run worlds; 0: one for each processor.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON line for each seed and one for all.")] = False,
) -> None:
    """Run the whole service in simulated time, from seeds, and check that nothing is ever broken.

    Ends with 1 when a seed broke an invariant: its report comes first and `--seed-from SEED --seeds 1` runs it again.
    """
    from sim.deterministic.worker import start  # noqa: PLC0415  (the service is heavy; --help is not)
    from sim.deterministic.world import Scenario  # noqa: PLC0415

    jobs = min(jobs or len(os.sched_getaffinity(0)), seeds)
    scenario = Scenario(vehicles=vehicles, hours=hours)
    waiting: SimpleQueue[int | None] = SimpleQueue()
    for seed in range(seed_from, seed_from + seeds):
        waiting.put(seed)
    for _ in range(jobs):
        waiting.put(None)
    done: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
    began_s = time.monotonic()
    reports: list[dict[str, Any]] = []
    with ThreadPoolExecutor(jobs) as pool:
        for _ in range(jobs):
            pool.submit(_feed, start(scenario), waiting, done)
        left = jobs
        while left:
            report = done.get()
            if report is None:
                left -= 1
                continue
            reports.append(report)
            _tell(report, len(reports), seeds, as_json=as_json)
    _conclude(reports, time.monotonic() - began_s, asked=seeds, jobs=jobs, as_json=as_json)


def _feed(
    worker: "subprocess.Popen[str]", waiting: "SimpleQueue[int | None]", done: "SimpleQueue[dict[str, Any] | None]"
) -> None:
    """Give one worker a seed at a time; a worker that dies takes its seed with it, which is a failure."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    try:
        while (seed := waiting.get()) is not None:
            worker.stdin.write(f"{seed}\n")
            worker.stdin.flush()
            line = worker.stdout.readline()
            if not line:
                done.put({"seed": seed, "ok": False, "violations": [_died(worker)], "simulated_s": 0.0, "cpu_s": 0.0})
                return
            done.put(json.loads(line))
    finally:
        worker.stdin.close()
        worker.wait()
        done.put(None)


def _died(worker: "subprocess.Popen[str]") -> dict[str, Any]:
    return {"at_s": 0.0, "rule": "the world comes to its end", "detail": f"the process ended with {worker.wait()}"}


def _tell(report: dict[str, Any], number: int, of: int, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(report) + "\n")
        sys.stdout.flush()
    elif report["ok"]:
        _err.print(
            f"{number}/{of} seed {report['seed']}: nothing broken in {report['simulated_s'] / 3600:.2f} h, "
            f"{report['times_real']:.0f} x real time, {report['digest'][:12]}"
        )
    else:
        first = report["violations"][0]
        _err.print(f"{number}/{of} seed {report['seed']} BROKE: {first['rule']}: {first['detail']}", style="red")


def _conclude(reports: list[dict[str, Any]], took_s: float, *, asked: int, jobs: int = 1, as_json: bool) -> None:
    failed = sorted((report for report in reports if not report["ok"]), key=lambda report: int(report["seed"]))
    simulated_s = sum(report["simulated_s"] for report in reports)
    cpu_s = sum(report["cpu_s"] for report in reports)
    flights = sum(report.get("counts", {}).get("firms", {}).get("departed", 0) for report in reports)
    total = {
        "failing_seed": failed[0]["seed"] if failed else None,
        "seeds": len(reports),
        "failed": len(failed),
        "violations": sum(len(report["violations"]) for report in reports),
        "simulated_h": round(simulated_s / 3600.0, 2),
        "vehicle_h": round(sum(r["simulated_s"] * r.get("vehicles", 0) for r in reports) / 3600.0, 1),
        "flights": flights,
        "cpu_s": round(cpu_s, 1),
        "took_s": round(took_s, 1),
        "jobs": jobs,
        "times_real": round(simulated_s / max(cpu_s, 1e-9), 1),
        "times_real_by_the_clock": round(simulated_s / max(took_s, 1e-9), 1),
        "simulated_h_per_minute": round(simulated_s / 60.0 / max(took_s, 1e-9), 2),
    }
    if as_json:
        sys.stdout.write(json.dumps(total) + "\n")
    else:
        for line in _text(total, failed):
            sys.stdout.write(line + "\n")
    if failed or len(reports) < asked:
        raise typer.Exit(1)


def _text(total: dict[str, Any], failed: list[dict[str, Any]]) -> list[str]:
    lines = []
    if failed:
        first = failed[0]
        lines.append(
            f"FAILING SEED {first['seed']} (run it again: --seeds 1 --seed-from {first['seed']}, same options)"
        )
        lines += [f"  {v['at_s']:10.3f} s  {v['rule']}: {v['detail']}" for v in first["violations"][:10]]
        lines += [f"    {event}" for event in first.get("last_events", ())[-15:]]
        if len(failed) > 1:
            lines.append("  also failed: " + ", ".join(str(report["seed"]) for report in failed[1:]))
    lines.append(
        f"{total['seeds']} seeds, {total['simulated_h']} simulated hours, {total['vehicle_h']} vehicle hours, "
        f"{total['flights']} flights: {total['violations']} violations"
    )
    lines.append(
        f"{total['times_real']} x real time on one core, {total['times_real_by_the_clock']} x with {total['jobs']} processes; "
        f"{total['simulated_h_per_minute']} simulated hours a minute ({total['took_s']} s)"
    )
    return lines
