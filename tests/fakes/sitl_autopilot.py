"""A stand-in for the arducopter and px4 binaries: their command lines in front of a simulated vehicle, over real UDP.

`make_binaries(folder)` writes executables that run this file with the tests' interpreter. It takes ArduPilot's options
or, when the script is called px4, PX4's options and environment; `px4-mavlink` starts a further link of a running px4,
which it finds through a file in the folder PX4's instances share. What it needs of the environment is what real ones
need; FAKE_SITL_MODE makes it misbehave: `silent`, `dies`, `never_ready`, `elsewhere`, `stubborn` (ends only by force).
"""

import argparse
import asyncio
import os
import signal
import stat
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def make_binaries(folder: Path) -> dict[str, Path]:
    """Write arducopter, px4 and px4-mavlink with what stands beside them in a build tree; returns the two autopilots."""
    ardupilot = folder / "ardupilot"
    params = ardupilot / "Tools/autotest/default_params/copter.parm"
    params.parent.mkdir(parents=True)
    params.write_text("FRAME_CLASS 1\n")
    px4 = folder / "px4_build"
    (px4 / "etc/init.d-posix").mkdir(parents=True)
    (px4 / "etc/init.d-posix/rcS").write_text("#!/bin/sh\n")
    found = {"arducopter": ardupilot / "build/sitl/bin/arducopter", "px4": px4 / "bin/px4"}
    for path in (*found.values(), px4 / "bin/px4-mavlink"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__).resolve()}" "$0" "$@"\n')
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return found


def _links_file(binary: Path, instance: int) -> Path:
    return binary.parent / f"links-{instance}"


def _further_links(more: Path | None) -> list[str]:
    return more.read_text().split() if more is not None and more.exists() else []


async def _fly(
    *, flavour: str, system_id: int, home: tuple[float, float, float], links: list[tuple[str, int]], port: int,
    more: Path | None,
) -> None:  # fmt: skip
    """Be a vehicle that sends to its links until it is ended."""
    from sim.flavour import Flavour
    from sim.net import Fleet, parse_address, system_scene_s
    from sim.vehicle import Position
    from sim.wire import Link
    from sim.world import World
    from tests.fakes.sim_world import UNDULATION_M

    mode = os.environ.get("FAKE_SITL_MODE", "")
    world = World.of_city("shenzhen")
    lat, lon, amsl_m = home if mode != "elsewhere" else (0.0000042, 0.0000113, home[2])
    undulation_m = world.undulation_m(lat, lon) if mode != "elsewhere" else UNDULATION_M
    fleet = Fleet(bridge=None)
    fleet.fixed = list(links)
    autopilot = world.autopilot(
        f"sitl{system_id}",
        system_id=system_id,
        at=Position(lat, lon, amsl_m + undulation_m),
        now_s=system_scene_s(),
        flavour=Flavour(flavour),
    )
    if mode == "never_ready":
        autopilot.vehicle.limping = True
    if mode == "silent":
        await asyncio.sleep(3600)
    drone = fleet.add(autopilot, port=port)
    fleet.start()
    while True:
        await asyncio.sleep(0.2)
        for line in _further_links(more):
            drone.fixed.setdefault(parse_address(line), Link(system_id))


def _ardupilot(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in ("--model", "--speedup", "--home", "--defaults", "--serial0", "--serial1"):
        parser.add_argument(name, required=True)
    parser.add_argument("-I", type=int, dest="instance", required=True)
    parser.add_argument("--sysid", type=int, required=True)
    given = parser.parse_args(arguments)
    for path in given.defaults.split(","):
        if not Path(path).is_file():
            sys.exit(f"PANIC: failed to open {path}")
    lat, lon, amsl, _ = map(float, given.home.split(","))
    links = []
    for serial in (given.serial0, given.serial1):
        kind, host, port = serial.split(":")
        assert kind == "udpclient"
        links.append((host, int(port)))
    print("Starting sketch 'ArduCopter'", flush=True)
    asyncio.run(_fly(flavour="ardupilot", system_id=given.sysid, home=(lat, lon, amsl), links=links, port=0, more=None))


def _px4(binary: Path, arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("-i", type=int, dest="instance", default=0)
    parser.add_argument("-d", action="store_true")
    parser.add_argument("rootfs")
    given = parser.parse_args(arguments)
    if not os.environ["PX4_SIM_MODEL"]:
        sys.exit("ERROR [init] Unknown model")
    home = tuple(float(os.environ[f"PX4_HOME_{name}"]) for name in ("LAT", "LON", "ALT"))
    remote = 14540 + given.instance if given.instance <= 9 else 14549
    more = _links_file(binary, given.instance)
    more.unlink(missing_ok=True)
    print("______  __   __    ___", flush=True)
    # 14550 is left out unless asked for: in tests another program of this machine may stand there for a bridge.
    ground = [("127.0.0.1", 14550)] if os.environ.get("FAKE_SITL_GROUND_LINK") else []
    asyncio.run(
        _fly(
            flavour="px4",
            system_id=given.instance + 1,
            home=(home[0], home[1], home[2]),
            links=[("127.0.0.1", remote), *ground],
            port=14580 + given.instance,
            more=more,
        )
    )


def _px4_mavlink(binary: Path, arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--instance", type=int, default=0)
    parser.add_argument("verb", choices=["start"])
    parser.add_argument("-x", "-f", action="store_true")
    parser.add_argument("-u", type=int)
    parser.add_argument("-r", type=int)
    parser.add_argument("-t", required=True)
    parser.add_argument("-o", type=int, required=True)
    given = parser.parse_args(arguments)
    _links_file(binary, given.instance).write_text(f"{given.t}:{given.o}\n")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    called = Path(sys.argv[1])
    if os.environ.get("FAKE_SITL_MODE") == "dies":
        sys.exit("Failed to bind to port 5760: Address already in use")
    if os.environ.get("FAKE_SITL_MODE") == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if called.name == "arducopter":
        _ardupilot(sys.argv[2:])
    elif called.name == "px4-mavlink":
        _px4_mavlink(called, sys.argv[2:])
    else:
        _px4(called, sys.argv[2:])
