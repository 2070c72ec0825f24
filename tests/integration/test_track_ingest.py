"""Positions over a WebSocket, and what a server does whose clock cannot be believed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest
import websockets
from websockets.sync.client import connect

from tests.fakes import filing, shifted_server
from tests.fakes.shifted_server import ShiftedServer
from utm.problems import Problem
from utm.security import Principal

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShiftedServer]:
    with shifted_server.running(tmp_path_factory.mktemp("ingest")) as made:
        yield made


def open_feed(city: ShiftedServer, client: httpx.Client) -> Any:
    url = city.settings.base_url.replace("http", "ws") + "/v1/tracks/ingest"
    headers = {"Authorization": client.headers["Authorization"]}
    return connect(url, additional_headers=headers, open_timeout=30)


def report(city: ShiftedServer, name: str, **changes: Any) -> dict[str, Any]:
    observed_at = (city.now() - timedelta(seconds=0.5)).isoformat()
    place = {"lat_deg": 22.55, "lon_deg": 114.05, "alt_hae_m": 60.0}
    return {"track_id": name, "observed_at": observed_at, **place, **changes}


def told(feed: Any, message: object) -> dict[str, Any]:
    feed.send(message if isinstance(message, str | bytes) else orjson.dumps(message).decode())
    answer: dict[str, Any] = orjson.loads(feed.recv(timeout=30))
    return answer


def test_each_record_has_its_own_fate(city: ShiftedServer) -> None:
    """Good records are taken and shown, bad ones come back by index with the code the POST would give."""
    with city.client("supplier") as supplier, open_feed(city, supplier) as feed:
        items = [report(city, "ws-1"), report(city, "ws-2", lat_deg=91.0), report(city, "ws-3", alt_hae_m=None)]
        answer = told(feed, {"id": "m1", "items": items})
        assert (answer["id"], answer["accepted"]) == ("m1", 1)
        posted = supplier.post("/v1/tracks", json={"items": [report(city, "p-1"), *items[1:]]}).json()
        assert answer["rejected"] == posted["rejected"]
        again = told(feed, items[:1])
        assert (again["id"], again["accepted"], again["rejected"][0]["code"]) == (None, 0, "duplicate")
        shown = {track["track_id"] for track in supplier.get("/v1/tracks").json()["items"]}
        assert "ws-1" in shown


def test_a_message_that_is_no_record_is_answered_and_the_next_one_taken(city: ShiftedServer) -> None:
    """Malformed JSON, an unknown field and a wrong id come back as problems in both languages; the connection lives."""
    with city.client("supplier") as supplier, open_feed(city, supplier) as feed:
        for message, code in (
            ("{", "malformed_json"),
            ({"things": []}, "validation_failed"),
            ({"id": [], "items": []}, "validation_failed"),
            ({"items": [{"lat_deg": "north"}]}, "validation_failed"),
        ):
            problem = told(feed, message)["problem"]
            assert problem["code"] == code
            assert problem["title_zh"]
        assert told(feed, {"items": [report(city, "ws-4")]})["accepted"] == 1


def test_a_sender_of_nonsense_is_cut_off(city: ShiftedServer) -> None:
    """After twenty messages in a row that were no records the connection is closed with a reason."""
    with city.client("supplier") as supplier, open_feed(city, supplier) as feed:
        for _ in range(20):
            told(feed, "nonsense")
        with pytest.raises(websockets.ConnectionClosed) as closed:
            feed.recv(timeout=30)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008


def test_who_may_not_report_is_refused_at_the_door(city: ShiftedServer) -> None:
    """Without a token the handshake answers 401, without the scope 403."""
    with city.client("regulator") as regulator, pytest.raises(websockets.InvalidStatus) as refused:
        open_feed(city, regulator)
    assert refused.value.response.status_code == 403
    with pytest.raises(websockets.InvalidStatus) as refused:
        connect(city.settings.base_url.replace("http", "ws") + "/v1/tracks/ingest", open_timeout=30)
    assert refused.value.response.status_code == 401


def test_an_operator_reports_its_own_aircraft_only(city: ShiftedServer) -> None:
    """A firm's record without an aircraft, or with a stranger's, is rejected as by the POST."""
    with city.client("operator") as firm, open_feed(city, firm) as feed:
        answer = told(feed, {"items": [report(city, "x"), report(city, "y", aircraft_id="ac_nobody"), {}]})
        assert [entry["code"] for entry in answer["rejected"][:2]] == ["aircraft_required", "not_found"]


@contextmanager
def clock_off(city: ShiftedServer) -> Iterator[None]:
    """Let the wall clock step by 200 ms for a while."""
    watch, honest = city.services.time_watch, city.clock.now
    watch.look()
    try:
        city.clock.now = lambda: honest() + timedelta(seconds=0.2)  # type: ignore[method-assign]
        watch.look()
        yield
    finally:
        city.clock.now = honest  # type: ignore[method-assign]
        watch.look()


def test_nothing_is_approved_while_the_clock_is_off(city: ShiftedServer) -> None:
    """A wall clock that steps by 200 ms makes the server not ready; filing answers 503 clock_off, reading goes on."""
    with city.client("operator") as firm:
        aircraft = filing.register(firm)
        assert firm.get("/readyz").json()["dependencies"]["clock"]["state"] == "ready"
        with clock_off(city):
            ready = firm.get("/readyz")
            assert ready.status_code == 503
            clock = ready.json()["dependencies"]["clock"]
            assert (clock["state"], clock["why"]) == ("off", "stepped")
            assert clock["offset_s"] == pytest.approx(0.2, abs=0.05)
            refused = firm.post("/v1/flight-plans", json=filing.plan(aircraft, city.now() + timedelta(minutes=10)))
            assert (refused.status_code, refused.json()["code"]) == (503, "clock_off")
            assert int(refused.headers["Retry-After"]) > 0
            assert firm.get("/v1/flight-plans").status_code == 200
        assert firm.get("/readyz").json()["dependencies"]["clock"]["state"] == "ready"


def test_nothing_else_is_granted_while_the_clock_is_off(city: ShiftedServer) -> None:
    """Holds, starts, bookings, imports and standing approvals answer 503 clock_off too; what gives up airspace goes on."""
    with city.client("operator") as firm, city.client("regulator") as regulator:
        first, second, carrier = (filing.register(firm) for _ in range(3))
        departure = city.now() + timedelta(minutes=30)
        approved = firm.post("/v1/flight-plans", json=filing.plan(first, departure))
        assert approved.status_code == 201, approved.text
        plan_id = approved.json()["plan_id"]
        refused = firm.post("/v1/flight-plans", json=filing.plan(second, departure))
        assert refused.status_code == 409, refused.text
        assert refused.json()["decision"]["counter_offers"]
        hold = f"/v1/flight-plans/{refused.json()['plan_id']}/offers/0/hold"
        later = filing.plan(carrier, departure + timedelta(hours=1))
        applied = firm.post("/v1/standing-approvals", json={"name": "Daily route", "upper_agl_m": 90})
        assert applied.status_code == 201, applied.text
        standing = applied.json()["standing_approval_id"]
        with clock_off(city):
            asked = {
                "hold": firm.post(hold),
                "activate": firm.post(f"/v1/flight-plans/{plan_id}/activate"),
                "modify": firm.put(
                    f"/v1/flight-plans/{plan_id}", json=filing.plan(first, departure), headers={"If-Match": '"1"'}
                ),
                "release": regulator.post(f"/v1/flight-plans/{plan_id}/release"),
                "decide": regulator.post(f"/v1/flight-plans/{plan_id}/decision", json={"outcome": "approved"}),
                "batch": firm.post("/v1/flight-plans/batch", json={"plans": [later]}),
                "mission": firm.post("/v1/missions", json={"plan": later}),
                "standing": regulator.post(f"/v1/standing-approvals/{standing}/decision", json={"outcome": "approved"}),
            }
            answers = {name: (answer.status_code, answer.json()["code"]) for name, answer in asked.items()}
            assert answers == dict.fromkeys(asked, (503, "clock_off"))
        held = firm.post(hold)
        assert held.status_code == 200, held.text
        with clock_off(city):
            assert firm.post(f"/v1/flight-plans/{plan_id}/cancel").status_code == 200


def test_a_plan_under_which_a_flight_goes_on_is_for_a_believed_clock(city: ShiftedServer) -> None:
    """A reroute asks for a believed clock before anything is judged or kept; the service itself is not held up."""
    plans = city.services.flight_plans
    with clock_off(city), pytest.raises(Problem, match="clock") as refused:
        plans.file_continuation(None, Principal("cl_x", "dispatcher", "org_x", "X"), "fp_1", None)  # type: ignore[arg-type]
    assert refused.value.code == "clock_off"
    with clock_off(city), pytest.raises(AttributeError):  # gets past the clock to the aircraft of no plan
        plans.file_continuation(None, None, "fp_1", None)  # type: ignore[arg-type]
