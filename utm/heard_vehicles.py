"""Vehicles heard on our links: which row of the picture each has, and how its clock maps to ours; in columns.

A position carries the vehicle's time since boot. Three things tell how that maps to our time, the best one known wins:

    TIMESYNC      an answer to our question: right to within half the way there and back, and worse by DRIFT since
    SYSTEM_TIME   the vehicle's own UTC, where it agrees with when its messages arrive: UTC_UNCERTAINTY_S
    arrival       the least delay seen lately, so that jitter of the link neither reorders nor smears positions; how long
                  the fastest message took nobody knows: ARRIVAL_UNCERTAINTY_S

A mapping that puts an observation after its arrival, or more than MOST_DELAY_S before it, is dropped: the clock was set,
or a simulation runs slow. Times are scene seconds (`airspace.timebase`).
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from airspace.geometry4d import FloatArray
from airspace.tracks import RowArray
from mavlink_bridge.events import Home, VehicleKey

CLOCK_RESYNC_S: Final = 1.0
MOST_DELAY_S: Final = 2.0
DRIFT: Final = 1e-4
"""How fast a vehicle's clock may part from ours: two crystals of 50 ppm."""
SLACK_S: Final = 0.05
"""By how much an observation may seem to come after its arrival before its mapping is dropped."""
UTC_UNCERTAINTY_S: Final = 0.1
ARRIVAL_UNCERTAINTY_S: Final = 0.25
NO_CLOCK_UNCERTAINTY_S: Final = 0.5

_COLUMNS: Final = np.dtype(
    [
        ("row", "i8"),
        ("boot_ms", "i8"),
        ("arrival_s", "f8"),
        ("sync_s", "f8"),
        ("sync_uncertainty_s", "f8"),
        ("synced_s", "f8"),
        ("utc_s", "f8"),
        ("uncertainty_s", "f8"),
    ]
)
_FRESH: Final = np.array((-1, -1, np.nan, np.nan, np.nan, np.nan, np.nan, np.nan), _COLUMNS)


@dataclass(slots=True, eq=False)
class HeardVehicle:
    """A vehicle on one of our links; `number` is its row here, `slot` its row in the bridge (-1: not known)."""

    key: VehicleKey
    endpoint: str
    columns: "HeardVehicles"
    number: int
    link_up: bool = True
    signed: bool = False
    slot: int = -1
    home: Home | None = None

    @property
    def row(self) -> int | None:
        """The row of the picture its positions go to."""
        row = int(self.columns.held["row"][self.number])
        return None if row < 0 else row

    @row.setter
    def row(self, row: int | None) -> None:
        self.columns.held["row"][self.number] = -1 if row is None else row


class HeardVehicles:
    """The columns of all vehicles heard, and which of them a slot of the bridge is."""

    def __init__(self) -> None:
        self.held: NDArray[Any] = np.full(64, _FRESH, _COLUMNS)
        self._free: list[int] = []
        self._used = 0
        self._number_of_slot: RowArray = np.full(64, -1, np.int64)

    def open(self, key: VehicleKey) -> HeardVehicle:
        """Return a vehicle of which nothing is known yet."""
        if self._free:
            number = self._free.pop()
        else:
            if self._used == len(self.held):
                self.held = np.concatenate((self.held, np.full(len(self.held), _FRESH, _COLUMNS)))
            number, self._used = self._used, self._used + 1
        self.held[number] = _FRESH
        return HeardVehicle(key, key.link, self, number, signed=key.credential is not None)

    def close(self, vehicle: HeardVehicle) -> None:
        """Give the vehicle's columns to another."""
        if vehicle.slot >= 0:
            self._number_of_slot[vehicle.slot] = -1
        self.held[vehicle.number] = _FRESH
        self._free.append(vehicle.number)

    # ----------------------------------------------------------------------------------------------------- slots

    def numbers(self, slots: RowArray) -> RowArray:
        """Return the numbers of the vehicles in these slots of the bridge, -1 where nobody said who that is."""
        if len(slots) and (most := int(slots.max())) >= len(self._number_of_slot):
            more = max(most + 1, 2 * len(self._number_of_slot)) - len(self._number_of_slot)
            self._number_of_slot = np.concatenate((self._number_of_slot, np.full(more, -1, np.int64)))
        return self._number_of_slot[slots]

    def put_slot(self, vehicle: HeardVehicle, slot: int) -> None:
        """Say in which slot of the bridge a vehicle is; `numbers` was asked for that slot before."""
        vehicle.slot = slot
        self._number_of_slot[slot] = vehicle.number

    # ---------------------------------------------------------------------------------------------------- clocks

    def restart_clock(self, vehicle: HeardVehicle) -> None:
        """Forget how the clock mapped: the vehicle rebooted."""
        row = vehicle.row
        self.held[vehicle.number] = _FRESH
        vehicle.row = row

    def synced(self, vehicle: HeardVehicle, offset_s: float, uncertainty_s: float, now_s: float) -> None:
        """Take an answer to TIMESYNC: our time is time since boot plus `offset_s`, give or take `uncertainty_s`.

        A poorer answer than the one held counts only when the two cannot both be right.
        """
        clock = self.held[vehicle.number]
        held_s = float(clock["sync_uncertainty_s"]) + DRIFT * (now_s - float(clock["synced_s"]))
        apart_s = abs(offset_s - float(clock["sync_s"]))
        if uncertainty_s > held_s and apart_s <= uncertainty_s + held_s:
            return
        clock["sync_s"], clock["sync_uncertainty_s"], clock["synced_s"] = offset_s, uncertainty_s, now_s

    def told_utc(self, vehicle: HeardVehicle, offset_s: float) -> None:
        """Take the vehicle's own UTC (SYSTEM_TIME): UTC is time since boot plus `offset_s`."""
        self.held["utc_s"][vehicle.number] = offset_s

    def observed(
        self, numbers: RowArray, boot_ms: FloatArray, unix_s: FloatArray, received_s: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return when positions were true and how uncertain that is, (n,) each.

        `boot_ms` is the time since boot and `unix_s` the vehicle's UTC in scene seconds, both NaN where not told.
        """
        held = self.held
        boots = np.flatnonzero(~np.isnan(boot_ms))
        observed = np.where(np.isnan(unix_s), received_s, unix_s)
        uncertain = np.where(np.isnan(unix_s), NO_CLOCK_UNCERTAINTY_S, UTC_UNCERTAINTY_S)
        if len(boots):
            some, boot_s = numbers[boots], boot_ms[boots] / 1e3
            received = received_s[boots]
            arrival = received - boot_s
            self._follow_arrivals(some, boot_ms[boots], arrival)
            offset = held["arrival_s"][some]
            spread = np.full(len(some), ARRIVAL_UNCERTAINTY_S)
            for name, width in (
                ("utc_s", np.full(len(some), UTC_UNCERTAINTY_S)),
                ("sync_s", held["sync_uncertainty_s"][some] + DRIFT * (received - held["synced_s"][some])),
            ):
                delay = arrival - held[name][some]
                good = (delay >= -(width + SLACK_S)) & (delay <= MOST_DELAY_S)
                bad = ~good & ~np.isnan(delay)
                held[name][some[bad]] = np.nan
                offset, spread = np.where(good, held[name][some], offset), np.where(good, width, spread)
            mapped = np.isnan(unix_s[boots])
            observed[boots[mapped]] = (boot_s + offset)[mapped]
            uncertain[boots[mapped]] = spread[mapped]
        held["uncertainty_s"][numbers] = uncertain
        return observed, uncertain

    def _follow_arrivals(self, numbers: RowArray, boot_ms: FloatArray, arrival_s: FloatArray) -> None:
        """Keep the least delay; a clock that parts from ours by more than a second starts afresh.

        A straggler must not pass for news by moving the mapping.
        """
        held = self.held
        known = held["arrival_s"][numbers]
        newer = boot_ms > held["boot_ms"][numbers]
        afresh = np.isnan(known) | ((arrival_s - known > CLOCK_RESYNC_S) & newer)
        held["arrival_s"][numbers[afresh]] = np.inf
        np.minimum.at(held["arrival_s"], numbers, arrival_s)
        np.maximum.at(held["boot_ms"], numbers, boot_ms.astype(np.int64))
