"""The ground station that flies autopilots in the loop: rates, upload, arm, start, over one UDP socket a vehicle.

One `Station` speaks to one vehicle. Every request is repeated until it is answered or its time is over; what the
autopilot says in STATUSTEXT is kept, because that is where it says why it refuses.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Callable, Sequence
from math import nan
from typing import Any, Final

from pymavlink.dialects.v20 import common as mavlink

from sim.flavour import Flavour
from sim.mission import MissionItem
from sim.net import Address
from sim.sitl import SitlError
from sim.wire import Link, packet_of

RATES_HZ: Final = {
    mavlink.MAVLINK_MSG_ID_GLOBAL_POSITION_INT: 2.0,
    mavlink.MAVLINK_MSG_ID_SYS_STATUS: 0.5,
    mavlink.MAVLINK_MSG_ID_EXTENDED_SYS_STATE: 1.0,
    mavlink.MAVLINK_MSG_ID_GPS_RAW_INT: 0.5,
    mavlink.MAVLINK_MSG_ID_BATTERY_STATUS: 0.2,
    mavlink.MAVLINK_MSG_ID_MISSION_CURRENT: 0.5,
    mavlink.MAVLINK_MSG_ID_HOME_POSITION: 0.1,
}
"""What the service wants to hear, and how often."""
_REPEAT_S: Final = 1.0
_ITEM_WITHIN_S: Final = 15.0
_POLL_S: Final = 0.05
_PX4_MISSION: Final = (4.0, 4.0)
_ARDUCOPTER_GUIDED: Final = 4.0
_ARDUCOPTER_AUTO: Final = 3.0
_RESULTS: Final = {1: "temporarily rejected", 2: "denied", 3: "unsupported", 4: "failed", 5: "in progress"}


class Station:
    """Speaks to one vehicle; `from_port` picks it out on a socket that several share."""

    def __init__(self, sock: socket.socket, *, system_id: int, flavour: Flavour, from_port: int | None = None) -> None:
        self.system_id, self.flavour, self.from_port = system_id, flavour, from_port
        self._sock = sock
        self._link = Link(255, 190)
        self.peer: Address | None = None
        self.armed = False
        self.position: tuple[float, float, float] | None = None
        """Latitude, longitude, metres above home."""
        self.said: deque[str] = deque(maxlen=12)
        self.heartbeats = 0
        self._acks: dict[int, int] = {}
        self._requests: deque[Any] = deque()
        self._upload_result: int | None = None

    # --- hearing ---

    def hear(self, datagram: bytes, peer: Address) -> bool:
        """Take a datagram if it is this vehicle's; returns whether it was."""
        if self.from_port is not None and peer[1] != self.from_port:
            return False
        for message in self._link.parse(datagram, 0.0):
            if message.get_srcSystem() == self.system_id:
                self.peer = peer
                self._take(message, message.get_type())
        return True

    def _take(self, message: Any, kind: str) -> None:
        if kind == "HEARTBEAT" and message.autopilot != mavlink.MAV_AUTOPILOT_INVALID:
            self.heartbeats += 1
            self.armed = bool(message.base_mode & mavlink.MAV_MODE_FLAG_SAFETY_ARMED)
        elif kind == "GLOBAL_POSITION_INT" and (message.lat or message.lon):
            self.position = (message.lat / 1e7, message.lon / 1e7, message.relative_alt / 1000.0)
        elif kind == "COMMAND_ACK":
            self._acks[int(message.command)] = int(message.result)
        elif kind in {"MISSION_REQUEST", "MISSION_REQUEST_INT"} and message.mission_type == 0:
            self._requests.append(int(message.seq))
        elif kind == "MISSION_ACK" and message.mission_type == 0:
            self._upload_result = int(message.type)
        elif kind == "STATUSTEXT":
            text = message.text
            self.said.append((text.decode("utf-8", "replace") if isinstance(text, bytes) else text).rstrip("\0"))

    # --- saying ---

    def send(self, message: Any) -> None:
        """Send a message to where the vehicle last spoke from; nothing before it has."""
        if self.peer is not None:
            self._sock.sendto(self._link.frame(packet_of(message)), self.peer)

    def beat(self) -> None:
        """Send a ground station's heartbeat, without which an autopilot takes its link for lost."""
        self.send(mavlink.MAVLink_heartbeat_message(mavlink.MAV_TYPE_GCS, mavlink.MAV_AUTOPILOT_INVALID, 0, 0, 4, 3))

    async def until(self, condition: Callable[[], Any], within_s: float) -> bool:
        """Wait for a condition; returns whether it came true in time."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + within_s
        while not condition():
            if loop.time() >= ends:
                return False
            await asyncio.sleep(_POLL_S)
        return True

    async def command(self, number: int, *params: float, within_s: float = 5.0) -> int | None:
        """Send a COMMAND_LONG until it is answered; returns the MAV_RESULT, None for silence."""
        filled = [*params, *[0.0] * (7 - len(params))]
        self._acks.pop(number, None)
        for confirmation in range(max(1, int(within_s / _REPEAT_S))):
            self.send(mavlink.MAVLink_command_long_message(self.system_id, 1, number, confirmation, *filled))
            if await self.until(lambda: self._acks.get(number, 5) != 5, _REPEAT_S):
                return self._acks[number]
        return self._acks.get(number)

    def why(self) -> str:
        """Return what the autopilot said last."""
        return f"; it said: {' | '.join(self.said)}" if self.said else ""

    # --- what it takes to fly ---

    async def set_rates(self) -> list[int]:
        """Ask for the streams the service needs; returns the messages it would not send."""
        refused = []
        for msg_id, rate_hz in RATES_HZ.items():
            result = await self.command(mavlink.MAV_CMD_SET_MESSAGE_INTERVAL, float(msg_id), 1e6 / rate_hz)
            if result != mavlink.MAV_RESULT_ACCEPTED:
                refused.append(msg_id)
        return refused

    async def upload(self, items: Sequence[MissionItem]) -> None:
        """Upload a mission; raises SitlError when it is refused or stops half way."""
        self._upload_result = None
        self._requests.clear()
        count = mavlink.MAVLink_mission_count_message(self.system_id, 1, len(items), 0)
        loop = asyncio.get_running_loop()
        heard_at, count_at, asked = loop.time(), 0.0, False
        while self._upload_result is None:
            now = loop.time()
            if self._requests:
                seq = self._requests.popleft()
                heard_at, asked = now, True
                if seq < len(items):
                    self.send(self._item(seq, items[seq]))
                continue
            if now - heard_at > _ITEM_WITHIN_S:
                raise SitlError(f"system {self.system_id} stopped asking for its mission{self.why()}")
            # Until it asks for the first item the count may have been lost; after that it repeats its own requests.
            if not asked and now - count_at > _REPEAT_S:
                self.send(count)
                count_at = now
            await asyncio.sleep(_POLL_S / 5)
        if self._upload_result != mavlink.MAV_MISSION_ACCEPTED:
            raise SitlError(f"system {self.system_id} refused its mission: result {self._upload_result}{self.why()}")

    def _item(self, seq: int, i: MissionItem) -> Any:
        return mavlink.MAVLink_mission_item_int_message(
            self.system_id, 1, seq, i.frame, i.command, 0, i.autocontinue,
            i.param1, i.param2, i.param3, i.param4, i.x, i.y, i.z, 0,
        )  # fmt: skip

    async def arm_and_start(self, *, within_s: float) -> None:
        """Arm, as often as it takes until the autopilot is ready, and start the mission; raises SitlError."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + within_s
        ardupilot = self.flavour is Flavour.ARDUPILOT
        result: int | None = None
        while loop.time() < ends:
            if ardupilot:
                await self.command(mavlink.MAV_CMD_DO_SET_MODE, 1.0, _ARDUCOPTER_GUIDED)
            else:
                await self.command(mavlink.MAV_CMD_DO_SET_MODE, 1.0, *_PX4_MISSION)
            result = await self.command(mavlink.MAV_CMD_COMPONENT_ARM_DISARM, 1.0)
            if result == mavlink.MAV_RESULT_ACCEPTED:
                break
            await asyncio.sleep(2.0 * _REPEAT_S)
        else:
            word = "did not answer" if result is None else f"answered {_RESULTS.get(result, result)}"
            raise SitlError(
                f"system {self.system_id} was not ready to arm within {within_s:.0f} s: it {word}{self.why()}"
            )
        if ardupilot:
            await self.command(mavlink.MAV_CMD_DO_SET_MODE, 1.0, _ARDUCOPTER_AUTO)
        result = await self.command(mavlink.MAV_CMD_MISSION_START, 0.0, nan if not ardupilot else 0.0)
        if not await self.until(lambda: self.armed, 5.0):
            raise SitlError(f"system {self.system_id} did not stay armed (mission start: {result}){self.why()}")


class StationHub:
    """Reads the sockets of several stations and beats for all of them."""

    def __init__(self) -> None:
        self.stations: list[Station] = []
        self._by_socket: dict[socket.socket, list[Station]] = {}
        self._beats: asyncio.Task[None] | None = None

    def add(self, station: Station, sock: socket.socket) -> None:
        """Listen for a station on a socket, which several may share."""
        self.stations.append(station)
        if sock not in self._by_socket:
            self._by_socket[sock] = []
            asyncio.get_running_loop().add_reader(sock, self._read, sock)
        self._by_socket[sock].append(station)
        if self._beats is None:
            self._beats = asyncio.get_running_loop().create_task(self._beat(), name="ground station heartbeats")

    def _read(self, sock: socket.socket) -> None:
        for _ in range(64):
            try:
                datagram, peer = sock.recvfrom(4096)
            except (BlockingIOError, ConnectionRefusedError):
                return
            for station in self._by_socket[sock]:
                if station.hear(datagram, (peer[0], peer[1])):
                    break

    async def _beat(self) -> None:
        while True:
            for station in self.stations:
                station.beat()
            await asyncio.sleep(1.0)

    async def close(self) -> None:
        """Stop listening and beating."""
        if self._beats is not None:
            self._beats.cancel()
            await asyncio.gather(self._beats, return_exceptions=True)
        loop = asyncio.get_running_loop()
        for sock in self._by_socket:
            loop.remove_reader(sock)
            sock.close()
        self._by_socket.clear()
