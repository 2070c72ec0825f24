"""Processor time of steps between others'."""

import threading
import time

from airspace.offers_parts import Steps, finished
from utm.own_time import OwnTime, thread_s


def test_only_the_steps_of_its_own_are_counted() -> None:
    """Time that passes between the steps of a search must not be charged to it, whatever its clock."""
    at_s = 0.0

    def steps() -> Steps[str]:
        nonlocal at_s
        at_s += 1.0
        yield 0
        at_s += 2.0
        return "done"

    watch = OwnTime(lambda: at_s)
    timed: Steps[str] = watch.timed(steps())
    next(timed)
    at_s += 100.0
    assert finished(timed) == "done"
    assert watch.spent_s() == 3.0


def test_the_time_of_a_thread_is_what_the_system_says_to_a_fifth_of_a_millisecond() -> None:
    """Asked at every step, it must never differ from the system's own figure by more than its step."""
    worst_s, until = 0.0, time.thread_time() + 0.02
    while (before := time.thread_time()) < until:
        told, after = thread_s(), time.thread_time()
        worst_s = max(worst_s, before - told, told - after)
    assert worst_s <= 200e-6


def test_a_thread_that_waits_uses_nothing() -> None:
    """What another thread does, and what time goes by asleep, must not be counted."""
    began = thread_s()
    other = threading.Thread(target=lambda: sum(range(2_000_000)))
    other.start()
    other.join()
    time.sleep(0.02)
    assert thread_s() - began < 0.01
