"""A process that runs one seeded day and writes its facts as JSON; started with PYTHONHASHSEED=0, which a seed decides with."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson

from sim.day import DayScenario, run_day


def start(seed: int, scenario: dict[str, Any], out: Path) -> "subprocess.Popen[bytes]":
    """Start a process that runs a day of this scenario and writes its facts."""
    command = [sys.executable, "-m", "sim.day_worker", str(seed), orjson.dumps(scenario).decode(), str(out)]
    return subprocess.Popen(command, env={**os.environ, "PYTHONHASHSEED": "0"})  # noqa: S603  (our own module)


def serve(seed: int, scenario: dict[str, Any], out: Path) -> None:
    """Run a day and write its facts."""
    from sim.day_results import facts_of  # noqa: PLC0415  (the process that only starts workers needs none of it)

    values = {**scenario, "closed_pads_at_h": tuple(scenario["closed_pads_at_h"])}
    out.write_bytes(orjson.dumps(run_day(seed, DayScenario(**values), facts_of), option=orjson.OPT_INDENT_2))


if __name__ == "__main__":
    serve(int(sys.argv[1]), orjson.loads(sys.argv[2]), Path(sys.argv[3]))
