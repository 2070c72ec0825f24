"""How long an answer takes about another firm's thing and about one that never was, side by side: 404s and empty lists.

`python -m tests.bench.tenancy [--quick]` prints a markdown table. One client asks both in turn over one connection, in an
order drawn anew each time, so that whatever else the machine does falls on both alike. `told apart` is the share of pairs
in which the one about another's thing took longer: 50 % means that the times tell nothing (the band is two standard
deviations of a fair coin over so many pairs).
"""

import argparse
import random
import statistics
import tempfile
import time
from pathlib import Path

import httpx

from tests.conftest import Server
from tests.fakes import flying
from tests.fakes.tenancy import MATRIX
from tests.fakes.tenancy_walk import never_was
from tests.fakes.two_firms import seed, two_firms

ENDPOINTS = (
    "GET /v1/flight-plans/{plan_id}",
    "GET /v1/flight-plans/{plan_id}/timeline",
    "GET /v1/aircraft/{aircraft_id}",
    "GET /v1/orders/{order_id}",
    "GET /v1/missions/{mission_id}",
    "GET /v1/alerts/{alert_id}",
    "GET /v1/commands/{command_id}",
    "GET /v1/tracks/{track_id}/history",
    "GET /v1/webhooks/{webhook_id}",
    "GET /v1/clients/{client_id}",
    "GET /v1/contingencies/{contingency_id}",
    "GET /v1/approvals/{approval_id}",
    "GET /v1/event-reports/{report_id}",
    "GET /v1/carriers/{aircraft_id}",
    "GET /v1/flight-plans/{plan_id}/record",
    "POST /v1/advisories/{advisory_id}/acknowledge",
    "POST /v1/flight-plans/{plan_id}/confirm",
    "POST /v1/missions/{mission_id}/confirm",
)
LISTS = (
    ("GET /v1/flight-plans", "aircraft_id", "aircraft"),
    ("GET /v1/commands", "aircraft_id", "flying_aircraft"),
    ("GET /v1/commands", "batch_id", "command"),
    ("GET /v1/advisories", "plan_id", "flown_plan"),
    ("GET /v1/duty/messages", "contact_id", "contact"),
)
"""(list, filter, kind of thing whose id is asked for): another firm's thing narrows a list to nothing."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    pairs = 200 if parser.parse_args().quick else 2_000
    draw = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        server.start()
        try:
            with two_firms(server) as city, flying.flying(server) as fleet:
                for firm in city.firms:
                    seed(city, firm, fleet)
                owner, other = city.firms
                print("| endpoint | another's, median / p95 | nothing, median / p95 | told apart |")
                print("|---|---:|---:|---:|")
                for endpoint in ENDPOINTS:
                    ((name, kind),) = (MATRIX[endpoint].own or {}).items()
                    method, _, path = endpoint.partition(" ")
                    paths = [path.replace(f"{{{name}}}", ref) for ref in (owner.ids[kind], never_was(owner.ids[kind]))]
                    print(_row(endpoint, other.client, method, paths, pairs, draw), flush=True)
                for endpoint, name, kind in LISTS:
                    path = endpoint.partition(" ")[2]
                    paths = [f"{path}?{name}={ref}" for ref in (owner.ids[kind], never_was(owner.ids[kind]))]
                    print(_row(f"{endpoint}?{name}=", other.client, "GET", paths, pairs, draw, 200), flush=True)
        finally:
            server.stop()


def _row(
    endpoint: str,
    client: httpx.Client,
    method: str,
    paths: list[str],
    pairs: int,
    draw: random.Random,
    status: int = 404,
) -> str:
    took: list[list[float]] = [[], []]
    for n in range(pairs + 20):
        for which in draw.sample((0, 1), 2):
            began = time.perf_counter()
            while (answer := client.request(method, paths[which])).status_code == 429:
                time.sleep(0.2)
                began = time.perf_counter()
            spent = time.perf_counter() - began
            assert answer.status_code == status, answer.text
            if n >= 20:
                took[which].append(spent * 1e3)
    longer = sum(foreign > absent for foreign, absent in zip(*took, strict=True)) / pairs
    band = 100.0 / pairs**0.5
    cells = [f"{statistics.median(values):.2f} / {sorted(values)[int(pairs * 0.95)]:.2f} ms" for values in took]
    return f"| `{endpoint}` | {cells[0]} | {cells[1]} | {longer * 100:.1f} % (50 ± {band:.1f}) |"


if __name__ == "__main__":
    main()
