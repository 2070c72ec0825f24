"""Tells the live feed of the division: at once who owns what, every few seconds how many flights each has."""

from collections.abc import Sequence
from typing import Final

import msgspec

from utm.bus import Bus
from utm.clock import Clock
from utm.live_sector_items import SectorItem
from utm.sectors.board import common_board
from utm.sectors.desk import SectorDesk
from utm.security import Principal

LOADS_EVERY_S: Final = 5.0
"""How often a message is sent when nothing but the number of flights of a position has changed."""
MOVED_MOST: Final = 500
DIVISION: Final = "city"


class SectorNews:
    """Compares the board with what was told last, and tells what is new."""

    def __init__(self, desk: SectorDesk, bus: Bus, clock: Clock) -> None:
        self._desk, self._bus, self._clock = desk, bus, clock
        self._told: SectorItem | None = None
        self._told_s = 0.0
        self._owners: dict[str, str] = {}

    def tell(self) -> None:
        """Publish the board where it is another than told last; call it every second, on the event loop."""
        state = self._desk.book.state
        told = self._told
        if not state.in_use and told is not None and not told.in_use and told.version == state.layout.version:
            return
        owners = (
            {flight.track_id: flight.owner.position_id for flight in self._desk.ownership.flights().values()}
            if state.in_use
            else {}
        )
        moved = [track for track, position in owners.items() if self._owners.get(track, position) != position]
        item = self.item(moved)
        now_s = self._clock.monotonic_s()
        if told is not None and (
            item == told or (_calm(item) == _calm(told) and not moved and now_s - self._told_s < LOADS_EVERY_S)
        ):
            self._owners = owners
            return
        self._owners, self._told, self._told_s = owners, msgspec.structs.replace(item, moved=[]), now_s
        self._bus.publish("sectors", item)

    def item(self, moved: Sequence[str] = ()) -> SectorItem:
        """Return the board as the live feed has it."""
        body = common_board(self._desk)
        return msgspec.convert({**body, "division_id": DIVISION, "moved": list(moved[:MOVED_MOST])}, SectorItem)

    def present(self, principal: Principal) -> Sequence[SectorItem]:
        """Return the board for a fresh subscription; firms see none."""
        return [self.item()] if principal.sees_everything else []


def _calm(item: SectorItem) -> SectorItem:
    """Return the board without the numbers that change with every flight that crosses a border."""
    still = [msgspec.structs.replace(position, flights=0) for position in item.positions]
    return msgspec.structs.replace(item, positions=still, outside_sectors=0, moved=[])
