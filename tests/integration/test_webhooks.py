"""Webhooks over real HTTP: signed, in order, retried, kept through a crash, and to nobody who may not see."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from tests.conftest import Server
from tests.fakes import filing
from tests.fakes.filing import expect_approved, expect_problem
from utm.webhooks.signing import verify

pytestmark = pytest.mark.slow


class Receiver:
    """A firm's server: notes every request, and answers what it is told to."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(outer.status)
                self.end_headers()
                challenge = json.loads(body).get("challenge", "")
                self.wfile.write(json.dumps({"challenge": challenge}).encode())

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def events(self, topic: str | None = None) -> list[dict[str, Any]]:
        found = [json.loads(body) for _, body in self.requests]
        return [item for item in found if "data" in item and topic in (None, item["topic"])]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of this module's own, which tries again twenty times as soon."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEXLANE_WEBHOOK_BACKOFF", "0.05")
        running = Server(tmp_path_factory.mktemp("webhooks"))
        running.start()
        yield running
        running.stop()


def until(done: Callable[[], bool], within_s: float = 90) -> bool:
    deadline = time.monotonic() + within_s
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def hook(client: httpx.Client, url: str, **more: Any) -> dict[str, Any]:
    answer = client.post("/v1/webhooks", json={"url": url, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    path = f"/v1/webhooks/{made['webhook_id']}"
    assert until(lambda: client.get(path).json()["state"] != "unverified")
    return made


def delivery_states(client: httpx.Client, made: dict[str, Any]) -> list[str]:
    listed = client.get(f"/v1/webhooks/{made['webhook_id']}/deliveries").json()["items"]
    return [item["state"] for item in listed]


def test_a_plans_life_is_delivered_signed_and_in_order(city: Server, receiver: Receiver) -> None:
    """A firm gets its plan's events in order, each signed with its secret; another firm gets none of them."""
    firm, other = city.client("operator"), city.client("operator", 1)
    strangers = Receiver()
    made = hook(firm, receiver.url, topics=["plans", "plans"])
    assert made["topics"] == ["plans"]
    theirs = hook(other, strangers.url)
    plan_id = expect_approved(firm, filing.plan(filing.register(firm), filing.window()))["plan_id"]
    assert firm.post(f"/v1/flight-plans/{plan_id}/cancel").status_code == 200
    assert until(lambda: len(receiver.events()) >= 2)
    assert [event["data"]["state"] for event in receiver.events()] == ["approved", "cancelled"]
    assert {event["data"]["plan_id"] for event in receiver.events()} == {plan_id}
    for sent, body in receiver.requests:
        given = (sent["webhook-id"], sent["webhook-timestamp"], sent["webhook-signature"])
        assert verify(made["secret"], *given, body, datetime.now(UTC).timestamp())
    # The receiver has an event a moment before the sender has its answer and writes it down.
    assert until(lambda: delivery_states(firm, made) == ["delivered", "delivered"])
    # Each webhook gets what it may see in order: what came before its own plan would have come before that.
    own = expect_approved(other, filing.plan(filing.register(other), filing.window()))["plan_id"]
    assert until(lambda: strangers.events("plans") != [])
    assert {event["data"]["plan_id"] for event in strangers.events("plans")} == {own}
    for path in ("", "/deliveries"):
        expect_problem(other.get(f"/v1/webhooks/{made['webhook_id']}{path}"), 404, "not_found")
    assert "secret" not in firm.get(f"/v1/webhooks/{made['webhook_id']}").json()
    firm.delete(f"/v1/webhooks/{made['webhook_id']}")
    other.delete(f"/v1/webhooks/{theirs['webhook_id']}")
    strangers.close()


def test_what_fails_is_tried_again_until_dead_and_by_hand(city: Server, receiver: Receiver) -> None:
    """A failing endpoint gets the same event again and again, in order; then it is visible as dead and can be resent."""
    firm = city.client("operator")
    made = hook(firm, receiver.url, topics=["plans"])
    path = f"/v1/webhooks/{made['webhook_id']}/deliveries"
    receiver.status = 500
    expect_approved(firm, filing.plan(filing.register(firm), filing.window()))
    assert until(lambda: len(receiver.events()) >= 3)
    assert len({event["event_id"] for event in receiver.events()}) == 1
    waiting = firm.get(path, params={"state": "waiting"}).json()["items"]
    assert len(waiting) == 1
    assert (waiting[0]["status"], waiting[0]["error"]) == (500, "answered 500")
    receiver.status = 200
    assert until(lambda: firm.get(path).json()["items"][0]["state"] == "delivered")
    delivery = firm.get(path).json()["items"][0]
    seen = len(receiver.events())
    again = firm.post(f"{path}/{delivery['delivery_id']}/retry")
    assert again.status_code == 200, again.text
    assert until(lambda: len(receiver.events()) == seen + 1)
    assert receiver.events()[-1]["event_id"] == delivery["event_id"]
    firm.delete(f"/v1/webhooks/{made['webhook_id']}")


def test_events_survive_a_crash(city: Server, receiver: Receiver) -> None:
    """An event whose plan was answered before a kill -9 is delivered after the restart."""
    firm = city.client("operator")
    made = hook(firm, receiver.url, topics=["plans"])
    receiver.status = 503
    plan_id = expect_approved(firm, filing.plan(filing.register(firm), filing.window()))["plan_id"]
    city.kill()
    city.start()
    # Refused until here, before the kill and after it: what is delivered from now on is delivered after the restart.
    firm = city.client("operator")
    assert delivery_states(firm, made) in ([], ["waiting"])
    receiver.status = 200
    assert until(lambda: delivery_states(firm, made) == ["delivered"])
    assert receiver.events()[-1]["data"]["plan_id"] == plan_id
    assert firm.get(f"/v1/webhooks/{made['webhook_id']}").json()["state"] == "active"
    firm.delete(f"/v1/webhooks/{made['webhook_id']}")


def test_every_topic_reaches_those_who_may_see_it(city: Server, receiver: Receiver) -> None:
    """Zones reach everybody, orders their firm; a webhook switched off keeps events waiting until it is on again."""
    firm, regulator = city.client("operator"), city.client("regulator")
    made = hook(firm, receiver.url)
    assert sorted(made["topics"]) == ["advisories", "alerts", "commands", "contingencies", "orders", "plans", "zones"]
    path = f"/v1/webhooks/{made['webhook_id']}"
    assert firm.patch(path, json={"active": False}).json()["state"] == "off"
    body = filing.zone(filing.square(0, 0, 40))
    order = {"origin_site_id": "st_talent_park", "destination_site_id": "st_happy_coast", "payload_kg": 900}
    # A second webhook of the same firm, on, gets both: the first, off, has got neither by then.
    beside = Receiver()
    watching = hook(firm, beside.url)
    assert regulator.post("/v1/zones", json=body).status_code == 201
    assert firm.post("/v1/orders", json=order).status_code == 201
    assert until(lambda: {"zones", "orders"} <= {event["topic"] for event in beside.events()})
    assert receiver.events() == []
    assert firm.delete(f"/v1/webhooks/{watching['webhook_id']}").status_code == 204
    beside.close()
    assert firm.patch(path, json={"active": True}).json()["state"] == "active"
    assert until(lambda: {"zones", "orders"} <= {event["topic"] for event in receiver.events()})
    secret = firm.post(f"{path}/rotate").json()["secret"]
    assert secret != made["secret"]
    assert firm.delete(path).status_code == 204
    expect_problem(firm.get(path), 404, "not_found")


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"url": "nowhere"}, "/url", "invalid_format"),
        ({"url": "http://user@127.0.0.1/"}, "/url", "invalid_format"),
        ({"url": "http://127.0.0.1/", "topics": []}, "/topics", "too_short"),
        ({"url": "http://127.0.0.1/", "topics": ["tracks"]}, "/topics/0", "invalid_choice"),
        ({"topics": ["plans"]}, "/url", "required"),
    ],
)
def test_a_webhook_that_cannot_be_is_named(city: Server, body: dict[str, Any], field: str, code: str) -> None:
    """Malformed URLs, no topics and topics that are no events are 422 at their field."""
    found = expect_problem(city.client("operator").post("/v1/webhooks", json=body), 422, "validation_failed")
    assert [(error["field"], error["code"]) for error in found["errors"]] == [(field, code)]
