"""What must hold of the living service, looked at from outside: alerts, the live feed, and what vehicles are sent."""

import asyncio
from collections.abc import Callable, Mapping
from struct import Struct
from typing import Any, Final

import orjson

from sim.closed_zones import ClosedZone
from sim.deterministic.network import Network
from sim.deterministic.server import Party, Process, Server
from sim.deterministic.vehicles import WorldVehicle
from sim.invariants import Broken, PlanInvariants
from sim.wire import Link
from utm.alert_book import Alert
from utm.alert_book import Party as AlertParty
from utm.live import ClientClosed, LiveClient, Subscription
from utm.live_frames import BYTES_PER_TRACK, HEADER, MAGIC
from utm.live_schema import TOPICS, Encoding, Topic
from utm.services import Services

LINGERS_S: Final = 75.0
"""How long after its cause ended an alert may be open: conditions, mutes and their pauses, and a restart in between."""
HEARD_AGAIN_S: Final = 25.0
"""How long after a vehicle is heard steadily again its lost link may still be an alert."""
_ABOUT_FEEDS: Final = frozenset({"surveillance_lost"})
_MISSION_ITEM_INT: Final = 73
_COMMAND_INT: Final = 75
_GOES_THERE: Final = frozenset({16, 17, 18, 19, 21, 22, 82, 84, 85, 192})
"""MAV_CMDs whose x and y are a place to be flown to: waypoint, loiters, land, take-off, spline, VTOL, reposition."""


class AlertWatch:
    """Every alert resolves, or is open with a cause that is there."""

    def __init__(
        self,
        *,
        vehicles: list[WorldVehicle],
        plans: PlanInvariants,
        network: Network,
        broken: Broken,
        time_s: Callable[[], float],
    ) -> None:
        self._vehicles = {vehicle.aircraft_id: vehicle for vehicle in vehicles}
        self._plans, self._network, self._broken, self._time_s = plans, network, broken, time_s
        self._quiet_since_s: dict[str, float] = {}
        self._told: set[str] = set()
        self.seen: dict[str, int] = {}

    def look(self, services: Services) -> None:
        """Look at every open alert once."""
        now_s = self._time_s()
        book = services.alerts.book
        for alert in book.open.values():
            if alert.alert_id not in self.seen:
                self.seen[alert.alert_id] = 0
            if self._has_cause(alert, now_s):
                self._quiet_since_s.pop(alert.alert_id, None)
                continue
            since_s = self._quiet_since_s.setdefault(alert.alert_id, now_s)
            if now_s - since_s > LINGERS_S and alert.alert_id not in self._told:
                self._told.add(alert.alert_id)
                condition = alert.condition
                self._broken(
                    "every alert resolves or has a cause",
                    f"{condition.kind} about {condition.subject} is {alert.status} {now_s - since_s:.0f} s after its "
                    "cause went away",
                )
        for alert_id in [known for known in self._quiet_since_s if known not in book.open]:
            del self._quiet_since_s[alert_id]

    def restarted(self) -> None:
        """Count from now: a server that was away could not resolve anything."""
        self._quiet_since_s.clear()

    def _has_cause(self, alert: Alert, now_s: float) -> bool:
        condition = alert.condition
        if condition.kind in _ABOUT_FEEDS:
            return any(self._silent(vehicle, now_s) for vehicle in self._vehicles.values())
        parties = [condition.party, *(() if condition.other is None else (condition.other,))]
        return any(self._active(party, condition.kind, now_s) for party in parties)

    def _active(self, party: AlertParty, kind: str, now_s: float) -> bool:
        """Tell whether a flight can still give cause: it flies, or is not heard, or holds airspace as a flight."""
        vehicle = self._vehicles.get(party.aircraft_id or "")
        if vehicle is None:
            return party.plan_id in self._plans.live_flights()
        if kind == "link_lost":
            return self._silent(vehicle, now_s)
        if vehicle.airborne or self._silent(vehicle, now_s):
            return True
        return bool(self._plans.live_flights() & self._plans.plans_of(vehicle.aircraft_id))

    def _silent(self, vehicle: WorldVehicle, now_s: float) -> bool:
        return now_s - self._network.steady_since_s(vehicle.endpoint, now_s) < HEARD_AGAIN_S


_LIVES: Final = {
    "plans": ("plan_id", "state"),
    "commands": ("command_id", "status"),
    "contingencies": ("contingency_id", "status"),
}
"""Topics whose items have an end that is final: what names them, and what says how they stand."""
_OVER: Final = frozenset(
    {"ended", "cancelled", "withdrawn", "expired", "refused", "confirmed", "timed_out", "dismissed"}
)


class FeedWatch:
    """A client of the live feed: its `seq` never runs backwards, events come once each, a plan's end is its end."""

    TOPICS: Final[tuple[Topic, ...]] = TOPICS

    def __init__(self, party: Party, broken: Broken, *, tracks: bool) -> None:
        self._party, self._broken = party, broken
        self._topics: tuple[Topic, ...] = self.TOPICS if tracks else self.TOPICS[1:]
        self._seq = 0
        self._over: dict[str, str] = {}
        self.frames = 0
        self.resumed = 0

    async def follow(self, server: Server, process: Process) -> None:
        """Follow one process's feed to its end (run this in the process's own context)."""
        services = process.services
        principal = services.identity.principal_of_token(server.token(process, self._party))
        client = services.hub.connect(principal)
        since = self._seq or None
        self.resumed += since is not None
        try:
            encoding: Encoding = "binary" if "tracks" in self._topics else "json"
            await client.subscribe(Subscription(topics=self._topics, encoding=encoding, since=since))
            await self._read(client)
        except ClientClosed:
            return
        finally:
            client.close()

    async def _read(self, client: LiveClient) -> None:
        while True:
            frame = await client.next_frame()
            self.frames += 1
            if isinstance(frame, bytes):
                self._take(_seq_of(frame), None)
            else:
                message = orjson.loads(frame)
                self._take(message["seq"], message)

    def _take(self, seq: int, message: Mapping[str, Any] | None) -> None:
        if seq < self._seq:
            self._broken("the feed runs forwards", f"{self._party.key} got seq {seq} after {self._seq}")
        self._seq = max(self._seq, seq)
        name, state = _LIVES.get("" if message is None else str(message.get("topic")), ("", ""))
        if message is None or not name:
            return
        for item in message.get("items", ()):
            if item[state] in _OVER:
                self._over[item[name]] = item[state]
            elif item[name] in self._over:
                self._broken("the feed runs forwards", f"{item[name]} was over and is shown as {item[state]}")


_HEADER: Final = Struct("<4s12xQ8x")
"""What of a frame of positions is looked at: its magic and its seq; the columns are nobody's here."""
assert _HEADER.size == HEADER.itemsize


def _seq_of(frame: bytes) -> int:
    magic, seq = _HEADER.unpack_from(frame)
    if magic != MAGIC or (len(frame) - HEADER.itemsize) % BYTES_PER_TRACK:
        raise ValueError("not a frame of positions")
    return int(seq)


class SentWatch:
    """Reads what the server sends to vehicles: nothing sends one into a closed zone."""

    def __init__(self, closed: Callable[[], Mapping[str, ClosedZone]], plane: Any, broken: Broken) -> None:
        self._closed, self._plane, self._broken = closed, plane, broken
        self.places = 0
        self._parser = Link(255)

    def tap(self, endpoint: str, data: bytes) -> None:
        """Look at one datagram."""
        if len(data) < 12 or data[0] != 0xFD:
            return
        message_id = data[7] | data[8] << 8 | data[9] << 16
        if message_id not in (_MISSION_ITEM_INT, _COMMAND_INT):
            return
        for message in self._parser.parse(data, 0.0):
            if message.command in _GOES_THERE and (message.x or message.y):
                self.places += 1
                self._look(endpoint, message.x / 1e7, message.y / 1e7)

    def _look(self, endpoint: str, lat_deg: float, lon_deg: float) -> None:
        at = self._plane(lat_deg, lon_deg)
        for zone in self._closed().values():
            if zone.closes_low_air and zone.holds(*at):
                self._broken(
                    "no drone is told to enter a closed zone",
                    f"{endpoint} is sent to {lat_deg:.5f}, {lon_deg:.5f}, inside {zone.zone_id}",
                )


async def every(seconds: float, act: Callable[[], None]) -> None:
    """Do something again and again."""
    while True:
        await asyncio.sleep(seconds)
        act()
