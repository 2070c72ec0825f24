"""Filed plans as MAVLink missions and missions as timed paths.

One NAV item stands for each filed waypoint, in order, with x and y the waypoint's latitude and longitude in 1e-7
degrees and z its height in metres above the geoid (MAV_FRAME_GLOBAL) or above home (MAV_FRAME_GLOBAL_RELATIVE_ALT):

- the first is NAV_TAKEOFF. Autopilots want the height to climb to there, so when the second waypoint is straight above
  the first, z is the second's height; else it is the first's own;
- the last is NAV_LAND when the leg to it is vertical, NAV_WAYPOINT otherwise;
- the others are NAV_WAYPOINT with param1 the `hold_s`;
- DO_CHANGE_SPEED stands before an item whose leg has another speed than the last of its kind: type 1 (ground) for legs
  that move over the ground, 2 (climb) and 3 (descent) for vertical ones, always the speed along the 3-D leg;
- a hold at the first waypoint, on the ground, is CONDITION_DELAY before the take-off item;
- for ArduPilot, item 0 is home and the above follows it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import hypot, isnan
from typing import Any, Final, Literal, TypeAlias

from pymavlink.dialects.v20 import common as mavlink

from airspace.datums import AltitudeModel
from sim.flightpath import FlightPath, PathBuilder
from sim.geodesy import distance_m
from sim.vehicle import Limits, Position, Vehicle

Undulation: TypeAlias = Callable[[float, float], float]
"""Geoid undulation in metres at a latitude and longitude."""
AltFrame: TypeAlias = Literal["amsl", "home"]

FRAME_OF: Final[dict[AltFrame, int]] = {"amsl": mavlink.MAV_FRAME_GLOBAL, "home": mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT}
AMSL_FRAMES: Final = frozenset({mavlink.MAV_FRAME_GLOBAL, mavlink.MAV_FRAME_GLOBAL_INT})
HOME_FRAMES: Final = frozenset({mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT, mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT})
NAV_COMMANDS: Final = frozenset(
    {
        mavlink.MAV_CMD_NAV_WAYPOINT,
        mavlink.MAV_CMD_NAV_LOITER_UNLIM,
        mavlink.MAV_CMD_NAV_LOITER_TIME,
        mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH,
        mavlink.MAV_CMD_NAV_LAND,
        mavlink.MAV_CMD_NAV_TAKEOFF,
        mavlink.MAV_CMD_NAV_DELAY,
    }
)
_SAME_PLACE_M: Final = 0.5
_TAKEOFF_MIN_M: Final = 0.5
_ON_PAD_M: Final = 5.0


@dataclass(frozen=True, slots=True)
class MissionItem:
    """One item as MISSION_ITEM_INT carries it, without seq and target; x and y in 1e-7 degrees, z in metres."""

    command: int
    frame: int = mavlink.MAV_FRAME_GLOBAL
    param1: float = 0.0
    param2: float = 0.0
    param3: float = 0.0
    param4: float = 0.0
    x: int = 0
    y: int = 0
    z: float = 0.0
    autocontinue: int = 1

    @property
    def is_nav(self) -> bool:
        """Whether the item is a place to be at."""
        return self.command in NAV_COMMANDS and self.command != mavlink.MAV_CMD_NAV_DELAY

    @property
    def has_place(self) -> bool:
        """Whether x and y name a place (0, 0 means "here")."""
        return self.x != 0 or self.y != 0


class MissionError(ValueError):
    """A mission that this autopilot cannot fly; `seq` is the item at fault, `result` its MAV_MISSION_RESULT."""

    def __init__(self, seq: int, result: int, why: str) -> None:
        super().__init__(f"item {seq}: {why}")
        self.seq, self.result = seq, result


# --- a filed plan as a mission ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlanPoint:
    """A filed waypoint with its height above the ellipsoid, its hold, and the speed of the leg that starts there."""

    lat_deg: float
    lon_deg: float
    alt_hae_m: float
    hold_s: float
    speed_mps: float


def plan_points(plan: Mapping[str, Any], altitudes: AltitudeModel) -> list[PlanPoint]:
    """Return the waypoints of a plan body of the API (type trajectory), heights converted, `t_s` turned into speeds.

    Raises ValueError for a plan of volumes or a leg of no duration.
    """
    route = plan["route"]
    if route["type"] != "trajectory":
        raise ValueError("a plan of volumes has no waypoints to fly")
    waypoints: Sequence[Mapping[str, Any]] = route["waypoints"]
    points = []
    for w in waypoints:
        hae_m = float(altitudes.to_hae_m(w["lat_deg"], w["lon_deg"], w["alt_m"], w["alt_datum"])[0])
        speed_mps = w.get("speed_mps") or route["cruise_speed_mps"]
        points.append(PlanPoint(w["lat_deg"], w["lon_deg"], hae_m, w.get("hold_s") or 0.0, speed_mps))
    if all(w.get("t_s") is not None for w in waypoints):
        points = _timed(points, [float(w["t_s"]) for w in waypoints])
    return points


def _timed(points: list[PlanPoint], times_s: list[float]) -> list[PlanPoint]:
    """Give each leg the speed that makes it last as filed; a leg of no length becomes a hold."""
    out = []
    for i, p in enumerate(points):
        if i + 1 == len(points):
            out.append(replace(p, hold_s=0.0))
            break
        q, dt_s = points[i + 1], times_s[i + 1] - times_s[i]
        length_m = hypot(distance_m(p.lat_deg, p.lon_deg, q.lat_deg, q.lon_deg), q.alt_hae_m - p.alt_hae_m)
        if dt_s <= 0:
            raise ValueError(f"waypoint {i + 1} is not later than the one before")
        still = length_m < 1e-6
        out.append(replace(p, hold_s=dt_s if still else 0.0, speed_mps=p.speed_mps if still else length_m / dt_s))
    return out


def mission_of_plan(
    plan: Mapping[str, Any],
    altitudes: AltitudeModel,
    *,
    frame: AltFrame = "amsl",
    home_is_item_0: bool = False,
) -> list[MissionItem]:
    """Return the mission of a plan body as the module's docstring lays it out; home is the first waypoint."""
    points = plan_points(plan, altitudes)
    first = points[0]
    amsl_m = [_amsl(altitudes, p.lat_deg, p.lon_deg, p.alt_hae_m) for p in points]
    zero_m = 0.0 if frame == "amsl" else amsl_m[0]
    items: list[MissionItem] = []
    if home_is_item_0:
        items.append(_place(mavlink.MAV_CMD_NAV_WAYPOINT, mavlink.MAV_FRAME_GLOBAL, first, amsl_m[0]))
    speeds: dict[int, float] = {}
    last = len(points) - 1
    climbs = _above(first, points[1]) > _TAKEOFF_MIN_M
    for i, point in enumerate(points):
        command, z_m, hold_s = mavlink.MAV_CMD_NAV_WAYPOINT, amsl_m[i], point.hold_s
        if i == 0:
            command, hold_s = mavlink.MAV_CMD_NAV_TAKEOFF, 0.0
            if point.hold_s > 0:
                items.append(MissionItem(mavlink.MAV_CMD_CONDITION_DELAY, mavlink.MAV_FRAME_MISSION, point.hold_s))
            if climbs:
                z_m = amsl_m[1]
                items.extend(_speed_change(point, points[1], speeds))
        else:
            if i > 1 or not climbs:
                items.extend(_speed_change(points[i - 1], point, speeds))
            if i == last and _vertical(points[i - 1], point):
                command = mavlink.MAV_CMD_NAV_LAND
        items.append(_place(command, FRAME_OF[frame], point, z_m - zero_m, hold_s))
    return items


def waypoints_of_mission(
    items: Sequence[MissionItem], altitudes: AltitudeModel, home: Position, *, home_is_item_0: bool = False
) -> list[dict[str, Any]]:
    """Return the waypoints (HAE) of a plan body that a mission of this module's layout stands for."""
    home_amsl_m = _amsl(altitudes, home.lat_deg, home.lon_deg, home.alt_hae_m)
    speeds: dict[int, float] = {}
    out: list[dict[str, Any]] = []
    ground_hold_s = 0.0
    for item in items[1:] if home_is_item_0 else items:
        if item.command == mavlink.MAV_CMD_DO_CHANGE_SPEED:
            speeds[int(item.param1)] = item.param2
        elif item.command == mavlink.MAV_CMD_CONDITION_DELAY and not out:
            ground_hold_s = item.param1
        elif item.is_nav:
            amsl_m = item.z + (home_amsl_m if item.frame in HOME_FRAMES else 0.0)
            if item.command == mavlink.MAV_CMD_NAV_TAKEOFF:
                amsl_m = home_amsl_m
            lat_deg, lon_deg = item.x / 1e7, item.y / 1e7
            hae_m = float(altitudes.to_hae_m(lat_deg, lon_deg, amsl_m, "AMSL")[0])
            point = {"lat_deg": lat_deg, "lon_deg": lon_deg, "alt_m": hae_m, "alt_datum": "HAE"}
            hold_s = item.param1 if item.command == mavlink.MAV_CMD_NAV_WAYPOINT else (0.0 if out else ground_hold_s)
            if hold_s:
                point["hold_s"] = hold_s
            if out:
                kind = _kind(out[-1]["lat_deg"], out[-1]["lon_deg"], lat_deg, lon_deg, hae_m - out[-1]["alt_m"])
                if kind in speeds:
                    out[-1]["speed_mps"] = speeds[kind]
            out.append(point)
    return out


def _amsl(altitudes: AltitudeModel, lat_deg: float, lon_deg: float, hae_m: float) -> float:
    return float(altitudes.from_hae_m(lat_deg, lon_deg, hae_m, "AMSL")[0])


def _place(command: int, frame: int, point: PlanPoint, z_m: float, hold_s: float = 0.0) -> MissionItem:
    x, y = round(point.lat_deg * 1e7), round(point.lon_deg * 1e7)
    return MissionItem(command, frame, param1=hold_s, param4=float("nan"), x=x, y=y, z=z_m)


def _vertical(a: PlanPoint, b: PlanPoint) -> bool:
    return distance_m(a.lat_deg, a.lon_deg, b.lat_deg, b.lon_deg) < _SAME_PLACE_M


def _above(a: PlanPoint, b: PlanPoint) -> float:
    """Return how far b is straight above a, 0 if it is not."""
    return b.alt_hae_m - a.alt_hae_m if _vertical(a, b) else 0.0


def _kind(lat_a: float, lon_a: float, lat_b: float, lon_b: float, up_m: float) -> int:
    """Return the speed type of DO_CHANGE_SPEED that governs a leg."""
    if distance_m(lat_a, lon_a, lat_b, lon_b) >= _SAME_PLACE_M:
        return int(mavlink.SPEED_TYPE_GROUNDSPEED)
    return int(mavlink.SPEED_TYPE_CLIMB_SPEED if up_m >= 0 else mavlink.SPEED_TYPE_DESCENT_SPEED)


def _speed_change(a: PlanPoint, b: PlanPoint, speeds: dict[int, float]) -> list[MissionItem]:
    kind = _kind(a.lat_deg, a.lon_deg, b.lat_deg, b.lon_deg, b.alt_hae_m - a.alt_hae_m)
    if speeds.get(kind) == a.speed_mps:
        return []
    speeds[kind] = a.speed_mps
    return [
        MissionItem(mavlink.MAV_CMD_DO_CHANGE_SPEED, mavlink.MAV_FRAME_MISSION, float(kind), a.speed_mps, param3=-1.0)
    ]


# --- a mission as a path ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Compiled:
    """A mission's path, whether it ends on the ground, and whether it ends by returning to launch."""

    path: FlightPath
    lands: bool
    returns: bool


class _Flyer:
    """Turns items into legs, one after the other."""

    def __init__(
        self,
        start: Position,
        starts_at_s: float,
        *,
        home: Position,
        limits: Limits,
        undulation_m: Undulation,
        first_seq: int,
    ) -> None:
        self.pen = PathBuilder(starts_at_s, start.lat_deg, start.lon_deg, start.alt_hae_m, first_seq)
        self.home, self.limits, self.undulation_m = home, limits, undulation_m
        self.speeds = {
            int(mavlink.SPEED_TYPE_GROUNDSPEED): limits.cruise_mps,
            int(mavlink.SPEED_TYPE_CLIMB_SPEED): limits.climb_mps,
            int(mavlink.SPEED_TYPE_DESCENT_SPEED): limits.descent_mps,
        }
        self.home_amsl_m = home.alt_hae_m - undulation_m(home.lat_deg, home.lon_deg)
        self.lands = self.returns = False

    def change_speed(self, item: MissionItem) -> None:
        kind, speed_mps = int(item.param1), item.param2
        if kind == 0:
            kind = int(mavlink.SPEED_TYPE_GROUNDSPEED)
        if speed_mps > 0 and kind in self.speeds:
            self.speeds[kind] = speed_mps

    def target(self, item: MissionItem, seq: int) -> Position:
        """Return where an item is, above the ellipsoid."""
        pen = self.pen.pen
        lat_deg, lon_deg = (item.x / 1e7, item.y / 1e7) if item.has_place else (pen.lat_deg, pen.lon_deg)
        if isnan(item.z):
            return Position(lat_deg, lon_deg, pen.alt_hae_m)
        if item.frame in HOME_FRAMES:
            amsl_m = self.home_amsl_m + item.z
        elif item.frame in AMSL_FRAMES:
            amsl_m = item.z
        else:
            raise MissionError(seq, mavlink.MAV_MISSION_UNSUPPORTED_FRAME, f"frame {item.frame} names no height")
        return Position(lat_deg, lon_deg, amsl_m + self.undulation_m(lat_deg, lon_deg))

    def leg(self, to: Position, seq: int) -> None:
        """Fly straight, no faster than the airframe can."""
        pen, limits = self.pen.pen, self.limits
        up_m = to.alt_hae_m - pen.alt_hae_m
        flat_m = distance_m(pen.lat_deg, pen.lon_deg, to.lat_deg, to.lon_deg)
        speed_mps = min(
            self.speeds[_kind(pen.lat_deg, pen.lon_deg, to.lat_deg, to.lon_deg, up_m)], limits.max_airspeed_mps
        )
        most_up_mps = limits.climb_mps if up_m >= 0 else limits.descent_mps
        length_m = hypot(flat_m, up_m)
        if abs(up_m) * speed_mps > most_up_mps * length_m:
            speed_mps = most_up_mps * length_m / abs(up_m)
        self.pen.line_to(to.lat_deg, to.lon_deg, to.alt_hae_m, speed_mps, seq)

    def takeoff(self, item: MissionItem, seq: int) -> None:
        """Climb straight up, then go to the item's place if that is somewhere else."""
        pen, to = self.pen.pen, self.target(item, seq)
        if to.alt_hae_m > pen.alt_hae_m:
            self.leg(Position(pen.lat_deg, pen.lon_deg, to.alt_hae_m), seq)
        if distance_m(pen.lat_deg, pen.lon_deg, to.lat_deg, to.lon_deg) > _ON_PAD_M:
            self.leg(to, seq)

    def land(self, item: MissionItem, seq: int) -> None:
        """Go over the place at the present height, then descend to the item's height."""
        pen, to = self.pen.pen, self.target(item, seq)
        self.leg(Position(to.lat_deg, to.lon_deg, pen.alt_hae_m), seq)
        self.leg(to, seq)
        self.lands = True

    def go_home(self, seq: int, return_alt_m: float) -> None:
        """Climb to the return height above home, fly home, land."""
        pen, home = self.pen.pen, self.home
        top_m = max(pen.alt_hae_m, home.alt_hae_m + return_alt_m)
        self.leg(Position(pen.lat_deg, pen.lon_deg, top_m), seq)
        self.leg(Position(home.lat_deg, home.lon_deg, top_m), seq)
        self.leg(home, seq)
        self.lands = self.returns = True


def check_mission(items: Sequence[MissionItem]) -> None:
    """Raise MissionError for an item this autopilot could not fly; others it may ignore (cameras, gimbals)."""
    known_frames = AMSL_FRAMES | HOME_FRAMES
    for seq, item in enumerate(items):
        if item.command < mavlink.MAV_CMD_NAV_LAST and item.command not in NAV_COMMANDS:
            raise MissionError(seq, mavlink.MAV_MISSION_UNSUPPORTED, f"command {item.command} is not supported")
        placed = item.is_nav and item.command != mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH
        if placed and item.frame not in known_frames:
            raise MissionError(seq, mavlink.MAV_MISSION_UNSUPPORTED_FRAME, f"frame {item.frame} is not supported")
        if abs(item.x) > 900_000_000 and item.is_nav:
            raise MissionError(seq, mavlink.MAV_MISSION_INVALID_PARAM5_X, "latitude out of range")
        if abs(item.y) > 1_800_000_000 and item.is_nav:
            raise MissionError(seq, mavlink.MAV_MISSION_INVALID_PARAM6_Y, "longitude out of range")


def compile_mission(
    items: Sequence[MissionItem],
    *,
    first_seq: int,
    start: Position,
    starts_at_s: float,
    home: Position,
    limits: Limits,
    undulation_m: Undulation,
    return_alt_m: float = 60.0,
    ground_speed_mps: float | None = None,
) -> Compiled:
    """Return the timed path of the items from `first_seq` on, flown from `start` at an instant.

    Speeds set before `first_seq` hold, unless `ground_speed_mps` overrides the one over
    ground. Raises MissionError for an item that cannot be flown.
    """
    flyer = _Flyer(start, starts_at_s, home=home, limits=limits, undulation_m=undulation_m, first_seq=first_seq)
    for seq, item in enumerate(items):
        if seq == first_seq and ground_speed_mps is not None:
            flyer.speeds[int(mavlink.SPEED_TYPE_GROUNDSPEED)] = ground_speed_mps
        if item.command == mavlink.MAV_CMD_DO_CHANGE_SPEED:
            flyer.change_speed(item)
        elif seq < first_seq:
            continue
        elif flyer.lands:
            break
        elif item.command in {mavlink.MAV_CMD_CONDITION_DELAY, mavlink.MAV_CMD_NAV_DELAY}:
            flyer.pen.hold(item.param1, seq)
        elif item.command == mavlink.MAV_CMD_NAV_TAKEOFF:
            flyer.takeoff(item, seq)
        elif item.command == mavlink.MAV_CMD_NAV_LAND:
            flyer.land(item, seq)
        elif item.command == mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH:
            flyer.go_home(seq, return_alt_m)
        elif item.command in NAV_COMMANDS:
            flyer.leg(flyer.target(item, seq), seq)
            if item.command == mavlink.MAV_CMD_NAV_LOITER_UNLIM:
                break
            flyer.pen.hold(item.param1, seq)
    return Compiled(flyer.pen.path(), flyer.lands, flyer.returns)


def path_home(vehicle: Vehicle, now_s: float, undulation_m: Undulation, return_alt_m: float) -> FlightPath:
    """Return the path of a return to launch from where a vehicle is."""
    flyer = _Flyer(
        Position(*vehicle.seen),
        now_s,
        home=vehicle.home,
        limits=vehicle.limits,
        undulation_m=undulation_m,
        first_seq=-1,
    )
    flyer.go_home(-1, return_alt_m)
    return flyer.pen.path()
