"""Flights in the air whose pad at the destination is not to be had."""

from itertools import count
from types import SimpleNamespace
from typing import Any, cast

from airspace.pads import PadEvent
from airspace.policy import Policy
from airspace.rules.calendar import beijing_second
from airspace.site_fields import NO_FIELDS
from airspace.sites import Site
from utm.alert_book import AlertBook, Condition, rank_of
from utm.alert_rules import HURTS_FIRST
from utm.pad_watch import AHEAD_S, PadWatch


def site(**changes: Any) -> Site:
    """Return a site of one pad."""
    values: dict[str, Any] = {"open": True, "fields": NO_FIELDS, **changes}
    return Site("st", "Harbour", 22.5, 114.0, 0.0, 0.0, 5.0, 1, "hub", name_zh="港口", **values)


def plan(name: str, ends_s: float, state: str = "activated") -> Any:
    """Return a plan that lands at the site."""
    return SimpleNamespace(
        plan_id=name,
        aircraft_id=f"ac_{name}",
        organisation_id="org",
        state=state,
        ends_s=ends_s,
        destination_site_id="st",
    )


def found(where: Site | None, *plans: Any, now_s: float = 0.0) -> list[Condition]:
    """Return what the watch finds of flights to a site."""
    events = [PadEvent(item.plan_id, item.aircraft_id, item.ends_s, True) for item in plans]
    sky = SimpleNamespace(all=lambda: list(plans), pad_events=lambda *_: events)
    book = SimpleNamespace(sites={} if where is None else {"st": where}, policy=Policy())
    fleet = SimpleNamespace(get=lambda _: None)
    return PadWatch(cast(Any, sky), cast(Any, book), cast(Any, fleet)).conditions(now_s)


def test_a_free_pad_calls_for_nothing() -> None:
    """One flight to one open pad, and one that is still far off or has not started, are no matter."""
    assert found(site(), plan("a", 60.0)) == []
    assert found(site(open=False), plan("a", AHEAD_S + 1)) == []
    assert found(site(open=False), plan("a", 60.0, state="approved")) == []


def test_a_closed_site_and_a_pad_too_few_are_told_of_every_flight() -> None:
    """Closed or gone, the flight is named with when and where; two flights at one pad are both named."""
    (closed,) = found(site(open=False), plan("a", 60.0))
    assert (closed.kind, closed.event_s, closed.texts["site_zh"]) == ("pad_unavailable", 60.0, "港口")
    assert closed.texts["at"] == beijing_second(60.0)
    assert len(found(None, plan("a", 60.0))) == 1
    both = found(site(), plan("a", 60.0), plan("b", 70.0))
    assert [item.party.plan_id for item in both] == ["a", "b"]
    assert [item.party.plan_id for item in found(site(), plan("a", 10.0), plan("b", 250.0))] == []


def test_what_hurts_first_stands_first_among_equals() -> None:
    """Of alerts as grave, none with an instant, separation comes before airspace, link, energy, pads and strangers."""
    ids = count(1)
    book = AlertBook(lambda: f"al_{next(ids)}")
    held = [Condition(kind, f"x{kind}", "warning", {}, happened=True) for kind in reversed(HURTS_FIRST)]
    for second in range(9):
        book.update(held, float(second))
    ordered = sorted(book.open.values(), key=lambda alert: rank_of(alert, 9.0))
    assert [alert.condition.kind for alert in ordered] == list(HURTS_FIRST)
