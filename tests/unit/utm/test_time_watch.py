"""When the server's clock is believed."""

import socket
import struct
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from utm.problems import Problem
from utm.time_watch import REFERENCE_LASTS_S, SETTLED_S, ReferenceTime, TimeWatch, ask_ntp, asker


class TwoClocks:
    """A wall clock and a monotonic clock, set apart."""

    def __init__(self) -> None:
        self.wall, self.mono_s = datetime(2026, 3, 1, 4, 0, tzinfo=UTC), 1000.0

    def now(self) -> datetime:
        return self.wall

    def monotonic_s(self) -> float:
        return self.mono_s

    def pass_s(self, seconds: float, *, step_s: float = 0.0) -> None:
        self.mono_s += seconds
        self.wall += timedelta(seconds=seconds + step_s)


def looked(watch: TimeWatch, clock: TwoClocks, seconds: int, *, drift: float = 0.0) -> bool:
    for _ in range(seconds):
        clock.pass_s(1.0, step_s=drift)
        watch.look()
    return watch.state().ok


def test_a_clock_that_runs_evenly_is_believed():
    """With no reference an even clock is believed, and so is one that is slewed by half a millisecond a second."""
    clock = TwoClocks()
    watch = TimeWatch(clock)
    assert looked(watch, clock, 20, drift=0.0005)
    watch.require()


@pytest.mark.parametrize("step_s", [0.101, -0.101, 3600.0, -86_400.0])
def test_a_step_of_the_wall_clock_stops_approvals(step_s):
    """A step of more than 100 ms either way makes the clock doubtful, with its size, and approvals are refused."""
    clock = TwoClocks()
    watch = TimeWatch(clock)
    looked(watch, clock, 5)
    clock.pass_s(1.0, step_s=step_s)
    state = watch.look()
    assert (state.ok, state.why) == (False, "stepped")
    assert state.offset_s == pytest.approx(step_s, abs=1e-6)
    with pytest.raises(Problem) as refused:
        watch.require()
    assert (refused.value.code, refused.value.status, refused.value.headers["Retry-After"]) == ("clock_off", 503, "30")


def test_a_step_within_the_limit_is_no_matter():
    """99 ms are within what is allowed."""
    clock = TwoClocks()
    watch = TimeWatch(clock)
    looked(watch, clock, 5)
    clock.pass_s(1.0, step_s=0.099)
    assert watch.look().ok


def test_a_clock_set_back_right_is_believed_again():
    """When the wall clock returns to where it ran, approvals go on at once."""
    clock = TwoClocks()
    watch = TimeWatch(clock)
    looked(watch, clock, 5)
    clock.pass_s(1.0, step_s=5.0)
    assert not watch.look().ok
    clock.pass_s(1.0, step_s=-5.0)
    assert watch.look().ok


def test_without_a_reference_a_step_is_accepted_after_a_minute():
    """A machine that slept, or a clock somebody set right, is believed once it ran evenly for a minute."""
    clock = TwoClocks()
    watch = TimeWatch(clock)
    looked(watch, clock, 5)
    clock.pass_s(1.0, step_s=5.0)
    watch.look()
    assert not looked(watch, clock, int(SETTLED_S) - 1)
    assert looked(watch, clock, 2)


def test_with_a_reference_only_the_reference_ends_the_doubt():
    """After a step an even minute is not enough where somebody can be asked; a good answer is, a bad one is not."""
    clock = TwoClocks()
    said = [ReferenceTime(True, 0.001, 0.01)]
    watch = TimeWatch(clock, "ntp:clock", ask=lambda: said[0])
    watch.ask()
    assert looked(watch, clock, 5)
    clock.pass_s(1.0, step_s=5.0)
    assert not watch.look().ok
    assert not looked(watch, clock, 2 * int(SETTLED_S))
    said[0] = ReferenceTime(True, 5.0, 0.01)
    watch.ask()
    assert not looked(watch, clock, 1)
    said[0] = ReferenceTime(True, 0.02, 0.01)
    watch.ask()
    assert looked(watch, clock, 1)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (ReferenceTime(True, 0.05, 0.02), None),
        (ReferenceTime(True, -0.15, 0.02), "off"),
        (ReferenceTime(False, None, 16.0), "not_synchronised"),
        (ReferenceTime(True, None, 0.3), "too_uncertain"),
    ],
)
def test_what_a_reference_says_counts(said, why):
    """A clock off by more than 100 ms, held by nobody or known too poorly is not believed."""
    clock = TwoClocks()
    watch = TimeWatch(clock, "kernel", ask=lambda: said)
    watch.ask()
    state = watch.look()
    assert (state.ok, state.why) == (why is None, why)


def test_a_reference_that_falls_silent_is_missed():
    """A quarter of an hour without an answer is as bad as a wrong one."""
    clock = TwoClocks()

    def silent() -> ReferenceTime:
        raise TimeoutError("no answer")

    watch = TimeWatch(clock, "ntp:nobody", ask=silent)
    watch.look()
    watch.ask()
    assert watch.state().ok
    clock.pass_s(REFERENCE_LASTS_S + 1)
    assert watch.look().why == "reference_silent"


def test_a_real_ntp_answer_is_read():
    """Over real UDP a server 250 ms behind makes our clock 250 ms ahead, to within the way there and back."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))

    def answer() -> None:
        data, peer = server.recvfrom(512)
        stamp = struct.pack("!Q", int((time.time() - 0.25 + 2_208_988_800) * 2**32))
        server.sendto(bytes([0x24, 2]) + bytes(22) + data[40:48] + stamp + stamp, peer)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    said = ask_ntp(f"127.0.0.1@{server.getsockname()[1]}", timeout_s=20.0)
    thread.join(20)
    server.close()
    assert said.synchronised
    assert said.offset_s is not None
    assert said.uncertainty_s is not None
    assert abs(said.offset_s - 0.25) <= said.uncertainty_s + 0.001


def test_references_are_named():
    """none asks nobody; an unknown name is refused with the names there are."""
    assert asker("none") is None
    assert asker("kernel") is not None
    with pytest.raises(ValueError, match="ntp:HOST"):
        asker("gps")
