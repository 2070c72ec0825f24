"""What a policy would do to the plans that stand."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import h3
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airspace.approval import CHECKS
from airspace.geometry4d import Separation, Tolerance, Trajectory4D
from airspace.policy import Policy
from airspace.policy_parts import CellLimit, SeparationRule, Wind
from airspace.trajectory import AircraftPerformance, FlightPath
from airspace.volumes import VolumePath, parse_volumes, to_volume4ds
from tests.fakes.airspace_region import BOUNDS, DEPARTURE, LAT, LON, REGION, box, fly, zone
from tests.unit.airspace.test_approval import DEMO, scene
from tests.unit.airspace.test_corridors import corridor
from tests.unit.airspace.test_sites import site
from utm.policy_impact import TOUCHES, Impact, Invalidated, invalidated, plan_document, touched
from utm.store.geometry_codec import encode
from utm.store.tables import FlightPlanRow

LIMITS = (BOUNDS.min_lon_deg, BOUNDS.min_lat_deg, BOUNDS.max_lon_deg, BOUNDS.max_lat_deg)
CELL = h3.latlng_to_cell(LAT, LON, 8)


def row(plan_id: str, path: FlightPath | VolumePath, **values: Any) -> FlightPlanRow:
    """Return a live plan as the store keeps it."""
    geometry = path.trajectory if isinstance(path, FlightPath) else path.prisms
    body: dict[str, Any] = {
        "aircraft_id": f"ac_{plan_id}",
        "operation_type": values.pop("operation_type", "logistics"),
        "departure_at": DEPARTURE.isoformat(),
        "route": {"type": "volumes", "volumes": []},
    }
    if isinstance(path, FlightPath):
        point = {"lat_deg": LAT, "lon_deg": LON, "alt_m": 50, "alt_datum": "AGL"}
        body["route"] = {"type": "trajectory", "cruise_speed_mps": 10, "waypoints": [point] * path.waypoint_count}
    body |= {name: values.pop(name) for name in ("origin_site_id", "destination_site_id") if name in values}
    timed = path.trajectory if isinstance(path, FlightPath) else path
    plain: dict[str, Any] = {
        "plan_id": plan_id,
        "plan_no": int(plan_id.rpartition("_")[2]),
        "organisation_id": "org_a",
        "aircraft_id": f"ac_{plan_id}",
        "state": "approved",
        "version": 1,
        "operation_type": body["operation_type"],
        "priority": 10,
        "departure_s": timed.starts_s,
        "starts_s": timed.starts_s,
        "ends_s": timed.ends_s,
        "horizontal_m": 50.0,
        "vertical_m": 15.0,
        "time_buffer_s": 15.0,
        "policy_version": 1,
        "body": orjson.dumps(body).decode(),
        "decision": "{}",
        "authority": '{"application":"standing"}',
        "volumes": "[]",
        "h3_cells": orjson.dumps([h3.int_to_str(cell) for cell in path.cells(REGION, 20.0)]).decode(),
        "geometry": encode(geometry),
        "created_at": "",
        "updated_at": "",
    }
    return FlightPlanRow(**(plain | values))


def impact(
    rows: Sequence[FlightPlanRow],
    proposed: Policy,
    where: Any = None,
    able: AircraftPerformance | None = None,
    aircraft_class: str = "small",
    present: Policy = DEMO,
) -> dict[str, list[str]]:
    """Return the codes of the reasons by plan."""
    found = invalidated(
        rows,
        present,
        proposed,
        where if where is not None else scene(),
        checks=touched(present, proposed),
        bounds=LIMITS,
        aircraft=lambda _: (aircraft_class, able or AircraftPerformance()),
    )
    return {plan.row.plan_id: [reason.code for reason in plan.reasons] for plan in found}


def level(number: int, north_m: float = 0.0, height_m: float = 60.0, **values: Any) -> FlightPlanRow:
    """Return a live level kilometre to the east."""
    return row(f"fp_{number}", fly((0, north_m, height_m), (1000, north_m, height_m)), **values)


def test_every_field_of_a_policy_says_what_it_can_touch() -> None:
    """A new field must be thought of; one that is forgotten judges everything."""
    assert set(TOUCHES) == {item.name for item in fields(Policy)}
    assert touched(DEMO, replace(DEMO, version=9, filing_lead_s=60.0)) == frozenset()
    assert touched(DEMO, replace(DEMO, ceiling_agl_m=90.0, pad_prep_s=1.0)) == {"heights", "contingency", "pads"}
    assert touched(DEMO, DEMO) == frozenset()
    assert frozenset().union(*TOUCHES.values()) < CHECKS


def test_both_of_a_pair_are_named_when_minima_grow_and_nobody_when_they_shrink() -> None:
    """A rule for one of the two is enough; what the rows were held to is what counts as before."""
    rows = [level(1), level(2, 70.0), level(3, 900.0)]
    assert impact(rows, replace(DEMO, separation=Separation(80.0, 15.0, 15.0))) == {
        "fp_1": ["conflict_with_plan"],
        "fp_2": ["conflict_with_plan"],
    }
    assert impact(rows, replace(DEMO, separation=Separation(60.0, 15.0, 15.0))) == {}
    rule = SeparationRule(operation_type="survey", horizontal_m=80.0)
    assert impact(rows, replace(DEMO, separation_rules=(rule,))) == {}
    mixed = [level(1), level(2, 70.0, operation_type="survey")]
    assert set(impact(mixed, replace(DEMO, separation_rules=(rule,)))) == {"fp_1", "fp_2"}
    by_class = replace(DEMO, separation_rules=(SeparationRule(aircraft_class="medium", horizontal_m=80.0),))
    assert impact(rows, by_class) == {}
    assert set(impact(rows, by_class, aircraft_class="medium")) == {"fp_1", "fp_2"}


def test_rules_of_places_reach_who_enters_them() -> None:
    """Corridor and zone rules are judged by the geometry that stands."""
    rows = [level(1), level(2, 70.0), level(3, 3_000.0), level(4, 3_070.0)]
    where = scene(
        zones=[zone(box(400, -50, 500, 30), restriction="NO_RESTRICTION")], corridors=[corridor((0, 3000), (900, 3000))]
    )
    in_zone = replace(DEMO, separation_rules=(SeparationRule(zone_id="zn_test", horizontal_m=80.0),))
    assert set(impact(rows, in_zone, where)) == {"fp_1", "fp_2"}
    along = replace(DEMO, separation_rules=(SeparationRule(corridor_id="co_test", horizontal_m=80.0),))
    assert set(impact(rows, along, where)) == {"fp_3", "fp_4"}
    wider = replace(along, separation=Separation(70.0, 15.0, 15.0), tolerance=Tolerance(30.0, 5.0, 7.5))
    assert set(impact(rows, wider, where)) == {"fp_3", "fp_4"}


def test_what_was_wrong_before_is_not_laid_at_the_changes_door() -> None:
    """A flight already too high, or in a zone published since, has no new reason."""
    rows = [level(1, height_m=118.0), level(2, 500.0, 96.0), level(3, 900.0, 60.0)]
    assert impact(rows, replace(DEMO, ceiling_agl_m=100.0)) == {"fp_2": ["above_ceiling"]}
    where = scene(zones=[zone(box(400, 880, 500, 920))])
    wider = replace(DEMO, separation=Separation(70.0, 25.0, 30.0), tolerance=Tolerance(30.0, 10.0, 15.0))
    assert impact([rows[2]], wider, where) == {}
    edge = scene(zones=[zone(box(400, 925, 500, 990))])
    assert impact([rows[2]], wider, edge) == {"fp_3": ["zone_prohibited"]}


def test_each_kind_of_change_names_whom_it_touches() -> None:
    """Pads, cells, climbs, night, corridors, conditions, wind."""
    sites = scene(sites=[site(pads=1)])
    two = [
        level(1, origin_site_id="st_test"),
        row("fp_2", later(fly((0, 0, 60), (0, 900, 60)), 100.0), origin_site_id="st_test"),
    ]
    assert impact(two, replace(DEMO, pad_prep_s=120.0), sites) == {"fp_1": ["pad_busy"], "fp_2": ["pad_busy"]}
    assert impact(two, replace(DEMO, pad_prep_s=60.0), sites) == {}
    assert set(impact(two, replace(DEMO, max_departures_per_pad_h=1), sites)) == {"fp_1", "fp_2"}
    assert impact(two, replace(DEMO, missing_climb="refuse"), sites) == {
        "fp_1": ["climb_not_filed"],
        "fp_2": ["climb_not_filed"],
    }
    crowd = [level(1), level(2, 100.0), level(3, 20_000.0)]
    one = replace(DEMO, cell_limits=(CellLimit(CELL, 1),))
    assert set(impact(crowd, one)) == {"fp_1", "fp_2"}
    assert impact(crowd, replace(DEMO, max_flights_per_cell=2)) == {}
    assert impact(crowd, replace(DEMO, max_flights_per_cell=20, free_flight_allowed=False)).keys() == {
        "fp_1",
        "fp_2",
        "fp_3",
    }
    fast = AircraftPerformance(max_speed_mps=12.0)
    assert impact([level(1)], replace(DEMO, wind=Wind(9.0, 90.0)), able=fast) == {"fp_1": ["times_not_attainable"]}
    conditional = scene(zones=[zone(box(400, -50, 500, 30), restriction="CONDITIONAL")])
    assert impact([level(1)], replace(DEMO, conditional_zones="pending"), conditional) == {"fp_1": ["zone_conditional"]}


def later(path: FlightPath, delay_s: float) -> FlightPath:
    """Return the flight, later."""
    return replace(path, trajectory=path.trajectory.shifted(delay_s))


def test_plans_of_volumes_are_judged_too() -> None:
    """Against flights, the ceiling and cells."""
    path = parse_volumes(to_volume4ds(fly((0, 0, 60), (900, 0, 60)).trajectory, Tolerance(), REGION), REGION)
    assert isinstance(path, VolumePath)
    rows = [row("fp_1", path), level(2, 90.0)]
    assert set(impact(rows, replace(DEMO, separation=Separation(75.0, 15.0, 15.0)))) == {"fp_1", "fp_2"}
    assert impact(rows[:1], replace(DEMO, ceiling_agl_m=64.0)) == {"fp_1": ["above_ceiling"] * 1}
    assert set(impact(rows, replace(DEMO, max_flights_per_cell=1))) == {"fp_1", "fp_2"}


def test_a_plan_is_named_with_its_state_its_reasons_and_how_many_there_are() -> None:
    """At most 20 reasons are shown; counts tell plans by where they are."""
    found = invalidated(
        [level(1, height_m=100.0, state="activated"), level(2, 300.0, 100.0)],
        DEMO,
        replace(DEMO, ceiling_agl_m=80.0),
        scene(),
        checks=frozenset({"heights"}),
        bounds=LIMITS,
        aircraft=lambda _: (None, None),
    )
    document = plan_document(found[0])
    assert (document["plan_id"], document["state"], document["outcome"]) == ("fp_1", "activated", "refused")
    assert (document["reasons"][0]["code"], document["reason_count"]) == ("above_ceiling", 1)
    counts = Impact(("heights",), 2, tuple(found), 0.1).counts()
    expected = {"judged": 2, "filed": 1, "airborne": 1, "refused": 2, "pending": 0, "by_reason": {"above_ceiling": 2}}
    assert counts == expected
    many = Invalidated(found[0].row, "refused", found[0].reasons * 30)
    assert (len(plan_document(many)["reasons"]), plan_document(many)["reason_count"]) == (20, 30)


def test_an_overdue_flight_is_judged_where_it_hovers() -> None:
    """The geometry kept, with its hover, counts, not the filed route."""
    import numpy as np

    path = fly((0, 0, 60), (300, 0, 60))
    last = path.trajectory.segments[-1]
    hover = np.concatenate([last[4:8], last[4:7], [last[7] + 3_600.0]])
    overdue = Trajectory4D(
        np.vstack([path.trajectory.segments, hover]), np.append(path.trajectory.waypoint_of, 0).astype(np.int32)
    )
    waiting = row("fp_1", path, state="activated", geometry=encode(overdue), ends_s=overdue.ends_s)
    passing = row("fp_2", later(fly((300, -500, 60), (300, -60, 60)), 1_800.0))
    assert set(impact([waiting, passing], replace(DEMO, separation=Separation(70.0, 15.0, 15.0)))) == {"fp_1", "fp_2"}


places = st.lists(
    st.tuples(
        st.integers(0, 12), st.sampled_from([60.0, 80.0]), st.integers(0, 3), st.sampled_from(["logistics", "survey"])
    ),
    min_size=2,
    max_size=9,
)


@settings(max_examples=30, deadline=None)
@given(places=places, horizontal_m=st.sampled_from([50.0, 70.0, 90.0, 130.0]), vertical_m=st.sampled_from([15.0, 25.0]))
def test_the_short_cuts_name_exactly_whom_judging_everybody_names(
    places: list[tuple[int, float, int, str]], horizontal_m: float, vertical_m: float
) -> None:
    """Suspects found all at once lead to the same plans as every plan judged by every rule."""
    rows = []
    for number, (north, height_m, delay, kind) in enumerate(places):
        path = later(fly((0, 40.0 * north, height_m), (700, 40.0 * north, height_m)), 30.0 * delay)
        rows.append(row(f"fp_{number}", path, operation_type=kind, horizontal_m=1.0, vertical_m=1.0, time_buffer_s=0.0))
    rule = SeparationRule(operation_type="survey", horizontal_m=horizontal_m + 30.0)
    nothing = replace(DEMO, separation=Separation(21.0, 11.0, 15.0), tolerance=Tolerance(5.0, 3.0, 7.5))
    proposed = replace(
        nothing,
        separation=Separation(horizontal_m, vertical_m, 15.0),
        separation_rules=(rule,),
        max_flights_per_cell=4,
        ceiling_agl_m=82.0,
    )
    one = impact(rows, proposed, present=nothing)
    whole = invalidated(
        rows,
        nothing,
        proposed,
        scene(),
        checks=CHECKS,
        bounds=LIMITS,
        aircraft=lambda _: ("small", AircraftPerformance()),
    )
    assert one == {plan.row.plan_id: [reason.code for reason in plan.reasons] for plan in whole}


def test_a_plan_whose_place_left_the_city_is_still_answered() -> None:
    """Rules that name what is gone hold for nobody."""
    gone = replace(DEMO, separation_rules=(SeparationRule(zone_id="zn_gone", horizontal_m=80.0),))
    assert impact([level(1), level(2, 70.0)], gone) == {}


@pytest.mark.parametrize("count", [400])
def test_many_plans_are_judged_in_moments(count: int) -> None:
    """Some hundred plans take a fraction of the seconds a city's day may take."""
    import time

    rows = [level(k, 60.0 * (k % 40), 50.0 + 16.0 * (k // 40 % 4)) for k in range(count)]
    started_s = time.thread_time()
    impact(rows, replace(DEMO, separation=Separation(55.0, 15.0, 15.0)))
    assert time.thread_time() - started_s < 5.0
