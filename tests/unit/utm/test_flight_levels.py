"""At which level a flight goes: what a zone closes below is flown over."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from dispatch.carrier import Carrier
from dispatch.flight_design import Flight
from utm.logistics.flights import Designed, FlightDesigner

AT = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
CARRIER = cast(Carrier, SimpleNamespace(model=SimpleNamespace(cruise_mps=15.0, mass_kg=15.0)))


class Sky(FlightDesigner):
    """Ways of given lengths by level between two sites 3 km apart; a level that is not named has none."""

    def __init__(self, length_m: Mapping[float, float]) -> None:
        sites = {"west": SimpleNamespace(x_m=0.0, y_m=0.0), "east": SimpleNamespace(x_m=3_000.0, y_m=0.0)}
        policy = SimpleNamespace(
            ceiling_agl_m=120.0, tolerance=SimpleNamespace(vertical_m=5.0), free_flight_allowed=True
        )
        super().__init__(cast(Any, SimpleNamespace(book=SimpleNamespace(sites=sites, policy=policy))))
        self.length_m, self.asked = length_m, list[float]()

    def designed(self, *args: Any, most: float = math.inf, **_: Any) -> Designed:
        level = args[3]
        self.asked.append(level)
        if level not in self.length_m or self.length_m[level] > most * 3_000.0 + 100.0:
            return Designed(None, None, "no_way")
        return Designed(Flight((), level, self.length_m[level], 200.0), None, None)

    def chosen(self) -> float | None:
        found = self.best("west", "east", CARRIER, 1.0, AT)
        return None if found is None or found.flight is None else found.flight.level_agl_m


def test_the_first_level_of_the_direction_is_taken_where_its_way_is_about_straight() -> None:
    """Eastbound flights take 45 m, and no other level is asked for."""
    sky = Sky(dict.fromkeys((45.0, 60.0, 75.0, 90.0, 105.0), 3_100.0))
    assert sky.chosen() == 45.0
    assert sky.asked == [45.0]


def test_a_zone_below_is_flown_over_instead_of_around() -> None:
    """A strip closed up to 62 m would be 20 km around: the next level of the direction that passes over it is taken."""
    assert Sky({45.0: 20_000.0, 60.0: 20_000.0, 75.0: 3_000.0, 90.0: 3_000.0}).chosen() == 75.0


def test_a_straight_way_at_another_level_is_taken_before_one_around() -> None:
    """Nobody searches around a zone that another level passes over; a little around is better than far."""
    sky = Sky({45.0: 3_500.0, 60.0: 3_000.0})
    assert sky.chosen() == 60.0
    assert Sky({45.0: 9_000.0, 60.0: 3_500.0}).chosen() == 60.0


def test_a_long_way_is_taken_where_there_is_no_shorter_one() -> None:
    """Where all levels go around, the first that has a way is flown; a level without one stands in nobody's way."""
    assert Sky({60.0: 21_000.0, 90.0: 20_000.0}).chosen() == 60.0
    assert Sky({}).chosen() is None


def test_levels_to_try_next_are_those_that_have_a_flight() -> None:
    """Booking begins with the best and leaves out levels without any way."""
    found = Sky({45.0: 20_000.0, 75.0: 3_000.0, 60.0: 3_000.0}).flyable("west", "east", CARRIER, 1.0, AT)
    assert [one.flight.level_agl_m for one in found if one.flight] == [75.0, 45.0, 60.0]
