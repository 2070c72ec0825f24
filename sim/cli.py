"""The simulator's commands: `hexlane sim ...` and `hexlane demo`."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import typer

from sim import cli_scenario, cli_sitl, day_command
from sim.cli_parts import ControlPort, Count, Json, Seed, err, fail, line, run_until_stopped, said
from sim.deterministic import command as cli_world

app = typer.Typer(
    name="sim",
    help="Simulated drones: fleets that file and fly through the API, and single drones for ground stations.",
    no_args_is_help=True,
)
STATUS_EVERY_S = 10.0


@app.command()
def fly(
    *,
    credentials: Annotated[
        Path, typer.Option(help="Credentials file of the server; its operators are the firms that fly.")
    ] = Path("var/demo-credentials.json"),
    count: Count = 50,
    base_url: Annotated[str | None, typer.Option(help="Base URL of the API; default: as the credentials say.")] = None,
    bridge: Annotated[str | None, typer.Option(help="HOST:PORT of the MAVLink bridge; default: as they say.")] = None,
    city: Annotated[str, typer.Option(help="City pack with the heights: a bundled name or a folder.")] = "shenzhen",
    seed: Seed = 1,
    duration: Annotated[float | None, typer.Option(min=0, help="Stop after so many seconds.")] = None,
    control_port: ControlPort = None,
    as_json: Json = False,
) -> None:
    """Fly drones against a running server: register, file, fly, land, file again, until stopped with Ctrl-C.

    With --json every decision, departure and landing is a line, and a status line comes every ten seconds.
    """
    from sim.api_client import ApiError  # noqa: PLC0415  (drones are heavy; --help is not)
    from sim.control_api import Control, serving  # noqa: PLC0415
    from sim.demo_traffic import start_traffic  # noqa: PLC0415

    async def work() -> None:
        def tell(event: str, fields: dict[str, Any]) -> None:
            if as_json:
                line({"event": event, **fields})

        traffic = await start_traffic(
            credentials, count=count, base_url=base_url, bridge=bridge, city=city, seed=seed, notify=tell
        )
        control = Control()
        control.join(traffic.fleet)
        try:
            async with serving(control, control_port, said(as_json)), _reporting(traffic, as_json=as_json):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(traffic.run(), duration)
        finally:
            await traffic.close()

    try:
        run_until_stopped(work())
    except (ApiError, ValueError, OSError) as fault:
        fail(str(fault), as_json=as_json)


@app.command()
def drone(
    *,
    lat: Annotated[float, typer.Option(min=-90, max=90, help="Degrees north of where it stands.")] = 22.5400,
    lon: Annotated[float, typer.Option(min=-180, max=180, help="Degrees east.")] = 113.9500,
    system_id: Annotated[int, typer.Option(min=1, max=255, help="MAVLink system id.")] = 1,
    flavour: Annotated[str, typer.Option(help="px4 or ardupilot: whose modes and habits it has.")] = "px4",
    airframe: Annotated[str, typer.Option(help="multirotor, vtol or fixed_wing; wings are px4 only.")] = "multirotor",
    payload_kg: Annotated[float, typer.Option(min=0, max=10, help="What it carries.")] = 0.0,
    temperature_c: Annotated[float, typer.Option(min=-30, max=50, help="Of the air and the battery.")] = 25.0,
    link_failsafe: Annotated[
        str, typer.Option(help="silence: goes home when no ground station is heard, as real ones do; fault; off.")
    ] = "fault",
    gcs_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="UDP port that answers ground stations; 0: any free one.")
    ] = None,
    bridge: Annotated[str | None, typer.Option(help="HOST:PORT it sends to unasked, such as 127.0.0.1:14550.")] = None,
    rate: Annotated[float, typer.Option(min=0.1, max=50, help="Positions a second.")] = 2.0,
    city: Annotated[str, typer.Option(help="City pack with the heights: a bundled name or a folder.")] = "shenzhen",
    seed: Seed = 1,
    duration: Annotated[float | None, typer.Option(min=0, help="Stop after so many seconds.")] = None,
    control_port: ControlPort = None,
    as_json: Json = False,
) -> None:
    """Put one free drone on the ground, without the API, for ground stations to find and fly.

    For example: hexlane sim drone --gcs-port 14540, then MAVSDK at udpout://127.0.0.1:14540, or
    mavproxy.py --master=udpout:127.0.0.1:14540. With --json one line names its addresses when it is up.
    """
    from sim.airframes import Airframe, DroneSpec, make_autopilot  # noqa: PLC0415
    from sim.control_api import Control, serving  # noqa: PLC0415
    from sim.failsafe import LinkWatch  # noqa: PLC0415
    from sim.flavour import Flavour  # noqa: PLC0415
    from sim.net import Fleet, parse_address, system_scene_s  # noqa: PLC0415
    from sim.world import World  # noqa: PLC0415

    async def work() -> None:
        world = World.of_city(city, seed=seed)
        fleet = Fleet(bridge=None if bridge is None else parse_address(bridge))
        spec = DroneSpec(
            "drone",
            airframe=Airframe(airframe),
            flavour=Flavour(flavour),
            payload_kg=payload_kg,
            temperature_c=temperature_c,
            link_watch=LinkWatch(link_failsafe),
            position_hz=rate,
        )
        autopilot = make_autopilot(world, spec, system_id=system_id, at=world.ground(lat, lon), now_s=system_scene_s())
        try:
            one = fleet.add(autopilot, ground_port=gcs_port, name="drone")
            fleet.start()
            up = {"event": "up", "system_id": system_id, "port": one.endpoint[1], "gcs_port": one.ground_port}
            if as_json:
                line(up)
            else:
                err.print(f"drone {system_id} is up: sends from port {up['port']}, ground stations: {up['gcs_port']}")
            control = Control()
            control.join(fleet)
            async with serving(control, control_port, said(as_json)):
                await asyncio.sleep(duration if duration is not None else 365 * 86400)
        finally:
            await fleet.close()

    try:
        run_until_stopped(work())
    except (ValueError, OSError) as fault:
        fail(str(fault), as_json=as_json)


def demo(
    *,
    count: Count = 50,
    data_dir: Annotated[Path, typer.Option(help="Folder of the store and the credentials.")] = Path("var"),
    host: Annotated[str | None, typer.Option(help="Address to serve on.")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port to serve on; 0 lets the system choose.")] = None,
    mavlink_udp_port: Annotated[int | None, typer.Option(help="UDP port of the MAVLink bridge.")] = None,
    city: Annotated[str | None, typer.Option(help="City pack: a bundled name or a folder.")] = None,
    seed: Seed = 1,
    control_port: ControlPort = 0,
    scenario: Annotated[
        str | None, typer.Option(help="Fly this scenario in place of the drones: a shipped one's name, or a file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Run the whole city here: the server, and simulated drones that file plans and fly them, until Ctrl-C.

    With --scenario a scenario is flown and judged, with the promised times as they were measured; then the server goes on.
    """
    from sim.api_client import ApiError  # noqa: PLC0415
    from sim.control_api import listening_socket  # noqa: PLC0415
    from sim.server_process import ServerFailedError, ServerProcess  # noqa: PLC0415

    options: list[str] = []
    for name, value in (("--host", host), ("--port", port), ("--mavlink-udp-port", mavlink_udp_port), ("--city", city)):
        if value is not None:
            options += [name, str(value)]
    try:
        found = None if scenario is None else cli_scenario.read_scenario(scenario, None)
        # The server is told where the simulator can be controlled before either of them runs.
        control = None if control_port is None else listening_socket(control_port)
        env = {} if control is None else {"HEXLANE_SIM_CONTROL_URL": f"http://127.0.0.1:{control.getsockname()[1]}"}
        with ServerProcess(data_dir, options, env) as server:
            if found is None:
                work = _demo(server, control, count=count, city=city or "shenzhen", seed=seed, as_json=as_json)
            else:
                work = _demo_scenario(server, control, found, as_json=as_json)
            run_until_stopped(work)
    except (ApiError, ServerFailedError, ValueError, OSError) as fault:
        fail(str(fault), as_json=as_json)


async def _demo(server: Any, control_socket: Any, *, count: int, city: str, seed: int, as_json: bool) -> None:
    from sim.control_api import Control, serving  # noqa: PLC0415
    from sim.demo_traffic import start_traffic  # noqa: PLC0415
    from sim.world import World  # noqa: PLC0415

    began = time.monotonic()
    with err.status("starting the server…") as status:
        # The world's heights load while the server starts.
        world = asyncio.create_task(asyncio.to_thread(World.of_city, city, seed=seed))
        credentials = await server.ready()
        status.update(f"starting {count} drones…")
        traffic = await start_traffic(server.credentials_path, count=count, seed=seed, world=await world)
    took_s = time.monotonic() - began
    if as_json:
        line(
            {
                "event": "ready",
                "url": credentials.base_url,
                "credentials": str(server.credentials_path),
                "mavlink_udp": credentials.mavlink_udp,
                "drones": count,
                "took_s": round(took_s, 2),
            }
        )
    else:
        err.print(f"[bold]Hexlane is up[/bold] after {took_s:.1f} s, with {count} drones. Stop it with Ctrl-C.")
        err.print(f"  console      {credentials.base_url}")
        err.print(f"  API          {credentials.base_url}/docs")
        err.print(f"  MAVLink      udp {credentials.mavlink_udp}")
        err.print(f"  credentials  {server.credentials_path}")
    control = Control()
    control.join(traffic.fleet)
    try:
        async with (
            serving(control, None, lambda event, fields: None, sock=control_socket),
            _reporting(traffic, as_json=as_json),
        ):
            watch = asyncio.create_task(server.watch())
            flying = asyncio.create_task(traffic.run())
            done, pending = await asyncio.wait({watch, flying}, return_when=asyncio.FIRST_COMPLETED)
            for task in pending:
                task.cancel()
            for task in done:
                task.result()
    finally:
        await traffic.close()


async def _demo_scenario(server: Any, control_socket: Any, found: Any, *, as_json: bool) -> None:
    from sim.control_api import Control, serving  # noqa: PLC0415

    with err.status("starting the server…"):
        credentials = await server.ready()
    if not as_json:
        err.print(f"[bold]Hexlane is up[/bold]: {credentials.base_url}, credentials in {server.credentials_path}")
    control = Control()
    async with serving(control, None, lambda event, fields: None, sock=control_socket):
        watch = asyncio.create_task(server.watch())
        flying = asyncio.create_task(
            cli_scenario.fly_scenario(found, server.credentials_path, control, as_json=as_json, passed=[])
        )
        try:
            await asyncio.wait({watch, flying}, return_when=asyncio.FIRST_COMPLETED)
            if flying.done():
                flying.result()
                err.print("The scenario is over; the server goes on until Ctrl-C.")
            await watch
        finally:
            flying.cancel()
            await asyncio.wait({flying})


@contextlib.asynccontextmanager
async def _reporting(traffic: Any, *, as_json: bool) -> AsyncIterator[None]:
    """Say every ten seconds how the traffic goes."""

    async def report() -> None:
        while True:
            await asyncio.sleep(STATUS_EVERY_S)
            status = traffic.status()
            if as_json:
                line({"event": "status", **status})
            else:
                refused = sum(status["refused"].values())
                err.print(
                    f"[dim]{status['airborne']}/{status['drones']} airborne, {status['filed']} filed, "
                    f"{status['approved']} approved, {refused} reasons to refuse, {status['flown']} landed[/dim]"
                )

    task = asyncio.create_task(report())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


cli_scenario.register(app)
cli_sitl.register(app)
app.command()(cli_world.world)
app.command()(day_command.day)
