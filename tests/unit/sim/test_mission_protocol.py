"""Uploads, downloads and their loss, for the mission protocol's vehicle side."""

from random import Random
from typing import Any

import pytest
from pymavlink.dialects.v20 import common as mavlink

from sim.flavour import Flavour
from sim.mission import MissionItem
from tests.fakes.ground_station import Station

ITEMS = [
    MissionItem(22, 3, z=30.0),
    MissionItem(16, 3, 4.0, x=225_410_000, y=1_139_510_000, z=30.0),
    MissionItem(21, 3, x=225_410_000, y=1_139_510_000, z=0.0),
]


def item_int(seq: int, item: MissionItem, mission_type: int = 0) -> Any:
    """The MISSION_ITEM_INT of an item."""
    i = item
    return mavlink.MAVLink_mission_item_int_message(
        7, 1, seq, i.frame, i.command, 0, 1, i.param1, i.param2, i.param3, i.param4, i.x, i.y, i.z, mission_type
    )


def count(n: int, mission_type: int = 0) -> Any:
    """A MISSION_COUNT."""
    return mavlink.MAVLink_mission_count_message(7, 1, n, mission_type)


def upload(station: Station, items: list[MissionItem], mission_type: int = 0) -> int:
    """Upload and return the result of the acknowledgement."""
    answers = station.say(count(len(items), mission_type))
    while answers and answers[0].get_type().startswith("MISSION_REQUEST"):
        seq = answers[0].seq
        answers = station.say(item_int(seq, items[seq], mission_type))
    assert answers[0].get_type() == "MISSION_ACK"
    return int(answers[0].type)


@pytest.mark.parametrize(
    ("flavour", "request_name"), [(Flavour.PX4, "MISSION_REQUEST_INT"), (Flavour.ARDUPILOT, "MISSION_REQUEST")]
)
def test_upload_asks_in_the_flavours_words(flavour: Flavour, request_name: str) -> None:
    """An upload must be asked for item by item, by PX4 with MISSION_REQUEST_INT, by ArduPilot with MISSION_REQUEST."""
    station = Station(flavour)
    assert station.say(count(3))[0].get_type() == request_name
    assert upload(station, ITEMS) == 0
    kept = station.autopilot.mission
    assert kept[1:] == ITEMS[1:]
    assert kept[0] == ITEMS[0] if flavour is Flavour.PX4 else kept[0].command == 16


def test_ardupilot_keeps_its_home_over_item_0_and_its_own_frames() -> None:
    """ArduPilot must write home over item 0, drop INT from frames, round heights to centimetres and forget parameter 4."""
    station = Station(Flavour.ARDUPILOT)
    item = MissionItem(16, 6, 4.0, 0.0, 0.0, 90.0, 225_410_000, 1_139_510_000, 30.004)
    assert upload(station, [item, item]) == 0
    home, kept = station.autopilot.mission
    at = station.autopilot.vehicle.home
    assert (home.x, home.y, home.frame) == (round(at.lat_deg * 1e7), round(at.lon_deg * 1e7), 0)
    assert (kept.frame, kept.z, kept.param1, kept.param4) == (3, 30.0, 4.0, 0.0)


@pytest.mark.parametrize(("flavour", "result"), [(Flavour.PX4, 0), (Flavour.ARDUPILOT, 13)])
def test_the_last_item_once_more_is_answered_in_the_flavours_way(flavour: Flavour, result: int) -> None:
    """After a lost acknowledgement PX4 must acknowledge again and ArduPilot say that the sequence is wrong."""
    station = Station(flavour)
    assert upload(station, ITEMS) == 0
    last = len(ITEMS) - 1
    assert station.say(item_int(last, ITEMS[last], 0))[0].type == result


@pytest.mark.parametrize(
    ("flavour", "frame", "result"), [(Flavour.PX4, 2, 0), (Flavour.PX4, 3, 2), (Flavour.ARDUPILOT, 3, 0)]
)
def test_px4_takes_a_return_in_the_mission_frame_only(flavour: Flavour, frame: int, result: int) -> None:
    """A return to launch in another frame must make PX4 refuse the whole mission."""
    station = Station(flavour)
    assert upload(station, [*ITEMS, MissionItem(20, frame)]) == result


def test_download_gives_what_was_uploaded_in_both_forms() -> None:
    """Items must come down as they went up, as MISSION_ITEM_INT and, in degrees, as MISSION_ITEM."""
    station = Station()
    upload(station, ITEMS)
    assert station.say(mavlink.MAVLink_mission_request_list_message(7, 1, 0))[0].count == 3
    down = station.say(mavlink.MAVLink_mission_request_int_message(7, 1, 1, 0))[0]
    assert (down.command, down.param1, down.x, down.y, down.z) == (16, 4.0, 225_410_000, 1_139_510_000, 30.0)
    as_float = station.say(mavlink.MAVLink_mission_request_message(7, 1, 1, 0))[0]
    assert (as_float.x, as_float.y) == (pytest.approx(22.541), pytest.approx(113.951, abs=1e-5))
    ack = station.say(mavlink.MAVLink_mission_request_int_message(7, 1, 3, 0))[0]
    assert ack.type == mavlink.MAV_MISSION_INVALID_SEQUENCE


def test_float_items_are_taken() -> None:
    """The old MISSION_ITEM in degrees must be taken and rounded to 1e-7 degrees; no place must become "here"."""
    station = Station()
    station.say(count(2))
    station.say(mavlink.MAVLink_mission_item_message(7, 1, 0, 3, 22, 0, 1, 0, 0, 0, 0, float("nan"), 0.0, 30.0, 0))
    ack = station.say(mavlink.MAVLink_mission_item_message(7, 1, 1, 3, 16, 0, 1, 0, 0, 0, 0, 22.5, 114.0, 30.0, 0))[0]
    assert ack.type == 0
    assert [(i.x, i.y) for i in station.autopilot.mission] == [(0, 0), (225_000_000, 1_140_000_000)]


def test_unflyable_upload_leaves_the_old_mission() -> None:
    """An upload that is refused must say why and leave what was there before."""
    station = Station()
    upload(station, ITEMS)
    assert upload(station, [MissionItem(84, 0)]) == mavlink.MAV_MISSION_UNSUPPORTED
    assert station.autopilot.mission == ITEMS


def test_fences_and_rally_points_are_kept_apart() -> None:
    """A geofence must not replace the mission, and each type be cleared on its own or all together."""
    station = Station()
    upload(station, ITEMS)
    assert upload(station, [MissionItem(5001, 0, 3.0, x=1, y=1)], mission_type=1) == 0
    assert len(station.autopilot.missions.items[1]) == 1
    station.say(mavlink.MAVLink_mission_clear_all_message(7, 1, 1))
    assert station.autopilot.missions.items[1] == []
    assert station.autopilot.mission == ITEMS
    station.say(mavlink.MAVLink_mission_clear_all_message(7, 1, 255))
    assert station.autopilot.mission == []


def test_second_uploader_is_denied() -> None:
    """While one ground station uploads, another's upload must be denied and the first go on."""
    station = Station()
    station.say(count(3), peer="one")
    assert station.say(count(2), peer="two")[0].type == mavlink.MAV_MISSION_DENIED
    assert station.say(item_int(0, ITEMS[0]), peer="one")[0].seq == 1


def test_too_many_and_none() -> None:
    """A mission too long must be refused for space, and a count of nothing must clear."""
    station = Station()
    upload(station, ITEMS)
    assert station.say(count(60_000))[0].type == mavlink.MAV_MISSION_NO_SPACE
    assert station.autopilot.mission == ITEMS
    assert station.say(count(0))[0].type == 0
    assert station.autopilot.mission == []


def test_silent_uploader_is_asked_again_and_then_given_up() -> None:
    """A lost item must be asked for again, ten times, and then the upload be cancelled aloud."""
    station = Station()
    station.say(count(3))
    heard = []
    for _ in range(80):
        station.now_s += 0.1
        again = station.autopilot.repeat(station.now_s)
        if again is not None:
            peer, packet = again
            assert peer == "gcs"
            heard += station.ours.parse(station.theirs.frame(packet), station.now_s)
    assert [m.get_type() for m in heard] == ["MISSION_REQUEST_INT"] * 10 + ["MISSION_ACK"]
    assert heard[-1].type == mavlink.MAV_MISSION_OPERATION_CANCELLED


@pytest.mark.parametrize("loss", [0.05, 0.2, 0.5])
@pytest.mark.parametrize("seed", range(5))
def test_lossy_link_ends_in_the_whole_mission_or_a_clear_end(loss: float, seed: int) -> None:
    """Over a link that loses packets an atomic upload must end with all items or the old mission, never between."""
    rng = Random(seed)
    station = Station()
    upload(station, ITEMS[:1])
    wanted = [ITEMS[0], *[MissionItem(16, 3, x=225_400_000 + k, y=1_139_500_000, z=30.0) for k in range(20)]]
    inbox = station.say(count(len(wanted)))
    result: int | None = None
    for _ in range(2000):
        station.now_s += 0.1
        inbox = [m for m in inbox if rng.random() > loss]
        replies: list[Any] = []
        for m in inbox:
            if m.get_type() == "MISSION_ACK":
                result = m.type
            elif rng.random() > loss:
                replies += station.say(item_int(m.seq, wanted[m.seq]))
        inbox = replies
        again = station.autopilot.repeat(station.now_s)
        if again is not None:
            inbox += station.ours.parse(station.theirs.frame(again[1]), station.now_s)
        if result is not None or (not inbox and station.autopilot.mission == wanted):
            break
    assert station.autopilot.mission in (wanted, ITEMS[:1])
    if result == 0:
        assert station.autopilot.mission == wanted
