"""The recorder and its files: everything accepted is written once, survives crashes, and is found again."""

import asyncio
import errno
import os
from datetime import datetime, timedelta
from pathlib import Path

import h3
import numpy as np
import pytest

from tests.fakes.live_world import LAT, LON, HandClock, record, vehicle
from tests.fakes.recorded_world import RecordedWorld
from utm.live_area import Box, Cells
from utm.live_schema import TOPICS
from utm.recording import files
from utm.recording.chunks import read_open_file
from utm.recording.columns import us_of
from utm.recording.export import items
from utm.recording.files import recover, tail_of
from utm.recording.reader import Recordings
from utm.recording.recorder import Recorder, RecorderLimits
from utm.recording.retention import remove_before
from utm.recording.segments import Segment, first_tampered
from utm.settings import Settings
from utm.track_history import FIELDS

A, B = vehicle(40001, 1), vehicle(40002, 2)
LONG_AGO, LATER = -(1 << 62), 1 << 62


def made(folder: Path, limits: RecorderLimits | None = None, clock: HandClock | None = None) -> RecordedWorld:
    """Return a recorded world with aircraft of two firms."""
    return RecordedWorld(folder, record("1", 1), record("2", 2, firm="org_b"), limits=limits, clock=clock)


def fly(world: RecordedWorld, seconds: float, per_tick: int = 1) -> int:
    """Let A go north and B east; return how many positions were reported."""
    count = 0
    for step in range(int(seconds * 4)):
        for _ in range(per_tick):
            world.clock.move(0.01)
            world.position(A, LAT + step * 1e-5, LON)
            world.position(B, LAT, LON + 0.3 + step * 1e-5, alt_amsl_m=None, alt_hae_m=None)
            count += 2
        world.tick(0.25 - 0.01 * per_tick)
    return count


def recorded(recordings: Recordings, **which: object) -> list[dict[str, object]]:
    """Return all positions of a folder as items."""
    found = recordings.observations(LONG_AGO, LATER - 10**18, **which)  # type: ignore[arg-type]
    return [item for rows in found for item in items(rows)]


@pytest.mark.parametrize("state", ["memory", "open file", "sealed"])
def test_every_accepted_position_is_recorded_once(tmp_path, state):
    """Wherever it stands, each accepted position is read back once, those too that no tick showed."""
    world = made(tmp_path)
    count = fly(world, 5, per_tick=3)
    recordings = world.recorder.recordings
    if state == "open file":
        world.recorder.flush()
        recordings = Recordings(tmp_path)
    elif state == "sealed":
        world.recorder.close()
        recordings = Recordings(tmp_path)
        assert not list((tmp_path / "open").glob("*.hxo"))
    found = recorded(recordings)
    assert len(found) == count
    assert len({(item["track_id"], item["observed_at"]) for item in found}) == count
    assert {item["alt_agl_m"] for item in found} == {50.0, None}
    assert recorded(recordings, aircraft_id="ac_1") == [item for item in found if item["aircraft_id"] == "ac_1"]
    assert recorded(recordings, track_id="trk_2") == [item for item in found if item["track_id"] == "trk_2"]
    assert recorded(recordings, track_id="nobody") == []


def test_a_torn_tail_is_dropped(tmp_path):
    """Cut an open file anywhere: what was flushed before the cut is read, and nothing raises."""
    world = made(tmp_path)
    sizes = []
    for _ in range(3):
        fly(world, 1)
        world.recorder.flush()
        path = next((tmp_path / "open").glob("*.hxo"))
        sizes.append(path.stat().st_size)
    data = path.read_bytes()
    for cut in {0, 3, 16, *range(20, len(data), 37), len(data)}:
        path.write_bytes(data[:cut])
        part = read_open_file(path)
        assert (0 if part is None else part.rows) == 8 * sum(size <= cut for size in sizes)
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    part = read_open_file(path)
    assert part is not None
    assert part.rows == 16


def test_a_dead_process_is_recovered(tmp_path):
    """What a process left open is sealed by the next; a living one is left alone; twice changes nothing."""
    world = made(tmp_path)
    count = fly(world, 3)
    world.recorder.flush()
    assert recover(tmp_path) == 0
    world.recorder._lock._file.close()  # the process is no more
    assert recover(tmp_path) == 1
    assert recover(tmp_path) == 0
    assert not list((tmp_path / "open").iterdir())
    assert len(recorded(Recordings(tmp_path))) == count


def test_a_crash_between_sealing_and_deleting_duplicates_nothing(tmp_path, monkeypatch):
    """A slice that stands in its segment and in its open file is read once, and sealed once."""
    world = made(tmp_path)
    count = fly(world, 3)
    monkeypatch.setattr(files.OpenFile, "remove", lambda self: None)
    world.recorder.close()
    monkeypatch.undo()
    assert list((tmp_path / "open").glob("*.hxo"))
    assert len(recorded(Recordings(tmp_path))) == count
    path = next(tmp_path.glob("*/T*.hxs"))
    before = path.read_bytes()
    (tmp_path / "open" / f"{world.recorder.writer}.lock").touch()
    recover(tmp_path)
    assert path.read_bytes() == before


def test_a_torn_segment_is_cut_back(tmp_path):
    """A slice cut off while it was appended is not read, and is cut away before the next is appended."""
    world = made(tmp_path, RecorderLimits(slice_s=2.0))
    fly(world, 7)
    world.recorder.close()
    path = next(tmp_path.glob("*/T*.hxs"))
    data, slices = path.read_bytes(), Segment(path).slices
    assert len(slices) >= 3
    path.write_bytes(data[: slices[1].offset + slices[1].length + 100])
    assert len(Segment(path).slices) == 2
    tail = tail_of(path)
    assert tail.size == path.stat().st_size == slices[2].offset
    damaged = bytearray(data)
    damaged[-10] ^= 0xFF
    path.write_bytes(damaged)
    assert tail_of(path).size == slices[-1].offset


def test_tampering_shows(tmp_path):
    """Each slice's hash holds the one before; a changed byte anywhere is named."""
    world = made(tmp_path, RecorderLimits(slice_s=2.0))
    fly(world, 7)
    world.recorder.close()
    path = next(tmp_path.glob("*/T*.hxs"))
    assert first_tampered(path) is None
    data, slices = path.read_bytes(), Segment(path).slices
    changed = bytearray(data)
    changed[slices[1].offset + slices[1].length - 5] ^= 1
    path.write_bytes(changed)
    assert first_tampered(path) == slices[1].number


def test_damaged_blocks_are_left_out_and_counted(tmp_path):
    """Bits that nobody wrote cost their slice, not the reader."""
    world = made(tmp_path)
    fly(world, 3)
    world.recorder.close()
    path = next(tmp_path.glob("*/T*.hxs"))
    info = Segment(path).slices[0]
    data = bytearray(path.read_bytes())
    start, end = info.parts["blocks"]
    data[start:end] = b"\xff" * (end - start)
    path.write_bytes(data)
    recordings = Recordings(tmp_path)
    assert recorded(recordings) == []
    assert recordings.damaged > 0


def test_hours_have_files_of_their_own(tmp_path):
    """At a full hour a new file begins, which names everybody anew and can be read alone."""
    clock = HandClock(datetime.fromisoformat("2026-03-01T04:59:58+00:00"))
    world = made(tmp_path, clock=clock)
    count = fly(world, 5)
    world.recorder.close()
    paths = sorted(tmp_path.glob("*/T*.hxs"))
    assert [path.name[:3] for path in paths] == ["T04", "T05"]
    assert len(recorded(Recordings(tmp_path))) == count
    paths[0].unlink()
    later = recorded(Recordings(tmp_path))
    assert 0 < len(later) < count
    assert {item["aircraft_id"] for item in later} == {"ac_1", "ac_2"}


def test_windows_by_place(tmp_path):
    """Boxes and cells of any resolution bring exactly the positions inside, in memory and sealed alike."""
    world = made(tmp_path)
    fly(world, 5)
    everything = recorded(world.recorder.recordings)
    box = Box(LON - 0.1, LAT, LON + 0.1, LAT + 5e-5)
    areas = [box]
    for resolution in (4, 6, 8, 10):
        cell = h3.latlng_to_cell(LAT, LON, resolution)
        areas.append(Cells(frozenset({h3.str_to_int(cell)})))

    def holds(area, item):
        if isinstance(area, Box):
            return LON - 0.1 <= item["lon_deg"] <= LON + 0.1 and LAT <= item["lat_deg"] <= LAT + 5e-5
        (cell,) = area.cells
        name = h3.int_to_str(cell)
        return h3.latlng_to_cell(item["lat_deg"], item["lon_deg"], h3.get_resolution(name)) == name

    for sealed in (False, True):
        if sealed:
            world.recorder.close()
        for area in areas:
            expected = [item for item in everything if holds(area, item)]
            found = recorded(world.recorder.recordings, area=area)
            assert sorted(map(str, found)) == sorted(map(str, expected))
            assert expected


def test_history_is_what_the_ring_was(tmp_path):
    """The port's history: in order, within the window, cut at the limit, observations still waiting included."""
    world = made(tmp_path)
    fly(world, 2)
    world.clock.move(0.1)
    world.position(A, 22.6)
    found = world.recorder.history("trk_1", -np.inf, np.inf, 100)
    assert found.dtype.names == ("serial", *FIELDS)
    assert len(found) == 9
    assert (np.diff(found["observed_s"]) > 0).all()
    assert found["lat_deg"][-1] == 22.6
    assert np.isnan(world.recorder.history("trk_2", -np.inf, np.inf, 1)["alt_hae_m"]).all()
    part = world.recorder.history("trk_1", found["observed_s"][2], found["observed_s"][5], 3)
    assert part["lat_deg"].tolist() == found["lat_deg"][2:5].tolist()
    assert len(world.recorder.history("trk_9", -np.inf, np.inf, 9)) == 0
    world.tick()
    assert len(world.recorder.history("trk_1", -np.inf, np.inf, 100)) == 9


def test_tracks_are_known_after_a_restart(tmp_path):
    """A new process knows whose the tracks of the last day were, so that nobody else takes their names."""
    world = made(tmp_path)
    fly(world, 2)
    world.recorder.close()
    world.clock.move(5)
    again = Recorder(tmp_path, world.clock)
    again.prepare()
    assert again.knows("trk_1")
    who = again.identity("trk_2")
    assert who is not None
    assert (who.aircraft_id, who.operator_id) == ("ac_2", "org_b")
    assert not again.knows("trk_9")
    assert len(again.history("trk_1", -np.inf, np.inf, 100)) == 8
    again.close()


def test_the_picture_of_an_instant(tmp_path):
    """`latest_before` gives the last row of every track still there, silent ones included."""
    world = made(tmp_path)
    fly(world, 3)
    for _ in range(4 * 40):
        world.tick()
    (found,) = [rows for _, _, rows in world.recorder.recordings.latest_before(world.now_us)]
    assert {found.names.identities[number].track_id for number in found.data[2].tolist()} == {"trk_1", "trk_2"}
    assert world.recorder.recordings.latest_before(world.now_us - 10**9) == []


def test_a_full_disk_loses_nothing(tmp_path, monkeypatch):
    """A flush that fails is tried again whole at the next, and the file holds no half of it."""
    world = made(tmp_path)
    fly(world, 1)
    world.recorder.flush()
    count = 8 + fly(world, 1)
    real = os.fdatasync

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fdatasync", full)
    with pytest.raises(OSError, match="No space"):
        world.recorder.flush()
    monkeypatch.setattr(os, "fdatasync", real)
    count += fly(world, 1)
    world.recorder.flush()
    assert len(recorded(Recordings(tmp_path))) == count


async def test_running_recorder_flushes_and_seals(tmp_path):
    """Once started it writes within its period, seals what is full, writes down what stands, and stops clean."""
    world = made(tmp_path, RecorderLimits(flush_s=0.02, slice_s=1.0))
    asked: list[str] = []

    async def standing(topic: str):
        asked.append(topic)
        return ()

    await world.recorder.start(standing)
    count = fly(world, 4)
    async with asyncio.timeout(60):
        while world.recorder.counters["slices_sealed"] < 3:  # noqa: ASYNC110  (tasks of the recorder count it)
            await asyncio.sleep(0.02)
    assert len(recorded(Recordings(tmp_path))) == count
    assert asked == [topic for topic in TOPICS if topic != "tracks"]
    await world.recorder.stop()
    assert not list((tmp_path / "open").iterdir())
    assert len(recorded(Recordings(tmp_path))) == count


def test_two_processes_record_side_by_side(tmp_path):
    """Their files do not meet, and both are read."""
    clock = HandClock()
    one, two = made(tmp_path, clock=clock), made(tmp_path, clock=clock)
    count = fly(one, 2) + fly(two, 2)
    one.recorder.flush()
    two.recorder.flush()
    assert len(recorded(Recordings(tmp_path))) == count
    one.recorder.close()
    two.recorder.close()
    assert len(recorded(Recordings(tmp_path))) == count


def test_old_segments_are_removed_by_policy(tmp_path):
    """Files whose hour ended before the policy's span go, with their empty folders; nothing else does."""
    now = datetime.fromisoformat("2026-03-01T04:00:00+00:00")
    names = ["2024-02-28/T23-a.hxs", "2024-03-02/T04-a.hxs", "2026-03-01/T03-a.hxs"]
    for name in [*names, "2024-02-28-notes/keep.txt", "open/a-1.hxo"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [str(path.relative_to(tmp_path)) for path in remove_before(tmp_path, now, days=731)] == names[:1]
    assert not (tmp_path / "2024-02-28").exists()
    assert (tmp_path / names[1]).exists()
    assert (tmp_path / "open/a-1.hxo").exists()
    assert remove_before(tmp_path, now + timedelta(days=365), days=731) == [tmp_path / names[1]]


def test_recordings_are_kept_for_two_years_unless_the_policy_says_otherwise(tmp_path):
    """Nobody has to ask for 24 months: 731 days hold any two years, and the setting changes them."""
    assert Settings(data_dir=tmp_path).recording_days == RecorderLimits().retention_days == 731
    assert Settings(data_dir=tmp_path, recording_days=30).recording_days == 30


def test_many_aircraft_and_shared_arrivals(tmp_path):
    """Rows that share arrivals are packed by arrival, and come back with their own instants."""
    world = made(tmp_path)
    rows = np.array([world.picture.open_track(f"radar-{number}", now_s=world.now_s) for number in range(40)])
    from airspace.tracks import ObservationBatch
    from utm.telemetry_values import TrackIdentity

    for row in rows:
        world.telemetry._identities[int(row)] = TrackIdentity(world.picture.track_ids[row], "radar", feeder_id="org_s")
    received = []
    for step in range(10):
        world.clock.move(0.1)
        now_s = world.now_s
        columns = np.zeros((40, 11))
        columns[:, 0], columns[:, 1] = LAT + rows * 1e-3, LON + step * 1e-4
        columns[:, 2:9] = np.nan
        columns[:, 9], columns[:, 10] = now_s - rows * 1e-3, now_s
        report = world.picture.ingest(ObservationBatch.from_columns(rows, columns))
        world.recorder.record(report.accepted, world.picture.track_ids)
        received.append(us_of(now_s))
        world.tick(0.1)
    before = recorded(world.recorder.recordings)
    world.recorder.close()
    after = recorded(Recordings(tmp_path))
    key = lambda item: (item["track_id"], item["observed_at"])  # noqa: E731
    assert sorted(before, key=key) == sorted(after, key=key)
    assert len(after) == 400
    info = Segment(next(tmp_path.glob("*/T*.hxs"))).slices[0]
    assert info.parts["arrivals"][0] < info.parts["arrivals"][1]
