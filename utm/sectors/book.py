"""What holds now of the division of the city, in memory: the layout, positions, staff, holds and pending transfers.

The writer thread replaces one immutable state; readers take it as it is. Other servers' changes come over the change log
(`utm.memory.Keeper`); the tables are small, so that every change reads them whole.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

import orjson
from sqlmodel import Session

from airspace.region import Region
from utm.airspace_book import BrokenRecordError
from utm.sectors.values import (
    CITY_POSITION,
    NO_LAYOUT,
    TIMEOUT_S,
    Hold,
    Layout,
    Position,
    Sector,
    Staff,
    Transfer,
    TransferState,
    Why,
    sector_of,
)
from utm.store import sectors as records
from utm.store.sector_tables import OwnerHoldRow, SectorLayoutRow, TransferRow
from utm.store.store import on_undo

KIND: Final = "sectors"
CITY: Final = Position(CITY_POSITION, "Whole city", "全市", False, frozenset())


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Everything the division consists of at one moment."""

    layout: Layout = NO_LAYOUT
    positions: Mapping[str, Position] = field(default_factory=dict)
    staff: Mapping[str, Staff] = field(default_factory=dict)
    holds: Mapping[str, Hold] = field(default_factory=dict)
    pending: Mapping[str, Transfer] = field(default_factory=dict)
    """Transfers that wait, by what they are about."""

    @property
    def in_use(self) -> bool:
        """Whether the city is divided at all; while it is not, one position owns everything."""
        return self.layout.in_use

    def position(self, position_id: str) -> Position:
        """Return a position; one that is gone is shown by its id."""
        if position_id == CITY_POSITION:
            return CITY
        return self.positions.get(position_id) or Position(position_id, position_id, position_id, False, frozenset())

    def position_of(self, subject: str) -> Position | None:
        """Return where somebody works, None where nowhere."""
        at = self.staff.get(subject)
        return None if at is None else self.positions.get(at.position_id)

    def staff_of(self, position_id: str) -> list[Staff]:
        """Return who works at a position."""
        return [item for item in self.staff.values() if item.position_id == position_id]


class SectorBook:
    """The state, and how it is read from the store."""

    def __init__(self, region: Region) -> None:
        self._region = region
        self.state = State()
        self.changed: list[Callable[[], None]] = []
        """Called after every replacement of the state, on whichever thread made it."""

    def load(self, session: Session) -> None:
        """Read everything."""
        row = records.newest_layout(session)
        kept = self.state.layout
        layout = NO_LAYOUT if row is None else kept if kept.version == row.version else self.layout_of(row)
        self._replace(
            State(
                layout,
                {
                    row.position_id: Position(
                        row.position_id,
                        row.name,
                        row.name_zh,
                        bool(row.supervises),
                        frozenset(orjson.loads(row.people)),
                    )
                    for row in records.positions(session)
                },
                {
                    row.subject: Staff(row.subject, row.name, row.position_id, row.since_at)
                    for row in records.staff(session)
                },
                {row.subject: hold_of(row) for row in records.holds(session)},
                {row.subject: transfer_of(row) for row in records.pending_transfers(session)},
            )
        )

    def refresh(self, session: Session, ref: str) -> None:
        """Read everything again: some of it changed."""
        self.load(session)

    def reload_in(self, session: Session) -> None:
        """Take over what the running job wrote, and go back to what was known if the job is undone."""
        before = self.state
        on_undo(session, lambda: self._replace(before))
        self.load(session)

    def _replace(self, state: State) -> None:
        self.state = state
        for listener in self.changed:
            listener()

    def layout_of(self, row: SectorLayoutRow) -> Layout:
        """Return a stored version; raises BrokenRecordError for one that cannot be read."""
        body: dict[str, Any] = orjson.loads(row.body)
        found = [sector_of(raw, self._region, f"/sectors/{i}") for i, raw in enumerate(body["sectors"])]
        broken = next((item for item in found if isinstance(item, list)), None)
        if broken is not None:
            raise BrokenRecordError(f"sectors version {row.version}: {broken[0].field} {broken[0].detail}")
        return Layout(
            row.version,
            body["in_use"],
            tuple(cast(list[Sector], found)),
            body["fallback_position_id"],
            body.get("transfer_timeout_s", TIMEOUT_S),
            body.get("note", ""),
            row.published_at,
            row.published_by,
            row.published_name,
        )


def hold_of(row: OwnerHoldRow) -> Hold:
    """Return a hold from its row."""
    return Hold(row.subject, row.position_id, row.since_at, cast(Why, row.why))


def transfer_of(row: TransferRow) -> Transfer:
    """Return a transfer from its row."""
    return Transfer(
        row.transfer_id,
        row.subject,
        row.from_position_id,
        row.to_position_id,
        cast(TransferState, row.state),
        row.offered_at,
        row.offered_by,
        row.offered_name,
        row.expires_at,
        row.decided_at,
        row.decided_by,
        row.decided_name,
        row.note,
    )
