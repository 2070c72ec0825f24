"""The simulator's commands as processes."""

import asyncio
import json
import signal
import socket
import sys
from pathlib import Path

import pytest

from sim.server_process import ServerFailedError, ServerProcess
from sim.wire import Link

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
ROOT = Path(__file__).parents[2]
RUN = "import sys; sys.path.insert(0, sys.argv.pop(1)); from sim.cli import app; app()"


async def run(*arguments: str, cwd: Path) -> asyncio.subprocess.Process:
    """Start a command of the simulator in a folder of its own."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        RUN,
        str(ROOT),
        *arguments,
        cwd=cwd,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_drone_says_where_it_is_and_stops_on_request(tmp_path: Path) -> None:
    """`sim drone --json` must name its ports, answer a ground station there, and end cleanly on Ctrl-C."""
    process = await run("drone", "--gcs-port", "0", "--system-id", "42", "--json", cwd=tmp_path)
    assert process.stdout is not None
    up = json.loads(await asyncio.wait_for(process.stdout.readline(), 120))
    assert (up["event"], up["system_id"]) == ("up", 42)
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.settimeout(60.0)
    from pymavlink.dialects.v20 import common as mavlink

    from sim.wire import packet_of

    link = Link(255, 190)
    sock.sendto(link.frame(packet_of(mavlink.MAVLink_timesync_message(0, 77))), ("127.0.0.1", up["gcs_port"]))
    answer = link.parse(await asyncio.to_thread(sock.recv, 4096), 0.0)[0]
    assert (answer.get_srcSystem(), answer.ts1) == (42, 77)
    sock.close()
    process.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(process.wait(), 60) == 0


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("fly", "--credentials", "none.json", "--json"), "none.json"),
        (("drone", "--flavour", "betaflight", "--json"), "betaflight"),
        (("drone", "--bridge", "nowhere", "--json"), "is not an address"),
    ],
)
async def test_faults_are_said_and_counted_as_failure(tmp_path: Path, arguments: tuple[str, ...], why: str) -> None:
    """A command that cannot work must say why in its JSON and exit with 1, without a traceback."""
    process = await run(*arguments, cwd=tmp_path)
    out, err = await asyncio.wait_for(process.communicate(), 120)
    failed = json.loads(out.splitlines()[-1])
    assert failed["event"] == "failed"
    assert why in failed["detail"]
    assert process.returncode == 1
    assert b"Traceback" not in err


async def test_a_server_that_ends_is_reported_with_its_log(tmp_path: Path) -> None:
    """When the server does not come up, the demonstration must end at once and show the end of its log."""
    (tmp_path / "demo-credentials.json").write_text("{}")
    with ServerProcess(tmp_path, ["--no-such-option"]) as server:
        assert not server.credentials_path.exists()
        with pytest.raises(ServerFailedError, match="no-such-option"):
            await asyncio.wait_for(server.ready(), 120)
