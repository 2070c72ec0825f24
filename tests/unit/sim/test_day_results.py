"""Which pairs of a day's plans count as lost separation: those that held airspace at the same time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sim.day_results import held_together
from utm.judge import JudgedConflict

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
MET = JudgedConflict("fp_a", "fp_b", 0, 0, NOON, NOON, 0.0, 10.0)


def plan(ref: str, activated_s: float | None, ended_s: float | None) -> dict[str, Any]:
    """A plan's row, as far as it is asked."""
    at = [None if s is None else (NOON + timedelta(seconds=s)).isoformat() for s in (activated_s, ended_s)]
    return {"plan_id": ref, "activated_at": at[0], "ended_at": at[1]}


@pytest.mark.parametrize(
    ("a", "b", "counts"),
    [
        ((0.0, 600.0), (600.2, 1_200.0), False),
        ((600.0, 1_200.0), (0.0, 600.0), False),
        ((0.0, 600.0), (599.9, 1_200.0), True),
        ((0.0, 600.0), (100.0, 300.0), True),
        ((0.0, 600.0), (None, 900.0), True),
        ((0.0, None), (700.0, 900.0), True),
    ],
)
def test_only_who_had_landed_before_is_no_loss(
    a: tuple[float, float | None], b: tuple[float | None, float], counts: bool
) -> None:
    """A pair counts unless one had ended when the other was activated; where that is not known, it counts."""
    found = held_together([MET], [plan("fp_a", *a), plan("fp_b", *b)])
    assert found == ([MET] if counts else [])
