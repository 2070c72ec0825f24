"""MAVProxy, which we did not write, headless on a simulated drone."""

import asyncio
import sys
import time
from pathlib import Path

import pytest
from pymavlink import mavutil

from sim.flavour import Flavour
from sim.net import Fleet, system_scene_s
from tests.fakes.sim_world import flat_world

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
MAVPROXY = Path(sys.executable).with_name("mavproxy.py")


def logged(tlog: Path) -> list[tuple[str, int]]:
    """The type and system id of every message in a telemetry log."""
    if not tlog.exists():
        return []
    log = mavutil.mavlink_connection(str(tlog))
    out = []
    while True:
        message = log.recv_match()
        if message is None:
            return out
        out.append((message.get_type(), message.get_srcSystem()))


@pytest.mark.parametrize("flavour", list(Flavour))
async def test_connects_commands_and_logs(tmp_path: Path, flavour: Flavour) -> None:
    """MAVProxy must find the drone, have its parameters, arm it, and log its heartbeats and positions."""
    world = flat_world()
    fleet = Fleet(bridge=None)
    autopilot = world.autopilot(
        "proxy", system_id=9, at=world.ground(22.54, 113.95), now_s=system_scene_s(), flavour=flavour
    )
    drone = fleet.add(autopilot, ground_port=0)
    fleet.start()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(MAVPROXY),
        f"--master=udpout:127.0.0.1:{drone.ground_port}",
        "--non-interactive",
        "--source-system=254",
        "--logfile=flight.tlog",
        "--cmd=arm throttle; param fetch",
        cwd=tmp_path,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    armed = False
    wanted = {("HEARTBEAT", 9), ("GLOBAL_POSITION_INT", 9), ("PARAM_VALUE", 9), ("COMMAND_ACK", 9)}
    try:
        ends_s = time.monotonic() + 240.0
        while time.monotonic() < ends_s and process.returncode is None:
            await asyncio.sleep(0.1)
            armed = armed or autopilot.vehicle.armed
            if armed and wanted <= set(logged(tmp_path / "flight.tlog")):
                break
    finally:
        if process.returncode is None:
            process.terminate()
        output = (await process.communicate())[0].decode(errors="replace")
        await fleet.close()
    assert wanted <= set(logged(tmp_path / "flight.tlog")), output
    assert armed, output
