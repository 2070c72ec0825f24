"""Real autopilots in the loop: their command lines, their processes, and what can be wrong with them.

ArduPilot (4.5 or later): `arducopter --model + --speedup 1 -I n --sysid n --home lat,lon,amsl,heading --defaults files
--serial0 udpclient:BRIDGE --serial1 udpclient:OURS`; serial 0 speaks to Hexlane's bridge, serial 1 to this launcher.
PX4 (1.14 or later): `px4 -i n -d ROOTFS/etc` with PX4_SIM_MODEL, PX4_SIMULATOR and PX4_HOME_*; its ground-station link goes to
UDP 14550, its offboard link to 14540 + n (14549 from the tenth on), which is this launcher's. When the bridge listens
elsewhere than at 14550, a further link is started with `px4-mavlink`, the client that PX4 builds beside itself.
"""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from sim.flavour import Flavour
from sim.net import Address

STOP_WITHIN_S: Final = 5.0
PX4_GCS_PORT: Final = 14550
PX4_OFFBOARD_PORT: Final = 14540
PX4_SHARED_PORT: Final = 14549
"""Where PX4's tenth and later instances all send (px4-rc.mavlink)."""
PX4_OFFBOARD_LOCAL: Final = 14580
PX4_EXTRA_LOCAL: Final = 18700
MAX_INSTANCE: Final = 240
_LOG_TAIL: Final = 1200


class SitlError(Exception):
    """Something that keeps an autopilot from flying; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where an autopilot is to stand."""

    lat_deg: float
    lon_deg: float
    alt_amsl_m: float
    heading_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class SitlOptions:
    """What to run; `rootfs` is PX4's, `defaults` are ArduPilot's parameter files."""

    autopilot: Flavour
    binary: Path
    bridge: Address
    work_dir: Path
    model: str = ""
    rootfs: Path | None = None
    defaults: tuple[Path, ...] = ()
    first_instance: int = 0
    home_in_e7: bool = False
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Launch:
    """A command line with its environment and folder."""

    argv: list[str]
    env: dict[str, str]
    cwd: Path


def checked(options: SitlOptions, count: int) -> SitlOptions:
    """Return the options with what they leave open filled in; raises SitlError that says what to do."""
    px4 = options.autopilot is Flavour.PX4
    name, built = (
        ("px4", "make px4_sitl_default") if px4 else ("arducopter", "./waf configure --board sitl && ./waf copter")
    )
    binary = options.binary
    if binary.is_dir():
        inside = [binary / "bin" / name, binary / name]
        found = next((p for p in inside if p.is_file()), None)
        if found is None:
            raise SitlError(f"{binary} holds no {name}: give the path of the binary itself, built with {built}")
        binary = found
    if not binary.exists():
        raise SitlError(f"{binary} does not exist: give the path of the {name} binary, built with {built}")
    if not os.access(binary, os.X_OK):
        raise SitlError(f"{binary} cannot be executed: chmod +x it, and check that it was built for this machine")
    last = options.first_instance + count - 1
    if last > MAX_INSTANCE:
        raise SitlError(f"instance {last} has no system id of its own: the last one may be {MAX_INSTANCE}")
    binary = binary.resolve()
    if px4:
        return _checked_px4(options, binary)
    defaults = options.defaults
    if not defaults:
        beside = [parent / "Tools/autotest/default_params/copter.parm" for parent in binary.parents[:5]]
        found = next((p for p in beside if p.is_file()), None)
        if found is None:
            raise SitlError(
                "ArduCopter needs its default parameters: give --defaults with the path of "
                "Tools/autotest/default_params/copter.parm of its source tree"
            )
        defaults = (found,)
    for path in defaults:
        if not path.is_file():
            raise SitlError(f"the parameter file {path} does not exist; correct --defaults")
    resolved = tuple(p.resolve() for p in defaults)
    return replace(options, binary=binary, defaults=resolved, model=options.model or "+")


def _checked_px4(options: SitlOptions, binary: Path) -> SitlOptions:
    rootfs = options.rootfs or next(
        (p for p in (binary.parent.parent,) if (p / "etc/init.d-posix/rcS").is_file()), None
    )
    if rootfs is None or not (rootfs / "etc/init.d-posix/rcS").is_file():
        raise SitlError(
            f"{rootfs or binary.parent.parent} holds no etc/init.d-posix/rcS: give --rootfs with the folder that does, "
            "build/px4_sitl_default of PX4's source tree"
        )
    if options.bridge[1] != PX4_GCS_PORT and not (binary.parent / "px4-mavlink").exists():
        raise SitlError(
            f"PX4 sends to UDP {PX4_GCS_PORT}, but the bridge listens on {options.bridge[1]}, and there is no px4-mavlink "
            f"beside {binary} to start another link: run the server with --mavlink-udp-port {PX4_GCS_PORT}"
        )
    return replace(options, binary=binary, rootfs=rootfs.resolve(), model=options.model or "sihsim_quadx")


def control_port(options: SitlOptions, instance: int) -> int:
    """Return the UDP port this launcher hears an instance on; 0 for any."""
    if options.autopilot is Flavour.ARDUPILOT:
        return 0
    return PX4_OFFBOARD_PORT + instance if instance <= 9 else PX4_SHARED_PORT


def source_port(options: SitlOptions, instance: int) -> int | None:
    """Return the port an instance sends from to this launcher, None when any."""
    return PX4_OFFBOARD_LOCAL + instance if options.autopilot is Flavour.PX4 else None


def control_socket(port: int) -> socket.socket:
    """Return a UDP socket on loopback; raises SitlError when the port is taken."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    try:
        sock.bind(("127.0.0.1", port))
    except OSError as taken:
        sock.close()
        raise SitlError(
            f"UDP port {port} is taken: end the program that uses it (another ground station or simulation), "
            "or give --first-instance to begin with another"
        ) from taken
    return sock


def launch_of(options: SitlOptions, instance: int, home: Home, control: int) -> Launch:
    """Return how to start one instance whose link to this launcher goes to a port."""
    cwd = options.work_dir / f"{options.autopilot.value}-{instance}"
    if options.autopilot is Flavour.ARDUPILOT:
        place = f"{home.lat_deg:.7f},{home.lon_deg:.7f},{home.alt_amsl_m:.2f},{home.heading_deg:.0f}"
        argv = [str(options.binary), "--model", options.model, "--speedup", "1", "-I", str(instance)]
        argv += ["--sysid", str(system_id_of(instance)), "--home", place]
        argv += ["--defaults", ",".join(map(str, options.defaults))]
        argv += ["--serial0", f"udpclient:{options.bridge[0]}:{options.bridge[1]}"]
        argv += ["--serial1", f"udpclient:127.0.0.1:{control}", *options.extra]
        return Launch(argv, {}, cwd)
    scale = 1e7 if options.home_in_e7 else 1.0
    shown = ".0f" if options.home_in_e7 else ".7f"
    env = {
        "PX4_SIM_MODEL": options.model,
        "PX4_SIMULATOR": options.model.split("_")[0],
        "PX4_HOME_LAT": format(home.lat_deg * scale, shown),
        "PX4_HOME_LON": format(home.lon_deg * scale, shown),
        "PX4_HOME_ALT": f"{home.alt_amsl_m:.2f}",
        "PX4_HOME_YAW": f"{home.heading_deg:.0f}",
    }
    etc = str((options.rootfs or options.binary.parent.parent) / "etc")
    return Launch([str(options.binary), "-i", str(instance), "-d", etc, *options.extra], env, cwd)


def system_id_of(instance: int) -> int:
    """Return the system id of an instance: PX4's own rule, and what ArduPilot is told."""
    return instance + 1


def extra_link(options: SitlOptions, instance: int) -> list[str] | None:
    """Return the command that starts a link to a bridge that is not at 14550, None when none is needed."""
    if options.autopilot is Flavour.ARDUPILOT or options.bridge[1] == PX4_GCS_PORT:
        return None
    client = options.binary.parent / "px4-mavlink"
    local, (host, port) = PX4_EXTRA_LOCAL + instance, options.bridge
    link = ["start", "-x", "-u", str(local), "-r", "4000000", "-f", "-t", host, "-o", str(port)]
    return [str(client), "--instance", str(instance), *link]


@dataclass(slots=True)
class SitlProcess:
    """One autopilot's process; its output goes to `autopilot.log` in its folder."""

    launch: Launch
    instance: int
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def pid(self) -> int | None:
        """Its process id."""
        return None if self.process is None else self.process.pid

    @property
    def log_path(self) -> Path:
        """Where its output goes."""
        return self.launch.cwd / "autopilot.log"

    def start(self) -> None:
        """Start it in a group of its own; raises SitlError when the machine cannot run it."""
        self.launch.cwd.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("wb") as log:
            try:
                self.process = subprocess.Popen(  # noqa: S603  (the binary the user named)
                    self.launch.argv,
                    cwd=self.launch.cwd,
                    env={**os.environ, **self.launch.env},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as fault:
                raise SitlError(
                    f"{self.launch.argv[0]} cannot be run here ({fault.strerror}): check that it was built for this machine"
                ) from fault

    def check_alive(self) -> None:
        """Raise SitlError with the end of its output when it has ended."""
        if self.process is not None and self.process.poll() is not None:
            raise SitlError(
                f"instance {self.instance} ended with code {self.process.returncode}; its log {self.log_path} ends:\n"
                f"{self.tail()}"
            )

    def tail(self) -> str:
        """Return the end of its output."""
        try:
            return self.log_path.read_bytes()[-_LOG_TAIL:].decode("utf-8", "replace").strip()
        except OSError:
            return ""

    def stop(self) -> None:
        """End it and what it started, by its own process group: asked first, then at once."""
        stop_all([self])


def stop_all(started: Iterable[SitlProcess]) -> None:
    """End autopilots together, each by its own process group: asked first, then at once. Nothing interrupts it."""
    left = [found for item in started if (found := item.process) is not None]
    for number in (signal.SIGTERM, signal.SIGKILL):
        left = [process for process in left if process.poll() is None]
        for process in left:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
        ends = time.monotonic() + STOP_WITHIN_S
        while any(process.poll() is None for process in left) and time.monotonic() < ends:
            time.sleep(0.02)
