"""A point-mass multirotor that tracks a timed path through wind, with a battery, arming and a landed state.

Pure: no clock, no sockets; randomness comes from the `random.Random` given. Positions are WGS-84 degrees and metres
above the ellipsoid, velocities metres a second east, north, up, instants scene seconds.

Arming and flight (an empty battery stops the motors as a forced disarm does):

    ============  ==========================  =================================
    landed        left by                     to
    ============  ==========================  =================================
    ON_GROUND     armed and path leads up     TAKING_OFF
    TAKING_OFF    2 m above the take-off      IN_AIR
    IN_AIR        last leg of a landing path  LANDING
    LANDING       standing at the path's end  ON_GROUND, then disarms itself
    any in air    force-disarmed              FALLING, then ON_GROUND
    ============  ==========================  =================================
"""

from dataclasses import dataclass
from enum import Enum
from math import atan2, degrees, hypot
from random import Random
from typing import ClassVar, Final

from sim.battery import Battery, Power
from sim.flightpath import FlightPath, PathBuilder, Reference
from sim.geodesy import metres_per_degree
from sim.wind import Air, Gusts, Wind, WindSource

__all__ = [
    "Battery",
    "Landed",
    "Limits",
    "Mode",
    "Position",
    "Power",
    "Vehicle",
    "VtolState",
    "Wind",
]

MAX_STEP_S: Final = 0.125
"""Longest integration step; a longer call is cut into equal steps."""
MAX_CATCH_UP_S: Final = 2.0
"""Longest time one call makes up for; a process stopped for longer resumes where it was, as its path went on."""
_POSITION_GAIN: Final = 0.9
_VELOCITY_GAIN: Final = 2.2
_AUTO_DISARM_S: Final = 2.0
_PREFLIGHT_DISARM_S: Final = 10.0
_TAKEN_OFF_M: Final = 2.0
_FALL_MPS: Final = 18.0
_LIMPING_MPS: Final = 5.0
_LIMPING_SINK_MPS: Final = 2.5
_BLIND_DRAG_PER_S: Final = 0.35
"""How fast a multirotor that holds no position takes on the wind's speed (ours)."""


class Mode(Enum):
    """What the autopilot is doing; each flavour has its own numbers for these."""

    MANUAL = "manual"
    HOLD = "hold"
    TAKEOFF = "takeoff"
    MISSION = "mission"
    GUIDED = "guided"
    RTL = "rtl"
    LAND = "land"


class Landed(Enum):
    """The landed state, with the values of MAV_LANDED_STATE."""

    ON_GROUND = 1
    IN_AIR = 2
    TAKING_OFF = 3
    LANDING = 4


class VtolState(Enum):
    """What carries the vehicle, with the values of MAV_VTOL_STATE."""

    UNDEFINED = 0
    TO_WING = 1
    TO_ROTORS = 2
    ROTORS = 3
    WING = 4


@dataclass(frozen=True, slots=True)
class Limits:
    """What the airframe can do (ours: a 10 kg delivery multirotor)."""

    max_airspeed_mps: float = 25.0
    cruise_mps: float = 12.0
    climb_mps: float = 5.0
    descent_mps: float = 3.5
    land_mps: float = 1.5
    accel_mps2: float = 6.5
    accel_up_mps2: float = 4.0


@dataclass(frozen=True, slots=True)
class Position:
    """A point on or above the ground."""

    lat_deg: float
    lon_deg: float
    alt_hae_m: float


_ON_GROUND: Final = Landed.ON_GROUND
_IN_AIR: Final = Landed.IN_AIR
_TAKING_OFF: Final = Landed.TAKING_OFF
_LANDING: Final = Landed.LANDING
"""Kept at hand: looking a member up in its class goes through Python, several times a step."""


class Vehicle:
    """One simulated multirotor: `follow` gives it a path, `step` moves it.

    `lat_deg`, `lon_deg`, `alt_hae_m` are the truth. It navigates by what its sensors say: the truth and `nav_error`
    (metres east, north, up), which `seen` returns; without `gnss_ok` it holds no position and drifts with the wind.
    """

    mav_type: ClassVar[int] = 2
    """MAV_TYPE_QUADROTOR."""
    model: ClassVar[str] = "SIM-X4"

    __slots__ = (
        "_armed_at_s",
        "_fell",
        "_landed_at_s",
        "_stepped_at_s",
        "air",
        "alt_hae_m",
        "armed",
        "battery",
        "gnss_ok",
        "ground_hae_m",
        "gusts",
        "heading_deg",
        "home",
        "landed",
        "lands_at_end",
        "lat_deg",
        "limits",
        "limping",
        "lon_deg",
        "max_step_s",
        "mode",
        "nav_error",
        "path",
        "v_east_mps",
        "v_north_mps",
        "v_up_mps",
        "wind",
    )

    def __init__(
        self,
        home: Position,
        *,
        limits: Limits | None = None,
        power: Power | None = None,
        wind: WindSource | None = None,
        noise: Random | None = None,
        heading_deg: float = 0.0,
        payload_kg: float = 0.0,
        temperature_c: float = 25.0,
    ) -> None:
        """Stand disarmed on the ground at `home`; `noise` drives the gusts (none without it)."""
        self.home = home
        self.ground_hae_m = home.alt_hae_m
        self.lat_deg, self.lon_deg, self.alt_hae_m = home.lat_deg, home.lon_deg, home.alt_hae_m
        self.v_east_mps = self.v_north_mps = self.v_up_mps = 0.0
        self.heading_deg = heading_deg
        self.limits = limits or Limits()
        self.wind: WindSource = wind or Wind()
        self.air = Air(0.0, 0.0, 0.0)
        self.battery = Battery(power or Power(), payload_kg=payload_kg, temperature_c=temperature_c)
        self.armed = False
        self.landed = _ON_GROUND
        self.mode = Mode.HOLD
        self.path: FlightPath | None = None
        self.lands_at_end = False
        self.nav_error: tuple[float, float, float] | None = None
        self.gnss_ok = True
        self.limping = False
        self.gusts = Gusts(noise)
        self._stepped_at_s: float | None = None
        self.max_step_s = MAX_STEP_S
        self._armed_at_s = 0.0
        self._landed_at_s: float | None = None
        self._fell = False

    @property
    def position(self) -> Position:
        """Where it is."""
        return Position(self.lat_deg, self.lon_deg, self.alt_hae_m)

    @property
    def seen(self) -> tuple[float, float, float]:
        """Where its sensors say it is: latitude, longitude, metres above the ellipsoid."""
        error = self.nav_error
        if error is None:
            return self.lat_deg, self.lon_deg, self.alt_hae_m
        north_m, east_m = metres_per_degree(self.lat_deg)
        return self.lat_deg + error[1] / north_m, self.lon_deg + error[0] / east_m, self.alt_hae_m + error[2]

    @property
    def airspeed_mps(self) -> float:
        """Speed through the air, 0 on the ground."""
        if self.on_ground:
            return 0.0
        return hypot(self.v_east_mps - self.air.east_mps, self.v_north_mps - self.air.north_mps)

    @property
    def vtol_state(self) -> VtolState:
        """What carries it: undefined for an airframe that has only one way."""
        return VtolState.UNDEFINED

    @property
    def roll_deg(self) -> float:
        """Bank to the right; a point-mass multirotor has none."""
        return 0.0

    @property
    def on_ground(self) -> bool:
        """Whether it stands on the ground."""
        return self.landed is _ON_GROUND

    def arm(self, now_s: float) -> bool:
        """Start the motors; refused (False) with less than a tenth of the battery left, or a motor gone."""
        if not self.armed:
            if self.battery.left_fraction < 0.1 or self.limping:
                return False
            self.armed, self._armed_at_s, self._landed_at_s, self._fell = True, now_s, None, False
        return True

    def disarm(self, now_s: float, *, force: bool = False) -> bool:
        """Stop the motors; in the air only when forced, and then it falls."""
        if not self.on_ground:
            if not force:
                return False
            pen = PathBuilder(now_s, self.lat_deg, self.lon_deg, self.alt_hae_m)
            pen.line_to(self.lat_deg, self.lon_deg, self.ground_hae_m, _FALL_MPS, -1)
            self.follow(pen.path(), Mode.MANUAL, lands=True)
            self._fell = True
        self.armed = False
        return True

    def follow(self, path: FlightPath, mode: Mode, *, lands: bool) -> None:
        """Track a path from now on; with `lands`, its end is on the ground and it disarms there."""
        self.path, self.mode, self.lands_at_end = path, mode, lands
        self._landed_at_s = None
        if self.landed is _LANDING:
            self.landed = _IN_AIR

    def hold(self, now_s: float) -> None:
        """Stop and hover where the drone comes to rest, braking at a comfortable rate."""
        self.mode, self.lands_at_end = Mode.HOLD, False
        if self.on_ground:
            self.path = None
            return
        speed_mps = hypot(self.v_east_mps, self.v_north_mps)
        stop_s = speed_mps / (2.0 * self.limits.accel_mps2 * 0.7)
        north_m, east_m = metres_per_degree(self.lat_deg)
        if self.landed is _LANDING:
            self.landed = _IN_AIR
        lat_deg, lon_deg, alt_hae_m = self.seen
        pen = PathBuilder(
            now_s,
            lat_deg + self.v_north_mps * stop_s / north_m,
            lon_deg + self.v_east_mps * stop_s / east_m,
            alt_hae_m + 0.3 * self.v_up_mps,
        )
        self.path = pen.path()

    def fail_motor(self, now_s: float, *, falls: bool) -> None:
        """Lose a motor: fall, or come down at once where it is, without climbing again until `mend_motor`."""
        self.limping = True
        if self.on_ground or not self.armed:
            return
        if falls:
            self.disarm(now_s, force=True)
            return
        self.descend(now_s, _LIMPING_SINK_MPS)

    def mend_motor(self) -> None:
        """Have the motor back."""
        self.limping = False

    def descend(self, now_s: float, sink_mps: float) -> None:
        """Come straight down where it is, to the height it last stood at."""
        lat_deg, lon_deg, alt_hae_m = self.seen
        pen = PathBuilder(now_s, lat_deg, lon_deg, alt_hae_m)
        pen.line_to(lat_deg, lon_deg, min(self.ground_hae_m, alt_hae_m), sink_mps, -1)
        self.follow(pen.path(), Mode.LAND, lands=True)

    def path_done(self, now_s: float) -> bool:
        """Whether the path, if any, has come to its end."""
        return self.path is None or now_s >= self.path.ends_s

    def set_on_ground(self, at: Position) -> None:
        """Put the drone down somewhere else, disarmed, as a ground crew would; it becomes its home."""
        self.home, self.ground_hae_m = at, at.alt_hae_m
        self.lat_deg, self.lon_deg, self.alt_hae_m = at.lat_deg, at.lon_deg, at.alt_hae_m
        self.v_east_mps = self.v_north_mps = self.v_up_mps = 0.0
        self.armed, self.path, self.landed, self.mode = False, None, _ON_GROUND, Mode.HOLD

    def step(self, now_s: float) -> None:
        """Move to an instant (scene seconds, not before the last call's)."""
        last_s = self._stepped_at_s
        self._stepped_at_s = now_s
        if last_s is None or now_s <= last_s:
            return
        if self.on_ground and not self._leaves_ground(now_s):
            self._stand(now_s, min(now_s - last_s, 3600.0))
            return
        span_s = min(now_s - last_s, MAX_CATCH_UP_S)
        self.air = self.wind.at(self.lat_deg, self.lon_deg, self.alt_hae_m - self.ground_hae_m, now_s)
        steps = max(1, int(span_s / self.max_step_s + 0.999))
        dt_s = span_s / steps
        for k in range(steps):
            self._fly(now_s - span_s + (k + 1) * dt_s, dt_s)

    def _leaves_ground(self, now_s: float) -> bool:
        path = self.path
        if not self.armed or path is None or self._landed_at_s is not None:
            return False
        if path.at(now_s).alt_hae_m > self.alt_hae_m + 0.05:
            self.landed = _TAKING_OFF
            return True
        return False

    def _stand(self, now_s: float, dt_s: float) -> None:
        self.v_east_mps = self.v_north_mps = self.v_up_mps = 0.0
        power = self.battery.power
        self.battery.drain(power.avionics_w + (0.1 * power.hover_w if self.armed else 0.0), dt_s)
        if not self.armed:
            return
        if self._landed_at_s is not None:
            if now_s - self._landed_at_s >= _AUTO_DISARM_S:
                self._end_flight()
        elif self.path_done(now_s) and now_s - self._armed_at_s >= _PREFLIGHT_DISARM_S:
            self.armed = False

    def _end_flight(self) -> None:
        self.armed, self.path, self.mode = False, None, Mode.HOLD

    def _fly(self, now_s: float, dt_s: float) -> None:
        """Move by one step: velocity towards the reference, then position, heading, battery, and what follows.

        One function, because a call in each step of each vehicle is what a fleet's simulation is made of.
        """
        north_m, east_m = metres_per_degree(self.lat_deg)
        path, limits, air, gusts = self.path, self.limits, self.air, self.gusts
        ref = path.at(now_s) if path is not None else Reference(*self.seen, 0.0, 0.0, 0.0)
        lat_deg, lon_deg, alt_hae_m, ref_e, ref_n, ref_u, acc_e, acc_n, acc_u = ref
        off_e_m, off_n_m = (lon_deg - self.lon_deg) * east_m, (lat_deg - self.lat_deg) * north_m
        off_u_m = alt_hae_m - self.alt_hae_m
        if self.nav_error is not None:
            # Down to the ground it goes by what it feels, not by the height it believes.
            grounding = self.lands_at_end and self.path_done(now_s)
            off_e_m, off_n_m = off_e_m - self.nav_error[0], off_n_m - self.nav_error[1]
            off_u_m -= 0.0 if grounding else self.nav_error[2]
        wind, battery = self.wind, self.battery
        air_east, air_north, gust_mps = air
        gusts.step(gust_mps, wind.gust_time_s, dt_s)
        v_east, v_north, v_up, armed = self.v_east_mps, self.v_north_mps, self.v_up_mps, self.armed
        # Feed-forward plus correction, within airspeed and acceleration limits.
        if self.gnss_ok and armed:
            want_e = ref_e + _POSITION_GAIN * off_e_m
            want_n = ref_n + _POSITION_GAIN * off_n_m
            through_e, through_n = want_e - air_east, want_n - air_north
            airspeed = hypot(through_e, through_n)
            fastest = _LIMPING_MPS if self.limping else limits.max_airspeed_mps
            if airspeed > fastest:
                share = fastest / airspeed
                want_e, want_n = air_east + through_e * share, air_north + through_n * share
            acc_e += _VELOCITY_GAIN * (want_e - v_east)
            acc_n += _VELOCITY_GAIN * (want_n - v_north)
            acc = hypot(acc_e, acc_n)
            if acc > limits.accel_mps2:
                acc_e, acc_n = acc_e * limits.accel_mps2 / acc, acc_n * limits.accel_mps2 / acc
        else:
            acc_e = _BLIND_DRAG_PER_S * (air_east - v_east)
            acc_n = _BLIND_DRAG_PER_S * (air_north - v_north)
        drag = wind.drag_per_s
        self.v_east_mps = v_east = v_east + (acc_e + gusts.east_mps * drag) * dt_s
        self.v_north_mps = v_north = v_north + (acc_n + gusts.north_mps * drag) * dt_s
        if armed:
            most_up = 0.0 if self.limping else limits.climb_mps * 1.3
            want_u = ref_u + _POSITION_GAIN * off_u_m
            most_down = -limits.descent_mps * 1.3
            want_u = most_down if want_u < most_down else most_up if want_u > most_up else want_u
            acc_u += _VELOCITY_GAIN * (want_u - v_up)
            most = limits.accel_up_mps2
            v_up += (-most if acc_u < -most else most if acc_u > most else acc_u) * dt_s
        else:
            v_up = max(-_FALL_MPS, v_up - 9.81 * dt_s)
        self.v_up_mps = v_up
        self.lat_deg += v_north * dt_s / north_m
        self.lon_deg += v_east * dt_s / east_m
        self.alt_hae_m = alt_hae_m = self.alt_hae_m + v_up * dt_s
        if hypot(ref_e, ref_n) > 1.0:
            self.heading_deg = degrees(atan2(v_east, v_north)) % 360.0
        if armed:
            share = hypot(v_east - air_east, v_north - air_north) / limits.cruise_mps
            battery.drain(battery.flying_w(share if share < 1.5 else 1.5, v_up), dt_s)
        else:
            battery.drain(battery.power.avionics_w, dt_s)
        if (
            armed
            and self.landed is _IN_AIR
            and v_up >= -0.2
            and alt_hae_m > self.ground_hae_m + 0.5
            and battery.used_wh < battery.capacity_wh
            and (path is None or now_s < path.ends_s)
        ):
            return  # it flies on
        self._after(now_s)

    def _reference(self, now_s: float) -> Reference:
        path = self.path
        return path.at(now_s) if path is not None else Reference(*self.seen, 0.0, 0.0, 0.0)

    def _move(self, north_m: float, east_m: float, dt_s: float) -> None:
        self.lat_deg += self.v_north_mps * dt_s / north_m
        self.lon_deg += self.v_east_mps * dt_s / east_m
        self.alt_hae_m += self.v_up_mps * dt_s

    def _after(self, now_s: float) -> None:
        """What follows from having moved: an empty battery, take-off, landing."""
        if self.armed and self.battery.left_fraction <= 0.0:
            self.disarm(now_s, force=True)
        self._landing(now_s)

    def _landing(self, now_s: float) -> None:
        """Advance the landed state, and put the drone on the ground when it gets there."""
        path = self.path
        if self.landed is _TAKING_OFF and self.alt_hae_m > self.ground_hae_m + _TAKEN_OFF_M:
            self.landed = _IN_AIR
        if path is None or not self.lands_at_end:
            if self.alt_hae_m < self.ground_hae_m and self.v_up_mps < 0:
                self.alt_hae_m, self.v_up_mps = self.ground_hae_m, 0.0
            return
        end_m = path.nodes[-1].alt_hae_m
        if self.landed is _IN_AIR and path.leg_at(now_s) >= len(path.nodes) - 2 and self.v_up_mps < -0.2:
            self.landed = _LANDING
        fell = not self.armed and self.alt_hae_m <= end_m
        stands = now_s >= path.ends_s and self.alt_hae_m - end_m < 0.25 and abs(self.v_up_mps) < 0.5
        struck = self.alt_hae_m < min(end_m, self.ground_hae_m) - 0.5
        if fell or stands or struck:
            self._touch_down(end_m, now_s)

    def _touch_down(self, ground_hae_m: float, now_s: float) -> None:
        self.alt_hae_m = self.ground_hae_m = ground_hae_m
        self.v_east_mps = self.v_north_mps = self.v_up_mps = 0.0
        self.landed, self._landed_at_s = _ON_GROUND, now_s
        if not self.armed:
            self._end_flight()

    @property
    def crashed(self) -> bool:
        """Whether it fell to the ground after its motors were stopped in the air."""
        return self._fell and self.on_ground
