"""All measurements, each figure beside its baseline from the same run: `python -m tests.bench [--quick] [--record] [NAME…]`.

`--record` writes what was printed into docs/performance.md, so that the figures there are always ones that were measured.
"""

import argparse
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.conftest import ROOT

BENCHES = {
    "deconfliction": "Deconfliction engine",
    "day": "A day filed in order, in memory",
    "filing": "Filing over HTTP, durable",
    "mavlink": "MAVLink decoding",
    "ingest": "A city's telemetry from the socket to the picture",
    "fuzz": "Random and mutated frames",
    "tactical": "Conformance, zones and separation each tick",
    "recording": "Recording and replay",
    "live": "From a vehicle's socket to a client's screen",
    "alerts": "Alerts on seeded encounters and in a dispatcher's sector",
    "sim": "A simulated fleet",
    "dispatch": "Orders to carriers",
    "replanning": "A closure over booked missions",
    "tenancy": "A 404 about another firm's thing, and about nothing",
}
REPORT = ROOT / "docs" / "performance.md"


def main() -> None:
    """Run the chosen benches one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="which to run; all when none is named")
    parser.add_argument("--quick", action="store_true", help="smaller numbers, for a first look")
    parser.add_argument("--record", action="store_true", help="write the figures into docs/performance.md")
    options = parser.parse_args()
    parts, failed = [], []
    for name in options.names or BENCHES:
        if not (Path(__file__).parent / f"{name}.py").is_file():
            continue
        print(f"\n## {BENCHES[name]}\n", flush=True)
        command = [sys.executable, "-m", f"tests.bench.{name}", *(["--quick"] if options.quick else [])]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
        print(done.stdout, flush=True)
        if done.returncode != 0:
            failed.append(name)
        else:
            parts.append(f"## {BENCHES[name]}\n\n`python -m tests.bench {name}`\n\n{done.stdout.strip()}\n")
    if options.record and not failed:
        REPORT.write_text(_head(options.quick) + "\n" + "\n".join(parts))
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


def _head(quick: bool) -> str:
    scale = " with `--quick`: smaller numbers" if quick else ""
    return f"""# Performance

Measured by `make bench`{scale} on {datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} cores, {platform.machine()}, Python
{platform.python_version()}, on a shared machine. CPU time where a figure is per call. Each figure stands beside a baseline that
ran in the same run: trust the ratios, not the absolute values.
"""


if __name__ == "__main__":
    main()
