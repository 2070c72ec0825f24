"""Filing as the API promises it: shapes, reasons, checks, batches, lists, versions, and keys that never file twice."""

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import h3
import httpx
import pytest

from tests.conftest import PATIENCE_S
from tests.fakes import filing
from tests.fakes.filing import expect_approved, expect_problem, expect_refused, file, plan, point, step, text, window

pytestmark = pytest.mark.slow

AsRole = Callable[..., httpx.Client]


@pytest.fixture
def firm(as_role: AsRole) -> httpx.Client:
    return as_role("operator")


@pytest.fixture
def aircraft(firm: httpx.Client) -> str:
    return filing.register(firm)


# -- the answer --------------------------------------------------------------------------------------------------------


def test_an_approved_plan_has_the_promised_shape(firm: httpx.Client, aircraft: str) -> None:
    """201 must carry id, state, version, decision, volumes, cells, authority, and name its version and place."""
    body = plan(aircraft, window())
    answer = file(firm, body)
    assert answer.status_code == 201
    found = answer.json()
    assert found["plan_id"].startswith("fp_")
    assert (found["state"], found["version"]) == ("approved", 1)
    decision = found["decision"]
    assert decision["outcome"] == "approved"
    assert datetime.fromisoformat(decision["decided_at"]).tzinfo is not None
    assert decision["took_ms"] > 0
    assert decision["counter_offers"] == []
    assert all(reason["severity"] == "warning" for reason in decision["reasons"])
    assert found["authority"] == {"application": "standing", "readiness_reported_at": None, "released_at": None}
    assert answer.headers["etag"] == '"1"'
    assert {name: found[name] for name in body} == body
    read = firm.get(f"/v1/flight-plans/{found['plan_id']}")
    assert read.status_code == 200
    assert read.json() == found


def test_volumes_hold_the_flight_with_its_tolerance(firm: httpx.Client, aircraft: str) -> None:
    """The published Volume4Ds must hold every moment of the flight, 20 m, 5 m and 7.5 s around, with nothing missing."""
    at = window()
    corners = [point(0, 0, 30), point(0, 0, 90), point(700, 200, 90, hold_s=40), point(900, -300, 60)]
    found = expect_approved(firm, plan(aircraft, at, corners))
    starts, ends = datetime.fromisoformat(found["starts_at"]), datetime.fromisoformat(found["ends_at"])
    assert starts == at
    boxes = []
    for item in found["volumes"]:
        assert set(item) == {"volume", "time_start", "time_end"}
        assert item["time_start"]["format"] == item["time_end"]["format"] == "RFC3339"
        low, high = item["volume"]["altitude_lower"], item["volume"]["altitude_upper"]
        assert {(bound["reference"], bound["units"]) for bound in (low, high)} == {("W84", "M")}
        ring = [filing.metres(v["lat"], v["lng"]) for v in item["volume"]["outline_polygon"]["vertices"]]
        times = [datetime.fromisoformat(item[name]["value"]) for name in ("time_start", "time_end")]
        boxes.append((ring, low["value"], high["value"], times[0], times[1]))
    undulation_m = -2.9
    legs = [
        ((0, 0, 30), (0, 0, 90)),
        ((0, 0, 90), (700, 200, 90)),
        ((700, 200, 90),) * 2,
        ((700, 200, 90), (900, -300, 60)),
    ]
    clock_s = 0.0
    for a, b in legs:
        length_m = sum((q - p) ** 2 for p, q in zip(a, b, strict=True)) ** 0.5
        lasts_s = length_m / 10 if length_m else 40.0
        for k in range(11):
            x, y, z = (p + (q - p) * k / 10 for p, q in zip(a, b, strict=True))
            moment = at + timedelta(seconds=clock_s + lasts_s * k / 10)
            for dx, dy in ((19.9, 0), (-19.9, 0), (0, 19.9), (0, -19.9)):
                assert any(
                    low <= z + undulation_m - 3 and z + undulation_m + 3 <= high
                    and first <= moment - timedelta(seconds=7) and moment + timedelta(seconds=7) <= last
                    and _inside(ring, x + dx, y + dy)
                    for ring, low, high, first, last in boxes
                ), (x, y, z, moment)  # fmt: skip
        clock_s += lasts_s
    assert abs((ends - at).total_seconds() - clock_s) < 0.05


def _inside(ring: list[tuple[float, float]], x: float, y: float) -> bool:
    inside = False
    for (xa, ya), (xb, yb) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (ya > y) != (yb > y) and x < xa + (y - ya) / (yb - ya) * (xb - xa):
            inside = not inside
    return inside


def test_cells_cover_the_route_with_its_tolerance(firm: httpx.Client, aircraft: str) -> None:
    """h3_cells must be of resolution 8 and hold every point within 20 m of the route."""
    corners = [point(-3000, -900), point(2500, 1300), point(2600, -2000)]
    found = expect_approved(firm, plan(aircraft, window(), corners))
    cells = set(found["h3_cells"])
    assert {h3.get_resolution(cell) for cell in cells} == {8}
    path = [(-3000, -900), (2500, 1300), (2600, -2000)]
    for (xa, ya), (xb, yb) in itertools.pairwise(path):
        for k in range(2001):
            x, y = xa + (xb - xa) * k / 2000, ya + (yb - ya) * k / 2000
            for dx, dy in ((0, 0), (19.9, 0), (-19.9, 0), (0, 19.9), (0, -19.9)):
                assert h3.latlng_to_cell(*filing.place(x + dx, y + dy), 8) in cells
    assert len(cells) < 40


def test_a_refusal_names_the_other_plan_the_times_and_both_margins(firm: httpx.Client, aircraft: str) -> None:
    """409 must be a problem and the plan at once, with where, when, and by how much separation is lost."""
    at = window()
    first = expect_approved(firm, plan(aircraft, at))
    # Crosses the middle of the first at right angles, 10 m higher, there at the same time.
    crossing = plan(filing.register(firm), at, [point(500, -500, 60), point(500, 500, 60)])
    answer = file(firm, crossing)
    found = expect_problem(answer, 409, "plan_refused")
    assert found["state"] == "refused"
    assert found["decision"]["outcome"] == "refused"
    reason = next(item for item in found["decision"]["reasons"] if item["code"] == "conflict_with_plan")
    assert reason["other_plan_ref"] == first["plan_id"]
    assert reason["segment"] == [0, 1]
    assert reason["horizontal_margin_m"] == pytest.approx(-50, abs=0.1)
    assert reason["vertical_margin_m"] == pytest.approx(-5, abs=0.1)
    # Separation is lost while this flight is within 50 m of the other's line: 5 s before the crossing until 5 s after.
    assert abs((datetime.fromisoformat(reason["starts_at"]) - at).total_seconds() - 45) < 0.1
    assert abs((datetime.fromisoformat(reason["ends_at"]) - at).total_seconds() - 55) < 0.1
    assert reason["detail"] in found["detail"]
    assert isinstance(found["decision"]["counter_offers"], list)
    assert filing.state_of(firm, found["plan_id"]) == "refused"


def test_another_firm_learns_no_id(as_role: AsRole) -> None:
    """A firm refused for another's plan must get the same pseudonym each time, and not the plan's id."""
    mine, theirs = as_role("operator"), as_role("operator", 1)
    at = window()
    first = expect_approved(mine, plan(filing.register(mine), at))
    body = plan(filing.register(theirs), at)
    references = {expect_refused(theirs, body, "conflict_with_plan")["other_plan_ref"] for _ in range(2)}
    assert len(references) == 1
    assert first["plan_id"] not in references
    assert theirs.get(f"/v1/flight-plans/{references.pop()}").status_code == 404


def test_every_reason_comes_at_once(firm: httpx.Client, aircraft: str, as_role: AsRole) -> None:
    """Conflict, ceiling and an unknown site must all be named in one answer."""
    at = window()
    expect_approved(firm, plan(aircraft, at))
    body = plan(filing.register(firm), at, [point(0, 0, 50), point(1000, 0, 130)], origin_site_id="st_none")
    reasons = file(firm, body).json()["decision"]["reasons"]
    refusing = {item["code"] for item in reasons if item["severity"] == "refuse"}
    assert refusing == {"conflict_with_plan", "above_ceiling", "site_unknown"}
    ceiling = next(item for item in reasons if item["code"] == "above_ceiling")
    assert ceiling["rule"] == "ceiling"
    assert ceiling["vertical_margin_m"] == pytest.approx(-15, abs=0.1)
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in item["detail_zh"]) for item in reasons)


def test_a_plan_without_its_article_27_items_is_approved_with_a_warning(firm: httpx.Client, aircraft: str) -> None:
    """In the demonstration missing items must only be warnings."""
    body = plan(aircraft, window())
    del body["remarks"]
    found = expect_approved(firm, body)
    assert [(item["code"], item["severity"]) for item in found["decision"]["reasons"]] == [
        ("article27_missing", "warning")
    ]


def test_priority_over_50_takes_an_entitlement(as_role: AsRole) -> None:
    """Priority 51 must be refused to a firm without the entitlement, and 50 not; the entitled firm may ask for 100."""
    plain, entitled = as_role("operator"), as_role("operator", 2)
    aircraft_id = filing.register(plain)
    found = expect_refused(plain, plan(aircraft_id, window(), priority=51), "priority_not_entitled")
    assert found["rule"] == "priority"
    expect_approved(plain, plan(aircraft_id, window(), priority=50))
    expect_approved(entitled, plan(filing.register(entitled), window(), priority=100))


def test_contingency_sites_and_remarks_come_back_as_given(firm: httpx.Client, aircraft: str) -> None:
    """Everything a body may hold must be kept and answered as it was sent."""
    sites = firm.get("/v1/sites").json()["items"]
    names = [site["properties"]["site_id"] for site in sites[:2]]
    body = plan(
        aircraft, window(), alternate_site_ids=names, contingency={"lost_link": "rtl"},
        remarks={"note": "上午", "nested": {"a": [1, 2.5, None, True]}},
    )  # fmt: skip
    found = expect_approved(firm, body)
    assert {name: found[name] for name in body} == body


# -- check -------------------------------------------------------------------------------------------------------------


def test_a_check_answers_as_filing_would_and_keeps_nothing(firm: httpx.Client, aircraft: str, as_role: AsRole) -> None:
    """Check must be 200 with the decision, reserve nothing, list nothing; dispatchers may check for a firm."""
    at = window()
    body = plan(aircraft, at)
    before = len(firm.get("/v1/flight-plans", params={"aircraft_id": aircraft}).json()["items"])
    for client in (firm, as_role("dispatcher")):
        answer = client.post("/v1/flight-plans/check", json=body)
        assert answer.status_code == 200
        assert answer.json()["decision"]["outcome"] == "approved"
        assert answer.json()["plan_id"] is None
        assert answer.json()["volumes"]
        assert answer.json()["h3_cells"]
    assert len(firm.get("/v1/flight-plans", params={"aircraft_id": aircraft}).json()["items"]) == before
    filed = expect_approved(firm, body)
    other = plan(filing.register(firm), at)
    checked = firm.post("/v1/flight-plans/check", json=other)
    assert checked.status_code == 200
    assert checked.json()["decision"]["outcome"] == "refused"
    assert checked.json()["decision"]["reasons"][0]["other_plan_ref"] == filed["plan_id"]
    assert checked.json()["volumes"] == filed["volumes"]


def test_a_dispatcher_checks_with_the_firms_rights(as_role: AsRole) -> None:
    """A dispatcher's check must give what the firm's own filing would get, its entitlements included."""
    plain, entitled, centre = as_role("operator"), as_role("operator", 2), as_role("dispatcher")
    for client, outcome in ((plain, "refused"), (entitled, "approved")):
        body = plan(filing.register(client), window(), priority=80)
        for asking in (client, centre):
            answer = asking.post("/v1/flight-plans/check", json=body)
            assert answer.json()["decision"]["outcome"] == outcome
            assert answer.json()["authority"]["application"] == "standing"


# -- batch -------------------------------------------------------------------------------------------------------------


def test_a_batch_is_judged_in_order_and_answered_in_order(firm: httpx.Client) -> None:
    """207 must hold one answer per plan: the first of two conflicting ones wins, a malformed one costs its own place."""
    at = window()
    aircraft = [filing.register(firm) for _ in range(3)]
    plans = [
        plan(aircraft[0], at),
        plan(aircraft[1], at),
        plan("ac_unknown", at),
        {**plan(aircraft[1], at), "priority": "high"},
        plan(aircraft[2], at + timedelta(minutes=10)),
        plan(aircraft[0], at + timedelta(minutes=10)),
    ]
    answer = firm.post("/v1/flight-plans/batch", json={"plans": plans})
    assert answer.status_code == 207
    items = answer.json()["items"]
    assert [item["status"] for item in items] == [201, 409, 404, 422, 201, 409]
    assert items[0]["state"] == "approved"
    assert items[1]["decision"]["reasons"][0]["other_plan_ref"] == items[0]["plan_id"]
    assert (items[2]["code"], items[3]["code"]) == ("not_found", "validation_failed")
    assert items[3]["errors"][0]["field"] == "/plans/3/priority"
    assert items[5]["decision"]["reasons"][0]["other_plan_ref"] == items[4]["plan_id"]


def test_each_plan_of_a_batch_has_a_key_of_its_own(firm: httpx.Client) -> None:
    """Sending a batch again must give the same plans; a key of a batch and one of a header are the same key."""
    at = window()
    ids = [filing.register(firm) for _ in range(2)]
    bodies = [plan(ids[0], at), plan(ids[1], at + timedelta(minutes=10))]
    plans = [{**body, "idempotency_key": f"{ids[0]}-{n}"} for n, body in enumerate(bodies)]
    first, again = (firm.post("/v1/flight-plans/batch", json={"plans": plans}).json()["items"] for _ in range(2))
    assert [item["plan_id"] for item in first] == [item["plan_id"] for item in again]
    assert [item["status"] for item in again] == [201, 201]
    assert "idempotency_key" not in first[0]
    single = file(firm, bodies[0], f"{ids[0]}-0")
    assert (single.status_code, single.json()["plan_id"]) == (201, first[0]["plan_id"])
    twice = firm.post(
        "/v1/flight-plans/batch", json={"plans": [plans[0], {**plans[1], "idempotency_key": f"{ids[0]}-0"}]}
    )
    assert [item["status"] for item in twice.json()["items"]] == [201, 409]
    assert twice.json()["items"][1]["code"] == "idempotency_key_reused"


@pytest.mark.parametrize(("count", "status"), [(0, 422), (500, 207), (501, 422)])
def test_a_batch_holds_1_to_500_plans(firm: httpx.Client, count: int, status: int) -> None:
    """Batches of none and of more than 500 must be refused whole."""
    answer = firm.post("/v1/flight-plans/batch", json={"plans": [{}] * count}, timeout=60)
    assert answer.status_code == status
    if status == 207:
        assert {item["status"] for item in answer.json()["items"]} == {422}


# -- lists -------------------------------------------------------------------------------------------------------------


def test_lists_are_filtered_by_state_aircraft_and_time(firm: httpx.Client) -> None:
    """Each filter must keep exactly what it names; `from` and `to` keep flights that touch the time."""
    aircraft_id, at = filing.register(firm), window(4)
    plans = [expect_approved(firm, plan(aircraft_id, at + timedelta(hours=n)))["plan_id"] for n in range(4)]
    assert step(firm, plans[1], "cancel").status_code == 200

    def listed(**params: str) -> list[str]:
        answer = firm.get("/v1/flight-plans", params={"aircraft_id": aircraft_id, **params})
        assert answer.status_code == 200, answer.text
        assert answer.json()["next_cursor"] is None
        return [item["plan_id"] for item in answer.json()["items"]]

    assert listed() == plans[::-1]
    assert listed(state="cancelled") == [plans[1]]
    assert listed(state="approved,cancelled") == plans[::-1]
    assert listed(state="activated") == []
    during = text(at + timedelta(hours=2, seconds=50))
    assert listed(**{"from": during, "to": during}) == [plans[2]]
    assert listed(**{"from": text(at + timedelta(hours=2))}) == [plans[3], plans[2]]
    assert listed(to=text(at + timedelta(hours=1))) == [plans[1], plans[0]]
    for bad in ({"state": "flying"}, {"from": "2026-01-01T00:00:00"}, {"cursor": "x"}, {"limit": "0"}):
        answer = firm.get("/v1/flight-plans", params=bad)
        expect_problem(answer, 422, answer.json()["code"])


def test_pages_lose_and_repeat_nothing_while_plans_are_added(firm: httpx.Client) -> None:
    """Every plan there at the start must come exactly once, however many are filed between the pages."""
    aircraft_id, at = filing.register(firm), window(14)
    same_time = [plan(filing.register(firm), at, [point(0, 300 * n), point(300, 300 * n)]) for n in range(6)]
    wanted = [expect_approved(firm, {**body, "aircraft_id": aircraft_id})["plan_id"] for body in same_time]
    wanted += [expect_approved(firm, plan(aircraft_id, at + timedelta(hours=n)))["plan_id"] for n in range(1, 6)]
    seen: list[str] = []
    cursor: str | None = None
    for page in range(20):
        params = {"aircraft_id": aircraft_id, "limit": "3"} | ({} if cursor is None else {"cursor": cursor})
        answer = firm.get("/v1/flight-plans", params=params).json()
        seen += [item["plan_id"] for item in answer["items"]]
        expect_approved(
            firm, plan(aircraft_id, at + timedelta(hours=7 + page))
        )  # later than all: before the first page
        expect_approved(firm, plan(aircraft_id, at + timedelta(minutes=3 * page + 3)))  # in the middle of them
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert cursor is None
    assert len(seen) == len(set(seen))
    assert set(wanted) <= set(seen)


# -- idempotency -------------------------------------------------------------------------------------------------------


def test_the_same_key_and_body_give_the_first_decision_with_the_present_state(
    firm: httpx.Client, aircraft: str
) -> None:
    """A repeated filing must give the same plan; after cancel it must show that the plan is cancelled."""
    body, key = plan(aircraft, window()), f"key-{aircraft}"
    first = expect_approved(firm, body, key)
    again = file(firm, body, key)
    assert again.status_code == 201
    assert again.json() == first
    assert step(firm, first["plan_id"], "cancel").status_code == 200
    late = file(firm, body, key)
    assert late.status_code == 201
    assert late.json()["plan_id"] == first["plan_id"]
    assert late.json()["state"] == "cancelled"
    assert late.json()["decision"] == first["decision"]
    reordered = dict(reversed(body.items()))
    assert file(firm, reordered, key).json()["plan_id"] == first["plan_id"]


def test_a_refusal_is_repeated_too(firm: httpx.Client, aircraft: str) -> None:
    """A key that was refused must be refused again with the same plan, even when the airspace is free by then."""
    at = window()
    first = expect_approved(firm, plan(aircraft, at))
    body = plan(filing.register(firm), at)
    answers = [file(firm, body, f"refused-{aircraft}")]
    step(firm, first["plan_id"], "cancel")
    answers.append(file(firm, body, f"refused-{aircraft}"))
    for answer in answers:
        expect_problem(answer, 409, "plan_refused")
    assert answers[0].json()["plan_id"] == answers[1].json()["plan_id"]
    expect_approved(firm, body, f"fresh-{aircraft}")


def test_a_key_with_another_body_is_refused(firm: httpx.Client, aircraft: str) -> None:
    """The same key must never stand for two plans; another firm's same key is another key."""
    at, key = window(), f"key-{aircraft}"
    expect_approved(firm, plan(aircraft, at), key)
    expect_problem(file(firm, plan(aircraft, at, priority=9), key), 409, "idempotency_key_reused")


def test_keys_belong_to_a_firm(as_role: AsRole) -> None:
    """The same key from two firms must file two plans."""
    at, key = window(), "shared-" + text(window())
    ids = [
        expect_approved(client, plan(filing.register(client), at, [point(0, n * 500), point(900, n * 500)]), key)[
            "plan_id"
        ]
        for n, client in enumerate((as_role("operator"), as_role("operator", 1)))
    ]
    assert ids[0] != ids[1]


def test_eight_threads_with_one_key_file_one_plan(firm: httpx.Client, aircraft: str) -> None:
    """Filing at the same instant with one key must give one plan and eight equal answers."""
    body, start = plan(aircraft, window()), threading.Barrier(8)

    def go(_: int) -> httpx.Response:
        with httpx.Client(base_url=firm.base_url, headers=firm.headers, timeout=20) as own:
            start.wait()
            return own.post("/v1/flight-plans", json=body, headers={"Idempotency-Key": f"race-{aircraft}"})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(go, range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["plan_id"] for answer in answers}) == 1
    assert len(firm.get("/v1/flight-plans", params={"aircraft_id": aircraft}).json()["items"]) == 1


def test_eight_threads_for_one_place_give_one_winner(firm: httpx.Client) -> None:
    """Of eight conflicting plans filed at the same instant exactly one must be approved."""
    at = window()
    ids = [filing.register(firm) for _ in range(8)]

    def go(aircraft_id: str) -> httpx.Response:
        return httpx.post(
            f"{firm.base_url}/v1/flight-plans", json=plan(aircraft_id, at), headers=dict(firm.headers), timeout=20
        )

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(answer.status_code for answer in pool.map(go, ids))
    assert statuses == [201] + [409] * 7


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_that_is_none_is_said_to_be(firm: httpx.Client, aircraft: str, key: str) -> None:
    """An empty and an overlong key must be 422, not silently ignored."""
    expect_problem(file(firm, plan(aircraft, window()), key), 422, "invalid_parameter")


# -- modification ------------------------------------------------------------------------------------------------------


def _put(client: httpx.Client, plan_id: str, body: dict[str, Any], version: object) -> httpx.Response:
    headers = {} if version is None else {"If-Match": str(version)}
    return client.put(f"/v1/flight-plans/{plan_id}", json=body, headers=headers)


def test_a_modified_plan_is_judged_against_all_but_itself(firm: httpx.Client, aircraft: str) -> None:
    """A plan that overlaps its own older version must be approved, and raise the version and the ETag."""
    at = window()
    first = expect_approved(firm, plan(aircraft, at))
    moved = plan(aircraft, at + timedelta(seconds=30))
    answer = _put(firm, first["plan_id"], moved, '"1"')
    assert answer.status_code == 200, answer.text
    assert (answer.json()["version"], answer.headers["etag"]) == (2, '"2"')
    assert answer.json()["departure_at"] == moved["departure_at"]
    assert answer.json()["starts_at"] == moved["departure_at"]
    # What the older version alone reserved is free, what the new one reserves is not.
    other = filing.register(firm)
    expect_refused(firm, plan(other, at + timedelta(seconds=40)), "conflict_with_plan")
    expect_approved(firm, plan(other, at - timedelta(seconds=6)))


def test_the_old_version_stands_until_the_new_one_is_approved(firm: httpx.Client, aircraft: str) -> None:
    """A refused modification must leave plan, version and reservation as they were, and say what is wrong."""
    at = window()
    blocker = expect_approved(firm, plan(aircraft, at + timedelta(minutes=20)))
    mine = filing.register(firm)
    first = expect_approved(firm, plan(mine, at))
    answer = _put(firm, first["plan_id"], plan(mine, at + timedelta(minutes=20)), 1)
    found = expect_problem(answer, 409, "plan_refused")
    assert found["decision"]["reasons"][0]["other_plan_ref"] == blocker["plan_id"]
    assert (found["state"], found["version"], found["departure_at"]) == ("approved", 1, text(at))
    assert firm.get(f"/v1/flight-plans/{first['plan_id']}").json() == first
    expect_refused(firm, plan(filing.register(firm), at), "conflict_with_plan")


def test_if_match_is_needed_and_must_be_the_present_version(firm: httpx.Client, aircraft: str) -> None:
    """Without If-Match 428, with a stale one 409 stale_version, with nonsense 422; none changes anything."""
    at = window()
    plan_id = expect_approved(firm, plan(aircraft, at))["plan_id"]
    body = plan(aircraft, at + timedelta(minutes=5))
    expect_problem(_put(firm, plan_id, body, None), 428, "precondition_required")
    expect_problem(_put(firm, plan_id, body, "abc"), 422, "invalid_parameter")
    assert _put(firm, plan_id, body, 1).status_code == 200
    expect_problem(_put(firm, plan_id, body, 1), 409, "stale_version")
    expect_problem(_put(firm, plan_id, body, 3), 409, "stale_version")
    assert firm.get(f"/v1/flight-plans/{plan_id}").json()["version"] == 2


def test_only_one_of_two_changes_at_once_is_kept(firm: httpx.Client, aircraft: str) -> None:
    """Two PUTs with the same If-Match at the same instant must give one 200 and one 409."""
    at = window()
    plan_id = expect_approved(firm, plan(aircraft, at))["plan_id"]

    def go(minutes: int) -> int:
        body = plan(aircraft, at + timedelta(minutes=minutes))
        answer = httpx.put(
            f"{firm.base_url}/v1/flight-plans/{plan_id}",
            json=body,
            headers={**firm.headers, "If-Match": '"1"'},
            timeout=PATIENCE_S,
        )
        return answer.status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(go, (5, 10))) == [200, 409]


def test_a_finished_plan_is_not_modified(firm: httpx.Client, aircraft: str) -> None:
    """A cancelled plan must answer 409 illegal_transition to PUT."""
    at = window()
    plan_id = expect_approved(firm, plan(aircraft, at))["plan_id"]
    step(firm, plan_id, "cancel")
    expect_problem(_put(firm, plan_id, plan(aircraft, at), 1), 409, "illegal_transition")


# -- volumes -----------------------------------------------------------------------------------------------------------


def test_an_operation_in_volumes_is_approved_and_reserves_them(firm: httpx.Client, aircraft: str) -> None:
    """A plan of Volume4Ds must come back with them, and refuse a flight that touches one during its time only."""
    at = window()
    until = at + timedelta(minutes=10)
    volumes = [
        filing.volume(filing.square(0, 0, 100), at, until),
        filing.volume(None, at, until, circle=(400, 0, 80)),
    ]
    found = expect_approved(firm, filing.volume_plan(aircraft, at, volumes))
    assert len(found["volumes"]) == 2
    assert (found["starts_at"], found["ends_at"]) == (text(at), text(until))
    other = filing.register(firm)
    through = [point(-600, 0), point(900, 0)]
    reason = expect_refused(firm, plan(other, at + timedelta(minutes=5), through), "conflict_with_plan")
    assert reason["other_plan_ref"] == found["plan_id"]
    assert reason["horizontal_margin_m"] is not None
    assert reason["vertical_margin_m"] is not None
    expect_approved(firm, plan(other, until + timedelta(seconds=16), through))
    # 50 m from the edge of the square is enough, 49 is not; the circle ends at 480 m and is kept clear of by time.
    beside = [point(-600, 149), point(120, 149)]
    expect_refused(firm, plan(filing.register(firm), at, beside), "conflict_with_plan")
    beside = [point(-600, 150.1), point(120, 150.1)]
    expect_approved(firm, plan(filing.register(firm), at, beside))
