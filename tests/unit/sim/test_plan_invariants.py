"""What the world judges of plans after each commit: what came first counts, and of a changed flight the change."""

import itertools
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import orjson
import pytest

from sim.invariants import PadRule, PlanInvariants
from sim.judged_boxes import held_until
from sim.order_invariants import Row
from utm.city import load_city
from utm.judge import JudgedPlan, plane_for
from utm.settings import Settings
from utm.store.tables import FlightPlanRow

MINIMA = (50.0, 15.0, 15.0)
LAT, LON = 22.54, 114.02
X, Y = plane_for("EPSG:4547")(LAT, LON)
Way = tuple[tuple[float, float], ...]
"""Metres east of the zone's middle, and seconds."""
EAST: Way = ((-1_000.0, 0.0), (1_000.0, 200.0))
"""Past the zone's middle at 100 s."""


def hover(ref: str, from_s: float, to_s: float) -> JudgedPlan:
    """A minute over one place at 60 m."""
    return JudgedPlan(ref, np.array([[0.0, 0.0, 60.0, from_s, 0.0, 0.0, 60.0, to_s]]), (), *MINIMA)


class Commits(PlanInvariants):
    """The invariants, told of commits by hand: each a list of (plan, state, from, to) in the order of the change log."""

    def __init__(self, folder: Path) -> None:
        self.found: list[str] = []
        super().__init__(
            Settings(data_dir=folder),
            load_city("shenzhen"),
            lambda rule, detail: self.found.append(detail),
        )
        self._log = cast(Any, SimpleNamespace(grown_since=lambda seen: True))
        self._store = cast(Any, SimpleNamespace(read_now=lambda read: read(None)))
        self._rows: list[FlightPlanRow] = []
        self._reserved: list[Row] = []
        self._zones: list[tuple[str, dict[str, Any] | None]] = []
        self.ways: dict[str, Way] = {}
        """The ways of plans that do not stand still, by name."""
        self._numbers = itertools.count(1)

    def publish(self, radius_m: float, at_m: float = 0.0) -> None:
        """A commit that closes a circle around the zone's middle, or some metres east of it."""
        shown = {"restriction": "PROHIBITED", "lower_m": 0.0, "upper_m": 300.0, "datum": "HAE", "radius_m": radius_m}
        lon = LON + at_m / 102_800.0
        feature = {"geometry": {"type": "Point", "coordinates": [lon, LAT]}, "properties": shown}
        self._zones = [(f"zn_{at_m:.0f}", feature)]
        self.commit()
        self._zones = []

    def flies(self, state: str, way: str) -> None:
        """A commit in which a plan goes along one of the known ways."""
        self.commit(("fp_own", state, 0.0, self.ways[way][-1][1]), body=f'{{"way": "{way}"}}')

    def order(self, *before: tuple[str, str, float, float]) -> None:
        """A commit in which, after some changes of plans, an order is given to the aircraft of `fp_own`."""
        self._reserved = [Row("cmd_own", "command_reservation", "of fp_own", "{}", MINIMA, 1e9)]
        self.commit(*before)
        self._reserved = []

    def _made(self, ref: str, body: dict[str, Any], separation: dict[str, float], ends_s: float) -> JudgedPlan:
        return hover(ref, 1e6, 1e6 + 60.0)  # where an order leads is judged elsewhere

    def commit(self, *changes: tuple[str, str, float, float], body: str = "{}") -> None:
        self._rows = [
            cast(
                FlightPlanRow,
                SimpleNamespace(
                    plan_id=ref, organisation_id="firm", aircraft_id=f"of {ref}", state=state, version=1, starts_s=from_s,
                    ends_s=to_s, departure_s=from_s, body=body,
                ),
            )
            for ref, state, from_s, to_s in changes
        ]  # fmt: skip
        self.after_commit()

    def _news(self, session: Any) -> Any:
        self._changed_at.clear()
        for ref in (*(zone_id for zone_id, _ in self._zones), *(row.plan_id for row in self._rows)):
            self._changed_at[ref] = next(self._numbers)
        for row in self._reserved:
            self._changed_at[row.ref] = next(self._numbers)
        return self._rows, self._zones, self._reserved

    def _judged(self, row: FlightPlanRow) -> JudgedPlan:
        way = self.ways.get(orjson.loads(row.body).get("way"))
        if way is not None:
            legs = [[X + a, Y, 60.0, s, X + b, Y, 60.0, t] for (a, s), (b, t) in itertools.pairwise(way)]
            return held_until(JudgedPlan(row.plan_id, np.array(legs), (), *MINIMA), row.ends_s)
        return hover(row.plan_id, row.starts_s, row.ends_s)


@pytest.fixture
def overdue(tmp_path: Path) -> Commits:
    """A flight in the air whose time is up at 60 s."""
    commits = Commits(tmp_path)
    commits.commit(("fp_late", "approved", 0.0, 60.0))
    commits.commit(("fp_late", "activated", 0.0, 60.0))
    return commits


LONGER = ("fp_late", "activated", 0.0, 180.0)
NEXT = ("fp_next", "approved", 110.0, 170.0)


def test_an_approval_before_an_extension_of_the_same_commit_stands(overdue: Commits) -> None:
    """Approved while the overdue flight kept no more than its own time, a plan is met by what it is given after: excused."""
    overdue.commit(NEXT, LONGER)
    assert overdue.found == []
    assert overdue.counts.excused == {"space_of_overdue": 1}


def test_an_approval_after_an_extension_of_the_same_commit_is_broken(overdue: Commits) -> None:
    """Approved after the overdue flight was given longer, the same plan is a loss of separation."""
    overdue.commit(LONGER, NEXT)
    assert len(overdue.found) == 1
    assert overdue.found[0].startswith("fp_next (approved, approved) and fp_late (activated)")


def test_what_an_overdue_flight_kept_before_still_counts(overdue: Commits) -> None:
    """A plan that meets what the flight kept before it was given longer is broken, whichever came first."""
    overdue.commit(("fp_into", "approved", 50.0, 110.0), LONGER)
    assert len(overdue.found) == 1


def test_an_approval_in_a_later_commit_is_broken(overdue: Commits) -> None:
    """What was extended in a commit of its own is known to every approval behind it."""
    overdue.commit(LONGER)
    overdue.commit(NEXT)
    assert len(overdue.found) == 1


OWN = '{"destination_site_id": "st_one", "way": "%s"}'
"""The body of the flight that is given an order; both flights land at a site with one pad."""


@pytest.fixture
def ordered(tmp_path: Path) -> Commits:
    """Two flights in the air to one pad, one after the other; the first of them may be given longer."""
    commits = Commits(tmp_path)
    commits.ways = {"first": ((0.0, 0.0), (0.0, 60.0)), "own": ((0.0, 200.0), (0.0, 260.0)), "sooner": SOONER}
    commits.pads, commits.pad_rule = {"st_one": 1}, PadRule(0.0, 10.0, 30.0)
    for state in ("approved", "activated"):
        commits.commit(("fp_late", state, 0.0, 60.0), body=OWN % "first")
        commits.commit(("fp_own", state, 200.0, 260.0), body=OWN % "own")
    return commits


SOONER: Way = ((0.0, 100.0), (0.0, 160.0))


def extend(commits: Commits) -> None:
    """A commit that gives the overdue flight two minutes more, into what the order leads to."""
    commits.commit(("fp_late", "activated", 0.0, 180.0), body=OWN % "first")


def change(commits: Commits) -> None:
    """A commit in which the plan becomes what the order leads to."""
    commits.commit(("fp_own", "activated", 100.0, 160.0), body=OWN % "sooner")


def test_what_an_overdue_flight_took_after_an_order_was_given_is_excused(ordered: Commits) -> None:
    """An order is judged by what stood when it was given: seconds later its plan meets what was extended meanwhile."""
    ordered.order()
    extend(ordered)
    change(ordered)
    assert ordered.found == []
    assert ordered.counts.excused == {"pair_with_overdue": 1, "pad_of_overdue": 1}


def test_what_an_overdue_flight_had_when_an_order_was_given_is_not(ordered: Commits) -> None:
    """Extended before the order, the flight and its stay on the pad stood in the order's way."""
    extend(ordered)
    ordered.order()
    change(ordered)
    assert [text.split()[0] for text in ordered.found] == ["fp_own", "st_one"]


def test_an_order_that_met_the_flight_before_it_was_extended_is_not_excused(ordered: Commits) -> None:
    """What is lost without the extension as well is lost."""
    ordered.ways["sooner"] = ((0.0, 55.0), (0.0, 60.0), (0.0, 160.0))
    ordered.order()
    extend(ordered)
    change(ordered)
    assert ordered.found[0].startswith("fp_own (changed, activated) and fp_late (activated)")


def test_a_change_without_an_order_is_not_excused(ordered: Commits) -> None:
    """Only what an order leads to was judged before."""
    extend(ordered)
    change(ordered)
    assert len(ordered.found) == 2


@pytest.fixture
def through(tmp_path: Path) -> Commits:
    """A flight in the air that was 300 m before the middle when 200 m around it were closed, and flew on."""
    commits = Commits(tmp_path)
    commits.ways = {
        "filed": EAST,
        "waits": ((-1_000.0, 0.0), (600.0, 160.0), (600.0, 265.0), (1_000.0, 305.0)),
        "waits inside": ((-1_000.0, 0.0), (150.0, 115.0), (150.0, 265.0), (1_000.0, 350.0)),
        "legs moved": ((-1_000.0, 0.0), (-500.0, 30.0), (600.0, 160.0), (600.0, 265.0), (1_000.0, 305.0)),
        "turns back": ((-1_000.0, 0.0), (600.0, 160.0), (600.0, 265.0), (-600.0, 385.0)),
    }
    commits.flies("approved", "filed")
    commits.flies("activated", "filed")
    commits.publish(200.0)
    return commits


def test_a_flight_that_goes_on_beyond_a_zone_was_not_told_to_enter_it(through: Commits) -> None:
    """An order that lets a flight go on keeps the flown legs as they were: they lead through a zone nobody sends it to."""
    through.flies("activated", "waits")
    assert through.found == []


@pytest.mark.parametrize("way", ["waits inside", "turns back", "legs moved"])
def test_a_flight_that_goes_on_into_a_zone_is_told_to_enter_it(through: Commits, way: str) -> None:
    """A flight changed in the air may not be sent through a closed zone, nor on inside one, nor its flown legs be moved."""
    through.flies("activated", way)
    assert len(through.found) == 1
    assert "enters zn_0" in through.found[0]


def test_a_zone_ahead_of_a_changed_flight_counts(through: Commits) -> None:
    """Of two zones, one flown through and one ahead, the one ahead is told."""
    through.publish(100.0, at_m=850.0)
    through.flies("activated", "waits")
    assert [detail.split(" enters ")[1].split(",")[0] for detail in through.found] == ["zn_850"]


@pytest.mark.parametrize(("first", "then"), [(None, "approved"), ("approved", "activated")])
def test_what_has_not_started_is_judged_from_its_beginning(tmp_path: Path, first: str | None, then: str) -> None:
    """An approval and an activation answer for their whole way, whatever they were before."""
    commits = Commits(tmp_path)
    commits.ways = {"filed": EAST}
    if first is not None:
        commits.flies(first, "filed")
    commits.publish(200.0)
    commits.flies(then, "filed")
    assert len(commits.found) == 1
