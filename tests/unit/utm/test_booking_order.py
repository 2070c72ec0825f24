"""In which order flights of several firms are booked."""

from dispatch.jobs import Job, Task
from utm.logistics.booking_round import SHARE_HALF_LIFE_S, Share, first_to_book


def turn(firm: str, name: str, leaves_s: float, weight: int = 1) -> tuple[float, str, Task, Job]:
    task = Task(name, f"ac_{name}", None, leaves_s, leaves_s + 600.0, 0.0)
    return leaves_s, firm, task, Job(name, firm, "a", "b", 1.0, leaves_s, weight)


def test_pads_are_shared_between_firms() -> None:
    """Of flights in one minute each firm gets one in turn, whoever asked for more; urgent goods come first."""
    turns = [turn("north", f"n{k}", 10.0 + k) for k in range(3)] + [
        turn("south", "s0", 20.0),
        turn("south", "s1", 21.0),
    ]
    turns.append(turn("south", "medicine", 50.0, weight=10))
    had = {"north": 0, "south": 0}
    booked = []
    while turns:
        first = min(turns, key=lambda item: first_to_book(item[0], item[3], had[item[1]]))
        turns.remove(first)
        had[first[1]] += 1
        booked.append(first[2].order_id)
    assert booked == ["medicine", "n0", "n1", "s0", "n2", "s1"]


def test_what_leaves_sooner_is_booked_sooner() -> None:
    """A flight of the next minute never goes before one of this minute, however urgent."""
    soon, later = turn("north", "soon", 30.0), turn("south", "later", 61.0, weight=10)
    assert first_to_book(soon[0], soon[3], 9) < first_to_book(later[0], later[3], 0)


def test_who_had_more_of_late_goes_second() -> None:
    """A firm that has had flights booked in rounds before waits behind one that has not; what is long past counts little."""
    busy, quiet = Share(), Share()
    for _ in range(6):
        busy.one_more(1_000.0)
    quiet.one_more(1_000.0)
    assert busy.of_late(1_000.0) == 6.0
    assert busy.of_late(1_000.0 + SHARE_HALF_LIFE_S) == 3.0
    a, b = turn("busy", "a", 10.0), turn("quiet", "b", 20.0)
    later_s = 1_000.0 + SHARE_HALF_LIFE_S
    assert first_to_book(b[0], b[3], quiet.of_late(later_s)) < first_to_book(a[0], a[3], busy.of_late(later_s))
    assert busy.of_late(1_000.0 + 40 * SHARE_HALF_LIFE_S) < 1e-9
