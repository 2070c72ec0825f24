"""Hours, closures, slots and directions of sites: what each field asks of a flight, and that it is read back as written."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from airspace.approval import evaluate
from airspace.decision import Decision
from airspace.pads import PadTimes
from airspace.policy import Policy
from airspace.scene import Scene
from airspace.site_rules import closed_within, in_sectors, nearest_in
from airspace.sites import Site, parse_site, site_to_feature
from airspace.timebase import from_scene_s, to_scene_s
from airspace.zones import ZoneSet
from tests.fakes.airspace_region import DEPARTURE, REGION, degrees, fly
from tests.unit.airspace.test_approval import intent

POLICY = Policy(standing_approval_required=False, auto_approve_synthetic_terrain=True)


def site(x_m: float = 0.0, site_id: str = "st_start", **properties: Any) -> Site:
    """Return a site on the line of the test flights."""
    lat, lon = degrees(REGION, x_m, 0)
    more = {"site_id": site_id, "name": "Here", "pads": 1, **properties}
    feature = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]}, "properties": more}
    parsed = parse_site(feature, REGION)
    assert isinstance(parsed, Site), parsed
    return parsed


def leaving_east(**more: Any) -> Any:
    """Return a flight that climbs at the first site and goes 2 km east."""
    return intent(fly((0, 0, 0), (0, 0, 60), (2000, 0, 60)), **{"origin_site_id": "st_start", **more})


def judge(*sites: Site, plan: Any = None) -> Decision:
    scene = Scene.of(REGION, ZoneSet.of([], REGION), [], sites)
    return evaluate(plan or leaving_east(), POLICY, scene, DEPARTURE - timedelta(hours=1), conflicts_of=lambda *_: (),
                    other_plan=str, checks={"sites"})  # fmt: skip


def codes(decision: Decision) -> list[str]:
    return [item.code for item in decision.reasons if item.severity == "refuse"]


def around(minutes_before: float, minutes_after: float) -> dict[str, str]:
    """Return a period around the departure of the test flights."""
    return {
        "starts_at": (DEPARTURE - timedelta(minutes=minutes_before)).isoformat(),
        "ends_at": (DEPARTURE + timedelta(minutes=minutes_after)).isoformat(),
    }


def test_every_field_is_read_back_as_it_was_written() -> None:
    """A site with hours, closures, slots, energy and directions survives being written and read."""
    whole = site(
        opening_hours=[{"starts_at": None, "ends_at": None,
                        "weekly": [{"days": ["MO", "TU"], "from": "07:00", "to": "21:30"}]}],
        closures=[{**around(10, 60), "reason": "works"}],
        slot={"prep_s": 45, "turn_around_s": 120},
        charging_w=900, battery_swap_s=60, approach_deg=[[350, 20]], departure_deg=[[170, 190], [80, 100]],
    )  # fmt: skip
    feature = site_to_feature(whole)
    again = parse_site(feature, REGION)
    assert isinstance(again, Site)
    assert site_to_feature(again) == feature
    assert again.fields == whole.fields
    assert PadTimes.of(Policy(pad_clear_s=31), again) == PadTimes(45.0, 31.0, 120.0)


@pytest.mark.parametrize(
    ("properties", "pointer"),
    [
        (
            {"opening_hours": [{"weekly": [{"days": ["XX"], "from": "07:00", "to": "08:00"}]}]},
            "/properties/opening_hours",
        ),
        ({"closures": [{"reason": "for good"}]}, "/properties/closures/0"),
        ({"closures": [{"starts_at": "soon"}]}, "/properties/closures/0/starts_at"),
        ({"slot": {"prep": 3}}, "/properties/slot/prep"),
        ({"slot": {"prep_s": -1}}, "/properties/slot/prep_s"),
        ({"charging_w": 0}, "/properties/charging_w"),
        ({"battery_swap_s": "quick"}, "/properties/battery_swap_s"),
        ({"approach_deg": [[10]]}, "/properties/approach_deg"),
        ({"departure_deg": [[10, 400]]}, "/properties/departure_deg"),
    ],
)
def test_a_field_that_cannot_be_is_named(properties: dict[str, Any], pointer: str) -> None:
    """Each fault comes with the pointer of its field."""
    lat, lon = degrees(REGION, 0, 0)
    feature = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]},
               "properties": {"site_id": "st_x", "name": "X", **properties}}  # fmt: skip
    faults = parse_site(feature, REGION)
    assert isinstance(faults, list)
    assert any(fault.pointer.startswith(pointer) for fault in faults), faults


def test_a_flight_whose_stay_meets_a_closure_is_refused_with_when_it_is_open() -> None:
    """Closed from ten minutes before to twenty after the departure: the stay fits from the end of the closure on."""
    decision = judge(site(closures=[{**around(10, 20), "reason": "works"}]))
    assert codes(decision) == ["site_not_open"]
    found = decision.reasons[0]
    assert found.frees_s == to_scene_s(DEPARTURE + timedelta(minutes=20))
    assert "(works)" in found.detail
    assert found.site_id == "st_start"
    assert codes(judge(site(closures=[around(60, -2)]))) == []


def test_hours_that_end_within_the_stay_refuse_and_hours_around_it_do_not() -> None:
    """A pad must be open until the flight is clear of it."""
    assert codes(judge(site(opening_hours=[around(60, 30)]))) == []
    assert codes(judge(site(opening_hours=[around(60, 0.2)]))) == ["site_not_open"]


def test_an_alternate_must_be_open_when_it_would_be_needed() -> None:
    """The closure of an alternate counts as that of the destination does."""
    shut = site(600.0, "st_else", closures=[around(1, 60)])
    assert codes(judge(site(), shut, plan=leaving_east(alternate_site_ids=("st_else",)))) == ["site_not_open"]


def test_closed_times_are_the_gaps_of_the_hours_and_the_closures() -> None:
    """Hours of a week in Beijing time leave the nights closed; a closure cuts a piece out of the day."""
    open_days = site(opening_hours=[{"weekly": [{"days": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"],
                                                 "from": "08:00", "to": "20:00"}]}])  # fmt: skip
    noon = to_scene_s(datetime.fromisoformat("2026-03-02T12:00:00+08:00"))
    closed = closed_within(open_days, noon, noon + 24 * 3600)
    assert [(from_scene_s(a).isoformat()[11:16], from_scene_s(b).isoformat()[11:16]) for a, b in closed] == [
        ("12:00", "00:00")
    ]  # 20:00 to 08:00 in Beijing
    assert closed_within(site(open=False), noon, noon + 60) == [(noon, noon + 60)]


def test_a_route_must_leave_by_an_open_direction() -> None:
    """The test flight leaves to the east: 80-100 allows it, 170-190 does not, and a sector may cross north."""
    assert codes(judge(site(departure_deg=[[80, 100]]))) == []
    refused = judge(site(departure_deg=[[170, 190], [300, 10]]))
    assert codes(refused) == ["site_direction"]
    assert "170-190, 300-10" in refused.reasons[0].detail
    assert in_sectors(((350.0, 20.0),), 5.0)
    assert not in_sectors(((20.0, 350.0),), 5.0)
    assert nearest_in(((80.0, 100.0),), 120.0) == 97.0
    assert nearest_in(((80.0, 100.0),), 90.0) == 90.0
