"""The autopilot of a simulated vehicle: MAVLink in, MAVLink out, no sockets and no clock.

`receive(link, datagram, now_s)` takes what a peer sent and returns the datagrams that answer that peer; `tick(now_s)`
moves the vehicle and returns the packets to send on every link. Everything else a firm's software in the same process
needs (`load_mission`, `start_mission`, `arm`, ...) is the same code the MAVLink commands run.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from pymavlink.dialects.v20 import common as mavlink

from sim import answers, telemetry
from sim.commands import CommandDesk
from sim.failsafe import Failsafe, LinkWatch
from sim.faults import FaultBox
from sim.flavour import HABITS, Flavour, initial_params, kept, refuses
from sim.flightpath import PathBuilder
from sim.geodesy import distance_m
from sim.mission import MissionError, MissionItem, Undulation, compile_mission, path_home
from sim.mission_protocol import MissionStore
from sim.params import ParamTable
from sim.troubles import Troubles
from sim.vehicle import Mode, Position, Vehicle
from sim.wire import Link, Packet, packet_of

TRAFFIC_NEAR_M: Final = 500.0
"""PX4's NAV_TRAFF_A_HOR; its height is NAV_TRAFF_A_VER."""
TRAFFIC_NEAR_HEIGHT_M: Final = 500.0
HEARTBEAT: Final = mavlink.MAVLINK_MSG_ID_HEARTBEAT
POSITION: Final = mavlink.MAVLINK_MSG_ID_GLOBAL_POSITION_INT
PARAMS_PER_TICK: Final = 8
_MISSION: Final = Mode.MISSION  # a member looked up in its class costs as much as a message
_TAKEOFF: Final = Mode.TAKEOFF
_POSITIONS: Final = frozenset({POSITION, mavlink.MAVLINK_MSG_ID_LOCAL_POSITION_NED})
_UNDULATION_STEP_DEG: Final = 0.002
_SLOW_RATES_HZ: Final = {
    mavlink.MAVLINK_MSG_ID_SYS_STATUS: 0.5,
    mavlink.MAVLINK_MSG_ID_BATTERY_STATUS: 0.2,
    mavlink.MAVLINK_MSG_ID_EXTENDED_SYS_STATE: 0.5,
    mavlink.MAVLINK_MSG_ID_GPS_RAW_INT: 0.2,
    mavlink.MAVLINK_MSG_ID_MISSION_CURRENT: 0.2,
    mavlink.MAVLINK_MSG_ID_SYSTEM_TIME: 0.1,
    mavlink.MAVLINK_MSG_ID_HOME_POSITION: 0.1,
}


class Autopilot:
    """One vehicle's autopilot; `position_hz` is the rate of GLOBAL_POSITION_INT until somebody asks for another."""

    def __init__(
        self,
        vehicle: Vehicle,
        *,
        system_id: int,
        undulation_m: float | Undulation,
        now_s: float,
        flavour: Flavour = Flavour.PX4,
        position_hz: float = 2.0,
        streams_unasked: bool | None = None,
        phase: float = 0.0,
        faults: FaultBox | None = None,
        link_watch: LinkWatch = LinkWatch.FAULT,
    ) -> None:
        """Boot at `now_s`; `phase` in [0, 1) spreads a fleet's messages over the second.

        `undulation_m` is the geoid's height above the ellipsoid, a number or a function of latitude and longitude.
        `streams_unasked` overrides the flavour's habit (ArduPilot sends no position before somebody asks).
        `link_watch` says what makes it take its link for lost. Raises ValueError for a wing flown by ArduPilot, whose
        modes have other numbers.
        """
        if flavour is Flavour.ARDUPILOT and vehicle.mav_type != mavlink.MAV_TYPE_QUADROTOR:
            raise ValueError("wings are simulated with PX4-like autopilots only")
        self.faults = faults if faults is not None else FaultBox()
        self.vehicle, self.flavour = vehicle, flavour
        self.habits = HABITS[flavour]
        self._undulation: Undulation = undulation_m if callable(undulation_m) else _constant(undulation_m)
        at_home_m = self._undulation(vehicle.home.lat_deg, vehicle.home.lon_deg)
        self.state = telemetry.State(vehicle, flavour, system_id, now_s, at_home_m, at_home_m)
        self._undulation_at = (vehicle.lat_deg, vehicle.lon_deg)
        self.params = ParamTable(initial_params(flavour, system_id), bytewise=self.habits.int_params_bytewise)
        self.missions = MissionStore(
            asks_item_int=self.habits.asks_item_int,
            atomic=self.habits.atomic_upload,
            on_change=self._mission_changed,
            keeps=self._kept,
            refuses=lambda item: refuses(flavour, item),
        )
        self.desk = CommandDesk(self)
        self._intervals_s: dict[int, float] = {}
        self._due_s: dict[int, float] = {}
        self._next_due_s = 0.0
        self._phase = phase
        self.param_queue: list[int] = []
        self._events: list[Packet] = []
        self._mission_armed = False
        self._now_s = now_s
        self.failsafe = Failsafe(flavour, self.params, link_watch)
        self.troubles = Troubles(self)
        unasked = self.habits.streams_unasked if streams_unasked is None else streams_unasked
        self.set_rate(HEARTBEAT, 1.0, now_s)
        if unasked:
            self.start_streams(position_hz, now_s)

    # --- what a ground crew or a firm's software may do ---

    @property
    def system_id(self) -> int:
        """MAVLink system id."""
        return self.state.system_id

    @property
    def mission(self) -> list[MissionItem]:
        """The mission loaded."""
        return self.missions.items[mavlink.MAV_MISSION_TYPE_MISSION]

    def undulation_m(self, lat_deg: float, lon_deg: float) -> float:
        """Return the geoid undulation at a place."""
        return self._undulation(lat_deg, lon_deg)

    def load_mission(self, items: Sequence[MissionItem]) -> None:
        """Replace the mission, as an upload does."""
        self.missions.replace(mavlink.MAV_MISSION_TYPE_MISSION, list(items))

    def start_mission(
        self,
        now_s: float,
        *,
        starts_at_s: float | None = None,
        seq: int | None = None,
        ground_speed_mps: float | None = None,
    ) -> bool:
        """Fly the mission from an item (else the current one), on its clock since `starts_at_s`; False if it cannot."""
        if (stuck := self.troubles.stuck(Mode.MISSION)) is not None:
            return stuck
        seq = self.first_item if seq is None else seq
        if seq >= len(self.mission):
            return False
        v = self.vehicle
        if not v.armed:
            v.mode, self.state.mission_seq = Mode.MISSION, seq
            return True
        try:
            compiled = compile_mission(
                self.mission,
                first_seq=seq,
                start=Position(*v.seen),
                starts_at_s=now_s if starts_at_s is None else starts_at_s,
                home=v.home,
                limits=v.limits,
                undulation_m=self._undulation,
                return_alt_m=self.return_alt_m,
                ground_speed_mps=ground_speed_mps,
            )
        except MissionError:
            return False
        v.follow(compiled.path, Mode.MISSION, lands=compiled.lands)
        self.state.mission_seq, self._mission_armed = seq, True
        self._events.append(telemetry.mission_current(self.state, now_s))
        return True

    @property
    def first_item(self) -> int:
        """The item a mission goes on with: the current one, or the first (after home) on the ground."""
        first = 1 if self.habits.home_is_item_0 else 0
        return first if self.vehicle.on_ground else max(first, self.state.mission_seq)

    @property
    def return_alt_m(self) -> float:
        """Height above home at which it returns, from the flavour's own parameter."""
        if self.flavour is Flavour.PX4:
            return self.params.value("RTL_RETURN_ALT", 60.0)
        return self.params.value("RTL_ALT", 6000.0) / 100.0

    @property
    def takeoff_alt_m(self) -> float:
        """Height above home of a take-off that names none."""
        if self.flavour is Flavour.PX4:
            return self.params.value("MIS_TAKEOFF_ALT", 30.0)
        return self.params.value("PILOT_TKOFF_ALT", 3000.0) / 100.0

    def arm(self, now_s: float) -> bool:
        """Arm where it stands, which becomes home; in mission mode it starts."""
        v = self.vehicle
        if v.on_ground and not v.armed:
            v.home = Position(*v.seen)
            self.state.home_undulation_m = self._undulation(v.home.lat_deg, v.home.lon_deg)
        if not v.arm(now_s):
            return False
        if v.mode is Mode.MISSION and v.on_ground:
            self.start_mission(now_s)
        return True

    def take_off(self, now_s: float, alt_hae_m: float) -> bool:
        """Climb straight up to a height above the ellipsoid and hold; False on a disarmed drone."""
        v = self.vehicle
        if not v.armed:
            return False
        if (stuck := self.troubles.stuck(Mode.TAKEOFF)) is not None:
            return stuck
        lat_deg, lon_deg, from_m = v.seen
        pen = PathBuilder(now_s, lat_deg, lon_deg, from_m)
        if alt_hae_m > from_m:
            pen.line_to(lat_deg, lon_deg, alt_hae_m, v.limits.climb_mps, -1)
        v.follow(pen.path(), Mode.TAKEOFF, lands=False)
        return True

    def go_to(self, now_s: float, target: Position, speed_mps: float | None = None) -> bool:
        """Fly straight to a place and hold there; False on the ground."""
        v = self.vehicle
        if v.on_ground:
            return False
        if (stuck := self.troubles.stuck(Mode.GUIDED)) is not None:
            return stuck
        pen = PathBuilder(now_s, *v.seen)
        speed = min(speed_mps or v.limits.cruise_mps, v.limits.max_airspeed_mps)
        pen.line_to(target.lat_deg, target.lon_deg, target.alt_hae_m, speed, -1)
        v.follow(pen.path(), Mode.GUIDED, lands=False)
        return True

    def set_mode(self, mode: Mode, now_s: float) -> bool:
        """Change mode, as an operator would; False if the mode cannot be entered now."""
        v = self.vehicle
        if mode is Mode.MISSION:
            return self.start_mission(now_s)
        if (stuck := self.troubles.stuck(mode)) is not None:
            return stuck
        if mode in {Mode.HOLD, Mode.MANUAL, Mode.GUIDED}:
            v.hold(now_s)
            v.mode = mode
        elif mode is Mode.TAKEOFF:
            return self.take_off(now_s, v.home.alt_hae_m + self.takeoff_alt_m)
        elif v.on_ground:
            v.mode = mode
        elif mode is Mode.RTL:
            path = path_home(v, now_s, self._undulation, self.return_alt_m)
            v.follow(path, Mode.RTL, lands=True)
        else:
            v.descend(now_s, v.limits.land_mps)
        return True

    def change_speed(self, speed_mps: float, now_s: float) -> bool:
        """Fly the mission's remaining legs over ground at a speed, until an item says otherwise; False elsewhere."""
        v = self.vehicle
        if v.mode is not Mode.MISSION or v.on_ground:
            return False
        return self.start_mission(now_s, ground_speed_mps=speed_mps)

    def set_current(self, seq: int, now_s: float) -> bool:
        """Make an item the current one; flies there if in mission mode."""
        if not 0 <= seq < len(self.mission):
            return False
        self.state.mission_seq = seq
        if self.vehicle.mode is Mode.MISSION and not self.vehicle.on_ground:
            return self.start_mission(now_s, seq=seq)
        return True

    # --- streams ---

    def start_streams(self, position_hz: float, now_s: float) -> None:
        """Start the position and the slow status messages."""
        self.set_rate(POSITION, position_hz, now_s)
        for msg_id, rate_hz in _SLOW_RATES_HZ.items():
            self.set_rate(msg_id, rate_hz, now_s)

    def set_rate(self, msg_id: int, rate_hz: float, now_s: float) -> None:
        """Send a message so often, never with 0."""
        if rate_hz <= 0:
            self._intervals_s.pop(msg_id, None)
            self._due_s.pop(msg_id, None)
            return
        self._intervals_s[msg_id] = 1.0 / rate_hz
        self._due_s[msg_id] = now_s + self._phase * min(1.0, 1.0 / rate_hz)
        self._next_due_s = now_s

    def interval_s(self, msg_id: int) -> float | None:
        """Return the seconds between two of a message, None when it is not sent."""
        return self._intervals_s.get(msg_id)

    def say(self, packet: Packet) -> None:
        """Send something with the next tick, on every link."""
        self._events.append(packet)

    def tick(self, now_s: float) -> list[Packet]:
        """Move the vehicle to an instant and return what is due on every link."""
        self._now_s = now_s
        if self.faults:
            self.troubles.suffer(now_s)
        self.vehicle.step(now_s)
        self._follow_up(now_s)
        self.troubles.fail_safely(now_s)
        out = self.desk.due(now_s)
        if self._events:
            out, self._events = [*out, *self._events], []
        if self.param_queue:
            out.extend(answers.param(self, i) for i in self.param_queue[:PARAMS_PER_TICK])
            del self.param_queue[:PARAMS_PER_TICK]
        if now_s >= self._next_due_s:
            self._streams(now_s, out)
        return out

    def _streams(self, now_s: float, out: list[Packet]) -> None:
        for msg_id, due_s in self._due_s.items():
            if due_s <= now_s:
                interval_s = self._intervals_s[msg_id]
                if self.vehicle.gnss_ok or msg_id not in _POSITIONS:
                    out.append(telemetry.BUILDERS[msg_id](self.state, now_s))
                late_s = now_s - due_s
                self._due_s[msg_id] = due_s + interval_s if late_s < interval_s else now_s + interval_s
        self._next_due_s = min(self._due_s.values(), default=now_s + 1.0)

    def _follow_up(self, now_s: float) -> None:
        """What follows from where the vehicle is now: item reached, end of a mission, geoid under it."""
        v, state = self.vehicle, self.state
        lat0, lon0 = self._undulation_at
        if abs(v.lat_deg - lat0) + abs(v.lon_deg - lon0) > _UNDULATION_STEP_DEG:
            state.undulation_m = self._undulation(v.lat_deg, v.lon_deg)
            self._undulation_at = (v.lat_deg, v.lon_deg)
        if v.mode is _MISSION and v.path is not None and v.armed:
            self._mission_progress(now_s)
        elif v.mode is _TAKEOFF and v.path_done(now_s) and not v.on_ground:
            v.mode = Mode.HOLD if self.flavour is Flavour.PX4 else Mode.GUIDED
        elif self._mission_armed and not v.armed:
            self._mission_armed = False
            self._reached(len(self.mission) - 1)
            state.mission_seq = 1 if self.habits.home_is_item_0 and self.mission else 0

    def _mission_progress(self, now_s: float) -> None:
        v, state = self.vehicle, self.state
        path = v.path
        if path is None:
            return
        seq = path.seq_at(now_s)
        if seq > state.mission_seq:
            self._reached(seq - 1)
            state.mission_seq = seq
            self._events.append(telemetry.mission_current(state, now_s))
        if v.path_done(now_s) and not v.lands_at_end:
            self._mission_armed = False
            self._reached(len(self.mission) - 1)
            v.mode = Mode.HOLD

    def _reached(self, up_to_seq: int) -> None:
        first = self.state.mission_seq
        for seq in range(first, min(up_to_seq + 1, len(self.mission))):
            self.state.reached_seq = seq
            self._events.append(telemetry.item_reached(seq))

    def _kept(self, mission_type: int, items: list[MissionItem]) -> list[MissionItem]:
        home = self.vehicle.home
        home_amsl_m = home.alt_hae_m - self._undulation(home.lat_deg, home.lon_deg)
        return kept(self.flavour, mission_type, items, home, home_amsl_m)

    def _mission_changed(self, mission_type: int) -> None:
        if mission_type != mavlink.MAV_MISSION_TYPE_MISSION:
            return
        self.state.mission_total = len(self.mission)
        self.state.mission_seq, self.state.reached_seq = 0, None
        v = self.vehicle
        if v.mode is Mode.MISSION and not v.on_ground:
            if not self.mission:
                v.hold(self._now_s)
            else:
                self.start_mission(self._now_s)

    # --- what peers say ---

    def receive(self, link: Link, datagram: bytes, peer: object, now_s: float) -> list[bytes]:
        """Take one datagram of a peer and return the datagrams that answer it."""
        self._now_s = now_s
        answers: list[Packet] = []
        for message in link.parse(datagram, now_s):
            answers.extend(self._answer(message, peer, now_s))
        return link.datagrams(answers) if answers else []

    def repeat(self, now_s: float) -> tuple[object, Packet] | None:
        """Return a repeated request of an upload that lost a message, and the peer it goes to."""
        again = self.missions.tick(now_s)
        return None if again is None else (again[0], packet_of(again[1]))

    def _answer(self, message: Any, peer: object, now_s: float) -> list[Packet]:
        kind: str = message.get_type()
        if kind == "HEARTBEAT":
            if message.type == mavlink.MAV_TYPE_GCS:
                self.failsafe.heard_at_s = now_s
            return []
        target = getattr(message, "target_system", 0)
        if target not in {0, self.system_id} or message.get_srcSystem() == self.system_id:
            return []
        if kind.startswith("MISSION_"):
            return self._mission_message(message, kind, peer, now_s)
        handler = _HANDLERS.get(kind)
        return [] if handler is None else handler(self, message, now_s)

    def _mission_message(self, message: Any, kind: str, peer: object, now_s: float) -> list[Packet]:
        if kind == "MISSION_SET_CURRENT":
            if self.set_current(message.seq, now_s):
                return [telemetry.mission_current(self.state, now_s)]
            return [telemetry.status_text(mavlink.MAV_SEVERITY_ERROR, f"no mission item {message.seq}")]
        if kind in {"MISSION_ACK", "MISSION_CURRENT", "MISSION_ITEM_REACHED"} or target_of(message) is None:
            return []
        refusal = self.troubles.upload_refusal(message, kind)
        if refusal is not None:
            return refusal
        return [packet_of(m) for m in self.missions.handle(message, kind, peer, now_s)]

    def _command(self, message: Any, now_s: float) -> list[Packet]:
        wrong = message.target_component not in {0, mavlink.MAV_COMP_ID_AUTOPILOT1}
        if wrong and not self.habits.answers_wrong_component:
            return []
        refusal = self.troubles.deaf_to(message.command)
        if refusal is not None:
            if refusal < 0:
                return []
            system, component = message.get_srcSystem(), message.get_srcComponent()
            return [packet_of(mavlink.MAVLink_command_ack_message(message.command, refusal, 0, 0, system, component))]
        return self.desk.handle(message, now_s)

    def _set_mode_message(self, message: Any, now_s: float) -> list[Packet]:
        mode = self.desk.mode_of(message.base_mode, message.custom_mode)
        if mode is not None and self.troubles.deaf_to(mavlink.MAV_CMD_DO_SET_MODE) is None:
            self.set_mode(mode, now_s)
        return []

    def _data_stream(self, message: Any, now_s: float) -> list[Packet]:
        """REQUEST_DATA_STREAM, which ArduPilot's ground stations still use: groups ALL and POSITION."""
        if message.req_stream_id in {mavlink.MAV_DATA_STREAM_ALL, mavlink.MAV_DATA_STREAM_POSITION}:
            rate_hz = float(min(message.req_message_rate, 10)) if message.start_stop else 0.0
            self.set_rate(POSITION, rate_hz, now_s)
            if message.req_stream_id == mavlink.MAV_DATA_STREAM_ALL:
                for msg_id, slow_hz in _SLOW_RATES_HZ.items():
                    self.set_rate(msg_id, slow_hz if rate_hz else 0.0, now_s)
        return []


def _constant(value: float) -> Undulation:
    def undulation_m(lat_deg: float, lon_deg: float) -> float:
        return value

    return undulation_m


def avoid_traffic(ap: Autopilot, message: Any, now_s: float) -> list[Packet]:
    """ADSB_VEHICLE: turn home at once when it is near, and repeat it on the link, as PX4 and ArduCopter were seen to do."""
    v = ap.vehicle
    lat_deg, lon_deg = message.lat / 1e7, message.lon / 1e7
    amsl_m = v.alt_hae_m - ap.undulation_m(v.lat_deg, v.lon_deg)
    near = distance_m(v.lat_deg, v.lon_deg, lat_deg, lon_deg) < TRAFFIC_NEAR_M
    near = near and abs(message.altitude / 1e3 - amsl_m) < TRAFFIC_NEAR_HEIGHT_M
    if near and not v.on_ground and v.mode not in {Mode.RTL, Mode.LAND}:
        ap.set_mode(Mode.RTL, now_s)
    return [packet_of(message)]


def target_of(message: Any) -> int | None:
    """Return the system a message is for, None for a message that names none."""
    target = getattr(message, "target_system", None)
    return None if target is None else int(target)


_HANDLERS: Final[dict[str, Callable[[Autopilot, Any, float], list[Packet]]]] = {
    "COMMAND_LONG": Autopilot._command,
    "COMMAND_INT": Autopilot._command,
    "SET_MODE": Autopilot._set_mode_message,
    "TIMESYNC": answers.timesync,
    "PING": answers.ping,
    "REQUEST_DATA_STREAM": Autopilot._data_stream,
    "PARAM_REQUEST_LIST": answers.param_list,
    "PARAM_REQUEST_READ": answers.param_read,
    "PARAM_SET": answers.param_set,
    "FILE_TRANSFER_PROTOCOL": answers.no_files,
    "ADSB_VEHICLE": avoid_traffic,
}
