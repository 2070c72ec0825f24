"""Times of a pad that were offered, known to every server on one store."""

from pathlib import Path

from airspace.pads import PadEvent
from utm import offered_times
from utm.offered_times import SPREAD_S, OfferedTimes


def departure(at_s: float, aircraft_id: str = "ac_1") -> PadEvent:
    return PadEvent("plan", aircraft_id, at_s, arrival=False)


def test_what_one_server_offers_the_other_knows(tmp_path: Path) -> None:
    """Both read what either offered, each once, and each for so long only."""
    one, two = (OfferedTimes(tmp_path / "offered") for _ in range(2))
    one.note([("st_a", departure(500.0))], 100.0)
    two.note([("st_a", departure(560.0, "ac_2")), ("st_b", departure(500.0))], 110.0)
    for server in (one, two, one):
        found = server.of_late(111.0)
        assert [(event.aircraft_id, event.at_s) for event in found["st_a"]] == [("ac_1", 500.0), ("ac_2", 560.0)]
        assert len(found["st_b"]) == 1
    assert [event.at_s for event in two.of_late(100.0 + SPREAD_S)["st_a"]] == [560.0]
    assert one.of_late(110.0 + SPREAD_S) == {}


def test_a_process_of_its_own_remembers_what_it_offered() -> None:
    """Without a file, what was offered is known to who offered it."""
    alone = OfferedTimes()
    alone.note([("st_a", departure(500.0))], 100.0)
    assert [event.at_s for event in alone.of_late(100.0)["st_a"]] == [500.0]


def test_a_line_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    """What a killed server left half written hides nothing of what comes after."""
    path = tmp_path / "offered"
    path.write_bytes(b'["st_a",130.0,"ac_1",50\n')
    server = OfferedTimes(path)
    server.note([("st_a", departure(500.0))], 100.0)
    assert [event.at_s for event in server.of_late(100.0)["st_a"]] == [500.0]


def test_the_file_is_begun_anew_once_it_is_large_and_nothing_of_it_holds(tmp_path: Path) -> None:
    """It does not grow for ever, and who had read it to its end finds the new beginning."""
    path = tmp_path / "offered"
    one, two = OfferedTimes(path), OfferedTimes(path)
    for _ in range(offered_times._MOST_BYTES // 30_000):
        one.note([("st_a", departure(float(j))) for j in range(1_000)], 100.0)
    assert len(two.of_late(101.0)["st_a"]) == len(one.of_late(101.0)["st_a"]) > 1_000
    assert one.of_late(1_000.0) == {}
    assert path.stat().st_size == 0
    one.note([("st_a", departure(2_000.0))], 1_000.0)
    assert [event.at_s for event in two.of_late(1_001.0)["st_a"]] == [2_000.0]


def test_a_disk_that_fails_costs_nobody_the_answer(tmp_path: Path) -> None:
    """Where the file cannot be read or written, nothing must be raised: a booking is answered without it."""
    path = tmp_path / "offered"
    path.mkdir()
    server = OfferedTimes(path)
    server.note([("st_a", departure(500.0))], 100.0)
    assert server.of_late(100.0) == {}
