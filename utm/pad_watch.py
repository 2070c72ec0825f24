"""Flights bound for a pad that will not be there: the site closed, or has more arrivals than pads since it was booked.

A plan is approved with a pad of its own. Afterwards a site may be closed, and a flight that is late keeps its pad; what
is in the air then needs a decision while there is still energy for another way.
"""

from collections.abc import Iterator
from typing import Final

from airspace.pads import PadTimes, over_booked
from airspace.rules.calendar import beijing_second
from airspace.site_rules import closed_within
from airspace.sites import Site
from utm.airspace_book import AirspaceBook
from utm.alert_book import Condition, Party
from utm.alert_rules import severity_of
from utm.fleet import Fleet
from utm.sky import LivePlan, Sky

AHEAD_S: Final = 300.0
"""How long before its arrival a flight is warned of (ours: the time to land elsewhere with the usual reserve)."""
AIRBORNE: Final = frozenset({"activated", "nonconforming"})
"""A contingent flight does not land where it planned to; its contingency says where."""
EVERY_S: Final = 2.0


class PadWatch:
    """Finds flights in the air whose pad at the destination is not to be had."""

    def __init__(self, sky: Sky, book: AirspaceBook, fleet: Fleet) -> None:
        self._sky, self._book, self._fleet = sky, book, fleet
        self._found: list[Condition] = []
        self._at_s = float("-inf")

    def conditions(self, now_s: float) -> list[Condition]:
        """Return the alerts that missing pads call for; asks memory only, at most every two seconds."""
        if not 0.0 <= now_s - self._at_s < EVERY_S:
            self._found, self._at_s = list(self._look(now_s)), now_s
        return self._found

    def _look(self, now_s: float) -> Iterator[Condition]:
        over: dict[str, set[str]] = {}
        for plan in self._sky.all():
            site_id = plan.destination_site_id
            if site_id is None or plan.state not in AIRBORNE or plan.ends_s - now_s > AHEAD_S:
                continue
            site = self._book.sites.get(site_id)
            if site is None or self._closed(plan, site):
                yield self._condition(plan, site, site_id, "is closed then", "届时关闭", now_s)
                continue
            if site_id not in over:
                times = PadTimes.of(self._book.policy, site)
                events = self._sky.pad_events(site_id, now_s - times.longest_s, now_s + AHEAD_S + times.longest_s)
                over[site_id] = over_booked(events, times, site.pads)
            if plan.plan_id in over[site_id]:
                en = f"has more flights than its {site.pads} pads then"
                yield self._condition(plan, site, site_id, en, f"届时降落需求超过其 {site.pads} 个机位", now_s)

    def _closed(self, plan: LivePlan, site: Site) -> bool:
        times = PadTimes.of(self._book.policy, site)
        return bool(closed_within(site, plan.ends_s - times.clear_s, plan.ends_s))

    def _condition(
        self, plan: LivePlan, site: Site | None, site_id: str, why: str, why_zh: str, now_s: float
    ) -> Condition:
        aircraft = self._fleet.get(plan.aircraft_id)
        name = plan.aircraft_id if aircraft is None else aircraft.registration
        party = Party(None, plan.aircraft_id, plan.plan_id, plan.organisation_id)
        return Condition(
            "pad_unavailable",
            party.key,
            severity_of("major", max(0.0, plan.ends_s - now_s)),
            {
                "own": name,
                "own_zh": f"{name} ",
                "site": site_id if site is None else site.name,
                "site_zh": site_id if site is None else site.name_zh or site.name,
                "why": why,
                "why_zh": why_zh,
                "at": beijing_second(plan.ends_s),
            },
            party,
            lat_deg=None if site is None else site.lat_deg,
            lon_deg=None if site is None else site.lon_deg,
            event_s=plan.ends_s,
        )
