"""Missions arrive whole and verified, or fail clearly."""

from __future__ import annotations

import math

import pytest

from mavlink_bridge import mission
from mavlink_bridge.mission import (
    MissionDownload,
    MissionItem,
    MissionResult,
    MissionUpload,
    differences,
    item_index,
    with_home,
    without_home,
)
from tests.unit.mavlink_bridge.autopilots import ADDRESS, VEHICLE, Autopilot, Conversation, mission_ack
from tests.unit.mavlink_bridge.frames import NOW


def plan(count: int = 12) -> list[MissionItem]:
    """Take-off, waypoints, return: with a fractional height and a NaN yaw."""
    points = [
        MissionItem(6, 16, 225_400_000 + 997 * n, 1_140_500_000 - 331 * n, 80.125 + n, 0.0, 2.0, 0.0, math.nan)
        for n in range(count - 2)
    ]
    return [MissionItem(6, 22, 225_400_000, 1_140_500_000, 50.0), *points, MissionItem(2, 20, 0, 0, 0.0)]


@pytest.mark.parametrize("ardupilot", [False, True])
def test_what_is_uploaded_is_what_is_downloaded(ardupilot):
    """Both autopilots' ways of asking work, and ArduPilot's home is added and taken away."""
    autopilot, number = Autopilot(ardupilot=ardupilot), 3 if ardupilot else 12
    conversation = Conversation(autopilot)
    upload = MissionUpload(VEHICLE, ADDRESS, with_home(number, plan()))
    conversation.run(upload)
    assert upload.result == MissionResult("accepted", 0)
    assert len(autopilot.mission) == 12 + ardupilot
    download = MissionDownload(VEHICLE, ADDRESS)
    conversation.run(download)
    assert differences(plan(), without_home(number, download.items), number) == []


def test_an_empty_mission_clears_and_reads_as_empty():
    """No items is a mission too."""
    autopilot = Autopilot()
    autopilot.mission = [{}]
    conversation = Conversation(autopilot)
    upload = MissionUpload(VEHICLE, ADDRESS, [])
    conversation.run(upload)
    assert (upload.result.outcome, autopilot.mission) == ("accepted", [])
    download = MissionDownload(VEHICLE, ADDRESS)
    conversation.run(download)
    assert download.items == []


@pytest.mark.parametrize("ardupilot", [False, True])
@pytest.mark.parametrize("loss", [0.05, 0.2, 0.5])
def test_under_loss_an_upload_is_never_in_between(loss, ardupilot):
    """Accepted means that the vehicle holds exactly the mission; otherwise it is timed out."""
    outcomes = []
    for seed in range(40):
        autopilot, number = Autopilot(ardupilot=ardupilot), 3 if ardupilot else 12
        conversation = Conversation(autopilot, loss=loss, seed=seed)
        upload = MissionUpload(VEHICLE, ADDRESS, with_home(number, plan()))
        conversation.run(upload)
        outcomes.append(upload.result.outcome)
        assert upload.result.outcome in {"accepted", "timed_out"}
        if upload.result.outcome == "accepted":
            held = [
                MissionItem(*(item[name] for name in MissionItem.__struct_fields__[:-1])) for item in autopilot.mission
            ]
            assert differences(plan(), without_home(number, held), number) == []
    assert outcomes.count("accepted") >= {0.05: 36, 0.2: 28, 0.5: 10}[loss]


@pytest.mark.parametrize("loss", [0.05, 0.2, 0.5])
def test_under_loss_a_download_is_exact_or_failed(loss):
    """Items never get lost, doubled or out of order."""
    done = 0
    for seed in range(40):
        autopilot = Autopilot()
        clean = Conversation(autopilot)
        clean.run(MissionUpload(VEHICLE, ADDRESS, plan()))
        download = MissionDownload(VEHICLE, ADDRESS)
        Conversation(autopilot, loss=loss, seed=seed).run(download)
        if download.items is None:
            assert download.error.outcome == "timed_out"
        else:
            done += 1
            assert differences(plan(), download.items, 12) == []
    assert done >= {0.05: 40, 0.2: 40, 0.5: 28}[loss]


@pytest.mark.parametrize("ardupilot", [False, True])
def test_an_upload_whose_acknowledgement_is_lost_says_that_it_may_have_arrived(ardupilot):
    """PX4 acknowledges again when the last item is repeated; with ArduPilot only reading back can tell."""
    autopilot = Autopilot(ardupilot=ardupilot)
    conversation = Conversation(autopilot)
    store = autopilot._store

    def store_silently():
        store()
        return []

    autopilot._store = store_silently
    upload = MissionUpload(VEHICLE, ADDRESS, with_home(3 if ardupilot else 12, plan()))
    conversation.run(upload)
    assert upload.result.outcome == ("timed_out" if ardupilot else "accepted")
    assert upload.all_sent


def test_a_refused_upload_says_why():
    """The vehicle's reason is kept; an acceptance before all items were asked for is not believed."""
    autopilot = Autopilot()
    upload = MissionUpload(VEHICLE, ADDRESS, plan())
    original = autopilot.receive
    autopilot.receive = lambda message, now: [mission_ack(4)] if message.message_id == 73 else original(message, now)
    Conversation(autopilot).run(upload)
    assert (upload.result.outcome, upload.result.code) == ("refused", 4)
    autopilot.receive = lambda message, now: [mission_ack(0)]
    upload = MissionUpload(VEHICLE, ADDRESS, plan(), attempts=2)
    Conversation(autopilot).run(upload)
    assert upload.result.outcome == "timed_out"


def test_a_vehicle_that_asks_for_the_same_item_for_ever_does_not_keep_us():
    """Being asked is not progress: after a while without a new item the upload is given up."""
    autopilot = Autopilot()
    autopilot._item = lambda fields, now: []
    upload = MissionUpload(VEHICLE, ADDRESS, plan())
    Conversation(autopilot).run(upload)
    assert (upload.result.outcome, upload.result.detail) == ("timed_out", "after 1 of 12 items")


def test_a_silent_vehicle_times_out_both_ways():
    """Without any answer both transfers end, and say where."""
    autopilot = Autopilot()
    autopilot.receive = lambda message, now: []
    upload, download = MissionUpload(VEHICLE, ADDRESS, plan()), MissionDownload(VEHICLE, ADDRESS)
    Conversation(autopilot).run(upload)
    Conversation(autopilot).run(download)
    assert (upload.result.outcome, upload.result.detail) == ("timed_out", "after 0 of 12 items")
    assert str(download.error) == "timed_out: no answer with its count"


def test_a_download_the_vehicle_ends_is_refused():
    """A MISSION_ACK with an error ends it."""
    autopilot = Autopilot()
    autopilot.receive = lambda message, now: [mission_ack(5)]
    download = MissionDownload(VEHICLE, ADDRESS)
    Conversation(autopilot).run(download)
    assert (download.error.outcome, download.error.code) == ("refused", 5)


def test_an_autopilot_that_knows_only_the_deprecated_request_is_read():
    """From the eighth repeat on MISSION_REQUEST is tried, and used at once where only it was answered."""
    autopilot = Autopilot()
    conversation = Conversation(autopilot)
    conversation.run(MissionUpload(VEHICLE, ADDRESS, plan(4)))
    original = autopilot.receive
    autopilot.receive = lambda message, now: [] if message.message_id == 51 else original(message, now)
    download = MissionDownload(VEHICLE, ADDRESS)
    conversation.run(download)
    assert len(download.items) == 4


def test_an_autopilot_that_answers_the_present_request_is_never_asked_in_the_old_way():
    """Under heavy loss every item must be asked for with MISSION_REQUEST_INT: the other form loses half a metre."""
    autopilot = Autopilot()
    Conversation(autopilot).run(MissionUpload(VEHICLE, ADDRESS, plan()))
    asked, original = [], autopilot.receive
    autopilot.receive = lambda message, now: asked.append(message) or original(message, now)
    for seed in range(20):
        asked.clear()
        Conversation(autopilot, loss=0.3, seed=seed).run(MissionDownload(VEHICLE, ADDRESS))
        heard = [message.message_id for message in asked if message.message_id in {40, 51}]
        first = next((n for n, message in enumerate(asked) if message.message_id == 51), None)
        assert first is not None
        assert 40 not in heard[heard.index(51) + 8 :]


def test_places_read_in_single_precision_are_compared_as_such():
    """A place that came in a deprecated MISSION_ITEM may be off by its rounding, and by no more."""
    sent = [MissionItem(0, 16, 227_126_861, 1_141_610_847, 50.0)]
    rounded = MissionItem(0, 16, 227_126_865, 1_141_610_870, 50.0, exact=False)
    assert differences(sent, [rounded], 12) == []
    assert differences(sent, [MissionItem(0, 16, 227_126_865, 1_141_610_870, 50.0)], 12) != []
    assert differences(sent, [MissionItem(0, 16, 227_126_961, 1_141_610_870, 50.0, exact=False)], 12) != []


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"command": 21}, "command"),
        ({"frame": 0}, "frame"),
        ({"x": 5}, "place"),
        ({"z": 81.0}, "z"),
        ({"z": math.nan}, "z"),
        ({"param2": 9.0}, "param2"),
    ],
)
def test_differences_are_found_and_named(change, what):
    """Each kind of change shows, with its item."""
    changed = plan()
    item = {name: getattr(changed[1], name) for name in MissionItem.__struct_fields__}
    changed[1] = MissionItem(**{**item, **change})
    (found,) = differences(plan(), changed, 12)
    assert found.startswith(f"item 1: {what}")


def test_harmless_rewriting_is_no_difference():
    """Frames of the same meaning, centimetres, and NaN for 0 are the same flight; a missing item is not."""
    sent = [MissionItem(6, 16, 5, 6, 80.125, param4=math.nan)]
    assert differences(sent, [MissionItem(3, 16, 5, 6, 80.12)], 12) == []
    assert differences(sent, [MissionItem(3, 16, 5, 6, 80.12, param1=1.0)], 3) == []
    assert differences(sent, [], 12) == ["1 items sent, 0 read"]


def test_item_numbers_leave_out_ardupilots_home():
    """MISSION_CURRENT 1 is the first item on ArduPilot and the second on PX4."""
    assert (item_index(3, 1), item_index(3, 0), item_index(12, 1)) == (0, None, 1)


def test_abandoned_transfers_end():
    """When the link goes away both transfers end as timed out."""
    upload, download = MissionUpload(VEHICLE, ADDRESS, plan()), MissionDownload(VEHICLE, ADDRESS)
    for transfer in (upload, download):
        transfer.start(NOW)
        transfer.abandon("stopped")
        assert transfer.done
    assert (upload.result.outcome, download.error.outcome) == ("timed_out", "timed_out")


def test_absurdly_long_missions_are_refused():
    """A count beyond any mission does not make us ask for it, nor do we send one."""
    autopilot = Autopilot()
    autopilot.mission = [{}] * (mission.LONGEST_MISSION + 1)
    download = MissionDownload(VEHICLE, ADDRESS)
    Conversation(autopilot).run(download)
    assert download.error.outcome == "refused"
    with pytest.raises(ValueError, match="at most"):
        MissionUpload(VEHICLE, ADDRESS, plan(2) * mission.LONGEST_MISSION)
