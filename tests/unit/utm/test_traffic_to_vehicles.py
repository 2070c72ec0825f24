"""Traffic told to vehicles starts no cascade: real bytes between simulated autopilots and the registry, simulated time."""

import numpy as np
import pytest

from airspace.picture import Picture
from airspace.timebase import to_scene_s
from airspace.tracks import PictureLimits
from mavlink_bridge import codec
from mavlink_bridge.events import AdsbVehicle, Event, VehicleKey
from mavlink_bridge.outgoing import Outgoing
from mavlink_bridge.registry import Registry
from sim.autopilot import Autopilot
from sim.flavour import Flavour
from sim.mission import MissionItem
from sim.vehicle import Landed, Mode
from sim.wire import Link
from tests.fakes.live_world import ALTITUDES, FRAME, START_AT, ListDirectory, record
from tests.fakes.sim_world import flat_world
from utm.telemetry import Telemetry
from utm.telemetry_values import PositionReport
from utm.traffic_to_vehicles import APART_M, TrafficToVehicles, icao_of

LAT, LON = 22.55, 114.05
METRE_LAT, METRE_LON = 1 / 111_195, 1 / 102_690
UNIX_OF_SCENE_S = START_AT.timestamp() - to_scene_s(START_AT)
SPACING_M = 300.0


class Corridor:
    """Vehicles one behind the other on missions, on links that carry every byte, and what watches them."""

    def __init__(self, count: int, *, flavour: Flavour = Flavour.PX4, told: bool = True) -> None:
        self.now_s = to_scene_s(START_AT)
        self.registry = Registry()
        self.heard: list[Event] = []
        world = flat_world()
        self.links = [Link(k + 1) for k in range(count)]
        self.autopilots = [self._vehicle(world, k, flavour) for k in range(count)]
        directory = ListDirectory(*(record(f"n{k}", k + 1) for k in range(count)))
        self.telemetry = Telemetry(Picture(FRAME, ALTITUDES, PictureLimits()), directory)
        self.traffic = (
            TrafficToVehicles(
                telemetry=self.telemetry,
                bridge=self,
                frame=FRAME,
                amsl_m=lambda lat, lon, hae: hae + 3.0,  # type: ignore[arg-type]
            )
            if told
            else None
        )

    def _vehicle(self, world, k: int, flavour: Flavour) -> Autopilot:  # type: ignore[no-untyped-def]
        home = world.ground(LAT, LON + (k * SPACING_M - 400) * METRE_LON)
        made: Autopilot = world.autopilot(
            f"v{k}", system_id=k + 1, at=home, now_s=self.now_s, flavour=flavour, streams_unasked=True
        )
        v = made.vehicle
        made.arm(self.now_s)
        v.lat_deg, v.lon_deg, v.alt_hae_m = LAT, LON + k * SPACING_M * METRE_LON, home.alt_hae_m + 60.0
        v.landed = Landed.IN_AIR
        z = v.alt_hae_m + 3.0
        here = MissionItem(16, x=round(v.lat_deg * 1e7), y=round(v.lon_deg * 1e7), z=z)
        there = MissionItem(16, x=round((LAT + 3000 * METRE_LAT) * 1e7), y=round(v.lon_deg * 1e7), z=z)
        slow = MissionItem(178, 2, param1=1.0, param2=2.0, param3=-1.0)
        made.load_mission([*([here] if flavour is Flavour.ARDUPILOT else []), slow, here, there])
        assert made.set_mode(Mode.MISSION, self.now_s)
        return made

    def send(self, vehicle: VehicleKey, message: Outgoing) -> bool:
        """Carry a message of ours to a vehicle and its answers back, as the bridge does."""
        k = vehicle.system_id - 1
        values = codec.wire_values(message.message_id, message.fields)
        frame = codec.encode(message.message_id, values, sequence=0, system_id=255, component_id=190)
        for answer in self.autopilots[k].receive(self.links[k], frame, "peer", self.now_s):
            self._feed(k, answer)
        return True

    def _feed(self, k: int, datagram: bytes) -> None:
        events = self.registry.feed(f"udp:127.0.0.1:{5000 + k}", datagram, self.now_s + UNIX_OF_SCENE_S)
        self.heard += events
        self.telemetry.on_events(events)

    def fly(self, seconds: int, strangers: "dict[str, tuple[float, float]] | None" = None) -> None:
        """Let time pass; strangers are (metres east, metres north) of the first vehicle's start."""
        for _ in range(seconds):
            for _ in range(4):
                self.now_s += 0.25
                for k, autopilot in enumerate(self.autopilots):
                    packets = autopilot.tick(self.now_s)
                    for datagram in self.links[k].datagrams(packets):
                        self._feed(k, datagram)
            for name, (east_m, north_m) in (strangers or {}).items():
                self.report(name, east_m, north_m)
            self.telemetry.advance(self.now_s)
            if self.traffic is not None:
                self.traffic.tick(self.now_s)

    def report(self, name: str, east_m: float, north_m: float) -> None:
        lat, lon, nan = LAT + north_m * METRE_LAT, LON + east_m * METRE_LON, float("nan")
        values = (lat, lon, 67.0, nan, nan, 0.0, 0.0, 0.0, nan, self.now_s - 0.1)
        self.telemetry.report([PositionReport(name, None, values, "radar")], feeder_id="org_s", now_s=self.now_s)

    def turned(self) -> list[int]:
        """Return which vehicles have left their mission."""
        return [k for k, autopilot in enumerate(self.autopilots) if autopilot.vehicle.mode is not Mode.MISSION]


@pytest.mark.parametrize("flavour", list(Flavour))
def test_a_stranger_turns_those_near_it_home_and_nobody_else(flavour: Flavour) -> None:
    """Of twelve vehicles 300 m apart only those within 500 m of a helicopter must turn; none because another did."""
    corridor = Corridor(12, flavour=flavour)
    corridor.fly(3)
    assert corridor.turned() == []
    corridor.fly(10, {"helicopter": (-250.0, 30.0)})
    assert corridor.turned() == [0]
    corridor.fly(60, {"helicopter": (-250.0, 30.0)})
    assert corridor.turned() == [0]
    told = {pair[0] for pair in [*corridor.traffic.tick(corridor.now_s)]} if corridor.traffic else set()
    assert told <= {"helicopter"}


def test_echoes_of_what_we_told_are_dropped() -> None:
    """A vehicle repeats what it heard: no such event may come out of the registry, and no track of it appear."""
    corridor = Corridor(3)
    corridor.fly(3)
    corridor.fly(10, {"helicopter": (-400.0, 0.0)})
    assert corridor.registry.counters()["adsb_echoes"] > 0
    assert not [event for event in corridor.heard if isinstance(event, AdsbVehicle)]
    picture = corridor.telemetry.picture
    assert int(np.count_nonzero(picture.alive)) == 4


def test_an_image_of_our_own_is_never_told() -> None:
    """A radar that sees one of ours 30 m off must turn nobody, nor must it after that vehicle turned home."""
    corridor = Corridor(6)
    corridor.fly(3)
    for _ in range(20):
        v = corridor.autopilots[2].vehicle
        east_m = (v.lon_deg - LON) / METRE_LON + 30.0
        corridor.fly(1, {"image": (east_m, (v.lat_deg - LAT) / METRE_LAT)})
    assert corridor.turned() == []
    assert corridor.traffic is not None
    assert corridor.traffic.counters["traffic_sent"] == 0
    assert corridor.traffic.counters["traffic_images_withheld"] > 10


def test_one_that_was_seen_apart_stays_a_stranger_when_it_comes_near() -> None:
    """A stranger that flies in from afar must be told of to the end, however near it comes."""
    corridor = Corridor(1)
    corridor.fly(3)
    corridor.fly(4, {"helicopter": (-900.0, 0.0)})
    assert corridor.turned() == []
    corridor.fly(2, {"helicopter": (-APART_M / 2, 10.0)})
    assert corridor.turned() == [0]


def test_without_it_nobody_is_told() -> None:
    """Where it is switched off a stranger next to a vehicle must change nothing."""
    corridor = Corridor(2, told=False)
    corridor.fly(10, {"helicopter": (-200.0, 0.0)})
    assert corridor.turned() == []


def test_addresses_are_nobody_elses_transponder() -> None:
    """The address must be the track's own for good and lie where no state assigns any."""
    addresses = {icao_of(f"trk_{n}") for n in range(500)}
    assert all(0xF00000 <= address <= 0xFFFFFF for address in addresses)
    assert len(addresses) > 495
    assert icao_of("trk_1") == icao_of("trk_1")
