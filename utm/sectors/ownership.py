"""Whose a flight or an alert is.

    1. what is held (an alert is open about it, or a position took it over) stays with that position wherever it flies
    2. else the first sector of the list that holds its place and height has it (an unknown height is in every band); a
       flight that had another sector before keeps it within `BORDER_M` and `BORDER_UP_M` of where that one has it, so that
       who flies along a border is not handed to and fro
    3. else, outside every sector or of unknown place, the position of the rest of the city

So there is exactly one owner at every moment. While the city is not divided, one position owns everything.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from airspace.frame import LocalFrame
from airspace.geometry4d import FloatArray, PlanGeometry, Trajectory4D
from airspace.tracks import RowArray
from utm.alert_book import Alert
from utm.alerts import Alerts
from utm.sectors.book import SectorBook, State
from utm.sectors.values import CITY_POSITION, FALLBACK, Datum, Owner, alert_subject, flight_subject
from utm.sky import Sky
from utm.telemetry import Telemetry

HeightsOver: TypeAlias = Mapping[Datum, FloatArray]
"""Heights of the same places over each datum, metres; NaN where not known."""
KEPT_S: Final = 0.5
"""How old the list of all flights may be (a drone flies 10 m meanwhile)."""
BORDER_M: Final = 100.0
"""How far across the border of its sector a flight still belongs to it (ours: some seconds of flight, and far more than
a position is wrong)."""
BORDER_UP_M: Final = 10.0
"""The same above and below the heights of its sector (ours: what a flight in level flight rises and sinks)."""
_AROUND: Final = np.array(
    [(0.0, 0.0, up_m) for up_m in (-BORDER_UP_M, BORDER_UP_M)]
    + [(BORDER_M * np.cos(angle), BORDER_M * np.sin(angle), 0.0) for angle in np.arange(8) * np.pi / 4]
)
"""Places about a flight, m to the east, to the north and up, one of which its sector must hold for it to be kept."""
FLYING_STATES: Final = frozenset({"activated", "nonconforming", "contingent"})


@dataclass(frozen=True, slots=True)
class OwnedFlight:
    """A flight in the picture, with its owner."""

    subject: str
    track_id: str
    aircraft_id: str | None
    plan_id: str | None
    registration: str | None
    owner: Owner
    natural: str
    """The position whose sector it is in."""


class Ownership:
    """Answers who owns what, from the picture as it is."""

    def __init__(self, book: SectorBook, telemetry: Telemetry, alerts: Alerts, sky: Sky, frame: LocalFrame) -> None:
        self._book, self._telemetry, self._alerts, self._sky, self._frame = book, telemetry, alerts, sky, frame
        self._flights: Mapping[str, OwnedFlight] = {}
        self._at_s = -np.inf
        self._of: State | None = None

    def place(self, state: State, lat_deg: float | None, lon_deg: float | None) -> tuple[str, str]:
        """Return the position and the sector of a place; the rest of the city where it lies in none."""
        if lat_deg is not None and lon_deg is not None:
            x_m, y_m = self._frame.to_xy(lat_deg, lon_deg)
            return self._place_xy(state, float(x_m[0]), float(y_m[0]))
        return state.layout.fallback_position_id, FALLBACK

    @staticmethod
    def _place_xy(state: State, x_m: float, y_m: float) -> tuple[str, str]:
        """Return the same of local metres; the height is not known, so that every band there holds it."""
        for sector in state.layout.sectors:
            if sector.area.holds(np.array([x_m]), np.array([y_m]))[0]:
                return sector.position_id, sector.sector_id
        return state.layout.fallback_position_id, FALLBACK

    def flights(self) -> Mapping[str, OwnedFlight]:
        """Return every flight in the picture with its owner, by subject; at most half a second old."""
        state, now_s = self._book.state, time.monotonic()
        if self._of is not state or now_s - self._at_s > KEPT_S:
            picture = self._telemetry.picture
            rows = np.flatnonzero(picture.alive & (picture.received_s > -np.inf))
            self._flights, self._of, self._at_s = self._of_rows(state, rows), state, now_s
        return self._flights

    def _of_rows(self, state: State, rows: RowArray) -> Mapping[str, OwnedFlight]:
        picture = self._telemetry.picture
        x_m, y_m = self._frame.to_xy(picture.lat_deg[rows], picture.lon_deg[rows])
        heights: HeightsOver = {"AGL": picture.alt_agl_m, "AMSL": picture.alt_amsl_m, "HAE": picture.alt_hae_m}
        over: HeightsOver = {datum: column[rows] for datum, column in heights.items()}
        sector_of = _sectors_at(state, x_m, y_m, over)
        self._keep_near_borders(state, rows, sector_of, x_m, y_m, over)
        found: dict[str, OwnedFlight] = {}
        for row, at in zip(rows.tolist(), sector_of.tolist(), strict=True):
            who = self._telemetry.identity(row)
            subject = flight_subject(who.aircraft_id, who.track_id)
            inside = None if at < 0 else state.layout.sectors[at]
            natural = state.layout.fallback_position_id if inside is None else inside.position_id
            hold = state.holds.get(subject) if state.in_use else None
            found[subject] = OwnedFlight(
                subject,
                who.track_id,
                who.aircraft_id,
                who.plan_id,
                who.registration,
                Owner(
                    natural if hold is None else hold.position_id,
                    FALLBACK if inside is None else inside.sector_id,
                    "sector" if hold is None else hold.why,
                ),
                natural,
            )
        return found

    def _keep_near_borders(
        self, state: State, rows: RowArray, sector_of: RowArray, x_m: FloatArray, y_m: FloatArray, over: HeightsOver
    ) -> None:
        """Give flights that have just crossed a border back to the sector they come from, in place."""
        if self._of is None or self._of.layout is not state.layout:
            return  # the city is divided otherwise now
        number_of = {sector.sector_id: i for i, sector in enumerate(state.layout.sectors)} | {FALLBACK: -1}
        for at, row in enumerate(rows.tolist()):
            who = self._telemetry.identity(row)
            before = self._flights.get(flight_subject(who.aircraft_id, who.track_id))
            had = None if before is None else number_of.get(before.owner.sector_id)
            if had is None or had == sector_of[at]:
                continue
            around: HeightsOver = {datum: column[at] + _AROUND[:, 2] for datum, column in over.items()}
            if (_sectors_at(state, x_m[at] + _AROUND[:, 0], y_m[at] + _AROUND[:, 1], around) == had).any():
                sector_of[at] = had

    def last_known(self, aircraft_id: str) -> Owner | None:
        """Return the owner of a flight as it was when last asked for; for threads that may not read the picture."""
        subject = flight_subject(aircraft_id, None)
        flight, hold = self._flights.get(subject), self._book.state.holds.get(subject)
        if hold is not None:
            return Owner(hold.position_id, FALLBACK, hold.why)
        return None if flight is None else flight.owner

    def of_aircraft(self, aircraft_id: str) -> Owner:
        """Return the owner of an aircraft: where it flies, else where the plan it flies began."""
        state = self._book.state
        if not state.in_use:
            return Owner(CITY_POSITION, FALLBACK, "sector")
        subject = flight_subject(aircraft_id, None)
        flight = self.flights().get(subject)
        if flight is not None:
            return flight.owner
        position_id, sector_id = state.layout.fallback_position_id, FALLBACK
        plans = [plan for plan in self._sky.of_aircraft(aircraft_id) if plan.state in FLYING_STATES]
        if plans:
            position_id, sector_id = self._place_xy(state, *_start(plans[0].geometry))
        hold = state.holds.get(subject)
        if hold is not None:
            return Owner(hold.position_id, sector_id, hold.why)
        return Owner(position_id, sector_id, "sector")

    def of_alert(self, alert: Alert) -> tuple[str, Owner]:
        """Return what an open alert is owned as (its flight, or itself), and its owner."""
        state, found = self._book.state, alert.condition
        party = found.party
        subject = alert_subject(alert.alert_id)
        if party.aircraft_id is not None or party.track_id is not None:
            subject = flight_subject(party.aircraft_id, party.track_id)
            flight = self.flights().get(subject) or self._new(state, subject, party.track_id)
            if flight is not None:
                return subject, flight.owner
            if party.aircraft_id is not None and found.lat_deg is None:
                return subject, self.of_aircraft(party.aircraft_id)
        lat_deg, lon_deg = found.lat_deg, found.lon_deg
        if lat_deg is None and found.bbox is not None:
            west, south, east, north = found.bbox
            lat_deg, lon_deg = (south + north) / 2, (west + east) / 2
        position_id, sector_id = self.place(state, lat_deg, lon_deg)
        hold = state.holds.get(subject) if state.in_use else None
        if hold is not None:
            return subject, Owner(hold.position_id, sector_id, hold.why)
        return subject, Owner(position_id, sector_id, "sector")

    def _new(self, state: State, subject: str, track_id: str | None) -> OwnedFlight | None:
        """Return a flight that came into the picture after the list of all was made, None where it is not in it."""
        row = None if track_id is None else self._telemetry.row_of_track(track_id)
        if row is None or not self._telemetry.picture.received_s[row] > -np.inf:
            return None
        return self._of_rows(state, np.array([row])).get(subject)

    def alerts(self) -> list[tuple[Alert, str, Owner]]:
        """Return every open alert with what it is owned as, and its owner."""
        return [(alert, *self.of_alert(alert)) for alert in list(self._alerts.book.open.values())]


def _sectors_at(state: State, x_m: FloatArray, y_m: FloatArray, over: HeightsOver) -> RowArray:
    """Return the number of the sector of each place, shape (n,), -1 for the rest of the city; heights by datum, metres."""
    sector_of: RowArray = np.full(len(x_m), -1)
    for i, sector in enumerate(state.layout.sectors):
        left, bottom, right, top = sector.area.bounds_m
        boxed = (sector_of < 0) & (x_m >= left) & (x_m <= right) & (y_m >= bottom) & (y_m <= top)
        near = np.flatnonzero(boxed & sector.holds_height(over[sector.datum]))
        if len(near):
            sector_of[near[sector.area.holds(x_m[near], y_m[near])]] = i
    return sector_of


def _start(geometry: PlanGeometry) -> tuple[float, float]:
    """Return where a plan begins, in local metres."""
    if isinstance(geometry, Trajectory4D):
        return float(geometry.segments[0, 0]), float(geometry.segments[0, 1])
    first = geometry[0]
    if first.circle is not None:
        return first.circle[0], first.circle[1]
    assert first.ring is not None
    x_m, y_m = first.ring.mean(axis=0).tolist()
    return x_m, y_m
