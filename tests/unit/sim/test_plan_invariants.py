"""What the world judges of plans after each commit: of what one commit brought, what came first counts."""

import itertools
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from sim.invariants import PlanInvariants
from utm.city import load_city
from utm.judge import JudgedPlan
from utm.settings import Settings
from utm.store.tables import FlightPlanRow

MINIMA = (50.0, 15.0, 15.0)


def hover(ref: str, from_s: float, to_s: float) -> JudgedPlan:
    """A minute over one place at 60 m."""
    return JudgedPlan(ref, np.array([[0.0, 0.0, 60.0, from_s, 0.0, 0.0, 60.0, to_s]]), (), *MINIMA)


class Commits(PlanInvariants):
    """The invariants, told of commits by hand: each a list of (plan, state, from, to) in the order of the change log."""

    def __init__(self, folder: Path) -> None:
        self.found: list[str] = []
        super().__init__(
            Settings(data_dir=folder), load_city("shenzhen"), lambda rule, detail: self.found.append(detail)
        )
        self._log = cast(Any, SimpleNamespace(grown_since=lambda seen: True))
        self._store = cast(Any, SimpleNamespace(read_now=lambda read: read(None)))
        self._rows: list[FlightPlanRow] = []
        self._numbers = itertools.count(1)

    def commit(self, *changes: tuple[str, str, float, float]) -> None:
        self._rows = [
            cast(
                FlightPlanRow,
                SimpleNamespace(
                    plan_id=ref, organisation_id="firm", aircraft_id=f"of {ref}", state=state, version=1, starts_s=from_s,
                    ends_s=to_s, departure_s=from_s, body="{}",
                ),
            )
            for ref, state, from_s, to_s in changes
        ]  # fmt: skip
        self.after_commit()

    def _news(self, session: Any) -> Any:
        self._changed_at.clear()
        for row in self._rows:
            self._changed_at[row.plan_id] = next(self._numbers)
        return self._rows, [], []

    def _judged(self, row: FlightPlanRow) -> JudgedPlan:
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
