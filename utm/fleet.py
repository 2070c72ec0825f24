"""The fleet: every registered aircraft in memory, found by id, by MAVLink address and by system id.

Equal to what is committed (`utm.memory.Keeper`): the writer thread changes it, the event loop reads it; every change
replaces whole entries. Which peer a registration without address or key is bound to is decided by `utm.telemetry`.
"""

import ipaddress
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from sqlmodel import Session

from airspace.rules.book import Rulebook
from airspace.rules.classes import AircraftNumbers, Classified, agricultural, classify
from utm.binding import AircraftRecord
from utm.security.authorise import may_read_of
from utm.security.directory import Organisation
from utm.security.principal import Principal
from utm.store import aircraft as records
from utm.store import journal
from utm.store.identity_tables import AircraftRow
from utm.store.store import on_undo

AircraftClass = Literal["micro", "light", "small", "medium", "large"]
KIND = "aircraft"
STANDING_ENTITLEMENT = "standing_approval"


@dataclass(frozen=True, slots=True)
class Performance:
    """The fastest an aircraft flies level, climbs and descends."""

    max_speed_mps: float
    max_climb_mps: float
    max_descent_mps: float


# Ours: cautious values for multirotors of each class of Order 761, Article 62, where the firm tells none.
CLASS_PERFORMANCE: dict[AircraftClass, Performance] = {
    "micro": Performance(15.0, 4.0, 3.0),
    "light": Performance(20.0, 5.0, 4.0),
    "small": Performance(25.0, 6.0, 5.0),
    "medium": Performance(30.0, 6.0, 5.0),
    "large": Performance(40.0, 6.0, 5.0),
}


@dataclass(frozen=True, slots=True)
class Aircraft:
    """A registered aircraft; `mavlink_endpoint` is `IP:PORT` of the peer in its one normal spelling.

    The speeds and the acceleration are None where the firm told none: then nothing is refused by them, and planners use
    `performance`.
    """

    aircraft_id: str
    aircraft_no: int
    organisation_id: str
    registration: str
    manufacturer: str
    model: str
    aircraft_class: AircraftClass
    version: int
    active: bool
    max_speed_mps: float | None = None
    max_climb_mps: float | None = None
    max_descent_mps: float | None = None
    max_accel_mps2: float | None = None
    endurance_s: float | None = None
    numbers: AircraftNumbers | None = None
    """What its class follows from, where the firm told any of it."""
    mavlink_system_id: int | None = None
    mavlink_endpoint: str | None = None
    has_signing_key: bool = False

    @property
    def performance(self) -> Performance:
        """The speeds as registered, else the usual ones of the class."""
        usual = CLASS_PERFORMANCE[self.aircraft_class]
        return Performance(
            usual.max_speed_mps if self.max_speed_mps is None else self.max_speed_mps,
            usual.max_climb_mps if self.max_climb_mps is None else self.max_climb_mps,
            usual.max_descent_mps if self.max_descent_mps is None else self.max_descent_mps,
        )


class Fleet:
    """The directory of registered aircraft."""

    def __init__(self, organisation: Callable[[str], Organisation | None] = lambda _: None) -> None:
        self._organisation = organisation
        self._lock = threading.Lock()
        self._by_id: dict[str, Aircraft] = {}
        self._keys: dict[str, bytes] = {}
        self._by_endpoint: dict[tuple[str, int], str] = {}
        self._unaddressed: dict[int, tuple[Aircraft, ...]] = {}
        self._listeners: list[Callable[[str], None]] = []
        self.rulebook: Callable[[], Rulebook] = Rulebook
        """The rulebook in force: what makes a class of numbers."""
        self.version = 0
        """Grows with every change; who keeps bindings compares it."""

    # -- organisations -------------------------------------------------------------------------------------------------

    def has_standing_approval(self, organisation_id: str) -> bool:
        """Tell whether the firm holds a standing approval that covers its registered aircraft, new ones included."""
        firm = self._organisation(organisation_id)
        return firm is not None and firm.active and STANDING_ENTITLEMENT in firm.entitlements

    def name_of(self, organisation_id: str) -> str:
        """Return the firm's name, or its id when it is not known."""
        firm = self._organisation(organisation_id)
        return organisation_id if firm is None else firm.name

    # -- reading -------------------------------------------------------------------------------------------------------

    def get(self, aircraft_id: str) -> Aircraft | None:
        """Return an aircraft, deregistered or not, or None."""
        return self._by_id.get(aircraft_id)

    def filter_of(self, principal: Principal, aircraft_id: str | None) -> str | None:
        """Return the aircraft a list is narrowed to; one the caller may not see becomes one that never was.

        So the store does the same for both: an index of another firm's rows is never walked.
        """
        if aircraft_id is None or principal.sees_everything:
            return aircraft_id
        found = self.get(aircraft_id)
        return aircraft_id if found is not None and may_read_of(principal, found.organisation_id) else ""

    def all(self) -> tuple[Aircraft, ...]:
        """Return every active aircraft in the order of registration."""
        return tuple(sorted((a for a in tuple(self._by_id.values()) if a.active), key=_number))

    def of(self, organisation_id: str) -> tuple[Aircraft, ...]:
        """Return an organisation's active aircraft in the order of registration."""
        return tuple(aircraft for aircraft in self.all() if aircraft.organisation_id == organisation_id)

    def by_endpoint(self, endpoint: str, system_id: int) -> Aircraft | None:
        """Return the active aircraft that claims this peer (`IP:PORT`, or the bridge's `udp:IP:PORT`), or None."""
        aircraft_id = self._by_endpoint.get((normal_endpoint(endpoint) or "", system_id))
        return None if aircraft_id is None else self._by_id.get(aircraft_id)

    def unaddressed(self, system_id: int) -> tuple[Aircraft, ...]:
        """Return active aircraft with this system id and neither endpoint nor key, in the order of registration."""
        return self._unaddressed.get(system_id, ())

    def signing_keys(self) -> tuple[tuple[Aircraft, bytes], ...]:
        """Return every active aircraft that signs, with its 32-byte key; the credential's name is its aircraft id."""
        found = ((self._by_id.get(aircraft_id), key) for aircraft_id, key in tuple(self._keys.items()))
        return tuple((aircraft, key) for aircraft, key in found if aircraft is not None)

    def on_change(self, listener: Callable[[str], None]) -> None:
        """Call `listener(aircraft_id)` after each change, on the thread that made it ("" when all were read anew)."""
        self._listeners.append(listener)

    # -- following the store -------------------------------------------------------------------------------------------

    def load(self, session: Session) -> None:
        """Read every aircraft."""
        fresh = Fleet()
        for row in records.everything(session):
            fresh._set(row.aircraft_id, row)
        with self._lock:
            self._by_id, self._keys = fresh._by_id, fresh._keys
            self._by_endpoint, self._unaddressed = fresh._by_endpoint, fresh._unaddressed
        self._tell("")

    def refresh(self, session: Session, ref: str) -> None:
        """Read one aircraft again."""
        row = records.get(session, ref)
        with self._lock:
            self._set(ref, row)
        self._tell(ref)

    def changed(self, session: Session, aircraft_id: str, before: AircraftRow | None) -> None:
        """Follow a write job's own change at once, tell other processes, and take it back if the job is undone."""
        journal.record_change(session, KIND, aircraft_id)

        def undo() -> None:
            with self._lock:
                self._set(aircraft_id, before)
            self._tell(aircraft_id)

        on_undo(session, undo)
        self.refresh(session, aircraft_id)

    def _set(self, aircraft_id: str, row: AircraftRow | None) -> None:
        old = self._by_id.get(aircraft_id)
        self._keys.pop(aircraft_id, None)
        if old is not None and old.mavlink_system_id is not None:
            self._unlist(old, old.mavlink_system_id)
        if row is None:
            self._by_id.pop(aircraft_id, None)
            return
        aircraft = _value(row)
        self._by_id[aircraft_id] = aircraft
        if not aircraft.active or aircraft.mavlink_system_id is None:
            return
        if row.mavlink_signing_key is not None:
            self._keys[aircraft_id] = bytes.fromhex(row.mavlink_signing_key)
        if aircraft.has_signing_key:  # only frames signed with it are this aircraft's, wherever they come from
            return
        if aircraft.mavlink_endpoint is not None:
            self._by_endpoint[aircraft.mavlink_endpoint, aircraft.mavlink_system_id] = aircraft_id
        else:
            listed = (*self._unaddressed.get(aircraft.mavlink_system_id, ()), aircraft)
            self._unaddressed[aircraft.mavlink_system_id] = tuple(sorted(listed, key=_number))

    def _unlist(self, aircraft: Aircraft, system_id: int) -> None:
        if aircraft.mavlink_endpoint is not None:
            key = (aircraft.mavlink_endpoint, system_id)
            if self._by_endpoint.get(key) == aircraft.aircraft_id:
                del self._by_endpoint[key]
        listed = self._unaddressed.get(system_id, ())
        self._unaddressed[system_id] = tuple(other for other in listed if other.aircraft_id != aircraft.aircraft_id)

    def _tell(self, aircraft_id: str) -> None:
        self.version += 1
        for listener in tuple(self._listeners):
            listener(aircraft_id)


class FleetBindings:
    """The fleet as `utm.binding.AircraftDirectory`: what telemetry needs to recognise vehicles."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    @property
    def version(self) -> int:
        """A number that changes whenever any answer may have changed."""
        return self._fleet.version

    def aircraft(self, aircraft_id: str) -> AircraftRecord | None:
        """Return the active aircraft of that id."""
        found = self._fleet.get(aircraft_id)
        return self._record(found) if found is not None and found.active else None

    def by_credential(self, credential: str) -> AircraftRecord | None:
        """Return the active aircraft whose signing key has that name: its aircraft id."""
        found = self._fleet.get(credential)
        return self._record(found) if found is not None and found.active and found.has_signing_key else None

    def by_endpoint(self, endpoint: str, system_id: int) -> AircraftRecord | None:
        """Return the active aircraft registered with that `IP:PORT` and system id."""
        found = self._fleet.by_endpoint(endpoint, system_id)
        return None if found is None else self._record(found)

    def by_system_id(self, system_id: int) -> Sequence[AircraftRecord]:
        """Return those registered with that system id and neither endpoint nor key, oldest registration first."""
        return [self._record(aircraft) for aircraft in self._fleet.unaddressed(system_id)]

    def _record(self, aircraft: Aircraft) -> AircraftRecord:
        return AircraftRecord(
            aircraft_id=aircraft.aircraft_id,
            registration=aircraft.registration,
            operator_id=aircraft.organisation_id,
            operator_name=self._fleet.name_of(aircraft.organisation_id),
            system_id=aircraft.mavlink_system_id,
            endpoint=aircraft.mavlink_endpoint,
            credential=aircraft.aircraft_id if aircraft.has_signing_key else None,
            endurance_s=aircraft.endurance_s,
        )


def _number(aircraft: Aircraft) -> int:
    return aircraft.aircraft_no


def numbers_of(row: AircraftRow) -> AircraftNumbers | None:
    """Return the numbers the class of an aircraft follows from; None where its firm told none but its speed."""
    told = (row.empty_mass_kg, row.mtow_kg, row.max_height_agl_m, row.max_radius_m)
    able = (row.airspace_keeping, row.reliable_surveillance, row.micro_power_radio, row.agricultural)
    if all(value is None for value in (*told, *able)):
        return None
    keeping, surveillance, radio, field_work = (None if value is None else bool(value) for value in able)
    return AircraftNumbers(
        row.empty_mass_kg, row.mtow_kg, row.max_speed_mps, row.max_height_agl_m, keeping, surveillance, radio,
        field_work, row.max_radius_m,
    )  # fmt: skip


def classified(aircraft: Aircraft, book: Rulebook) -> Classified | None:
    """Return the class an aircraft's numbers give by the rulebook; None where its firm told no numbers."""
    return None if aircraft.numbers is None else classify(aircraft.numbers, book.class_limits)


def is_agricultural(aircraft: Aircraft, book: Rulebook) -> bool:
    """Tell whether an aircraft is of the agricultural class by its numbers: a class beside the five, whatever it weighs."""
    if aircraft.numbers is None:
        return False
    return agricultural(aircraft.numbers, book.agricultural_limits).aircraft_class is not None


def class_of(aircraft: Aircraft, book: Rulebook) -> AircraftClass:
    """Return the class an aircraft is judged by: what its numbers give, else what its firm declared."""
    found = classified(aircraft, book)
    if found is None or found.aircraft_class is None:
        return aircraft.aircraft_class
    return cast(AircraftClass, found.aircraft_class)


def _value(row: AircraftRow) -> Aircraft:
    aircraft_class = cast(AircraftClass, row.aircraft_class)
    return Aircraft(
        aircraft_id=row.aircraft_id,
        aircraft_no=row.aircraft_no,
        organisation_id=row.organisation_id,
        registration=row.registration,
        manufacturer=row.manufacturer,
        model=row.model,
        aircraft_class=aircraft_class,
        version=row.version,
        active=row.deactivated_at is None,
        max_speed_mps=row.max_speed_mps,
        max_climb_mps=row.max_climb_mps,
        max_descent_mps=row.max_descent_mps,
        max_accel_mps2=row.max_accel_mps2,
        endurance_s=row.endurance_s,
        numbers=numbers_of(row),
        mavlink_system_id=row.mavlink_system_id,
        mavlink_endpoint=row.mavlink_endpoint,
        has_signing_key=row.mavlink_signing_key is not None,
    )


def normal_endpoint(text: str) -> str | None:
    """Return `IP:PORT` in its one normal spelling (IPv6 in brackets), a leading `udp:` or `tcp:` taken off, or None."""
    bare = text.removeprefix("udp:").removeprefix("tcp:")
    host, colon, port = bare.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or not 1 <= int(port[:6]) <= 65535:
        return None
    try:
        address = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return f"[{address}]:{int(port)}" if address.version == 6 else f"{address}:{int(port)}"
