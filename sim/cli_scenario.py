"""`hexlane sim scenario`, `scenarios` and `load`."""

import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from sim.cli_parts import ControlPort, Json, Seed, err, fail, line, out, run_until_stopped


def scenarios(*, as_json: Json = False) -> None:
    """List the scenarios that come with Hexlane."""
    from sim.scenarios.reader import load, shipped  # noqa: PLC0415

    table = Table("name", "drones", "lasts", "what")
    for name in shipped():
        found = load(name)
        if as_json:
            line({"name": name, "title": found.title, "drones": found.drones, "duration_s": found.duration_s})
        minutes, seconds = divmod(int(found.duration_s), 60)
        table.add_row(name, str(found.drones), f"{minutes}:{seconds:02d}", f"{found.title} / {found.title_zh}")
    if not as_json:
        out.print(table)


def scenario(
    file: Annotated[str, typer.Argument(help="A YAML file, or the name of a shipped scenario.")],
    *,
    credentials: Annotated[
        Path | None, typer.Option(help="Credentials file of a running server; without it a server is started for this.")
    ] = None,
    base_url: Annotated[str | None, typer.Option(help="Base URL of the API; default: as the credentials say.")] = None,
    bridge: Annotated[str | None, typer.Option(help="HOST:PORT of the MAVLink bridge; default: as they say.")] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed than the scenario's.")] = None,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="In simulated time, with the service in this process: no waiting.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Only read the file and say what is wrong with it.")] = False,
    control_port: ControlPort = None,
    as_json: Json = False,
) -> None:
    """Run a scenario: its fleet files and flies, its faults come, its expectations are judged.

    The exit code is 0 when every expectation was met, 1 when one was not or the scenario could not run.
    """
    from sim.api_client import ApiError  # noqa: PLC0415
    from sim.server_process import ServerFailedError  # noqa: PLC0415

    try:
        found = read_scenario(file, seed)
        if check:
            line({"event": "read", "scenario": found.name, "drones": found.drones}) if as_json else err.print(
                f"{found.name}: {found.drones} drones, {found.duration_s:.0f} s, no fault found"
            )
            return
        passed: list[bool] = []
        if simulated:
            _simulated(found, as_json=as_json, passed=passed)
            if passed != [True]:
                raise typer.Exit(1)
            return
        run_until_stopped(
            _scenario(found, credentials, base_url, bridge, control_port=control_port, as_json=as_json, passed=passed)
        )
    except (ApiError, ServerFailedError, ValueError, OSError) as fault:
        fail(str(fault), as_json=as_json)
    if passed != [True]:
        raise typer.Exit(1)


def read_scenario(file: str, seed: int | None) -> Any:
    """Read a scenario by its file or name, with another seed if one is given; raises ScenarioError, OSError."""
    from dataclasses import replace  # noqa: PLC0415

    from sim.scenarios.reader import load  # noqa: PLC0415

    found = load(file)
    return found if seed is None else replace(found, seed=seed)


async def _scenario(
    found: Any,
    credentials: Path | None,
    base_url: str | None,
    bridge: str | None,
    *,
    control_port: int | None,
    as_json: bool,
    passed: list[bool],
) -> None:
    from sim.control_api import Control, serving  # noqa: PLC0415

    control = Control()
    async with _server(credentials) as where, serving(control, control_port, _teller(as_json=as_json)):
        await fly_scenario(found, where, control, base_url=base_url, bridge=bridge, as_json=as_json, passed=passed)


async def fly_scenario(
    found: Any,
    credentials: Path,
    control: Any,
    *,
    base_url: str | None = None,
    bridge: str | None = None,
    as_json: bool,
    passed: list[bool],
) -> None:
    """Fly a scenario against the server of these credentials and show its report; `passed` takes how it ended."""
    from sim.scenarios.run import ScenarioRun  # noqa: PLC0415

    run = ScenarioRun(
        found,
        credentials,
        notify=_teller(as_json=as_json),
        base_url=base_url,
        bridge=bridge,
        on_traffic=lambda t: control.join(t.fleet),
    )
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, disable=as_json, transient=True) as progress:
        progress.add_task(f"{found.title} ({found.drones} drones, {found.duration_s:.0f} s)")
        report = await run.run()
    _show(report, as_json=as_json, passed=passed)


def _teller(*, as_json: bool) -> Any:
    shown = {"fault", "zone", "executed", "met"}

    def tell(event: str, fields: dict[str, Any]) -> None:
        if as_json:
            line({"event": event, **fields})
        elif event in shown:
            err.print(f"[dim]{event}[/dim] " + ", ".join(f"{k} {v}" for k, v in fields.items()))

    return tell


def _simulated(found: Any, *, as_json: bool, passed: list[bool]) -> None:
    from sim.scenarios.simulated import run_simulated  # noqa: PLC0415  (the service is heavy; --help is not)

    _show(run_simulated(found, _teller(as_json=as_json)), as_json=as_json, passed=passed)


def _show(report: Any, *, as_json: bool, passed: list[bool]) -> None:
    passed.append(report.passed)
    if as_json:
        line({"event": "report", **report.as_dict()})
        return
    table = Table("", "expectation", "by", "met at", "last seen")
    for verdict in report.verdicts:
        met = verdict.met_at_s is not None
        table.add_row(
            "[green]✓[/green]" if met else "[red]✗[/red]",
            verdict.expectation.text,
            f"{verdict.expectation.by_s:.0f} s",
            f"{verdict.met_at_s:.1f} s" if verdict.met_at_s is not None else "never",
            _measured(verdict),
        )
    out.print(table)
    status = report.status
    out.print(
        f"{status['filed']} filed, {status['approved']} approved, {status['flown']} landed, "
        f"{len(report.near)} pairs nearer than the minima"
    )
    if report.failure:
        err.print(f"[red]{report.failure}")


def _measured(verdict: Any) -> str:
    """Return what was seen last; a promised time beside its limit."""
    from sim.scenarios.promises import OF_FAULTS, OF_ZONES  # noqa: PLC0415

    if verdict.expectation.that in OF_FAULTS | OF_ZONES and isinstance(verdict.last, float):
        return f"{verdict.last:.2f} s, at most {verdict.expectation.at_most:g} s"
    return str(verdict.last)


@contextlib.asynccontextmanager
async def _server(credentials: Path | None) -> AsyncIterator[Path]:
    """Give the credentials of the running server, or of one started in a folder of its own."""
    if credentials is not None:
        yield credentials
        return
    from sim.server_process import ServerProcess  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="hexlane-scenario-") as folder:
        options = ["--port", "0", "--mavlink-udp-port", "0"]
        with err.status("starting a server…"), ServerProcess(Path(folder), options) as server:
            await server.ready()
            yield server.credentials_path


def load(
    *,
    shape: Annotated[str, typer.Option(help="workday, weekend, lunch or flat.")] = "workday",
    scale: Annotated[float, typer.Option(min=0.001, max=100, help="1 is 600 orders in the busiest hour.")] = 1.0,
    file: Annotated[bool, typer.Option("--file", help="File the day's plans with a running server.")] = False,
    credentials: Annotated[Path, typer.Option(help="Credentials file of the server.")] = Path(
        "var/demo-credentials.json"
    ),
    base_url: Annotated[str | None, typer.Option(help="Base URL of the API; default: as the credentials say.")] = None,
    firms: Annotated[int, typer.Option(min=1, max=50, help="Firms of the table; a server's are its operators.")] = 3,
    aircraft: Annotated[int, typer.Option(min=1, max=1000, help="Aircraft of each firm when filing.")] = 60,
    parallel: Annotated[int, typer.Option(min=1, max=64, help="Requests under way at once.")] = 4,
    seed: Seed = 1,
    as_json: Json = False,
) -> None:
    """Show a day's orders by hour and firm, or file them all as plans for the day that begins in ten minutes.

    For traffic that flies by such a shape, write a scenario with `traffic: {shape: workday}`.
    """
    from sim.api_client import ApiError  # noqa: PLC0415
    from sim.load import SHAPES, by_hour, orders  # noqa: PLC0415

    try:
        if shape not in SHAPES:
            raise ValueError(f"{shape!r} is no shape; there are: {', '.join(SHAPES)}")
        if file:
            run_until_stopped(_file_day(credentials, base_url, shape, scale, seed, aircraft, parallel, as_json=as_json))
            return
        day = orders(shape, firms=firms, seed=seed, scale=scale)
    except (ApiError, ValueError, OSError) as fault:
        fail(str(fault), as_json=as_json)
    rows = by_hour(day, firms)
    if as_json:
        for hour, row in enumerate(rows):
            line({"hour": hour, "orders": sum(row), "by_firm": row})
        return
    table = Table("hour", *[f"firm {k + 1}" for k in range(firms)], "all", "")
    most = max(sum(row) for row in rows) or 1
    for hour, row in enumerate(rows):
        table.add_row(f"{hour:02d}", *map(str, row), str(sum(row)), "█" * round(30 * sum(row) / most))
    out.print(table)
    out.print(f"{len(day)} orders")


async def _file_day(
    credentials: Path,
    base_url: str | None,
    shape: str,
    scale: float,
    seed: int,
    aircraft: int,
    parallel: int,
    *,
    as_json: bool,
) -> None:
    from sim.load_filing import DayFiling  # noqa: PLC0415

    day = DayFiling(credentials, base_url=base_url, shape=shape, scale=scale, seed=seed)
    with Progress(console=err, disable=as_json, transient=True) as progress:
        task = progress.add_task("filing", total=None)
        filed = await day.run(
            aircraft=aircraft,
            parallel=parallel,
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    found = filed.as_dict()
    if as_json:
        line({"event": "filed", **found})
        return
    table = Table("hour", "orders", "approved", "share")
    for row in found["by_hour"]:
        share = f"{100 * row['approved'] / row['orders']:.0f} %" if row["orders"] else ""
        table.add_row(f"{row['hour']:02d}", str(row["orders"]), str(row["approved"]), share)
    out.print(table)
    if found["reasons"]:
        out.print("refused for: " + ", ".join(f"{code} {n}" for code, n in found["reasons"].items()))
    out.print(
        f"{found['approved']} of {found['orders']} approved, {found['offers_taken']} after an offer, "
        f"{found['no_aircraft']} without an aircraft, "
        f"{found['no_route']} without a way; {found['requests']} requests in {found['wall_s']} s, "
        f"p50 {found['ms_p50']} ms, p99 {found['ms_p99']} ms"
    )


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(scenario)
    app.command()(scenarios)
    app.command()(load)
