"""Autopilots in the loop, with a stand-in for their binaries that takes the same command lines."""

import asyncio
import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from sim.flavour import Flavour
from sim.sitl import SitlError, SitlOptions, checked, control_socket
from sim.sitl_run import SitlReport, SitlRunOptions, fly_sitl
from tests.conftest import Server
from tests.fakes.sitl_autopilot import make_binaries

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def binaries(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The stand-in binaries."""
    return make_binaries(tmp_path_factory.mktemp("sitl"))


@pytest.fixture
def mode(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Sets how the stand-in misbehaves."""
    monkeypatch.delenv("FAKE_SITL_MODE", raising=False)
    return monkeypatch


def options(binary: Path, tmp_path: Path, **more: Any) -> SitlOptions:
    """Options for a binary, its bridge still open."""
    flavour = Flavour.PX4 if binary.name == "px4" else Flavour.ARDUPILOT
    return SitlOptions(flavour, binary, ("127.0.0.1", 14550), tmp_path / "work", **more)


async def fly(
    server: Server, chosen: SitlOptions, run: SitlRunOptions
) -> tuple[SitlReport, list[tuple[str, dict[str, Any]]]]:
    """Fly and return the report with everything that was told."""
    told: list[tuple[str, dict[str, Any]]] = []
    report = await fly_sitl(
        server.data_dir / "demo-credentials.json",
        chosen,
        run,
        bridge=None,
        notify=lambda event, fields: told.append((event, fields)),
    )
    return report, told


def expect_ended(told: list[tuple[str, dict[str, Any]]]) -> None:
    """Every process that was started must have ended."""
    pids = [fields["pid"] for event, fields in told if event == "started"]
    assert pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.mark.long
@pytest.mark.parametrize("name", ["arducopter", "px4"])
async def test_flies_a_filed_plan_from_start_to_end(
    name: str, server: Server, binaries: dict[str, Path], tmp_path: Path, mode: pytest.MonkeyPatch
) -> None:
    """Two autopilots must be started, registered, filed for, uploaded to, armed, flown, landed, and their plans ended."""
    first = 120 if name == "arducopter" else 6
    chosen = options(binaries[name], tmp_path, first_instance=first)
    run = SitlRunOptions(2, shortest_m=300.0, longest_m=1400.0, cruise_mps=22.0)
    report, told = await fly(server, chosen, run)
    assert report.failures == []
    assert report.flights == 2
    events = [event for event, _ in told]
    for step in ("started", "heartbeat", "registered", "approved", "uploaded", "departed", "landed"):
        assert events.count(step) == 2, step
    expect_ended(told)
    operator = server.client("operator")
    for event, fields in told:
        if event == "approved":
            assert operator.get(f"/v1/flight-plans/{fields['plan_id']}").json()["state"] == "ended"


async def test_an_autopilot_that_dies_is_reported_with_its_log(
    server: Server, binaries: dict[str, Path], tmp_path: Path, mode: pytest.MonkeyPatch
) -> None:
    """When the binary ends by itself, the error must hold what it printed."""
    mode.setenv("FAKE_SITL_MODE", "dies")
    chosen = options(binaries["arducopter"], tmp_path, first_instance=130)
    with pytest.raises(SitlError, match="Address already in use"):
        await fly(server, chosen, SitlRunOptions(1))


async def test_silence_is_an_error_that_says_where_to_look(
    server: Server, binaries: dict[str, Path], tmp_path: Path, mode: pytest.MonkeyPatch
) -> None:
    """Without a heartbeat in time the error must name the time and the log."""
    mode.setenv("FAKE_SITL_MODE", "silent")
    chosen = options(binaries["arducopter"], tmp_path, first_instance=131)
    with pytest.raises(SitlError, match=r"no heartbeat of system 132 within 3 s: see .*autopilot\.log"):
        await fly(server, chosen, SitlRunOptions(1, heartbeat_within_s=3.0))


async def test_px4_in_the_gulf_of_guinea_is_told_about_its_units(
    server: Server, binaries: dict[str, Path], tmp_path: Path, mode: pytest.MonkeyPatch
) -> None:
    """A PX4 that took its home in other units must be recognised by where it stands, and the option be named."""
    mode.setenv("FAKE_SITL_MODE", "elsewhere")
    with pytest.raises(SitlError, match="--home-e7"):
        await fly(server, options(binaries["px4"], tmp_path, first_instance=8), SitlRunOptions(1))


@pytest.mark.long
async def test_an_autopilot_that_never_gets_ready_fails_its_flight_and_frees_its_plan(
    server: Server, binaries: dict[str, Path], tmp_path: Path, mode: pytest.MonkeyPatch
) -> None:
    """When it cannot be armed in time, the failure must say so and no plan may stay behind."""
    mode.setenv("FAKE_SITL_MODE", "never_ready")
    chosen = options(binaries["arducopter"], tmp_path, first_instance=133)
    run = SitlRunOptions(1, ready_within_s=4.0, shortest_m=300.0, longest_m=1400.0)
    report, told = await fly(server, chosen, run)
    assert report.flights == 0
    assert "was not ready to arm within 4 s" in report.failures[0]
    expect_ended(told)
    plan_id = next(fields["plan_id"] for event, fields in told if event == "approved")
    state = server.client("operator").get(f"/v1/flight-plans/{plan_id}").json()["state"]
    assert state in {"cancelled", "ended"}


async def test_one_autopilot_after_another_of_the_same_number_is_not_taken_for_it(
    server: Server, binaries: dict[str, Path], tmp_path: Path, mode: pytest.MonkeyPatch
) -> None:
    """Whoever tries ArduPilot and then PX4 must have the system id stand for the one that flies now, and for it alone."""
    mode.setenv("FAKE_SITL_MODE", "never_ready")
    for name in ("arducopter", "px4"):
        await fly(server, options(binaries[name], tmp_path, first_instance=7), SitlRunOptions(1, ready_within_s=1.0))
    with server.client("operator") as firm:
        items = firm.get("/v1/aircraft", params={"limit": 1000}).json()["items"]
    named = {item["registration"]: item["mavlink"] for item in items}
    assert named["UASSTP00007"]["system_id"] == 8
    assert named["UASSTA00007"] is None


def test_what_can_be_seen_beforehand_is_said_beforehand(binaries: dict[str, Path], tmp_path: Path) -> None:
    """A missing, unexecutable or incomplete installation must be named with what to do about it."""
    with pytest.raises(SitlError, match="does not exist: give the path of the arducopter binary"):
        checked(options(tmp_path / "none", tmp_path), 1)
    plain = tmp_path / "arducopter"
    plain.write_text("")
    with pytest.raises(SitlError, match=r"cannot be executed: chmod \+x"):
        checked(options(plain, tmp_path), 1)
    plain.chmod(0o755)
    with pytest.raises(SitlError, match="give --defaults"):
        checked(options(plain, tmp_path), 1)
    with pytest.raises(SitlError, match=r"parameter file .* does not exist"):
        checked(options(plain, tmp_path, defaults=(tmp_path / "none.parm",)), 1)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(SitlError, match="holds no arducopter"):
        checked(options(empty, tmp_path), 1)
    with pytest.raises(SitlError, match="no system id of its own"):
        checked(options(binaries["arducopter"], tmp_path, first_instance=239), 3)
    bare = tmp_path / "px4"
    bare.write_text("")
    bare.chmod(0o755)
    with pytest.raises(SitlError, match="give --rootfs"):
        checked(options(bare, tmp_path), 1)


def test_a_taken_port_is_named() -> None:
    """A UDP port that another program holds must be refused with its number and a way out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        with pytest.raises(SitlError, match=f"UDP port {port} is taken.*--first-instance"):
            control_socket(port)


async def test_the_command_fails_with_advice_and_without_a_traceback(server: Server, tmp_path: Path) -> None:
    """`hexlane sim sitl` with a wrong path must exit with 1 and say what to do, in JSON too."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "utm.cli", "sim", "sitl", "--ardupilot", str(tmp_path / "none"), "--json",
        "--credentials", str(server.data_dir / "demo-credentials.json"),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 60)
    failed = json.loads(out.splitlines()[-1])
    assert failed["event"] == "failed"
    assert "give the path of the arducopter binary" in failed["detail"]
    assert process.returncode == 1
    assert b"Traceback" not in err


async def test_stopped_twice_in_a_hurry_it_leaves_no_autopilot_behind(
    server: Server, binaries: dict[str, Path], mode: pytest.MonkeyPatch
) -> None:
    """Whoever presses Ctrl-C again while autopilots take their time to end must find every one of them ended."""
    mode.setenv("FAKE_SITL_MODE", "stubborn")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "utm.cli", "sim", "sitl", "--ardupilot", str(binaries["arducopter"]), "--json",
        "--first-instance", "140", "--count", "2",
        "--credentials", str(server.data_dir / "demo-credentials.json"),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    told: list[tuple[str, dict[str, Any]]] = []
    heard = 0
    while heard < 2:
        event = json.loads(await asyncio.wait_for(process.stdout.readline(), 120))
        told.append((event["event"], event))
        heard += event["event"] == "heartbeat"
    process.send_signal(signal.SIGTERM)
    await asyncio.sleep(1.0)
    process.send_signal(signal.SIGINT)
    await asyncio.wait_for(process.communicate(), 60)
    expect_ended(told)


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_stopped_in_the_air_it_leaves_nothing_behind(
    number: signal.Signals, server: Server, binaries: dict[str, Path], mode: pytest.MonkeyPatch
) -> None:
    """A flight that is stopped in the air must be ended in the service, with what was opened because of it, and its process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "utm.cli", "sim", "sitl", "--ardupilot", str(binaries["arducopter"]), "--json",
        "--first-instance", str(150 + number), "--cruise", "5",
        "--credentials", str(server.data_dir / "demo-credentials.json"),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    told: dict[str, dict[str, Any]] = {}
    while "departed" not in told:
        event = json.loads(await asyncio.wait_for(process.stdout.readline(), 180))
        told[event["event"]] = event
    plan_id, aircraft_id = told["approved"]["plan_id"], told["registered"]["aircraft_id"]
    with server.client("operator") as firm:
        while firm.post(f"/v1/flight-plans/{plan_id}/end").json().get("code") != "still_airborne":
            await asyncio.sleep(0.5)
            assert firm.get(f"/v1/flight-plans/{plan_id}").json()["state"] == "activated"
        process.send_signal(number)
        await asyncio.wait_for(process.communicate(), 120)
        expect_ended([("started", told["started"])])
        assert firm.get(f"/v1/flight-plans/{plan_id}").json()["state"] == "ended"
        open_ones = firm.get("/v1/contingencies", params={"state": "open,proposed"}).json()["items"]
        assert aircraft_id not in {item["aircraft_id"] for item in open_ones}
        commands = firm.get("/v1/commands", params={"aircraft_id": aircraft_id, "state": "open"}).json()["items"]
        assert commands == []
