"""Mission: download, upload and comparison of missions; pure state machines, time passed in.

Download:

    state     | event                              | next      | sends
    ----------+------------------------------------+-----------+-------------------------------------
    counting  | MISSION_COUNT n > 0                | reading 0 | MISSION_REQUEST_INT 0
    counting  | MISSION_COUNT 0                    | done      | MISSION_ACK accepted
    reading i | item i, i + 1 < n                  | reading   | MISSION_REQUEST_INT i + 1
    reading i | item n - 1                         | done      | MISSION_ACK accepted
    any       | MISSION_ACK with an error          | failed    |
    any       | timeout, attempts left             | same      | the last request; from the eighth time on in turn with
              |                                    |           | the deprecated MISSION_REQUEST, for autopilots that know
              |                                    |           | only it, unless an item came by MISSION_REQUEST_INT; at once
              |                                    |           | where only the old way was answered
    any       | timeout, no attempts left          | failed    | MISSION_ACK cancelled

Upload:

    offering  | MISSION_REQUEST(_INT) i            | sending   | MISSION_ITEM_INT i
    sending   | MISSION_REQUEST(_INT) i            | sending   | MISSION_ITEM_INT i (as often as asked)
    sending   | MISSION_ACK accepted, all asked    | accepted  |
    offering  | MISSION_ACK accepted, no items     | accepted  |
    any       | MISSION_ACK with an error          | refused   |     (invalid sequence is not one: it answers a
              |                                    |           |      repeated item, and the vehicle asks again)
    offering  | timeout, attempts left             | offering  | MISSION_COUNT
    sending   | all asked, no ack, attempts left   | sending   | the last item again: it makes PX4 repeat its ack
    sending   | asked for nothing new for long     | timed out | MISSION_ACK cancelled
    any       | timeout, no attempts left          | timed out | MISSION_ACK cancelled

A vehicle answers a deprecated MISSION_REQUEST's MISSION_ITEM_INT as well as a MISSION_ITEM (ArduPilot and PX4 both do),
so items always travel as integers. An upload that timed out may still have arrived, and one that was accepted may have
been changed (ArduPilot rewrites frames and rounds): only reading back and `differences` tell.
Source: mavlink.io, "Mission Protocol".
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from . import modes
from .events import Event, MissionAck, MissionCount, MissionItemInt, MissionRequest, VehicleKey
from .outgoing import (
    MISSION_ACK,
    MISSION_COUNT,
    MISSION_ITEM_INT,
    MISSION_REQUEST,
    MISSION_REQUEST_INT,
    MISSION_REQUEST_LIST,
    Address,
    Outgoing,
)

ACCEPTED = "accepted"
REFUSED = "refused"
TIMED_OUT = "timed_out"
MISMATCH = "mismatch"

RESULT_ACCEPTED = 0
RESULT_INVALID_SEQUENCE = 13
RESULT_CANCELLED = 15
LONGEST_MISSION = 10_000

OLD_WAY_AFTER = 7
NAV_WAYPOINT = 16
# Commands whose x, y, z are a place: only of these are coordinates and frame compared.
PLACED_COMMANDS = frozenset({16, 17, 18, 19, 21, 22, 31, 82, 84, 85, 94, 195, 201, 5001, 5002, 5003, 5004, 5100})
# Half the distance of two single-precision numbers at 180 degrees, in 1e-7 degrees, rounded up.
FLOAT_DEG_E7 = 77
# The _INT frames mean the same as those without (MAV_FRAME): ArduPilot rewrites one as the other.
SAME_FRAME = {5: 0, 6: 3, 11: 10}


class MissionError(Exception):
    """A mission could not be read; `outcome` is "refused" or "timed_out", `code` MAV_MISSION_RESULT if it said."""

    def __init__(self, outcome: str, detail: str, code: int | None = None) -> None:
        super().__init__(f"{outcome}: {detail}")
        self.outcome = outcome
        self.code = code
        self.detail = detail


class MissionItem(msgspec.Struct, frozen=True):
    """One mission item; x and y are degrees times 1e7 in the global frames, z metres in the frame's datum.

    Frames (MAV_FRAME): 0/5 above mean sea level, 3/6 above home, 10/11 above terrain, 2 not a place.
    """

    frame: int
    command: int
    x: int
    y: int
    z: float
    param1: float = 0.0
    param2: float = 0.0
    param3: float = 0.0
    param4: float = 0.0
    autocontinue: int = 1
    exact: bool = True
    """False for a place that came in single precision, in a deprecated MISSION_ITEM."""


class MissionResult(msgspec.Struct, frozen=True):
    """How an upload ended: "accepted", "refused" (`code` is MAV_MISSION_RESULT), "timed_out", "mismatch".

    "mismatch": the vehicle accepted it, but what was read back differs (`detail` says where). `verified` tells that it
    was read back and is the same.
    """

    outcome: str
    code: int | None = None
    detail: str = ""
    verified: bool = False


def item_of(event: MissionItemInt) -> MissionItem:
    """Return the item an event carries."""
    return MissionItem(
        event.frame,
        event.command,
        event.x,
        event.y,
        event.z,
        event.param1,
        event.param2,
        event.param3,
        event.param4,
        event.autocontinue,
        event.exact,
    )


def with_home(autopilot: int, items: Sequence[MissionItem], mission_type: int = 0) -> list[MissionItem]:
    """Return what goes over the wire: ArduPilot keeps home as item 0 of a flight plan and overwrites what is sent."""
    if autopilot != modes.ARDUPILOT or mission_type != 0:
        return list(items)
    return [MissionItem(0, NAV_WAYPOINT, 0, 0, 0.0), *items]


def without_home(autopilot: int, items: Sequence[MissionItem], mission_type: int = 0) -> list[MissionItem]:
    """Return the items without ArduPilot's home."""
    return list(items[1:] if autopilot == modes.ARDUPILOT and mission_type == 0 else items)


def item_index(autopilot: int, seq: int) -> int | None:
    """Return which item of the uploaded list a `seq` of MissionCurrent means; None for ArduPilot's home."""
    index = seq - 1 if autopilot == modes.ARDUPILOT else seq
    return index if index >= 0 else None


def differences(sent: Sequence[MissionItem], read: Sequence[MissionItem], autopilot: int) -> list[str]:
    """Return what differs between a mission sent and read back (without home), empty when it means the same flight.

    Places must agree to 1e-7 degrees and 2 cm (ArduPilot keeps centimetres), those read in single precision to 8e-6.
    Parameters are compared except on ArduPilot, which keeps only those it uses; NaN ("as it is") equals 0 there and here.
    """
    if len(sent) != len(read):
        return [f"{len(sent)} items sent, {len(read)} read"]
    found = []
    for number, (one, other) in enumerate(zip(sent, read, strict=True)):
        if one.command != other.command:
            found.append(f"item {number}: command {one.command} sent, {other.command} read")
            continue
        if one.command in PLACED_COMMANDS:
            if SAME_FRAME.get(one.frame, one.frame) != SAME_FRAME.get(other.frame, other.frame):
                found.append(f"item {number}: frame {one.frame} sent, {other.frame} read")
            near = 1 if other.exact else FLOAT_DEG_E7
            if abs(one.x - other.x) > near or abs(one.y - other.y) > near:
                found.append(f"item {number}: place {one.x}, {one.y} sent, {other.x}, {other.y} read")
            if not abs(one.z - other.z) <= 0.02:
                found.append(f"item {number}: z {one.z} sent, {other.z} read")
        if autopilot != modes.ARDUPILOT:
            pairs = zip(_params(one), _params(other), strict=True)
            found.extend(
                f"item {number}: param{n + 1} {a} sent, {b} read"
                for n, (a, b) in enumerate(pairs)
                if abs(a - b) > 1e-3 * max(1.0, abs(a))
            )
    return found


def _params(item: MissionItem) -> list[float]:
    return [0.0 if math.isnan(v) else v for v in (item.param1, item.param2, item.param3, item.param4)]


class _Transfer:
    """What both directions share: whom they talk to, and the patience."""

    def __init__(
        self, vehicle: VehicleKey, address: Address, *, mission_type: int, timeout_s: float, attempts: int
    ) -> None:
        self.vehicle = vehicle
        self._address = address
        self._mission_type = mission_type
        self._timeout_s = timeout_s
        self._attempts_allowed = attempts
        self._attempts = 0
        self._deadline = 0.0
        self._progressed_at = 0.0

    def _message(self, message_id: int, **fields: float) -> Outgoing:
        return Outgoing(message_id, {**self._address.target(), "mission_type": self._mission_type, **fields})

    def _again(self, now: float) -> None:
        self._attempts += 1
        self._deadline = now + self._timeout_s

    def _progress(self, now: float) -> None:
        self._attempts = 0
        self._progressed_at = now
        self._again(now)

    def _is_mine(self, event: MissionCount | MissionItemInt | MissionRequest | MissionAck) -> bool:
        return (
            event.vehicle == self.vehicle
            and event.mission_type == self._mission_type
            and self._address.is_for_us(event.target_system, event.target_component)
            and self._address.target_component in {0, event.component_id}
        )


class MissionDownload(_Transfer):
    """Reads the mission of a vehicle; `items` when it is done, `error` when it failed."""

    def __init__(
        self,
        vehicle: VehicleKey,
        address: Address,
        *,
        mission_type: int = 0,
        timeout_s: float = 0.5,
        attempts: int = 16,
    ) -> None:
        super().__init__(vehicle, address, mission_type=mission_type, timeout_s=timeout_s, attempts=attempts)
        self.items: list[MissionItem] | None = None
        self.error: MissionError | None = None
        self._read: list[MissionItem] = []
        self._asked_old = False
        self._new_way: bool | None = None
        """Whether MISSION_REQUEST_INT is answered; None while nothing was."""
        self._count: int | None = None

    @property
    def done(self) -> bool:
        """Whether it ended, well or not."""
        return self.items is not None or self.error is not None

    def start(self, now: float) -> list[Outgoing]:
        """Return the first send."""
        self._progress(now)
        return [self._request()]

    def handle(self, event: Event, now: float) -> list[Outgoing]:
        """Take one event of any vehicle; returns what to send."""
        if self.done or not isinstance(event, MissionCount | MissionItemInt | MissionAck) or not self._is_mine(event):
            return []
        if isinstance(event, MissionAck):
            if event.result != RESULT_ACCEPTED:
                self.error = MissionError(REFUSED, f"the vehicle ended the download with {event.result}", event.result)
            return []
        if isinstance(event, MissionCount):
            if self._count is not None:
                return []
            if event.count > LONGEST_MISSION:
                self.error = MissionError(REFUSED, f"a mission of {event.count} items")
                return [self._end(RESULT_CANCELLED)]
            self._count = event.count
        elif self._count is not None and event.seq == len(self._read):
            self._read.append(item_of(event))
            if self._new_way is not True:
                self._new_way = not self._asked_old
        else:
            return []
        self._progress(now)
        if len(self._read) == self._count:
            self.items = self._read
            return [self._end(RESULT_ACCEPTED)]
        return [self._request()]

    def tick(self, now: float) -> list[Outgoing]:
        """Take the time; returns a repeated request when one is due."""
        if self.done or now < self._deadline:
            return []
        if self._attempts >= self._attempts_allowed:
            what = "its count" if self._count is None else f"item {len(self._read)} of {self._count}"
            self.error = MissionError(TIMED_OUT, f"no answer with {what}")
            return [self._end(RESULT_CANCELLED)]
        self._again(now)
        return [self._request()]

    def abandon(self, detail: str) -> None:
        """End it as timed out, because the link or the bridge is gone."""
        if not self.done:
            self.error = MissionError(TIMED_OUT, detail)

    def _request(self) -> Outgoing:
        if self._count is None:
            return self._message(MISSION_REQUEST_LIST)
        # Asked in the old way, places come in single precision, up to half a metre off: the last resort.
        waited = self._attempts >= OLD_WAY_AFTER if self._new_way is None else self._new_way is False
        old = self._asked_old = waited and self._attempts % 2 == (1 if self._new_way is None else 0)
        return self._message(MISSION_REQUEST if old else MISSION_REQUEST_INT, seq=len(self._read))

    def _end(self, result: int) -> Outgoing:
        return self._message(MISSION_ACK, type=result)


class MissionUpload(_Transfer):
    """Writes a mission to a vehicle; `result` when it ended. `all_sent`: every item was asked for and sent."""

    def __init__(
        self,
        vehicle: VehicleKey,
        address: Address,
        items: Sequence[MissionItem],
        *,
        mission_type: int = 0,
        timeout_s: float = 1.0,
        attempts: int = 8,
    ) -> None:
        super().__init__(vehicle, address, mission_type=mission_type, timeout_s=timeout_s, attempts=attempts)
        if len(items) > LONGEST_MISSION:
            raise ValueError(f"a mission has at most {LONGEST_MISSION} items")
        self.result: MissionResult | None = None
        self._items = list(items)
        self._asked: set[int] = set()

    @property
    def done(self) -> bool:
        """Whether it ended, well or not."""
        return self.result is not None

    @property
    def all_sent(self) -> bool:
        """Whether the vehicle has been sent every item, so that it may hold the mission whatever was heard since."""
        return len(self._asked) == len(self._items)

    def start(self, now: float) -> list[Outgoing]:
        """Return the first send."""
        self._progress(now)
        return [self._offer()]

    def handle(self, event: Event, now: float) -> list[Outgoing]:
        """Take one event of any vehicle; returns what to send."""
        if self.done or not isinstance(event, MissionRequest | MissionAck) or not self._is_mine(event):
            return []
        if isinstance(event, MissionRequest):
            if not 0 <= event.seq < len(self._items):
                return []
            if event.seq not in self._asked:
                self._asked.add(event.seq)
                self._progress(now)
            else:
                # It missed our answer. A vehicle that asks for the same item for ever does not keep us for ever.
                patience_s = 2 * self._attempts_allowed * self._timeout_s
                self._deadline = min(now + self._timeout_s, self._progressed_at + patience_s)
                if now >= self._deadline:
                    self._attempts = self._attempts_allowed
            return [self._item(event.seq)]
        if event.result == RESULT_ACCEPTED:
            if self.all_sent:
                self.result = MissionResult(ACCEPTED, event.result)
        elif event.result != RESULT_INVALID_SEQUENCE:
            self.result = MissionResult(REFUSED, event.result, f"after {len(self._asked)} of {len(self._items)} items")
        return []

    def tick(self, now: float) -> list[Outgoing]:
        """Take the time; returns a repeated offer or last item when one is due."""
        if self.done or now < self._deadline:
            return []
        if self._attempts >= self._attempts_allowed:
            detail = f"after {len(self._asked)} of {len(self._items)} items"
            self.result = MissionResult(TIMED_OUT, None, detail)
            return [self._message(MISSION_ACK, type=RESULT_CANCELLED)]
        self._again(now)
        if not self._asked:
            return [self._offer()]
        if self.all_sent:
            return [self._item(len(self._items) - 1)]
        return []  # the vehicle asks again for what it misses

    def abandon(self, detail: str) -> None:
        """End it as timed out, because the link or the bridge is gone."""
        if self.result is None:
            self.result = MissionResult(TIMED_OUT, None, detail)

    def _offer(self) -> Outgoing:
        return self._message(MISSION_COUNT, count=len(self._items))

    def _item(self, seq: int) -> Outgoing:
        item = self._items[seq]
        return self._message(
            MISSION_ITEM_INT,
            seq=seq,
            frame=item.frame,
            command=item.command,
            current=int(seq == 0),
            autocontinue=item.autocontinue,
            param1=item.param1,
            param2=item.param2,
            param3=item.param3,
            param4=item.param4,
            x=item.x,
            y=item.y,
            z=item.z,
        )
