"""What was judged ahead is filed under the same conditions as everything else."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlmodel import Session

from utm import foreseen_filing
from utm.flight_plans import FlightPlans
from utm.foresight import Foreseen
from utm.plan_records import Answer
from utm.problems import Problem
from utm.security import Principal

FIRM = Principal("cl_1", "operator", "op_1", "a firm")


def desk(**changes: Any) -> FlightPlans:
    """Return as much of the desk as is asked before anything is kept."""
    parts: dict[str, Any] = {
        "memory": SimpleNamespace(make_current=lambda session, cells: None),
        "may_grant": lambda: None,
        "admit": lambda session, organisation_id: None,
    }
    return cast(FlightPlans, SimpleNamespace(**{**parts, **changes}))


def never(*given: object) -> Answer:
    raise AssertionError("the plan must be neither kept nor judged again")


@pytest.fixture
def foreseen(monkeypatch: pytest.MonkeyPatch) -> Foreseen:
    """A judgement that nothing since has changed."""
    monkeypatch.setattr(foreseen_filing, "holds", lambda *_: True)
    monkeypatch.setattr(foreseen_filing, "_keep", never)
    return cast(Foreseen, SimpleNamespace(cells=[]))


def test_nothing_judged_ahead_is_granted_while_the_clock_cannot_be_believed(foreseen: Foreseen) -> None:
    """A helper that judged in time does not let a plan past a server whose clock is off."""

    def off() -> None:
        raise Problem("clock_off")

    job = foreseen_filing.filing(desk(may_grant=off), FIRM, foreseen, None, never)
    with pytest.raises(Problem, match="clock") as refused:
        job(cast(Session, None))
    assert refused.value.code == "clock_off"


def test_what_is_judged_ahead_counts_against_the_quota_of_its_firm(foreseen: Foreseen) -> None:
    """Many plans at once are admitted one by one, as single ones are."""

    def full(session: object, organisation_id: str) -> None:
        raise Problem("daily_quota_exceeded", f"{organisation_id} has filed enough")

    job = foreseen_filing.filing(desk(admit=full), FIRM, foreseen, None, never)
    with pytest.raises(Problem) as refused:
        job(cast(Session, None))
    assert refused.value.code == "daily_quota_exceeded"
    assert "op_1" in (refused.value.detail or "")
