"""What a simulated vehicle says of itself: one function per message, from the vehicle's state to a packet.

Heights above mean sea level are the vehicle's ellipsoid height less the geoid undulation; `relative_alt` is above home.
A field the simulation does not model carries MAVLink's "unknown" value, never an invented one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import hypot, nan, radians
from typing import Final

from pymavlink.dialects.v20 import common as mavlink

from airspace.timebase import SCENE_EPOCH_AT
from sim.flavour import HABITS, Flavour
from sim.geodesy import metres_per_degree
from sim.vehicle import Landed, Mode, Vehicle, VtolState
from sim.wire import Packer, Packet, packet_of

SCENE_EPOCH_UNIX_S: Final = SCENE_EPOCH_AT.timestamp()
_UNKNOWN_U16: Final = 0xFFFF

_heartbeat = Packer(mavlink.MAVLink_heartbeat_message)
_global_position = Packer(mavlink.MAVLink_global_position_int_message)
_local_position = Packer(mavlink.MAVLink_local_position_ned_message)
_sys_status = Packer(mavlink.MAVLink_sys_status_message)
_battery_status = Packer(mavlink.MAVLink_battery_status_message)
_extended = Packer(mavlink.MAVLink_extended_sys_state_message)
_gps_raw = Packer(mavlink.MAVLink_gps_raw_int_message)
_system_time = Packer(mavlink.MAVLink_system_time_message)
_mission_current = Packer(mavlink.MAVLink_mission_current_message)
_home = Packer(mavlink.MAVLink_home_position_message)
_attitude = Packer(mavlink.MAVLink_attitude_message)
_vfr_hud = Packer(mavlink.MAVLink_vfr_hud_message)
_altitude = Packer(mavlink.MAVLink_altitude_message)
_version = Packer(mavlink.MAVLink_autopilot_version_message)
_item_reached = Packer(mavlink.MAVLink_mission_item_reached_message)

_SENSORS: Final = (
    mavlink.MAV_SYS_STATUS_SENSOR_3D_GYRO
    | mavlink.MAV_SYS_STATUS_SENSOR_3D_ACCEL
    | mavlink.MAV_SYS_STATUS_SENSOR_3D_MAG
    | mavlink.MAV_SYS_STATUS_SENSOR_ABSOLUTE_PRESSURE
    | mavlink.MAV_SYS_STATUS_SENSOR_GPS
    | mavlink.MAV_SYS_STATUS_SENSOR_ANGULAR_RATE_CONTROL
    | mavlink.MAV_SYS_STATUS_SENSOR_ATTITUDE_STABILIZATION
    | mavlink.MAV_SYS_STATUS_SENSOR_YAW_POSITION
    | mavlink.MAV_SYS_STATUS_SENSOR_Z_ALTITUDE_CONTROL
    | mavlink.MAV_SYS_STATUS_SENSOR_XY_POSITION_CONTROL
    | mavlink.MAV_SYS_STATUS_SENSOR_MOTOR_OUTPUTS
    | mavlink.MAV_SYS_STATUS_AHRS
    | mavlink.MAV_SYS_STATUS_SENSOR_BATTERY
    | mavlink.MAV_SYS_STATUS_PREARM_CHECK
)
_NEEDS_GNSS: Final = mavlink.MAV_SYS_STATUS_SENSOR_GPS | mavlink.MAV_SYS_STATUS_SENSOR_XY_POSITION_CONTROL
_MANUAL_BASE: Final = mavlink.MAV_MODE_FLAG_MANUAL_INPUT_ENABLED | mavlink.MAV_MODE_FLAG_STABILIZE_ENABLED
_MANUAL: Final = Mode.MANUAL
_MISSION: Final = Mode.MISSION
_AUTO_BASE: Final = (
    mavlink.MAV_MODE_FLAG_AUTO_ENABLED | mavlink.MAV_MODE_FLAG_GUIDED_ENABLED | mavlink.MAV_MODE_FLAG_STABILIZE_ENABLED
)


@dataclass(slots=True)
class State:
    """What the messages are made from."""

    vehicle: Vehicle
    flavour: Flavour
    system_id: int
    booted_at_s: float
    undulation_m: float
    home_undulation_m: float
    mission_seq: int = 0
    mission_total: int = 0
    reached_seq: int | None = None
    clock_offset_s: float = 0.0
    """How far its clock is ahead."""

    def boot_ms(self, now_s: float) -> int:
        """Milliseconds since boot, by its clock."""
        return int((now_s + self.clock_offset_s - self.booted_at_s) * 1000) & 0xFFFFFFFF

    def boot_us(self, now_s: float) -> int:
        """Microseconds since boot, by its clock, never less than 0."""
        return max(0, int((now_s + self.clock_offset_s - self.booted_at_s) * 1e6))


def heartbeat(s: State, now_s: float) -> Packet:
    """HEARTBEAT: mode, armed, state; critical below a tenth of the battery, emergency with a motor gone."""
    v, habits = s.vehicle, HABITS[s.flavour]
    base = mavlink.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED
    base |= _MANUAL_BASE if v.mode is _MANUAL else _AUTO_BASE
    if v.armed:
        base |= mavlink.MAV_MODE_FLAG_SAFETY_ARMED
    status = mavlink.MAV_STATE_ACTIVE if v.armed else mavlink.MAV_STATE_STANDBY
    if v.armed and v.battery.left_fraction < 0.1:
        status = mavlink.MAV_STATE_CRITICAL
    if v.limping and not v.on_ground:
        status = mavlink.MAV_STATE_EMERGENCY
    return _said_again(habits.modes[v.mode], v.mav_type, habits.autopilot, base, status)


@lru_cache(maxsize=1024)
def _said_again(custom_mode: int, mav_type: int, autopilot: int, base_mode: int, status: int) -> Packet:
    """Return the packet of a heartbeat: a fleet says the same few again and again."""
    return _heartbeat(custom_mode, mav_type, autopilot, base_mode, status, 3)


def global_position(s: State, now_s: float) -> Packet:
    """GLOBAL_POSITION_INT: 1e-7 degrees, millimetres, cm/s north, east, down, heading in 0.01 degrees."""
    v = s.vehicle
    lat_deg, lon_deg, alt_hae_m = v.seen
    return _global_position(
        s.boot_ms(now_s),
        round(lat_deg * 1e7),
        round(lon_deg * 1e7),
        round((alt_hae_m - s.undulation_m) * 1000),
        round((alt_hae_m - s.undulation_m - v.home.alt_hae_m + s.home_undulation_m) * 1000),
        round(v.v_north_mps * 100),
        round(v.v_east_mps * 100),
        round(-v.v_up_mps * 100),
        round(v.heading_deg * 100) % 36000,
    )


def local_position(s: State, now_s: float) -> Packet:
    """LOCAL_POSITION_NED about home."""
    v = s.vehicle
    lat_deg, lon_deg, alt_hae_m = v.seen
    north_m, east_m = metres_per_degree(v.home.lat_deg)
    return _local_position(
        s.boot_ms(now_s),
        (lat_deg - v.home.lat_deg) * north_m,
        (lon_deg - v.home.lon_deg) * east_m,
        v.home.alt_hae_m - alt_hae_m,
        v.v_north_mps,
        v.v_east_mps,
        -v.v_up_mps,
    )


def sys_status(s: State, now_s: float) -> Packet:
    """SYS_STATUS: sensors present and healthy but for what has failed, battery in mV, 10 mA and percent."""
    v = s.vehicle
    b = v.battery
    healthy = _SENSORS
    if not v.gnss_ok:
        healthy &= ~_NEEDS_GNSS
    if v.limping:
        healthy &= ~mavlink.MAV_SYS_STATUS_SENSOR_MOTOR_OUTPUTS
    voltage_v, current_a = b.electric()
    return _sys_status(
        _SENSORS,
        _SENSORS,
        healthy,
        250,
        round(voltage_v * 1000),
        round(current_a * 100),
        0,
        0,
        0,
        0,
        0,
        0,
        round(b.left_fraction * 100),
        0,
        0,
        0,
    )


_CHARGE_STATES: Final = (
    (0.05, mavlink.MAV_BATTERY_CHARGE_STATE_EMERGENCY),
    (0.1, mavlink.MAV_BATTERY_CHARGE_STATE_CRITICAL),
    (0.2, mavlink.MAV_BATTERY_CHARGE_STATE_LOW),
)


def battery_status(s: State, now_s: float) -> Packet:
    """BATTERY_STATUS: used energy in hJ and mAh, pack voltage, time left at the present load."""
    b = s.vehicle.battery
    voltage_v, current_a = b.electric()
    nominal_v = b.power.cells * 3.7
    left_s = int(b.left_fraction * b.capacity_wh * 3600 / max(b.load_w, 1.0))
    left = b.left_fraction
    state = next((value for below, value in _CHARGE_STATES if left < below), mavlink.MAV_BATTERY_CHARGE_STATE_OK)
    return _battery_status(
        round(b.used_wh / nominal_v * 1000),
        round(b.used_wh * 36.0),
        round(b.temperature_c * 100),
        *(round(voltage_v * 1000),),
        *(_UNKNOWN_U16,) * 9,
        round(current_a * 100),
        0,
        mavlink.MAV_BATTERY_FUNCTION_ALL,
        mavlink.MAV_BATTERY_TYPE_LIPO,
        round(b.left_fraction * 100),
        left_s,
        state,
        *(0,) * 4,
        0,
        0,
    )


def extended_sys_state(s: State, now_s: float) -> Packet:
    """EXTENDED_SYS_STATE: what carries it, landed state."""
    return _standing(s.vehicle.vtol_state, s.vehicle.landed)


@lru_cache(maxsize=64)
def _standing(vtol_state: VtolState, landed: Landed) -> Packet:
    return _extended(vtol_state.value, landed.value)


def gps_raw(s: State, now_s: float) -> Packet:
    """GPS_RAW_INT: a 3D fix with 1.5 m accuracy and the ellipsoid height, or no fix."""
    v = s.vehicle
    if not v.gnss_ok:
        return _gps_raw(s.boot_us(now_s), 0, 0, 0, *(_UNKNOWN_U16,) * 4, mavlink.GPS_FIX_TYPE_NO_FIX, 0, *(0,) * 6)
    lat_deg, lon_deg, alt_hae_m = v.seen
    speed_mps = hypot(v.v_east_mps, v.v_north_mps)
    return _gps_raw(
        s.boot_us(now_s),
        round(lat_deg * 1e7),
        round(lon_deg * 1e7),
        round((alt_hae_m - s.undulation_m) * 1000),
        80,
        120,
        round(speed_mps * 100),
        round(v.heading_deg * 100) % 36000 if speed_mps > 0.5 else _UNKNOWN_U16,
        mavlink.GPS_FIX_TYPE_3D_FIX,
        14,
        round(alt_hae_m * 1000),
        1500,
        2500,
        200,
        0,
        0,
    )


def system_time(s: State, now_s: float) -> Packet:
    """SYSTEM_TIME: Unix microseconds and milliseconds since boot."""
    return _system_time(max(0, round((now_s + s.clock_offset_s + SCENE_EPOCH_UNIX_S) * 1e6)), s.boot_ms(now_s))


def mission_current(s: State, now_s: float) -> Packet:
    """MISSION_CURRENT: item flown to, number of items, state and whether in mission mode."""
    v = s.vehicle
    if not s.mission_total:
        state = mavlink.MISSION_STATE_NO_MISSION
    elif v.mode is _MISSION and v.armed:
        state = mavlink.MISSION_STATE_ACTIVE
    elif s.reached_seq is not None and s.reached_seq >= s.mission_total - 1:
        state = mavlink.MISSION_STATE_COMPLETE
    else:
        state = mavlink.MISSION_STATE_PAUSED if s.mission_seq else mavlink.MISSION_STATE_NOT_STARTED
    return _mission_current(s.mission_seq, s.mission_total or _UNKNOWN_U16, state, 1 if v.mode is _MISSION else 2)


def home_position(s: State, now_s: float) -> Packet:
    """HOME_POSITION: the launch place, above mean sea level; no approach known."""
    h = s.vehicle.home
    return _home(
        round(h.lat_deg * 1e7),
        round(h.lon_deg * 1e7),
        round((h.alt_hae_m - s.home_undulation_m) * 1000),
        0.0,
        0.0,
        0.0,
        *(nan,) * 4,
        nan,
        nan,
        nan,
        s.boot_us(now_s),
    )


def attitude(s: State, now_s: float) -> Packet:
    """ATTITUDE: bank of a wing as roll, heading as yaw; a point-mass multirotor has no tilt."""
    yaw = radians((s.vehicle.heading_deg + 180.0) % 360.0 - 180.0)
    return _attitude(s.boot_ms(now_s), radians(s.vehicle.roll_deg), 0.0, yaw, 0.0, 0.0, 0.0)


def vfr_hud(s: State, now_s: float) -> Packet:
    """VFR_HUD: airspeed, ground speed, height above mean sea level, climb."""
    v = s.vehicle
    throttle_pct = min(100, round(100 * v.battery.load_w / (2 * v.battery.power.hover_w)))
    return _vfr_hud(
        v.airspeed_mps,
        hypot(v.v_east_mps, v.v_north_mps),
        v.seen[2] - s.undulation_m,
        v.v_up_mps,
        int(v.heading_deg) % 360,
        throttle_pct,
    )


def altitude(s: State, now_s: float) -> Packet:
    """ALTITUDE: the same height in each of MAVLink's meanings; terrain is what the drone last stood on."""
    v = s.vehicle
    amsl_m = v.seen[2] - s.undulation_m
    above_home_m = amsl_m - v.home.alt_hae_m + s.home_undulation_m
    return _altitude(s.boot_us(now_s), amsl_m, amsl_m, above_home_m, above_home_m, nan, nan)


def autopilot_version(s: State, now_s: float) -> Packet:
    """AUTOPILOT_VERSION: capabilities of the flavour; the uid is the system id."""
    habits = HABITS[s.flavour]
    return _version(
        habits.capabilities,
        0x4845584C00000000 | s.system_id,
        habits.flight_sw_version,
        habits.flight_sw_version,
        0,
        0,
        0,
        0,
        *(0,) * 24,
        *(0,) * 18,
    )


def item_reached(seq: int) -> Packet:
    """MISSION_ITEM_REACHED."""
    return _item_reached(seq)


def status_text(severity: int, text: str) -> Packet:
    """Return a STATUSTEXT, cut to its 50 bytes."""
    return packet_of(mavlink.MAVLink_statustext_message(severity, text.encode()[:50]))


Builder = Callable[[State, float], Packet]
BUILDERS: Final[dict[int, Builder]] = {
    mavlink.MAVLINK_MSG_ID_HEARTBEAT: heartbeat,
    mavlink.MAVLINK_MSG_ID_SYS_STATUS: sys_status,
    mavlink.MAVLINK_MSG_ID_SYSTEM_TIME: system_time,
    mavlink.MAVLINK_MSG_ID_GPS_RAW_INT: gps_raw,
    mavlink.MAVLINK_MSG_ID_ATTITUDE: attitude,
    mavlink.MAVLINK_MSG_ID_LOCAL_POSITION_NED: local_position,
    mavlink.MAVLINK_MSG_ID_GLOBAL_POSITION_INT: global_position,
    mavlink.MAVLINK_MSG_ID_MISSION_CURRENT: mission_current,
    mavlink.MAVLINK_MSG_ID_VFR_HUD: vfr_hud,
    mavlink.MAVLINK_MSG_ID_ALTITUDE: altitude,
    mavlink.MAVLINK_MSG_ID_BATTERY_STATUS: battery_status,
    mavlink.MAVLINK_MSG_ID_AUTOPILOT_VERSION: autopilot_version,
    mavlink.MAVLINK_MSG_ID_HOME_POSITION: home_position,
    mavlink.MAVLINK_MSG_ID_EXTENDED_SYS_STATE: extended_sys_state,
}
"""The messages that can be asked for, once or as a stream, by id."""
