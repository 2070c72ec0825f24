"""`hexlane sim day`: one seeded day of logistics, and the same day with the baseline, as facts."""

import json
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

_err = Console(stderr=True)


def day(
    *,
    seed: Annotated[int, typer.Option(min=0, help="What everything of the day is drawn from.")] = 1,
    orders: Annotated[int, typer.Option(min=1, max=20_000, help="Orders of the day.")] = 6_000,
    vehicles: Annotated[int, typer.Option(min=3, max=1_000, help="Vehicles of the three firms.")] = 300,
    sites: Annotated[
        int, typer.Option(min=0, max=200, help="Sites; lockers and clinics are set up until there are so many.")
    ] = 200,
    from_hour: Annotated[float, typer.Option(min=0, max=23.9, help="First hour, Beijing time.")] = 0.0,
    to_hour: Annotated[float, typer.Option(min=0.1, max=24, help="Last hour.")] = 24.0,
    storm_at: Annotated[float | None, typer.Option(help="Hour a thunderstorm begins; -1 for none.")] = 14.5,
    zone_at: Annotated[float | None, typer.Option(help="Hour a temporary zone begins; -1 for none.")] = 10.0,
    closures: Annotated[str, typer.Option(help="Hours at which a site closes, with commas.")] = "9,17.5",
    faults: Annotated[float, typer.Option(min=0, max=1, help="Share of flights whose vehicle fails.")] = 0.01,
    baseline: Annotated[bool, typer.Option(help="Run the same day with the nearest free vehicle first, too.")] = True,
) -> None:
    """Run a day of the city in simulated time and print its facts as JSON: `{"planner", "baseline"}`.

    The service is the whole application; vehicles are a flight model, weather is made up. `hexlane report day` makes a page.
    """
    from sim.day import DayScenario  # noqa: PLC0415  (the service is heavy; --help is not)
    from sim.day_worker import start  # noqa: PLC0415

    scenario = DayScenario(
        orders=orders,
        vehicles=vehicles,
        sites=sites,
        from_hour=from_hour,
        to_hour=to_hour,
        storm_at_h=_hour(storm_at),
        zone_at_h=_hour(zone_at),
        closed_pads_at_h=tuple(float(part) for part in closures.split(",") if part.strip()),
        fault_share=faults,
    )
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="hexlane-day-") as folder:
        running = {}
        for name in ("planner", "baseline") if baseline else ("planner",):
            out = Path(folder) / f"{name}.json"
            running[name] = (start(seed, asdict(replace(scenario, baseline=name == "baseline")), out), out)
        for name, (process, out) in running.items():
            if process.wait() != 0:
                _err.print(f"[red]the {name}'s day ended with {process.returncode}")
                raise typer.Exit(1)
            found[name] = json.loads(out.read_text())
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")


def _hour(value: float | None) -> float | None:
    return None if value is None or value < 0 else value
