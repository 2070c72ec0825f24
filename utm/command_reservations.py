"""Airspace reserved by commands: kept out of everybody's way but the vehicle's own, in every process.

A reservation is a row, a line of the change log and an entry of the index, as an offer on hold is (`utm.offer_holds`). It
stands from before the order is sent; the flight's plan stands beside it. It is released when the vehicle refuses, when it
lands and when a later order takes its place, and lapses with its time. What is reserved is volumes, or, for an order to go
on, the rest of the flight's way at its new times.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import orjson
from sqlmodel import Session

from airspace.geometry4d import PlanGeometry, Prism, Separation, Trajectory4D
from airspace.region import Region
from airspace.timebase import from_scene_s, to_scene_s
from airspace.volumes import prism_to_volume4d
from utm.clock import Clock
from utm.command_values import CommandState
from utm.memory import Memory
from utm.plan_records import rfc3339, sites_of
from utm.sky import LivePlan, Sky, version_cells
from utm.store import commands, geometry_codec
from utm.store.command_tables import CommandReservationRow
from utm.store.store import after_commit, on_undo

KIND: Final = "command_reservation"
COMMAND_KEYS_FROM: Final = 2**41
"""The engine's keys of reservations lie above those of plans and of offers on hold."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """A reservation as every process keeps it in memory."""

    command_id: str
    aircraft_id: str
    starts_s: float
    ends_s: float
    live: LivePlan
    confirmed: bool = False
    """Whether the vehicle is seen doing it: then this, and no longer its plan's clock, says where it is to be."""


class CommandReservations:
    """Every standing reservation (a `utm.memory.Keeper` of kind "command_reservation", loaded after the plans)."""

    def __init__(self, sky: Sky, clock: Clock, region: Region) -> None:
        self._sky, self._clock, self._region = sky, clock, region
        self._by_id: dict[str, Reservation] = {}
        self.memory: Memory | None = None
        self.changed: list[Callable[[str], None]] = []
        """Called on the event loop with the id of each aircraft whose reservations changed, once that is durable."""

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, command_id: str) -> Reservation | None:
        """Return the reservation of a command, or None."""
        return self._by_id.get(command_id)

    def of_aircraft(self, aircraft_id: str) -> list[str]:
        """Return the ids of the commands that reserve airspace for an aircraft, after dropping what has lapsed."""
        if not self._by_id:
            return []
        self.lapse(self._clock.now())
        return [item.command_id for item in list(self._by_id.values()) if item.aircraft_id == aircraft_id]

    def standing_of(self, aircraft_id: str) -> list[Reservation]:
        """Return what is reserved for an aircraft, oldest first."""
        if not self._by_id:
            return []
        found = [item for item in list(self._by_id.values()) if item.aircraft_id == aircraft_id]
        return sorted(found, key=lambda item: item.live.plan_no)

    def aircraft(self) -> set[str]:
        """Return every aircraft for which something is reserved."""
        return {item.aircraft_id for item in list(self._by_id.values())}

    def ending_before(self, at_s: float) -> list[str]:
        """Return the commands whose reservations end before an instant."""
        return [item.command_id for item in list(self._by_id.values()) if item.ends_s < at_s]

    def lapse(self, now: datetime) -> None:
        """Free the airspace of every reservation whose time has passed, with the buffer that is kept after it."""
        now_s = to_scene_s(now)
        for item in list(self._by_id.values()):
            if item.ends_s + item.live.separation.time_buffer_s <= now_s:
                self._drop(item.command_id)

    def reserve(
        self,
        session: Session,
        *,
        command_id: str,
        command_no: int,
        aircraft_id: str,
        organisation_id: str,
        geometry: PlanGeometry,
        separation: Separation,
        h3_cells: Collection[str],
        body: Mapping[str, Any] | None = None,
        site_id: str | None = None,
    ) -> None:
        """Keep airspace for an aircraft in store and memory; taken back when the running job fails.

        `body` is the plan body a trajectory was compiled from; volumes are written as one here, which ends at a pad of
        `site_id` where one is named.
        """
        starts_s, ends_s = window_of(geometry)
        row = CommandReservationRow(
            command_id=command_id,
            command_no=command_no,
            aircraft_id=aircraft_id,
            organisation_id=organisation_id,
            state=commands.RESERVED,
            starts_s=starts_s,
            ends_s=ends_s,
            horizontal_m=separation.horizontal_m,
            vertical_m=separation.vertical_m,
            time_buffer_s=separation.time_buffer_s,
            body=orjson.dumps(dict(body)).decode() if body is not None else self._body(aircraft_id, geometry, site_id),
            h3_cells=orjson.dumps(sorted(h3_cells)).decode(),
            geometry=geometry_codec.encode(geometry),
        )
        commands.add_reservation(session, row)
        self._put(_reservation(row, confirmed=False))
        on_undo(session, lambda: self._drop(command_id))
        self._note(session, row)

    def confirm(self, session: Session, command_id: str) -> None:
        """Note that the vehicle is seen doing what was ordered."""
        item = self._by_id.get(command_id)
        row = commands.get_reservation(session, command_id)
        if item is None or row is None or item.confirmed:
            return
        self._put(replace(item, confirmed=True))
        on_undo(session, lambda: self._put(item))
        self._note(session, row)

    def extend(self, session: Session, command_id: str, until_s: float) -> None:
        """Keep the volumes that end last until a later instant, because the vehicle is still there."""
        row, item = commands.get_reservation(session, command_id), self._by_id.get(command_id)
        if row is None or item is None or row.ends_s >= until_s:
            return
        prisms = geometry_codec.decode(row.geometry)
        if not isinstance(prisms, tuple):
            return
        longer = tuple(
            p if p.t_end_s < row.ends_s else Prism(p.ring, p.circle, p.z_low_m, p.z_high_m, p.t_start_s, until_s)
            for p in prisms
        )
        values: dict[str, object] = {
            "ends_s": until_s,
            "geometry": geometry_codec.encode(longer),
            "body": self._body(row.aircraft_id, longer, sites_of(row.body)[1]),
        }
        commands.change_reservation(session, command_id, values)
        for name, value in values.items():
            setattr(row, name, value)
        self._put(_reservation(row, confirmed=item.confirmed))
        on_undo(session, lambda: self._put(item))
        self._note(session, row)

    def release(self, session: Session, command_id: str) -> bool:
        """Free the airspace of a command; returns whether it had any."""
        row = commands.get_reservation(session, command_id)
        if row is None or row.state != commands.RESERVED:
            return False
        commands.change_reservation(session, command_id, {"state": commands.RELEASED})
        item = self._by_id.get(command_id)
        self._drop(command_id)
        if item is not None:
            on_undo(session, lambda: self._put(item))
        self._note(session, row)
        return True

    def _body(self, aircraft_id: str, geometry: PlanGeometry, site_id: str | None) -> str:
        """Return the volumes as a plan body, which the judge and people read."""
        assert not isinstance(geometry, Trajectory4D)
        body = {
            "aircraft_id": aircraft_id,
            "departure_at": rfc3339(from_scene_s(window_of(geometry)[0])),
            "route": self.route_of(geometry),
        }
        if site_id is not None:
            body["destination_site_id"] = site_id
        return orjson.dumps(body).decode()

    def route_of(self, prisms: tuple[Prism, ...]) -> dict[str, Any]:
        """Return volumes as the route of a plan body."""
        return {"type": "volumes", "volumes": [prism_to_volume4d(prism, self._region) for prism in prisms]}

    def _note(self, session: Session, row: CommandReservationRow) -> None:
        assert self.memory is not None
        self.memory.note(session, KIND, row.command_id, version_cells(orjson.loads(row.h3_cells)))
        after_commit(session, lambda: self._tell(row.aircraft_id))

    def _tell(self, aircraft_id: str) -> None:
        for listener in self.changed:
            listener(aircraft_id)

    def _put(self, item: Reservation) -> None:
        self._sky.hold(item.live)
        self._by_id[item.command_id] = item

    def _drop(self, command_id: str) -> None:
        if self._by_id.pop(command_id, None) is not None:
            self._sky.release(command_id)

    # -- Keeper --------------------------------------------------------------------------------------------------------

    def load(self, session: Session) -> None:
        """Forget everything and read every reservation that stands now."""
        for command_id in list(self._by_id):
            self._drop(command_id)
        for row in commands.standing_reservations(session, to_scene_s(self._clock.now())):
            self._put(_reservation(row, confirmed=_is_confirmed(session, row.command_id)))

    def refresh(self, session: Session, ref: str) -> None:
        """Read one reservation again."""
        row = commands.get_reservation(session, ref)
        self._drop(ref)
        if row is not None and row.state == commands.RESERVED:
            self._put(_reservation(row, confirmed=_is_confirmed(session, ref)))


def _is_confirmed(session: Session, command_id: str) -> bool:
    command = commands.get(session, command_id)
    return command is not None and command.state == CommandState.CONFIRMED


def window_of(geometry: PlanGeometry) -> tuple[float, float]:
    """Return the first and the last instant of what is reserved."""
    if isinstance(geometry, Trajectory4D):
        return geometry.starts_s, geometry.ends_s
    return min(prism.t_start_s for prism in geometry), max(prism.t_end_s for prism in geometry)


def _reservation(row: CommandReservationRow, *, confirmed: bool) -> Reservation:
    live = LivePlan(
        plan_id=row.command_id,
        plan_no=COMMAND_KEYS_FROM + row.command_no,
        organisation_id=row.organisation_id,
        aircraft_id=row.aircraft_id,
        state="reserved",
        version=1,
        priority=100,
        operation_type="command",
        geometry=geometry_codec.decode(row.geometry),
        separation=Separation(row.horizontal_m, row.vertical_m, row.time_buffer_s),
        starts_s=row.starts_s,
        ends_s=row.ends_s,
        # A flight that goes on, or is sent to a site, arrives at a pad nobody booked for then: from the order on nobody
        # else is given it.
        destination_site_id=sites_of(row.body)[1],
    )
    return Reservation(row.command_id, row.aircraft_id, row.starts_s, row.ends_s, live, confirmed)
