"""A small day of logistics on the real service: nothing lost, nothing booked twice, and a page that tells it."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from sim.day import DayScenario, run_day
from sim.day_results import facts_of
from utm.report_day import as_csv, as_html, goals, is_broken

pytestmark = [pytest.mark.slow, pytest.mark.long]

SMALL = DayScenario(
    orders=12,
    vehicles=9,
    sites=140,
    from_hour=11.5,
    to_hour=11.7,
    storm_at_h=None,
    zone_at_h=None,
    closed_pads_at_h=(11.6,),
    closed_pad_h=0.1,
    fault_share=0.06,
    closing_h=0.4,
)


@pytest.fixture(scope="module")
def day() -> dict[str, Any]:
    """The facts of one small day."""
    return run_day(3, SMALL, facts_of)


def test_a_day_breaks_no_promise(day: dict[str, Any]) -> None:
    """No separation is lost, nothing is booked twice, no reserve is touched, and every order has an end or a cause."""
    assert day["checks"]["broken"] == []
    for name in ("separation_losses", "double_bookings", "below_reserve", "unaccounted"):
        assert day["checks"][name] == 0, name
    assert not is_broken(day)
    assert day["checks"]["plans_judged"] > 8
    assert day["orders"]["total"] == SMALL.orders
    assert day["orders"]["delivered"] >= 4
    assert day["times"]["promises_given"] >= 4


def test_the_page_of_a_day_needs_nothing_else(day: dict[str, Any], tmp_path: Path) -> None:
    """The report is one page with maps and charts, without scripts or anything to load, and as a table."""
    kept = orjson.loads(orjson.dumps(day))  # as it comes from a file
    page = as_html(kept, kept)
    assert page.count("<svg") == 4
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert "until 11:42" in page, "the pad that is closed opens by the clock"
    assert all(what.split(" / ")[0] in page for what, *_ in goals(kept, kept) if "&" not in what)
    table = as_csv(kept)
    assert table.splitlines()[0] == "goal,measured,beside,asked,met"
    assert len(table.splitlines()) > 30
