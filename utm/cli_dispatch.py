"""`hexlane dispatch`: plan a firm's orders in a process of its own and book the flights over the public API."""

import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from utm.client import ApiProblem, Client, ClientSecret, Unreachable
from utm.own_planner import BadOrders, OwnPlanner, orders_of

_err = Console(stderr=True)


def dispatch(
    orders: Annotated[Path, typer.Argument(help="JSON with a list of orders; - for standard input.")],
    *,
    url: Annotated[str, typer.Option(envvar="HEXLANE_URL", help="Base URL of the traffic service.")],
    client_id: Annotated[str, typer.Option(envvar="HEXLANE_CLIENT_ID")],
    client_secret: Annotated[str, typer.Option(envvar="HEXLANE_CLIENT_SECRET")],
    effort: Annotated[int, typer.Option(min=0, max=100, help="How many parts of the plan are solved anew.")] = 6,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for scripts.")] = False,
) -> None:
    """Plan deliveries at the firm and book each flight whole at a traffic service that runs elsewhere.

    Uses nothing of the service but its public API. Ends with 1 where an order could not be booked.
    """
    try:
        text = sys.stdin.read() if str(orders) == "-" else orders.read_text(encoding="utf-8")
        document = json.loads(text)
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{orders}: {error}") from error
    counts: Counter[str] = Counter()
    try:
        with Client(url, ClientSecret(client_id, client_secret)) as client:
            now = datetime.now(UTC)
            planner = OwnPlanner(client, now)
            carriers = planner.carriers()
            firm = carriers[0].organisation_id if carriers else ""
            wanted = orders_of(document, firm, now)
            for event in planner.dispatch(wanted, carriers, effort=effort):
                counts[event["event"]] += 1
                _tell(event, as_json)
    except BadOrders as error:
        raise typer.BadParameter(f"{orders}: {error}") from error
    except (ApiProblem, Unreachable) as fault:
        _err.print(f"[red]{fault}")
        raise typer.Exit(1) from None
    _tell({"event": "done", "booked": counts["booked"], "orders": len(wanted)}, as_json)
    if counts["booked"] < len(wanted):
        raise typer.Exit(1)


def _tell(event: dict[str, Any], as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(event, ensure_ascii=False) + "\n")
        sys.stdout.flush()
        return
    said = {"planned": "{tasks} planned, waiting: {waiting}", "booked": "{order_id}: {aircraft_id} departs {departs_at}",
            "refused": "{order_id}: {cause}", "done": "{booked} of {orders} booked"}[event["event"]]  # fmt: skip
    typer.echo(said.format(**event))
