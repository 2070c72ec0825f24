"""What can go wrong with a simulated vehicle and its link, on a schedule or by hand. Pure: clock and chance are given.

A `Fault` is a kind, an interval of scene seconds and its values; a `FaultBox` holds one vehicle's. Whoever moves the
vehicle calls `update(now_s)` each step; what is in force is summed up in `effects`. Whoever carries datagrams, a UDP
fleet or a simulated network, asks `carry(direction, now_s)` for each: no delay at all means it is lost, one or more
delays in seconds are the copies that arrive.

Kinds and values are in `sim/fault_kinds.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from math import inf
from random import Random
from typing import Final, Literal, TypeAlias

from sim.fault_kinds import KINDS, FaultKind, FaultValueError, Value, command_numbers

Direction: TypeAlias = Literal["up", "down"]
"""`up` is from the ground to the vehicle, `down` from the vehicle to the ground."""
_LOSSLESS: Final = (0.0,)
_LOST: Final[tuple[float, ...]] = ()


MAV_RESULT: Final = {"temporarily_rejected": 1, "denied": 2, "unsupported": 3, "failed": 4}


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault in force from `starts_at_s` until `ends_at_s` (scene seconds; None: until it is cleared)."""

    kind: FaultKind
    starts_at_s: float
    ends_at_s: float | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    fault_id: str = ""

    @classmethod
    def of(
        cls,
        kind: str,
        *,
        starts_at_s: float,
        lasts_s: float | None = None,
        values: Mapping[str, object] | None = None,
    ) -> "Fault":
        """Return a fault with its values read and filled in; raises FaultValueError (`name` "kind" for the kind)."""
        try:
            known = FaultKind(kind)
        except ValueError:
            raise FaultValueError("kind", f"{kind!r} is no kind of fault; there are: {', '.join(FaultKind)}") from None
        if lasts_s is not None and not lasts_s > 0:
            raise FaultValueError("lasts_s", "lasts_s must be greater than 0")
        ends_at_s = None if lasts_s is None else starts_at_s + lasts_s
        return cls(known, starts_at_s, ends_at_s, KINDS[known].read(values or {}))

    def number(self, name: str) -> float:
        """Return a numeric value, its default when it is not given."""
        value = self.values.get(name)
        if value is None:
            value = next(v.default for v in KINDS[self.kind].values if v.name == name)
        return float(value)

    def word(self, name: str) -> str:
        """Return a word, its default when it is not given."""
        value = self.values.get(name)
        if value is None:
            value = next(v.default for v in KINDS[self.kind].values if v.name == name)
        return str(value)

    def in_force(self, now_s: float) -> bool:
        """Whether it is in force at an instant."""
        return self.starts_at_s <= now_s and (self.ends_at_s is None or now_s < self.ends_at_s)


@dataclass(slots=True)
class Channel:
    """What happens to datagrams one way."""

    lost: bool = False
    loss: float = 0.0
    delay_s: float = 0.0
    jitter_s: float = 0.0
    duplicate: float = 0.0


@dataclass(frozen=True, slots=True)
class Deafness:
    """Commands that are refused (with a MAV_RESULT) or ignored (None)."""

    commands: frozenset[int] | None
    uploads: bool
    result: int | None

    def covers(self, command: int) -> bool:
        """Whether it holds for a command."""
        return self.commands is None or command in self.commands


@dataclass(slots=True)
class Effects:
    """What the faults in force come to; a new one changes nothing."""

    up: Channel = field(default_factory=Channel)
    down: Channel = field(default_factory=Channel)
    east_m: float = 0.0
    north_m: float = 0.0
    up_m: float = 0.0
    gnss_lost: bool = False
    drop_v: float = 0.0
    stuck: str | None = None
    clock_offset_s: float = 0.0
    deaf: tuple[Deafness, ...] = ()

    @property
    def link_lost(self) -> bool:
        """Whether nothing reaches the vehicle."""
        return self.up.lost


@dataclass(frozen=True, slots=True)
class Change:
    """A fault that came into force, or went out of it."""

    fault: Fault
    began: bool


class FaultBox:
    """One vehicle's faults; see the module."""

    __slots__ = ("_box", "_changes_at_s", "_moving", "_numbers", "_on", "_rng", "effects")

    def __init__(self, rng: Random | None = None) -> None:
        """`rng` decides which datagrams are lost, late or doubled."""
        self._rng = rng or Random(0)
        self._box: dict[str, Fault] = {}
        self._on: set[str] = set()
        self._numbers = count(1)
        self._changes_at_s = inf
        self._moving = False
        self.effects = Effects()

    def __bool__(self) -> bool:
        return bool(self._box)

    def add(self, fault: Fault) -> Fault:
        """Take a fault, now or for later; returns it with its id."""
        named = replace(fault, fault_id=fault.fault_id or f"f{next(self._numbers)}")
        self._box[named.fault_id] = named
        self._changes_at_s = -inf
        return named

    def extend(self, faults: Iterable[Fault]) -> None:
        """Take several."""
        for fault in faults:
            self.add(fault)

    def clear(self, fault_id: str | None = None) -> list[Fault]:
        """Take out one fault, or all; returns what was taken out. The next `update` tells that they ended."""
        ids = list(self._box) if fault_id is None else [fault_id]
        gone = [self._box[i] for i in ids if i in self._box]
        for fault in gone:
            self._box[fault.fault_id] = replace(fault, ends_at_s=-inf)
        self._changes_at_s = -inf
        return gone

    def listed(self) -> list[Fault]:
        """Return the faults in force and those still to come, in the order they were given."""
        return [f for f in self._box.values() if f.ends_at_s != -inf]

    def update(self, now_s: float) -> list[Change]:
        """Bring `effects` to an instant; returns what came into force and what went out of it since the last call."""
        if now_s < self._changes_at_s:
            if self._moving:
                self._sum(now_s)
            return []
        changes = []
        upcoming = inf
        for fault_id, fault in list(self._box.items()):
            on, was = fault.in_force(now_s), fault_id in self._on
            if on and not was:
                self._on.add(fault_id)
                changes.append(Change(fault, True))
            elif was and not on:
                self._on.discard(fault_id)
                changes.append(Change(fault, False))
            if fault.ends_at_s is not None and fault.ends_at_s <= now_s:
                del self._box[fault_id]
            elif not on:
                upcoming = min(upcoming, fault.starts_at_s)
            elif fault.ends_at_s is not None:
                upcoming = min(upcoming, fault.ends_at_s)
        self._changes_at_s = upcoming
        self._sum(now_s)
        return changes

    def carry(self, direction: Direction, now_s: float) -> tuple[float, ...]:
        """Return the delays in seconds of the copies of a datagram that arrive; none means it is lost."""
        if now_s >= self._changes_at_s:
            self._sum(now_s)
        way = self.effects.up if direction == "up" else self.effects.down
        if way.lost or (way.loss > 0.0 and self._rng.random() < way.loss):
            return _LOST
        if way.delay_s <= 0.0 and way.jitter_s <= 0.0 and way.duplicate <= 0.0:
            return _LOSSLESS
        copies = 2 if way.duplicate > 0.0 and self._rng.random() < way.duplicate else 1
        return tuple(way.delay_s + way.jitter_s * self._rng.random() for _ in range(copies))

    def _sum(self, now_s: float) -> None:
        effects, self._moving = Effects(), False
        for fault in self._box.values():
            if fault.in_force(now_s):
                self._moving |= fault.kind in _MOVING
                _apply(effects, fault, now_s - fault.starts_at_s)
        self.effects = effects


_MOVING: Final = frozenset({FaultKind.GPS_DRIFT, FaultKind.CLOCK_SKEW})


def _ways(effects: Effects, fault: Fault) -> list[Channel]:
    ways = {"up": [effects.up], "down": [effects.down]}
    return ways.get(fault.word("direction"), [effects.up, effects.down])


def _apply(effects: Effects, fault: Fault, since_s: float) -> None:
    """Add one fault in force to the sum."""
    kind, number = fault.kind, fault.number
    if kind is FaultKind.LOST_LINK:
        for way in _ways(effects, fault):
            way.lost = True
    elif kind is FaultKind.PACKET_LOSS:
        for way in _ways(effects, fault):
            way.loss = 1.0 - (1.0 - way.loss) * (1.0 - number("loss_pct") / 100.0)
    elif kind is FaultKind.DELAY:
        for way in _ways(effects, fault):
            way.delay_s += number("delay_s")
            way.jitter_s += number("jitter_s")
            way.duplicate = max(way.duplicate, number("duplicate_pct") / 100.0)
    elif kind is FaultKind.GPS_JUMP:
        effects.east_m += number("east_m")
        effects.north_m += number("north_m")
        effects.up_m += number("up_m")
    elif kind is FaultKind.GPS_DRIFT:
        effects.east_m += number("east_mps") * since_s
        effects.north_m += number("north_mps") * since_s
        effects.up_m += number("up_mps") * since_s
    elif kind is FaultKind.GNSS_LOSS:
        effects.gnss_lost = True
    elif kind is FaultKind.BATTERY_SAG:
        effects.drop_v += number("drop_v")
    elif kind is FaultKind.STUCK_MODE:
        effects.stuck = fault.word("answer")
    elif kind is FaultKind.CLOCK_SKEW:
        effects.clock_offset_s += number("offset_s") + number("rate_ppm") * 1e-6 * since_s
    elif kind is FaultKind.REFUSE_COMMANDS:
        effects.deaf += (_deafness(fault, MAV_RESULT[fault.word("result")]),)
    elif kind is FaultKind.IGNORE_COMMANDS:
        effects.deaf += (_deafness(fault, None),)


def _deafness(fault: Fault, result: int | None) -> Deafness:
    return Deafness(command_numbers(fault.word("commands")), fault.word("uploads") == "yes", result)
