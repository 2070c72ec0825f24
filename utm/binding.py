"""Binding: which vehicle on our links is which registered aircraft.

A registration that names a credential is met only by the vehicle whose frames that credential signed; one that names an
endpoint only by the unsigned peer at that address with its system id; one that names neither by the first unsigned peer
that uses its system id and that no other registration claims. Such a binding is kept until the peer is forgotten, the
registration changes, or the peer has been silent for `rebind_after_s` and another one with that system id speaks (a
vehicle that came back from another port).
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from mavlink_bridge.events import VehicleKey


class AircraftRecord(msgspec.Struct, frozen=True):
    """What telemetry needs to know of a registered aircraft; `endpoint` is "IP:PORT" of its peer."""

    aircraft_id: str
    registration: str
    operator_id: str
    operator_name: str
    system_id: int | None = None
    endpoint: str | None = None
    credential: str | None = None
    endurance_s: float | None = None


class AircraftDirectory(Protocol):
    """Finds registered aircraft; answers from memory, at once. Deregistered ones are not in it."""

    @property
    def version(self) -> int:
        """A number that changes whenever any answer may have changed."""
        ...

    def aircraft(self, aircraft_id: str) -> AircraftRecord | None:
        """Return the aircraft of that id."""
        ...

    def by_credential(self, credential: str) -> AircraftRecord | None:
        """Return the aircraft whose signing key has that name."""
        ...

    def by_endpoint(self, endpoint: str, system_id: int) -> AircraftRecord | None:
        """Return the aircraft registered with that "IP:PORT" and system id."""
        ...

    def by_system_id(self, system_id: int) -> Sequence[AircraftRecord]:
        """Return the aircraft registered with that system id but no endpoint and no key, oldest registration first."""
        ...


class Binder:
    """Keeps one aircraft per vehicle and one vehicle per aircraft."""

    def __init__(self, directory: AircraftDirectory, *, rebind_after_s: float = 10.0) -> None:
        self._directory = directory
        self._rebind_after_s = rebind_after_s
        self._version: int | None = None
        self._peers: dict[int, dict[VehicleKey, None]] = {}
        self._dirty: dict[VehicleKey, None] = {}
        self._silent_since_s: dict[VehicleKey, float] = {}
        self._aircraft: dict[VehicleKey, AircraftRecord] = {}
        self._vehicle: dict[str, VehicleKey] = {}

    def appeared(self, key: VehicleKey) -> None:
        """A vehicle spoke for the first time."""
        self._peers.setdefault(key.system_id, {})[key] = None
        self._dirty[key] = None

    def gone(self, key: VehicleKey) -> None:
        """A vehicle was forgotten; its aircraft may bind to another peer."""
        self._peers.get(key.system_id, {}).pop(key, None)
        self._dirty.pop(key, None)
        self._silent_since_s.pop(key, None)
        self._release(key)
        self._reconsider(key.system_id)

    def link_lost(self, key: VehicleKey, at_s: float) -> None:
        """A vehicle fell silent."""
        self._silent_since_s.setdefault(key, at_s)

    def link_recovered(self, key: VehicleKey) -> None:
        """A vehicle speaks again; it may have lost its aircraft to another peer meanwhile."""
        self._silent_since_s.pop(key, None)
        if key not in self._aircraft:
            self._dirty[key] = None

    def aircraft_of(self, key: VehicleKey) -> AircraftRecord | None:
        """Return the aircraft a vehicle is, None when it is not registered."""
        return self._aircraft.get(key)

    def vehicle_of(self, aircraft_id: str) -> VehicleKey | None:
        """Return the vehicle an aircraft is bound to."""
        return self._vehicle.get(aircraft_id)

    def settle(self, now_s: float) -> list[VehicleKey]:
        """Decide for every vehicle in doubt; returns those that changed, the ones that lost an aircraft first."""
        if self._directory.version != self._version:
            self._version = self._directory.version
            for peers in self._peers.values():
                self._dirty.update(peers)
        for key, since_s in self._silent_since_s.items():
            if now_s - since_s > self._rebind_after_s and key in self._aircraft:
                self._reconsider(key.system_id)
        if not self._dirty:
            return []
        before: dict[VehicleKey, AircraftRecord | None] = {}
        doubtful, self._dirty = list(self._dirty), {}
        for key in doubtful:
            before.setdefault(key, self._aircraft.get(key))
            if key in self._aircraft and not self._still_holds(key):
                self._release(key)
        for key in doubtful:
            if key not in self._aircraft:
                self._bind(key, now_s, before)
        changed = [key for key, was in before.items() if self._aircraft.get(key) != was]
        return sorted(changed, key=lambda key: key in self._aircraft)

    def _reconsider(self, system_id: int) -> None:
        self._dirty.update((key, None) for key in self._peers.get(system_id, {}) if key not in self._aircraft)

    def _still_holds(self, key: VehicleKey) -> bool:
        """Tell whether a binding still rests on the registration, and take over what else changed in it."""
        held = self._aircraft[key]
        present = self._directory.aircraft(held.aircraft_id)
        if present is None:
            return False
        claimed = self._claim(key)
        if claimed is None:
            loose = present.endpoint is None and present.credential is None
            if not loose or present.system_id != key.system_id or key.credential is not None:
                return False
        elif claimed.aircraft_id != held.aircraft_id:
            return False
        self._aircraft[key] = present
        return True

    def _claim(self, key: VehicleKey) -> AircraftRecord | None:
        """Return the registration that names this very vehicle."""
        if key.credential is not None:
            return self._directory.by_credential(key.credential)
        record = self._directory.by_endpoint(key.link.partition(":")[2], key.system_id)
        return None if record is None or record.credential is not None else record

    def _bind(self, key: VehicleKey, now_s: float, before: dict[VehicleKey, AircraftRecord | None]) -> None:
        claimed = self._claim(key)
        if claimed is not None:
            holder = self._vehicle.get(claimed.aircraft_id)
            if holder is not None:
                before.setdefault(holder, self._aircraft.get(holder))
                self._release(holder)
            self._take(key, claimed)
            return
        if key.credential is not None:
            return
        for record in self._directory.by_system_id(key.system_id):
            holder = self._vehicle.get(record.aircraft_id)
            if holder is None:
                self._take(key, record)
                return
            if self._silent(holder, now_s) and key not in self._silent_since_s:
                before.setdefault(holder, self._aircraft.get(holder))
                self._release(holder)
                self._take(key, record)
                return

    def _silent(self, key: VehicleKey, now_s: float) -> bool:
        since_s = self._silent_since_s.get(key)
        return since_s is not None and now_s - since_s > self._rebind_after_s

    def _take(self, key: VehicleKey, record: AircraftRecord) -> None:
        self._aircraft[key] = record
        self._vehicle[record.aircraft_id] = key

    def _release(self, key: VehicleKey) -> None:
        record = self._aircraft.pop(key, None)
        if record is not None:
            self._vehicle.pop(record.aircraft_id, None)
