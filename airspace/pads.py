"""Pads as resources: who occupies the pads of a site when, whether another fits, and when one frees.

A flight occupies a pad of its origin from `prep_s` before its departure to `clear_s` after it, and a pad of its
destination from `clear_s` before its arrival to `turn_around_s` after it. Stays are half-open: one may begin in the
instant another ends. Stays of one aircraft that overlap are one stay: it stands on its pad. A site with n pads holds at
most n aircraft at any instant. All of it is ours.
"""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from airspace.geometry4d import EPS_S
from airspace.intervals import Intervals, merged
from airspace.policy import Policy
from airspace.site_fields import SlotTimes
from airspace.sites import Site

RATE_WINDOW_S: Final = 3_600.0
_BUCKET_S: Final = 3_600.0


@dataclass(frozen=True, slots=True)
class PadEvent:
    """One departure from, or arrival at, a site; `key` names the plan, `at_s` is in scene seconds."""

    key: str
    aircraft_id: str
    at_s: float
    arrival: bool


@dataclass(frozen=True, slots=True)
class PadTimes:
    """How long a pad is occupied around a departure and an arrival, in seconds."""

    prep_s: float
    clear_s: float
    turn_around_s: float

    @classmethod
    def of(cls, policy: Policy, site: Site | None = None) -> "PadTimes":
        """Return the times a policy sets, and a site where it has its own."""
        own = SlotTimes() if site is None or site.fields.slot is None else site.fields.slot
        return cls(
            policy.pad_prep_s if own.prep_s is None else own.prep_s,
            policy.pad_clear_s if own.clear_s is None else own.clear_s,
            policy.pad_turn_around_s if own.turn_around_s is None else own.turn_around_s,
        )

    @property
    def longest_s(self) -> float:
        """No stay begins earlier before, or ends later after, its event than this."""
        return max(self.prep_s, self.clear_s, self.turn_around_s)

    def stay(self, event: PadEvent) -> tuple[float, float]:
        """Return from when to when a pad is occupied, in scene seconds."""
        if event.arrival:
            return event.at_s - self.clear_s, event.at_s + self.turn_around_s
        return event.at_s - self.prep_s, event.at_s + self.clear_s


class PadBook:
    """The departures and arrivals of live plans, by site and hour; the caller serialises changes."""

    def __init__(self) -> None:
        self._events: dict[tuple[str, int], dict[tuple[str, bool], PadEvent]] = {}
        self._places: dict[str, list[tuple[str, int, bool]]] = {}

    def put(self, site_id: str, event: PadEvent) -> None:
        """Note a departure or an arrival of a plan."""
        bucket = _bucket(event.at_s)
        self._events.setdefault((site_id, bucket), {})[event.key, event.arrival] = event
        self._places.setdefault(event.key, []).append((site_id, bucket, event.arrival))

    def drop(self, key: str) -> None:
        """Forget a plan's events; nothing happens when it has none."""
        for site_id, bucket, arrival in self._places.pop(key, ()):
            events = self._events[site_id, bucket]
            events.pop((key, arrival), None)
            if not events:
                del self._events[site_id, bucket]

    def events(self, site_id: str, from_s: float, to_s: float) -> list[PadEvent]:
        """Return the events at a site within [from_s, to_s]."""
        found: list[PadEvent] = []
        for bucket in range(_bucket(from_s), _bucket(to_s) + 1):
            events = self._events.get((site_id, bucket))
            if events:
                found.extend(event for event in list(events.values()) if from_s <= event.at_s <= to_s)
        return found


def full_times(
    events: Iterable[PadEvent], times: PadTimes, pads: int, *, aircraft_id: str, ignore: Collection[str] = ()
) -> Intervals:
    """Return when every pad is taken by aircraft other than this one, as sorted, disjoint spans of scene seconds."""
    others = (event for event in events if event.aircraft_id != aircraft_id and event.key not in ignore)
    return at_least(_steps(others, times), pads)


def over_booked(events: Sequence[PadEvent], times: PadTimes, pads: int) -> set[str]:
    """Return the keys of the plans, of all at one site, that take part in a time with more aircraft than pads."""
    if len({event.aircraft_id for event in events}) <= pads:
        return set()  # a pad for each, whenever they come
    over = at_least(_steps(events, times), pads + 1)
    found: set[str] = set()
    for event in events if over else ():
        start, end = times.stay(event)
        if any(low < end - EPS_S and high > start + EPS_S for low, high in over):
            found.add(event.key)
    return found


def _steps(events: Iterable[PadEvent], times: PadTimes) -> list[tuple[float, int]]:
    stays: dict[str, list[tuple[float, float]]] = {}
    for event in events:
        stays.setdefault(event.aircraft_id, []).append(times.stay(event))
    spans = [span for own in stays.values() for span in merged(own)]
    return [step for start, end in spans for step in ((start, 1), (end, -1))]


def first_fit(full: Intervals, starts_s: float, lasts_s: float, *, touch_s: float = EPS_S) -> float:
    """Return the first scene second from `starts_s` on at which a stay of this length meets no full span.

    A stay may reach `touch_s` into a span and still only touch it; 0 for what nobody may have twice for an instant.
    """
    at = starts_s
    for low, high in full:
        if at + lasts_s <= low + touch_s:
            break
        if high > at + touch_s:
            at = high
    return at


def forbidden_shifts(full: Intervals, stay: tuple[float, float], from_s: float, to_s: float) -> Intervals:
    """Return the shifts in seconds within [from_s, to_s] at which a stay meets a full span; their ends are free."""
    spans = merged((low - stay[1], high - stay[0]) for low, high in full)
    return [(max(low, from_s), min(high, to_s)) for low, high in spans if high > from_s and low < to_s]


def rate_exceeded(
    events: Sequence[PadEvent], departs_s: float, most: int, *, ignore: Collection[str] = ()
) -> float | None:
    """Return when one more departure keeps to `most` in any 60 minutes, or None when `departs_s` already does.

    `events` must reach an hour before `departs_s` and as far after it as an answer is sought.
    """
    times = sorted(event.at_s for event in events if not event.arrival and event.key not in ignore)
    if _rate_kept(times, departs_s, most):
        return None
    # The number of departures in the hour before changes only an hour after one of them.
    for at in sorted(t + RATE_WINDOW_S for t in times):
        if at > departs_s and _rate_kept(times, at, most):
            return at
    return math.inf


def _rate_kept(times: list[float], departs_s: float, most: int) -> bool:
    near = sorted([*(t for t in times if abs(t - departs_s) < RATE_WINDOW_S - EPS_S), departs_s])
    own = near.index(departs_s)
    # Half-open windows: of any most + 1 departures with this one among them, first and last must lie an hour apart.
    firsts = range(max(0, own - most), min(own, len(near) - 1 - most) + 1)
    return all(near[k + most] - near[k] >= RATE_WINDOW_S - EPS_S for k in firsts)


def at_least(steps: list[tuple[float, int]], many: int) -> Intervals:
    """Return where at least `many` of half-open spans, given as steps up and down, overlap."""
    spans: Intervals = []
    count, since = 0, 0.0
    for at, change in sorted(steps):  # an end sorts before a start of the same instant
        before, count = count, count + change
        if before < many <= count:
            since = at
        elif count < many <= before and at > since + EPS_S:
            spans.append((since, at))
    return merged(spans)


def _bucket(at_s: float) -> int:
    return int(at_s // _BUCKET_S)
