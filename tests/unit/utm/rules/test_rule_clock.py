"""The rule clock on a real store with a clock that is moved: noon, nine, days filed, readiness, release, reports."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from airspace.rules.book import book_to_dict, order_761
from airspace.timebase import to_scene_s
from tests.fakes import filing
from tests.fakes.desk import Desk, principal
from tests.fakes.filing import point
from utm.plan_records import decode_authority
from utm.problems import Problem

# 2026-12-30 10:00 in Beijing: the day before the last day of the year.
MORNING = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)


async def order_in_force(desk: Desk, at: datetime = MORNING, *, lead_s: float = 3_600.0, **rules: Any) -> None:
    """Publish the times of Order 761, with the clock at an instant of the last days of 2026."""
    desk.clock.advance((at - desk.clock.now()).total_seconds())
    body = {"rules": {**book_to_dict(order_761()), **rules}, "readiness_lead_s": lead_s}
    await desk.services.zone_desk.publish_policy(principal("regulator", "org_r"), body, None)


def beijing(text: str) -> datetime:
    """Return a time in Beijing."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


async def outcome(desk: Desk, firm: str, departs: str, **more: Any) -> tuple[str, list[str], dict[str, Any]]:
    """File a plan and return its state, the codes that are no warnings, and the document."""
    aircraft = await desk.aircraft(firm)
    body = filing.plan(aircraft, beijing(departs), **more)
    document = (await desk.file(body, firm)).document
    decision = orjson.loads(orjson.dumps(document["decision"]))
    codes = [item["code"] for item in decision["reasons"] if item["severity"] != "warning"]
    return document["state"], codes, document


@pytest.mark.parametrize(
    ("now", "departs", "codes"),
    [
        ("2026-12-31 11:59", "2027-01-01 00:00", ["pending_authority"]),
        ("2026-12-31 12:00", "2027-01-01 00:00", ["applied_too_late", "pending_authority"]),
        ("2026-12-31 12:00", "2027-01-02 00:00", ["pending_authority"]),
        ("2027-01-01 09:00", "2027-01-01 23:00", ["applied_too_late", "pending_authority"]),
    ],
)
async def test_an_application_comes_before_noon_of_the_day_before(
    desk: Desk, now: str, departs: str, codes: list[str]
) -> None:
    """Across midnight and the turn of the year, by the calendar of Beijing; late ones are refused by the order."""
    await order_in_force(desk, beijing(now))
    state, found, _ = await outcome(desk, "org_c", departs)
    assert sorted(found) == sorted(codes)
    assert state == ("refused" if "applied_too_late" in codes else "pending")


async def test_what_is_submitted_says_by_when_it_is_decided_and_waits_in_the_queue(desk: Desk) -> None:
    """By 21:00 of the day before; the queue names it, and says so when nobody decided in time."""
    await order_in_force(desk)
    state, _, document = await outcome(desk, "org_c", "2026-12-31 09:00")
    assert state == "pending"
    row = await desk.row(document["plan_id"])
    clock = decode_authority(row.authority).clock
    assert clock is not None
    assert clock.apply_by == beijing("2026-12-30 12:00")
    assert clock.decision_by == beijing("2026-12-30 21:00")
    assert clock.readiness_by == beijing("2026-12-31 08:00")
    rules = desk.services.rules
    waiting = await rules.approvals.waiting(None, None)
    assert [(item["kind"], item["plan_id"], item["due_at"]) for item in waiting] == [
        ("plan", row.plan_id, "2026-12-30T13:00:00Z")
    ]
    assert waiting[0]["triggers"] == ["network_relay", "distributed_or_swarm"]
    assert [item["item"] for item in waiting[0]["missing_items"]] == [2, 4, 11]
    assert await rules.approvals.waiting("org_a", None) == []
    desk.clock.advance((beijing("2026-12-30 21:00:01") - desk.clock.now()).total_seconds())
    assert (await rules.approvals.waiting(None, "plan"))[0]["overdue"]
    found = await rules.approvals.get(principal("operator", "org_c"), waiting[0]["approval_id"])
    assert [item["item"] for item in found["form"]] == list(range(1, 14))
    with pytest.raises(Problem) as other:
        await rules.approvals.get(principal("operator", "org_b"), waiting[0]["approval_id"])
    assert other.value.code == "not_found"


async def test_the_authoritys_decision_is_a_record_of_its_own_with_the_policy_it_fell_under(desk: Desk) -> None:
    """Who decided, when, why and under which version of the policy must stand on the plan and in the queue."""
    await order_in_force(desk)
    _, _, document = await outcome(desk, "org_c", "2026-12-31 09:00")
    plan_id = document["plan_id"]
    rules = desk.services.rules
    entry = (await rules.approvals.waiting(None, "plan"))[0]["approval_id"]
    done = await rules.approvals.decide(principal("dispatcher", "org_d"), entry, "approved", "by telephone")
    assert (done["state"], done["decision_reason"], done["decided_by"]) == ("approved", "by telephone", "cl_org_d")
    row = await desk.row(plan_id)
    authority = decode_authority(row.authority)
    assert (row.state, authority.application) == ("approved", "approved")
    assert authority.clock is not None
    assert authority.clock.policy_version == desk.services.book.policy.version
    assert await rules.approvals.waiting(None, None) == []
    assert [item["plan_id"] for _, item in await rules.approvals.decided(None, before=None, limit=10)] == [plan_id]


async def test_take_off_comes_after_readiness_and_after_the_release(desk: Desk) -> None:
    """Two states of their own: reported an hour before, then released; activation waits for both."""
    await order_in_force(desk)
    _, _, document = await outcome(desk, "org_a", "2026-12-31 09:00")
    plan_id = document["plan_id"]
    services, firm, centre = desk.services, principal(), principal("dispatcher", "org_d")
    desk.clock.advance((beijing("2026-12-31 07:59") - desk.clock.now()).total_seconds())
    with pytest.raises(Problem) as early:
        await services.plan_steps.release(centre, plan_id)
    assert early.value.code == "readiness_missing"
    await services.plan_steps.confirm(firm, plan_id)
    authority = decode_authority((await desk.row(plan_id)).authority)
    assert authority.readiness_reported_at is not None
    assert authority.released_at is None
    assert authority.clock is not None
    assert not authority.clock.readiness_late
    desk.clock.advance((beijing("2026-12-31 08:59:30") - desk.clock.now()).total_seconds())
    with pytest.raises(Problem) as unreleased:
        await services.plan_steps.activate(firm, plan_id)
    assert "not_released" in [item["code"] for item in unreleased.value.extra["decision"]["reasons"]]
    queue = await services.rules.approvals.waiting(None, None)
    assert [(item["approval_id"], item["kind"]) for item in queue] == [(f"release:{plan_id}", "release")]
    await services.rules.approvals.decide(centre, f"release:{plan_id}", "released", None)
    assert await services.rules.approvals.waiting(None, None) == []
    reasons = {"vehicle_not_connected", "not_released"}
    try:
        await services.plan_steps.activate(firm, plan_id)
    except Problem as problem:  # no vehicle in this test: nothing but the vehicle may stand in the way
        standing = {item["code"] for item in problem.extra["decision"]["reasons"] if item["severity"] == "refuse"}
        assert "not_released" not in standing
        assert standing <= reasons | {"link_down", "no_link"}


@pytest.mark.parametrize("late", ["mark", "refuse"])
async def test_readiness_within_the_hour_is_marked_or_refused_as_the_policy_says(desk: Desk, late: Any) -> None:
    """An hour before is asked; what comes later is marked, or refused where the policy says so."""
    await order_in_force(desk, late_readiness=late)
    _, _, document = await outcome(desk, "org_a", "2026-12-31 09:00")
    desk.clock.advance((beijing("2026-12-31 08:00:01") - desk.clock.now()).total_seconds())
    if late == "refuse":
        with pytest.raises(Problem) as refused:
            await desk.services.plan_steps.confirm(principal(), document["plan_id"])
        assert refused.value.code == "readiness_too_late"
        return
    await desk.services.plan_steps.confirm(principal(), document["plan_id"])
    clock = decode_authority((await desk.row(document["plan_id"])).authority).clock
    assert clock is not None
    assert clock.readiness_late


async def test_slots_of_a_filed_day_are_taken_on_the_day(desk: Desk) -> None:
    """The day is filed by noon with a number; plans of the day take slots, what is given up gives its slot back."""
    await order_in_force(desk)
    days = desk.services.standing.days
    filed = await days.file(principal(), None, beijing("2026-12-31 12:00").date(), 1, None)
    assert (filed["date"], filed["filed_late"]) == ("2026-12-31", False)
    desk.clock.advance((beijing("2026-12-31 08:00") - desk.clock.now()).total_seconds())
    state, codes, first = await outcome(desk, "org_a", "2026-12-31 09:00")
    assert (state, codes) == ("approved", [])
    state, codes, _ = await outcome(desk, "org_a", "2026-12-31 10:00")
    assert (state, codes) == ("refused", ["standing_not_filed"])
    assert [item["taken"] for item in await days.listed("org_a", None, None, None)] == [1]
    await desk.services.plan_steps.cancel(principal(), first["plan_id"])
    assert [item["taken"] for item in await days.listed("org_a", None, None, None)] == [0]
    assert (await outcome(desk, "org_a", "2026-12-31 10:00"))[0] == "approved"
    with pytest.raises(Problem) as late:
        await days.file(principal(), None, beijing("2026-12-31 12:00").date(), 5, None)
    assert late.value.code == "day_filed_too_late"
    assert (await outcome(desk, "org_b", "2026-12-31 11:00"))[1] == ["standing_not_filed"]


async def test_filed_days_and_their_slots_outlast_a_restart(desk: Desk, tmp_path: Path) -> None:
    """What memory knows of days, applications and reports must be what the store says."""
    await order_in_force(desk)
    await desk.services.standing.days.file(principal(), None, beijing("2026-12-31 12:00").date(), 3, None)
    await outcome(desk, "org_a", "2026-12-31 09:00")
    await outcome(desk, "org_c", "2026-12-31 10:00")
    services = desk.services
    before = (dict(services.standing.days._slots), set(services.rules.applications.open))
    services.memory.reset()
    await services.store.write(lambda session: None)
    assert (dict(services.standing.days._slots), set(services.rules.applications.open)) == before
    assert len(before[0]) == 1
    assert len(before[1]) == 1


async def test_counter_offers_stay_inside_the_envelope(desk: Desk) -> None:
    """A flight under an envelope of 40 to 60 m is never offered a height, a time or a place outside of it."""
    await order_in_force(desk, late_standing_filing="off")
    lat, lon = filing.place(500, 0)
    envelope = {
        "name": "e", "geometry": {"type": "Point", "coordinates": [lon, lat]}, "radius_m": 900.0,
        "lower_agl_m": 40.0, "upper_agl_m": 60.0,
        "applicability": [{"weekly": [{"days": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"], "from": "09:00", "to": "09:20"}]}],
    }  # fmt: skip
    standing = desk.services.standing
    applied = await standing.apply(principal("operator", "org_c"), envelope)
    regulator = principal("regulator", "org_r")
    decided = await standing.decide(regulator, applied["standing_approval_id"], "approved", None)
    assert decided["policy_version"] == desk.services.book.policy.version
    state, _, _ = await outcome(desk, "org_a", "2026-12-31 09:05")
    assert state == "approved"
    aircraft = await desk.aircraft("org_c")
    body = filing.plan(aircraft, beijing("2026-12-31 09:05"))
    document = orjson.loads(orjson.dumps((await desk.file(body, "org_c")).document))
    assert document["state"] == "refused"
    assert document["rule_clock"]["standing_approval_id"] == applied["standing_approval_id"]
    offers = document["decision"]["counter_offers"]
    assert offers
    for offer in offers:
        plan = offer["plan"]
        heights = [waypoint["alt_m"] for waypoint in plan["route"]["waypoints"]]
        assert min(heights) >= 40.0
        assert max(heights) <= 60.0
        assert beijing("2026-12-31 09:00") <= datetime.fromisoformat(plan["departure_at"]) < beijing("2026-12-31 09:20")
        again = (await desk.file(plan, "org_c")).document
        assert again["state"] == "approved"
        await desk.services.plan_steps.cancel(principal("operator", "org_c"), again["plan_id"])


async def test_an_offer_that_would_leave_the_hours_of_the_envelope_is_moved_to_when_they_begin_again(
    desk: Desk,
) -> None:
    """Where the airspace frees between two periods the offer departs in the next one, at whatever policy; else there is none."""
    await order_in_force(desk, late_standing_filing="off")
    lat, lon = filing.place(500, 0)
    every = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
    envelope = {
        "name": "e", "geometry": {"type": "Point", "coordinates": [lon, lat]}, "radius_m": 900.0,
        "lower_agl_m": 49.0, "upper_agl_m": 51.0,
        "applicability": [{"weekly": [{"days": every, "from": a, "to": b}]} for a, b in (("09:00", "09:10"), ("09:40", "10:00"))],
    }  # fmt: skip
    standing, regulator = desk.services.standing, principal("regulator", "org_r")
    applied = await standing.apply(principal("operator", "org_c"), envelope)
    await standing.decide(regulator, applied["standing_approval_id"], "approved", None)
    # Another firm hovers on the way from 09:00 to 09:20: as soon as it is gone, the envelope is closed.
    hover = [{**point(500, 0), "hold_s": 1_200.0}, point(600, 0)]
    assert (await outcome(desk, "org_a", "2026-12-31 09:00", waypoints=hover))[0] == "approved"
    body = filing.plan(await desk.aircraft("org_c"), beijing("2026-12-31 09:02"))
    for required in (True, False):
        change = {"standing_approval_required": required}
        await desk.services.zone_desk.publish_policy(regulator, change, None)
        document = orjson.loads(orjson.dumps((await desk.file(body, "org_c")).document))
        assert document["state"] == "refused"
        offers = document["decision"]["counter_offers"]
        assert {offer["kind"] for offer in offers} >= {"delay"}
        for offer in offers:
            departs = datetime.fromisoformat(offer["plan"]["departure_at"])
            inside = [(beijing("2026-12-31 09:00"), beijing("2026-12-31 09:10"))]
            inside.append((beijing("2026-12-31 09:40"), beijing("2026-12-31 10:00")))
            assert any(start <= departs < end for start, end in inside), departs
            assert {waypoint["alt_m"] for waypoint in offer["plan"]["route"]["waypoints"]} == {50.0}
            again = orjson.loads(orjson.dumps((await desk.file(offer["plan"], "org_c")).document))
            assert again["state"] == "approved"
            assert again["rule_clock"]["standing_approval_id"] == applied["standing_approval_id"]
            await desk.services.plan_steps.cancel(principal("operator", "org_c"), again["plan_id"])


async def test_small_aircraft_in_suitable_airspace_fly_without_application_or_release(desk: Desk) -> None:
    """Declared without special conditions they are approved at once, and no readiness is asked; relay ends that."""
    await order_in_force(desk)
    state, codes, document = await outcome(desk, "org_c", "2026-12-30 11:00", special_conditions=[])
    assert (state, codes) == ("approved", [])
    row = await desk.row(document["plan_id"])
    authority = decode_authority(row.authority)
    assert authority.application == "not_needed"
    assert authority.clock is not None
    assert authority.clock.exemption == "suitable_airspace"
    high = [point(0, 900, 117.0), point(1000, 900, 117.0)]
    state, codes, _ = await outcome(desk, "org_c", "2026-12-31 11:00", waypoints=high, special_conditions=[])
    assert "pending_authority" in codes
    _, codes, _ = await outcome(desk, "org_c", "2026-12-31 12:00", special_conditions=["network_relay"])
    assert codes == ["pending_authority"]


async def test_an_aircraft_is_judged_by_the_class_its_numbers_give(desk: Desk) -> None:
    """Declared small, but 30 kg: medium, which always applies, and item 10 is asked of it."""
    await order_in_force(desk)
    heavy = await desk.aircraft(
        "org_c", mtow_kg=30.0, empty_mass_kg=12.0, airspace_keeping=True, reliable_surveillance=True
    )
    body = filing.plan(heavy, beijing("2026-12-31 09:00"), special_conditions=[])
    document = (await desk.file(body, "org_c")).document
    assert document["state"] == "pending"
    entry = (await desk.services.rules.approvals.waiting(None, "plan"))[0]
    assert entry["aircraft_class"] == "medium"
    assert 10 in [item["item"] for item in entry["missing_items"]]


async def test_an_agricultural_aircraft_works_its_field_without_application(desk: Desk) -> None:
    """Within 30 m and 2000 m of its take-off, with its tolerance, it needs nobody; higher, farther or relayed it applies."""
    await order_in_force(desk)
    aircraft = await desk.aircraft(
        "org_c", agricultural=True, mtow_kg=110.0, empty_mass_kg=60.0, max_speed_mps=13.0, max_height_agl_m=30.0,
        max_radius_m=2_000.0,
    )  # fmt: skip

    async def filed(*waypoints: dict[str, Any], **more: Any) -> dict[str, Any]:
        body = filing.plan(aircraft, beijing("2026-12-31 09:00"), list(waypoints), special_conditions=[])
        body["route"]["cruise_speed_mps"] = 10.0
        answer = await desk.file({**body, "operation_type": "other", **more}, "org_c")
        found: dict[str, Any] = orjson.loads(orjson.dumps(answer.document))
        if found["state"] == "approved":
            await desk.services.plan_steps.cancel(principal("operator", "org_c"), found["plan_id"])
        return found

    field = (point(0, 0, 15.0), point(1500, 0, 15.0))
    near = await filed(*field)
    assert (near["state"], near["rule_clock"]["exemption"]) == ("approved", "agricultural")
    high = await filed(point(0, 0, 28.0), point(1500, 0, 28.0))
    far = await filed(point(0, 0, 15.0), point(1996, 0, 15.0))
    relayed = await filed(*field, special_conditions=["network_relay"])
    parcel = await filed(*field, operation_type="logistics")
    assert [item["state"] for item in (high, far, relayed, parcel)] == ["pending"] * 4


async def test_a_plan_filed_in_time_stays_in_time(desk: Desk) -> None:
    """Judging it again on the day must not find that the day has come: it was filed in time."""
    await order_in_force(desk)
    _, _, document = await outcome(desk, "org_c", "2026-12-31 09:00")
    desk.clock.advance((beijing("2026-12-31 08:30") - desk.clock.now()).total_seconds())
    answer = await desk.services.plan_steps.decide(
        principal("dispatcher", "org_d"), document["plan_id"], accept=True, reason=None
    )
    assert answer.document["state"] == "approved"


async def test_an_event_is_reported_within_a_day_after_landing(desk: Desk) -> None:
    """Owed at once, due when the flight is down, told when overdue, filed late then; once for each event."""
    await order_in_force(desk, beijing("2026-12-31 08:00"), lead_s=0.0)
    services, firm = desk.services, principal()
    desk.clock.advance(-86_400.0)
    _, _, document = await outcome(desk, "org_a", "2026-12-31 08:00")
    desk.clock.advance(86_400.0 - 10.0)
    plan_id = document["plan_id"]
    await services.plan_steps.activate(firm, plan_id)
    await services.off_nominal.contingencies.declare(None, plan_id, "lost_link", detected_s=None)
    page = {"organisation_id": None, "states": None, "overdue": False, "before": None, "limit": 10}
    owed = [item for _, item in await services.rules.reports.page(**page)]
    assert [(item["kind"], item["state"], item["due_at"], item["plan_id"]) for item in owed] == [
        ("contingency", "open", None, plan_id)
    ]
    desk.clock.advance(600.0)
    await services.plan_steps.end(firm, plan_id)
    landed = desk.clock.now()
    report_id = owed[0]["report_id"]
    due = await services.rules.reports.get(firm, report_id)
    assert (due["state"], due["overdue"]) == ("due", False)
    assert datetime.fromisoformat(due["due_at"]) == landed + timedelta(hours=24)
    desk.clock.advance(86_400.0)
    await services.rules.sweep()
    assert list(services.rules.reports.conditions(0.0)) == []
    desk.clock.advance(1.0)
    await services.rules.sweep()
    await services.rules.sweep()
    alerts = list(services.rules.reports.conditions(to_scene_s(desk.clock.now())))
    assert [(item.kind, item.subject) for item in alerts] == [("report_overdue", report_id)]
    told = await services.advisories.page(organisation_id="org_a", plan_id=None, before=None, limit=20)
    named = [row.kind for row in told if row.kind.startswith("event_report")]
    assert named == ["event_report_overdue", "event_report"]
    with pytest.raises(Problem) as other:
        await services.rules.reports.file(principal(firm="org_b"), report_id, {"narrative": "x"})
    assert other.value.code == "not_found"
    filed = await services.rules.reports.file(firm, report_id, {"narrative": "The link was lost."})
    assert (filed["state"], filed["late"], filed["report"]) == ("filed", True, {"narrative": "The link was lost."})
    with pytest.raises(Problem) as twice:
        await services.rules.reports.file(firm, report_id, {"narrative": "again"})
    assert twice.value.code == "report_closed"
    assert list(services.rules.reports.conditions(to_scene_s(desk.clock.now()))) == []
