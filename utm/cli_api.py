"""`hexlane api …`: a running server from scripts and by hand, through the typed client.

Where and who: `--url`, `--client-id`, `--client-secret` or the environment (`HEXLANE_URL`, `HEXLANE_CLIENT_ID`,
`HEXLANE_CLIENT_SECRET`); else the demonstration's credentials file, as `--role` and `--number` say. With `--json` each
answer is one JSON document on standard output (the live feed: one a line). Exit code 0: done; 1: the server refused,
its problem is on standard output with --json, else on standard error; 2: wrong usage.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from inspect import signature
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from utm.client import ApiProblem, Client, ClientSecret, LiveRefused, PlanRefused, Unreachable
from utm.client.operations import Operations

app = typer.Typer(help="Speak to a running server: file, watch, export; any operation by name.", no_args_is_help=True)
_VARIABLES = "HEXLANE_URL, HEXLANE_CLIENT_ID and HEXLANE_CLIENT_SECRET"
_err = Console(stderr=True)
_out = Console()

AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output, for scripts.")]
State = Annotated[str | None, typer.Option(help="States, separated by commas.")]
Bbox = Annotated[str | None, typer.Option(help="min_lon,min_lat,max_lon,max_lat in WGS-84 degrees.")]


@dataclass(frozen=True, slots=True)
class _Access:
    """Where the server is and who asks, as given; looked at when a command first needs it, so that help needs neither."""

    url: str | None
    client_id: str | None
    client_secret: str | None
    role: str
    number: int
    data_dir: Path | None

    def found(self) -> tuple[str, ClientSecret]:
        """Return address and secret; raises BadParameter when nothing tells them."""
        if self.url is not None and self.client_id is not None and self.client_secret is not None:
            return self.url, ClientSecret(self.client_id, self.client_secret)
        path = _credentials_path(self.data_dir)
        if path is None or not path.is_file():
            missing = "" if path is None else f"; there is no {path} either"
            raise typer.BadParameter(f"give --url, --client-id and --client-secret, or set {_VARIABLES}{missing}")
        known = json.loads(path.read_text(encoding="utf-8"))
        clients = [item for item in known["clients"] if item["role"] == self.role]
        if not 0 <= self.number < len(clients):
            raise typer.BadParameter(f"there is no client {self.number} of the role {self.role!r} in {path}")
        client = clients[self.number]
        return self.url or known["base_url"], ClientSecret(client["client_id"], client["client_secret"])


_given: list[_Access] = []


@app.callback()
def access(
    url: Annotated[str | None, typer.Option(envvar="HEXLANE_URL", help="Base URL of the server.")] = None,
    client_id: Annotated[str | None, typer.Option(envvar="HEXLANE_CLIENT_ID")] = None,
    client_secret: Annotated[str | None, typer.Option(envvar="HEXLANE_CLIENT_SECRET")] = None,
    role: Annotated[str, typer.Option(help="Demonstration: the role to act as.")] = "operator",
    number: Annotated[int, typer.Option(help="Demonstration: which client of the role, from 0.")] = 0,
    data_dir: Annotated[Path | None, typer.Option(help="Demonstration: folder of the server's data.")] = None,
) -> None:
    """Note where the server is and who asks."""
    _given[:] = [_Access(url, client_id, client_secret, role, number, data_dir)]


def _credentials_path(data_dir: Path | None) -> Path | None:
    """Return where a demonstration here keeps its credentials; None where only the client is installed."""
    try:
        from utm.settings import Settings  # noqa: PLC0415  (the client alone comes without the server)
    except ModuleNotFoundError:
        return None if data_dir is None else data_dir / "demo-credentials.json"
    return (Settings() if data_dir is None else Settings(data_dir=data_dir)).credentials_path


@contextmanager
def _client(as_json: bool) -> Iterator[Client]:
    url, secret = _given[-1].found()
    try:
        with Client(url, secret) as client:
            yield client
    except ApiProblem as problem:
        if as_json:
            _print_json(problem.document)
        _err.print(f"[red]{problem.status} {problem.code}[/red]: {problem.detail}")
        if problem.detail_zh:
            _err.print(problem.detail_zh)
        for fault in problem.errors:
            _err.print(f"  {fault.field}: {fault.detail}", markup=False)
        if isinstance(problem, PlanRefused):
            _show_decision(problem.document)
        raise typer.Exit(1) from None
    except (Unreachable, LiveRefused) as fault:
        _err.print(f"[red]{fault}")
        raise typer.Exit(1) from None


def _print_json(value: Any) -> None:
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()


def _show(value: Any, as_json: bool, table: Callable[[Any], Table | str]) -> None:
    if as_json:
        _print_json(value)
    else:
        _out.print(table(value))


def _body(text: str) -> Any:
    """Return a body from a JSON text, `@file`, or `-` for standard input."""
    if text == "-":
        text = sys.stdin.read()
    elif text.startswith("@"):
        text = Path(text[1:]).read_text(encoding="utf-8")
    try:
        return json.loads(text)
    except ValueError as error:
        raise typer.BadParameter(f"the body is no JSON: {error}") from None


def _table(*columns: str) -> Table:
    table = Table(box=None)
    for column in columns:
        table.add_column(column)
    return table


# -- commands ----------------------------------------------------------------------------------------------------------


@app.command()
def token(as_json: AsJson = False) -> None:
    """Print an access token, for curl."""
    with _client(as_json) as client:
        found = client.token()
    _print_json({"access_token": found}) if as_json else typer.echo(found)


@app.command()
def plans(
    state: State = None, aircraft_id: Annotated[str | None, typer.Option()] = None, as_json: AsJson = False
) -> None:
    """List flight plans, every page of them."""
    with _client(as_json) as client:
        items, cursor = [], None
        while True:
            page = client.list_flight_plans(state=state, aircraft_id=aircraft_id, cursor=cursor)
            items += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
    table = _table("plan", "state", "departure", "aircraft")
    for item in items:
        table.add_row(item.plan_id, item.state, item.departure_at.isoformat(), item.aircraft_id)
    _show(items, as_json, lambda _: table)


@app.command()
def file(
    body: Annotated[str, typer.Argument(help="The plan: JSON, @file, or - for standard input.")],
    check: Annotated[bool, typer.Option("--check", help="Only judge it; nothing is filed.")] = False,
    take_offer: Annotated[bool, typer.Option("--take-offer", help="Refused: file the first counter-offer.")] = False,
    key: Annotated[str | None, typer.Option(help="Idempotency-Key; by default a new one.")] = None,
    as_json: AsJson = False,
) -> None:
    """File a flight plan. Exit code 1 and the reasons when it is refused."""
    document = _body(body)
    with _client(as_json) as client:
        try:
            found = (
                client.check_flight_plan(document) if check else client.file_flight_plan(document, idempotency_key=key)
            )
        except PlanRefused as refused:
            if not take_offer or not refused.counter_offers:
                raise
            found = client.file_flight_plan(refused.counter_offers[0].plan)
    _show(found, as_json, lambda plan: f"{plan.plan_id} {plan.decision.outcome}")


@app.command()
def offers(
    plan_id: str,
    hold: Annotated[int | None, typer.Option(help="Hold this one, from 0.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the counter-offers of a plan, or hold one of them for a minute."""
    with _client(as_json) as client:
        if hold is not None:
            held = client.hold_offer(plan_id, hold)
            _show(held, as_json, lambda value: f"held until {value.held_until.isoformat()}")
            return
        found = client.get_flight_plan(plan_id).decision.counter_offers
    table = _table("", "kind", "delay", "offer")
    for index, item in enumerate(found):
        table.add_row(str(index), item.kind, f"{item.cost.delay_s:.0f} s", item.detail)
    _show(found, as_json, lambda _: table)


def _step(name: str, about: str) -> None:
    def take(plan_id: str, as_json: AsJson = False) -> None:
        with _client(as_json) as client:
            found = getattr(client, f"{name}_flight_plan")(plan_id)
        _show(found, as_json, lambda plan: f"{plan.plan_id} {plan.state}")

    take.__doc__ = about
    app.command(name)(take)


_step("confirm", "Report that a flight is ready.")
_step("activate", "Start a flight.")
_step("end", "End a flight that has landed.")
_step("cancel", "Give up a plan.")


@app.command()
def live(
    topics: Annotated[
        str, typer.Option(help="tracks, alerts, plans, zones, commands, orders.")
    ] = "tracks,alerts,plans",
    bbox: Bbox = None,
    since: Annotated[int | None, typer.Option(help="Resume after this seq.")] = None,
    count: Annotated[int | None, typer.Option(help="End after so many messages.")] = None,
    as_json: AsJson = False,
) -> None:
    """Follow the live feed until interrupted; connections that break are resumed."""
    with _client(as_json) as client:
        feed = client.live([item.strip() for item in topics.split(",")], area=bbox, since=since)
        for number, message in enumerate(feed, start=1):
            if as_json:
                _print_json(message)
            else:
                kind = msgspec.to_builtins(message)["topic"]
                _out.print(f"{message.seq} {kind} {message.kind}: {len(message.items)} items", markup=False)
            if number == count:
                return


@app.command()
def zones(bbox: Bbox = None, as_json: AsJson = False) -> None:
    """List zones."""
    with _client(as_json) as client:
        found = client.list_zones(bbox=bbox)
    document = msgspec.to_builtins(found)
    table = _table("zone", "restriction", "name")
    for feature in document["features"]:
        table.add_row(
            feature["properties"]["zone_id"], feature["properties"]["restriction"], feature["properties"]["name"]
        )
    _show(document, as_json, lambda _: table)


@app.command()
def export(
    plan_id: str,
    output: Annotated[Path, typer.Argument(help="File to write; - for standard output.")],
    format_name: Annotated[
        str, typer.Option("--format", help="json, geojson, kml or csv: the flight's record.")
    ] = "json",
    as_json: AsJson = False,
) -> None:
    """Write a flight's whole record to a file."""
    with _client(as_json) as client:
        data = client.download(f"/v1/flight-plans/{plan_id}/record", {"format": format_name})
    if str(output) == "-":
        sys.stdout.buffer.write(data)
        return
    output.write_bytes(data)
    _print_json({"file": str(output), "bytes": len(data)}) if as_json else _err.print(f"{len(data)} bytes in {output}")


@app.command()
def operations(as_json: AsJson = False) -> None:
    """List every operation `call` knows, with its parameters."""
    known = {
        name: [item for item in signature(getattr(Operations, name)).parameters if item != "self"] for name in _names()
    }
    table = _table("operation", "parameters")
    for name, taken in known.items():
        table.add_row(name, " ".join(taken))
    _show(known, as_json, lambda _: table)


@app.command()
def call(
    operation: Annotated[str, typer.Argument(help="Its name: see `hexlane api operations`.")],
    parameters: Annotated[list[str] | None, typer.Argument(help="name=value, for path, query and headers.")] = None,
    body: Annotated[str | None, typer.Option(help="JSON, @file, or - for standard input.")] = None,
    as_json: AsJson = False,
) -> None:
    """Call any operation of the API and print its answer."""
    if operation not in _names():
        raise typer.BadParameter(f"there is no operation {operation!r}; see `hexlane api operations`")
    taken = signature(getattr(Operations, operation)).parameters
    given: dict[str, Any] = {}
    for item in parameters or []:
        name, equals, value = item.partition("=")
        if not equals or name not in taken:
            raise typer.BadParameter(f"{item!r} is no name=value of {operation}; it takes {', '.join(list(taken)[1:])}")
        given[name] = _typed(str(taken[name].annotation), value)
    if body is not None:
        given["body"] = _body(body)
    with _client(as_json) as client:
        try:
            found = getattr(client, operation)(**given)
        except TypeError as error:
            raise typer.BadParameter(str(error)) from None
    if isinstance(found, bytes):
        sys.stdout.buffer.write(found)
    elif found is not None:
        _print_json(found)


def _names() -> list[str]:
    return sorted(name for name in vars(Operations) if not name.startswith("_"))


def _typed(annotation: str, value: str) -> Any:
    if "datetime" in annotation:
        return datetime.fromisoformat(value)
    return value == "true" if annotation.startswith("bool") else value


def _show_decision(document: dict[str, Any]) -> None:
    decision = document["decision"]
    for reason in decision["reasons"]:
        _err.print(f"  {reason['severity']} {reason['code']}: {reason['detail']}", markup=False)
    for index, offer in enumerate(decision["counter_offers"]):
        _err.print(f"  offer {index}: {offer['kind']}: {offer['detail']}", markup=False)
