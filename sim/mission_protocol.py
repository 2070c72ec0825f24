"""The mission protocol's vehicle side, sans I/O: upload, download, clear, for missions, fences and rally points.

https://mavlink.io/en/services/mission.html. One upload runs at a time, from one peer:

    ==========  =================================  ==========================================
    state       input                              does
    ==========  =================================  ==========================================
    idle        MISSION_COUNT                      asks for item 0, receiving
    receiving   MISSION_ITEM(_INT) asked for       stores it, asks for the next
    receiving   the last item                      MISSION_ACK ACCEPTED (or why not), idle
    receiving   another item                       asks again for the one missing
    receiving   0.5 s without an item              asks again, 10 times, then ACK CANCELLED
    receiving   MISSION_COUNT from the same peer   starts over
    receiving   MISSION_COUNT from another peer    MISSION_ACK DENIED to that one
    idle        the last item once more            PX4: its MISSION_ACK again; ArduPilot: INVALID_SEQUENCE
    ==========  =================================  ==========================================

ArduPilot keeps what comes item by item, as it comes: an upload that breaks off leaves a mixture of both missions.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from pymavlink.dialects.v20 import common as mavlink

from sim.mission import MissionError, MissionItem, check_mission

MAX_ITEMS: Final = 2000
RETRY_S: Final = 0.5
MAX_RETRIES: Final = 10


@dataclass(slots=True)
class Upload:
    """An upload under way."""

    peer: object
    system: int
    component: int
    mission_type: int
    count: int
    items: list[MissionItem] = field(default_factory=list)
    asked_at_s: float = 0.0
    retries: int = 0


class MissionStore:
    """What the vehicle holds of each mission type, and the upload under way.

    `on_change(mission_type)` is called when a list has been replaced; `keeps` says what the flavour makes of a list it
    stores, `refuses` the MAV_MISSION_RESULT with which it refuses an item others take. Messages to send are returned with
    the peer.
    """

    def __init__(
        self,
        *,
        asks_item_int: bool,
        atomic: bool,
        on_change: Callable[[int], None],
        keeps: Callable[[int, list[MissionItem]], list[MissionItem]] = lambda _, items: items,
        refuses: Callable[[MissionItem], int | None] = lambda _: None,
    ) -> None:
        self.items: dict[int, list[MissionItem]] = {0: [], 1: [], 2: []}
        self._keeps, self._refuses = keeps, refuses
        self._last: Upload | None = None
        self._asks_item_int, self._atomic, self._on_change = asks_item_int, atomic, on_change
        self._upload: Upload | None = None

    def handle(self, message: Any, kind: str, peer: object, now_s: float) -> list[Any]:
        """Return the answers to one mission message of a peer."""
        mission_type = int(message.mission_type)
        system, component = message.get_srcSystem(), message.get_srcComponent()
        if mission_type not in self.items and kind != "MISSION_CLEAR_ALL":
            return [self._ack(system, component, mavlink.MAV_MISSION_UNSUPPORTED, mission_type)]
        if kind == "MISSION_COUNT":
            return self._begin(peer, system, component, mission_type, count=int(message.count), now_s=now_s)
        if kind in {"MISSION_ITEM_INT", "MISSION_ITEM"}:
            return self._receive(message, kind, peer, now_s)
        if kind == "MISSION_REQUEST_LIST":
            count = len(self.items[mission_type])
            return [mavlink.MAVLink_mission_count_message(system, component, count, mission_type)]
        if kind in {"MISSION_REQUEST_INT", "MISSION_REQUEST"}:
            return [self._item(int(message.seq), system, component, mission_type, kind)]
        if kind == "MISSION_CLEAR_ALL":
            for each in self.items if mission_type == 255 else (mission_type,):
                if each in self.items:
                    self.replace(each, [])
            self._upload = None
            return [self._ack(system, component, mavlink.MAV_MISSION_ACCEPTED, mission_type)]
        return []

    def replace(self, mission_type: int, items: list[MissionItem]) -> None:
        """Replace a list, as an upload that came to its end does."""
        self.items[mission_type] = self._keeps(mission_type, items)
        self._on_change(mission_type)

    def tick(self, now_s: float) -> tuple[object, Any] | None:
        """Return a repeated request, or the end of an upload that fell silent, and the peer it goes to."""
        up = self._upload
        if up is None or now_s - up.asked_at_s < RETRY_S:
            return None
        up.retries += 1
        if up.retries > MAX_RETRIES:
            self._upload = None
            cancelled = mavlink.MAV_MISSION_OPERATION_CANCELLED
            return up.peer, self._ack(up.system, up.component, cancelled, up.mission_type)
        return up.peer, self._ask(up, now_s)

    def _begin(
        self, peer: object, system: int, component: int, mission_type: int, *, count: int, now_s: float
    ) -> list[Any]:
        if self._upload is not None and self._upload.peer != peer:
            return [self._ack(system, component, mavlink.MAV_MISSION_DENIED, mission_type)]
        if count > MAX_ITEMS:
            return [self._ack(system, component, mavlink.MAV_MISSION_NO_SPACE, mission_type)]
        if count == 0:
            self._upload = None
            self.replace(mission_type, [])
            return [self._ack(system, component, mavlink.MAV_MISSION_ACCEPTED, mission_type)]
        self._upload = Upload(peer, system, component, mission_type, count)
        return [self._ask(self._upload, now_s)]

    def _ask(self, up: Upload, now_s: float) -> Any:
        up.asked_at_s = now_s
        request = (
            mavlink.MAVLink_mission_request_int_message
            if self._asks_item_int
            else mavlink.MAVLink_mission_request_message
        )
        return request(up.system, up.component, len(up.items), up.mission_type)

    def _receive(self, message: Any, kind: str, peer: object, now_s: float) -> list[Any]:
        up = self._upload
        if up is None:
            return self._once_more(message, peer)
        if up.peer != peer or up.mission_type != message.mission_type:
            return []
        if message.seq != len(up.items):
            return [self._ask(up, now_s)] if message.seq > len(up.items) else []
        up.retries = 0
        up.items.append(_from_message(message, kind))
        if not self._atomic:
            held = self.items[up.mission_type]
            held[message.seq : message.seq + 1] = up.items[-1:]
        if len(up.items) < up.count:
            return [self._ask(up, now_s)]
        self._upload = None
        result = self._judged(up)
        if result == mavlink.MAV_MISSION_ACCEPTED:
            self._last = up
            self.replace(up.mission_type, up.items)
        return [self._ack(up.system, up.component, result, up.mission_type)]

    def _judged(self, up: Upload) -> int:
        if up.mission_type != mavlink.MAV_MISSION_TYPE_MISSION:
            return int(mavlink.MAV_MISSION_ACCEPTED)
        for item in up.items:
            refused = self._refuses(item)
            if refused is not None:
                return refused
        try:
            check_mission(up.items)
        except MissionError as wrong:
            return wrong.result
        return int(mavlink.MAV_MISSION_ACCEPTED)

    def _once_more(self, message: Any, peer: object) -> list[Any]:
        """Answer an item that comes after its upload ended: its last acknowledgement was lost."""
        last = self._last
        if last is None or last.peer != peer or last.mission_type != message.mission_type:
            return []
        if message.seq != last.count - 1:
            return []
        accepted, wrong = mavlink.MAV_MISSION_ACCEPTED, mavlink.MAV_MISSION_INVALID_SEQUENCE
        return [self._ack(last.system, last.component, accepted if self._asks_item_int else wrong, last.mission_type)]

    def _item(self, seq: int, system: int, component: int, mission_type: int, kind: str) -> Any:
        items = self.items[mission_type]
        if seq >= len(items):
            return self._ack(system, component, mavlink.MAV_MISSION_INVALID_SEQUENCE, mission_type)
        i = items[seq]
        head = (system, component, seq, i.frame, i.command, 0, i.autocontinue, i.param1, i.param2, i.param3, i.param4)
        if kind == "MISSION_REQUEST_INT":
            return mavlink.MAVLink_mission_item_int_message(*head, i.x, i.y, i.z, mission_type)
        scale = 1e-7 if i.is_nav else 1.0
        return mavlink.MAVLink_mission_item_message(*head, i.x * scale, i.y * scale, i.z, mission_type)

    @staticmethod
    def _ack(system: int, component: int, result: int, mission_type: int) -> Any:
        return mavlink.MAVLink_mission_ack_message(system, component, result, mission_type)


def _from_message(m: Any, kind: str) -> MissionItem:
    """Return the item a message carries; a float latitude becomes 1e-7 degrees, NaN becomes "here" (0)."""
    x, y = m.x, m.y
    if kind == "MISSION_ITEM":
        placed = m.command < mavlink.MAV_CMD_NAV_LAST
        x, y = (_scaled(x, placed), _scaled(y, placed))
    return MissionItem(m.command, m.frame, m.param1, m.param2, m.param3, m.param4, int(x), int(y), m.z, m.autocontinue)


def _scaled(value: float, placed: bool) -> int:
    scaled = value * 1e7 if placed else value
    return round(scaled) if abs(scaled) < 2**31 else 0
