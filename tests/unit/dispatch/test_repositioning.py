"""Empty flights before anybody asks: to where orders are expected and nobody is near, and nowhere else."""

import math
from dataclasses import replace

import pytest

from dispatch.repositioning import AHEAD_S, HALF_LIFE_S, expected, moves
from tests.unit.dispatch.test_planner import SITES, carrier

NOW_S = 10_000.0


def lasts_s(origin: str, destination: str, one: object) -> float:
    if "st_island" in (origin, destination):
        return math.inf
    return 0.0 if origin == destination else 60.0 + math.dist(SITES[origin], SITES[destination]) / 10.0


def test_a_steady_stream_is_expected_to_go_on() -> None:
    """A site that sent an order every ten minutes for a day is expected to send three in the half hour to come."""
    told = [("st_1", NOW_S - 600.0 * k) for k in range(144)]
    assert expected(told, NOW_S)["st_1"] == pytest.approx(3.0, rel=0.08)
    assert expected([("st_1", NOW_S - HALF_LIFE_S)], NOW_S)["st_1"] == pytest.approx(
        expected([("st_1", NOW_S)], NOW_S)["st_1"] / 2
    )
    assert expected([], NOW_S) == {}
    assert AHEAD_S < HALF_LIFE_S


def test_an_idle_carrier_is_brought_to_where_orders_come_from() -> None:
    """Of two that stand together one goes where four orders are expected; the other stays where some are, too."""
    idle = [carrier("ac_1", free_s=NOW_S), carrier("ac_2", free_s=NOW_S)]
    found = moves(idle, [], {"st_24": 4.0, "st_0": 2.0}, lasts_s, NOW_S)
    assert [(move.from_site_id, move.to_site_id) for move in found] == [("st_0", "st_24")]
    # Four orders wait the flight less; flying empty weighs a fifth of a second each.
    assert found[0].saves_s == pytest.approx((4.0 - 0.2) * lasts_s("st_0", "st_24", None))


def test_nothing_is_moved_where_it_saves_nothing() -> None:
    """Few orders, a carrier that will be there anyway, no way there, no demand, or nobody idle: nothing is flown."""
    idle = [carrier("ac_1", free_s=NOW_S), carrier("ac_2", free_s=NOW_S)]
    assert moves(idle, [], {"st_24": 0.9}, lasts_s, NOW_S) == []
    there = carrier("ac_3", "st_24", free_s=NOW_S + 60.0)
    assert moves(idle, [there], {"st_24": 2.0}, lasts_s, NOW_S) == []
    assert moves(idle, [], {"st_island": 9.0}, lasts_s, NOW_S) == []
    assert moves(idle, [], {}, lasts_s, NOW_S) == []
    assert moves([], [there], {"st_24": 2.0}, lasts_s, NOW_S) == []


def test_the_last_carrier_near_other_orders_stays() -> None:
    """A carrier is not taken away from more orders than it is brought to."""
    found = moves([carrier("ac_1", free_s=NOW_S)], [], {"st_0": 5.0, "st_24": 4.0}, lasts_s, NOW_S)
    assert found == []


def test_each_carrier_is_moved_once_and_no_more_than_asked() -> None:
    """Two moves at most, of different carriers, and the same whatever the sequence they are given in."""
    idle = [carrier(f"ac_{k}", free_s=NOW_S) for k in range(5)]
    demand = {"st_24": 5.0, "st_20": 5.0, "st_4": 5.0}
    found = moves(idle, [], demand, lasts_s, NOW_S)
    assert len({move.aircraft_id for move in found}) == len(found) == 2
    assert len({move.to_site_id for move in found}) == 2
    again = moves([replace(one) for one in reversed(idle)], [], demand, lasts_s, NOW_S)
    assert {move.to_site_id for move in again} == {move.to_site_id for move in found}
