"""A timed path: where a simulated drone has to be at each instant, with corners a real drone can fly.

A path is a polyline in latitude, longitude and height above the ellipsoid, with a time at every node. Where the
velocity changes, the corner is replaced by a parabola of bounded acceleration that begins before the node and ends
after it ("linear segments with parabolic blends", J. J. Craig, Introduction to Robotics, section 7.3), so a drone that
follows the path cuts a corner by at most dv^2 / (8 a) instead of overshooting it.
"""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, hypot, inf
from typing import Final, NamedTuple

from sim.geodesy import along_great_circle, distance_m, metres_per_degree

BLEND_HORIZONTAL_MPS2: Final = 5.0
"""Acceleration planned into corners (ours: what a delivery multirotor holds at 30 degrees of tilt)."""
BLEND_VERTICAL_MPS2: Final = 3.0
"""Vertical acceleration planned into level-offs (ours)."""
LONGEST_PIECE_M: Final = 5000.0
"""Legs are cut into pieces this long: a straight line in degrees leaves the great circle by less than 0.25 m then."""
_SHORTEST_S: Final = 0.05
"""Nodes nearer in time than this are one: between them there would be no room to round the corner, and a drone that comes
to a sudden stop flies past it. A place that a mission names twice (climb to it, go on from it) differs by its rounding."""


class Reference(NamedTuple):
    """Where the path is at an instant: position, and velocity and acceleration east, north, up."""

    lat_deg: float
    lon_deg: float
    alt_hae_m: float
    v_east_mps: float
    v_north_mps: float
    v_up_mps: float
    a_east_mps2: float = 0.0
    a_north_mps2: float = 0.0
    a_up_mps2: float = 0.0


_NO_LEG: Final = (inf, 0.0, *(0.0,) * 10)
_tuple: Final = tuple.__new__
"""Makes a named tuple without the function in Python that its class would go through."""


@dataclass(frozen=True, slots=True)
class Node:
    """A point of the path with its instant (scene seconds) and the sequence number of the mission item it serves."""

    at_s: float
    lat_deg: float
    lon_deg: float
    alt_hae_m: float
    seq: int = -1


class FlightPath:
    """The position and velocity of a timed polyline, corners rounded, for instants that mostly increase."""

    __slots__ = ("_blend_s", "_i", "_scale_m", "_starts", "_straight", "_vel", "ends_s", "nodes", "starts_s")

    def __init__(self, nodes: list[Node]) -> None:
        """Take at least one node; times must not decrease, and nodes nearly at one instant are merged (the later holds)."""
        if not nodes:
            raise ValueError("a path has at least one node")
        kept: list[Node] = []
        for node in nodes:
            if kept and node.at_s < kept[-1].at_s:
                raise ValueError("times of a path must not decrease")
            if kept and node.at_s - kept[-1].at_s < _SHORTEST_S:
                kept[-1] = node
            else:
                kept.append(node)
        self.nodes = tuple(kept)
        self._starts = [n.at_s for n in kept]
        self._vel = _velocities(kept)
        self._scale_m = [metres_per_degree(node.lat_deg) for node in kept]
        self._blend_s = _blends(kept, self._vel)
        self._i = 0
        self.starts_s: float = kept[0].at_s
        """Scene seconds of the first node."""
        self.ends_s: float = kept[-1].at_s
        """Scene seconds of the last node."""
        self._straight = _NO_LEG
        """The leg last asked for: its first and last instant, the blends at its ends, and how it goes in between."""

    def leg_at(self, now_s: float) -> int:
        """Return the index of the last node at or before an instant, 0 before the start."""
        i, starts = self._i, self._starts
        if not (starts[i] <= now_s and (i + 1 == len(starts) or now_s < starts[i + 1])):
            i = self._i = max(0, bisect_right(starts, now_s) - 1)
        return i

    def seq_at(self, now_s: float) -> int:
        """Return the mission item flown towards at an instant."""
        return self.nodes[min(self.leg_at(now_s) + 1, len(self.nodes) - 1)].seq

    def at(self, now_s: float) -> Reference:
        """Return the reference at an instant; before the start and after the end the drone stands there."""
        from_s, to_s, half_s, next_s, lat_deg, lon_deg, alt_m, lat_v, lon_v, up_v, east_mps, north_mps = self._straight
        if from_s <= now_s < to_s:
            since_s = now_s - from_s
            if since_s >= half_s and to_s - now_s >= next_s:
                place = lat_deg + lat_v * since_s, lon_deg + lon_v * since_s, alt_m + up_v * since_s
                return _tuple(Reference, (*place, east_mps, north_mps, up_v, 0.0, 0.0, 0.0))
        i = self.leg_at(now_s)
        node = self.nodes[i]
        vel = self._vel
        since_s = now_s - node.at_s
        if since_s < 0.0:
            return Reference(node.lat_deg, node.lon_deg, node.alt_hae_m, 0.0, 0.0, 0.0)
        north_m, east_m = self._scale_m[i]
        before, after, half_s = vel[i], vel[i + 1], self._blend_s[i]
        if since_s < half_s:
            return _blended(node, before, after, half_s, since_s, (north_m, east_m))
        if i + 1 < len(self.nodes):
            half_s = self._blend_s[i + 1]
            to_go_s = self.nodes[i + 1].at_s - now_s
            if to_go_s < half_s:
                return _blended(self.nodes[i + 1], after, vel[i + 2], half_s, -to_go_s, (north_m, east_m))
        lat_v, lon_v, up_v = after
        if i + 1 < len(self.nodes):
            ends = self._starts[i], self._starts[i + 1], self._blend_s[i], self._blend_s[i + 1]
            start = node.lat_deg, node.lon_deg, node.alt_hae_m
            self._straight = (*ends, *start, *after, lon_v * east_m, lat_v * north_m)
        place = node.lat_deg + lat_v * since_s, node.lon_deg + lon_v * since_s, node.alt_hae_m + up_v * since_s
        return _tuple(Reference, (*place, lon_v * east_m, lat_v * north_m, up_v, 0.0, 0.0, 0.0))


def _blended(
    node: Node,
    before: tuple[float, float, float],
    after: tuple[float, float, float],
    half_s: float,
    since_s: float,
    scale_m: tuple[float, float],
) -> Reference:
    """Return the parabola around a node, `since_s` in [-half_s, half_s]."""
    north_m, east_m = scale_m
    s = since_s + half_s
    square = s * s / (4.0 * half_s)
    share = s / (2.0 * half_s)
    lat_dv, lon_dv, up_dv = after[0] - before[0], after[1] - before[1], after[2] - before[2]
    return Reference(
        node.lat_deg + before[0] * since_s + lat_dv * square,
        node.lon_deg + before[1] * since_s + lon_dv * square,
        node.alt_hae_m + before[2] * since_s + up_dv * square,
        (before[1] + lon_dv * share) * east_m,
        (before[0] + lat_dv * share) * north_m,
        before[2] + up_dv * share,
        lon_dv * east_m / (2.0 * half_s),
        lat_dv * north_m / (2.0 * half_s),
        up_dv / (2.0 * half_s),
    )


def _velocities(nodes: list[Node]) -> list[tuple[float, float, float]]:
    """Return n + 1 velocities in degrees and metres a second: rest before the first node and after the last."""
    rest = (0.0, 0.0, 0.0)
    out = [rest]
    for a, b in pairwise(nodes):
        dt = b.at_s - a.at_s
        out.append(((b.lat_deg - a.lat_deg) / dt, (b.lon_deg - a.lon_deg) / dt, (b.alt_hae_m - a.alt_hae_m) / dt))
    out.append(rest)
    return out


def _blends(nodes: list[Node], vel: list[tuple[float, float, float]]) -> list[float]:
    """Return the half-width of each node's blend; none at the start (nobody moves before the departure time)."""
    out = [0.0] * len(nodes)
    for i in range(1, len(nodes)):
        north_m, east_m = metres_per_degree(nodes[i].lat_deg)
        dv = [q - p for p, q in zip(vel[i], vel[i + 1], strict=True)]
        need_s = max(
            hypot(dv[0] * north_m, dv[1] * east_m) / (2 * BLEND_HORIZONTAL_MPS2), abs(dv[2]) / (2 * BLEND_VERTICAL_MPS2)
        )
        before_s = nodes[i].at_s - nodes[i - 1].at_s
        after_s = nodes[i + 1].at_s - nodes[i].at_s if i + 1 < len(nodes) else inf
        out[i] = min(need_s, before_s / 2, after_s / 2)
    return out


class PathBuilder:
    """Builds a path leg by leg from a position and an instant; every call appends and moves the pen."""

    def __init__(self, at_s: float, lat_deg: float, lon_deg: float, alt_hae_m: float, seq: int = -1) -> None:
        self.nodes = [Node(at_s, lat_deg, lon_deg, alt_hae_m, seq)]

    @property
    def pen(self) -> Node:
        """The last node laid."""
        return self.nodes[-1]

    def hold(self, duration_s: float, seq: int) -> None:
        """Stay for so many seconds."""
        pen = self.pen
        if duration_s > 0:
            self.nodes.append(Node(pen.at_s + duration_s, pen.lat_deg, pen.lon_deg, pen.alt_hae_m, seq))

    def line_to(self, lat_deg: float, lon_deg: float, alt_hae_m: float, speed_mps: float, seq: int) -> None:
        """Fly straight to a point: the leg lasts its 3-D length divided by the speed (> 0)."""
        pen = self.pen
        length_m = distance_m(pen.lat_deg, pen.lon_deg, lat_deg, lon_deg)
        duration_s = hypot(length_m, alt_hae_m - pen.alt_hae_m) / speed_mps
        parts = max(1, ceil(length_m / LONGEST_PIECE_M))
        for k, (lat, lon) in enumerate(along_great_circle(pen.lat_deg, pen.lon_deg, lat_deg, lon_deg, parts), 1):
            f = k / parts
            alt = pen.alt_hae_m + f * (alt_hae_m - pen.alt_hae_m)
            self.nodes.append(Node(pen.at_s + f * duration_s, lat, lon, alt, seq))
        self.nodes.append(Node(pen.at_s + duration_s, lat_deg, lon_deg, alt_hae_m, seq))

    def path(self) -> FlightPath:
        """Return the finished path."""
        return FlightPath(self.nodes)
