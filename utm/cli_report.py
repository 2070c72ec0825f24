"""`hexlane report`: pages made of facts."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from utm import report_day

app = typer.Typer(help="Reports as pages, tables and JSON.", no_args_is_help=True)
_err = Console(stderr=True)


@app.callback()
def _report() -> None:
    """Keep `report` a group while it has one command."""


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def day(
    context: typer.Context,
    *,
    out: Annotated[Path, typer.Option(help="The page; .json and .csv are written beside it.")] = Path("day.html"),
    facts: Annotated[
        Path | None, typer.Option(help="Facts of a day as `hexlane sim day` printed them; absent: it is run now.")
    ] = None,
) -> None:
    """Report a seeded day of logistics: goals, maps and charts on one page that needs nothing else.

    Further options go to `hexlane sim day`, for example `--orders 200 --vehicles 30 --from-hour 11 --to-hour 12`.
    Ends with 1 where something that must never happen did.
    """
    text = facts.read_text() if facts is not None else _run(context.args)
    found: dict[str, Any] = json.loads(text)
    planner, baseline = found["planner"], found.get("baseline")
    out.write_text(report_day.as_html(planner, baseline), encoding="utf-8")
    out.with_suffix(".json").write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    out.with_suffix(".csv").write_text(report_day.as_csv(planner, baseline), encoding="utf-8")
    for what, measured, beside, goal, met in report_day.goals(planner, baseline):
        _err.print(f"{'-' if met is None else 'met ' if met else 'NOT '} {what}: {measured} ({goal}) {beside}")
    _err.print(f"[bold]{out}[/bold]")
    if report_day.is_broken(planner):
        raise typer.Exit(1)


def _run(options: list[str]) -> str:
    """Run the day in a process of its own: this package knows nothing of the simulation."""
    command = [sys.executable, "-m", "utm.cli", "sim", "day", *options]
    with _err.status("running the day…"):
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603  (our own command)
    if done.returncode != 0:
        _err.print("[red]The day did not come to its end.")
        raise typer.Exit(1)
    return done.stdout
