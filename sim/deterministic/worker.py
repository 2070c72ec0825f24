"""A process that runs worlds: seeds come on standard input, one a line, reports go out as JSON lines.

It is started with PYTHONHASHSEED=0: the order of sets of texts is part of what a seed decides.
"""

import os
import subprocess
import sys
from typing import IO

import orjson

from sim.deterministic.world import Scenario, run_world


def start(scenario: Scenario) -> "subprocess.Popen[str]":
    """Start a worker for worlds of this size and length."""
    command = [sys.executable, "-m", "sim.deterministic.worker", str(scenario.vehicles), str(scenario.hours)]
    return subprocess.Popen(  # noqa: S603  (our own interpreter and module)
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )


def serve(scenario: Scenario, seeds: IO[str], reports: IO[str]) -> None:
    """Run every seed as it comes."""
    for line in seeds:
        report = run_world(int(line), scenario).as_dict()
        reports.write(orjson.dumps(report).decode() + "\n")
        reports.flush()


if __name__ == "__main__":
    serve(Scenario(vehicles=int(sys.argv[1]), hours=float(sys.argv[2])), sys.stdin, sys.stdout)
