"""In which order flights of several firms are booked."""

from dispatch.jobs import Job, Task
from utm.logistics.dispatcher import first_to_book


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
