"""A city in which two firms own one of everything, so that whatever shows of one to the other is seen as a leak.

`seeded` fills a running demo server: each firm gets aircraft, plans in every state, a flight in the air, a contingency,
an order to its vehicle, an order of goods with its mission, carriers, batteries, crews, standing approvals, a webhook,
advisories and alerts; the offices get an incident, a ground stop, a temporary zone with its list of actions.
"""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from tests.conftest import Server
from tests.fakes import filing, flying
from tests.fakes.filing import point, text
from tests.fakes.flying import until

FROM_SITE, TO_SITE = "st_talent_park", "st_happy_coast"
ROLES = ("operator", "dispatcher", "regulator", "supplier", "admin")
_LANES = {0: 0.0, 1: 3_000.0}
"""How far north of the middle each firm's flights are."""


class Receiver:
    """A firm's own HTTP server: answers challenges and keeps what it is sent."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps({"challenge": json.loads(body).get("challenge", "")}).encode())

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/{secrets.token_hex(6)}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def text(self) -> str:
        """Return everything received, in one string."""
        return "\n".join(body.decode() for _, body in self.requests)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Firm:
    """One firm with what it owns: `ids` by kind, `private` every string nobody else may read."""

    nth: int
    client: httpx.Client
    organisation_id: str
    receiver: Receiver
    ids: dict[str, str] = field(default_factory=dict)
    private: set[str] = field(default_factory=set)

    def own(self, kind: str, identifier: str) -> str:
        """Note a thing of the firm's."""
        self.ids[kind] = identifier
        self.private.add(identifier)
        return identifier

    def note(self, *texts: str) -> None:
        """Note what else nobody but the firm and the city's roles may read."""
        self.private.update(texts)

    def leaks(self, answer: str) -> list[str]:
        """Return which private strings of this firm stand in an answer."""
        return sorted(item for item in self.private if item in answer)


@dataclass
class TwoFirms:
    """The server, a client for each role, both firms, and what the offices own."""

    server: Server
    clients: dict[str, httpx.Client]
    firms: list[Firm]
    office: dict[str, str]
    started_at: datetime

    def client(self, role: str, nth: int = 0) -> httpx.Client:
        """Return the client of a role; of operators the nth firm's."""
        return self.firms[nth].client if role == "operator" else self.clients[role]


def post(client: httpx.Client, path: str, body: Any = None, *, expect: tuple[int, ...] = (200, 201, 202)) -> Any:
    """Send a request that must succeed; return its document."""
    answer = filing.send(client, "POST", path, json=body)
    assert answer.status_code in expect, f"{path}: {filing.why(answer)}"
    return answer.json()


def lane(firm: Firm, east_m: float, north_m: float = 0.0, alt_m: float = 50.0) -> dict[str, Any]:
    """Return a waypoint in a firm's part of the sky."""
    return point(east_m, _LANES[firm.nth] + north_m, alt_m)


def kilometre(firm: Firm, north_m: float) -> list[dict[str, Any]]:
    """Return a level kilometre to the east, so far north of the firm's middle."""
    return [lane(firm, 0, north_m), lane(firm, 1000, north_m)]


def found_firm(server: Server, nth: int) -> Firm:
    """Return a firm of the demonstration with nothing but its names."""
    known = [item for item in server.credentials["clients"] if item["role"] == "operator"][nth]
    firm = Firm(nth, server.client("operator", nth), known["organisation_id"], Receiver())
    firm.ids["organisation"] = known["organisation_id"]
    firm.note(known["organisation_id"], known["client_id"], known["organisation"], known["client_secret"])
    firm.note(firm.receiver.url)
    return firm


def register(firm: Firm, kind: str, **more: Any) -> str:
    """Register an aircraft of the firm under names nobody else may read."""
    mark, model = "UAS" + secrets.token_hex(4).upper(), f"model-{secrets.token_hex(5)}"
    firm.note(mark, model)
    return firm.own(kind, filing.register(firm.client, registration=mark, model=model, **more))


def seed(city: TwoFirms, firm: Firm, fleet: flying.Flying | None) -> None:
    """Give a firm one of everything."""
    _hook(firm)
    _identity(firm)
    _plans(city, firm)
    _approvals(city, firm)
    _flight(city, firm)
    _logistics(firm)
    if fleet is not None:
        _command(firm, fleet)
    _told(city, firm)


def _hook(firm: Firm) -> None:
    made = post(firm.client, "/v1/webhooks", {"url": firm.receiver.url})
    path = f"/v1/webhooks/{firm.own('webhook', made['webhook_id'])}"
    firm.note(made["secret"])
    until(lambda: firm.client.get(path).json()["state"] == "active", 60)


def _identity(firm: Firm) -> None:
    """Give the firm a program more with a key of its own, a sandbox, and somebody on duty who was sent a message."""
    names = [f"name-{secrets.token_hex(5)}" for _ in range(4)]
    firm.note(*names)
    made = post(firm.client, "/v1/clients", {"name": names[0]})
    firm.note(made["client_secret"])
    path = f"/v1/clients/{firm.own('client', made['client_id'])}/credentials"
    added = post(firm.client, path, {"kind": "api_key", "name": names[1]})
    firm.own("credential", added["credential_id"])
    sandbox = post(firm.client, "/v1/sandboxes", {"name": names[2]})
    firm.own("sandbox", sandbox["organisation_id"])
    contact = {"name": names[3], "channel": "webhook", "address": firm.receiver.url}
    kept = post(firm.client, "/v1/duty/contacts", contact)
    firm.own("contact", kept["contact_id"])
    post(firm.client, f"/v1/duty/contacts/{kept['contact_id']}/test")
    sent = filing.send(firm.client, "GET", "/v1/duty/messages").json()["items"]
    firm.own("message", sent[0]["message_id"])


def _plans(city: TwoFirms, firm: Firm) -> None:
    aircraft = register(firm, "aircraft")
    words = f"remark-{secrets.token_hex(6)}"
    firm.note(words)
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3, hours=3 * firm.nth)
    body = filing.plan(aircraft, at, kilometre(firm, 0), remarks={"crew": words, "communications": "phone"})
    city.office[f"body_{firm.nth}"] = json.dumps(body)
    firm.own("plan", post(firm.client, "/v1/flight-plans", body)["plan_id"])
    other = register(firm, "other_aircraft")
    refused = filing.file(firm.client, filing.plan(other, at, kilometre(firm, 0)))
    assert refused.status_code == 409, refused.text
    assert refused.json()["decision"]["counter_offers"], refused.text
    firm.own("refused_plan", refused.json()["plan_id"])
    zone = filing.zone(
        filing.square(500, _LANES[firm.nth] + 900, 100), name="By leave", restriction="REQ_AUTHORISATION"
    )
    made = post(city.client("regulator"), "/v1/zones", zone)
    city.office[f"zone_{firm.nth}"] = made["properties"]["zone_id"]
    pending = filing.file(firm.client, filing.plan(other, at + timedelta(hours=1), kilometre(firm, 900)))
    assert pending.status_code == 202, filing.why(pending)
    firm.own("pending_plan", pending.json()["plan_id"])


def _approvals(city: TwoFirms, firm: Firm) -> None:
    name = f"envelope-{secrets.token_hex(6)}"
    firm.note(name)
    made = post(firm.client, "/v1/standing-approvals", {"name": name, "upper_agl_m": 90})
    firm.own("standing_approval", made["standing_approval_id"])
    waiting = filing.send(firm.client, "GET", "/v1/approvals").json()["items"]
    firm.own("approval", next(item["approval_id"] for item in waiting if item["kind"] == "standing_approval"))


def _flight(city: TwoFirms, firm: Firm) -> None:
    aircraft = register(firm, "flying_aircraft")
    body = filing.plan(aircraft, datetime.now(UTC) + timedelta(seconds=3), kilometre(firm, 400), speed_mps=2.0)
    plan_id = firm.own("flown_plan", post(firm.client, "/v1/flight-plans", body)["plan_id"])
    post(firm.client, f"/v1/flight-plans/{plan_id}/activate")
    until(lambda: report(firm), 30)
    items = filing.send(firm.client, "GET", "/v1/tracks").json()["items"]
    firm.own("track", next(item["track_id"] for item in items if item["aircraft_id"] == aircraft))
    link = f"https://example.com/{secrets.token_hex(8)}"
    firm.note(link)
    kept = post(firm.client, f"/v1/flight-plans/{plan_id}/results", {"kind": "images", "url": link})
    firm.own("result", kept["result_id"])
    declared = post(firm.client, f"/v1/flight-plans/{plan_id}/contingency", {"kind": "lost_link", "note": "by hand"})
    firm.own("contingency", declared["contingency_id"])
    until(lambda: _alert_of(city, firm, plan_id), 60, "an alert of the contingency")


def report(firm: Firm) -> bool:
    """Report where the firm's flight is; tell whether the picture has it."""
    at = lane(firm, 5, 400)
    item = {
        "aircraft_id": firm.ids["flying_aircraft"],
        "lat_deg": at["lat_deg"],
        "lon_deg": at["lon_deg"],
        "alt_agl_m": 50.0,
        "observed_at": text(datetime.now(UTC)),
    }
    assert post(firm.client, "/v1/tracks", {"items": [item]})["accepted"] == 1
    time.sleep(0.3)
    tracks = filing.send(firm.client, "GET", "/v1/tracks").json()["items"]
    return any(item["aircraft_id"] == firm.ids["flying_aircraft"] for item in tracks)


def _alert_of(city: TwoFirms, firm: Firm, plan_id: str) -> bool:
    listed = filing.send(city.client("dispatcher"), "GET", "/v1/alerts", params={"limit": 500}).json()["items"]
    found = [item for item in listed if item["plan_id"] == plan_id]
    if found:
        firm.own("alert", found[0]["alert_id"])
    return bool(found)


def _logistics(firm: Firm) -> None:
    aircraft = register(firm, "carrier")
    at = {"site_id": FROM_SITE} if firm.nth == 0 else {"site_id": TO_SITE}
    answer = filing.send(firm.client, "PUT", f"/v1/carriers/{aircraft}", json=at)
    assert answer.status_code == 200, answer.text
    labels = [f"label-{secrets.token_hex(6)}" for _ in range(3)]
    firm.note(*labels)
    firm.own("battery", post(firm.client, "/v1/batteries", {"label": labels[0], "capacity_wh": 900})["battery_id"])
    firm.own("crew", post(firm.client, "/v1/crews", {"label": labels[1], "vehicles_max": 3})["crew_id"])
    ends = (FROM_SITE, TO_SITE) if firm.nth == 0 else (TO_SITE, FROM_SITE)
    order = {"origin_site_id": ends[0], "destination_site_id": ends[1], "payload_kg": 1.0, "reference": labels[2]}
    made = post(firm.client, "/v1/orders", {**order, "ready_at": text(datetime.now(UTC) + timedelta(hours=2))})
    firm.own("order", made["order_id"])
    body = filing.plan(register(firm, "booked_aircraft"), datetime.now(UTC) + timedelta(days=4), kilometre(firm, 0))
    booked = post(firm.client, "/v1/missions", {"plan": body, "kind": "inspection"})
    firm.own("mission", booked["mission_id"])
    firm.own("mission_plan", booked["plan_id"])


def _command(firm: Firm, fleet: flying.Flying) -> None:
    made = fleet.add(firm.client, -6_000.0 + 2_000.0 * firm.nth, -3_000.0)
    firm.own("vehicle", made.aircraft_id)
    flying.connected(firm.client, made.aircraft_id)
    firm.own("command", flying.expect_given(firm.client, made.aircraft_id, "hold")["command_id"])


def _told(city: TwoFirms, firm: Firm) -> None:
    """Have the authority close airspace a plan of the firm's goes through, which the firm is told."""
    centre = city.client("regulator")
    zone = filing.zone(filing.square(500, _LANES[firm.nth], 60), name="Closed", upper_m=120)
    made = post(centre, "/v1/zones", zone)
    until(lambda: _advisory_of(firm), 60, "an advisory")
    answer = filing.send(centre, "DELETE", f"/v1/zones/{made['properties']['zone_id']}")
    assert answer.status_code == 204, answer.text
    path = f"/v1/webhooks/{firm.ids['webhook']}/deliveries"
    until(lambda: filing.send(firm.client, "GET", path).json()["items"], 60, "a delivery")
    reports = filing.send(firm.client, "GET", "/v1/event-reports").json()["items"]
    firm.ids["event_report"] = reports[0]["report_id"] if reports else "er_never_was"
    firm.own("delivery", filing.send(firm.client, "GET", path).json()["items"][0]["delivery_id"])


def _advisory_of(firm: Firm) -> bool:
    items = filing.send(firm.client, "GET", "/v1/advisories").json()["items"]
    if items:
        firm.own("advisory", items[0]["advisory_id"])
    return bool(items)


def seed_offices(city: TwoFirms) -> None:
    """Give the city's roles one of each thing that is theirs."""
    now = datetime.now(UTC)
    window = {"from": text(now - timedelta(hours=1)), "to": text(now)}
    plans = [firm.ids["flown_plan"] for firm in city.firms]
    asked = {"name": "New Firm", "contact_name": "Li", "contact_email": "li@example.com"}
    applied = post(city.client("admin"), "/v1/applications", asked)
    city.office["application"] = applied["application_id"]
    centre = city.client("dispatcher")
    city.office["handover"] = post(centre, "/v1/handovers")["handover_id"]
    made = post(centre, "/v1/incidents", {"title": "Seen twice", "plan_ids": plans, **window})
    city.office["incident"] = made["incident_id"]
    area = filing.zone(filing.square(-9_000, 0, 50))["geometry"]
    stop = post(
        centre, "/v1/ground-stops", {"geometry": area, "until": text(now + timedelta(hours=1)), "reason": "A crane"}
    )
    city.office["ground_stop"] = stop["ground_stop_id"]
    temporary = {
        "name": "Event",
        "geometry": area,
        "starts_at": text(now + timedelta(hours=30)),
        "ends_at": text(now + timedelta(hours=31)),
    }
    listed = post(centre, "/v1/temporary-zones", temporary)
    city.office["action_list"] = listed["action_list_id"]
    city.office["temporary_zone"] = listed["zone_id"]
    city.office["site"] = FROM_SITE
    city.office["spare_site"] = "st_window_of_the_world"


@contextmanager
def two_firms(server: Server) -> Iterator[TwoFirms]:
    """Return a running server's roles and its two firms, which own nothing yet."""
    others = {role: server.client(role) for role in ROLES if role != "operator"}
    firms = [found_firm(server, nth) for nth in (0, 1)]
    now_seq = filing.send(others["dispatcher"], "GET", "/v1/events").json()["seq"]
    city = TwoFirms(server, others, firms, {"seq": str(now_seq)}, datetime.now(UTC))
    try:
        yield city
    finally:
        for firm in firms:
            firm.receiver.close()
            firm.client.close()
        for client in others.values():
            client.close()
