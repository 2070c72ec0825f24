"""When a flight that is planned finds a pad free at both its ends, beside all that is booked already."""

import math
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from airspace.geometry4d import EPS_S
from airspace.intervals import Intervals
from airspace.pads import PadEvent, PadTimes, first_fit, full_times
from utm.airspace_book import AirspaceBook

AHEAD_S: Final = 3 * 3600.0
"""Pads are looked at so far ahead: two hours are planned, and a flight takes less than one (ours)."""
SLACK_S: Final = 20.0
"""Left between two stays on a pad: nine crews in ten of a simulated day start within this of the instant booked, and who
starts later may not where the next has the pad by then (ours; what it brings is measured in docs/performance.md)."""

PadEvents = Callable[[str, float, float], Sequence[PadEvent]]
"""(site, from, to) to the departures and arrivals there of what is live or held."""


_Ends: TypeAlias = tuple[float, float, float, float, Intervals, Intervals]


class PadRoom:
    """The pads as a plan made at `now_s` sees them; each site is read once, until `renew`.

    Times of pads are those of policy and site, in scene seconds. What is planned and not booked yet takes no pad.
    """

    def __init__(self, events: PadEvents, book: AirspaceBook, now_s: float) -> None:
        self._events, self._book, self._now_s = events, book, now_s
        self._at: dict[str, tuple[PadTimes, Sequence[PadEvent], frozenset[str]]] = {}
        self._full: dict[tuple[str, str | None], Intervals] = {}
        self._ends: dict[tuple[str, str, str], _Ends] = {}

    def renew(self) -> None:
        """Forget what was read: something was booked since."""
        self._at.clear()
        self._full.clear()
        self._ends.clear()

    def __call__(self, aircraft_id: str, origin: str, destination: str, earliest_s: float, lasts_s: float) -> float:
        """Return the first departure from `earliest_s` on with a pad free for it, and for its landing."""
        key = aircraft_id, origin, destination
        before_s, behind_s, until_s, after_s, full_here, full_there = self._ends.get(key) or self._read(key)
        at_s = earliest_s
        if not full_here and not full_there:
            return max(at_s - before_s + before_s, earliest_s)  # what the search below would find
        while True:
            departs_s = first_fit(full_here, at_s - before_s, before_s + behind_s) + before_s
            stays_s = departs_s + lasts_s - until_s
            waits_s = first_fit(full_there, stays_s, until_s + after_s) - stays_s
            if waits_s <= EPS_S:
                return max(departs_s, earliest_s)  # there and back a sum may lose its last bit
            at_s = departs_s + waits_s

    def _read(self, key: tuple[str, str, str]) -> _Ends:
        """Return what a flight of an aircraft between two sites meets there: how long before and behind its departure and its
        landing it needs a pad, and when all are taken."""
        aircraft_id, origin, destination = key
        leaves, full_here = self._site(origin, aircraft_id)
        lands, full_there = self._site(destination, aircraft_id)
        before_s, behind_s = leaves.prep_s + SLACK_S, leaves.clear_s + SLACK_S
        until_s, after_s = lands.clear_s + SLACK_S, lands.turn_around_s + SLACK_S
        found = self._ends[key] = before_s, behind_s, until_s, after_s, full_here, full_there
        return found

    def _site(self, site_id: str, aircraft_id: str) -> tuple[PadTimes, Intervals]:
        """Return the times of a site's pads, and when all are taken by others."""
        if site_id not in self._at:
            times = PadTimes.of(self._book.policy, self._book.sites.get(site_id))
            from_s = self._now_s - times.longest_s
            events = self._events(site_id, from_s, self._now_s + AHEAD_S)
            self._at[site_id] = times, events, frozenset(event.aircraft_id for event in events)
        times, events, present = self._at[site_id]
        key = site_id, aircraft_id if aircraft_id in present else None
        if key not in self._full:
            site = self._book.sites.get(site_id)
            pads = math.inf if site is None else site.pads
            self._full[key] = (
                [] if pads > len(events) else full_times(events, times, int(pads), aircraft_id=aircraft_id)
            )
        return times, self._full[key]
