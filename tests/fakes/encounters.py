"""Seeded encounters and plain traffic, flown through the picture and the safety net, and scored against the truth.

Every vehicle reports once a second, half a second apart from its neighbours, 10 % of reports are lost, positions are off
by 3 m (one sigma, each horizontal axis; 1 m in height, which comes from a barometer) and velocities by 0.3 m/s.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import numpy as np

from airspace.datums import AltitudeModel, FlatTerrain, GeoidGrid
from airspace.deconfliction import ConflictIndex
from airspace.frame import LocalFrame
from airspace.geometry4d import Separation, Tolerance, Trajectory4D
from airspace.picture import Picture
from airspace.tactical.frames import TacticalFrame, Tags
from airspace.tactical.health import HealthLimits
from airspace.tactical.monitor import Monitor
from airspace.tracks import ObservationBatch, PictureLimits
from utm.alert_book import AlertBook
from utm.alert_conditions import Reader, Surroundings
from utm.telemetry_values import TrackIdentity

FRAME = LocalFrame("EPSG:4547")
ALTITUDES = AltitudeModel(
    GeoidGrid(np.array([21.0, 24.0]), np.array([112.0, 116.0]), np.zeros((2, 2))), FlatTerrain(0.0, "flat")
)
NOW = 70_000_000.0
STEP_S = 0.5
HORIZONTAL_M, VERTICAL_M = 50.0, 15.0
KINDS = ("head_on", "overtaking", "crossing", "vertical", "round_the_corner", "late_far", "late_near", "turns_away")


@dataclass
class Vehicle:
    """A vehicle: corners it flies (k, 4: x y z t), the corners it planned (None: unknown to all), when it deviates."""

    flown: Any
    planned: Any | None
    deviates_s: float | None = None


@dataclass
class Encounter:
    """Two vehicles (numbers) and what was tried with them."""

    kind: str
    one: int
    two: int


@dataclass
class Score:
    """What a run gave: per encounter when it was lost, from when one could know, when it was announced (None: never)."""

    rows: list[tuple[str, float | None, float, float | None]] = field(default_factory=list)
    alerts: list[tuple[float, str, str]] = field(default_factory=list)
    """Every alert raised: second, kind, subject."""

    def early(self) -> tuple[int, int]:
        """Return how many losses that could be known 20 s ahead were announced so, and how many there were."""
        eligible = [row for row in self.rows if row[1] is not None and row[1] - row[2] >= 21.0]
        good = [row for row in eligible if row[3] is not None and row[1] - row[3] >= 20.0]  # type: ignore[operator]
        return len(good), len(eligible)

    def delays_s(self) -> list[float]:
        """Return for late deviations how long after it was observable the loss was announced; inf for never."""
        late = [row for row in self.rows if row[0].startswith("late") and row[1] is not None]
        return [np.inf if row[3] is None else row[3] - row[2] for row in late]

    def false_pairs(self) -> int:
        """Return how many encounters were announced that never lost separation."""
        return sum(row[1] is None and row[3] is not None for row in self.rows)


def corners(*points: tuple[float, float, float, float]) -> Any:
    return np.array(points, float)


def straight(start: Any, velocity: Any, lasts_s: float, begins_s: float = 0.0) -> Any:
    start, velocity = np.asarray(start, float), np.asarray(velocity, float)
    return corners((*start, begins_s), (*(start + velocity * lasts_s), begins_s + lasts_s))


def encounters(seed: int, each: int, kinds: tuple[str, ...] = KINDS) -> tuple[list[Vehicle], list[Encounter]]:
    """Return vehicles and encounters, `each` of every kind, six kilometres apart from each other."""
    random = np.random.default_rng(seed)
    vehicles: list[Vehicle] = []
    found: list[Encounter] = []
    side = int(np.ceil(np.sqrt(each * len(kinds))))
    x0, y0 = (float(v[0]) for v in FRAME.to_xy(22.55, 114.05))
    for number in range(each * len(kinds)):
        kind = kinds[number % len(kinds)]
        base = np.array((x0 + 6000.0 * (number % side), y0 + 6000.0 * (number // side), 60.0))
        pair = _pair(kind, random)
        turn = random.uniform(0, 2 * np.pi)
        for vehicle in pair:
            for path in (vehicle.flown, vehicle.planned):
                if path is not None:
                    path[:, :2] = path[:, :2] @ [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
                    path[:, :3] += base
        found.append(Encounter(kind, len(vehicles), len(vehicles) + 1))
        vehicles += pair
    return vehicles, found


def _pair(kind: str, random: np.random.Generator) -> list[Vehicle]:
    """Return two vehicles that meet about 75 s from the start, the first where it planned to be."""
    meet_s, lasts_s = 75.0 + random.uniform(-5, 5), 110.0
    speed = random.uniform(8, 16)
    miss, rise = random.uniform(-35, 35), random.uniform(-9, 9)
    ours = straight((-speed * meet_s, 0, 0), (speed, 0, 0), lasts_s)
    one = Vehicle(ours.copy(), ours.copy())

    def intruder(velocity: tuple[float, float, float], offset: tuple[float, float, float]) -> Vehicle:
        start = np.asarray(offset) - np.asarray(velocity) * meet_s
        return Vehicle(straight(start, velocity, lasts_s), None)

    other = random.uniform(8, 16)
    if kind == "head_on":
        return [one, intruder((-other, 0, 0), (0, miss, rise))]
    if kind == "overtaking":
        return [one, intruder((speed + random.uniform(4, 8), 0, 0), (0, miss, rise))]
    if kind == "crossing":
        angle = random.uniform(0.4, 2.7)
        return [one, intruder((other * np.cos(angle), other * np.sin(angle), 0), (0, miss, rise))]
    if kind == "vertical":
        return [one, intruder((speed, 0, -random.uniform(0.8, 2.0)), (0, miss, 0))]
    if kind == "round_the_corner":
        # It will turn into a hovering stranger that lies nowhere near its present course.
        turn_s = meet_s - random.uniform(22, 35)
        path = corners((-speed * turn_s, 0, 0, 0), (0, 0, 0, turn_s), (0, speed * (lasts_s - turn_s), 0, lasts_s))
        spot = (miss * 0.8, speed * (meet_s - turn_s), rise)
        return [Vehicle(path, path.copy()), Vehicle(straight(spot, (0, 0, 0), lasts_s), None)]
    if kind == "turns_away":
        # Straight on it would meet the stranger; its plan turns off in time.
        turn_s = meet_s - random.uniform(15, 25)
        path = corners((-speed * turn_s, 0, 0, 0), (0, 0, 0, turn_s), (0, speed * (lasts_s - turn_s), 0, lasts_s))
        return [Vehicle(path, path.copy()), Vehicle(straight((speed * 25, 0, 0), (0, 0, 0), lasts_s), None)]
    # Both fly their plans side by side until the second turns towards the first.
    apart = random.uniform(140, 200) if kind == "late_near" else random.uniform(450, 600)
    closing = random.uniform(8, 12)
    turn_s = meet_s - apart / closing
    beside = straight((-speed * meet_s, apart, 0), (speed, 0, 0), lasts_s)
    at = np.array((speed * (turn_s - meet_s), apart, 0.0))
    towards = at + np.array((speed, -closing, 0.0)) * (lasts_s - turn_s)
    flown = corners((*beside[0, :3], 0), (*at, turn_s), (*towards, lasts_s))
    return [one, Vehicle(flown, beside, turn_s)]


def traffic(seed: int, flights: int, lasts_s: float, side_m: float, upset: int = 0) -> list[Vehicle]:
    """Return flights on plans that the deconfliction engine approved, in the air all the time in a square.

    Each keeps to its plan but for a constant lead or lag of up to 3 s; the last `upset` of them leave it after a minute,
    in a straight line.
    """
    random = np.random.default_rng(seed)
    x0, y0 = (float(v[0]) for v in FRAME.to_xy(22.55, 114.0))
    index = ConflictIndex(FRAME, (113.7, 22.3, 114.7, 23.0))
    found: list[Vehicle] = []
    while len(found) < flights:
        height = float(random.choice((45.0, 60.0, 75.0, 90.0, 105.0)))
        speed, at_s = random.uniform(10, 18), -20.0
        place = random.uniform(0, side_m, 2) + (x0, y0)  # noqa: RUF005  (a sum of vectors)
        points = [(*place, height, at_s)]
        course = random.uniform(0, 2 * np.pi)
        while at_s < lasts_s + 70:
            leg_s = random.uniform(30, 150)
            course += random.normal(0, 0.6)
            step = np.array((np.cos(course), np.sin(course))) * speed * leg_s
            if np.any((place + step - (x0, y0) < 0) | (place + step - (x0, y0) > side_m)):
                course += np.pi / 2
                continue
            place, at_s = place + step, at_s + leg_s
            points.append((*place, height, at_s))
        path = corners(*points)
        legs = np.hstack([path[:-1], path[1:]])
        legs[:, [3, 7]] += NOW
        plan = Trajectory4D(legs, np.zeros(len(legs), np.int32))
        if index.conflicts(plan, Separation()):
            continue
        index.add(len(found), plan, Separation())
        flown = path.copy()
        flown[:, 3] += random.uniform(-3, 3)
        found.append(Vehicle(flown, path))
    for vehicle in found[flights - upset :]:
        start = _at(vehicle.flown, np.array([60.0]))[0]
        way = random.uniform(0, 2 * np.pi)
        kept = vehicle.flown[vehicle.flown[:, 3] < 60.0]
        end = start + np.array((np.cos(way), np.sin(way), 0.0)) * 12.0 * lasts_s
        vehicle.flown, vehicle.deviates_s = corners(*kept, (*start, 60.0), (*end, 60.0 + lasts_s)), 60.0
    return found


def nuisances(score: Score, vehicles: list[Vehicle], lasts_s: float) -> list[tuple[float, str, str]]:
    """Return the alerts nothing was behind: no loss of separation within two minutes, no flight off its plan."""
    times = np.arange(0.0, lasts_s + 120.0, 0.5)
    wrong = []
    for at, kind, subject in score.alerts:
        numbers = [int(key.rsplit("_", 1)[1]) for key in subject.split("|")]
        if kind == "loss_of_separation":
            window = times[(times >= at - 5) & (times <= at + 120)]
            one, two = (_at(vehicles[number].flown, window) for number in numbers)
            apart = one - two
            near = (np.hypot(apart[:, 0], apart[:, 1]) < HORIZONTAL_M) & (np.abs(apart[:, 2]) < VERTICAL_M)
            if not near.any():
                wrong.append((at, kind, subject))
        elif vehicles[numbers[0]].deviates_s is None:
            wrong.append((at, kind, subject))
    return wrong


def upset_losses(score: Score, vehicles: list[Vehicle], lasts_s: float) -> list[tuple[float, float | None]]:
    """Return when each flight that left its plan lost separation from another, and when that was announced before."""
    announced: dict[frozenset[int], list[float]] = {}
    for at, kind, subject in score.alerts:
        if kind == "loss_of_separation":
            pair = frozenset(int(key.rsplit("_", 1)[1]) for key in subject.split("|"))
            announced.setdefault(pair, []).append(at)
    times = np.arange(0.0, lasts_s, 0.5)
    places = np.stack([_at(vehicle.flown, times) for vehicle in vehicles])
    found = []
    for one, vehicle in enumerate(vehicles):
        if vehicle.deviates_s is None:
            continue
        apart = places - places[one]
        lost = (np.hypot(apart[:, :, 0], apart[:, :, 1]) < HORIZONTAL_M) & (np.abs(apart[:, :, 2]) < VERTICAL_M)
        lost[:, times < vehicle.deviates_s] = False
        for two in np.flatnonzero(lost.any(axis=1)).tolist():
            if two == one or (vehicles[two].deviates_s is not None and two < one):
                continue
            begins_s = float(times[np.argmax(lost[two])])
            before = [at for at in announced.get(frozenset((one, two)), []) if at <= begins_s]
            found.append((begins_s, max(before, default=None)))
    return found


def _at(path: Any, times: Any) -> Any:
    return np.column_stack([np.interp(times, path[:, 3], path[:, c]) for c in range(3)])


class _Names:
    """Who the rows are (`utm.alert_conditions.Identities`)."""

    def __init__(self, vehicles: list[Vehicle]) -> None:
        self._vehicles = vehicles

    def identity(self, row: int) -> TrackIdentity:
        known = self._vehicles[row].planned is not None
        mark = f"{row:05d}"
        if not known:
            return TrackIdentity(f"trk_{mark}", "radar")
        return TrackIdentity(f"trk_{mark}", "mavlink", f"ac_{mark}", f"fp_{mark}", f"UAS{mark}", "org_a")


def fly(
    vehicles: list[Vehicle], found: list[Encounter], lasts_s: float, seed: int, *, intent: bool = True
) -> tuple[Score, Any]:
    """Fly all vehicles and return the score and the milliseconds of CPU time every analysis took."""
    random = np.random.default_rng(seed)
    n, steps = len(vehicles), int(lasts_s / STEP_S)
    picture = Picture(FRAME, ALTITUDES, PictureLimits(), capacity=max(n, 16))
    for row, vehicle in enumerate(vehicles):
        picture.open_track(f"trk_{row:05d}", now_s=NOW)
        picture.set_landed(row, False)
        if vehicle.planned is not None:
            picture.bind_aircraft(row, f"ac_{row:05d}")
            legs = np.hstack([vehicle.planned[:-1], vehicle.planned[1:]])
            legs[:, [3, 7]] += NOW
            legs = legs[legs[:, 7] > legs[:, 3]]
            plan = Trajectory4D(legs, np.zeros(len(legs), np.int32))
            picture.bind_plan(row, f"fp_{row:05d}", plan, Tolerance())
    times = np.arange(steps + 1) * STEP_S
    paths = np.stack([_at(vehicle.flown, times) for vehicle in vehicles])
    ahead = np.stack([_at(vehicle.flown, times + 0.01) for vehicle in vehicles])
    velocities = (ahead - paths) / 0.01
    monitor = Monitor(intent=intent)
    ids = (f"al_{number}" for number in count())
    book = AlertBook(lambda: next(ids))
    tags = Tags(np.full(picture.capacity, -1), np.zeros(picture.capacity, bool), np.zeros(picture.capacity, np.int64))
    around = Surroundings(FRAME, [], {}, ["radio"], monitor.separation, HealthLimits())
    score, spent, heard = Score(), [], np.zeros((n, steps + 1), bool)
    names = _Names(vehicles)
    for step in range(steps):
        now_s = NOW + step * STEP_S
        due = np.flatnonzero(((np.arange(n) + step) % 2 == 0) & (random.random(n) > 0.1))
        heard[due, step] = True
        picture.ingest(_reports(due, paths[due, step], velocities[due, step], now_s, random))
        picture.advance(now_s + 0.1)
        frame = TacticalFrame.of(picture, tags, now_s + 0.1)
        began = time.process_time()
        analysis = monitor.analyse(frame)
        spent.append((time.process_time() - began) * 1000.0)
        for taken in book.update(Reader(analysis, names, around).conditions(), now_s):
            if taken.name == "raised":
                score.alerts.append((step * STEP_S, taken.alert.condition.kind, taken.alert.condition.subject))
    score.rows.extend(_scored(found, vehicles, paths, times, heard, score.alerts))
    return score, np.array(spent)


def _reports(due: Any, places: Any, velocities: Any, now_s: float, random: np.random.Generator) -> ObservationBatch:
    k = len(due)
    noisy = places + random.normal(0, 1, (k, 3)) * (3.0, 3.0, 1.0)
    lat, lon = FRAME.to_lat_lon(noisy[:, 0], noisy[:, 1])
    speeds = velocities + random.normal(0, 0.3, (k, 3))
    nan, stamp = np.full(k, np.nan), np.full(k, now_s)
    columns = (lat, lon, noisy[:, 2], nan, nan, *speeds.T, nan, stamp, stamp + 0.1)
    return ObservationBatch(due, *columns)


def _scored(
    found: list[Encounter],
    vehicles: list[Vehicle],
    paths: Any,
    times: Any,
    heard: Any,
    alerts: list[tuple[float, str, str]],
) -> Iterator[tuple[str, float | None, float, float | None]]:
    announced = {subject: at for at, kind, subject in reversed(alerts) if kind == "loss_of_separation"}
    names = [f"trk_{i:05d}" if v.planned is None else f"ac_{i:05d}" for i, v in enumerate(vehicles)]
    for encounter in found:
        apart = paths[encounter.two] - paths[encounter.one]
        lost = (np.hypot(apart[:, 0], apart[:, 1]) < HORIZONTAL_M) & (np.abs(apart[:, 2]) < VERTICAL_M)
        lost_s = float(times[lost][0]) if lost.any() else None
        known_s = 3.0  # a stranger has been seen twice by then
        two = vehicles[encounter.two]
        if two.deviates_s is not None and two.planned is not None:
            off = np.hypot(*(paths[encounter.two] - _at(two.planned, times))[:, :2].T)
            # Observable is what a report that arrived tells.
            known_s = float(times[(off > Tolerance().horizontal_m) & heard[encounter.two]][0])
        if lost_s is not None:
            known_s = max(known_s, lost_s - 60.0)  # nobody looks further than a minute ahead
        yield (
            encounter.kind,
            lost_s,
            known_s,
            announced.get("|".join(sorted((names[encounter.one], names[encounter.two])))),
        )
