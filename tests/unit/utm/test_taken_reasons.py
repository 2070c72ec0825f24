"""What a booking says of something taken: in words for people, in instants for whoever plans with it."""

from datetime import datetime, timedelta

from airspace.timebase import to_scene_s
from utm.logistics.bookings import Taken

AT = datetime.fromisoformat("2027-03-01T01:00:00+00:00")


def test_when_something_frees_is_an_instant_a_planner_can_reckon_with() -> None:
    """`frees_at` is an instant with its offset, however the words beside it are put: planners subtract from it."""
    at_s = to_scene_s(AT)
    taken = Taken("alternate", "st_a", at_s + 90.0, at_s).for_departure(at_s)
    frees_at = datetime.fromisoformat(str(taken.as_reason()["frees_at"]))
    assert frees_at - AT == timedelta(seconds=90)
