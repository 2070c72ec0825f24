"""Telemetry: from what vehicles and suppliers report to the picture: whose it is, which plan it flies, in which order.

Bridge events arrive in batches (`on_events`), suppliers' and operators' positions through `report`. One thread, the
event loop's, writes the picture; `advance` judges it once a tick. Which vehicle is which aircraft is decided in
`utm.binding`; whose each track is, and under which name, is kept in `utm.track_book`. Times inside are scene seconds; the
bridge's unix seconds and vehicles' clocks end here.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from airspace.picture import Picture
from airspace.tracks import IngestCode, IngestReport, ObservationBatch, RowArray
from mavlink_bridge import events as ev
from mavlink_bridge.lane import Routine
from utm.binding import AircraftDirectory, Binder
from utm.feed_meter import FeedMeter
from utm.foreign_tracks import ForeignTracks
from utm.heard_vehicles import NO_CLOCK_UNCERTAINTY_S, HeardVehicle, HeardVehicles
from utm.ids import new_id
from utm.telemetry_values import UNIX_OF_SCENE_ZERO_S, LinkStatus, PositionReport
from utm.track_book import M_PER_DEG, TrackBook
from utm.track_history import TrackRecorder

OWN_RECEIVERS: Final = ""
"""The feeder of what our own vehicles' receivers hear; no organisation has that id."""
ECHO_M: Final = 150.0
ECHO_FRESH_S: Final = 10.0


class Telemetry(TrackBook):
    """The one writer of the picture."""

    def __init__(
        self,
        picture: Picture,
        directory: AircraftDirectory,
        *,
        recorder: TrackRecorder | None = None,
        ids: Callable[[], str] = lambda: new_id("trk"),
        rebind_after_s: float = 10.0,
    ) -> None:
        super().__init__(picture, directory, recorder=recorder, ids=ids)
        self._binder = Binder(directory, rebind_after_s=rebind_after_s)
        self._vehicles: dict[ev.VehicleKey, HeardVehicle] = {}
        self._heard = HeardVehicles()
        self._foreign = ForeignTracks(self._flies_at, self.counters)
        self._foreign_reports: list[PositionReport] = []
        self.feed_meter = FeedMeter()
        self._directory_version = directory.version
        self._pending_rows: list[tuple[int, int]] = []
        self._pending: list[tuple[float, ...]] = []
        self._handlers: dict[type[ev.Event], Callable[[HeardVehicle, int, ev.Event], None]] = {
            ev.Position: self._on_position,
            ev.Heartbeat: self._on_heartbeat,
            ev.LandedState: self._on_landed_state,
            ev.Battery: self._on_battery,
            ev.Home: self._on_home,
            ev.Rebooted: self._on_rebooted,
            ev.LinkLost: self._on_link_lost,
            ev.LinkRecovered: self._on_link_recovered,
            ev.EndpointChanged: self._on_endpoint_changed,
            ev.ClockOffset: self._on_clock_offset,
            ev.ClockSample: self._on_clock_sample,
            ev.AdsbVehicle: self._on_adsb,
            ev.RemoteIdBasic: self._on_remote_id_basic,
            ev.RemoteIdLocation: self._on_remote_id_location,
        }

    # ------------------------------------------------------------------------------------------------ bridge events

    def on_events(self, batch: Sequence[ev.Event]) -> None:
        """Take a batch of the bridge's events, in order."""
        for event in batch:
            self._now_s = max(self._now_s, event.received_at - UNIX_OF_SCENE_ZERO_S)
            handler = self._handlers.get(type(event))
            if handler is None and not isinstance(event, ev.VehicleFound | ev.VehicleForgotten):
                self.counters["events_ignored"] += 1
                continue
            if isinstance(event, ev.VehicleForgotten):
                self._forget(event.vehicle)
                continue
            vehicle = self._vehicle(event)
            row = self._row_of(vehicle)
            if row is None:
                continue
            self.picture.heard(row, event.received_at - UNIX_OF_SCENE_ZERO_S)
            if handler is not None:
                handler(vehicle, row, event)
        self._flush()

    def on_routine(self, routine: Routine) -> None:
        """Take what the bridge's fast lane carries: positions, battery levels and signs of life, in columns."""
        received_s = routine.received_at - UNIX_OF_SCENE_ZERO_S
        self._now_s = max(self._now_s, received_s)
        places, levels = routine.positions, routine.batteries
        _, rows = self._rows_of_slots(routine, routine.heard)
        self.picture.heard_all(rows[rows >= 0], received_s)
        _, rows = self._rows_of_slots(routine, levels["vehicle"])
        self.picture.set_batteries(rows[rows >= 0], levels["remaining_pct"][rows >= 0])
        numbers, rows = self._rows_of_slots(routine, places["vehicle"])
        if not len(rows):
            return
        received = np.full(len(rows), received_s)
        nan = np.full(len(rows), np.nan)
        observed, uncertain = self._heard.observed(numbers, places["boot_ms"].astype(np.float64), nan, received)
        self.picture.set_time_uncertainty(rows[rows >= 0], uncertain[rows >= 0])
        known = ["alt_amsl_m", "alt_home_m", "vel_east_mps", "vel_north_mps", "vel_up_mps", "heading_deg"]
        columns = (places["lat_deg"], places["lon_deg"], nan, *(places[name] for name in known), observed, received)
        batch = ObservationBatch(rows, *(np.ascontiguousarray(column) for column in columns))
        self._ingest(batch if (rows >= 0).all() else batch.take(np.flatnonzero(rows >= 0)))

    def _rows_of_slots(self, routine: Routine, slots: RowArray) -> tuple[RowArray, RowArray]:
        """Return the vehicles' numbers and the picture's rows (-1: no room) of slots of the bridge."""
        numbers = self._heard.numbers(slots)
        unknown = numbers < 0
        if unknown.any():
            for slot in np.unique(slots[unknown]).tolist():
                self._heard.put_slot(self._vehicle_of(routine.vehicle_in[slot].key), slot)
            numbers = self._heard.numbers(slots)
        rows: RowArray = self._heard.held["row"][numbers]
        missing = rows < 0
        if missing.any():
            for slot in np.unique(slots[missing]).tolist():
                self._row_of(self._vehicle_of(routine.vehicle_in[slot].key))
            rows = self._heard.held["row"][numbers]
        return numbers, rows

    def _vehicle_of(self, key: ev.VehicleKey) -> HeardVehicle:
        vehicle = self._vehicles.get(key)
        if vehicle is None:
            vehicle = self._vehicles[key] = self._heard.open(key)
            self._binder.appeared(key)
        return vehicle

    def _vehicle(self, event: ev.Event) -> HeardVehicle:
        vehicle = self._vehicle_of(event.vehicle)
        if isinstance(event, ev.VehicleFound):
            vehicle.endpoint, vehicle.signed = event.endpoint, event.signed
        return vehicle

    def _row_of(self, vehicle: HeardVehicle) -> int | None:
        if vehicle.row is None:
            past = self._orphan_of(vehicle)
            vehicle.row = self._open(vehicle, "mavlink", None) if past is None else past
            if vehicle.row is not None:
                self.picture.set_link(vehicle.row, vehicle.link_up)
                self._apply_binding(vehicle)
        return vehicle.row

    def _forget(self, key: ev.VehicleKey) -> None:
        """Drop a vehicle the bridge forgot; its track stays until it is too old or another peer carries it on."""
        vehicle = self._vehicles.pop(key, None)
        if vehicle is not None:
            record = self._binder.aircraft_of(key)
            self._binder.gone(key)
            if vehicle.row is not None:
                self._owner_of_row.pop(vehicle.row, None)
            self._heard.close(vehicle)
            if record is not None:
                self._tell(self.callbacks.bound, record.aircraft_id, None)

    def _on_position(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        assert isinstance(event, ev.Position)
        nan = np.nan
        received_s = event.received_at - UNIX_OF_SCENE_ZERO_S
        unix_s = event.unix_time_s
        self._pending_rows.append((row, vehicle.number))
        self._pending.append(
            (
                event.lat_deg,
                event.lon_deg,
                nan if event.alt_hae_m is None else event.alt_hae_m,
                nan if event.alt_amsl_m is None else event.alt_amsl_m,
                nan if event.alt_home_m is None else event.alt_home_m,
                nan if event.vel_east_mps is None else event.vel_east_mps,
                nan if event.vel_north_mps is None else event.vel_north_mps,
                nan if event.vel_up_mps is None else event.vel_up_mps,
                nan if event.heading_deg is None else event.heading_deg,
                nan if event.time_boot_ms is None else event.time_boot_ms,
                nan if unix_s is None else unix_s - UNIX_OF_SCENE_ZERO_S,
                received_s,
            )
        )

    def _on_heartbeat(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        assert isinstance(event, ev.Heartbeat)
        self.picture.set_armed(row, event.armed)
        if self._modes.get(row) != event.mode:
            self._modes[row] = event.mode
            self.picture.touch(row)

    def _on_landed_state(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        assert isinstance(event, ev.LandedState)
        self.picture.set_landed(row, None if event.landed is None else event.landed == "on_ground")

    def _on_battery(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        assert isinstance(event, ev.Battery)
        if event.battery_id == 0 and event.remaining_pct is not None:
            self.picture.set_battery(row, event.remaining_pct)

    def _on_home(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        assert isinstance(event, ev.Home)
        before, vehicle.home = vehicle.home, event
        aircraft_id = self.picture.aircraft_ids[row]
        if aircraft_id is not None and (before is None or _moved(before, event)):
            self._tell(self.callbacks.home, aircraft_id, event)

    def _on_rebooted(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        self._flush()  # what it said before belongs to the clock it had
        self._heard.restart_clock(vehicle)

    def _on_clock_offset(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        assert isinstance(event, ev.ClockOffset)
        now_s = event.received_at - UNIX_OF_SCENE_ZERO_S
        self._heard.synced(vehicle, event.offset_s - UNIX_OF_SCENE_ZERO_S, event.uncertainty_s, now_s)

    def _on_clock_sample(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        assert isinstance(event, ev.ClockSample)
        if event.unix_time_s is not None:
            self._heard.told_utc(vehicle, event.unix_time_s - UNIX_OF_SCENE_ZERO_S - event.time_boot_ms / 1e3)

    def _on_adsb(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        assert isinstance(event, ev.AdsbVehicle)
        report = self._foreign.of_adsb(event)
        if report is not None:
            self._foreign_reports.append(report)

    def _on_remote_id_basic(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        assert isinstance(event, ev.RemoteIdBasic)
        self._foreign.heard_name(event)

    def _on_remote_id_location(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        assert isinstance(event, ev.RemoteIdLocation)
        report = self._foreign.of_remote_id(event)
        if report is not None:
            self._foreign_reports.append(report)

    def _flies_at(self, registration: str, lat_deg: float, lon_deg: float) -> bool:
        """Tell whether our links have the aircraft of that registration within ECHO_M of a place, just now."""
        picture = self.picture
        for row in self._rows_of.get(self._aircraft_named.get(registration, ""), ()):
            north_m = (picture.lat_deg[row] - lat_deg) * M_PER_DEG
            east_m = (picture.lon_deg[row] - lon_deg) * M_PER_DEG * np.cos(np.radians(lat_deg))
            fresh = self._now_s - picture.received_s[row] <= ECHO_FRESH_S
            if self._identities[row].source == "mavlink" and fresh and np.hypot(north_m, east_m) <= ECHO_M:
                return True
        return False

    def _on_link_lost(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        vehicle.link_up = False
        self._binder.link_lost(vehicle.key, event.received_at - UNIX_OF_SCENE_ZERO_S)
        self.picture.set_link(row, False)
        self._tell_link(row, up=False)

    def _on_link_recovered(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        vehicle.link_up = True
        self._binder.link_recovered(vehicle.key)
        self.picture.set_link(row, True)
        self._tell_link(row, up=True)

    def _on_endpoint_changed(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        assert isinstance(event, ev.EndpointChanged)
        vehicle.endpoint = event.endpoint

    def _tell_link(self, row: int, *, up: bool) -> None:
        aircraft_id = self.picture.aircraft_ids[row]
        if aircraft_id is not None:
            self._tell(self.callbacks.link, aircraft_id, up)

    def _flush(self) -> None:
        if self._pending:
            rows, numbers = np.array(self._pending_rows, np.int64).T
            columns = np.array(self._pending, np.float64)
            self._pending_rows, self._pending = [], []
            observed, uncertain = self._heard.observed(numbers, columns[:, 9], columns[:, 10], columns[:, 11])
            self.picture.set_time_uncertainty(rows, uncertain)
            kept = np.column_stack((columns[:, :9], observed, columns[:, 11]))
            self._ingest(ObservationBatch.from_columns(np.ascontiguousarray(rows), kept))
        if self._foreign_reports:
            reports, self._foreign_reports = self._foreign_reports, []
            self.report(reports, feeder_id=OWN_RECEIVERS, now_s=self._now_s)

    def _ingest(self, batch: ObservationBatch) -> IngestReport:
        report = self.picture.ingest(batch)
        if len(report.accepted.row):
            self.recorder.record(report.accepted, self.picture.track_ids)
        return report

    # ---------------------------------------------------------------------------------------------- reports by API

    def report(self, reports: Sequence[PositionReport], *, feeder_id: str, now_s: float) -> list[IngestCode | None]:
        """Take positions an organisation sends, received now; returns what became of each (None: no room for it).

        A report that is refused opens no track: its values are tried before a row is taken.
        """
        self._now_s = max(self._now_s, now_s)
        result: list[IngestCode | None] = [None] * len(reports)
        if not reports:
            return result
        columns = np.array([(*item.values, now_s) for item in reports], np.float64)
        screened = self.picture.screen(ObservationBatch.from_columns(np.zeros(len(reports), np.int64), columns))
        rows: list[int] = []
        kept: list[int] = []
        for i, (item, code) in enumerate(zip(reports, screened.tolist(), strict=True)):
            if code != IngestCode.ACCEPTED:
                result[i] = IngestCode(code)
                self.picture.counters[IngestCode(code).name.lower()] += 1
                continue
            row = self._feed_row(item, feeder_id)
            if row is not None:
                rows.append(row)
                kept.append(i)
        self.picture.set_time_uncertainty(np.array(rows, np.int64), np.full(len(rows), NO_CLOCK_UNCERTAINTY_S))
        codes: list[IngestCode] = []
        if kept:
            batch = ObservationBatch.from_columns(np.array(rows, np.int64), columns[kept])
            codes = [IngestCode(code) for code in self._ingest(batch).code.tolist()]
        for i, row, code in zip(kept, rows, codes, strict=True):
            result[i] = code
            if code is IngestCode.ACCEPTED:
                self.picture.set_landed(row, reports[i].landed)
                self.picture.set_battery(row, reports[i].battery_pct)
        for source in {item.source for item in reports}:
            became = [result[i] is IngestCode.ACCEPTED for i, item in enumerate(reports) if item.source == source]
            taken = sum(became)
            self.feed_meter.note(feeder_id, source, now_s, accepted=taken, refused=len(became) - taken)
        return result

    # ------------------------------------------------------------------------------------------------------ binding

    def _apply_binding(self, vehicle: HeardVehicle) -> None:
        if vehicle.row is None:
            return
        record = self._binder.aircraft_of(vehicle.key)
        if record is not None:
            self._adopt(vehicle, record.aircraft_id)
        self._apply_identity(vehicle.row, record)

    def _rebind(self) -> None:
        """Settle which vehicle is which aircraft after registrations, links or peers changed."""
        if self.directory.version != self._directory_version:
            self._directory_version = self.directory.version
            for (_, _, aircraft_id), row in self._feeds.items():
                if aircraft_id:
                    self._apply_identity(row, self.directory.aircraft(aircraft_id))
        for key in self._binder.settle(self._now_s):
            vehicle = self._vehicles.get(key)
            if vehicle is None:
                continue
            before = None if vehicle.row is None else self.picture.aircraft_ids[vehicle.row]
            successor = None if before is None else self._binder.vehicle_of(before)
            if successor not in (None, key) and not vehicle.link_up:
                continue  # that vehicle is among the changed ones and carries this silent one's track on
            self._apply_binding(vehicle)
            after = None if vehicle.row is None else self.picture.aircraft_ids[vehicle.row]
            if before != after:
                if before is not None:
                    self._tell(self.callbacks.bound, before, self._binder.vehicle_of(before))
                if after is not None:
                    self._tell(self.callbacks.bound, after, key)

    # ------------------------------------------------------------------------------------------- ticks and reading

    def advance(self, now_s: float) -> None:
        """Judge the picture at `now_s`, settle bindings and tell what changed."""
        self._now_s = max(self._now_s, now_s)
        self._rebind()
        if self._orphans:
            self._reunite(self._vehicles.values())
        result = self.picture.advance(now_s)
        for transition in result.transitions:
            self._tell(self.callbacks.transition, transition)
        for row in result.landed:
            aircraft_id = self.picture.aircraft_ids[row]
            if aircraft_id is not None:
                self._tell(self.callbacks.landed, aircraft_id)
        for removed in result.removed:
            self._drop_row(removed.row)

    def link_of(self, aircraft_id: str, now_s: float) -> LinkStatus | None:
        """Return the state of the MAVLink link to an aircraft, None when no vehicle is bound to it."""
        key = self._binder.vehicle_of(aircraft_id)
        vehicle = None if key is None else self._vehicles.get(key)
        if vehicle is None or vehicle.row is None:
            return None
        row, picture = vehicle.row, self.picture
        has_position = picture.received_s[row] > -np.inf
        return LinkStatus(
            vehicle.key,
            vehicle.endpoint,
            vehicle.link_up,
            max(0.0, now_s - float(picture.heard_s[row])),
            max(0.0, now_s - float(picture.received_s[row])) if has_position else None,
            _known(picture.lat_deg[row]),
            _known(picture.lon_deg[row]),
            _known(picture.alt_hae_m[row]),
            None if picture.armed[row] < 0 else bool(picture.armed[row]),
            None if picture.landed[row] < 0 else bool(picture.landed[row]),
            self._modes.get(row),
            _known(picture.battery_pct[row]),
            vehicle.signed,
            _known(picture.vel_east_mps[row]),
            _known(picture.vel_north_mps[row]),
            _known(picture.vel_up_mps[row]),
            _known(self._heard.held["uncertainty_s"][vehicle.number]),
            max(0.0, float(picture.received_s[row] - picture.observed_s[row])) if has_position else None,
        )

    def home_of(self, aircraft_id: str) -> ev.Home | None:
        """Return the home position the vehicle of an aircraft last told, None when it told none."""
        key = self._binder.vehicle_of(aircraft_id)
        vehicle = None if key is None else self._vehicles.get(key)
        return None if vehicle is None else vehicle.home

    def vehicle_of(self, aircraft_id: str) -> ev.VehicleKey | None:
        """Return the vehicle bound to an aircraft."""
        return self._binder.vehicle_of(aircraft_id)


def _moved(before: ev.Home, after: ev.Home) -> bool:
    """Tell whether a home lies elsewhere than before by about a metre (1e-5 degrees)."""
    off_deg = max(abs(before.lat_deg - after.lat_deg), abs(before.lon_deg - after.lon_deg))
    return off_deg > 1e-5 or abs(before.alt_amsl_m - after.alt_amsl_m) > 1.0


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
