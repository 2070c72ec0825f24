"""The queue of reports on disk."""

from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from utm.reporting import spool as module
from utm.reporting.spool import Spool


def records(first: int, count: int, size: int = 10) -> list[dict[str, Any]]:
    return [{"n": first + k, "text": "x" * size} for k in range(count)]


def numbers(taken: list[dict[str, Any]]) -> list[int]:
    return [record["n"] for record in taken]


def test_records_come_back_in_order_and_only_once(tmp_path: Path) -> None:
    """What was delivered must not come again, what was not must, in the order it was appended."""
    spool = Spool(tmp_path, max_bytes=1 << 24)
    spool.append(records(0, 5))
    taken, position = spool.peek(3)
    assert numbers(taken) == [0, 1, 2]
    assert numbers(spool.peek(3)[0]) == [0, 1, 2]
    spool.delivered(position, 3)
    spool.append(records(5, 2))
    assert numbers(spool.peek(100)[0]) == [3, 4, 5, 6]
    assert spool.pending == 4
    spool.close()


def test_a_restart_goes_on_where_delivery_stopped(tmp_path: Path) -> None:
    """A new process must find what was pending, even behind a half-written last line, which is left out."""
    spool = Spool(tmp_path, max_bytes=1 << 24)
    spool.append(records(0, 4))
    spool.delivered(spool.peek(1)[1], 1)
    spool.close()
    last = max(tmp_path.glob("*.jsonl"))
    last.write_bytes(last.read_bytes() + b'{"n": 99, "te')
    again = Spool(tmp_path, max_bytes=1 << 24)
    assert again.pending == 3
    assert again.torn == 1
    again.append(records(4, 2))
    taken, position = again.peek(100)
    assert numbers(taken) == [1, 2, 3, 4, 5]
    again.delivered(position, 5)
    assert again.pending == 0
    assert again.peek(100)[0] == []
    again.close()


def test_the_oldest_go_when_the_disk_is_full(tmp_path: Path) -> None:
    """Beyond its bound the spool must drop whole old segments, count what they held, and keep the newest."""
    spool = Spool(tmp_path, max_bytes=2 * module.SEGMENT_BYTES)
    sent = 0
    for _ in range(60):
        spool.append(records(sent, 100, 1_000))
        sent += 100
    assert spool.lost > 0
    assert spool.size_bytes <= 3 * module.SEGMENT_BYTES
    assert spool.pending == sent - spool.lost
    taken, _ = spool.peek(sent)
    assert numbers(taken) == list(range(spool.lost, sent))
    spool.close()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=st.lists(st.sampled_from(["append", "deliver", "restart"]), max_size=30), segment=st.integers(100, 2_000))
def test_any_sequence_keeps_order_and_count(tmp_path_factory: Any, steps: list[str], segment: int) -> None:
    """However appending, delivering and restarting follow each other, delivered and pending records are all, in order."""
    folder = tmp_path_factory.mktemp("spool")
    before, module.SEGMENT_BYTES = module.SEGMENT_BYTES, segment  # type: ignore[misc]
    try:
        spool = Spool(folder, max_bytes=1 << 24)
        appended, got = 0, []
        for step in steps:
            if step == "append":
                spool.append(records(appended, 7))
                appended += 7
            elif step == "deliver":
                taken, position = spool.peek(5)
                spool.delivered(position, len(taken))
                got += numbers(taken)
            else:
                spool.close()
                spool = Spool(folder, max_bytes=1 << 24)
            assert spool.pending == appended - len(got)
        got += numbers(spool.peek(10_000)[0])
        assert got == list(range(appended))
        spool.close()
    finally:
        module.SEGMENT_BYTES = before  # type: ignore[misc]
