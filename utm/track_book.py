"""The book of tracks: which row of the picture is whose track, under which name, of which aircraft, flying which plan.

Whoever reports a track owns its row: a vehicle of our links, or a sender with its own name for it. A track outlives its
owner for a while, and a restart of the server: whoever is heard again carries it on.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import structlog

from airspace.geometry4d import PlanGeometry, Prism, Tolerance, Trajectory4D
from airspace.picture import Picture
from airspace.tracks import PictureFullError
from utm.binding import AircraftDirectory, AircraftRecord
from utm.heard_vehicles import HeardVehicle
from utm.ids import new_id
from utm.telemetry_values import Callbacks, PositionReport, TrackIdentity
from utm.track_history import TrackRecorder, TrackRing

M_PER_DEG: Final = 111_195.0
_PAST_IDENTITIES: Final = 20_000
_OWN_PREFIXES: Final = ("trk_", "ac_")  # our own kinds of id: a sender's name must not pass for one
_SAME_M: Final = 150.0
_SAME_MPS: Final = 40.0
"""How far from where it was, and how much further each second, an unregistered vehicle may come back (ours)."""

_log = structlog.get_logger(__name__)
Owner = HeardVehicle | tuple[str, str, str]


@dataclass(slots=True)
class _Plan:
    plan_id: str
    geometry: PlanGeometry
    tolerance: Tolerance
    contingent: bool = False
    also: tuple[Prism, ...] = ()

    def is_same(self, plan_id: str, geometry: PlanGeometry, tolerance: Tolerance, also: tuple[Prism, ...] = ()) -> bool:
        if self.plan_id != plan_id or self.tolerance != tolerance or self.also is not also:
            return False
        if isinstance(geometry, Trajectory4D) and isinstance(self.geometry, Trajectory4D):
            return np.array_equal(geometry.segments, self.geometry.segments)
        return geometry is self.geometry


class TrackBook:
    """Rows, identities and plans of the picture's tracks (`utm.telemetry` fills them)."""

    def __init__(
        self,
        picture: Picture,
        directory: AircraftDirectory,
        *,
        recorder: TrackRecorder | None = None,
        ids: Callable[[], str] = lambda: new_id("trk"),
    ) -> None:
        self.picture = picture
        self.directory = directory
        self.recorder: TrackRecorder = recorder or TrackRing()
        self.counters: dict[str, int] = {
            "events_ignored": 0,
            "tracks_refused": 0,
            "tracks_restored": 0,
            "callback_failures": 0,
        }
        self.callbacks = Callbacks()
        self._ids = ids
        self._now_s = 0.0
        self._aircraft_named: dict[str, str] = {}
        self._feeds: dict[tuple[str, str, str], int] = {}
        self._row_of_track: dict[str, int] = {}
        self._owner_of_row: dict[int, Owner] = {}
        self._identities: dict[int, TrackIdentity] = {}
        self._past: OrderedDict[str, TrackIdentity] = OrderedDict()
        self._rows_of: dict[str, set[int]] = {}
        self._orphans: dict[str, int] = {}
        self._plans: dict[str, _Plan] = {}
        self._modes: dict[int, str | None] = {}
        self._renamed: set[int] = set()

    # ------------------------------------------------------------------------------------------------------ identities

    def _open(self, owner: Owner, source: str, feeder_id: str | None) -> int | None:
        try:
            row = self.picture.open_track(self._name(owner, feeder_id), now_s=self._now_s)
        except PictureFullError:
            self.counters["tracks_refused"] += 1
            return None
        self._owner_of_row[row] = owner
        identity = TrackIdentity(self.picture.track_ids[row], source, feeder_id=feeder_id, peer=_peer(owner))
        self._identities[row] = identity
        self._row_of_track[self.picture.track_ids[row]] = row
        self._renamed.add(row)
        return row

    def reopen(self, past: TrackIdentity, *, heard_s: float) -> int | None:
        """Give a track that a former process followed a row again; whoever reported it carries it on.

        Returns None when there is no room, or the track is here already.
        """
        if past.track_id in self._row_of_track:
            return None
        try:
            row = self.picture.open_track(past.track_id, now_s=heard_s)
        except PictureFullError:
            self.counters["tracks_refused"] += 1
            return None
        self._identities[row] = TrackIdentity(past.track_id, past.source, feeder_id=past.feeder_id, peer=past.peer)
        self._row_of_track[past.track_id] = row
        self._renamed.add(row)
        if past.feeder_id is not None:
            # A sender that gave no name of its own, or one like ours, is known by its aircraft.
            unnamed = past.aircraft_id is not None and past.track_id.startswith(_OWN_PREFIXES)
            key = (past.feeder_id, str(past.aircraft_id) if unnamed else past.track_id, past.aircraft_id or "")
            self._feeds[key] = row
            self._owner_of_row[row] = key
        elif past.aircraft_id is None and past.peer is not None:
            self._orphans[past.peer] = row
        self._apply_identity(row, self.directory.aircraft(past.aircraft_id) if past.aircraft_id else None)
        return row

    def _name(self, owner: Owner, feeder_id: str | None) -> str:
        """Return the id of a new track: the sender's own name for it, unless somebody else's track bears or bore it."""
        if isinstance(owner, tuple) and not owner[1].startswith(_OWN_PREFIXES):
            name = owner[1]
            past = self._past.get(name) or self.recorder.identity(name)
            free = not self.recorder.knows(name) if past is None else past.feeder_id == feeder_id
            if free and name not in self._row_of_track:
                return name
        return self._ids()

    def _feed_row(self, item: PositionReport, feeder_id: str) -> int | None:
        key = (feeder_id, item.reference, item.aircraft_id or "")
        row = self._feeds.get(key)
        if row is None:
            row = self._open(key, item.source, feeder_id or None)
            if row is not None:
                self._feeds[key] = row
                self._apply_identity(row, self.directory.aircraft(item.aircraft_id) if item.aircraft_id else None)
        return row

    def _adopt(self, vehicle: HeardVehicle, aircraft_id: str) -> None:
        """Let the vehicle carry on the track that another peer of ours began for the same aircraft, if there is one."""
        for row in tuple(self._rows_of.get(aircraft_id, ())):
            if row == vehicle.row or self._identities[row].feeder_id is not None:
                continue
            former = self._owner_of_row.get(row)
            if isinstance(former, HeardVehicle):
                if former.link_up:
                    continue  # it flies on under another name
                former.row = None
            elif former is not None:
                continue  # a receiver's
            self._carry_on(vehicle, row)
            return

    def _carry_on(self, vehicle: HeardVehicle, row: int) -> None:
        """Let the vehicle's positions go to another row's track; its own, begun meanwhile, ends."""
        assert vehicle.row is not None
        own, vehicle.row = vehicle.row, row
        self._owner_of_row.pop(own)
        self._drop_row(own)
        self.picture.close_track(own, now_s=self._now_s)
        self._owner_of_row[row] = vehicle
        self.picture.set_link(row, vehicle.link_up)

    def _orphan_of(self, vehicle: HeardVehicle) -> int | None:
        """Return the row of the track that this unregistered vehicle had before a restart, which is its again."""
        row = self._orphans.pop(_peer(vehicle) or "", None)
        if row is not None:
            self._owner_of_row[row] = vehicle
        return row

    def _reunite(self, vehicles: Iterable[HeardVehicle]) -> None:
        """Give unregistered vehicles that came back from another port the tracks they had before a restart.

        A system id says who only where one such track and one such vehicle have it, as near as it can have flown.
        """
        lost: dict[int, list[int]] = {}
        for peer, row in self._orphans.items():
            lost.setdefault(int(peer.rpartition("/")[2]), []).append(row)
        found: dict[int, list[HeardVehicle]] = {}
        for vehicle in vehicles:
            known = vehicle.row is not None and self._identities[vehicle.row].aircraft_id is None
            if known and vehicle.key.system_id in lost:
                found.setdefault(vehicle.key.system_id, []).append(vehicle)
        for system_id, some in found.items():
            rows = lost[system_id]
            if len(some) == len(rows) == 1 and some[0].row is not None and self._may_be(some[0].row, rows[0]):
                self._orphans.pop(self._identities[rows[0]].peer or "", None)
                self._carry_on(some[0], rows[0])
                self._apply_identity(rows[0], None)

    def _may_be(self, row: int, before: int) -> bool:
        """Tell whether the aircraft of a row can be the one that was last seen as another row."""
        picture = self.picture
        north_m = (picture.lat_deg[row] - picture.lat_deg[before]) * M_PER_DEG
        east_m = (picture.lon_deg[row] - picture.lon_deg[before]) * M_PER_DEG * np.cos(np.radians(picture.lat_deg[row]))
        apart_s = picture.observed_s[row] - picture.observed_s[before]
        return bool(np.hypot(north_m, east_m) <= _SAME_M + _SAME_MPS * max(apart_s, 0.0))

    def _apply_identity(self, row: int, record: AircraftRecord | None) -> None:
        """Make the row a track of that aircraft (None: of an unregistered one), with the plan it flies."""
        before = self._identities[row]
        if before.aircraft_id is not None:
            self._rows_of.get(before.aircraft_id, set()).discard(row)
        if record is None:
            if before.aircraft_id is not None:
                self.picture.unbind_aircraft(row)
            peer = _peer(self._owner_of_row.get(row)) or before.peer
            self._rename(row, TrackIdentity(before.track_id, before.source, feeder_id=before.feeder_id, peer=peer))
            return
        self._rows_of.setdefault(record.aircraft_id, set()).add(row)
        self._aircraft_named[record.registration] = record.aircraft_id
        if before.aircraft_id != record.aircraft_id:
            if before.aircraft_id is not None:
                self.picture.unbind_aircraft(row)
            self.picture.bind_aircraft(row, record.aircraft_id)
            plan = self._plans.get(record.aircraft_id)
            if plan is not None:
                self._bind_plan(row, plan)
        identity = TrackIdentity(
            before.track_id,
            before.source,
            record.aircraft_id,
            self.picture.plan_ids[row],
            record.registration,
            record.operator_id,
            record.operator_name,
            before.feeder_id,
        )
        self._rename(row, identity)

    def _rename(self, row: int, identity: TrackIdentity) -> None:
        if self._identities.get(row) != identity:
            self._identities[row] = identity
            self._renamed.add(row)
            self.picture.touch(row)

    def _refresh_identity(self, row: int) -> None:
        old = self._identities[row]
        self._rename(row, replace(old, plan_id=self.picture.plan_ids[row]))

    def _drop_row(self, row: int) -> None:
        identity = self._identities.pop(row, None)
        self._modes.pop(row, None)
        self._renamed.discard(row)
        owner = self._owner_of_row.pop(row, None)
        if isinstance(owner, HeardVehicle):
            owner.row = None
        elif owner is not None:
            self._feeds.pop(owner, None)
        if identity is not None:
            if identity.peer is not None and self._orphans.get(identity.peer) == row:
                del self._orphans[identity.peer]
            self._row_of_track.pop(identity.track_id, None)
            if identity.aircraft_id is not None:
                self._rows_of.get(identity.aircraft_id, set()).discard(row)
            self._past[identity.track_id] = identity
            while len(self._past) > _PAST_IDENTITIES:
                self._past.popitem(last=False)

    def _tell(self, listeners: Sequence[Callable[..., None]], *arguments: object) -> None:
        """Call every listener; one that fails is logged and counted, and the others are still told."""
        for listener in tuple(listeners):
            try:
                listener(*arguments)
            except Exception:
                self.counters["callback_failures"] += 1
                _log.exception("telemetry_callback_failed", arguments=[str(a) for a in arguments])

    # ----------------------------------------------------------------------------------------------------------- plans

    def plan_activated(
        self,
        aircraft_id: str,
        plan_id: str,
        geometry: PlanGeometry,
        tolerance: Tolerance,
        also: tuple[Prism, ...] = (),
    ) -> None:
        """Judge the aircraft against this plan from now on, on every track it has or will have.

        Told again of the plan it flies already, judging goes on where it was. In the volumes of `also`, those of an
        order, it conforms as well.
        """
        flown = self._plans.get(aircraft_id)
        if flown is not None and flown.is_same(plan_id, geometry, tolerance, also):
            return
        plan = self._plans[aircraft_id] = _Plan(plan_id, geometry, tolerance, also=also)
        for row in self._rows_of.get(aircraft_id, ()):
            self._bind_plan(row, plan)
            self._refresh_identity(row)

    def plan_ended(self, aircraft_id: str, plan_id: str) -> None:
        """Stop judging the aircraft against this plan; nothing happens when it flies another by now."""
        plan = self._plans.get(aircraft_id)
        if plan is None or plan.plan_id != plan_id:
            return
        del self._plans[aircraft_id]
        for row in self._rows_of.get(aircraft_id, ()):
            self.picture.unbind_plan(row)
            self._refresh_identity(row)

    def set_contingent(self, aircraft_id: str, contingent: bool) -> None:
        """Say that the aircraft's flight has declared a contingency, or that it is over."""
        plan = self._plans.get(aircraft_id)
        if plan is not None:
            plan.contingent = contingent
        for row in self._rows_of.get(aircraft_id, ()):
            self.picture.set_contingent(row, contingent and plan is not None)

    def _bind_plan(self, row: int, plan: _Plan) -> None:
        self.picture.bind_plan(row, plan.plan_id, plan.geometry, plan.tolerance, plan.also)
        self.picture.set_contingent(row, plan.contingent)

    # --------------------------------------------------------------------------------------------------------- reading

    def identity(self, row: int) -> TrackIdentity:
        """Return who the track of a row is."""
        return self._identities[row]

    def row_of_track(self, track_id: str) -> int | None:
        """Return the row of a track in the picture, None for one that is not in it."""
        return self._row_of_track.get(track_id)

    def identity_of_track(self, track_id: str) -> TrackIdentity | None:
        """Return who a track is or, for some time after it left the picture, was."""
        row = self._row_of_track.get(track_id)
        if row is not None:
            return self._identities[row]
        return self._past.get(track_id) or self.recorder.identity(track_id)

    def mode(self, row: int) -> str | None:
        """Return the normalised flight mode of the vehicle of a row."""
        return self._modes.get(row)

    def take_renamed(self) -> set[int]:
        """Return the rows whose identity changed since the last call."""
        renamed, self._renamed = self._renamed, set()
        return renamed


def _peer(owner: Owner | None) -> str | None:
    """Return what a vehicle of our links is known by, also after a restart; None for anything else."""
    return f"{owner.key.link}/{owner.key.system_id}" if isinstance(owner, HeardVehicle) else None
