"""The judgement of flights."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from airspace.approval import evaluate
from airspace.datums import FlatTerrain
from airspace.decision import Decision, decision_to_dict
from airspace.geometry4d import Separation, Tolerance
from airspace.intent import FlightIntent, Path
from airspace.policy import Policy
from airspace.region import Region
from airspace.rules.items import MissingItem
from airspace.scene import Scene
from airspace.timebase import from_scene_s, to_scene_s
from airspace.trajectory import AircraftPerformance, compile_route
from airspace.volumes import VolumePath, parse_volumes, to_volume4ds
from airspace.zones import ZoneSet
from tests.fakes.airspace_region import DEPARTURE, NOW, REGION, box, fly, hills, make_region, route, zone
from tests.unit.airspace.test_corridors import corridor
from tests.unit.airspace.test_sites import site

DEMO = Policy(auto_approve_synthetic_terrain=True)
T0 = to_scene_s(DEPARTURE)


@dataclass(frozen=True)
class Found:
    """A conflict as the engine reports it."""

    key: int
    own_first: int
    own_last: int
    starts_s: float
    ends_s: float
    horizontal_m: float
    vertical_m: float
    minima: Separation = Separation()  # noqa: RUF009 - frozen


def scene(region: Region = REGION, zones: Sequence[Any] = (), corridors: Sequence[Any] = (), **kind: Any) -> Scene:
    """Return a scene with what a test needs."""
    return Scene.of(region, ZoneSet.of(zones, region), corridors, kind.get("sites", ()))


def intent(path: Path, **changes: Any) -> FlightIntent:
    """Return a clean plan under a standing approval."""
    plan = FlightIntent(
        operator_id="org_a",
        aircraft_id="ac_1",
        operation_type="logistics",
        priority=10,
        departure_at=DEPARTURE,
        path=path,
        cells=path.cells(REGION, 20.0),
        standing_approval=True,
    )
    return replace(plan, **changes)


def judge(
    plan: FlightIntent,
    policy: Policy = DEMO,
    where: Scene | None = None,
    conflicts: Sequence[Found] = (),
    now: datetime = NOW,
    **more: Any,
) -> Decision:
    """Evaluate with the conflicts given; other plans are named fp_<key>."""
    return evaluate(
        plan,
        policy,
        where if where is not None else scene(),
        now,
        conflicts_of=lambda geometry, separation: conflicts,
        other_plan=lambda key: f"fp_{key}",
        **more,
    )


def codes(decision: Decision) -> list[str]:
    """Return the codes of all reasons, in order."""
    return [item.code for item in decision.reasons]


CLEAN = fly((0, 0, 0), (0, 0, 80), (2000, 0, 80), (2000, 0, 0))


def test_a_clean_plan_is_approved_without_reasons() -> None:
    """Nothing in the way, nothing to say."""
    decision = judge(intent(CLEAN))
    assert (decision.outcome, decision.reasons, decision.counter_offers) == ("approved", (), ())
    assert decision.decided_at == NOW


def test_the_engine_is_asked_with_the_plans_geometry_and_the_policys_separation() -> None:
    """What is compared is what will be reserved."""
    asked: list[Any] = []

    def conflicts_of(geometry: Any, separation: Any) -> list[Found]:
        asked.append((geometry, separation))
        return []

    evaluate(intent(CLEAN), DEMO, scene(), NOW, conflicts_of=conflicts_of, other_plan=str)
    assert asked == [(CLEAN.trajectory, DEMO.separation)]


def test_a_conflict_has_both_margins_and_times_and_names_filed_waypoints() -> None:
    """Margins are what is kept minus the minimum; both are there even when one is not lost."""
    decision = judge(intent(CLEAN), conflicts=[Found(7, 0, 1, T0 + 5, T0 + 30, 12.0, 3.0)])
    item = decision_to_dict(decision, 1.23456)["reasons"][0]
    assert decision.outcome == "refused"
    assert item["code"] == "conflict_with_plan"
    assert item["other_plan_ref"] == "fp_7"
    assert item["segment"] == [0, 2]
    assert item["starts_at"] == from_scene_s(T0 + 5).isoformat().replace("+00:00", "Z")
    assert (item["horizontal_margin_m"], item["vertical_margin_m"]) == (-38.0, -12.0)
    assert "12.0 m horizontally" in item["detail"]
    assert "fp_7" in item["detail_zh"]


def test_zones_refuse_wait_and_warn_by_their_restriction() -> None:
    """PROHIBITED refuses, REQ_AUTHORISATION waits, CONDITIONAL warns, NO_RESTRICTION says nothing."""
    area = box(500, -100, 700, 100)
    outcomes = {}
    for restriction in ("PROHIBITED", "REQ_AUTHORISATION", "CONDITIONAL", "NO_RESTRICTION"):
        where = scene(zones=[zone(area, restriction=restriction, authority="ATS", message="Call us")])
        decision = judge(intent(CLEAN), where=where)
        outcomes[restriction] = (decision.outcome, codes(decision))
    assert outcomes == {
        "PROHIBITED": ("refused", ["zone_prohibited"]),
        "REQ_AUTHORISATION": ("pending", ["zone_requires_authorisation"]),
        "CONDITIONAL": ("approved", ["zone_conditional"]),
        "NO_RESTRICTION": ("approved", []),
    }
    strict = replace(DEMO, conditional_zones="pending")
    where = scene(zones=[zone(area, restriction="CONDITIONAL", message="Call us", message_zh="请来电")])
    decision = judge(intent(CLEAN), strict, where)
    assert decision.outcome == "pending"
    assert "Call us" in decision.reasons[0].detail
    assert "请来电" in decision.reasons[0].detail_zh
    assert decision.reasons[0].zone_id == "zn_test"


@pytest.mark.parametrize(("height_m", "outcome"), [(115.0, "approved"), (115.01, "refused"), (130.0, "refused")])
def test_the_ceiling_is_tested_with_the_tolerance_and_touching_is_allowed(height_m: float, outcome: str) -> None:
    """120 m less 5 m of tolerance may be filed, along legs of any length over the real geoid."""
    path = fly((0, 0, 0), (0, 0, height_m), (-20_000, 9_000, height_m))
    decision = judge(intent(path))
    assert decision.outcome == outcome
    if outcome == "refused":
        assert codes(decision) == ["above_ceiling"]
        assert decision.reasons[0].rule == "ceiling"
        assert decision.reasons[0].vertical_margin_m == pytest.approx(115.0 - height_m, abs=1e-6)
        assert decision.reasons[0].segment == (0, 2)
        assert decision.reasons[0].starts_s == pytest.approx(T0 + 11.5, abs=0.01)


def test_some_operations_may_wait_for_leave_to_fly_above_the_ceiling() -> None:
    """What policy exempts is pending, not refused."""
    policy = replace(DEMO, ceiling_exempt_operations=("emergency",))
    path = fly((0, 0, 0), (0, 0, 150), (100, 0, 150))
    assert judge(intent(path, operation_type="emergency"), policy).outcome == "pending"
    assert judge(intent(path), policy).outcome == "refused"


def test_flight_below_the_ground_is_refused_between_waypoints_too() -> None:
    """Over hills both ends of a leg may be high while its middle is not."""
    region = make_region(hills())
    path = fly((0, 0, 30), (-6000, 0, 30), region=region)
    decision = judge(intent(path), where=scene(region))
    assert "below_terrain" in codes(decision)
    depth = next(item for item in decision.reasons if item.code == "below_terrain").vertical_margin_m
    assert depth == pytest.approx(float(path.agl_low_m[0]))
    assert judge(intent(fly((0, 0, -0.4), (100, 0, 20)))).outcome == "approved"
    assert codes(judge(intent(fly((0, 0, -3), (100, 0, 20))))) == ["below_terrain"]


def test_true_heights_over_made_up_ground_wait_except_in_a_demonstration() -> None:
    """Surveyed ground, or heights that need none, are decided at once."""
    policy = Policy()
    assert codes(judge(intent(CLEAN), policy)) == ["synthetic_terrain"]
    assert judge(intent(CLEAN), policy).outcome == "pending"
    named = make_region(FlatTerrain(0.0, "flat, made up", label_zh="合成平地"))
    (told,) = judge(intent(fly((0, 0, 50), (900, 0, 50), region=named)), policy, scene(named)).reasons
    assert "ground model flat, made up;" in told.detail
    assert "合成地形模型“合成平地”" in told.detail_zh
    assert judge(intent(CLEAN, uses_true_height=False), policy).outcome == "approved"
    region = make_region(replace(hills(), elevations_amsl_m=hills().elevations_amsl_m * 0.0))
    assert judge(intent(fly((0, 0, 50), (900, 0, 50), region=region)), policy, scene(region)).outcome == "approved"


def test_volumes_are_judged_like_flights() -> None:
    """A plan of volumes meets zones, the ceiling and the ground."""
    path = parse_volumes(to_volume4ds(CLEAN.trajectory, Tolerance(), REGION), REGION)
    assert isinstance(path, VolumePath)
    assert judge(intent(path)).outcome == "approved"
    decision = judge(intent(path), where=scene(zones=[zone(box(500, -100, 700, 100))]))
    assert set(codes(decision)) == {"zone_prohibited"}
    assert [item.segment for item in decision.reasons] == [(1, 1), (2, 2)]
    low = replace(DEMO, ceiling_agl_m=60.0)
    assert set(codes(judge(intent(path), low))) == {"above_ceiling"}
    closed = replace(DEMO, free_flight_allowed=False)
    assert judge(intent(path), closed).outcome == "pending"
    assert judge(intent(path), conflicts=[Found(1, 2, 2, T0, T0 + 1, 0.0, 0.0)]).reasons[0].segment == (2, 2)


def test_without_free_flight_a_plan_keeps_to_corridors_and_sites() -> None:
    """Climb over a site, cruise in a corridor, descend over a site; anything else is named with its time."""
    closed = replace(DEMO, free_flight_allowed=False)
    sites = [site(radius_m=80.0), site_at_end()]
    inside = intent(CLEAN)
    assert judge(inside, closed, scene(corridors=[corridor((0, 0), (2000, 0))], sites=sites)).outcome == "approved"
    decision = judge(inside, closed, scene(corridors=[corridor((0, 0), (1000, 0))], sites=sites))
    assert codes(decision) == ["outside_corridor"]
    assert decision.reasons[0].segment == (1, 2)
    assert decision.reasons[0].starts_s == pytest.approx(T0 + 8 + 102, abs=0.1)
    assert codes(judge(inside, closed, scene())) == ["outside_corridor"]


def site_at_end() -> Any:
    """Return a site where the clean flight lands."""
    x, y = CLEAN.trajectory.segments[-1, 4:6]
    return replace(site(site_id="st_end", radius_m=80.0), x_m=float(x), y_m=float(y))


def test_sites_must_exist_be_open_and_be_where_the_route_is() -> None:
    """Unknown, foreign and closed sites refuse; one far from the route's end is a warning where off-site is allowed."""
    where = scene(
        sites=[
            site(),
            site(site_id="st_closed", open=False),
            site(site_id="st_theirs", operator_id="org_b"),
            site(site_id="st_ours", operator_id="org_a"),
        ]
    )

    def of(**sites: Any) -> list[str]:
        return codes(judge(intent(CLEAN, **sites), where=where))

    assert of(origin_site_id="st_test") == []
    assert of(origin_site_id="st_ours") == []
    assert of(origin_site_id="st_none") == ["site_unknown"]
    assert of(origin_site_id="st_theirs") == ["site_unknown"]
    assert of(origin_site_id="st_closed") == ["site_closed"]
    assert of(alternate_site_ids=("st_closed", "st_test")) == ["site_closed"]
    assert of(destination_site_id="st_test") == ["site_away_from_route"]
    assert judge(intent(CLEAN, destination_site_id="st_test"), where=where).outcome == "approved"
    bound = replace(DEMO, off_site_allowed=False)
    assert codes(judge(intent(CLEAN, origin_site_id="st_test"), bound, where)) == ["off_site_not_allowed"]
    decision = judge(intent(CLEAN, origin_site_id="st_test", destination_site_id="st_test"), bound, where)
    assert decision.outcome == "refused"
    assert decision.reasons[0].site_id == "st_test"


def test_what_the_type_cannot_fly_is_refused_by_segment() -> None:
    """Speed and climb above the type's own limits are named with both numbers."""
    decision = judge(intent(CLEAN, performance=AircraftPerformance(20.0, 5.0, 12.0)))
    assert codes(decision) == ["performance_exceeded"]
    assert decision.reasons[0].segment == (0, 1)
    assert "5.0 m/s" in decision.reasons[0].detail


def test_priority_over_the_limit_needs_an_entitlement() -> None:
    """50 is free for all, 51 is not, and an entitled firm may ask for 100."""
    assert judge(intent(CLEAN, priority=50)).outcome == "approved"
    assert codes(judge(intent(CLEAN, priority=51))) == ["priority_not_entitled"]
    assert judge(intent(CLEAN, priority=100, priority_limit=100)).outcome == "approved"


def test_formalities_wait_warn_or_refuse_as_policy_says() -> None:
    """Standing approval, Article 27, lead time, duration and night."""
    assert codes(judge(intent(CLEAN, standing_approval=False))) == ["pending_authority"]
    missing = intent(
        CLEAN,
        missing_article27=(MissingItem(11, "/contingency", "emergency procedure", "应急程序", "Fill in.", "请填写。"),),
    )
    assert judge(missing).outcome == "approved"
    assert "应急程序" in judge(missing).reasons[0].detail_zh
    assert judge(missing, replace(DEMO, article27_missing="refuse")).outcome == "refused"
    late = replace(DEMO, filing_lead_s=3600.0)
    assert codes(judge(intent(CLEAN), late)) == ["filed_too_late"]
    assert judge(intent(CLEAN, operation_type="emergency"), late).outcome == "approved"
    assert codes(judge(intent(CLEAN), replace(DEMO, max_duration_s=60.0))) == ["duration_not_allowed"]


def test_night_counts_in_beijing_and_waits_only_where_policy_says_so() -> None:
    """20:00 in Beijing is 12:00 UTC."""
    by_day = replace(DEMO, night_flight_allowed=False)
    assert judge(intent(CLEAN), by_day).outcome == "approved"
    dusk = datetime(2026, 3, 2, 11, 59, tzinfo=UTC)
    path = compile_route(route((0, 0, 50), (2000, 0, 50)), dusk, REGION)
    assert not isinstance(path, list)
    decision = judge(intent(path, departure_at=dusk), by_day)
    assert codes(decision) == ["night_flight"]
    assert decision.reasons[0].starts_s == to_scene_s(dusk + timedelta(minutes=1))
    assert judge(intent(path, departure_at=dusk)).outcome == "approved"


def test_a_plan_judged_again_in_a_smaller_city_is_told_so() -> None:
    """A stored flight that lies outside the area now served is refused by segment."""
    region = replace(REGION, service=replace(REGION.service, max_lon_deg=114.21))
    decision = judge(intent(CLEAN), where=scene(region))
    assert codes(decision) == ["outside_service_area"]
    assert decision.reasons[0].segment == (1, 3)


def test_every_reason_is_there_refusing_ones_first_and_each_group_by_time() -> None:
    """A plan with many faults learns of all of them at once."""
    where = scene(
        zones=[
            zone(box(1500, -100, 1600, 100), zone_id="zn_late"),
            zone(box(500, -100, 700, 100), zone_id="zn_early"),
            zone(box(100, -100, 150, 100), zone_id="zn_ask", restriction="REQ_AUTHORISATION"),
        ]
    )
    plan = intent(
        CLEAN,
        missing_article27=(MissingItem(10, "/remarks/ssr", "SSR code", "应答机编码", "Fill in.", "请填写。"),),
        priority=90,
        standing_approval=False,
    )
    decision = judge(plan, where=where, conflicts=[Found(3, 1, 1, T0 + 90, T0 + 99, 1.0, 1.0)])
    assert decision.outcome == "refused"
    assert [(r.severity, r.code, r.zone_id) for r in decision.reasons] == [
        ("refuse", "zone_prohibited", "zn_early"),
        ("refuse", "conflict_with_plan", None),
        ("refuse", "zone_prohibited", "zn_late"),
        ("refuse", "priority_not_entitled", None),
        ("pending", "zone_requires_authorisation", "zn_ask"),
        ("pending", "pending_authority", None),
        ("warning", "article27_missing", None),
    ]


def test_a_decision_is_plain_json_with_the_fields_of_the_api() -> None:
    """Every reason has segment, times and margins, null where they do not apply."""
    decision = judge(intent(CLEAN, priority=90), conflicts=[Found(3, 1, 1, T0, T0 + 9, 1.0, 1.0)])
    body = orjson.loads(orjson.dumps(decision_to_dict(decision, 0.5)))
    assert set(body) == {
        "outcome",
        "decided_at",
        "took_ms",
        "policy_version",
        "separation",
        "reasons",
        "counter_offers",
    }
    for item in body["reasons"]:
        assert {
            "code",
            "detail",
            "detail_zh",
            "segment",
            "starts_at",
            "ends_at",
            "horizontal_margin_m",
            "vertical_margin_m",
        } <= set(item)
        assert sum(name in item for name in ("zone_id", "other_plan_ref", "site_id", "rule")) == 1
