"""Sectors one above the other, and who may act on what another position owns."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import shapely

from utm.problems import Problem
from utm.sectors.book import State
from utm.sectors.lock import OwnerLock
from utm.sectors.values import Layout, Owner, Position, Sector, Staff, overlaps

EVERYBODY: frozenset[str] = frozenset()


def band(lower_m: float | None, upper_m: float | None, datum: Any = "AGL") -> Sector:
    """Return a sector of a band over ground that does not matter here."""
    return Sector("s", "s", "s", "p", None, None, cast(Any, None), lower_m, upper_m, datum)


def test_a_band_holds_its_lower_bound_and_not_its_upper_and_an_unknown_height() -> None:
    """Sectors one above the other leave no height to nobody and none to two; an unknown height is in every band."""
    heights = np.array([59.9, 60.0, 120.0, np.nan])
    assert band(None, 60.0).holds_height(heights).tolist() == [True, False, False, True]
    assert band(60.0, 120.0).holds_height(heights).tolist() == [False, True, False, True]
    assert band(120.0, None).holds_height(heights).tolist() == [False, False, True, True]


def test_bands_of_one_datum_may_share_ground_and_others_may_not() -> None:
    """Whether 60 m above ground is below 100 m above the sea depends on the ground: such bands count as overlapping."""
    assert band(None, 60).apart_in_height(band(60, None))
    assert band(60, None).apart_in_height(band(None, 60))
    assert not band(None, 60).apart_in_height(band(59, None))
    assert not band(None, 60).apart_in_height(band(60, None, "AMSL"))
    assert not band(None, None).apart_in_height(band(None, 60))
    same: Any = SimpleNamespace(geometry=shapely.box(0, 0, 1_000, 1_000))
    low, high = (Sector("s", "s", "s", "p", None, None, same, *heights) for heights in ((None, 60.0), (60.0, None)))
    assert overlaps([low, high]) == []
    assert overlaps([low, low]) == [(0, 1)]


class Owners:
    """Who owns what, as said."""

    def of_aircraft(self, aircraft_id: str) -> Owner:
        return Owner(aircraft_id.split("-", maxsplit=1)[0], "s", "sector")

    def of_alert(self, alert: Any) -> tuple[str, Owner]:
        return "alert:x", Owner(alert.alert_id.split("-")[0], "s", "sector")


class Book:
    """Two positions with people, one without, and a supervisor."""

    def __init__(self) -> None:
        layout = Layout(1, True, (), "west", 60.0, "", None, None, None)
        positions = {
            name: Position(name, name, name, name == "chief", EVERYBODY) for name in ("west", "east", "empty", "chief")
        }
        staff = {f"u_{name}": Staff(f"u_{name}", name, name, "") for name in ("west", "east", "chief")}
        self.state = State(layout=layout, positions=positions, staff=staff)


class Kept:
    """Counts what is written instead of writing it."""

    def __init__(self) -> None:
        self.writes = 0

    async def write(self, job: Any) -> None:
        self.writes += 1


def lock() -> tuple[OwnerLock, Kept]:
    """Return a lock over the book above, and what it writes to."""
    kept = Kept()
    return OwnerLock(cast(Any, None), cast(Any, kept), cast(Any, Book()), cast(Any, Owners())), kept


def who(subject: str, role: str = "dispatcher") -> Any:
    """Return a caller."""
    return SimpleNamespace(subject=subject, role=role, organisation_id=None)


async def test_only_the_own_positions_flights_may_be_acted_on() -> None:
    """The refusal names every flight that is another's; a supervisor's reason lets it pass and is written down."""
    desk, kept = lock()
    await desk.permit(who("u_west"), ["west-1"], None, "action_list", "al")
    with pytest.raises(Problem) as refused:
        await desk.permit(who("u_west"), ["west-1", "east-1", "empty-1"], "a reason", "action_list", "al")
    assert refused.value.code == "owned_by_other_position"
    assert refused.value.extra["aircraft_ids"] == ["east-1", "empty-1"]
    assert refused.value.extra["owner"]["people"] == ["east"]
    with pytest.raises(Problem):
        await desk.permit(who("u_chief"), ["east-1"], None, "action_list", "al")
    with pytest.raises(Problem):
        await desk.permit(who("u_nowhere"), ["west-1"], "a reason", "action_list", "al")
    assert kept.writes == 0
    await desk.permit(who("u_chief"), ["east-1"], "the east is overloaded", "action_list", "al")
    assert kept.writes == 1
    await desk.permit(who("u_firm", "operator"), ["east-1"], None, "flight_plan", "fp")
    assert kept.writes == 1


async def test_an_alert_is_its_positions_unless_nobody_is_there() -> None:
    """Acknowledging another position's alert would hide it from who must act; one that nobody watches anybody may take."""
    desk, kept = lock()
    alert: Any = SimpleNamespace(alert_id="east-alert")
    await desk.permit_alert(who("u_east"), alert, None)
    with pytest.raises(Problem) as refused:
        await desk.permit_alert(who("u_west"), alert, None)
    assert (refused.value.code, refused.value.extra["alert_id"]) == ("owned_by_other_position", "east-alert")
    with pytest.raises(Problem):
        await desk.permit_alert(who("u_chief"), alert, None)
    await desk.permit_alert(who("u_chief"), alert, "east is on the telephone")
    assert kept.writes == 1
    await desk.permit_alert(who("u_west"), cast(Any, SimpleNamespace(alert_id="empty-alert")), None)
    assert kept.writes == 1
