"""Events: what the bridge tells the rest of the house about vehicles, one frozen value per fact received.

Every event names its `vehicle` and the unix time `received_at` (seconds, float) at which the caller says the bytes
arrived; nothing here reads a clock. A value the vehicle did not send, or sent as one of MAVLink's "unknown" sentinels,
is None. Altitudes name their datum: `alt_amsl_m` (the autopilot's mean sea level), `alt_hae_m` (WGS-84 ellipsoid),
`alt_home_m` (above the home position, not above ground). Field meanings: MAVLink common message set.
"""

from __future__ import annotations

import msgspec

CREDENTIAL_PREFIX = "key:"


class VehicleKey(msgspec.Struct, frozen=True, order=True):
    """Identity of a vehicle: where its frames come from (or the credential that signed them) and its system id.

    `link` is an endpoint ("udp:127.0.0.1:50123", "tcp:10.0.0.7:41000", "serial:/dev/ttyUSB0") or, for a vehicle whose
    MAVLink 2 signature was verified, "key:" and the name of the credential. System ids are 8 bits and repeat in any
    fleet, so neither half identifies a vehicle alone.
    """

    link: str
    system_id: int

    def __str__(self) -> str:
        return f"{self.link}/{self.system_id}"

    @property
    def credential(self) -> str | None:
        """The name of the signing credential, None for a vehicle known by its endpoint only."""
        return self.link[len(CREDENTIAL_PREFIX) :] if self.link.startswith(CREDENTIAL_PREFIX) else None

    @classmethod
    def parse(cls, text: str) -> VehicleKey:
        """Return the key whose string form is `text`; raises ValueError for anything else."""
        link, slash, number = text.rpartition("/")
        if not slash or not link or not (number.isascii() and number.isdigit()) or not 0 < int(number) <= 255:
            raise ValueError(f"not a vehicle key: {text!r}")
        return cls(link, int(number))


class Event(msgspec.Struct, frozen=True):
    """What every event carries."""

    vehicle: VehicleKey
    received_at: float


# ---------------------------------------------------------------------------------------------------------------- link


class VehicleFound(Event, frozen=True):
    """The first heartbeat of an autopilot under this key (`signed`: its signature was verified with `credential`)."""

    endpoint: str
    autopilot: int  # MAV_AUTOPILOT: 3 ArduPilot, 12 PX4
    vehicle_type: int  # MAV_TYPE: 2 quadrotor, 1 fixed wing
    component_id: int
    mavlink_version: int  # 1 or 2, the framing it speaks
    signed: bool
    credential: str | None


class VehicleForgotten(Event, frozen=True):
    """The registry dropped the vehicle to stay within its bounds; should it speak again it is found again."""


class LinkLost(Event, frozen=True):
    """No heartbeat for longer than the configured time; `last_heartbeat_at` in unix seconds."""

    last_heartbeat_at: float


class LinkRecovered(Event, frozen=True):
    """The first heartbeat after LinkLost, and how long the silence was."""

    silence_s: float


class EndpointChanged(Event, frozen=True):
    """A vehicle known by its credential now speaks from another endpoint (a new address behind NAT)."""

    endpoint: str


class Rebooted(Event, frozen=True):
    """The vehicle's `time_boot_ms` went back: it restarted, and whatever it was told before may be forgotten."""

    time_boot_ms: int
    previous_time_boot_ms: int


class RadioStatus(Event, frozen=True):
    """A telemetry radio's report on the link it carries (RADIO_STATUS, RADIO); rssi and noise are device units."""

    rssi: int | None
    remote_rssi: int | None
    noise: int | None
    remote_noise: int | None
    tx_buffer_pct: int
    rx_errors: int


# -------------------------------------------------------------------------------------------------------------- health


class Heartbeat(Event, frozen=True):
    """A heartbeat of the vehicle's autopilot component.

    `mode` is normalised over autopilots (modes.py): "mission", "hold", "rtl", "land", "takeoff", "guided", "manual",
    "altitude", "position", ...; None where the pair (autopilot, custom_mode) is not known.
    """

    armed: bool
    base_mode: int
    custom_mode: int
    mode: str | None
    system_status: int  # MAV_STATE: 3 standby, 4 active, 5 critical, 6 emergency
    autopilot: int
    vehicle_type: int
    component_id: int


class Battery(Event, frozen=True):
    """State of one battery (`battery_id` 0 is also what SYS_STATUS speaks of)."""

    remaining_pct: float | None
    voltage_v: float | None
    current_a: float | None
    battery_id: int
    consumed_wh: float | None
    time_remaining_s: int | None
    source: str  # "sys_status", "battery_status", "high_latency2"


class SystemStatus(Event, frozen=True):
    """Sensors of the vehicle (bit masks of MAV_SYS_STATUS_SENSOR), its load and what its own link drops."""

    sensors_present: int
    sensors_enabled: int
    sensors_healthy: int
    load_pct: float
    link_drop_pct: float


class LandedState(Event, frozen=True):
    """Whether the vehicle is on the ground: "on_ground", "in_air", "takeoff", "landing", None where it cannot tell."""

    landed: str | None
    vtol_state: int | None


class StatusText(Event, frozen=True):
    """A message of the vehicle for people, its chunks joined; severity 0 (emergency) to 7 (debug) as in syslog."""

    severity: int
    text: str


class VehicleEvent(Event, frozen=True):
    """An event of MAVLink's events interface (EVENT): its id in the vehicle's metadata, levels and raw arguments."""

    event_id: int
    sequence: int
    log_levels: int
    event_time_boot_ms: int
    arguments: bytes


class GpsFix(Event, frozen=True):
    """The satellite receiver's own report (GPS_RAW_INT); fix_type below 2 has no position."""

    fix_type: int
    satellites: int | None
    lat_deg: float | None
    lon_deg: float | None
    alt_amsl_m: float | None
    alt_hae_m: float | None
    speed_mps: float | None
    course_deg: float | None
    horizontal_accuracy_m: float | None
    vertical_accuracy_m: float | None


class ClockSample(Event, frozen=True):
    """The vehicle's clocks at one instant (SYSTEM_TIME): unix time where it knows it, and time since boot."""

    unix_time_s: float | None
    time_boot_ms: int


class TimeSync(Event, frozen=True):
    """A TIMESYNC message; `tc1_ns` is 0 in a request, the answering clock in an answer to `ts1_ns`."""

    tc1_ns: int
    ts1_ns: int


class ClockOffset(Event, frozen=True):
    """What an answer to our TIMESYNC says: unix time = the vehicle's time since boot + `offset_s`, +- `uncertainty_s`.

    The uncertainty is half the way there and back.
    """

    offset_s: float
    uncertainty_s: float


class AutopilotVersion(Event, frozen=True):
    """What the autopilot is and can do (AUTOPILOT_VERSION); `hardware_uid` as lower-case hexadecimal."""

    capabilities: int
    flight_version: int
    hardware_uid: str | None


class HighLatency(Event, frozen=True):
    """The satellite link's summary (HIGH_LATENCY2) beyond what Position, Battery and Heartbeat events tell of it."""

    failure_flags: int
    custom_mode: int
    mode: str | None
    target_altitude_m: int
    target_heading_deg: float
    target_distance_m: float
    waypoint: int
    ground_speed_mps: float
    wind_speed_mps: float
    wind_from_deg: float


# ------------------------------------------------------------------------------------------------------------ position


class Position(Event, frozen=True):
    """Where the vehicle says it is, WGS-84 degrees; never 0/0, which means no position.

    `source` is "global_position_int", "gps_raw_int", "high_latency2" or "utm_global_position"; the last three are
    reported only while the first is silent. `time_boot_ms` is the vehicle's clock, `unix_time_s` its UTC, if it says.
    """

    lat_deg: float
    lon_deg: float
    alt_amsl_m: float | None
    alt_hae_m: float | None
    alt_home_m: float | None
    vel_north_mps: float | None
    vel_east_mps: float | None
    vel_up_mps: float | None
    heading_deg: float | None
    time_boot_ms: int | None
    source: str
    unix_time_s: float | None = None
    horizontal_accuracy_m: float | None = None
    vertical_accuracy_m: float | None = None


class Home(Event, frozen=True):
    """The vehicle's home position (HOME_POSITION)."""

    lat_deg: float
    lon_deg: float
    alt_amsl_m: float


class RemoteIdBasic(Event, frozen=True):
    """Remote identification: who the aircraft is (OPEN_DRONE_ID_BASIC_ID)."""

    id_or_mac: str
    id_type: int
    ua_type: int
    uas_id: str


class RemoteIdLocation(Event, frozen=True):
    """Remote identification: where an aircraft is (OPEN_DRONE_ID_LOCATION).

    `id_or_mac` is "" for the sender itself, otherwise the hexadecimal address of an aircraft heard by a receiver.
    `hour_s` is seconds after the full hour UTC.
    """

    id_or_mac: str
    status: int
    lat_deg: float | None
    lon_deg: float | None
    alt_hae_m: float | None
    alt_baro_m: float | None
    height_m: float | None
    height_above_ground: bool
    direction_deg: float | None
    speed_mps: float | None
    vel_up_mps: float | None
    hour_s: float | None


class RemoteIdSystem(Event, frozen=True):
    """Remote identification: where the operator is (OPEN_DRONE_ID_SYSTEM)."""

    id_or_mac: str
    operator_lat_deg: float | None
    operator_lon_deg: float | None
    operator_alt_hae_m: float | None
    classification_type: int


class AdsbVehicle(Event, frozen=True):
    """A foreign aircraft that the vehicle's receiver heard (ADSB_VEHICLE); `vehicle` is the one that heard it.

    Altitude is pressure altitude (QNH unknown to us) when `altitude_is_pressure`, above the ellipsoid otherwise.
    """

    icao_address: int
    callsign: str | None
    lat_deg: float
    lon_deg: float
    altitude_m: float | None
    altitude_is_pressure: bool
    vel_north_mps: float | None
    vel_east_mps: float | None
    vel_up_mps: float | None
    heading_deg: float | None
    emitter_type: int
    squawk: int | None
    age_s: int


# --------------------------------------------------------------------------------------- commands, missions, parameters


class CommandAcked(Event, frozen=True):
    """The vehicle's answer to a command (COMMAND_ACK): accepted is not done.

    result is MAV_RESULT: 0 accepted, 1 temporarily rejected, 2 denied, 3 unsupported, 4 failed, 5 in progress,
    6 cancelled, 7 only as COMMAND_LONG, 8 only as COMMAND_INT, 9 unsupported frame. Targets are 0 where not sent.
    """

    command: int
    result: int
    progress_pct: int | None
    result_param2: int
    target_system: int
    target_component: int
    component_id: int


class MessageInterval(Event, frozen=True):
    """How often the vehicle sends a message (MESSAGE_INTERVAL): None where it never does or does not know it."""

    message_id: int
    interval_s: float | None


class MissionCurrent(Event, frozen=True):
    """Which item of its mission the vehicle executes; `total` and `state` (MISSION_STATE) where it tells."""

    seq: int
    total: int | None
    state: int | None


class MissionItemReached(Event, frozen=True):
    """The vehicle reached item `seq`; PX4 repeats it every second."""

    seq: int


class MissionCount(Event, frozen=True):
    """How many items the vehicle is about to send."""

    count: int
    mission_type: int
    target_system: int
    target_component: int
    component_id: int


class MissionItemInt(Event, frozen=True):
    """One mission item sent by the vehicle; x and y are degrees times 1e7 in the global frames.

    A deprecated MISSION_ITEM (float degrees) arrives as this with x and y converted, and is not `exact`: single precision
    leaves 4e-6 degrees.
    """

    seq: int
    frame: int
    command: int
    current: int
    autocontinue: int
    param1: float
    param2: float
    param3: float
    param4: float
    x: int
    y: int
    z: float
    mission_type: int
    target_system: int
    target_component: int
    component_id: int
    exact: bool = True


class MissionRequest(Event, frozen=True):
    """The vehicle asks for item `seq` of an upload; `as_int` is False for the deprecated MISSION_REQUEST."""

    seq: int
    mission_type: int
    as_int: bool
    target_system: int
    target_component: int
    component_id: int


class MissionAck(Event, frozen=True):
    """The vehicle ends a mission transfer; result is MAV_MISSION_RESULT, 0 accepted."""

    result: int
    mission_type: int
    target_system: int
    target_component: int
    component_id: int


class ParamValue(Event, frozen=True):
    """One parameter; `value` is decoded as the autopilot means it (PX4 sends integers byte-wise, ArduPilot cast)."""

    name: str
    value: float
    param_type: int
    count: int
    index: int
