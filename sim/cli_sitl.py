"""`hexlane sim sitl`."""

import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli_parts import Json, Seed, err, fail, line, run_until_stopped, said


def sitl(
    *,
    count: Annotated[int, typer.Option("--count", min=1, max=100, help="How many autopilots.")] = 1,
    ardupilot: Annotated[
        Path | None, typer.Option(help="Path of the arducopter binary (build/sitl/bin/arducopter), or its folder.")
    ] = None,
    px4: Annotated[
        Path | None, typer.Option(help="Path of the px4 binary (build/px4_sitl_default/bin/px4), or its folder.")
    ] = None,
    credentials: Annotated[Path, typer.Option(help="Credentials file of the running server.")] = Path(
        "var/demo-credentials.json"
    ),
    bridge: Annotated[str | None, typer.Option(help="HOST:PORT of the MAVLink bridge; default: as they say.")] = None,
    defaults: Annotated[
        list[Path] | None, typer.Option(help="ArduPilot parameter file; may be given more than once.")
    ] = None,
    rootfs: Annotated[Path | None, typer.Option(help="PX4's folder with etc/; default: beside the binary.")] = None,
    model: Annotated[str, typer.Option(help="Vehicle model; default: + for ArduPilot, sihsim_quadx for PX4.")] = "",
    first_instance: Annotated[int, typer.Option(min=0, max=239, help="Number of the first instance.")] = 0,
    home_e7: Annotated[
        bool, typer.Option("--home-e7", help="Give PX4_HOME_LAT and _LON in 1e-7 degrees, as older PX4 wants them.")
    ] = False,
    flights: Annotated[int, typer.Option(min=1, max=1000, help="Flights of each.")] = 1,
    cruise: Annotated[float, typer.Option(min=2, max=25, help="Filed cruise speed, metres a second.")] = 10.0,
    heartbeat_within: Annotated[float, typer.Option(min=1, help="Seconds to wait for the first heartbeat.")] = 60.0,
    ready_within: Annotated[float, typer.Option(min=1, help="Seconds to wait until it can be armed.")] = 120.0,
    work_dir: Annotated[
        Path | None, typer.Option(help="Folder of the autopilots' files; default: one for this.")
    ] = None,
    city: Annotated[str, typer.Option(help="City pack with the heights: a bundled name or a folder.")] = "shenzhen",
    seed: Seed = 1,
    as_json: Json = False,
) -> None:
    """Fly real ArduPilot or PX4 software in the loop: start it, register it, file for it, upload, arm, fly, end it.

    The server must be running. Every autopilot is ended when this command ends. See docs/sitl.md, step by step.
    """
    from sim.api_client import ApiError  # noqa: PLC0415
    from sim.flavour import Flavour  # noqa: PLC0415
    from sim.sitl import SitlError, SitlOptions  # noqa: PLC0415
    from sim.sitl_run import SitlRunOptions, fly_sitl  # noqa: PLC0415

    reports: list[Any] = []

    async def work(folder: Path) -> None:
        options = SitlOptions(
            autopilot=Flavour.PX4 if px4 is not None else Flavour.ARDUPILOT,
            binary=px4 or ardupilot or Path(),
            bridge=("127.0.0.1", 0),
            work_dir=folder,
            model=model,
            rootfs=rootfs,
            defaults=tuple(defaults or ()),
            first_instance=first_instance,
            home_in_e7=home_e7,
        )
        run = SitlRunOptions(
            count,
            flights=flights,
            seed=seed,
            city=city,
            cruise_mps=cruise,
            heartbeat_within_s=heartbeat_within,
            ready_within_s=ready_within,
        )
        reports.append(await fly_sitl(credentials, options, run, bridge=bridge, notify=said(as_json)))

    try:
        if (ardupilot is None) == (px4 is None):
            raise ValueError("give either --ardupilot or --px4 with the path of its binary")
        if work_dir is not None:
            run_until_stopped(work(work_dir.resolve()))
        else:
            with tempfile.TemporaryDirectory(prefix="hexlane-sitl-") as folder:
                run_until_stopped(work(Path(folder)))
    except (ApiError, SitlError, ValueError, OSError) as fault:
        fail(str(fault), as_json=as_json)
    if not reports:
        return  # stopped by hand
    report = reports[0]
    if as_json:
        line({"event": "done", "flights": report.flights, "failures": report.failures})
    else:
        err.print(f"{report.flights} flights done, {len(report.failures)} autopilots failed")
        for failure in report.failures:
            err.print(f"[red]{failure}", highlight=False)
    if report.failures:
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(sitl)
