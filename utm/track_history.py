"""Where tracks have been: the port a recorder fills, and a bounded ring in memory that answers until one does.

The ring holds the newest observations of all tracks together; when it is full the oldest go. It belongs to this process
alone and does not survive it.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from airspace.geometry4d import FloatArray
from airspace.tracks import ObservationBatch
from utm.telemetry_values import TrackIdentity

FIELDS = (
    "lat_deg",
    "lon_deg",
    "alt_hae_m",
    "alt_amsl_m",
    "vel_east_mps",
    "vel_north_mps",
    "vel_up_mps",
    "heading_deg",
    "observed_s",
    "received_s",
)


class TrackRecorder(Protocol):
    """Takes every accepted observation, in order of arrival."""

    def record(self, batch: ObservationBatch, track_ids: Sequence[str]) -> None:
        """Take a batch; `track_ids[row]` names the track of a row."""
        ...

    def history(self, track_id: str, from_s: float, to_s: float, limit: int) -> NDArray[np.void]:
        """Return at most `limit` observations of the track, observed in [from_s, to_s] (scene seconds), in order."""
        ...

    def knows(self, track_id: str) -> bool:
        """Tell whether observations of a track of that id may still be held."""
        ...

    def identity(self, track_id: str) -> TrackIdentity | None:
        """Return who a track is or was, as far as the recorder knows."""
        ...


class TrackRing:
    """The last `capacity` observations of all tracks, in 88 bytes each."""

    def __init__(self, capacity: int = 1 << 18) -> None:
        self._dtype = np.dtype([("serial", np.int64)] + [(name, np.float64) for name in FIELDS])
        self._ring = np.zeros(capacity, self._dtype)
        self._written = 0
        self._serials: dict[str, int] = {}
        self._next_serial = 1
        self._pruned_at = 0

    def record(self, batch: ObservationBatch, track_ids: Sequence[str]) -> None:
        """Append a batch; of one larger than the ring its newest part is kept."""
        count, capacity = len(batch.row), len(self._ring)
        if count > capacity:
            batch, count = batch.take(np.arange(count - capacity, count)), capacity
        block = np.zeros(count, self._dtype)
        block["serial"] = [self._serial(track_ids[row]) for row in batch.row.tolist()]
        for name in FIELDS:
            block[name] = getattr(batch, name)
        self._ring[(self._written + np.arange(count)) % capacity] = block
        self._written += count
        if self._written - self._pruned_at > capacity:
            self._prune()

    def history(self, track_id: str, from_s: float, to_s: float, limit: int) -> NDArray[np.void]:
        """Return the observations of a track in a window; columns are `FIELDS`, NaN is unknown."""
        serial = self._serials.get(track_id)
        if serial is None:
            return self._ring[:0]
        held = self._ring[: min(self._written, len(self._ring))]
        observed: FloatArray = held["observed_s"]
        found = held[(held["serial"] == serial) & (observed >= from_s) & (observed <= to_s)]
        ordered: NDArray[np.void] = found[np.argsort(found["observed_s"], kind="stable")][:limit]
        return ordered

    def knows(self, track_id: str) -> bool:
        """Tell whether the ring may still hold observations of the track."""
        return track_id in self._serials

    def identity(self, track_id: str) -> TrackIdentity | None:
        """Return None: the ring holds no identities."""
        return None

    def _serial(self, track_id: str) -> int:
        serial = self._serials.get(track_id)
        if serial is None:
            serial = self._serials[track_id] = self._next_serial
            self._next_serial += 1
        return serial

    def _prune(self) -> None:
        """Forget the names of tracks of which nothing is held, so that names do not pile up for ever."""
        present = set(np.unique(self._ring["serial"]).tolist())
        self._serials = {name: serial for name, serial in self._serials.items() if serial in present}
        self._pruned_at = self._written
