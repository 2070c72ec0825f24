"""An aeroplane and a VTOL that track the same timed paths as the multirotor, with what a wing can and cannot do.

On the wing the vehicle always moves through the air, between 1.15 times its stall speed and its top speed; it turns by
banking, at g tan(bank) / airspeed, and rolls at a bounded rate; where its path stands still it flies a circle around the
place. Guidance: course to the path's direction corrected towards it by the cross-track distance, airspeed by the
along-track distance (vector-field path following, R. Beard and T. McLain, Small Unmanned Aircraft, chapter 10).

The aeroplane is launched by catapult and lands on its belly, into the wind, at the end of a straight approach. The VTOL:

    ===========  ================================================  ===========
    carried by   left by                                           to
    ===========  ================================================  ===========
    ROTORS       20 m above ground, path moves on for 8 s at       TO_WING
                 more than the slowest airspeed's two thirds
    TO_WING      1.2 times stall speed through the air             WING
    TO_WING      the path stops                                    TO_ROTORS
    WING         the path stops within the braking distance        TO_ROTORS
    WING         a hold                                            stays: loiters
    TO_ROTORS    slower than 7 m/s through the air                 ROTORS
    ===========  ================================================  ===========
"""

from dataclasses import dataclass
from math import atan, atan2, cos, degrees, hypot, pi, radians, sin, tan
from random import Random
from typing import ClassVar, Final

from sim.battery import WINGED, Power
from sim.flightpath import FlightPath, Node, PathBuilder, Reference
from sim.geodesy import distance_m, metres_per_degree, offset
from sim.vehicle import Landed, Limits, Mode, Position, Vehicle, VtolState
from sim.wind import WindSource

_G: Final = 9.80665
_MOVING_MPS: Final = 3.0
_TRANSITION_ABOVE_M: Final = 20.0
_TRANSITION_LOOK_S: Final = 8.0
_LAUNCH_MPS2: Final = 15.0
_GLIDE: Final = 7.0
"""Metres forward for each metre of the approach (ours: 8 degrees)."""


@dataclass(frozen=True, slots=True)
class Wing:
    """What the wing can do (ours: a 12 kg aeroplane of 2.5 m span)."""

    stall_mps: float = 12.0
    bank_deg: float = 35.0
    roll_dps: float = 60.0
    accel_mps2: float = 2.0
    brake_mps2: float = 1.5
    loiter_radius_m: float = 80.0
    climb_mps: float = 4.0
    sink_mps: float = 3.5

    @property
    def slowest_mps(self) -> float:
        """Slowest airspeed it is flown at."""
        return 1.15 * self.stall_mps

    def turn_radius_m(self, airspeed_mps: float) -> float:
        """Return the radius of the tightest turn in still air."""
        return airspeed_mps**2 / (_G * tan(radians(self.bank_deg)))


WING_LIMITS: Final = Limits(
    max_airspeed_mps=27.0, cruise_mps=20.0, climb_mps=4.0, descent_mps=3.0, land_mps=1.5, accel_mps2=4.0
)


class FixedWing(Vehicle):
    """An aeroplane; see the module. `loiter_at` is the centre of the circle it flies, None on its way."""

    mav_type: ClassVar[int] = 1
    """MAV_TYPE_FIXED_WING."""
    model: ClassVar[str] = "SIM-W1"

    __slots__ = ("_airspeed_mps", "_bank", "_course", "loiter_at", "wing")

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
        wing: Wing | None = None,
    ) -> None:
        """Stand disarmed on the ground at `home`."""
        super().__init__(
            home,
            limits=limits or WING_LIMITS,
            power=power or WINGED,
            wind=wind,
            noise=noise,
            heading_deg=heading_deg,
            payload_kg=payload_kg,
            temperature_c=temperature_c,
        )
        self.wing = wing or Wing()
        self._airspeed_mps = 0.0
        self._bank = 0.0
        self._course = radians(heading_deg)
        self.loiter_at: tuple[float, float] | None = None

    @property
    def airspeed_mps(self) -> float:
        """Speed through the air, 0 on the ground."""
        return 0.0 if self.on_ground else self._airspeed_mps

    @property
    def roll_deg(self) -> float:
        """Bank to the right."""
        return degrees(self._bank)

    # --- what it is told ---

    def follow(self, path: FlightPath, mode: Mode, *, lands: bool) -> None:
        """Track a path; the vertical end of a landing path becomes an approach into the wind."""
        self.loiter_at = None
        if lands and self.armed and not self.limping:
            path = self._with_approach(path)
        super().follow(path, mode, lands=lands)

    def _with_approach(self, path: FlightPath) -> FlightPath:
        nodes = path.nodes
        end = nodes[-1]
        above = nodes[-2] if len(nodes) > 1 else end
        height_m = above.alt_hae_m - end.alt_hae_m
        if height_m < 1.0 or distance_m(above.lat_deg, above.lon_deg, end.lat_deg, end.lon_deg) > 5.0:
            return path
        air = self.wind.at(end.lat_deg, end.lon_deg, height_m, path.ends_s)
        # Downwind of the place; without wind, on along the way it comes.
        towards = atan2(air.east_mps, air.north_mps) if hypot(air.east_mps, air.north_mps) > 0.5 else self._course
        far_m = max(_GLIDE * height_m, 3.0 * self.wing.loiter_radius_m)
        lat, lon = offset(end.lat_deg, end.lon_deg, east_m=far_m * sin(towards), north_m=far_m * cos(towards))
        pen = PathBuilder(above.at_s, above.lat_deg, above.lon_deg, above.alt_hae_m, above.seq)
        speed_mps, wind_mps = 1.3 * self.wing.stall_mps, hypot(air.east_mps, air.north_mps)
        pen.line_to(lat, lon, above.alt_hae_m, speed_mps + wind_mps, end.seq)
        pen.line_to(end.lat_deg, end.lon_deg, end.alt_hae_m, max(5.0, speed_mps - wind_mps), end.seq)
        return FlightPath([*nodes[:-2], *pen.nodes] if len(nodes) > 1 else pen.nodes)

    def hold(self, now_s: float) -> None:
        """Fly a circle that begins where it is, to the right."""
        if self.on_ground:
            super().hold(now_s)
            return
        self.mode, self.lands_at_end = Mode.HOLD, False
        if self.landed is Landed.LANDING:
            self.landed = Landed.IN_AIR
        lat_deg, lon_deg, alt_hae_m = self.seen
        right = self._course + pi / 2
        radius_m = self.wing.loiter_radius_m
        self.loiter_at = offset(lat_deg, lon_deg, east_m=radius_m * sin(right), north_m=radius_m * cos(right))
        self.path = FlightPath([Node(now_s, *self.loiter_at, alt_hae_m)])

    def descend(self, now_s: float, sink_mps: float) -> None:
        """Come down in circles, or in a glide when the engine is out."""
        lat_deg, lon_deg, alt_hae_m = self.seen
        pen = PathBuilder(now_s, lat_deg, lon_deg, alt_hae_m)
        pen.line_to(lat_deg, lon_deg, min(self.ground_hae_m, alt_hae_m), sink_mps, -1)
        self.follow(pen.path(), Mode.LAND, lands=True)

    # --- how it moves ---

    def _leaves_ground(self, now_s: float) -> bool:
        leaves = super()._leaves_ground(now_s)
        if leaves:
            self._airspeed_mps, self._bank, self._course = 0.0, 0.0, radians(self.heading_deg)
        return leaves

    def _fly(self, now_s: float, dt_s: float) -> None:
        if not self.armed:
            super()._fly(now_s, dt_s)
            self._airspeed_mps = hypot(self.v_east_mps - self.air.east_mps, self.v_north_mps - self.air.north_mps)
            return
        self._wing_flight(now_s, dt_s)
        self._after(now_s)

    def _wing_flight(self, now_s: float, dt_s: float) -> None:
        north_m, east_m = metres_per_degree(self.lat_deg)
        ref = self._reference(now_s)
        error = self.nav_error or (0.0, 0.0, 0.0)
        off_e = (ref.lon_deg - self.lon_deg) * east_m - error[0]
        off_n = (ref.lat_deg - self.lat_deg) * north_m - error[1]
        self.gusts.step(self.air.gust_mps, self.wind.gust_time_s, dt_s)
        along_mps = hypot(ref.v_east_mps, ref.v_north_mps)
        if not self.gnss_ok:
            course, airspeed, turn = self._course, self.limits.cruise_mps, tan(radians(15.0)) * _G
        elif along_mps > _MOVING_MPS:
            course, airspeed, turn = self._on_path(ref, along_mps, off_e, off_n)
        else:
            course, airspeed, turn = self._on_circle(off_e, off_n)
        self._turn(course, turn, dt_s)
        self._accelerate(airspeed, dt_s)
        self._climb(ref, ref.alt_hae_m - self.alt_hae_m - error[2], dt_s)
        self.v_east_mps = self._airspeed_mps * sin(self._course) + self.air.east_mps + self.gusts.east_mps
        self.v_north_mps = self._airspeed_mps * cos(self._course) + self.air.north_mps + self.gusts.north_mps
        self._move(north_m, east_m, dt_s)
        self.heading_deg = degrees(self._course) % 360.0
        load = 1.0 / cos(self._bank)
        if self.limping:
            self.battery.drain(self.battery.power.avionics_w, dt_s)
        else:
            share = self._airspeed_mps / self.limits.cruise_mps
            self.battery.drain(self.battery.wing_flying_w(share, self.v_up_mps, load), dt_s)

    def _on_path(self, ref: Reference, along_mps: float, off_e: float, off_n: float) -> tuple[float, float, float]:
        """Return course over the ground as air heading, airspeed and the turn's acceleration wanted, along the path."""
        ue, un = ref.v_east_mps / along_mps, ref.v_north_mps / along_mps
        ahead_m, left_m = off_e * ue + off_n * un, off_e * -un + off_n * ue
        reach_m = max(2.0 * along_mps, 0.8 * self.wing.loiter_radius_m)
        track = atan2(ref.v_east_mps, ref.v_north_mps) - atan(left_m / reach_m)
        ground_mps = along_mps + max(-8.0, min(8.0, 0.25 * ahead_m))
        turn = ref.a_east_mps2 * un - ref.a_north_mps2 * ue
        return (*self._heading_for(track, ground_mps), turn)

    def _on_circle(self, off_e: float, off_n: float) -> tuple[float, float, float]:
        """Return heading, airspeed and turn for a circle to the right about the place the path stands at."""
        radius_m, cruise = self.wing.loiter_radius_m, 0.5 * (self.wing.slowest_mps + self.limits.cruise_mps)
        away_m = hypot(off_e, off_n)
        inward = atan2(off_e, off_n)
        # Tangent when on the circle, towards the centre from far outside, away from it inside.
        track = inward - pi / 2 + atan(2.0 * (away_m - radius_m) / radius_m)
        ground_mps = hypot(self.v_east_mps, self.v_north_mps)
        turn = ground_mps**2 / radius_m if abs(away_m - radius_m) < 0.5 * radius_m else 0.0
        heading, _ = self._heading_for(track, cruise)
        return heading, cruise, turn

    def _heading_for(self, track: float, ground_mps: float) -> tuple[float, float]:
        """Return the heading and the airspeed that make a track over the ground, the wind allowed for."""
        want_e = ground_mps * sin(track) - self.air.east_mps
        want_n = ground_mps * cos(track) - self.air.north_mps
        return atan2(want_e, want_n), hypot(want_e, want_n)

    def _turn(self, heading: float, turn_mps2: float, dt_s: float) -> None:
        """Roll towards the bank that turns to a heading, then turn with the bank there is."""
        if self._airspeed_mps < 0.8 * self.wing.stall_mps:
            self._bank = 0.0
            return
        wing = self.wing
        error = (heading - self._course + pi) % (2.0 * pi) - pi
        most = radians(wing.bank_deg)
        want = max(-most, min(most, atan((turn_mps2 + 0.9 * error * self._airspeed_mps) / _G)))
        roll = radians(wing.roll_dps) * dt_s
        self._bank += max(-roll, min(roll, want - self._bank))
        self._course += _G * tan(self._bank) / max(self._airspeed_mps, wing.stall_mps) * dt_s

    def _accelerate(self, want_mps: float, dt_s: float) -> None:
        wing = self.wing
        if self.landed is Landed.TAKING_OFF and self._airspeed_mps < wing.slowest_mps:
            self._airspeed_mps = min(wing.slowest_mps, self._airspeed_mps + _LAUNCH_MPS2 * dt_s)
            return
        want_mps = 1.2 * wing.stall_mps if self.limping else want_mps
        want_mps = max(wing.slowest_mps, min(self.limits.max_airspeed_mps, want_mps))
        change = max(-wing.brake_mps2 * dt_s, min(wing.accel_mps2 * dt_s, want_mps - self._airspeed_mps))
        self._airspeed_mps += change

    def _climb(self, ref: Reference, off_u: float, dt_s: float) -> None:
        wing = self.wing
        want = max(-wing.sink_mps, min(wing.climb_mps, ref.v_up_mps + 0.4 * off_u))
        if self.limping:
            want = min(want, -self._airspeed_mps / 12.0)
        if self._airspeed_mps < 0.9 * wing.slowest_mps and self.landed is Landed.TAKING_OFF:
            want = 0.5
        self.v_up_mps += max(-2.0, min(2.0, 1.5 * (want - self.v_up_mps))) * dt_s

    def _landing(self, now_s: float) -> None:
        """Touch down when it reaches the ground, wherever that is, having flown the last leg."""
        path = self.path
        if path is None or not self.lands_at_end or not self.armed:
            super()._landing(now_s)
            return
        if self.landed is Landed.TAKING_OFF and self.alt_hae_m > self.ground_hae_m + 2.0:
            self.landed = Landed.IN_AIR
        end_m = path.nodes[-1].alt_hae_m
        if self.landed is Landed.IN_AIR and path.leg_at(now_s) >= len(path.nodes) - 2 and self.v_up_mps < -0.2:
            self.landed = Landed.LANDING
        if self.landed is Landed.LANDING and self.alt_hae_m <= end_m + 0.2:
            self._airspeed_mps = self._bank = 0.0
            self._touch_down(end_m, now_s)


class Vtol(FixedWing):
    """A quadplane: rotors for take-off, hover and landing, the wing for the way; see the module's table."""

    mav_type: ClassVar[int] = 22
    """MAV_TYPE_VTOL_FIXEDROTOR."""
    model: ClassVar[str] = "SIM-V4"

    __slots__ = ("_carried",)

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
        wing: Wing | None = None,
    ) -> None:
        """Stand disarmed on the ground at `home`."""
        super().__init__(
            home,
            limits=limits,
            power=power,
            wind=wind,
            noise=noise,
            heading_deg=heading_deg,
            payload_kg=payload_kg,
            temperature_c=temperature_c,
            wing=wing,
        )
        self._carried = VtolState.ROTORS

    @property
    def vtol_state(self) -> VtolState:
        """What carries it now."""
        return self._carried

    @property
    def on_wing(self) -> bool:
        """Whether it must keep flying forward."""
        return self._carried is VtolState.WING

    def _with_approach(self, path: FlightPath) -> FlightPath:
        return path

    def hold(self, now_s: float) -> None:
        """Circle when on the wing, else hover."""
        if self.on_wing:
            super().hold(now_s)
        else:
            self.loiter_at = None
            Vehicle.hold(self, now_s)

    def set_on_ground(self, at: Position) -> None:
        """Put it down somewhere else."""
        super().set_on_ground(at)
        self._carried, self._airspeed_mps, self._bank = VtolState.ROTORS, 0.0, 0.0

    def _fly(self, now_s: float, dt_s: float) -> None:
        if self.armed:
            self._change_over(now_s)
        if self.armed and self.on_wing:
            self._wing_flight(now_s, dt_s)
            self._after(now_s)
            return
        Vehicle._fly(self, now_s, dt_s)
        self._bank = 0.0
        self._airspeed_mps = hypot(self.v_east_mps - self.air.east_mps, self.v_north_mps - self.air.north_mps)
        if self._airspeed_mps > _MOVING_MPS:
            self._course = atan2(self.v_east_mps - self.air.east_mps, self.v_north_mps - self.air.north_mps)
        if self.on_ground:
            self._carried = VtolState.ROTORS

    def _change_over(self, now_s: float) -> None:
        """Take the steps of the module's table."""
        carried, wing = self._carried, self.wing
        if self.limping:
            # Lift rotors are what fails: it comes down on the wing if it is on it, else as a limping multirotor.
            return
        stops = self.loiter_at is None and self._stops_by(now_s, self._braking_s())
        if carried is VtolState.ROTORS:
            high = self.alt_hae_m - self.ground_hae_m > _TRANSITION_ABOVE_M
            if high and self.gnss_ok and not self._stops_by(now_s, _TRANSITION_LOOK_S, 0.67 * wing.slowest_mps):
                self._carried = VtolState.TO_WING
        elif carried is VtolState.TO_WING:
            if stops:
                self._carried = VtolState.TO_ROTORS
            elif self._airspeed_mps > 1.2 * wing.stall_mps:
                self._carried = VtolState.WING
        elif carried is VtolState.WING:
            if stops:
                self._carried = VtolState.TO_ROTORS
        elif self._airspeed_mps < 7.0:
            self._carried = VtolState.ROTORS

    def _braking_s(self) -> float:
        return self._airspeed_mps / self.limits.accel_mps2

    def _stops_by(self, now_s: float, within_s: float, slowest_mps: float = _MOVING_MPS) -> bool:
        """Whether the path is slower than that now or so many seconds from now."""
        path = self.path
        if path is None:
            return True
        later = path.at(now_s + within_s)
        now = path.at(now_s)
        return min(hypot(now.v_east_mps, now.v_north_mps), hypot(later.v_east_mps, later.v_north_mps)) < slowest_mps

    def _landing(self, now_s: float) -> None:
        if self.armed and self.on_wing:
            super()._landing(now_s)
        else:
            Vehicle._landing(self, now_s)

    def _leaves_ground(self, now_s: float) -> bool:
        return Vehicle._leaves_ground(self, now_s)
