"""What the simulator's commands share: options, output, running until stopped."""

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

err = Console(stderr=True)
out = Console()

Json = Annotated[bool, typer.Option("--json", help="JSON lines on standard output, for scripts.")]
Count = Annotated[int, typer.Option("--count", min=1, max=2000, help="How many drones.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same airframes, weather and choices.")]
ControlPort = Annotated[
    int | None,
    typer.Option(min=0, max=65535, help="TCP port of the control API on loopback; 0: any free one; none: no API."),
]


def run_until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run until done, Ctrl-C or SIGTERM, on the fast event loop where there is one."""

    async def until_stopped() -> None:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        asked = 0

        def stop() -> None:
            nonlocal asked
            asked += 1
            if asked != 2:  # a second signal in a hurry must not break off what ends plans and processes; a third may
                task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    if sys.platform == "win32":
        asyncio.run(until_stopped())
        return
    import uvloop  # noqa: PLC0415

    uvloop.run(until_stopped())


def line(fields: dict[str, Any]) -> None:
    """Print one JSON line."""
    typer.echo(json.dumps(fields, ensure_ascii=False))


def said(as_json: bool) -> Callable[[str, dict[str, Any]], None]:
    """Return a function that tells events, as JSON lines or for people."""

    def tell(event: str, fields: dict[str, Any]) -> None:
        if as_json:
            line({"event": event, **fields})
        else:
            err.print(f"[dim]{event}[/dim] " + ", ".join(f"{k} {v}" for k, v in fields.items()))

    return tell


def fail(why: str, *, as_json: bool) -> NoReturn:
    """Say why it cannot be done and end with exit code 1."""
    if as_json:
        line({"event": "failed", "detail": why})
    err.print(f"[red]{why}", highlight=False)
    raise typer.Exit(1)
